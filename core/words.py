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
VISITS = {"ok": "打开正常", "failed": "没有打开", "blocked": "被拦截", "unclear": "没有看清"}
COLUMNS = {
    "fresh": "正常",
    "due": "将到期",
    "overdue": "逾期",
    "delinquent": "严重逾期",
    "blank": "空白",
    "cannot_judge": "无法判断",
}
ITEM_STATES = {"matched": "已对应", "to_confirm": "待确认", "unmatched": "未对应", "not_applicable": "不适用", "off_site": "不在网站公开"}
SURENESS = {"certain": "把握大", "likely": "待核对", "none": "没有找到"}
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
ITEMS = {"open": "未解决", "overdue": "已逾期", "resolved": "已解决"}
ROLES = {"clerk": "经办人员", "leader": "分管领导", "supervisor": "县级督办", "technician": "技术人员", "reader": "只读查看"}
JOBS = {
    "crawl": "采集", "recheck": "重新采集", "check": "检查", "send": "发送通知", "digest": "月报", "prune": "清理", "visit": "访问首页",
    "serve": "服务",
}
JOB_STATES = {"queued": "等待执行", "running": "进行中", "done": "已完成", "failed": "失败", "missed": "错过"}
HANDLINGS = {"": "未处理", "fixed": "已整改待复核", "false_alarm": "误报", "accepted": "暂缓"}
EVENTS = {
    "opened": "发现",
    "reopened": "再次发现",
    "resolved": "复查已解决",
    "severity": "程度变化",
    "fixed": "报告已整改",
    "false_alarm": "认定为误报",
    "accepted": "暂缓处理",
    "undo": "撤销处理",
    "still_bad": "复查仍未整改",
    "worse": "程度加重，重新处理",
    "put_off_over": "暂缓到期，重新处理",
    "acknowledged": "确认收到",
    "silenced": "静音",
    "speak_again": "恢复提醒",
}
