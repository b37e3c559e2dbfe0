"""Lines of the standard library's logging."""

from __future__ import annotations

import asyncio
import logging
import logging.config
import sys
from typing import Any

import pytest

from debug_toolbar_core import Application, Config, Limits, Record, Toolbar, current, suppressed
from debug_toolbar_core.encoding import Encoder
from debug_toolbar_logging import LoggingPanel


def lines(record: Record) -> list[tuple[str, str]]:
    """Return the level and message of each line."""
    return [(span.attributes["level"], span.name) for span in record.spans]


class Hostile:
    """Whatever is asked of it, it says that it was asked."""

    asked: list[str] = []  # noqa: RUF012 - shared, so that a copy would tell as well

    def __getattribute__(self, name: str) -> Any:
        Hostile.asked.append(name)
        return object.__getattribute__(self, name)

    def _tell(self, *args: object) -> Any:
        Hostile.asked.append("special method")
        raise RuntimeError("asked")

    __repr__ = __str__ = __format__ = __eq__ = __bool__ = __len__ = __iter__ = __hash__ = _tell


class Collecting(logging.Handler):
    """Formats what it handles, as an application's own handler does."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


async def test_a_line_tells_level_logger_message_extra_and_place(toolbar: Toolbar, log: logging.Logger) -> None:
    """A log line becomes a span of no length with what was said, by whom and where."""
    with toolbar.capture("http") as record:
        log.warning("paid %s of %d", "EUR", 12, extra={"order": {"id": 7}, "password": "hunter2"})
    loaded = await toolbar.load(record.id)
    (span,) = loaded.spans
    assert (span.panel, span.name, span.duration) == ("logging", "paid EUR of 12", 0.0)
    assert span.attributes["level"] == "WARNING"
    assert span.attributes["logger"] == "shop"
    assert span.attributes["extra"] == {"order": {"id": 7}, "password": "[redacted]"}
    assert span.source is not None
    assert span.source.file == __file__
    assert span.source.function == "test_a_line_tells_level_logger_message_extra_and_place"
    assert "asctime" not in span.attributes


async def test_overlapping_requests_keep_their_own_lines(toolbar: Toolbar, log: logging.Logger) -> None:
    """Each of two requests that overlap sees only its own lines, those of its threads too."""

    async def request(name: str) -> Record:
        with toolbar.capture("http") as record:
            for number in range(3):
                log.info("%s %d", name, number)
                await asyncio.sleep(0.001)
            await asyncio.to_thread(log.info, "%s thread", name)
            await asyncio.create_task(child(name))
        return record

    async def child(name: str) -> None:
        log.info("%s task", name)

    for name, record in zip("ab", await asyncio.gather(request("a"), request("b")), strict=True):
        names = [*(f"{name} {number}" for number in range(3)), f"{name} thread", f"{name} task"]
        assert [span.name for span in record.spans] == names


def test_dictconfig_in_the_middle_loses_no_line(toolbar: Toolbar) -> None:
    """A configuration that removes all handlers, as servers and frameworks apply, does not matter."""
    log = logging.getLogger("shop.configured")
    log.setLevel(logging.INFO)
    with toolbar.capture("http") as record:
        log.info("before")
        logging.config.dictConfig(
            {"version": 1, "disable_existing_loggers": False, "loggers": {"shop.configured": {"propagate": False}}}
        )
        log.warning("after")
    assert lines(record) == [("INFO", "before"), ("WARNING", "after")]


def test_nothing_of_the_users_objects_is_run(toolbar: Toolbar, log: logging.Logger) -> None:
    """Arguments, extras and messages that are objects are shown as their types, without asking them anything."""
    hostile = Hostile()
    Hostile.asked.clear()
    with toolbar.capture("http") as record:
        log.info("bought %s for %d", hostile, hostile)
        log.info("listed %s and %s", [hostile], "x")
        log.info(hostile, extra={"book": hostile})
        log.info("by name %(who)s", {"who": hostile})
    assert Hostile.asked == []
    kind = f"<{Hostile.__module__}.Hostile>"
    assert [span.name for span in record.spans] == [
        "bought %s for %d (with <builtins.str>, <builtins.str>)",
        f"listed ['{kind}'] and x",
        kind,
        f"by name {kind}",
    ]
    assert record.spans[2].attributes["extra"] == {"book": kind}


def test_the_applications_own_text_is_shown_when_it_made_one(toolbar: Toolbar, log: logging.Logger) -> None:
    """What the application's formatter made of a message is the message, objects and all."""

    class Book:
        def __str__(self) -> str:
            return "Emma"

    handler = Collecting()
    log.addHandler(handler)
    with toolbar.capture("http") as record:
        log.info("bought %s", Book())
    assert record.spans[0].name == "bought Emma"
    assert handler.texts == ["bought Emma"]


