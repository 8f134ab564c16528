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
