"""An item's own limit against the days of its records."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.nouns import Finding, Severity, Verdict
from core.settings import CatalogueItem
from monitor.items.judging import judge_late, yearly
from monitor.items.lateness import COMMON, RULE
from store.record_rows import Head
from tests.monitor.items.parts import column, heads, item, view

DAY = date(2026, 11, 24)
PUBLISHED = date(2026, 11, 2)
BUDGET = "漫水河镇2026年政府预算公开"


def late(limit: str, records: list[Head], text: str = "") -> list[tuple[Verdict, Severity]]:
    found = judge_late(view(DAY, [item(limit=limit)], {"money": records}), lambda ids: dict.fromkeys(ids, text), ())
    return [(each.verdict, each.severity) for each in found.judgements]


BAD, HINT, UNKNOWN = (Verdict.BAD, Severity.WARN), (Verdict.BAD, Severity.INFO), (Verdict.CANNOT_JUDGE, Severity.INFO)
CASES = [
    # Ten working days from 16 October end on 30 October.
    ("制定或获取信息之日起10个工作日内", [("公示", PUBLISHED, date(2026, 10, 16))], "", [BAD]),
    ("制定或获取信息之日起10个工作日内", [("公示", date(2026, 10, 30), date(2026, 10, 16))], "", []),
    # The same as art. 26: judged where texts are scanned, not here.
    ("信息形成或者变更之日起20个工作日内", [("公示", PUBLISHED, date(2026, 8, 3))], "", []),
    # 从其规定: another time may be right, so it is a hint.
    ("信息形成之日起10个工作日内。法律、法规另有规定的，从其规定。", [("公示", PUBLISHED, date(2026, 10, 16))], "", [HINT]),
    ("信息形成之日起10个工作日内", [("公示", PUBLISHED)], "", [UNKNOWN]),
    ("实时公开", [("预警", PUBLISHED, date(2026, 10, 27))], "", [BAD]),
    # 31 October and 1 November are a week-end: one working day after the 30th is the 2nd.
    ("实时公开", [("预警", PUBLISHED, date(2026, 10, 30))], "", []),
    # An archive being filled is no delay, nor is a page made after it was published.
    ("3个工作日内", [("公示", PUBLISHED, date(2024, 10, 16))], "", []),
    ("3个工作日内", [("公示", PUBLISHED, date(2026, 11, 9))], "", []),
    # Natural days from the approval that the text gives; the twentieth, 3 October, lies in a holiday and moves to the 8th.
    ("本级人民代表大会或其常务委员会批准后20日内", [(BUDGET, date(2026, 10, 9))], "2026年9月13日镇第十九届人民代表大会第二次会议审查批准了预算。", [BAD]),
    ("本级人民代表大会或其常务委员会批准后20日内", [(BUDGET, date(2026, 10, 8))], "2026年9月13日镇第十九届人民代表大会第二次会议审查批准了预算。", []),
    ("本级人民代表大会或其常务委员会批准后20日内", [(BUDGET, date(2026, 10, 8))], "已经镇人民代表大会审议通过，现予以公开。", [UNKNOWN]),
    ("会议结束后5个工作日内", [("召开第三次会议", PUBLISHED)], "10月20日，漫水河镇召开第三次会议。", [BAD]),
    ("会议结束后5个工作日内", [("召开第三次会议", PUBLISHED)], "10月29日，漫水河镇召开第三次会议。", []),
    # A meeting to come is none of which it can be late.
    ("会议结束后5个工作日内", [("关于召开会议的通知", PUBLISHED)], "定于11月20日召开第三次会议。", [UNKNOWN]),
    # Two limits of which the string does not say which is meant: the record kept one.
    ("信息形成20个工作日内公开;其中行政许可事项应自作出行政决定之日起7个工作日内公示", [("许可", PUBLISHED, date(2026, 10, 16))], "", []),
    ("信息形成20个工作日内公开;其中行政许可事项应自作出行政决定之日起7个工作日内公示", [("许可", PUBLISHED, date(2026, 8, 20))], "", [BAD]),
    ("分配结果确定后20个工作日内", [("公示", PUBLISHED, date(2026, 8, 3))], "", [UNKNOWN]),
    # Over a year ago: no longer told.
    ("3个工作日内", [("公示", date(2025, 10, 1), date(2025, 8, 1))], "", []),
]


@pytest.mark.parametrize(("limit", "records", "text", "expected"), CASES)
def test_limits(limit: str, records: list[tuple[str, date]], text: str, expected: list[tuple[Verdict, Severity]]) -> None:
    assert late(limit, heads(*records), text) == expected


def test_past_the_known_holidays_nothing_is_late() -> None:
    records = heads(("公示", date(2027, 3, 20), date(2027, 1, 4)))
    assert judge_late(view(date(2027, 3, 24), [item(limit="3个工作日内")], {"money": records}), lambda _: {}, ()).judgements == ()


def test_an_explanation_runs_from_the_publication_of_what_it_explains() -> None:
    explaining = item("政策解读", limit="关联规范性文件公开3个工作日内", columns=("explained",))
    files = heads(("漫水河镇人民政府关于印发《垃圾分类方案》的通知", date(2026, 9, 21)), ("关于印发《垃圾分类方案》的通知", date(2026, 9, 1)))
    columns = [column("explained"), column("files", kind="policy")]
    for day, expected in ((date(2026, 9, 24), []), (date(2026, 9, 29), [Verdict.BAD]), (date(2026, 8, 20), [Verdict.CANNOT_JUDGE])):
        listed = {"files": files, "explained": heads(("【图解】《垃圾分类方案》", day))}
        found = judge_late(view(DAY, [explaining], listed, columns), lambda _: {}, ())
        assert [each.verdict for each in found.judgements] == expected


def open_finding(rule: str, record: int) -> Finding:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return Finding(fingerprint=rule, rule_id=rule, subject=f"record:{record}", severity=Severity.WARN, title="晚", reason="", evidence={},
                   owner=None, first_seen_at=at, last_seen_at=at)


def test_what_the_item_decides_the_common_limit_does_not() -> None:
    records = heads(("公示", PUBLISHED, date(2026, 8, 3)))
    known = [open_finding(COMMON, 1), open_finding(RULE, 9)]
    found = judge_late(view(DAY, [item(limit="6个月内")], {"money": records}), lambda _: {}, known)
    assert found.decided == {1}
    # Six months are kept; the finding by art. 26 closes, and so does that of a record that no item has.
    assert {(each.rule_id, each.subject, each.verdict) for each in found.judgements} == {
        (COMMON, "record:1", Verdict.OK), (RULE, "record:9", Verdict.OK),
    }


def test_the_words() -> None:
    one, = judge_late(
        view(DAY, [item(limit="10个工作日内", basis="《社会救助暂行办法》")], {"money": heads(("公示", PUBLISHED, date(2026, 10, 16)))}), lambda _: {}, ()
    ).judgements
    assert one.reason == "2026-10-16成文，2026-11-02发布，应于2026-10-30前公开（公开事项“财政预决算—财政专项资金”的时限：10个工作日）"
    assert (one.rule_id, one.subject, one.owner) == (RULE, "record:1", "clerk")


def test_the_habit_of_a_column_is_left_to_a_yearly_item() -> None:
    items: list[CatalogueItem] = [item(limit="每年3月底前"), item("其他", id="y", limit="每季度", columns=("other",))]
    shown = view(DAY, items, {"money": heads(("计划", PUBLISHED)), "other": heads(("别的", PUBLISHED), ("又", PUBLISHED))[1:]})
    assert yearly(shown) == {1}
