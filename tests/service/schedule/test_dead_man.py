from __future__ import annotations

from datetime import timedelta

import pytest

from service.jobs.work import perform
from service.schedule.dead_man import late_jobs
from tests.service.jobs.conftest import SLOT, Bench, bench, service

__all__ = ["bench", "service"]
pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


def test_what_was_not_done_is_named_and_what_was_is_not(bench: Bench) -> None:
    """Half past eight was checked; nothing was sent since, and the afternoon passed."""
    assert late_jobs(bench.service, bench.engine, bench.now) == []
    perform(bench.claim("check"), bench.place())
    said = late_jobs(bench.service, bench.engine, SLOT + timedelta(hours=15))
    assert "漫水河镇：检查自 2026-03-04 16:30 起没有完成" in said
    assert any(line.startswith("漫水河镇：发送通知自") for line in said)
    bench.now = SLOT + timedelta(hours=14)
    perform(bench.claim("check", slot=SLOT + timedelta(hours=8)), bench.place())
    assert not any("检查" in line for line in late_jobs(bench.service, bench.engine, SLOT + timedelta(hours=15)))
