"""What the panel shows."""

from __future__ import annotations

import logging

from debug_toolbar_core import Application, Config, Limits, Toolbar
from debug_toolbar_core.blocks import Badge, Notice, Table
from debug_toolbar_logging import LoggingPanel


async def test_a_quiet_request_shows_nothing(toolbar: Toolbar) -> None:
    """Without lines there is no badge, and the panel is greyed."""
    with toolbar.capture("http") as record:
        pass
    shown = toolbar.shown(await toolbar.load(record.id))[0]
    assert shown.blocks == []
    assert shown.badge is None


async def test_lines_are_a_table_that_opens(toolbar: Toolbar, log: logging.Logger) -> None:
    """Each line is a row with its severity; message, extra and traceback open beneath it."""
    with toolbar.capture("http") as record:
        log.info("first\nsecond", extra={"order": 7})
        try:
            raise ValueError("no stock")
        except ValueError:
            log.warning("careful", exc_info=True)
    (table,) = toolbar.blocks(await toolbar.load(record.id), "logging")
    assert isinstance(table, Table)
    first, second = table.rows
    assert first.cells[1:4] == ("INFO", "shop", "first…")
    assert [block.type for block in first.details] == ["code", "tree"]
    assert (second.level, second.span) == ("warning", 1)
    assert [block.type for block in second.details] == ["code"]


async def test_the_badge_names_the_worst_level(toolbar: Toolbar, log: logging.Logger) -> None:
    """The badge counts lines, and says how many are errors, or warnings."""
    badges = []
    for level in (logging.INFO, logging.WARNING, logging.CRITICAL):
        with toolbar.capture("http") as record:
            log.info("a line")
            log.log(level, "this")
        badges.append(toolbar.shown(await toolbar.load(record.id))[0].badge)
    assert badges == [Badge("2"), Badge("2", "1 warning", "warning"), Badge("2", "1 error", "error")]


async def test_errors_are_notices_by_place(toolbar: Toolbar, log: logging.Logger) -> None:
    """What one line of code logs many times is one notice; more than five places are summed up."""
    with toolbar.capture("http") as record:
        for number in range(3):
            log.error("payment %d failed", number)
        for name in "abcdefg":
            logging.getLogger(name).handle(log.makeRecord(name, 40, f"{name}.py", 1, f"lost {name}", (), None))
    notices = [notice for _, notice in toolbar.notices(await toolbar.load(record.id))]
    assert [notice.text for notice in notices] == [
        "payment 0 failed (3 times)", "lost a", "lost b", "lost c", "lost d", "3 more places logged errors",
    ]  # fmt: skip
    assert {notice.level for notice in notices} == {"error"}
    assert notices[0].source is not None


async def test_what_was_dropped_is_said(log: logging.Logger) -> None:
    """Past the limit the number of lines is shown by level, and the badge counts them."""
    toolbar = Toolbar(Config(panels=[LoggingPanel()], strict=True, limits=Limits(panel_spans=10)))
    toolbar.start(Application())
    with toolbar.capture("http") as record:
        for _ in range(1_500):
            log.info("again")
        log.warning("and")
    toolbar.stop()
    loaded = await toolbar.load(record.id)
    notice = next(block for block in toolbar.blocks(loaded, "logging") if isinstance(block, Notice))
    assert notice.text.startswith("1,492 lines past the limit: counted, not kept (1 WARNING, 1,491 INFO); 9 are below.")
    assert toolbar.shown(loaded)[0].badge == Badge("1501", "1 warning", "warning")