def test_a_filter_that_rewrites_a_message_is_followed(toolbar: Toolbar, log: logging.Logger) -> None:
    """What the application's filter took out of a line is not shown."""

    def censor(record: logging.LogRecord) -> bool:
        record.msg, record.args = "censored %s", ("x",)
        return True

    log.addFilter(censor)
    with toolbar.capture("http") as record:
        log.info("PIN %s", 1234)
    log.removeFilter(censor)
    assert record.spans[0].name == "censored x"


def test_a_secret_argument_is_redacted_in_its_message(toolbar: Toolbar, log: logging.Logger) -> None:
    """Arguments are kept only as part of the text that tells what they are."""
    with toolbar.capture("http") as record:
        log.info("password=%s", "hunter2-of-mine")
    assert "hunter2-of-mine" not in str(Encoder().encode(record))


@pytest.mark.parametrize(
    ("message", "arguments", "shown"),
    [
        ("%d books", ("many",), "%d books (with <builtins.str>)"),
        ("%999999999d", (1,), "%999999999d (with <builtins.int>)"),
        ("%(name)s", ({"other": 1},), "%(name)s (with <builtins.int>)"),
        ("100%", (), "100%"),
        (42, (), "42"),
        ("first\nsecond", (), "first…"),
    ],
)
def test_messages_that_do_not_fit_their_arguments(
    toolbar: Toolbar, log: logging.Logger, message: Any, arguments: tuple[Any, ...], shown: str
) -> None:
    """A message that cannot be merged is shown with its arguments' types; a long one by its first line."""
    with toolbar.capture("http") as record:
        log.info(message, *arguments)
    assert record.spans[0].name == shown


def test_the_lines_argument_is_let_go_with_the_next_line(toolbar: Toolbar, log: logging.Logger) -> None:
    """A request that logs large values does not keep them all alive until its end."""
    big = [object()] * 10
    with toolbar.capture("http"):
        log.info("big %s", big)
        held = sys.getrefcount(big)
        log.info("next")
        assert sys.getrefcount(big) < held


def test_a_logged_exception_shows_its_traceback(toolbar: Toolbar, log: logging.Logger) -> None:
    """An exception that is logged comes with the text that Python would print."""

    def fail(depth: int) -> None:
        if depth:
            fail(depth - 1)
        raise ValueError("no stock")

    with toolbar.capture("http") as record:
        for depth in (0, 40):
            try:
                fail(depth)
            except ValueError:
                log.exception("failed")
    attributes = record.spans[0].attributes
    assert attributes["exception.type"] == "ValueError"
    text = attributes["exception.stacktrace"]
    assert text.startswith("Traceback (most recent call last):\n")
    assert 'raise ValueError("no stock")' in text
    assert text.endswith("\nValueError: no stock")
    assert "… 12 more frames …" in record.spans[1].attributes["exception.stacktrace"]


def test_past_the_limit_lines_are_counted_and_errors_still_kept() -> None:
    """A loop that logs fills nine tenths of the room; the error after it is still there."""
    toolbar = Toolbar(Config(panels=[LoggingPanel()], strict=True, limits=Limits(panel_spans=20)))
    toolbar.start(Application())
    log = logging.getLogger("loop")
    log.setLevel(logging.DEBUG)
    with toolbar.capture("http") as record:
        for number in range(1_000):
            log.debug("round %d", number)
        log.error("the end")
    toolbar.stop()
    log.setLevel(logging.NOTSET)
    assert lines(record)[-1] == ("ERROR", "the end")
    assert len(record.spans) == 19
    assert record.dropped["spans"] == 982
    assert record.folded["logging", "DEBUG"].count == 982


def test_lines_are_counted_exactly_from_many_threads() -> None:
    """Past the limit no line is lost to a race."""

    async def main() -> Record:
        with toolbar.capture("http") as record:
            await asyncio.gather(*(asyncio.to_thread(many) for _ in range(4)))
        return record

    def many() -> None:
        for _ in range(2_000):
            log.warning("line")

    toolbar = Toolbar(Config(panels=[LoggingPanel()], strict=True, limits=Limits(panel_spans=0)))
    toolbar.start(Application())
    log = logging.getLogger("threads")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    record = asyncio.run(main())
    toolbar.stop()
    assert record.folded["logging", "WARNING"].count == 8_000


