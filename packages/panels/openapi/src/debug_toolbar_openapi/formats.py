"""Formats: what a text has to look like by its schema's `format`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def _instant(text: str) -> object:
    if len(text) <= len("2026-11-23"):
        raise ValueError("a date without a time")
    return datetime.fromisoformat(text.upper())


def _email(text: str) -> object:
    if _EMAIL.fullmatch(text) is None:
        raise ValueError("no address")
    return text


FORMATS: dict[str, Callable[[str], object]] = {
    "date-time": _instant,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "uuid": UUID,
    "email": _email,
    "ipv4": IPv4Address,
    "ipv6": IPv6Address,
}
"""The formats that are checked: each raises ValueError for a text that is none."""


def has_format(text: str, name: str) -> bool:
    """Tell whether a text is of a format; of one that is not known here every text is."""
    check = FORMATS.get(name)
    try:
        if check is not None:
            check(text)
    except ValueError:
        return False
    return True
