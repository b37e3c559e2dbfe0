"""Samples: what one profiled record was given, in the order of time and bounded: which stack, how long, what CPU."""

from __future__ import annotations

RUNNING, ELSEWHERE, WAITING = 0, 1, 2
"""The record's own task running; a task or thread that it started; its own task waiting."""
_MOST = 8_000


class Samples:
    """Seconds and CPU seconds by kind and node; the same stack twice in a row, in one slice, is one sample."""

    __slots__ = ("_last", "_most", "in_order", "taken")

    def __init__(self, most: int = _MOST) -> None:
        self.taken: list[list[float]] = []
        """Each: when, kind, node, seconds, CPU seconds."""
        self.in_order = True
        """Whether the order of time was kept; past the limit, samples are only summed up."""
        self._last = (-1, -1, -1)
        self._most = most

    def add(self, at: float, kind: int, node: int, seconds: float, cpu: float, piece: int) -> list[float]:
        """Add a sample taken in a piece of the work, i.e. in the slice of that number; return it as it is kept."""
        key = (kind, node, piece)
        if key == self._last:
            last = self.taken[-1]
            last[3] += seconds
            last[4] += cpu
            return last
        if len(self.taken) >= self._most:
            self.fold()
        self._last = key
        taken = [at, kind, node, seconds, cpu]
        self.taken.append(taken)
        return taken

    def fold(self) -> None:
        """Sum up what was taken, by stack; there may be as many again before it is done once more."""
        sums: dict[tuple[float, float], list[float]] = {}
        for sample in self.taken:
            known = sums.setdefault((sample[1], sample[2]), sample)
            if known is not sample:
                known[3] += sample[3]
                known[4] += sample[4]
        self.taken = list(sums.values())
        self.in_order = False
        self._last = (-1, -1, -1)
        self._most = max(self._most, 2 * len(self.taken))

    def seconds(self, kind: int) -> float:
        """Return the seconds given to a kind."""
        return sum(sample[3] for sample in self.taken if sample[1] == kind)

    def cpu(self, kind: int) -> float:
        """Return the CPU seconds given to a kind."""
        return sum(sample[4] for sample in self.taken if sample[1] == kind)
