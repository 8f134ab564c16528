from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.nouns import Finding, Severity, Verdict
from core.visits import Address, LinkState, PageLink
from monitor.dead_links import RULE, judge
from store.links import Linked

AT = datetime(2026, 11, 26, tzinfo=UTC)


def linked(record: int = 1, *, state: LinkState = LinkState.DEAD, days: int = 2, attachment: bool = False, text: str = "办事指南") -> Linked:
    address = Address(
        url="http://a/1", site="a", state=state, dead_days=days, dead_on=date(2026, 11, 25), reason="地址不存在（404）", checked_at=AT,
    )
    return Linked(record_id=record, title="公告", url="http://a/", address=address,
                  link=PageLink(url="http://a/1", text=text, attachment=attachment))


def opened(record: int = 1) -> Finding:
    return Finding(fingerprint="f", rule_id=RULE, subject=f"record:{record}", severity=Severity.WARN, title="t", reason="", evidence={},
                   owner="clerk", first_seen_at=AT, last_seen_at=AT)


def test_a_record_names_its_dead_links_with_their_words() -> None:
    one, file = judge([linked(), linked(text="附图"), linked(2, attachment=True, text="附件1.pdf")], [], [], {}, {1, 2})
    assert (one.subject, one.severity, one.evidence["count"]) == ("record:1", Severity.WARN, 2)
    assert "链接《办事指南》（http://a/1，地址不存在（404））；链接《附图》" in one.reason
    # A file that is not there is what the page was for.
    assert (file.subject, file.severity) == ("record:2", Severity.ERROR)
    assert "附件《附件1.pdf》" in file.reason


@pytest.mark.parametrize(("now", "verdict"), [
    ([linked(state=LinkState.OK, days=0)], Verdict.OK),
    # The page has it no more, or is gone.
    ([], Verdict.OK),
    # Refused or out of reach: it may be as dead as it was.
    ([linked(state=LinkState.UNCLEAR)], Verdict.CANNOT_JUDGE),
])
def test_a_finding_ends_only_on_a_look(now: list[Linked], verdict: Verdict) -> None:
    (judgement,) = judge([each for each in now if each.address.dead_days], [opened()], now, {}, {1})
    assert (judgement.verdict, judgement.owner) == (verdict, "clerk")


def test_a_column_that_is_looked_at_no_more_is_not_called_mended() -> None:
    """The link is as dead as before."""
    (judgement,) = judge([], [opened()], [linked()], {}, {7})
    assert (judgement.verdict, judgement.reason) == (Verdict.OK, "所在栏目不再检查")


def test_what_could_not_be_judged_is_counted() -> None:
    first, second = judge([], [], [], {"a": 3, "b": 0}, ())
    assert (first.subject, first.verdict, second.verdict) == ("site:a", Verdict.CANNOT_JUDGE, Verdict.OK)
    assert "3个链接" in first.reason
