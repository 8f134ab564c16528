"""The statutory clock of an application (政府信息公开条例 arts. 30 to 36), computed from what was done with it. Pure.

The day of an event is not counted. While others are asked the clock stands still, but never longer than they have to
answer in; a correction starts it anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.applications import Application, ApplicationStep
from core.calendar import Deadline, WorkCalendar

REPLY, CORRECTION, ANSWER, LONGEST_EXTENSION = 20, 7, 15, 20
"""Working days: art. 33 (reply, extension), art. 30 (asking for a correction), arts. 32 and 34 (those who are asked)."""
FEE = 20
"""Working days to pay after the fee notice (国办函〔2020〕109号); who does not pay is taken to have given up."""
_LIMITS = {"third_party": ANSWER, "co_maker": ANSWER, "fee": FEE}
_NEAR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Where an application's time stands. ``due``: by when to answer; None while the applicant has to correct.

    ``waits_for``: ``correction``, or whom the clock stands still for, until ``waits_until`` at the latest (``due`` then takes
    it that they need all of it). ``correction_by``: until when a correction may be asked for, before anything was done.
    ``breaches``: what was done too late or too long, as sentences.
    """

    due: Deadline | None
    waits_for: str = ""
    waits_until: date | None = None
    correction_by: Deadline | None = None
    breaches: tuple[str, ...] = ()

    def overdue(self, today: date) -> bool:
        """Past its due day; a provisional one is never called overdue."""
        return self.due is not None and not self.due.provisional and today > self.due.day

    def near(self, today: date, calendar: WorkCalendar) -> bool:
        """Due within three working days; a provisional day, which may come out up to three days early, within six."""
        if self.due is None or self.overdue(today):
            return False
        return calendar.between(today, self.due.day)[0] <= _NEAR * (2 if self.due.provisional else 1)


@dataclass(frozen=True, slots=True)
class _Spent:
    """A stretch of time under way: since when it runs, what is left of it, and whether the holidays so far are known."""

    start: date
    left: int
    provisional: bool = False

    def due(self, calendar: WorkCalendar) -> Deadline:
        end = calendar.add(self.start, max(self.left, 0))
        return Deadline(end.day, end.provisional or self.provisional)

    def stopped(self, pause: _Pause, calendar: WorkCalendar) -> _Spent:
        used, unsure = calendar.between(self.start, pause.start)
        return _Spent(max(pause.end, self.start), self.left - max(used, 0), self.provisional or unsure or pause.provisional)


@dataclass(frozen=True, slots=True)
class _Pause:
    """A stretch in which the clock stands still. ``provisional``: its end is one that holidays may still move."""

    start: date
    end: date
    whom: str
    provisional: bool = False


def clock(application: Application, calendar: WorkCalendar) -> Clock:
    """The clock as its steps left it."""
    steps = _since_restart(application.steps)
    restart = next((step for step in steps if step.action == "correct"), None)
    asked = next((step for step in steps if step.action == "ask_correction"), None)
    breaches = tuple(_breaches(application, calendar))
    if asked is not None:
        until = _day(asked.data.get("until"))
        return Clock(due=None, waits_for="correction", waits_until=until, breaches=breaches)
    start = restart.day if restart else application.received
    due, waiting = _due(start, steps, calendar)
    untouched = all(step.action in ("receive", "note") for step in application.steps)
    return Clock(
        due=due, waits_for=waiting.whom if waiting else "", waits_until=waiting.end if waiting else None,
        correction_by=calendar.add(application.received, CORRECTION) if untouched else None, breaches=breaches,
    )


def _due(start: date, steps: Sequence[ApplicationStep], calendar: WorkCalendar) -> tuple[Deadline, _Pause | None]:
    """When the reply is due, and the pause that still lasts."""
    extra = sum(int(step.data.get("workdays", 0)) for step in steps if step.action == "extend")
    spent, open_pause = _Spent(start, REPLY + extra), None
    for pause, closed in _merged(list(_pauses(steps, calendar))):
        spent = spent.stopped(pause, calendar)
        open_pause = None if closed else pause
    due = spent.due(calendar)
    delayed = [day for step in steps if step.action == "delay" and (day := _day(step.data.get("until")))]
    # Art. 35: a reasonable time of its own, told to the applicant, takes the place of the twenty days where it is later.
    if delayed and max(delayed) > due.day:
        due = Deadline(max(delayed), False)
    return due, open_pause


def _pauses(steps: Sequence[ApplicationStep], calendar: WorkCalendar) -> Iterator[tuple[_Pause, bool]]:
    """Each time that somebody was asked, and whether they have answered."""
    for place, step in enumerate(steps):
        if step.action != "consult":
            continue
        whom = str(step.data["whom"])
        latest = calendar.add(step.day, _LIMITS[whom])
        answer = next((s.day for s in steps[place + 1 :] if s.action == "consulted" and s.data.get("whom") == whom), None)
        if answer is not None and answer <= latest.day:
            yield _Pause(step.day, answer, whom), True
        else:
            yield _Pause(step.day, latest.day, whom, latest.provisional), answer is not None


def _merged(pauses: list[tuple[_Pause, bool]]) -> list[tuple[_Pause, bool]]:
    """Pauses that overlap stop the clock once: the whole lasts until the last of them ends."""
    found: list[tuple[_Pause, bool]] = []
    for pause, closed in sorted(pauses, key=lambda each: each[0].start):
        if found and pause.start <= found[-1][0].end:
            before, was_closed = found[-1]
            later = pause if not closed or pause.end > before.end else before
            whole = replace(later, start=before.start, end=max(before.end, pause.end))
            found[-1] = (replace(whole, provisional=before.provisional or pause.provisional), was_closed and closed)
        else:
            found.append((pause, closed))
    return found


def _since_restart(steps: Sequence[ApplicationStep]) -> list[ApplicationStep]:
    """The steps from the last correction on: what came before it no longer counts."""
    last = max((place for place, step in enumerate(steps) if step.action == "correct"), default=0)
    return list(steps[last:])


def _breaches(application: Application, calendar: WorkCalendar) -> Iterator[str]:
    """What the register itself shows to have been done against the time limits."""
    begins = application.received
    for place, step in enumerate(application.steps):
        before = application.steps[:place]
        if step.action == "correct":
            begins = step.day
        if step.action == "ask_correction" and _late(step.day, limit := calendar.add(begins, CORRECTION)):
            yield f"补正通知于{step.day}发出，应在{limit.day}前（收到申请之日起7个工作日内）"
        if step.action in ("extend", "close"):
            due, _ = _due(begins, _since_restart(before), calendar)
            waiting = any(each.action == "ask_correction" for each in _since_restart(before))
            if not waiting and _late(step.day, due):
                yield f"{'延期告知' if step.action == 'extend' else '答复'}于{step.day}作出，期限为{due.day}"


def _late(day: date, limit: Deadline) -> bool:
    return day > limit.day and not limit.provisional


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None
