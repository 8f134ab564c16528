"""The portal's HTML as 龙讯 Lonsun "Ex" prints it (facts/government-sites.md sections 1.2 to 1.4, 2). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from demo.yearbook import Column, Item

EMPTY = "暂无相关信息"
PAGE_SIZE = 15
TEMPLATES = {"newest": "/c3/hs/publicInfoList_newest", "classic": "/xxgk/publicInfoList_newest2020"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """The three site tags of every page (国办发〔2017〕47号), and the CMS's site number."""

    name: str
    domain: str
    id_code: str
    site_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a list."""

    url: str
    title: str
    day: str


def tag(name: str, value: str) -> str:
    """A meta tag."""
    return f'<meta name="{name}" content="{escape(value)}">'


def page(site: SiteInfo, title: str, body: str, tags: Iterable[str] = (), charset: str = "utf-8") -> str:
    """A whole page: head with the standard tags, the portal's frame, the body."""
    head = [
        tag("SiteName", site.name),
        tag("SiteDomain", site.domain),
        tag("SiteIDCode", site.id_code),
        tag("SiteId", str(site.site_id)),
        *tags,
    ]
    lines = "\n".join(head)
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="{charset}">
<meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>{escape(title)}</title>
{lines}
<script type="text/javascript" src="/assets/js/lonsun.js"></script>
</head>
<body>
<div class="header"><a href="/"><img src="/assets/logo.png" alt="{escape(site.name)}"></a>
<div class="nav"><a href="/">首页</a> <a href="/public/column/6598001?type=2">政府信息公开</a>
<a href="/content/column/6791901">乡镇传真</a> <a href="/public/column/6598001?action=rel">全部机构</a></div></div>
{body}
<div class="footer"><p>主办：{escape(site.name)}办公室　网站标识码：{site.id_code}</p>
<p>本页面由演示小镇提供，不是真实网站。</p></div>
</body>
</html>
"""


def fragment(rows: Sequence[Row], template: str, length: int, empty: str) -> str:
    """Rows as the label 8888 gives them, in the markup of a server-side template."""
    if template == "classic":
        return _classic(rows, length, empty)
    if not rows:
        return f'<div class="xxgk_nodata">{escape(empty)}</div>'
    items = "\n".join(
        f'<li><a href="{row.url}" title="{escape(row.title)}" target="_blank">{escape(cut(row.title, length))}</a>'
        f'<span class="date">{row.day}</span></li>'
        for row in rows
    )
    return f'<ul class="clearfix xxgk_nav_list">\n{items}\n</ul>'


def _classic(rows: Sequence[Row], length: int, empty: str) -> str:
    head = '<ul class="clearfix"><li class="xh">序号</li><li class="mc">信息名称</li><li class="rq">发布日期</li></ul>'
    lines = "\n".join(
        f'<ul class="clearfix"><li class="xh">{number}</li><li class="mc">'
        f'<a href="{row.url}" title="{escape(row.title)}" target="_blank">{escape(cut(row.title, length))}</a></li>'
        f'<li class="rq">\r\n\t{row.day}\r\n\t</li></ul>'
        for number, row in enumerate(rows, 1)
    )
    lines = lines or f'<div class="xxgk_nodata">{escape(empty)}</div>'
    return f'<div class="xxgk_nav_con"><div class="xxgk_navli">\n{head}\n{lines}\n</div></div>'


def cut(title: str, length: int) -> str:
    """The anchor's text: the ``length`` option of the list widget; the whole title stands in ``title``."""
    return title if len(title) <= length else title[:length] + "..."


