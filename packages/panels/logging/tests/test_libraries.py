"""Lines of structlog and loguru."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Generator
from typing import Any

import pytest

from debug_toolbar_core import Application, Config, Limits, Record, Toolbar
from debug_toolbar_logging import LoggingPanel


def names(record: Record) -> list[tuple[str, str, str]]:
    """Return the level, logger and message of each line."""
    return [(span.attributes["level"], span.attributes["logger"], span.name) for span in record.spans]


@pytest.fixture
def structlog() -> Generator[Any]:
    """Return structlog, configured to print nowhere."""
    import structlog

    structlog.configure(processors=[structlog.processors.KeyValueRenderer()], logger_factory=_quiet)
    yield structlog
    structlog.reset_defaults()


def _quiet(*args: Any) -> Any:
    import structlog

    return structlog.PrintLogger(io.StringIO())


@pytest.fixture
def loguru() -> Generator[Any]:
    """Return loguru's logger with one sink, of level INFO."""
    from loguru import logger

    written: list[str] = []
    logger.remove()
    logger.add(written.append, level="INFO", format="{message}")
    yield logger
    logger.remove()


def test_structlog_events_are_lines(structlog: Any, toolbar: Toolbar) -> None:
    """An event shows with what was bound, before any processor rendered it."""
    log = structlog.get_logger().bind(order=7)
    structlog.contextvars.bind_contextvars(request="r1")
    with toolbar.capture("http") as record:
        log.warning("paid %s", "EUR", amount=12, _private=1)
        try:
            raise ValueError("no stock")
        except ValueError:
            log.exception("failed")
    structlog.contextvars.clear_contextvars()
    assert names(record) == [("WARNING", "structlog", "paid EUR"), ("ERROR", "structlog", "failed")]
    assert record.spans[0].attributes["extra"] == {"request": "r1", "order": 7, "amount": 12}
    assert record.spans[1].attributes["exception.stacktrace"].endswith("ValueError: no stock")
    assert record.spans[0].source is not None
    assert record.spans[0].source.file == __file__


def test_structlog_configured_anew_is_seen_again(structlog: Any, toolbar: Toolbar) -> None:
    """After a new configuration, of a tuple even, the next request has its lines again."""
    for processors in ([structlog.processors.JSONRenderer()], (structlog.processors.JSONRenderer(),)):
        structlog.configure(processors=processors)
        with toolbar.capture("http") as record:
            structlog.get_logger("x").info("seen", logger="named")
        assert names(record) == [("INFO", "named", "seen")]


def test_structlog_is_as_it_was_after_the_end(structlog: Any) -> None:
    """Disabled, the toolbar leaves the application's own list of processors."""
    processors = structlog.get_config()["processors"]
    before = list(processors)
    toolbar = Toolbar(Config(panels=[LoggingPanel()], strict=True))
    toolbar.start(Application())
    assert processors != before
    structlog.get_logger().info("outside a request")
    toolbar.stop()
    assert structlog.get_config()["processors"] is processors
    assert processors == before


