"""The digest of the month that ended: as files, and into the outbox."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from alerts import digest as digests
from alerts.figures import Digest
from alerts.render import digest_html, digest_json
from core.clock import local_date
from service.digests import digest_of
from service.jobs.task import Task
from store.database import transaction


def make_digest(task: Task) -> str:
    """The month before the slot's. The same month goes to the same person once, however often this is run."""
    now, month = task.now(), month_before(task.slot)
    digest = digest_of(task.settings, task.store, month, None, now)
    write(digest, task.folder / "digest" / f"{month}.html")
    if not task.settings.alerts.digest_to:
        return f"{month} 月报已生成；alerts.toml 没有填写 digest_to，未发送"
    with transaction(task.store) as connection:
        queued = digests.enqueue(connection, task.settings, digest, None, now)
    return f"{month} 月报已生成，发件箱中{len(queued)}条"


def month_before(slot: datetime) -> str:
    """The month (YYYY-MM) that ended before the one of an instant."""
    return f"{local_date(slot).replace(day=1) - timedelta(days=1):%Y-%m}"


def write(digest: Digest, path: Path) -> None:
    """The digest as HTML, and as JSON beside it; each is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = {path: digest_html(digest),
             path.with_suffix(".json"): json.dumps(digest_json(digest), ensure_ascii=False, indent=2)}
    for target, text in texts.items():
        part = target.with_suffix(target.suffix + ".part")
        part.write_text(text, encoding="utf-8")
        part.replace(target)
