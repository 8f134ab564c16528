"""Figures for Prometheus, counted in the store at each scrape. Labels come from the configuration and from fixed words,
never from a crawled text or a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from litestar.config.app import AppConfig
from litestar.enums import ScopeType
from litestar.plugins import InitPlugin
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from core.clock import local_date
from core.nouns import CaseState, DeliveryStatus, Severity
from service.web.workbench import Workbench
from store import vitals
from store.database import Connection
from store.vitals import Counts

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsShown:
    """Of which towns figures are shown; None: of all, with those of the service itself."""

    towns: frozenset[str] | None

    def town(self, town: str) -> bool:
        """Whether a town's figures are shown."""
        return self.towns is None or town in self.towns


class Stopwatch(InitPlugin):
    """Times every request by the template of its route, and remembers when the service began."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.started_at = clock()
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "townwatch_http_request_seconds", "Time to answer a request.", ["method", "route", "status"],
            buckets=BUCKETS, registry=self.registry,
        )

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Stand around every route."""
        app_config.state["stopwatch"] = self
        app_config.middleware.insert(0, self._around)
        return app_config

    def _around(self, app: ASGIApp) -> ASGIApp:
        async def timed(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            status, begun = 500, perf_counter()

            async def sending(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, sending)
            finally:
                self._observe(scope, status, perf_counter() - begun)

        return timed

    def _observe(self, scope: HTTPScope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = scope.get("path_template") or "unmatched"
        self._seconds.labels(method, route, str(status)).observe(seconds)


class _Counted:
    """A collector over one connection."""

    def __init__(self, bench: Workbench, connection: Connection, shown: MetricsShown) -> None:
        self.bench, self.connection, self.shown, self.now = bench, connection, shown, bench.clock()

    def collect(self) -> Iterator[Metric]:
        """Every figure of the store."""
        connection, today = self.connection, local_date(self.now)
        yield self._family("records", "Records kept.", (), vitals.record_counts(connection), [()])
        states = [(str(state),) for state in CaseState]
        yield self._family("cases", "Cases by state.", ("state",), vitals.case_counts(connection), states)
        overdue = vitals.overdue_counts(connection, today)
        yield self._family("cases_overdue", "Open cases past their due day.", (), overdue, [()])
        severities = [(str(severity),) for severity in Severity]
        findings = vitals.open_finding_counts(connection)
        yield self._family("findings_open", "Open findings by severity.", ("severity",), findings, severities)
        statuses = [(str(status),) for status in DeliveryStatus]
        deliveries = vitals.delivery_counts(connection)
        yield self._family("deliveries", "Deliveries by status.", ("status",), deliveries, statuses)
        yield self._outcomes()
        yield self._job_ages()

    def _family(self, name: str, said: str, labels: Iterable[str], counts: Counts, rest: Sequence[tuple[str, ...]]) -> Metric:
        """A gauge by town and labels; what has no row is 0, so that no line of a chart breaks off."""
        family = GaugeMetricFamily(f"townwatch_{name}", said, labels=["town", *labels])
        for town in self._towns():
            for values in rest:
                family.add_metric([town, *values], counts.get((town, *values), 0))
        return family

    def _outcomes(self) -> Metric:
        family = GaugeMetricFamily(
            "townwatch_source_outcome", "1 for what the last run did with each source.", labels=["town", "source", "outcome"]
        )
        found = vitals.last_outcomes(self.connection)
        for town in self._towns():
            for _, source in self.bench.town(town).all_sources:
                if outcome := found.get((town, source.id)):
                    family.add_metric([town, source.id, outcome], 1)
        return family

    def _job_ages(self) -> Metric:
        family = GaugeMetricFamily(
            "townwatch_job_last_success_age_seconds", "Since a job last ended well.", labels=["town", "job"]
        )
        served = set(self._towns())
        for age in vitals.job_ages(self.connection):
            if age.town in served and age.last_success_at is not None:
                family.add_metric([age.town, age.job], (self.now - age.last_success_at).total_seconds())
        return family

    def _towns(self) -> list[str]:
        return [town for town in sorted(self.bench.service.towns) if self.shown.town(town)]


def exposition(bench: Workbench, stopwatch: Stopwatch, shown: MetricsShown) -> bytes:
    """The text that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    with bench.engine.connect() as connection:
        registry.register(_Counted(bench, connection, shown))
        text = generate_latest(registry)
    return text + (generate_latest(stopwatch.registry) if shown.towns is None else b"")
