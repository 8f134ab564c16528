"""Passages and lists with personal data that must be found. Each says what it holds, as a scan should show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.scan import numbers

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Plant:
    """One thing to be found: its kind, the beginning of its masked evidence, and the digits that must never be told."""

    kind: str
    shown: str
    digits: str = ""


def planted(kind: str, digits: str) -> Plant:
    """A number as it may be shown: 2 + 3, 3 + 4, or the last 4 digits."""
    keep = {"id_number": (2, 3), "mobile": (3, 4), "bank_account": (0, 4)}[kind]
    stars = "*" * (len(digits) - sum(keep))
    return Plant(kind, digits[: keep[0]] + stars + digits[len(digits) - keep[1] :], digits)


def _identity(random: Random) -> tuple[str, list[Plant]]:
    number = numbers.identity(random)
    written = random.choice((
        number, number, number.lower(), number.translate(FULL_WIDTH), f"{number[:6]} {number[6:14]} {number[14:]}",
        f"{number[:6]}-{number[6:14]}-{number[14:]}", f"{number[:10]}\n{number[10:]}",
    ))
    who = numbers.name(random)
    text = random.choice((
        f"{who}，身份证号码：{written}，经村民代表会议评议通过。", f"申请人{who}（身份证号{written}）符合条件。",
        f"公民身份号码：{written}", f"拟录用人员{who}，{written}，大专文化。", f"兹证明{who}，身份证{written}，系我镇居民。",
        f"姓名：{who}  证件号码：{written}  联系地址：略",
    ))
    return text, [planted("id_number", number)]


def _other_identity(random: Random) -> tuple[str, list[Plant]]:
    number = random.choice((numbers.mistyped, numbers.old_identity))(random)
    text = random.choice(("{}，身份证号：{}。", "申请人{}，身份证号码{}，户籍在本镇。", "户主{}（身份证号：{}）"))
    return text.format(numbers.name(random), number), [planted("id_number", number)]


def _weak_mask(random: Random) -> tuple[str, list[Plant]]:
    number = numbers.identity(random)
    if random.random() < 0.5:
        shown = f"{number[:14]}****"
        return f"{numbers.name(random)}，身份证号{shown}", [Plant("id_number", number[:2] + "*" * 16)]
    shown = numbers.mobile(random)
    return f"村民{numbers.name(random)}，手机{shown[:8]}***", [Plant("mobile", f"{shown[:3]}****{shown[7]}***")]


def _mobile(random: Random) -> tuple[str, list[Plant]]:
    number = numbers.mobile(random)
    written = random.choice((
        number, number, f"{number[:3]} {number[3:7]} {number[7:]}", f"{number[:3]}-{number[3:7]}-{number[7:]}",
        f"+86 {number}", f"86-{number}", number.translate(FULL_WIDTH),
    ))
    who, village = numbers.name(random), random.choice(numbers.VILLAGES)
    text = random.choice((
        f"村民{who}反映道路破损，其联系电话为{written}。", f"申请人{who}，手机号码：{written}。", f"{who}（手机{written}）",
        f"来信人{who}，{village}人，电话{written}。", f"户主{who}，联系方式{written}，家庭人口4人。", f"受害人家属{who}电话：{written}",
    ))
    return text, [planted("mobile", number)]


def _account(random: Random) -> tuple[str, list[Plant]]:
    number = numbers.card(random, random.choice(("62", "62", "621", "95", "43")), random.choice((16, 17, 18, 19)))
    written = random.choice((number, number, " ".join(number[at : at + 4] for at in range(0, len(number), 4))))
    who = numbers.name(random)
    text = random.choice((
        f"补助资金打入{who}的一卡通，卡号{written}。", f"户名：{who}，开户行：农商行，账号：{written}",
        f"户主{who}，银行卡号：{written}。", f"{who}惠农卡账号{written}，请核对。", f"领取人{who}，存折账号：{written}",
    ))
    return text, [planted("bank_account", number)]


def _address(random: Random) -> tuple[str, list[Plant]]:
    who, village, group = numbers.name(random), random.choice(numbers.VILLAGES), random.choice(numbers.GROUPS)
    number = random.randrange(1, 90)
    text = random.choice((
        f"{who}，男，家住清溪镇{village}{group}。", f"申请人：{who}，家庭住址：清溪镇{village}{group}{number}号。",
        f"{who}，女，现住清溪镇{village}{number}号，系低保对象。", f"村民{who}，住址：云山县清溪镇{village}{group}。",
        f"户主{who}，户籍地址清溪镇{village}{number}号",
    ))
    return text, [Plant("address", f"{who[0]}*，")]


PASSAGES: tuple[Callable[[Random], tuple[str, list[Plant]]], ...] = (
    _identity, _identity, _identity, _other_identity, _weak_mask, _mobile, _mobile, _account, _account, _address, _address,
)

SENSITIVE = {
    "病种": ("高血压三级", "尿毒症", "慢性肾病"), "疾病名称": ("精神分裂症", "糖尿病"), "残疾类别": ("肢体", "视力", "听力"),
    "残疾等级": ("一级", "二级"), "致贫原因": ("因病", "因残", "缺劳力"), "孕周": ("12", "30"), "诊断结果": ("复查", "良性"),
    "困难原因": ("突发疾病", "火灾"), "婚姻状况": ("未婚", "离异"), "残疾证等级": ("三级", "四级"),
}


def roster(random: Random) -> tuple[Rows, list[Plant]]:
    """A list of people with one to four columns that may not stand there, in a random order of columns."""
    header = [random.choice(("姓名", "户主姓名", "姓 名", "救助对象姓名", "学生姓名"))]
    people = [numbers.name(random) for _ in range(random.randrange(2, 9))]
    rows = [[who] for who in people]
    plants: list[Plant] = []
    for column in random.sample(_COLUMNS, random.randrange(1, 5)):
        label, cells, found = column(random, people)
        if label not in header:
            header.append(label)
            for row, cell in zip(rows, cells, strict=True):
                row.append(cell)
            plants += found
    filler = random.choice((("性别", ("男", "女")), ("金额", ("320", "1500", "680")), ("类别", ("A类", "B类"))))
    table = [["序号", *header, filler[0]], *([str(at), *row, random.choice(filler[1])] for at, row in enumerate(rows, 1))]
    if random.random() < 0.3:
        table.insert(0, ["清溪镇2025年救助对象花名册", *[""] * (len(table[0]) - 1)])
    return table, plants


Column = Callable[[Random, list[str]], tuple[str, list[str], list[Plant]]]


def _numbers(kind: str, labels: tuple[str, ...], make: Callable[[Random], str]) -> Column:
    def column(random: Random, people: list[str]) -> tuple[str, list[str], list[Plant]]:
        cells = [make(random) for _ in people]
        return random.choice(labels), cells, [planted(kind, cell) for cell in cells]

    return column


def _homes(random: Random, people: list[str]) -> tuple[str, list[str], list[Plant]]:
    cells = [f"清溪镇{random.choice(numbers.VILLAGES)}{random.choice(numbers.GROUPS)}" for _ in people]
    return random.choice(("家庭住址", "住址", "现居住地址", "户籍地址")), cells, [Plant("address", f"{people[0][0]}*，")]


def _sensitive(random: Random, people: list[str]) -> tuple[str, list[str], list[Plant]]:
    label = random.choice(list(SENSITIVE))
    return label, [random.choice(SENSITIVE[label]) for _ in people], [Plant("sensitive_list", f"“{label}”")]


_COLUMNS: tuple[Column, ...] = (
    _numbers("id_number", ("身份证号", "身份证号码", "公民身份号码", "证件号码"), numbers.identity),
    _numbers("mobile", ("联系电话", "手机号码", "电话", "联系方式"), numbers.mobile),
    _numbers("bank_account", ("银行账号", "一卡通账号", "卡号", "惠农卡号"), numbers.card),
    _numbers("bank_account", ("存折账号", "农商行账号"), numbers.passbook),
    _homes, _sensitive, _sensitive,
)
