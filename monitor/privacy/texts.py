"""Personal data in running text: numbers, also those broken over lines, and a person's home."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate

from core.nouns import Severity
from monitor.privacy.judging import Surroundings, flaw, judge, judge_mask, label_of, mask_flaw
from monitor.privacy.masking import mask_name, masked_numbers
from monitor.privacy.numbers import find, plain
from monitor.privacy.rules import PrivacyRules
from monitor.scanned import Flaw, Paragraph

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方"
    "白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤储鲍葛项聂刁程"
)
# Below the village: a group, a house, a flat. 组织 and 组长 are no groups.
BELOW_VILLAGE = (
    r"(?:[0-9一二三四五六七八九十百]+(?:村民组|组|号|栋|幢|单元|室)|[\u4e00-\u9fff]{1,3}(?:村民组|组)(?![织长建合成员]))"
)
# A natural village in a village: there everybody knows whose house it is.
HAMLET = r"[\u4e00-\u9fff]{1,3}(?:庄|湾|塆|冲|畈|坳|屋场|老屋|新屋|院子|凹)(?![\u4e00-\u9fff])"
_OWN = re.compile(
    rf"(?:户名|收款人|户主|领取人|持卡人|申请人|姓名)[:：为是]?\s*[{SURNAMES}][\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff])"
    r"|(?:户名|收款人|收款单位|收款账户|账户名称?|开户名)[:：为是]?\s*[^，。；\n]{2,30}(?:政府|公司|委员会|中心|[所局社院校会站厂])"
)
_PERSONS = "姓名|户主|申请人|当事人|村民|反映人|患者|老人|对象|低保户|特困户|残疾人|退役军人|群众|职工|学生"
_TOWN = re.compile(r".*?(?:[镇乡]|街道)|.*?[县市区]")
_HOME = re.compile(
    rf"(?:(?<![\u4e00-\u9fff])(?P<name>[{SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=[，,、（(：:\s]|男|女|原|现|家|住|身份)[^。；;\n]{{0,30}}?)?"
    r"(?:家庭住址|现住址|住址|家住|现住|户籍所在地|户籍地址|住所地?|原?居住[于在]?|住[于在]|住(?=[\u4e00-\u9fff]{2,6}[省市县区镇乡村]))"
    r"(?:为|是|[:：])?(?P<home>[\u4e00-\u9fff0-9]{0,24}?"
    rf"(?:(?:村|社区|居委会|小区|路|街|巷)[\u4e00-\u9fff0-9\-]{{0,12}}?{BELOW_VILLAGE}|(?:村|社区){HAMLET}))"
)


_DISEASE = (
    r"(?:[\u4e00-\u9fff]{0,4}癌|[\u4e00-\u9fff]{0,4}肿瘤|尿毒症|白血病|肾(?:功能)?衰竭|艾滋病|精神(?:分裂症?|障碍|疾病|病)|抑郁症|肝硬化|脑梗[死塞]?"
    r"|脑瘫|脑出血|中风|瘫痪|糖尿病|高血压|心脏病|冠心病|肺结核|癫痫|孤独症|自闭症|智力障碍|再生障碍性贫血|(?:肢体|视力|听力|智力|言语|精神|多重)残疾)"
)
# Words that begin with a surname.
_NO_NAMES = frozenset(
    "高龄 高危 高发 高额 高风 方案 方面 方便 周期 周边 程序 程度 严重 万元 于是 成员 项目 史上 石膏 白发 金额 常见 常年"
    " 温馨 马上 任何 任务 安全 安排 余额 余人"
    " 文件 章程 平均 平时 和平 元月 时间 时常 全体 全部"
    " 于今 向上 向外 姚家 后期 单位 单项 关系 关于 明确 强化 水平 水电 应当 应急 包括 包含 左右".split()
)
# A name that is surely one: before a verb of illness, before a sex, or after the word for such a person.
_ILL = re.compile(
    rf"(?:(?<![\u4e00-\u9fff])|(?<=村民|群众|对象|患者|病人|家庭|户主|学生|老人|成员|职工|儿子|女儿|妻子|丈夫))"
    rf"(?P<a>[{SURNAMES}][\u4e00-\u9fff]{{1,2}}?)(?:因病?|长期|不幸|于[0-9年月日]{{2,12}})?"
    rf"(?:患有?|身患|罹患|确诊(?:为|患)?|查出)[^，。；;\n]{{0,8}}?{_DISEASE}"
    rf"|(?<![\u4e00-\u9fff])(?P<b>[{SURNAMES}][\u4e00-\u9fff]{{1,2}})[，,（( ]\s*[男女][，,）) ]"
    rf"[^。；;\n]{{0,30}}?{_DISEASE}"
    rf"|(?:患者|病人|困难群众|救助对象|低保户|特困人员|残疾人)"
    rf"(?P<c>[{SURNAMES}][\u4e00-\u9fff]{{1,2}})[，,、（( ][^。；;\n]{{0,16}}?{_DISEASE}"
)


def scan_paragraphs(
    paragraphs: Sequence[Paragraph], rules: PrivacyRules, today: date, heading: str = ""
) -> Iterator[Flaw]:
    """Findings of consecutive paragraphs, read as one flow so that a number broken at a line's end is found. ``heading``: the
    labels above them, where they are a printed list's broken rows."""
    flow = plain("\n".join(paragraph.text for paragraph in paragraphs))
    starts = [0, *accumulate(len(paragraph.text) + 1 for paragraph in paragraphs)]

    def place(offset: int) -> Paragraph:
        return paragraphs[bisect_right(starts, offset) - 1]

    for number in find(flow, today):
        before, after = flow[max(0, number.start - 60) : number.start], flow[number.end : number.end + 40]
        paragraph = place(number.start)
        near = plain(paragraph.text) if len(paragraph.text) < 160 else before + after
        # A passage that names its own person or payee is not about what stands above it.
        above = "" if _OWN.search(near) else before.rpartition("\n")[0][-30:]
        around = Surroundings(label_of(before), above + near, after, heading=heading)
        if judged := judge(number, around, rules):
            yield flaw(judged, number, paragraph.where)
    for paragraph in paragraphs:
        yield from _masks(paragraph, rules)
        yield from _homes(paragraph)
        yield from _illnesses(paragraph)


