"""Hooks: what a panel changes in a library, once in a process however many toolbars run, and put back by the last."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from debug_toolbar_core.border import tell
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.imports import when_imported
from debug_toolbar_core.users import Users

Hook = Callable[[Any], Generator[None]]


class Hooks:
    """The hooks of one panel, each a generator that patches a library, yields, and puts back what it changed.

    A hook runs when the application has imported its library, never before. One that fails is logged with the
    version at fault; the others go on. `failed` has what they said, by library.

    Example:

        HOOKS = Hooks("cache")

        @HOOKS.into("redis.client")
        def redis(module: Any) -> Generator[None]:
            with patched(module.Redis, "execute_command", observed("cache", begin, end)):
                yield

        class CachePanel(Panel):
            def lifespan(self, app):
                with HOOKS.open():
                    yield
    """

    def __init__(self, panel: str) -> None:
        self.panel = panel
        self.failed: dict[str, str] = {}
        self._hooks: list[tuple[str, Hook]] = []
        self._running: list[tuple[str, Generator[None]]] = []
        self._withdraw: list[Callable[[], None]] = []
        self._users = Users(self._patch, self._unpatch)

    def into(self, library: str) -> Callable[[Hook], Hook]:
        """Register a hook for a module, given to it once the application has imported it."""

        def register(hook: Hook) -> Hook:
            self._hooks.append((library, hook))
            return hook

        return register

    @contextmanager
    def open(self) -> Generator[None]:
        """Hold the hooks open for one more toolbar; the first patches, the last puts back."""
        self._users.enter()
        try:
            yield
        finally:
            self._users.leave()

    def _patch(self) -> None:
        for library, hook in self._hooks:
            self._withdraw.append(when_imported(library, functools.partial(self._start, library, hook)))

    def _start(self, library: str, hook: Hook, module: ModuleType) -> None:
        self._users.hold()
        try:
            if self._users.count:  # else it was imported while the last toolbar was going
                self._run(library, hook(module))
        finally:
            self._users.let_go()

    def _run(self, library: str, running: Generator[None]) -> None:
        try:
            next(running)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001 - a border: the application's import must not fail for ours
            self._fail(library, error)
        else:
            self._running.append((library, running))

    def _unpatch(self) -> None:
        for withdraw in self._withdraw:
            withdraw()
        while self._running:
            library, running = self._running.pop()
            try:
                next(running, None)
                running.close()
            except Exception as error:  # noqa: BLE001 - a border: the other hooks are still to be put back
                self._fail(library, error)
        self._withdraw.clear()

    def _fail(self, library: str, error: Exception) -> None:
        self.failed[library] = f"{type(error).__qualname__}: {message_of(error)}"
        message = "Panel %r cannot observe %s as it is installed here: %s. What it would record of it is missing."
        tell(message, self.panel, library, self.failed[library], error=error)


@contextmanager
def patched(owner: Any, name: str, make: Callable[[Any], Any]) -> Generator[None]:
    """Replace an attribute of a class or module by `make(original)`, and put it back on leaving.

    What somebody else put over ours in the meantime stays. Static and class methods stay what they are; the
    replacement has the original's name and signature. Raises AttributeError where there is nothing to replace.

    Example: `with patched(httpx.Client, "send", observed("http-client", begin, end)): yield`.
    """
    original = inspect.getattr_static(owner, name)
    own = name in vars(owner)
    made = _made(original, make)
    setattr(owner, name, made)
    try:
        yield
    finally:
        if vars(owner).get(name) is made:
            if own:
                setattr(owner, name, original)
            else:
                delattr(owner, name)


def _made(original: Any, make: Callable[[Any], Any]) -> Any:
    if isinstance(original, (staticmethod, classmethod)):
        return type(original)(_made(original.__func__, make))
    made = make(original)
    return functools.update_wrapper(made, original) if inspect.isfunction(made) else made
