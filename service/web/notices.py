"""What a page says after a change: ``?said=key`` of a redirect. Only these sentences can be shown, never the address's own."""

from __future__ import annotations

SAID = {
    "saved": "已保存。",
    "password": "密码已修改，其他设备上的登录已全部退出。",
    "signed_out": "已退出登录。",
    "user_changed": "账号已修改，该账号须重新登录。",
    "token_revoked": "令牌已作废。",
    "item_chosen": "已保存。",
    "items_chosen": "已采用。",
    "item_forgotten": "已撤销，恢复为配置文件中的设置。",
    "finding_handled": "处理情况已记下。",
    "recheck": "已安排重新采集，完成后结果会显示在这里。",
    "recheck_waiting": "这个来源已在等待采集，不必重复安排。",
    "resent": "已放回发件箱，一分钟内再次发送。",
    "delivery_ack": "已确认收到，这些事项在有变化之前不再催办。",
    "delivery_silence": "已静音。",
    "delivery_speak_again": "已恢复提醒。",
    "application_add": "已登记。",
    "application_step": "办理情况已记入台账。",
    "contest_add": "已登记。",
    "contest_end": "结果已记下。",
    "case_assess": "研判已记入台账。",
    "case_assign": "已交办。",
    "case_reply": "回复已记入台账。",
    "case_extend": "期限已延长。",
    "case_close": "已办结。",
    "case_note": "备注已记入台账。",
}
