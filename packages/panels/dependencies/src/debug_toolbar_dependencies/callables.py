"""Callables: the functions and classes that make dependencies."""

from __future__ import annotations

from types import MethodType
from typing import Any

from debug_toolbar_core.callables import Callables

KNOWN = Callables()
"""What is said of each, found out once."""


def identity(call: Any) -> object:
    """Return what tells two callables apart: bound methods are made anew whenever they are looked up."""
    return (id(call.__func__), id(call.__self__)) if type(call) is MethodType else id(call)
