"""One town as data: what the files of ``config/`` may say. Loading is in :mod:`core.configuration`.

Every model is frozen and strict: an unknown, missing or mistyped key refuses to start.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from core.calendar import Period, WorkCalendar
from core.nouns import Confidence, RecordKind, Severity


def _period(text: str) -> str:
    Period.parse(text)
    return text


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


PeriodText = Annotated[str, AfterValidator(_period)]
DayText = Annotated[str, AfterValidator(_day)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
HttpUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]+")]
SeverityName = Annotated[Severity, Field(strict=False)]
ColumnKind = Literal["news", "notice", "policy", "interpretation", "personnel_plan", "static", "key_field", "response"]


class Strict(BaseModel):
    """Base of all settings: an unknown, missing or mistyped key is an error, and nothing is changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Term(Strict):
    """One way in which a text names a subject. ``unless``: following or preceding words that make it another thing
    (霍山 + 路); ``near``: words one of which must stand in the same text for a possible term to become certain."""

    text: str = Field(min_length=2)
    confidence: Confidence = "certain"
    unless: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


class Subject(Strict):
    """What is watched for: the town, a village, a leader, a project. ``name`` is what a mention reports."""

    name: str = Field(min_length=2)
    kind: Literal["town", "village", "leader", "project", "county"] = "town"
    registers: bool = True
    """Whether a certain mention opens a case."""
    terms: tuple[Term, ...] = Field(min_length=1, alias="term")


class Town(Strict):
    """``town.toml``: the town itself. ``id`` tells the towns of one store apart. ``to_fill`` names what only the town can
    know and has not filled in yet."""

    id: Identifier = "town"
    name: str
    full_name: str
    county: str
    prefecture: str
    province: str
    area_codes: tuple[str, ...] = ()
    to_fill: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = Field(min_length=1, alias="subject")


class Politeness(Strict):
    """How gently a host is asked. Defaults are the promise of the design: robots obeyed, one request a second."""

    requests_per_second: float = Field(default=1.0, gt=0)
    concurrency: int = Field(default=1, ge=1)
    obey_robots: bool = True
    timeout_seconds: float = Field(default=15.0, gt=0)
    retries: int = Field(default=2, ge=0)
    recheck_days: int = Field(default=14, ge=0)
    """Articles published within these days (late ones: first seen) are asked for again at each run, conditionally."""
    recheck_every: int = Field(default=30, ge=1)
    """Every older article is asked for again, conditionally, with its attachments, at least this often (days)."""
    recheck_costly_every: int = Field(default=3, ge=1)
    """How often (days) a recent article, and the attachments of one, are asked for whose server cannot say "not modified"."""
    recheck_most: int = Field(default=2000, ge=1)
    """How many articles of the site a run asks for again at most; what it puts off is said."""
    contact: str = ""
    """How the site can reach those who ask: printed in the User-Agent."""


class SourceSettings(Strict):
    """One list, board or search to look at. ``options`` belong to the platform, which checks them strictly."""

    id: Identifier
    name: str
    url: HttpUrl
    kind: Literal["list", "board", "search"] = "list"
    cadence: Literal["daily", "weekly"] = "daily"
    owner: str | None = None
    confirmed: bool = True
    """False for what ``site discover`` wrote and no person has confirmed: it is not crawled."""
    quiet_days: int | None = Field(default=None, ge=1)
    """How long the source may bring nothing new before that itself is a finding; None where silence is normal."""
    recheck_days: int | None = Field(default=None, ge=0)
    recheck_every: int | None = Field(default=None, ge=1)
    """As in :class:`Politeness`, where this source is to be watched otherwise than its site."""
    options: dict[str, Any] = Field(default_factory=dict)


class Site(Strict):
    """``sites/*.toml``: one site, its platform and its sources. ``id`` is the file's name."""

    id: Identifier
    name: str
    platform: Identifier
    home: HttpUrl
    hosts: tuple[str, ...] = Field(min_length=1)
    """Nothing outside these is asked: ``host`` on the ports 80 and 443, or ``host:port``."""
    politeness: Politeness = Politeness()
    allow_private: bool = False
    """Whether its host may lie on a private or loopback address (the demo town)."""
    options: dict[str, Any] = Field(default_factory=dict)
    to_fill: tuple[str, ...] = ()
    sources: tuple[SourceSettings, ...] = Field(default=(), alias="source")


