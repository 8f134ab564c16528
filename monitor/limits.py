"""公开时限 of a disclosure catalogue to its normal form (facts/rules.md section 4.3).

A string is folded (no white space, half width, digits), then recognisers run in a fixed order, each taking what it
understands out of the text; what is left and still speaks of time is ``unknown``, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.text import fold_plain
from monitor import limit_words as words
from monitor.limit_words import LimitKind, LimitUnit
from monitor.numerals import with_digits


@dataclass(frozen=True, slots=True)
class LimitRule:
    """One limit of a string. ``within`` and ``before``: ``n`` of ``unit`` after or before ``trigger`` (None where the text
    names one that has no word here); ``publicity_min``: the shortest time on show; ``periodic``: an ISO 8601 ``period``
    (None for a bare 定期), ``n`` times in it where the text says so."""

    kind: LimitKind
    n: int | None = None
    unit: LimitUnit | None = None
    trigger: str | None = None
    period: str | None = None


_UNKNOWN = LimitRule("unknown")
# What a recogniser took is blanked with one of these, so that places stay.
_TAKEN, _TAKEN_WITHIN = "\0", "\x01"


def parse(raw: str) -> tuple[LimitRule, ...]:
    """All the limits of a string in the order of the text; ``unknown`` alone where nothing is understood."""
    reading = _Reading(normalise(raw))
    for recogniser in _ORDER:
        recogniser(reading)
    if residue := words.RESIDUE.search(reading.left):
        reading.add(residue, _UNKNOWN)
    rules = dict.fromkeys(rule for _, rule in sorted(reading.found, key=lambda item: item[0]))
    if any(rule.period for rule in rules):
        rules.pop(LimitRule("periodic"), None)
    return tuple(rules) or (_UNKNOWN,)


def normalise(raw: str) -> str:
    """Folded for the recognisers: white space gone wherever it stood, enumeration marks turned into separators."""
    text = re.sub(r"\\[nrt]|\s|[\u200b-\u200f\u2060\ufeff]", "", raw)
    text = fold_plain(words.CIRCLED.sub(";", text))
    text = words.LABEL.sub("", re.sub(r"[;；]", ";", text).replace("。", ";"))
    text = words.DAYS_OF_WORK.sub(lambda match: f"{match['n'] or ''}个工作日", text)
    text = words.BRACKETED_UNIT.sub(r"\1", text)
    text = words.EACH_HALF.sub("每", words.AT_EACH.sub("每", text)).replace("24h", "24小时")
    text = words.SAID_TWICE.sub(r"\1", with_digits(text))
    text = words.BRACKETED_NUMBER.sub(r"\1", text)
    return words.ENUMERATOR.sub(";", text)


class _Reading:
    """A string while it is read: what is left of it (the same length, blanked where taken), and what was found."""

    def __init__(self, text: str) -> None:
        self.left = text
        self.found: list[tuple[int, LimitRule]] = []

    def take(self, pattern: re.Pattern[str], blank: str = _TAKEN) -> Iterator[re.Match[str]]:
        """Every match of a pattern in what is left, taken out after its turn."""
        for match in pattern.finditer(self.left):
            yield match
            self.left = self.left[: match.start()] + blank * len(match[0]) + self.left[match.end() :]

    def add(self, match: re.Match[str], rule: LimitRule) -> None:
        """A rule found there."""
        self.found.append((match.start(), rule))


def _override(reading: _Reading) -> None:
    for pattern in (words.OVERRIDE, words.STATUTORY):
        for match in reading.take(pattern):
            reading.add(match, LimitRule("statute_override"))


def _publicity(reading: _Reading) -> None:
    for pattern in words.PUBLICITY:
        for match in reading.take(pattern):
            _shown(reading, match)
    for match in reading.take(words.SHOWN_TOO):
        _shown(reading, match)


def _shown(reading: _Reading, match: re.Match[str]) -> None:
    n, unit = _quantity(match, shortest=True)
    reading.add(match, LimitRule("publicity_min", n, unit))


def _periodic(reading: _Reading) -> None:
    for match in reading.take(words.HALVES):
        reading.add(match, LimitRule("periodic", _times(match), period="P6M"))
    for pattern in words.PERIODIC:
        for match in reading.take(pattern):
            reading.add(match, LimitRule("periodic", _times(match), period=_period(match)))
    for match in reading.take(words.REGULARLY):
        reading.add(match, LimitRule("periodic"))


def _before(reading: _Reading) -> None:
    for pattern in words.BEFORE:
        for match in reading.take(pattern):
            n, unit = _quantity(match, shortest=True) if match.groupdict().get("n") else (None, None)
            clause = re.split(r"[,;\0\x01]", reading.left[: match.start()])[-1] + match[0]
            reading.add(match, LimitRule("before", n, unit, "meeting_held" if words.MEETING.search(clause) else None))


def _within(reading: _Reading) -> None:
    for pattern in words.WITHIN:
        for match in reading.take(pattern, _TAKEN_WITHIN):
            n, unit = _quantity(match, shortest=False)
            before, after = reading.left[: match.start()], reading.left[match.end() :]
            reading.add(match, LimitRule("within", n, unit, _trigger(reading, before, after)))
    for match in reading.take(words.SAME_DAY, _TAKEN_WITHIN):
        reading.add(match, LimitRule("within", 0, "day", _trigger(reading, reading.left[: match.start()], "")))
    for match in reading.take(words.NEXT_DAY, _TAKEN_WITHIN):
        following: LimitUnit = "workday" if "工作" in match[0] else "day"
        reading.add(match, LimitRule("within", 1, following, _trigger(reading, reading.left[: match.start()], "")))


def _words(reading: _Reading) -> None:
    for kind, pattern in words.WORDS:
        for match in reading.take(pattern):
            if kind:
                reading.add(match, LimitRule(kind))


_ORDER: tuple[Callable[[_Reading], None], ...] = (_override, _publicity, _periodic, _before, _within, _words)


def _quantity(match: re.Match[str], *, shortest: bool) -> tuple[int, LimitUnit]:
    """A match's number and unit. Of a range the end that binds: the longest time to act, the shortest time on show."""
    first, last = int(match["n"]), int(match["to"] or match["n"])
    n = min(first, last) if shortest else max(first, last)
    factor, unit = words.UNITS[match["unit"]]
    return n * factor, unit