def test_the_original_factory_is_back_after_the_end(log: logging.Logger) -> None:
    """Two toolbars share one factory, and the last to stop puts the original object back."""
    before = logging.getLogRecordFactory()
    toolbars = [Toolbar(Config(panels=[LoggingPanel()], strict=True)) for _ in range(2)]
    for toolbar in toolbars:
        toolbar.start(Application())
    with toolbars[1].capture("http") as record:
        log.info("once")
    toolbars[0].stop()
    with toolbars[1].capture("http") as second:
        log.info("still")
    assert logging.getLogRecordFactory() is not before
    toolbars[1].stop()
    assert logging.getLogRecordFactory() is before
    assert lines(record) == [("INFO", "once")]
    assert lines(second) == [("INFO", "still")]


def test_a_factory_that_was_chained_to_ours_stays(log: logging.Logger) -> None:
    """What somebody put before our factory is not taken away, and ours then only passes through."""
    before = logging.getLogRecordFactory()
    toolbar = Toolbar(Config(panels=[LoggingPanel()], strict=True))
    toolbar.start(Application())
    ours = logging.getLogRecordFactory()

    def theirs(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = ours(*args, **kwargs)
        made.request_id = "r1"
        return made

    logging.setLogRecordFactory(theirs)
    try:
        with toolbar.capture("http") as record:
            log.info("seen")
        toolbar.stop()
        assert logging.getLogRecordFactory() is theirs
        with toolbar.capture("http") as after:
            log.info("not seen")
    finally:
        logging.setLogRecordFactory(before)
    assert record.spans[0].attributes["extra"] == {"request_id": "r1"}
    assert after.spans == []


def test_what_a_formatter_leaves_on_a_line_is_no_extra(toolbar: Toolbar, log: logging.Logger) -> None:
    """The text, the time and what a server's formatter adds stand there anyway; what the application gave is extra."""
    handler = Collecting()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    with toolbar.capture("http") as record:
        log.info("plain %s", "a")
        log.info("given %s", "b", extra={"order": 7, "color_message": "c"})
        log.info("failed", exc_info=ValueError("x"))
    assert [span.name for span in record.spans] == ["plain a", "given b", "failed"]
    assert [span.attributes.get("extra") for span in record.spans] == [None, {"order": 7}, None]


def test_a_great_width_is_never_written_out(toolbar: Toolbar, log: logging.Logger) -> None:
    """A message that asks for gigabytes is shown as it stands, however often it is logged."""
    with toolbar.capture("http") as record:
        for _ in range(2):
            log.info("%99999999999s", "x")
            log.info("%*d", 99_999_999_999, 1)
            log.info("%5s", "x")
    wide = ["%99999999999s (with <builtins.str>)", "%*d (with <builtins.int>, <builtins.int>)", "    x"]
    assert [span.name for span in record.spans] == wide * 2


def test_lines_of_one_place_have_one_source(toolbar: Toolbar, log: logging.Logger) -> None:
    """A place is made once; two functions in one line are two places, and a library's line is its caller's."""
    scope: dict[str, Any] = {"log": log}
    exec(compile("def work(): log.info('x')", "/x/site-packages/library.py", "exec"), scope)  # noqa: S102 - code of a library is what is made here
    exec(compile("def one(): [log.info('x'), (lambda: log.info('x'))()]", "/app/x.py", "exec"), scope)  # noqa: S102 - two functions in one line

    def other() -> None:
        scope["work"]()

    with toolbar.capture("http") as record:
        for _ in range(2):
            log.info("here")
        scope["one"]()
        scope["work"]()
        other()
    found = [span.source for span in record.spans]
    assert found[0] is found[1]
    assert [source.function for source in found[2:4] if source] == ["one", "<lambda>"]
    test = "test_lines_of_one_place_have_one_source"
    assert [source.function for source in found[4:] if source] == [test, f"{test}.<locals>.other"]


def test_odd_facts_of_a_line_are_kept_as_plain_values(toolbar: Toolbar, log: logging.Logger) -> None:
    """A level's or logger's name may be as long as it likes, and be no text at all."""
    log.name = "n" * 50_000
    logging.addLevelName(33, ("of", "two"))  # type: ignore[arg-type]  # on purpose
    try:
        with toolbar.capture("http") as record:
            log.info("m" * 5_000)
            log.log(33, "x")
    finally:
        logging.addLevelName(33, "Level 33")
    first, second = record.spans
    assert len(first.attributes["logger"]) < 17_000
    assert len(first.name) <= 200
    assert second.attributes["level"] == ["of", "two"]


def test_a_handler_that_raises_or_logs_does_not_recurse(
    toolbar: Toolbar, log: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler that fails, or that logs itself, adds its own lines once and stops nothing."""
    monkeypatch.setattr(logging, "raiseExceptions", False)

    class Loud(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logging.getLogger("inner").warning("from the handler")
            try:
                raise OSError("disk full")
            except OSError:
                self.handleError(record)

    log.addHandler(Loud())
    with toolbar.capture("http") as record:
        log.info("outer")
        log.info("again")
    assert [span.name for span in record.spans] == ["outer", "from the handler", "again", "from the handler"]


def test_what_must_not_be_recorded_is_not(toolbar: Toolbar, log: logging.Logger) -> None:
    """Our own lines, suppressed ones, records made for copies, and what runs after the end leave no span."""
    with toolbar.capture("http") as record:
        logging.getLogger("debug_toolbar").error("a panel failed")
        with suppressed():
            log.info("suppressed")
        logging.makeLogRecord({"msg": "from a socket"})
        with toolbar.open("app").border.guard("x", "y"):
            pass
    log.info("afterwards")
    assert current() is None
    assert record.spans == []


def test_a_nested_record_takes_its_own_lines(toolbar: Toolbar, log: logging.Logger) -> None:
    """A job captured inside a request has its own lines, and the request goes on with its own."""
    with toolbar.capture("http") as outer:
        log.info("one")
        with toolbar.capture("task") as inner:
            log.info("two")
        with toolbar.capture("app") as unmeasured:
            log.info("three")
        log.info("four")
    assert [span.name for span in outer.spans] == ["one", "four"]
    assert [span.name for span in inner.spans] == ["two"]
    assert unmeasured.spans == []


async def test_a_record_closed_in_another_context_is_complete(toolbar: Toolbar, log: logging.Logger) -> None:
    """A record opened in one task and closed in another, as fixtures do, keeps its lines."""
    opened: list[Any] = []

    async def begin() -> None:
        opened.append(toolbar.open("http"))
        log.info("begun")

    await asyncio.create_task(begin())
    record = opened[0].close()
    assert [span.name for span in record.spans] == ["begun"]


def test_a_level_can_be_set(log: logging.Logger) -> None:
    """Lines below the panel's level are not recorded."""
    toolbar = Toolbar(Config(panels=[LoggingPanel(level=logging.WARNING)], strict=True))
    toolbar.start(Application())
    with toolbar.capture("http") as record:
        log.info("quiet")
        log.warning("loud")
    toolbar.stop()
    assert lines(record) == [("WARNING", "loud")]


def test_a_line_of_a_library_points_to_the_users_call(toolbar: Toolbar) -> None:
    """What asyncio logs in our name is shown at the line that led to it."""
    asyncio_log = logging.getLogger("asyncio")
    asyncio_log.setLevel(logging.DEBUG)
    with toolbar.capture("http") as record:
        asyncio.new_event_loop().close()
    asyncio_log.setLevel(logging.NOTSET)
    source = record.spans[0].source
    assert source is not None
    assert source.file == __file__


def test_a_fault_of_ours_does_not_reach_the_log_call(toolbar: Toolbar, log: logging.Logger) -> None:
    """A record that lacks what every record has is logged all the same, and the panel says that it failed."""
    before = logging.getLogRecordFactory()

    class Bare(logging.LogRecord):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            del self.levelname

    toolbar.stop()
    logging.setLogRecordFactory(Bare)
    toolbar.start(Application())
    try:
        with toolbar.capture("http") as record:
            log.info("thin")
    finally:
        toolbar.stop()
        logging.setLogRecordFactory(before)
        toolbar.start(Application())
    assert record.failures["logging"].message == "KeyError: levelname"


def test_a_deep_stack_logs_as_it_would_without_us(log: logging.Logger) -> None:
    """At the recursion limit a log call ends as it would have ended anyway."""

    def dive(depth: int) -> int:
        try:
            log.info("depth %d", depth)
            return dive(depth + 1)
        except RecursionError:
            return depth

    toolbar = Toolbar(Config(panels=[LoggingPanel()]))
    toolbar.start(Application())
    with toolbar.capture("http") as record:
        assert dive(0) > 100
    toolbar.stop()
    assert len(record.spans) == 450
