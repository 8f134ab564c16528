"""``townwatch report`` as it is typed: the town's own year, and two real reports read from a file and refused by the check's name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import structlog
import typer
from docx import Document
from typer.testing import CliRunner, Result

from core.clock import Moment, local_date, now
from core.configuration import load_settings
from core.errors import TownwatchError
from core.nouns import Record
from demo.configure import write_config
from demo.town import DemoTown
from monitor.annual.checks import check_report
from monitor.annual.tables import LINES
from service.annual.shapes import report_from, year_json
from service.annual.yearly import Year
from service.cli import report
from service.cli.common import configure_logging
from store import records
from store.database import for_town, open_store, transaction
from tests.monitor.annual.test_checks import real

AT = datetime(2025, 6, 1, 4, tzinfo=UTC)
Run = Callable[..., Result]
ENTERED = ("normative_made=1", "normative_repealed=0", "normative_in_force=4", "licences=31", "penalties=2", "coercions=0", "fees=0",
           "processing_fee=380", "section_5=更新不够及时。", "meetings=6")
SET = [word for each in ENTERED for word in ("--set", each)]


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path) -> Iterator[Run]:
    """Types a command of the demo town, which was never looked at, on a store with some records of two of its columns."""
    config = tmp_path / "config"
    with DemoTown(local_date(now())) as town:
        write_config(config, town, "http://127.0.0.1:9/", "mailto://127.0.0.1:9")
    settings = load_settings(config)
    key_area = next(c for c in settings.columns if c.applicable and c.kind == "key_field")
    other = next(c for c in settings.columns if c.applicable and c.kind not in ("key_field", "interpretation") and c.source != key_area.source)
    days: list[tuple[str, date | None, tuple[str, ...]]] = [
        ("first", date(2025, 1, 1), (key_area.source,)), ("last", date(2025, 12, 31), (key_area.source,)),
        ("both", date(2025, 5, 1), (key_area.source, other.source)), ("before", date(2024, 12, 31), (other.source,)),
        ("after", date(2026, 1, 1), (other.source,)), ("undated", None, (other.source,)), ("elsewhere", date(2025, 5, 1), ("board",)),
        ("withdrawn", date(2025, 5, 1), (other.source,)),
    ]
    engine = open_store(sqlite_url)
    with transaction(for_town(engine, settings.town.id)) as connection:
        for key, day, sources in days:
            published = Moment.of(day.year, day.month, day.day) if day else None
            found = Record(site="s", key=key, kind="article", url=f"http://a/{key}", title=key, body="", published=published)
            records.save(connection, "r", [records.Arrival(record=found, at=AT)])
            records.save_sightings(connection, [records.Sighting(site="s", key=key, source=s, row_hash=None, at=AT) for s in sources])
        records.removed(connection, {("s", "withdrawn"): AT})
    engine.dispose()
    app = typer.Typer()
    app.callback()(lambda: configure_logging(False))
    report.register(app)
    yield lambda *words: CliRunner().invoke(app, ["report", *words, "--config", str(config), "--database", sqlite_url])
    structlog.reset_defaults()  # the runner's standard error is closed by now


def test_a_year_that_nobody_completed_fails_by_the_names_of_its_checks(run: Run, tmp_path: Path) -> None:
    told = run("2025")
    assert told.exit_code == 1 and "C6 第5部分" in told.stderr and "C7 表二“行政许可”" in told.stderr
    data = json.loads(told.stdout)
    assert (data["passed"], {each["check"] for each in data["checks"]}) == (False, {"C6", "C7"})
    figures = data["figures"]
    assert (figures["published"]["total"], figures["published"]["key_areas"], figures["published"]["undated"]) == (3, 3, 1)
    assert (figures["meetings"], figures["trainings"], figures["applications"]) == (None, None, 0)
    refused = run("2025", "--format", "docx", "-o", str(tmp_path / "a.docx"))
    assert refused.exit_code == 1 and not (tmp_path / "a.docx").exists()
    assert run("2025", "--format", "docx", "-o", str(tmp_path / "a.docx"), "--draft").exit_code == 1
    assert (tmp_path / "a.docx").read_bytes().startswith(b"PK")
    # The file's name says what it is to be; and a draft says that it is one.
    assert run("2025", "-o", str(tmp_path / "b.docx"), "--draft").exit_code == 1
    draft = Document(str(tmp_path / "b.docx"))
    assert draft.paragraphs[0].text.startswith("（草稿：有")
    # A table that fits on a page stays whole: each of its rows stays with the next.
    assert all(cell.paragraphs[0].paragraph_format.keep_with_next for row in draft.tables[2].rows[:-1] for cell in row.cells)


def test_a_year_typed_in_and_written_in_each_format(run: Run, tmp_path: Path) -> None:
    told = run("2025", *SET, "--by", "clerk")
    assert told.exit_code == 0, told.stderr
    data = json.loads(told.stdout)
    assert (data["passed"], data["figures"]["meetings"], data["tables"]["2"]["licences"]) == (True, 6, 31)
    assert "信息处理费380元" in data["sections"]["6"] and "主动公开政府信息3条" in data["sections"]["1"]
    for kind in ("json", "docx", "xlsx"):
        assert run("2025", "--format", kind, "-o", str(tmp_path / f"a.{kind}")).exit_code == 0
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == data
    text = [p.text for p in Document(BytesIO((tmp_path / "a.docx").read_bytes())).paragraphs]
    assert text[0] == "霍山县漫水河镇人民政府\n2025年政府信息公开工作年度报告" and "更新不够及时。" in text
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["统计数字", "表二", "表三", "表四"]
    assert [cell.value for cell in book["表二"][3]] == ["行政规范性文件", 1, 0, 4]
    assert book["表三"].max_row == len(LINES) + 1
    assert run("2025", "--set", "licences=", "--by", "clerk").exit_code == 1, "what was taken away is blank again"


def test_what_cannot_be_asked(run: Run) -> None:
    assert run("2025", "--format", "docx").exit_code == 2
    for words in (("--set", "meetings"), ("--set", "meetings=six", "--by", "clerk"), ("--set", "meetings=6"), ("--set", "x=1", "--by", "clerk")):
        assert run("2025", *words).exit_code == 2
    for year in ("2007", "2999"):
        assert isinstance(run(year).exception, TownwatchError)


@pytest.mark.shared
def test_two_real_reports_pass_and_one_wrong_number_is_refused_by_its_check(run: Run, shared: Path, tmp_path: Path) -> None:
    tables = json.loads((shared / "data/catalogue/suqian_tables.json").read_text(encoding="utf-8"))
    path = tmp_path / "real.json"
    for year in (2023, 2024):
        found = real(tables[str(year)], year)
        data = year_json(Year(report=found, failures=(), figures=None, entries={}))
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        assert report_from(data) == found
        told = run(str(year), "--from", str(path), "--format", "docx", "-o", str(tmp_path / f"{year}.docx"))
        assert told.exit_code == 0 and (tmp_path / f"{year}.docx").is_file(), told.stderr
        wrong = [
            (("tables", "3", "new", 0), "C1"), (("tables", "3", "open", 6), "C2"), (("tables", "3", "total", 1), "C3"),
            (("tables", "4", "行政复议", 4), "C4"), (("tables", "3", "secret", 2), "C7"), (("tables", "2", "licences"), "C7"),
        ]
        for place, check in wrong:
            changed = changed_at(data, place, None if check == "C7" else 1)
            path.write_text(json.dumps(changed, ensure_ascii=False), encoding="utf-8")
            told = run(str(year), "--from", str(path))
            assert told.exit_code == 1 and f"{check} 表" in told.stderr, (year, place, told.stderr)
            assert check in {failure.check for failure in check_report(report_from(changed))}


def changed_at(data: dict[str, Any], place: tuple[Any, ...], by: int | None) -> dict[str, Any]:
    """A copy with one number larger by so much, or blank."""
    copy = json.loads(json.dumps(data))
    inner = copy
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = None if by is None else inner[place[-1]] + by
    return dict(copy)


def test_what_is_no_report(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for text, sentence in [("[]", "不是年度报告的 JSON"), ("{", "读不出"), ('{"organ": "x", "year": 2025, "tables": {}}', "不是年度报告的 JSON")]:
        path.write_text(text, encoding="utf-8")
        assert sentence in str(run("2025", "--from", str(path)).exception)
    assert "读不出" in str(run("2025", "--from", str(tmp_path / "none.json")).exception)


@pytest.mark.shared
def test_published_tables_are_checked_as_they_were_typed_in(run: Run, shared: Path, tmp_path: Path) -> None:
    source = shared / "data/catalogue/suqian_tables.json"
    tables = json.loads(source.read_text(encoding="utf-8"))
    for year in (2023, 2024):
        told = json.loads(run(str(year), "--from", str(source), "--json").stdout)
        assert told["passed"], told["checks"]
        assert report_from(told) == replace(real(tables[str(year)], year), organ="", sections={})
    path = tmp_path / "tables.json"
    wrong = [(("一、新收", 0), "C1"), (("不予公开", "4第三方", 6), "C2"), (("（七）总计", 1), "C3"), (("复议诉讼", "复议后起诉", 4), "C4"),
             (("二、结转", 0), "C5"), (("主动公开", "规章", 2), "C5")]  # fmt: skip
    for place, check in wrong:
        path.write_text(json.dumps(changed_at(tables, ("2024", *place), 1), ensure_ascii=False), encoding="utf-8")
        told = run("2024", "--from", str(path))
        assert told.exit_code == 1 and f"{check} 表" in told.stderr, (place, told.stderr)
    for broken, sentence in [({"一、新收": [1]}, "“一、新收”应有 7 个数"), ({"新的一行": [0] * 7}, "不知道“新的一行”"),
                             ({"一、新收": [-1, *[0] * 6]}, "-1"), ({"主动公开": []}, "“主动公开”应为一组行")]:  # fmt: skip
        path.write_text(json.dumps({"2024": broken}, ensure_ascii=False), encoding="utf-8")
        assert sentence in str(run("2024", "--from", str(path)).exception)
