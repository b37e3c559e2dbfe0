"""Writer: encodes what waits in a backlog and writes it in batches, in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from debug_toolbar_core.backend import Row
from debug_toolbar_core.backlog import Backlog
from debug_toolbar_core.bell import Bell
from debug_toolbar_core.border import logger, tell
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.record import Record

DELAY, DELAY_MOST = 0.02, 0.5
"""Seconds from a record's save to its writing, and while thousands come: what comes meanwhile is written with it."""
IDLE = 10.0
"""Seconds without a record after which the thread ends; the next record starts another."""
_RATE = 1_000.0
"""Records a second from which on the delay is the longest. A thread that wakes is dearer to the application than what
it does then, for the interpreter's lock and the caches change hands: so the more come, the more are done at once."""
_BATCH, _BATCH_BYTES = 1_000, 4 * 1024 * 1024
_STRETCH, _BREATH = 0.002, 0.00005
"""Seconds of work after which the application's thread is let in, and for how many."""
_FOLLOWS = 1_000  # records behind which the stretches grow: the application is faster than they are written
_PATIENCE, _PATIENCE_MOST = 0.5, 10.0  # between two tries of a write that fails
_TOLD_MOST = 20


class Writer:
    """Gives a backlog's records to `write`, again and again until that succeeds; `fault` says why it does not.

    `encode` makes a row of a record, `rest` is called when nothing came for a while.
    """

    def __init__(
        self,
        name: str,
        backlog: Backlog,
        encode: Callable[[Record], Row],
        write: Callable[[Sequence[Row]], None],
        rest: Callable[[], None],
    ) -> None:
        self.name = name
        self.backlog = backlog
        self.fault: str | None = None
        """Why nothing is being written now, or None."""
        self.unreadable = 0
        """Records that could not be encoded, and are lost."""
        self._encode, self._write, self._rest = encode, write, rest
        self._told: set[str] = set()
        self._complained = False
        self._begin()

    def _begin(self) -> None:
        self._thread: threading.Thread | None = None
        self._closing = False
        self._rounds = 0
        self._delay = DELAY
        self._lock = threading.Lock()
        """Held where a thread begins or ends; who saves a record never waits for it."""
        self._called, self._urgent = Bell(), Bell()
        self._round = threading.Condition()

    def forked(self, backlog: Backlog) -> None:
        """Begin anew in a child process: threads and what waited are the parent's."""
        self.backlog = backlog
        self.fault = None
        self._begin()

    def wake(self) -> None:
        """Say that a record came. Never waits, and may be called from within any step of this class."""
        self._called.ring()
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        if not self._lock.acquire(blocking=False):
            return  # another starts it, or it is about to end and looks again
        try:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name=f"debug-toolbar {self.name[:20]}", daemon=True)
                with suppress(RuntimeError):  # the interpreter is about to end; `close` writes what waits
                    thread.start()
                    self._thread = thread
        finally:
            self._lock.release()

    def flush(self, seconds: float) -> bool:
        """Have all that came so far written now; tell whether that was done within its time."""
        if self.fault is not None or not len(self.backlog):
            return self.fault is None
        if self._thread is threading.current_thread():  # an application that is collected as garbage ends here
            return False
        with self._round:
            rounds = self._rounds
            self._urgent.ring()
            self.wake()
            return self._round.wait_for(lambda: self._rounds != rounds, seconds) and self.fault is None

    def close(self, seconds: float) -> None:
        """Write what waits, for so long at most, and end the thread; a record that comes later starts another."""
        until = time.monotonic() + seconds
        while len(self.backlog) and self.flush(left := until - time.monotonic()) and left > 0:
            pass
        thread = self._thread
        if thread is None:  # no thread can be started any more: the interpreter is about to end
            self._drain()
            self._rest()
        elif thread is not threading.current_thread():
            self._closing = True
            self._called.ring()
            self._urgent.ring()
            thread.join(max(0.1, until - time.monotonic()))
            self._closing = False
            if not thread.is_alive() and self.fault is None:
                self._drain()  # what came while it ended

    def _run(self) -> None:
        while not self._over():
            self._gather()
            self._keep_at_it()
        with suppress(Exception):
            self._rest()

    def _over(self) -> bool:
        """Wait for a record; True when there is none for long, or nobody to write it for."""
        called = not self._closing and self._called.heard(IDLE) and not self._closing
        return not called and self._ended()

    def _gather(self) -> None:
        """Let more records come, the longer the faster they do, but not more than may wait."""
        before = time.monotonic()
        self._urgent.heard(self._delay)
        self._called.heard()
        rate = len(self.backlog) / max(time.monotonic() - before, DELAY)
        longest = self.backlog.most / 4 / max(rate, 1.0)
        self._delay = min(max(DELAY_MOST * rate / _RATE, DELAY), DELAY_MOST, longest)

    def _ended(self) -> bool:
        """Have the next record start another thread; False when there is one already."""
        with self._lock:
            if not self._closing and len(self.backlog):
                return False
            self._thread = None
        if not self._closing and self._called.heard():  # it came while the lock was held, and could not
            self._called.ring()
            self._start()
        return True

    def _keep_at_it(self) -> None:
        """Write all that waits, in more and more patient tries."""
        patience = _PATIENCE
        while not self._closing:
            done = self._drain()
            with self._round:
                self._rounds += 1
                self._round.notify_all()
            if done:
                return
            self._urgent.heard(patience)
            patience = min(patience * 2, _PATIENCE_MOST)

    def _drain(self) -> bool:
        """Write until nothing waits; False when a write failed."""
        while batch := self.backlog.take(_BATCH):
            try:
                self._write_all(batch)
            except Exception as error:
                self.backlog.give_back()
                self._failed(error)
                return False
            self.backlog.written()
            if self.fault is not None:
                self._recovered()
        return True

    def _recovered(self) -> None:
        self.fault = None
        if self._complained:
            self._complained = False
            with suppress(Exception):
                logger.warning("%s is written again, with what waited in memory.", self.name)

    def _write_all(self, batch: Sequence[Record]) -> None:
        rows, size, began = list[Row](), 0, time.perf_counter()
        stretch = _STRETCH * max(1, len(self.backlog) // _FOLLOWS)
        for record in batch:
            if (row := self._row(record)) is not None:
                rows.append(row)
                size += len(row.document)
            if size > _BATCH_BYTES:
                self._write(rows)
                rows, size = [], 0
            if time.perf_counter() - began > stretch:
                time.sleep(_BREATH)
                began = time.perf_counter()
        if rows:
            self._write(rows)

    def _row(self, record: Record) -> Row | None:
        for _ in range(3):
            try:
                return self._encode(record)
            except RuntimeError as error:  # an open record that goes on meanwhile: its dictionaries change
                fault: Exception = error
            except Exception as error:
                fault = error
                break
        self.unreadable += 1
        self._tell("%s did not keep record %s: it cannot be encoded: %s.", record.id, fault)
        return None

    def _failed(self, error: Exception) -> None:
        self.fault = why(error)
        message = "%s is not written, and is tried again; the newest %s records wait in memory: %s."
        self._complained = self._tell(message, self.backlog.most, error) or self._complained

    def _tell(self, message: str, what: object, error: Exception) -> bool:
        """Log a fault, unless this was said before; tell whether it was logged."""
        reason = why(error)
        if reason in self._told or len(self._told) >= _TOLD_MOST:
            return False
        self._told.add(reason)
        tell(message + " This is logged once.", self.name, what, reason)
        return True


def why(error: BaseException) -> str:
    """Say in one line what went wrong."""
    return f"{type(error).__qualname__}: {message_of(error)}".rstrip(".")
