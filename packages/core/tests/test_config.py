"""Configuration: mistakes are told at start-up with what is accepted; the environment outweighs the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from debug_toolbar_core import Config, ConfigurationError, Limits, Panel, ToolbarError
from debug_toolbar_core.memory import MemoryStore


class Mine(Panel):
    name, title = "mine", "Mine"


def test_defaults_are_accepted() -> None:
    """Without settings everything installed runs, in memory."""
    config = Config()
    assert config.panels is None
    assert config.store == "memory"
    assert config.enabled is None


@pytest.mark.parametrize(
    ("setting", "value", "accepted"),
    [
        ("exclude", "sql", "a list of texts"),
        ("exclude", [1], "a list of texts"),
        ("always", b"x", "a list of texts"),
        ("reveal", {"a": 1}, "a list of texts"),
        ("budget", 0, "seconds above 0"),
        ("budget", "1", "seconds above 0"),
        ("action_budget", True, "seconds above 0"),
        ("budget", float("nan"), "seconds above 0"),
        ("enabled", 1, "True, False or None"),
        ("strict", "yes", "True or False"),
        ("limits", {}, "a Limits"),
        ("editor", None, "a text"),
        ("title", 3, "a text"),
        ("panel_options", [], "a mapping"),
        ("panel_options", {"a": 1}, "mapping of mappings"),
        ("paths", {"a": 1}, "folders to folders"),
        ("paths", "x", "a mapping"),
        ("panels", "sql", "list of names and panels"),
        ("panels", [Mine], "instances, not classes"),
        ("panels", {"a"}, "list of"),
        ("panels", [Mine(), "mine"], "each panel once"),
        ("store", 3, "'memory', a URL"),
        ("store", None, "'memory', a URL"),
        ("secret_patterns", ["("], "regular expressions"),
    ],
)
def test_wrong_values_are_told(setting: str, value: Any, accepted: str) -> None:
    """The error names the setting, its value, and what is accepted."""
    with pytest.raises(ConfigurationError, match=accepted) as caught:
        Config(**{setting: value})
    assert caught.value.setting == setting
    assert repr(value).strip("[]") in str(caught.value)
    assert isinstance(caught.value, ToolbarError)
    assert isinstance(caught.value, ValueError)


def test_right_values_are_accepted() -> None:
    """Names, instances, stores and infinite budgets are fine."""
    assert Config(panels=["sql", Mine()], store=MemoryStore(), budget=float("inf"), secrets=("x",)).panels is not None
    assert Config(secrets=["internal_code"]).redactor().value({"internal_code": "x"}) == {"internal_code": "[redacted]"}


@pytest.mark.parametrize(
    ("name", "text", "setting", "value"),
    [
        ("EXCLUDE", "versions, sql*,", "exclude", ("versions", "sql*")), ("DISABLE", "a", "exclude", ("a",)),
        ("PANELS", "a,b", "panels", ("a", "b")), ("ALWAYS", "profiling", "always", ("profiling",)),
        ("EDITOR", "zed", "editor", "zed"), ("TITLE", "Shop", "title", "Shop"), ("STORE", "sqlite:///x", "store", "sqlite:///x"),
        ("BUDGET", "0.5", "budget", 0.5), ("STRICT", "on", "strict", True), ("STRICT", "No", "strict", False),
        ("PATHS", '{"/app": "/me"}', "paths", {"/app": "/me"}),
        ("PANEL_OPTIONS", '{"sqlalchemy": {"slow": 0.1}}', "panel_options", {"sqlalchemy": {"slow": 0.1}}),
        ("LIMITS", '{"spans": 5}', "limits", Limits(spans=5)), ("SECRETS", "", "secrets", ()),
    ],
)  # fmt: skip
def test_the_environment(name: str, text: str, setting: str, value: Any) -> None:
    """Each setting is read from its variable: lists by commas, mappings as JSON, flags as words."""
    before = Config(exclude=["code"])
    config = before.from_environment({f"DEBUG_TOOLBAR_{name}": text})
    assert getattr(config, setting) == value
    assert before.exclude == ["code"]


def test_without_variables_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that says nothing gives the same settings; `enabled` is not read here."""
    config = Config()
    assert config.from_environment({"DEBUG_TOOLBAR_ENABLED": "1", "DEBUG_TOOLBAR_NONSENSE": "x"}) is config
    monkeypatch.setenv("DEBUG_TOOLBAR_EDITOR", "vim")
    assert config.from_environment().editor == "vim"
    both = {"DEBUG_TOOLBAR_EXCLUDE": "a", "DEBUG_TOOLBAR_DISABLE": "b"}
    assert config.from_environment(both).exclude == ("a",)


@pytest.mark.parametrize(
    ("name", "text", "accepted"),
    [
        ("STRICT", "maybe", "1 or 0"),
        ("BUDGET", "soon", "a number"),
        ("BUDGET", "-1", "seconds above 0"),
        ("PATHS", "{", "JSON"),
        ("PATHS", "[1]", "a mapping"),
        ("LIMITS", '{"spam": 1}', "keys among spans"),
        ("LIMITS", "[1]", "keys among spans"),
        ("LIMITS", '{"spans": "x"}', "whole number"),
        ("STORE", "", "'memory'"),
    ],
)
def test_mistakes_in_the_environment_are_told(name: str, text: str, accepted: str) -> None:
    """A variable that cannot be read is an error that says what it may be."""
    with pytest.raises(ConfigurationError, match=accepted):
        Config().from_environment({f"DEBUG_TOOLBAR_{name}": text})


def test_adapters_add_settings() -> None:
    """Settings that a subclass adds are read by the kind of their default."""

    @dataclass(kw_only=True)
    class More(Config):
        port: int = 8000
        token: str | None = None
        hosts: tuple[str, ...] = ()

    variables = {"DEBUG_TOOLBAR_PORT": "9", "DEBUG_TOOLBAR_TOKEN": "t", "DEBUG_TOOLBAR_HOSTS": "a,b"}
    more = More().from_environment(variables)
    assert (more.port, more.token, more.hosts) == (9, "t", ("a", "b"))


@pytest.mark.parametrize("value", [-1, 1.5, True, "x"])
def test_limits_are_whole_numbers(value: Any) -> None:
    """A limit is 0 or more; anything else is told by name."""
    with pytest.raises(ConfigurationError, match=r"limits\.spans"):
        Limits(spans=value)
