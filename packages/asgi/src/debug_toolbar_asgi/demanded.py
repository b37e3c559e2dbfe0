"""Demanded: the on-demand panels that one request asks for itself, by a header or in its query."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from .types import Scope

_HEADER, _PARAMETER = b"x-debug-toolbar-run", b"debug-toolbar-run"


def demanded(scope: Scope) -> list[str]:
    """Return the names of panels as they were sent, header first; the application finds both as they came.

    Example: `?debug-toolbar-run=profiling,memory` demands two.
    """
    headers, query = scope.get("headers"), scope.get("query_string")
    # Headers that can be read only once are the application's to read.
    values = [value for name, value in headers if name == _HEADER] if isinstance(headers, (list, tuple)) else []
    if query and isinstance(query, bytes) and _PARAMETER in query:
        pairs = (part.partition(b"=") for part in query.split(b"&"))
        values += [unquote_to_bytes(value.replace(b"+", b" ")) for name, _, value in pairs if name == _PARAMETER]
    return [name.strip() for value in values for name in value.decode("latin-1").split(",")]
