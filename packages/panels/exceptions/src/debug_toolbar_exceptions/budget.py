"""Budget: how much may be told of a record's exceptions; what is past it is left out, and said."""

from __future__ import annotations

from time import perf_counter

FRAMES = 120
VALUES = 2_500


class Budget:
    """Seconds, frames and values left; asked between items, for one item cannot be interrupted."""

    __slots__ = ("frames", "stopped", "until", "values")

    def __init__(self, seconds: float) -> None:
        self.until = perf_counter() + seconds
        self.frames = FRAMES
        self.values = VALUES
        self.stopped: str | None = None

    def frame(self) -> bool:
        """Tell whether one more frame may be told, and count it."""
        self.frames -= 1
        return self.goes_on() and self.left(self.frames, "frames")

    def value(self) -> bool:
        """Tell whether one more local variable may be told."""
        return self.goes_on() and self.left(self.values, "values")

    def goes_on(self) -> bool:
        """Tell whether there is time left."""
        if perf_counter() < self.until:
            return True
        self.stopped = self.stopped or "time"
        return False

    def left(self, what: int, name: str) -> bool:
        """Tell whether there is anything left of one of the limits."""
        if what >= 0:
            return True
        self.stopped = self.stopped or name
        return False
