"""Whether a site can be opened, is kept up to date, and has a good certificate: pure functions of the visits to its home page.

W2 and W3 of 国办秘函〔2019〕19号. A visit that our own firewall's victim, or our own network, spoilt counts for nothing: where
every site of a round of two hosts or more failed, it is not the sites that were down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any

from core.clock import local_date, local_text
from core.nouns import Judgement, Severity, Verdict
from core.settings import Site, SiteRules
from core.visits import INCOMPLETE, Certificate, Visit, VisitOutcome

UNREACHABLE, DOWN, BLOCKED = "site.unreachable", "site.down", "site.blocked"
HOME_STALE, CERTIFICATE = "site.home_stale", "site.certificate"
TITLES = {
    UNREACHABLE: "打不开的比例超标", DOWN: "持续打不开", BLOCKED: "拒绝我们的访问", HOME_STALE: "首页长期不更新",
    CERTIFICATE: "的安全证书有问题",
}
RECENT = timedelta(days=1)
"""How old the last visit may be by which the present is judged."""
OWN_NETWORK = "同一时间各网站都打不开，可能是本机网络不通"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A site and its visits, newest first, none after ``at``; ``day`` is that of ``at``. ``own``: the town's columns are on it,
    so that its vetoes are the town's; another's site is only told of."""

    site: Site
    visits: Sequence[Visit]
    doubtful: Collection[datetime]
    """Rounds in which our own network was the likely fault (:func:`doubtful_rounds`)."""
    rules: SiteRules
    at: datetime
    own: bool
    owner: str | None = None

    @property
    def day(self) -> date:
        """The day judged, China's."""
        return local_date(self.at)

    @property
    def counted(self) -> list[Visit]:
        """The visits that say whether the site can be opened."""
        return [visit for visit in self.visits if self._counts(visit)]

    def doubts(self, visit: Visit) -> bool:
        """Whether a failure may be our own network's."""
        return visit.outcome is VisitOutcome.FAILED and visit.round in self.doubtful

    def _counts(self, visit: Visit) -> bool:
        return visit.outcome in (VisitOutcome.OK, VisitOutcome.FAILED) and not self.doubts(visit)


def doubtful_rounds(visits: Mapping[str, Iterable[Visit]]) -> set[datetime]:
    """The rounds in which two hosts or more were visited and all of them failed."""
    outcomes: dict[datetime, dict[str, bool]] = {}
    for made in visits.values():
        for visit in made:
            failed = visit.outcome is VisitOutcome.FAILED
            hosts = outcomes.setdefault(visit.round, {})
            hosts[visit.host] = hosts.get(visit.host, True) and failed
    return {begun for begun, hosts in outcomes.items() if len(hosts) > 1 and all(hosts.values())}


def judge(watched: Watched) -> Iterator[Judgement]:
    """Every rule for one site."""
    yield unreachable(watched)
    if watched.visits:
        yield down(watched)
        yield blocked(watched)
        if watched.own:
            yield home_stale(watched)
            yield certificate(watched)


def unreachable(watched: Watched) -> Judgement:
    """W2: of at least 140 spaced visits in a week, 5 % or more failed."""
    rules, start = watched.rules, watched.at - timedelta(days=watched.rules.days)
    recent = [visit for visit in watched.visits if visit.at > start]
    spaced = _spaced([visit for visit in watched.counted if visit.at > start], timedelta(minutes=rules.apart_minutes))
    failed = [visit for visit in spaced if visit.outcome is VisitOutcome.FAILED]
    refused = sum(visit.outcome is VisitOutcome.BLOCKED for visit in recent)
    figures = {"visits": len(spaced), "failed": len(failed), "blocked": refused, "unsure": sum(map(watched.doubts, recent))}
    if not recent:
        return _answer(watched, UNREACHABLE, Verdict.CANNOT_JUDGE, f"近{rules.days}天没有访问记录", figures)
    if refused * 2 > len(recent):
        reason = f"近{rules.days}天{len(recent)}次访问中有{refused}次被拦截，不能判断能否打开"
        return _answer(watched, UNREACHABLE, Verdict.CANNOT_JUDGE, reason, figures)
    if len(spaced) < rules.visits:
        reason = f"近{rules.days}天有效访问{len(spaced)}次，不足{rules.visits}次，还不能判断（其中{len(failed)}次没有打开）"
        return _answer(watched, UNREACHABLE, Verdict.CANNOT_JUDGE, reason, figures)
    share = len(failed) / len(spaced)
    said = f"近{rules.days}天访问{len(spaced)}次，{len(failed)}次在{rules.timeout_seconds:g}秒内没有打开，占{share:.1%}"
    if share < rules.failed_share:
        return _answer(watched, UNREACHABLE, Verdict.OK, said, figures)
    last = f"，最近一次在{local_text(failed[0].at)}：{failed[0].reason}"
    reason = f"{said}{last}；达到{rules.failed_share:.0%}即单项否决"
    return _answer(watched, UNREACHABLE, Verdict.BAD, reason, figures)


