"""Numbers and days of official documents: the year of 文号, the number in the text, 20 working days to publication."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from core.errors import CalendarHorizonError
from core.nouns import Severity
from core.text import fold_plain
from monitor.accuracy.page import PageFacts, flaw, paragraphs
from monitor.scanned import Flaw, ScannedText

LIMIT_WORKDAYS = 20
"""《政府信息公开条例》第二十六条: within 20 working days of 形成或者变更."""
_HISTORY = timedelta(days=366)
NUMBER = re.compile(r"(?P<organ>[\u4e00-\u9fff]{2,14})[〔\[［(（【](?P<year>(?:19|20)\d{2})[〕\]］)）】]第?(?P<no>\d{1,4})号")
ALONE = re.compile(rf"^\s*(?:文号|发文字号|文件编号)?[:：]?\s*{NUMBER.pattern}\s*$")


def number_year(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """A number of another year than that in which the document was made. Numbers are given by the calendar year (党政机关公文处理
    工作条例 art. 9); one of December may be published in January."""
    match = NUMBER.search(page.doc_no or "")
    if match is None:
        return
    year = int(match["year"])
    if page.written is not None and year != page.written.year:
        yield flaw("number_year", Severity.ERROR, "文号", page.doc_no,
                   f"文号为{year}年，成文日期为{page.written}，请核对文号或成文日期。")  # fmt: skip
    elif page.written is None and page.published is not None and year > page.published.year:
        yield flaw("number_year", Severity.ERROR, "文号", page.doc_no, f"文号年份晚于发布日期（{page.published}），请核对。")


def other_number(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """The number that stands alone at the head of the text, against that of the page's description."""
    described = NUMBER.search(page.doc_no or "")
    if described is None:
        return
    head = [paragraph for paragraph in paragraphs(text)[:4] if not paragraph.where.startswith("附件《")]
    for paragraph in head:
        written = ALONE.match(paragraph.text)
        if written is None:
            continue
        if not same_number(written, described):
            yield flaw("other_number", Severity.ERROR, paragraph.where, paragraph.text.strip()[:40],
                       f"正文文号与页面所标文号“{page.doc_no}”不一致，请核对。")  # fmt: skip
        return


def written_later(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """Made after it was published: one of the two days is wrong."""
    if page.written is not None and page.published is not None and page.written > page.published:
        yield flaw("written_later", Severity.WARN, "成文日期", f"{page.written}成文，{page.published}发布",
                   "成文日期晚于发布日期，请核对两个日期。")  # fmt: skip


def late_disclosure(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """Published later than the law allows. What is over a year old when it comes is an archive being filled, not a delay."""
    if page.written is None or page.published is None or not page.written < page.published <= page.written + _HISTORY:
        return
    try:
        deadline = page.calendar.add(page.written, LIMIT_WORKDAYS)
    except CalendarHorizonError:
        return
    if page.published > deadline.day:
        yield flaw("late", Severity.WARN, "发布日期", f"{page.written}成文，{page.published}发布",
                   f"应于{deadline.day}前公开（《政府信息公开条例》第二十六条：二十个工作日内）。")  # fmt: skip


def same_number(one: re.Match[str], other: re.Match[str]) -> bool:
    """The same year and number, of organs of which one may be written longer (霍山县漫政, 漫政)."""
    organs = fold_plain(one["organ"]), fold_plain(other["organ"])
    longer = organs[0].endswith(organs[1]) or organs[1].endswith(organs[0])
    return longer and one["year"] == other["year"] and int(one["no"]) == int(other["no"])
