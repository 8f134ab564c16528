"""Judges what a town's store holds, and plans the alerts in the same transaction."""

from __future__ import annotations

from datetime import datetime

from alerts.run import plan_alerts
from monitor.run import check
from service.jobs.task import Task
from service.page_texts import reader
from service.rereading import reread
from store.database import Connection


def check_town(task: Task) -> str:
    """As ``townwatch check``."""
    settings = task.settings

    def also(connection: Connection, at: datetime) -> None:
        plan_alerts(connection, settings, at)

    reread(task.store, task.folder, progress=lambda *_: task.go_on())
    report = check(settings, task.store, now=task.now(), also=also, progress=lambda *_: task.go_on(), read=reader(task.folder))
    return (
        f"检查{report.judged}项，未解决{len(report.findings)}项（新增{len(report.opened)}项，"
        f"本次解决{len(report.resolved)}项），新登记舆情{len(report.new_cases)}件"
    )
