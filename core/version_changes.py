"""Two versions of a record as a person would compare them: what its page says beside the text, and the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.clock import Moment
from core.differences import Change, changes
from core.nouns import Attachment, Record

_FIELDS = (("published", "发布日期"), ("written", "成文日期"), ("content_source", "信息来源"), ("publisher", "发布机构"),
           ("index_no", "索引号"), ("doc_no", "文号"), ("column_name", "栏目"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Something that the page says beside its text: its Chinese name, what it was and what it is ("" where it is not said)."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class VersionChange:
    """All that changed between two versions."""

    title: tuple[Change, ...]
    fields: tuple[FieldChange, ...]
    text: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.title or self.fields or self.text)


def compare_versions(old: Record, new: Record) -> VersionChange:
    """What changed, in the order of a page: title, what stands beside the text, text, files, answers. Pure."""
    fields = [*_said(old, new), *_files(old, new), *_answers(old, new)]
    return VersionChange(tuple(changes(old.title, new.title)), tuple(fields), tuple(changes(old.body, new.body)))


def _said(old: Record, new: Record) -> Iterator[FieldChange]:
    for field, name in _FIELDS:
        was, is_ = getattr(old, field), getattr(new, field)
        if was != is_:
            yield FieldChange(name, _words(was), _words(is_))
    for key in sorted(old.thread.keys() | new.thread.keys()):
        if old.thread.get(key) != new.thread.get(key):
            yield FieldChange({"state": "办理状态"}.get(key, key), str(old.thread.get(key, "")), str(new.thread.get(key, "")))


def _files(old: Record, new: Record) -> Iterator[FieldChange]:
    before, after = {a.url: a for a in old.attachments}, {a.url: a for a in new.attachments}
    for url in dict.fromkeys([*before, *after]):
        was, is_ = before.get(url), after.get(url)
        if was is None or is_ is None:
            yield FieldChange("附件", _file(was), _file(is_))
        elif (was.sha256, was.state == "dead", was.name) != (is_.sha256, is_.state == "dead", is_.name):
            replaced = was.name == is_.name and is_.sha256 and was.sha256 and was.sha256 != is_.sha256
            yield FieldChange("附件", _file(was), _file(is_) + ("（同名文件已更换）" if replaced else ""))


def _answers(old: Record, new: Record) -> Iterator[FieldChange]:
    for place in range(max(len(old.replies), len(new.replies))):
        was, is_ = old.replies[place : place + 1], new.replies[place : place + 1]
        if was != is_:
            yield FieldChange("答复", *(f"{one[0].office}：{one[0].body}" if one else "" for one in (was, is_)))


def _file(attachment: Attachment | None) -> str:
    if attachment is None:
        return ""
    name = attachment.name or attachment.url
    return f"{name}（打不开）" if attachment.state == "dead" else name


def _words(value: Moment | str | None) -> str:
    if isinstance(value, Moment):
        return value.iso()[:16].replace("T", " ")
    return value or ""
