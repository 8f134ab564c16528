"""Pages of our own writing whose names tell nothing: titles of the site alone, boxes without class, words that stand behind texts."""

from __future__ import annotations

import time

import pytest

from crawler.readers import Article, read_page

TITLE = "漫水河镇扎实开展秋季秸秆禁烧工作"
SHORT = (
    "连日来，漫水河镇组织镇村干部深入田间地头，开展秸秆禁烧巡查和宣传，引导群众变废为宝。",
    "截至目前，全镇共发放宣传单三千余份，出动巡查人员二百余人次，未发现一起火点。",
)
TEXT = "".join(f"<p>{text}</p>" for text in SHORT)
MENU = "".join(f"<div><a href='/c{n}/'>{name}</a></div>" for n, name in enumerate(("首页", "镇情概况", "新闻中心", "政务公开", "便民服务", "互动交流")))
COMMENTS = "".join(f"<div><span>网友{name}</span><p>说得很有道理，希望有关部门早日把这件事情落实，让老百姓得到实惠。</p><span>2小时前</span></div>" for name in "甲乙丙丁戊")
TEASERS = "".join(f"<div><a href='/a/{n}.html'>各地积极开展春季植树活动</a><p>连日来，各地组织群众开展义务植树，为家园再添新绿。</p></div>" for n in range(3))


def read(inner: str, title: str = "某某县人民政府门户网站") -> Article:
    html = f"<html><head><meta charset='utf-8'><title>{title}</title></head><body>{inner}</body></html>"
    return read_page(html.encode(), url="https://www.example.gov.cn/x/1.html")


HEADLINES = {
    # A heading of the menus looks more like one than the headline does; it stands far from the text.
    "under a heading of the menus": f"<h1>镇村动态栏目</h1>{MENU * 3}<div>{TITLE}</div><div>2026-03-04 10:20　来源：某镇</div><div>{TEXT}</div>",
    "in a cell, then the day": f"{MENU}<table><tr><td>{TITLE}</td></tr><tr><td>2026-03-04　点击：3</td></tr><tr><td>{TEXT}</td></tr></table>",
    "over the line of who reports": f"{MENU}<div>{TITLE}</div><div>【某报╱記者某某／某镇報導】</div><div>2026/03/04</div><div>{TEXT}</div>",
    "among headings of asides": f"<h3>热门推荐栏目</h3>{MENU}<h3>{TITLE}</h3><div>2026-03-04</div><div>{TEXT}</div><h3>友情链接栏目</h3>",
}


@pytest.mark.parametrize("name", HEADLINES)
@pytest.mark.parametrize("title", ["某某县人民政府门户网站", ""])
def test_the_headline_by_its_place(name: str, title: str) -> None:
    assert read(HEADLINES[name], title).title == TITLE


BOXES = {
    "comments under it": f"<div>{TITLE}</div><div>2026-03-04</div><div>{TEXT}</div>{MENU * 3}<div>{COMMENTS}</div>",
    "teasers over it": f"<div>{TEASERS}</div>{MENU}<div>{TITLE}</div><div>2026-03-04</div><div>{TEXT}</div>",
    "both": f"<div>{TEASERS}</div>{MENU}<div>{TITLE}</div><div>2026-03-04</div><div>{TEXT}</div>{MENU * 3}<div>{COMMENTS}</div>",
}


@pytest.mark.parametrize("name", BOXES)
def test_a_short_text_under_its_headline(name: str) -> None:
    article = read(BOXES[name], f"{TITLE}_某镇")
    assert article.title == TITLE
    assert article.body.split("\n") == list(SHORT)


def test_comments_end_the_text_that_they_stand_in_one_block_with() -> None:
    """Their times end them; of the first, whose own stands behind it, what it says remains."""
    article = read(f"<h1>{TITLE}</h1><div>2026-03-04</div><div>{TEXT * 2}{COMMENTS}</div>", f"{TITLE}_某镇")
    assert article.body.split("\n")[:4] == [*SHORT, *SHORT]
    assert article.body.count("说得很有道理") == 1


CLOSINGS = (
    "【纠错】", "【我要纠错】", "返回上一页", "↑返回顶部", "收藏本页", "更多相关新闻", "阅读原文", "赞(0)", "0条评论", "文明上网，理性发言",
    "分享到微信", "扫码关注我们", "打开APP阅读全文", "最新文章", "下一頁", "▲TOP", "原文链接：http://www.example.cn/1.html", "文章标签：禁烧",
    "初审：张某　复审：李某　终审：王某", "校对：张某", "（审核人：张某）", "值班编辑：张某", "本文编辑：张某 校对：李某",
)  # fmt: skip


@pytest.mark.parametrize("closing", CLOSINGS)
def test_what_stands_behind_a_text_is_not_its_text(closing: str) -> None:
    article = read(f"<h1>{TITLE}</h1><div>2026-03-04</div><div>{TEXT}<p>{closing}</p></div>", f"{TITLE}_某镇")
    assert article.body.split("\n") == list(SHORT)


KEPT = (
    # Each begins or ends like a closing, and says something.
    "附件：秸秆禁烧包保责任表", "一审判决书已经送达，被告人当庭表示不上诉。", "值班编辑说：这张照片拍于去年。", "原文链接已经失效的，请到档案馆查阅。",
    "监制的人说，片子拍了三年，跑遍了全镇十二个村。", "供稿：某镇党政办",
)  # fmt: skip


@pytest.mark.parametrize("line", KEPT)
def test_what_only_looks_like_a_closing_is_kept(line: str) -> None:
    article = read(f"<h1>{TITLE}</h1><div>2026-03-04</div><div>{TEXT}<p>{line}</p></div>", f"{TITLE}_某镇")
    assert article.body.split("\n") == [*SHORT, line]


@pytest.mark.parametrize(
    "html",
    ["<title>" + "甲乙丙丁戊己庚辛壬癸" * 20 + "</title>" + "<div>甲乙丙丁</div><div>戊己庚辛壬癸甲乙</div>" * 40_000,
     "<table>" + "<tr><td rowspan=60 colspan=60>a" * 30_000],
    ids=["a title that repeats", "cells over cells"],
)  # fmt: skip
def test_repetition_costs_a_moment(html: str) -> None:
    """Both took minutes or a quarter of one; now a second or two."""
    begun = time.process_time()
    read_page(html.encode())
    assert time.process_time() - begun < 8
