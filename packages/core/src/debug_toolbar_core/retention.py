"""Retention: how many records a store keeps, how many bytes of them, and how long; read from the store's URL."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import parse_qsl

from debug_toolbar_core.errors import ConfigurationError

_AMOUNT = re.compile(r"(?P<number>\d+(?:_\d+)*(?:\.\d+)?) ?(?P<unit>[A-Za-z]*)")
_BYTES = {
    "": 1,
    "b": 1,
    **{f"{letter}{end}": 1024**power for power, letter in enumerate("kmg", 1) for end in ("", "ib")},
}
_BYTES |= {"kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_SECONDS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_UNITS: Mapping[str, Mapping[str, int]] = {"records": {"": 1}, "bytes": _BYTES, "age": _SECONDS}
_ACCEPTED = {
    "records": "a whole number, 1 or more",
    "bytes": "a size such as 500000, 64MB or 1GiB",
    "age": "seconds above 0, or a time such as 30m, 12h or 7d",
}


@dataclass(frozen=True, slots=True)
class Retention:
    """What a store keeps: past one of these limits it forgets what was saved longest ago.

    Example: `Retention(records=500, age=3600)`.
    """

    records: int = 10_000
    """Records kept."""
    bytes: int = 256 * 1024 * 1024
    """Bytes kept, of records as they are stored."""
    age: float = 7 * 86_400.0
    """Seconds that a record is kept after it was saved."""

    def __post_init__(self) -> None:
        for name in ("records", "bytes"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ConfigurationError(f"store {name}", value, _ACCEPTED[name])
        if type(self.age) not in (int, float) or not 0 < self.age < math.inf:
            raise ConfigurationError("store age", self.age, _ACCEPTED["age"])

    def changed(self, options: dict[str, str]) -> Retention:
        """Return this with what the options of a store's URL say, which are taken out of them.

        >>> Retention().changed({"records": "500", "bytes": "64MiB", "age": "12h"})
        Retention(records=500, bytes=67108864, age=43200.0)
        """
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        for name in values.keys() & options.keys():
            amount = _amount(name, options.pop(name))
            values[name] = amount if name == "age" else int(amount)
        return Retention(**values)


def _amount(name: str, text: str) -> float:
    found = _AMOUNT.fullmatch(text.strip())
    unit = None if found is None else _UNITS[name].get(found["unit"].lower())
    if found is None or unit is None:
        raise ConfigurationError(f"store {name}", text, _ACCEPTED[name])
    return float(found["number"]) * unit


def split_options(url: str) -> tuple[str, dict[str, str]]:
    """Split a store's URL into what stands before its question mark, and its options.

    >>> split_options("sqlite:///records.db?records=500&age=1h")
    ('sqlite:///records.db', {'records': '500', 'age': '1h'})
    """
    place, _, query = url.partition("?")
    return place, dict(parse_qsl(query, keep_blank_values=True))


def check_known(options: Mapping[str, str], *known: str) -> None:
    """Raise a ConfigurationError for an option that nobody took: a slip of the pen would go unseen for weeks."""
    for name, value in options.items():
        names = ", ".join((*_ACCEPTED, *known))
        raise ConfigurationError(f"store option {name}", value, f"no such option; a store's options are {names}")
