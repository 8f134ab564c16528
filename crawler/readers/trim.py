"""What stands in an article's container but is not its text: the headline, the line of date and source, tools, credits and
what follows the end."""

from __future__ import annotations

import re

from crawler.readers.body import BOILERPLATE_WEIGHT, Weights
from crawler.readers.dates import find_dates
from crawler.readers.page import Line, Page

_ROOM = 14
# A short text is text all the same: what has said a sentence has begun.
_SENTENCE = re.compile(r"[\u3400-\u9fff]{4}.*[，,].*[。！？]")
_AGO = re.compile(r"\d+\s?(?:秒钟?|分钟?|分鐘|小时|小時|天|周|週|个?月|個月|年)(?:以?前)(?=$|[\s·|｜]{0,3}回[复覆]$)")
_FIGURES = re.compile(r"\d+")
_INFO = re.compile(
    r"(?:信息|文章|稿件|新闻)?(?:来\s?源|稿源|來源)\s*[:：]|(?:发布|发表|更新|发稿|發佈|更新)(?:时间|日期|時間)|^(?:时间|日期|作者|编辑|责任?编辑|审核|记者|责编|"
    r"责任编辑|撰稿|供稿|文号|发文字号|索引号)\s*[:：]|浏览(?:次数|量)?\s*[:：]|点击(?:数|率|次数|量)?\s*[:：]|阅读(?:次数|量)?\s*[:：]|阅读\s*\d|字号|字体|"
    r"大\s*中\s*小|打\s*印|分享|收藏|我要评论|我有话说|参与评论|条评论|人参与|人评论|评论\s*[(（]|转发|关闭窗口|【关闭】|语音播报|扫一扫|扫码|"
    r"^\d+$|^[|/·—\-\s]+$|背景色|视力保护|首页\s*[>》〉]|当前位置|您?现在的位置|您所在的?位置|您的位置|纠错|字級|友善列印|轉寄|推文|分享至"
)
_OPEN = r"^[【\[（(<《■●◎·>▪►\s]*"
# Ends the text wherever it opens a line.
_END = re.compile(
    _OPEN + r"(?:(?:责任编辑|責任編輯|责编|编辑|编辑整理|本文来源|审核|文章关键词|热门关键词|本篇新闻热门关键词|关键[词字]|關鍵[詞字]|标签|本文关键[词字]|标签列表|(?:文章|本文)标签|Tags?|TAGS?|所属专题|(?:本文|原文)(?:链接|网址|地址)|郑重声明|[上下]篇|推薦閱讀|声明|特别声明|版权声明|免责声明|分享到|分享|转载声明|"
    r"上一[篇条页]|下一[篇条页]|上一則|下一則|推荐阅读|延伸閱讀|延伸阅读|相关(?:新闻|阅读|链接|报道|文章|专题|推荐|信息|稿件|主题|内容|解读|政策|资讯)|相關(?:新聞|報導|文章|連結))\s*[:：]|"
    r"责任编辑|责编|【?(?:打印|关闭|评论|推荐|收藏)】|打印(?:本[页文稿])|关闭(?:本页|窗口)|微信扫|扫描二维码|网友评论|最新评论|我要评论|发表评论|我来说两句|评论\s*[(（]?\d|已有\s*\d+\s*(?:人|条)|欢迎发表评论|"
    r"已收藏|收藏\s*\||您可通过|扫一扫.{0,8}(?:手机|打开|分享|查看|关注)|更多[>》]|\d+人参与|凡(?:本网|本站)?.{0,4}注明)"
)
# Ends it only where it is all that the line says.
_END_LINE = re.compile(
    _OPEN + r"(?:相关(?:新闻|阅读|链接|报道|文章|专题|推荐|信息|稿件|主题|内容|解读|政策|资讯)|相關(?:新聞|報導|文章|連結)|延伸閱讀|延伸阅读|推荐阅读|为[您你]推荐|[热為]?门推荐|热点推荐|精彩推荐|更多精彩(?:内容)?|猜你喜欢|"
    r"您?你?可能(?:还|也)?(?:感兴趣|喜欢)的?.{0,4}|大家都在看|更多(?:报道|新闻|信息|文章|资讯|动态)|热门(?:文章|新闻|排行|评论)|热点新闻|今日热点|新闻排行|点击排行|阅读排行|相关附件|返回(?:列表|首页|顶部|搜狐.{0,10})?|(?:pdf|word|doc|PDF|WORD|Word)下载|分享|分享到|评论|暂无评论|举报|投诉|收藏|转发|打印|关闭|"
    r"上一[篇条页]|下一[篇条页]|文件下载|相关附件下载|网友评论|声明|免责声明|特别声明|版权声明|热门标签|标签|关键词|回复线索|全部回复|最新回复|网友跟帖|跟帖|同步分享|点赞|展开全文|点击查看更多|"
    r"(?:我要|内容|页面)?纠错|返回上一页|(?:收藏|保存|加入|打印)(?:本页|收藏|文章)|设为首页|下载文档|[↑▲]?(?:返回顶部|TOP|top)|相关(?:评论|图片|视频|帖子|博文|搜索|标签|知识)|更多相关(?:新闻|报道|信息|文章|阅读)|"
    r"阅读推荐|编辑推荐|今日推荐|图片新闻|新闻排行榜|最新(?:文章|新闻|评论|信息)|最近更新|[前后]一篇|分享[到至].{1,8}|转发分享|(?:扫码|点击)关注.{0,10}|关注(?:我们|公众号)|官方微信|用?手机查?看|在手机上查看|"
    r"(?:用户|全部)评论|评论列表|\d+\s?条评论|登录后.{0,4}评论|文明上网[，,]?\s?理性发言.{0,10}|我有话说|发表回复|添加评论|(?:阅读|查看)原文|赞\s?(?:[(（]\d*[)）])?|喜欢|打赏|赞赏(?:支持)?|支持一下|(?:展开)?(?:阅读|查看)全文|"
    r"下载(?:APP|App|app)|打开(?:APP|App|app).{0,8}|推薦閱讀|更多新聞|熱門(?:新聞|文章)|加入書籤|(?:網友|發表)?回應|(?:我要)?留言|轉寄|列印|[上下]一頁|回(?:上一頁|頂端|首頁))[:：>》】\])）|｜\s]*$"
)
_EDITOR = re.compile(
    r"[（(\[【]?\s*(?:(?:责任编辑|責任編輯|责编|编辑|編輯|實習編輯|实习编辑)\s*[:：]?[^，。]{0,24}|[\u4e00-\u9fff]{2,4}\s*(?:编辑|編輯|责编)|"
    r"(?:(?:[初复终一二三编]审|审[签核校稿](?:人|员)?|责任校对|校对|美编|排版|值班(?:主任|编辑|编委)|监制|主编|总编辑|签发|撰稿|拟稿|录入|信息(?:发布)?员|发布人|"
    r"(?:本文|新媒体|图文|视频|文字)编辑)(?:人|员)?\s*[:：丨][^，。:：]{0,12}){1,5})[)）\]】]?$"
)


