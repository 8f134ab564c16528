"""What an answer means before anyone reads it: there, gone, refused, or out of reach. Refused is never called empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from core.nouns import Outcome
from crawler.platforms.base import Failure

Result = TypeVar("Result")
REFUSED = frozenset({401, 403, 405, 412, 418, 429, 451, 521})
GONE = frozenset({404, 410})
_WAF = re.compile(
    r"__jsl_clearance|jsl_clearance_s|加速乐|创宇盾|知道创宇云安全|网防G01|疑似(?:黑客)?攻击|WZWS-RAY|wzws_cid|安全狗|云防护"
    r"|访问(?:请求)?(?:被|已被)\S{0,12}(?:拦截|阻断)|请求(?:可能)?存在威胁", re.IGNORECASE
)
_LARGEST_BLOCK_PAGE = 40_000
_GONE = re.compile(
    r"(?:页面|网页|文章|信息|内容|文件|链接|地址)[^，。！\s]{0,8}(?:不存在|已(?:经)?(?:被)?(?:删除|撤下|下线|移除)|找不到|未找到|无法找到)"
    r"|(?:找不到|没有找到)[^，。！\s]{0,10}(?:页面|网页|文章|内容)|404\s*(?:notfound|错误|页面)|(?:page|file)notfound", re.IGNORECASE
)
_TITLE = re.compile(r"<title[^>]*>([^<]{1,100})</title>", re.IGNORECASE)
_FEW_WORDS = 160
_TAGS = re.compile(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", re.DOTALL | re.IGNORECASE)


def judge(status: int, headers: Mapping[str, str], body: bytes) -> Failure | None:
    """Why an answer is not what was asked for; None where it may be read. 304 is an answer."""
    if status in GONE:
        return Failure(outcome=Outcome.REDESIGNED, reason=f"地址不存在（{status}）", definite=True)
    if status in REFUSED:
        return Failure(outcome=Outcome.BLOCKED, reason=f"被拒绝（{status}）")
    if status >= 500:
        return Failure(outcome=Outcome.UNREACHABLE, reason=f"服务器出错（{status}）")
    if status >= 300 and status != 304:
        return Failure(outcome=Outcome.UNREACHABLE, reason=f"不能读取（{status}）")
    if status == 200 and _block_page(body):
        return Failure(outcome=Outcome.BLOCKED, reason="返回防火墙拦截页")
    if status == 200 and _gone_page(body):
        return Failure(outcome=Outcome.REDESIGNED, reason="网页提示内容已不存在", definite=True)
    return None


def guarded(read: Callable[..., Result | Failure], *arguments: Any) -> Result | Failure:
    """What a reader reads; a page that breaks the reader is a failure that a person sees, not the end of the run."""
    try:
        return read(*arguments)
    except Exception as error:  # noqa: BLE001 -- becomes the outcome of the source, with its reason
        return Failure(outcome=Outcome.REDESIGNED, reason=f"读取程序出错：{type(error).__name__}: {error}")


def _gone_page(body: bytes) -> bool:
    """A page with 200 whose title, or whose few words, say that it is not there. An article about such pages has more to say."""
    if not body or len(body) > _LARGEST_BLOCK_PAGE or body[:1] in (b"{", b"[", b"%"):
        return False
    for html in (body.decode("utf-8", "ignore"), body.decode("gb18030", "ignore")):
        title = _TITLE.search(html)
        words = "".join(_TAGS.sub(" ", html).split())
        if len(words) < _FEW_WORDS and (_GONE.search(words) or (title and _GONE.search(title[1]))):
            return True
    return False


def _block_page(body: bytes) -> bool:
    """A small page that speaks of nothing but its firewall. Articles that mention one are long."""
    if not body or len(body) > _LARGEST_BLOCK_PAGE or body[:1] in (b"{", b"["):
        return False
    html = body.decode("utf-8", "ignore")
    match = _WAF.search(html) or _WAF.search(body.decode("gb18030", "ignore"))
    return match is not None and len("".join(_TAGS.sub(" ", html).split())) < 600