def down(watched: Watched) -> Judgement:
    """Failures in a row, told at once and not after a week."""
    rules, now = watched.rules, watched.visits[0]
    if watched.at - now.at > RECENT:
        return _answer(watched, DOWN, Verdict.CANNOT_JUDGE, f"最近一次访问在{local_text(now.at)}，之后没有访问")
    if watched.doubts(now):
        return _answer(watched, DOWN, Verdict.CANNOT_JUDGE, f"{OWN_NETWORK}（{local_text(now.at)}）：{now.reason}")
    if now.outcome is VisitOutcome.OK:
        return _answer(watched, DOWN, Verdict.OK, f"{local_text(now.at)}打开正常，用时{now.seconds:.1f}秒")
    row = list(takewhile(lambda visit: visit.outcome is VisitOutcome.FAILED, watched.counted))
    if not row:
        return _answer(watched, DOWN, Verdict.CANNOT_JUDGE, f"{local_text(now.at)}没有看到：{now.reason}")
    # Between failures, not until now: three tries within a minute and a long silence are no outage. A round may begin a little early.
    lasted = row[0].at - row[-1].at + timedelta(minutes=rules.apart_minutes)
    said = f"自{local_text(row[-1].at)}起连续{len(row)}次没有打开，最近一次在{local_text(row[0].at)}：{row[0].reason}"
    if len(row) >= rules.down_visits and lasted >= timedelta(hours=rules.down_hours):
        return _answer(watched, DOWN, Verdict.BAD, f"{said}。请立即联系网站主管单位")
    return _answer(watched, DOWN, Verdict.CANNOT_JUDGE, f"{said}，再看几次才能判断")


def blocked(watched: Watched) -> Judgement:
    """Refused visits in a row. Blocked is not dead: people may see the site well, and we do not."""
    now = watched.visits[0]
    if now.outcome in (VisitOutcome.OK, VisitOutcome.FAILED) and not watched.doubts(now):
        return _answer(watched, BLOCKED, Verdict.OK, f"{local_text(now.at)}没有被拦截")
    row = list(takewhile(lambda visit: visit.outcome is VisitOutcome.BLOCKED, watched.visits))
    if len(row) < watched.rules.blocked_visits:
        return _answer(watched, BLOCKED, Verdict.CANNOT_JUDGE, f"{local_text(now.at)}没有看到：{now.reason}")
    reason = (
        f"自{local_text(row[-1].at)}起连续{len(row)}次被拦截：{row[0].reason}。被拦截不等于打不开：请人工查看，"
        "并与网站管理方联系放行，不要绕过"
    )  # fmt: skip
    return _answer(watched, BLOCKED, Verdict.BAD, reason)


def home_stale(watched: Watched) -> Judgement:
    """W3: nothing new on the home page for two weeks."""
    last = next((visit for visit in watched.visits if visit.outcome is VisitOutcome.OK), None)
    if last is None or watched.at - last.at > RECENT * 2:
        return _answer(watched, HOME_STALE, Verdict.CANNOT_JUDGE, "最近没有打开过首页")
    if last.newest is None:
        reason = "首页上没有读到信息的发布日期（可能是导航页，或由脚本生成），请人工查看"
        return _answer(watched, HOME_STALE, Verdict.CANNOT_JUDGE, reason)
    age = (watched.day - last.newest).days
    said = f"首页最新的信息日期是{last.newest}，距今{age}天"
    if age > watched.rules.home_days:
        reason = f"{said}，超过{watched.rules.home_days}天即单项否决"
        return _answer(watched, HOME_STALE, Verdict.BAD, reason, {"newest": str(last.newest)})
    return _answer(watched, HOME_STALE, Verdict.OK, said, {"newest": str(last.newest)})


