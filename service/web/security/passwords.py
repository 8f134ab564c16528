"""Passwords: what is good enough, and argon2id."""

from __future__ import annotations

import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 200
# What people take first when ten characters are asked for. Compared without case and without what is not letter or digit.
COMMON = frozenset("""
    1234567890 0123456789 9876543210 0987654321 12345678910 123456789a a123456789 1234567890a 1122334455 1357924680 1234512345
    1111111111 0000000000 8888888888 6666666666 147258369 1472583690 5201314520 5201314131 qwertyuiop qwerty1234 qwerty12345
    1qaz2wsx3edc 1qazxsw23edc asdfghjkl1 asdfghjkl zxcvbnm123 qazwsxedc123 1q2w3e4r5t abcdefghij abcd123456 abc1234567 abc123456789
    password12 password123 password1234 passw0rd123 admin12345 admin123456 administrator adminadmin root123456 welcome123 welcome1234
    iloveyou123 woaini1314 woaini520 woaini1314520 woaizhongguo zhongguo123 changeme123 letmein123 huoshan123 townwatch1 townwatch123
    townwatchtownwatch test123456 testtesttest user123456 guest123456 xiangzhen123 zhengwugongkai a1b2c3d4e5 aa12345678 aaa1234567
""".split())
# Each hash takes 64 MiB: a burst of tries must not take the machine's memory.
_AT_ONCE = BoundedSemaphore(2)
_HASHER = PasswordHasher()
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def objection(password: str, username: str) -> str | None:
    """Why a password will not do, in a sentence; None when it will."""
    plain = "".join(letter for letter in password.lower() if letter.isalnum())
    if len(password) < SHORTEST:
        return f"密码至少 {SHORTEST} 个字符"
    if len(password) > LONGEST:
        return f"密码最多 {LONGEST} 个字符"
    if username and username.lower() in password.lower() and len(password) - len(username) < SHORTEST // 2:
        return "密码不能是用户名或只比用户名多几个字符"
    if plain in COMMON or len(set(password)) < 4:
        return "这个密码太常见，容易被猜中，请换一个"
    return None


def hash_password(password: str) -> str:
    """Argon2id with the parameters of RFC 9106's second choice (64 MiB)."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def verify(password: str, hashed: str | None) -> bool:
    """Whether the password is right. Without a hash (no such account) the same work is done for nothing, so that the
    time taken does not tell which accounts exist."""
    known = hashed is not None
    with _AT_ONCE:
        try:
            _HASHER.verify(hashed if hashed is not None else _nobody(), password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return known


def is_outdated(hashed: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(hashed)


def random_password() -> str:
    """A password to be handed over and changed: 60 bits in letters that are not mistaken for each other."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_hex(16))
