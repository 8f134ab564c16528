"""Wording errors by dictionary: names and phrases that must be exact, found by their near misses, and known confusions.

The dictionary is data (``rules/wording.toml``), layered and dated. A machine flags, a person confirms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from core.configuration import parse_toml
from core.nouns import Severity
from core.settings import DayText, SeverityName
from core.text import excerpt, fold, fold_plain
from monitor.privacy.masking import mask_text
from monitor.scanned import Flaw, Paragraph

_YEAR_NAMED = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|[-—－至到])")
_LONG = 12
_HAN = "[\u4e00-\u9fff]"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Exact(_Strict):
    """A name or phrase that must be exact. ``near``: what counts as a slip of it: ``any`` one change inside it, or
    ``replaced``, only the characters at ``places`` (from 0) replaced; with ``last`` its last character too.
    ``allow``: right words that look like a slip."""

    text: str = Field(min_length=3)
    layer: str
    severity: SeverityName
    near: str = Field(default="any", pattern="^(any|replaced)$")
    places: tuple[int, ...] = ()
    last: bool = False
    allow: tuple[str, ...] = ()


class Confusion(_Strict):
    """A wrong writing and the right one. ``unless``: right words that hold it; ``beside``: words one of which must stand
    in the same passage, where the writing may be right elsewhere; ``since``: the day from which it is wrong (a renaming).
    An older page, and a passage that names an earlier year or says 原, is right."""

    wrong: str = Field(min_length=2)
    right: str
    layer: str
    severity: SeverityName
    unless: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    since: DayText | None = None

    @model_validator(mode="after")
    def _is_another(self) -> Confusion:
        # Old and new forms of a character are folded to one: 汚染 is 污染.
        if fold_plain(self.wrong) in fold_plain(self.right):
            raise ValueError("wrong 与 right 归一后相同（繁简、异体不算错），或 right 里含有 wrong")
        return self

    def stands(self, passage: str, published: date | None) -> bool:
        """Whether the writing is wrong in a passage of a page published then."""
        if self.since is None:
            return True
        day = date.fromisoformat(self.since)
        years = [int(year) for year in _YEAR_NAMED.findall(passage)]
        past = any(year < day.year for year in years) or "原" + self.wrong in passage or "原县" + self.wrong in passage
        return (published is None or published >= day) and not past


class Phrase(_Strict):
    """A wording that is wrong by its shape, as a regular expression over folded text; ``unless``: words in the same passage beside
    which it is right (history, quotations)."""

    find: str = Field(min_length=2)
    right: str
    layer: str
    severity: SeverityName
    unless: tuple[str, ...] = ()

    @field_validator("find")
    @classmethod
    def _compiles(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"find 不是正确的正则表达式：{error}") from None
        return text

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled once."""
        return re.compile(self.find)


class Leader(_Strict):
    """A person in office: a slip of the name beside one of the titles is wrong, and so is the title on a page published outside the
    term (``since`` to ``until``, both days included; None: open). Names come from the county's own list, never from the program."""

    name: str = Field(min_length=2, max_length=6)
    titles: tuple[str, ...] = Field(min_length=1)
    since: DayText | None = None
    until: DayText | None = None
    severity: SeverityName = Severity.VETO

    @cached_property
    def slips(self) -> re.Pattern[str]:
        """The name with one character changed, lost or put twice, right after or before a title."""
        name, titles = fold_plain(self.name), "|".join(map(re.escape, sorted(map(fold_plain, self.titles), key=len, reverse=True)))
        shapes = [f"{name[:at]}(?!{name[at]}){_HAN}{name[at + 1:]}" for at in range(len(name)) if len(name) > 2 or at]
        shapes += [f"{name[:at]}{name[at + 1]}{name[at]}{name[at + 2:]}" for at in range(len(name) - 1) if name[at] != name[at + 1]]
        wrong = "|".join(shapes)
        return re.compile(f"(?:{titles})(?P<after>{wrong})(?!{_HAN}{{0,1}}{re.escape(name[-1])})|(?P<before>{wrong})(?:{titles})")

    @cached_property
    def titled(self) -> re.Pattern[str]:
        """The right name in one of the titles."""
        name, titles = re.escape(fold_plain(self.name)), "|".join(re.escape(fold_plain(title)) for title in self.titles)
        return re.compile(f"(?<!原)(?<!时任)(?:{titles}){name}|{name}(?:{titles})")

    def out_of_term(self, published: date | None) -> bool:
        """Whether the title is not this person's on the day."""
        if published is None:
            return False
        return (self.since is not None and published < date.fromisoformat(self.since)) or (
            self.until is not None and published > date.fromisoformat(self.until)
        )


