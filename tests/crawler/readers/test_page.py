"""Reading whole pages of our own writing: which source of truth wins, and that nothing hostile costs more than a moment."""

from __future__ import annotations

import time

import pytest

from crawler.readers import read_page

URL = "https://www.example.gov.cn/public/6598801/38830457.html"
INDEX = """<div class="div_table_suoyin"><table class="table_suoyin">
<tr><th>索 引 号：</th><td>003043524/202603-00218</td><th>发布机构：</th><td>漫水河镇人民政府</td></tr>
<tr><th>成文日期：</th><td>2026-03-01</td><th>发文字号：</th><td id="_fileNum">漫政〔2026〕3号</td></tr></table></div>"""
BODY = "<p>各村、镇直各单位：</p><p>近期雨水较多，请做好防汛准备工作，落实值班制度，确保人民群众安全。</p>"


def page(head: str = "", top: str = "", body: str = f'<div class="wzcon j-fontContent">{BODY}</div>') -> bytes:
    return (
        f"<html><head><meta charset='utf-8'>{head}</head><body><div class='nav'><a href='/'>首页</a><a href='/a'>动态</a></div>"
        f"{top}{body}<div class='footer'>版权所有 主办单位 网站地图</div></body></html>"
    ).encode()


META = '<meta name="ArticleTitle" content="关于防汛的通知"><meta name="PubDate" content="2026-03-04 10:20">'


@pytest.mark.parametrize(
    ("head", "top", "title", "published"),
    [
        (META, "", "关于防汛的通知", "2026-03-04T10:20:00+08:00"),
        # Names of tags are matched whatever their case, and a non-breaking space parts date and time on real pages.
        ('<META NAME="articletitle" CONTENT="关于防汛的通知"><meta name="pubdate" content="2026-03-04\xa010:20:30">', "",
         "关于防汛的通知", "2026-03-04T10:20:30+08:00"),
        # An empty tag says nothing: the headline does.
        ('<meta name="ArticleTitle" content=""><title>关于防汛的通知_霍山县人民政府</title>',
         "<h1>关于防汛的通知</h1><span class='fbsj'>发布时间：2026-03-04 10:20</span>", "关于防汛的通知",
         "2026-03-04T10:20:00+08:00"),
        ("<title>关于防汛的通知-霍山县人民政府</title>", "<h1>关于防汛的通知</h1><p>发布日期：2026年3月4日</p>", "关于防汛的通知",
         "2026-03-04"),
        # A title tag that names only the place does not choose one line of a headline of two.
        ("<title>漫水河镇</title>", "<h1>漫水河镇人民政府<br>关于防汛的通知</h1>", "漫水河镇人民政府 关于防汛的通知", None),
        # A day that does not exist is no date.
        ("<title>关于防汛的通知</title>", "<h1>关于防汛的通知</h1><p>发布日期：2026-02-30</p>", "关于防汛的通知", None),
    ],
)
def test_title_and_date(head: str, top: str, title: str, published: str | None) -> None:
    article = read_page(page(head, top), url="https://www.example.gov.cn/a.html")
    assert article.title == title
    assert (article.published.iso() if article.published else None) == published


def test_the_index_table_is_read_by_its_labels_and_once() -> None:
    article = read_page(page(META, INDEX + INDEX), url=URL)
    assert article.index_no == "003043524/202603-00218"
    assert article.publisher == "漫水河镇人民政府"
    assert article.doc_no == "漫政〔2026〕3号"
    assert article.written is not None
    assert (article.written.iso(), article.published and article.published.day.isoformat()) == ("2026-03-01", "2026-03-04")
    assert "索引" not in article.body


@pytest.mark.parametrize(
    "container",
    ['<div class="j-fontContent newscontnet minh300">{}</div>', '<div class="TRS_Editor">{}</div>',
     '<div id="vsb_content"><div class="v_news_content">{}</div></div>', '<div id="UCAP-CONTENT">{}</div>',
     '<div id="zoom">{}</div>', '<div class="wrap"><div class="abc">{}</div></div>'],
)
def test_the_body_without_what_stands_around_it(container: str) -> None:
    article = read_page(page("<title>关于防汛的通知</title>", "<h1>关于防汛的通知</h1>", container.format(BODY * 3)), url=None)
    assert article.body.startswith("各村、镇直各单位：\n近期雨水较多")
    assert "版权所有" not in article.body
    assert "首页" not in article.body


