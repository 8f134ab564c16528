"""``townwatch limits``: the normal form of 公开时限 strings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.calendar import Period
from crawler.readers import decode
from monitor.limits import LimitRule, as_data, parse
from service.cli.common import Exit, JsonOption, emit, grid

File = Annotated[Path, typer.Argument(help="每行一个公开时限的文本文件；- 表示标准输入")]
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""UTF-16 has zeros in every other byte."""
_UNITS = {"workday": "个工作日", "day": "日", "hour": "小时", "month": "个月"}
_KINDS = {
    "periodic": "定期", "publicity_min": "公示不少于", "before": "提前", "realtime": "实时",
    "always_present": "长期公开", "on_event": "随时", "asap_default": "及时", "ditto": "同上", "statute_override": "从其规定",
    "unknown": "读不懂，请人工核对",
}  # fmt: skip


_PERIODS = {"P1D": "每天", "P7D": "每周", "P1M": "每月", "P3M": "每季度", "P6M": "每半年", "P1Y": "每年"}
_TRIGGERS = {
    "formed_or_changed": "自信息形成或变更", "approval_received": "自收到批准文件", "received_by_unit": "自本单位收到",
    "application_received": "自收到申请", "application_accepted": "自受理", "policy_published": "自文件公开",
    "allocation_decided": "自分配结果确定", "decision_made": "自作出决定", "survey_ended": "自调查结束", "publicity_ended": "自公示结束",
    "period_ended": "自期满", "meeting_ended": "自会议结束", "result_determined": "自结果确定", "event_occurred": "自事件发生",
    "completed": "自完成", "contract_signed": "自签订合同", "approval": "自批准",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(limits)


def limits(file: File, as_json: JsonOption = False) -> None:
    """把目录中的“公开时限”读成规则（每行一个）；读不懂的如实说明。输出到管道或文件时为 JSON，每行一条。"""
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        sys.stderr.write(f"不能读取 {file}：{error.strerror}\n")
        raise typer.Exit(Exit.USAGE) from error
    if data.startswith(_NO_TEXT) or (b"\0" in data and not data.startswith(_WIDE)):
        sys.stderr.write(f"{file} 不是文本文件；工作簿请用 townwatch catalogue import 导入\n")
        raise typer.Exit(Exit.USAGE)
    lines = [line for line in decode(data).text.splitlines() if line.strip()]
    if as_json or not sys.stdout.isatty():
        for line in lines:
            emit(as_data(line))
        return
    table = grid("公开时限", "规则")
    for line in lines:
        table.add_row(line, "；".join(_said(rule) for rule in parse(line)))
    Console().print(table)


def _said(rule: LimitRule) -> str:
    number = f"{rule.n}{_UNITS[rule.unit]}" if rule.unit else (f"{rule.n}次" if rule.n else "")
    if rule.kind == "within":
        return f"{_TRIGGERS[rule.trigger] if rule.trigger else '自所写事由'}之日起{number}内"
    period = _PERIODS.get(rule.period) or f"每{Period.parse(rule.period).chinese()}" if rule.period else ""
    since = f"（{_TRIGGERS[rule.trigger]}之日起）" if rule.trigger else ""
    return "".join((_KINDS[rule.kind], "：" if period else "", period, number, since))
