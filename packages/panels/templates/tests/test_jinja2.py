"""Jinja2: whatever way a template is rendered, what comes out is as without us, and each part is a span."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import jinja2
import jinja2.nativetypes
import jinja2.sandbox
import pytest

from debug_toolbar_core import Record, Span, span
from debug_toolbar_templates import TemplatesPanel
from debug_toolbar_testing import capture

PAGES = {
    "page.html": "{% extends 'base.html' %}{% import 'forms.html' as forms %}{% block main %}{{ super() }}"
    "{% for book in books %}{% include 'card.html' %}{% endfor %}{{ forms.field('q') }}{% endblock %}",
    "base.html": "<body>{% block main %}<h1>Shop</h1>{% endblock %}{% block foot %}bye{% endblock %}</body>",
    "card.html": "<li>{{ book }}</li>",
    "forms.html": "{% macro field(name) %}<input name={{ name }}>{{ own() }}{% endmacro %}"
    "{% macro own() %}.{% endmacro %}",
    "context.html": "{% from 'forms.html' import field with context %}{{ field(books[0]) }}",
    "optional.html": "{% include ['nowhere.html', 'card.html'] %}{% include 'gone.html' ignore missing %}",
    "alone.html": "{% for book in books %}{% include 'card.html' without context %}{% endfor %}",
    "loop.html": "{% for book in books %}{% include 'card.html' %}{% endfor %}",
    "scoped.html": "{% for book in books %}{% block item scoped %}[{{ book }}]{% endblock %}{% endfor %}"
    "{{ self.item() }}",
    "calls.html": "{% import 'forms.html' as forms %}{% macro box() %}({{ caller() }}){% endmacro %}"
    "{% call box() %}{% include 'card.html' %}{% endcall %}{% filter upper %}{% include 'card.html' %}{% endfilter %}",
    "empty.html": "",
}
GIVEN: dict[str, Any] = {"books": ["Dune", "Emma"], "book": "Ulysses"}


def environment(**options: Any) -> jinja2.Environment:
    """Return an environment with the pages."""
    return jinja2.Environment(loader=jinja2.DictLoader(PAGES), **options)


def outline(record: Record) -> list[str]:
    """Return the renders but for compiling, indented as they were nested."""

    def depth(found: Span) -> int:
        return 0 if found.parent is None else 1 + depth(found.parent)

    renders = [found for found in record.spans if found.attributes.get("template.kind") != "compile"]
    return [f"{'  ' * depth(found)}{found.attributes['template.kind']} {found.name}" for found in renders]


NESTED = [
    "page page.html",
    "  import forms.html",
    "  extends base.html",
    "    block page.html#main",
    "      block base.html#main",
    "      include card.html",
    "      include card.html",
    "      macro forms.html#field()",
    "    block base.html#foot",
]


def test_a_page_is_nested_as_it_was_rendered() -> None:
    """Extended template, blocks, `super()`, includes, an import and the macros of another template."""
    bare = environment().get_template("page.html").render(GIVEN)
    with capture(TemplatesPanel()) as seen:
        assert environment().get_template("page.html").render(GIVEN) == bare
    assert outline(seen.record) == NESTED
    assert all(found.end is not None for found in seen.record.spans)


async def test_an_asynchronous_page_is_nested_alike() -> None:
    """`render_async`, and `render` of an asynchronous environment outside of the loop."""
    bare = await environment(enable_async=True).get_template("page.html").render_async(GIVEN)
    with capture(TemplatesPanel()) as seen:
        assert await environment(enable_async=True).get_template("page.html").render_async(GIVEN) == bare
    assert outline(seen.record) == NESTED
    with capture(TemplatesPanel()) as seen:
        template = environment(enable_async=True).get_template("page.html")
        assert await asyncio.to_thread(template.render, GIVEN) == bare
    assert outline(seen.record) == NESTED


@pytest.mark.parametrize("name", list(PAGES))
@pytest.mark.parametrize("made", [{}, {"enable_async": True}, {"autoescape": True}, {"cache_size": 0}], ids=str)
def test_every_page_comes_out_as_without_us(name: str, made: dict[str, Any]) -> None:
    """The same text of every kind of template, rendered, in pieces, and as a stream that is buffered."""
    bare = environment(**made).get_template(name)
    expected, pieces = bare.render(GIVEN), list(bare.generate(GIVEN))
    with capture(TemplatesPanel()) as seen:
        template = environment(**made).get_template(name)
        assert template.render(GIVEN) == expected
        assert template.render(**GIVEN) == expected
        assert list(template.generate(GIVEN)) == pieces
        stream = template.stream(GIVEN)
        stream.enable_buffering(3)
        assert "".join(stream) == expected
        if not made.get("enable_async"):
            assert str(template.make_module(GIVEN)) == str(bare.make_module(GIVEN))
    assert not seen.record.failures


def test_pieces_are_handed_on_as_they_are_made() -> None:
    """A stream gives its first piece before the last is made, and what runs in between is not inside of it."""
    made: list[str] = []

    def books() -> Iterator[str]:
        for title in ("Dune", "Emma"):
            made.append(title)
            yield title

    with capture(TemplatesPanel()) as seen:
        pieces = environment().get_template("loop.html").generate(books=books())
        next(pieces)
        assert made == ["Dune"]
        with span("between"):
            pass
        assert "".join(pieces) == "Dune</li><li>Emma</li>"
    between = next(found for found in seen.record.spans if found.name == "between")
    assert between.parent is None
    assert [found.end is not None for found in seen.record.spans] == [True] * len(seen.record.spans)


async def test_asynchronous_pieces_are_handed_on_as_they_are_made() -> None:
    """The same of `generate_async`."""
    made: list[str] = []

    async def books() -> AsyncIterator[str]:
        for title in ("Dune", "Emma"):
            made.append(title)
            yield title

    with capture(TemplatesPanel()) as seen:
        template = environment(enable_async=True).get_template("loop.html")
        pieces: Any = template.generate_async(books=books())
        await anext(pieces)
        assert made == ["Dune"]
        assert "".join([piece async for piece in pieces]) == "Dune</li><li>Emma</li>"
    assert [line.strip() for line in outline(seen.record)] == [
        "stream loop.html", "include card.html", "include card.html",
    ]  # fmt: skip


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_stream_left_early_ends_its_spans(asynchronous: bool) -> None:
    """An abandoned stream is marked; its spans end."""
    with capture(TemplatesPanel()) as seen:
        template = environment(enable_async=asynchronous).get_template("loop.html")
        pieces: Any = template.generate_async(GIVEN) if asynchronous else template.generate(GIVEN)
        if asynchronous:
            await anext(pieces)
            await pieces.aclose()
        else:
            next(pieces)
            pieces.close()
    stream = next(found for found in seen.record.spans if found.attributes["template.kind"] == "stream")
    assert stream.attributes["template.abandoned"] is True
    assert "unfinished" not in stream.attributes
    assert "error.type" not in stream.attributes


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_stream_outlives_its_record(asynchronous: bool) -> None:
    """Read on after the request was over it gives all its pieces, and changes nothing of the record."""
    template = environment(enable_async=asynchronous).get_template("page.html")
    expected = "".join(
        [piece async for piece in template.generate_async(GIVEN)] if asynchronous else template.generate(GIVEN)
    )
    with capture(TemplatesPanel()) as seen:
        template = environment(enable_async=asynchronous).get_template("page.html")
        pieces: Any = template.generate_async(GIVEN) if asynchronous else template.generate(GIVEN)
        first = await anext(pieces) if asynchronous else next(pieces)
    count = len(seen.record.spans)
    rest = [piece async for piece in pieces] if asynchronous else list(pieces)
    assert first + "".join(rest) == expected
    assert len(seen.record.spans) == count


def test_a_failed_render_names_the_template_and_the_line(tmp_path: Path) -> None:
    """Each template on the way has its line; the innermost is the notice, with its source around it."""
    (tmp_path / "outer.html").write_text("one\n{% include 'inner.html' %}\n")
    (tmp_path / "inner.html").write_text("one\ntwo\n{{ 1 / 0 }}\n")
    with capture(TemplatesPanel()) as seen:
        made = jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path))
        with pytest.raises(ZeroDivisionError) as raised:
            made.get_template("outer.html").render()
    spans = [found for found in seen.record.spans if found.attributes["template.kind"] != "compile"]
    assert [(found.name, found.attributes["template.line"]) for found in spans] == [
        ("outer.html", 2),
        ("inner.html", 3),
    ]
    assert spans[1].attributes["template.source"] == "one\ntwo\n{{ 1 / 0 }}\n"
    (notice,) = seen.notices
    assert notice.text == "`inner.html` failed in line 3"
    assert notice.source is not None
    assert (notice.source.file, notice.source.line) == (str(tmp_path / "inner.html"), 3)
    shown = "".join(traceback.format_exception(raised.value))
    assert "{{ 1 / 0 }}" in shown
    assert "jinja_wraps" not in shown


async def _run(template: jinja2.Template, way: str) -> None:
    if way == "render_async":
        await template.render_async()
    elif way == "generate_async":
        assert [piece async for piece in template.generate_async()]
    elif way == "module":
        template.make_module()
    else:
        "".join(getattr(template, way)())


@pytest.mark.parametrize("way", ["render", "generate", "render_async", "generate_async", "module"])
async def test_what_fails_fails_alike_in_every_way(way: str) -> None:
    """The application sees the same error, and the render has it."""
    made = jinja2.Environment(loader=jinja2.DictLoader({"bad.html": "a{{ 1 / 0 }}"}), enable_async="async" in way)
    with capture(TemplatesPanel()) as seen:
        template = made.get_template("bad.html")
        with pytest.raises(ZeroDivisionError):
            await _run(template, way)
    assert seen.record.spans[-1].attributes["error.type"] == "ZeroDivisionError"


def test_a_template_that_does_not_compile_is_a_notice() -> None:
    """With the line that is wrong; and one that is not there is the error of who included it."""
    made = jinja2.Environment(
        loader=jinja2.DictLoader({"bad.html": "\n{% if %}", "of.html": "\n{% include 'no.html' %}"})
    )
    with capture(TemplatesPanel()) as seen:
        with pytest.raises(jinja2.TemplateSyntaxError):
            made.get_template("bad.html")
        with pytest.raises(jinja2.TemplateNotFound):
            made.get_template("of.html").render()
    assert [notice.text for notice in seen.notices] == [
        "`bad.html` could not be compiled in line 2", "`of.html` failed in line 2",
    ]  # fmt: skip


def test_the_first_use_of_a_template_is_told_apart() -> None:
    """Compiling is a span of its own, the second render has none."""
    made = environment()
    with capture(TemplatesPanel()) as first:
        made.get_template("card.html").render(GIVEN)
    with capture(TemplatesPanel()) as second:
        made.get_template("card.html").render(GIVEN)
    kinds = [[found.attributes["template.kind"] for found in seen.record.spans] for seen in (first, second)]
    assert kinds == [["compile", "page"], ["page"]]


def test_templates_that_were_there_before_us_are_recorded_too() -> None:
    """What an environment had loaded already, includes as well, and is given back as it was."""
    made = environment()
    page = made.get_template("page.html")
    bare = page.render(GIVEN)
    roots = {name: made.get_template(name).root_render_func for name in ("page.html", "base.html", "card.html")}
    with capture(TemplatesPanel()) as seen:
        assert page.render(GIVEN) == bare
        assert page.root_render_func is not roots["page.html"]
    assert [line.strip() for line in outline(seen.record)] == [line.strip() for line in NESTED if "import" not in line]
    assert {name: made.get_template(name).root_render_func for name in roots} == roots
    assert page.render(GIVEN) == bare


def test_a_render_under_way_goes_on_when_a_toolbar_starts_or_stops() -> None:
    """Blocks and `super()` find each other whether they were wrapped when the render began or not."""
    made = environment()
    expected = "".join(made.get_template("page.html").generate(GIVEN))
    before = made.get_template("page.html").generate(GIVEN)
    next(before)
    with capture(TemplatesPanel()):
        made.get_template("page.html").render(GIVEN)
        meanwhile = made.get_template("page.html").generate(GIVEN)
        first = next(meanwhile)
        assert "<body>" + "".join(before) == expected
    assert first + "".join(meanwhile) == expected


def test_environments_of_other_kinds() -> None:
    """Native values stay what they are; overlays, sandboxes, compiled modules and strings are recorded."""
    native = jinja2.nativetypes.NativeEnvironment(
        loader=jinja2.DictLoader({"n": "{{ value }}", "i": "{% include 'n' %}"})
    )
    sandbox = jinja2.sandbox.SandboxedEnvironment(loader=jinja2.DictLoader(PAGES))
    with capture(TemplatesPanel()) as seen:
        assert native.get_template("i").render(value=[1, 2]) == [1, 2]
        assert environment().overlay(trim_blocks=True).get_template("card.html").render(book=1) == "<li>1</li>"
        assert sandbox.get_template("card.html").render(book=2) == "<li>2</li>"
        assert jinja2.Template("{{ 1 }}").render() == "1"
    pages = [found for found in seen.record.spans if found.attributes["template.kind"] in ("page", "include")]
    assert [found.name for found in pages] == ["i", "n", "card.html", "card.html", "(from a string)"]


def test_templates_compiled_to_modules_are_recorded(tmp_path: Path) -> None:
    """What `compile_templates` wrote, and `ModuleLoader` reads."""
    environment().compile_templates(tmp_path, zip=None, filter_func=lambda name: name in ("alone.html", "card.html"))
    with capture(TemplatesPanel()) as seen:
        made = jinja2.Environment(loader=jinja2.ModuleLoader(tmp_path))
        assert made.get_template("alone.html").render(GIVEN) == "<li></li><li></li>"
    assert [line.strip() for line in outline(seen.record)] == ["page alone.html", "import card.html"]


def test_names_and_types_of_what_a_page_is_given_are_kept() -> None:
    """And short values where the option asks for them; secrets are redacted, and nothing of a value is run."""

    class Loud:
        def __repr__(self) -> str:
            raise AssertionError("run")

    given = {"books": ["Dune"], "loud": Loud(), "password": "hunter2"}
    for values in (False, True):
        with capture(TemplatesPanel(values=values)) as seen:
            environment().get_template("card.html").render(given, book=7)
        page = seen.record.spans[-1].attributes
        name = f"{Loud.__module__}.{Loud.__qualname__}"
        assert page["template.context"] == {"books": "list", "loud": name, "password": "[redacted]", "book": "int"}
        assert page.get("template.values") == (
            {"books": ["Dune"], "loud": f"<{name}>", "password": "[redacted]", "book": 7} if values else None
        )


def test_what_the_context_is_given_as_is_left_alone() -> None:
    """Pairs that can be read once are read by Jinja2 alone."""
    with capture(TemplatesPanel()) as seen:
        assert environment().get_template("card.html").render(iter([("book", "Dune")])) == "<li>Dune</li>"
    assert "template.context" not in seen.record.spans[-1].attributes


def test_work_inside_a_template_is_inside_its_span() -> None:
    """What a template's own calls record belongs to the render around them, in a stream as well."""

    def price() -> str:
        with span("look up the price"):
            return "7"

    made = jinja2.Environment(
        loader=jinja2.DictLoader({"a.html": "{{ price() }}{% include 'b.html' %}", "b.html": "{{ price() }}"})
    )
    for way in ("render", "generate"):
        with capture(TemplatesPanel()) as seen:
            assert "".join(getattr(made.get_template("a.html"), way)(price=price)) == "77"
        prices = [found for found in seen.record.spans if found.panel == "app"]
        assert [found.parent and found.parent.name for found in prices] == ["a.html", "b.html"]


