"""Pages of our own writing in the shapes that Chinese sites have: each platform, and what trips readers up on none of them."""

from __future__ import annotations

import pytest

from crawler.readers import Article, read_page

TITLE = "漫水河镇关于做好2026年森林防火工作的通知"
FIRST = "各村（社区）、镇直各单位："
PROSE = (
    "当前天干物燥，森林火险等级居高不下，为切实做好森林防火工作，现将有关事项通知如下。",
    "一、提高思想认识。各村要把森林防火作为当前一项重要工作，主要负责同志亲自部署，落实包保责任。",
    "二、加强火源管控。严禁携带火种进山，对上坟烧纸、焚烧秸秆等行为早发现、早劝阻、早处置。",
    "三、严格值班值守。防火期内实行24小时值班，遇有火情立即报告，不得迟报、瞒报。",
)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in (FIRST, *PROSE))
NAV = "<div class='nav'><ul>" + "".join(f"<li><a href='/c{n}/'>{name}</a></li>" for n, name in enumerate(
    ["首页", "政务公开", "政务服务", "互动交流", "走进本镇", "专题专栏"])) + "</ul></div>"  # fmt: skip
FOOT = "<div class='footer'><p>主办单位：某镇人民政府　版权所有　网站标识码：3415250001</p><p>皖ICP备00000000号 皖公网安备 000号</p></div>"
CRUMB = "<div class='position'>当前位置：<a href='/'>首页</a> &gt; <a href='/zw/'>政务公开</a> &gt; 正文</div>"


def page(inner: str, head: str = f"<title>{TITLE}-某县人民政府</title>") -> str:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body>{NAV}{CRUMB}{inner}{FOOT}</body></html>"


def read(html: str, url: str | None = "https://www.example.gov.cn/x/1.html") -> Article:
    return read_page(html.encode(), url=url)


def iso(article: Article) -> str | None:
    return article.published.iso() if article.published else None


PLATFORMS = {
    "lonsun": f"<div class='newsbox'><h1 class='newstitle'>{TITLE}</h1><div class='newsinfo'><span class='fbsj'>发布时间：2026-03-04 10:20</span>"
    f"<span class='res'>信息来源：某镇人民政府</span><span>浏览次数：<b id='v'>32</b></span><span>字体：[ <a href='#'>大</a> <a href='#'>中</a> <a href='#'>小</a> ]</span></div>"
    f"<div class='wzcon j-fontContent'>{PARAGRAPHS}</div><div class='bsbox'>分享到：<a href='#'>微信</a></div></div>",
    "trs": f"<div class='xl'><h2>{TITLE}</h2><div class='time'>时间：2026-03-04 10:20　来源：某镇人民政府</div>"
    f"<div class='view TRS_UEDITOR trs_paper_default'>{PARAGRAPHS}</div><div class='gb'>【打印】【关闭】</div></div>",
    "vsb": f"<form name='_newscontent_fromname'><div class='content'><h3 class='tit'>{TITLE}</h3><p class='info'>来源：某镇人民政府 发布时间：2026年03月04日 10:20 作者： "
    f"点击：[<span id='d'></span>]</p><div id='vsb_content'><div class='v_news_content'>{PARAGRAPHS}</div></div>"
    f"<p>上一条：<a href='1.htm'>某镇召开会议</a></p><p>下一条：<a href='2.htm'>某镇开展宣传</a></p></div></form>",
    "hanweb": f"<table width='100%'><tr><td class='title' align='center'><!--<$[标题名称(html)]>begin-->{TITLE}<!--<$[标题名称(html)]>end--></td></tr>"
    f"<tr><td>发布日期：2026-03-04 10:20</td><td>信息来源：<!--<$[信息来源]>begin-->某镇人民政府<!--<$[信息来源]>end--></td><td>浏览次数：12</td></tr>"
    f"<tr><td colspan='3'><div id='zoom'><!--<$[信息内容]>begin-->{PARAGRAPHS}<!--<$[信息内容]>end--></div></td></tr></table>",
    "ucap": f"<ucaptitle><h1>{TITLE}</h1></ucaptitle><div class='pages-date'>2026-03-04 10:20 <span>来源： 某镇人民政府</span></div>"
    f"<div class='pages_content' id='UCAP-CONTENT'>{PARAGRAPHS}</div><div class='editor'>责任编辑：某某</div>",
    "nfcms": f"<div class='article-content'><h1 class='title content_title'>{TITLE}</h1><span class='date'>发布时间：2026-03-04 10:20</span>"
    f"<span class='ly'>来源：某镇人民政府</span><div class='zoomcon'>{PARAGRAPHS}</div></div>",
    "epoint": f"<div class='ewb-article'><h3 class='ewb-article-tt'>{TITLE}</h3><div class='ewb-article-sources'>【信息时间：2026-03-04 10:20　阅读次数：<span>8</span>】"
    f"【来源：某镇人民政府】</div><div class='ewb-article-info'>{PARAGRAPHS}</div></div>",
    "wechat": f"<div id='page-content'><h1 class='rich_media_title' id='activity-name'>{TITLE}</h1><div id='meta_content'><span>原创</span><a id='js_name'>某镇人民政府</a>"
    f"<em id='publish_time'></em></div><div class='rich_media_content' id='js_content' style='visibility: hidden;'>{PARAGRAPHS}</div></div>"
    "<script>var ct = \"1772590800\"; var publish_time = \"2026-03-04 10:20\" || \"\";</script>",
    "old tables": f"<table border=0><tr><td><table><tr><td align=center><font size=4 color=red><b>{TITLE}</b></font></td></tr><tr><td align=center>"
    f"2026-3-4 10:20　来源：某镇人民政府　点击：30</td></tr><tr><td>{PARAGRAPHS.replace('<p>', '　　').replace('</p>', '<br>')}</td></tr></table></td>"
    "<td width=180><a href=1>镇情概况</a><br><a href=2>机构设置</a><br><a href=3>通知公告</a></td></tr></table>",
    "plain": f"<div class='a1'><div class='b2'>{TITLE}</div><div class='c3'>2026-03-04 10:20　来源：某镇人民政府</div><div class='d4'>{PARAGRAPHS}</div></div>",
}  # fmt: skip


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_page_of_each_platform(name: str) -> None:
    article = read(page(PLATFORMS[name]))
    assert article.title == TITLE
    assert iso(article) == "2026-03-04T10:20:00+08:00"
    assert article.source == (None if name == "wechat" else "某镇人民政府")
    assert article.body.split("\n") == [FIRST, *PROSE]


