"""What a page carries beside its text, in the ways that sites have of writing it: source, index, numbers, tables, attachments."""

from __future__ import annotations

import pytest

from crawler.readers import read_page
from tests.crawler.readers.test_varied_pages import FIRST, PARAGRAPHS, PROSE, TITLE, page, read

SOURCES = {
    "before the text": ("<div class='i'>2026-03-04　来源：漫水河镇人民政府　作者：张某</div>", "漫水河镇人民政府"),
    "information source": ("<div class='i'>发布时间：2026-03-04 信息来源：镇党政办公室 浏览次数：3</div>", "镇党政办公室"),
    "spaced label": ("<div class='i'>来 源： 某县融媒体中心 | 2026-03-04</div>", "某县融媒体中心"),
    "line of its own": ("<div><span>来源：</span><span>镇党政办</span></div><p>2026-03-04</p>", "镇党政办"),
    "label above": ("<div>来源</div><div>镇党政办</div><p>2026-03-04</p>", None),
    "in brackets": ("<div class='i'>【来源：镇党政办】【信息时间：2026-03-04】</div>", "镇党政办"),
    "a linked one": ("<div class='i'>2026-03-04 来源：<a href='http://x/'>安徽日报</a></div>", "安徽日报"),
    "traditional": ("<div class='i'>2026-03-04 來源：中央社</div>", "中央社"),
    "empty": ("<div class='i'>来源：　发布时间：2026-03-04</div>", None),
    "tag first": ("<div class='i'>2026-03-04 来源：本站</div>", "霍山县人民政府"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_the_source(name: str) -> None:
    top, source = SOURCES[name]
    head = "<meta name='contentsource' content='霍山县人民政府'>" if name == "tag first" else ""
    assert read(page(f"<h1>{TITLE}</h1>{top}<div class='con'>{PARAGRAPHS}</div>", f"<title>{TITLE}</title>{head}")).source == source


ROWS = (("索 引 号：", "003043524/202603-00218"), ("组配分类：", "应急管理"), ("发布机构：", "漫水河镇人民政府"), ("主题分类：", "公安、安全"),
        ("名　　称：", TITLE), ("文　　号：", "漫政〔2026〕3号"), ("成文日期：", "2026年3月1日"), ("发布日期：", "2026-03-04"), ("有 效 性：", "有效"))  # fmt: skip
INDEXES = {
    "two pairs a row": "<table class='table_suoyin'>" + "".join(
        "<tr>" + "".join(f"<th>{label}</th><td>{value}</td>" for label, value in ROWS[n:n + 2]) + "</tr>" for n in range(0, 9, 2)) + "</table>",
    "a pair a row": "<table>" + "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in ROWS) + "</table>",
    "list": "<ul class='xx'>" + "".join(f"<li><b>{label}</b>{value}</li>" for label, value in ROWS) + "</ul>",
    "definition list": "<dl>" + "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in ROWS) + "</dl>",
    "divs": "<div>" + "".join(f"<div class='r'><div>{label}</div><div>{value}</div></div>" for label, value in ROWS) + "</div>",
    "in brackets": "<div>" + "".join(f"<p>[ {label[:-1]} ] {value}</p>" for label, value in ROWS) + "</div>",
    "one line": "<p>" + "　".join(f"{label}{value}" for label, value in ROWS) + "</p>",
}  # fmt: skip


@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize("name", INDEXES)
def test_the_index_in_any_markup_once_or_twice(name: str, copies: int) -> None:
    article = read(page(f"{INDEXES[name] * copies}<h1>{TITLE}</h1><div class='con'>{PARAGRAPHS}</div>"))
    assert article.index_no == "003043524/202603-00218"
    assert (article.publisher, article.doc_no, article.title) == ("漫水河镇人民政府", "漫政〔2026〕3号", TITLE)
    assert article.written is not None
    assert article.published is not None
    assert (article.written.iso(), article.published.iso()) == ("2026-03-01", "2026-03-04")
    assert article.body.split("\n") == [FIRST, *PROSE]


NUMBERS = {
    "own line": ("漫政〔2026〕3号", "漫政〔2026〕3号"),
    "square brackets": ("漫政办[2026]12号", "漫政办[2026]12号"),
    "full width": ("漫政〔２０２６〕３号", "漫政〔２０２６〕３号"),
    "spaced": ("漫政〔 2026 〕 3 号", "漫政〔2026〕3号"),
    # Cited in a sentence it is another document's number.
    "cited": ("根据漫政〔2026〕3号文件要求，现通知如下。", None),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_the_document_number_at_the_head_of_the_text(name: str) -> None:
    line, number = NUMBERS[name]
    assert read(page(f"<h1>{TITLE}</h1><p>2026-03-04</p><div class='con'><p>{line}</p>{PARAGRAPHS}</div>")).doc_no == number


def test_an_update_is_kept_and_is_not_the_publication() -> None:
    article = read(page(f"<h1>{TITLE}</h1><p>发布时间：2026-03-04 10:20　更新时间：2026-05-06 08:00</p><div class='con'>{PARAGRAPHS}</div>"))
    assert article.published is not None
    assert article.published.iso() == "2026-03-04T10:20:00+08:00"
    assert article.meta["更新时间"] == "2026-05-06 08:00"


PATHS = {
    "one line": ("<div class='wz'>当前位置：<a href='/'>首页</a> &gt; <a href='/a'>政务公开</a> &gt; <a href='/b'>通知公告</a> &gt; 正文</div>", "首页 > 政务公开 > 通知公告"),
    "double arrows": ("<div>您现在的位置：首页&gt;&gt;政务公开&gt;&gt;通知公告&gt;&gt;</div>", "首页 > 政务公开 > 通知公告"),
    "list": ("<ul class='breadcrumb'><li><a href='/'>首页</a></li><li><a href='/a'>政务公开</a></li><li><a href='/b'>通知公告</a></li></ul>", "首页 > 政务公开 > 通知公告"),
    "the title at its end": (f"<div>当前位置：首页 &gt; 政务公开 &gt; 通知公告 &gt; {TITLE}</div>", "首页 > 政务公开 > 通知公告"),
    "none": ("<div>您的位置很重要，请允许定位。</div>", None),
}


@pytest.mark.parametrize("name", PATHS)
def test_the_path_of_columns(name: str) -> None:
    crumbs, path = PATHS[name]
    html = f"<html><head><title>{TITLE}</title></head><body>{crumbs}<h1>{TITLE}</h1><p>发布时间：2026-03-04</p><div>{PARAGRAPHS}</div></body></html>"
    article = read(html)
    assert article.meta.get("栏目路径") == path
    assert article.column_name == ("通知公告" if path else None)
    # What the tag says of the column comes first.
    assert read(html.replace("<title>", "<meta name='ColumnName' content='公示公告'><title>")).column_name == "公示公告"


BUDGET = (
    "<table border='1'><tr><th rowspan='2'>项目</th><th colspan='2'>预算数（万元）</th></tr><tr><th>2025年</th><th>2026年</th></tr>"
    "<tr><td>一般公共预算</td><td>1,203.50</td><td>1,310.00</td></tr><tr><td>合计</td><td>1,203.50</td><td>1,310.00</td></tr></table>"
)


def test_a_page_that_is_only_a_table() -> None:
    article = read(page(f"<h1>漫水河镇2026年预算公开表</h1><p>发布时间：2026-03-04</p><div class='con'>{BUDGET}</div>", "<title>漫水河镇2026年预算公开表</title>"))
    rows = article.body.split("\n")
    # A cell over several columns or rows leaves the others' places empty, so that every value stands under its heading.
    assert rows == ["项目\t预算数（万元）", "\t2025年\t2026年", "一般公共预算\t1,203.50\t1,310.00", "合计\t1,203.50\t1,310.00"]


def test_a_table_within_a_text() -> None:
    article = read(page(f"<h1>{TITLE}</h1><p>发布时间：2026-03-04</p><div class='TRS_Editor'>{PARAGRAPHS}{BUDGET}<p>漫水河镇人民政府</p></div>"))
    assert "一般公共预算\t1,203.50\t1,310.00" in article.body.split("\n")
    assert article.body.endswith("漫水河镇人民政府")


ATTACHMENTS = {
    "text is the name": ("<a href='/u/P020260304.doc'>附件1：防火预案.doc</a>", "附件1：防火预案.doc"),
    "text says only which": ("<a href='/u/P020260304.doc' title='森林防火预案.doc'>附件1</a>", "森林防火预案.doc"),
    "text and title say only which": ("<a href='/u/%E9%98%B2%E7%81%AB%E9%A2%84%E6%A1%88.doc' title='附件'>附件1</a>", "防火预案.doc"),
    "click here": ("<p>防火预案.doc <a href='/u/P020260304.doc'>点击下载</a></p>", "防火预案.doc"),
    "cut": ("<a href='/u/1.pdf' title='漫水河镇2026年森林防火工作预案.pdf'>漫水河镇2026年...</a>", "漫水河镇2026年森林防火工作预案.pdf"),
    "icon before it": ("<img src='/i/icon_doc.gif'><a href='/u/1.xls'>花名册.xls</a>", "花名册.xls"),
    "icon in it": ("<a href='/u/%E8%8A%B1%E5%90%8D%E5%86%8C.xls'><img src='/i/icon_xls.gif'></a>", "花名册.xls"),
    "icon's own words": ("<a href='/u/1.xls'><img src='/i/icon_xls.gif' alt='花名册.xls'></a>", "花名册.xls"),
    "handler": ("<a href='/system/_content/download.jsp?urltype=news.DownloadAttachUrl&amp;wbfileid=1234'>花名册.xlsx</a>", "花名册.xlsx"),
    "frame": ("<iframe src='/u/%E9%A2%84%E7%AE%97.pdf' width='100%'></iframe>", "预算.pdf"),
    "viewer in a frame": ("<iframe src='/pdf/web/viewer.html?file=/u/%E9%A2%84%E7%AE%97.pdf'></iframe>", "预算.pdf"),
    "embedded": ("<embed src='/u/%E9%A2%84%E7%AE%97.pdf' type='application/pdf'>", "预算.pdf"),
    "object": ("<object data='/u/%E9%A2%84%E7%AE%97.pdf' type='application/pdf'></object>", "预算.pdf"),
    "VSB's script": ("<script>showVsbpdfIframe('/__local/A/BC/DE/预算.pdf','100%','600','0','','x')</script>", "预算.pdf"),
}


@pytest.mark.parametrize("name", ATTACHMENTS)
def test_attachments_have_the_names_that_people_gave_them(name: str) -> None:
    inner, expected = ATTACHMENTS[name]
    article = read(page(f"<h1>{TITLE}</h1><p>发布时间：2026-03-04</p><div class='con'>{PARAGRAPHS}<p>{inner}</p></div>"))
    assert [attachment.name for attachment in article.attachments] == [expected]
    assert article.attachments[0].url.startswith("https://www.example.gov.cn/")


def test_a_page_of_an_attachment_alone() -> None:
    article = read(page("<h1>漫水河镇2026年预算公开</h1><p>发布时间：2026-03-04</p><div class='con'><p><a href='/u/a.pdf'>漫水河镇2026年预算.pdf</a></p></div>",
                        "<title>漫水河镇2026年预算公开-某县</title>"))  # fmt: skip
    assert article.title == "漫水河镇2026年预算公开"
    assert [attachment.name for attachment in article.attachments] == ["漫水河镇2026年预算.pdf"]
    assert "主办单位" not in article.body


def test_a_frameset_has_no_article_but_raises_nothing() -> None:
    html = f"<html><head><title>{TITLE}</title></head><frameset cols='20%,*'><frame src='l.htm'><frame src='r.htm'><noframes>请使用支持框架的浏览器</noframes></frameset></html>"
    article = read_page(html.encode())
    assert article.title == TITLE
    assert article.published is None


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf", b"\r\n \xef\xbb\xbf"])
def test_byte_order_marks_leave_no_trace(mark: bytes) -> None:
    article = read_page(mark + page(f"\ufeff<h1>\ufeff{TITLE}</h1><div class='con'>{PARAGRAPHS}</div>").encode())
    assert article.title == TITLE
    assert "\ufeff" not in article.body


def test_what_disagrees_is_said() -> None:
    head = f"<title>{TITLE}</title><meta name='ArticleTitle' content='{TITLE}'><meta name='PubDate' content='2026-03-09 10:20'>"
    article = read(page(f"{INDEXES['a pair a row']}<h1>关于做好2026年度抗旱工作的紧急通知</h1><div class='con'>{PARAGRAPHS}</div>", head))
    assert article.title == TITLE
    assert article.published is not None
    assert article.published.day.isoformat() == "2026-03-09"
    assert any(doubt.startswith("标题：") for doubt in article.doubts)
    assert any(doubt.startswith("发布日期：") and "2026-03-04" in doubt for doubt in article.doubts)


def test_the_tag_and_the_line_on_the_page_disagree_about_the_day() -> None:
    head = f"<title>{TITLE}</title><meta name='ArticleTitle' content='{TITLE}'><meta name='PubDate' content='2026-03-09 10:20'>"
    article = read(page(f"<h1>{TITLE}</h1><p>发布时间：2026-03-04 10:20</p><div class='con'>{PARAGRAPHS}</div>", head))
    assert article.published is not None
    assert article.published.day.isoformat() == "2026-03-09"
    assert any(doubt.startswith("发布日期：") and "2026-03-04" in doubt for doubt in article.doubts)
