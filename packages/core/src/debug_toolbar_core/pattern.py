"""Pattern: regular expressions compiled when they are first used, so that start-up does not pay for them."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_METHODS = ("match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split", "pattern", "flags", "groups")


class _Lazy:
    """Stands for a compiled pattern; with the first use its methods are the pattern's own."""

    def __init__(self, text: Any, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        compiled = re.compile(self._text, self._flags)
        vars(self).update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what works as `re.compile(text, flags)` and is compiled with its first use.

    Example: `_CARD = pattern(r"\\d{13,19}")`.
    """
    return cast("re.Pattern[AnyStr]", _Lazy(text, flags))
