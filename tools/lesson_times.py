"""Run every lesson once, and write how long it took into the table of notebooks/README.md.

    python tools/lesson_times.py            all lessons; --only 06 11 measures these and keeps the other times

Each runs from top to bottom in a fresh kernel, as a learner's "run all" does, with nothing written back into it; its
time includes starting Python and importing PyTorch. Left out: nbval's comparing, which takes no time worth counting.
"""

import argparse
import os
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "notebooks" / "README.md"
BEGIN, END = "<!-- lessons: begin -->", "<!-- lessons: end -->"
LIMIT = 120
"""Seconds that a lesson may take on two cores."""


def seconds(path: Path) -> float:
    """How long a lesson takes. Raises nbclient's CellExecutionError at the first cell that fails."""
    start = time.perf_counter()
    client = NotebookClient(
        nbformat.read(path, as_version=4), timeout=600, resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    return time.perf_counter() - start


def about(path: Path) -> tuple[str, str]:
    """A lesson's title, and the minutes that it says it takes a reader."""
    first = nbformat.read(path, as_version=4).cells[0].source
    title = first.splitlines()[0].removeprefix("# ").strip()
    minutes = re.search(r"\*\*Time:\*\*\s+about\s+(\d+)\s+minutes", first)
    return title, minutes.group(1) if minutes else ""


def measured(readme: Path) -> dict[str, str]:
    """The times that stand in the table already, by file name."""
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    return dict(re.findall(r"\]\((\d\d_\w+\.ipynb)\).*\| (\d+) \|$", text, flags=re.MULTILINE))


def table(times: dict[str, str]) -> str:
    """The table in Markdown, a line for each lesson; without a time where none was measured."""
    lines = ["| | lesson | minutes to read and try | seconds to run |", "|---|---|---:|---:|"]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        title, minutes = about(path)
        lines.append(f"| {path.stem[:2]} | [{title}]({path.name}) | {minutes} | {times.get(path.name, '')} |")
    return "\n".join(lines)


def write(readme: Path, times: dict[str, str]) -> None:
    """Put the table between its marks."""
    text = readme.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    readme.write_text(f"{before}{BEGIN}\n{table(times)}\n{END}{after}", encoding="utf-8", newline="\n")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], help="numbers of lessons, such as 06")
    args = parser.parse_args(argv)
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    times, slow = measured(README), []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if args.only and path.stem[:2] not in args.only:
            continue
        took = seconds(path)
        times[path.name] = f"{took:.0f}"
        slow += [path.name] if took > LIMIT else []
        print(f"{path.name}: {took:.0f} s", flush=True)
        write(README, times)
    if slow:
        print(f"over {LIMIT} s: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
