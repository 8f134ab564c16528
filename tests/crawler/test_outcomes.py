"""What an answer means by itself: a decision table."""

from __future__ import annotations

import pytest

from core.nouns import Outcome
from crawler.outcomes import guarded, judge
from crawler.platforms.base import Failure

WAF = "<html><title>网站防火墙</title><p>疑似黑客攻击，当前访问已被 创宇盾 拦截</p></html>"
CHALLENGE = "<script>document.cookie='__jsl_clearance_s=1';location.href='/'</script>"
ARTICLE = "<html><body>" + "网络安全宣传周介绍了创宇盾等防护手段，" * 60 + "</body></html>"


@pytest.mark.parametrize(("status", "body", "outcome"), [
    (200, "<ul><li>正常</li></ul>", None),
    (304, "", None),
    *[(status, "", Outcome.BLOCKED) for status in (403, 405, 412, 429, 521)],
    *[(status, "", Outcome.UNREACHABLE) for status in (500, 502, 503, 504)],
    (404, "", Outcome.REDESIGNED),
    (302, "", Outcome.UNREACHABLE),
    (200, WAF, Outcome.BLOCKED),
    (200, CHALLENGE, Outcome.BLOCKED),
    # An article that mentions a firewall is an article.
    (200, ARTICLE, None),
    # Gone, though the server says 200.
    (200, "<title>404错误</title><p>您访问的页面不存在或已删除，<a href='/'>返回首页</a></p>", Outcome.REDESIGNED),
    (200, "<html><body>抱歉，没有找到您要访问的网页，5秒后返回首页</body></html>", Outcome.REDESIGNED),
    (200, "<h1>404 Not Found</h1>", Outcome.REDESIGNED),
    # An article about such pages, a short notice, an empty list.
    (200, "<title>网站检查</title><p>" + "检查发现部分链接打开后提示页面不存在，已责成有关单位限期整改。" * 8 + "</p>", None),
    (200, "<title>停水通知</title><p>因管道检修，3月4日8时至12时停水，请做好储水准备。</p>", None),
    (200, "<ul class='list'></ul><p>暂无内容</p>", None),
    # The board's messages may say anything.
    (200, '{"content":"创宇盾"}', None),
])
def test_answers(status: int, body: str, outcome: Outcome | None) -> None:
    failure = judge(status, {}, body.encode())
    assert (failure.outcome if failure else None) is outcome


def test_a_block_page_in_gbk_is_one_too() -> None:
    failure = judge(200, {}, WAF.encode("gb18030"))
    assert failure is not None
    assert failure.outcome is Outcome.BLOCKED


@pytest.mark.parametrize(("status", "definite"), [(404, True), (410, True), (403, False), (500, False)])
def test_only_gone_is_definite(status: int, definite: bool) -> None:
    failure = judge(status, {}, b"")
    assert failure is not None
    assert failure.definite is definite


def test_a_page_that_breaks_a_reader_is_a_failure_with_its_reason() -> None:
    found = guarded(lambda text: int(text), "x")
    assert isinstance(found, Failure)
    assert "ValueError" in found.reason
    assert guarded(int, "7") == 7
