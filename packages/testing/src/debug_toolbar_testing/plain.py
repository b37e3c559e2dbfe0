"""Plain values: that a block holds nothing else, and words only where words are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from debug_toolbar_core import Panel
from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Button,
    Code,
    Diff,
    Facts,
    Flame,
    Lanes,
    Level,
    Notice,
    Section,
    Table,
    Timeline,
    Tree,
    Unit,
)

DRAWN = (Badge, Notice, Facts, Table, Timeline, Tree, Code, Diff, Flame, Lanes, Section, Button)
_LEVELS = {*get_args(Level), None}
_UNITS = {*get_args(Unit), None}
_LANGUAGES = {"sql", "python", "json", "http", "html", "text"}


def every(blocks: Iterable[Block]) -> Iterable[Block]:
    """Yield blocks, and those inside sections and rows."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from every(block.blocks)
        if isinstance(block, Table):
            for row in block.rows:
                yield from every(row.details)


def check_block(block: object, panel: Panel) -> None:
    """Raise an AssertionError that says why a block cannot be drawn everywhere."""
    assert type(block) in DRAWN, f"{type(block).__qualname__} is no block that outputs draw"
    _check_words(block, panel)
    _check_plain(block.to_json() if isinstance(block, Block) else None, type(block).__name__)


def _check_words(block: object, panel: Panel) -> None:
    if isinstance(block, Badge):
        assert block.level in {*_LEVELS, "ok"}, f"unknown level {block.level!r}"
    elif isinstance(block, Notice):
        assert block.level in _LEVELS, f"unknown level {block.level!r}"
        assert block.text, "a notice says something"
    elif isinstance(block, Facts):
        assert {item.unit for item in block.items} <= _UNITS, "a fact has an unknown unit"
    elif isinstance(block, Table):
        assert {column.unit for column in block.columns} <= _UNITS, "a column has an unknown unit"
        assert {row.level for row in block.rows} <= _LEVELS, "a row has an unknown level"
        assert all(len(row.cells) <= len(block.columns) for row in block.rows), "a row has more cells than columns"
    elif isinstance(block, Code):
        assert block.language in _LANGUAGES, f"unknown language {block.language!r}"
    elif isinstance(block, Button):
        assert block.action in panel.actions, f"the panel has no action {block.action!r}"


def _check_plain(value: Any, where: str) -> None:
    """A subclass of a text, such as markup, is no plain text."""
    if type(value) is dict:
        for key, item in value.items():
            assert type(key) is str, f"{where} has the key {key!r}"
            _check_plain(item, f"{where}.{key}")
    elif type(value) is list:
        for index, item in enumerate(value):
            _check_plain(item, f"{where}[{index}]")
    else:
        plain = value is None or type(value) in (str, int, float, bool)
        assert plain, f"{where} holds a {type(value).__qualname__}; blocks hold JSON"
