"""Garbage collections while a request ran, and what they cost it: a panel of Debug Toolbar for ASGI."""

import gc
from collections.abc import Generator, Iterable
from time import perf_counter
from typing import Any

from debug_toolbar_core import Application, Panel, Record, current
from debug_toolbar_core.blocks import Badge, Block, Timeline


class GarbagePanel(Panel):
    """Shows each garbage collection that ran inside a request."""

    name, title, kinds = "garbage", "Garbage", ("http", "websocket", "task")

    def lifespan(self, app: Application) -> Generator[None]:
        started = 0.0

        def heard(phase: str, info: dict[str, Any]) -> None:
            nonlocal started
            if phase == "start":
                started = perf_counter()
            elif record := current():
                end, took = record.now(), perf_counter() - started
                record.add(self.name, f"generation {info['generation']}", end - took, end, {"freed": info["collected"]})

        gc.callbacks.append(heard)
        yield
        gc.callbacks.remove(heard)

    def view(self, record: Record) -> Iterable[Block]:
        if spans := [span for span in record.spans if span.panel == self.name]:
            yield Badge(str(len(spans)), f"{sum(span.duration for span in spans) * 1000:.1f} ms")
            yield Timeline(self.name)
