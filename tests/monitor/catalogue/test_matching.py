"""Items to columns by real names: the columns of towns on two platforms (shared/data/catalogue), the fields that two towns
publish (facts/rules.md 4.1), a tree after those of Anhui, and the demo town. What is right was decided by a person, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from typing import Any

import pytest

from core.catalogue import ItemChoice
from core.settings import CatalogueItem
from monitor.catalogue.matching import FoundColumn, Proposal, propose, split_path, state_of
from monitor.catalogue.presets import presets
from monitor.catalogue.topics import bare, shipped, topics_from

ITEMS = [item for each in presets() for item in each.items if item.applicable]
Right = dict[str, str]
"""Pattern of item ids to the names of their columns, separated by blanks; items of no pattern have none."""

# 平昌县 (龙讯): what all its towns share.
PINGCHANG = "机关简介 政府工作报告 规划计划 统计信息 预算/决算 民生保障 其他法定信息 政策(乡镇)"
PINGCHANG_RIGHT: Right = {
    "f26.yujuesuan.*": "预算/决算", "law.20.07": "预算/决算", "law.20.02": "机关简介", "basics.gaikuang": "机关简介",
    "law.20.03": "规划计划", "law.20.04": "统计信息", "law.20.01": "政策(乡镇)", "basics.wenjian": "政策(乡镇)",
    "basics.baogao": "政府工作报告", "f26.shehui-jiuzhu.*": "民生保障", "law.21.8": "民生保障", "f26.yanglao.*": "民生保障",
    "f26.jiuye.*": "民生保障", "f26.shehui-baoxian.*": "民生保障", "law.20.11": "民生保障",
}
# 平昌县: every column that its county judges.
COUNTY = (
    "机关简介 政府工作报告 规划计划 政策 预算/决算 收费项目 政府采购 统计信息 行政权力 重大项目 重大民生信息 其他法定信息 教育科技 养老服务 社会救助 就业创业 招考录用 "
    "司法监督 价格信息 住房保障 涉农补贴 农产品价格监测 监测预警 审计监督 市场监管 环评公示 环境质量公报 执法检查 乡村振兴 行政许可处罚 医疗保障 公共文化服务 放管服改革 "
    "价格监测 民生保障 社会保障 应急管理 环保督察 卫生健康"
)
COUNTY_RIGHT: Right = {
    "f26.yujuesuan.*": "预算/决算", "law.20.07": "预算/决算", "law.20.02": "机关简介", "basics.gaikuang": "机关简介",
    "law.20.03": "规划计划", "law.20.04": "统计信息", "law.20.01": "政策", "basics.wenjian": "政策", "basics.baogao": "政府工作报告",
    "law.20.05": "行政权力 行政许可处罚", "law.20.06": "行政许可处罚 执法检查", "law.20.09": "政府采购", "f26.gonggong-ziyuan.*": "政府采购",
    "law.20.11": "乡村振兴 就业创业 卫生健康", "law.20.12": "监测预警 应急管理", "law.20.13": "执法检查", "f26.shehui-jiuzhu.*": "社会救助",
    "law.21.8": "社会救助", "f26.yanglao.*": "养老服务", "f26.jiuye.*": "就业创业", "f26.shehui-baoxian.*": "社会保障 医疗保障",
    "f26.gonggong-wenhua.*": "公共文化服务", "f26.shenong-butie.*": "涉农补贴", "f26.xiangcun-zhenxing.*": "乡村振兴",
    "f26.weifang.*": "住房保障", "f26.anquan-shengchan.*": "应急管理", "f26.jiuzai.*": "应急管理 监测预警", "f26.falv-fuwu.*": "司法监督",
    "law.21.1": "乡村振兴 涉农补贴",
}
# 通山县 (TRS): the three columns of each town.
TONGSHAN = "机构简介 财政资金 规划信息"
TONGSHAN_RIGHT: Right = {
    "law.20.02": "机构简介", "basics.gaikuang": "机构简介", "f26.yujuesuan.*": "财政资金", "law.20.07": "财政资金", "law.20.03": "规划信息",
}
# 胡集镇: 13 fields and nothing else.
HUJI = "公共资源交易 社会救助 养老服务 公共法律服务 财政预决算 就业 社会保险 公共文化服务 安全生产 救灾 涉农补贴 农村危房改造 扶贫"
HUJI_RIGHT: Right = {
    "f26.gonggong-ziyuan.*": "公共资源交易", "f26.shehui-jiuzhu.*": "社会救助", "f26.yanglao.*": "养老服务", "f26.falv-fuwu.*": "公共法律服务",
    "f26.yujuesuan.*": "财政预决算", "f26.jiuye.*": "就业", "f26.shehui-baoxian.*": "社会保险", "f26.gonggong-wenhua.*": "公共文化服务",
    "f26.anquan-shengchan.*": "安全生产", "f26.jiuzai.*": "救灾", "f26.shenong-butie.*": "涉农补贴", "f26.weifang.*": "农村危房改造",
    "f26.xiangcun-zhenxing.*": "扶贫", "law.20.07": "财政预决算", "law.20.09": "公共资源交易", "law.20.11": "扶贫 就业 社会保险",
    "law.20.12": "救灾 安全生产", "law.20.13": "安全生产", "law.21.8": "社会救助", "law.21.1": "扶贫 涉农补贴",
}
# A tree after those of towns in Anhui: headings above the columns, names of its own, fields with sub-columns.
ANHUI = (
    "政策文件·规范性文件 政策文件·其他文件 政策解读·本级政策解读 机构概况·乡镇概况 机构概况·机构领导 机构概况·内设机构 政府信息公开·信息公开指南 政府信息公开·信息公开年报 "
    "财政资金·部门预决算 财政资金·“三公”经费 财政资金·财政专项资金 工作信息·规划总结 工作信息·会议公开 工作信息·回应关切 权责清单和动态调整·权责清单 行政执法公示·行政处罚 "
    "重点领域·强农惠农补贴 重点领域·农村住房安全 重点领域·巩固脱贫攻坚成果 重点领域·招标采购 社会救助·最低生活保障 社会救助·特困人员救助供养 社会救助·临时救助 "
    "基层两化·养老服务信息 基层两化·就业创业 基层两化·城乡居民社保 基层两化·公共文化 基层两化·公共法律服务领域 重点领域·安全生产监管 重点领域·灾害救助 重点领域·应急预案 "
    "重点领域·征地拆迁 重点领域·农村宅基地 村务公开·三务公开"
)
ANHUI_RIGHT: Right = {
    "basics.gaikuang": "乡镇概况", "law.20.01": "规范性文件", "basics.wenjian": "其他文件", "basics.jiedu": "本级政策解读", "law.20.02": "内设机构",
    "law.12.*": "信息公开指南", "law.49.report": "信息公开年报", "f26.yujuesuan.*-*": "部门预决算", "f26.yujuesuan.sangong": "“三公”经费",
    "law.20.07": "部门预决算", "law.20.03": "规划总结", "law.20.05": "权责清单", "law.20.06": "行政处罚", "f26.shenong-butie.*": "强农惠农补贴",
    "f26.weifang.*": "农村住房安全", "f26.xiangcun-zhenxing.*": "巩固脱贫攻坚成果", "f26.gonggong-ziyuan.*": "招标采购", "law.20.09": "招标采购",
    "f26.shehui-jiuzhu.dibao-*": "最低生活保障", "f26.shehui-jiuzhu.tekun-*": "特困人员救助供养", "f26.shehui-jiuzhu.linshi": "临时救助",
    "f26.shehui-jiuzhu.[zj]*": "最低生活保障 特困人员救助供养 临时救助", "law.21.8": "最低生活保障 特困人员救助供养 临时救助",
    "f26.yanglao.*": "养老服务信息", "f26.jiuye.*": "就业创业", "f26.shehui-baoxian.*": "城乡居民社保", "f26.gonggong-wenhua.*": "公共文化",
    "f26.falv-fuwu.*": "公共法律服务领域", "f26.anquan-shengchan.*": "安全生产监管", "f26.jiuzai.*": "灾害救助", "law.20.12": "应急预案",
    "law.20.13": "安全生产监管", "law.20.11": "巩固脱贫攻坚成果 就业创业 城乡居民社保", "law.21.5": "征地拆迁", "law.21.6": "征地拆迁",
    "law.21.4": "农村宅基地", "law.21.7": "三务公开", "law.21.1": "强农惠农补贴 巩固脱贫攻坚成果",
}
DEMO = (
    "概况信息 机构职能 领导信息 政府信息公开指南 政府信息公开年度报告 回应关切 建议提案办理 工作动态 通知公告 政策文件 政策解读 规划计划 人事信息 财政预决算 “三公”经费 "
    "财政专项资金管理和使用 会议信息 社会救助 养老服务 农村危房改造 乡村振兴 就业 社会保险 安全生产 救灾 公共法律服务 公共文化服务 涉农补贴 义务教育 征地补偿 招标采购 "
    "村（居）务公开"
)
DEMO_RIGHT: Right = {
    "basics.gaikuang": "概况信息", "law.20.02": "机构职能", "law.12.*": "政府信息公开指南", "law.49.report": "政府信息公开年度报告",
    "law.20.01": "政策文件", "basics.wenjian": "政策文件", "basics.jiedu": "政策解读", "law.20.03": "规划计划",
    "f26.yujuesuan.sangong": "“三公”经费", "f26.yujuesuan.*-*": "财政预决算", "f26.gonggong-ziyuan.*": "招标采购",
    "law.20.09": "招标采购", "f26.xiangcun-zhenxing.*": "乡村振兴", "law.20.11": "乡村振兴 就业 社会保险 义务教育", "law.21.1": "乡村振兴 涉农补贴",
    "law.21.5": "征地补偿", "law.21.6": "征地补偿", "law.21.7": "村（居）务公开",
}
DEMO_RIGHT |= {pattern: names for pattern, names in HUJI_RIGHT.items() if pattern not in DEMO_RIGHT}  # The first pattern that fits counts.
TOWNS = {
    "平昌乡镇": (PINGCHANG, PINGCHANG_RIGHT), "平昌全部": (COUNTY, COUNTY_RIGHT), "通山乡镇": (TONGSHAN, TONGSHAN_RIGHT),
    "胡集镇": (HUJI, HUJI_RIGHT), "安徽乡镇": (ANHUI, ANHUI_RIGHT), "演示小镇": (DEMO, DEMO_RIGHT),
}


def found(names: str) -> list[FoundColumn]:
    steps = [split_path(name) for name in names.split()]
    return [FoundColumn(id=each[-1], name=each[-1], path=each[:-1]) for each in steps]


def right_of(item: str, right: Right) -> set[str]:
    return set(next((names for pattern, names in right.items() if fnmatch(item, pattern)), "").split())


@dataclass
class Score:
    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, said: set[str], truth: set[str]) -> None:
        self.right, self.wrong, self.missed = self.right + len(said & truth), self.wrong + len(said - truth), self.missed + len(truth - said)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)


def scores(proposals: Sequence[Proposal], right: Right) -> tuple[Score, Score, list[str]]:
    """Of those that are certain and of all; and the rows in which the two differ from what is right."""
    certain, every, rows = Score(), Score(), []
    for proposal in proposals:
        said, truth = set(proposal.columns), right_of(proposal.item, right)
        every.add(said, truth)
        if proposal.sureness == "certain":
            certain.add(said, truth)
        if said != truth:
            rows.append(f"{proposal.item} {proposal.sureness}: {' '.join(sorted(said)) or '-'} instead of {' '.join(sorted(truth)) or '-'}")
    return certain, every, rows


@pytest.mark.parametrize("town", TOWNS)
def test_real_names(town: str, record_property: Any) -> None:
    names, right = TOWNS[town]
    certain, every, rows = scores(propose(ITEMS, found(names)), right)
    print(f"{town}: certain {certain.precision:.3f}; all {every.precision:.3f} / {every.recall:.3f}", *rows, sep="\n  ")
    assert certain.wrong == 0, "what is taken without asking is right"
    assert every.precision >= 0.95 and every.recall >= 0.95


def item(**said: Any) -> CatalogueItem:
    return CatalogueItem.model_validate({"id": "x", "field": "社会救助", "level1": "事项"} | said)


@pytest.mark.parametrize(("given", "columns", "expected"), [
    # What the workbook says of the site's column beats its field.
    (item(site_column="民生>困难帮扶"), [FoundColumn(id="a", name="困难帮扶"), FoundColumn(id="b", name="社会救助")], (("a",), "certain")),
    (item(), [FoundColumn(id="a", name="社会救助"), FoundColumn(id="b", name="社会救助信息")], (("a", "b"), "likely")),  # Which of two?
    # No name, but what was published lately speaks of it; one title alone says nothing.
    (item(field="涉农补贴"), [FoundColumn(id="a", name="公示公告", titles=("耕地地力涉农补贴公示", "2026年农机惠农补贴发放", "通知"))], (("a",), "likely")),
    (item(field="涉农补贴"), [FoundColumn(id="a", name="公示公告", titles=("耕地地力涉农补贴公示", "通知"))], ((), "none")),
    # The kind of a column, where it is for nothing else.
    (item(field="综合", level1="政策解读"), [FoundColumn(id="a", name="图说", kind="interpretation")], (("a",), "likely")),
    (item(field="就业", level1="招聘信息"), [FoundColumn(id="a", name="招聘信息", path=("就业",))], (("a",), "certain")),
    # The item's own name beats the column of its field; a name that every field has does not.
    (item(field="财政预决算", level1="财政专项资金管理和使用"),
     [FoundColumn(id="a", name="财政预决算"), FoundColumn(id="b", name="财政专项资金管理和使用")], (("b",), "certain")),
    (item(field="安全生产", level1="政策解读"), [FoundColumn(id="a", name="安全生产"), FoundColumn(id="b", name="政策解读")], (("a",), "certain")),
    (item(field="村务公开", level1="村级财务收支"), [FoundColumn(id="a", name="村（居）务公开")], (("a",), "certain")),
    (item(field="就业", level1="招聘信息"), [FoundColumn(id="a", name="医疗"), FoundColumn(id="b", name="法治教育")], ((), "none")),
    (item(), [], ((), "none")),
])
def test_one_by_one(given: CatalogueItem, columns: list[FoundColumn], expected: tuple[tuple[str, ...], str]) -> None:
    (proposal,) = propose([given], columns)
    assert (proposal.columns, proposal.sureness) == expected
    assert proposal.reason


@pytest.mark.parametrize(("given", "proposal", "choice", "state"), [
    (item(columns=("a",)), None, None, "matched"),
    (item(applicable=False, reason="无", columns=("a",)), None, None, "not_applicable"),
    (item(), Proposal(item="x", columns=("a",), sureness="certain", reason="r"), None, "to_confirm"),
    (item(), Proposal(item="x", columns=(), sureness="none", reason="r"), None, "unmatched"),
    # A row whose only chosen channel is the village's board is looked for nowhere, and nobody is asked for its column.
    (item(channels=("社区/企事业单位/村公示栏（电子屏）",)), Proposal(item="x", columns=("a",), sureness="certain", reason="r"), None, "off_site"),
    (item(mode="依申请公开"), None, None, "off_site"),
    # A person looked and said: there is no such column.
    (item(), Proposal(item="x", columns=("a",), sureness="likely", reason="r"),
     ItemChoice(item="x", columns=(), who="w", at=datetime(2026, 1, 1, tzinfo=UTC)), "unmatched"),
])
def test_states(given: CatalogueItem, proposal: Proposal | None, choice: ItemChoice | None, state: str) -> None:
    assert state_of(given, proposal, choice) == state


def test_a_town_adds_its_own_words() -> None:
    own = topics_from(
        '[[topic]]\nname = "社会救助"\nsame = ["救急难"]\n', '[[topic]]\nname = "茶叶"\nsame = ["茶产业"]\n'
    )
    assert own.named("救急难专栏") == ["社会救助"] and own.named("茶产业") == ["茶叶"]
    assert shipped().named("救急难") == []


def test_a_word_for_a_matter_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="没有这样的事：某事"):
        topics_from('[[topic]]\nname = "茶叶"\nlike = ["某事"]\n')


def test_names_are_compared_without_what_any_name_ends_in() -> None:
    assert [bare(name) for name in ("社会救助领域信息公开", "“三公”经费", "村（居）务公开", "预算 / 决算", "信息公开")] == [
        "社会救助", "三公经费", "村居务", "预算决算", "信息",
    ]
    assert split_path("基层政务公开 > 社会救助·临时救助") == ("基层政务公开", "社会救助", "临时救助")


# 三角镇: the beginning of a tree that was found after the words were written. What it taught since is 公开报告.
SANJIAO = (
    "机构介绍·机构设置 机构介绍·领导分工 政府信息公开·公开指南 政府信息公开·公开目录 政府信息公开·公开报告 镇街文件·政府规范性文件 镇街文件·其他文件 规划计划·规划计划"
)
SANJIAO_RIGHT: Right = {
    "law.12.guide": "公开指南", "law.12.catalogue": "公开目录", "law.49.report": "公开报告", "law.20.01": "政府规范性文件", "law.20.02": "机构设置",
    "law.20.03": "规划计划", "basics.wenjian": "其他文件",
}


def test_a_tree_found_afterwards() -> None:
    certain, every, rows = scores(propose(ITEMS, found(SANJIAO)), SANJIAO_RIGHT)
    assert (certain.right, every.wrong, every.missed) == (7, 0, 0), rows
