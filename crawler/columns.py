"""Which links of a government site lead to columns worth watching, by the names that regulations and habit give them. Pure.

Names: 政府信息公开条例 articles 19-21, the standard catalogues (国办发〔2019〕54号), the column classes of 国办秘函〔2019〕19号.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.addresses import on_hosts
from crawler.platforms.base import DOCUMENT, canonical_key
from crawler.readers.listing import looks_like_article, parse_date

_NAMED = frozenset("""
政府信息公开 信息公开 政务公开 公开目录 信息公开目录 政府信息公开目录 法定主动公开内容 主动公开 基层政务公开 镇务公开 村务公开
重点领域信息公开 通知公告 公示公告 公告公示 通知公示 公告栏 通知 公告 公示 最新公告 工作动态 政务动态 镇情动态 乡镇动态 镇街动态
部门动态 新闻动态 政务要闻 要闻动态 本地要闻 政策文件 政策法规 规范性文件 镇政府文件 政府文件 政策解读 规划计划 规划信息
财政信息 财政资金 财政预决算 预决算公开 预算决算 部门预算 部门决算 人事信息 人事任免 招考录用 招标采购 政府采购 公共资源配置
重大建设项目 机构职能 机构设置 领导信息 领导之窗 领导分工 会议公开 会议信息 建议提案 应急管理 突发事件 行政执法 行政许可
行政处罚 权责清单 乡村振兴 扶贫 惠民补贴 涉农补贴 社会救助 社会保险 养老服务 就业创业 环境保护 生态环境 食品药品监管 征地补偿
征地信息 土地征收 农村危房改造 公共文化服务 义务教育 医疗卫生 安全生产 救灾 保障性住房 税费优惠 政府信息公开年报 信息公开年报
年度报告 政府信息公开制度 回应关切 意见征集 民意征集 征集反馈
""".split())
_PARTS = re.compile(
    r"公开|公示|公告|通知|动态|要闻|新闻|政策|文件|解读|规划|计划|财政|预算|决算|人事|采购|招标|应急|救助|补贴|年报|年度报告"
    r"|征地|执法|关切|征集"
)
_NOT = re.compile(
    r"登录|注册|信箱|邮箱|搜索|检索|无障碍|手机|客户端|微信|微博|专题|更多|友情链接|网站地图|依申请|指南|意见箱|投诉|举报|咨询"
    r"|办事|查询|下载中心|回到|返回|首页|^\W*$"
)
_HUBS = re.compile(r"公开|目录")
_LONGEST, _LONGEST_UNKNOWN = 14, 10


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """A link to a column. ``certain``: it bears a name of the field; ``possible``: its name only contains a word of it."""

    name: str
    url: str
    confidence: Literal["certain", "possible"]

    @property
    def hub(self) -> bool:
        """Whether columns of columns are to be expected behind it."""
        return bool(_HUBS.search(self.name))


def column_links(html: str, url: str, hosts: Sequence[str]) -> list[ColumnLink]:
    """The columns that a page links to on its own hosts, those with a name of the field first, each once."""
    found: dict[str, ColumnLink] = {}
    for link in LexborHTMLParser(html or "<html></html>").css("a[href]"):
        one = _column(link, url, hosts)
        before = found.get(column_key(one.url)) if one is not None else None
        if one is not None and (before is None or (before.confidence, one.confidence) == ("possible", "certain")):
            found[column_key(one.url)] = one
    found.pop(column_key(url), None)
    return sorted(found.values(), key=lambda link: link.confidence != "certain")


def column_key(url: str) -> str:
    """Two addresses of one page: gkmlpt's columns differ in their fragments alone."""
    fragment = urlsplit(url).fragment
    return canonical_key(url).removesuffix("index.html") + (f"#{fragment}" if fragment.isdigit() else "")


def _column(link: LexborNode, url: str, hosts: Sequence[str]) -> ColumnLink | None:
    href = (link.attributes.get("href") or "").strip()
    name = re.sub(r"[\s>»›·•|\[\]]+", "", link.attributes.get("title") or link.text() or "")
    if not name or len(name) > _LONGEST or _NOT.search(name) or href.lower().startswith(("#", "javascript:", "mailto:", "tel:")):
        return None
    target = urljoin(url, href)
    if not on_hosts(target, hosts) or DOCUMENT.search(urlsplit(target).path):
        return None
    if name in _NAMED:
        return ColumnLink(name, target, "certain")
    return ColumnLink(name, target, "possible") if _PARTS.search(name) and not _is_row(link, name, target) else None


def _is_row(link: LexborNode, name: str, target: str) -> bool:
    """Whether a link is an article's: a long name, an address like one, or a date beside it."""
    beside = link.parent.text(separator=" ") if link.parent is not None else ""
    return len(name) > _LONGEST_UNKNOWN or looks_like_article(target) or (len(beside) < 100 and parse_date(beside) is not None)
