"""Whether digits with a number's shape are a leak, by what stands around them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.nouns import Severity
from core.text import fold_plain
from monitor.privacy.masking import Masked, mask_number
from monitor.privacy.numbers import Number
from monitor.privacy.rules import PrivacyRules
from monitor.scanned import Flaw

_LABEL = re.compile(r"[0-9A-Za-z]{8,}|[;；。!！?？\t]")
_LINE = 4
# The account's holder is written as persons are: two or three characters that end no organisation's name.
_HOLDER = re.compile(
    r"(?:户名|户主|持卡人|开户人|领取人|收款人)(?:姓名)?[:：为是]?\s*[\u4e00-\u9fff]{1,2}[\u4e00-\u9fff](?<![府局所社院校会站厂部处店])(?![\u4e00-\u9fff])"
)

# An account's holder that is an organisation, named as such: its account may be published, and nobody needs to look.
_UNIT_HOLDER = re.compile(
    r"(?:户名|账户名称|开户名称|收款单位|收款人|单位名称|开户单位|捐赠账户|捐款账户)(?:名称)?[:：为是]?\s*[\u4e00-\u9fff]{2,24}"
    r"(?:政府|财政[所局]|管理局|委员会|中心|公司|学校|小学|中学|幼儿园|医院|卫生院|协会|总会|红十字会|基金会|合作社)(?![\u4e00-\u9fff])"
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a number. ``label``: what names it directly (the words before it, its column, the cell before);
    ``near``: the passage or the row with its header; ``in_list``: a row of a table with a column of names; ``official``:
    a table of posts or offices; ``heading``: the labels of a printed list whose rows are broken into lines."""

    label: str
    near: str
    after: str = ""
    in_list: bool = False
    official: bool = False
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict before it has a place."""

    rule: str
    severity: Severity
    advice: str


def label_of(before: str) -> str:
    """What names a number in running text: the words before it, back to the last sentence or other long number; of the line above
    only where its own says next to nothing (身份证号码： over the number). A headline names nobody's number."""
    before = before[-24:]
    line = before.rpartition("\n")[2]
    return fold_plain(_LABEL.split(line if len(fold_plain(line)) >= _LINE else before)[-1])


def judge(number: Number, around: Surroundings, rules: PrivacyRules) -> Judged | None:
    """What the number is there, or None where it is nobody's."""
    decide = {"id_number": _identity, "mobile": _mobile, "bank_account": _account}[number.kind]
    return decide(number, around, rules)


def _identity(number: Number, around: Surroundings, rules: PrivacyRules) -> Judged | None:
    named = rules.says("identity", around.label) or rules.says("identity", around.near)
    # 信用代码 and project numbers carry division and date too; the label that stands at the number decides.
    foreign = rules.says("other_numbers", around.label) and not rules.says("identity", around.label)
    if around.after.startswith("/"):
        foreign = foreign or not rules.says("identity", around.label)
    if len(number.digits) == 15:
        if named and not foreign:
            return Judged("id_number_15", Severity.ERROR, "疑似15位旧身份证号，请核对后遮盖或删除。")
        return None
    if number.sure and not foreign:
        return Judged("id_number", Severity.ERROR, "公民身份号码完整公开，请立即撤下或按“前2位＋后3位”遮盖后重新发布。")
    if number.sure:
        return Judged("id_number_confirm", Severity.WARN, "这个编号与公民身份号码的构成完全一致，请核对是否误填了身份证号。")
    if foreign:
        return None
    return Judged("id_number_typo", Severity.WARN, "疑似录错一位的公民身份号码（校验码不符），请核对后遮盖。")


def _mobile(number: Number, around: Surroundings, rules: PrivacyRules) -> Judged | None:
    label, named = around.label, rules.says("mobile", around.label)
    if number.broken and not any(rules.says("mobile", words) for words in (label, around.near[-40:], around.heading)):
        return None
    if not named and (rules.says("other_numbers", label) or rules.says("amounts", label) or _measured(around.after)):
        return None
    confirm = "办公联系方式可以公开，请核对是否为本人同意公开的办公号码。"
    private = rules.says("private_person", around.near)
    if around.in_list and not around.official:
        return Judged("mobile", Severity.ERROR, "名单中公开了个人手机号码，请删除该列或遮盖中间4位（138****1234）。")
    if rules.says("office", label) or (rules.office_contact.search(around.near) and not private and "手机" not in label) or around.official:
        return Judged("mobile_confirm", Severity.INFO, confirm)
    if rules.says("contact", label) and not private:
        return Judged("mobile_confirm", Severity.WARN, "请核对是否为对外公开的办公号码；若为私人号码，请遮盖中间4位。")
    return Judged("mobile", Severity.ERROR, "公开了个人手机号码，请删除或遮盖中间4位（138****1234）。")


def _measured(after: str) -> bool:
    return re.match(r"\s*(?:元|万|亿|㎡|平方|亩|公斤|吨|株|字|%)", after) is not None


def _account(number: Number, around: Surroundings, rules: PrivacyRules) -> Judged | None:
    if number.broken and not rules.says("account", around.heading):
        return None
    named = rules.says("account", around.label)
    card = number.sure and number.digits.startswith("62") and not rules.says("other_numbers", around.label)
    if not named and number.sure and rules.says("account", around.near):
        named = not rules.says("other_numbers", around.label) and not rules.says("mobile", around.label)
    if not named and not card:
        return None
    personal = rules.says("private_person", around.near) or rules.says("personal_account", around.label)
    personal = personal or _HOLDER.search(around.near) is not None
    if not personal and not around.in_list and _UNIT_HOLDER.search(around.near):
        return None
    if rules.says("public_account", around.near) and not around.in_list and not personal:
        return Judged("bank_account_confirm", Severity.INFO, "请核对是否为单位对公账户；对公账户可以公开，个人账户须遮盖。")
    if number.sure:
        return Judged("bank_account", Severity.ERROR, "公开了个人银行卡号或账号，请删除，或只保留后4位。")
    if around.in_list or personal:
        return Judged("passbook_account", Severity.WARN, "疑似个人存折、惠农卡账号，请核对后删除，或只保留后4位。")
    return None


def judge_mask(masked: Masked, birth_beside: bool) -> Judged | None:
    """Whether a published mask hides too little where it stands."""
    if masked.mask == "weak":
        advice = "号码遮盖不足，仍可推断本人：身份证号须遮盖出生日期等至少6位，手机号须遮盖中间4位。"
        return Judged(f"{masked.kind}_mask", Severity.WARN, advice)
    if birth_beside:
        return Judged("id_number_mask", Severity.WARN, "身份证号虽遮盖了出生日期，同表却公布了出生日期或年龄，可以还原，请删除其中一列。")
    return None


def flaw(judged: Judged, number: Number, where: str) -> Flaw:
    """The finding of a number, masked."""
    return Flaw(
        rule_id=f"privacy.{judged.rule}", kind=number.kind, severity=judged.severity, where=where,
        evidence=mask_number(number.kind, number.digits), advice=judged.advice,
    )  # fmt: skip


def mask_flaw(judged: Judged, masked: Masked, where: str) -> Flaw:
    """The finding of a weak mask, shown as it should have been masked."""
    shown = masked.shown
    if masked.kind == "id_number":
        shown = shown[:2] + "*" * (len(shown) - 5) + shown[-3:]
    return Flaw(
        rule_id=f"privacy.{judged.rule}", kind=masked.kind, severity=judged.severity, where=where,
        evidence=shown, advice=judged.advice,
    )  # fmt: skip
