"""Several towns at the command line: which one is meant, what is its own, and a backup of them all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store import runs
from store.database import for_town, open_store, transaction

TOWNWATCH = str(Path(sys.executable).parent / "townwatch")
CONFIG = Path(__file__).parents[3] / "config"
Answer = subprocess.CompletedProcess[str]


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A configuration folder with two towns."""
    for name in ("dahuaping", "mozitan"):
        folder = Path(shutil.copytree(CONFIG, tmp_path / "config" / "towns" / name))
        text = (folder / "town.toml").read_text(encoding="utf-8")
        (folder / "town.toml").write_text(f'id = "{name}"\n{text}', encoding="utf-8")
    return tmp_path


def townwatch(county: Path, *words: str, town: str = "", store: str = "a") -> Answer:
    """Type a command; ``town`` stands in the environment."""
    database = f"sqlite:///{county / store / 'townwatch.db'}"
    command = [TOWNWATCH, "--config", str(county / "config"), "--database", database, *words]
    environment = {**os.environ} | ({"TOWNWATCH_TOWN": town} if town else {})
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)


def test_a_command_of_a_town_must_be_told_which(county: Path) -> None:
    nameless = townwatch(county, "check", "--json")
    assert nameless.returncode == 2
    assert "dahuaping、mozitan" in "".join(nameless.stderr.split())
    unknown = townwatch(county, "--town", "nowhere", "check", "--json")
    assert unknown.returncode == 2
    assert "没有乡镇“nowhere”" in unknown.stderr


def test_the_option_wins_over_the_environment_and_each_town_has_its_own_findings(county: Path) -> None:
    first = json.loads(townwatch(county, "--town", "mozitan", "check", "--json", town="dahuaping").stdout)
    assert first["opened"]
    # The ledger of the other town knows nothing of it.
    second = json.loads(townwatch(county, "check", "--json", town="dahuaping").stdout)
    assert second["opened"] == first["opened"]
    assert json.loads(townwatch(county, "check", "--json", town="dahuaping").stdout)["opened"] == []


def test_the_only_town_need_not_be_named(county: Path) -> None:
    shutil.rmtree(county / "config" / "towns" / "mozitan")
    assert townwatch(county, "check", "--json").returncode == 0
    single = county / "config" / "towns" / "dahuaping"
    command = [TOWNWATCH, "--config", str(single), "--town", "mozitan", "workdays", "add", "2026-01-05", "1"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert refused.returncode == 2
    assert "没有乡镇“mozitan”" in refused.stderr


def test_the_doctor_looks_at_every_town(county: Path) -> None:
    (county / "config" / "towns" / "mozitan" / "staff.toml").unlink()
    checks = json.loads(townwatch(county, "doctor", "--json").stdout)["checks"]
    assert "towns/mozitan/staff.toml" in {check["file"] for check in checks if check["level"] == "error"}


def test_a_backup_holds_the_archive_of_every_town(county: Path) -> None:
    engine = open_store(f"sqlite:///{county / 'a' / 'townwatch.db'}")
    for name in ("dahuaping", "mozitan"):
        with transaction(for_town(engine, name)) as connection:
            runs.start_run(connection, f"run-{name}", datetime(2026, 3, 4, tzinfo=UTC))
        page = county / "a" / "towns" / name / "archive" / "2026" / "page"
        page.parent.mkdir(parents=True)
        page.write_text(name, encoding="utf-8")
    engine.dispose()
    packed = county / "backup.zip"
    made = townwatch(county, "backup", str(packed), "--json")
    assert json.loads(made.stdout)["archive"] == {"files": 2, "bytes": len("dahuapingmozitan")}
    restored = townwatch(county, "restore", str(packed), "--no-config", store="b")
    assert restored.returncode == 0, restored.stderr
    for name in ("dahuaping", "mozitan"):
        assert (county / "b" / "towns" / name / "archive" / "2026" / "page").read_text(encoding="utf-8") == name
    other = open_store(f"sqlite:///{county / 'b' / 'townwatch.db'}")
    with other.connect() as connection:
        assert sorted(runs.running(connection)) == ["run-dahuaping", "run-mozitan"]
    other.dispose()
