"""``townwatch backup`` and ``restore`` as an operator calls them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from store import runs, tables
from store.database import for_town, open_store, transaction

TOWNWATCH = str(Path(sys.executable).parent / "townwatch")
CONFIG = Path(__file__).parents[3] / "config"


def townwatch(*arguments: str, database: str) -> subprocess.CompletedProcess[str]:
    command = [TOWNWATCH, "--config", str(CONFIG), "--database", database, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def rows(database: str) -> list[tuple[object, ...]]:
    engine = for_town(open_store(database), "town")
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(select(tables.runs))]
    engine.dispose()
    return found


def test_there_and_back(tmp_path: Path) -> None:
    first, second = (f"sqlite:///{tmp_path / name / 'townwatch.db'}" for name in ("a", "b"))
    engine = for_town(open_store(first), "town")
    with transaction(engine) as connection:
        runs.start_run(connection, "r1", datetime(2026, 3, 4, tzinfo=UTC))
    engine.dispose()
    packed = tmp_path / "backup.tar"
    assert townwatch("backup", str(packed), database=first).returncode == 0

    damaged = tmp_path / "damaged.tar"
    data = bytearray(packed.read_bytes())
    data[len(data) // 3] ^= 0xFF
    damaged.write_bytes(data)
    refused = townwatch("restore", str(damaged), "--no-config", database=second)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr

    assert townwatch("restore", str(packed), "--no-config", database=second).returncode == 0
    assert rows(second) == rows(first)
    # What is there already is not overwritten unasked.
    assert townwatch("restore", str(packed), "--no-config", database=second).returncode != 0
