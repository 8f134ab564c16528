"""Opens the home pages of a town's sites. A visit that was missed is missed: nothing makes up for it."""

from __future__ import annotations

from core.nouns import Verdict
from core.visits import VisitOutcome
from monitor import site_watch
from monitor.site_health import BLOCKED, DOWN
from service.jobs.task import Task
from service.visits import visit_round
from store import jobs
from store.database import transaction

WAIT_SECONDS = 60.0
"""For a host that a crawl asks now."""
_AT_ONCE = (DOWN, BLOCKED)


def visit_town(task: Task) -> str:
    """One round. Where a site has gone down since the last one, or has come back, a check follows at once."""
    settings, every = task.settings, task.service.settings.schedule.visit_every_minutes
    before = _failing(task)
    made = visit_round(settings, task.store, every_minutes=max(every, 1), now=task.now, wait=WAIT_SECONDS, go_on=task.go_on)
    if _failing(task) != before:
        with transaction(task.engine) as connection:
            jobs.queue(connection, town=task.town, job="check", part="visit", slot=task.slot)
    failed = [each.name for each in made if each.visit is not None and each.visit.outcome is not VisitOutcome.OK]
    left_out = sum(each.visit is None for each in made)
    said = f"访问首页{len(made) - left_out}个，查看链接{sum(each.looked for each in made)}个"
    said += f"；没有打开：{'、'.join(failed)}" if failed else ""
    return said + (f"；{left_out}个正由采集访问，这次没有访问" if left_out else "")


def _failing(task: Task) -> set[tuple[str, str]]:
    """The sites that are down or refuse us now, by rule."""
    with task.store.connect() as connection:
        judged = list(site_watch.health(connection, task.settings, task.now()))
    return {(each.rule_id, each.subject) for each in judged if each.verdict is Verdict.BAD and each.rule_id in _AT_ONCE}
