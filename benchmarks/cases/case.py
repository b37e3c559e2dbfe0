"""A case: what a panel records, a library's call or a whole request, and what recording it may cost."""

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


@dataclass(frozen=True)
class Asked:
    """A whole request, bare and with a panel that measures it because it was asked to.

    `open` gives the work of one request; `most` is the multiple of itself that it may take, 0 where nobody said so.
    With `parts`, so many alike in the request, one of them is counted: `limit` is the microseconds that it may add.
    """

    name: str
    panel: str
    open: Callable[[], AbstractAsyncContextManager[Call]]
    most: float = 0.0
    limit: float = 0.0
    parts: int = 1
    count: int = 3
    options: dict[str, Any] = field(default_factory=dict)
