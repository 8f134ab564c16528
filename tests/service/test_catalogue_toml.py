"""Items into ``catalogue.toml``: what a person wrote there stays, and the file is there whole or not at all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from core.errors import ConfigErrors
from core.settings import CatalogueItem
from service.catalogue_toml import with_items, write_whole

BEFORE = '''# 本镇的目录
[[column]]
id = "a"   # 栏目

# 张三核过
[[item]]
id = "one"
field = "就业"   # 县里的叫法
level1 = """
招聘"""

[[column]]
id = "b"

# 李四核过
[[item]]
id = "two"
field = "救灾"
applicable = false
reason = "无"
# 文件到此为止
'''


def item(name: str, **said: object) -> CatalogueItem:
    return CatalogueItem.model_validate({"id": name} | said)


ONE = item("one", field="就业", level1="招聘")
TWO = item("two", field="救灾", applicable=False, reason="无")


def test_what_is_not_changed_keeps_its_words_and_comments() -> None:
    text = with_items(BEFORE, [ONE, TWO, item("three", field="养老")])
    for kept in ("# 本镇的目录", '"a"   # 栏目', "# 张三核过\n[[item]]", '"就业"   # 县里的叫法', 'level1 = """\n招聘"""', "# 李四核过\n[[item]]", "# 文件到此为止"):
        assert kept in text
    data = tomllib.loads(text)
    assert [each["id"] for each in data["item"]] == ["one", "two", "three"]
    assert [each["id"] for each in data["column"]] == ["a", "b"], "a column that stood between items is still there"
    assert with_items(text, [ONE, TWO, item("three", field="养老")]) == text, "and again changes nothing"


def test_what_is_changed_keeps_the_comment_above_it_and_what_is_gone_goes() -> None:
    text = with_items(BEFORE, [TWO.model_copy(update={"owner": "clerk"})])
    assert "# 李四核过\n[[item]]\nid = \"two\"" in text and 'owner = "clerk"' in text
    assert "张三" not in text and "招聘" not in text
    assert "[[column]]\nid = \"b\"" in with_items(BEFORE, [])


def test_a_head_within_a_text_is_no_head() -> None:
    text = with_items('[[item]]\nid = "one"\nfield = "就业"\nnote = """\n[[item]]\n见附件"""\n', [item("one", field="就业", note="[[item]]\n见附件"), TWO])
    assert [each["id"] for each in tomllib.loads(text)["item"]] == ["one", "two"]
    with pytest.raises(ConfigErrors, match="分不清"):
        with_items('[[column]]\nid = "a"\nreason = """\n[[item]]\n见附件"""\n', [ONE])


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text("old", encoding="utf-8")
    (tmp_path / "catalogue.toml.new").mkdir()  # Nothing can be written beside it.
    with pytest.raises(OSError):
        write_whole(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    (tmp_path / "catalogue.toml.new").rmdir()
    write_whole(path, "new")
    assert (path.read_text(encoding="utf-8"), list(tmp_path.iterdir())) == ("new", [path])


# A workbook that names no field; a character that TOML does not take as it is.
@pytest.mark.parametrize("said", [{"field": "", "level1": "招聘"}, {"field": "就业", "level1": "招\x7f聘"}])
def test_what_an_import_may_hold_can_be_read_again(said: dict[str, str]) -> None:
    text = with_items(BEFORE, [item("three", **said)])
    assert tomllib.loads(text)["item"] == [{"id": "three"} | said]
