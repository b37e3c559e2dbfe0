"""Keeper: gives closed records to the store without waiting for it, whatever the store does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.border import tell
from debug_toolbar_core.context import suppressed
from debug_toolbar_core.discovery import discover, entries
from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.errors import ConfigurationError
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_core.record import Record
from debug_toolbar_core.store import FinishingStore, KeepingStore, Store, TellingStore

_WAITING_MOST = 100


def make_store(setting: str | Store, encoder: Encoder) -> Store:
    """Return the store a setting names: `memory`, or a URL whose scheme is an installed store's name.

    A store's entry point is called with the URL and the encoder to use.
    """
    if not isinstance(setting, str):
        return setting
    if setting == "memory":
        return MemoryStore(encoder=encoder)
    scheme = setting.partition(":")[0]
    found = discover("stores", {scheme})
    if scheme not in found.loaded:
        installed = ", ".join(["memory", *(f"{entry.name}:…" for entry in entries("stores"))])
        why = found.errors.get(scheme, f"installed stores are {installed}; try `pip install debug-toolbar-{scheme}`")
        raise ConfigurationError("store", setting, why)
    store: Store = found.loaded[scheme](setting, encoder)
    return store


class Keeper:
    """Calls a store's `save`; one that waits goes on in a task of its own, at most a hundred at a time."""

    def __init__(self, store: Store, budget: float) -> None:
        self.store = store
        self.budget = budget
        self.lost = 0
        self._last = ""
        self._keep = _immediate(store)
        self._waits = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: set[str] = set()

    def keep(self, record: Record) -> None:
        """Save a record; what the store does wrong is told once, and the record counted as lost."""
        if self._waits:
            self._later(record)
            return
        if self._keep is None:
            self._begin(record)
            return
        try:
            self._keep(record)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._lose(record, _why(error), error)

    def _begin(self, record: Record) -> None:
        """Begin a save here and now; most stores only queue the record and are done at once."""
        saving = self.store.save(record)
        try:
            saving.send(None)
        except StopIteration:
            return
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._lose(record, _why(error), error)
            return
        # It suspended, so it does I/O here: the same save is begun again where it may take its time.
        with suppress(Exception):
            saving.close()
        self._waits = True
        self._later(record)

    def _later(self, record: Record) -> None:
        if len(self._tasks) >= _WAITING_MOST:
            self._lose(record, f"it is {_WAITING_MOST} records behind")
            return
        if asyncio._get_running_loop() is None:
            self._lose(record, "it waits in save(), and there is no event loop here to wait in")
            return
        with suppressed():  # what the store does is nothing of an outer record's
            task = asyncio.get_running_loop().create_task(self._save(record), name="debug-toolbar save")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _save(self, record: Record) -> None:
        try:
            async with asyncio.timeout(self.budget):
                await self.store.save(record)
        except Exception as error:
            self._lose(record, _why(error), error)

    def troubles(self) -> list[Notice]:
        """Return what a reader should know of the store: how many records it lost and why, and what it says itself."""
        found = list[Notice]()
        if self.lost:
            text = f"The store lost {self.lost} records of this process. The last time: {self._last}."
            found.append(Notice("error", text, "The log says more.", label="records lost"))
        if isinstance(self.store, TellingStore):
            try:
                found.extend(self.store.notices())
            except Exception as error:
                found.append(Notice("error", f"The store could not say how it is: {_why(error)}."))
        return found

    def finish(self) -> None:
        """Have the store write what waits and let go of its files, if it is one that does."""
        if isinstance(self.store, FinishingStore):
            try:
                self.store.finish()
            except Exception as error:
                tell("Store %s could not be closed: %s.", type(self.store).__qualname__, _why(error), error=error)

    def _lose(self, record: Record, why: str, error: BaseException | None = None) -> None:
        self.lost += 1
        self._last = why
        if why not in self._told and len(self._told) < _WAITING_MOST:
            self._told.add(why)
            name = type(self.store).__qualname__
            tell("Store %s did not keep record %s: %s. This is logged once.", name, record.id, why, error=error)


def _immediate(store: Store) -> Callable[[Record], None] | None:
    """Return the store's `keep`, unless a subclass has its own `save`, which is then the one that is meant."""
    for owner in type(store).__mro__:
        if "keep" in vars(owner) and isinstance(store, KeepingStore):
            return store.keep
        if "save" in vars(owner):
            return None
    return None


def _why(error: BaseException) -> str:
    return f"{type(error).__qualname__}: {message_of(error)}".rstrip(".")
