"""Files that older readers gave up are read from the archive once the readers can do more; nothing is asked of the site, nothing
sealed is touched, and a changed byte of what was read is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.configuration import load_settings
from core.nouns import Attachment, Evidence, Record, StoredRecord
from core.settings import Settings
from crawler.archive import Archive
from crawler.attachments import READERS, keeper, read_attachment
from crawler.evidence import sealed_file, verify, write_seals
from crawler.run import archive_root
from monitor.run import check
from service.page_texts import reader
from service.rereading import reread
from store import mentions, records, runs, scans, seals, tables
from store.database import Engine, for_town, open_store, transaction
from store.records import Arrival, Sighting
from tests.crawler.attachments.making import odt, pptx, shape, zipped
from tests.store.writing import START

OLD = "演示文稿（PPT），不读取文字，请人工核对"
ID = "341525199003070018"
SLIDES = pptx(shape("漫水河镇防汛培训", f"联系人张某身份证号{ID}"))
FILES = {
    "slides": (SLIDES, "cannot_judge", OLD),
    "text": (odt("<text:p>漫水河村名单</text:p>"), "cannot_judge", "OpenDocument 或电子书文件，不能读取，请另存为 .docx"),
    # A part of an archive was not read.
    "pack": (zipped({"a.txt": "旧文", "b.pptx": pptx(shape("漫水河镇新文"))}), "read", f"内《b.pptx》：{OLD}"),
    "picture": (b"\x89PNG\r\n\x1a\n", "cannot_judge", "图片，其中的文字不能读取，请人工核对"),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(Path(__file__).parents[2] / "config")


def bring(engine: Engine, var: Path, source: str) -> None:
    """A run of a program that could not read them."""
    root, run = archive_root(var), "20260304T102030-aaaaaa"
    archive, arrivals = Archive(root, f"2026/03/{run}.warc.gz"), []
    for name, (body, state, reason) in FILES.items():
        url = f"https://a.gov.cn/{name}.bin"
        lies = archive.write(url=url, at=START, status=200, headers=(), payload=body)
        text = "a.txt\n旧文" if state == "read" else ""
        file = Attachment(url=url, name=f"{name}.bin", sha256=sha256(body).hexdigest(), size=len(body), text=text,
                          state=state, reason=reason, evidence=lies)  # type: ignore[arg-type]
        record = Record(site="s", key=name, kind="article", url=f"https://a.gov.cn/{name}", title=name, body="见附件", attachments=(file,))
        page = archive.write(url=record.url, at=START, status=200, headers=(), payload=f"<p>{name}</p>".encode())
        arrivals.append(Arrival(record=record, at=START, evidence=page))
    archive.close()
    with transaction(engine) as connection:
        runs.start_run(connection, run, START)
        records.save(connection, run, arrivals)
        records.save_sightings(connection, [Sighting(site="s", key=a.record.key, source=source, row_hash="h", at=START) for a in arrivals])
        seals.add(connection, run, START, sealed_file(root, f"2026/03/{run}.warc.gz"))
        kept = seals.list_seals(connection)
    write_seals(root, "town", kept)


def stored(engine: Engine) -> dict[str, StoredRecord]:
    with engine.connect() as connection:
        return {one.stored.record.key: one.stored for one in records.with_versions(connection)}


def breaks(engine: Engine, var: Path) -> list[str]:
    with engine.connect() as connection:
        return [f"{one.where}: {one.problem}" for one in verify(connection, archive_root(var), "town").breaks]


def file_of(engine: Engine, key: str) -> Attachment:
    return stored(engine)[key].record.attachments[0]


def test_what_the_readers_have_learned_since_is_read_once_and_looked_through(engine: Engine, tmp_path: Path, settings: Settings) -> None:
    source = settings.columns[0].source
    bring(engine, tmp_path, source)
    check(settings, engine, now=START, read=reader(tmp_path))
    before = stored(engine)
    assert reread(engine, tmp_path) == 4
    assert file_of(engine, "slides").text == "漫水河镇防汛培训\n联系人张某身份证号34*************018"
    assert (file_of(engine, "text").state, file_of(engine, "text").reason, file_of(engine, "text").reader) == ("read", "", READERS)
    assert "漫水河镇新文" in file_of(engine, "pack").text and "旧文" in file_of(engine, "pack").text
    # Still a picture, and not looked at again.
    assert (file_of(engine, "picture").state, file_of(engine, "picture").reader) == ("cannot_judge", READERS)
    assert reread(engine, tmp_path) == 0
    # No new version, no change of the page, and the evidence is whole.
    after = stored(engine)
    told = [(one.content_hash, one.changed_at, one.versions, one.checked_at) for one in (before["slides"], after["slides"])]
    assert told[0] == told[1] and breaks(engine, tmp_path) == []
    # The new text is searched for mentions and scanned.
    report = check(settings, engine, now=START + timedelta(hours=1), read=reader(tmp_path))
    with engine.connect() as connection:
        found = mentions.of_record(connection, after["slides"].id)
        seen = scans.scanned(connection, [after["slides"].id])
    assert any(mention.text == "漫水河镇" for mention in found)
    assert seen and all(scan.rules for scan in seen.values())
    assert report.judged and ID not in str(seen)


def test_a_day_reads_no_more_than_its_share(engine: Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path, "c")
    assert [reread(engine, tmp_path, most=3) for _ in range(3)] == [3, 1, 0]


def test_bytes_of_another_machine_and_damaged_ones_are_left(engine: Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path, "c")
    (path,) = archive_root(tmp_path).rglob("*.warc.gz")
    whole = path.read_bytes()
    path.unlink()
    assert reread(engine, tmp_path) == 0
    lies = file_of(engine, "slides").evidence
    assert lies is not None
    path.write_bytes(whole[: lies.warc_offset + 40] + bytes(100) + whole[lies.warc_offset + 140 :])
    assert reread(engine, tmp_path) == 3
    path.write_bytes(whole)
    assert reread(engine, tmp_path) == 1
    assert file_of(engine, "slides").state == "read" and breaks(engine, tmp_path) == []


def test_a_reading_that_fails_loses_nothing(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that had been read stays; what no process was started for waits for the next day."""
    bring(engine, tmp_path, "c")
    keeper().close()
    with monkeypatch.context() as broken:
        broken.setattr("subprocess.Popen", _fails)
        reread(engine, tmp_path)
    assert file_of(engine, "slides").reason == OLD and file_of(engine, "pack").text == "a.txt\n旧文"

    def crashing(attachment: Attachment, body: bytes, content_type: str | None) -> Attachment:
        return replace(attachment, state="cannot_judge", text="", reason="读取程序崩溃", reader=READERS)

    with monkeypatch.context() as broken:
        broken.setattr("service.rereading.read_attachment", crashing)
        assert reread(engine, tmp_path) == 4
    pack = file_of(engine, "pack")
    assert (pack.state, pack.text, pack.reader) == ("read", "a.txt\n旧文", READERS)
    assert breaks(engine, tmp_path) == []


