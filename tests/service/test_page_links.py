"""The links that the scan of a stored page is given: of the whole page, and of its article."""

from __future__ import annotations

from service.page_texts import links_of

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
