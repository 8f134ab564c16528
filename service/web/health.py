"""What machines ask: alive (``/healthz``), fit for work (``/readyz``), and how much of what (``/metrics``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from anyio.to_thread import run_sync
from litestar import Request, Response, get
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CONTENT_TYPE_LATEST

from service.web.inject import Bench
from service.web.metrics import MetricsShown, Stopwatch, exposition
from service.web.security.sessions import visitor_by_token
from service.web.workbench import Workbench
from store import vitals
from store.database import head_revision, revision

_OPEN: dict[str, Any] = {"opt": {"open": True}, "include_in_schema": False}
GRACE = timedelta(minutes=10)
"""How long after its start a service may be without a sign of life from the schedule."""
STUCK_AFTER = timedelta(minutes=30)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing that must work, by name, and what is wrong with it."""

    name: str
    ok: bool
    detail: str


@get("/healthz", sync_to_thread=False, **_OPEN)
def healthz() -> dict[str, str]:
    """Alive: this process answers. Nothing else is asked, so that no orchestrator restarts it for a slow database."""
    return {"status": "ok"}


@get("/readyz", sync_to_thread=True, **_OPEN)
def readyz(bench: Bench, request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Fit for work: 200, or 503 with what is wrong."""
    started_at: datetime = request.app.state["stopwatch"].started_at
    probes = probe(bench, started_at)
    ready = all(each.ok for each in probes)
    body = {"ready": ready, "checks": [asdict(each) for each in probes]}
    return Response(body, status_code=200 if ready else 503)


@get("/metrics", **_OPEN)
async def metrics(bench: Bench, request: Request[Any, Any, Any]) -> Response[bytes]:
    """For Prometheus: everything for this machine itself, of a token's towns for its bearer, nothing for anybody else."""
    shown = await run_sync(_entitled, bench, request)
    stopwatch: Stopwatch = request.app.state["stopwatch"]
    body = await run_sync(exposition, bench, stopwatch, shown)
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def probe(bench: Workbench, started_at: datetime) -> list[Probe]:
    """Every probe, each by itself: what is wrong with one is not said of another."""
    now = bench.clock()
    wanted: list[tuple[str, Callable[[], str]]] = [
        ("store", lambda: _store(bench)), ("revision", lambda: _revision(bench)),
        ("schedule", lambda: _schedule(bench, now, started_at)), ("queue", lambda: _queue(bench, now)),
    ]
    return list(_tried(wanted))


def _tried(wanted: list[tuple[str, Callable[[], str]]]) -> Iterator[Probe]:
    for name, look in wanted:
        try:
            wrong = look()
        except Exception as error:  # noqa: BLE001 -- whatever a driver raises is the answer: not ready, and why
            wrong = f"cannot be asked ({type(error).__name__})"
        yield Probe(name=name, ok=not wrong, detail=wrong or "ok")


def _store(bench: Workbench) -> str:
    with bench.engine.connect() as connection:
        vitals.last_job_beat(connection)
    return ""


def _revision(bench: Workbench) -> str:
    return "" if revision(bench.engine) == head_revision() else "the store is of another version: run townwatch migrate"


def _schedule(bench: Workbench, now: datetime, started_at: datetime) -> str:
    with bench.engine.connect() as connection:
        beat = vitals.last_job_beat(connection)
    allowed = GRACE + timedelta(minutes=bench.service.settings.schedule.send_every_minutes)
    latest = max(beat or started_at, started_at)
    return "" if now - latest <= allowed else f"no job has given a sign of life for {_minutes(now - latest)} minutes"


def _queue(bench: Workbench, now: datetime) -> str:
    with bench.engine.connect() as connection:
        jobs = vitals.stuck_jobs(connection, now - STUCK_AFTER)
        deliveries = vitals.stuck_deliveries(connection, now - STUCK_AFTER)
    said = [f"{jobs} jobs are stuck"] if jobs else []
    return ", ".join(said + ([f"{deliveries} deliveries wait for a sender"] if deliveries else []))


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def _entitled(bench: Workbench, request: Request[Any, Any, Any]) -> MetricsShown:
    """Whose figures may be shown. A token that is given decides, wherever it comes from."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        visitor = visitor_by_token(bench, token.strip())
        if visitor is None or visitor.must_change:
            raise NotAuthorizedException("令牌无效")
        return MetricsShown(towns=visitor.towns)
    if _is_this_machine(request):
        return MetricsShown(towns=None)
    raise NotAuthorizedException("请带上有效的令牌（Authorization: Bearer）", headers={"WWW-Authenticate": "Bearer"})


def _is_this_machine(request: Request[Any, Any, Any]) -> bool:
    """Asked over loopback, and not passed on by a proxy that stands there."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


HANDLERS: list[HTTPRouteHandler] = [healthz, readyz, metrics]
