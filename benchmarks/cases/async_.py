"""The async panel is on demand: here what it costs while nobody asks; what an await costs, its tests measure."""

from __future__ import annotations

from cases.case import Case

CASES: list[Case] = []
IDLE = ("async",)
