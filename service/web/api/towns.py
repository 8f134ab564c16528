"""Which towns there are for the one who asks, and how each stands."""

from __future__ import annotations

from dataclasses import dataclass

from service.web.api.route import get
from service.web.inject import Bench, Who
from service.web.security.rights import in_town


@dataclass(frozen=True, slots=True, kw_only=True)
class TownShape:
    """A town of this service."""

    id: str
    name: str
    full_name: str
    county: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TownsShape:
    """The towns that the visitor may see."""

    towns: list[TownShape]


@get("/towns")
def list_towns(bench: Bench, visitor: Who) -> TownsShape:
    """所能查看的乡镇。"""
    shown = [settings.town for town_id, settings in sorted(bench.service.towns.items()) if in_town(visitor.towns, town_id)]
    return TownsShape(towns=[TownShape(id=t.id, name=t.name, full_name=t.full_name, county=t.county) for t in shown])


HANDLERS = [list_towns]
