"""``townwatch catalogue preset list|show|apply``: catalogues to begin with."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from monitor.catalogue.presets import Preset, missing_from, preset, presets
from service import catalogue_toml
from service.cli.common import ConfigOption, JsonOption, console, emit, grid, settings_of

group = typer.Typer(help="预设目录：乡镇的法定最低、26个领域、常见事项。", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="预设的名称，见 preset list")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group.command("list")(list_)
    group.command("show")(show)
    group.command("apply")(apply)
    app.add_typer(group, name="preset")


def list_(as_json: JsonOption = False) -> None:
    """有哪些预设目录。"""
    if as_json:
        emit({"presets": [_about(each) for each in presets()]})
        return
    table = grid("名称", "内容", "事项", "适用", "出处")
    for each in presets():
        applicable = sum(item.applicable for item in each.items)
        table.add_row(each.id, each.title, str(len(each.items)), str(applicable), each.source)
    Console().print(table)


def show(name: Name, as_json: JsonOption = False) -> None:
    """一个预设目录的全部事项。"""
    chosen = _preset(name)
    if as_json:
        emit(_about(chosen) | {"items": [item.model_dump() for item in chosen.items]})
        return
    table = grid("编号", "领域", "事项", "公开时限", "适用", "说明")
    for item in chosen.items:
        levels = " ".join(filter(None, (item.level1, item.level2, item.level3)))
        applies = "是" if item.applicable else f"否：{item.reason}"
        table.add_row(*map(escape, (item.id, item.field, levels, item.limit, applies, item.note)))
    Console().print(table)


def apply(
    name: Name,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会加入什么，不写文件")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """把预设目录中还没有的事项加入 catalogue.toml；已有的事项（包括改过的）一律不动，可以重复执行。"""
    chosen, settings = _preset(name), settings_of(config)
    new, other = missing_from(settings.items, chosen)
    if new and not dry_run:
        target = settings.directory / "catalogue.toml"
        text = catalogue_toml.with_items(target.read_text(encoding="utf-8"), [*settings.items, *new])
        catalogue_toml.write_whole(target, text)
    if as_json:
        emit({"preset": chosen.id, "added": [item.id for item in new], "kept_as_written": [item.id for item in other],
              "written": bool(new) and not dry_run})
        return
    for item in new:
        applies = "" if item.applicable else f"（不适用：{item.reason}）"
        names = f"{escape(item.field)} {escape(item.level1)} {escape(item.level2)}"
        console.print(f"  加入 {item.id}：{names}{escape(applies)}", soft_wrap=True)
    for item in other:
        console.print(f"  {item.id} 已有，与预设写法不同，保留现有写法", soft_wrap=True)
    written = "已写入 catalogue.toml。预填的不适用理由请逐条核实；下一步：townwatch catalogue match 与栏目对应。"
    done = written if new and not dry_run else "没有写文件。"
    console.print(f"共 {len(chosen.items)} 项，新加入 {len(new)} 项。{done}", soft_wrap=True)


def _preset(name: str) -> Preset:
    try:
        return preset(name)
    except KeyError:
        raise typer.BadParameter(f"没有预设“{name}”，有：{'、'.join(each.id for each in presets())}") from None


def _about(each: Preset) -> dict[str, object]:
    return {
        "id": each.id, "title": each.title, "source": each.source, "count": len(each.items),
        "applicable": sum(item.applicable for item in each.items),
    }
