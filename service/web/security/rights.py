"""Roles and what each may do: one table, nothing else decides."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person is in the workbench."""

    CLERK = "clerk"
    LEADER = "leader"
    SUPERVISOR = "supervisor"
    TECHNICIAN = "technician"
    READER = "reader"


class Permission(StrEnum):
    """What a route asks for."""

    READ = "read"
    """Every screen of a town."""
    WORK_CASES = "work_cases"
    """Assess, assign, reply, extend, close, note."""
    HANDLE_FINDINGS = "handle_findings"
    CATALOGUE = "catalogue"
    """Which columns an item of the catalogue appears in, whose it is, whether it applies."""
    RECHECK = "recheck"
    """Ask for a crawl of a source now."""
    ALERTS = "alerts"
    """Acknowledge, silence, send again."""
    EXPORT = "export"
    PEOPLE = "people"
    """Users and tokens."""
    AUDIT = "audit"


_WORK = frozenset({
    Permission.READ, Permission.WORK_CASES, Permission.HANDLE_FINDINGS, Permission.CATALOGUE, Permission.RECHECK, Permission.ALERTS,
    Permission.EXPORT,
})
MATRIX: Mapping[Role, frozenset[Permission]] = {
    Role.READER: frozenset({Permission.READ}),
    Role.CLERK: _WORK,
    Role.LEADER: _WORK | {Permission.AUDIT},
    # The county gives a case to someone with a date (交办) and sees everything; it does not do the town's own work.
    Role.SUPERVISOR: frozenset({Permission.READ, Permission.EXPORT, Permission.AUDIT, Permission.WORK_CASES}),
    # Keeps the machine and the accounts; the town's judgement is not the technician's.
    Role.TECHNICIAN: frozenset({
        Permission.READ, Permission.RECHECK, Permission.ALERTS, Permission.PEOPLE, Permission.AUDIT,
    }),
}


def allows(role: Role, permission: Permission) -> bool:
    """Whether a role holds a permission."""
    return permission in MATRIX[role]


def in_town(towns: frozenset[str] | None, town: str) -> bool:
    """Whether ``town`` is among the towns of a person; None is every town."""
    return towns is None or town in towns


def covers(towns: frozenset[str] | None, others: frozenset[str] | None) -> bool:
    """Whether one person's towns contain all of another's: whose account one may change."""
    if towns is None:
        return True
    return others is not None and others <= towns
