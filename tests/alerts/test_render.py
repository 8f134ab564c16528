"""What a message looks like: reasons, masks, the id, and parts counted in bytes."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.render import mail_html, message, split_bytes
from core.nouns import AlertItem, Delivery, DeliveryStatus, Reason, Severity
from tests.alerts.parts import WEDNESDAY, item, settings

RULES = settings(max_items=3, workbench_url="http://10.0.0.8:8000/")


def text_of(*items: AlertItem, workbench: str = "") -> str:
    title, body = message(items, settings(max_items=3, workbench_url=workbench), "20260304-0123456789", WEDNESDAY)
    return f"{title}\n{body}"


def test_a_message_says_why_what_until_when_and_where() -> None:
    text = text_of(
        item(reason=Reason.ESCALATED, severity=Severity.VETO, state="overdue", title="首页两周未更新",
             detail="最近一条 2 月 3 日", due=date(2026, 3, 3), url="http://town.example/a"),
        item("7", kind="case", reason=Reason.RESOLVED, state="resolved", title="路灯不亮"),
    )
    assert text == (
        "【漫水河镇】巡检提醒：升级 1 项、已解决 1 项（单项否决 1 项）\n"
        "【升级】超过规定时间仍未办结，按规定升级报告\n"
        "■ 单项否决\n"
        "1. 首页两周未更新\n"
        "   情况：最近一条 2 月 3 日\n"
        "   期限：2026-03-03（已逾期）\n"
        "   查看：http://town.example/a\n"
        "【已解决】此前通报的事项已确认解决\n"
        "2. 舆情：路灯不亮\n"
        "编号 20260304-0123456789，重复收到同一编号请忽略。（2026-03-04 09:00）\n"
    )


def test_a_message_of_more_than_it_shows_counts_them_first_and_last() -> None:
    many = [item(f"v{n}", reason=Reason.NEW, severity=Severity.VETO) for n in range(2)]
    many += [item(f"f{n}", reason=Reason.NEW, severity=Severity.ERROR) for n in range(3)]
    many += [item(str(n), kind="case", reason=Reason.NEW, state="overdue") for n in range(2)]
    # A veto that is over is no alarm.
    many.append(item("v9", reason=Reason.RESOLVED, severity=Severity.VETO, state="resolved"))
    lines = text_of(*many).splitlines()
    assert lines[:2] == [
        "【漫水河镇】巡检提醒：新增 7 项、已解决 1 项（单项否决 2 项）",
        "共 8 项：问题 6 项（单项否决 2、错误 3、已解决 1）、舆情 2 项。其中已逾期 2 项。",
    ]
    assert "另有 5 项（错误 2、已解决 1、舆情 2），请到工作台查看" in lines
    assert not any(line.startswith("共 ") for line in text_of(*many[:3]).splitlines())


def test_each_reason_and_severity_is_said_once_and_what_was_told_before_is_short() -> None:
    told = [item(f"n{n}", reason=Reason.NEW, severity=Severity.ERROR, title=f"新{n}", detail="细节") for n in range(2)]
    told += [item("v", reason=Reason.REMINDER, severity=Severity.VETO, title="否决", detail="说过", due=date(2026, 3, 9))]
    told += [item(f"w{n}", reason=Reason.REMINDER, title=f"旧{n}", detail="说过") for n in range(7)]
    _, body = message(told, settings(max_items=8), "1", WEDNESDAY)
    assert body.splitlines()[1:] == [
        "【新增】新发现，或状态有变化，共 2 项", "■ 错误 2 项", "1. 新0", "   情况：细节", "2. 新1", "   情况：细节",
        # Of a reminder the deadline is what counts; its words were read before.
        "【催办】仍未处理，再次提醒，共 8 项", "■ 单项否决", "3. 否决", "   期限：2026-03-09",
        "■ 警告 7 项，列出 5 项", *(f"{n + 4}. 旧{n}" for n in range(5)),
        "另有 2 项（警告 2），请到工作台查看", "编号 1，重复收到同一编号请忽略。（2026-03-04 09:00）",
    ]


@pytest.mark.parametrize(("severity", "told"), [(Severity.VETO, True), (Severity.ERROR, False)])
def test_a_first_view_of_many_tells_the_whole_of_vetoes_alone(severity: Severity, told: bool) -> None:
    many = [item(f"f{n}", reason=Reason.FIRST, severity=severity, detail="细节") for n in range(6)]
    assert ("情况：细节" in message(many, settings(), "1", WEDNESDAY)[1]) is told
    assert "情况：细节" in message(many[:5], settings(), "1", WEDNESDAY)[1]


@pytest.mark.parametrize(("things", "link"), [
    (item(reason=Reason.NEW), "http://10.0.0.8:8000/towns/town/findings/f1"),
    (item("7", kind="case", reason=Reason.NEW), "http://10.0.0.8:8000/towns/town/cases/7"),
    (item("tech/robot", kind="operation", reason=Reason.NEW), "http://10.0.0.8:8000/towns/town/deliveries"),
])
def test_links_lead_to_the_workbench_where_there_is_one(things: AlertItem, link: str) -> None:
    assert f"查看：{link}\n" in text_of(things, workbench="http://10.0.0.8:8000/")


PRIVATE = "电话13812345678，身份证342425199001011234，卡号6222021234567890123"


def test_private_numbers_never_leave() -> None:
    text = text_of(item(reason=Reason.NEW, title=PRIVATE, detail=PRIVATE, url="http://x.example/?tel=13812345678"))
    for number in ("13812345678", "342425199001011234", "6222021234567890123"):
        assert number not in text
    assert "138****5678" in text
    # A masked address would lead nowhere.
    assert "查看" not in text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://x.example/ 编号 1，已办结", ""])
def test_what_is_no_address_is_not_a_link(url: str) -> None:
    assert "查看" not in text_of(item(reason=Reason.NEW, url=url))


def test_text_of_a_page_cannot_look_like_a_line_of_ours() -> None:
    text = text_of(item(reason=Reason.NEW, title="标题\n2. [已解决] 假的一行\r\n\u202e倒写"))
    assert len([line for line in text.splitlines() if line[:2] in ("1.", "2.")]) == 1
    assert "\u202e" not in text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def delivery(*items: AlertItem, body: str = "正文") -> Delivery:
    return Delivery(
        id="20260304-x", alert="a", reason=Reason.NEW, recipient="clerk", channel="mail", title="标题<b>", body=body,
        items=items, status=DeliveryStatus.PENDING, attempts=0, created_at=WEDNESDAY,
    )


def test_a_mail_is_html_that_stays_harmless() -> None:
    seen = _Tags()
    hostile = item(reason=Reason.NEW, title="<img src=x onerror=alert(1)>", detail=PRIVATE)
    seen.feed(mail_html(delivery(hostile, *(item(f"f{n}", reason=Reason.REMINDER) for n in range(5))), RULES))
    assert "img" not in seen.tags
    assert "<img src=x" in seen.text
    assert "138****5678" in seen.text
    assert "另有 3 项" in seen.text
    assert "编号 20260304-x" in seen.text


def test_a_mail_without_items_shows_its_text() -> None:
    seen = _Tags()
    seen.feed(mail_html(delivery(body="一\n<script>\n编号 9"), RULES))
    assert "script" not in seen.tags
    assert "<script>" in seen.text


def test_short_texts_are_one_part_and_cuts_fall_at_line_ends() -> None:
    assert split_bytes("一二三\n", 80) == ["一二三\n"]
    parts = split_bytes("".join(f"第{number}行的内容\n" for number in range(20)), 120, "编号 7")
    assert parts[0].startswith(f"（1/{len(parts)}，编号 7）\n第0行的内容\n")
    assert all(part.splitlines()[-1].endswith("内容") for part in parts)


def test_a_limit_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        split_bytes("x" * 100, 40)


OTHER_LINE_ENDS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters=OTHER_LINE_ENDS), max_size=3000)


@given(TEXTS, st.integers(80, 2048))
def test_no_part_is_too_long_and_no_character_is_lost(text: str, limit: int) -> None:
    parts = split_bytes(text, limit)
    assert all(len(part.encode()) <= limit for part in parts)
    whole = "".join(parts) if len(parts) == 1 else "".join(part.partition("\n")[2] for part in parts)
    assert whole.replace("\n", "") == text.replace("\n", "")
