"""Alive, fit for work, and figures: each fault is named, and nobody's text stands in a label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, text, update

from core.clock import now
from core.nouns import DeliveryStatus
from service.web.health import GRACE, STUCK_AFTER
from service.web.security.sessions import new_token
from service.web.workbench import Workbench
from store import tables
from store.database import transaction


def ready(url: str) -> tuple[int, dict[str, str]]:
    """The status, and what is wrong by name."""
    answer = httpx.get(url + "/readyz", trust_env=False)
    body = answer.json()
    assert body["ready"] is (answer.status_code == 200)
    assert [each["name"] for each in body["checks"]] == ["store", "revision", "schedule", "queue"]
    return answer.status_code, {each["name"]: each["detail"] for each in body["checks"] if not each["ok"]}


def figures(url: str, **headers: str) -> dict[str, dict[frozenset[str], float]]:
    """By name, the samples by the values of their labels."""
    answer = httpx.get(url + "/metrics", headers=headers, trust_env=False)
    assert answer.status_code == 200, answer.text
    found: dict[str, dict[frozenset[str], float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.values())] = sample.value
    return found


def settled(bench: Workbench) -> None:
    """Nothing waits for a sender."""
    with transaction(bench.engine) as connection:
        connection.execute(update(tables.deliveries).values(status=DeliveryStatus.SENT))


def add_job(bench: Workbench, town_id: str, started_at: datetime, **values: Any) -> None:
    row = {"town": town_id, "job": "crawl", "slot": started_at, "status": "done", "started_at": started_at,
           "beat_at": started_at, "finished_at": started_at} | values
    with transaction(bench.engine) as connection:
        connection.execute(insert(tables.job_runs).values(row))


def test_alive_and_ready(bench: Workbench, base_url: str) -> None:
    settled(bench)
    assert httpx.get(base_url + "/healthz", trust_env=False).json() == {"status": "ok"}
    assert ready(base_url) == (200, {})


def test_a_schedule_that_stopped_makes_it_unfit(bench: Workbench, town_id: str, serve_bench: Callable[[Workbench], str]) -> None:
    settled(bench)
    at = [now()]
    url = serve_bench(replace(bench, clock=lambda: at[0]))
    at[0] += GRACE + timedelta(minutes=2)
    status, wrong = ready(url)
    assert (status, set(wrong)) == (503, {"schedule"})
    assert "no job has given a sign of life for 12 minutes" in wrong["schedule"]
    add_job(bench, town_id, at[0] - timedelta(minutes=1))
    assert ready(url) == (200, {})


def test_what_is_stuck_makes_it_unfit(bench: Workbench, town_id: str, base_url: str) -> None:
    settled(bench)
    long_ago = now() - STUCK_AFTER - timedelta(minutes=1)
    add_job(bench, town_id, long_ago, status="running", finished_at=None)
    assert ready(base_url) == (503, {"queue": "1 jobs are stuck"})
    with transaction(bench.engine) as connection:
        connection.execute(update(tables.job_runs).values(beat_at=now()))
        connection.execute(update(tables.deliveries).values(status=DeliveryStatus.FAILED, next_try_at=long_ago))
        count = connection.execute(text("select count(*) from deliveries")).scalar_one()
    assert ready(base_url) == (503, {"queue": f"{count} deliveries wait for a sender"})
    with transaction(bench.engine) as connection:
        connection.execute(update(tables.deliveries).values(next_try_at=now() + timedelta(hours=1)))
    assert ready(base_url) == (200, {})


def test_a_store_of_another_version_makes_it_unfit(bench: Workbench, base_url: str) -> None:
    settled(bench)
    with transaction(bench.engine) as connection:
        connection.execute(text("update alembic_version set version_num = '0001'"))
    status, wrong = ready(base_url)
    assert (status, set(wrong)) == (503, {"revision"})


def test_a_store_that_is_gone_is_said_and_the_process_stays_alive(bench: Workbench, base_url: str) -> None:
    with transaction(bench.engine) as connection:
        connection.execute(text("drop table job_runs"))
    status, wrong = ready(base_url)
    assert status == 503
    assert {"store", "schedule", "queue"} <= wrong.keys()
    assert httpx.get(base_url + "/healthz", trust_env=False).status_code == 200


def test_figures_are_those_of_the_store(bench: Workbench, town_id: str, base_url: str) -> None:
    httpx.get(base_url + "/api/v1/towns", trust_env=False)
    add_job(bench, town_id, now() - timedelta(seconds=90))
    found = figures(base_url)
    with bench.engine.connect() as connection:
        records = connection.execute(text("select count(*) from records")).scalar_one()
        registered = connection.execute(text("select count(*) from cases where state = 'registered'")).scalar_one()
        warned = connection.execute(
            text("select count(*) from findings where severity = 'warn' and resolved_at is null")).scalar_one()
    assert found["townwatch_records"] == {frozenset({town_id}): records}
    assert found["townwatch_cases"][frozenset({town_id, "registered"})] == registered > 0
    assert found["townwatch_findings_open"][frozenset({town_id, "warn"})] == warned
    assert set(found["townwatch_deliveries"]) == {frozenset({town_id, str(status)}) for status in DeliveryStatus}
    assert set(found["townwatch_source_outcome"].values()) == {1.0}
    assert 89 < found["townwatch_job_last_success_age_seconds"][frozenset({town_id, "crawl"})] < 150
    assert found["townwatch_http_request_seconds_count"][frozenset({"GET", "/api/v1/towns", "401"})] == 1


def test_no_label_carries_what_was_crawled_or_typed(base_url: str, client: Any) -> None:
    """Paths are counted by their template: a made-up address makes no new line."""
    clerk = client("clerk")
    for path in ("/towns/evil-town/cases/7", "/api/v1/towns/evil-town/cases/7", "/evil-path", "/static/evil.css"):
        clerk.get(path)
    clerk.http.request("EVIL", "/healthz")
    answer = httpx.get(base_url + "/metrics", trust_env=False).text
    assert "evil" not in answer.lower()
    assert "clerk" not in answer
    assert "/api/v1/towns/{town}/cases/{case_id}" in answer


def test_who_may_read_the_figures(two_towns: Workbench, town_id: str, serve_bench: Callable[[Workbench], str]) -> None:
    url = serve_bench(two_towns)
    with transaction(two_towns.engine) as connection:
        _, mine = new_token(connection, "technician", "prometheus", now(), None)
        _, other = new_token(connection, "other-clerk", "prometheus", now(), None)
    # Over loopback itself: all. Passed on by a proxy that stands there: a stranger like any other.
    assert set(figures(url)["townwatch_records"]) == {frozenset({"other"}), frozenset({town_id})}
    outside = httpx.get(url + "/metrics", headers={"X-Forwarded-For": "203.0.113.9"}, trust_env=False)
    assert (outside.status_code, outside.headers["www-authenticate"]) == (401, "Bearer")
    assert "townwatch" not in outside.text
    all_of_it = figures(url, **{"X-Forwarded-For": "203.0.113.9", "Authorization": f"Bearer {mine}"})
    assert set(all_of_it["townwatch_records"]) == {frozenset({"other"}), frozenset({town_id})}
    theirs = figures(url, Authorization=f"Bearer {other}")
    assert all("other" in labels for name in theirs for labels in theirs[name])
    assert not any(name.startswith("townwatch_http") for name in theirs)
    wrong = httpx.get(url + "/metrics", headers={"Authorization": "Bearer nix"}, trust_env=False)
    assert wrong.status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_only_to_be_read(base_url: str, path: str) -> None:
    assert httpx.post(base_url + path, trust_env=False).status_code == 405
