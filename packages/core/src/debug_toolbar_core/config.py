"""Configuration: what can be set in code, and in the environment as DEBUG_TOOLBAR_<SETTING>."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Self

from debug_toolbar_core.errors import ConfigurationError
from debug_toolbar_core.limits import Limits
from debug_toolbar_core.panel import Panel
from debug_toolbar_core.rules import NAMES
from debug_toolbar_core.store import Store

if TYPE_CHECKING:
    from debug_toolbar_core.redaction import Redactor

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_NOT_IN_ENVIRONMENT = frozenset({"enabled"})


@dataclass(kw_only=True)
class Config:
    """Settings of the toolbar; the environment outweighs the code, so that a deployment can decide.

    Example: `Config(exclude=["versions"], panel_options={"sqlalchemy": {"slow": 0.1}})`.
    """

    enabled: bool | None = None
    """Run or not; None: when the framework's debug flag is on or DEBUG_TOOLBAR=1. DEBUG_TOOLBAR=0 always wins."""
    title: str = ""
    """The application's name in the dashboard; empty: the framework's own."""
    panels: Sequence[str | Panel] | None = None
    """Exactly these panels, in this order, by name or as instances; None: every installed one."""
    exclude: Collection[str] = ()
    """Panels left out, by name or pattern (`sql*`); they are not imported."""
    panel_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Options by panel name: the fields of the panel's dataclass."""
    always: Collection[str] = ()
    """On-demand panels that run for every request."""
    rules: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """On-demand panels by a rule: `{"profiling": {"slower": 0.5}}` seconds, `{"memory": {"one_in": 100}}` requests."""
    store: str | Store = "memory"
    """Where records are kept: `memory`, a URL whose scheme names an installed store, or an instance."""
    limits: Limits = field(default_factory=Limits)
    """How much one record may hold."""
    budget: float = 0.25
    """Seconds a panel may take in one hook before it is switched off for that record."""
    action_budget: float = 10.0
    """Seconds an action may take."""
    reveal: Collection[str] = ()
    """Names whose values stay visible although they look secret."""
    secrets: Collection[str] = ()
    """More names whose values are secret."""
    secret_patterns: Collection[str] = ()
    """More regular expressions of secret values."""
    editor: str = "vscode"
    """The editor that source links open."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """Folders here to folders on the developer's machine, for containers: `{"/app": "/Users/me/app"}`."""
    strict: bool = False
    """Raise the toolbar's own faults instead of recording them: for tests."""

    def __post_init__(self) -> None:
        for name in ("exclude", "always", "reveal", "secrets", "secret_patterns"):
            self.texts(name)
        for name in ("budget", "action_budget"):
            self.positive(name)
        self.check("enabled", self.enabled is None or type(self.enabled) is bool, "True, False or None")
        self.check("strict", type(self.strict) is bool, "True or False")
        self.check("limits", isinstance(self.limits, Limits), "a Limits(...)")
        for name in ("editor", "title"):
            self.check(name, isinstance(getattr(self, name), str), "a text")
        self.check_mappings()
        self.check_rules()
        self.check_panels()
        self.check_store()
        self.check_patterns()

    def check(self, name: str, accepted: bool, what: str) -> None:
        """Raise a ConfigurationError that names the setting, unless its value is accepted."""
        if not accepted:
            raise ConfigurationError(name, getattr(self, name), what)

    def texts(self, name: str) -> None:
        value = getattr(self, name)
        plain = isinstance(value, Collection) and not isinstance(value, (str, bytes, Mapping))
        self.check(name, plain and all(isinstance(item, str) for item in value), "a list of texts")

    def positive(self, name: str) -> None:
        value = getattr(self, name)
        self.check(name, type(value) in (int, float) and value > 0, "a number of seconds above 0")

    def check_mappings(self) -> None:
        for name in ("panel_options", "paths"):
            self.check(name, isinstance(getattr(self, name), Mapping), "a mapping")
        options = self.panel_options.values()
        self.check("panel_options", all(isinstance(item, Mapping) for item in options), "a mapping of mappings")
        pairs = self.paths.items()
        self.check("paths", all(type(item) is str for pair in pairs for item in pair), "folders to folders")

    def check_rules(self) -> None:
        given: Any = self.rules
        rules = given.values() if isinstance(given, Mapping) else (None,)
        plain = all(isinstance(rule, Mapping) and NAMES.issuperset(rule) for rule in rules)
        numbers = plain and all(type(n) in (int, float) and n > 0 for rule in rules if rule for n in rule.values())
        self.check("rules", numbers, "`slower` (seconds) and `one_in` (requests), numbers above 0, by panel")

    def check_panels(self) -> None:
        panels: object = self.panels
        plain = panels is None or (isinstance(panels, Sequence) and not isinstance(panels, str))
        self.check("panels", plain, "a list of names and panels, or None")
        known = all(isinstance(item, (str, Panel)) for item in self.panels or ())
        self.check("panels", known, "a list of names and panels (instances, not classes), or None")
        names = [item if isinstance(item, str) else item.name for item in self.panels or ()]
        self.check("panels", len(names) == len(set(names)), "each panel once")

    def check_store(self) -> None:
        self.check(
            "store",
            bool(self.store) and isinstance(self.store, (str, Store)),
            "'memory', a URL such as 'sqlite:///…', or a store",
        )

    def check_patterns(self) -> None:
        """Refuse a pattern that is none; the rules themselves are made when somebody reads."""
        for text in self.secret_patterns:
            try:
                re.compile(text)
            except re.error as error:
                raise ConfigurationError("secret_patterns", text, f"regular expressions ({error})") from None

    def redactor(self) -> Redactor:
        """Return the redaction rules these settings ask for."""
        from debug_toolbar_core.redaction import Redactor

        return Redactor(reveal=self.reveal, keys=self.secrets, patterns=self.secret_patterns)

    def from_environment(self, environ: Mapping[str, str] | None = None) -> Self:
        """Return these settings with what the environment says in their place.

        Lists are comma-separated, mappings are JSON, `DEBUG_TOOLBAR_DISABLE` is another name of `exclude`.

        Example: `DEBUG_TOOLBAR_EXCLUDE="versions,sql*" DEBUG_TOOLBAR_EDITOR=zed`.
        """
        environ = os.environ if environ is None else environ
        said: dict[str, Any] = {}
        for item in fields(self):
            name = "DEBUG_TOOLBAR_" + item.name.upper()
            text = environ.get(name)
            if text is None and item.name == "exclude":
                text = environ.get("DEBUG_TOOLBAR_DISABLE")
            if text is not None and item.name not in _NOT_IN_ENVIRONMENT:
                said[item.name] = _parse(name, text, getattr(type(self)(), item.name), str(item.type))
        return replace(self, **said) if said else self


def _parse(name: str, text: str, default: object, annotation: str) -> Any:
    """Read a setting's text by the kind of its default."""
    if isinstance(default, bool) or "bool" in annotation:
        if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        raise ConfigurationError(name, text, "1 or 0")
    if isinstance(default, Limits):
        return _limits(name, text)
    if isinstance(default, Mapping):
        return _json(name, text)
    if isinstance(default, (int, float)):
        try:
            return type(default)(text)
        except ValueError:
            raise ConfigurationError(name, text, "a number") from None
    if isinstance(default, (tuple, list, set, frozenset)) or "Sequence" in annotation:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ConfigurationError(name, text, 'JSON, such as {"key": "value"}') from None


def _limits(name: str, text: str) -> Limits:
    try:
        return Limits(**_json(name, text))
    except TypeError:
        names = ", ".join(item.name for item in fields(Limits))
        raise ConfigurationError(name, text, f"a JSON object of numbers, with keys among {names}") from None
