"""The workbench in a real browser: whole, readable at both widths, nothing run and nothing loaded from elsewhere."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOWNWATCH = str(Path(sys.executable).parent / "townwatch")
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that ``townwatch demo`` ends with."""
    folder = tmp_path_factory.mktemp("web") / "demo"
    with subprocess.Popen([TOWNWATCH, "demo", "--dir", str(folder)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield line.split("：")[1].split()[0]
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


@pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="no system Chromium here")
@pytest.mark.parametrize("width", [1280, 390])
def test_the_day_in_a_browser(workbench: str, width: int, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "CI must have a browser: tests/install-browser.sh"
    complaints: list[str] = []
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(workbench)
        assert "漫水河镇" in page.inner_text("h1")
        for title in ("舆情台账", "公开目录", "问题清单", "来源", "通知", "报表"):
            assert page.get_by_role("heading", name=title).first.is_visible()
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        page.screenshot(path=tmp_path / "day.png", full_page=True)
        page.get_by_role("link", name="月报").first.click()
        assert "漫水河镇" in page.inner_text("body")
        browser.close()
    assert overflow <= 0, "the page is cut off at the side"
    assert complaints == []
    assert all(url.startswith((workbench, "data:")) for url in asked), asked
