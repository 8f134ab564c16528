"""Paragraphs and tables of formats that give a text as one stream and only mark where cells, rows and paragraphs end."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawler.attachments.document import Grid, Line, Part, numbered


@dataclass(slots=True)
class Blocks:
    """What has been assembled of one stream; ``name`` says which it is, where it is not the body."""

    name: str = ""
    cells: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    paragraphs: int = 0
    tables: int = 0

    def row(self) -> None:
        """The cells so far are a row."""
        self.rows.append(self.cells)
        self.cells = []

    def paragraph(self, text: str) -> None:
        """A paragraph outside of tables; an empty one is counted and left out."""
        self.close()
        self.paragraphs += 1
        if text:
            self.parts.append(Line(self.name or f"第{self.paragraphs}段", text))

    def close(self) -> None:
        """The rows so far are a table."""
        if self.cells:
            self.row()
        if any(cell for row in self.rows for cell in row):
            self.tables += 1
            self.parts.append(Grid(f"{self.name}表{self.tables}", numbered(self.rows)))
        self.rows = []
