"""Configuration of the ASGI layer: the core's settings, and where and to whom the toolbar shows itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from debug_toolbar_core import Config, ConfigurationError

from .gate import GateConfig

_PREFIX = re.compile(r"/[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")


@dataclass(kw_only=True)
class ASGIConfig(Config):
    """Settings for any ASGI application.

    Example: `DebugToolbar(app, ASGIConfig(enabled=True, allowed_hosts=["devbox:8000"]))`.
    """

    prefix: str = "/_debug_toolbar"
    """Path under which the toolbar's own pages live."""
    inject: bool = True
    """Put the bar into HTML pages."""
    server_timing: bool = True
    """Add a Server-Timing header to responses of viewers who may see the toolbar."""
    bodies: bool = True
    """Keep the first bytes of request and response bodies (`limits.body`)."""
    ignore: Sequence[str] = ()
    """Paths whose requests are not recorded, as prefixes: `["/static", "/health"]`."""
    allowed_hosts: Sequence[str] = ()
    """More names under which the toolbar may be seen: `name`, `name:port`, `*.name`."""
    allowed_origins: Sequence[str] = ()
    """More origins that may read it: `scheme://host:port`."""
    token: str | None = field(default=None, repr=False)
    """The secret for viewers who are not on this machine; None: a new one for each process."""
    allow_production: bool = False
    """Run although the environment looks like production; needs a token of your own too."""
    container_gateway: str | None = None
    """The container's gateway, whose requests count as local; None: found by itself, empty: none."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("ignore", "allowed_hosts", "allowed_origins"):
            self.texts(name)
        for name in ("inject", "server_timing", "bodies", "allow_production"):
            self.check(name, type(getattr(self, name)) is bool, "True or False")
        for name in ("token", "container_gateway"):
            value = getattr(self, name)
            self.check(name, value is None or type(value) is str, "a text or None")
        plain = type(self.prefix) is str and _PREFIX.fullmatch(self.prefix) is not None
        self.check("prefix", plain, "a path such as '/_debug_toolbar', without a slash at its end")
        self.check("ignore", all(path.startswith("/") for path in self.ignore), "paths that begin with '/'")

    def gate(self) -> GateConfig:
        """Return the part of the settings that says who may see the toolbar."""
        return GateConfig(
            enabled=self.enabled,
            allow_production=self.allow_production,
            allowed_hosts=tuple(self.allowed_hosts),
            allowed_origins=tuple(self.allowed_origins),
            token=self.token,
            container_gateway=self.container_gateway,
        )


def misconfigured(error: ValueError) -> ConfigurationError:
    """Return the gate's refusal of a setting as the error that configuration raises."""
    return ConfigurationError("allowed_hosts, allowed_origins or container_gateway", str(error), "see the message")
