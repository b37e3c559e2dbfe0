"""Fields: the headers of one message, found without regard to case, repeats kept."""

from __future__ import annotations

from debug_toolbar_core.exchange import Pairs


class Fields:
    """Headers by name, in lower case.

    >>> Fields([("Vary", "Origin"), ("vary", "Accept")]).get("vary")
    'Origin, Accept'
    """

    def __init__(self, pairs: Pairs = ()) -> None:
        self.pairs = [(str(name), str(value)) for name, value in pairs]
        self._values: dict[str, list[str]] = {}
        for name, value in self.pairs:
            self._values.setdefault(name.strip().lower(), []).append(value.strip())

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __len__(self) -> int:
        return len(self.pairs)

    def get(self, name: str) -> str | None:
        """Return a header's values, joined by commas as HTTP does, or None."""
        values = self._values.get(name)
        return None if values is None else ", ".join(values)

    def all(self, name: str) -> list[str]:
        """Return each value of a header that repeats."""
        return self._values.get(name, [])

    def words(self, name: str) -> list[str]:
        """Return a comma-separated header's words, in lower case."""
        return [word.lower() for word in split(self.get(name) or "")]


def split(value: str, separator: str = ",") -> list[str]:
    """Return the parts of a value, trimmed, without empty ones."""
    return [part for part in (part.strip() for part in value.split(separator)) if part]


def parameter(part: str) -> tuple[str, str]:
    """Return `name=value` as a pair: the name in lower case, the value without its quotes."""
    name, _, value = part.partition("=")
    return name.strip().lower(), value.strip().strip('"')
