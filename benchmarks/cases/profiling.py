"""Requests with the sampling engine: some compute, long and short, one lets others run hundreds of times."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from cases.case import Asked, Call

PRICES = {"prices": list(range(300))}


def fib(number: int) -> int:
    """Call itself often: what other profilers slow down most."""
    return number if number < 2 else fib(number - 1) + fib(number - 2)


def below(callers: int, number: int) -> int:
    """Compute below so many callers, as a framework's handler does."""
    return fib(number) if callers == 0 else below(callers - 1, number)


def computing(times: int) -> Callable[[], AbstractAsyncContextManager[Call]]:
    """Compute for about a quarter of a millisecond so many times."""

    @asynccontextmanager
    async def request() -> AsyncIterator[Call]:
        async def call() -> None:
            for _ in range(times):
                below(25, 18)

        yield call

    return request


@asynccontextmanager
async def yielding() -> AsyncIterator[Call]:
    """Let others run three hundred times, every 40 µs: there each slice counts, and the sampler finds few of them."""

    async def call() -> None:
        for _ in range(300):
            json.loads(json.dumps(PRICES))
            fib(10)
            await asyncio.sleep(0)

    yield call


CASES = [
    Asked("profiled request that computes 40 ms", "profiling", computing(160), most=1.1, count=2),
    Asked("profiled request that computes 5 ms", "profiling", computing(20), most=1.1, count=8),
    Asked("profiled request with 300 slices of 40 µs", "profiling", yielding, most=1.1, count=4),
]
