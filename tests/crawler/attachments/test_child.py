"""The reading process in trouble: killed, hanging, hungry, talking nonsense, orphaned. The file gets a reason, the next one a
new process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.attachments import UnreadableError
from crawler.attachments.keeper import Keeper
from crawler.attachments.limits import Allowance
from tests.crawler.attachments.making import word_97, zipped

MB = 1024 * 1024
TEXT = "漫水河".encode()
ALLOWED = Allowance(soft=1.0, hard=2, wall=60, memory=512 * MB)
# A reader that does as the file says. The process round it is the real one.
PUPPET = """
import os, sys, time
from crawler.attachments import child, kinds
from crawler.attachments.document import Document, Line
def read(name, body, reading, pages=True):
    if name == "hang": time.sleep(600)
    if name == "spin":
        while True: pass
    if name == "eat":
        held = []
        while True: held.append(bytearray(16 << 20))
    if name == "abort": os.abort()
    if name == "die": os._exit(7)
    if name == "panic": raise BaseException("panicked")
    if name == "deep":
        return read(name, body, reading)
    if name == "print":
        print("noise" * 1000, flush=True); os.write(1, b"more noise")
    if name == "flood":
        while True: os.write(2, b"x" * 65536)
    if name == "garbage": os.write(answers, b"HTTP/1.1 200 OK\\r\\n\\r\\n" * 10); time.sleep(600)
    if name == "replay": os.write(answers, b"TWat" + bytes(4) + (2).to_bytes(4, "big") + b"{}"); time.sleep(600)
    if name == "huge": os.write(answers, b"TWat" + (1).to_bytes(4, "big") + b"\\xff" * 4); time.sleep(600)
    if name == "odd": os.write(answers, b"TWat" + (1).to_bytes(4, "big") + (14).to_bytes(4, "big") + b'{"parts": [1]}'); time.sleep(600)
    if name == "rest": child.IDLE_SECONDS = 0.05
    return Document((Line("第1行", body.decode()),))
kinds.read = read
answers = os.dup(1)
sys.exit(child.main(sys.argv[1:]))
"""


def gone(process_id: int, seconds: float = 10) -> bool:
    """Whether a process ends in time (a zombie has)."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def puppet() -> Iterator[Keeper]:
    keeper = Keeper(ALLOWED, (sys.executable, "-c", PUPPET))
    yield keeper
    keeper.close()


