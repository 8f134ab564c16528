"""Who is asking: a person behind a session, or a program behind a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.web.security.rights import Permission, Role, allows, in_town
from store.people import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A signed-in person. ``towns`` None: every town. ``csrf`` is empty for a token, which no browser sends by itself."""

    username: str
    name: str
    role: Role
    towns: frozenset[str] | None
    staff: str | None
    csrf: str
    via: Literal["session", "token"]
    must_change: bool = False
    """Whether the password was given by someone else and has to be changed first."""

    def may(self, permission: Permission, town: str | None = None) -> bool:
        """Whether the visitor may do something, in a town where one is named."""
        return allows(self.role, permission) and (town is None or in_town(self.towns, town))


def visitor_of(user: User, via: Literal["session", "token"], csrf: str = "") -> Visitor:
    """The visitor that an account makes."""
    return Visitor(
        username=user.username, name=user.name, role=Role(user.role), towns=frozenset(user.towns) or None,
        staff=user.staff, csrf=csrf, via=via, must_change=user.password_is_given,
    )
