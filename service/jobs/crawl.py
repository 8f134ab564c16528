"""Crawls a site of a town, or a source that a person asked to be looked at again."""

from __future__ import annotations

from core.nouns import Outcome, Run
from crawler.run import crawl, run_folder
from service.jobs.task import JobError, Task
from store.failures import DISK_FULL, says_disk_full

WAIT_SECONDS = 60.0
"""For hosts that another crawl asks now; after that the slot waits in the queue and leaves its thread to others."""


def crawl_site(task: Task) -> str:
    """All due sources of the site ``task.part``."""
    run = crawl(
        task.settings, task.store, task.folder, site=task.part, now=task.now, progress=lambda *_: task.go_on(),
        wait=WAIT_SECONDS,
    )
    return _said(task, run)


def crawl_source(task: Task) -> str:
    """The source ``task.part``, whether it is due or not."""
    run = crawl(
        task.settings, task.store, task.folder, sources=[task.part], now=task.now, progress=lambda *_: task.go_on(),
        wait=WAIT_SECONDS,
    )
    return _said(task, run)


def _said(task: Task, run: Run) -> str:
    if run.status == "partial":
        raise JobError(_cut_short(task, run))
    asked = [result for result in run.sources if result.outcome is not Outcome.NOT_RUN]
    failed = sum(not result.outcome.looked for result in asked)
    new, changed, removed = (sum(getattr(result, name) for result in asked) for name in ("new", "changed", "removed"))
    said = f"查看来源{len(asked)}个，新增{new}条，变化{changed}条，撤下{removed}条"
    return f"{said}；{failed}个来源没有看到" if failed else said


def _cut_short(task: Task, run: Run) -> str:
    log = run_folder(task.folder, run.id) / "log.txt"
    said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    why = DISK_FULL if says_disk_full(said) else f"日志在 runs/{run.id}/log.txt"
    return f"采集中断，已读到的内容已入库；{why}"
