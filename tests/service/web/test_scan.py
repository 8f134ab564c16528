"""发布前检查: what a clerk drops is judged by place, and is nowhere afterwards."""

from __future__ import annotations

import io
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import structlog
from playwright.sync_api import Page, expect

from core.clock import now
from service.before_publishing import ScanRules, check_pasted
from service.cli.common import configure_logging
from service.web import uploads
from service.web.security.sessions import new_token
from service.web.uploads import MOST_FILES, TooMuchError, Turnstile
from service.web.workbench import Workbench
from store import audit
from store.database import transaction

IDENTITY = "11010519491231002X"
LEAK = f"拟救助对象张三，身份证号{IDENTITY}，现予公示。"
GOOD = "漫水河镇定于3月5日召开春耕生产会议，请各村准时参加。"
WRONG = "会议于2月30日召开，要求做好秸杆禁烧工作。"


@pytest.fixture
def demo_store(bare_store: Path) -> Path:
    return bare_store


def files(*given: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", each) for each in given]


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "身份证号"])
    book.active.append(["张三", IDENTITY])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_each_file_gets_its_verdict_and_nothing_is_kept(
    client: Callable[..., Any], bench: Workbench, town_id: str, demo_store: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a file was laid down on the disk")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", refuse)
    reader = client("reader")
    large = (GOOD + "\n") * 40_000     # over a megabyte: where the framework's own reader would use the disk
    answer = reader.post(f"/towns/{town_id}/scan", {"text": WRONG}, files=files(
        ("张三材料.txt", LEAK.encode()), ("名单.xlsx", workbook()), ("通知.txt", large.encode()), ("坏.docx", b"PK\x03\x04broken"),
    ))
    page = answer.text
    assert answer.status_code == 200
    for said in ("不得发布：有", "可以发布：没有发现问题", "改正后再发布：有2处须改正", "没有检查，不能当作通过：", "Sheet!B2", "11*************02X"):
        assert said in page, said
    assert IDENTITY not in page
    kept = everything(demo_store)
    said = capfd.readouterr()
    for secret in (IDENTITY, "张三", "名单.xlsx", "春耕生产会议"):
        assert secret.encode() not in kept and secret not in said.out + said.err, secret
    with bench.engine.connect() as connection:
        entry = audit.list_entries(connection, limit=1)[0]
    assert (entry.who, entry.action, entry.town) == ("reader", "scan", town_id)
    assert entry.detail["files"] == 4 and entry.detail["unread"] == 1 and entry.detail["kinds"] == [".docx", ".txt", ".xlsx"]


@pytest.mark.parametrize(("text", "verdict", "sentence", "mend", "look"), [
    (GOOD, "may", "可以发布：没有发现问题。", 0, 0),
    # What an office gives out to be called is a hint; whose number it is only a person knows.
    ("防汛值班电话：13856412345。", "may", "可以发布：请先核对下列1处。", 0, 1),
    ("有意报名的请联系王某，联系电话：13856412345。", "confirm", "核对后再发布：有1处请核对，没有必须改正的。", 0, 1),
    ("会议于2月30日召开。有意报名的请联系王某，联系电话：13856412345。", "mend", "改正后再发布：有1处须改正，另有1处请核对。", 1, 1),
    (LEAK, "must_not", "不得发布：有1处须改正。", 1, 0),
])
def test_what_must_be_mended_is_counted_apart_from_what_must_be_looked_at(
    text: str, verdict: str, sentence: str, mend: int, look: int
) -> None:
    found = check_pasted(text, ScanRules.of(Path(__file__).parents[3] / "config"), date(2026, 3, 2))
    assert (found.verdict, found.sentence, len(found.to_mend), len(found.to_look_at)) == (verdict, sentence, mend, look)


def test_nobody_without_the_right_or_the_token(two_towns: Workbench, town_id: str, client_of: Callable[..., Any], serve_bench: Callable[..., str]) -> None:
    url = serve_bench(two_towns)
    one = files(("a.txt", LEAK.encode()))
    clerk, other = client_of(url, "clerk"), client_of(url, "other-clerk")
    assert clerk.http.post(f"/towns/{town_id}/scan", files=one).status_code == 403, "without the session's token"
    assert clerk.http.post(f"/towns/{town_id}/scan", files=one, data={"csrf": "x"}).status_code == 403
    assert other.post(f"/towns/{town_id}/scan", files=one).status_code == 404
    assert other.post("/towns/other/scan", files=one).status_code == 200
    assert client_of(url, None).http.post(f"/towns/{town_id}/scan", files=one).status_code == 303
    assert other.get("/scan").headers["location"].endswith("/towns/other/scan")


@pytest.mark.parametrize("given", [
    {"files": [("file", ("", b""))]}, {"files": [("file", ("a.txt", GOOD.encode()))] * (MOST_FILES + 1)},
    {"files": [("file", ("a.txt", b"x"))], "data": {"text": "好" * 100_001}},
], ids=["nothing", "too many", "too long"])
def test_what_is_not_looked_at_is_said(client: Callable[..., Any], town_id: str, given: dict[str, Any]) -> None:
    clerk = client("clerk")
    answer = clerk.post(f"/towns/{town_id}/scan", **given)
    assert answer.status_code in (422, 429) and ("请选择文件" in answer.text or "最多" in answer.text)


