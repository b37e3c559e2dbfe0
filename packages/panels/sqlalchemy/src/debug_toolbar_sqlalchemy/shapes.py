"""Shapes: what the text of a statement tells, found once for each text: its short name, its verb, its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

READ_OF_TEXT = 4_096
"""Characters of a statement that are looked at."""
LABELS_MOST = 100
"""Parameters of one execution that are kept, each with its label."""
_NAME = 120
_COLUMN = 120
_VERB = re.compile(r"(?:\s+|\(|--[^\n]*+|/\*.*?(?:\*/|\Z))*+([a-z]+)", re.IGNORECASE | re.DOTALL)
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "COPY", "TRUNCATE"})
_WRITING = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO)\b", re.IGNORECASE)
_READS = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "SHOW"})
CONTROL = frozenset({"SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "BEGIN", "START", "PREPARE"})
_SKIPPED = r"'[^']*'|\"[^\"]*\"|`[^`]*`|--[^\n]*|/\*.*?(?:\*/|\Z)"
_PLACEHOLDERS = {
    "qmark": r"\?",
    "format": r"(?<!%)%s",
    "pyformat": r"(?<!%)%\((?P<name>[^)]+)\)s",
    "numeric_dollar": r"\$(?P<name>\d+)",
    "numeric": r":(?P<name>\d+)",
    "named": r"(?<![:\w]):(?P<name>[A-Za-z_]\w*)",
}
_OPERATOR = r"(?:=|<>|!=|<=>|<=|>=|<|>|~~?\*?|(?:NOT\s+)?(?:LIKE|ILIKE|REGEXP|BETWEEN|IN)|IS(?:\s+NOT)?)"
_BEFORE = re.compile(rf"([\w\"'`\]]+)[\s)]*{_OPERATOR}\s*(?:\w*\s*\(\s*)*$|\b(LIMIT|OFFSET)\s+$", re.IGNORECASE)
_GOES_ON = re.compile(r"(?:,|\(|\bBETWEEN\b[^,()]{1,60}\bAND)\s*(?:\w+\s*\(\s*)*$", re.IGNORECASE)
_COLUMNS = re.compile(
    r"^\s*(?:INSERT|REPLACE)\b[^(]*\(([^()]*)\)\s*(?:OVERRIDING[^(]*)?(?:VALUES|SELECT)\b", re.IGNORECASE
)
_AUTOMATIC = re.compile(r"_\d+(?:__\d+|_\d+)*$")
_MANY = re.compile(r"__\d+$")


class Shape:
    """What a statement's text tells: a name without any value in it, its verb, and what its parameters are about."""

    __slots__ = ("control", "labels", "name", "names", "reads", "verb", "writes")

    def __init__(self, name: str, verb: str, writes: bool, labels: Sequence[str], names: Sequence[str]) -> None:
        self.name = name
        self.verb = verb
        self.writes = writes
        self.reads = verb in _READS and not writes
        self.control = verb in CONTROL
        self.labels = labels
        """For each placeholder what it is compared with, which tells whether its value is a secret."""
        self.names = names
        """For named placeholders their names, in the order of the labels."""


def shape(statement: str, style: str, binds: Sequence[str] = ()) -> Shape:
    """Return a statement's shape; `binds` are the names of its parameters where the text has lost them."""
    text = statement[:READ_OF_TEXT]
    verb = verb_of(text)
    writes = verb in _WRITES or (verb == "WITH" and _WRITING.search(text) is not None)
    columns = _inserted(text)
    labels, names = labels_of(text, style, binds, columns)
    if len(statement) > len(text) and not names:
        labels.extend(_further(len(labels), binds, columns))
    return Shape(condensed(text), verb, writes, labels, names)


def verb_of(text: str) -> str:
    """Return the word that a statement begins with, in capitals."""
    found = _VERB.match(text)
    return found[1].upper() if found else ""


