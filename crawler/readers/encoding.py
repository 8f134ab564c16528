"""Bytes to text. Declared encodings are hints: what the bytes themselves allow decides."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_META = re.compile(rb"""<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,20})""", re.I)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,20})", re.I)
_BEYOND = re.compile("[\x80-\U0010ffff]+")
_ODD = re.compile("[\ufffd\ue000-\uf8ff\U00010000-\U0010ffff]")
# Control characters are part of no character of UTF-8, GB18030 or Big5: they can go while all is bytes, which is quickest.
_CONTROL = bytes({*range(32), 127} - set(b"\t\n\f\r"))
_CONTROL_TEXT = dict.fromkeys(_CONTROL)
# Chinese in UTF-8: in other encodings eight such triples do not follow each other. Its commonest characters are found
# quicker and tell whether to look.
_UTF8_COMMON = tuple(char.encode() for char in "，的。：")
_UTF8_RUN = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf][\x80-\xbf]|\xef[\xbc\xbd][\x80-\xbf]){8}")
_SEGMENT = re.compile(rb"[^<>\n]*[<>\n]?")
# UTF-8 that was read as Latin-1 or Windows-1252 and written as UTF-8 once more ("æ¼«æ°´æ²³").
_TWICE = re.compile("(?:[\xe3-\xe9][\x80-\xbf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122][\x80-\xbf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]){4}")
_HZ = re.compile(rb"~\{((?:[\x21-\x77][\x21-\x7e])+)~\}")
_ISO_2022_CN = b"\x1b$)A"
_SHIFTED = re.compile(rb"\x0e([\x21-\x7e\r\n ]*)\x0f?")
_GZIP = b"\x1f\x8b\x08"
_UNPACKED = 32 * 1024 * 1024

# Browsers read every GB label as GB18030 and Big5 with the Hong Kong supplement (WHATWG Encoding, section 4.2).
_ALIASES = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030",
    "cp936": "gb18030", "ms936": "gb18030", "windows-936": "gb18030", "euc-cn": "gb18030", "gb": "gb18030",
    "chinese": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "cp950": "big5hkscs",
    "big-5": "big5hkscs", "x-x-big5": "big5hkscs", "utf8": "utf-8", "utf-8": "utf-8", "unicode-1-1-utf-8": "utf-8",
    "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "euc-jp": "euc_jp", "shift_jis": "cp932",
    "euc-kr": "cp949",
}  # fmt: skip
_SAMPLE = 1000
_DECLARED = 0.05
_GOOD = 0.45
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# The commonest characters of written Chinese, simplified and traditional, and the punctuation of both: text decoded with
# the wrong table is full of rare characters and has next to none of these.
_COMMON = frozenset(
    "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发"
    "成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己"
    "话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五"
    "太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京"
    "务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带"
    "這來個國說們為時會著過對裡後麼沒還發當無開經頭動兩長樣現將與實點種聲話兒問機給幾業間東氣關內產萬總場師書員報馬張難數電車應親務"
    "縣鄉鎮區鄰辦廳處機構關於條規範劃訊據縣府，。、；：！？“”‘’（）《》「」『』　·【】"
)

# Characters that Python's GB18030 (the table of 2000) leaves in the private use area and that later editions (2005, 2022) and
# the WHATWG table give real places: brackets of vertical text, eight components, six rare characters, ḿ, a wide space.
_MOVED = str.maketrans(
    "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864"
    "\ue816\ue817\ue818\ue831\ue83b\ue855\ue7c7\ue5e5",
    "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb"
    "\U00020087\U00020089\U000200cc\U000215d7\U0002298f\U000241fe\u1e3f\u3000",
)
_PRIVATE = re.compile("[\ue5e5\ue78d-\ue796\ue7c7\ue816-\ue864]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the codec that gave it, and whether it is ``doubtful``: nothing fitted, much had to be replaced, the page is in
    two encodings, or its text was spoilt before it was published."""

    text: str
    encoding: str
    doubtful: bool = False


def decode(data: bytes, content_type: str | None = None) -> Decoded:
    """Text of a page's bytes; never raises.

    A byte-order mark wins; then strict UTF-8, which other text next to never satisfies; then what was declared by the
    header or the page and the Chinese encodings are compared by how much of the outcome is ordinary Chinese. A page that
    was put together from parts in two encodings is read part by part and called doubtful. Bytes that are still compressed
    (a server that compresses twice) are unpacked first, to at most 32 MiB.
    """
    if data.startswith(_GZIP):
        data = _unpacked(data)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace").translate(_CONTROL_TEXT)
            return _finish(text, encoding)
    if wide := _wide(data):
        return _finish(data.decode(wide, "replace").translate(_CONTROL_TEXT), wide)
    if b"\x1b" in data and _ISO_2022_CN in data:
        return _finish(_shifted(data).decode("gb18030", "replace"), "iso-2022-cn")
    data = data.translate(None, _CONTROL)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _mixed(data) or _compare(data, _declared(data, content_type))
    if b"~{" in data and text.isascii() and (hz := _hz(data, content_type)):
        return hz
    return _finish(text, "utf-8")


def _unpacked(data: bytes) -> bytes:
    """Gzip undone, twice at most; what cannot be is left as it is."""
    for _ in range(2):
        if not data.startswith(_GZIP):
            break
        try:
            data = zlib.decompressobj(wbits=31).decompress(data, _UNPACKED)
        except zlib.error:
            break
    return data


