"""What an inspection counts, what it leaves out, and when it gives no answer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from core.catalogue import ColumnStatus
from core.errors import ConfigErrors
from core.nouns import Finding, Severity
from core.settings import Column
from monitor.inspection import Count, Inspection, Seen, Waiting, inspect
from monitor.inspection_rules import Counter, Preset, Where, load

DAY = date(2026, 11, 24)
ROOT = Path(__file__).parents[2]
NATIONAL, QUARTER = (load(ROOT / "config").named(name) for name in ("national", "quarter"))


def column(name: str, kind: str = "key_field", status: str = "fresh", latest: date | None = DAY, **more: Any) -> tuple[Column, ColumnStatus]:
    state = ColumnStatus(id=name, name=name, status=status, latest=latest, due=None, count=1, owner="clerk", reason="说明")  # type: ignore[arg-type]
    return Column(id=f"c{abs(hash(name))}", name=name, source=f"s{abs(hash(name))}", kind=kind, **more), state  # type: ignore[arg-type]


def finding(rule: str, subject: str = "record:1", severity: str = "error", **more: Any) -> Finding:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    values = {"fingerprint": f"{rule}{subject}", "rule_id": rule, "subject": subject, "severity": Severity(severity), "title": rule,
              "reason": "", "evidence": {}, "owner": "clerk", "first_seen_at": at, "last_seen_at": at}
    return Finding(**values | more)


def seen(**changes: Any) -> Seen:
    values: dict[str, Any] = {"day": DAY, "columns": [], "findings": [], "waiting": [], "sources_of": {}, "answered": ["site.down", "site.home_stale"]}
    return Seen(**values | changes)


def count(found: Inspection, name: str) -> Count:
    return next(each for each in (*found.veto, *found.items) if each.counter.id == name)


def test_the_three_counters_of_columns_and_none_counts_twice() -> None:
    columns = [
        column("动态", "news", "overdue", date(2026, 11, 9)), column("要闻", "news", latest=date(2026, 11, 10)),   # 15 days, 14 days
        column("公告", "notice", latest=date(2026, 5, 23), level=1), column("二级公告", "notice", latest=date(2026, 1, 1), level=2),
        column("救灾", status="overdue"), column("就业", status="delinquent"), column("养老", status="blank", latest=None),
        column("不适用", status="blank", applicable=False, reason="没有"),
    ]
    found = inspect(NATIONAL, seen(columns=columns))
    named = {name: [each.title for each in count(found, name).subjects] for name in ("W4-1", "W4-2", "W4-3")}
    # The second-level notices are only judged by their own period; the late news column is not counted again.
    assert named == {"W4-1": ["动态", "公告"], "W4-2": ["救灾", "就业"], "W4-3": ["养老"]}
    assert [(count(found, name).used, count(found, name).counter.budget) for name in named] == [(2, 5), (2, 10), (1, 5)]
    assert not found.vetoed


def test_the_fifth_blank_column_is_the_veto() -> None:
    for number, state in ((4, "used"), (5, "full")):
        found = inspect(NATIONAL, seen(columns=[column(f"栏目{n}", status="blank") for n in range(number)]))
        assert count(found, "W4-3").state == state
        assert bool(found.vetoed) == (state == "full")


def test_what_is_not_known_is_never_passed() -> None:
    unseen, known = column("动态", "news", "cannot_judge", None), column("要闻", "news")
    found = inspect(NATIONAL, seen(columns=[unseen, known], answered=[]))
    assert [count(found, name).state for name in ("W2", "W3", "W4-1", "W4-3", "W6", "N2")] == ["cannot_judge"] * 6
    assert [each.title for each in count(found, "W4-1").doubtful] == ["动态"]
    # One that is surely late is counted beside one that nobody knows.
    found = inspect(NATIONAL, seen(columns=[unseen, column("要闻", "news", latest=date(2026, 1, 1))]))
    assert (count(found, "W4-1").state, count(found, "W4-1").used, count(found, "W4-1").reason) == ("used", 1, "另有1个栏目无法判断")
    # Nothing was looked at: nothing is in order.
    assert {each.state for each in inspect(QUARTER, seen(looked=False)).items} == {"cannot_judge"}


def test_serious_errors_by_severity_and_false_alarms_left_out() -> None:
    found = inspect(NATIONAL, seen(findings=[
        finding("page.text.wording.confusion", severity="warn"), finding("page.text.wording.near_miss", "record:2", "veto"),
        finding("page.text.link.hidden", "record:3"), finding("page.redated", "record:4"), finding("page.redated", "record:5", "warn"),
        finding("page.text.wording.near_miss", "record:6", "veto", handling="false_alarm"),
    ]))
    assert [each.id for each in count(found, "W1").subjects] == [
        "page.text.wording.near_missrecord:2", "page.text.link.hiddenrecord:3", "page.redatedrecord:4",
    ]
    assert found.false_alarms == 1 and [each.counter.id for each in found.vetoed] == ["W1"]


def test_messages_that_wait_longer_than_three_months() -> None:
    def waiting(since: date, **more: Any) -> Waiting:
        return Waiting(**{"record": 1, "case": 7, "title": "来信", "since": since, "owner": None} | more)

    found = inspect(NATIONAL, seen(waiting=[
        waiting(date(2026, 8, 23)), waiting(date(2026, 8, 24), record=2, case=8), waiting(date(2026, 1, 1), record=3, case=9, type="感谢"),
        waiting(date(2026, 1, 2), record=4, case=None, url="http://a/"),
    ]))
    assert [(each.kind, each.id) for each in count(found, "W5").subjects] == [("case", "7"), ("message", "4")]


def test_rules_that_another_part_adds_count_by_their_prefix() -> None:
    found = inspect(NATIONAL, seen(findings=[finding("site.down", "site:a"), finding("page.dead_link", "record:1")]))
    assert count(found, "W2").state == "full" and count(found, "D9").used == 1
    found = inspect(QUARTER, seen(findings=[finding("item.missing", "item:a"), finding("page.text.element.x"), finding("page.item_late")]))
    assert count(found, "Q3-2").used == 2 and count(found, "Q1-10").used == 1


def test_the_quarters_findings_under_their_areas() -> None:
    columns = [column("财政专项资金", status="overdue"), column("养老服务", status="blank"), column("村（居）务公开", status="blank"),
               column("回应关切", "response", "overdue")]
    rules = ("page.contacts_differ", "page.text.date.after_publication", "page.repeated_title", "page.near_duplicate",
             "page.text.accuracy.nothing", "page.yearly_missing", "page.text.accuracy.foreign_place", "application.due")
    found = inspect(QUARTER, seen(columns=columns, findings=[finding(rule, f"record:{n}") for n, rule in enumerate(rules)]))
    used = {each.counter.id: each.used for each in found.items if each.used}
    assert used == {"Q1-1": 1, "Q1-2": 1, "Q1-3": 1, "Q1-4": 2, "Q1-5": 1, "Q1-6": 1, "Q1-7": 1, "Q2-1": 1, "Q3-1": 2, "Q4-1": 1, "Q5-1": 1}
    assert found.score is None and found.score_note == "这套办法没有公布分值，不计分"


def test_points_only_where_they_are_known_and_a_score_only_where_all_are() -> None:
    found = inspect(NATIONAL, seen(columns=[column("政策文件", "policy", latest=date(2026, 1, 1), level=1)]))
    assert count(found, "D4").deducted == 5 and count(found, "D3").deducted is None and found.deducted == 5
    assert found.score is None and "分值没有核实" in found.score_note
    late = Where(statuses=("blank",))
    known = Preset(id="x", name="x", full=100, item=(
        Counter(id="a", name="a", points=2, each=True, most=5, where=(late,)), Counter(id="b", name="b", points=3, where=(late,)),
    ))
    assert inspect(known, seen(columns=[column(f"栏目{n}", status="blank") for n in range(4)])).score == 92
    assert inspect(known, seen(columns=[column("栏目", status="cannot_judge")])).score is None


def test_findings_of_named_columns_alone() -> None:
    (one, state), (other, _) = column("村务公开"), column("救灾")
    preset = Preset(id="x", name="x", item=(Counter(id="a", name="a", where=(Where(rules=("page.",), names=("村务",)),)),))
    found = inspect(preset, seen(
        columns=[(one, state), (other, state)], findings=[finding("page.removed", "record:1"), finding("page.removed", "record:2")],
        sources_of={1: (one.source,), 2: (other.source,)},
    ))
    assert [each.id for each in count(found, "a").subjects] == ["page.removedrecord:1"]


BAD = {
    "counts two things": '[[preset]]\nid="a"\nname="a"\n[[preset.item]]\nid="b"\nname="b"\n[[preset.item.where]]\nrules=["x"]\nwaiting="P3M"\n',
    "counts nothing": '[[preset]]\nid="a"\nname="a"\n[[preset.item]]\nid="b"\nname="b"\n',
    "not an id": '[[preset]]\nid="a"\nname="a"\n[[preset.item]]\nid="b"\nname="b"\nmanual="x"\nwithout=["c"]\n',
    "in a ring": '[[preset]]\nid="a"\nname="a"\n' + "".join(
        f'[[preset.item]]\nid="{n}"\nname="x"\nmanual="x"\nwithout=["{m}"]\n' for n, m in (("b", "c"), ("c", "b"))),
    "twice": '[[preset]]\nid="a"\nname="a"\n' + '[[preset.item]]\nid="b"\nname="b"\nmanual="x"\n' * 2,
    "misspelt": '[[preset]]\nid="a"\nnmae="a"\n',
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_says_nothing_clear_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/inspection.toml").write_text('checked = "2026-11-26"\n' + BAD[name], encoding="utf-8")
    with pytest.raises(ConfigErrors, match=r"inspection\.toml"):
        load(tmp_path)


def test_without_a_file_the_shipped_one_holds(tmp_path: Path) -> None:
    assert load(tmp_path) == load(ROOT / "config")
    assert (ROOT / "config/rules/inspection.toml").read_text(encoding="utf-8") == (ROOT / "monitor/inspection.toml").read_text(encoding="utf-8")
