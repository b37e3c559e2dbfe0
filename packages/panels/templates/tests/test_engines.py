"""Mako and MiniJinja, and the ways in which frameworks render."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import minijinja
import pytest
from litestar import Litestar, get
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.plugins.mako import MakoTemplateEngine
from litestar.plugins.minijinja import MiniJinjaTemplateEngine
from litestar.response import Template as LitestarTemplate
from litestar.template import TemplateConfig
from mako.exceptions import SyntaxException
from mako.lookup import TemplateLookup
from mako.runtime import Context
from mako.template import Template
from starlette.requests import Request
from starlette.templating import Jinja2Templates

from debug_toolbar_templates import TemplatesPanel
from debug_toolbar_testing import capture
from debug_toolbar_tests.server import around, http, only, play


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of templates that all three engines can read."""
    (tmp_path / "page.mako").write_text('<%include file="card.mako"/>${title}')
    (tmp_path / "card.mako").write_text("[${title}]")
    (tmp_path / "bad.mako").write_text('one\n<%include file="worse.mako"/>')
    (tmp_path / "worse.mako").write_text("one\ntwo\n${1 / 0}\n")
    (tmp_path / "page.html").write_text("{% include 'card.html' %}{{ title }}")
    (tmp_path / "card.html").write_text("[{{ title }}]")
    (tmp_path / "bad.html").write_text("one\n\n{{ 1 / 0 }}")
    return tmp_path


def shown(record: Any) -> list[tuple[str, str, str | None]]:
    """Return the renders: engine, kind and name, but for compiling."""
    return [
        (span.attributes["template.engine"], span.attributes["template.kind"], span.name)
        for span in record.spans
        if span.panel == "templates" and span.attributes["template.kind"] != "compile"
    ]


def test_mako_with_its_includes(folder: Path) -> None:
    """A page and what it includes, by bytes and by text, with the names of what it is given."""
    lookup = TemplateLookup([str(folder)])
    with capture(TemplatesPanel()) as seen:
        assert lookup.get_template("page.mako").render(title="Dune") == "[Dune]Dune"
        assert lookup.get_template("page.mako").render_unicode(title="Dune") == "[Dune]Dune"
        assert Template("${1}").render() == "1"
    pair = [("mako", "page", "page.mako"), ("mako", "include", "card.mako")]
    assert shown(seen.record) == [*pair, *pair, ("mako", "page", "(from a string)")]
    assert seen.record.spans[0].attributes["template.context"] == {"title": "str"}
    assert seen.record.spans[1].parent is seen.record.spans[0]
    assert seen.record.spans[0].source is not None
    assert seen.record.spans[0].source.file == str(folder / "page.mako")


def test_mako_errors_have_the_template_s_line(folder: Path) -> None:
    """The line of the template that raised, with its source, and the error as it was."""
    with capture(TemplatesPanel()) as seen, pytest.raises(ZeroDivisionError):
        TemplateLookup([str(folder)]).get_template("bad.mako").render()
    failed = seen.record.spans[-1].attributes
    assert failed["template.line"] == 3
    assert "${1 / 0}" in failed["template.source"]
    assert [notice.text for notice in seen.notices] == ["`worse.mako` failed in line 3"]


def test_mako_s_other_ways(folder: Path) -> None:
    """Into a context of the application's own; and a page that includes what cannot be compiled, or is not there."""
    (folder / "broken.mako").write_text("one\n% if x:\n")
    (folder / "of.mako").write_text('<%include file="broken.mako"/>')
    lookup, written = TemplateLookup([str(folder)]), StringIO()
    with capture(TemplatesPanel()) as seen:
        lookup.get_template("page.mako").render_context(Context(written, title="Dune"))
        with pytest.raises(SyntaxException):
            lookup.get_template("of.mako").render()
    assert written.getvalue() == "[Dune]Dune"
    assert shown(seen.record)[:2] == [("mako", "include", "page.mako"), ("mako", "include", "card.mako")]
    assert seen.record.spans[-1].attributes["error.type"] == "SyntaxException"
    assert seen.record.spans[-1].attributes["template.line"] >= 2


def test_templates_that_are_not_as_we_know_them(folder: Path) -> None:
    """What has no name is rendered all the same, and the panel says that it failed; wrong calls raise what they do."""

    with capture(TemplatesPanel()) as seen:
        template = Template("${1}")
        template.uri = None
        assert template.render() == "1"
        with pytest.raises(TypeError):
            minijinja.Environment().render_template()  # type: ignore[call-arg]  # that is what is wrong
    assert "AttributeError" in seen.record.failures["templates"].message


def test_minijinja(folder: Path) -> None:
    """Templates, strings and expressions; an error has its line and its source."""
    made = minijinja.Environment(loader=minijinja.load_from_path([folder]))
    with capture(TemplatesPanel()) as seen:
        assert made.render_template("page.html", title="Dune") == "[Dune]Dune"
        assert made.render_str("{{ 1 }}", "one.txt") == "1"
        assert made.render_str("{{ 1 }}") == "1"
        assert made.eval_expr("1 + n", n=1) == 2
        with pytest.raises(minijinja.TemplateError):
            made.render_template("bad.html")
    assert shown(seen.record) == [
        ("minijinja", "page", "page.html"),
        ("minijinja", "string", "one.txt"),
        ("minijinja", "string", "(from a string)"),
        ("minijinja", "expression", "(from a string)"),
        ("minijinja", "page", "bad.html"),
    ]
    assert [notice.text for notice in seen.notices] == ["`bad.html` failed in line 3"]
    assert seen.record.spans[0].attributes["template.context"] == {"title": "str"}


def test_starlette_s_templates(folder: Path) -> None:
    """A TemplateResponse is rendered when it is made; its request is among what the page is given."""
    templates = Jinja2Templates(folder)
    with capture(TemplatesPanel()) as seen:
        response = templates.TemplateResponse(Request(dict(http("/"))), "page.html", {"title": "Dune"})
        assert response.body == b"[Dune]Dune"
    assert shown(seen.record) == [("jinja2", "page", "page.html"), ("jinja2", "include", "card.html")]
    page = next(span for span in seen.record.spans if span.attributes["template.kind"] == "page")
    assert page.attributes["template.context"] == {"title": "str", "request": "starlette.requests.Request"}


@pytest.mark.parametrize(
    ("engine", "page", "kinds"),
    [
        (JinjaTemplateEngine, "page.html", ["page", "include"]),
        (MakoTemplateEngine, "page.mako", ["page", "include"]),
        (MiniJinjaTemplateEngine, "page.html", ["page"]),
    ],
)
async def test_litestar_s_engines(folder: Path, engine: Any, page: str, kinds: list[str]) -> None:
    """Each of Litestar's three engines, in a real application."""

    @get("/", sync_to_thread=False)
    def show() -> LitestarTemplate:
        return LitestarTemplate(page, context={"title": "Dune"})

    app: Any = Litestar([show], template_config=TemplateConfig(directory=folder, engine=engine))
    debug = around(app, TemplatesPanel())
    assert (await play(debug, http("/"))).body == b"[Dune]Dune"
    assert [kind for _, kind, _ in shown(await only(debug))] == kinds
    debug.stop()


def test_outside_of_a_record_nothing_is_done(folder: Path) -> None:
    """Every engine renders as ever where nobody records."""
    with capture(TemplatesPanel()) as seen:
        pass
    assert seen.record.spans == []
    lookup = TemplateLookup([str(folder)])
    assert lookup.get_template("page.mako").render(title="a") == "[a]a"
