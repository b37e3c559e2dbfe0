import pytest

import tracked


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("docs/a.md", "see /{}/me/app".format("home"), "path of one machine"),
        ("packages/core/src/x/a.py", "from debug_" + "toolbar import x", "belongs to other tools"),
        ("packages/ui/frontend/src/a.ts", "node.inner" + "HTML = text", "markup made from a string"),
        ("packages/ui/frontend/package-lock.json", "https://registry." + "npmjs.org/lit", "registry's host"),
        ("packages/core/src/x/a.py", "\n" * 301, "more than one noun"),
    ],
)
def test_an_offending_line_is_found(name: str, text: str, message: str) -> None:
    """Each rule reports the file, and the line where there is one."""
    [problem] = tracked.text_problems(name, text)
    assert problem.startswith(f"{name}:")
    assert message in problem


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docs/a.md", "see https://example.org/home/ and packages/core/src/"),
        ("packages/core/src/x/a.py", "from debug_toolbar_core import Panel"),
        ("docs/a.md", "never use innerHTML"),
        ("packages/core/tests/test_long.py", "\n" * 400),
    ],
)
def test_harmless_lines_pass(name: str, text: str) -> None:
    """URLs, our own packages, and prose about the rules are no problem."""
    assert list(tracked.text_problems(name, text)) == []
