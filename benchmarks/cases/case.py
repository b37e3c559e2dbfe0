"""A case: one call of a library that a panel records, and what recording it may cost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

Call = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Case:
    """`open` gives the call, ready to be made many times; `limit` is the microseconds that recording it may add.

    `count` calls are made in one record, fewer than a panel may have spans. `options` are the panel's, `bare`
    is what the call is compared with where it is not the same call outside of a record.
    """

    name: str
    panel: str
    limit: float
    open: Callable[[], AbstractAsyncContextManager[Call]]
    count: int = 200
    options: dict[str, Any] = field(default_factory=dict)
