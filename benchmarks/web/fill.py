"""A store as a county's might be after years: rows made by arithmetic, written by COPY or in one SQLite transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import text

from core.settings import Settings
from store import tables
from store.database import Connection, Engine, transaction

START = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
BODY = "漫水河镇卫生院、中心学校和各村便民服务点按月公开办事指南、收费标准和联系方式，群众可就近咨询办理。" * 4
STATES = ("closed",) * 12 + ("replied",) * 6 + ("assigned", "assessed", "registered")
CHUNK = 20_000
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """How much to write, over all towns."""

    records: int
    cases: int
    findings: int = 20_000
    deliveries: int = 100_000
    minutes: int = 2
    """Between two records, over all towns."""


def fill(engine: Engine, towns: Sequence[Settings], size: Size) -> None:
    """Write everything, and let the database look at what it has."""
    detail = json.dumps({
        "content_source": "漫水河镇", "publisher": "漫水河镇人民政府", "index_no": None, "doc_no": None, "column_name": None,
        "attachments": [], "replies": [], "thread": {}, "meta": {}, "written": None,
    })
    with transaction(engine) as connection:
        write = _copy if connection.dialect.name == "postgresql" else _executemany
        for table, columns, rows in (
            ("records", _RECORD, _records(towns, size, detail)),
            ("sightings", _SIGHTING, _sightings(towns, size)),
            ("cases", _CASE, _cases(towns, size)),
            ("case_steps", _STEP, _steps(size.cases)),
            ("findings", _FINDING, _findings(towns, size.findings)),
            ("deliveries", _DELIVERY, _deliveries(towns, size.deliveries)),
        ):
            write(connection, table, columns, rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _town(towns: Sequence[Settings], number: int) -> Settings:
    return towns[number % len(towns)]


def _source(settings: Settings, number: int) -> str:
    """A quarter of all stands in the first column of a town: lists are as long as they get."""
    sources = [source.id for _, source in settings.all_sources]
    turn = number // 7
    return sources[0] if turn % 4 == 0 else sources[turn % len(sources)]


def _at(number: int, minutes: int = 2) -> datetime:
    return START - timedelta(minutes=number * minutes)


_RECORD = ("id town site key kind url title body published_at published_has_time detail content_hash first_seen_at checked_at "
           "changed_at versions newest_at").split()


def _records(towns: Sequence[Settings], size: Size, detail: str) -> Iterator[Row]:
    for n in range(1, size.records + 1):
        at, url = _at(n, size.minutes), f"https://portal.example/content/article/{n}.html"
        yield (n, _town(towns, n).town.id, "portal", url, "article", url, f"关于第 {n} 号事项的公示", BODY, at, True, detail,
               f"{n:064x}", at, START, at, 1, at)


_SIGHTING = "record_id source town newest_at first_seen_at last_seen_at".split()


def _sightings(towns: Sequence[Settings], size: Size) -> Iterator[Row]:
    for n in range(1, size.records + 1):
        settings, at = _town(towns, n), _at(n, size.minutes)
        yield n, _source(settings, n), settings.town.id, at, at, START


_CASE = "id town record_id source url title category state owner registered_at due provisional".split()


def _cases(towns: Sequence[Settings], size: Size) -> Iterator[Row]:
    for n in range(1, size.cases + 1):
        settings = _town(towns, n)
        categories, staff = settings.cases.categories, settings.staff
        yield (n, settings.town.id, n, _source(settings, n), f"https://board.example/{n}", f"第 {n} 封来信：村里的路灯不亮",
               categories[n % len(categories)].name, STATES[n // len(towns) % len(STATES)], staff[n % len(staff)].id, _at(n),
               date(2026, 11, 24) + timedelta(days=n % 60 - 20), False)


_STEP = "case_id at who action note data".split()


def _steps(count: int) -> Iterator[Row]:
    for n in range(1, count + 1):
        yield n, _at(n), "townwatch", "register", "提及漫水河镇", "{}"
        yield n, _at(n), "clerk", "note", "已联系村委会核实情况", "{}"


_FINDING = ("town fingerprint rule_id subject severity title reason evidence owner first_seen_at last_seen_at resolved_at "
            "handling").split()


def _findings(towns: Sequence[Settings], count: int) -> Iterator[Row]:
    for n in range(1, count + 1):
        severity = ("info", "warn", "warn", "error", "veto")[n // len(towns) % 5]
        yield (_town(towns, n).town.id, f"{n:016x}", "page.wording", f"record:{n}", severity, "表述不规范", "第 3 段：表述不规范",
               json.dumps({"where": "第 3 段"}), "clerk", _at(n), START, START if n % 3 else None, "")


_DELIVERY = "id town alert reason recipient channel title body items level status attempts created_at sent_at".split()


def _deliveries(towns: Sequence[Settings], count: int) -> Iterator[Row]:
    for n in range(1, count + 1):
        yield (f"d{n:012x}", _town(towns, n).town.id, f"a{n}", "reminder", ("clerk", "leader")[n // len(towns) % 2], "webhook",
               "【漫水河镇】3 项需要办理", "一、第 12 封来信：村里的路灯不亮\n" * 5, "[]", 0, "sent", 1, _at(n), _at(n))


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while portion := list(islice(iterator, CHUNK)):
        yield portion


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
    if "id" in tables.metadata.tables[table].c and tables.metadata.tables[table].c.id.autoincrement is True:
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))"))


def _executemany(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    driver: Any = connection.connection.driver_connection
    plain: Callable[[Row], Row] = lambda row: tuple(map(_sqlite, row))  # noqa: E731
    for portion in _portions(rows):
        driver.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', map(plain, portion))


def _sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value
