"""The environment: is this production, a container, a workspace in the cloud?"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from debug_toolbar_core.pattern import pattern

from .host import address

_PLATFORMS = {
    "KUBERNETES_SERVICE_HOST": "Kubernetes",
    "AWS_LAMBDA_FUNCTION_NAME": "AWS Lambda",
    "ECS_CONTAINER_METADATA_URI": "AWS ECS",
    "ECS_CONTAINER_METADATA_URI_V4": "AWS ECS",
    "K_SERVICE": "Cloud Run",
    "CLOUD_RUN_JOB": "Cloud Run",
    "GAE_INSTANCE": "App Engine",
    "WEBSITE_INSTANCE_ID": "Azure App Service",
    "WEBSITE_SITE_NAME": "Azure App Service",
    "DYNO": "Heroku",
    "FLY_APP_NAME": "Fly.io",
    "FLY_MACHINE_ID": "Fly.io",
    "RENDER": "Render",
    "RENDER_SERVICE_ID": "Render",
    "RAILWAY_ENVIRONMENT": "Railway",
    "RAILWAY_ENVIRONMENT_ID": "Railway",
    "RAILWAY_REPLICA_ID": "Railway",
    "VERCEL": "Vercel",
    "NOMAD_ALLOC_ID": "Nomad",
}
_STAGES = frozenset(("prod", "production", "prd", "live", "stage", "staging", "stg", "preprod", "preproduction", "uat"))
_NEGATIONS = frozenset(("non", "not", "no"))
_PYTHON_ENVIRONMENTS = ("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "CONDA_DEFAULT_ENV", "CONDA_PROMPT_MODIFIER")
_CONTAINER_FILES = (".dockerenv", "run/.containerenv")  # Docker, Podman
# Interface, destination, gateway, flags, references, use, metric, mask, and what does not matter here.
_DEFAULT_ROUTE = pattern(r"\S+\s+0{8}\s+([0-9A-Fa-f]{8})(?:\s+\S+){4}\s+0{8}(?:\s+\S+)*")
_ON, _OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def switch(environ: Mapping[str, str]) -> bool | None:
    """Return what DEBUG_TOOLBAR says, None when it is not set or says neither."""
    value = environ.get("DEBUG_TOOLBAR", "").strip().lower()
    return True if value in _ON else False if value in _OFF else None


def production_sign(environ: Mapping[str, str]) -> str | None:
    """Return what makes this environment look like production (`APP_ENV=prod`), or None."""
    for key, platform in _PLATFORMS.items():
        if environ.get(key):
            return f"{key} is set, as on {platform}"
    named = (key for key in environ if "ENV" in key.upper() and key not in _PYTHON_ENVIRONMENTS)
    return next((f"{key}={environ[key].strip()}" for key in named if _is_stage(environ[key])), None)


def workspace_name(environ: Mapping[str, str], port: int | None) -> str | None:
    """Return the public name that a workspace in the cloud gives to `port`, or None outside of one."""
    if port is None:
        return None
    return _codespaces(environ, port) or _gitpod(environ, port) or _coder(environ, port)


def container_gateway(environ: Mapping[str, str], root: Path = Path("/")) -> str | None:
    """Return the default gateway of a container that no orchestrator runs: published ports come from it."""
    if production_sign(environ) or not in_container(environ, root):
        return None
    try:
        return default_gateway((root / "proc/net/route").read_text("ascii", "replace"))
    except OSError:
        return None


def in_container(environ: Mapping[str, str], root: Path = Path("/")) -> bool:
    """Return whether a container engine left its mark: a file, or the variable that Podman sets."""
    return bool(environ.get("container")) or any((root / name).exists() for name in _CONTAINER_FILES)


def default_gateway(routes: str) -> str | None:
    """Return the IPv4 address of the default route in the text of /proc/net/route, or None."""
    for line in routes.splitlines()[1:]:
        if found := _DEFAULT_ROUTE.fullmatch(line.strip()):
            gateway = int(found[1], 16).to_bytes(4, sys.byteorder)  # printed in the machine's own order
            return address(".".join(map(str, gateway))) if any(gateway) else None
    return None


def _is_stage(value: str) -> bool:
    words = re.findall("[a-z]+", value.lower()) if len(value) <= 32 and not re.search(r"[/\\]", value) else []
    return not _STAGES.isdisjoint(words) and _NEGATIONS.isdisjoint(words)


def _codespaces(environ: Mapping[str, str], port: int) -> str | None:
    name = environ.get("CODESPACE_NAME")
    if environ.get("CODESPACES") != "true" or not name:
        return None
    domain = environ.get("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN") or "app.github.dev"
    return f"{name}-{port}.{domain}".lower()


def _gitpod(environ: Mapping[str, str], port: int) -> str | None:
    if not environ.get("GITPOD_WORKSPACE_ID"):
        return None
    name = _netloc(environ.get("GITPOD_WORKSPACE_URL", ""))
    return f"{port}-{name}" if name else None


def _coder(environ: Mapping[str, str], port: int) -> str | None:
    """Coder gives a template; without the port in the name all ports share one origin: no workspace."""
    name = _netloc(environ.get("VSCODE_PROXY_URI", ""))
    if environ.get("CODER") != "true" or "{{port}}" not in name:
        return None
    return name.replace("{{port}}", str(port))


def _netloc(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
