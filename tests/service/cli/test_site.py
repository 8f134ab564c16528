"""``townwatch site add``, as a person types it, against a real site on loopback."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.configuration import load_settings
from core.errors import ConfigErrors
from demo.configure import write_config
from demo.serving import NOT_FOUND, RequestLog, Response, SiteServer
from demo.town import DemoTown
from service.cli import app
from service.cli.site import write_checked
from tests.crawler.example_sites import ExampleSite


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with DemoTown(date(2026, 11, 24)) as town:
        write_config(tmp_path / "config", town, "http://127.0.0.1:9/hook", "mailto://127.0.0.1:9/?to=a@example.org")
    return tmp_path


@pytest.fixture
def site() -> Iterator[str]:
    server = SiteServer(ExampleSite("nfcms").serve, RequestLog())
    server.start()
    yield server.url
    server.stop()


def run(folder: Path, *arguments: str) -> Any:
    where = ["--config", str(folder / "config"), "--database", f"sqlite:///{folder / 'townwatch.db'}"]
    return CliRunner().invoke(app, ["site", "add", *arguments, *where])


def test_a_site_is_added_once(folder: Path, site: str) -> None:
    result = run(folder, site, "--allow-private", "--name", "qingyuan", "--json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    path = folder / "config" / "sites" / "qingyuan.toml"
    assert (data["id"], data["platform"], data["confidence"], data["written"], data["file"]) == (
        "qingyuan", "nfcms", "certain", True, str(path))
    columns = {column["name"]: column for column in data["columns"]}
    assert columns["政务公开"]["sample"][0] == {
        "title": "关于做好2026年汛期地质灾害防治工作的通知", "url": f"{site}/gkmlpt/content/9/910/post_91000.html",
        "published": "2026-11-20T08:00:00+08:00"}
    assert (columns["通知公告"]["state"], columns["通知公告"]["rows"], columns["通知公告"]["paged"]) == ("rows", 6, True)
    assert any("confirmed" in what for what in data["confirm"])
    text = path.read_text("utf-8")
    assert "依据：公开目录 /gkmlpt/" in text
    assert "样例：2026-11-20 关于做好2026年汛期地质灾害防治工作的通知" in text
    written = next(one for one in load_settings(folder / "config").sites if one.id == "qingyuan")
    assert [(source.id, source.confirmed) for source in written.sources] == [("qingyuan-2811", False), ("qingyuan-tzgg", False)]

    path.write_text(text.replace("confirmed = false", "confirmed = true"), encoding="utf-8")
    again = run(folder, site, "--allow-private", "--name", "qingyuan")
    assert (again.exit_code, "--force" in again.output) == (2, True)
    assert "confirmed = true" in path.read_text("utf-8")
    assert run(folder, site, "--allow-private", "--name", "qingyuan", "--force").exit_code == 0
    assert path.read_text("utf-8") == text


def test_a_dry_run_prints_and_writes_nothing(folder: Path, site: str) -> None:
    before = sorted((folder / "config" / "sites").iterdir())
    result = run(folder, site, "--allow-private", "--dry-run")
    assert result.exit_code == 0
    assert tomllib.loads(result.stdout)["platform"] == "nfcms"
    assert sorted((folder / "config" / "sites").iterdir()) == before


@pytest.mark.parametrize(("arguments", "words"), [
    (["www.example.gov.cn"], "http://"), (["http://"], "不是网址"), (["https://www.example.gov.cn/", "--name", "清源"], "--name"),
    (["https://www.example.gov.cn/", "--columns", "0"], "columns"),
])
def test_a_wrong_use_is_said(folder: Path, arguments: list[str], words: str) -> None:
    result = run(folder, *arguments)
    assert (result.exit_code, words in result.output) == (2, True)


@pytest.mark.parametrize("response", [Response(status=403), NOT_FOUND, Response(body=b"%PDF-", content_type="application/pdf")])
def test_a_site_that_cannot_be_read_leaves_no_file(folder: Path, response: Response) -> None:
    server = SiteServer(lambda _: response, RequestLog())
    server.start()
    before = sorted((folder / "config" / "sites").iterdir())
    result = run(folder, server.url, "--allow-private")
    server.stop()
    assert result.exit_code == 1
    assert sorted((folder / "config" / "sites").iterdir()) == before


def test_a_home_without_columns_leaves_no_file(folder: Path) -> None:
    server = SiteServer(lambda _: Response(body=b"<html><body><p>It works!</p></body></html>"), RequestLog())
    server.start()
    result = run(folder, server.url, "--allow-private", "--name", "bare", "--json")
    server.stop()
    assert (result.exit_code, json.loads(result.stdout)["written"]) == (1, False)
    assert not (folder / "config" / "sites" / "bare.toml").exists()


def test_a_file_that_would_break_the_configuration_is_taken_back(folder: Path) -> None:
    path = folder / "config" / "sites" / "huoshan.toml"
    before = path.read_bytes()
    for broken in ("id = ", before.decode().replace('platform = "lonsun"', 'platform = "nix"')):
        with pytest.raises(ConfigErrors):
            write_checked(path, broken)
        assert path.read_bytes() == before
    new = path.with_name("new.toml")
    with pytest.raises(ConfigErrors):
        write_checked(new, "id = 'other'")
    assert not new.exists()
