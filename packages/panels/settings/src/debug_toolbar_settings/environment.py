"""The environment: every variable by name; values only of those that are known to be harmless, or were asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Any

from debug_toolbar_settings.dsn import shown_dsn

MOST = 200
HARMLESS = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LANGUAGE", "LC_*", "TZ", "TMPDIR", "HOSTNAME",
    "PYTHON*", "VIRTUAL_ENV", "CONDA_DEFAULT_ENV", "CONDA_PREFIX", "DEBUG", "ENV", "ENVIRONMENT", "APP_ENV", "*_ENV",
    "LOG_LEVEL", "HOST", "PORT", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "UVICORN_*", "GUNICORN_CMD_ARGS",
    "HYPERCORN_*", "GRANIAN_*", "LITESTAR_*", "DEBUG_TOOLBAR", "DEBUG_TOOLBAR_*", "CODESPACES", "CI", "CONTAINER",
    "KUBERNETES_SERVICE_HOST", "OMP_NUM_THREADS", "MALLOC_*", "NO_COLOR", "FORCE_COLOR",
)  # fmt: skip
"""Names and patterns of variables whose values help and hold no secret; they are redacted all the same."""


def environment(environ: Mapping[str, str], shown: Collection[str]) -> tuple[list[dict[str, Any]], int]:
    """Return the variables by name, and how many more there are; a value that is not shown is told by its length."""
    patterns = (*HARMLESS, *shown)
    names = sorted(environ)
    return [_line(name, environ[name], patterns) for name in names[:MOST]], max(0, len(names) - MOST)


def _line(name: str, value: str, patterns: Collection[str]) -> dict[str, Any]:
    if not any(fnmatchcase(name, pattern) for pattern in patterns):
        return {"name": name, "depth": 0, "hidden": len(value)}
    address = shown_dsn(value)
    return {"name": name, "depth": 0, **({"value": value} if address is None else {"url": address})}