def trimmed(page: Page, weights: Weights, start: int, end: int, headline: int | None) -> tuple[int, int]:
    """The lines of a container from behind the headline and its line of date and source to the end of the text."""
    if headline is not None and start <= headline < end and weights.of(start, headline) < 0.5 * weights.of(start, end):
        start = headline + 1
    elif headline is not None and headline < start < end:
        start = _from_above(page, weights, headline, start)
    return _after_info(page, weights, start, end), end


def short_text(page: Page, weights: Weights, start: int) -> tuple[int, int]:
    """What stands behind the headline of a page without prose (本月无此类信息): up to the first link, aside or boilerplate;
    the line of date and source, and a warning about old browsers, stand before it."""
    lines = page.lines
    while start < len(lines) and not weights.aside[start] and (weights.lines[start] == BOILERPLATE_WEIGHT or is_info(lines[start])):
        start += 1
    end = start
    while end < min(start + 12, len(lines)) and weights.lines[end] > -8.0 and not weights.aside[end]:
        end += 1
    return start, end


def _from_above(page: Page, weights: Weights, headline: int, start: int) -> int:
    """A text that has no element of its own begins where its paragraphs begin, with whom it addresses (各村、各单位：)."""
    first = page.lines[start].node
    parent = page.nodes[first].parent
    while start - 1 > headline and not weights.aside[start - 1]:
        above = page.lines[start - 1]
        if weights.lines[start - 1] < 0 and (weights.lines[start - 1] < -1 or not above.text.endswith(("：", ":"))):
            break
        beside = page.nodes[above.node].parent == parent and page.nodes[above.node].tag == "p"
        if is_info(above) or not (above.node == first or beside):
            break
        start -= 1
    return start


