"""Attachments against their page: a file of another year, another document's number or day. Only where the file surely is what the
page is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from core.nouns import Severity
from core.text import fold_plain
from monitor.accuracy.documents import ALONE, NUMBER, same_number
from monitor.accuracy.page import PageFacts, flaw, paragraphs
from monitor.scanned import Flaw, Paragraph, ScannedText

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年|年度|[^\d]|$)")
_NAME = re.compile(r"\.[A-Za-z0-9]{2,5}$|^附件\s*\d*[:：.、]?")
_SIGNED = re.compile(r"^\s*(20\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*$")
_HEAD, _FOOT = 8, 6
_STEM = 6
"""How many characters two names must have in common, one after the other, to be of one thing."""


def attached(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """Every attachment that has text."""
    for file in page.attachments:
        where = f"附件《{file.name}》"
        parts = [part for part in paragraphs(text) if part.where.startswith(where)]
        yield from _other_year(page, file.name, where)
        if _is_the_document(page, parts):
            yield from _other_number(page, parts[:_HEAD])
            yield from _other_day(page, parts[-_FOOT:])


def _other_year(page: PageFacts, name: str, where: str) -> Iterator[Flaw]:
    """Last year's file under this year's title. A title or name with two years is about both."""
    titled, named = set(_YEAR.findall(page.title)), set(_YEAR.findall(name))
    if len(titled) != 1 or len(named) != 1 or titled == named or not _share(page.title, name):
        return
    yield flaw("attachment_year", Severity.WARN, where, name,
               f"页面标题是{titled.pop()}年的，附件却是{named.pop()}年的，请核对是否传错文件。")  # fmt: skip


def _share(title: str, name: str) -> bool:
    one, other = (fold_plain(_YEAR.sub("", _NAME.sub("", each))).replace("年", "") for each in (title, name))
    return any(one[at : at + _STEM] in other for at in range(len(one) - _STEM + 1))


def _is_the_document(page: PageFacts, parts: Sequence[Paragraph]) -> bool:
    """Whether a file's heading is the page's title, on one line or broken over two or three."""
    title, head = fold_plain(page.title), [fold_plain(part.text) for part in parts[:_HEAD]]
    lines = ("".join(head[at : at + length]) for at in range(len(head)) for length in (1, 2, 3))
    return len(title) >= _STEM and title in lines


def _other_number(page: PageFacts, parts: Sequence[Paragraph]) -> Iterator[Flaw]:
    described = NUMBER.search(page.doc_no or "")
    written = next(((part, match) for part in parts if (match := ALONE.match(part.text))), None)
    if described is not None and written is not None and not same_number(written[1], described):
        yield flaw("attachment_number", Severity.ERROR, written[0].where, written[0].text.strip()[:40],
                   f"附件文号与页面所标文号“{page.doc_no}”不一致，请核对。")  # fmt: skip


def _other_day(page: PageFacts, parts: Sequence[Paragraph]) -> Iterator[Flaw]:
    """The day under the signature, against the page's 成文日期."""
    for part in reversed(parts):
        match = _SIGNED.match(part.text)
        if match is None:
            continue
        day = _day(match)
        if day is not None and page.written is not None and day != page.written:
            yield flaw("attachment_date", Severity.WARN, part.where, part.text.strip(),
                       f"附件落款日期与页面所标成文日期（{page.written}）不一致，请核对。")  # fmt: skip
        return


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
