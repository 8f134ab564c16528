"""All of a page that can change between two versions is told, and a paragraph that only moved is told as that."""

from __future__ import annotations

from dataclasses import replace

from core.clock import Moment
from core.differences import changes
from core.nouns import Attachment, Record, Reply
from core.version_changes import FieldChange, compare_versions

PAGE = Record(site="s", key="k", kind="article", url="http://a/k", title="低保公示", body="一、标准每人每月720元。\n二、公示七天。",
              published=Moment.of(2026, 3, 5), attachments=(Attachment(url="http://a/f.xls", name="名单.xls", sha256="1" * 64),))


def test_nothing_changed() -> None:
    assert not compare_versions(PAGE, replace(PAGE, body=PAGE.body + "\n"))


def test_what_stands_beside_the_text() -> None:
    file = replace(PAGE.attachments[0], sha256="2" * 64)
    other = replace(PAGE, published=Moment.of(2026, 2, 5, 9, 30), doc_no="霍政〔2026〕3号", attachments=(file, Attachment(url="u", name="新.pdf")),
                    replies=(Reply(office="民政所", body="已办"),), thread={"state": "已办理"})
    assert compare_versions(PAGE, other).fields == (
        FieldChange("发布日期", "2026-03-05", "2026-02-05 09:30"), FieldChange("文号", "", "霍政〔2026〕3号"), FieldChange("办理状态", "", "已办理"),
        # The same name, other bytes: what a reader of the page cannot see.
        FieldChange("附件", "名单.xls", "名单.xls（同名文件已更换）"), FieldChange("附件", "", "新.pdf"), FieldChange("答复", "", "民政所：已办"),
    )
    assert compare_versions(PAGE, replace(PAGE, attachments=(replace(PAGE.attachments[0], state="dead"),))).fields == (
        FieldChange("附件", "名单.xls", "名单.xls（打不开）"),)


def test_a_title_is_compared_word_by_word() -> None:
    (change,) = compare_versions(PAGE, replace(PAGE, title="低保对象公示")).title
    assert [(piece.kind, piece.text) for piece in change.pieces] == [("same", "低保"), ("added", "对象"), ("same", "公示")]


def test_a_paragraph_that_moved() -> None:
    old = "第一段讲的是标准。\n第二段讲的是时间安排。\n第三段讲的是联系电话。"
    (moved,) = changes(old, "第二段讲的是时间安排。\n第三段讲的是联系电话。\n第一段讲的是标准。")
    assert (moved.moved, moved.old, moved.new) == (True, 1, 3)


def test_a_paragraph_put_in_above_does_not_pair_the_others_with_their_neighbours() -> None:
    old = "申请人应当提供身份证复印件。\n补助标准为每人每月720元。"
    new = "为做好工作，现通知如下事项请遵照执行。\n申请人应当提供身份证原件。\n补助标准为每人每月750元。"
    assert [(c.old, c.new) for c in changes(old, new)] == [(None, 1), (1, 2), (2, 3)]


def test_a_row_of_a_table() -> None:
    (change,) = changes("姓名\t村\t金额\n张某\t上土市村\t720\n李某\t漫水河村\t650", "姓名\t村\t金额\n张某\t上土市村\t720\n李某\t漫水河村\t560")
    assert [(piece.kind, piece.text) for piece in change.pieces] == [("same", "李某\t漫水河村\t"), ("removed", "650"), ("added", "560")]


def test_single_characters_between_changes_go_with_them() -> None:
    (change,) = changes("请各村于三月五日前报送至镇民政所。", "请各村于四月九日前报送至镇民政所。")
    assert [piece.text for piece in change.pieces] == ["请各村于", "三月五", "四月九", "日前报送至镇民政所。"]