def pagination(site: SiteInfo, organ: int, column: Column, total: int) -> str:
    """The inline script from which a reader learns how to ask for the other pages; only when there are any."""
    pages = -(-total // PAGE_SIZE)
    if pages < 2:
        return ""
    return f"""<div id="page_public_info" class="pagination"></div>
<script type="text/javascript">
$(function () {{
    Ls.pagination("#page_public_info", {{
        currPage: 1,
        pageCount: {pages},
        total: {total},
        url: "/site/label/8888?IsAjax=1&dataType=html&_=0.4711",
        data : {{
            labelName: "publicInfoList", siteId: "{site.site_id}", pageSize: "{PAGE_SIZE}", pageIndex: "1",
            action: "list", isDate: "true", dateFormat: "yyyy-MM-dd", length: "50", organId: "{organ}", type: "4",
            catId: "{column.cat}", cId: "", result: "{EMPTY}", file: "{TEMPLATES[column.template]}"
        }},
        success: function (html) {{ $("#xxgk_list").html(html); }}
    }});
}});
</script>"""


def menu(organ: int, groups: Mapping[str, Sequence[Column]]) -> str:
    """An organ's left menu: the tree of its columns."""
    tree = "\n".join(
        f'<li class="level1"><span>{escape(group)}</span><ul>'
        + "".join(
            f'<li class="level2"><a href="{column_url(organ, column)}" title="{escape(column.name)}" '
            f'data-catid="{column.cat}">{escape(column.name)}</a></li>'
            for column in columns
        )
        + "</ul></li>"
        for group, columns in groups.items()
    )
    return f'<div class="xxgk_left"><div id="fdzd_gknr" class="gknr_list"><ul>\n{tree}\n</ul></div></div>'


def column_url(organ: int, column: Column) -> str:
    """The address of a column that a person sees."""
    if column.template == "news":
        return f"/content/column/{column.cat}"
    return f"/public/column/{organ}?type=4&amp;action=list&amp;nav=3&amp;catId={column.cat}"


def column_tags(column: Column) -> list[str]:
    """The four column tags of a page (国办发〔2017〕47号)."""
    return [
        tag("ColumnName", column.name),
        tag("ColumnDescription", column.description or f"漫水河镇{column.name}"),
        tag("ColumnKeywords", f"{column.name},漫水河镇"),
        tag("ColumnType", column.name),
    ]


def news_list(rows: Sequence[Row], pages: int, current: int, url: str) -> str:
    """A news column: rows, and numbered pages as links."""
    items = (
        "\n".join(
            f'<li><a class="left" href="{row.url}" title="{escape(row.title)}" target="_blank">{escape(row.title)}</a>'
            f'<span class="right date">{row.day}</span></li>'
            for row in rows
        )
        or f"<li>{EMPTY}</li>"
    )
    links = "".join(
        f'<span class="current">{n}</span>' if n == current else f'<a paged="{n}" href="{url}?pageIndex={n}">{n}</a>'
        for n in range(1, pages + 1)
    )
    pager = f'<div class="pagination">{links}</div>' if pages > 1 else ""
    return f'<div class="ls-column-list"><ul class="doc_list">\n{items}\n</ul>{pager}</div>'


def organs(departments: Mapping[str, int], towns: Mapping[str, int]) -> str:
    """The page of all organs of the county."""

    def block(title: str, units: Mapping[str, int]) -> str:
        links = "".join(
            f'<li><a href="/public/column/{number}?type=2" title="{escape(name)}">{escape(name)}</a></li>'
            for name, number in units.items()
        )
        return f'<h3>{title}</h3><ul class="clearfix">{links}</ul>'

    return f'<div class="xxgk_rel">{block("县政府部门", departments)}{block("乡镇人民政府", towns)}</div>'


def article(
    site: SiteInfo, item: Item, column: Column, index_no: str, links: Sequence[tuple[str, str]], url: str
) -> str:
    """An article page: tags, breadcrumb, title, the metadata table twice, body and attachments."""
    between = "\xa0" if item.nbsp else " "
    shown = "" if item.undated else f"{item.published:%Y-%m-%d} {item.published:%H:%M}"
    dated = [] if item.undated else [tag("PubDate", item.tags.get("PubDate", shown.replace(" ", between)))]
    tags = [
        *column_tags(column),
        tag("ArticleTitle", item.tags.get("ArticleTitle", item.title)),
        *dated,
        tag("ContentSource", item.source),
        tag("Keywords", column.name),
        tag("Author", ""),
        tag("Description", item.title),
        tag("Url", site.domain + url),
    ]
    paragraphs = "\n".join(_paragraph(line) for line in item.body.splitlines() if line.strip())
    attachments = "".join(
        f'<p><a href="{href}" target="_blank" title="{escape(name)}">{escape(name)}</a></p>' for href, name in links
    )
    attachments = f'<div class="wzfj"><p>附件：</p>{attachments}</div>' if attachments else ""
    body = f"""<div class="wwz_top"><span>当前位置：</span><a href="/">首页</a> &gt;
<a href="/public/column/6598801?type=2">漫水河镇</a>
&gt; {escape(column.group)} &gt; <a href="#">{escape(column.name)}</a></div>
<div class="xxgk_content">
{_metadata(item, column, index_no, shown)}
<h1 class="newstitle wztit">{escape(item.title)}</h1>
<div class="newsinfo"><span class="fbsj">{"发布时间：" + shown if shown else ""}</span>
<span class="res">信息来源：{escape(item.source)}</span>
<span class="ydcs">浏览：<b id="views">0</b>次</span></div>
<div class="wzcon j-fontContent">
{paragraphs}
{attachments}
</div>
</div>"""
    return page(site, f"{item.title}_{site.name}", body, tags, _declared(item.charset))


def _declared(charset: str) -> str:
    # Such pages say gb2312 and hold characters that only GB18030 has.
    return "gb2312" if charset == "gbk" else charset


def _paragraph(line: str) -> str:
    line = line.strip()
    if line.startswith("<"):  # what an editor pasted, or somebody else put there
        return line
    if line.startswith("|"):
        cells = [escape(cell.strip()) for cell in line.strip("|").split("|")]
        return "<table><tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr></table>"
    return f'<p style="text-indent: 2em;">{escape(line)}</p>'


def _metadata(item: Item, column: Column, index_no: str, shown: str) -> str:
    if column.template == "news":
        return ""
    written = f"{item.written:%Y-%m-%d}" if item.written else ""
    rows = (
        (("索 引 号：", index_no), ("信息分类：", column.name)),
        (("发布机构：", item.source), ("主题分类：", column.group)),
        (("成文日期：", written), ("发布日期：", shown)),
        (("发文字号：", item.doc_no), ("有 效 性：", "有效")),
        (("名　　称：", item.title), ("政策咨询机关：", item.source)),
    )

    def table(classes: str) -> str:
        lines = "\n".join(
            "<tr>"
            + "".join(
                f'<th>{label}</th><td class="pmingcheng"{" id=_fileNum" if label.startswith("发文字号") else ""}>'
                f"{escape(value)}</td>"
                for label, value in row
            )
            + "</tr>"
            for row in rows
        )
        return f'<div class="div_table_suoyin {classes}"><table class="table_suoyin">\n{lines}\n</table></div>'

    return table("hidden-xs hidden-sm") + "\n" + table("hidden-lg hidden-md")
