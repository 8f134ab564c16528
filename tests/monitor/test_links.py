"""Hidden and foreign links, and how what a whole site shares is told once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.nouns import Finding, Severity, Verdict
from core.settings import Site
from monitor.links import LinkRules, check_links, load
from monitor.page_scans import _places, kept
from monitor.scanned import PageLinks, WholeLink
from monitor.site_links import Carried, judge, widespread
from tests.conftest import REPOSITORY

RULES = load(REPOSITORY / "config")
OWN = ("www.ahhuoshan.gov.cn",)


def found(*links: WholeLink, heads: tuple[tuple[str, str], ...] = (), rules: LinkRules = RULES) -> list[tuple[str, str]]:
    return [(flaw.rule_id, str(flaw.severity)) for flaw in check_links(PageLinks(links, OWN, heads), rules)]


def link(url: str, text: str = "友情链接", hidden: str = "", **more: Any) -> WholeLink:
    return WholeLink(url, text, hidden, **more)


@pytest.mark.parametrize("given", [
    link("https://www.ahhuoshan.gov.cn/a", "首页", "display:none"),         # a menu that opens
    link("https://xxgk.ahhuoshan.gov.cn/a", "公开", "移到屏幕之外"),         # the same registered name
    link("http://www.luan.gov.cn/", "六安市政府", "display:none"),
    link("http://霍山县.政务/", "中文域名"),
    link("https://weibo.com/x", "政务微博", "display:none"),               # a window that opens on a click
    link("https://bszs.conac.cn/sitename?method=show", "", ""),
    link("https://www.cnzz.com/stat/website.php", "站长统计", "display:none"),
    link("http://www.people.com.cn/GB/1", "网络赌博、六合彩危害大"),         # a report, where reports stand
    link("https://ads.example.net/1", "", "display:none"),                # a picture without a word sells nothing
    link("http://192.168.1.10/oa", "举报入口"),                              # link.local tells of it
    link("http://old.example.net/", "旧版", "写在注释里", place="注释"),     # what a developer left
])
def test_what_pages_normally_have(given: WholeLink) -> None:
    assert found(given) == []


@pytest.mark.parametrize(("given", "rule", "severity"), [
    (link("http://am.example.com/", "澳门新葡京娱乐城", "display:none"), "link.hidden", "veto"),
    (link("http://am.example.com/", "澳门 新葡京"), "link.foreign", "veto"),                  # spaces hide nothing
    (link("http://am.example.com/", "時時彩平台", "写在注释里", place="注释"), "link.hidden", "veto"),
    (link("http://sf.example.com/", "新开传奇私服", "移到屏幕之外"), "link.hidden", "veto"),
    (link("http://seo.example.com/", "SEO优化 快速排名", "一像素滚动字幕"), "link.hidden", "error"),
    (link("http://x.example.com/", "便宜又好", "由脚本写入隐藏区块"), "link.hidden", "error"),
    (link("http://x.example.com/", "便宜又好", "display:none"), "link.hidden", "error"),
    (link("http://x.example.com/", "", "零尺寸框架"), "link.hidden", "error"),               # a frame of no size: 挂马
    (link("http://x.example.com/", "霍山某企业"), "link.foreign", "info"),
    (link("http://x.example.com/", "www.luan.gov.cn"), "link.foreign", "error"),           # says one place, leads to another
    (link("http://x.example.com/", "https://www.ahhuoshan.gov.cn/a.html"), "link.foreign", "error"),
    (link("http://www.ahhuoshan.gov.cn.example.com/", "登录"), "link.foreign", "error"),
    (link("http://www.ahhuoshang.cn/", "登录"), "link.foreign", "error"),                   # one letter more
    (link("http://www.ahhuosahn.com/", "登录"), "link.foreign", "error"),                   # two letters exchanged
    (link("http://www.ahhuoshan.com/", "登录"), "link.foreign", "warn"),                    # perhaps an honest one of the place
    (link("http://ah-gov-cn.example.com/", "登录"), "link.foreign", "error"),
])
def test_what_does_not_belong(given: WholeLink, rule: str, severity: str) -> None:
    assert found(given) == [(rule, severity)]


def test_a_tab_of_links_that_is_opened_with_a_click_is_a_menu() -> None:
    own = [link(f"http://www.{name}.gov.cn/", name, "display:none", block=7) for name in ("a", "b", "c")]
    stranger = link("http://www.company.example.com/", "本地企业", "display:none", block=7)
    assert found(*own, stranger) == []
    # Not where most of it leads elsewhere, nor where it is hidden as no menu is, nor where it sells what no government sells.
    others = [link(f"http://{name}.example.com/", name, "display:none", block=8) for name in "abcdef"]
    assert {rule for rule, _ in found(*others)} == {"link.hidden"}
    assert found(*own, link("http://x.example.com/", "澳门新葡京", "display:none", block=7)) == [("link.hidden", "veto")]
    far = [link(each.url, each.text, "由脚本写入隐藏区块", block=9) for each in (*own, stranger)]
    assert found(*far) == [("link.hidden", "error")]


def test_a_title_for_search_engines_alone() -> None:
    stuffed = (("页面标题", "澳门新葡京_百家乐_时时彩_AG真人"), ("关键词", "霍山"))
    assert found(heads=stuffed) == [("link.hidden", "veto")]
    # A report of the police has a word or two.
    assert found(heads=(("页面标题", "我县警方破获网络百家乐赌博案"), ("描述", "警惕博彩陷阱"))) == []


def test_without_a_list_of_sites_only_what_is_hidden_is_judged(tmp_path: Path) -> None:
    rules = load(tmp_path)
    assert found(link("http://x.example.com/", "企业"), rules=rules) == []
    assert found(link("http://x.example.com/", "企业", "display:none"), rules=rules) == [("link.hidden", "error")]


def test_each_host_is_told_once_with_its_worst_link_and_nothing_private() -> None:
    links = [link("http://x.example.com/1", "便宜", "字号为零"), link("http://x.example.com/2", "百家乐 13812345678", "字号为零")]
    (flaw,) = check_links(PageLinks(tuple(links), OWN), RULES)
    assert (flaw.count, flaw.severity, flaw.scope) == (2, Severity.VETO, "site")
    assert "13812345678" not in flaw.evidence
    assert "百家乐 ***" in flaw.evidence


def flaw_of(url: str, text: str, **more: Any) -> dict[str, Any]:
    (flaw,) = check_links(PageLinks((link(url, text, **more),), OWN), RULES)
    return kept(flaw)


SITE = Site(id="portal", name="门户", platform="generic", home="https://a.gov.cn/", hosts=("a.gov.cn",))


def test_thousands_of_pages_are_one_finding() -> None:
    flaw = flaw_of("http://x.example.com/", "百家乐", hidden="display:none")
    seo = flaw_of("http://seo.example.com/", "快速排名")
    carried = [Carried(f"https://a.gov.cn/{n}.html", flaw) for n in range(3000)] + [Carried("https://a.gov.cn/", seo)]
    hidden, foreign = judge([(SITE, "clerk")], {"portal": carried}, [], ["portal"])
    assert (hidden.rule_id, hidden.subject, hidden.severity, hidden.verdict) == (
        "page.text.link.hidden", "site:portal", Severity.VETO, Verdict.BAD)
    assert hidden.evidence["count"] == 3000
    assert "等3000个网页" in hidden.reason
    assert (foreign.rule_id, foreign.severity) == ("page.text.link.foreign", Severity.ERROR)


def test_it_is_over_when_pages_were_seen_without_it(finding: Finding) -> None:
    assert [each.verdict for each in judge([(SITE, None)], {}, [finding], ["portal"])] == [Verdict.OK]
    # Not when nobody has looked.
    assert list(judge([(SITE, None)], {}, [finding], [])) == []
    # Of a site of which nothing was ever told nothing is said.
    assert list(judge([(SITE, None)], {}, [], ["portal"])) == []


@pytest.fixture
def finding() -> Finding:
    from datetime import UTC, datetime

    at = datetime(2026, 11, 26, tzinfo=UTC)
    return Finding(
        fingerprint="f", rule_id="page.text.link.hidden", subject="site:portal", severity=Severity.VETO, title="", reason="",
        evidence={}, owner=None, first_seen_at=at, last_seen_at=at,
    )


def test_an_injection_into_the_whole_database_is_the_sites() -> None:
    inside = flaw_of("http://x.example.com/", "百家乐", in_body=True)
    assert widespread((n, inside) for n in range(4)) == set()
    assert widespread((n, inside) for n in range(5)) == {("link.foreign", "x.example.com")}
    # What only asks for a look is each page's own, however many there are.
    plain = flaw_of("http://x.example.com/", "企业", in_body=True)
    assert widespread((n, plain) for n in range(50)) == set()


@pytest.mark.parametrize(("places", "told"), [
    (["附件《a.xlsx》Sheet1!B2", "附件《a.xlsx》Sheet1!B3"], ["附件《a.xlsx》Sheet1!B2", "Sheet1!B3"]),
    (["附件《a.xlsx》Sheet1!B2", "第3段", "附件《a.xlsx》Sheet1!B3"], ["附件《a.xlsx》Sheet1!B2", "第3段", "附件《a.xlsx》Sheet1!B3"]),
    # Two files of one archive are two files; a file without a place within is named each time.
    (["附件《z.zip》内《甲.xls》表!B2", "附件《z.zip》内《乙.xls》表!B2"], ["附件《z.zip》内《甲.xls》表!B2", "附件《z.zip》内《乙.xls》表!B2"]),
    (["附件《a.pdf》", "附件《a.pdf》"], ["附件《a.pdf》", "附件《a.pdf》"]),
])
def test_a_file_is_named_once(places: list[str], told: list[str]) -> None:
    assert list(_places([{"where": where, "evidence": "有误。"} for where in places])) == [f"{where}：有误" for where in told]
