"""Every link of a page as served, and how it is kept from visitors' eyes."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.readers.body_links import body_links
from crawler.readers.seen_links import hidden_by, seen_links
from monitor.links import check_links, load
from monitor.scanned import PageLinks, WholeLink
from tests.conftest import REPOSITORY

URL = "https://www.a.gov.cn/zwgk/1.html"


def read(html: str) -> list[tuple[str, str, str, str]]:
    return [(link.url, link.text, link.hidden, link.place) for link in seen_links(html.encode(), url=URL).links]


# The shapes in which 暗链 is found, after the notices of hacked government sites.
@pytest.mark.parametrize(("html", "hidden"), [
    ('<div style="display:none"><a href="http://x.com">词</a></div>', "display:none"),
    ('<div style="display : NONE !important"><p><a href="http://x.com">词</a></p></div>', "display:none"),
    ('<a style="visibility:hidden" href="http://x.com">词</a>', "visibility:hidden"),
    ('<div hidden><a href="http://x.com">词</a></div>', "hidden 属性"),
    ('<div style="position:absolute;left:-9999px"><a href="http://x.com">词</a></div>', "移到屏幕之外"),
    ('<div style="position:fixed; top:-600em"><a href="http://x.com">词</a></div>', "移到屏幕之外"),
    ('<div style="text-indent:-9999px"><a href="http://x.com">词</a></div>', "移到屏幕之外"),
    ('<ul style="position:relative;left:-1200px"><li><a href="http://x.com">词</a></ul>', "移出可见区域"),   # a carousel
    ('<span style="font-size:0"><a href="http://x.com">词</a></span>', "字号为零"),
    ('<span style="font-size:1px"><a href="http://x.com">词</a></span>', "字号为零"),
    ('<div style="height:1px;overflow:hidden"><a href="http://x.com">词</a></div>', "高宽为零"),
    ('<marquee width="1" height="1"><a href="http://x.com">词</a></marquee>', "一像素滚动字幕"),
    ('<div style="opacity:0"><a href="http://x.com">词</a></div>', "完全透明"),
    ('<div style="filter:alpha(opacity=0)"><a href="http://x.com">词</a></div>', "完全透明"),
    ('<div style="background:#FFF"><a style="color:#ffffff;background-color:white" href="http://x.com">词</a></div>', "文字与底色相同"),
    ('<iframe src="http://x.com" width=0 height=0></iframe>', "零尺寸框架"),
    ('<style>.q{display:none}</style><div class="m q"><a href="http://x.com">词</a></div>', "display:none"),
    ('<style>/* x */ div#q , p {position:absolute;top:-9999px}</style><div id=q><a href="http://x.com">词</a></div>', "移到屏幕之外"),
    ('<div id="q"><a href="http://x.com">词</a></div><script>document.getElementById("q").style.display="none"</script>', "由脚本隐藏"),
    ("<script>document.write('<div style=\"display:none\">')</script><a href='http://x.com'>词</a><script>document.write('</div>')</script>",
     "由脚本写入隐藏区块"),
    # What a visitor sees.
    ('<a href="http://x.com">词</a>', ""),
    ('<div style="display:block;opacity:0.9;left:-20px;position:relative"><a href="http://x.com">词</a></div>', ""),
    ('<div style="overflow:hidden;height:300px;width:100%"><a href="http://x.com">词</a></div>', ""),
    ('<div style="color:#fff"><a href="http://x.com">词</a></div>', ""),                       # white on a dark foot
    ('<style>@media print{.q{display:none}}</style><div class="q"><a href="http://x.com">词</a></div>', ""),
    ('<style>.m .q{display:none}</style><div class="q"><a href="http://x.com">词</a></div>', ""),   # elsewhere, not here
    ("<script>document.write('<div style=\"display:none\">x</div>')</script><a href='http://x.com'>词</a>", ""),
])
def test_how_a_link_is_hidden(html: str, hidden: str) -> None:
    (found,) = read(html)
    assert found[0].startswith("http://x.com")
    assert found[2] == hidden


def test_links_that_scripts_write_and_comments_keep() -> None:
    assert read('''<script>document.write("<div style='display:none'><a href='http://x.com/1'>词<b>语</b></a></div>")</script>''') == [
        ("http://x.com/1", "词语", "display:none", "脚本")]
    assert read('<!-- <a href="http://x.com/2">旧词</a> --><!--[if IE]><a href="http://ie.com/">升级</a><![endif]-->') == [
        ("http://x.com/2", "旧词", "写在注释里", "注释")]


def test_addresses_are_made_absolute_and_others_are_left_out() -> None:
    html = '<a href="2.html">二</a><a href="//b.cn/x">三</a><a href="javascript:void(0)">四</a><a href="mailto:a@b.cn">五</a><a href="http://[">六</a>'
    assert [link[0] for link in read(html)] == ["https://www.a.gov.cn/zwgk/2.html", "https://b.cn/x"]


def test_links_hidden_together_share_a_block() -> None:
    html = '<ul style="display:none"><li><a href="/1">一</a><li><a href="/2">二</a></ul><p style="display:none"><a href="/3">三</a></p>'
    one, two, three = seen_links(html.encode(), url=URL).links
    assert one.block == two.block != three.block


def test_what_the_page_tells_search_engines() -> None:
    html = "<title>标题 一</title><meta name=Keywords content='甲,乙'><meta name=description content=丙><meta name=author content=丁>"
    assert seen_links(html.encode(), url=URL).heads == (("页面标题", "标题 一"), ("关键词", "甲,乙"), ("描述", "丙"))


@pytest.mark.parametrize("body", [b"", b"%PDF-1.4 \0\1", b"<", b"<a href=", b"\xff\xfe<\0a\0", b"<div style='left:-'><a href=x>" * 4000])
def test_anything_is_survived(body: bytes) -> None:
    seen_links(body, url=URL)


def test_style_numbers_without_units_and_with_odd_ones() -> None:
    assert hidden_by("font-size:0.9em") == ""
    assert hidden_by("font-size:.5px") == ""
    assert hidden_by("text-indent:2em") == ""
    assert hidden_by("left:-50%;position:absolute") == ""


@pytest.mark.shared
def test_no_government_page_of_the_corpus_is_accused(shared: Path) -> None:
    """Read by eye 2026-11-26: what is left is plain links to instruments' numeric addresses and institutes, severity info."""
    rules, told, pages = load(REPOSITORY / "config"), [], 0
    for line in (shared / "data/pages/index.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        host = urlsplit(entry.get("url") or "").hostname or ""
        if not host.endswith(".gov.cn"):
            continue
        pages += 1
        seen = seen_links((shared / "data/pages" / entry["file"]).read_bytes(), url=entry["url"])
        links = tuple(WholeLink(link.url, link.text, link.hidden, link.place, link.block) for link in seen.links)
        told += [(entry["file"], flaw) for flaw in check_links(PageLinks(links, (host,), seen.heads), rules) if flaw.severity != "info"]
    assert pages >= 27
    assert told == []


def test_links_of_the_article_alone() -> None:
    body = "".join(f"<p>{'各村要认真组织做好森林防火工作，落实责任到人。' * 3}</p>" for _ in range(4))
    html = f"""<html><body><div class=nav><a href=/>首页</a></div><div id=zoom>{body}<p>详见<a href="../a/2.html">通知</a>。</p></div>
    <div class=foot><a href=/about>关于</a></div></body></html>"""
    page, links = body_links(html.encode(), url=URL)
    assert [(page.absolute(link.href), link.text) for link in links] == [("https://www.a.gov.cn/a/2.html", "通知")]


@pytest.mark.parametrize("many", [
    "<!--", "<!-- <a href='http://x' ", "<script>'<a href';" + "document.write('<div " * 20, "<script><a href=" + " " * 200,
    "<style>" + "/* " * 100, "<style>" + "@a " * 100, "<style>" + ".a " * 100,
])  # fmt: skip
def test_a_hostile_page_costs_no_more_than_its_length(many: str) -> None:
    """Half a megabyte of what a careless pattern looks through again at every place: minutes, once."""
    began = time.process_time()
    seen_links((many * (500_000 // len(many))).encode(), url="http://a.gov.cn/")
    assert time.process_time() - began < 5
