"""The text of an encoded record: what thousands of its spans share is turned into JSON once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from debug_toolbar_core.strict import ENCODER, write

_json = ENCODER.encode
_MANY = 32
"""Spans from which on it is worth while to look for what they share."""


def record_text(document: Mapping[str, Any]) -> bytes:
    """Return an encoded record as `write` does, to the byte; raises what that raises."""
    spans = document["spans"]
    if len(spans) < _MANY:
        return write(document)
    texts = _Texts()
    fields = [
        b"%b:%b" % (write(name), b"[%b]" % b",".join(texts.spans(spans)) if name == "spans" else write(value))
        for name, value in document.items()
    ]
    return b"{%b}" % b",".join(fields)


class _Texts:
    """The pieces of one record's text that come again: texts, attributes that are texts, and what is one object."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._attributes: dict[tuple[str, str], str] = {}
        self._shared: dict[int, str] = {}
        """By identity: the document holds them."""

    def spans(self, spans: Sequence[dict[str, Any]]) -> Iterator[bytes]:
        """Yield each span."""
        text, number, shared, inside = self._text, self._number, self._one, self._inside
        for span in spans:
            start, end = number(span["start"]), number(span["end"])
            yield (
                f'{{"panel":{text(span["panel"])},"name":{text(span["name"])},"start":{start},"end":{end},'
                f'"parent":{number(span["parent"])},"task":{text(span["task"])},'
                f'"attributes":{inside(span["attributes"])},"source":{shared(span["source"])}}}'
            ).encode()

    def _inside(self, attributes: dict[str, Any]) -> str:
        found, known, text, shared = list[str](), self._attributes, self._text, self._shared
        for name, value in attributes.items():
            kind = type(value)
            if kind is str:
                piece = known.get((name, value))
                if piece is None:
                    piece = known[name, value] = f"{text(name)}:{_json(value)}"
            elif kind is list:
                listed = shared.get(id(value))
                if listed is None:
                    listed = shared[id(value)] = _json(value)
                piece = f"{text(name)}:{listed}"
            else:
                piece = f"{text(name)}:{value if kind is int else _json(value)}"
            found.append(piece)
        return f"{{{','.join(found)}}}"

    def _text(self, value: Any) -> str:
        if type(value) is not str:
            return _json(value)
        known = self._texts.get(value)
        if known is None:
            known = self._texts[value] = _json(value)
        return known

    def _number(self, value: Any) -> str:
        return repr(value) if type(value) is float or type(value) is int else _json(value)

    def _one(self, value: Any) -> str:
        known = self._shared.get(id(value))
        if known is None:
            known = self._shared[id(value)] = _json(value)
        return known
