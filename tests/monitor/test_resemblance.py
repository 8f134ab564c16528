"""What is one text put out twice, and what is a frame filled in anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.nouns import Attachment, Record
from monitor.resemblance import candidates, same_text, signature

Make = Callable[..., Record]
BODY = (
    "为切实改善农村人居环境，漫水河镇组织各村开展集中整治行动，对村庄道路、河道沟渠、房前屋后的垃圾杂物进行全面清理，累计出动人员320人次。"
    "各村结合实际建立长效保洁机制，落实门前三包责任，引导群众养成良好卫生习惯。下一步，镇里将继续加强督促检查，巩固整治成果，让乡村更加美丽宜居。"
)
FRAME = (
    "根据《安徽省最低生活保障操作规程》规定，经本人申请、入户调查、民主评议、镇级审核，拟将{who}纳入农村最低生活保障范围，现予公示，接受群众监督。"
    "公示期间如有异议，请以书面或者口头形式向镇社会事务办公室反映，反映情况应当实事求是，并提供必要的证据材料。{when}"
)

DUPLICATES = {
    "word for word": (BODY, BODY),
    "other punctuation and spaces": (BODY, BODY.replace("，", " ,").replace("。", "．\n")),
    "a sentence more": (BODY, BODY + "镇党委书记到现场查看了整治情况，并看望了一线保洁人员。"),
    "a sentence put otherwise": (BODY, BODY.replace("巩固整治成果，让乡村更加美丽宜居", "把各项措施落到实处，确保取得群众满意的成效")),
    "a slip mended": (BODY, BODY.replace("督促检查", "督促捡查")),
}
DIFFERENT = {
    "another month": (FRAME.format(who="下列对象", when="2026年3月5日"), FRAME.format(who="下列对象", when="2026年4月6日")),
    "another person": (FRAME.format(who="张伟", when=""), FRAME.format(who="李强", when="")),
    "another given name": (FRAME.format(who="张伟", when=""), FRAME.format(who="张强", when="")),
    "another village": (FRAME.format(who="王庄村申请人", when=""), FRAME.format(who="李庄村申请人", when="")),
    "another figure": (BODY, BODY.replace("320人次", "180人次")),
    "another figure in words": (BODY.replace("320人次", "三百人次"), BODY.replace("320人次", "五百人次")),
    "too short to tell": ("本月无此类信息，特此说明。", "本月无此类信息，特此说明。"),
    "another text": (BODY, FRAME.format(who="下列对象", when="") * 2),
}


@pytest.mark.parametrize("name", DUPLICATES)
def test_one_text_put_out_twice(name: str, record: Make) -> None:
    one, other = (record(title=f"标题{n}的报道", body=body) for n, body in zip("甲乙", DUPLICATES[name], strict=True))
    signed = signature(one.body), signature(other.body)
    assert signed[0] and signed[1] and candidates(signed[0], signed[1])
    likeness = same_text(one, other)
    assert likeness is not None and 0.85 <= likeness <= 1
    assert (likeness == 1) == (name in ("word for word", "other punctuation and spaces"))


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_frame_filled_in_anew_is_right(name: str, record: Make) -> None:
    one, other = (record(title=f"标题{n}的报道", body=body) for n, body in zip("甲乙", DIFFERENT[name], strict=True))
    assert same_text(one, other) is None


LONG = BODY + "全镇共设置垃圾收集点，配备保洁员，实行定人定岗定责，做到日产日清，并把保洁情况纳入村规民约，由村民理事会按月评议、公开结果。"
CASES = [
    # titles, bodies, whether it is told. The same title in two columns: one article in two versions.
    (("东湾村开展整治", "东湾村开展整治"), (LONG, LONG.replace("320人次", "180人次")), True),
    (("清洁乡村", "清洁乡村"), (LONG.replace("各村结合", "东湾村结合"), LONG.replace("各村结合", "石门口村结合")), True),
    (("清洁乡村", "清洁乡村"), (LONG, BODY), False),
    # Other titles: a frame for each village, person, month, whether the titles name them or not.
    (("东湾村开展整治", "石门口村开展整治"), (LONG.replace("各村结合", "东湾村结合"), LONG.replace("各村结合", "石门口村结合")), False),
    (("整治动态之东湾", "又一次整治"), (LONG.replace("各村结合", "东湾村结合"), LONG.replace("各村结合", "石门口村结合")), False),
    (("好人风采", "身边榜样"), (LONG.replace("各村结合", "张伟结合"), LONG.replace("各村结合", "李强结合")), False),
    (("整治情况", "整治动态"), (LONG, LONG.replace("320人次", "180人次")), False),
    (("小麦种植提示", "水稻种植提示"), (LONG.replace("河道沟渠", "小麦田块"), LONG.replace("河道沟渠", "水稻田块")), False),
    # Put out again with a word or two put otherwise, and a headline of its own.
    (("漫水河镇整治人居环境", "人居环境更上层楼"), (LONG, LONG.replace("全面清理", "彻底清理")), True),
    (("漫水河镇整治人居环境", "人居环境更上层楼"), (LONG, LONG.replace("切实改善", "持续改善").replace("全面清理", "彻底清理")), True),
    # With many words put otherwise it is a text of its own.
    (("漫水河镇整治人居环境", "人居环境更上层楼"),
     (LONG, LONG.replace("切实", "持续").replace("全面", "彻底").replace("督促", "日常").replace("引导", "教育")), False),
]


@pytest.mark.parametrize(("titles", "bodies", "told"), CASES)
def test_what_staff_expect(titles: tuple[str, str], bodies: tuple[str, str], told: bool, record: Make) -> None:
    one, other = (record(title=title, body=body) for title, body in zip(titles, bodies, strict=True))
    assert one.body != other.body
    for pair in ((one, other), (other, one)):
        likeness = same_text(*pair)
        assert (likeness is not None) == told and likeness != 1


def test_parts_of_a_series_and_texts_before_other_files_are_right(record: Make) -> None:
    body = BODY.replace("累计出动人员320人次", "")
    assert same_text(record(title="2026年1月工作动态", body=body), record(title="2026年2月工作动态", body=body)) is None
    files = [(Attachment(url=f"http://a/{n}.xlsx", name=f"{n}.xlsx", state="read", sha256=n * 64),) for n in "ab"]
    one, other, same = (record(title=title, body=body, attachments=file) for title, file in zip("甲乙丙", (files[0], files[1], files[0]), strict=True))
    assert same_text(one, other) is None
    assert same_text(one, same) == 1


def test_a_signature_does_not_change_with_the_process() -> None:
    # Kept for years and compared with those of other processes: a change of the library's must be seen.
    kept = signature(BODY)
    assert kept is not None and len(kept) == 256
    assert signature("太短") is None
    assert kept == signature(BODY.replace("，", ",")), "punctuation counts"
    assert kept[:8].hex() == "c0180602f0bd5a05"
