"""公示期: the days that a notice gives, against the period that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from core.calendar import WorkCalendar
from core.errors import CalendarHorizonError
from core.nouns import Severity
from monitor.accuracy.page import PageFacts, flaw, paragraphs
from monitor.numerals import number
from monitor.privacy.numbers import plain
from monitor.scanned import Flaw, ScannedText

_DATE = r"(?:(?P<{0}y>20\d\d)年)?(?P<{0}m>\d{{1,2}})月(?P<{0}d>\d{{1,2}})日"
_SPAN = re.compile(
    _DATE.format("a") + r"(?:[（(][^）)]{0,8}[）)])?(?:\d{1,2}[时:：]\d{0,2}分?)?\s*(?:起)?[至到—\-－~～]{1,2}\s*" + _DATE.format("b")
)
_PERIOD = re.compile(r"公示(?:期限?|时间|时长)?[^。；\d月]{0,8}?(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3})个?(?P<unit>工作日|自然日|日|天)")


def short_publicity(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """A period that is shorter between its days than it is said to be, the first and the last day counted."""
    if "公示" not in page.title and not any("公示" in part.text for part in paragraphs(text)[:2]):
        return
    for paragraph in paragraphs(text):
        words = plain(paragraph.text)
        said, span = _PERIOD.search(words), _SPAN.search(words)
        if said is None or span is None or page.published is None:
            continue
        first, last = _days(span, page.published)
        wanted = number(said["n"]) if not said["n"].isdigit() else int(said["n"])
        given = _length(first, last, said["unit"], page.calendar) if first and last and first <= last else None
        if wanted is not None and given is not None and given < wanted:
            yield flaw("publicity", Severity.WARN, paragraph.where, f"{span[0]}（{said[0][-12:]}）",
                       f"起止日期之间只有{given}个{_unit(said['unit'])}，少于所写的{wanted}个，请核对或延长公示。")  # fmt: skip


def _days(span: re.Match[str], published: date) -> tuple[date | None, date | None]:
    year = int(span["ay"] or published.year)
    first = _date(year, span["am"], span["ad"])
    last = _date(int(span["by"] or year), span["bm"], span["bd"])
    if first and last and last < first and not span["by"]:
        last = _date(year + 1, span["bm"], span["bd"])
    return first, last


def _date(year: int, month: str, day: str) -> date | None:
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None


def _length(first: date, last: date, unit: str, calendar: WorkCalendar) -> int | None:
    if unit != "工作日":
        return (last - first).days + 1
    try:
        return sum(calendar.is_workday(first + timedelta(days=n)) for n in range((last - first).days + 1))
    except CalendarHorizonError:
        return None


def _unit(unit: str) -> str:
    return "工作日" if unit == "工作日" else "自然日"
