"""The doctor through the real command: what is wrong, where, and what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from store.database import open_store

ROOT = Path(__file__).parents[2]
TOWNWATCH = str(Path(sys.executable).parent / "townwatch")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "config", tmp_path / "config"))


def doctor(config: Path, database: str, **environment: str) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON of ``townwatch doctor``."""
    command = [TOWNWATCH, "doctor", "--config", str(config), "--database", database, "--json"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOWNWATCH_")}
    result = subprocess.run(
        command, env=kept | environment, capture_output=True, text=True, check=False, timeout=60, cwd=config.parent
    )
    assert "Traceback" not in result.stderr
    return result.returncode, json.loads(result.stdout)


def test_a_broken_configuration_says_file_entry_key_and_remedy(config: Path, sqlite_url: str) -> None:
    path = config / "catalogue.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("level = 1", 'levle = 1\nmax_age = "P6M"'), encoding="utf-8")
    status, answer = doctor(config, sqlite_url)
    assert status == 2
    assert not answer["ok"]
    [broken] = [check for check in answer["checks"] if check["area"] == "config"]
    assert broken["level"] == "error"
    assert broken["file"] == "catalogue.toml"
    assert "county-latest" in broken["entry"]
    assert broken["key"] == "levle"
    assert broken["problem"] == "没有这个配置项"
    assert broken["remedy"]


def test_a_wrong_option_of_a_platform_is_named(config: Path, sqlite_url: str) -> None:
    path = config / "sites" / "people-board.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("fid = 2348", 'fid = "2348"'), encoding="utf-8")
    status, answer = doctor(config, sqlite_url)
    assert status == 2
    [broken] = [check for check in answer["checks"] if check["level"] == "error" and check["area"] == "config"]
    assert broken["file"] == "sites/people-board.toml"
    assert "board-huoshan" in broken["entry"]
    assert "fid" in broken["key"]


def test_the_real_town_as_shipped(config: Path, sqlite_url: str) -> None:
    """It loads; what is missing is told: the channels' addresses, what the town must fill in, the store, the first crawl."""
    status, answer = doctor(config, sqlite_url)
    areas = {(check["area"], check["level"]) for check in answer["checks"]}
    assert status == 1
    assert ("config", "ok") in areas
    assert ("channel", "error") in areas
    assert ("store", "error") in areas, "the store is not made by looking at it"
    assert any("TOWNWATCH_CHANNEL_CLERK" in check["problem"] for check in answer["checks"])
    assert any("行政村" in check["problem"] for check in answer["checks"])


def test_a_channel_that_apprise_does_not_know(config: Path, sqlite_url: str) -> None:
    channels = {f"TOWNWATCH_CHANNEL_{name}": "json://127.0.0.1:9/x" for name in ("LEADER", "TECHNICIAN")}
    _, answer = doctor(config, sqlite_url, TOWNWATCH_CHANNEL_CLERK="wecomm://secret-token-1234", **channels)
    [broken] = [check for check in answer["checks"] if check["area"] == "channel" and check["level"] == "error"]
    assert broken["entry"] == "clerk/clerk-main"
    assert "secret-token-1234" not in json.dumps(answer), "an address is a secret and is never shown"


def test_commands_refuse_a_broken_configuration_in_one_sentence(config: Path, sqlite_url: str) -> None:
    (config / "town.toml").unlink()
    command = [TOWNWATCH, "check", "--config", str(config), "--database", sqlite_url]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 2
    assert "town.toml" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_home_pages_that_nobody_opens_are_said(config: Path, sqlite_url: str) -> None:
    open_store(sqlite_url).dispose()
    _, answer = doctor(config, sqlite_url)
    assert any("还没有访问过网站首页" in check["problem"] for check in answer["checks"])
    file = config / "service.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n[schedule]\nvisit_every_minutes = 0\n", encoding="utf-8")
    _, answer = doctor(config, sqlite_url)
    [off] = [check for check in answer["checks"] if check["key"] == "visit_every_minutes"]
    assert (off["level"], off["area"]) == ("warn", "watch")
    file.write_text(file.read_text(encoding="utf-8").replace("visit_every_minutes = 0", "visit_every_minutes = 90"), encoding="utf-8")
    _, answer = doctor(config, sqlite_url)
    [rare] = [check for check in answer["checks"] if check["key"] == "visit_every_minutes"]
    assert "不足 20 次" in rare["problem"]
