from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import SHANGHAI, local_date
from core.configuration import load_settings
from core.service import Schedule
from core.settings import Settings
from demo.configure import write_config
from demo.town import DemoTown
from service.schedule.slots import LATE, History, Slot, crawled_sites, overdue_jobs, slots_due, spread
from store.jobs import Key

SCHEDULE = Schedule(spread_minutes=0)
DAYTIME = ("crawl", "check", "digest", "prune")


def at(text: str) -> datetime:
    """China's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@cache
def town() -> Settings:
    with TemporaryDirectory() as folder, DemoTown(local_date(at("2026-03-04 10:00"))) as demo:
        write_config(Path(folder), demo, "http://127.0.0.1:9/", "mailto://127.0.0.1:9")
        return load_settings(Path(folder))


class Rows:
    """The rows of a schedule, as the store would keep them: what is due is entered, and what is to run begins at once."""

    def __init__(self, schedule: Schedule = SCHEDULE) -> None:
        self.schedule = schedule
        self.rows: dict[tuple[Key, datetime], Slot] = {}
        self.begun: dict[str, datetime] = {}

    def tick(self, now: datetime) -> list[Slot]:
        first: dict[Key, datetime] = {}
        for key, slot in self.rows:
            first[key] = min(slot, first.get(key, slot))
        entered = slots_due(self.schedule, {"town": town()}, History(frozenset(self.rows), first, self.begun), now)
        for each in entered:
            key = ((each.town, each.job, each.part), each.at)
            assert key not in self.rows, "a slot with a row was entered again"
            self.rows[key] = each
            if not each.missed:
                self.begun.setdefault(each.town, now)
        return entered

    def ticks(self, times: Iterable[datetime]) -> list[Slot]:
        return [slot for time in times for slot in self.tick(time)]


def run(slots: Iterable[Slot], job: str, part: str | None = None) -> list[Slot]:
    return [slot for slot in slots if slot.job == job and not slot.missed and part in (None, slot.part)]


def hourly(first: datetime, last: datetime, step: timedelta = timedelta(minutes=5)) -> list[datetime]:
    return [first + count * step for count in range(int((last - first) / step) + 1)]


def test_a_new_town_begins_with_a_crawl_and_sends_and_nothing_else() -> None:
    """A check of an empty store, or a digest of months that nobody watched, would say what is not so."""
    entered = Rows().tick(at("2026-03-02 10:00"))
    assert {slot.job for slot in entered} == {"crawl", "send"}
    assert [slot.part for slot in run(entered, "crawl")] == crawled_sites(town())
    assert not any(slot.caught_up or slot.missed for slot in entered)


def test_an_ordinary_day() -> None:
    rows = Rows()
    rows.tick(at("2026-03-03 20:00"))
    day = rows.ticks(hourly(at("2026-03-04 00:00"), at("2026-03-04 23:55")))
    assert [slot.at for slot in run(day, "check")] == [at("2026-03-04 08:30"), at("2026-03-04 16:30")]
    assert len(run(day, "crawl")) == len(crawled_sites(town()))
    assert [slot.at for slot in run(day, "prune")] == [at("2026-03-04 02:30")]
    assert not any(slot.missed or slot.caught_up for slot in day)
    assert run(day, "digest") == []


def test_two_slots_missed_are_both_made_up_for_once() -> None:
    """The machine was off from the evening until the next day at ten: the crawl and the check are each run once."""
    rows = Rows()
    rows.ticks(hourly(at("2026-03-02 10:00"), at("2026-03-03 20:00")))
    late = rows.tick(at("2026-03-04 10:00"))
    assert [(slot.at, slot.caught_up) for slot in run(late, "check")] == [(at("2026-03-04 08:30"), True)]
    assert {(slot.at, slot.caught_up) for slot in run(late, "crawl")} == {(at("2026-03-04 06:30"), True)}
    assert not any(slot.missed for slot in late)
    assert [slot.job for slot in rows.tick(at("2026-03-04 10:01"))] == ["send"]


def test_of_several_missed_slots_of_a_job_only_the_latest_is_run() -> None:
    rows = Rows()
    rows.ticks(hourly(at("2026-03-02 10:00"), at("2026-03-02 20:00")))
    late = rows.tick(at("2026-03-04 10:00"))
    assert [slot.at for slot in run(late, "check")] == [at("2026-03-04 08:30")]
    missed = [slot.at for slot in late if slot.missed and slot.job == "check"]
    assert missed == [at("2026-03-03 08:30"), at("2026-03-03 16:30")]


def test_what_was_missed_longer_ago_than_said_is_let_go() -> None:
    rows = Rows(Schedule(spread_minutes=0, catch_up_days=1))
    rows.ticks(hourly(at("2026-03-02 10:00"), at("2026-03-02 20:00")))
    late = rows.tick(at("2026-03-10 07:00"))
    assert min(slot.at for slot in late) > at("2026-03-09 07:00")


def test_a_digest_is_made_up_for_after_a_long_holiday() -> None:
    """The 1st of October begins a holiday of eight days, through which the machine of an office may be off."""
    rows = Rows()
    rows.ticks(hourly(at("2026-09-28 10:00"), at("2026-09-30 17:00")))
    late = rows.tick(at("2026-10-09 08:00"))
    assert [(slot.at, slot.caught_up) for slot in run(late, "digest")] == [(at("2026-10-01 09:00"), True)]


def test_a_site_added_later_begins_at_once_and_has_missed_nothing() -> None:
    rows = Rows()
    rows.ticks(hourly(at("2026-03-02 10:00"), at("2026-03-04 10:00")))
    rows.rows = {key: slot for key, slot in rows.rows.items() if slot.part != "people-board"}
    added = [slot for slot in rows.tick(at("2026-03-04 11:00")) if slot.part == "people-board"]
    assert [(slot.at, slot.caught_up, slot.missed) for slot in added] == [(at("2026-03-04 06:30"), False, False)]


def test_a_clock_set_back_repeats_nothing_and_one_set_forward_skips_nothing() -> None:
    rows = Rows()
    rows.ticks(hourly(at("2026-03-02 10:00"), at("2026-03-04 09:00")))
    # Back by two hours: what ran at 08:30 is not run again.
    again = rows.ticks(hourly(at("2026-03-04 07:00"), at("2026-03-04 12:00")))
    assert {slot.job for slot in again} <= {"send", "visit"}
    assert [slot.at for slot in run(again, "visit")] == [at(f"2026-03-04 {hour}:00") for hour in (10, 11, 12)]
    # Forward by a year, by mistake, and back again: the afternoon of the true day is still run.
    rows.tick(at("2027-03-04 12:00"))
    afternoon = rows.ticks(hourly(at("2026-03-04 12:05"), at("2026-03-04 17:00")))
    assert [slot.at for slot in run(afternoon, "check")] == [at("2026-03-04 16:30")]


def test_a_town_first_seen_by_a_wrong_clock_is_still_watched() -> None:
    rows = Rows()
    rows.tick(at("2031-01-01 12:00"))
    day = rows.ticks(hourly(at("2026-03-04 00:00"), at("2026-03-04 20:00")))
    assert at("2026-03-04 16:30") in [slot.at for slot in run(day, "check")]
    assert len([slot for slot in run(day, "crawl") if slot.at == at("2026-03-04 06:30")]) == len(crawled_sites(town()))


@settings(max_examples=60)
@given(
    gaps=st.lists(st.integers(1, 4000), min_size=1, max_size=40),
    spread_minutes=st.integers(0, 720),
    catch_up_days=st.integers(0, 5),
)
def test_each_slot_has_exactly_one_row_whatever_the_ticks(
    gaps: list[int], spread_minutes: int, catch_up_days: int
) -> None:
    """Ticks with any gaps (the service was down, or the machine slow): no slot is entered twice (asserted at each tick), at
    most one slot of a job is run at a tick, it is the latest, and nothing that is still made up for is left out."""
    schedule = Schedule(spread_minutes=spread_minutes, catch_up_days=catch_up_days)
    rows, now = Rows(schedule), at("2026-03-01 00:00")
    start = now
    for gap in gaps:
        now += timedelta(minutes=gap)
        by_key: dict[Key, list[Slot]] = {}
        for slot in rows.tick(now):
            by_key.setdefault((slot.town, slot.job, slot.part), []).append(slot)
        for key, slots in by_key.items():
            going = [slot for slot in slots if not slot.missed]
            assert len(going) <= 1, key
            assert not going or going[0].at == max(slot.at for slot in slots)
        # The latest check that is due now has a row, unless the schedule is younger, or it is too long ago.
        reach = max(timedelta(days=catch_up_days), LATE)
        checks = [
            moment for day in range(-1, 200) for clock in ("08:30", "16:30")
            if start < (moment := at(f"2026-03-01 {clock}") + timedelta(days=day)) <= now
        ]
        if checks and min(rows.begun.values()) < checks[-1] and now - checks[-1] < reach:
            assert (("town", "check", ""), checks[-1]) in rows.rows


def test_sites_are_spread_over_the_time_given_and_always_at_the_same_minute() -> None:
    found = [spread("town", f"site-{number}", 30) for number in range(300)]
    assert found == [spread("town", f"site-{number}", 30) for number in range(300)]
    assert min(found) >= timedelta(0) and max(found) < timedelta(minutes=30)
    thirds = [sum(each // timedelta(minutes=10) == third for each in found) for third in range(3)]
    assert min(thirds) > 60
    assert spread("town", "x", 0) == timedelta(0)
    assert spread("a", "x", 720) != spread("b", "x", 720)


def test_the_dead_man_names_what_has_not_been_done() -> None:
    begun = {"town": at("2026-03-01 10:00")}
    sites = crawled_sites(town())
    done: dict[Key, datetime] = {("town", "crawl", site): at("2026-03-04 06:30") for site in sites[1:]}
    done |= {("town", "check", ""): at("2026-03-04 08:30"), ("town", "prune", ""): at("2026-03-04 02:30"),
             ("town", "send", ""): at("2026-03-04 13:59"), ("town", "visit", ""): at("2026-03-04 13:00")}
    done[("town", "crawl", sites[0])] = at("2026-03-02 06:30")
    late = overdue_jobs(SCHEDULE, {"town": town()}, done, begun, at("2026-03-04 14:00"))
    assert [(slot.job, slot.part, slot.at) for slot in late] == [("crawl", sites[0], at("2026-03-03 06:30"))]
    # The slot of 16:30 is late only once the time allowed has passed; nobody sends since the morning; home pages are opened.
    done[("town", "visit", "")] = at("2026-03-04 19:00")
    done[("town", "send", "")] = at("2026-03-04 08:00")
    late = overdue_jobs(SCHEDULE, {"town": town()}, done, begun, at("2026-03-04 20:00"))
    assert {slot.job for slot in late} == {"crawl", "send"}
    assert overdue_jobs(SCHEDULE, {"town": town()}, {}, {}, at("2026-03-04 20:00")) == []


def test_home_pages_are_opened_once_an_hour_and_never_in_a_burst() -> None:
    rows = Rows()
    rows.tick(at("2026-03-03 20:30"))
    day = rows.ticks(hourly(at("2026-03-04 00:00"), at("2026-03-04 23:55")))
    # The national test wants 20 spaced visits a day.
    assert len(run(day, "visit")) == 24
    # The machine is off for a day and a half: what was missed is missed, and no row says otherwise.
    late = rows.ticks(hourly(at("2026-03-06 12:10"), at("2026-03-06 13:00")))
    assert [slot.at for slot in late if slot.job == "visit"] == [at("2026-03-06 12:00"), at("2026-03-06 13:00")]
    assert not any(slot.missed or slot.caught_up for slot in late if slot.job == "visit")


def test_towns_do_not_all_come_on_the_hour() -> None:
    rows = Rows(Schedule(spread_minutes=30))
    rows.tick(at("2026-03-03 20:30"))
    times = {now: run(rows.tick(now), "visit") for now in hourly(at("2026-03-04 00:00"), at("2026-03-04 05:59"), timedelta(minutes=1))}
    begun = [now for now, slots in times.items() if slots]
    assert len(begun) == 6
    assert {now.minute for now in begun} == {begun[0].minute}
    assert begun[0].minute <= 31


def test_visits_may_be_switched_off() -> None:
    rows = Rows(Schedule(spread_minutes=0, visit_every_minutes=0))
    rows.tick(at("2026-03-03 20:30"))
    assert run(rows.ticks(hourly(at("2026-03-04 00:00"), at("2026-03-04 05:55"))), "visit") == []


def test_the_dead_man_hears_of_visits_that_do_not_come() -> None:
    begun: dict[str, datetime] = {"town": at("2026-03-04 00:00")}
    late = overdue_jobs(SCHEDULE, {"town": town()}, {("town", "visit", ""): at("2026-03-04 01:00")}, begun, at("2026-03-04 08:01"))
    assert "visit" in {slot.job for slot in late}
    late = overdue_jobs(SCHEDULE, {"town": town()}, {("town", "visit", ""): at("2026-03-04 01:00")}, begun, at("2026-03-04 07:59"))
    assert "visit" not in {slot.job for slot in late}
