"""What is wrong with this installation and what to do: configuration, store, channels, sources, calendar, dead-man.

:func:`diagnose` gathers; the checks themselves are pure functions of what was gathered.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from alerts.send import open_channel
from core.clock import local_date, local_text
from core.errors import ConfigError, ConfigErrors, StoreError
from core.nouns import Outcome, Run, SourceResult
from core.service import Service, load_service
from core.settings import Settings
from crawler.platforms import check_options
from monitor.site_watch import watched_sites
from service.schedule.dead_man import late_jobs
from service.visits import DAY_MINUTES
from store import runs, visits
from store.database import for_town, head_revision, open_store, revision

Level = Literal["ok", "warn", "error"]
FREE_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One answer: ``area`` is config, store, channel, source, calendar, watch or disk."""

    area: str
    level: Level
    problem: str
    file: str = ""
    entry: str = ""
    key: str = ""
    remedy: str = ""

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def diagnose(config: Path, database: str, var: Path, now: datetime, environment: Mapping[str, str]) -> list[Check]:
    """Every check that can be made; a broken configuration or store hides only what needs it."""
    try:
        service = load_service(config)
    except ConfigErrors as error:
        return [*map(_config_error, error.errors), *_store(database, None, now), *_disk(var)]
    towns = service.towns
    errors = [_config_error(e.under(_folder(towns, t))) for t, s in towns.items() for e in check_options(s)]
    found = errors or [Check(area="config", level="ok", problem="配置可用")]
    for town, settings in towns.items():
        checks = [*_to_fill(settings), *_channels(settings, environment), *_unconfirmed(settings)]
        found += [_in_folder(check, _folder(towns, town)) for check in (*checks, *_calendar(settings, local_date(now)))]
    return [*found, *_store(database, service, now), *_disk(var)]


def _folder(towns: Mapping[str, Settings], town: str) -> str:
    """Where the files of one of several towns lie; "" for an only one."""
    return f"towns/{town}" if len(towns) > 1 else ""


def _in_folder(check: Check, folder: str) -> Check:
    return replace(check, file=f"{folder}/{check.file}".rstrip("/")) if folder else check


def _to_fill(settings: Settings) -> Iterable[Check]:
    for file, what in settings.to_fill:
        yield Check(area="config", level="warn", problem=f"待填写：{what}", file=file)


def _config_error(error: ConfigError) -> Check:
    return Check(
        area="config",
        level="error",
        problem=error.problem,
        file=error.file,
        entry=error.entry,
        key=error.key,
        remedy=error.remedy,
    )


def _channels(settings: Settings, environment: Mapping[str, str]) -> Iterable[Check]:
    for person in settings.staff:
        if not person.channels:
            problem, remedy = f"{person.name}没有提醒渠道", "在 staff.toml 为其添加 [[staff.channel]]"
            yield Check(area="channel", level="warn", problem=problem, file="staff.toml", entry=person.id, remedy=remedy)
        for channel in person.channels:
            url = channel.url or environment.get(channel.url_env or "", "")
            where = {"file": "staff.toml", "entry": f"{person.id}/{channel.name}"}
            if not url:
                problem, remedy = f"环境变量 {channel.url_env} 没有设置，提醒发不出去", "设置为 Apprise 地址后重启"
                yield Check(area="channel", level="error", problem=problem, key="url_env", remedy=remedy, **where)
            elif open_channel(url) is None:
                problem, remedy = "渠道地址不能识别，提醒发不出去", "按 Apprise 的格式改正地址（地址含密钥，此处不显示）"
                yield Check(area="channel", level="error", problem=problem, remedy=remedy, **where)
            else:
                yield Check(area="channel", level="ok", problem=f"{person.name}的渠道 {channel.name} 可用", **where)


def _unconfirmed(settings: Settings) -> Iterable[Check]:
    for site in settings.sites:
        waiting = [source.name for source in site.sources if not source.confirmed]
        if waiting:
            problem = f"{len(waiting)} 个来源待人工确认，尚未巡查：{'、'.join(waiting[:5])}"
            remedy = "核对网址后把 confirmed 改为 true"
            file = f"sites/{site.id}.toml"
            yield Check(area="source", level="warn", problem=problem, file=file, key="confirmed", remedy=remedy)


def _calendar(settings: Settings, today: date) -> Iterable[Check]:
    """From November the next year's holidays are due to be announced; without them deadlines are provisional."""
    horizon = settings.calendar.horizon()
    file = f"calendar/{horizon + 1}.json"
    remedy = f"按国务院办公厅通知填写 {file}（格式见 calendar/README.md）"
    if today.year > horizon:
        yield Check(area="calendar", level="error", problem=f"{today.year} 年节假日未录入，期限均为暂定", file=file, remedy=remedy)
    elif today.year == horizon and today.month >= 11:
        problem = f"{horizon + 1} 年节假日未录入，落在次年的期限为暂定"
        yield Check(area="calendar", level="warn", problem=problem, file=file, remedy=remedy)
    else:
        yield Check(area="calendar", level="ok", problem=f"工作日历已知至 {horizon} 年底")


