"""A disk that is full is said, and costs nothing once there is room: a real file system of a few hundred kilobytes."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from core.clock import local_date, now
from demo.configure import write_config
from demo.town import DemoTown

CANNOT_MOUNT = not shutil.which("unshare") or subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0
SCRIPT = """
set -u
mount -t tmpfs -o size=$1 tmpfs "$FOLDER/var"
run() { "$PYTHON" -m service --config "$FOLDER/config" --database "sqlite:///$FOLDER/var/townwatch.db" "$@"; }
run crawl --json > "$FOLDER/full.json" 2> "$FOLDER/full.err"; echo $? > "$FOLDER/full.status"
mount -o remount,size=200m "$FOLDER/var"
run crawl --json > "$FOLDER/next.json" && run evidence verify --json > "$FOLDER/proof.json"
echo $? > "$FOLDER/next.status"
cp "$FOLDER"/var/townwatch.db* "$FOLDER"
"""


@pytest.mark.skipif(CANNOT_MOUNT, reason="this machine lets nobody mount a small file system")
@pytest.mark.parametrize("size", ["800k", "2m"], ids=["in-the-crawl", "in-the-loading"])
def test_a_full_disk_is_said_and_costs_nothing(tmp_path: Path, size: str) -> None:
    (tmp_path / "var").mkdir()
    with DemoTown(local_date(now())) as town:
        write_config(tmp_path / "config", town, "http://127.0.0.1:9/", "mailto://127.0.0.1:9")
        around = {"PYTHON": sys.executable, "FOLDER": str(tmp_path), "PATH": os.environ["PATH"]}
        subprocess.run(["unshare", "-m", "sh", "-c", SCRIPT, "sh", size], env=around, check=False, timeout=180)
        paths = {f"{town.portal_url}/{town.portal.article_path(item.id).lstrip('/')}" for item in town.portal.articles}
    said = (tmp_path / "full.err").read_text(encoding="utf-8")
    assert (tmp_path / "full.status").read_text() == "1\n", said
    assert "磁盘已满" in said
    assert "Traceback" not in said
    # With room again: every article once, and proof of each.
    assert (tmp_path / "next.status").read_text() == "0\n"
    with closing(sqlite3.connect(tmp_path / "townwatch.db")) as store:
        urls = [url for (url,) in store.execute("SELECT url FROM records WHERE site = 'huoshan'")]
    assert Counter(urls) == Counter(paths)