def _masks(paragraph: Paragraph, rules: PrivacyRules) -> Iterator[Flaw]:
    text = plain(paragraph.text)
    for masked in masked_numbers(text):
        beside = text[max(0, masked.start - 60) : masked.start + 60]
        if judged := judge_mask(masked, rules.says("births", beside)):
            yield mask_flaw(judged, masked, paragraph.where)


def _homes(paragraph: Paragraph) -> Iterator[Flaw]:
    for match in _HOME.finditer(plain(paragraph.text)):
        named = match["name"] or _named(paragraph.text[: match.start()])
        if named:
            yield home_flaw(paragraph.where, named, match["home"], 1)


def _illnesses(paragraph: Paragraph) -> Iterator[Flaw]:
    """A person by name with an illness or disability: health is sensitive (个人信息保护法第二十八条)."""
    for match in _ILL.finditer(plain(paragraph.text)):
        name = match["a"] or match["b"] or match["c"]
        if not name.endswith(("某", "等", "因", "患")) and name not in _NO_NAMES:
            yield Flaw(
                rule_id="privacy.illness", kind="sensitive_list", severity=Severity.WARN, where=paragraph.where,
                evidence=f"{mask_name(name)}，病情或残疾情况",
                advice="姓名与病情、残疾情况同时公开，属敏感个人信息，请隐去姓名或病情；宣传报道须经本人同意。",
            )  # fmt: skip


def _named(before: str) -> str:
    """A person's name shortly before."""
    match = re.search(
        rf"(?:{_PERSONS})(?:为|:|：)?\s*([{SURNAMES}][\u4e00-\u9fff]{{1,2}})[^。；;\n]{{0,30}}$", before
    )
    return match[1] if match else ""


def home_flaw(where: str, name: str, home: str, count: int) -> Flaw:
    """A name with an address below the village, shown down to the town."""
    town = _TOWN.match(home)
    return Flaw(
        rule_id="privacy.address", kind="address", severity=Severity.WARN, where=where,
        evidence=f"{mask_name(name)}，{town[0] if town else ''}***" + (f"等{count}人" if count > 1 else ""),
        advice="姓名与详细住址同时公开，住址请只写到乡镇（街道）。", count=count,
    )  # fmt: skip
