"""What one configuration file says about another: owners, sources, recipients, and identifiers used twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.errors import ConfigError
from core.settings import Column, Settings


def cross_check(settings: Settings) -> Iterable[ConfigError]:
    """Every reference that leads nowhere and every identifier that two entries share."""
    yield from _used_twice(settings)
    yield from _unknown_people(settings)
    sources = {source.id for _, source in settings.all_sources}
    for column in settings.columns:
        yield from _column(settings, column, sources)
    columns = {column.id for column in settings.columns}
    for item in settings.items:
        for name in item.columns:
            if name not in columns:
                remedy = "改为 catalogue.toml 中某个 [[column]] 的 id"
                yield ConfigError(f"没有栏目“{name}”", file="catalogue.toml", entry=item.id, key="columns", remedy=remedy)


def _used_twice(settings: Settings) -> Iterable[ConfigError]:
    identifiers = {
        "sites/*.toml": [source.id for _, source in settings.all_sources],
        "staff.toml": [person.id for person in settings.staff],
        "catalogue.toml": [column.id for column in settings.columns],
        "catalogue.toml [[item]]": [item.id for item in settings.items],
        "alerts.toml": [route.id for route in settings.alerts.routes],
    }
    for file, names in identifiers.items():
        for name, count in Counter(names).items():
            if count > 1:
                yield ConfigError("id 重复", file=file, entry=name, key="id", remedy="改成不同的 id")


def _unknown_people(settings: Settings) -> Iterable[ConfigError]:
    staff = {person.id for person in settings.staff}
    for file, entry, key, name in _people_named(settings):
        if name not in staff:
            problem = f"staff.toml 里没有“{name}”"
            remedy = "改为 staff.toml 中的 id，或先在那里添加"
            yield ConfigError(problem, file=file, entry=entry, key=key, remedy=remedy)


def _people_named(settings: Settings) -> Iterable[tuple[str, str, str, str]]:
    """(file, entry, key, name) wherever a staff member is named."""
    for site, source in settings.all_sources:
        if source.owner:
            yield f"sites/{site.id}.toml", source.id, "owner", source.owner
    for column in settings.columns:
        if column.owner:
            yield "catalogue.toml", column.id, "owner", column.owner
    for item in settings.items:
        if item.owner:
            yield "catalogue.toml", item.id, "owner", item.owner
    for person in settings.staff:
        if person.stand_in:
            yield "staff.toml", person.id, "stand_in", person.stand_in
    for route in settings.alerts.routes:
        yield from (("alerts.toml", route.id, "to", name) for name in route.to if name != "owner")
        yield from (("alerts.toml", route.id, "escalate_to", name) for name in route.escalate_to)
    yield from (("alerts.toml", "", "digest_to", name) for name in settings.alerts.digest_to)


def _column(settings: Settings, column: Column, sources: set[str]) -> Iterable[ConfigError]:
    if column.source not in sources:
        problem, remedy = f"sites/ 里没有来源“{column.source}”", "改为 sites/*.toml 中某个 source 的 id"
        yield ConfigError(problem, file="catalogue.toml", entry=column.id, key="source", remedy=remedy)
    if column.kind not in settings.freshness.kinds:
        problem, remedy = f"rules/freshness.toml 没有“{column.kind}”类栏目的规则", f"补上 [kinds.{column.kind}]"
        yield ConfigError(problem, file="catalogue.toml", entry=column.id, key="kind", remedy=remedy)
