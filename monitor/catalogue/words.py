"""Cells to values: words that line breaks have broken, 同上, ticks, ■/□ channels, elements."""

from __future__ import annotations

import re

_BREAK = re.compile(r"\s*\n\s*")
_SPACES = re.compile(r"[ \t\r　\u00a0\u200b\ufeff]+")
_CJK = r"[\u3400-\u9fff，。、；：“”‘’（）《》〈〉〔〕【】！？…—·0-9]"
_INSIDE = re.compile(rf"(?<={_CJK})\s+(?={_CJK})")
_DITTO = re.compile(r"^(?:同上|同前|〃|″|\"|”|如上|上同)[。.]?$")
_FAILED = re.compile(r"^#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)$")
_TICK = re.compile(r"^[√✓✔☑■●▲◆○〇vVyY是✅]$")
_CROSS = re.compile(r"^[×xX□☐\-—–/无否]*$")
_ENUMERATED = re.compile(r"^(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）、.．]|[①-⑳]|[●○〇■□·•\-—])")
_ENDS = re.compile(r"[；;。]$")
_SPLIT = re.compile(r"[；;](?!$)|(?<=[^\d（(])(?=(?:\d{1,2}[.．、](?!\d)|[①-⑳]|[（(]\d{1,2}[)）]))")
_LEADING = re.compile(r"^(?:[（(]?\d{1,2}(?:[)）、]|[.．](?!\d))|[①-⑳])\s*")

CHANNELS = (
    "政府网站", "政府公报", "两微一端", "发布会听证会", "发布会/听证会", "广播电视", "纸质媒体", "纸质载体", "公开查阅点", "政务服务中心",
    "便民服务站", "入户/现场", "入户现场", "社区/企事业单位/村公示栏", "社区企事业单位村公示栏", "公示栏", "电子屏", "精准推送",
    "12345政务服务热线", "12345热线", "其他",
)  # fmt: skip
_CHOSEN, _EMPTY = "■▲◆●☑√✓✔", "□☐○〇◇"
_MARKED = re.compile(rf"([{_CHOSEN}{_EMPTY}]|口(?=\s*(?:政府|两微|发布|广播|纸质|公开查|政务|便民|入户|社区|企事业|村公|精准|其他|12345)))")


def joined(text: str) -> str:
    """A cell as one line: broken words joined, no space between Chinese characters."""
    return _INSIDE.sub("", _SPACES.sub(" ", _BREAK.sub("", text.strip()))).strip()


def is_ditto(text: str) -> bool:
    """Whether the cell says "as above"."""
    return bool(_DITTO.match(joined(text)))


def is_broken(text: str) -> bool:
    """Whether the cell holds a formula whose result was not kept, or one that failed."""
    return text.startswith("=") or bool(_FAILED.match(text))


def is_nothing(text: str) -> bool:
    """Whether the cell says that there is nothing: a dash or stroke."""
    return joined(text) in ("—", "－", "-", "/", "——", "无")


def ticked(text: str) -> bool | None:
    """A tick, an explicit blank, or None for something else."""
    word = joined(text)
    if _CROSS.match(word):
        return False
    return True if _TICK.match(word) else None


def elements(text: str) -> tuple[str, ...]:
    """The elements that a cell demands, one each: by semicolon, by number, or by line where lines are numbered or ended."""
    lines: list[str] = []
    for raw in text.strip().splitlines():
        line = joined(raw)
        if not line:
            continue
        if lines and not (_ENUMERATED.match(line) or _ENDS.search(lines[-1])):
            lines[-1] += line
        else:
            lines.append(line)
    parts = [_LEADING.sub("", part.strip()).rstrip("；;。 ").strip() for line in lines for part in _SPLIT.split(line)]
    return tuple(part for part in parts if part and not is_nothing(part) and not is_ditto(part) and not is_broken(part))


def channels(text: str) -> tuple[str, ...]:
    """The channels chosen: of marked ones (■/□, also 口 and ▲ as scanners write them) the filled, of unmarked ones all."""
    word = joined(text)
    parts = _MARKED.split(word)
    if len(parts) > 1:
        pairs = zip(parts[1::2], parts[2::2], strict=True)
        return tuple(_channel(name) for mark, name in pairs if mark in _CHOSEN and _channel(name))
    return tuple(_channel(name) for name in re.split(r"[、，,；;\s]+", word) if _channel(name))


def _channel(name: str) -> str:
    return name.strip(" 、，,；;。.").replace("／", "/")


def on_the_web(chosen: tuple[str, ...]) -> bool:
    """Whether any chosen channel is one that can be looked at from here."""
    return any(re.search(r"网|公开平台|门户", name) for name in chosen)
