"""Sends what waits in a town's outbox."""

from __future__ import annotations

from alerts.run import send_due
from core.nouns import DeliveryStatus
from service.jobs.task import Task


def send_town(task: Task) -> str:
    """As ``townwatch alerts send``. A delivery that fails is its own row and is tried again on its own terms."""
    tried = send_due(task.settings, task.store, now=task.now, environment=task.environment)
    sent = sum(delivery.status is DeliveryStatus.SENT for delivery in tried)
    if not tried:
        return "没有待发送的通知"
    return f"送达{sent}条" + (f"，{len(tried) - sent}条未送达" if sent < len(tried) else "")
