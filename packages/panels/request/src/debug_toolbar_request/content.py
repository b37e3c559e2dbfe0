"""Content: a body by its kind, as far as it was kept."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_core.blocks import Block, Fact, Facts, Notice
from debug_toolbar_core.exchange import Body
from debug_toolbar_core.preview import preview
from debug_toolbar_request.pairs import pairs_table


def content(body: Body) -> Iterator[Block]:
    """Yield what is known of a body, then its value; JSON that is none is a notice."""
    facts = [
        Fact("Size", body.size, "bytes", "As it came; compressed where it was."),
        Fact("Content type", body.content_type or None),
        Fact("Encoding", body.encoding),
        Fact("Kept", body.seen, "bytes", "More is kept with `Limits(body=…)`.")
        if body.truncated
        else Fact("Kept", None),
    ]
    yield Facts([item for item in facts if item.value is not None])
    if not body.truncated and body.kind == "text" and _is_json(body.content_type):
        text = f"The body says it is `{_media(body.content_type)}`, but it is not JSON"
        yield Notice("warning", text, "The client sent something else, or encoded it wrongly.", label="invalid body")
    if body.kind == "form" and isinstance(body.value, list):
        pairs = [(str(pair[0]), pair[1]) for pair in body.value if isinstance(pair, (list, tuple)) and len(pair) == 2]
        yield pairs_table("Fields", pairs)
    else:
        yield from preview(body)


def _media(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _is_json(content_type: str) -> bool:
    return _media(content_type) == "application/json" or _media(content_type).endswith("+json")
