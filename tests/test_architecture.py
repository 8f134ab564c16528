"""The laws of the house, and that breaking one on purpose is caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("core", "store", "crawler", "monitor", "alerts", "service", "demo")
LINES = 400

# (module that breaks the law, the import that breaks it, words of the law that must catch it)
BROKEN = [
    ("core/nouns.py", "import store.tables", "Dependencies point one way"),
    ("store/records.py", "import monitor.ledger", "Dependencies point one way"),
    ("monitor/ledger.py", "import alerts.plan", "Dependencies point one way"),
    ("crawler/load.py", "import monitor.run", "Dependencies point one way"),
    ("alerts/run.py", "import crawler.run", "Dependencies point one way"),
    ("crawler/run.py", "import sqlalchemy", "Only the store knows SQLAlchemy"),
    ("monitor/run.py", "import apprise", "Only alerts.send knows Apprise"),
    ("core/text.py", "import scrapy", "The core reaches nothing outside"),
    ("demo/town.py", "import crawler.run", "The demo town is a stranger"),
]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code in a place where it may be broken."""
    copy = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_the_laws_hold(copied: Path) -> None:
    result = _lint(copied)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("module", "line", "law"), BROKEN)
def test_a_broken_law_is_caught(copied: Path, module: str, line: str, law: str) -> None:
    path = copied / module
    kept = path.read_text(encoding="utf-8")
    path.write_text(f"{kept}\n{line}\n", encoding="utf-8")
    try:
        result = _lint(copied)
    finally:
        path.write_text(kept, encoding="utf-8")
    assert result.returncode == 1, result.stdout
    assert f"{law}" in result.stdout.split("Broken contracts")[-1]


def test_the_process_that_crawls_loads_no_database_and_the_program_that_asks_no_crawler() -> None:
    """Each would be a third of its start; and a spider that could touch the store would one day."""
    for module, strangers in (("crawler.process", {"sqlalchemy", "alembic", "numpy"}), ("crawler.visits", {"scrapy", "twisted.internet"})):
        code = f"import sys, {module}; print(*sys.modules)"
        loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
        assert module in loaded.split() and not strangers & set(loaded.split())


def test_no_file_is_too_long() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in _sources()}
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LINES} == {}


def test_no_path_of_a_machine_and_no_address_of_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    words = ["pypi" + ".org", "files.python" + "hosted", "registry.npm" + "js", "/" + "work/main", "--index" + "-url="]
    found = [
        (name, word)
        for name in listed.stdout.splitlines()
        for word in words
        if (ROOT / name).is_file() and word.encode() in (ROOT / name).read_bytes()
    ]
    assert found == []


def _sources() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
