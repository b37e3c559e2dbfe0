"""Listing: all notices of a record by severity, and within it by kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from debug_toolbar_core.blocks import LEVELS, Badge, Block, Column, Fact, Facts, Notice, Section, Table

_WORDS = {"error": ("error", "errors"), "warning": ("warning", "warnings"), "info": ("info", "infos")}
_NONE = "Nothing to act on. What any panel warns of appears here, and what is wrong with the exchange as a whole."


def listing(notices: Sequence[tuple[str, Notice]]) -> Iterator[Block]:
    """Yield how many notices there are and how bad, then each, the worst first and those of one kind together."""
    if not notices:
        yield Table((Column("Notice"),), (), None, _NONE)
        return
    by_level = {level: [pair for pair in notices if pair[1].level == level] for level in reversed(LEVELS)}
    worst = next(level for level, found in by_level.items() if found)
    yield Badge(str(len(notices)), level=None if worst == "info" else worst)
    told = [Fact(_WORDS[level][len(found) != 1], len(found), "count") for level, found in by_level.items() if found]
    yield Facts(told, headline=True)
    for level, found in by_level.items():
        if found:
            yield Section(_WORDS[level][1].capitalize(), list(_kinds(found)))


def _kinds(found: Iterable[tuple[str, Notice]]) -> Iterator[Block]:
    """Yield notices by kind: one by itself, several under the name of what they are."""
    kinds: dict[str, list[Notice]] = {}
    for title, notice in found:
        kinds.setdefault(f"{title}: {notice.label}" if notice.label else title, []).append(_named(title, notice))
    for kind, alike in kinds.items():
        if len(alike) == 1:
            yield alike[0]
        else:
            yield Section(f"{kind} ({len(alike)} times)", alike)


def _named(title: str, notice: Notice) -> Notice:
    """Return a notice that also says which panel has more about it."""
    where = f"More in {title}." if title != "Alerts" else ""
    return replace(notice, hint=" ".join(part for part in (notice.hint, where) if part) or None)
