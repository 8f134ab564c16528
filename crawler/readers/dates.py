"""Dates as Chinese pages write them. What is not a possible date is no date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from core.clock import SHANGHAI, Moment

_FULL_WIDTH = str.maketrans("０１２３４５６７８９：－／．　\xa0", "0123456789:-/.  ")
_NUMERALS = {**{char: index for index, char in enumerate("〇一二三四五六七八九")}, "○": 0, "Ｏ": 0, "零": 0, "O": 0,
             "◯": 0, "０": 0}  # fmt: skip
_TIME = (
    r"(?:(?:[\sT,，]|&nbsp;|[(（]?(?:星期|周|週)[一二三四五六日天][)）]?|-(?=\d{1,2}:))*"
    r"(?P<half>上午|下午|晚上|凌晨|中午|AM|PM)?\s*"
    r"(?P<hour>[01]?\d|2[0-3])\s?[:时時点點]\s?(?P<minute>[0-5]\d)(?:\s?[:分]\s?(?P<second>[0-5]\d)(?:\.\d+)?)?"
    r"\s?(?P<pm>[AaPp][Mm]\b)?(?P<zone>Z\b|[+-]\d\d:?\d\d\b)?(?!\d))?"
)
_YMD = re.compile(
    r"(?<![\d.])(?P<year>19[89]\d|20\d\d)\s?(?P<sep>[-/.年])\s?(?P<month>1[0-2]|0?[1-9])\s?(?:(?P=sep)|月|(?<=\d)-)\s?"
    r"(?P<day>3[01]|[12]\d|0?[1-9])(?:\s?[日号號]|(?=\d\d:\d\d)|(?!\d|[.]\d|%))" + _TIME
)
_HAN = re.compile(
    r"(?P<year>[一二][〇○ＯO◯零０一二三四五六七八九]{3})\s?年\s?(?P<month>[一二三四五六七八九十]{1,2})\s?月\s?"
    r"(?P<day>[一二三四五六七八九十廿卅]{1,3})\s?[日号號]"
)
_COMPACT = re.compile(r"(?<!\d)(19[89]\d|20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:([01]\d|2[0-3])([0-5]\d)([0-5]\d)?)?(?!\d)")
_ENGLISH = re.compile(
    r"\b(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?\s(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,?\s"
    r"(?P<year>19[89]\d|20\d\d)(?!\d)" + _TIME
)
_ENGLISH_DAY_FIRST = re.compile(
    r"\b(?P<day>3[01]|[12]\d|0?[1-9])\s(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?,?\s"
    r"(?P<year>19[89]\d|20\d\d)(?!\d)" + _TIME
)
# Month first, as servers set to American English write: 3/14/2026 5:54:13 PM. A first figure beyond 12 is a day.
_MONTH_FIRST = re.compile(r"(?<![\d/])(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])/(?P<year>19[89]\d|20\d\d)(?!\d)" + _TIME)
_DAY_FIRST = re.compile(r"(?<![\d/])(?P<day>3[01]|2\d|1[3-9])/(?P<month>1[0-2]|0?[1-9])/(?P<year>19[89]\d|20\d\d)(?!\d)" + _TIME)
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


# What every date has, in full width or not: quick to look for, and most lines have none.
_YEAR = re.compile("[12１２][90０９]")
_MONTH_NAME = re.compile("|".join(_MONTHS))


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text and the span that it takes."""

    moment: Moment
    start: int
    end: int


def find_dates(text: str) -> Iterator[Found]:
    """Every full date (with a year) of a text, in order. Impossible ones are passed over."""
    if "年" not in text and _YEAR.search(text) is None:
        return
    if not text.isascii():
        text = text.translate(_FULL_WIDTH)
    patterns = [(_YMD, _moment)]
    if "年" in text:
        patterns.append((_HAN, _han_moment))
    if "/" in text:
        patterns += [(_MONTH_FIRST, _moment), (_DAY_FIRST, _moment)]
    if _MONTH_NAME.search(text):
        patterns += [(_ENGLISH, _moment), (_ENGLISH_DAY_FIRST, _moment)]
    for pattern, make in patterns:
        for match in pattern.finditer(text):
            if moment := make(match):
                yield Found(moment, match.start(), match.end())


def parse_date(text: str) -> Moment | None:
    """The first date of a short text that is meant as one: a tag's value, a table cell. Takes ISO 8601, RFC 2822,
    English month names, 20260304 and seconds or milliseconds of the epoch besides what :func:`find_dates` finds."""
    text = text.translate(_FULL_WIDTH).strip()
    if text[:3].isalpha() and (moment := _rfc(text.replace(" CST", " +0800"))):  # China's, not Chicago's
        return moment
    for found in find_dates(text):
        return found.moment
    if match := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups())
        return _of(year, month, day, hour, minute, second)
    if re.fullmatch(r"1\d{9}(\d{3})?", text):
        return Moment(datetime.fromtimestamp(int(text[:10]), UTC))
    return None


def url_date(url: str) -> Moment | None:
    """The day that an address carries (``/2023/10/23/art_``, ``t20181102_``, ``/202312/14/``): when the page was made,
    which may be long before or after it was published."""
    path = url.split("://", 1)[-1].partition("/")[2].partition("?")[0]
    for pattern in _URL_DAYS:
        if match := pattern.search(path):
            year, month, day = (int(part) for part in match.groups())
            return _of(year, month, day)
    return None


_URL_DAYS = (
    re.compile(r"(?<!\d)(19[89]\d|20\d\d)[-/_](1[0-2]|0?[1-9])[-/_](3[01]|[12]\d|0?[1-9])(?!\d)"),
    re.compile(r"(?<!\d)(19[89]\d|20\d\d)[-/_]?(0[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])(?!\d)"),
)


def _of(
    year: int | None, month: int | None, day: int | None, hour: int | None = None, minute: int | None = 0, second: int | None = 0
) -> Moment | None:
    try:
        return Moment.of(year or 0, month or 0, day or 0, hour, minute or 0, second or 0)
    except ValueError:
        return None


def _moment(match: re.Match[str]) -> Moment | None:
    parts = match.groupdict()
    month = _MONTHS.index(parts["month"]) + 1 if parts["month"] in _MONTHS else int(parts["month"])
    day = _of(int(parts["year"]), month, int(parts["day"]))
    if day is None or parts["hour"] is None:
        return day
    hour, minute, second = int(parts["hour"]), int(parts["minute"]), int(parts["second"] or 0)
    half = parts["half"] or (parts["pm"] or "").upper()
    if half in ("下午", "晚上", "PM") and hour < 12:
        hour += 12
    if parts["zone"]:
        return _zoned(day.day, parts["zone"], hour, minute, second)
    return _of(day.day.year, day.day.month, day.day.day, hour, minute, second)


def _zoned(day: date, zone: str, hour: int, minute: int, second: int) -> Moment:
    zone = "+00:00" if zone == "Z" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return Moment(datetime.fromisoformat(f"{day.isoformat()}T{hour:02}:{minute:02}:{second:02}{zone}"))


def _han_moment(match: re.Match[str]) -> Moment | None:
    year = int("".join(str(_NUMERALS[char]) for char in match["year"]))
    return _of(year, _han_number(match["month"]), _han_number(match["day"]))


def _han_number(text: str) -> int:
    """一 to 三十一, also 廿 and 卅."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    value = (_NUMERALS.get(tens, 1) if tens else 1) * 10 if ten else 0
    return value + (_NUMERALS.get(ones, 99) if ones else 0)


def _rfc(text: str) -> Moment | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return Moment(at if at.tzinfo else at.replace(tzinfo=SHANGHAI))
