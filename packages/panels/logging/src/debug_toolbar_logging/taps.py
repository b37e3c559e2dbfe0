"""Taps: where log lines are seen; once in a process, however many toolbars run in it."""

from __future__ import annotations

from threading import Lock

from debug_toolbar_logging.sinks import LoguruTap
from debug_toolbar_logging.standard import StandardTap
from debug_toolbar_logging.structured import StructlogTap


class Taps:
    """Open while at least one toolbar is; a second set would note every line twice."""

    def __init__(self) -> None:
        self.standard = StandardTap()
        self.all = (self.standard, StructlogTap(self.standard.routers), LoguruTap(self.standard.routers))
        self.others = self.standard.routers
        """The application's libraries that may drop their tap, with their folders: the standard library's stays."""
        self.users = 0
        self.lock = Lock()

    def open(self) -> None:
        """Open them for one more toolbar."""
        with self.lock:
            self.users += 1
            if self.users == 1:
                for tap in self.all:
                    tap.open()

    def refresh(self) -> None:
        """Put back what the application's configuration dropped."""
        if self.lock.acquire(blocking=False):  # somebody else is at it
            try:
                for tap in self.all:
                    tap.refresh()
            finally:
                self.lock.release()

    def close(self) -> None:
        """Close them when the last toolbar does."""
        with self.lock:
            self.users -= 1
            if self.users == 0:
                for tap in reversed(self.all):
                    tap.close()


TAPS = Taps()
