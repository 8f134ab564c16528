"""The disclosure catalogue (公开目录): its columns as last judged, and the records of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar.params import FromPath, PathParameter

from service import shaping
from service.shapes import CannotJudgeShape, ColumnShape, RecordDetailShape, RecordShape
from service.web.api.route import LARGEST_ID, PageNumber, PageShape, PageSize, Text, found, get
from service.web.inject import Bench, TownId
from store import findings as finding_store
from store import mentions as mention_store
from store import records as record_store


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsShape:
    """Every column, and what the last check could not judge."""

    columns: list[ColumnShape]
    cannot_judge: list[CannotJudgeShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsShape:
    """A page of records, newest first."""

    records: list[RecordShape]
    page: PageShape


@get("/towns/{town:str}/columns")
def list_columns(bench: Bench, town: TownId) -> ColumnsShape:
    """公开目录各栏目，按最近一次检查。"""
    with bench.town_engine(town).connect() as connection:
        statuses = finding_store.column_statuses(connection)
        unjudged = [judgement for judgement in finding_store.judgements(connection) if judgement.verdict == "cannot_judge"]
    return ColumnsShape(
        columns=[shaping.column(status) for status in statuses],
        cannot_judge=[shaping.cannot_judge(judgement) for judgement in unjudged],
    )


@get("/towns/{town:str}/columns/{column:str}/records")
def list_records(
    bench: Bench, town: TownId, column: FromPath[str], page: PageNumber = 1, size: PageSize = 50, text: Text = ""
) -> RecordsShape:
    """一个栏目的信息，最新的在前。"""
    known = found(next((one for one in bench.town(town).columns if one.id == column), None))
    with bench.town_engine(town).connect() as connection:
        records, total = record_store.page_of_records(connection, source=known.source, text=text, number=page, size=size)
    where = PageShape(number=page, size=size, total=total)
    return RecordsShape(records=[shaping.record(stored) for stored in records], page=where)


@get("/towns/{town:str}/records/{record_id:int}")
def get_record(
    bench: Bench, town: TownId, record_id: Annotated[int, PathParameter(ge=1, le=LARGEST_ID)]
) -> RecordDetailShape:
    """一条信息的全文、附件、答复和提及。"""
    with bench.town_engine(town).connect() as connection:
        try:
            stored = record_store.get(connection, record_id)
        except KeyError:
            return found(None)
        return shaping.record_detail(stored, mention_store.of_record(connection, record_id))


HANDLERS = [list_columns, list_records, get_record]
