"""The links that the scan of a stored page is given: of the whole page, and of its article."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from core.nouns import Record, StoredRecord
from crawler.readers import read_page
from crawler.readers.seen_links import MOST_LINKS as MOST_SEEN
from monitor import links as link_rules
from monitor.links import check_links
from monitor.page_scans import MOST_LINKS, links_to_look_at
from service.page_texts import links_of
from tests.store.writing import START

URL = "https://www.a.gov.cn/zwgk/1.html"
BODY = "".join(f"<p>{'各村要认真组织做好森林防火工作，落实责任到人。' * 3}</p>" for _ in range(4))
PAGE = f"""<html><title>通知</title><body><div class=nav><a href=/>首页</a></div>
<div id=zoom>{BODY}<p>见<a href="file:///D:/附件.doc">附件</a>和<a href="2.html">前文</a>、<a href="#top">上面</a>。</p></div>
<div style="display:none"><a href="http://x.com/">词</a></div></body></html>"""


def test_what_is_of_the_article_and_what_is_of_the_page() -> None:
    whole, to, written = links_of(PAGE.encode(), URL)
    assert [(link.text, link.in_body, link.hidden) for link in whole.links] == [
        ("首页", False, ""), ("前文", True, ""), ("上面", True, ""), ("词", False, "display:none")]
    assert "https://www.a.gov.cn/zwgk/2.html" in [link.url for link in to]
    # As written: an address of the editor's own machine is a fault that the scan tells.
    assert [link.href for link in written] == ["file:///D:/附件.doc", "2.html"]
    assert whole.heads == (("页面标题", "通知"),)


def test_a_page_of_ten_thousand_links_costs_seconds_and_fills_no_queue() -> None:
    """Injected pages have thousands; so has a site map."""
    own = "".join(f"<p>各村要落实防火责任，加强巡查，{n}号事项见<a href='/zwgk/{n}.html'>公告{n}</a>。</p>" for n in range(5_000))
    foreign = "".join(f"<a href='http://bet{n}.example.com/'>澳门百家乐{n}</a>" for n in range(5_000))
    page = PAGE.replace("<p>见", own + "<p>见").replace("</body>", f"<div style='display:none'>{foreign}</div></body>").encode()
    began = time.process_time()
    article = read_page(page, url=URL)
    whole, to, _ = links_of(page, URL)
    flaws = check_links(replace(whole, own=("www.a.gov.cn",)), link_rules.load(Path(__file__).parents[2] / "config"))
    stored = StoredRecord(id=1, record=Record(site="a", key="1", kind="article", url=URL, title="通知", body=article.body), content_hash="h",
                          first_seen_at=START, checked_at=START, changed_at=START, removed_at=None, sources=(), versions=1)
    kept = links_to_look_at(stored, to, ("www.a.gov.cn",), date(2026, 11, 26))
    assert time.process_time() - began < 10
    assert len(whole.links) == 2 * MOST_SEEN and len(kept) == MOST_LINKS
    assert {flaw.rule_id for flaw in flaws} >= {"link.hidden"} and len(flaws) < 200, "a finding is a few lines, not a novel"