def test_another_town_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path, "c")
    assert reread(for_town(engine, "other"), tmp_path) == 0


def test_what_changed_meanwhile_is_not_overwritten(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crawl replaces the file between the look and the writing."""
    bring(engine, tmp_path, "c")

    def crawled(attachment: Attachment, body: bytes, content_type: str | None) -> Attachment:
        with transaction(engine) as connection:
            connection.execute(update(tables.records).where(tables.records.c.key == "slides").values(content_hash="other"))
        return read_attachment(attachment, body, content_type)

    monkeypatch.setattr("service.rereading.read_attachment", crawled)
    reread(engine, tmp_path)
    assert file_of(engine, "slides").state == "cannot_judge" and file_of(engine, "text").state == "read"


def test_a_changed_byte_of_a_later_reading_is_found(engine: Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path, "c")
    reread(engine, tmp_path)
    one = stored(engine)["slides"]
    mine = tables.records.c.id == one.id
    for change in ({"text": "漫水河镇防汛培顺"}, {"reason": "x"}, {"reader": 99}, {"reread": "0" * 64}, {"reread": ""}, {"sha256": "0" * 64}, {"name": "x"}):
        with transaction(engine) as connection:
            detail = connection.execute(select(tables.records.c.detail).where(mine)).scalar_one()
            whole = detail["attachments"][0]
            detail["attachments"][0] = whole | change
            connection.execute(update(tables.records).where(mine).values(detail=detail))
        assert breaks(engine, tmp_path) == [f"记录 {one.id}: 现在显示的内容与最后一个版本不同：detail"], change
        with transaction(engine) as connection:
            detail["attachments"][0] = whole
            connection.execute(update(tables.records).where(mine).values(detail=detail))
    assert breaks(engine, tmp_path) == []


def test_a_process_that_never_began_is_no_judgement(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper().close()
    monkeypatch.setattr("subprocess.Popen", _fails)
    file = read_attachment(Attachment(url="https://a.gov.cn/a.txt", name="a.txt"), b"x", None)
    assert (file.state, file.reader) == ("cannot_judge", 0) and "没有启动" in file.reason


def _fails(*_: object, **__: object) -> None:
    raise OSError(12, "no memory")


def test_the_crawl_keeps_a_later_reading_of_a_file_that_answers_not_modified(engine: Engine, tmp_path: Path) -> None:
    """Its page is edited, the file is as it was: the new version takes the reading, and the evidence stays whole."""
    from crawler.items import KEPT
    from crawler.load import _with_kept

    bring(engine, tmp_path, "c")
    reread(engine, tmp_path)
    record = stored(engine)["slides"].record
    edited = replace(record, body="改过", attachments=tuple(
        replace(a, text="", state="not_fetched", reason=KEPT, evidence=None, reader=0, reread="") for a in record.attachments
    ))
    at = START + timedelta(days=1)
    with transaction(engine) as connection:
        runs.start_run(connection, "20260305T102030-aaaaaa", at)
        records.save(connection, "20260305T102030-aaaaaa", _with_kept(connection, [
            Arrival(record=edited, at=at, evidence=Evidence(warc_file="none", warc_offset=0, sha256="0")),
        ]))
    assert file_of(engine, "slides") == record.attachments[0]
    assert not any("现在显示的内容" in one for one in breaks(engine, tmp_path))


@pytest.mark.parametrize(("arguments", "state"), [(["pages"], "read"), ([], "read"), (["catalogue"], "cannot_judge"), (["--as-of", "2026-03-04"], "cannot_judge")])
def test_the_command_reads_them_before_it_checks(tmp_path: Path, settings: Settings, arguments: list[str], state: str) -> None:
    """Of another day, and of what is no page, nothing is read."""
    from typer.testing import CliRunner

    from service.cli import app

    database = f"sqlite:///{tmp_path / 'townwatch.db'}"
    engine = for_town(open_store(database), settings.town.id)
    bring(engine, tmp_path, settings.columns[0].source)
    done = CliRunner().invoke(app, ["check", *arguments, "--json", "--config", str(settings.directory), "--database", database])
    assert done.exit_code == 0, done.output
    assert file_of(engine, "slides").state == state
    engine.dispose()
