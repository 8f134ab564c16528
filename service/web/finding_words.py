"""What a finding rests on, in words: the rule by its name, the evidence by its fields, the basis (依据)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.nouns import Finding
from core.words import COLUMNS

# The beginning of the filter's choices and the rules of each.
KINDS: Mapping[str, str] = {
    "column.": "栏目更新", "item.": "公开事项", "page.text.privacy.": "个人信息", "page.text.wording.": "文字表述",
    "page.text.date.": "正文日期", "page.text.accuracy.": "内容准确", "page.text.element.": "要素齐全", "page.text.link.": "正文链接",
    "page.": "网页内容（全部）", "source.": "来源", "site.": "网站", "run.": "巡查本身", "application.": "依申请公开",
}
RULES: Mapping[str, str] = {
    "column.freshness": "栏目应在规定期限内更新，且不得空白",
    "page.repeated_title": "同一栏目内不应重复发布同题信息",
    "page.future_date": "发布日期不得晚于实际日期",
    "page.removed": "已公开的信息应能持续打开",
    "page.undated": "每篇信息都应注明发布时间",
    "page.yearly_missing": "每年应公开的信息应按年公开",
    "page.missing_issue": "系列信息应完整",
    "page.changed": "已公开的信息改动应经过审核",
    "page.redated": "发布日期不得随意改动",
    "page.text.accuracy.number_year": "文号年份应与成文年份一致",
    "page.text.accuracy.other_number": "正文文号应与页面所标文号一致",
    "page.text.accuracy.written_later": "成文日期不应晚于发布日期",
    "page.text.accuracy.late": "信息形成或变更后二十个工作日内公开（条例第二十六条）",
    "page.text.accuracy.publicity": "公示期应足额",
    "page.text.accuracy.foreign_place": "内容应是本镇的",
    "page.text.accuracy.sum": "表格合计应与明细一致",
    "page.text.accuracy.count": "文中数量应与名单一致",
    "page.text.accuracy.dead_attachment": "附件应能打开",
    "page.text.accuracy.unreadable_attachment": "附件应能读取",
    "page.text.accuracy.nothing": "说明性信息应整合成一条",
    "page.text.accuracy.disagreement": "页面标签、索引表与正文应一致",
    "page.text.privacy.id_number": "不得公开完整的公民身份号码",
    "page.text.privacy.mobile": "不得公开个人手机号码",
    "page.text.privacy.bank_account": "不得公开个人银行账号",
    "page.text.privacy.address": "不得公开个人详细住址",
    "page.text.privacy.sensitive_list": "名单不得公开敏感个人信息",
    "page.text.wording.confusion": "文字表述应准确",
    "page.text.wording.near_miss": "规范名称、固定提法应一字不差",
    "page.text.date.impossible": "日期应真实存在",
    "page.text.date.after_publication": "会议日期不应晚于发布日期",
    "page.text.link.local": "链接应能从公网打开",
    "source.blocked": "来源应能正常访问：网站拒绝了访问",
    "source.unreachable": "来源应能正常访问：网站打不开",
    "source.redesigned": "来源应能正常读取：网页疑似改版",
    "source.not_run": "每个来源都应按时巡查",
    "source.quiet": "来源应定期有新内容",
    "run.silent": "巡查每天都应进行",
    "application.due": "依申请公开应在法定期限内答复",
    "run.calendar": "次年的节假日安排应及时录入",
    "page.contacts_differ": "同一机构的联系方式各页应一致",
    "page.near_duplicate": "同一内容不应重复发布",
    "page.text.accuracy.attachment_year": "附件应与标题是同一年的",
    "page.text.accuracy.attachment_number": "附件文号应与页面所标文号一致",
    "page.text.accuracy.attachment_date": "附件落款日期应与成文日期一致",
    "page.text.privacy.illness": "不得公开个人病情、残疾情况",
    "page.text.wording.phrase": "港澳台等用语应规范",
    "page.text.wording.leader": "领导姓名应准确",
    "page.text.wording.leader_term": "领导职务应与任期相符",
    "page.text.element.unread": "附件应能全部读取",
    "item.column": "每个适用的公开事项都应有对应栏目",
    "item.missing": "每个适用的公开事项都应公开",
    "item.period": "定期公开的事项应按期公开，一期不缺",
    "page.item_late": "应在公开事项自己的时限内公开",
    "page.text.element.guide": "信息公开指南应写全条例第十二条的内容",
    "page.text.element.catalogue": "信息公开目录应有索引、名称、内容概述、生成日期（条例第十二条）",
    "page.text.element.annual_report": "年度报告应有规定的六个部分",
    "page.text.element.three_public": "“三公”经费应分四项公开",
    "page.text.element.subsidy_guide": "补贴申请指南的要素应齐全",
    "page.text.element.contacts": "联系方式应有地址、时间和电话",
    "page.text.element.budget": "预决算应列出全部表格，空表应说明",
    "site.unreachable": "网站应能打开（一周内打不开达到 5% 即单项否决）",
    "site.down": "网站应能打开：现在持续打不开",
    "site.blocked": "网站应允许访问：我们的访问被拦截",
    "site.home_stale": "首页应在两周内有更新（单项否决）",
    "site.certificate": "网站的安全证书应有效",
    "page.dead_link": "链接和附件应能打开",
    "page.text.link.hidden": "网页中不得有暗链（单项否决）",
    "page.text.link.foreign": "外部链接应经过核对",
    "page.text.accuracy.annual_tables": "年度报告表三、表四的合计应相符",
    "page.text.privacy.id_number_typo": "录错一位的公民身份号码也不得公开",
    "page.text.privacy.id_number_15": "不得公开15位旧身份证号",
    "page.text.privacy.id_number_confirm": "编号不应与公民身份号码相混",
    "page.text.privacy.id_number_mask": "公民身份号码应遮盖到不能推断本人",
    "page.text.privacy.mobile_confirm": "公开的手机号码应为办公号码",
    "page.text.privacy.mobile_mask": "手机号码应遮盖中间四位",
    "page.text.privacy.bank_account_confirm": "公开的账号应为单位对公账户",
    "page.text.privacy.passbook_account": "不得公开个人存折、一卡通账号",
}
# What to do, of rules whose reason does not say it; by the beginning of the rule's name.
ADVICE: Mapping[str, str] = {
    "column.freshness": "请发布新内容；没有内容可发的，核对栏目的类型和期限，或写明理由申请撤并栏目。",
    "item.period": "请发布缺少的一期；已经发布的，核对标题是否写明期次、是否放在对应的栏目里。",
    "page.item_late": "请核对起算日期和发布日期；确实迟了的，选“暂缓到某一天”并写明原因。",
    "page.text.accuracy.late": "请核对成文日期和发布日期；确实迟了的，选“暂缓到某一天”并写明原因。",
    "page.repeated_title": "请核对是不是同一内容：重复的删去一篇，不同的把标题区别开。",
    "page.future_date": "请核对并更正发布日期。",
    "page.removed": "误删的请恢复；按规定撤下的，选“误报”并写明理由。",
    "page.undated": "请在网页上注明发布时间。",
    "page.yearly_missing": "请发布今年的；不再公开的，选“误报”并写明理由。",
    "page.missing_issue": "请补发缺少的一期；本来没有这一期的，选“误报”并写明理由。",
    "page.changed": "请核对改动是否经过审核；审核过的，选“误报”并写明由谁审核。",
    "page.redated": "请恢复原来的发布日期；确属重新发布的，选“误报”并写明理由。",
    "site.unreachable": "请报告网站主管单位，排查服务器和线路。",
    "site.down": "请立即联系网站主管单位。",
    "site.blocked": "请人工打开核对，并联系网站管理方放行。",
    "site.home_stale": "请更新首页信息；首页由县里管理的，报告网站主管单位。",
    "site.certificate": "请网站管理方更换证书。",
    "application.due": "请尽快答复；还在期限内、需要延期的，先在“依申请公开”里登记“延长期限”。",
    "run.calendar": "请技术人员录入放假安排；录入后期限自动变为确定。",
}
_FIELDS: Mapping[str, str] = {
    "name": "栏目", "item": "公开事项", "period": "应公开的一期", "event": "起算日期",
    "status": "栏目状态", "latest": "最近一条发布于", "due": "期限",
}


def rule_of(finding: Finding) -> str:
    """The rule's name; its kind where a rule has none of its own."""
    kind = next((word for prefix, word in KINDS.items() if finding.rule_id.startswith(prefix)), "其他")
    return RULES.get(finding.rule_id, kind)


