"""Invented personal data, and numbers that only look like it. All made from a seed; none is anybody's."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DIVISIONS = ("341525", "342427", "340104", "341523", "110105", "320583", "411525", "650102", "830000")
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
_GIVEN = "建国明华志强桂英秀兰丽娟晓燕文斌海涛永福立新春梅玉珍德才家旺长根守义宗祥世平"
VILLAGES = ("青松村", "石桥村", "柳林村", "双河村", "枫香村", "茶园村", "龙门村", "新塘村", "白果村", "大湾村")
GROUPS = ("上湾组", "下畈村民组", "老屋组", "第三村民组", "5组", "石咀组", "12村民组", "塘埂组")


def name(random: Random) -> str:
    """A person's name of two or three characters."""
    return random.choice(_SURNAMES) + "".join(random.choice(_GIVEN) for _ in range(random.choice((1, 2, 2))))


def identity(random: Random) -> str:
    """A whole identity number: division, day of birth, check digit."""
    born = date(1930, 1, 1) + timedelta(days=random.randrange(32_000))
    body = f"{random.choice(_DIVISIONS)}{born:%Y%m%d}{random.randrange(1000):03}"
    return body + checked(body)


def checked(body: str) -> str:
    """ISO 7064 MOD 11-2 of 17 digits."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def mistyped(random: Random) -> str:
    """An identity number with a wrong check digit."""
    right = identity(random)
    return right[:17] + random.choice([digit for digit in "0123456789" if digit != right[17]])


def old_identity(random: Random) -> str:
    """Fifteen digits, as before 1999."""
    born = date(1935, 1, 1) + timedelta(days=random.randrange(18_000))
    return f"{random.choice(_DIVISIONS[:7])}{born:%y%m%d}{random.randrange(1000):03}"


def mobile(random: Random) -> str:
    """Eleven digits of a mobile number."""
    return f"1{random.choice('3456789')}{random.randrange(10**9):09}"


def card(random: Random, start: str = "62", length: int = 19) -> str:
    """Digits that pass Luhn."""
    body = start + "".join(random.choice("0123456789") for _ in range(length - len(start) - 1))
    return next(body + last for last in "0123456789" if luhn(body + last))


def passbook(random: Random, length: int = 19) -> str:
    """An account that does not pass Luhn."""
    right = card(random, "2" + "0", length)
    return right[:-1] + str((int(right[-1]) + random.randrange(1, 10)) % 10)


def luhn(digits: str) -> bool:
    """The check of card numbers."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def credit_code(random: Random) -> str:
    """The code of an organisation: 18 characters, no day of birth inside."""
    organ = f"{random.randrange(4, 9)}{random.randrange(10**6):06}"
    return f"11{random.choice(_DIVISIONS[:4])}00{organ}{random.choice('0123456789')}{random.choice('ABCDEFGHXY0123')}"


def digits(random: Random, count: int) -> str:
    """Any digits, the first not zero."""
    return str(random.randrange(10 ** (count - 1), 10**count))