def _shifted(data: bytes) -> bytes:
    """ISO-2022-CN (RFC 1922) as GB2312 with the high bits set: what stands between the shift characters."""
    eight = _SHIFTED.sub(lambda match: bytes(byte | 0x80 if byte > 0x20 else byte for byte in match[1]), data)
    return eight.replace(_ISO_2022_CN, b"").translate(None, _CONTROL)


def _hz(data: bytes, content_type: str | None) -> Decoded | None:
    """HZ (RFC 1843), declared or plain to see; scripts hold its marks too, so what comes out must be Chinese."""
    if "hz" not in _declared(data, content_type) and not _HZ.search(data):
        return None
    text = data.decode("hz", "replace")
    return _finish(text, "hz") if _plausibility(text) > _GOOD else None


def _mixed(data: bytes) -> Decoded | None:
    """A page made of parts in UTF-8 and in GB18030 (a head that is included, a text from a database), between its tags
    each by itself. None for a page of one encoding."""
    if not any(char in data for char in _UTF8_COMMON) or not _UTF8_RUN.search(data):
        return None
    out: list[str] = []
    other = replaced = 0
    for match in _SEGMENT.finditer(data):
        segment = match[0]
        try:
            text = segment.decode("utf-8")
        except UnicodeDecodeError:
            text, foreign = _either(segment)
            other += foreign
            replaced += not foreign
        else:
            # Two-byte sequences are Latin, Greek or Arabic in UTF-8, and most likely GB18030 here.
            if not text.isascii() and max(text) < "\u2000" and len(segment) > len(text) + 1:
                text, foreign = _either(segment)
                other += foreign
        out.append(text)
    if not other:
        return _finish(data.decode("utf-8", "replace"), "utf-8", doubtful=replaced > 3)
    return _finish("".join(out), "utf-8+gb18030", doubtful=True)


def _either(segment: bytes) -> tuple[str, bool]:
    """A part of a page in the more plausible of the two encodings, and whether that is GB18030."""
    one, other = segment.decode("utf-8", "replace"), segment.decode("gb18030", "replace")
    foreign = _plausibility(other) > _plausibility(one)
    return (other, True) if foreign else (one, False)


def _declared(data: bytes, content_type: str | None) -> list[str]:
    """Codecs named by the header, then by the page; unknown names left out."""
    names = _HEADER.findall(content_type or "")
    names += [name.decode("ascii", "replace") for name in _META.findall(data[:8192])]
    return [_ALIASES[name.lower()] for name in names if name.lower() in _ALIASES]


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: markup has a zero in every other byte."""
    if data[:2] == b"<\0" and data[3:4] == b"\0":
        return "utf-16-le"
    if data[:3] == b"\0<\0":
        return "utf-16-be"
    head = data[:2048]
    if len(head) < 16 or head.count(0) < len(head) // 4:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else None


def _compare(data: bytes, declared: list[str]) -> Decoded:
    """The most plausible of the declared and the usual encodings; a declared one that fits well is not questioned."""
    best, best_text, best_score = "gb18030", "", -1e9
    for encoding in dict.fromkeys([*declared, "gb18030", "utf-8", "big5hkscs"]):
        if encoding.startswith("utf-16"):
            continue
        text = data.decode(encoding, "replace")
        score = _plausibility(text) + (_DECLARED if encoding in declared else 0.0)
        if score > best_score:
            best, best_text, best_score = encoding, text, score
        if score > _GOOD:
            break
    return _finish(best_text, best)


def _plausibility(text: str) -> float:
    """Share of ordinary Chinese among the first characters beyond ASCII, less what could not be decoded."""
    beyond = "".join(_first_beyond(text))
    if not beyond:
        return 0.0
    return (sum(map(_COMMON.__contains__, beyond)) - 2 * len(_ODD.findall(beyond))) / len(beyond)


def _first_beyond(text: str) -> Iterator[str]:
    room = _SAMPLE
    for match in _BEYOND.finditer(text):
        yield match[0]
        room -= match.end() - match.start()
        if room <= 0:
            return


def common_share(text: str) -> float:
    """Share of the commonest Chinese characters and punctuation in a text that is not empty."""
    return sum(map(_COMMON.__contains__, text)) / len(text)


def _finish(text: str, encoding: str, doubtful: bool = False) -> Decoded:
    replaced = text.count("\ufffd")
    if replaced > 3 and not doubtful:
        doubtful = replaced > sum(map(len, _BEYOND.findall(text))) // 50
    if encoding == "gb18030" and _PRIVATE.search(text):
        text = text.translate(_MOVED)
    return Decoded(text.replace("\ufeff", ""), encoding, doubtful or _mojibake(text))


def _mojibake(text: str) -> bool:
    """Whether text was decoded wrongly before it was written: 锟斤拷 is U+FFFD, 锛 the head of UTF-8's full-width punctuation,
    both read as GBK."""
    if ("锟" in text and "锟斤拷" in text) or ("锛" in text and text.count("锛") > 3 + text.count("，")):
        return True
    return "å" in text and text.count("æ") + text.count("å") + text.count("ç") > 10 and _TWICE.search(text) is not None
