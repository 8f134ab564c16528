"""One whole day through the real command on the demo town, and what every other command then sees of it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
# Of a message of the demo board (demo/content/board.toml): invented, but of the shape of real ones.
PRIVATE_NUMBERS = ("13800000000", "341525190001010010")
TOWNWATCH = str(Path(sys.executable).parent / "townwatch")


def townwatch(*arguments: str, folder: Path, status: int = 0) -> str:
    """Standard output of a command on the demo's configuration and store."""
    place = ["--config", str(folder / "config"), "--database", f"sqlite:///{folder / 'townwatch.db'}"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOWNWATCH_")}
    result = subprocess.run(
        [TOWNWATCH, *place, *arguments], env=kept, capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == status, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "day"


@pytest.fixture(scope="module")
def figures(folder: Path) -> dict[str, Any]:
    """What ``demo --once --json`` says of the day."""
    command = [TOWNWATCH, "demo", "--once", "--json", "--dir", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout))


def test_the_day_brought_something_of_everything(figures: dict[str, Any]) -> None:
    assert figures["records"] >= 250
    assert figures["cases"] >= 3
    assert figures["findings"] >= 5
    assert figures["alerts"] >= 1
    assert figures["deliveries"] >= 2
    outcomes = {source["outcome"] for source in figures["sources"]}
    assert "new" in outcomes
    assert "empty" in outcomes, "a proven empty column is not a failure"


def test_the_other_commands_see_the_same_day(figures: dict[str, Any], folder: Path) -> None:
    cases = json.loads(townwatch("cases", "list", "--json", folder=folder))["cases"]
    assert len(cases) == figures["cases"]
    assert {"id", "title", "source", "url", "category", "state", "owner", "registered_at", "due", "overdue"} <= set(cases[0])
    shown = json.loads(townwatch("cases", "show", str(cases[0]["id"]), "--json", folder=folder))
    assert "漫水河" in json.dumps(shown, ensure_ascii=False)
    deliveries = json.loads(townwatch("alerts", "list", "--json", folder=folder))["deliveries"]
    assert len(deliveries) == figures["deliveries"]
    assert {delivery["status"] for delivery in deliveries} == {"sent"}


def test_a_second_check_says_nothing_new(figures: dict[str, Any], folder: Path) -> None:
    checked = json.loads(townwatch("check", "--json", folder=folder))
    assert len(checked["findings"]) == figures["findings"]
    deliveries = json.loads(townwatch("alerts", "list", "--json", folder=folder))["deliveries"]
    assert len(deliveries) == figures["deliveries"]
    townwatch("check", "--fail-on", "warn", folder=folder, status=3)


def test_a_crawl_of_a_dead_town_mends_nothing(figures: dict[str, Any], folder: Path) -> None:
    """The demo's server is gone: every source fails, and every finding and case stays open."""
    before = json.loads(townwatch("check", "--json", folder=folder))
    crawled = json.loads(townwatch("crawl", "--json", folder=folder))
    assert {source["outcome"] for source in crawled["sources"]} == {"unreachable"}
    after = json.loads(townwatch("check", "--json", folder=folder))
    still_open = {finding["fingerprint"] for finding in after["findings"]}
    assert {finding["fingerprint"] for finding in before["findings"]} <= still_open


def test_the_digest_tells_the_same_figures(figures: dict[str, Any], folder: Path, tmp_path: Path) -> None:
    month = next((folder / "digest").glob("*.json")).stem
    told = tmp_path / "digest.json"
    townwatch("digest", month, "--format", "json", "-o", str(told), folder=folder)
    text = told.read_text(encoding="utf-8")
    assert json.loads(text)
    townwatch("digest", month, "--format", "html", "-o", str(tmp_path / "digest.html"), folder=folder)
    assert "漫水河镇" in (tmp_path / "digest.html").read_text(encoding="utf-8")


def test_no_private_number_is_kept_or_told(figures: dict[str, Any], folder: Path) -> None:
    """A message of the demo board carries a mobile and an identity number: neither may stand anywhere in full."""
    looked_at = [path for path in folder.rglob("*") if path.is_file() and "config" not in path.parts]
    assert any(path.suffix == ".gz" for path in looked_at), "the archive is among them"
    for path in looked_at:
        data = path.read_bytes()
        if path.suffix == ".gz":
            # The archive holds pages as they were published; what authors wrote to the board is masked even there.
            data = b"".join(part for part in gzip.decompress(data).split(b"WARC/1.") if b"/v1/threads/" in part)
        for number in PRIVATE_NUMBERS:
            assert number.encode() not in data, f"{number} in {path.name}"


def test_a_demo_does_not_clear_a_folder_of_others(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    command = [TOWNWATCH, "demo", "--once", "--dir", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 1
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"
