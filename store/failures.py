"""Why something went wrong, in one Chinese sentence that a person can act on."""

from __future__ import annotations

import errno

from sqlalchemy.exc import DBAPIError

from core.errors import TownwatchError

DISK_FULL = "磁盘已满或超过配额，无法写入：请清理磁盘后重试"
OUTSIDE = (DBAPIError, OSError)
"""What the machine around the program does to it; :func:`reason` has a sentence for each."""
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LONGEST = 300


def reason(error: BaseException) -> str:
    """What is said of an error to staff; the log has the rest. Never more than a few lines."""
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if isinstance(error, OSError):
        where = f"（{error.filename}）" if error.filename else ""
        return DISK_FULL if error.errno in _NO_ROOM else _short(f"文件或网络出错：{error.strerror or error}{where}")
    if isinstance(error, TownwatchError):
        return _short(str(error))
    return _short(f"程序内部错误（{type(error).__name__}：{error}），请技术人员查看日志")


def says_disk_full(text: str) -> bool:
    """Whether a log or a driver's message speaks of a full disk."""
    return any(words in text for words in ("No space left on device", "File too large", "Disk quota exceeded", "disk is full"))


def _of_database(error: DBAPIError) -> str:
    said = str(error.orig)
    if says_disk_full(said) or getattr(error.orig, "sqlstate", None) == "53100":
        return DISK_FULL
    if "database is locked" in said or "database table is locked" in said:
        return "数据库被其他程序长时间占用，本次没有写入：稍后自动重试"
    if "disk I/O error" in said:
        return "数据库所在磁盘读写出错（可能已满）：请检查磁盘"
    if error.connection_invalidated or type(error).__name__ == "OperationalError":
        return _short(f"数据库连接中断，稍后自动重试（{said.strip().splitlines()[0] if said.strip() else '无说明'}）")
    return _short(f"数据库出错（{type(error).__name__}：{said}）")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
