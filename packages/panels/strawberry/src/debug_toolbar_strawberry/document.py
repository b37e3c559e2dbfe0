"""Documents: how deep a GraphQL document's operation selects, and how many fields; read without any library."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r'"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|\.\.\.|[{}()\[\]]|[A-Za-z_]\w*|[@:$=!|&]', re.DOTALL
)
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_DEEPEST = 200
_KINDS = frozenset({"query", "mutation", "subscription"})


@dataclass
class Selection:
    """What stands between two braces: fields with what they select, and fragments by name."""

    fields: list[Selection] = field(default_factory=list)
    spreads: list[str] = field(default_factory=list)


def measure(text: str, name: str | None = None) -> tuple[int, int] | None:
    """Return an operation's depth and its number of fields, fragments included; None for what is no document.

    Example: `measure("{ books { title author { name } } }")` is `(3, 4)`.
    """
    reader = Reader([token for token in _TOKEN.findall(text) if token[0] not in '#"'])
    reader.read()
    operations = reader.operations
    if not operations:
        return None
    chosen = operations.get(name or "") or next(iter(operations.values()))
    return _measured(chosen, reader.fragments, 0, {})


def _measured(
    selection: Selection, fragments: dict[str, Selection], level: int, seen: dict[str, tuple[int, int]]
) -> tuple[int, int]:
    if level > _DEEPEST:
        return 0, 0
    deepest, count = 0, 0
    for inner in selection.fields:
        depth, fields = _measured(inner, fragments, level + 1, seen)
        deepest, count = max(deepest, depth + 1), count + fields + 1
    for name in selection.spreads:
        if name not in seen and name in fragments:
            seen[name] = 0, 0  # a fragment that spreads itself is none
            seen[name] = _measured(fragments[name], fragments, level + 1, seen)
        depth, fields = seen.get(name, (0, 0))
        deepest, count = max(deepest, depth), count + fields
    return deepest, count


class Reader:
    """Reads the braces and names of a document; arguments, types and directives are passed by."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.operations: dict[str, Selection] = {}
        self.fragments: dict[str, Selection] = {}

    def read(self) -> None:
        """Read every definition."""
        while self.at < len(self.tokens):
            words: list[str] = []
            while self.at < len(self.tokens) and self.tokens[self.at] != "{":
                if self.tokens[self.at] in _OPENING:
                    self.skip()
                else:
                    words.append(self.tokens[self.at])
                    self.at += 1
            selection = self.selection(0)
            name = words[1] if len(words) > 1 else ""
            if words[:1] == ["fragment"]:
                self.fragments[name] = selection
            elif not words or words[0] in _KINDS:
                self.operations[name] = selection

    def selection(self, level: int) -> Selection:
        """Read from an opening brace past its closing one."""
        found, self.at = Selection(), self.at + 1
        while self.at < len(self.tokens) and self.tokens[self.at] != "}":
            token = self.tokens[self.at]
            if token == "{":
                owner = found.fields[-1] if found.fields else found
                inner = self.selection(level + 1) if level < _DEEPEST else self.skip()
                owner.fields += inner.fields
                owner.spreads += inner.spreads
            elif token in _OPENING:
                self.skip()
            elif token == "...":
                self.spread(found, level)
            elif token == "@":
                self.at += 2
            else:
                self.name(found)
        self.at += 1
        return found

    def name(self, found: Selection) -> None:
        """Read a field's name; what stands before a colon is its alias."""
        self.at += 1
        if self.at < len(self.tokens) and self.tokens[self.at] == ":":
            self.at += 2
        found.fields.append(Selection())

    def spread(self, found: Selection, level: int) -> None:
        """Read `...name`, or `... on Type { }`, whose fields are those of where it stands."""
        self.at += 1
        word = self.tokens[self.at] if self.at < len(self.tokens) else ""
        if word not in ("on", "{", "@"):
            found.spreads.append(word)
            self.at += 1
            return
        while self.at < len(self.tokens) and self.tokens[self.at] not in "{}":
            if self.tokens[self.at] in _OPENING:
                self.skip()
            else:
                self.at += 1
        if self.at < len(self.tokens) and self.tokens[self.at] == "{":
            inner = self.selection(level + 1) if level < _DEEPEST else self.skip()
            found.fields += inner.fields
            found.spreads += inner.spreads

    def skip(self) -> Selection:
        """Pass by what stands between brackets."""
        level = 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            level += (token in _OPENING) - (token in _CLOSING)
            self.at += 1
            if level <= 0:
                break
        return Selection()