def first_post(page: Page, weights: Weights, start: int, end: int) -> int:
    """Where the first of several posts ends (a forum thread, a list of blog entries): at the second of three or more lines
    of author and time that are alike but for the figures; at the first of them where they stand behind their posts.
    ``end`` for an article. A reply of an office has one or two such lines and is kept."""
    bylines: dict[str, list[int]] = {}
    for index in range(start, end):
        text = page.lines[index].text
        if len(text) <= 24 and text.endswith(("前", "回复", "回覆")) and (ago := _AGO.search(text)):
            bylines.setdefault(_FIGURES.sub("0", ago[0]), []).append(index)
        elif len(text) <= 60 and ":" in text and (found := next(find_dates(text), None)) and found.moment.has_time:
            form = _FIGURES.sub("0", text[: found.end])
            bylines.setdefault(form, []).append(index)
    for places in bylines.values():
        if len(places) < 3:
            continue
        if weights.of(start, places[0]) > 120:
            return places[0]
        cut = places[1]
        while cut > places[0] + 1 and weights.lines[cut - 1] < 20:
            cut -= 1
        return cut
    return end


def end_of_text(page: Page, weights: Weights, start: int, end: int) -> int:
    """Where the text ends: at the first closing mark that has most of the prose before it, and no blank talk after."""
    total = sum(max(weights.lines[index], 0.0) for index in range(start, end))
    before = 0.0
    for index in range(start, end):
        line = page.lines[index]
        if before >= 0.5 * total and index > start and ends_text(line.text):
            end = index
            break
        before += max(weights.lines[index], 0.0)
    while end > start and _closing(page.lines[end - 1]):
        end -= 1
    return end


def ends_text(text: str) -> bool:
    """Whether a line is one of those that stand behind an article."""
    return len(text) <= 120 and bool(_END.match(text) or _END_LINE.match(text))


def _after_info(page: Page, weights: Weights, start: int, end: int) -> int:
    """Skip the lines about the article that stand before its text."""
    last = start
    for index in range(start, min(start + _ROOM, end)):
        line = page.lines[index]
        if is_info(line) and not (line.text.isdigit() and line.row >= 0 and page.nodes[line.row].cells > 1):
            last = index + 1
        elif weights.lines[index] > 40 or _SENTENCE.search(line.text):
            break
    return last


def is_info(line: Line) -> bool:
    """Whether a line tells of the article (date, source, tools) and not what it says."""
    text = line.text
    if len(text) > 120 or "。" in text:
        return False
    if _INFO.search(text):
        return True
    return any(len(text) - (found.end - found.start) <= 16 for found in find_dates(text))


def _closing(line: Line) -> bool:
    text = line.text
    return len(text) <= 60 and bool(_EDITOR.match(text) or (line.links * 2 > len(text) and ends_text(text)))
