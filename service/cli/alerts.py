"""``alerts list``, ``send``, ``test``, ``ack`` and ``silence``: the outbox at the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from alerts import quiet
from alerts.acknowledging import AnswerError
from alerts.answers import Answer
from alerts.run import address_of, send_due
from alerts.send import send
from core import clock
from core.errors import ConfigError, ConfigErrors
from core.nouns import Delivery, DeliveryStatus
from core.settings import Channel, Settings
from core.words import DELIVERIES, REASONS
from service import shaping
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    Exit,
    JsonOption,
    console,
    emit,
    engine_of,
    grid,
    log,
    settings_of,
    town_engine_of,
)
from store import deliveries
from store.acknowledgements import Acknowledgement
from store.database import transaction

_ITEM = re.compile(r"(?:(finding):)?([0-9a-f]{16})|(?:(case):)?([0-9]{1,10})")


def list_alerts(
    status: Annotated[DeliveryStatus | None, typer.Option(help="只看这一状态")] = None,
    recipient: Annotated[str | None, typer.Option("--for", help="只看这个人（staff.toml 的 id）")] = None,
    limit: Annotated[int, typer.Option(min=1, help="最多列出多少条")] = 100,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """列出发件箱，最新的在前。"""
    with engine_of(database).connect() as connection:
        found = deliveries.list_deliveries(connection, status=status, recipient=recipient, limit=limit)
    _show(found, as_json)


def send_alerts(
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """发送到期的消息；有一条这次没有送达（仍在发件箱）则退出状态为 1。"""
    settings = settings_of(config)
    tried = send_due(settings, town_engine_of(database, settings), environment=os.environ)
    _show(tried, as_json)
    if any(delivery.status is not DeliveryStatus.SENT for delivery in tried):
        raise typer.Exit(Exit.FAILED)


def try_channels(
    person: Annotated[str, typer.Argument(help="staff.toml 中的 id")],
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """向一个人的每个渠道各发一条测试消息，不经过发件箱。"""
    settings = settings_of(config)
    channels = _channels_of(settings, person)
    answers = [(channel, _try(settings, channel)) for channel in channels]
    for channel, answer in answers:
        log.info("channel tested", person=person, channel=channel.name, ok=answer.ok, answer=answer.text)
    if as_json:
        emit({"channels": [
            {"recipient": person, "channel": channel.name, "ok": answer.ok, "answer": answer.text}
            for channel, answer in answers
        ]})
    if not answers or not all(answer.ok for _, answer in answers):
        raise typer.Exit(Exit.FAILED)


def ack_alert(
    delivery_id: Annotated[str, typer.Argument(metavar="ID", help="通知编号")],
    by: Annotated[str | None, typer.Option("--by", help="由谁确认（staff.toml 的 id），不写就是收件人本人")] = None,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """确认收到：通知里的事项不再催办这个收件人，直到有了变化。"""
    settings = settings_of(config)
    _person(settings, by)
    with transaction(town_engine_of(database, settings)) as connection:
        delivery = deliveries.get(connection, delivery_id)
        if delivery is None:
            raise AnswerError(f"没有编号为 {delivery_id} 的通知")
        given = quiet.acknowledge(connection, settings, delivery, who=by or delivery.recipient, at=clock.now())
    _show_answers(given, as_json, f"已确认收到 {len(given)} 项")


def silence_item(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="问题的编号（finding:…）或台账编号（case:…）")],
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="静音到哪一天，最长 30 天")],
    by: Annotated[str, typer.Option("--by", help="对谁静音（staff.toml 的 id）")],
    note: Annotated[str, typer.Option("--note", help="理由")],
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """静音一个事项：到那一天为止不再通知这个人。逾期的和单项否决的不能静音。"""
    settings, key = settings_of(config), _item_key(item)
    _person(settings, by)
    with transaction(town_engine_of(database, settings)) as connection:
        given = quiet.silence(connection, settings, key, by, until=until.date(), who=by, note=note, at=clock.now())
    _show_answers([given], as_json, f"已静音到 {given.until}")


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    """A delivery as the command line's contract shows it."""
    return shaping.plain(shaping.delivery(delivery))


def _person(settings: Settings, person: str | None) -> None:
    if person is not None and person not in (known := [each.id for each in settings.staff]):
        raise ConfigErrors([ConfigError(
            f"没有 “{person}” 这个人", file="staff.toml", remedy=f"可用的 id：{'、'.join(known)}"
        )])


def _channels_of(settings: Settings, person: str) -> tuple[Channel, ...]:
    _person(settings, person)
    return settings.person(person).channels


def _item_key(text: str) -> tuple[str, str]:
    """What was named, as (kind, id)."""
    found = _ITEM.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"“{text}”不是事项编号：写成 finding:0123456789abcdef 或 case:12")
    return ("case", str(int(found[4]))) if found[4] else ("finding", found[2])


def _show_answers(given: Sequence[Acknowledgement], as_json: bool, said: str) -> None:
    if as_json:
        names = ("recipient", "kind", "item", "state", "severity", "until", "who", "note", "at")
        emit({"acknowledgements": [{name: getattr(each, name) for name in names} for each in given]})
        return
    console.print(f"{said}。", soft_wrap=True)


def _try(settings: Settings, channel: Channel) -> Answer:
    url = address_of(channel, os.environ)
    if url is None:
        return Answer(False, f"环境变量 {channel.url_env} 没有设置")
    title = f"【{settings.town.name}】测试消息"
    body = f"这是一条测试消息，收到说明渠道 {channel.name} 可用，无需处理。（{clock.local_text(clock.now())}）"
    return send(url, title=title, body=body, html=f"<p>{body}</p>", label="测试")


def _show(found: Sequence[Delivery], as_json: bool) -> None:
    if as_json:
        emit({"deliveries": [delivery_json(delivery) for delivery in found]})
        return
    table = grid("编号", "原因", "收件人", "状态", "时间", "说明")
    for each in found:
        sent = f"\n{clock.local_text(each.sent_at, '%m-%d %H:%M')} 送达" if each.sent_at else ""
        table.add_row(
            each.id, REASONS[each.reason], escape(f"{each.recipient}\n{each.channel}"),
            f"{DELIVERIES[each.status]}\n发送 {each.attempts} 次",
            f"{clock.local_text(each.created_at, '%m-%d %H:%M')} 建立{sent}", escape(each.error or ""),
        )
    console.print(table if found else "发件箱里没有这样的消息。")


def register(app: typer.Typer) -> None:
    """Hang the commands into ``townwatch``."""
    group = typer.Typer(help="发件箱：提醒消息的查看、发送、试发、确认收到、静音。", no_args_is_help=True)
    group.command("list")(list_alerts)
    group.command("send")(send_alerts)
    group.command("test")(try_channels)
    group.command("ack")(ack_alert)
    group.command("silence")(silence_item)
    app.add_typer(group, name="alerts")
