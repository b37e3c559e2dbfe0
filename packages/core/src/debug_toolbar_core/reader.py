"""Reader: loads stored records for readers, and keeps what was drawn of those they opened last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import NamedTuple

from debug_toolbar_core.drawn import Drawn
from debug_toolbar_core.encoding import Encoder, Written
from debug_toolbar_core.offload import offload
from debug_toolbar_core.once import Once
from debug_toolbar_core.record import Record
from debug_toolbar_core.store import RevisedStore, Store, WrittenStore
from debug_toolbar_core.views import Views

_BYTES, _SECONDS = 48 * 1024 * 1024, 60.0


class _Kept(NamedTuple):
    drawn: Drawn
    revision: int
    until: float


class Reader:
    """Has what each reader of a record needs: it is loaded once, and each panel's view drawn once, as long as it lasts.

    Kept are closed records of a store that tells their revision: about `bytes` of them, for `seconds` after they were
    looked at. One that was saved again, by whatever process, has another revision.
    """

    def __init__(
        self, store: Store, encoder: Encoder, views: Views, bytes: int = _BYTES, seconds: float = _SECONDS
    ) -> None:
        self.store = store
        self.encoder = encoder
        self.views = views
        self.bytes = bytes
        self.seconds = seconds
        self.kept: OrderedDict[str, _Kept] = OrderedDict()
        self._once = Once[Drawn | None]()
        self._lock = threading.RLock()  # a collection in there may end an abandoned record, which is then forgotten

    async def revision(self, id: str) -> int | None:
        """Return what changes with each save of a record, or None where that is not known, or nothing of this id is."""
        return await self.store.revision(id) if isinstance(self.store, RevisedStore) else None

    async def read(self, id: str, revision: int | None) -> Drawn | None:
        """Return a stored record with what was drawn of it, or None; the record is shared, so nothing may change it."""
        if revision is None or revision < 0:
            return await self._read(id, None)
        return self._found(id, revision) or await self._once((id, revision), partial(self._read, id, revision))

    async def _read(self, id: str, revision: int | None) -> Drawn | None:
        written = await self._written(id)
        if written is None:
            return None
        drawn = Drawn(self.views, *written)
        if revision is not None and not drawn.record.open and drawn.record.kind != "app":
            self._keep(id, _Kept(drawn, revision, monotonic() + self.seconds))
        return drawn

    async def _written(self, id: str) -> Written | None:
        if isinstance(self.store, WrittenStore) and _is_meant(type(self.store)):
            return await self.store.written(id)
        record = await self.store.load(id)
        return None if record is None else Written(record, await offload(self.encoder.dump, record))

    def take(self, record: Record) -> Drawn:
        """Return a record that is not done yet, as far as it got; blocks while it is encoded."""
        return Drawn(self.views, *self.encoder.written(record))

    def _found(self, id: str, revision: int) -> Drawn | None:
        with self._lock:
            self._forget(lambda kept: kept.until < monotonic())
            kept = self.kept.get(id)
            if kept is None or kept.revision != revision:
                return None
            self.kept[id] = kept._replace(until=monotonic() + self.seconds)
            self.kept.move_to_end(id)
            return kept.drawn

    def _keep(self, id: str, kept: _Kept) -> None:
        if kept.drawn.weight > self.bytes:
            return
        with self._lock:
            self.kept[id] = kept
            self.kept.move_to_end(id)
            weight = sum(each.drawn.weight for each in self.kept.values())
            while weight > self.bytes and self.kept:
                _, gone = self.kept.popitem(last=False)
                weight -= gone.drawn.weight

    def forget(self, id: str | None = None) -> None:
        """Let go of a record, or of all; and of those that nobody looked at for a while."""
        with self._lock:
            self.kept.pop(id or "", None)
            self._forget(lambda kept: id is None or kept.until < monotonic())

    def _forget(self, of: Callable[[_Kept], bool]) -> None:
        for id in [id for id, kept in list(self.kept.items()) if of(kept)]:
            self.kept.pop(id, None)


def _is_meant(kind: type) -> bool:
    """Tell whether a store's `written` is its own, or as old as its `load`: one that a subclass changed is meant."""
    return next("written" in vars(owner) for owner in kind.__mro__ if not vars(owner).keys().isdisjoint(_READS))


_READS = frozenset({"load", "written"})
