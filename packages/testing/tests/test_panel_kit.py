from collections.abc import Mapping

import pytest

pytest_plugins = ["pytester"]

GOOD = """
import gc
import pytest
from debug_toolbar_core import Panel
from debug_toolbar_core.blocks import Badge
from debug_toolbar_testing import PanelConformance

class GarbagePanel(Panel):
    name, title = "garbage", "Garbage"

    def collect(self, record):
        before = gc.get_stats()[2]["collections"]
        yield
        return {"collections": gc.get_stats()[2]["collections"] - before}

    def view(self, record):
        if measured := record.data.get(self.name):
            yield Badge(str(measured["collections"]))

class TestConformance(PanelConformance):
    @pytest.fixture
    def panel(self):
        return GarbagePanel()
"""
HEAD = """
import logging, threading, time
import pytest
from dataclasses import dataclass
from debug_toolbar_core import Panel, action
from debug_toolbar_core.blocks import *
from debug_toolbar_testing import PanelConformance

class Patched:
    def method(self):
        return 1
"""
KIT = """
class TestConformance(PanelConformance):
    @pytest.fixture
    def panel(self):
        return BadPanel()
    @pytest.fixture
    def patched(self):
        return [(Patched, "method")]
    @pytest.fixture
    def distribution(self):
        return getattr(BadPanel, "by", None)
"""
BAD: Mapping[str, tuple[str, str]] = {
    "keeps its start time": (
        "test_overlapping_requests_leave_nothing_on_it",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def collect(self, record):
        self.started = time.perf_counter()
        yield
        return {"seconds": time.perf_counter() - self.started}
""",
    ),
    "keeps and forgets": (
        "test_overlapping_requests_leave_nothing_on_it",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    record = None
    def collect(self, record):
        self.record = record
        yield
        self.record = None
""",
    ),
    "keeps on its class": (
        "test_overlapping_requests_leave_nothing_on_it",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    seen = []
    def collect(self, record):
        self.seen.append(record.id)
        yield
""",
    ),
    "name with a slash": ("test_its_name_fits_a_url", 'class BadPanel(Panel):\n    name, title = "a/b", "Bad"\n'),
    "no title": ("test_it_says_what_it_is", 'class BadPanel(Panel):\n    name, title = "bad", ""\n'),
    "raises when there are many": (
        "test_many_requests_at_once_are_measured",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def collect(self, record):
        yield
        raise RuntimeError("no")
""",
    ),
    "writes to another panel's data": (
        "test_many_requests_at_once_are_measured",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def collect(self, record):
        yield
        record.data["other"] = {}
""",
    ),
    "shows the moment": (
        "test_looking_changes_nothing",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def view(self, record):
        yield Badge(str(time.perf_counter_ns()))
""",
    ),
    "writes while it looks": (
        "test_looking_changes_nothing",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def view(self, record):
        record.data["bad"] = {"looked": True}
        yield Badge("1")
""",
    ),
    "its own block": (
        "test_every_block_can_be_drawn",
        """
class Picture(Block):
    type = "picture"
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def view(self, record):
        yield Section("S", [Table([Column("a")], [Row((1,), details=[Picture()])])])
""",
    ),
    "an unknown level": (
        "test_every_block_can_be_drawn",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def view(self, record):
        yield Notice("fatal", "Oh.")
""",
    ),
    "a language of the request's": (
        "test_hostile_strings_stay_text",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def view(self, record):
        if record.request:
            yield Code("x", language=record.request.query[0][1])
""",
    ),
    "a button for nothing": (
        "test_every_block_can_be_drawn",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def view(self, record):
        yield Facts([Fact("a", 1, "count")])
        yield Button("explode", "Explode")
""",
    ),
    "needs its data": (
        "test_any_record_can_be_shown",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def collect(self, record):
        yield
        return {"n": 1}
    def view(self, record):
        yield Badge(str(record.data["bad"]["n"]))
""",
    ),
    "leaves its patch": (
        "test_its_lifespan_can_be_opened_twice",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def lifespan(self, app):
        Patched.method = lambda self: 2
        yield
""",
    ),
    "leaves a log handler": (
        "test_its_lifespan_can_be_opened_twice",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def lifespan(self, app):
        logging.root.addHandler(logging.NullHandler())
        yield
""",
    ),
    "slow": (
        "test_collecting_costs_next_to_nothing",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    def collect(self, record):
        time.sleep(0.001)
        yield
""",
    ),
    "not registered": (
        "test_its_entry_point_finds_it",
        'class BadPanel(Panel):\n    name, title, by = "bad", "Bad", "acme-bad"\n',
    ),
    "an action without words": (
        "test_its_actions_are_described",
        """
class BadPanel(Panel):
    name, title = "bad", "Bad"
    @action("Explain")
    async def explain(self, record):
        return ()
""",
    ),
}


def run(pytester: pytest.Pytester, source: str, test: str = "") -> pytest.RunResult:
    """Run an author's test file in this process, or those of its tests that have a name."""
    pytester.makepyfile(test_author=source)
    return pytester.runpytest_inprocess("-p", "no:asyncio", "-p", "no:cacheprovider", "-p", "no:faker", "-k", test)


def test_a_good_panel_passes(pytester: pytest.Pytester) -> None:
    """A panel of thirteen lines passes every test of the kit."""
    result = run(pytester, GOOD)
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}, result.stdout.str()
    assert outcomes["passed"] > 25


@pytest.mark.parametrize("what", BAD)
def test_a_bad_panel_fails_where_it_is_bad(pytester: pytest.Pytester, what: str) -> None:
    """Each mistake fails at the test that is about it."""
    test, source = BAD[what]
    result = run(pytester, HEAD + source + KIT, test)
    failed = [line for line in result.stdout.lines if line.startswith("FAILED")]
    assert any(test in line for line in failed), result.stdout.str()


def test_the_kit_names_what_a_request_changed(pytester: pytest.Pytester) -> None:
    """The failure names the attribute and says where it belongs."""
    result = run(pytester, HEAD + BAD["keeps its start time"][1] + KIT, "overlapping")
    result.stdout.fnmatch_lines(["*a request changed self.started: keep it in collect's local variables*"])


def test_a_panel_for_other_kinds_of_work_passes(pytester: pytest.Pytester) -> None:
    """Panels of the application, of websockets, of jobs, and costly ones on demand pass too."""
    source = GOOD.replace("Panel):\n    name,", 'Panel):\n    kinds = ("app", "websocket", "task")\n    name,', 1)
    slow = "on_demand = True\n    name,"
    result = run(pytester, source.replace("name,", slow, 1))
    assert set(result.parseoutcomes()) == {"passed"}, result.stdout.str()


def test_an_asynchronous_workload_runs(pytester: pytest.Pytester) -> None:
    """The fixture `workload` may return a coroutine, that runs inside each request with the text in it."""
    workload = """
    @pytest.fixture
    def workload(self):
        async def work(text):
            from debug_toolbar_core import note
            assert text
            note(text)
        return work
"""
    assert set(run(pytester, GOOD + workload).parseoutcomes()) == {"passed"}
