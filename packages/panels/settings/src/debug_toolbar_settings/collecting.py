"""Collecting: everything the panel tells, read once."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import Any

from debug_toolbar_core import Application
from debug_toolbar_settings.environment import environment
from debug_toolbar_settings.objects import Group, group_of, read
from debug_toolbar_settings.runtime import runtime

_LINES = 600
"""Settings of all objects together: a panel may keep 5,000 values on a record, and a setting is up to six."""


def collected(
    app: Application | None, objects: Sequence[object], environ: Collection[str], loop: tuple[str, bool] | None
) -> dict[str, Any]:
    """Return what is to be told of the application's settings, its environment and its Python."""
    groups = [group_of(item) for item in objects]
    if app is not None and (settings := app.settings()):
        groups.append(read(app.framework, dict(settings)))
    left = _LINES
    for group in groups:
        _cut(group, left)
        left -= len(group.lines)
    variables, more = environment(os.environ, environ)
    return {
        "groups": [group.to_json() for group in groups],
        "environment": variables,
        "environment_more": more,
        "python": runtime(loop),
    }


def _cut(group: Group, left: int) -> None:
    group.more += max(0, len(group.lines) - left)
    del group.lines[max(0, left) :]
