"""Unmade: a dict that an object has once it is asked for, as most never are."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

Made = TypeVar("Made")


class Unmade(Generic[Made]):
    """A dict of an object, of a slot of its own, that is made when first asked for: most objects have none.

    A `__getattr__` would do the same, and have every other attribute looked up the slow way.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.slot = f"_{name}"

    def __get__(self, owned: Any, owner: type) -> Made:
        made: Any = getattr(owned, self.slot, None)
        if made is None:
            made = {}
            setattr(owned, self.slot, made)
        return cast("Made", made)

    def __set__(self, owned: Any, value: Made) -> None:
        setattr(owned, self.slot, value)