def test_a_render_inside_a_span_of_a_template_s_own_call_is_recorded() -> None:
    """A macro's body run within somebody's span: the include in it is nested there."""

    def timed(caller: Any) -> Any:
        with span("timed"):
            return caller()

    made = jinja2.Environment(
        loader=jinja2.DictLoader({**PAGES, "t.html": "{% call timed() %}{% include 'card.html' %}{% endcall %}"})
    )
    with capture(TemplatesPanel()) as seen:
        assert made.get_template("t.html").render(timed=timed, book=1) == "<li>1</li>"
    card = seen.record.spans[-1]
    assert (card.name, card.parent and card.parent.name) == ("card.html", "timed")


def test_a_template_of_another_making_is_rendered_as_without_us() -> None:
    """Where a template is not as we know it, it is rendered all the same, and the panel says that it failed."""

    class Odd(jinja2.Template):
        @property
        def filename(self) -> str:  # type: ignore[override]  # that is what makes it odd
            raise LookupError("no file")

        @filename.setter
        def filename(self, value: object) -> None:
            """Forget it."""

    made = environment()
    made.template_class = Odd
    with capture(TemplatesPanel()) as seen:
        assert made.get_template("card.html").render(book=1) == "<li>1</li>"
    assert "LookupError" in seen.record.failures["templates"].message


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_render_outlives_its_record(asynchronous: bool) -> None:
    """A render in a forgotten task or thread goes on after the request was over, and adds nothing to it."""
    page = "{% block a %}{{ wait() }}{% include 'card.html' %}{% endblock %}{% include 'card.html' %}"
    made = jinja2.Environment(loader=jinja2.DictLoader({**PAGES, "t.html": page}), enable_async=asynchronous)
    over, held = asyncio.Event(), threading.Event()

    async def wait_there() -> str:
        await over.wait()
        return "-"

    def wait_here() -> str:
        held.wait(10)
        return "-"

    with capture(TemplatesPanel()) as seen:
        template = made.get_template("t.html")
        if asynchronous:
            work = asyncio.create_task(template.render_async(wait=wait_there, book=1))
        else:
            work = asyncio.create_task(asyncio.to_thread(template.render, wait=wait_here, book=1))
        await asyncio.sleep(0.05)
    count = len(seen.record.spans)
    over.set()
    held.set()
    assert await work == "-<li>1</li><li>1</li>"
    assert len(seen.record.spans) == count


