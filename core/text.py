"""Folding text so that one name is found however it is written, with the way back to the written characters."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import accumulate

from zhconv_rs import zhconv

# Pinyin in brackets after a character, as converters of spam mirrors leave it: 鎮(zhèn), 務(wù). The look behind stands
# after the bracket, so that the search jumps from bracket to bracket.
_GLOSS = re.compile(
    r"[(（](?<=[\u3400-\u9fff\uf900-\ufaff].)[a-zA-Zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿê\u0300-\u030c]{1,8}[)）]", re.DOTALL
)
_DROPPED = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad\ufe00-\ufe0f]+")
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[\s-]?(\d{4})[\s-]?(\d{4})(?!\d)")
# A birth date tells an identity number from an organisation's code (统一社会信用代码), which stands in index numbers.
_BIRTH = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID = re.compile(
    rf"(?<![0-9A-Za-z])([1-9]\d)(\d{{4}}(?:18|19|20)\d{{2}}{_BIRTH}\d|\d{{6}}{_BIRTH})(\d{{2}}[\dXx])(?![0-9A-Za-z])"
)
# In names of files letters stand on both sides of it: sfz341525199003070018a.jpg.
_ID_GLUED = re.compile(rf"(?<!\d)([1-9]\d)(\d{{4}}(?:19|20)\d{{2}}{_BIRTH}\d)(\d{{2}}[\dXx])(?!\d)")
_ADDRESS = re.compile(r"https?://[^\s\u3000-\uffef<>\"']+")
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_LAST_NAME = re.compile(r"/([^/]*)/?$")
_PAGE = re.compile(r"[^.]*(?:\.(?:s?html?|jsp|aspx?|php|do))?", re.IGNORECASE)
_CARD = re.compile(r"(?<!\d)(62\d{2})(\d{8,11})(\d{4})(?!\d)")
# Numbers of savings books and 一卡通 have no shape of their own: the words before them, or over their column, name them.
_ACCOUNT_WORD = re.compile(r"[卡账帐]号|[账帐]户|一卡通|存折")
_ACCOUNT = re.compile(rf"((?:{_ACCOUNT_WORD.pattern})[^\d\n\t]{{0,10}})(\d{{8,19}})(\d{{4}})(?!\d)")
_LONG = re.compile(r"(?:\d[\s-]?){8}")
_ACCOUNT_CELL = re.compile(r"(\s*)(\d{8,19})(\d{4})(\s*)")
_BETWEEN_CELLS = re.compile(r"(\t|[ \u3000]{2,})")


@cache
def _simplified() -> dict[int, str]:
    """Traditional to simplified, one character to one, for every CJK character that changes."""
    chars = [chr(code) for block in ((0x3400, 0xA000), (0xF900, 0xFB00)) for code in range(*block)]
    # Character by character, so that offsets stay exact: phrase conversion would change lengths.
    folded = zhconv("\n".join(chars), "zh-hans").split("\n")
    return {ord(a): b for a, b in zip(chars, folded, strict=True) if a != b and len(b) == 1}


def simplify(text: str) -> str:
    """Traditional characters to simplified, character by character (same length)."""
    return text.translate(_simplified())


class _Folding(dict[int, str]):
    """What one character folds to, worked out when it is first met (for :meth:`str.translate`)."""

    def __missing__(self, code: int) -> str:
        folded = _DROPPED.sub("", simplify(unicodedata.normalize("NFKC", chr(code)).lower()))
        self[code] = folded
        return folded


_FOLDING = _Folding()


class Folded:
    """Folded text, and the way back. Offsets are worked out at the first question only: most texts name nothing."""

    __slots__ = ("_ends", "_written", "text")

    def __init__(self, written: str) -> None:
        self._written = _without_glosses(written)
        self._ends: list[int] | None = None
        self.text = self._written.translate(_FOLDING)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the written text of the folded span ``start:end`` (not empty)."""
        if self._ends is None:
            self._ends = list(accumulate(map(len, map(_FOLDING.__getitem__, map(ord, self._written)))))
        return bisect_right(self._ends, start), bisect_right(self._ends, end - 1) + 1