def certificate(watched: Watched) -> Judgement:
    """The certificate of the last answer. A site without TLS has none to expire: that is no fault by the indicators."""
    last = next((visit for visit in watched.visits if visit.status is not None), None)
    if last is None or watched.at - last.at > RECENT * 2:
        return _answer(watched, CERTIFICATE, Verdict.CANNOT_JUDGE, "最近没有打开过首页", severity=Severity.ERROR)
    if last.certificate is None:
        verdict = Verdict.CANNOT_JUDGE if last.secure else Verdict.OK
        said = "没有读到证书" if last.secure else "网站没有使用 HTTPS，没有证书"
        return _answer(watched, CERTIFICATE, verdict, said, severity=Severity.ERROR)
    return _of_certificate(watched, last.certificate)


def _of_certificate(watched: Watched, held: Certificate) -> Judgement:
    rules, left = watched.rules, (local_date(held.until) - watched.day).days
    said = f"证书有效期至{local_text(held.until)}"
    seen = {"until": local_text(held.until)}
    if held.until <= watched.at:
        also = f"；{held.fault}" if held.fault else ""
        return _answer(watched, CERTIFICATE, Verdict.BAD, f"{said}，已过期，浏览器会拦截访问{also}", seen, severity=Severity.ERROR)
    soon = f"；{said}，还剩{left}天，请尽快续期" if left <= rules.certificate_warn_days else ""
    if held.fault.startswith(INCOMPLETE):
        # Browsers fetch what is missing as a rule; phones and programs do not.
        severity = Severity.ERROR if left <= rules.certificate_error_days else Severity.WARN
        return _answer(watched, CERTIFICATE, Verdict.BAD, held.fault + soon, seen, severity=severity)
    if held.fault:
        return _answer(watched, CERTIFICATE, Verdict.BAD, f"{held.fault}，浏览器会拦截访问{soon}", seen, severity=Severity.ERROR)
    for days, severity in ((rules.certificate_error_days, Severity.ERROR), (rules.certificate_warn_days, Severity.WARN)):
        if left <= days:
            return _answer(watched, CERTIFICATE, Verdict.BAD, f"{said}，还剩{left}天，请尽快续期", seen, severity=severity)
    return _answer(watched, CERTIFICATE, Verdict.OK, f"{said}，还剩{left}天", seen, severity=Severity.WARN)


def _spaced(visits: Sequence[Visit], apart: timedelta) -> list[Visit]:
    """Those that are at least so long after the one before; newest first, as given."""
    kept: list[Visit] = []
    for visit in reversed(visits):
        if not kept or visit.at - kept[-1].at >= apart:
            kept.append(visit)
    return kept[::-1]


def _answer(
    watched: Watched, rule: str, verdict: Verdict, reason: str, seen: Mapping[str, Any] | None = None, *, severity: Severity | None = None
) -> Judgement:
    site = watched.site
    evidence = {"url": site.home, **(seen or {})}
    if rule in (UNREACHABLE, HOME_STALE):
        evidence["basis"] = watched.rules.basis
    return Judgement(
        rule_id=rule, subject=f"site:{site.id}", verdict=verdict, severity=severity or _severity(rule, watched.own),
        title=f"网站“{site.name}”{TITLES[rule]}", reason=reason, evidence=evidence, owner=watched.owner,
    )


def _severity(rule: str, own: bool) -> Severity:
    """A veto is of the site that the town's columns are on."""
    if not own or rule == BLOCKED:
        return Severity.WARN
    return Severity.ERROR if rule == DOWN else Severity.VETO


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Of how many counted visits how many opened the page."""

    opened: int
    counted: int

    @property
    def share(self) -> float | None:
        """None where nothing was counted."""
        return self.opened / self.counted if self.counted else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What people are shown of a site: its last visit, how often it opened, when it last did not, and what its page says."""

    last: Visit | None
    week: Availability
    month: Availability
    last_failed: Visit | None
    certificate: Certificate | None
    newest: date | None


def summary(watched: Watched) -> Summary:
    """From the visits of the last 30 days."""
    opened = next((visit for visit in watched.visits if visit.outcome is VisitOutcome.OK), None)
    held = next((visit.certificate for visit in watched.visits if visit.certificate), None)
    return Summary(
        last=watched.visits[0] if watched.visits else None, week=_availability(watched, 7), month=_availability(watched, 30),
        last_failed=next((visit for visit in watched.counted if visit.outcome is VisitOutcome.FAILED), None), certificate=held,
        newest=opened.newest if opened else None,
    )


def _availability(watched: Watched, days: int) -> Availability:
    counted = [visit for visit in watched.counted if visit.at > watched.at - timedelta(days=days)]
    return Availability(opened=sum(visit.outcome is VisitOutcome.OK for visit in counted), counted=len(counted))
