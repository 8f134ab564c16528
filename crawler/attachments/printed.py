"""Printed pages, of a PDF or an OFD: which were read, which are pictures, and which came out as gibberish."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.attachments.document import Document, Page, UnreadableError
from crawler.readers.encoding import common_share

_SPACE = re.compile(r"\s+")
_SYMBOLS = re.compile(r"[!\"#$&'*+;<=>?@\[\\\]^_`{|}~]")
_HAN = re.compile("[\u3400-\u9fff]+")
_FEW = 20
"""Letters that a page number and the mark of a scanning program may have between them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as its reader saw it. ``picture``: most of it is a picture; ``drawn``: something is drawn on it at all."""

    lines: tuple[str, ...]
    picture: bool = False
    drawn: bool = False


def document_of(pages: Sequence[Seen], kind: str, unread: Iterable[str] = ()) -> Document:
    """The pages as a document, with what could not be read of it; raises UnreadableError when that is everything."""
    kept, pictures, gibberish = [], [], []
    for number, page in enumerate(pages, start=1):
        text = _SPACE.sub("", "".join(page.lines))
        if (page.picture and len(text) < _FEW) or (not text and page.drawn):
            pictures.append(number)
        elif text and garbled(text):
            gibberish.append(number)
        elif text:
            kept.append(Page(f"第{number}页", page.lines))
    if not kept and gibberish:
        raise UnreadableError(f"{kind} 的字体没有文字对照表，读出来是乱码")
    if not kept and pictures:
        raise UnreadableError(f"{kind} 是扫描件（{len(pictures)} 页都是图片），没有可读文字")
    if not kept:
        raise UnreadableError(f"{kind} 里没有文字")
    said = list(unread)
    if pictures:
        said.append(f"{_numbers(pictures)}是扫描图片，没有文字可读")
    if gibberish:
        said.append(f"{_numbers(gibberish)}的字体没有文字对照表，读出来是乱码")
    return Document(tuple(kept), unread=tuple(said))


def garbled(text: str) -> bool:
    """Whether a text without spaces is what comes of a font without its table: unassigned and private characters, scripts
    that no Chinese document mixes, rows of symbols, or Chinese characters among which the common ones are missing."""
    odd = Counter(ord(char) >> 8 for char in text if _is_odd(char))
    # A text in Tibetan or Uyghur lies in one or two blocks of letters; glyph numbers taken for characters in a dozen.
    letters = [count for block, count in odd.most_common(2) if block < 0xE0]
    if sum(odd.values()) - sum(letters if len(odd) <= 3 else ()) > max(3, len(text) // 10):
        return True
    if len(text) >= 30 and len(_SYMBOLS.findall(text)) > len(text) * 0.3:
        return True
    han = "".join(_HAN.findall(text))
    return len(han) >= 200 and common_share(han) < 0.05


def _is_odd(char: str) -> bool:
    if char < "\x80":
        return char < " "
    if "\ue000" <= char <= "\uf8ff" or char in "\ufffd\ufffe\uffff":
        return True
    if "\u2000" <= char <= "\u33ff" or "\u3400" <= char <= "\u9fff" or char >= "\uf900":
        return unicodedata.category(char) in ("Cn", "Co", "Cs")
    try:
        # Greek, Cyrillic, kana, pinyin and signs have their place in GBK; accented Latin in Latin-1.
        char.encode("gbk")
    except UnicodeEncodeError:
        return not "\xa0" <= char <= "\xff"
    return False


def _numbers(numbers: Sequence[int]) -> str:
    """第2、5至9页."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "第" + "、".join(str(a) if a == b else f"{a}至{b}" for a, b in runs) + "页"