class Column(Strict):
    """``catalogue.toml``: a column of the disclosure catalogue, judged for freshness on the records of its source.
    ``max_age`` None takes the kind's default from ``rules/freshness.toml``."""

    id: Identifier
    name: str
    source: Identifier
    kind: ColumnKind
    level: Literal[1, 2] = 2
    max_age: PeriodText | None = None
    min_items: int = Field(default=1, ge=0)
    owner: str | None = None
    applicable: bool = True
    reason: str = ""

    @model_validator(mode="after")
    def _reason_given(self) -> Column:
        if not self.applicable and not self.reason:
            raise ValueError("applicable = false 必须写明 reason（不适用的理由）")
        return self


class CatalogueItem(Strict):
    """An ``[[item]]`` of ``catalogue.toml``: one row of the standard catalogue (国办发〔2019〕54号). ``limit`` is the 公开时限 as
    written; ``columns`` are those of the catalogue where the item must appear; ``site_column`` what the workbook says of it."""

    id: Identifier
    field: str
    level1: str = ""
    level2: str = ""
    level3: str = ""
    elements: tuple[str, ...] = ()
    basis: str = ""
    limit: str = ""
    organ: str = ""
    channels: tuple[str, ...] = ()
    audience: str = ""
    mode: str = ""
    tier: str = ""
    site_column: str = ""
    note: str = ""
    columns: tuple[Identifier, ...] = ()
    owner: str | None = None
    applicable: bool = True
    reason: str = ""

    @model_validator(mode="after")
    def _reason_given(self) -> CatalogueItem:
        if not self.applicable and not self.reason:
            raise ValueError("applicable = false 必须写明 reason（不适用的理由）")
        return self


class KindRule(Strict):
    """How old a column of a kind may be, how bad it is when it is older, and where that is written."""

    max_age: PeriodText
    severity: SeverityName
    basis: str


class FreshnessRules(Strict):
    """``rules/freshness.toml``. ``warn_days``: how long before its due day a column is ``due``; ``delinquent_after``:
    after how many more periods an overdue column is delinquent."""

    warn_days: int = Field(ge=0)
    delinquent_after: int = Field(default=1, ge=1)
    kinds: dict[ColumnKind, KindRule]


class ReplyLimit(Strict):
    """Working days for an answer, per channel kind and category; the first that fits wins."""

    id: Identifier
    sites: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    workdays: int = Field(ge=0)
    basis: str


class CategoryRule(Strict):
    """A category of cases: ``words`` that suggest it, ``types`` of threads (投诉/求助 ...), or ``kinds`` of records.
    First match wins; a clerk's assessment overrides it."""

    name: str
    words: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    kinds: tuple[RecordKind, ...] = ()


class CaseRules(Strict):
    """``rules/cases.toml``: how mentions become cases and when these are due."""

    remind_share: tuple[float, ...] = (0.5, 0.8)
    hard_cap_workdays: int = 60
    max_age_days: int = Field(default=92, ge=1)
    """A message older than this at its first sight is kept as a mention and opens no case (a baseline crawl must not
    flood the register). 92 days: after three months unanswered it is a veto (国办秘函〔2019〕19号) and must be seen."""
    answered_opens: bool = False
    default_category: str = "其他"
    categories: tuple[CategoryRule, ...] = Field(alias="category")
    limits: tuple[ReplyLimit, ...] = Field(min_length=1, alias="limit")


class RunRules(Strict):
    """``rules/runs.toml``: judges the watch itself. ``failures``: after how many failed looks in a row a source is a
    finding; ``silent_days``: after how many days without a finished run the watch itself is."""

    failures: int = Field(default=2, ge=1)
    silent_days: int = Field(default=2, ge=1)
    changed_grace_hours: int = Field(default=24, ge=0)
    """A page may be mended so long after it was first seen without being a finding."""
    changed_days: int = Field(default=30, ge=1)
    """How long a change after that is told."""
    severity: SeverityName = Severity.ERROR


