"""The register as a file: the same columns in each, and no title is a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from core.errors import TownwatchError
from core.nouns import Case, CaseState
from service.case_list import FORMATS, HEADS, Filter, Reading, rows, write_file
from store.case_lists import Wanted

AT = datetime(2026, 3, 4, 2, 20, tzinfo=UTC)
TODAY = date(2026, 3, 12)
WORDS = Reading(staff={"clerk": "张三"}, sources={"board": "留言板"}, today=TODAY)


def case(number: int, title: str, **values: object) -> Case:
    given = {"source": "board", "url": "http://a/1", "category": "投诉", "state": CaseState.ASSIGNED, "owner": "clerk",
             "due": date(2026, 3, 11), "provisional": False} | values
    return Case(id=number, record_id=number, title=title, registered_at=AT, **given)


CASES = [
    case(1, "=HYPERLINK(\"http://x\",\"点我\")"), case(2, "反映\x0b修路"), case(3, "-1+1", provisional=True, owner=None),
    case(4, "@SUM(1)", source="+cmd|' /C calc'!A0"), case(5, "\t=1"),
]


def written(kind: str) -> bytes:
    out = io.BytesIO()
    FORMATS[kind][0](iter(CASES), WORDS, out)
    return out.getvalue()


def test_lines() -> None:
    lines = list(rows(CASES, WORDS))
    assert lines[0] == (
        1, '=HYPERLINK("http://x","点我")', "留言板", "投诉", "已交办", "张三", "2026-03-04 10:20", "2026-03-11", "是", "http://a/1")
    # A provisional day is never called overdue.
    assert lines[2][5:9] == ("", "2026-03-04 10:20", "2026-03-11（暂定）", "")


def test_a_workbook_holds_numbers_and_texts_only() -> None:
    read = list(openpyxl.load_workbook(io.BytesIO(written("xlsx"))).active.iter_rows())
    assert [cell.value for cell in read[0]] == list(HEADS)
    for line in read[1:]:
        assert line[0].data_type == "n" and {cell.data_type for cell in line[1:] if cell.value} == {"s"}, "no title is a formula"
    assert [line[1].value for line in read[1:3]] == [CASES[0].title, "反映修路"]  # XML has no place for a vertical tab.


def test_a_csv_is_read_by_spreadsheets_without_running_anything() -> None:
    data = written("csv")
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert data.startswith(b"\xef\xbb\xbf") and read[0] == list(HEADS)
    assert [line[1] for line in read[1:]] == ["'" + CASES[0].title, "反映\x0b修路", "'-1+1", "'@SUM(1)", "'\t=1"]
    assert read[4][2].startswith("'+cmd")


def test_json_has_the_keys_of_the_command_line() -> None:
    read = json.loads(written("json"))["cases"]
    assert [one["id"] for one in read] == [1, 2, 3, 4, 5]
    assert (read[0]["registered_at"], read[0]["due"], read[0]["overdue"]) == ("2026-03-04T10:20:00+08:00", "2026-03-11", True)
    assert read[0]["title"] == CASES[0].title, "JSON runs nothing, so that a title stays as it is"


def test_no_case_is_a_file_too() -> None:
    for kind, (write, _) in FORMATS.items():
        write(iter([]), WORDS, out := io.BytesIO())
        assert out.getvalue(), kind
    assert json.loads(out.getvalue()) == {"cases": []}


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    assert write_file(path, iter(CASES), WORDS) == 5
    before = path.read_bytes()
    assert before == written("csv")

    def breaks() -> Iterator[Case]:
        yield CASES[1]
        raise ValueError

    with pytest.raises(ValueError):
        write_file(path, breaks(), WORDS)
    assert path.read_bytes() == before and [each.name for each in tmp_path.iterdir()] == [path.name]
    with pytest.raises(TownwatchError, match="不能写入"):
        write_file(tmp_path / "没有" / "台账.csv", iter(CASES), WORDS)


@pytest.mark.parametrize(("chosen", "wanted"), [
    (Filter(), Wanted(open_only=True)),
    (Filter(show="overdue"), Wanted(overdue_on=TODAY)),
    (Filter(show="all"), Wanted()),
    (Filter(state=CaseState.CLOSED), Wanted(state=CaseState.CLOSED)),  # A state says more than the scope.
    # Days of China, the last one included.
    (Filter(show="all", since=date(2026, 3, 4), until=date(2026, 3, 4)), Wanted(
        since=datetime(2026, 3, 3, 16, tzinfo=UTC), until=datetime(2026, 3, 3, 16, tzinfo=UTC) + timedelta(days=1))),
])
def test_filters(chosen: Filter, wanted: Wanted) -> None:
    assert chosen.wanted(TODAY) == wanted
