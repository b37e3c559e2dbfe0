import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest

def test_runs():
    pass

@pytest.mark.skipif({condition}, reason="not today")
def test_may_run():
    pass
"""


@pytest.mark.parametrize(("skips", "status"), [(True, pytest.ExitCode.TESTS_FAILED), (False, pytest.ExitCode.OK)])
def test_a_session_that_skips_fails(pytester: pytest.Pytester, skips: bool, status: int) -> None:
    """Under --no-skips a session passes only if every test ran."""
    pytester.makepyfile(TESTS.format(condition=skips))
    result = pytester.runpytest_subprocess("--no-skips", "-p", "no:cacheprovider")
    assert result.ret == status
    result.assert_outcomes(passed=1 if skips else 2, skipped=int(skips))


def test_a_skipped_module_counts(pytester: pytest.Pytester) -> None:
    """A module that skips itself as a whole fails the session too, and the summary says why."""
    pytester.makepyfile("import pytest\npytest.skip('no library', allow_module_level=True)")
    pytester.makepyfile(test_other="def test_runs(): pass")
    result = pytester.runpytest_subprocess("--no-skips", "-p", "no:cacheprovider")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*--no-skips counts that as a failure*"])
