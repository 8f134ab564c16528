"""Whether a column of the catalogue is updated in time (国办秘函〔2019〕19号: 栏目不更新, 空白栏目)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.calendar import Period
from core.catalogue import ColumnStatus
from core.nouns import Judgement, Severity, Verdict
from core.settings import Column, FreshnessRules, KindRule
from monitor.looks import Facts, Looks

RULE = "column.freshness"

State = Literal["fresh", "due", "overdue", "delinquent", "blank", "cannot_judge"]


@dataclass(frozen=True, slots=True)
class _Answer:
    state: State
    reason: str
    due: date | None = None


def judge(
    column: Column, facts: Facts | None, looks: Looks, rules: FreshnessRules, day: date
) -> tuple[ColumnStatus, Judgement]:
    """The state of an applicable column on a day, and the judgement that follows from it."""
    kind, period = _kind(column, rules)
    answer = _blank_or_doubtful(column, facts, looks, day) or _by_age(facts, period, rules, day)
    latest = facts.latest.day if facts and facts.latest else None
    status = ColumnStatus(
        id=column.id, name=column.name, status=answer.state, latest=latest, due=answer.due,
        count=facts.count if facts else 0, owner=column.owner or looks.source.owner, reason=answer.reason,
    )
    return status, _judgement(status, kind, facts)


def not_applicable(column: Column) -> Judgement:
    """An explicit ok, so that what was found before the column was taken out of the catalogue is closed."""
    return Judgement(
        rule_id=RULE, subject=_subject(column.id), verdict=Verdict.OK, severity=Severity.INFO,
        title=f"栏目“{column.name}”不适用", reason=column.reason, owner=column.owner,
    )


def _blank_or_doubtful(column: Column, facts: Facts | None, looks: Looks, day: date) -> _Answer | None:
    count = facts.count if facts else 0
    if doubt := looks.doubt:
        return _Answer("cannot_judge", doubt)
    if column.min_items and looks.proven_empty:
        return _Answer("blank", "栏目列表为空，没有任何内容")
    if not count and not column.min_items:
        return _Answer("fresh", "栏目没有内容，按配置允许为空")
    if not count and not looks.proven_empty:
        return _Answer("cannot_judge", "没有采到任何内容，但也未能证实栏目为空")
    if count < column.min_items:
        return _Answer("blank", f"栏目只有{count}条内容，少于应有的{column.min_items}条")
    if facts and facts.latest is None:
        return _Answer("cannot_judge", f"{count}条内容均未注明发布时间，按规定视为不更新，请补注发布时间后再判断")
    if facts and facts.latest and facts.latest.day > day:
        return _Answer("cannot_judge", f"最近一条的发布日期{facts.latest.day}在{day}之后，请核对发布日期")
    return None


def _by_age(facts: Facts | None, period: Period, rules: FreshnessRules, day: date) -> _Answer:
    assert facts is not None
    assert facts.latest is not None
    latest, limit = facts.latest.day, period.chinese()
    due, last = period.after(latest), period.times(1 + rules.delinquent_after).after(latest)
    undated = f"；另有{facts.undated}条未注明发布时间，不计入更新" if facts.undated else ""
    if day <= due:
        left = (due - day).days
        state: State = "due" if left <= rules.warn_days else "fresh"
        when = f"还剩{left}天" if left else "今天到期"
        return _Answer(state, f"最近一条发布于{latest}，更新期限{limit}，应于{due}前更新，{when}{undated}", due)
    state = "delinquent" if day > last else "overdue"
    over = f"已超过{limit}期限{(day - due).days}天（应于{due}前更新）"
    return _Answer(state, f"最近一条发布于{latest}，{over}{undated}", due)


def _kind(column: Column, rules: FreshnessRules) -> tuple[KindRule, Period]:
    """The kind's rule, and the period of the column itself where it has one."""
    rule = rules.kinds.get(column.kind)
    if rule is None:
        # The loader lets a column of an unlisted kind through only where it states its own period.
        assert column.max_age is not None
        rule = KindRule(max_age=column.max_age, severity=Severity.WARN, basis="本镇目录规定")
    return rule, Period.parse(column.max_age or rule.max_age)


def _judgement(status: ColumnStatus, kind: KindRule, facts: Facts | None) -> Judgement:
    titles = {
        "fresh": "更新及时", "due": "即将到期", "overdue": "逾期未更新", "delinquent": "长期未更新",
        "blank": "为空白栏目", "cannot_judge": "无法判断",
    }
    if status.status == "blank" and status.count:
        titles["blank"] = "内容少于应有条数"
    verdict = {"fresh": Verdict.OK, "cannot_judge": Verdict.CANNOT_JUDGE}.get(status.status, Verdict.BAD)
    # Told before it is too late, but not as if it were: nothing is wrong until the due day has passed.
    severity = Severity.INFO if status.status == "due" else kind.severity
    reason = status.reason + (f"；依据：{kind.basis}" if verdict is Verdict.BAD and kind.basis else "")
    evidence = {
        "name": status.name, "status": status.status, "latest": status.latest.isoformat() if status.latest else None,
        "due": status.due.isoformat() if status.due else None, "count": status.count,
        "latest_url": facts.latest_url if facts else None, "basis": kind.basis,
    }
    return Judgement(
        rule_id=RULE, subject=_subject(status.id), verdict=verdict, severity=severity,
        title=f"栏目“{status.name}”{titles[status.status]}", reason=reason, evidence=evidence, owner=status.owner,
    )


def _subject(column_id: str) -> str:
    return f"column:{column_id}"
