"""Topic: what one check of the headers found: blocks to read, and findings to act on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from debug_toolbar_core.blocks import LEVELS, Block, Column, Level, Notice, Row, Section, Table


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and the way out."""

    level: Level
    text: str
    hint: str | None = None


@dataclass(slots=True)
class Topic:
    """A subject of headers; it becomes one tab, and at most one notice."""

    title: str
    label: str
    blocks: list[Block] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, level: Level, text: str, hint: str | None = None) -> None:
        """Add a finding."""
        self.findings.append(Finding(level, text, hint))

    def notices(self) -> Iterator[Notice]:
        """Yield the worst finding as the topic's one notice; it says how many more there are."""
        worst = max(self.findings, key=lambda found: LEVELS.index(found.level), default=None)
        if worst is not None:
            more = len(self.findings) - 1
            text = worst.text if not more else f"{worst.text} (and {more} more: see {self.title})"
            yield Notice(worst.level, text, worst.hint, label=self.label, key=self.label)

    def section(self) -> Section | None:
        """Return the topic as a section, or None when it has nothing to say."""
        blocks: Sequence[Block] = [*self._found(), *self.blocks]
        return Section(self.title, blocks) if blocks else None

    def _found(self) -> Iterator[Block]:
        if self.findings:
            rows = [Row((found.text, found.hint or ""), found.level) for found in self.findings]
            yield Table([Column("Finding"), Column("Way out")], rows)
