"""The errors this package raises on purpose, each saying what, where and the way out."""

from __future__ import annotations


class ToolbarError(Exception):
    """Something the toolbar cannot do; the text says what to do next."""


class ConfigurationError(ToolbarError, ValueError):
    """A setting has a value that is not accepted; raised at start-up, never while serving."""

    def __init__(self, setting: str, value: object, accepted: str) -> None:
        self.setting = setting
        self.value = value
        self.accepted = accepted
        super().__init__(f"Debug Toolbar setting {setting!r} is {value!r}; accepted: {accepted}.")


class UnknownRecord(ToolbarError, LookupError):
    """A record was evicted or never existed."""

    def __init__(self, id: str) -> None:
        self.id = id
        super().__init__(f"Record {id!r} was evicted from the store or never existed.")


class UnknownPanel(ToolbarError, LookupError):
    """A panel or one of its actions is not installed."""

    def __init__(self, name: str, action: str | None = None) -> None:
        self.name = name
        what = f"Panel {name!r}" if action is None else f"Action {action!r} of panel {name!r}"
        super().__init__(f"{what} is not installed here; `pip install` the distribution that has it.")
