"""The normal form of 公开时限 strings: every one that real catalogues gave (facts: rules, section 4.3), and others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.limits import as_data

# string -> (kind, n, unit, trigger, period) of each rule
TABLE = [
    ("信息形成或者变更之日起20个工作日内", [("within", 20, "workday", "formed_or_changed", None)]),
    ("信息形成或变更之日起20个工作日内予以公开", [("within", 20, "workday", "formed_or_changed", None)]),
    ("信息形成或者变更之日起20个工作日内。法律、法规对政府信息公开的期限另有规定的,从其规定。", [("within", 20, "workday", "formed_or_changed", None), ("statute_override", None, None, None, None)]),
    ("信息形成(变更)20个工作日内", [("within", 20, "workday", "formed_or_changed", None)]),
    ("20工作日", [("within", 20, "workday", "formed_or_changed", None)]),
    ("信息形成(变更)下发至本单位20个工作日内", [("within", 20, "workday", "received_by_unit", None)]),
    ("自制作或获取该信息之日起20个工作日内公开", [("within", 20, "workday", "formed_or_changed", None)]),
    ("制定或获取信息之日起10个工作日内", [("within", 10, "workday", "formed_or_changed", None)]),
    ("制定或获取信息之日起10个工作日内,公示7个工作日", [("within", 10, "workday", "formed_or_changed", None), ("publicity_min", 7, "workday", None, None)]),
    ("信息形成或变更之日起3个工作日内", [("within", 3, "workday", "formed_or_changed", None)]),
    ("关联规范性文件公开3个工作日内", [("within", 3, "workday", "policy_published", None)]),
    ("分配结果确定后20个工作日内", [("within", 20, "workday", "allocation_decided", None)]),
    ("本级人民代表大会或其常务委员会批准后20日内", [("within", 20, "day", "approval", None)]),
    ("信息形成20个工作日内公开;其中行政许可、行政处罚事项应自作出行政决定之日起7个工作日内公示", [("within", 20, "workday", "formed_or_changed", None), ("within", 7, "workday", "decision_made", None)]),
    ("收到征地批准文件之日起10个工作日内公开", [("within", 10, "workday", "approval_received", None)]),
    ("拟征收土地现状调查结束后5个工作日内,在村公示栏公开", [("within", 5, "workday", "survey_ended", None)]),
    ("在实地启动拟征收土地工作时,在村公示栏公开", [("on_event", None, None, None, None)]),
    ("及时公开", [("asap_default", None, None, None, None)]),
    ("按进展情况及时公开", [("asap_default", None, None, None, None)]),
    ("重大决策作出后及时公开", [("asap_default", None, None, None, None)]),
    ("及时公开,公告期限为5个工作日", [("asap_default", None, None, None, None), ("publicity_min", 5, "workday", None, None)]),
    ("实时公开", [("realtime", None, None, None, None)]),
    ("提前一周发通知邀请", [("before", 7, "day", None, None)]),
    ("半年至少更新1次", [("periodic", 1, None, None, "P6M")]),
    ("长期公开", [("always_present", None, None, None, None)]),
    ("随时公开", [("on_event", None, None, None, None)]),
    ("同上", [("ditto", None, None, None, None)]),
    ("条目化展示、信息形成(变更)20个工作日内", [("within", 20, "workday", "formed_or_changed", None)]),
    ("每季度公开", [("periodic", None, None, None, "P3M")]),
    ("每月10日前", [("periodic", None, None, None, "P1M")]),
    ("每年3月底前", [("periodic", None, None, None, "P1Y")]),
    ("24小时内", [("within", 24, "hour", "formed_or_changed", None)]),
    ("公示期不少于7日", [("publicity_min", 7, "day", None, None)]),
    ("二十个工作日内", [("within", 20, "workday", "formed_or_changed", None)]),
    ("信 息 形 成 或 变", [("unknown", None, None, None, None)]),
    ("常年公开", [("always_present", None, None, None, None)]),
    ("乱七八糟", [("unknown", None, None, None, None)]),
]


@pytest.mark.parametrize(("raw", "rules"), TABLE)
def test_the_normal_form(raw: str, rules: list[tuple[object, ...]]) -> None:
    told = as_data(raw)
    assert told["raw"] == raw
    assert [(r["kind"], r["n"], r["unit"], r["trigger"], r["period"]) for r in told["rules"]] == rules


STRINGS = Path(__file__).with_name("limit_strings.txt").read_text(encoding="utf-8").splitlines()[1:]


@pytest.mark.parametrize("line", STRINGS)
def test_strings_as_a_person_reads_them(line: str) -> None:
    raw, _, form = line.partition(" => ")
    told = "; ".join(" ".join("-" if part is None else str(part) for part in rule.values()) for rule in as_data(raw)["rules"])  # type: ignore[attr-defined]
    assert told == form


@given(st.sampled_from([raw for raw, _ in TABLE]), st.data())
def test_white_space_anywhere_changes_nothing(raw: str, data: st.DataObject) -> None:
    """Cells of real workbooks break words: "自信息形\\n成或者变\\n更之日起"."""
    at = data.draw(st.integers(0, len(raw)))
    broken = raw[:at] + data.draw(st.sampled_from([" ", "\n", "\u3000", "\r\n"])) + raw[at:]
    assert as_data(broken)["rules"] == as_data(raw)["rules"]


@pytest.mark.parametrize(("written", "plain"), [("２０个工作日内", "20个工作日内"), ("十五个工作日内", "15个工作日内")])
def test_figures_however_written(written: str, plain: str) -> None:
    assert as_data(written)["rules"] == as_data(plain)["rules"]