def test_what_is_no_form_and_what_is_too_large(client: Callable[..., Any], town_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = client("clerk")
    headers = {"X-CSRF-Token": clerk.csrf}
    torn = clerk.http.post(f"/towns/{town_id}/scan", content=b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf",
                           headers=headers | {"Content-Type": "multipart/form-data; boundary=x"})
    assert torn.status_code == 429 and "不完整" in torn.text
    assert clerk.http.post(f"/towns/{town_id}/scan", content=b"\xff" * 100, headers=headers).status_code == 422
    large = clerk.http.post(f"/towns/{town_id}/scan", content=iter([b"0" * 1_000_000] * 41), headers=headers | {
        "Content-Type": "multipart/form-data; boundary=x"})
    assert large.status_code == 413


def test_a_hostile_file_is_one_files_failure(client: Callable[..., Any], town_id: str) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 300_000_000)
    answer = client("clerk").post(f"/towns/{town_id}/scan", files=files(
        ("bomb.docx", bomb.getvalue()), ("<script>alert(1)</script>.txt", LEAK.encode()), ("a.pdf", b"%PDF-1.4 nothing"),
    ))
    assert answer.status_code == 200 and answer.text.count("没有检查，不能当作通过") == 2 and "不得发布" in answer.text
    assert "<script>alert" not in answer.text


@pytest.fixture
def plain_logs() -> Iterator[None]:
    """Logs as the service writes them: a traceback with the values of all variables takes longer than a client waits."""
    configure_logging(False)
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("plain_logs")
def test_a_slow_file_does_not_hold_the_others(client: Callable[..., Any], town_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def slow(name: str, body: bytes) -> Any:
        begun.set()
        time.sleep(1.5)
        raise RuntimeError("and then it breaks")

    monkeypatch.setattr("service.before_publishing.read_bytes", slow)
    clerk, reader = client("clerk"), client("reader")
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(clerk.post(f"/towns/{town_id}/scan", files=files(("a.txt", b"x")))))
    thread.start()
    assert begun.wait(10)
    reader.get("/healthz")
    assert thread.is_alive(), "the page waited for somebody else's file"
    thread.join()
    # Even a fault of ours tells nothing of the file.
    assert answers[0].status_code == 500 and "a.txt" not in answers[0].text


def test_so_many_in_a_while_and_so_many_at_once() -> None:
    at = [now()]
    turnstile = Turnstile(lambda: at[0], files=3, window=timedelta(minutes=10), wait_seconds=0.05)
    with turnstile.passing("a", 3):
        pass
    with pytest.raises(TooMuchError, match="最多检查 3 个"), turnstile.passing("a", 1):
        pass
    busy = pytest.raises(TooMuchError, match="正在检查的文件太多")
    with turnstile.passing("b", 1), turnstile.passing("c", 1), busy, turnstile.passing("d", 1):
        pass
    at[0] += timedelta(minutes=11)
    with turnstile.passing("a", 3):
        pass
    assert set(turnstile._times) == {"a"}, "who has not been here for long is forgotten"


def test_the_api_answers_as_the_command_does(bench: Workbench, town_id: str, client: Callable[..., Any]) -> None:
    with transaction(bench.engine) as connection:
        _, secret = new_token(connection, "reader", "scan", now(), None)
    http, headers = client(None).http, {"Authorization": f"Bearer {secret}"}
    told = http.post("/api/v1/scan", headers=headers, files=files(("a.txt", LEAK.encode()), ("b.docx", b"PK\x03\x04"))).json()["files"]
    assert [each["file"] for each in told] == ["a.txt", "b.docx"] and [each["verdict"] for each in told] == ["must_not", "unread"]
    assert told[0]["findings"][0].keys() == {"rule_id", "kind", "severity", "where", "evidence", "advice"}
    assert told[0]["error"] is None and told[1]["error"] and IDENTITY not in str(told)
    assert http.post("/api/v1/scan", headers=headers).status_code == 400
    assert http.post("/api/v1/scan?town=nothing", headers=headers, files=files(("a.txt", b"x"))).status_code == 404
    assert http.post("/api/v1/scan", files=files(("a.txt", b"x"))).status_code == 401


@pytest.mark.parametrize("width", [1280, 390])
def test_a_clerk_drops_files_without_javascript(
    page_as: Callable[..., Page], base_url: str, shot: Callable[[Page, str], Path], tmp_path: Path, width: int
) -> None:
    page = page_as(base_url, "reader", width, javascript=False)
    page.get_by_role("navigation").get_by_role("link", name="发布前检查").click()
    names = []
    for name, body in (("救助名单.xlsx", workbook()), ("会议通知.txt", (WRONG + "报名电话：13856412345。").encode()), ("春耕会议.txt", GOOD.encode()), ("扫描件.doc", b"\xd0\xcf\x11\xe0")):
        (tmp_path / name).write_bytes(body)
        names.append(tmp_path / name)
    page.get_by_label("文件", exact=True).set_input_files(names)
    page.get_by_role("button", name="检查").click()
    for sentence in ("不得发布", "改正后再发布", "可以发布", "没有检查，不能当作通过"):
        expect(page.locator(".verdict", has_text=sentence)).to_have_count(1)
    shot(page, f"scan-{width}")


def test_parts_are_told_from_fields() -> None:
    body = (b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nt\r\n'
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="C:\\\\x\\\\y.txt"\r\n\r\nz\r\n--b--\r\n')
    posted = uploads._parsed(body, "b")
    assert posted.fields == {"csrf": "t"} and [(each.name, each.body) for each in posted.files] == [("y.txt", b"z")]
