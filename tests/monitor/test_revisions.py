"""Pages that were changed after they were published: what is told, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.clock import Moment
from core.nouns import Evidence, Finding, Severity, Verdict, Version
from core.settings import RunRules
from monitor.revisions import judge

AT = datetime(2026, 3, 20, 1, tzinfo=UTC)
RULES = RunRules()
Make = Callable[..., Any]
BODY = "一、发放对象：低保户。\n二、发放标准：每人每月600元。"


@pytest.fixture
def versions(record: Make) -> Make:
    """Versions of one page: (days before AT, what changed)."""

    def make(*states: tuple[float, dict[str, Any]]) -> dict[int, list[Version]]:
        kept = []
        page = record(title="公示", body=BODY, published=Moment.of(2026, 3, 2))
        for number, (ago, changed) in enumerate(states):
            page = replace(page, **changed)
            kept.append(Version(record_id=7, content_hash=f"h{number}", previous_hash=None, seen_at=AT - timedelta(days=ago), run="r",
                                evidence=None, record=page))  # fmt: skip
        return {7: kept}

    return make


OTHER = {"body": BODY.replace("600", "800")}
LATER = {"published": Moment.of(2026, 3, 18)}
TABLE = [
    (((10, {}), (2, OTHER)), [("page.changed", Severity.INFO)]),
    (((10, {}), (2, LATER)), [("page.redated", Severity.ERROR)]),
    # a later date with another text is an update that says so; a person looks at both
    (((10, {}), (2, LATER | OTHER)), [("page.redated", Severity.WARN), ("page.changed", Severity.INFO)]),
    (((10, {}), (2, {"published": Moment.of(2026, 2, 18)})), [("page.redated", Severity.WARN)]),
    # mended on the day on which it came
    (((10, {}), (9.5, OTHER)), []),
    # mended on that day, and changed later all the same
    (((10, {}), (9.5, OTHER), (2, {"title": "公告"})), [("page.changed", Severity.INFO)]),
    # as it was again
    (((10, {}), (5, OTHER), (2, {"body": BODY})), []),
    # a month ago: the page's history has it
    (((60, {}), (40, OTHER)), []),
    # white space and width are no change, nor is what is beside the text
    (((10, {}), (2, {"body": BODY.replace("600", "６００").replace("。", "。 "), "content_source": "党政办"})), []),
    (((10, {}),), []),
    # a page that never had a date gets one
    (((10, {"published": None}), (2, LATER)), []),
]


@pytest.mark.parametrize(("states", "expected"), TABLE)
def test_what_is_a_fault(versions: Make, states: Any, expected: list[tuple[str, Severity]]) -> None:
    said = list(judge(versions(*states), [], RULES, AT))
    assert [(judgement.rule_id, judgement.severity) for judgement in said] == expected
    assert all(judgement.subject == "record:7" for judgement in said)


def test_the_words_that_changed_are_told(versions: Make) -> None:
    (said,) = judge(versions((10, {}), (2, OTHER | {"title": "公告"})), [], RULES, AT)
    assert "标题由“公示”改为“公告”" in said.reason
    assert "“600”改为“800”" in said.reason


def test_a_fault_ends_when_the_text_is_restored_or_the_month_is_over(versions: Make) -> None:
    (bad,) = judge(versions((10, {}), (2, OTHER)), [], RULES, AT)
    finding = Finding(
        fingerprint=bad.fingerprint, rule_id=bad.rule_id, subject=bad.subject, severity=bad.severity, title=bad.title, reason=bad.reason,
        evidence={}, owner="clerk", first_seen_at=AT, last_seen_at=AT,
    )  # fmt: skip
    still = list(judge(versions((10, {}), (2, OTHER)), [finding], RULES, AT))
    assert [judgement.verdict for judgement in still] == [Verdict.BAD]
    (restored,) = judge(versions((10, {}), (2, OTHER), (1, {"body": BODY})), [finding], RULES, AT)
    assert restored.verdict is Verdict.OK
    (over,) = judge({}, [finding], RULES, AT + timedelta(days=40))
    assert (over.verdict, over.fingerprint, over.owner) == (Verdict.OK, finding.fingerprint, "clerk")


@pytest.mark.parametrize(("same", "told"), [(True, 0), (False, 2)])
def test_a_newer_reader_is_no_change_of_the_page(versions: Make, same: bool, told: int) -> None:
    (kept,) = versions((10, {}), (2, LATER | OTHER)).values()
    pages = [Evidence(warc_file="w", warc_offset=n, sha256="a" if same else f"a{n}") for n in range(2)]
    served = [replace(version, evidence=page) for version, page in zip(kept, pages, strict=True)]
    assert len(list(judge({7: served}, [], RULES, AT))) == told
