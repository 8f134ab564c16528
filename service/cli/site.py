"""``townwatch site discover`` and ``townwatch site add``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.markup import escape

from core.configuration import load_settings
from core.errors import ConfigErrors
from crawler.discover import Discovery, discover, file_id, site_toml
from crawler.platforms import check_options
from crawler.site_file import site_id, survey_data, survey_toml, to_confirm
from crawler.survey import MOST_COLUMNS, Survey, columns_read, survey
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    Exit,
    JsonOption,
    console,
    emit,
    grid,
    settings_of,
    town_engine_of,
)  # fmt: skip

sites = typer.Typer(help="站点：发现机构和栏目，添加新站点。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    sites.command("discover")(site_discover)
    sites.command("add")(site_add)
    app.add_typer(sites, name="site")


def site_discover(
    name: Annotated[str | None, typer.Argument(help="机构名称，默认为本镇")] = None,
    site: Annotated[str | None, typer.Option("--site", help="在哪个门户（sites/ 下的文件名）上找")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只打印，不写文件")] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """在龙讯平台的门户上按名称找到机构和它的栏目，写成待确认的站点文件。"""
    settings = settings_of(config)
    engine = town_engine_of(database, settings)
    found = discover(engine, settings, site, name)
    engine.dispose()
    text = ""
    path = None
    if found.organ is not None:
        text = site_toml(next(one for one in settings.sites if one.id == found.site), found)
        path = settings.directory / "sites" / f"{file_id(found)}.toml"
    # A file that a person may have confirmed already is never overwritten.
    written = path is not None and not dry_run and not path.exists()
    if written and path is not None:
        path.write_text(text, encoding="utf-8")
    if as_json:
        emit(found.data() | {"file": str(path) if path else None, "written": written})
    else:
        _tell(found, text, str(path) if path else "", written)
    raise typer.Exit(Exit.DONE if found.organ is not None else Exit.FAILED)


def _tell(found: Discovery, text: str, path: str, written: bool) -> None:
    if found.organ is None:
        near = "、".join(found.nearest) or "没有"
        console.print(f"没有找到唯一的“{escape(found.name)}”。相近的机构：{escape(near)}")
        return
    console.print(f"找到{escape(found.organ.name)}，编号 {found.organ.id}，栏目 {len(found.columns)} 个。", soft_wrap=True)
    if written:
        console.print(f"已写入 {escape(path)}：请逐项核对，把 confirmed 改为 true。", soft_wrap=True)
    else:
        typer.echo(text)


def site_add(
    url: Annotated[str, typer.Argument(help="网站首页或栏目页的网址")],
    name: Annotated[str | None, typer.Option("--name", help="站点文件的名称，默认取自域名")] = None,
    columns: Annotated[int, typer.Option("--columns", min=1, max=200, help="最多看多少个栏目")] = MOST_COLUMNS,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的站点文件")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只打印，不写文件")] = False,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="允许内网或本机地址")] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """看一个新网站：认出平台，找到栏目，写成待确认的站点文件。"""
    settings = settings_of(config)
    if reason := _unusable(url, name):
        raise typer.BadParameter(reason)
    site = name or site_id(urlsplit(url).netloc)
    path = settings.directory / "sites" / f"{site}.toml"
    if path.exists() and not (force or dry_run):
        raise typer.BadParameter(f"{path} 已经有了：换一个 --name，或用 --force 覆盖")
    engine = town_engine_of(database, settings)
    found = survey(engine, settings, url, most=columns, allow_private=allow_private)
    engine.dispose()
    text = survey_toml(site, found)
    written = bool(found.columns) and not dry_run
    if written:
        write_checked(path, text)
    if as_json:
        emit(survey_data(site, found) | {"file": str(path), "written": written})
    else:
        _tell_survey(site, found, text, str(path) if written else "")
    raise typer.Exit(Exit.DONE if columns_read(found.columns) else Exit.FAILED)


def _unusable(url: str, name: str | None) -> str:
    if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname:
        return f"“{url}” 不是网址：要以 http:// 或 https:// 开头"
    if name is not None and not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        return f"--name “{name}” 只能用小写字母、数字、点、下划线和连字符"
    return ""


def write_checked(path: Path, text: str) -> None:
    """Write a site's file; the folder is as it was where the whole configuration would not load with it."""
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    try:
        if errors := check_options(load_settings(path.parent.parent)):
            raise ConfigErrors(errors)
    except ConfigErrors:
        path.unlink() if before is None else path.write_bytes(before)
        raise


def _tell_survey(site: str, found: Survey, text: str, path: str) -> None:
    data = survey_data(site, found)
    console.print(f"{escape(found.name)}：{escape(data['platform_name'])}，请求 {found.requests} 次。", soft_wrap=True)
    table = grid("栏目", "结果", "行", "最新一行", "说明")
    for column in found.columns:
        newest = column.sample[0].title if column.sample else ""
        style = "red" if column.state == "unread" else None
        table.add_row(escape(column.link.name), _STATES[column.state], str(column.count or ""), escape(newest), escape(column.reason),
                      style=style)
    console.print(table)
    for what in to_confirm(site, found):
        console.print(f"请确认：{escape(what)}", soft_wrap=True)
    if path:
        console.print(f"已写入 {escape(path)}。", soft_wrap=True)
    elif found.columns:
        typer.echo(text)
    else:
        console.print("[red]没有找到栏目，没有写文件：请给出信息公开栏目页的网址。[/red]")


_STATES = {"rows": "可读", "empty": "空栏目", "unread": "读不到"}
