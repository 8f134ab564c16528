"""The container files, checked as far as a machine without a container engine can: schema, lint, and the very commands."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from core.clock import local_date, now
from core.service import load_service
from demo.configure import write_config
from demo.town import DemoTown

REPOSITORY = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def compose() -> dict[str, Any]:
    """The services, with what they share merged in."""
    loaded: dict[str, Any] = YAML(typ="safe").load(REPOSITORY / "docker-compose.yml")
    return loaded


def ours() -> dict[str, dict[str, Any]]:
    return {name: service for name, service in compose()["services"].items() if service["image"].startswith("townwatch")}


def run(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=REPOSITORY, **options)


def test_the_compose_file_is_one() -> None:
    checked = run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_dockerfile_is_without_fault() -> None:
    linted = run(BIN / "hadolint", "Dockerfile")
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_the_image_is_built_from_what_is_there_and_runs_as_nobody() -> None:
    text = (REPOSITORY / "Dockerfile").read_text()
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M) for word in line.split()[:-1]]
    assert [name for name in copied if not (REPOSITORY / name).exists()] == []
    kept = set(re.findall(r"^!(\S+)$", (REPOSITORY / ".dockerignore").read_text(), re.M))
    assert kept == set(copied), "the build sees exactly what it copies"
    project = (REPOSITORY / "pyproject.toml").read_text()
    parts = set(re.findall(r'"(\w+)(?:\.\w+)*"', re.search(r"^packages = \[(.*?)\]", project, re.M | re.S)[1]))  # type: ignore[index]
    assert parts <= kept, "every package is in the image"
    assert re.search(r"^USER 10001", text, re.M)
    assert "--require-hashes" in text
    assert all(re.search(r":[\w.-]+$", image.split(" AS ")[0]) for image in re.findall(r"^FROM (.+)$", text, re.M))


def test_no_secret_and_no_host_in_the_files() -> None:
    for name in ("Dockerfile", "docker-compose.yml", ".dockerignore"):
        text = (REPOSITORY / name).read_text()
        assert not re.search(r"(?i)password\w*\s*[:=]\s+(?!\$\{\w+:\?)", text), name
        assert not re.search(r"://\w+:(?!\$\{\w+:\?)[^/\s]+@", text), name
        assert not re.search(r"\b[\w-]+\.(?:io|com|org|cn)/", text), "an image name without a host"
    urls = [service["environment"]["TOWNWATCH_DATABASE_URL"] for service in ours().values() if service["environment"]]
    assert urls and all("${TOWNWATCH_DB_PASSWORD:?" in url for url in urls)


def test_everything_writable_is_a_volume_or_memory() -> None:
    services = compose()["services"]
    assert {name for name, service in services.items() if not service.get("read_only")} == set()
    works = [service["volumes"] for name, service in ours().items() if name != "mail"]
    assert all(volumes == ["./config:/etc/townwatch:ro", "work:/var/lib/townwatch"] for volumes in works), "one archive for all"
    for name, service in services.items():
        checked = service.get("healthcheck", {})
        assert name == "web" or "test" in checked or checked == {"disable": True}


@pytest.mark.parametrize("name", sorted(ours()))
def test_every_command_is_one_of_ours(name: str) -> None:
    service = ours()[name]
    if "entrypoint" in service:
        asked = run(sys.executable, *service["entrypoint"][1:], "--help")
    else:
        asked = run(BIN / "townwatch", *service["command"], "--help")
    assert asked.returncode == 0, asked.stderr
    said = re.sub(r"\x1b\[[\d;]*m", "", asked.stdout)
    for option in (word for word in service["command"] if word.startswith("--")):
        assert option in said, f"{name}: {option}"


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "config"
    with DemoTown(local_date(now())) as town:
        write_config(folder, town, "http://127.0.0.1:9/hook", "mailto://127.0.0.1:9/?to=a@example.org")
        (folder / "service.toml").write_text('engine = "cluster"\n', encoding="utf-8")
        yield folder


def started_in_order(services: dict[str, dict[str, Any]]) -> list[str]:
    """The names, each after those that it waits for."""
    order: list[str] = []
    while len(order) < len(services):
        order += [name for name, service in services.items()
                  if name not in order and set(service["depends_on"]) & services.keys() <= set(order)]
    return order


@pytest.mark.timeout(180)
def test_the_services_come_up_in_order(config: Path, postgres_url: str, tmp_path: Path) -> None:
    """The commands of the compose file as processes, with its variables, over a real PostgreSQL."""
    services = {name: service for name, service in ours().items() if name != "mail"}
    places = {"/etc/townwatch": str(config), "/var/lib/townwatch": str(tmp_path / "work")}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    processes: dict[str, subprocess.Popen[bytes]] = {}

    def said() -> str:
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')}" for path in sorted(tmp_path.glob("*.log")))

    try:
        for name in started_in_order(services):
            service = services[name]
            variables = {key: places.get(value, value) for key, value in service["environment"].items()}
            variables["TOWNWATCH_DATABASE_URL"] = postgres_url
            command = [{"0.0.0.0": "127.0.0.1", "8000": port}.get(word, word) for word in service["command"]]
            with (tmp_path / f"{name}.log").open("wb") as log:
                process = subprocess.Popen([str(BIN / "townwatch"), *command], env=os.environ | variables, stdout=log, stderr=log)
            if name == "migrate":
                assert process.wait(60) == 0, said()
            else:
                processes[name] = process
        for path in ("healthz", "readyz"):
            assert answered(f"http://127.0.0.1:{port}/{path}", 120) == 200, said()
        assert {name: process.poll() for name, process in processes.items()} == dict.fromkeys(processes), said()
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        assert {name: process.wait(90) for name, process in processes.items()} == dict.fromkeys(processes, 0), said()
    finally:
        for process in processes.values():
            process.kill()
            process.wait()


def answered(url: str, seconds: float) -> int:
    """The status, once it is 200 or the time is over."""
    deadline, status = time.monotonic() + seconds, 0
    while status != 200 and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                status = response.status
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError:
            status = 0
        time.sleep(0.2)
    return status


def test_the_example_settings_are_those_that_hold_without_them(tmp_path: Path) -> None:
    """``config/service.toml`` says the defaults in comments: as it stands it changes nothing, uncommented neither."""
    text = (REPOSITORY / "config" / "service.toml").read_text(encoding="utf-8")
    shown = re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.M)
    found = []
    for name, written in (("a", None), ("b", text), ("c", shown)):
        folder = tmp_path / name
        with DemoTown(local_date(now())) as town:
            write_config(folder, town, "http://127.0.0.1:9/hook", "mailto://127.0.0.1:9/?to=a@example.org")
        if written is not None:
            (folder / "service.toml").write_text(written, encoding="utf-8")
        found.append(load_service(folder).settings)
    assert found[0] == found[1] == found[2]
    assert shown.count("\n[") == 2
