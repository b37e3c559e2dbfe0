"""The environment is recognised from variables and from a few files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from debug_toolbar_asgi import environment

ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t00000000\t{gateway}\t0003\t0\t0\t0\t00000000\t0\t0\t0
"""
DOCKER = ROUTES.format(gateway=int.from_bytes(bytes([172, 17, 0, 1]), sys.byteorder).to_bytes(4, "big").hex().upper())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the root of a file system with the routes of a Docker container, and without its mark."""
    (tmp_path / "proc" / "net").mkdir(parents=True)
    (tmp_path / "proc" / "net" / "route").write_text(DOCKER)
    return tmp_path


@pytest.mark.parametrize(
    ("value", "on"),
    [
        ("1", True),
        (" TRUE ", True),
        ("on", True),
        ("0", False),
        ("No", False),
        ("off", False),
        ("", None),
        ("?", None),
    ],
)
def test_switch(value: str, on: bool | None) -> None:
    """DEBUG_TOOLBAR says on, off, or nothing."""
    assert environment.switch({"DEBUG_TOOLBAR": value}) is on
    assert environment.switch({}) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ENV", "prod"), ("APP_ENV", "Production"), ("ENVIRONMENT", " live "), ("NODE_ENV", "staging"),
        ("app_env", "pre-prod"), ("DJANGO_ENV", "eu-prod-1"), ("SENTRY_ENVIRONMENT", "PRD"),
        ("KUBERNETES_SERVICE_HOST", "1"),
        ("AWS_LAMBDA_FUNCTION_NAME", "f"), ("ECS_CONTAINER_METADATA_URI_V4", "http://x"), ("K_SERVICE", "s"),
        ("WEBSITE_INSTANCE_ID", "i"), ("DYNO", "web.1"), ("FLY_APP_NAME", "a"), ("RENDER", "true"),
        ("RAILWAY_ENVIRONMENT", "dev"), ("VERCEL", "1"), ("NOMAD_ALLOC_ID", "n"), ("GAE_INSTANCE", "g"),
    ],
)  # fmt: skip
def test_production(key: str, value: str) -> None:
    """A stage in an environment's variable, or a platform's variable, is production; the sign names it."""
    sign = environment.production_sign({"PATH": "/bin", key: value})
    assert sign is not None
    assert sign.startswith(key)


@pytest.mark.parametrize(
    ("key", "value"),
    [("ENV", "development"), ("ENV", "dev"), ("ENV", "non-prod"), ("ENV", "not production"), ("ENV", ""),
     ("VIRTUAL_ENV", "/srv/live/venv"), ("VIRTUAL_ENV_PROMPT", "prod"), ("CONDA_DEFAULT_ENV", "prod"),
     ("PYENV_ROOT", "/opt/production/pyenv"), ("ENV_FILE", "C:\\live\\.env"), ("ENV", "product"),
     ("ENV", "alive"), ("STAGE", "prod"), ("DYNO", ""),
     ("ENV_NOTE", "a long text that happens to mention production")],
)  # fmt: skip
def test_not_production(key: str, value: str) -> None:
    """Development, negations, paths and the names of Python environments are not production."""
    assert environment.production_sign({key: value}) is None


def test_workspaces_in_the_cloud() -> None:
    """Codespaces, Gitpod and Coder each give a port its own public name."""
    codespaces = {"CODESPACES": "true", "CODESPACE_NAME": "X-y"}
    domain = {"GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "preview.example"}
    gitpod = {"GITPOD_WORKSPACE_ID": "a-b", "GITPOD_WORKSPACE_URL": "https://a-b.ws-eu1.gitpod.io"}
    coder = {"CODER": "true", "VSCODE_PROXY_URI": "https://{{port}}--main--shop--me.coder.example"}
    assert environment.workspace_name(codespaces, 8000) == "x-y-8000.app.github.dev"
    assert environment.workspace_name(codespaces | domain, 80) == "x-y-80.preview.example"
    assert environment.workspace_name(gitpod, 8000) == "8000-a-b.ws-eu1.gitpod.io"
    assert environment.workspace_name(coder, 8000) == "8000--main--shop--me.coder.example"


@pytest.mark.parametrize(
    "environ",
    [{}, {"CODESPACES": "true"}, {"CODESPACE_NAME": "x"}, {"GITPOD_WORKSPACE_ID": "a"},
     {"GITPOD_WORKSPACE_ID": "a", "GITPOD_WORKSPACE_URL": "https://[broken"}, {"CODER": "true"},
     {"VSCODE_PROXY_URI": "https://{{port}}.example"},
     {"CODER": "true", "VSCODE_PROXY_URI": "https://code.example/proxy/{{port}}"}],
)  # fmt: skip
def test_no_workspace(environ: dict[str, str]) -> None:
    """Without the whole set of variables, or when ports share one name, there is no workspace."""
    assert environment.workspace_name(environ, 8000) is None


def test_no_workspace_without_a_port() -> None:
    """A server on a unix socket has no public name."""
    assert environment.workspace_name({"CODESPACES": "true", "CODESPACE_NAME": "x"}, None) is None


@pytest.mark.parametrize("mark", [".dockerenv", "run/.containerenv"])
def test_gateway_of_a_container(root: Path, mark: str) -> None:
    """In a container the gateway is the default route's."""
    (root / mark).parent.mkdir(exist_ok=True)
    (root / mark).touch()
    assert environment.container_gateway({}, root) == "172.17.0.1"


def test_gateway_of_a_marked_process(root: Path) -> None:
    """Podman's variable marks a container too."""
    assert environment.container_gateway({"container": "podman"}, root) == "172.17.0.1"


def test_no_gateway_elsewhere(root: Path) -> None:
    """Outside of a container, in an orchestrator's, and without a routing table there is no gateway."""
    assert environment.container_gateway({}, root) is None
    (root / ".dockerenv").touch()
    assert environment.container_gateway({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, root) is None
    (root / "proc" / "net" / "route").unlink()
    assert environment.container_gateway({}, root) is None


@pytest.mark.parametrize(
    "routes",
    ["", "garbage", ROUTES.format(gateway="00000000"), ROUTES.format(gateway="xyz"),
     ROUTES.format(gateway="0" * 9), "header\neth0 00000000 010011AC", "header\n\n \n"],
)  # fmt: skip
def test_no_default_route(routes: str) -> None:
    """A table without a default route through a gateway, or no table at all, gives none."""
    assert environment.default_gateway(routes) is None
