from collections.abc import Callable, Sequence
from contextlib import suppress

import jinja2
import mako.runtime
import mako.template
import minijinja
import pytest

from debug_toolbar_templates import TemplatesPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> TemplatesPanel:
        return TemplatesPanel(slow=0.0, repeated=1, values=True)

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-templates"

    @pytest.fixture
    def workload(self) -> Callable[[str], None]:
        def work(text: str) -> None:
            pages = {"page": "{% include text %}{{ text }}", text: "{{ text }}"}
            made = jinja2.Environment(loader=jinja2.DictLoader(pages))
            made.get_template("page").render({"text": text, text: text})
            with suppress(ValueError):
                jinja2.Template("{{ fail(text) }}").render(text=text, fail=_fail)

        return work

    @pytest.fixture
    def patched(self) -> Sequence[tuple[object, str]]:
        template = [(jinja2.Template, name) for name in (
            "from_code", "from_module_dict", "render", "render_async", "generate", "generate_async", "make_module",
            "make_module_async",
        )]  # fmt: skip
        others = [(mako.template.Template, name) for name in ("render", "render_unicode", "render_context")]
        last = [(minijinja.Environment, name) for name in ("render_template", "render_str", "eval_expr")]
        return [
            *template, *others, *last, (jinja2.Environment, "compile"), (jinja2.runtime.Macro, "__call__"),
            (mako.runtime, "_include_file"),
        ]  # fmt: skip


def _fail(text: str) -> None:
    raise ValueError(text)
