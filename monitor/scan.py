"""All that a scan looks for in one file: personal data, wording, dates, links. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from core.nouns import Severity
from monitor.blocks import lists, unfold
from monitor.dates import published_in, scan_dates
from monitor.privacy.masking import mask_text
from monitor.privacy.rules import PrivacyRules
from monitor.privacy.tables import scan_table
from monitor.privacy.texts import scan_paragraphs
from monitor.scanned import Flaw, Paragraph, ScannedText, Table
from monitor.wording import Wording, scan_wording

_LOCAL = re.compile(
    r"(?:file:|[a-z]:[\\/]|\\\\|https?://(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.))", re.IGNORECASE
)
# sfz341525199003070018a.jpg
_GLUED = re.compile(r"(?<=[A-Za-z])(?=\d{17}[\dXx](?!\d))|(?<=\d{17}[\dXx])(?=[A-Za-z])")

VERSION = 9
"""Raised when the scan finds other things by the same rules: then all that is stored is scanned anew."""


def scan(document: ScannedText, privacy: PrivacyRules, wording: Wording, today: date) -> list[Flaw]:
    """The findings of a file in its order; ``today`` bounds days of birth. Several of one kind make each worse."""
    names = [Paragraph("附件名称", _GLUED.sub(" ", name)) for name in document.names]
    parts = list(_parts(document, privacy, wording, today))
    found = [
        *_title(document, privacy, wording, today, parts), *scan_paragraphs(names, privacy, today), *parts,
        *_links(document), *_unread(document),
    ]
    return _bulk(list(dict.fromkeys(found)), privacy.bulk)


def _title(
    document: ScannedText, privacy: PrivacyRules, wording: Wording, today: date, parts: Sequence[Flaw]
) -> Iterator[Flaw]:
    """The title's findings: of personal data only those that its text does not show again."""
    if not document.title:
        return
    title = Paragraph("标题", document.title)
    told = {(flaw.kind, flaw.evidence) for flaw in parts}
    yield from (flaw for flaw in scan_paragraphs([title], privacy, today) if (flaw.kind, flaw.evidence) not in told)
    yield from scan_wording(title, wording, document.published)


def _parts(document: ScannedText, privacy: PrivacyRules, wording: Wording, today: date) -> Iterator[Flaw]:
    published = document.published or _stated(document)
    heading = ""
    for is_table, group in groupby(_unfolded(document), key=lambda part: isinstance(part, Table)):
        parts = list(group)
        paragraphs = [part for part in parts if isinstance(part, Paragraph)]
        if not is_table:
            yield from scan_paragraphs(paragraphs, privacy, today, heading)
        heading = _heading(parts[-1]) if is_table else ""
        for table in parts:
            if isinstance(table, Table):
                yield from scan_table(table, privacy, today)
                paragraphs += [Paragraph(cell.where, cell.text) for row in table.rows for cell in row if cell.text]
        for paragraph in paragraphs:
            yield from scan_wording(paragraph, wording, published)
            yield from scan_dates(paragraph, published, document.title)


def _heading(part: Paragraph | Table) -> str:
    """The labels of a list of which only they could be read as a row: its cells are broken into lines."""
    return " ".join(cell.text for cell in part.rows[0]) if isinstance(part, Table) and len(part.rows) == 1 else ""


def _unfolded(document: ScannedText) -> Iterator[Paragraph | Table]:
    """Lists as tables, also those whose columns are only spaces; prose among the rows of a table as paragraphs."""
    for _, group in groupby(document.parts, key=lambda part: isinstance(part, Table)):
        lines: list[Paragraph] = []
        for part in group:
            if isinstance(part, Table):
                yield from unfold(part)
            else:
                lines.append(part)
        yield from lists(lines)


def _stated(document: ScannedText) -> date | None:
    texts = (part.text for part in document.parts if isinstance(part, Paragraph))
    return next((day for text in texts if (day := published_in(text))), None)


def _links(document: ScannedText) -> Iterator[Flaw]:
    for link in document.links:
        if _LOCAL.match(link.href.strip()):
            yield Flaw(
                rule_id="link.local", kind="link", severity=Severity.ERROR, where=link.where,
                evidence=mask_text(f"{link.text or '（无文字）'}：{link.href.strip()[:40]}"),
                advice="链接指向本机或内网，公众打不开，请改为公网地址。",
            )  # fmt: skip


def _unread(document: ScannedText) -> Iterator[Flaw]:
    """What was not read was not looked at: nobody may take it for clean."""
    for reason in document.unread:
        yield Flaw(
            rule_id="element.unread", kind="element", severity=Severity.INFO, where="文件", evidence=mask_text(reason),
            advice="这一部分没有检查，请人工核对。",
        )  # fmt: skip


def _bulk(found: list[Flaw], bulk: int) -> list[Flaw]:
    """Three or more leaks of one kind in a file are one step worse. What only asks for a look does not count."""
    personal = ("id_number", "mobile", "bank_account", "address", "sensitive_list")
    counted = Counter[str]()
    for flaw in found:
        if flaw.kind in personal and _is_leak(flaw):
            counted[flaw.kind] += flaw.count
    return [
        replace(flaw, severity=list(Severity)[max(0, flaw.severity.rank - 1)])
        if _is_leak(flaw) and counted[flaw.kind] >= bulk
        else flaw
        for flaw in found
    ]


def _is_leak(flaw: Flaw) -> bool:
    return not flaw.to_confirm
