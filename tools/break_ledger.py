"""Break the code behind every line of the ledger, one line at a time, and see that its tests notice.

    python -m tools.break_ledger                 # all lines (about ten minutes on an idle core)
    python -m tools.break_ledger --only "KL"     # one

Works on a copy of the package, so that nothing here changes. For each line its tests are run twice in the copy: as they
are, where they have to pass, and with the mistake of `ledger_breaks.py`, where at least one of them has to fail. Exit
status 1 if a mistake goes unnoticed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from minidalle.ledger import Line, every_line
from tools.ledger_breaks import BREAKS

ROOT = Path(__file__).parents[1]
COPIED = ("minidalle", "tests", "tools", "pyproject.toml")


def passes(copy: Path, tests: tuple[str, ...]) -> bool:
    """Whether tests pass in a copy."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    environment = {**os.environ, "PYTHONPATH": os.fspath(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, check=False)
    return done.returncode == 0


def noticed(copy: Path, line: Line) -> str:
    """What becomes of a line's mistake: "noticed", or what is wrong with its tests."""
    file, right, wrong = BREAKS[line.name]
    source = (copy / file).read_text(encoding="utf-8")
    if not passes(copy, line.tests):
        return "fails as it is"
    (copy / file).write_text(source.replace(right, wrong), encoding="utf-8")
    try:
        return "goes unnoticed" if passes(copy, line.tests) else "noticed"
    finally:
        (copy / file).write_text(source, encoding="utf-8")


def main() -> None:
    """Read the command line, break and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="NAME", help="one line of the ledger")
    args = parser.parse_args()
    lines = [line for line in every_line() if line.tests and args.only in (None, line.name)]
    if not lines:
        sys.exit(f"the ledger has no line {args.only!r} with a test")
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in COPIED:
            source, target = ROOT / name, Path(folder) / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        (Path(folder) / "data").symlink_to(ROOT / "data")
        for line in lines:
            said = noticed(Path(folder), line)
            bad += said != "noticed"
            print(f"{line.name:32} {said}", flush=True)
    print("every line is held" if not bad else f"{bad} of {len(lines)} lines are not held")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
