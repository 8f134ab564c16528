"""Passages and tables that are right: numbers of offices, orders and projects, statistics, lists that are masked well."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.scan import numbers
from benchmarks.scan.plants import Rows

_D = numbers.digits


def _landline(random: Random) -> str:
    return f"0564-{random.randrange(5_000_000, 6_000_000)}"


def _day(random: Random) -> str:
    return f"{random.randrange(2018, 2026)}年{random.randrange(1, 13)}月{random.randrange(1, 29)}日"


def _masked(random: Random) -> str:
    number, phone = numbers.identity(random), numbers.mobile(random)
    return random.choice((
        f"{number[:2]}{'*' * 13}{number[-3:]}", f"{number[:6]}{'*' * 12}", f"{phone[:3]}****{phone[7:]}",
        f"{'*' * 15}{_D(random, 4)}",
    ))


PASSAGES: tuple[Callable[[Random], str], ...] = (
    lambda r: f"订单编号：{numbers.card(r, '62', 19)}，已发货。",
    lambda r: f"采购订单号{_D(r, 18)}，交易流水号{_D(r, 19)}。",
    lambda r: f"索引号：{numbers.credit_code(r)}/{_day(r)[:4]}-{_D(r, 5)}",
    lambda r: f"索引号：11370828004332600{r.randrange(1, 9)}/2024-0{_D(r, 4)}",
    lambda r: f"统一社会信用代码：{numbers.credit_code(r)}",
    lambda r: f"清溪镇人民政府文件 清政〔{r.randrange(2018, 2026)}〕{r.randrange(1, 200)}号",
    lambda r: f"项目代码：{r.randrange(2018, 2026)}-341525-{_D(r, 2)}-01-{_D(r, 6)}",
    lambda r: f"项目编号：{numbers.card(r, '2024', 17)}，招标编号HSZB-{_D(r, 8)}。",
    lambda r: f"备案号：{_D(r, 16)}；许可证编号{_D(r, 15)}。",
    lambda r: f"发票代码{_D(r, 12)}，发票号码{_D(r, 8)}。",
    lambda r: f"合同编号：{numbers.card(r, '62', 16)}",
    lambda r: f"联系电话：{_landline(r)}，地址：清溪镇人民路{r.randrange(1, 99)}号。",
    lambda r: f"监督举报电话：{_landline(r)}，12345，传真{_landline(r)}。",
    lambda r: f"服务热线400-{_D(r, 3)}-{_D(r, 4)}，邮编237200。",
    lambda r: f"会议于{_day(r)}召开，{_day(r)}印发。",
    lambda r: f"发布时间：{r.randrange(2018, 2026)}-03-1{r.randrange(10)} 10:2{r.randrange(10)}:0{r.randrange(10)}",
    lambda r: f"文件编号{r.randrange(2018, 2026)}0315{_D(r, 10)}，版本号{_D(r, 3)}。",
    lambda r: f"坐标：东经115.{_D(r, 9)}，北纬31.{_D(r, 9)}。",
    lambda r: f"总投资{numbers.mobile(r)}元，其中上级资金{_D(r, 7)}.{_D(r, 2)}元。",
    lambda r: f"不动产权证号：皖（2024）云山县不动产权第{_D(r, 7)}号，宗地代码{_D(r, 12)}GB00{_D(r, 3)}。",
    lambda r: f"详见http://www.yunshan.example/public/6596381/{numbers.mobile(r)}.html",
    lambda r: f"附件下载：/upload/{_D(r, 8)}/{_D(r, 18)}.pdf",
    lambda r: f"条码：69{_D(r, 11)}，批准文号：国药准字H{_D(r, 8)}。",
    lambda r: f"工作QQ群：{_D(r, 9)}，公众号备案{_D(r, 14)}。",
    lambda r: f"{numbers.name(r)}，身份证号{_masked(r)}，公示期5个工作日。",
    lambda r: f"{numbers.name(r)}同志任清溪镇副镇长，分管农业农村工作。",
    lambda r: f"{r.choice(numbers.VILLAGES)}{r.choice(numbers.GROUPS)}道路硬化工程已完工，长{_D(r, 3)}米。",
    lambda r: f"项目地点：清溪镇{r.choice(numbers.VILLAGES)}{r.choice(numbers.GROUPS)}。",
    lambda r: f"全镇现有残疾人{_D(r, 3)}人，其中一级残疾{_D(r, 2)}人，低保对象{_D(r, 3)}户{_D(r, 3)}人。",
    lambda r: f"粮食总产{_D(r, 5)}吨，人均可支配收入{_D(r, 5)}元，同比增长{r.randrange(1, 9)}.{r.randrange(10)}%。",
    lambda r: f"办公地址：清溪镇街道{r.randrange(1, 99)}号，办公时间：上午8:00—12:00。",
    lambda r: f"汇款请转财政专户，单位名称：清溪镇人民政府，代码{_D(r, 12)}。",
    lambda r: f"图斑编号{_D(r, 18)}，面积{_D(r, 2)}.{_D(r, 2)}亩。",
    lambda r: f"物流单号：{numbers.card(r, '62', 17)}，凭证号{_D(r, 14)}。",
)
CONFIRMS: tuple[Callable[[Random], str], ...] = (
    lambda r: f"报名咨询电话：{numbers.mobile(r)}（镇便民服务中心）。",
    lambda r: f"防汛值班电话：{numbers.mobile(r)}。",
    lambda r: f"收款人：云山县清溪镇人民政府，开户行：农商行，账号：{numbers.card(r, '20', 19)}，用于捐款。",
)
"""Contacts and accounts that are meant to be public: a scan may ask for a look, never call them a leak."""


def _villages(random: Random) -> Rows:
    words = random.sample(("残疾人数", "低保户数", "患病人数", "孕产妇人数", "脱贫户数", "五保人数", "贫困人口"), 4)
    rows = [[village, *(_D(random, 2) for _ in words)] for village in random.sample(numbers.VILLAGES, 5)]
    return [["村名", *words], *rows]


def _projects(random: Random) -> Rows:
    rows = [
        [random.choice(numbers.VILLAGES) + "道路工程", f"2025341525{_D(random, 8)}", numbers.card(random, "62", 18), _D(random, 6)]
        for _ in range(4)
    ]
    return [["项目名称", "项目代码", "合同编号", "投资金额（元）"], *rows]


def _winners(random: Random) -> Rows:
    rows = [[f"云山县{random.choice('安宏鑫达')}{random.choice('源盛通诚')}建设有限公司", numbers.credit_code(random), _D(random, 7)]
            for _ in range(3)]
    return [["中标单位", "统一社会信用代码", "中标金额（元）"], *rows]


def _offices(random: Random) -> Rows:
    rows = [[office, f"主任{numbers.name(random)[0]}某", _landline(random)] for office in ("党政办", "财政所", "农业站", "民政办")]
    return [["科室", "负责人", "办公电话"], *rows]


def _masked_roster(random: Random) -> Rows:
    rows = []
    for at in range(1, random.randrange(3, 9)):
        number, phone = numbers.identity(random), numbers.mobile(random)
        rows.append([str(at), numbers.name(random), f"{number[:2]}{'*' * 13}{number[-3:]}", f"{phone[:3]}****{phone[7:]}",
                     f"清溪镇{random.choice(numbers.VILLAGES)}", "320"])
    return [["序号", "姓名", "身份证号", "联系电话", "所在村", "金额"], *rows]


def _orders(random: Random) -> Rows:
    rows = [
        [random.choice(("电脑", "打印机", "办公桌")), numbers.card(random, "62", 19), _D(random, 12), _D(random, 4)] for _ in range(4)
    ]
    return [["品名", "订单编号", "发票代码", "金额"], *rows]


def _budget(random: Random) -> Rows:
    words = ("教育支出", "卫生健康支出", "农林水支出")
    rows = [[word, _D(random, 5), _D(random, 5), f"{random.randrange(20, 99)}.{random.randrange(10)}%"] for word in words]
    return [["科目", "预算数", "决算数", "完成比例"], *rows]


def _diseases(random: Random) -> Rows:
    rows = [[disease, _D(random, 2), _D(random, 4)] for disease in ("高血压", "糖尿病", "肺结核")]
    return [["病种", "救助人次", "救助金额"], *rows]


TABLES: tuple[Callable[[Random], Rows], ...] = (
    _villages, _projects, _winners, _offices, _masked_roster, _orders, _budget, _diseases,
)


def officials(random: Random) -> Rows:
    """河长 and their office mobiles: public on purpose."""
    rows = [[village, numbers.name(random), "村书记", numbers.mobile(random)] for village in random.sample(numbers.VILLAGES, 3)]
    return [["河段", "河长姓名", "职务", "联系电话"], *rows]
