"""The commands of the kept pages: one record's versions, the whole chain, and a case's proof that others can check."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from core.nouns import CaseState, CaseStep, Record
from crawler.archive import Archive
from crawler.evidence import sealed_file, write_seals
from store import cases, records, runs, seals
from store.database import for_town, open_store, transaction
from store.records import Arrival
from tests.store.writing import START

REPOSITORY = Path(__file__).parents[2]
TOWNWATCH = str(Path(sys.executable).parent / "townwatch")
PAGE = Record(site="s", key="k", kind="article", url="http://a/k", title="低保公示", body="标准为每人每月720元。\n公示七天。")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A record of two versions and its case."""
    engine = for_town(open_store(f"sqlite:///{tmp_path / 'townwatch.db'}"), "town")
    for number, record in enumerate((PAGE, replace(PAGE, body="标准为每人每月750元。\n公示七天。"))):
        run, at = f"2026030{number + 4}T102030-aaaaaa", START + timedelta(days=number)
        name = f"2026/03/{run}.warc.gz"
        archive = Archive(tmp_path / "archive", name)
        # The first page was served compressed: it is kept, and must be handed out, as it was.
        payload = gzip.compress(record.body.encode(), mtime=0) if number == 0 else record.body.encode()
        headers = (("Content-Type", "text/html"), *((("Content-Encoding", "gzip"),) if number == 0 else ()))
        kept = archive.write(url=record.url, at=at, status=200, headers=headers, payload=payload)
        archive.close()
        with transaction(engine) as connection:
            runs.start_run(connection, run, at)
            records.save(connection, run, [Arrival(record=record, at=at, evidence=kept)])
            seals.add(connection, run, at, sealed_file(tmp_path / "archive", name))
            chain = seals.list_seals(connection)
        write_seals(tmp_path / "archive", "town", chain)
    with transaction(engine) as connection:
        cases.register(
            connection, record_id=1, source="s", url=PAGE.url, title=PAGE.title, category="投诉", state=CaseState.REGISTERED,
            owner=None, registered_at=START, due=None, provisional=False, step=CaseStep(at=START, who="townwatch", action="register"))
    engine.dispose()
    return tmp_path


def run(store: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    options = ["--config", str(REPOSITORY / "config"), "--database", f"sqlite:///{store / 'townwatch.db'}"]
    return subprocess.run([TOWNWATCH, *options, "evidence", *arguments], capture_output=True, text=True, check=False)


def test_show_says_what_changed(store: Path) -> None:
    shown = json.loads(run(store, "show", "1", "--json").stdout)
    assert [version["changes"] for version in shown["versions"]] == [[], [{"old": 1, "new": 1, "moved": False, "pieces": [
        {"kind": "same", "text": "标准为每人每月"}, {"kind": "removed", "text": "720"}, {"kind": "added", "text": "750"},
        {"kind": "same", "text": "元。"},
    ]}]]
    # Told in words: not every terminal shows colours.
    assert "标准为每人每月〔删：720〕〔增：750〕元。" in run(store, "show", "1").stdout
    assert run(store, "show", "9").returncode == 2


def test_verify_is_whole_until_a_byte_is_not(store: Path) -> None:
    assert json.loads(run(store, "verify", "--json").stdout) | {"bytes": 0} == {
        "ok": True, "seals": 2, "versions": 2, "files": 2, "bytes": 0, "unsealed": 0, "breaks": []}
    path = next((store / "archive").rglob("*.warc.gz"))
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    broken = run(store, "verify")
    assert broken.returncode == 1 and path.name in broken.stderr and "有字节被改动" in broken.stderr


def test_the_proof_of_a_case_can_be_checked_by_anyone(store: Path) -> None:
    assert run(store, "export", "1", "-o", str(store / "case.zip")).returncode == 0
    data = (store / "case.zip").read_bytes()
    files = {info.filename: body for info, body in contents(data)}
    sums = dict(reversed(line.split("  ", 1)) for line in files.pop("校验值.txt").decode().splitlines())
    assert sums == {name: sha256(body).hexdigest() for name, body in files.items()}
    manifest = json.loads(files["清单.json"])
    assert gzip.decompress(files["版本1/网页.html.gz"]).decode() == PAGE.body
    assert sha256(files["版本1/网页.html.gz"]).hexdigest() == manifest["versions"][0]["payload_sha256"]
    statement = files["说明.txt"].decode("utf-8-sig")
    assert "共保存 2 个版本" in statement and "均与封存时一致" in statement
    assert run(store, "export", "7", "-o", str(store / "none.zip")).returncode == 2


def test_a_proof_of_a_broken_archive_says_so(store: Path) -> None:
    next((store / "archive").rglob("*.warc.gz")).unlink()
    told = run(store, "export", "1", "-o", str(store / "case.zip"))
    statement = {info.filename: body for info, body in contents((store / "case.zip").read_bytes())}["说明.txt"].decode()
    assert "存档文件不存在" in statement and "处不一致" in statement and "处不一致" in told.stderr


def contents(data: bytes) -> list[tuple[zipfile.ZipInfo, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info, archive.read(info)) for info in archive.infolist()]
