"""Whether a page agrees with itself: numbers, sums, periods, places, attachments. Pure; one function per kind of fault."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.accuracy.annual import annual_tables
from monitor.accuracy.attached import attached
from monitor.accuracy.documents import late_disclosure, number_year, other_number, written_later
from monitor.accuracy.elements import attachments, disagreements, nothing
from monitor.accuracy.page import PageFacts
from monitor.accuracy.places import foreign_county, foreign_place
from monitor.accuracy.publicity import short_publicity
from monitor.accuracy.sums import wrong_counts, wrong_sums, wrong_villages
from monitor.scanned import Flaw, ScannedText

__all__ = ["CHECKS", "TITLES", "PageFacts", "check_page"]

CHECKS = (
    number_year, other_number, written_later, late_disclosure, short_publicity, foreign_place, wrong_sums, wrong_counts,
    wrong_villages, attachments, attached, nothing, disagreements, foreign_county, annual_tables,
)

TITLES = {
    "accuracy.number_year": "文号年份有误", "accuracy.other_number": "文号前后不一致", "accuracy.written_later": "成文日期晚于发布日期",
    "accuracy.late": "未在二十个工作日内公开",
    "accuracy.publicity": "公示期不足", "accuracy.foreign_place": "疑似照搬外地稿件", "accuracy.sum": "表格合计有误",
    "accuracy.count": "文表数量不一致", "accuracy.dead_attachment": "附件打不开", "accuracy.unreadable_attachment": "附件不能读取",
    "accuracy.nothing": "说明性信息未整合", "accuracy.disagreement": "页面信息前后不一致",
    "element.unread": "附件有一部分未能检查",
    "accuracy.annual_tables": "年报表格勾稽不符",
    "accuracy.attachment_year": "附件年份与标题不符",
    "accuracy.attachment_number": "附件文号与页面不一致", "accuracy.attachment_date": "附件日期与页面不一致",
}
"""What a finding of each rule is called."""


def check_page(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """Every check over one page and its attachments."""
    for check in CHECKS:
        yield from check(page, text)
