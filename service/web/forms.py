"""Reading a posted form: what is missing or malformed is said in Chinese, never a 500."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.errors import TownwatchError

LONGEST = 4000


class FormError(TownwatchError):
    """The form cannot be used as it is; the sentence is for the person who filled it in."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a posted form, every value a text."""

    fields: Mapping[str, Sequence[str]]

    def text(self, name: str, label: str, *, longest: int = LONGEST) -> str:
        """A field that must be filled in; ``label`` is what the screen calls it."""
        value = self.maybe(name, label, longest=longest)
        if not value:
            raise FormError(f"请填写{label}")
        return value

    def maybe(self, name: str, label: str = "", *, longest: int = LONGEST) -> str:
        """A field that may be empty, without the white space around it."""
        values = self.fields.get(name) or [""]
        value = values[0].replace("\r\n", "\n").strip()
        if len(value) > longest:
            raise FormError(f"{label or name}最多 {longest} 个字，现有 {len(value)} 个字")
        if "\x00" in value:
            raise FormError(f"{label or name}里有不能保存的字符")
        return value

    def day(self, name: str, label: str) -> date | None:
        """A day, or None where the field is empty."""
        value = self.maybe(name, label, longest=10)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError as error:
            raise FormError(f"{label}应写成 2026-01-31 这样的日期") from error

    def choices(self, name: str) -> tuple[str, ...]:
        """Every value of a group of check boxes."""
        return tuple(dict.fromkeys(self.fields.get(name, ())))

    def secret(self, name: str) -> str:
        """A password exactly as typed."""
        return (self.fields.get(name) or [""])[0]
