"""Bell: wakes a thread, and may be rung from anywhere at any moment, also from within itself."""

from __future__ import annotations

import threading
from contextlib import suppress


class Bell:
    """What `threading.Event` is for one that waits, and safe where garbage is collected.

    The collector may close an abandoned request in any thread between any two steps, those of `Event.set` too, whose
    own lock would then be held already. A bell is one lock and every step of it one of C's.

    Example: `bell.ring()` in many threads, `if bell.heard(10.0): work()` in one.
    """

    __slots__ = ("_silence",)

    def __init__(self) -> None:
        self._silence = threading.Lock()
        self._silence.acquire()

    def ring(self) -> None:
        """Have it heard; rung twice before that it is heard once."""
        if self._silence.locked():
            with suppress(RuntimeError):  # another was first
                self._silence.release()

    def heard(self, seconds: float = 0.0) -> bool:
        """Wait so long for the bell, and tell whether it was rung; then it is silent again."""
        return self._silence.acquire(timeout=seconds)
