"""The register as a file: the same columns in each, and no title is a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import openpyxl
import pytest

from core.nouns import Case, CaseState
from service.case_list import FORMATS, HEADS, Filter, all_cases, rows
from store import cases
from store.database import Engine, transaction
from tests.store.writing import write

AT = datetime(2026, 3, 4, 2, 20, tzinfo=UTC)
TODAY = date(2026, 3, 12)


def case(number: int, title: str, **values: object) -> Case:
    given = {"source": "board", "url": "http://a/1", "category": "投诉", "state": CaseState.ASSIGNED, "owner": "clerk",
             "due": date(2026, 3, 11), "provisional": False} | values
    return Case(id=number, record_id=number, title=title, registered_at=AT, **given)


LINES = list(rows(iter([
    case(1, "=HYPERLINK(\"http://x\",\"点我\")"), case(2, "反映\x0b修路"), case(3, "-1+1", provisional=True, owner=None),
]), {"clerk": "张三"}, {"board": "留言板"}, TODAY))


def test_lines() -> None:
    assert LINES[0] == ["1", '=HYPERLINK("http://x","点我")', "留言板", "投诉", "已交办", "张三", "2026-03-04 10:20", "2026-03-11", "是",
                        "http://a/1"]
    # A provisional day is never called overdue.
    assert LINES[2][5:9] == ["", "2026-03-04 10:20", "2026-03-11（暂定）", ""]


def test_a_workbook_holds_texts_only() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"][0](iter(LINES), "舆情台账"))).active
    read = list(sheet.iter_rows())
    assert [cell.value for cell in read[0]] == list(HEADS)
    assert [cell.data_type for cell in read[1]] == ["s"] * 10, "a title that begins with = is a text"
    assert (read[1][1].value, read[2][1].value) == (LINES[0][1], "反映修路")


def test_a_csv_is_read_by_spreadsheets_without_running_anything() -> None:
    data = FORMATS["csv"][0](iter(LINES), "")
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert data.startswith(b"\xef\xbb\xbf") and read[0] == list(HEADS)
    assert [line[1] for line in read[1:]] == ["'" + LINES[0][1], LINES[1][1], "'-1+1"]


def test_every_case_of_a_filter_is_listed(engine: Engine) -> None:
    write(engine, 12)
    with transaction(engine) as connection:
        assert len(list(all_cases(connection, Filter(show="all"), TODAY))) == 12
        assert [c.id for c in all_cases(connection, Filter(show="overdue"), TODAY)] == [
            c.id for c in cases.list_cases(connection, open_only=True) if c.overdue(TODAY)]


@pytest.mark.parametrize(("chosen", "wanted"), [
    (Filter(), {"open_only": True, "overdue_on": None}),
    (Filter(show="overdue"), {"open_only": False, "overdue_on": TODAY}),
    (Filter(show="all"), {"open_only": False, "overdue_on": None}),
    (Filter(state=CaseState.CLOSED), {"open_only": False, "overdue_on": None}),  # A state says more than the scope.
])
def test_filters(chosen: Filter, wanted: dict[str, object]) -> None:
    assert {name: chosen.wanted(TODAY)[name] for name in wanted} == wanted
