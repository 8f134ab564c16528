"""``rules/privacy.toml``: the words by which a number's neighbours say what it is."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.configuration import parse_toml
from core.settings import SeverityName

Words = tuple[str, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SensitiveHeader(_Strict):
    """A column whose content, beside names, must not be published. ``unless``: headers that contain the word and are
    another thing."""

    words: Words = Field(min_length=1)
    severity: SeverityName
    advice: str
    unless: Words = ()

    def fits(self, label: str) -> bool:
        """Whether a folded header is this kind of column."""
        return any(word in label for word in self.words) and not any(word in label for word in self.unless)


class PrivacyRules(_Strict):
    """The words, each matched anywhere in a folded label; ``bulk``: from how many of one kind a file is worse."""

    bulk: int = Field(ge=2)
    identity: Words
    mobile: Words
    account: Words
    other_numbers: Words
    """Labels of numbers that are nobody's (编号, 索引号...)."""
    amounts: Words
    office: Words
    """Labels of contacts that are meant to be public."""
    contact: Words
    """Labels of contacts that are public in a notice and private in a list of people."""
    public_account: Words
    personal_account: Words
    """Labels of accounts that only a person has."""
    private_person: Words
    """Words by which a passage speaks of a private person."""
    names: Words
    """Headers of columns with people's names."""
    posts: Words
    """Headers by which a list is one of officials."""
    homes: Words
    births: Words
    sensitive: tuple[SensitiveHeader, ...]

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        """Each list of words as one pattern."""
        return {name: _any_of(value) for name, value in self if name not in ("bulk", "sensitive")}

    @cached_property
    def office_contact(self) -> re.Pattern[str]:
        """An office word that really names a contact (举报电话, not 举报 alone)."""
        return re.compile(rf"(?:{self.patterns['office'].pattern})[^，。；]{{0,6}}?(?:电话|热线|方式|号码)|联系方式|热线")

    def says(self, words: str, text: str) -> bool:
        """Whether a label holds one of the words of a list."""
        return self.patterns[words].search(text) is not None


def _any_of(words: Words) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)) or r"(?!)")


def load(directory: Path) -> PrivacyRules:
    """From a configuration folder; raises ConfigErrors."""
    return parse_toml(directory / "rules" / "privacy.toml", PrivacyRules, "rules/privacy.toml")
