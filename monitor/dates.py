"""Dates that cannot be: 2月30日, a thirteenth month, a meeting held after the page that reports it was published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from core.nouns import Severity
from monitor.numerals import number
from monitor.privacy.masking import mask_text
from monitor.privacy.numbers import plain
from monitor.scanned import Flaw, Paragraph

_NUMERAL = "〇零一二三四五六七八九十"
_YEAR = r"(?P<y>(?:19|20)\d{2}|[一二][〇零○Ｏ九一二三四五六七八]{3})\s*年\s*"
_DAY = re.compile(
    rf"(?<![\d.])(?:{_YEAR})?(?P<m>(?<!\d)\d{{1,2}}|[{_NUMERAL}]{{1,3}})\s*月\s*(?P<d>\d{{1,2}}|[{_NUMERAL}]{{1,3}})\s*[日号](?![\d间内])"
)
_MONTH = re.compile(r"(?<!\d)(?:19|20)\d{2}\s*年\s*(?P<m>\d{1,2})\s*月(?!\s*\d)")
_ISO = re.compile(r"(?<![\d\-/.])(?P<y>(?:19|20)\d{2})(?P<s>[-/.])(?P<m>0?[1-9]|1[0-2])(?P=s)(?P<d>\d{1,2})(?![\d\-/.])")
_LABEL = r"(?:日期|时间|截止|截至|发布|成文|印发|生成|出生)(?:日期|时间)?\s*[:：]?\s*"
# Without a label 2025-13-05 may be a number of a flat or a file.
_ISO_MONTH = re.compile(
    r"(?:^\s*|" + _LABEL + r")(?P<all>(?:19|20)\d{2}(?P<s>[-/])(?P<m>1[3-9]|[2-9]\d|00)(?P=s)\d{2})(?:\s*$|(?![\d\-/.]))"
)
_COMPACT = re.compile(_LABEL + r"(?P<all>(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2}))(?!\d)")
_HELD = re.compile(r"召开|举行[^，,。]{0,30}会")
_TO_COME = re.compile(r"将|拟|定于|预计|计划|准备|即将|通知|预告|公告|请|届时|期间|截止|前|至|到")
_PUBLISHED = re.compile(r"发[布表](?:日期|时间)\s*[:：]?\s*(?P<y>20\d{2})\s*[-年/.]\s*(?P<m>\d{1,2})\s*[-月/.]\s*(?P<d>\d{1,2})")
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_RECENT = 60


def scan_dates(paragraph: Paragraph, published: date | None, title: str) -> Iterator[Flaw]:
    """Impossible days, and meetings later than the publication (裕安区 2024Q2 通报)."""
    text = plain(paragraph.text)
    for pattern in (_DAY, _ISO):
        for match in pattern.finditer(text):
            year, month, day = _parts(match)
            if month is not None and day is not None and not possible(year, month, day):
                yield _flaw("date.impossible", Severity.ERROR, paragraph, match, "日期不存在，请核对后更正。")
    for match in _MONTH.finditer(text):
        if not 1 <= int(match["m"]) <= 12:
            yield _flaw("date.impossible", Severity.ERROR, paragraph, match, "月份不存在，请核对后更正。")
    yield from _labelled(paragraph, text)
    if published and not _TO_COME.search(title):
        yield from _meetings(paragraph, text, published)


def _labelled(paragraph: Paragraph, text: str) -> Iterator[Flaw]:
    """Days in figures alone, where a word before them or an empty paragraph around them says that they are days."""
    for match in _ISO_MONTH.finditer(text):
        if match.end() == len(text.rstrip()) or not match[0].startswith(match["all"]):
            yield _flaw("date.impossible", Severity.ERROR, paragraph, match, "月份不存在，请核对后更正。")
    for match in _COMPACT.finditer(text):
        if not possible(int(match["y"]), int(match["m"]), int(match["d"])):
            yield _flaw("date.impossible", Severity.ERROR, paragraph, match, "日期不存在，请核对后更正。")


def possible(year: int | None, month: int, day: int) -> bool:
    """Whether the day exists; without a year, in some year."""
    if not 1 <= month <= 12 or not 1 <= day <= _MONTH_DAYS[month - 1]:
        return False
    leap = year is None or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return leap or (month, day) != (2, 29)


def published_in(text: str) -> date | None:
    """A publication day that the text itself states."""
    match = _PUBLISHED.search(plain(text))
    if match is None:
        return None
    year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    return date(year, month, day) if possible(year, month, day) else None


def _parts(match: re.Match[str]) -> tuple[int | None, int | None, int | None]:
    return (_value(match["y"]) if match["y"] else None), _value(match["m"]), _value(match["d"])


def _value(text: str) -> int | None:
    if text.isdigit() and text.isascii():
        return int(text)
    if len(text) == 4:
        digits = text.translate(str.maketrans("〇零○一二三四五六七八九", "000123456789"))
        return int(digits) if digits.isdigit() else None
    return number(text)


def _meetings(paragraph: Paragraph, text: str, published: date) -> Iterator[Flaw]:
    for match in _DAY.finditer(text):
        sentence = re.split(r"[。；;!！?？\n]", text[match.start() :])[0][:60]
        ahead = re.split(r"[。；;\n，,]", text[: match.start()])[-1]
        if not _HELD.search(sentence) or _TO_COME.search(sentence[: _HELD.search(sentence).end()] + ahead):  # type: ignore[union-attr]
            continue
        year, month, day = _parts(match)
        if month is None or day is None or not possible(year or published.year, month, day):
            continue
        late = (date(year or published.year, month, day) - published).days
        if late > 0 and (year is not None or late <= _RECENT):
            advice = f"会议日期晚于发布日期（{published.isoformat()}），请核对会议日期或发布日期。"
            yield _flaw("date.after_publication", Severity.WARN, paragraph, match, advice)


def _flaw(rule: str, severity: Severity, paragraph: Paragraph, match: re.Match[str], advice: str) -> Flaw:
    return Flaw(
        rule_id=rule, kind="date", severity=severity, where=paragraph.where, evidence=_shown(match), advice=advice
    )


def _shown(match: re.Match[str]) -> str:
    """The date as written, whatever stood before it; a date of eight digits is no private number."""
    if "all" in match.re.groupindex:
        return match["all"]
    return mask_text(match[0])
