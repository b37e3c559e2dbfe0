"""Messages: a log line's text, made without running any code of the application."""

from __future__ import annotations

import re
from typing import Any

from debug_toolbar_core import Limits, snapshot
from debug_toolbar_core.snapshot import ATOMS, describe, shorten

SHORT = 200
"""Characters of a message that name its span; the whole text is an attribute."""
LONGEST = 16_384
SMALL = Limits(text=2_000, items=200, depth=6)
"""What is kept of a line's arguments and of each extra value."""
_WIDE = re.compile(r"%[^%a-zA-Z]*(?:\d{4,}|\*)")  # a width that could ask for gigabytes
_harmless: set[str] = set()
_HARMLESS_MOST = 2_000


def keep(arguments: Any) -> Any:
    """Return a message's arguments as plain values that nobody changes later."""
    kind = type(arguments)
    if kind is tuple:
        for argument in arguments:
            if type(argument) not in ATOMS:
                return tuple(_plain(argument) for argument in arguments)
        return arguments
    if kind is dict:
        return {name: _plain(value) for name, value in arguments.copy().items() if type(name) is str}
    return (_plain(arguments),) if arguments is not None else ()


def _plain(value: Any) -> Any:
    if type(value) in ATOMS:
        return value
    taken = snapshot(value, SMALL)
    return repr(taken) if type(taken) in (list, dict) else taken  # a copy of built-ins: the repr is Python's own


def text_of(message: Any) -> str:
    """Return a message that is text as it is, and the type's name of any other."""
    if type(message) is str:
        return shorten(message, LONGEST)
    taken = snapshot(message, SMALL)
    return taken if type(taken) is str else repr(taken)


def render(message: Any, arguments: Any) -> str:
    """Merge a message with arguments that `keep` returned; where they do not fit it names their types.

    Example: `render("%s of %d", ("one", 2))` is `one of 2`.
    """
    text = message if type(message) is str and len(message) <= LONGEST else text_of(message)
    if not arguments:
        return text
    if text in _harmless or _is_harmless(text):
        try:
            merged = text % arguments
            return merged if len(merged) <= LONGEST else shorten(merged, LONGEST)
        except (TypeError, ValueError, KeyError, OverflowError):
            pass  # shown below; the values alone could hold a secret that no word beside them gives away
    values = arguments.values() if type(arguments) is dict else arguments
    return f"{text} (with {', '.join(describe(value) for value in values)})"


def _is_harmless(text: str) -> bool:
    """Tell whether a message asks for no great width, and remember one that does not: most are said again."""
    if _WIDE.search(text) is not None:
        return False
    if len(text) <= SHORT:
        if len(_harmless) >= _HARMLESS_MOST:
            _harmless.clear()
        _harmless.add(text)
    return True


def short(text: str) -> str:
    """Return the first line of a message, at most SHORT characters."""
    if len(text) <= SHORT and "\n" not in text:
        return text
    line = text[:SHORT].partition("\n")[0]
    return text if len(line) == len(text) else f"{line[: SHORT - 1]}…"
