"""Hooks: patched while a toolbar runs, once however many do, and put back as it was."""

from __future__ import annotations

import importlib
import inspect
import logging
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from debug_toolbar_core import Hooks, patched


class Base:
    """A library's base class."""

    def ask(self, question: str, *, loud: bool = False) -> str:
        """Answer."""
        return question.upper() if loud else question


class Client(Base):
    """A library's class that inherits what is patched."""

    @staticmethod
    def ping() -> str:
        return "pong"

    @classmethod
    def make(cls) -> str:
        return cls.__name__


def twice(original: Callable[..., str]) -> Callable[..., str]:
    """Make a replacement whose effect can be seen."""

    def hooked(*args: Any, **kwargs: Any) -> str:
        return original(*args, **kwargs) * 2

    return hooked


def test_a_patch_replaces_the_method_and_puts_it_back() -> None:
    """Inside the call goes through ours; afterwards the class is as it was, inherited attributes included."""
    before = dict(vars(Client))
    with patched(Client, "ask", twice):
        assert Client().ask("a") == "aa"
        assert Base().ask("a") == "a"
    assert Client().ask("a") == "a"
    assert dict(vars(Client)) == before


def test_a_patch_keeps_name_and_signature() -> None:
    """Whoever introspects the method sees the original's name, documentation and parameters."""
    with patched(Base, "ask", twice):
        assert Base.ask.__name__ == "ask"
        assert list(inspect.signature(Base.ask).parameters) == ["self", "question", "loud"]


def test_static_and_class_methods_stay_what_they_are() -> None:
    """A static method takes no instance, a class method its class."""
    with patched(Client, "ping", twice), patched(Client, "make", twice):
        assert Client().ping() == "pongpong"
        assert Client.make() == "ClientClient"
    assert Client.make() == "Client"


def test_what_somebody_put_over_ours_stays() -> None:
    """Another tool's patch, made while ours was there, is not undone by ours going."""
    module = SimpleNamespace(send=lambda: "sent")
    with patched(module, "send", twice):
        ours = module.send
        module.send = lambda: ours() + "!"
    assert module.send() == "sentsent!"


def test_nothing_to_patch_is_an_error() -> None:
    """An attribute that this version does not have raises AttributeError, and nothing is changed."""
    with pytest.raises(AttributeError, match="gone"), patched(Client, "gone", twice):
        pass


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """A module that nobody has imported yet."""
    name = "library_for_hooks"
    (tmp_path / f"{name}.py").write_text("def send():\n    return 'sent'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield name
    sys.modules.pop(name, None)


def hooks_into(library: str) -> Hooks:
    """Make hooks that patch `send` of the library."""
    hooks = Hooks("test")

    @hooks.into(library)
    def patch(module: ModuleType) -> Generator[None]:
        with patched(module, "send", twice):
            yield

    return hooks


def test_hooks_wait_for_the_library(library: str) -> None:
    """The library is not imported for our sake; once the application imports it, it is patched."""
    with hooks_into(library).open():
        assert library not in sys.modules
        module = importlib.import_module(library)
        assert module.send() == "sentsent"
    assert module.send() == "sent"


def test_hooks_are_patched_once_however_many_toolbars_run(library: str) -> None:
    """Two toolbars in a process make one patch, which stays until the second goes."""
    hooks, module = hooks_into(library), importlib.import_module(library)
    with hooks.open():
        with hooks.open():
            assert module.send() == "sentsent"
        assert module.send() == "sentsent"
    assert module.send() == "sent"


def test_hooks_can_be_opened_again(library: str) -> None:
    """A toolbar that starts after the last one went patches anew."""
    hooks, module = hooks_into(library), importlib.import_module(library)
    for _ in range(2):
        with hooks.open():
            assert module.send() == "sentsent"
        assert module.send() == "sent"


def test_a_library_imported_after_the_toolbar_went_is_left_alone(library: str) -> None:
    """Hooks that were withdrawn patch nothing."""
    with hooks_into(library).open():
        pass
    assert importlib.import_module(library).send() == "sent"


def test_a_hook_that_fails_is_told_and_the_others_go_on(library: str, caplog: pytest.LogCaptureFixture) -> None:
    """A version without what we patch costs that library's part; the log names panel, library and reason."""
    hooks = Hooks("test")

    @hooks.into("json")
    def broken(module: ModuleType) -> Generator[None]:
        with patched(module, "no_such_name", twice):
            yield

    @hooks.into("json.decoder")
    def fails_at_its_end(module: ModuleType) -> Generator[None]:
        yield
        raise RuntimeError("could not put it back")

    @hooks.into("json.encoder")
    def has_nothing_to_do(module: ModuleType) -> Generator[None]:
        return
        yield

    @hooks.into(library)
    def whole(module: ModuleType) -> Generator[None]:
        with patched(module, "send", twice):
            yield

    module = importlib.import_module(library)
    with caplog.at_level(logging.ERROR, "debug_toolbar"), hooks.open():
        assert module.send() == "sentsent"
    assert module.send() == "sent"
    assert "Panel 'test' cannot observe json as it is installed here: AttributeError" in caplog.text
    assert set(hooks.failed) == {"json", "json.decoder"}
