"""Which unit a page gives which contact of, in every way that pages have of writing it."""

from __future__ import annotations

import pytest

from monitor.contacts import clash, contacts, unit_name
from monitor.scanned import from_text

OWN = ("漫水河镇", "霍山县漫水河镇", "漫水河村")

SAID = [
    # a page about one unit, a line a contact
    ("漫水河镇党政办公室职责", "联系电话：0564-5000001\n办公地址：镇政府二楼",
     {("党政办公室", "telephone", "5000001"), ("党政办公室", "address", "2楼")}),
    ("霍山县漫水河镇人民政府简介", "办公时间：上午8:00-12:00，下午2:30-5:30", {("人民政府", "hours", "08:00-12:00-14:30-17:30")}),
    # one line with all of it; the fax is no telephone, and the complaints' telephone is another one
    ("漫水河镇人民政府信息公开指南", "受理机构：漫水河镇党政办；办公时间：8:00—12:00，14:30—17:30；联系电话：0564－5000010；传真号码：0564-5000019；"
     "监督电话：0564-5000000", {("党政办公室", "hours", "08:00-12:00-14:30-17:30"), ("党政办公室", "telephone", "5000010"),
                            ("党政办公室", "fax", "5000019")}),
    # telephone books
    ("政府电话簿", "部门名称\t联系电话\n党政办\t0564-5000001、5000002\n财政所\t（0564）5000025",
     {("党政办公室", "telephone", "5000001"), ("党政办公室", "telephone", "5000002"), ("财政所", "telephone", "5000025")}),
    ("常用电话", "党政办公室：0564-5000001\n司法所电话：5000028", {("党政办公室", "telephone", "5000001"), ("司法所", "telephone", "5000028")}),
    # the foot of a notice
    ("通知", "请于3月5日前报送。\n联系单位：漫水河镇社会事务办公室，联系电话：0564-5000003", {("社会事务办公室", "telephone", "5000003")}),
    ("通知", "党政办公室联系电话：０５６４－５０００００１", {("党政办公室", "telephone", "5000001")}),
    # nobody's surely: no unit is named, or a person's mobile stands there
    ("通知", "联系电话：0564-5000003", set()), ("漫水河镇党政办公室职责", "联系电话：13800000000", set()),
    # hours that change with the season are not compared
    ("漫水河镇党政办公室职责", "办公时间：夏季8:00-12:00，15:00-18:00；冬季8:00-12:00，14:30-17:30", set()),
    # a person on duty is no unit
    ("通知", "张主任：0564-5000003", set()),
]


@pytest.mark.parametrize(("title", "body", "expected"), SAID, ids=[f"{title}: {body[:12]}" for title, body, _ in SAID])
def test_contacts_of_a_page(title: str, body: str, expected: set[tuple[str, str, str]]) -> None:
    assert {(each.unit, each.kind, each.value) for each in contacts(title, from_text(body), OWN)} == expected


@pytest.mark.parametrize(("written", "name"), [
    ("霍山县漫水河镇人民政府党政办公室", "党政办公室"), ("镇人民政府", "人民政府"), ("漫水河镇便民服务中心（退役军人服务站）", "便民服务中心"),
    ("漫水河镇人民政府", "人民政府"), ("经发办", "经发办公室"), ("联系人", ""), ("张三", ""),
])
def test_one_name_for_a_unit(written: str, name: str) -> None:
    assert unit_name(written, OWN) == name


def test_what_contradicts_and_what_only_says_less() -> None:
    assert clash({"5000001"}, {"5000010"}, "telephone")
    assert not clash({"5000001", "5000002"}, {"5000002"}, "telephone")
    # Another floor is another place; a house number beside a floor may be the same one.
    assert clash({"2楼"}, {"3楼"}, "address") and not clash({"2楼"}, {"12号"}, "address")
    assert clash({"08:00-12:00-14:30-17:30"}, {"08:00-12:00-14:00-17:30"}, "hours")
    assert not clash({"08:00-17:30"}, {"08:00-12:00-14:30-17:30"}, "hours")