def evidence_of(finding: Finding) -> list[tuple[str, str]]:
    """What was seen, as (name, value); masked before it was kept. What has no Chinese name is not for people to read."""
    seen = [(word, _value(name, value)) for name, word in _FIELDS.items() if (value := finding.evidence.get(name)) not in (None, "")]
    # Of a column the records are counted, of a page the places.
    counted = finding.evidence.get("count")
    if finding.rule_id.startswith("column.") and counted is not None:
        seen.append(("现有条数", str(counted)))
    elif isinstance(counted, int) and counted > 1:
        seen.append(("问题位置", f"{counted} 处"))
    return seen


def advice_of(finding: Finding) -> str:
    """What to do about it, where its reason does not say so itself."""
    return ADVICE.get(finding.rule_id, "")


def places_of(finding: Finding) -> list[Mapping[str, str]]:
    """Where it is, what stands there and what to do, where the scan of one page found it; else nothing, and the reason says it all."""
    places = finding.evidence.get("places")
    if not finding.rule_id.startswith("page.text.") or not finding.subject.startswith("record:") or not isinstance(places, list):
        return []
    return [place for place in places if isinstance(place, dict) and {"where", "evidence", "advice", "severity"} <= place.keys()]


def basis_of(finding: Finding) -> str:
    """The article or document that asks for it; empty where the town's own settings do."""
    return str(finding.evidence.get("basis") or "")


def _value(name: str, value: Any) -> str:
    return COLUMNS.get(str(value), str(value)) if name == "status" else str(value)
