"""Lists that only a script makes and that have no endpoint: a real browser, optional to install (``townwatch[browser]``).

Here is only what can be said without it; :mod:`crawler.browser_handler` is imported where it is used.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from core.addresses import literal, refusal
from core.settings import Site
from crawler.addresses import private_hosts

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_HANDLER = "crawler.browser_handler.BrowserHandler"


def missing() -> str:
    """Why no browser can be used here, and what to do; empty where one can."""
    if find_spec("scrapy_playwright") is None:
        return "这个来源要用浏览器读取，但没有安装浏览器支持：运行 pip install 'townwatch[browser]'，并安装 Chromium"
    if program() is None:
        return "这个来源要用浏览器读取，但本机没有 Chromium：请安装 chromium"
    return ""


def program() -> str | None:
    """The system's browser."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def wanted(sites: Iterable[Site]) -> bool:
    """Whether any source is to be read with a browser, and one is here."""
    return any(source.options.get("browser") for site in sites for source in site.sources) and not missing()


def scrapy_settings(sites: Iterable[Site], timeout: float) -> dict[str, Any]:
    """Scrapy's settings for a browser that knows no other hosts than those of the sites."""
    sites = tuple(sites)
    args = [f"--host-resolver-rules={resolver_rules(sites)}", "--disable-background-networking"]
    return {
        "DOWNLOAD_HANDLERS": {"http": _HANDLER, "https": _HANDLER, "data": None, "file": None, "ftp": None, "s3": None},
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": program(), "args": args,
            # Chromium's own walls cannot be had by the superuser.
            "chromium_sandbox": os.geteuid() != 0,
        },
        "PLAYWRIGHT_ABORT_REQUEST": "crawler.browser_handler.refuse",
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": int(timeout * 1000),
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
        "PLAYWRIGHT_RESTART_DISCONNECTED_BROWSER": False,
    }


def resolver_rules(sites: Iterable[Site]) -> str:
    """Chromium's rules for names: each host is the very address that was checked here, and nothing else exists."""
    sites = tuple(sites)
    private = {host for host, _ in private_hosts(sites)}
    rules = []
    for host in dict.fromkeys(urlsplit(f"//{listed}").hostname or "" for site in sites for listed in site.hosts):
        address = _address(host)
        checked = literal(address) if address else None
        if checked is not None and (host in private or refusal(checked) is None):
            rules.append(f"MAP {host} {f'[{address}]' if ':' in address else address}")
    return ", ".join([*rules, "MAP * ~NOTFOUND"])


def meta(selector: str | None) -> dict[str, Any]:
    """What a request carries to be made by the browser: until the script has done its asking, or until ``selector`` is there."""
    from crawler.browser_handler import wait_for

    return {
        "playwright": True, "playwright_page_goto_kwargs": {"wait_until": "networkidle"},
        "playwright_page_methods": wait_for(selector) if selector else [],
    }


def _address(host: str) -> str:
    """The first address of a name; empty where it has none, which the browser will find too."""
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        return ""
