"""What is derived from the packages: tables of panels and settings in the docs, the copies of the licence."""

from __future__ import annotations

from pathlib import Path

from settings import tables
from workspace import Package

BEGIN = "<!-- The table is written by `hatch run check --fix`. -->"
END = "<!-- End of the table. -->"


def texts(root: Path, everything: list[Package]) -> dict[Path, str]:
    """Return what each derived file should hold."""
    licence = (root / "LICENSE").read_text()
    result = {package.folder / "LICENSE": licence for package in everything}
    for name, table in {"panels.md": panels_table(everything), "configuration.md": tables(root)}.items():
        page = root / "docs" / name
        result[page] = with_table(page.read_text(), table)
    return result


def panels_table(everything: list[Package]) -> str:
    """Return the Markdown table of all panels: what each shows, and which are in `debug-toolbar-standard`."""
    rows = ["| Panel | Shows | In `standard` |", "| --- | --- | --- |"]
    for package in everything:
        if package.role == "panels":
            link = f"[{package.name}](../packages/panels/{package.name}/README.md)"
            shows = package.config["project"]["description"].removeprefix("Debug Toolbar panel: ")
            rows.append(f"| {link} | {shows} | {'yes' if package.standard else ''} |")
    return "\n".join(rows)


def with_table(page: str, table: str) -> str:
    """Return the page with the table between its two markers."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"The page needs the lines {BEGIN!r} and {END!r}, with the table between them.")
    return f"{head}{BEGIN}\n\n{table}\n\n{END}{tail}"
