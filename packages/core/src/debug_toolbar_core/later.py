"""Later: attributes of a span that are worked out when its record is encoded: nobody looks, nobody pays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Later(dict[str, Any]):
    """The attributes that are known now, and what makes the rest of them of what was kept.

    `work` is called with the arguments given here, in any thread, perhaps more than once: it changes none of them, and
    returns a dictionary of its own with plain values within limits. The arguments refer neither to the record nor to
    one of its spans, and are small: they are held as long as the record is.

    Example: `span.attributes = Later(span.attributes, phases, tuple(events))`.
    """

    __slots__ = ("given", "work")

    def __init__(self, known: Mapping[str, Any], work: Callable[..., dict[str, Any]], *given: Any) -> None:
        super().__init__(known)
        self.work = work
        self.given = given

    def told(self) -> dict[str, Any]:
        """Return all of them."""
        found = self.work(*self.given)
        return {**self, **found} if self else found
