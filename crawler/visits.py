"""Opens a site's home page once, and looks at some of the addresses that its pages link to: what came of it, no judgement.

One request for the home page with the limit of the national test (国办秘函〔2019〕19号: 15 s), no second try; with the manners
of every request: honest User-Agent, robots.txt, the guard, the lease of the host. Bodies are given to the caller, which
knows what to look for in them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlsplit

from cryptography import x509

from core.clock import local_date
from core.nouns import Outcome
from core.settings import Site, SiteRules
from core.visits import Address, LinkState, Visit, VisitOutcome
from crawler.addresses import on_hosts
from crawler.certificate import certificate_of
from crawler.fetch import Seen, judged, look
from crawler.outcomes import guarded, judge
from crawler.platforms.base import Answer, Ask, Failure
from crawler.readers.attachments import is_file
from crawler.readers.home import newest_date
from crawler.slots import host_of
from crawler.visit import visiting
from store.database import Engine

LARGEST = 3 * 1024 * 1024
"""Of a linked address only this much is had: it is to be there, not to be read."""
WAIT_SECONDS = 60.0
_RANGE = {"Range": "bytes=0-65535"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a visit to one site brought: the visit, the home page where it was read, and each address with its answer."""

    visit: Visit
    home: Answer | None
    addresses: tuple[tuple[Address, Answer | None], ...] = ()
    requests: int = 1


def visit_site(
    engine: Engine, site: Site, others: Iterable[Site], rules: SiteRules, *, round_at: datetime, now: Callable[[], datetime],
    turn: Callable[[], Sequence[Address]] = lambda: (), wait: float = WAIT_SECONDS, roots: Sequence[x509.Certificate] | None = None,
) -> Looked:
    """Visit a site; where its home page opens, look at the addresses of ``turn`` too. Raises CrawlBusyError where a crawl
    keeps the host for longer than ``wait`` seconds: that visit is not made, and not made up for. ``roots``: whom to trust for
    certificates instead of the public authorities."""
    gentle = site.politeness.model_copy(update={"timeout_seconds": rules.timeout_seconds, "retries": 0})
    with visiting(engine, site.model_copy(update={"politeness": gentle}), others, wait=wait) as going:
        at = now()
        seen = look(going.site, [Ask(url=site.home)], going.lease, chain=True)[0]
        visit, home = read_visit(site, seen, rules, at=at, round_at=round_at, roots=roots)
        listed = turn() if home is not None else ()
        wanted = [each for each in listed if on_hosts(each.url, site.hosts)]
        asks = [Ask(url=each.url, headers=_RANGE if is_file(each.url) else {}) for each in wanted]
        time.sleep(going.pause if asks else 0)
        answers = look(going.site, asks, going.lease, largest=LARGEST) if asks else []
    looked = [read_address(each, one, now()) for each, one in zip(wanted, answers, strict=True)]
    # What the configuration has taken off the site is not asked, and must not stand in front of the queue for ever.
    looked += [
        (replace(each, state=LinkState.UNCLEAR, reason="地址不在这个网站的 hosts 里", checked_at=now()), None)
        for each in listed if each not in wanted
    ]
    return Looked(visit=visit, home=home, addresses=tuple(looked), requests=1 + len(asks))


def read_visit(
    site: Site, seen: Seen, rules: SiteRules, *, at: datetime, round_at: datetime, roots: Sequence[x509.Certificate] | None = None
) -> tuple[Visit, Answer | None]:
    """What one answer, or the want of one, says of the home page. Pure."""
    got = judged(seen.got)
    status = seen.got.status if isinstance(seen.got, Answer) else None
    outcome, reason = _outcome(got, seen, rules)
    visit = Visit(
        site=site.id, host=host_of(site), at=at, round=round_at, outcome=outcome, seconds=round(seen.seconds, 3), status=status,
        reason=reason, secure=isinstance(seen.got, Answer) and urlsplit(seen.got.url).scheme == "https",
        certificate=certificate_of(seen.certificate, urlsplit(seen.got.url).hostname or "", at, seen.chain, roots)
        if isinstance(seen.got, Answer) and seen.certificate else None,
    )
    if outcome is not VisitOutcome.OK or not isinstance(got, Answer):
        return visit, None
    found = guarded(_newest, got, local_date(at))
    return replace(visit, newest=found if isinstance(found, date) else None), got


def read_address(before: Address, seen: Seen, at: datetime) -> tuple[Address, Answer | None]:
    """What the last look says of an address, and the page that is there. Pure."""
    answer = seen.got if isinstance(seen.got, Answer) else None
    if answer is not None and answer.status == 206:
        answer = replace(answer, status=200)
    # A file that is longer than was wanted is there.
    failure = None if seen.cut else judge(answer.status, answer.headers, answer.body) if answer else seen.got
    checked = replace(before, checked_at=at, status=answer.status if answer else None, reason="", flaws=None)
    if isinstance(failure, Failure):
        if not failure.definite:
            # Nothing is known: what was known before stands.
            return replace(checked, state=LinkState.UNCLEAR, reason=failure.reason, flaws=before.flaws), None
        today = local_date(at)
        days = before.dead_days if before.dead_on == today else before.dead_days + 1
        return replace(checked, state=LinkState.DEAD, reason=failure.reason, dead_days=days, dead_on=today), None
    return replace(checked, state=LinkState.OK, dead_days=0, dead_on=None), answer


def _outcome(got: Answer | Failure, seen: Seen, rules: SiteRules) -> tuple[VisitOutcome, str]:
    if seen.cut:
        return VisitOutcome.OK, ""
    if seen.tls:
        return VisitOutcome.UNCLEAR, "加密连接没有建立：本机与网站没有共同的 TLS 版本或算法"
    if isinstance(got, Failure):
        if got.outcome is Outcome.BLOCKED:
            return VisitOutcome.BLOCKED, got.reason
        return (VisitOutcome.UNCLEAR if got.outcome is Outcome.NOT_RUN else VisitOutcome.FAILED), got.reason
    if seen.seconds >= rules.timeout_seconds:
        return VisitOutcome.FAILED, f"{seen.seconds:.0f}秒才打开"
    return VisitOutcome.OK, ""


def _newest(answer: Answer, today: date) -> date | None:
    return newest_date(answer.body, url=answer.url, today=today, content_type=answer.content_type)
