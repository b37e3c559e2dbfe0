"""What the shops share: covers, seed, and the command."""

from __future__ import annotations

import doctest
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

import httpx
import pytest

from bookshop import __main__ as command
from bookshop import covers, jobs, pages, prices, wholesaler
from bookshop.schema import BookOut
from bookshop.seed import reviews
from bookshop.shop import open_shop
from debug_toolbar_tests.serving import free_port

Answer = TypeVar("Answer")

DUNE = BookOut(1, "Dune", "Frank Herbert", 1965, "Science fiction", 1190, "")


def test_a_cover_is_drawn_from_its_title() -> None:
    """The same title has the same cover; a long one is set smaller, in at most three lines."""
    assert covers.cover("Dune") == covers.cover("Dune")
    long = covers.cover("If on a Winter's Night a Traveller")
    assert (long.size, len(long.lines)) == (10, 3)


def test_reviews_depend_on_the_title_only() -> None:
    """A book is reviewed alike each time the shop opens, by different readers."""
    first, second = ([(review.reader, review.text) for review in reviews("Emma")] for _ in range(2))
    assert first == second
    assert len({reader for reader, _ in first}) == len(first)


@pytest.mark.parametrize("module", [covers, pages, wholesaler])
def test_examples_in_docstrings_hold(module: object) -> None:
    """What the docstrings show is so."""
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]  # a module, parametrised as an object


def answered(ask: Callable[[], Answer]) -> Answer:
    """Return the answer of a server, as soon as it gives one; give up after 20 s."""
    until = time.monotonic() + 20
    while True:
        try:
            return ask()
        except (OSError, httpx.TransportError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@pytest.fixture
def redis() -> Iterator[str]:
    """A Redis server of one's own, and its URL."""
    port = free_port()
    server = subprocess.Popen(["redis-server", "--port", str(port), "--save", ""], stdout=subprocess.DEVNULL)
    answered(lambda: socket.create_connection(("127.0.0.1", port)).close())
    yield f"redis://127.0.0.1:{port}"
    server.terminate()
    server.wait()


async def test_prices_are_kept_in_memory() -> None:
    """Without a Redis the second asking is answered from this process, and `known` looks once for all of them."""
    async with open_shop() as shop:
        assert await prices.known(shop, [DUNE]) == {}
        first = await prices.quote(shop, DUNE)
        second = await prices.quote(shop, DUNE)
        assert await prices.known(shop, [DUNE]) == {DUNE.id: first.price}
    assert (first.source, second.source) == ("wholesaler", "cache")
    assert first.price == second.price


@pytest.mark.filterwarnings("default:Call to deprecated:DeprecationWarning")  # aiocache calls redis-py of old
async def test_prices_are_kept_in_redis(redis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a Redis the second asking for a price is answered from it."""
    monkeypatch.setenv("BOOKSHOP_REDIS", redis)
    async with open_shop() as shop:
        first = await prices.quote(shop, DUNE)
        second = await prices.quote(shop, DUNE)
    assert (first.source, second.source) == ("wholesaler", "cache")
    assert first.price == second.price


@pytest.mark.filterwarnings("default:Call to deprecated:DeprecationWarning")
async def test_a_price_that_is_not_told_is_a_job(redis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a Redis, what the wholesaler does not answer is asked again by somebody else; without, it is not."""
    silent = replace(DUNE, id=17)
    async with open_shop() as shop:
        assert shop.jobs is None
        assert (await prices.quote(shop, silent)).source == "list"
    monkeypatch.setenv("BOOKSHOP_REDIS", redis)
    async with open_shop() as shop:
        assert (await prices.quote(shop, silent)).source == "list"
        assert shop.jobs is not None
        (job,) = [job async for job in shop.jobs.iter_jobs()]
    assert (job.function, job.kwargs) == ("ask_again", {"book_id": 17, "title": DUNE.title})
    assert DUNE.title in await jobs.ask_again({}, book_id=17, title=DUNE.title)


@pytest.mark.parametrize("name", command.FRAMEWORKS)
def test_the_command_serves_a_shop(name: str) -> None:
    """`python -m bookshop NAME --port N` prints where it is, serves there, and stops when interrupted."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    arguments = [sys.executable, "-m", "bookshop", name, "--port", str(port)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout
            assert f"{address}/" in server.stdout.readline()
            assert f"{address}/_debug_toolbar/" in server.stdout.readline()
            assert f"<b>{name}</b>" in answered(lambda: httpx.get(address)).text.lower()
        finally:
            os.kill(server.pid, signal.SIGINT)
            server.wait(10)
