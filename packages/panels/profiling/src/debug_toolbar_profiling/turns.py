"""Turns: how soon a running thread lets another in, while records are profiled: at once where the sampler is due.

Python's own 5 ms would be as long as two looks, and what runs for less than that before it waits would never be seen:
the loop lets others in where it asks for events, between two slices, and there only would the sampler look. But each
thread that waits for its turn waits with a timer, and one of less than 4 ms has to be set in the clock's hardware: on
virtual machines that costs 10 µs, at every call that SQLite answers in its thread.
"""

from __future__ import annotations

import sys
from math import inf

SHORT, SHARED = 20e-6, 0.0005
"""Seconds after which a running thread lets the sampler in, and where several compute at once."""
BRIEF = 0.0005
"""Seconds of a slice that is over too soon to be cut in: where all are, it is enough to be ready when one begins."""
_CALM = 4
"""Brief slices in a row that say: so they all are."""


class Calm:
    """Counts one record's brief slices, with no other between them."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = _CALM

    def slice(self, seconds: float) -> None:
        """Note a slice of its own task that is over."""
        if seconds > BRIEF:
            self.end()
        elif self._left:
            self._left -= 1
            if not self._left:
                TURNS.settle()

    def end(self) -> None:
        """Note that something ran for longer: the next slice is to be cut in."""
        self._left = _CALM
        if TURNS.soon != inf:
            TURNS.soon = 0.0

    def __bool__(self) -> bool:
        return not self._left


class Turns:
    """The interpreter's switch interval: ours from `begin` to `end`, unless somebody else sets it meanwhile."""

    def __init__(self) -> None:
        self.soon = inf
        """From when on a slice that begins calls `quick`; infinite while turns are quick anyway."""
        self.due = 0.0
        """When the sampler is to look."""
        self.all: tuple[Calm, ...] = ()
        """What is told of each record that is profiled."""
        self._before: float | None = None
        self._set = self._least = SHORT

    def begin(self) -> None:
        """Have quick turns from now on."""
        self._before = before = sys.getswitchinterval()
        self._to(min(self._least, before))

    def end(self) -> None:
        """Set what was set before."""
        before, self._before, self.soon = self._before, None, inf
        if before is not None and self._ours():
            sys.setswitchinterval(before)

    def forked(self) -> None:
        """Set in a forked process what was set before in its parent."""
        before, self._before, self.soon, self.all = self._before, None, inf, ()
        if before is not None:
            sys.setswitchinterval(before)

    def spare(self) -> None:
        """Have no shorter turns than threads get that compute at once: here no thread can wait for so short."""
        self._least = SHARED

    def quick(self, busy: int = 1) -> None:
        """Let the sampler in at once; where several threads compute less often, for each turn costs them."""
        self.soon = inf
        self._change(SHARED if busy > 1 else self._least)

    def settle(self) -> None:
        """Have turns as they were, until shortly before the sampler is due, where all records' slices are brief."""
        if all(self.all):
            self.soon = self.due - BRIEF
            self._change(self._before)

    def _change(self, wanted: float | None) -> None:
        before = self._before
        if before is None or wanted is None or wanted == self._set or not self._ours():
            return
        self._to(min(wanted, before))
        if self._before is None:  # it ended just now, in another thread
            sys.setswitchinterval(before)

    def _to(self, seconds: float) -> None:
        self._set = seconds
        sys.setswitchinterval(seconds)

    def _ours(self) -> bool:
        """Tell whether the switch interval is what we set: what somebody else set in the meantime stays."""
        return abs(sys.getswitchinterval() - self._set) < 1e-6


TURNS = Turns()
