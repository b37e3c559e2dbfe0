"""Users: how many use what there is once in a process, so that the first opens it and the last closes it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import RLock


class Users:
    """Counts users; one may leave anywhere, even in a garbage collection in the middle of another's coming.

    An application that is dropped without a shutdown (a test's, mostly) has its generators closed by the collector: in
    any thread, at any allocation, also while that very thread holds this. So leaving never waits: what cannot be
    done at once is done by whoever holds it, on letting go.

    Example: `USERS = Users(patch, unpatch)`; then `USERS.enter()`, and `USERS.leave()` in a `finally`.
    """

    __slots__ = ("_depth", "_first", "_last", "_left", "_lock", "count")

    def __init__(self, first: Callable[[], object], last: Callable[[], object]) -> None:
        self.count = 0
        self._first = first
        self._last = last
        self._left: deque[None] = deque()
        self._lock = RLock()
        self._depth = 0

    def enter(self) -> None:
        """Come; the first one opens. What opening raises goes to who came, and nobody has come then."""
        self.hold()
        try:
            self.count += 1
            if self.count == 1:
                try:
                    self._first()
                except BaseException:
                    self.count -= 1
                    raise
        finally:
            self.let_go()

    def leave(self) -> None:
        """Go, once for each coming; after the last it is closed, here or by who holds it now."""
        self._left.append(None)
        self._settle()

    def hold(self, *, wait: bool = True) -> bool:
        """Keep others from opening and closing until `let_go`; False where somebody holds it and we shall not wait."""
        if not self._lock.acquire(wait):
            return False
        self._depth += 1
        return True

    def let_go(self) -> None:
        """End `hold`, and close it when the last one left meanwhile."""
        self._depth -= 1
        self._lock.release()
        self._settle()

    def _settle(self) -> None:
        while self._left and self._lock.acquire(blocking=False):
            try:
                if self._depth:  # this thread is in the middle of something: it settles when it lets go
                    return
                self._depth = 1
                try:
                    self._let_leave()
                finally:
                    self._depth = 0
            finally:
                self._lock.release()

    def _let_leave(self) -> None:
        while self._left:
            self._left.popleft()
            self.count -= 1
            if self.count == 0:
                self._last()
