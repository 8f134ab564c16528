"""存证: one record with all its versions: when each was seen, what it changed, and where its bytes lie."""

from __future__ import annotations

from itertools import pairwise

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Template

from core.settings import Settings
from core.version_changes import VersionChange, compare_versions
from crawler.run import archive_root
from service.evidence import kept_versions
from service.web.inject import Bench, TownId
from service.web.rendering import AnyRequest, render
from service.web.security.rights import Permission
from store import findings, records

LARGEST_ID = 2**31 - 1
MOST = 50
"""A page that changes every day has hundreds of versions; older ones are the command line's."""


@get("/towns/{town:str}/records/{record:int}", sync_to_thread=True, opt={"may": Permission.READ})
def one_page(request: AnyRequest, bench: Bench, town: TownId, record: FromPath[int]) -> Template:
    """A record's versions, the latest on top. The archived bytes are read: whether they are still those is said."""
    settings = bench.town(town)
    with bench.town_engine(town).connect() as connection:
        try:
            stored = records.get(connection, record if 0 < record <= LARGEST_ID else 0)
        except KeyError:
            raise NotFoundException("没有这条记录") from None
        about = [finding for finding in findings.of_subject(connection, f"record:{record}") if finding.open]
        kept = kept_versions(connection, archive_root(bench.folder(town)), record)
    nothing = VersionChange((), (), ())
    changed = [nothing, *(compare_versions(a.version.record, b.version.record) for a, b in pairwise(kept))]
    shown = list(zip(range(1, len(kept) + 1), kept, changed, strict=True))[::-1]
    return render(
        request, "record.html", town=settings, section="catalogue", title=f"存证　{stored.record.title}", stored=stored,
        findings=sorted(about, key=lambda finding: finding.severity.rank),
        columns=[column for column in settings.columns if column.source in stored.sources],
        versions=shown[:MOST], left_out=max(0, len(shown) - MOST), sources=[_source(settings, name) for name in stored.sources],
    )


def _source(settings: Settings, name: str) -> tuple[str, str]:
    """Id and name of a source; one that is configured no more has its id alone."""
    found = {source.id: source.name for _, source in settings.all_sources}
    return name if name in found else "", found.get(name, name)


HANDLERS: list[HTTPRouteHandler] = [one_page]