_LITERALS = re.compile(
    r"/\*.*?(?:\*/|\Z)|--[^\n]*|(?P<name>\"[^\"]*\"|`[^`]*`)|[EeNnBbXx]?'(?:[^']|'')*(?:'|$)|\$(\w*)\$.*?(?:\$\2\$|$)"
    r"|(?<![\w$:%.])[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\b",
    re.DOTALL,
)
_SPACES = re.compile(r"\s+")
_SELECTED = re.compile(r"\(|\)|\bFROM\b", re.IGNORECASE)
_LISTS = re.compile(
    r"\(\s*(?:\?|%s|%\([^)]*\)s|[$:]\w+(?:::\w+)?)(?:\s*,\s*(?:\?|%s|%\([^)]*\)s|[$:]\w+(?:::\w+)?))+\s*\)"
)
_REPEATED = re.compile(r"(\(…\))(?:\s*,\s*\(…\))+")


def fingerprint(text: str) -> str:
    """Return a statement without its values, comments and the lengths of its lists: alike ones have the same."""
    text = _LITERALS.sub(lambda found: found["name"] or ("" if found[0][:2] in ("--", "/*") else "?"), text)
    if "\n" in text or "  " in text or "\t" in text:
        text = _SPACES.sub(" ", text)
    text = text.strip()
    return _REPEATED.sub(r"\1", _LISTS.sub("(…)", text)) if "(" in text else text


def condensed(text: str) -> str:
    """Return a statement in a short line, without its values and the columns that it selects.

    Example: `SELECT books.id, … FROM books WHERE books.id = 7` is `SELECT … FROM books WHERE books.id = ?`.
    """
    line = _without_columns(fingerprint(text))
    return line if len(line) <= _NAME else f"{line[: _NAME - 1]}…"


def _without_columns(text: str) -> str:
    if text[:7].upper() != "SELECT ":
        return text
    depth = 0
    for found in _SELECTED.finditer(text, 7):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            depth -= 1
        elif depth == 0:
            return text if found.start() < 40 else f"SELECT … {text[found.start() :]}"
    return text


def labels_of(
    text: str, style: str, binds: Sequence[str], columns: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """Return what each placeholder is about, and their names where they have some."""
    pattern, labels, names, label = _pattern(style), list[str](), list[str](), ""
    if pattern is None:
        return labels, names
    for found in pattern.finditer(text):
        name = found.groupdict().get("name")
        place = len(labels)
        if found["skip"] or name in names or (name and name.isdigit() and int(name) <= place):  # or once more
            continue
        before = text[max(0, found.start() - _COLUMN) : found.start()]
        label = _compared(before, "" if columns else label) or (columns[place % len(columns)] if columns else "")
        bind = name if name and not name.isdigit() else (binds[place] if place < len(binds) else "")
        labels.append(_label(label, bind, place))
        if style in ("pyformat", "named"):
            names.append(name or "")
        if len(labels) >= LABELS_MOST:
            break
    return labels, names


def _further(first: int, binds: Sequence[str], columns: Sequence[str] | None) -> Iterator[str]:
    """Yield the labels of placeholders that stand past the text that is read."""
    for place in range(first, LABELS_MOST):
        column = columns[place % len(columns)] if columns else ""
        yield _label(column, binds[place] if place < len(binds) else "", place)


def _label(column: str, bind: str, place: int) -> str:
    """Name a parameter after its column, and after the name its author gave it."""
    bind = _MANY.sub("", bind)
    if not column:
        return _AUTOMATIC.sub("", bind) or str(place + 1)
    if not bind or _AUTOMATIC.search(bind) or bind == column:
        return column
    return f"{bind}.{column}"


def _compared(before: str, last: str) -> str:
    found = _BEFORE.search(before)
    if found is not None:
        return (found[1] or found[2].lower()).strip("\"'`[]")
    return last if _GOES_ON.search(before) else ""


def _inserted(text: str) -> list[str] | None:
    found = _COLUMNS.match(text)
    if found is None:
        return None
    return [name.strip().strip('"`[]') for name in found[1].split(",")][:LABELS_MOST] or None


@cache
def _pattern(style: str) -> re.Pattern[str] | None:
    placeholder = _PLACEHOLDERS.get(style)
    return None if placeholder is None else re.compile(rf"(?P<skip>{_SKIPPED})|{placeholder}", re.DOTALL)