def test_structlog_through_the_standard_library_is_one_line(structlog: Any, toolbar: Toolbar) -> None:
    """An event that structlog renders and hands to logging is one line, with the logger's name."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.processors.JSONRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    logging.getLogger("shop.cart").setLevel(logging.INFO)
    with toolbar.capture("http") as record:
        log = structlog.get_logger("shop.cart")
        log.debug("below the level")
        log.warning("paid", amount=12)
        logging.getLogger("shop.cart").warning("plain")
    logging.getLogger("shop.cart").setLevel(logging.NOTSET)
    assert names(record) == [("WARNING", "shop.cart", "paid"), ("WARNING", "shop.cart", "plain")]
    assert record.spans[0].attributes["extra"] == {"amount": 12}


def test_structlog_past_the_limit_counts_each_line_once(structlog: Any) -> None:
    """Past the limit an event that goes on to logging is counted once."""
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.stdlib.LoggerFactory()
    )
    toolbar = Toolbar(Config(panels=[LoggingPanel(level=logging.INFO)], strict=True, limits=Limits(panel_spans=0)))
    toolbar.start(Application())
    with toolbar.capture("http") as record:
        structlog.get_logger("x").warning("one")
        structlog.get_logger("x").debug("below")
    toolbar.stop()
    assert record.folded["logging", "WARNING"].count == 1
    assert record.dropped == {"spans": 1}


def test_structlog_without_our_processor_falls_back(structlog: Any, toolbar: Toolbar) -> None:
    """Reconfigured in the middle of a request, events still come through logging."""
    with toolbar.capture("http") as record:
        structlog.configure(
            processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.stdlib.LoggerFactory()
        )
        structlog.get_logger("shop.mid").warning("rendered")
    assert names(record) == [("WARNING", "shop.mid", '{"event": "rendered"}')]


def test_an_event_of_ours_that_fails_is_passed_on(structlog: Any, toolbar: Toolbar) -> None:
    """What we cannot note goes on as it came, and the panel says that it failed."""
    from debug_toolbar_logging.structured import tap

    with toolbar.capture("http") as record:
        event: dict[str, Any] = {"event": "x", "positional_args": 5, "exc_info": (1, 2, 3)}
        assert tap(None, "info", event) is event
        no_method: Any = ["info"]
        assert tap(None, no_method, event) is event
    assert [span.name for span in record.spans] == ["x (with <builtins.int>)"]
    assert record.failures["logging"].hook == "structlog"


def test_loguru_lines_with_extra_and_traceback(loguru: Any, toolbar: Toolbar) -> None:
    """A loguru line shows with what was bound, its place, and its exception."""
    with toolbar.capture("http") as record:
        loguru.bind(order=7).warning("paid {}", "EUR")
        try:
            raise ValueError("no stock")
        except ValueError:
            loguru.exception("failed")
    assert [name for _, _, name in names(record)] == ["paid EUR", "failed"]
    assert record.spans[0].attributes["extra"] == {"order": 7}
    assert "ValueError: no stock" in record.spans[1].attributes["exception.stacktrace"]
    assert record.spans[0].source is not None
    assert record.spans[0].source.file == __file__


def test_loguru_lines_below_its_own_sinks_are_not_made_for_us(loguru: Any, toolbar: Toolbar) -> None:
    """A lazy message that no sink of the application asks for is not computed."""

    def never() -> str:
        raise AssertionError("computed")

    with toolbar.capture("http") as record:
        loguru.opt(lazy=True).debug("{}", never)
    assert record.spans == []


def test_loguru_sinks_removed_and_added_are_followed(loguru: Any, toolbar: Toolbar) -> None:
    """After the application removed every sink and added its own, the next request has its lines again."""
    loguru.remove()
    with toolbar.capture("http") as without:
        loguru.warning("nobody listens")
    loguru.add(lambda _: None, level="DEBUG")
    with toolbar.capture("http") as record:
        loguru.debug("seen")
    assert without.spans == []
    assert [name for _, _, name in names(record)] == ["seen"]


def test_loguru_is_as_it_was_after_the_end(loguru: Any) -> None:
    """Disabled, the toolbar leaves no sink behind."""
    before = set(loguru._core.handlers)
    toolbar = Toolbar(Config(panels=[LoggingPanel()], strict=True))
    toolbar.start(Application())
    assert set(loguru._core.handlers) != before
    loguru.info("outside a request")
    toolbar.stop()
    assert set(loguru._core.handlers) == before


def test_loguru_and_logging_routed_to_each_other_are_one_line(
    loguru: Any, toolbar: Toolbar, log: logging.Logger
) -> None:
    """The two usual recipes, from logging to loguru and back, do not double a line."""

    class Intercept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            loguru.opt(depth=6, exception=record.exc_info).log(record.levelname, record.getMessage())

    class Propagate(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logging.getLogger("from.loguru").handle(record)

    log.addHandler(Intercept())
    with toolbar.capture("http") as record:
        log.warning("from logging")
    loguru.add(Propagate(), format="{message}", level="INFO")
    with toolbar.capture("http") as back:
        loguru.warning("from loguru")
    assert [name for _, _, name in names(record)] == ["from logging"]
    assert [name for _, _, name in names(back)] == ["from loguru"]


def test_loguru_past_the_limit_and_below_the_level(loguru: Any) -> None:
    """Limits and the panel's level hold for loguru as well."""
    toolbar = Toolbar(Config(panels=[LoggingPanel(level=logging.WARNING)], strict=True, limits=Limits(panel_spans=0)))
    toolbar.start(Application())
    with toolbar.capture("http") as record:
        loguru.info("below")
        loguru.warning("counted")
    toolbar.stop()
    assert record.spans == []
    assert record.folded["logging", "WARNING"].count == 1


def test_a_loguru_line_of_ours_that_fails_is_passed_on(toolbar: Toolbar) -> None:
    """What we cannot note of a line is our failure, and the filter still lets nothing through."""
    from debug_toolbar_logging.sinks import tap

    with toolbar.capture("http") as record:
        assert tap({}) is False
    assert record.failures["logging"].message == "KeyError: level"


def test_a_library_imported_later_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """structlog and loguru are not imported by us, and are tapped when the application does."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("structlog", "loguru")]:
        monkeypatch.delitem(sys.modules, name)
    toolbar = Toolbar(Config(panels=[LoggingPanel()], strict=True))
    toolbar.start(Application())
    assert "structlog" not in sys.modules
    assert "loguru" not in sys.modules
    import loguru
    import structlog

    with toolbar.capture("http") as record:
        structlog.get_logger().info("late")
        loguru.logger.info("later")
    toolbar.stop()
    loguru.logger.remove()
    assert [span.name for span in record.spans] == ["late", "later"]