def _times(match: re.Match[str]) -> int | None:
    """How often in the period: 每年6月、12月各公开1次 is twice."""
    times = match.groupdict().get("times")
    each = max(len(re.findall(r"\d月", match[0])), 1) if "各" in match[0] else 1
    return int(times) * each if times else None


def _period(match: re.Match[str]) -> str:
    count, (factor, letter) = int(match.groupdict().get("count") or 1), words.PERIODS[match["every"] or "年"]
    if letter == "M" and count * factor % 12 == 0:
        return f"P{count * factor // 12}Y"
    return f"P{count * factor}{letter}"


def _trigger(reading: _Reading, before: str, after: str) -> str | None:
    """What the time runs from. Said before the number as a rule, nearest first; after it in 20日内(自…之日起). Who names
    nothing goes on from the limit before (事件发生后2小时内报告,12小时内发布). A bare number runs from what art. 26 of the
    条例 says, the information's forming or change; None where it is another thing."""
    said = [*reversed(re.split(r"[,(]", re.split(r"[;]", before)[-1])), re.split(r"[;\0\x01]", after)[0]]
    for place, clause in enumerate(said):
        spoken = re.split(r"[\0\x01]", clause)[-1]
        if place == len(said) - 1 and not words.STARTS.search(spoken):
            break
        nearest = max(
            ((match.end(), -order, name) for order, (name, pattern) in enumerate(words.TRIGGERS)
             for match in pattern.finditer(spoken)),
            default=None,
        )  # fmt: skip
        if nearest:
            # 结束后 speaks of a period only where one was named.
            ended = nearest[2] == "period_ended" and spoken == clause and spoken.startswith("结束")
            return "completed" if ended and not any(rule.period for _, rule in reading.found) else nearest[2]
        if words.MARKER.search(spoken):
            return None
        if spoken != clause:
            break
    return _carried(reading, before)


def _carried(reading: _Reading, before: str) -> str | None:
    """The trigger of the limit before, in the same sentence or where a new one begins with the number; what is said of
    其他 begins anew."""
    own = re.split(r"[\0\x01]", before)[-1]
    if words.ANEW.search(own) or (";" in own and own.rpartition(";")[2]):
        return "formed_or_changed"
    earlier = [(at, rule.trigger) for at, rule in reading.found if rule.kind == "within" and at < len(before)]
    return max(earlier, key=lambda item: item[0])[1] if earlier else "formed_or_changed"


def as_data(raw: str) -> dict[str, object]:
    """The line of the contract for one string."""
    fields = ("kind", "n", "unit", "trigger", "period")
    return {"raw": raw, "rules": [{name: getattr(rule, name) for name in fields} for rule in parse(raw)]}
