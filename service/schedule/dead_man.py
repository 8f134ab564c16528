"""The dead-man's answer in words: which jobs should have been done and were not."""

from __future__ import annotations

from datetime import datetime

from core.clock import local_text
from core.service import Service
from core.words import JOBS
from service.schedule.slots import overdue_jobs
from store import jobs
from store.database import Engine


def late_jobs(service: Service, engine: Engine, now: datetime) -> list[str]:
    """A sentence per job whose slot passed hours ago without being done; none while all is well."""
    with engine.connect() as connection:
        done, begun = jobs.last_done(connection), jobs.begun(connection)
    late = overdue_jobs(service.settings.schedule, service.towns, done, begun, now)
    return [
        f"{service.towns[slot.town].town.name}：{JOBS[slot.job]}{f'（{slot.part}）' if slot.part else ''}"
        f"自 {local_text(slot.at)} 起没有完成"
        for slot in late
    ]
