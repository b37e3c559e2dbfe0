"""Errors of Jinja2: which line of which template raised."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from types import TracebackType
from typing import Any

_AROUND = 4
_NO_FILE = "<template>"


def placed(reference: Callable[[], Any]) -> Callable[[BaseException], dict[str, Any]]:
    """Return what tells the line of a template that an error came through."""

    def where(error: BaseException) -> dict[str, Any]:
        template = reference()
        return {} if template is None else lines(template.filename, line_of(template, error.__traceback__))

    return where


def line_of(template: Any, traceback: TracebackType | None) -> int | None:
    """Return the line of the template in a traceback, rewritten by Jinja2 or not yet."""
    found = None
    while traceback is not None:
        frame = traceback.tb_frame
        compiled = frame.f_globals.get("__jinja_template__")
        if compiled is not None and compiled is template:
            found = compiled.get_corresponding_lineno(traceback.tb_lineno)
        elif "__jinja_exception__" in frame.f_globals and frame.f_code.co_filename == template.filename:
            found = traceback.tb_lineno
            if template.filename == _NO_FILE:  # as of any template that is no file: this is the outermost, ours
                break
        traceback = traceback.tb_next
    return found


def syntax(error: BaseException) -> dict[str, Any]:
    """Return the line that a template could not be compiled for."""
    return lines(getattr(error, "filename", None), getattr(error, "lineno", None))


def lines(file: Any, line: Any) -> dict[str, Any]:
    """Return a line, and those around it where the template is a file."""
    if type(line) is not int:
        return {}
    told: dict[str, Any] = {"template.line": line}
    if type(file) is str and not file.startswith("<"):
        first = max(1, line - _AROUND)
        around = linecache.getlines(file)[first - 1 : line + _AROUND]
        if around:
            told |= {"template.source": "".join(around)[:4_000], "template.source.start": first}
    return told