async def test_a_failing_macro_import_and_block_are_errors_of_their_renders() -> None:
    """Whatever part raises, sync or async, has the error, and so has every part around it."""
    pages = {
        "macros.html": "{% macro bad() %}{{ 1 / 0 }}{% endmacro %}",
        "top.html": "{{ 1 / 0 }}{% macro fine() %}{% endmacro %}",
        "macro.html": "{% import 'macros.html' as m %}{% block b %}{{ m.bad() }}{% endblock %}",
        "import.html": "{% import 'top.html' as m %}",
    }
    for asynchronous in (False, True):
        made = jinja2.Environment(loader=jinja2.DictLoader(pages), enable_async=asynchronous)
        for name, parts in (("macro.html", {"page", "block", "macro"}), ("import.html", {"page", "import"})):
            with capture(TemplatesPanel()) as seen:
                template = made.get_template(name)
                with pytest.raises(ZeroDivisionError):
                    await template.render_async() if asynchronous else template.render()
            failed = {
                found.attributes["template.kind"] for found in seen.record.spans if "error.type" in found.attributes
            }
            assert failed == parts


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_stream_that_fails_has_the_error_in_every_part(asynchronous: bool) -> None:
    """The include that raised, and the stream it is in."""
    pages = {"outer.html": "a{% include 'inner.html' %}", "inner.html": "b{{ 1 / 0 }}"}
    made = jinja2.Environment(loader=jinja2.DictLoader(pages), enable_async=asynchronous)
    with capture(TemplatesPanel()) as seen:
        template = made.get_template("outer.html")
        with pytest.raises(ZeroDivisionError):
            await anext(_failing(template)) if asynchronous else list(template.generate())
    failed = [found.name for found in seen.record.spans if "error.type" in found.attributes]
    assert failed == ["outer.html", "inner.html"]


async def _failing(template: jinja2.Template) -> AsyncIterator[str]:
    yield "".join([piece async for piece in template.generate_async()])


def test_many_types_and_a_context_that_cannot_be_read() -> None:
    """More types than are remembered do no harm; a context that changes while it is read is a fault of ours alone."""
    kinds = [type(f"Kind{number}", (), {}) for number in range(1_100)]
    with capture(TemplatesPanel()) as seen:
        template = environment().get_template("card.html")
        for start in range(0, len(kinds), 50):
            template.render({f"v{number}": kind() for number, kind in enumerate(kinds[start : start + 50])})
        template.render({f"v{number}": 1 for number in range(100)})
    assert len(seen.record.spans[-1].attributes["template.context"]) == 60

    class Odd(dict[str, int]):
        def __getitem__(self, name: str) -> int:
            raise LookupError(name)

    with capture(TemplatesPanel()) as seen:
        assert template.render(Odd(book=1)) == "<li>1</li>"
    assert "LookupError" in seen.record.failures["templates"].message
