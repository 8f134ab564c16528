"""Lets go of what :mod:`service.retention` says, of feeds of runs as old, and of the schedule's own old rows."""

from __future__ import annotations

from datetime import timedelta

from service.jobs.task import Task
from service.prune import prune, prune_folders
from service.retention import Retention
from store import jobs
from store.database import for_town, transaction

KEEP_JOBS = timedelta(days=90)


def prune_town(task: Task) -> str:
    """As ``townwatch prune``, and the rows of the schedule."""
    now, kept = task.now(), Retention()
    removed = prune(task.store, kept, now)
    folders = prune_folders(task.folder, task.store, kept, now)
    rows = 0
    for town in (task.town, jobs.SERVICE):
        with transaction(for_town(task.engine, town)) as connection:
            rows += jobs.forget(connection, before=now - KEEP_JOBS)
    return f"清理过期记录{sum(removed.values()) + rows}行、采集文件夹{len(folders)}个"