def test_tables_keep_their_rows_and_attachments_their_names() -> None:
    table = "<table><tr><td>姓名</td><td>金额</td></tr><tr><td>张某</td><td>100</td></tr></table>"
    link = '<p><a href="/group3/M00/8F/56/x.pdf">漫水河镇防汛预案.pdf</a></p>'
    article = read_page(page(META, "", f'<div class="wzcon j-fontContent">{BODY}{table}{link}</div>'), url=URL)
    assert "张某\t100" in article.body
    [attachment] = article.attachments
    assert attachment.url == "https://www.example.gov.cn/group3/M00/8F/56/x.pdf"
    assert attachment.name == "漫水河镇防汛预案.pdf"


def test_a_link_whose_words_name_a_file_is_an_attachment_unless_it_leads_to_a_page() -> None:
    links = (
        '<p><a href="/down.jsp?id=3" title="项目库.zip">下载</a> <a href="/f/4">申请表.docx</a> '
        '<a href="/view/5.html">预案.pdf</a> <a href="#a">名单.xls</a></p>'
    )
    article = read_page(page(META, "", f'<div class="wzcon j-fontContent">{BODY}{links}</div>'), url=URL)
    assert [(each.url.rpartition("gov.cn")[2], each.name) for each in article.attachments] == [
        ("/down.jsp?id=3", "项目库.zip"), ("/f/4", "申请表.docx"),
    ]


def test_a_disagreement_is_a_doubt() -> None:
    article = read_page(page(META, "<h1>关于抗旱的通知</h1>"), url=URL)
    assert any("标题" in doubt or "h1" in doubt for doubt in article.doubts)


def test_a_title_in_other_widths_is_the_same() -> None:
    tags = META.replace(META.partition('"ArticleTitle" content="')[2].partition('"')[0], "国庆节值班安排(7天)")
    article = read_page(page(tags, "<h1>国庆节值班安排（7天）</h1>"), url=URL)
    assert not any("标题" in doubt for doubt in article.doubts)


@pytest.mark.parametrize(
    "data",
    [b"<title>" + "—".encode() * 200_000 + b"x</title>",
     b"<title>a</title><h1>a</h1>" + b"<p><a href='/1.pdf'>" + b"1" * 60 + b"x</a></p>" * 2000,
     b"<table>" + ("<tr><td>" + "<p>各村要做好防火工作，落实责任。</p>" * 8 + "</td><td>1</td></tr>").encode() * 5000 + b"</table>",
     b"<table>" + b"".join(b"<table><tr><td rowspan=99>a</td><td colspan=99999>b</td>" for _ in range(500)),
     ("汛，" * 30 + "<p>").encode() * 3000 + ("汛，" * 30 + "<p>").encode("gbk") * 3000,
     b"\xe6\xb1\x9b" * 200_000 + b"\xff" + b"\xef\xbc\x8c" * 100_000,
     ("&amp;" * 100_000).encode(), ("> " * 100_000).encode(), b"<ul class=crumb>" + b"<li>a</li>" * 100_000,
     b"", b"\x00" * 1000, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100, b"<div>" * 100_000,
     b"<p>" + "汛".encode() * 140_000, b"<table>" * 20_000, b"<a href='" + b"x" * 300_000],
    ids=["dashes", "digits", "layout", "spans", "two encodings", "nearly UTF-8", "escaped", "arrows", "crumbs", "empty", "zeros", "png", "deep", "one line", "tables", "attribute"],
)
def test_hostile_bytes_cost_a_moment(data: bytes) -> None:
    begun = time.monotonic()
    article = read_page(data, url=URL)
    assert time.monotonic() - begun < 10
    assert article.published is None
