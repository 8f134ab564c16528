"""``townwatch demo`` ends with the workbench open and with accounts that really open it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import httpx

from core.words import ROLES

TOWNWATCH = str(Path(sys.executable).parent / "townwatch")


def test_each_printed_account_signs_in(tmp_path: Path) -> None:
    command = [TOWNWATCH, "demo", "--dir", str(tmp_path / "demo")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2 + len(ROLES))]
        url = lines[0].removeprefix("工作台：").split()[0]
        accounts = {line.split()[1]: line.split()[3] for line in lines[2:]}
        assert list(accounts) == list(ROLES)
        for username, password in accounts.items():
            with httpx.Client(base_url=url, trust_env=False, timeout=30, follow_redirects=True) as client:
                page = client.post("/sign-in", data={"username": username, "password": password, "next": "/towns"})
                assert (page.status_code, "漫水河镇" in page.text) == (200, True)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
