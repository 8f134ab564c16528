"""``rules/elements.toml``: what each kind of document must hold. A town without a file of its own has the one that ships."""

from __future__ import annotations

import re
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.configuration import parse_toml
from core.nouns import Severity
from core.settings import SeverityName

FILE = "rules/elements.toml"


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"不是正则表达式：{text!r}（{error}）") from None
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Element(_Strict):
    """One thing that must be said; ``words`` are patterns over the folded text, one of which is enough."""

    name: str
    words: tuple[Pattern, ...] = Field(min_length=1)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The words as one."""
        return re.compile("|".join(self.words))


class DocumentRule(_Strict):
    """One kind of document. It is certain where the folded ``title`` fits and ``unless`` does not, the text has ``characters``
    and ``least`` of the elements are there; where the title alone is ``plain`` and the files were read, without them too, and then
    nothing but the title is there, which is an error; ``from_year``: documents of earlier years had another form; ``tables``: an empty
    table must be explained."""

    rule: Literal["guide", "catalogue", "annual_report", "three_public", "subsidy_guide", "contacts", "budget"]
    name: str
    title: Pattern
    unless: Pattern = r"(?!)"
    plain: Pattern = r"(?!)"
    characters: int = Field(ge=0)
    least: int = Field(ge=1)
    from_year: int | None = None
    tables: bool = False
    severity: SeverityName = Severity.WARN
    basis: str
    elements: tuple[Element, ...] = Field(min_length=1, alias="element")

    @cached_property
    def plainly(self) -> re.Pattern[str]:
        """A title after which nothing else can come."""
        return re.compile(self.plain)

    @cached_property
    def titles(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """What the title must say, and what it must not."""
        return re.compile(self.title), re.compile(self.unless)


class ElementRules(_Strict):
    """Every kind; of several that fit a title the first is meant. Titles with ``about`` speak of a document and are none."""

    about: Pattern = r"(?!)"
    documents: tuple[DocumentRule, ...] = Field(alias="document")

    def plainly(self, document: DocumentRule, folded: str) -> bool:
        """Whether a folded title can be nothing but the document."""
        return document.plainly.search(folded) is not None and re.search(self.about, folded) is None

    def of_title(self, folded: str) -> DocumentRule | None:
        """The kind that a folded title names."""
        for document in self.documents:
            fits, unless = document.titles
            if fits.search(folded) and not unless.search(folded):
                return document
        return None


def load(directory: Path) -> ElementRules:
    """From a configuration folder, or what ships; raises ConfigErrors."""
    if (own := directory / "rules" / "elements.toml").exists():
        return parse_toml(own, ElementRules, FILE)
    with as_file(files("monitor.elements") / "elements.toml") as shipped:
        return parse_toml(shipped, ElementRules, FILE)