class Wording(_Strict):
    """``rules/wording.toml``. ``checked``: the day on which a person last went through it."""

    checked: DayText
    exact: tuple[Exact, ...]
    confusion: tuple[Confusion, ...]
    phrase: tuple[Phrase, ...] = ()
    leader: tuple[Leader, ...] = ()

    @cached_property
    def _right(self) -> re.Pattern[str]:
        return _any_of(self._words)

    @cached_property
    def _words(self) -> frozenset[str]:
        """What is right wherever it stands."""
        words = {word for entry in self.exact for word in (entry.text, *entry.allow)}
        return frozenset(words | {word for entry in self.confusion for word in entry.unless})

    @cached_property
    def _wrong(self) -> re.Pattern[str]:
        """Any of the confusions: most paragraphs hold none, and are then not searched for each."""
        words = sorted((re.escape(fold_plain(entry.wrong)) for entry in self.confusion), key=len, reverse=True)
        return re.compile("|".join(words) or "(?!)")

    @cached_property
    def _near(self) -> tuple[tuple[Exact, re.Pattern[str], re.Pattern[str] | None], ...]:
        """Each name with the patterns of its slips. Where a shorter right one is a part of it, a slip beside that part must be seen
        (社会主义 within 新时代中国特色社会主义思想): then also all that is right but such parts."""
        found = []
        for entry in self.exact:
            parts = {word for word in self._words if word in entry.text and word != entry.text}
            found.append((entry, re.compile("|".join(_slips(entry))), _any_of(self._words - parts) if parts else None))
        return tuple(found)

    def find(self, text: str, published: date | None = None) -> Iterator[Slip]:
        """Slips of a text, whatever its width, script or white space; offsets are those of the text."""
        folded = fold(text)
        # What is right is blanked, so that a part of it is never taken for a slip of itself.
        left = _blanked(self._right, folded.text)
        taken: list[tuple[int, int]] = []
        for span, entry in self._confusions(left, folded.text, published):
            taken.append(span)
            yield Slip(*folded.span(*span), entry.right, entry.layer, entry.severity, "wording.confusion")
        for span, phrase in self._phrases(folded.text):
            taken.append(span)
            yield Slip(*folded.span(*span), phrase.right, phrase.layer, phrase.severity, "wording.phrase")
        for span, leader, rule, right in self._leaders(folded.text, published):
            # A slip may be one of two leaders' names.
            if span in taken:
                continue
            taken.append(span)
            yield Slip(*folded.span(*span), right, "领导人姓名、职务", leader.severity, rule)
        for exact, pattern, apart in self._near:
            # Most passages hold no slip, and are then not blanked anew.
            shown = _blanked(apart, folded.text) if apart is not None and pattern.search(folded.text) else left
            for match in pattern.finditer(shown):
                if all(match.end() <= start or match.start() >= end for start, end in taken):
                    taken.append(match.span())
                    span = folded.span(*match.span())
                    yield Slip(*span, exact.text, exact.layer, exact.severity, "wording.near_miss")

    def _confusions(self, left: str, text: str, published: date | None) -> Iterator[tuple[tuple[int, int], Confusion]]:
        for entry in self.confusion if self._wrong.search(left) else ():
            beside = not entry.beside or any(word in text for word in entry.beside)
            for match in re.finditer(re.escape(fold_plain(entry.wrong)), left):
                if beside and entry.stands(text, published):
                    yield match.span(), entry

    def _phrases(self, text: str) -> Iterator[tuple[tuple[int, int], Phrase]]:
        for phrase in self.phrase:
            if not any(word in text for word in phrase.unless):
                yield from ((match.span(), phrase) for match in phrase.pattern.finditer(text))

    def _leaders(self, text: str, published: date | None) -> Iterator[tuple[tuple[int, int], Leader, str, str]]:
        right = {fold_plain(leader.name) for leader in self.leader}
        for leader in self.leader:
            for match in leader.slips.finditer(text):
                group = "after" if match["after"] else "before"
                # Two leaders may have names alike.
                if match[group] not in right:
                    yield match.span(group), leader, "wording.leader", leader.name
            if leader.out_of_term(published):
                for match in leader.titled.finditer(text):
                    term = f"{leader.name}任期{leader.since or ''}至{leader.until or ''}"
                    yield match.span(), leader, "wording.leader_term", f"当时在任者的姓名、职务（{term}）"


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong writing in a text, and what it should be."""

    start: int
    end: int
    right: str
    layer: str
    severity: Severity
    rule_id: str


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))) or "(?!)")


def _blanked(right: re.Pattern[str], text: str) -> str:
    return right.sub(lambda match: " " * len(match[0]), text)


def _slips(entry: Exact) -> Iterator[str]:
    """Patterns of one change to a phrase. The first and the last character stay: beside them other right words begin
    and end (我国人民代表大会)."""
    text = entry.text
    if entry.near == "replaced":
        yield from (f"{text[:at]}(?!{text[at]}){_HAN}{text[at + 1:]}" for at in entry.places)
        return
    if entry.last:
        yield f"{text[:-1]}(?!{text[-1]}){_HAN}"
    inside = range(1, len(text) - 1)
    yield from (f"{text[:at]}(?!{text[at]}){_HAN}{text[at + 1:]}" for at in inside)
    yield from (f"{text[:at]}{text[at + 1:]}" for at in inside)
    # Of a long phrase two characters may be lost at once.
    yield from (f"{text[:at]}{text[at + 2:]}" for at in range(1, len(text) - 2 if len(text) >= _LONG else 0))
    yield from (f"{text[:at]}(?!的){_HAN}{text[at:]}" for at in range(1, len(text)))
    yield from (
        f"{text[:at]}{text[at + 1]}{text[at]}{text[at + 2:]}" for at in range(len(text) - 1) if text[at] != text[at + 1]
    )


def scan_wording(paragraph: Paragraph, wording: Wording, published: date | None = None) -> Iterator[Flaw]:
    """The slips of a paragraph as findings; ``published``: when its page was, for names that have changed."""
    for slip in wording.find(paragraph.text, published):
        written = "".join(paragraph.text[slip.start : slip.end].split())
        yield Flaw(
            rule_id=slip.rule_id, kind="wording", severity=slip.severity, where=paragraph.where,
            evidence=mask_text(excerpt(paragraph.text, slip.start, slip.end, 12)),
            advice=f"“{written}”应为“{slip.right}”（{slip.layer}），请核对更正。",
        )  # fmt: skip


def load(directory: Path) -> Wording:
    """From a configuration folder; raises ConfigErrors."""
    return parse_toml(directory / "rules" / "wording.toml", Wording, "rules/wording.toml")