class SiteRules(Strict):
    """``rules/sites.toml``: the health of sites, after 国办秘函〔2019〕19号. ``visits`` in ``days`` are the least by which
    ``failed_share`` may be judged, each at least ``apart_minutes`` after the one before; a visit has failed that took
    ``timeout_seconds``. ``down_visits`` failures in a row over ``down_hours`` are told at once."""

    timeout_seconds: float = Field(default=15.0, gt=0)
    days: int = Field(default=7, ge=1)
    visits: int = Field(default=140, ge=1)
    failed_share: float = Field(default=0.05, gt=0, le=1)
    apart_minutes: float = Field(default=10, ge=0)
    down_visits: int = Field(default=3, ge=1)
    down_hours: float = Field(default=2, ge=0)
    blocked_visits: int = Field(default=3, ge=1)
    """After how many refused visits in a row being blocked is told."""
    home_days: int = Field(default=14, ge=1)
    certificate_warn_days: int = Field(default=30, ge=0)
    certificate_error_days: int = Field(default=7, ge=0)
    links_per_day: int = Field(default=100, ge=0)
    """How many addresses that pages link to are looked at a day and site; 0: none."""
    links_every_days: int = Field(default=30, ge=1)
    """When an address that was there is looked at again."""
    basis: str = "国办秘函〔2019〕19号"


class Channel(Strict):
    """One way to reach a person. The address is secret as a rule: ``url_env`` names the environment variable that holds
    the Apprise URL; ``url`` itself is for addresses without a secret (loopback, a plain mail relay)."""

    name: Identifier
    url_env: str | None = None
    url: str | None = None
    digest_only: bool = False

    @model_validator(mode="after")
    def _one_address(self) -> Channel:
        if (self.url is None) == (self.url_env is None):
            raise ValueError("url_env 与 url 必须且只能填写一个")
        return self


class StaffMember(Strict):
    """``staff.toml``: a person who is told."""

    id: Identifier
    name: str
    role: Literal["clerk", "leader", "supervisor", "technician", "reader"]
    channels: tuple[Channel, ...] = Field(default=(), alias="channel")
    away_until: DayText | None = None
    """The last day of an absence; until its end the stand-in is told."""
    stand_in: str | None = None


class Route(Strict):
    """``alerts.toml``: who hears what. All given conditions must hold; the first route that fits decides,
    unless it says ``also_next``. ``to`` names staff, or ``owner`` for the item's own owner; ``rules``
    are prefixes of rule identifiers (``source.``)."""

    id: Identifier
    kinds: tuple[Literal["finding", "case", "operation"], ...] = ()
    severities: tuple[SeverityName, ...] = ()
    rules: tuple[str, ...] = ()
    to: tuple[str, ...] = Field(min_length=1)
    also_next: bool = False
    remind_workdays: int | None = Field(default=1, ge=1)
    escalate_workdays: int | None = Field(default=None, ge=1)
    escalate_to: tuple[str, ...] = ()
    say_resolved: bool = True


class AlertRules(Strict):
    """``alerts.toml``. ``retry_minutes``: waits between tries, the last repeated; ``give_up_after``: tries before a
    delivery is dead and said to be; ``claim_minutes``: after which a claim is taken to be of a dead process;
    ``workbench_url``: where staff reach the workbench, for the links in messages (the town's part is added)."""

    routes: tuple[Route, ...] = Field(min_length=1, alias="route")
    retry_minutes: tuple[float, ...] = (1, 5, 15, 60, 240)
    give_up_after: int = Field(default=30, ge=1)
    claim_minutes: float = Field(default=10, gt=0)
    max_items: int = Field(default=20, ge=1)
    workbench_url: str = ""
    digest_to: tuple[str, ...] = ()


class Settings(Strict):
    """All of ``config/`` as read and cross-checked, and the folder that it came from."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)

    directory: Path
    town: Town
    sites: tuple[Site, ...]
    columns: tuple[Column, ...]
    items: tuple[CatalogueItem, ...] = ()
    freshness: FreshnessRules
    cases: CaseRules
    runs: RunRules
    health: SiteRules = SiteRules()
    staff: tuple[StaffMember, ...]
    alerts: AlertRules
    calendar: WorkCalendar
    to_fill: tuple[tuple[str, str], ...] = ()
    """What only the town can know and has not written yet: (file, what)."""

    def source(self, source_id: str) -> tuple[Site, SourceSettings]:
        """A source and its site; KeyError where there is none."""
        for site in self.sites:
            for source in site.sources:
                if source.id == source_id:
                    return site, source
        raise KeyError(source_id)

    def person(self, staff_id: str) -> StaffMember:
        """A staff member by id; KeyError where there is none."""
        for person in self.staff:
            if person.id == staff_id:
                return person
        raise KeyError(staff_id)

    @property
    def all_sources(self) -> tuple[tuple[Site, SourceSettings], ...]:
        """Every source with its site."""
        return tuple((site, source) for site in self.sites for source in site.sources)
