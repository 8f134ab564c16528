"""``townwatch catalogue preset`` and ``match``, as they are run: on a terminal, and without one."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from core.configuration import load_settings
from demo.configure import write_config
from demo.town import DemoTown
from service.cli import app
from store.catalogue_choices import choices
from store.database import for_town, open_store

TOWNWATCH = str(Path(sys.executable).parent / "townwatch")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with DemoTown(date(2026, 11, 26)) as town:
        write_config(tmp_path / "config", town, "http://127.0.0.1:9/", "mailto://127.0.0.1:9")
    catalogue = tmp_path / "config" / "catalogue.toml"
    catalogue.write_text(catalogue.read_text(encoding="utf-8").partition("[[item]]")[0], encoding="utf-8")  # The columns alone.
    return tmp_path


def arguments(folder: Path, *given: str) -> list[str]:
    return [TOWNWATCH, "--config", str(folder / "config"), "--database", f"sqlite:///{folder}/townwatch.db", "catalogue", *given]


def run(folder: Path, *given: str) -> Any:
    done = invoke(folder, *given, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def invoke(folder: Path, *given: str) -> Result:
    return CliRunner().invoke(app, arguments(folder, *given)[1:])


def test_presets_are_applied_and_items_matched_without_a_question(folder: Path) -> None:
    assert [each["id"] for each in run(folder, "preset", "list")["presets"]] == ["fields-26", "legal-minimum", "town-basics"]
    assert len(run(folder, "preset", "apply", "legal-minimum", "--dry-run")["added"]) == 26
    assert load_settings(folder / "config").items == ()
    assert run(folder, "preset", "apply", "legal-minimum")["written"] is True
    assert run(folder, "preset", "apply", "legal-minimum") == {"preset": "legal-minimum", "added": [], "kept_as_written": [], "written": False}
    assert not (folder / "townwatch.db").exists(), "nothing so far needs a store"
    looked = run(folder, "match")
    assert looked["applied"] == [] and looked["counts"]["matched"] == 0
    done = run(folder, "match", "--apply", "--by", "clerk")
    assert done["counts"]["matched"] == len(done["applied"]) >= 6 and "law.21.2" in done["left"]
    assert run(folder, "match", "--apply")["applied"] == [], "once"
    shown = {item["id"]: item for item in run(folder, "show")["items"]}
    assert shown["law.12.guide"]["columns"] == ["xxgkzn"], "what was decided is shown with the configuration"
    assert "xxgkzn" not in (folder / "config" / "catalogue.toml").read_text(encoding="utf-8").partition("[[item]]")[2]


def test_a_decision_lives_through_an_import_that_words_the_item_anew(folder: Path) -> None:
    heads = ["序号", "一级事项", "二级事项", "公开内容（要素）", "公开时限", "公开主体"]
    for content in ("岗位", "岗位、人数"):
        book = openpyxl.Workbook()
        book.active.title = "就业"
        for row in (heads, [1, "就业", "就业", content, "20个工作日", "社保所"]):
            book.active.append(row)
        book.save(folder / "in.xlsx")
        run(folder, "import", str(folder / "in.xlsx"))
        if content == "岗位":
            assert run(folder, "match", "--apply")["counts"]["matched"] == 1
    (item,) = run(folder, "show")["items"]
    assert (item["elements"], item["columns"]) == (["岗位、人数"], ["jy"])
    assert invoke(folder, "export", "-o", str(folder / "out.xlsx")).exit_code == 0


def test_what_is_not_certain_is_asked_on_a_terminal(folder: Path) -> None:
    run(folder, "preset", "apply", "town-basics")
    run(folder, "preset", "apply", "legal-minimum")
    settings = load_settings(folder / "config")
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        arguments(folder, "match", "--apply", "--by", "clerk"), stdin=theirs, stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "COLUMNS": "200"},
    )
    os.close(theirs)
    # 政府工作报告: no such column; 政府信息公开目录: not understood, then the third; 规范性文件: as proposed; 统计信息: not ours; and enough.
    answers = iter(["n", "99", "3", "", "x 由县统计局公开", "q"])
    heard = ""
    while process.poll() is None:
        try:
            heard += os.read(mine, 4096).decode("utf-8", "replace")
        except OSError:
            break
        if heard.endswith("> "):
            heard += "|"
            os.write(mine, (next(answers) + "\n").encode())
    assert process.wait(timeout=60) == 0, heard
    os.close(mine)
    assert "没有看懂" in heard and "已结束" in heard
    engine = for_town(open_store(f"sqlite:///{folder}/townwatch.db"), settings.town.id)
    with engine.connect() as connection:
        said = {choice.item: (choice.columns, choice.applicable, choice.who) for choice in choices(connection)}
    assert said["basics.baogao"] == ((), True, "clerk")
    assert said["law.12.catalogue"] == ((settings.columns[2].id,), True, "clerk")
    assert said["law.20.01"] == (("zcwj",), True, "clerk")
    assert said["law.20.04"][1] is False and "law.20.05" not in said
    engine.dispose()


def test_the_town_s_own_words_and_headings(folder: Path) -> None:
    (folder / "config" / "rules" / "topics.toml").write_text('[[topic]]\nname = "统计"\nsame = ["村（居）务公开"]\n', encoding="utf-8")
    run(folder, "preset", "apply", "legal-minimum")
    item = next(each for each in run(folder, "match")["items"] if each["id"] == "law.20.04")
    assert item["proposal"]["columns"] == ["cwgk"]
    (folder / "config" / "rules" / "topics.toml").write_text("[[topic]]\nsame = 1\n", encoding="utf-8")
    assert "rules/topics.toml" in str(invoke(folder, "match").exception)
