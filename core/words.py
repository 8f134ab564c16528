"""The Chinese word of every state, one per idea (docs/words.md): the same on screens, in messages and on the command line."""

from __future__ import annotations

OUTCOMES = {
    "new": "有更新",
    "unchanged": "无变化",
    "all_known": "均已收录",
    "all_filtered": "均不相关",
    "empty": "空栏目",
    "redesigned": "页面改版",
    "blocked": "被拦截",
    "unreachable": "打不开",
    "not_run": "未巡查",
}
COLUMNS = {
    "fresh": "正常",
    "due": "将到期",
    "overdue": "逾期",
    "delinquent": "严重逾期",
    "blank": "空白",
    "cannot_judge": "无法判断",
}
SEVERITIES = {"veto": "单项否决", "error": "错误", "warn": "警告", "info": "提示"}
CASES = {"registered": "已登记", "assessed": "已研判", "assigned": "已交办", "replied": "已回复", "closed": "已办结"}
DELIVERIES = {
    "pending": "待发送",
    "claimed": "发送中",
    "sent": "已送达",
    "failed": "将重试",
    "dead": "已放弃",
    "superseded": "已并入新提醒",
}
# In the order in which a message sums them up.
REASONS = {
    "escalated": "升级",
    "first": "首次",
    "new": "新增",
    "reminder": "催办",
    "resolved": "已解决",
    "digest": "月报",
}
