"""``townwatch site discover`` and ``townwatch site add``."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from crawler.discover import Discovery, discover, file_id, site_toml
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    Exit,
    JsonOption,
    console,
    emit,
    settings_of,
    town_engine_of,
)  # fmt: skip

sites = typer.Typer(help="站点：发现机构和栏目，添加新站点。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    sites.command("discover")(site_discover)
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