DATES = {
    # Three days that differ: published is the one that says so, the other two are kept apart.
    "all three": ("<p>成文日期：2026-03-01</p><p>发布日期：2026-03-04</p><p>更新日期：2026-05-06</p>", "2026-03-04"),
    "update first": ("<p>更新时间：2026-05-06 08:00　发布时间：2026-03-04 10:20</p>", "2026-03-04T10:20:00+08:00"),
    "only an update": ("<p>更新时间：2026-03-04 10:20</p>", "2026-03-04T10:20:00+08:00"),
    "bare day beats update": ("<p>2026-03-04</p><p>更新时间：2026-05-06</p>", "2026-03-04"),
    "Han numerals": ("<p>发布时间：二〇二六年三月四日</p>", "2026-03-04"),
    "Han numerals with letter O": ("<p>发布时间：二Ｏ二六年三月四日</p>", "2026-03-04"),
    "Han circle": ("<p>发布时间：二○二六年十二月三十一日</p>", "2026-12-31"),
    "slashes": ("<p>发布时间：2026/3/4</p>", "2026-03-04"),
    "slashes and time": ("<p>2026/3/4 9:05:07 来源：某镇</p>", "2026-03-04T09:05:07+08:00"),
    "dots": ("<p>日期：2026.03.04</p>", "2026-03-04"),
    "two-digit year": ("<p>发布时间：26-03-04</p>", "2026-03-04"),
    "month first": ("<p>发布日期：3/14/2026 5:54:13 PM</p>", "2026-03-14T17:54:13+08:00"),
    "full width": ("<p>发布时间：２０２６－０３－０４　１０：２０</p>", "2026-03-04T10:20:00+08:00"),
    "non-breaking": ("<p>发布时间：&nbsp;2026-03-04&nbsp;&nbsp;10:20</p>", "2026-03-04T10:20:00+08:00"),
    "spaced": ("<p>发布时间： 2026 年 3 月 4 日</p>", "2026-03-04"),
    "English": ("<p>Published: March 4, 2026</p>", "2026-03-04"),
    "English short": ("<p>04 Mar 2026 10:20</p>", "2026-03-04T10:20:00+08:00"),
    "weekday": ("<p>2026年3月4日 星期三 10:20</p>", "2026-03-04T10:20:00+08:00"),
    "afternoon": ("<p>发布时间：2026-03-04 下午 3:20</p>", "2026-03-04T15:20:00+08:00"),
    "split": ("<div><span>发布时间</span><span>：</span><em>2026-03-04</em></div>", "2026-03-04"),
    "label above": ("<div>发布时间</div><div>2026-03-04</div>", "2026-03-04"),
    "day and month parted": ("<div class='t'><b>04</b><span>2026-03</span></div><p>发布时间：2026-03-04</p>", "2026-03-04"),
    # Said relative to a day that the page does not give: no date.
    "relative": ("<p>3天前</p>", None),
    "no year": ("<p>03-04 10:20</p>", None),
    "impossible": ("<p>发布时间：2026-02-30</p>", None),
    "of letters": ("<p>写信时间：2026-03-01 答复时间：2026-03-04</p>", "2026-03-04"),
    "after an end": ("<p>有效期至：2027-03-04 发布日期：2026-03-04</p>", "2026-03-04"),
    "for machines": ("<time datetime='2026-03-04T10:20:00+08:00'>3天前</time>", "2026-03-04T10:20:00+08:00"),
    "of something else": ("<p>报名截止：2026-03-20</p>", None),
    # The clock of the site's head is not the article's time.
    "today": ("<p>今天是2026年11月26日 星期四</p>", None),
}