@pytest.mark.parametrize(("name", "reason"), [
    ("spin", "读取超过时限，已放弃"),
    ("eat", "读取时占用内存过多，已放弃"),
    ("abort", "读取程序崩溃（SIGABRT）"),
    ("die", "读取程序崩溃（退出码 7）"),
    ("panic", "文件损坏或格式不符（BaseException）"),
    ("deep", "文件损坏（嵌套过深）"),
    ("flood", "文件损坏或格式不符（OSError）"),
    ("garbage", "读取程序崩溃（答复不合格式）"),
    ("replay", "读取程序崩溃（答复不合格式）"),
    ("huge", "读取程序崩溃（答复不合格式）"),
    ("odd", "读取程序崩溃（答复不合格式）"),
])  # fmt: skip
def test_trouble_has_a_name_and_the_next_file_is_read(puppet: Keeper, name: str, reason: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        puppet.read(name, TEXT)
    assert str(refused.value) == reason
    assert puppet.read("a", TEXT).text == "漫水河"


def test_what_hangs_is_killed_in_time() -> None:
    keeper = Keeper(Allowance(wall=2), (sys.executable, "-c", PUPPET))
    began = time.monotonic()
    with pytest.raises(UnreadableError, match="超过时限"):
        keeper.read("hang", TEXT)
    assert time.monotonic() - began < 15
    keeper.close()


def test_noise_of_a_library_does_not_get_between_the_answers(puppet: Keeper) -> None:
    assert [puppet.read(name, TEXT).text for name in ("print", "a", "print")] == ["漫水河"] * 3


def test_one_process_reads_many_files(puppet: Keeper) -> None:
    puppet.read("a", TEXT)
    first = puppet.process_id
    # More than a pipe holds, both ways.
    assert puppet.read("a", TEXT * MB).text == "漫水河" * MB
    assert puppet.process_id == first is not None


def test_one_that_went_to_rest_is_replaced_without_a_word(puppet: Keeper) -> None:
    puppet.read("rest", TEXT)
    first = puppet.process_id
    assert first is not None and gone(first)
    assert puppet.read("a", TEXT).text == "漫水河"
    assert puppet.process_id != first


def test_killed_in_the_middle_of_a_file(puppet: Keeper) -> None:
    puppet.read("a", TEXT)
    process_id = puppet.process_id
    assert process_id is not None
    threading.Timer(0.3, os.kill, (process_id, signal.SIGKILL)).start()
    with pytest.raises(UnreadableError, match="被系统终止"):
        puppet.read("hang", TEXT)
    assert puppet.read("a", TEXT).text == "漫水河"


def test_nothing_is_left_lying_about_by_what_was_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own limits, by the kernel's, by a signal: whatever it or its keeper had laid down."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    keeper = Keeper(Allowance(soft=0.5, hard=1, wall=60, memory=512 * MB), (sys.executable, "-c", PUPPET))
    for name in ("spin", "eat", "abort", "flood"):
        with pytest.raises(UnreadableError):
            keeper.read(name, TEXT)
    assert keeper.read("a", TEXT).text == "漫水河"
    process_id = keeper.process_id
    assert process_id is not None
    threading.Timer(0.2, os.kill, (process_id, signal.SIGKILL)).start()
    with pytest.raises(UnreadableError, match="被系统终止"):
        keeper.read("hang", TEXT)
    keeper.close()
    assert list(tmp_path.iterdir()) == []


FULL = """
import errno, os, sys, tempfile
from pathlib import Path
from crawler.attachments import UnreadableError
from crawler.attachments.keeper import Keeper
from tests.crawler.attachments.test_child import ALLOWED, PUPPET, TEXT
folder = Path(tempfile.gettempdir())
assert folder == Path(sys.argv[1]), folder
keeper = Keeper(ALLOWED, (sys.executable, "-c", PUPPET))
def read(name):
    try:
        print(keeper.read(name, TEXT).text)
    except UnreadableError as error:
        print(error)
def fill():
    with (folder / "filler").open("wb", 0) as file:
        try:
            while True: file.write(b"x" * 4096)
        except OSError as error:
            assert error.errno == errno.ENOSPC
read("a")
# Full while the process is at work: what it says of itself has nowhere to go.
fill()
read("a"); read("flood")
# And no room for the next one to begin.
keeper.close()
for n in range(1000):
    try: (folder / f"f{n}").touch()
    except OSError: break
read("a")
for path in folder.iterdir(): path.unlink()
read("a")
keeper.close()
print(os.listdir(folder))
"""
CANNOT_MOUNT = not shutil.which("unshare") or subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0


@pytest.mark.skipif(CANNOT_MOUNT, reason="this machine lets nobody mount a small file system")
def test_a_full_disk_under_a_reading_process(tmp_path: Path) -> None:
    script = 'mount -t tmpfs -o size=256k,nr_inodes=40 tmpfs "$2" && exec "$0" -c "$1" "$2"'
    around = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[3]), "LC_ALL": "C"}
    done = subprocess.run(["unshare", "-m", "sh", "-c", script, sys.executable, FULL, str(tmp_path)], env=around, capture_output=True,
                          text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "漫水河", "漫水河", "文件损坏或格式不符（OSError）", "读取程序没有启动（No space left on device）", "漫水河", "[]",
    ]


def test_a_process_that_cannot_be_started_is_told_of_the_file() -> None:
    held = len(list(Path("/proc/self/fd").iterdir()))
    keeper = Keeper(ALLOWED, ("/nowhere/python",))
    for _ in range(2):
        with pytest.raises(UnreadableError, match="读取程序没有启动"):
            keeper.read("a", TEXT)
    assert len(list(Path("/proc/self/fd").iterdir())) == held


def test_killed_between_two_files(puppet: Keeper) -> None:
    puppet.read("a", TEXT)
    assert puppet.process_id is not None
    os.kill(puppet.process_id, signal.SIGKILL)
    assert gone(puppet.process_id)
    assert puppet.read("a", TEXT).text == "漫水河"


@pytest.mark.parametrize("busy", ["hang", "spin", ""])
def test_it_dies_with_its_parent(busy: str, tmp_path: Path) -> None:
    program = f"""
import sys, threading, time
from crawler.attachments.keeper import Keeper
keeper = Keeper(command=(sys.executable, "-c", {PUPPET!r}))
keeper.read("a", b"x")
print(keeper.process_id, flush=True)
keeper.read({busy!r}, b"x") if {busy!r} else time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.3)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert gone(child), "it outlived its parent"


def test_several_threads_wait_for_each_other(puppet: Keeper) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda n=n: found.append(puppet.read("a", str(n).encode()).text)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=int) == [str(n) for n in range(20)]


def test_a_process_that_cannot_start_is_a_reason() -> None:
    keeper = Keeper(command=(sys.executable, "-c", "import sys; sys.exit(1)"))
    with pytest.raises(UnreadableError, match="读取程序崩溃（退出码 1）"):
        keeper.read("a.txt", TEXT)
    keeper.close()


def test_nothing_is_left_behind() -> None:
    before = set(Path("/proc/self/fd").iterdir())
    for _ in range(3):
        keeper = Keeper()
        assert keeper.read("a.zip", zipped({"a.doc": word_97("字")})).text == "a.doc\n字"
        process_id = keeper.process_id
        keeper.close()
        assert process_id is not None and not Path(f"/proc/{process_id}").exists()
    assert set(Path("/proc/self/fd").iterdir()) == before
