"""The disclosure index (信息公开目录 head) of a page: 索引号, 发布机构, 成文日期, 文号..., read by label, never by place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from crawler.readers.page import Line, Page

_FIELDS = {
    "index_no": "索引号 索取号 信息索引号 信息索取号 公开索引号 索引编号",
    "publisher": "发布机构 发文机关 发布机关 发布单位 发文单位 发文机构 公开机构 信息发布机构 制发机关 制发机构 公布机关 公布机构 "
    "公开主体 制定机关 公开责任部门 公开责任单位 责任部门 发布部门 公开单位 发文部门",
    "written": "成文日期 成文时间 生成日期 生成时间 发文日期 发文时间 制发日期 印发日期 信息生成日期 生成日期时间 形成日期 签署日期",
    "published": "发布日期 发布时间 公布日期 公布时间 公开日期 公开时间 信息发布日期 上网日期 发布日期时间",
    "doc_no": "文号 发文字号 发文文号 公文文号 文件编号 发文号 文件字号 发文编号 发布文号",
    "title": "标题 名称 信息名称 文件名称 文件标题 公文标题 信息标题",
    "validity": "有效性 是否有效 时效性 效力状态 文件状态 有效状态 信息有效性 时效状态",
    "source": "信息来源 来源",
    "": "信息分类 组配分类 主题分类 体裁分类 服务对象分类 对象分类 生命周期分类 分类 公文种类 公文类别 体裁 主题词 关键词 关键字 内容概述 "
    "信息内容概述 摘要 语种 信息格式 信息格式/语种 载体类型 记录形式 公开方式 公开形式 公开时限 公开范围 公开程序 公开类别 公开属性 公开类型 "
    "生效日期 生效时间 实施日期 施行日期 废止日期 失效日期 失效时间 终止日期 截止日期 统一登记号 统一编号 登记号 政策咨询机关 政策咨询电话 "
    "所属机构 所属主题 信息类别 发布者 效力级别 审核程序 浏览次数 点击数 阅读次数 字号",
}
_FIELD_OF = {label: field for field, labels in _FIELDS.items() for label in labels.split()}
# Labels that ordinary articles do not print: at least one must be there for a group of labels to be an index.
_CORE = frozenset("索引号 索取号 信息索引号 信息索取号 公开索引号 发文字号 成文日期 生成日期 组配分类 主题分类 信息分类 有效性 公开方式 公开形式 "
                  "体裁分类 服务对象分类 内容概述 统一登记号 发文机关 发布机构 文号".split())  # fmt: skip
_LABEL_CHARS = re.compile(r"[\s　:：\[\]【】*]+")
_FIRST = frozenset(label[:1] for label in _FIELD_OF) | set(" 　:：[]【】*")
# A label with its colon, or in square brackets of its own, which need none: "[ 索 引 号 ] 003043524/...".
_INLINE = re.compile(
    "(?:^|(?<=[\\s　;；|，,】])|(?<=[）)\\d]))([\\[【][ 　]*)?("
    + "|".join("[ 　]*".join(map(re.escape, label)) for label in sorted(_FIELD_OF, key=len, reverse=True))
    + ")(?(1)[ 　]*[\\]】]|[\\]】]?)[ 　]*(?:[:：]|(?(1)|(?!)))"
)
_GAP = 8
_NOTHING = frozenset({"", "无", "-", "--", "——", "/", "暂无", "空", "null", "None"})


def index_of(page: Page) -> dict[str, str]:
    """Labels, without inner spaces and colons, and their values as printed, of the page's disclosure index.

    An index is a group of such labels that stand together and hold at least one that only an index has. It is often
    printed twice (for wide and narrow screens): the first one counts. Empty where the page has none."""
    group: dict[str, str] = {}
    last = -_GAP - 1
    for position, label, value in _labelled(page):
        if position - last > _GAP:
            if _is_index(group):
                break
            group = {}
        if label in group and _is_index(group) and label == next(iter(group)):
            break
        group.setdefault(label, value)
        last = position
    return group if _is_index(group) else {}


def field(index: dict[str, str], name: str) -> str | None:
    """The value of a field (``index_no``, ``publisher``, ``written``...) under whichever label the page prints it."""
    for label, value in index.items():
        if _FIELD_OF[label] == name and value not in _NOTHING:
            return value
    return None


def _is_index(group: dict[str, str]) -> bool:
    return len(group) >= 3 and not _CORE.isdisjoint(group)


def _labelled(page: Page) -> Iterator[tuple[int, str, str]]:
    """Every label with its value in page order: beside it in its row, behind its colon, or on the next line."""
    for position, line in enumerate(page.lines):
        if len(line.text) > 400:
            continue
        label = _LABEL_CHARS.sub("", line.text) if len(line.text) < 20 and line.text[0] in _FIRST else ""
        if label in _FIELD_OF:
            yield position, label, _beside(page, position, line)
        elif "：" in line.text or ":" in line.text or line.text[0] in "[【":
            for label, value in _in_line(line.text):
                yield position, label, value


def _in_line(text: str) -> Iterator[tuple[str, str]]:
    found = list(_INLINE.finditer(text))
    for here, following in zip_longest(found, found[1:]):
        end = following.start() if following else len(text)
        yield _LABEL_CHARS.sub("", here[2]), text[here.end() : end].strip(" 　;；|")


def _beside(page: Page, position: int, line: Line) -> str:
    """The value of a label that fills its line: the next cell of its row, else the next line unless that is a label."""
    following = page.lines[position + 1 : position + 6]
    if line.row >= 0:
        beside = next((other.cell for other in following if other.row == line.row and other.cell > line.cell), -1)
        cells = [other.text for other in following if (other.row, other.cell) == (line.row, beside)]
        same = [other.text for other in following if (other.row, other.cell) == (line.row, line.cell)]
        value = " ".join(cells or same)
    else:
        # Only what stands in the same box: the value of an empty label is not the next thing on the page.
        parent = page.nodes[line.node].parent
        inside = following[:1] if following and page.nodes[following[0].node].parent == parent else []
        value = inside[0].text if inside and line.node != inside[0].node else ""
    return "" if _LABEL_CHARS.sub("", value) in _FIELD_OF or _INLINE.match(value) else value
