"""What the demo town shows on purpose: its planted defects, and the look-alikes that are right (``content/marks.toml``).

``python -m demo.marks FILE`` writes both lists into a document, between its two comments.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from demo.yearbook import columns

BEGIN, END = "<!-- marks: python -m demo.marks docs/demo-town.md -->", "<!-- /marks -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing shown. ``columns``: where it stands; ``subject``: what a finding would speak of, where it is not the page
    itself (``column:hygq``); ``day`` 2: it comes about while the town is watched."""

    id: str
    columns: tuple[str, ...]
    what: str
    why: str
    subject: str = ""
    day: int = 1

    @property
    def places(self) -> str:
        """The names of its columns."""
        names = {column.id: column.name for column in columns()}
        return "、".join(names[column] for column in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect(Mark):
    """A planted defect. ``kind``: the fault as a person names it; ``rules``: each must find it ``count`` times; ``may``: rules
    that are right to speak of it too; ``article``: the mark of the page on which it stands; ``pending``: its rule is to come."""

    kind: str
    rules: tuple[str, ...]
    may: tuple[str, ...] = ()
    count: int = 1
    article: str = ""
    pending: bool = False

    @property
    def shown_by(self) -> str:
        """The mark that its page carries."""
        return self.article or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike(Mark):
    """What looks wrong and is right. ``near``: the defect that it is like."""

    near: str


@cache
def _content() -> dict[str, list[dict[str, object]]]:
    return tomllib.loads((files("demo") / "content" / "marks.toml").read_text(encoding="utf-8"))


def defects() -> tuple[Defect, ...]:
    """Every planted defect, in the order of the list."""
    return tuple(Defect(**_fields(entry)) for entry in _content()["defect"])  # type: ignore[arg-type]


def alikes() -> tuple[Alike, ...]:
    """Every look-alike, in the order of the list."""
    return tuple(Alike(**_fields(entry)) for entry in _content()["alike"])  # type: ignore[arg-type]


def _fields(entry: dict[str, object]) -> dict[str, object]:
    fields: dict[str, object] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    column = fields.pop("column")
    return fields | {"columns": column if isinstance(column, tuple) else (column,)}


def tables() -> str:
    """Both lists as Markdown, as the demo's documentation has them."""
    wrong, right = defects(), alikes()
    kinds = len({defect.kind for defect in wrong})
    return "\n".join((
        f"## 有意留下的问题（{len(wrong)}处，{kinds}种）", "",
        *_table("编号 种类 栏目 问题 依据 规则".split(), [
            (mark.id, mark.kind, mark.places, mark.what + _day(mark), mark.why, _rules(mark)) for mark in wrong
        ]), "",
        f"## 看似有错、其实正确（{len(right)}处）", "",
        *_table("编号 栏目 内容 为什么正确 近似于".split(), [
            (mark.id, mark.places, mark.what + _day(mark), mark.why, mark.near) for mark in right
        ]),
    ))  # fmt: skip


def _day(mark: Mark) -> str:
    return "（第二天）" if mark.day > 1 and "第二天" not in mark.what else ""


def _rules(mark: Defect) -> str:
    return "、".join(f"`{rule}`" for rule in mark.rules) + ("（尚未并入）" if mark.pending else "")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]


def written_into(document: str) -> str:
    """The document with both lists as they now are."""
    before, _, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(written_into(path.read_text(encoding="utf-8")), encoding="utf-8")
