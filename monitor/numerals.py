"""Chinese numerals in quantities: 二十个工作日 -> 20个工作日. Only what can mean one number is converted."""

from __future__ import annotations

import re

_DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    "〇": 0,
    "两": 2,
}
_POWERS = {"十": 10, "拾": 10, "百": 100, "佰": 100}
_CLASS = "".join(_DIGITS) + "".join(_POWERS)
# 廿 and 卅 are digits and powers at once; they never stand beside another power.
_TENS = {"廿": "二十", "卅": "三十"}
_QUANTITY = re.compile(
    rf"[{_CLASS}]+(?=\)?(?:个|\(?(?:工作|自然|日历)[日天]|日|天|周|星期|月|年|季|小时|次|号|[-~至到—–][{_CLASS}\d]))"
)


def number(text: str) -> int | None:
    """The value of a numeral below 1000; None where it is none, or not one number (三五)."""
    total, digit = 0, None
    for character in text:
        if character in _POWERS:
            power = _POWERS[character]
            if total and total < power * 10:
                return None
            total += (1 if digit is None else digit) * power
            digit = None
        elif character in _DIGITS:
            if digit not in (None, 0):
                return None
            digit = _DIGITS[character]
        else:
            return None
    return total + (digit or 0) if text else None


def with_digits(text: str) -> str:
    """The text with the numerals of quantities as digits; 半年 and 半个月 as 6个月 and 15日. What is ambiguous stays."""
    for numeral, written in _TENS.items():
        text = text.replace(numeral, written)
    text = _QUANTITY.sub(_converted, text)
    text = re.sub(r"(?<![\d年月日个上下前后多大小一])半年度?", "6个月", text)
    return re.sub(r"(?<![\d年月日上下前后])半个?月", "15日", text)


def _converted(match: re.Match[str]) -> str:
    value = number(match[0])
    return match[0] if value is None else str(value)
