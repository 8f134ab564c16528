"""Every change goes into the audit log, in the transaction that makes it."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection

from service.web.security.address import address_of
from service.web.security.visitor import Visitor
from service.web.workbench import Workbench
from store.audit import Entry, add
from store.database import Connection

ACTIONS = {
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "sign_out": "退出登录",
    "set_up": "初始设置",
    "user_add": "新增账号",
    "user_change": "修改账号",
    "user_disable": "停用账号",
    "user_enable": "启用账号",
    "password_change": "修改密码",
    "password_reset": "重置密码",
    "token_add": "新建令牌",
    "token_revoke": "作废令牌",
    "case_assess": "舆情研判",
    "case_assign": "舆情交办",
    "case_reply": "舆情回复",
    "case_extend": "舆情延期",
    "case_close": "舆情办结",
    "case_note": "舆情备注",
    "application_add": "登记依申请公开",
    "application_step": "办理依申请公开",
    "contest_add": "登记复议诉讼",
    "contest_end": "复议诉讼结果",
    "annual_enter": "填写年度报告",
    "finding_handle": "处理问题",
    "item_choose": "事项对应",
    "item_forget": "撤销事项对应",
    "source_recheck": "重新巡查",
    "delivery_ack": "确认通知",
    "delivery_silence": "静音事项",
    "delivery_resend": "重发通知",
    "delivery_speak_again": "恢复提醒",
    "export": "导出",
    "scan": "发布前检查",
}
"""Every action that can be logged, and what the screen calls it."""

AnyConnection = ASGIConnection[Any, Any, Any, Any]


def record_change(
    connection: Connection, visitor: Visitor | str, request: AnyConnection, action: str, subject: str = "",
    town: str | None = None, detail: dict[str, Any] | None = None,
) -> None:
    """Log a change; call it in the transaction of the change. ``visitor`` may be a bare name where nobody is signed in
    yet. KeyError for an action that :data:`ACTIONS` does not know. ``detail`` must hold no secret."""
    if action not in ACTIONS:
        raise KeyError(action)
    bench: Workbench = request.app.state["bench"]
    add(connection, Entry(
        at=bench.clock(), who=visitor if isinstance(visitor, str) else visitor.username, action=action, subject=subject,
        town=town, detail=detail or {}, address=address_of(request, bench.service.settings.workbench.proxies),
    ))
