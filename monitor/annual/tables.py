"""The tables of sections two, three and four, as the format of 国办公开办函〔2021〕30号 fixes their rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
"""The columns of table 3; the middle five are 法人或其他组织."""
REVIEW_RESULTS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
REVIEWS = ("行政复议", "行政诉讼·未经复议直接起诉", "行政诉讼·复议后起诉")
"""The blocks of table 4."""


@dataclass(frozen=True, slots=True)
class Line:
    """One data row of table 3. ``group``: the heading of section three that it belongs to; "" for the rows around it."""

    key: str
    label: str
    group: str = ""
    result: bool = True
    """Whether it is one of the outcomes that add up to 三（七）."""


NEW, CARRIED_IN, TOTAL, CARRIED_OUT = "new", "carried_in", "total", "carried_out"
REFUSED, IMPOSSIBLE, UNHANDLED, OTHERWISE = "（三）不予公开", "（四）无法提供", "（五）不予处理", "（六）其他处理"

LINES = (
    Line(NEW, "一、本年新收政府信息公开申请数量", result=False),
    Line(CARRIED_IN, "二、上年结转政府信息公开申请数量", result=False),
    Line("open", "（一）予以公开"),
    Line("partial", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
    Line("secret", "1.属于国家秘密", REFUSED),
    Line("forbidden", "2.其他法律行政法规禁止公开", REFUSED),
    Line("stability", "3.危及“三安全一稳定”", REFUSED),
    Line("third_party", "4.保护第三方合法权益", REFUSED),
    Line("internal", "5.属于三类内部事务信息", REFUSED),
    Line("process", "6.属于四类过程性信息", REFUSED),
    Line("enforcement_file", "7.属于行政执法案卷", REFUSED),
    Line("inquiry", "8.属于行政查询事项", REFUSED),
    Line("not_held", "1.本机关不掌握相关政府信息", IMPOSSIBLE),
    Line("not_ready", "2.没有现成信息需要另行制作", IMPOSSIBLE),
    Line("still_unclear", "3.补正后申请内容仍不明确", IMPOSSIBLE),
    Line("petition", "1.信访举报投诉类申请", UNHANDLED),
    Line("repeated", "2.重复申请", UNHANDLED),
    Line("publication", "3.要求提供公开出版物", UNHANDLED),
    Line("excessive", "4.无正当理由大量反复申请", UNHANDLED),
    Line("confirmation", "5.要求行政机关确认或重新出具已获取信息", UNHANDLED),
    Line("not_corrected", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", OTHERWISE),
    Line("not_paid", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", OTHERWISE),
    Line("other", "3.其他", OTHERWISE),
    Line(TOTAL, "（七）总计", result=False),
    Line(CARRIED_OUT, "四、结转下年度继续办理", result=False),
)
LABELS = {line.key: (f"{line.group}{line.label}" if line.group else line.label) for line in LINES}

Counts = tuple[int | None, ...]
"""A row of numbers; None is a cell left blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """规章 or 行政规范性文件 (art. 20 (1)): made and repealed in the year, and in force at its end."""

    made: int | None = 0
    repealed: int | None = 0
    in_force: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """Table 2. ``fees`` in 万元."""

    regulations: Documents = Documents()
    normative: Documents = Documents()
    licences: int | None = 0
    penalties: int | None = 0
    coercions: int | None = 0
    fees: Decimal | None = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualReport:
    """A year's report. ``applications`` by the keys of LINES, seven numbers each; ``reviews`` by the names of REVIEWS, five
    numbers each; ``sections`` the text of the six sections, by number 1 to 6."""

    organ: str
    year: int
    disclosed: Disclosed = Disclosed()
    applications: Mapping[str, Counts] = field(default_factory=dict)
    reviews: Mapping[str, Counts] = field(default_factory=dict)
    sections: Mapping[int, str] = field(default_factory=dict)


def row_of(*numbers: int) -> Counts:
    """A row of table 3 from its six kinds of applicants, with their total."""
    if len(numbers) != len(APPLICANTS) - 1:
        raise ValueError(f"a row has {len(APPLICANTS) - 1} kinds of applicants, not {len(numbers)}")
    return (*numbers, sum(numbers))


def review_of(*numbers: int) -> Counts:
    """A block of table 4 from its four results, with their total."""
    if len(numbers) != len(REVIEW_RESULTS) - 1:
        raise ValueError(f"a block has {len(REVIEW_RESULTS) - 1} results, not {len(numbers)}")
    return (*numbers, sum(numbers))


def with_totals(rows: Mapping[str, Counts]) -> dict[str, Counts]:
    """Every row of table 3, absent ones as zeros, and 三（七） recomputed from the outcomes."""
    zeros = row_of(*[0] * (len(APPLICANTS) - 1))
    full = {line.key: rows.get(line.key, zeros) for line in LINES}
    outcomes = [full[line.key] for line in LINES if line.result]
    full[TOTAL] = tuple(sum(cell or 0 for cell in column) for column in zip(*outcomes, strict=True))
    return full
