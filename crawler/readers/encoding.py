"""Bytes to text. Declared encodings are hints: what the bytes themselves allow decides."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_META = re.compile(rb"""<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,20})""", re.I)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,20})", re.I)
_BEYOND = re.compile("[\x80-\U0010ffff]+")
_ODD = re.compile("[\ufffd\ue000-\uf8ff\U00010000-\U0010ffff]")
_PRIVATE = re.compile("[\ue78d-\ue864]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufeff]")

# Browsers read every GB label as GB18030 and Big5 with the Hong Kong supplement (WHATWG Encoding, section 4.2).
_ALIASES = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030",
    "cp936": "gb18030", "ms936": "gb18030", "windows-936": "gb18030", "euc-cn": "gb18030", "gb": "gb18030",
    "chinese": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "cp950": "big5hkscs",
    "big-5": "big5hkscs", "x-x-big5": "big5hkscs", "utf8": "utf-8", "utf-8": "utf-8", "unicode-1-1-utf-8": "utf-8",
    "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "euc-jp": "euc_jp", "shift_jis": "cp932",
    "euc-kr": "cp949",
}  # fmt: skip
_SAMPLE = 4000
_DECLARED = 0.05
_GOOD = 0.45
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# The commonest characters of written Chinese, simplified and traditional, and the punctuation of both: text decoded with
# the wrong table is full of rare characters and has next to none of these.
_WITHOUT_COMMON = dict.fromkeys(map(ord,
    "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发"
    "成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己"
    "话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五"
    "太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京"
    "务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带"
    "這來個國說們為時會著過對裡後麼沒還發當無開經頭動兩長樣現將與實點種聲話兒問機給幾業間東氣關內產萬總場師書員報馬張難數電車應親務"
    "縣鄉鎮區鄰辦廳處機構關於條規範劃訊據縣府，。、；：！？“”‘’（）《》「」『』　·【】"
))
_MOVED = str.maketrans(dict(zip(
    # GB 18030-2005 put these in the private use area; GB 18030-2022 and Unicode have real places for them.
    "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
    "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
    strict=True,
)))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the codec that gave it, and whether it is ``doubtful``: nothing fitted, or much had to be replaced."""

    text: str
    encoding: str
    doubtful: bool = False


def decode(data: bytes, content_type: str | None = None) -> Decoded:
    """Text of a page's bytes; never raises.

    A byte-order mark wins; then strict UTF-8, which other text next to never satisfies; then what was declared by the
    header or the page and the Chinese encodings are compared by how much of the outcome is ordinary Chinese.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _finish(data[len(mark) :].decode(encoding, "replace"), encoding)
    declared = _declared(data, content_type)
    if wide := _wide(data):
        return _finish(data.decode(wide, "replace"), wide)
    if "hz" in declared and b"~{" in data:
        return _finish(data.decode("hz", "replace"), "hz")
    try:
        return _finish(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _compare(data, declared)


def _declared(data: bytes, content_type: str | None) -> list[str]:
    """Codecs named by the header, then by the page; unknown names left out."""
    names = _HEADER.findall(content_type or "")
    names += [name.decode("ascii", "replace") for name in _META.findall(data[:8192])]
    return [_ALIASES[name.lower()] for name in names if name.lower() in _ALIASES]


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: markup has a zero in every other byte."""
    head = data[:2048]
    if len(head) < 16 or head.count(0) < len(head) // 4:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else None


def _compare(data: bytes, declared: list[str]) -> Decoded:
    """The most plausible of the declared and the usual encodings; a declared one that fits well is not questioned."""
    best, best_score = "gb18030", -1e9
    for encoding in dict.fromkeys([*declared, "gb18030", "utf-8", "big5hkscs"]):
        if encoding.startswith("utf-16"):
            continue
        score = _plausibility(data.decode(encoding, "replace")) + (_DECLARED if encoding in declared else 0.0)
        if score > _GOOD:
            return _finish(data.decode(encoding, "replace"), encoding)
        if score > best_score:
            best, best_score = encoding, score
    return _finish(data.decode(best, "replace"), best)


def _plausibility(text: str) -> float:
    """Share of ordinary Chinese among the characters beyond ASCII, less what could not be decoded."""
    beyond = "".join(_BEYOND.findall(text))[:_SAMPLE]
    if not beyond:
        return 0.0
    common = len(beyond) - len(beyond.translate(_WITHOUT_COMMON))
    odd = len(_ODD.findall(beyond))
    return (common - 2 * odd) / len(beyond)


def common_share(text: str) -> float:
    """Share of the commonest Chinese characters and punctuation in a text that is not empty."""
    return (len(text) - len(text.translate(_WITHOUT_COMMON))) / len(text)


def _finish(text: str, encoding: str) -> Decoded:
    replaced = text.count("\ufffd")
    doubtful = replaced > 3 and replaced > sum(map(len, _BEYOND.findall(text))) // 50
    if encoding == "gb18030" and _PRIVATE.search(text):
        text = text.translate(_MOVED)
    return Decoded(_CONTROL.sub("", text), encoding, doubtful)
