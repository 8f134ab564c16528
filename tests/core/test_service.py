"""Loading the service: one town or many, and every mistake of any of them at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.errors import ConfigErrors
from core.service import load_service

CONFIG = Path(__file__).parents[2] / "config"


def town(directory: Path, name: str, identity: str | None = None) -> Path:
    """A folder of a town that loads, under a directory of many."""
    folder = Path(shutil.copytree(CONFIG, directory / "towns" / name))
    text = (folder / "town.toml").read_text(encoding="utf-8")
    (folder / "town.toml").write_text(f'id = "{identity or name}"\n{text}', encoding="utf-8")
    return folder


def test_one_town_needs_neither_a_folder_nor_a_service_file() -> None:
    service = load_service(CONFIG)
    assert list(service.towns) == ["town"]
    assert service.settings.engine == "local"
    assert service.settings.workbench.host == "127.0.0.1"


def test_many_towns_are_known_by_their_folders(tmp_path: Path) -> None:
    for name in ("mozitan", "dahuaping"):
        town(tmp_path, name)
    (tmp_path / "towns" / "README.md").write_text("不是乡镇", encoding="utf-8")
    (tmp_path / "service.toml").write_text('engine = "cluster"\n[schedule]\ncrawl_at = ["05:00", "12:30"]\n', encoding="utf-8")
    service = load_service(tmp_path)
    assert list(service.towns) == ["dahuaping", "mozitan"]
    assert service.towns["mozitan"].directory == tmp_path / "towns" / "mozitan"
    assert (service.settings.engine, service.settings.schedule.crawl_at) == ("cluster", ("05:00", "12:30"))


# (service.toml, file shown, entry, key)
MISTAKES = [
    ("engin = 'local'", "service.toml", "", "engin"),
    ("engine = 'kubernetes'", "service.toml", "", "engine"),
    ("[workbench]\nport = 65536", "service.toml", "[workbench]", "port"),
    ("[workbench]\nport = '8000'", "service.toml", "[workbench]", "port"),
    ("[workbench]\nsession_hours = 0.0", "service.toml", "[workbench]", "session_hours"),
    ("[schedule]\ndigest_at = '9:00'", "service.toml", "[schedule]", "digest_at"),
    ("[schedule]\ndigest_at = '24:00'", "service.toml", "[schedule]", "digest_at"),  # the shape of a time, and no time
    ("[schedule]\ncrawl_at = ['06:30', '25:00']", "service.toml", "[schedule] [crawl_at] 第 2 项", ""),
    ("[schedule]\ndigest_day = 29", "service.toml", "[schedule]", "digest_day"),  # not every month has one
    ("[schedule]\nspread_minutes = -1", "service.toml", "[schedule]", "spread_minutes"),
    ("engine = local", "service.toml", "", ""),
]


@pytest.mark.parametrize(("text", "file", "entry", "key"), MISTAKES)
def test_a_mistake_names_file_entry_and_key(tmp_path: Path, text: str, file: str, entry: str, key: str) -> None:
    town(tmp_path, "mozitan")
    (tmp_path / "service.toml").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(ConfigErrors) as refused:
        load_service(tmp_path)
    (error,) = refused.value.errors
    assert (error.file, error.entry, error.key) == (file, entry, key)
    assert error.problem
    assert error.remedy


def test_a_folder_without_towns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "towns").mkdir()
    with pytest.raises(ConfigErrors, match="没有一个乡镇"):
        load_service(tmp_path)


def test_the_mistakes_of_all_towns_are_shown_at_once(tmp_path: Path) -> None:
    town(tmp_path, "good")
    town(tmp_path, "misnamed", "other")
    (town(tmp_path, "torn") / "staff.toml").unlink()
    (tmp_path / "towns" / "empty").mkdir()
    (tmp_path / "service.toml").write_text("engine = 7\n", encoding="utf-8")
    with pytest.raises(ConfigErrors) as refused:
        load_service(tmp_path)
    named = {(error.file, error.key) for error in refused.value.errors}
    assert named >= {
        ("service.toml", "engine"), ("towns/misnamed/town.toml", "id"), ("towns/torn/staff.toml", ""),
        ("towns/empty/town.toml", ""),
    }
    assert not any("towns/good" in file for file, _ in named)
    assert "改为 misnamed" in str(refused.value)


def test_what_is_wrong_with_the_only_town_is_said_beside_the_service_file(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    (folder / "service.toml").write_text("engine = 7\n", encoding="utf-8")
    (folder / "staff.toml").unlink()
    with pytest.raises(ConfigErrors) as refused:
        load_service(folder)
    assert [error.file for error in refused.value.errors] == ["service.toml", "staff.toml"]