@pytest.mark.parametrize("name", DATES)
def test_dates_in_the_lines(name: str) -> None:
    lines, published = DATES[name]
    article = read(page(f"<h1>{TITLE}</h1>{lines}<div class='con'>{PARAGRAPHS}</div>"))
    assert iso(article) == published
    assert article.body.split("\n") == [FIRST, *PROSE]


HEADS = {
    "JSON-LD seconds": ('<script type="application/ld+json">{"@type":"NewsArticle","datePublished":1772590800}</script>', "2026-03-04T10:20:00+08:00"),
    "JSON-LD milliseconds": ('<script type="application/ld+json">{"@graph":[{"datePublished":"1772590800000"}]}</script>', "2026-03-04T10:20:00+08:00"),
    "JSON-LD zone": ('<script type="application/ld+json">{"datePublished":"2026-03-04T02:20:00Z","dateModified":"2026-05-01"}</script>', "2026-03-04T10:20:00+08:00"),
    "broken JSON-LD": ('<script type="application/ld+json">{"datePublished":"2026-03-04T10:20:00+08:00","x":"a\nb",}</script>', "2026-03-04T10:20:00+08:00"),
    "share tag": ('<meta property="article:published_time" content="2026-03-04T10:20:00+08:00">', "2026-03-04T10:20:00+08:00"),
    "modified only": ('<meta property="article:modified_time" content="2026-03-04T10:20:00+08:00">', None),
    "wrong case": ('<META NAME="PUBDATE" CONTENT="2026-03-04 10:20">', "2026-03-04T10:20:00+08:00"),
    "empty, then full": ('<meta name="PubDate" content=""><meta name="PubDate" content="2026-03-04 10:20">', "2026-03-04T10:20:00+08:00"),
    "twice": ('<meta name="PubDate" content="2026-03-04 10:20"><meta name="PubDate" content="2026-09-09 10:20">', "2026-03-04T10:20:00+08:00"),
    "compact": ('<meta name="PubDate" content="20260304102000">', "2026-03-04T10:20:00+08:00"),
    "RFC": ('<meta name="PubDate" content="Wed, 04 Mar 2026 10:20:00 +0800">', "2026-03-04T10:20:00+08:00"),
    "Java": ('<meta name="PubDate" content="Wed Mar 04 10:20:00 CST 2026">', "2026-03-04T10:20:00+08:00"),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_dates_in_the_head(name: str) -> None:
    head, published = HEADS[name]
    assert iso(read(page(f"<h1>{TITLE}</h1><div class='con'>{PARAGRAPHS}</div>", f"<title>{TITLE}</title>{head}"))) == published


TITLES = {
    **{f"suffix {mark}": (f"{TITLE}{mark}某县人民政府门户网站", "", TITLE)
       for mark in ("-", " - ", "_", "|", " | ", "--", "——", " – ", "—", "·", " :: ", " » ", " &gt; ", "＿", "－", "丨", "~", " • ")},
    "two suffixes": (f"{TITLE}_通知公告_某县人民政府", "", TITLE),
    "prefix": (f"某县人民政府门户网站-{TITLE}", "", TITLE),
    "no headline, crumbs first": (f"通知公告 - {TITLE}", "", TITLE),
    # Marks that belong to the title stay.
    "own dash": ("“三公”经费——2025年度决算说明_某县人民政府", "<h1>“三公”经费——2025年度决算说明</h1>", "“三公”经费——2025年度决算说明"),
    "own bar": ("政策解读 | 一图读懂秸秆禁烧_某县人民政府", "<h1>政策解读 | 一图读懂秸秆禁烧</h1>", "政策解读 | 一图读懂秸秆禁烧"),
    "two lines": ("漫水河镇人民政府关于印发防汛预案的通知-某县", "<h1>漫水河镇人民政府<br>关于印发防汛预案的通知</h1>", "漫水河镇人民政府关于印发防汛预案的通知"),
    "two headings": ("漫水河镇人民政府关于印发防汛预案的通知-某县", "<h2>漫水河镇人民政府</h2><h2>关于印发防汛预案的通知</h2>",
                     "漫水河镇人民政府关于印发防汛预案的通知"),
    "site in h1": (f"{TITLE}-某县人民政府", f"<h1>某县人民政府</h1><div class='bt'>{TITLE}</div>", TITLE),
    "site only in title": ("某县人民政府门户网站", f"<h1>{TITLE}</h1>", TITLE),
    "cut in title": (f"{TITLE[:12]}...-某县人民政府", f"<h1>{TITLE}</h1>", TITLE),
    "sub-title": (f"{TITLE}-某县", f"<h1>{TITLE}</h1><h2>——在全镇干部大会上的部署</h2>", TITLE),
    "short": ("公告-某县人民政府", "<h1>公告</h1>", "公告"),
    "full width": ("漫水河镇２０２６年第１号公告-某县", "<h1>漫水河镇２０２６年第１号公告</h1>", "漫水河镇２０２６年第１号公告"),
    "entities": ("&ldquo;五一&rdquo;放假通知&mdash;&mdash;漫水河镇-某县人民政府", "<h1>&ldquo;五一&rdquo;放假通知&mdash;&mdash;漫水河镇</h1>", "“五一”放假通知——漫水河镇"),
    "double-escaped": ("&amp;ldquo;五一&amp;rdquo;放假通知", "<h1>&amp;ldquo;五一&amp;rdquo;放假通知</h1>", "“五一”放假通知"),
    "bullet": (f"{TITLE}-某县", f"<h1>● {TITLE}</h1>", TITLE),
    "empty title": ("", f"<h1>{TITLE}</h1>", TITLE),
    "no headline at all": (TITLE, "", TITLE),
}  # fmt: skip


@pytest.mark.parametrize("name", TITLES)
def test_titles(name: str) -> None:
    head, top, title = TITLES[name]
    article = read(page(f"{top}<div class='info'>发布时间：2026-03-04</div><div class='con'>{PARAGRAPHS}</div>", f"<title>{head}</title>"))
    assert "".join((article.title or "").split()) == "".join(title.split())


COMMENT = "<li class='c'><b>网友{}</b><p>希望尽快把村里的路修一修，下雨天根本没法走，老人孩子出门都很不方便，已经反映过很多次了。</p><i>2026-03-{:02} 08:00</i></li>"
TEASER = "<div class='item'><div class='txt'><a href='/n{0}.html'>某镇开展第{0}次安全生产检查行动</a> 某报 2026-03-0{0}</div><p>连日来，某镇组织人员深入企业、工地、学校，" \
         "开展安全生产大检查，对发现的隐患逐一登记造册、限期整改，确保不留死角。</p></div>"
BODIES = {
    "comments longer than the text": (f"<div class='con'>{PARAGRAPHS}</div><div class='comments'><ul>" + "".join(COMMENT.format(n, n) for n in range(1, 20)) + "</ul></div>",
                                      [FIRST, *PROSE]),
    "related articles longer than the text": (f"<div class='con'>{PARAGRAPHS}</div><div class='more'><h3>更多报道</h3>" + "".join(TEASER.format(n) for n in range(1, 9)) + "</div>",
                                              [FIRST, *PROSE]),
    "one sentence": ("<div class='con'><p>我镇3月份无此类信息。</p></div>", ["我镇3月份无此类信息。"]),
    "one short line": ("<div class='TRS_Editor'><p>暂无</p></div>", ["暂无"]),
    "a warning before it": ("<p>您的浏览器版本过低，为了获得更好的浏览体验，建议升级到最新版本的浏览器。</p><div class='con'><p>我镇3月份无此类信息。</p></div>",
                            ["我镇3月份无此类信息。"]),
    "fonts and breaks": (f"<font size=3>　　{'<br>　　'.join((FIRST, *PROSE))}</font>", [FIRST, *PROSE]),
    "a declaration below it": (f"<div>{PARAGRAPHS}</div><div class='bot'><p>网站声明：本网站所载信息，未经书面授权，不得转载、摘编或以其他方式使用，违者将依法追究法律责任。</p>"
                               "<p>联系地址：某县某路1号，邮编237200，电话0564-0000000，工作时间周一至周五。</p></div>", [FIRST, *PROSE]),
    "no element of its own": ("".join(f"<p>{text}</p>" for text in (FIRST, *PROSE)), [FIRST, *PROSE]),
    "a column of links beside it": (f"<table><tr><td><div>{PARAGRAPHS}</div></td><td>{NAV}</td></tr></table>", [FIRST, *PROSE]),
    "names": ("<div class='con'>" + "".join(f"<p>张{char}某</p>" for char in "甲乙丙丁戊己") + "</div>", [f"张{char}某" for char in "甲乙丙丁戊己"]),
    "a long table": ("<div class='con'><table><tr><td>序号</td><td>姓名</td><td>金额</td></tr>" + "".join(
        f"<tr><td>{n}</td><td>张{n}</td><td>{n * 10}</td></tr>" for n in range(30)) + "</table></div>",
        ["序号\t姓名\t金额", *[f"{n}\t张{n}\t{n * 10}" for n in range(30)]]),
    "survey beside the text": (f"<div class='con'>{PARAGRAPHS}</div><form><p>您对本页面是否满意？</p><p><input type='radio' name='q'>非常满意，内容完整，查找方便</p>"
                               "<p><input type='radio' name='q'>不满意，内容不完整，查找不方便</p></form>", [FIRST, *PROSE]),
    "share and codes behind it": (f"<div class='con'>{PARAGRAPHS}<p>扫一扫在手机打开当前页</p><p><a href='#'>打印</a> <a href='#'>关闭</a></p></div>", [FIRST, *PROSE]),
    "hidden copy": (f"<div class='con'>{PARAGRAPHS}</div><div style='display:none' id='read'>{PARAGRAPHS}</div>", [FIRST, *PROSE]),
    "paragraphs by br": ("<div class='con'>" + "<br><br>".join((FIRST, *PROSE)) + "</div>", [FIRST, *PROSE]),
    "div paragraphs": ("<div class='con'>" + "".join(f"<div><span style='font-size:16px'>　　{text}</span></div>" for text in (FIRST, *PROSE)) + "</div>",
                       [FIRST, *PROSE]),
    "word markup": ("<div class='con'>" + "".join(f"<p class='MsoNormal'><span><o:p></o:p>{text[:9]}</span><span lang='EN-US'>{text[9:]}</span></p>" for text in (FIRST, *PROSE))
                    + "</div>", [FIRST, *PROSE]),
    "signature": (f"<div class='con'>{PARAGRAPHS}<p style='text-align:right'>漫水河镇人民政府</p><p style='text-align:right'>2026年3月1日</p></div>",
                  [FIRST, *PROSE, "漫水河镇人民政府", "2026年3月1日"]),
    "pages of one article": (f"<div class='con'>{PARAGRAPHS}</div><div class='pages'><a href='1_2.html'>2</a> <a href='1_3.html'>3</a> <a href='1_2.html'>下一页</a></div>",
                             [FIRST, *PROSE]),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_bodies(name: str) -> None:
    inner, body = BODIES[name]
    article = read(page(f"<h1>{TITLE}</h1><div class='info'>发布时间：2026-03-04 来源：某镇</div>{inner}"))
    assert article.title == TITLE
    assert iso(article) == "2026-03-04"
    assert article.body.split("\n") == body