def fold(text: str) -> Folded:
    """Simplified, half-width, lower case, without white space, zero-width characters and pinyin glosses."""
    return Folded(text)


def fold_plain(text: str) -> str:
    """Only the folded text."""
    return _without_glosses(text).translate(_FOLDING)


@lru_cache(maxsize=65_536)
def fold_title(title: str) -> str:
    """As :func:`fold_plain`, remembered: a day's check asks for every title of a town more than once."""
    return fold_plain(title)


def _without_glosses(text: str) -> str:
    # A gloss becomes as many spaces, which fold to nothing: offsets stay those of the written text.
    return _GLOSS.sub(lambda match: " " * len(match[0]), text)


def mask_private(text: str) -> str:
    """Mask mobile numbers (138****1234), identity numbers (first 2, last 3), bank cards and accounts (last 4): what authors
    write of themselves or others is never stored in full. Forms: facts/rules.md section 6.3 (永安 rule)."""
    if _ACCOUNT_WORD.search(text):
        text = _ACCOUNT.sub(lambda m: m[1] + "*" * len(m[2]) + m[3], "\n".join(_accounts_masked(text.split("\n"))))
    text = _ID_GLUED.sub(_id_masked, _ID.sub(_id_masked, text))
    text = _CARD.sub(lambda m: "*" * (len(m[1]) + len(m[2])) + m[3], text)
    return _MOBILE.sub(lambda m: f"{m[1]}****{m[3]}", text)


def _id_masked(match: re.Match[str]) -> str:
    return match[1] + "*" * len(match[2]) + match[3]


def mask_address(url: str) -> str:
    """An address as it may be shown or sent: as it is, or decoded and with the private numbers in it masked; then nobody can open
    it. A long number that names a page is the page's, and stays; an identity number never does."""
    written = _ESCAPED.sub(lambda m: bytes.fromhex(m[0].replace("%", "")).decode("utf-8", "replace"), url)
    if mask_private(written) == written:
        return url
    path, mark, query = re.split(r"([?#])", written, maxsplit=1) if re.search(r"[?#]", written) else (written, "", "")
    name = _LAST_NAME.search(path)
    of_page = name is not None and _PAGE.fullmatch(name[1])
    shown = (_ID_GLUED.sub(_id_masked, path) if of_page else mask_private(path)) + mark + mask_private(query)
    return url if shown == written else shown


def mask_shown(text: str) -> str:
    """A text of ours, with names and addresses of others in it, as it may be kept and told."""
    if not _LONG.search(text):
        return text
    before, parts = 0, []
    for address in _ADDRESS.finditer(text):
        parts += [mask_private(text[before : address.start()]), mask_address(address[0])]
        before = address.end()
    return "".join([*parts, mask_private(text[before:])])


def openable(url: str) -> bool:
    """Whether an address may be handed out as a link: one with a private number may not, masked or not."""
    return "****" not in url and mask_address(url) == url


def _accounts_masked(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a text; in rows below a label of accounts the cells of its column are masked."""
    columns: list[int] = []
    for line in lines:
        cells = _BETWEEN_CELLS.split(line)
        named = [at for at in range(0, len(cells), 2) if len(cells) > 1 and _ACCOUNT_WORD.search(cells[at])]
        columns = named or (columns if len(cells) > 1 else [])
        for at in columns:
            if at < len(cells) and (account := _ACCOUNT_CELL.fullmatch(cells[at])):
                cells[at] = account[1] + "*" * len(account[2]) + account[3] + account[4]
        yield "".join(cells)


def excerpt(text: str, start: int, end: int, around: int = 30) -> str:
    """The passage around a span on one line, with … where it was cut."""
    left, right = max(0, start - around), min(len(text), end + around)
    passage = " ".join(text[left:right].split())
    return ("…" if left else "") + passage + ("…" if right < len(text) else "")
