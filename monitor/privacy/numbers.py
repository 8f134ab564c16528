"""Which digits are a person's number: shapes, dates of birth and check digits (facts/rules.md section 6.2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

NumberKind = Literal["id_number", "mobile", "bank_account"]

# GB/T 2260: the first two digits of a mainland division, and 81-83 of the residence permits for 港澳台.
_PROVINCES = frozenset({*range(11, 16), 21, 22, 23, *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83})
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"

# A number may be split by spaces, hyphens, line feeds or invisible characters, as layouts and evasions leave it.
_GAP = r"[\s\-\u2010-\u2015\u00ad\u200b-\u200f\u2060\ufeff]"
# Where a check digit decides, dots and strokes too.
_ID_GAP = r"[\s\-\u2010-\u2015\u00ad\u200b-\u200f\u2060\ufeff.·/_]"
_ID18 = re.compile(rf"(?<![0-9A-Za-z])[1-9](?:{_ID_GAP}{{0,2}}\d){{16}}{_ID_GAP}{{0,2}}[\dXx](?![0-9A-Za-z])")
_ID15 = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{14}(?![0-9A-Za-z])")
_MOBILE = re.compile(
    rf"(?<!\d)(?<!\d\.)(?:\+?86{_GAP}?)?(?P<a>1[3-9]\d)(?P<s>[\s\-\u2010-\u2015·.]{{0,2}})(?P<b>\d{{4}})(?P<t>[\s\-\u2010-\u2015·.]{{0,2}})"
    r"(?P<c>\d{4})(?!\d)(?!\.\d)"
)
_MOBILE_BROKEN = re.compile(r"(?<![\d.])1[3-9]\d{0,8}\n\d{1,9}(?!\d)")
# Runs of digits in one line; which of them is one number's is decided from there.
_DIGITS = re.compile(rf"(?<![0-9A-Za-z])\d+(?:(?!\n){_GAP}\d+)*(?![0-9A-Za-z])")
_RUN = re.compile(r"\d+")
# A card that a narrow column broke over up to four lines.
_CARD_BROKEN = re.compile(r"(?<![0-9A-Za-z\-])62\d{2,14}(?:\n\d{2,15}){1,3}(?![0-9A-Za-z\-])")
_MOST_GROUPS = 6
# Addresses are full of long numbers that are nobody's. An identity number in one is still one.
_ADDRESS = re.compile(r"https?://[!-~]+|(?<![!-9;-~])/[!-~]*/[!-~]*\.(?:s?html?|pdf|docx?|xlsx?|zip|jpe?g|png)", re.IGNORECASE)
_NOT_DIGIT = re.compile(r"[^\dXx]")


@dataclass(frozen=True, slots=True)
class Number:
    """Digits that have a number's shape. ``sure``: every check passed (the check digit, or Luhn); ``broken``: only
    put together over a line feed."""

    kind: NumberKind
    start: int
    end: int
    digits: str
    sure: bool = True
    broken: bool = False


def plain(text: str) -> str:
    """The same text, character for character, with every Unicode digit, full-width X and full-width hyphen as ASCII."""
    if text.isascii():
        return text
    return "".join(character if character.isascii() else _ascii(character) for character in text)


def _ascii(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return {"Ｘ": "X", "ｘ": "x", "－": "-", "＊": "*", "．": ".", "＋": "+", "：": ":"}.get(character, character)


def find(text: str, today: date) -> list[Number]:
    """Numbers of a :func:`plain` text, none overlapping: identity numbers first, then mobiles, then accounts."""
    found: list[Number] = []
    elsewhere = _ADDRESS.sub(lambda match: " " * len(match[0]), text)
    for number in (*_identities(text, today), *_mobiles(elsewhere), *_accounts(elsewhere), *_broken_cards(elsewhere)):
        if all(number.end <= other.start or number.start >= other.end for other in found):
            found.append(number)
    return sorted(found, key=lambda number: number.start)


def _identities(text: str, today: date) -> Iterator[Number]:
    for match in _ID18.finditer(text):
        digits = _NOT_DIGIT.sub("", match[0]).upper()
        if not birth_plausible(digits, today):
            continue
        sure = check_digit(digits[:17]) == digits[17]
        # Split digits are taken for one number only when everything fits.
        if sure or len(match[0]) == 18:
            yield Number("id_number", match.start(), match.end(), digits, sure, "\n" in match[0])
    for match in _ID15.finditer(text):
        if birth_plausible(match[0][:6] + "19" + match[0][6:], today):
            yield Number("id_number", match.start(), match.end(), match[0], False)


def birth_plausible(digits: str, today: date) -> bool:
    """Whether the first 14 digits are a division and a day of birth from 1900 to today."""
    if int(digits[:2]) not in _PROVINCES or int(digits[6:10]) < 1900:
        return False
    try:
        return date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14])) <= today
    except ValueError:
        return False


def check_digit(seventeen: str) -> str:
    """ISO 7064 MOD 11-2 of an identity number's first 17 digits."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(seventeen, _WEIGHTS, strict=True)) % 11]


