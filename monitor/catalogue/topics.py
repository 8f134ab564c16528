"""By what names a matter goes: the words of ``topics.toml``, and which of them a name holds."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.text import Folded

_NO_LETTER = re.compile(r"[^\u3400-\u9fffa-z0-9]+")
_PARTS = re.compile(r"[、，,；;/·]|和|及|与")
_TAIL = re.compile(r"(?:信息|领域|公开|专栏|专题|栏目|情况|工作)$")


class Topic(BaseModel):
    """A matter. ``same``: other names of it; ``near``: names that may mean it; ``like``: matters that are near;
    ``broad``: columns that may hold it where nothing else does; ``part_of``: the larger matter that it is of;
    ``kind``: the kind of column that is for nothing else; ``field``: one of the 26; ``general``: a matter that every field has,
    which tells nothing of the column."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    same: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    broad: tuple[str, ...] = ()
    part_of: str | None = None
    kind: str | None = None
    field: bool = False
    general: bool = False


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    topic: tuple[Topic, ...] = ()


@dataclass(frozen=True)
class Topics:
    """All matters, and their words folded, longest first."""

    by_name: dict[str, Topic]
    _same: tuple[tuple[str, str], ...] = field(init=False, repr=False)
    _near: tuple[tuple[str, str], ...] = field(init=False, repr=False)
    _broad: tuple[tuple[str, str], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        same = {(bare(word), topic.name) for topic in self.by_name.values() for word in (topic.name, *topic.same)}
        near = {
            (bare(word), topic.name) for topic in self.by_name.values()
            for word in (*topic.near, *(each for name in topic.like for each in (name, *self.by_name[name].same)))
        }
        broad = {(bare(word), topic.name) for topic in self.by_name.values() for word in topic.broad}
        for name, words in (("_same", same), ("_near", near), ("_broad", broad)):
            object.__setattr__(self, name, tuple(sorted(words, key=lambda pair: (-len(pair[0]), pair))))

    def named(self, text: str, *, begins: bool = False) -> list[str]:
        """The topics that a name names, those of its longest words first; a word within a longer one counts for nothing.
        ``begins``: a part of the name may begin with a word of two characters; otherwise it has to be it, for 医疗保障 is not 医疗
        and 法治宣传教育 not 教育."""
        return list(_found(self._same, text, begins))

    def hinted(self, text: str) -> list[str]:
        """The topics that a name may mean."""
        return list(_found(self._near, text, begins=False))

    def included(self, text: str) -> list[str]:
        """The topics that a column of so broad a name may hold."""
        return list(_found(self._broad, text, begins=False))

    def of_kind(self, kind: str) -> set[str]:
        """The topics that columns of this kind are for."""
        return {topic.name for topic in self.by_name.values() if topic.kind == kind}

    def within(self, topic: str | None) -> set[str]:
        """A topic and all that is part of it."""
        return {name for name, each in self.by_name.items() if topic and (name == topic or each.part_of == topic)}


@lru_cache(maxsize=20_000)
def bare(text: str) -> str:
    """A name as it is compared: folded, without punctuation, and without words that any column's name may end in."""
    word = _NO_LETTER.sub("", Folded(text).text)
    while (shorter := _TAIL.sub("", word)) != word and len(shorter) >= 2:
        word = shorter
    return word


@cache
def shipped() -> Topics:
    """The words that ship."""
    return topics_from(_shipped())


def with_own(text: str) -> Topics:
    """The words that ship, and what a town adds to them; raises ValueError (pydantic's and tomllib's are) where its text cannot
    be used."""
    return topics_from(_shipped(), text)


def topics_from(*texts: str) -> Topics:
    """Topics out of TOML; a later text adds to what an earlier one says of the same topic. Raises ValueError (pydantic's and
    tomllib's are) where one cannot be used."""
    by_name: dict[str, Topic] = {}
    for text in texts:
        for topic in _File.model_validate(tomllib.loads(text)).topic:
            by_name[topic.name] = _joined(by_name[topic.name], topic) if topic.name in by_name else topic
    strangers = {name for topic in by_name.values() for name in (*topic.like, topic.part_of) if name and name not in by_name}
    if strangers:
        raise ValueError(f"没有这样的事：{'、'.join(sorted(strangers))}")
    return Topics(by_name)


def _shipped() -> str:
    return (files("monitor.catalogue") / "topics.toml").read_text(encoding="utf-8")


def _joined(one: Topic, other: Topic) -> Topic:
    said: dict[str, Any] = {name: getattr(one, name) + getattr(other, name) for name in ("same", "near", "like", "broad")}
    return one.model_copy(update=said | {name: value for name in ("part_of", "kind") if (value := getattr(other, name))})


@lru_cache(maxsize=20_000)
def _found(words: tuple[tuple[str, str], ...], text: str, begins: bool) -> tuple[str, ...]:
    """Longest words first; each place of the text belongs to the longest word on it."""
    whole, parts = bare(text), [bare(part) for part in _PARTS.split(text)]
    taken: list[tuple[int, int, str]] = []
    topics: list[str] = []
    for word, topic in words:
        at = whole.find(word)
        if at < 0 or (len(word) < 3 and not any(part.startswith(word) if begins else part == word for part in parts)):
            continue
        inside = next((held for start, end, held in taken if start <= at and at + len(word) <= end), None)
        if inside is None or inside == word:
            taken.append((at, at + len(word), word))
            topics.append(topic)
    return tuple(dict.fromkeys(topics))
