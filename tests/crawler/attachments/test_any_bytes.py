"""Whatever the bytes, there is text or a reason: nothing raises, nothing runs away."""

from __future__ import annotations

import random
from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.attachments import kinds
from crawler.attachments.child import read_guarded
from crawler.attachments.document import Document, UnreadableError
from crawler.attachments.keeper import Keeper
from crawler.attachments.limits import Reading
from crawler.attachments.wire import decode_answer, encode_answer
from tests.crawler.attachments.making import (
    PICTURE,
    at,
    excel_97,
    ofd,
    pdf,
    rtf,
    sheet,
    word,
    word_95,
    word_97,
    written,
    zipped,
)

NAMES = ("a.pdf", "a.doc", "a.wps", "a.docx", "a.xls", "a.xlsx", "a.rtf", "a.ofd", "a.zip", "a.txt", "a.csv", "a.html", "a")
HEADS = (
    b"", b"%PDF-1.4\n", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1", b"<html>", b"<table>", b"<?xml version='1.0'?>",
    b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n", b"\xff\xfe",
)  # fmt: skip


@cache
def wholesome() -> list[tuple[str, bytes]]:
    """A valid file of each kind."""
    return [
        ("a.pdf", pdf(written("漫水河镇"), PICTURE)), ("a.doc", word_97("漫", [("姓名", "村")], headers="页")), ("a.doc", word_95("漫水河\r")),
        ("a.docx", word("漫水河", table=[["a", "b"]])), ("a.xls", excel_97([["漫", 1.0]])), ("a.xlsx", sheet([["漫", 1]])),
        ("a.rtf", rtf(r"\f0 漫\trowd\cell\row\par")), ("a.ofd", ofd(at(1, 1, "漫"))), ("a.zip", zipped({"a.txt": "漫", "b.doc": word_97("b")})),
        ("a.csv", "姓名,村\n张三,一".encode()), ("a.xls", "<table><tr><td>漫<td>水</table>".encode()),
    ]  # fmt: skip


def answer_to(name: str, body: bytes) -> Document | str:
    """What the reading process would say, in this process: everything but a crash shows."""
    said = read_guarded(name, body, Reading(kinds.read), pages=False)
    try:
        passed: Document | str = decode_answer(encode_answer(said))
    except UnreadableError as error:
        passed = str(error)
    assert passed if isinstance(passed, str) else passed.text.strip(), "neither text nor a reason"
    return passed


@settings(max_examples=150)
@given(st.sampled_from(NAMES), st.sampled_from(HEADS), st.binary(max_size=400))
@example("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(1500))
def test_no_bytes_raise(name: str, head: bytes, body: bytes) -> None:
    answer_to(name, head + body)


def mutated(body: bytes, seed: int) -> bytes:
    """Some bytes changed, a stretch doubled, cut out or moved: as a bad disk, a bad line or an enemy would."""
    chance = random.Random(seed)
    data = bytearray(body)
    for _ in range(chance.choice((1, 1, 3, 20, 200))):
        start = chance.randrange(len(data))
        kind = chance.randrange(5)
        if kind < 2:
            data[start] = chance.randrange(256)
        elif kind == 2:
            data[start : start + 4] = chance.choice((b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f", chance.randbytes(4)))
        elif kind == 3 and len(data) > 40:
            del data[start : start + chance.randrange(1, 20)]
        else:
            data[start:start] = data[start : start + chance.randrange(1, 40)]
    return bytes(data)


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_mutations_of_valid_files_in_the_real_process(seed: int) -> None:
    for name, body in wholesome():
        try:
            assert keeper().read(name, mutated(body, seed), pages=False).text.strip()
        except UnreadableError as error:
            assert str(error)


@cache
def keeper() -> Keeper:
    """One process for all: what breaks it is a reason."""
    import atexit

    made = Keeper()
    atexit.register(made.close)
    return made