def _mobiles(text: str) -> Iterator[Number]:
    for match in _MOBILE.finditer(text):
        split = bool(match["s"] or match["t"])
        if split and (not (match["s"] and match["t"]) or _two_years(match)):
            continue
        yield Number("mobile", match.start(), match.end(), match["a"] + match["b"] + match["c"], True, "\n" in match[0])
    for match in _MOBILE_BROKEN.finditer(text):
        digits = _NOT_DIGIT.sub("", match[0])
        if len(digits) == 11:
            yield Number("mobile", match.start(), match.end(), digits, True, True)


def _two_years(match: re.Match[str]) -> bool:
    """135 2023 2024 is a row of figures."""
    return all(match[part][:2] in ("19", "20") for part in "bc")


def _accounts(text: str) -> Iterator[Number]:
    """Whole runs of 12 to 23 digits, and runs of four as cards are printed; other figures may stand before and after."""
    for match in _DIGITS.finditer(text):
        runs = [(match.start() + run.start(), match.start() + run.end()) for run in _RUN.finditer(match[0])]
        at = 0
        while at < len(runs):
            taken = _together(text, runs[at : at + _MOST_GROUPS + 1])
            start, end = runs[at][0], runs[at + taken - 1][1]
            digits = _NOT_DIGIT.sub("", text[start:end])
            if 12 <= len(digits) <= 23:
                yield Number("bank_account", start, end, digits, 16 <= len(digits) <= 19 and luhn(digits))
            at += taken


def _broken_cards(text: str) -> Iterator[Number]:
    for match in _CARD_BROKEN.finditer(text):
        digits = _NOT_DIGIT.sub("", match[0])
        if 16 <= len(digits) <= 19 and luhn(digits):
            yield Number("bank_account", match.start(), match.end(), digits, True, True)


def _together(text: str, runs: Sequence[tuple[int, int]]) -> int:
    """How many runs from the first on are one number: those that pass Luhn; else all groups of four, but for what stands before
    a card."""
    return _card(text, runs) or (1 if _card(text, runs[1:]) else max(1, _groups(runs[:_MOST_GROUPS])))


def _groups(runs: Sequence[tuple[int, int]]) -> int:
    """How many runs from the first on are groups of four, and a last one of at most four; 0 for less than four groups."""
    lengths = [end - start for start, end in runs]
    fours = next((place for place, length in enumerate(lengths) if length != 4), len(lengths))
    found = fours + (fours < len(lengths) and lengths[fours] < 4)
    return found if found >= 4 else 0


def _card(text: str, runs: Sequence[tuple[int, int]]) -> int:
    for taken in range(min(_groups(runs), 5), 3, -1):
        digits = _NOT_DIGIT.sub("", text[runs[0][0] : runs[taken - 1][1]])
        if 16 <= len(digits) <= 19 and luhn(digits):
            return taken
    return 0


def luhn(digits: str) -> bool:
    """The check of card numbers. One random number in ten passes."""
    doubled = [int(digit) * (2 - (place % 2 == 0)) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
