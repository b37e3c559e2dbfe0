"""Saving: `python -m debug_toolbar_testing.saving URL COUNT NAME` is a process that saves records as fast as it can."""

from __future__ import annotations

import subprocess
import sys

from debug_toolbar_core import Config, Toolbar


def writer(url: str, count: int, name: str) -> subprocess.Popen[str]:
    """Start a process that saves records; `saved_by` says which."""
    command = [sys.executable, "-m", "debug_toolbar_testing.saving", url, str(count), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def saved_by(writers: list[subprocess.Popen[str]]) -> list[str]:
    """Return the ids of what processes saved, once all of them have ended well."""
    lines = [process.communicate(timeout=60)[0].split() for process in writers]
    assert [process.returncode for process in writers] == [0] * len(writers)
    assert all(each[-1] == "done" for each in lines)
    return [id for each in lines for id in each[:-1]]


def main(url: str, count: int, name: str) -> int:
    """Save so many records, print the id of each once it was given to the store, and end as a worker does.

    With a count of 0 it saves until it is killed.
    """
    toolbar = Toolbar(Config(panels=[], store=url))
    done = 0
    while not count or done < count:
        with toolbar.capture("task", name=name) as record:
            record.add("app", "work", 0.0, 0.1, {"number": done, "text": "x" * 500})
        print(record.id)
        done += 1
    toolbar.keeper.finish()
    print("done")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
