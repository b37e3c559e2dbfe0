"""Measure: CPU time of a workload in each layer, interleaved in one process, as medians with their spread."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass
from statistics import median, quantiles
from time import process_time

from layers import layers
from workloads import App, Workload


@dataclass(frozen=True)
class Cost:
    """Microseconds of CPU a unit takes in one layer: the median of the rounds, and their quartiles."""

    layer: str
    median: float
    low: float
    high: float
    added: float
    added_low: float
    added_high: float


async def _round(workload: Workload, app: App) -> float:
    before = process_time()
    await workload.run(app, workload.count)
    return (process_time() - before) / workload.count * 1e6


async def _rounds(workload: Workload, rounds: int) -> dict[str, list[float]]:
    around = layers(workload.app, workload.more)
    taken: dict[str, list[float]] = {name: [] for name in around}
    for app in around.values():  # fills the store and every cache
        await workload.run(app, max(workload.count, 600))
    for _ in range(rounds):
        for name, app in around.items():
            taken[name].append(await _round(workload, app))
    return taken


def measure(workload: Workload, rounds: int) -> list[Cost]:
    """Return each layer's cost; what a layer adds is taken round by round, against the bare one beside it."""
    gc.collect()
    taken = asyncio.run(_rounds(workload, rounds))
    return [_cost(name, values, taken["bare"]) for name, values in taken.items()]


def _cost(name: str, values: list[float], bare: list[float]) -> Cost:
    added = [value - beside for value, beside in zip(values, bare, strict=True)]
    low, _, high = quantiles(values, n=4)
    added_low, _, added_high = quantiles(added, n=4)
    return Cost(name, median(values), low, high, median(added), added_low, added_high)
