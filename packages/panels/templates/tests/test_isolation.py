"""Concurrent requests: each record has its own renders and no other's."""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor

import jinja2
import pytest

from debug_toolbar_core import Application, Config, Record, Toolbar
from debug_toolbar_templates import TemplatesPanel

PAGES = {"page.html": "{% for n in names %}{% include 'card.html' %}{{ pause() }}{% endfor %}", "card.html": "{{ n }} "}
MANY = 100


@pytest.mark.parametrize("way", ["tasks", "groups", "threads", "executor", "streams"])
async def test_a_hundred_requests_never_mix(way: str) -> None:
    """Asynchronous renders that wait in between, in tasks and task groups, renders in threads, and streams in turns."""
    asynchronous = way in ("tasks", "groups")
    made = jinja2.Environment(loader=jinja2.DictLoader(PAGES), enable_async=asynchronous)
    template = made.get_template("page.html")
    toolbar = Toolbar(Config(panels=[TemplatesPanel()], strict=True))
    toolbar.start(Application())
    pool = ThreadPoolExecutor(8)

    async def pause() -> str:
        await asyncio.sleep(0)
        return ""

    async def render(names: list[int]) -> str:
        if asynchronous:
            return await template.render_async(names=names, pause=pause)
        if way == "threads":
            return await asyncio.to_thread(template.render, names=names, pause=str)
        if way == "executor":
            run = contextvars.copy_context().run
            return await asyncio.get_running_loop().run_in_executor(
                pool, lambda: run(template.render, names=names, pause=str)
            )
        pieces = []
        for piece in template.generate(names=names, pause=str):
            pieces.append(piece)
            await asyncio.sleep(0)
        return "".join(pieces)

    async def request(number: int) -> Record:
        names = [number] * (1 + number % 3)
        with toolbar.capture("http") as record:
            if way == "groups":
                async with asyncio.TaskGroup() as group:
                    text = await group.create_task(render(names))
            else:
                text = await asyncio.create_task(render(names))
            assert text == f"{number} " * len(names)
        return record

    records = await asyncio.gather(*(request(number) for number in range(MANY)))
    pool.shutdown()
    toolbar.stop()
    for number, record in enumerate(records):
        spans = [span for span in record.spans if span.attributes["template.kind"] != "compile"]
        page, *cards = spans
        assert [card.name for card in cards] == ["card.html"] * (1 + number % 3)
        assert all(card.parent is page for card in cards)
        assert not record.failures