def _store(database: str, service: Service | None, now: datetime) -> Iterable[Check]:
    try:
        engine = open_store(database, migrate=False)
    except StoreError as error:
        return [Check(area="store", level="error", problem=str(error), remedy="检查 --database，或运行 townwatch migrate")]
    towns = service.towns if service else {}
    try:
        checks = [Check(area="store", level="ok", problem=f"数据库可用，版本 {revision(engine)}（程序 {head_revision()}）")]
        for town, settings in towns.items():
            with for_town(engine, town).connect() as connection:
                latest, recent = runs.latest_runs(connection, 1), runs.recent_results(connection)
                visited = visits.latest(connection)
            watched = [_dead_man(settings, latest[0] if latest else None, now), *_sources(settings, recent)]
            watched += _visits(service, settings, visited, now)
            checks += [_in_folder(check, _folder(towns, town)) for check in watched]
        for late in late_jobs(service, engine, now) if service else ():
            checks.append(Check(area="watch", level="error", problem=late, remedy="看 townwatch serve 是否在运行，再看“运行记录”里的说明"))
    finally:
        engine.dispose()
    return checks


def _dead_man(settings: Settings, latest: Run | None, now: datetime) -> Check:
    if latest is None:
        return Check(area="watch", level="warn", problem="还没有巡查过", remedy="运行 townwatch crawl")
    ended = latest.finished_at or latest.started_at
    if now - ended > timedelta(days=settings.runs.silent_days):
        problem = f"最近一次巡查在 {local_text(ended)}，已超过 {settings.runs.silent_days} 天"
        return Check(area="watch", level="error", problem=problem, remedy="检查定时任务是否还在运行")
    return Check(area="watch", level="ok", problem=f"最近一次巡查在 {local_text(ended)}")


def _visits(service: Service | None, settings: Settings, latest: datetime | None, now: datetime) -> Iterable[Check]:
    """Whether home pages are opened: without that nobody knows that a site cannot be."""
    minutes = service.settings.schedule.visit_every_minutes if service else 0
    if not watched_sites(settings):
        return
    if not minutes:
        problem = "没有开启首页访问，网站打不开、证书到期、首页不更新都不会发现"
        remedy = "在 service.toml 的 [schedule] 中把 visit_every_minutes 设为 60"
        yield Check(area="watch", level="warn", problem=problem, file="service.toml", key="visit_every_minutes", remedy=remedy)
    elif latest is None:
        remedy = "运行 townwatch visit，或让 townwatch serve 一直运行"
        yield Check(area="watch", level="warn", problem="还没有访问过网站首页", remedy=remedy)
    elif now - latest > max(timedelta(hours=6), 3 * timedelta(minutes=minutes)):
        problem = f"最近一次访问网站首页在 {local_text(latest)}，之后没有访问"
        yield Check(area="watch", level="warn", problem=problem, remedy="看 townwatch serve 是否在运行，再看“运行记录”里的说明")
    else:
        yield Check(area="watch", level="ok", problem=f"最近一次访问网站首页在 {local_text(latest)}")
    if minutes > DAY_MINUTES // 20:
        problem = f"每 {minutes} 分钟访问一次，一天不足 20 次，不能按国办秘函〔2019〕19号判断"
        yield Check(area="watch", level="warn", problem=problem, file="service.toml", key="visit_every_minutes", remedy="改为 72 以下")


def _sources(settings: Settings, recent: Mapping[str, list[SourceResult]]) -> Iterable[Check]:
    for site, source in settings.all_sources:
        results = recent.get(source.id, [])
        if results and not results[0].outcome.looked and results[0].outcome != Outcome.NOT_RUN:
            problem = f"{source.name}最近一次没有看到（{results[0].outcome}）：{results[0].error or '原因未记录'}"
            file = f"sites/{site.id}.toml"
            remedy = "打开网址核对；被拦截时联系对方或放慢频率，不要绕过"
            yield Check(area="source", level="warn", problem=problem, file=file, entry=source.id, remedy=remedy)


def _disk(var: Path) -> Iterable[Check]:
    folder = next(parent for parent in (var.absolute(), *var.absolute().parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        problem = f"磁盘只剩 {free // 1024 // 1024} MB"
        return [Check(area="disk", level="error", problem=problem, remedy="清理磁盘")]
    return [Check(area="disk", level="ok", problem=f"磁盘余 {free // 1024**3} GB")]
