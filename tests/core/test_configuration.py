"""Loading the town: the real configuration loads; every mistake is refused with file, entry, key and remedy."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from core.configuration import load_settings
from core.errors import ConfigErrors

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the real town's configuration, to be broken."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def test_the_real_town_loads() -> None:
    settings = load_settings(CONFIG)
    assert settings.town.full_name == "安徽省六安市霍山县漫水河镇"
    assert {site.platform for site in settings.sites} == {"lonsun", "liuyan"}
    boards = [source.options["fid"] for _, source in settings.all_sources if source.kind == "board"]
    assert sorted(boards) == [561, 562, 1055, 1056, 2348]
    assert settings.to_fill, "what only the town knows is marked, never invented"


def test_everything_that_may_be_left_out_has_a_default(folder: Path) -> None:
    site = load_settings(folder).sites[0]
    assert site.politeness.obey_robots
    assert site.politeness.requests_per_second <= 1
    assert not site.allow_private


# (file, what to replace, by what, file shown, entry, key, words of the problem)
MISTAKES = [
    ("town.toml", 'county = "霍山县"', "", "town.toml", "", "county", "缺少必填项"),
    ("town.toml", 'county = "霍山县"', "county = 7", "town.toml", "", "county", "应为文字"),
    ("town.toml", 'county = "霍山县"', 'county = "霍山县"\nconty = "x"', "town.toml", "", "conty", "没有这个配置项"),
    ("town.toml", 'name = "漫水河镇"', "name = 漫水河镇", "town.toml", "", "", "TOML 语法错误"),
    ("town.toml", 'registers = false', 'registers = "no"', "town.toml", "第 2 项（霍山县）", "registers", "true 或 false"),
    # A mistake deep in a list names every entry on the way to it.
    ("town.toml", 'text = "漫水河镇"', 'txt = "漫水河镇"', "town.toml", "第 1 项（漫水河镇）", "text", "缺少必填项"),
    ("sites/huoshan.toml", 'id = "huoshan"\n', 'id = "hs"\n', "sites/huoshan.toml", "", "id", "与文件名不一致"),
    ("sites/huoshan.toml", 'owner = "clerk"', 'owner = "nobody"', "sites/huoshan.toml", "huoshan-county-latest", "owner", "没有“nobody”"),
    ("sites/people-board.toml", 'id = "board-luan-mayor"', 'id = "board-huoshan"', "sites/*.toml", "board-huoshan", "id", "重复"),
    ("catalogue.toml", 'source = "huoshan-county-latest"', 'source = "nowhere"', "catalogue.toml", "county-latest", "source", "没有来源"),
    ("catalogue.toml", "level = 1", 'max_age = "6 months"', "catalogue.toml", "第 1 项（county-latest）", "max_age", "ISO 8601"),
    ("catalogue.toml", "level = 1", "applicable = false", "catalogue.toml", "第 1 项（county-latest）", "", "不适用的理由"),
    ("rules/freshness.toml", "warn_days = 7", 'warn_days = "7"', "rules/freshness.toml", "", "warn_days", "应为整数"),
    ("rules/freshness.toml", '[kinds.notice]\nmax_age = "P6M"\nseverity = "error"', '[kinds.notice]\nmax_age = "P6M"\nseverity = "bad"', "rules/freshness.toml", "[kinds] [notice]", "severity", ""),
    ("rules/runs.toml", "failures = 2", "failures = 0", "rules/runs.toml", "", "failures", ""),
    ("staff.toml", 'url_env = "TOWNWATCH_CHANNEL_CLERK"', "", "staff.toml", "第 1 项（clerk） [channel] 第 1 项（clerk-main）", "", "必须且只能填写一个"),
    ("alerts.toml", 'to = ["owner"]', "to = []", "alerts.toml", "第 3 项（cases）", "to", ""),
    ("alerts.toml", 'escalate_to = ["leader"]', 'escalate_to = ["boss"]', "alerts.toml", "cases", "escalate_to", "没有“boss”"),
]


@pytest.mark.parametrize(("file", "old", "new", "shown", "entry", "key", "problem"), MISTAKES)
def test_a_mistake_is_refused_with_its_place(
    folder: Path, file: str, old: str, new: str, shown: str, entry: str, key: str, problem: str
) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, "the table must break what is really there"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigErrors) as caught:
        load_settings(folder)
    error = caught.value.errors[0]
    assert (error.file, error.key) == (shown, key)
    assert entry in error.entry
    assert problem in error.problem
    assert error.remedy


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    (folder / "town.toml").unlink()
    (folder / "alerts.toml").write_bytes("# 提醒".encode("gbk"))
    with pytest.raises(ConfigErrors) as caught:
        load_settings(folder)
    assert {error.file for error in caught.value.errors} == {"town.toml", "alerts.toml"}
    assert "UTF-8" in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match="--config"):
        load_settings(tmp_path / "none")


def test_an_overlay_makes_its_year_known(folder: Path) -> None:
    overlay = '{"year": 2027, "papers": ["https://www.gov.cn/x"], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}'
    (folder / "calendar" / "2027.json").write_text(overlay, encoding="utf-8")
    calendar = load_settings(folder).calendar
    assert calendar.horizon() == 2027
    assert not calendar.is_workday(date(2027, 1, 1))
    assert calendar.is_workday(date(2027, 1, 4))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "不能读取"),
        ('{"year": 2027, "days": [{"date": "2027-02-30", "isOffDay": true}]}', "不能读取"),
        ('{"year": 2027, "papers": [], "days": [{"date": "2027-01-01", "isOffDay": true}]}', "没有写明通知的来源"),
    ],
)
def test_an_overlay_that_cannot_be_used(folder: Path, text: str, problem: str) -> None:
    (folder / "calendar" / "2027.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigErrors, match=problem):
        load_settings(folder)


def test_an_overlay_without_days_leaves_its_year_unknown(folder: Path) -> None:
    """holiday-cn publishes an empty file before the notice is out: it must not turn every weekday into a known one."""
    (folder / "calendar" / "2027.json").write_text('{"year": 2027, "papers": [], "days": []}', encoding="utf-8")
    assert load_settings(folder).calendar.horizon() == 2026
