"""Taps: where log lines are seen; once in a process, however many toolbars run in it."""

from __future__ import annotations

from debug_toolbar_core.users import Users
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
        self.users = Users(self._open, self._close)

    def open(self) -> None:
        """Open them for one more toolbar."""
        self.users.enter()

    def refresh(self) -> None:
        """Put back what the application's configuration dropped."""
        if self.users.hold(wait=False):  # else somebody else is at it
            try:
                for tap in self.all:
                    tap.refresh()
            finally:
                self.users.let_go()

    def close(self) -> None:
        """Close them when the last toolbar does."""
        self.users.leave()

    def _open(self) -> None:
        for tap in self.all:
            tap.open()

    def _close(self) -> None:
        for tap in reversed(self.all):
            tap.close()


TAPS = Taps()
