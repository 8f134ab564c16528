"""Making and changing accounts: the rules that the screens and the command line share."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from core.errors import TownwatchError
from core.service import Service
from core.words import ROLES
from service.web.security import passwords
from store import people, sign_ins
from store.database import Connection
from store.people import GIVEN, User

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


class AccountError(TownwatchError):
    """The account cannot be made or changed so; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asks for. ``towns`` empty: every town."""

    username: str
    name: str
    role: str
    towns: tuple[str, ...] = ()
    staff: str | None = None


def add_user(connection: Connection, service: Service, wanted: Wanted, now: datetime, password: str | None = None) -> str:
    """A new account; its password. Without one given a password is made, which its owner changes at the first sign-in."""
    check(service, wanted)
    chosen = password if password is not None else passwords.random_password()
    if password is not None and (problem := passwords.objection(password, wanted.username)):
        raise AccountError(problem)
    hashed = passwords.hash_password(chosen)
    people.lock(connection)
    if people.get(connection, wanted.username):
        raise AccountError(f"用户名“{wanted.username}”已经有人用了")
    people.add(connection, User(
        username=wanted.username, name=wanted.name, role=wanted.role, towns=wanted.towns, staff=wanted.staff, disabled=False,
        created_at=now, password_changed_at=now if password is not None else GIVEN,
    ), hashed)
    return chosen


def check(service: Service, wanted: Wanted) -> None:
    """Raise AccountError for what no account may be."""
    if not USERNAME.fullmatch(wanted.username):
        raise AccountError("用户名用 2 至 40 个小写字母、数字、点、横线或下划线，以字母或数字开头")
    if not wanted.name.strip() or len(wanted.name) > 40:
        raise AccountError("请填写姓名，最多 40 个字")
    if wanted.role not in ROLES:
        raise AccountError("没有这种角色；可选：" + "、".join(ROLES))
    if unknown := [town for town in wanted.towns if town not in service.towns]:
        raise AccountError("没有这个乡镇：" + "、".join(unknown))
    if wanted.staff and wanted.staff not in staff_ids(service, wanted.towns):
        raise AccountError(f"所选乡镇的 staff.toml 里没有“{wanted.staff}”")


def staff_ids(service: Service, towns: Collection[str]) -> dict[str, str]:
    """Who may be bound to an account of these towns (none: of any town): staff id -> name."""
    chosen = towns or service.towns
    return {person.id: person.name for town in chosen if town in service.towns for person in service.towns[town].staff}


def reset_password(connection: Connection, username: str) -> str:
    """A made password that the owner changes at the next sign-in; sign-ins and lockouts end."""
    existing(connection, username)
    chosen = passwords.random_password()
    people.set_password(connection, username, passwords.hash_password(chosen), GIVEN)
    sign_ins.forgive(connection, username)
    return chosen


def set_password(connection: Connection, username: str, password: str, now: datetime) -> None:
    """The owner's own new password; every session ends."""
    existing(connection, username)
    if problem := passwords.objection(password, username):
        raise AccountError(problem)
    people.set_password(connection, username, passwords.hash_password(password), now)
    sign_ins.forgive(connection, username)


def set_disabled(connection: Connection, username: str, disabled: bool) -> None:
    """Close an account, or open it again. The last one that manages accounts everywhere stays."""
    user = existing(connection, username)
    people.change(connection, username, disabled=disabled)
    if disabled:
        _somebody_manages(connection, user)


def change_user(connection: Connection, service: Service, wanted: Wanted) -> User:
    """Name, role, towns and staff id anew; what was before is returned. Its sessions end."""
    check(service, wanted)
    before = existing(connection, wanted.username)
    people.change(connection, wanted.username, name=wanted.name, role=wanted.role, towns=wanted.towns, staff=wanted.staff)
    _somebody_manages(connection, before)
    return before


def existing(connection: Connection, username: str) -> User:
    """The account; raises AccountError where there is none."""
    user = people.get(connection, username)
    if user is None:
        raise AccountError(f"没有用户“{username}”")
    return user


def _somebody_manages(connection: Connection, changed: User) -> None:
    """Called after the change, in its transaction: raising undoes it."""
    if changed.role != "technician" or changed.towns:
        return
    people.lock(connection)
    if not any(u.role == "technician" and not u.towns and not u.disabled for u in people.list_users(connection)):
        raise AccountError("这是最后一个管理全部乡镇的技术人员账号，不能停用或改为其他角色")
