"""Capture: one record while it is open, with the panels that measure it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextvars import Token
from time import perf_counter
from typing import Any

from debug_toolbar_core.border import Border
from debug_toolbar_core.context import Position, position
from debug_toolbar_core.panel import Panel
from debug_toolbar_core.record import Record

Running = tuple[Panel, Generator[None, None, Any]]


class Capture:
    """Opens and closes a record in this context; panels run outside it, so they never record themselves."""

    __slots__ = ("border", "failing", "record", "running", "token")

    def __init__(self, record: Record, panels: Sequence[Panel], border: Border, failing: Sequence[Panel] = ()) -> None:
        before = perf_counter()
        self.record = record
        self.border = border
        self.failing = failing
        self.running: tuple[Running, ...] = ()
        inside: Token[Position | None] | None = None
        if position.get() is not None:  # within another record, which is not to see these panels work
            inside = position.set(None)
        record.cost = self.begin(panels, before) - before
        if inside is not None:
            position.reset(inside)
        self.token: Token[Position | None] | None = position.set(Position(record.slot))

    def begin(self, panels: Sequence[Panel], at: float) -> float:
        """Run panels up to their yields, and return when that was; one that ends before it has nothing to say."""
        record, border = self.record, self.border
        for panel in self.able(panels) if border.off else panels:
            before = at
            try:
                generator = panel.collect(record)
                if generator is not None:
                    next(generator)
            except StopIteration:
                generator = None
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                border.fault(panel.name, "collect", record, error)
                at = perf_counter()
                continue
            at = perf_counter()
            if at - before > border.budget:
                border.slow(panel.name, "collect", record, at - before)
                _drop(generator)
            elif generator is not None:
                self.running = (*self.running, (panel, generator))
        return at

    def able(self, panels: Sequence[Panel]) -> Sequence[Panel]:
        """Return the panels that are not switched off."""
        return [panel for panel in panels if panel.name not in self.border.off]

    def leave(self) -> None:
        """Take the record out of this context; what other tasks of it still do is recorded until `close`."""
        token, self.token = self.token, None
        if token is None:
            return
        try:
            position.reset(token)
        except ValueError:  # left in another context than opened, as a test's fixture may
            here = position.get()
            if here is not None and here.slot is self.record.slot:
                position.set(None)

    def close(self, error: BaseException | None = None) -> Record:
        """End the record: each panel past its yield, innermost first, and its data taken as plain values."""
        record = self.record
        duration = record.now() if record.until is None else record.until
        if self.token is not None:
            self.leave()
        if error is not None:
            record.fail(error)
        try:
            if self.running or record.caught or record.closing:
                self.end_all()
        finally:
            record.close(duration)
        record.cost += perf_counter() - record.started - duration
        return record

    def end_all(self) -> None:
        """Run the panels from their yields to their ends; an outer record does not see them work."""
        running, self.running = self.running, ()
        record, outer = self.record, position.get()
        if outer is not None:
            position.set(None)
        try:
            at = perf_counter()
            for panel, generator in reversed(running):
                at = self.end(panel, generator, at)
            if record.caught:
                self.tell_failed(record)
            for name, close in record.closing:
                with self.border.guard(name, "collect", record):
                    close()
        finally:
            if outer is not None:
                position.set(outer)

    def tell_failed(self, record: Record) -> None:
        """Let the panels that concern themselves with exceptions take what they need of them."""
        for panel in self.failing:
            if record.kind in panel.kinds and panel.name not in self.border.off:
                with self.border.guard(panel.name, "failed", record):
                    told = panel.failed(record)
                    if told is not None:
                        record.data[panel.name] = record.take(told)

    def end(self, panel: Panel, generator: Generator[None, None, Any], before: float) -> float:
        """Run a panel from its yield to its end, and return when that was."""
        border, record = self.border, self.record
        try:
            next(generator)
        except StopIteration as stop:
            after = perf_counter()
            if after - before > border.budget:
                border.slow(panel.name, "collect", record, after - before)
                return after
            border.well(panel.name)
            if stop.value is not None:
                record.data[panel.name] = record.take(stop.value)
            return after
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            border.fault(panel.name, "collect", record, error)
        else:
            _drop(generator)
            border.fault(panel.name, "collect", record, RuntimeError("collect() yielded twice; it yields once"))
        return perf_counter()


def _drop(generator: Generator[None, None, Any] | None) -> None:
    """Close a generator that is given up; what its cleanup raises was its own business."""
    try:
        if generator is not None:
            generator.close()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
