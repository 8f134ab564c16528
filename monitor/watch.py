"""Whether the watch itself works: sources that cannot be read, sources that have gone quiet, runs that do not come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile

from core.calendar import WorkCalendar
from core.clock import Moment, local_date, local_text
from core.nouns import Judgement, Outcome, Run, Severity, SourceResult, Verdict
from core.settings import RunRules, SourceSettings
from monitor.looks import Looks, outcome_text

# One rule per way of failing: being refused, being down and being rebuilt call for different people.
FAILING = {
    Outcome.BLOCKED: "source.blocked", Outcome.UNREACHABLE: "source.unreachable",
    Outcome.REDESIGNED: "source.redesigned", Outcome.NOT_RUN: "source.not_run",
}
QUIET = "source.quiet"
SILENT = "run.silent"
HORIZON = "run.calendar"
_ANNOUNCED = 11  # November
_TITLES = {
    Outcome.BLOCKED: "拒绝访问", Outcome.UNREACHABLE: "无法访问", Outcome.REDESIGNED: "疑似改版",
    Outcome.NOT_RUN: "没有采集",
}


def failing(looks: Looks) -> list[Judgement]:
    """Whether a source fails time and again. Only a real look closes what was open; a failure of another kind does not,
    and a run that left the source out neither breaks nor lengthens a row of failures."""
    source = looks.source
    if not source.confirmed or not looks.results:
        reason = "尚未经人工确认，没有采集" if not source.confirmed else "还没有一次采集涉及这个来源"
        return [_failure(looks, Outcome.NOT_RUN, Verdict.CANNOT_JUDGE, reason)]
    tries = looks.tries
    if tries and tries[0].outcome.looked:
        judged = [_failure(looks, way, Verdict.OK, "最近一次采集成功") for way in FAILING if way is not Outcome.NOT_RUN]
    else:
        judged = _failures(looks, tries) if tries else []
    return judged + _left_out(looks)


def quiet(looks: Looks, latest: Moment | None) -> Judgement:
    """Whether a source that should bring something new (``quiet_days``) has stopped; ok where silence is normal."""
    source = looks.source
    if source.quiet_days is None:
        return _quiet(source, Verdict.OK, "不要求定期有新内容")
    if doubt := looks.doubt:
        return _quiet(source, Verdict.CANNOT_JUDGE, doubt)
    if latest is None:
        return _quiet(source, Verdict.CANNOT_JUDGE, "来源中没有注明发布时间的内容，不能判断")
    days = (looks.day - latest.day).days
    if days > source.quiet_days:
        reason = f"最近一条发布于{latest.day}，已{days}天没有新内容，超过{source.quiet_days}天"
        return _quiet(source, Verdict.BAD, reason)
    return _quiet(source, Verdict.OK, f"最近一条发布于{latest.day}")


def silent(runs: Sequence[Run], rules: RunRules, at: datetime) -> Judgement:
    """The dead man's handle: whether a run has ended within ``silent_days`` (of 24 hours) before ``at``."""
    ended = max((run.finished_at for run in runs if run.finished_at and run.finished_at <= at), default=None)
    if ended is None:
        return _run(rules, Verdict.BAD, "尚未完成过任何一次采集")
    hours = int((at - ended).total_seconds() // 3600)
    if at - ended > timedelta(days=rules.silent_days):
        return _run(rules, Verdict.BAD, f"最近一次采集结束于{local_text(ended)}，已{hours}小时没有新的采集，"
                                        f"超过{rules.silent_days}天；请运行 townwatch doctor 检查")
    return _run(rules, Verdict.OK, f"最近一次采集结束于{local_text(ended)}")


def horizon(calendar: WorkCalendar, day: date, severity: Severity) -> Judgement:
    """Whether the working days of the coming year are known: the State Council announces them about November, and until
    they are typed in every deadline that reaches past the year is provisional."""
    known = calendar.horizon()
    if day.year > known or (day.year == known and day.month >= _ANNOUNCED):
        year = max(known + 1, day.year)
        reason = f"{year}年节假日安排尚未录入，落在该年的期限均为暂定；请按国务院办公厅通知填写 calendar/{year}.json"
        return _calendar(severity if day.year > known else Severity.WARN, Verdict.BAD, reason)
    return _calendar(severity, Verdict.OK, f"工作日历已知至{known}年底")


def _calendar(severity: Severity, verdict: Verdict, reason: str) -> Judgement:
    title = "次年节假日安排未录入"
    return Judgement(
        rule_id=HORIZON, subject="calendar", verdict=verdict, severity=severity, title=title, reason=reason
    )


def _failures(looks: Looks, tries: Sequence[SourceResult]) -> list[Judgement]:
    """The newest failure's kind, bad from the configured number in a row on."""
    failures = len(list(takewhile(lambda result: not result.outcome.looked, tries)))
    verdict = Verdict.BAD if failures >= looks.rules.failures else Verdict.CANNOT_JUDGE
    read = looks.last_read
    since = f"，最近一次成功在{local_text(read.checked_at)}" if read else ""
    reason = f"已连续{failures}次采集失败：{outcome_text(tries[0])}{since}"
    return [_failure(looks, tries[0].outcome, verdict, reason)]


def _left_out(looks: Looks) -> list[Judgement]:
    """Whether runs leave the source out for longer than its cadence allows, and why."""
    newest = looks.results[0]
    if newest.outcome is not Outcome.NOT_RUN:
        return [_failure(looks, Outcome.NOT_RUN, Verdict.OK, "最近一次采集涉及这个来源")]
    tried = next((result.checked_at for result in looks.tries if result.checked_at), None)
    if tried is None:
        verdict = Verdict.BAD if len(looks.results) >= looks.rules.failures else Verdict.CANNOT_JUDGE
        reason = f"{len(looks.results)}次采集均未涉及：{outcome_text(newest)}"
        return [_failure(looks, Outcome.NOT_RUN, verdict, reason)]
    days = (looks.day - local_date(tried)).days
    if days <= looks.allowed_days:
        return [_failure(looks, Outcome.NOT_RUN, Verdict.OK, f"最近一次采集在{local_date(tried)}")]
    reason = f"最近一次采集在{local_date(tried)}，已{days}天未再采集：{outcome_text(newest)}"
    return [_failure(looks, Outcome.NOT_RUN, Verdict.BAD, reason)]


def _failure(looks: Looks, way: Outcome, verdict: Verdict, reason: str) -> Judgement:
    source = looks.source
    return Judgement(
        rule_id=FAILING[way], subject=f"source:{source.id}", verdict=verdict, severity=looks.rules.severity,
        title=f"来源“{source.name}”{_TITLES[way]}", reason=reason, evidence={"url": source.url}, owner=source.owner,
    )


def _quiet(source: SourceSettings, verdict: Verdict, reason: str) -> Judgement:
    return Judgement(
        rule_id=QUIET, subject=f"source:{source.id}", verdict=verdict, severity=Severity.WARN,
        title=f"来源“{source.name}”久无新内容", reason=reason, evidence={"url": source.url}, owner=source.owner,
    )


def _run(rules: RunRules, verdict: Verdict, reason: str) -> Judgement:
    return Judgement(
        rule_id=SILENT, subject="run", verdict=verdict, severity=rules.severity, title="采集中断", reason=reason
    )
