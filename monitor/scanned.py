"""A file as the scan sees it, whatever it was: places with text, and tables with cells. And what a scan answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.nouns import Severity
from core.visits import PageLink

ScanKind = Literal[
    "id_number", "mobile", "bank_account", "address", "sensitive_list", "wording", "date", "element", "link"
]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line or paragraph and where it stands, as staff would say it (第3段, 第2页第5行)."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table and where it stands (表1第2行第3列, 花名册!B3)."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows of cells, the header among them."""

    where: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An address that the file links to, as written, with its text."""

    where: str
    href: str
    text: str


@dataclass(frozen=True, slots=True)
class WholeLink:
    """A link anywhere on a page as it was served: absolute, with the words on it; how it is ``hidden`` from visitors ("" where
    they see it), in which ``place`` of the source it stands (页面, 注释, 脚本), with which ``block`` it is hidden, and whether it
    is of the article."""

    url: str
    text: str
    hidden: str = ""
    place: str = "页面"
    block: int = 0
    in_body: bool = False


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Every link of a page, the hosts that are its site's ``own``, and what it tells search engines of itself (by name)."""

    links: tuple[WholeLink, ...] = ()
    own: tuple[str, ...] = ()
    heads: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ScannedText:
    """A file's parts in reading order. ``title`` and ``published`` where the file itself tells them; ``doubts`` where what it
    tells of itself disagrees; ``unread`` what of it could not be read, and why; ``whole`` are all links of the page as served,
    ``to`` those of its article to its own site; ``names`` are those of its attachments, as everyone reads them."""

    parts: tuple[Paragraph | Table, ...]
    title: str = ""
    published: date | None = None
    links: tuple[Link, ...] = ()
    doubts: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    whole: PageLinks | None = None
    to: tuple[PageLink, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing found. ``evidence`` is masked, always; ``count`` is how many of its kind it stands for. ``scope`` is ``site``
    for what the page shares with others of its site (menus, foot); ``host`` where a link leads."""

    rule_id: str
    kind: ScanKind
    severity: Severity
    where: str
    evidence: str
    advice: str
    count: int = 1
    scope: Literal["", "site"] = ""
    host: str = ""

    @property
    def to_confirm(self) -> bool:
        """Whether only a person can say if this is wrong at all (an office's mobile, a unit's account)."""
        return self.rule_id.endswith("_confirm")

    def data(self) -> dict[str, str]:
        """The finding as the contract has it."""
        return {
            "rule_id": self.rule_id, "kind": self.kind, "severity": str(self.severity), "where": self.where,
            "evidence": self.evidence, "advice": self.advice,
        }  # fmt: skip


def from_text(text: str, *, title: str = "", published: date | None = None, unit: str = "行") -> ScannedText:
    """A flat text as the scan sees it: a line a paragraph; consecutive lines with tabs a table."""
    parts: list[Paragraph | Table] = []
    rows: list[tuple[Cell, ...]] = []
    for place, line in enumerate([*text.split("\n"), ""], start=1):
        if "\t" in line:
            cells = enumerate(line.split("\t"), start=1)
            rows.append(tuple(Cell(f"第{place}{unit}第{column}列", cell.strip()) for column, cell in cells))
            continue
        if rows:
            parts.append(Table(f"第{place - len(rows)}{unit}", tuple(rows)))
            rows = []
        if line.strip():
            parts.append(Paragraph(f"第{place}{unit}", line.strip()))
    return ScannedText(tuple(parts), title, published)
