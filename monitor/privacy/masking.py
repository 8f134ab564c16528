"""How a private number may be shown, and whether a published mask hides enough (facts/rules.md section 6.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from monitor.privacy.numbers import NumberKind

_STARS = r"[*＊×●•※#█■]"
_MASKED_ID = re.compile(rf"(?<![0-9A-Za-z*])[1-9]\d{{1,16}}{_STARS}[\d*＊×●•※#█■]{{0,16}}[\dXx]?(?![0-9A-Za-z*])")
_MASKED_MOBILE = re.compile(rf"(?<![0-9A-Za-z*])1[3-9](?:\d|{_STARS}){{9}}(?![0-9A-Za-z*])")
_LONG = re.compile(r"\d(?:[\s\-]?\d){6,}[Xx]?")

Mask = Literal["weak", "birth_hidden"]


@dataclass(frozen=True, slots=True)
class Masked:
    """A published mask that is worth a word. ``weak``: too much still shows; ``birth_hidden``: 6+8*+4, enough by itself
    but not beside a date of birth or an age."""

    kind: NumberKind
    start: int
    shown: str
    mask: Mask


def mask_number(kind: NumberKind, digits: str) -> str:
    """138****1234; first 2 and last 3 of an identity number; last 4 of an account."""
    if kind == "mobile":
        return f"{digits[:3]}****{digits[7:]}"
    if kind == "id_number":
        return digits[:2] + "*" * (len(digits) - 5) + digits[-3:]
    return "*" * (len(digits) - 4) + digits[-4:]


def mask_text(text: str) -> str:
    """A passage without any long number, for evidence of other things."""
    return _LONG.sub("***", text)


def mask_name(name: str) -> str:
    """张*"""
    return name[:1] + "*"


def masked_numbers(text: str) -> list[Masked]:
    """The masks of a plain text that hide too little or only just enough; good ones are not named."""
    found = []
    for match in _MASKED_ID.finditer(text):
        shape = re.sub(_STARS, "*", match[0])
        if len(shape) in (15, 18) and (mask := _judge_id(shape)):
            found.append(Masked("id_number", match.start(), shape, mask))
    for match in _MASKED_MOBILE.finditer(text):
        shape = re.sub(_STARS, "*", match[0])
        if 0 < shape.count("*") < 4:
            found.append(Masked("mobile", match.start(), shape[:3] + "****" + shape[7:], "weak"))
    return found


def _judge_id(shape: str) -> Mask | None:
    longest = max(len(run) for run in re.findall(r"\*+", shape))
    birth = shape[6:14] if len(shape) == 18 else shape[6:12]
    if longest < 6 or "*" not in birth:
        return "weak"
    return "birth_hidden" if shape[:6].isdigit() and shape[-3:-1].isdigit() and set(birth) == {"*"} else None
