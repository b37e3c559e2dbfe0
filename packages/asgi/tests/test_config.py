"""Settings of the ASGI layer: each wrong one is refused with its name."""

from __future__ import annotations

from typing import Any

import pytest

from debug_toolbar_asgi import ASGIConfig
from debug_toolbar_core import ConfigurationError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("prefix", prefix) for prefix in ("", "/", "debug", "/debug/", "/a b", "//evil", "/ü", None)),
        *(("ignore", "/static"), ("ignore", ["static"]), ("allowed_hosts", "localhost"), ("allowed_origins", [1])),
        *(("inject", 1), ("server_timing", "no"), ("bodies", None), ("allow_production", "yes")),
        *(("token", b"bytes"), ("container_gateway", 1)),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: Any) -> None:
    """A value that means nothing raises, and the message says which setting it was."""
    with pytest.raises(ConfigurationError, match=name):
        ASGIConfig(**{name: value})


def test_the_environment_outweighs_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment can set lists, switches and texts."""
    monkeypatch.setenv("DEBUG_TOOLBAR_PREFIX", "/__debug__")
    monkeypatch.setenv("DEBUG_TOOLBAR_INJECT", "0")
    monkeypatch.setenv("DEBUG_TOOLBAR_ALLOWED_HOSTS", "devbox:8000, *.lan")
    config = ASGIConfig(prefix="/debug").from_environment()
    assert (config.prefix, config.inject, config.allowed_hosts) == ("/__debug__", False, ("devbox:8000", "*.lan"))


def test_the_token_is_not_shown() -> None:
    """The settings' text does not hold the token."""
    assert "s3cret" not in repr(ASGIConfig(token="s3cret"))
