"""Made-up passages as a town writes them, wrong and right: what the scan must find, and of what it must say nothing.

People, numbers and cards are invented; identity numbers get their check digit here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.errors import ConfigErrors
from core.nouns import Severity
from monitor import wording
from monitor.privacy import rules
from monitor.privacy.numbers import check_digit, luhn
from monitor.scan import scan
from monitor.scanned import Flaw, from_text
from monitor.wording import Leader

CONFIG = Path(__file__).parents[2] / "config"
PRIVACY, WORDING = rules.load(CONFIG), wording.load(CONFIG)
TODAY = date(2026, 3, 2)
FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def _card(digits: str) -> str:
    return next(digits + last for last in "0123456789" if luhn(digits + last))


ID, ID2, OLD = (digits + check_digit(digits) for digits in ("34152519850307123", "34152519701201456", "34242719700101123"))
CARD, CARD16 = _card("621700123456789012"), _card("622848123456789")
FOURS = " ".join(CARD[at : at + 4] for at in range(0, len(CARD), 4))

WRONG: dict[str, dict[str, str]] = {
    "id_number": {
        "spaces in a table": f"姓名\t身份证号\n张三\t{ID[:6]} {ID[6:14]} {ID[14:]}\n李四\t{ID2}", "full width": f"申请人王五，身份证号：{ID.translate(FULL)}",
        "split over cells": f"姓名\t身份证号\t\n张三\t{ID[:14]}\t{ID[14:]}",
        "a digit a cell": "姓名\t" + "\t".join(["身份证号"] + [""] * 17) + "\n张三\t" + "\t".join(ID),
        "of 15 digits": "户主赵六，身份证号码342427700101123", "of 15 digits in a table": "姓名\t身份证\n张三\t342427700101123",
        "dots": f"身份证号：{ID[:6]}.{ID[6:14]}.{ID[14:]}", "a slip": f"张三 身份证号 {ID[:17]}{'1' if ID[17] != '1' else '2'}",
        "a small x": "公民身份号码 11010519491231002x", "without a label": f"{OLD} 张三 男 已发放",
        "a wide space": f"身份证号：{ID[:6]}\u3000{ID[6:14]}\u3000{ID[14:]}", "a space that does not break": f"身份证号：{ID[:6]}\u00a0{ID[6:]}",
        "an invisible space": f"身份证号：{ID[:6]}\u200b{ID[6:]}", "label a line above": f"身份证号码：\n{ID}", "a form": f"姓名\t张三\n性别\t男\n身份证号\t{ID}",
        "in brackets": f"张三（{ID}）等三人", "mask too short": f"张三 {ID[:14]}****", "mask in the birth day": f"张三 身份证号 {ID[:10]}**{ID[12:]}",
        "mask beside the birth day": f"姓名\t身份证号\t出生日期\n张三\t{ID[:6]}********{ID[14:]}\t1985-03-07",
    },
    "mobile": {
        "mask too short": "村民张三，电话1385641***2", "spaces": "低保对象张三，联系电话 138 5641 2345", "dots": "村民李四手机：138.5641.2345",
        "full width": "户主张三，手机１３８５６４１２３４５", "with the country's code": "村民张三电话+86-138-5641-2345",
        "in a list": "姓名\t联系电话\t补贴金额\n张三\t13856412345\t300\n李四\t13956412345\t300",
        "in a list without heads": "张三\t男\t13856412345\n李四\t男\t13956412345\n王五\t女\t13756412345",
        "between strokes": "村民张三 13856412345/13956412345", "below a headline": "清溪镇道路工程招标结果公示\n肖晓（手机13856412345）", "put up to be called": "防汛值班电话：13856412345（24小时）",
    },
    "bank_account": {
        "in fours": f"户名：张三，卡号：{FOURS}，开户行：霍山农商行", "in a table": f"姓名\t一卡通账号\t金额\n张三\t{CARD}\t200", "16 digits": f"李四 银行卡 {CARD16}",
        "a passbook": "姓名\t存折号\n张三\t20000123456789012345\n李四\t20000123456789012346", "hyphens": f"农户张三惠农卡号{FOURS.replace(' ', '-')}",
        "between strokes": f"农户张三、李四卡号{CARD}/{CARD16}", "of a person with a firm's name near": f"张三在某某公司务工，卡号{CARD}",
        "holder and unit": f"户名：张三，开户行：霍山农商行漫水河支行，账号{CARD}，由漫水河镇人民政府代发", "for a unit": f"单位：某某公司，账号：{CARD}",
    },
    "address": {
        "group": "张三，男，家住漫水河镇李家河村张家湾组。", "group in words": "申请人李四，住霍山县漫水河镇桃源河村十二组",
        "house": "王五，女，户籍地址：安徽省六安市霍山县漫水河镇万家山村08号", "flat": "赵六（身份略），现住霍山县衡山镇文盛路金域蓝湾3栋2单元501室",
        "hamlet": "张三，住漫水河镇万家山村大屋庄", "in a table": "姓名\t家庭住址\n张三\t漫水河镇道观冲村塘湾村民组\n李四\t漫水河镇李家河村四组",
        "village and group apart": "户主姓名\t村\t组\t人口\n张三\t李家河村\t张湾组\t3\n李四\t桃源河村\t大塘组\t2",
        "hamlet in a table": "姓名\t住址\n张三\t万家山村大屋庄",
    },
    "sensitive_list": {
        "illness": "姓名\t病种\t救助金额\n张三\t尿毒症\t5000\n李四\t肺癌\t8000", "disability": "姓名\t残疾类别及等级\n张三\t肢体二级",
        "in prose": "张三因患尿毒症家庭困难，拟给予临时救助5000元。", "after the sex": "李四，男，肺癌晚期，拟救助8000元。", "patient": "患者王五，艾滋病，纳入救助",
        "villager": "村民赵六身患白血病，镇里送去慰问金。", "children": "姓名\t年龄\t家庭困难类型\n张小明\t9\t孤儿", "pregnancy": "姓名\t孕检结果\n张芳\t合格",
        "cause": "户主\t致贫原因\n张三\t因病",
    },
    "wording": {text: text for text in (
        "中华人民共和固成立75周年", "中华人共和国公务员法", "中华人民和共国宪法", "全国人民代大会代表", "中国人民政治商会议", "中国共党员", "霍山县人民攻府", "漫水河镇人民政俯",
        "习近平新时代中国特色社义思想", "习近平新时代中国特社会主义思想", "习进平总书记", "习近乎总书记重要讲话", "深刻领悟“两个确力”的决定性意义",
        "增强“四个意思”、做到“两个维护”", "坚定“四个自兴”", "党的二十大精深", "党的二十届三中全汇精神", "扫黑险恶专项斗争", "秸杆禁烧", "台湾国", "台湾、香港、澳门等国家和地区",
        "与台湾中央政府", "香港回归前的宗主国", "台湾总统选举", "乡村震兴战略", "人居环境整冶", "精准扶贫攻艰", "党之部书记", "中央纪律检查委原会", "国务阮办公厅", "社会主意核心价值观",
        # A shorter right name (中国特色社会主义) within a longer one must not hide the slip beside it.
        "习近平新时带中国特色社会主义思想", "习近平新时代中国特色社会主义思思想", "习近平新时代中国特色社会主义思享", "坚持以人名为中心的发展思想",
        "增强“四个意识”、做到“两个维持”", "社会主义核心价直观", "全面部暑", "房屋折除", "惯彻落实", "防犯风险",
    )},
    "date": {text: text for text in (
        "2025年2月30日", "2025年2月29日召开", "2025/02/30", "2025.4.31", "二〇二五年四月三十一日", "二O二五年二月三十日", "二零二五年六月三十一日", "2025年13月5日", "2025-13-05",
        "3月32日", "发布日期：2025-06-31", "2025 年 9 月 31 日", "２０２５年１１月３１日", "于9月31号前报送", "截止日期20250230", "2025年0月5日", "发布时间：2025-13-05 10:00",
    )},
}
RIGHT = (
    "统一社会信用代码113415250032600001", "索引号：113708280043326001/2024-02411", "订单号 202503071234567890，物流单号 621700123456789012",
    "联系电话：0564-5021234", "值班电话：0564－5021234、5021235", "12345热线、110报警", "张三 34*************123", f"李四 身份证号 {ID[:6]}********{ID[14:]}",
    "联系电话：138****1234", "账号：***************1234", "项目总投资1385641.2345万元，其中1385641234.5元", "皖政办〔2024〕13号", "项目代码：2503-341525-04-01-123456",
    "会议地点：漫水河镇李家河村村部", "项目位于漫水河镇桃源河村张湾组，长1.2公里", "办公地址：霍山县漫水河镇漫水河街道12号", "项目位于李家河村大屋庄，受益农户32户",
    "住房和城乡建设局组织对李家河村三组危房鉴定",
    "对患尿毒症、肺癌等重大疾病的困难群众给予救助", "慢性病病种包括高血压、糖尿病", "全镇重度残疾人32人，发放补贴2.1万元", "救助对象\t病种范围\t标准\n困难群众\t尿毒症等\t5000元",
    "患者高龄，高血压控制不佳的应当转诊", "方案，高血压、糖尿病患者健康管理", "困难群众方面，癌症筛查覆盖率提高", "白血病患儿家庭可以申请救助", "王某某，男，患肺癌，经核查不符合条件",
    "中华人民共和国公务员法，中华人民共和国成立", "全国人民代表大会常务委员会；霍山县人民代表大会；省人民代表大会", "中国共产党第二十次全国代表大会", "中国社会主义青年团",
    "中国人民政治协商会议安徽省委员会", "霍山县人民政府、人民政府办公室、县政府", "以习近平新时代中国特色社会主义思想为指导，习近平总书记", "练习和平时学习近况，复习平面图",
    "中国特色社会主义思想体系，坚持和发展中国特色社会主义、思想上", "习近平新时代中国特色社会主义思想、习近平总书记", "做到两个维持不变",
    "深刻领悟“两个确立”，增强“四个意识”、坚定“四个自信”、做到“两个维护”", "做到两个确保、两个确定", "党的二十大精神，党的二十届三中全会精神，二十届四中全会，党的十九大精神",
    "中国共产党霍山县委员会，中共中央，共产党员", "台湾地区、港澳台同胞，香港特别行政区", "台湾、香港、澳门等地区", "日本、台湾等国家和地区", "与俄罗斯等国家和台湾地区",
    "台湾国民党主席", "始建于中华民国二十六年", "中澳关系、中澳两国", "扫黑除恶专项斗争", "秸秆综合利用",
    "委员汇报工作，委员汇总意见", "预防犯罪、防犯罪宣传", "教育部暑期工作安排", "发布署名文章", "打折除外", "骨折迁延不愈", "按装机容量补贴", "险峻工程", "习惯彻底改变",
    "究竟争取了多少，毕竟选择不同", "科学发展关键在落实", "火法冶金", "自己完成、自己经营", "乡村振兴、乡村复兴、乡村振奋",
    "2024年2月29日，2025年2月28日，4月30日", "2025年3月5日至31日", "版本号2.30.1，比例为2:30", "第2条第30款，2.30万元，增长4.31%", "12时30分，13:05", "2-13-05室，3栋",
    "序号 20250230", "编号2025-13-05-2", "地址192.168.13.32", "姓名\t职务\t办公电话\n张三\t镇长\t0564-5021234", "中标单位：安徽某某建设有限公司，地址：六安市金安区皖西路12号",
    "张三等人参加培训，家住附近的群众反映良好。", "准考证号\t成绩\n20250307123\t78.5", "车牌号皖N12345，车架号LSVAA4182E2123456", "QQ群：138564123450", "ISBN 978-7-5611-1234-5",
    "2210105科目，2130126农村公益事业", "宗地号341525100001GB00012", "招标代理机构联系人：李工，电话：0551-65301234", "全县人民代表，全镇人民共同努力；人民政协；政治协商",
    # An account whose holder is an organisation; a mobile that is put up to be called stays to be confirmed (facts, 6.2).
    f"户名：漫水河镇人民政府，账号：{CARD}，开户行：霍山农商行", "收款单位：漫水河镇财政所，账号 13310101040001234", f"捐赠账户：霍山县慈善总会，账号：{CARD16}",
    "批准文号 国药准字H20013083", "两个务必、两个先锋队、四个全面、五位一体",
)


def flaws(text: str, published: date | None = None) -> list[Flaw]:
    return scan(from_text(text, published=published), PRIVACY, WORDING, TODAY)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, given in WRONG.items() for name in given])
def test_what_is_wrong_is_found_and_shown_masked(kind: str, name: str) -> None:
    found = flaws(WRONG[kind][name])
    assert kind in {flaw.kind for flaw in found}
    assert not any(secret in flaw.evidence for flaw in found for secret in (ID, ID2, OLD, CARD, CARD16, "13856412345", "尿毒症"))


@pytest.mark.parametrize("text", RIGHT)
def test_of_what_is_right_nothing_is_said(text: str) -> None:
    assert [(flaw.rule_id, flaw.evidence) for flaw in flaws(text)] == []


def test_what_a_leader_is_called_and_in_which_years() -> None:
    leader = Leader(name="王建国", titles=("县长", "县委副书记"), since="2024-01-15", until="2026-06-30")
    named = WORDING.model_copy(update={"leader": (leader, Leader(name="王建设", titles=("县长",)))})

    def said(text: str, published: date | None = date(2025, 3, 1)) -> list[str]:
        return [flaw.rule_id for flaw in scan(from_text(text, published=published), PRIVACY, named, TODAY)]

    assert said("县长王建囯出席") == said("王健国县长出席") == said("县委副书记、县长王国建出席") == ["wording.leader"]
    # The right name, another leader's, the same slip without a title, a longer name.
    assert said("县长王建国、县长王建设出席；村民王健国；王建国县长") == []
    assert said("县长王建国出席", date(2026, 7, 1)) == said("县长王建国出席", date(2024, 1, 14)) == ["wording.leader_term"]
    assert said("原县长王建国出席", date(2026, 7, 1)) == said("县长王建国出席", date(2026, 6, 30)) == said("县长王建国出席", None) == []
    assert flaws("县长王建囯出席") == [], "no names are shipped: the county gives its list"


@pytest.mark.parametrize(("entry", "why"), [
    ('[[phrase]]\nfind = "台湾("\nright = "x"\nlayer = "x"\nseverity = "veto"\n', "正则"),
    ('[[confusion]]\nwrong = "汚染"\nright = "污染"\nlayer = "x"\nseverity = "error"\n', "归一"),
    ('[[leader]]\nname = "王"\ntitles = ["县长"]\n', "name"),
])
def test_a_dictionary_that_cannot_work_is_refused(entry: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    text = (CONFIG / "rules/wording.toml").read_text(encoding="utf-8")
    (tmp_path / "rules/wording.toml").write_text(text + "\n" + entry, encoding="utf-8")
    with pytest.raises(ConfigErrors, match=why):
        wording.load(tmp_path)


def test_every_entry_of_the_dictionary_finds_its_own_slip() -> None:
    for entry in WORDING.confusion:
        text = entry.wrong + "".join(f"，{word}" for word in entry.beside)
        found = [slip.right for slip in WORDING.find(text, TODAY)]
        assert found, f"{entry.wrong}: never found, another entry calls it right"
    assert all(flaw.severity in set(Severity) for flaw in flaws("攻府"))
