"""Measure minidalle beside its peers on a CPU, every row in a process of its own, and write a table of the ratios.

    python benchmarks/compare.py                    # makes build/peers if need be; half an hour at most
    python benchmarks/compare.py --rows encoding sampling-8
    python benchmarks/compare.py --resume           # go on with a run that was stopped: only rows without figures
    python benchmarks/compare.py --quick            # a rehearsal: small sizes, into build/speed, some minutes

The peers live in an environment of their own, since they want other versions than the course; both sides then run in
that one environment, on one torch. A rehearsal takes it too, where it is there. A peer that cannot be installed, or
that fails, is told of in its row. The result is in data/results/speed: `speed.json` and `README.md`, written after
every row. How anything is timed: `comparison/timing.py`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT)]  # a row's process finds minidalle in the peers' environment too

COUNTS = ("OMP", "MKL", "OPENBLAS", "NUMBA", "RAYON")
ONE = {f"{library}_NUM_THREADS": "1" for library in COUNTS}
ONE |= {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
LIMIT = 900  # seconds that one row may take


def installed(environment: Path) -> bool:
    """Whether the peers' environment was made to its end; one that was interrupted is made anew."""
    return python_of(environment).exists() and (environment / "failed.json").exists()


def install(environment: Path) -> dict[str, str]:
    """Make the peers' environment; returns what could not be installed, and why."""
    venv.create(environment, with_pip=True, clear=True)
    failed = {}
    for line in (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines():
        wanted = line.partition("#")[0].split()
        if wanted:
            print("installing", *wanted, flush=True)
            command = [str(python_of(environment)), "-m", "pip", "install", "-q", *wanted]
            ended = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
            if ended.returncode:
                said = [text for text in ended.stderr.splitlines() if "error" in text.lower()]
                failed[" ".join(wanted)] = (said or ["pip failed"])[0].strip()[:120]
    (environment / "failed.json").write_text(json.dumps(failed), encoding="utf-8")
    return failed


def python_of(environment: Path) -> Path:
    """The environment's Python."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def measured(name: str, quick: bool, python: str) -> dict[str, Any]:
    """One row, measured by a new process; where that fails the row says so."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "row.json"
        command = [python, str(HERE / "compare.py"), "--row", name, "--out", str(out)]
        if quick:
            command.append("--quick")
        code, heard = run_limited(command, LIMIT)
        if code is None:
            return failure(name, f"it took more than {LIMIT} seconds")
        if code or not out.exists():
            return failure(name, (heard.strip().splitlines() or ["it ended without a word"])[-1][:200])
        return json.loads(out.read_text(encoding="utf-8"))


def run_limited(command: list[str], limit: float) -> tuple[int | None, str]:
    """A command's exit status, None where it took too long, and what it wrote to stderr. What it started itself ends
    with it: a process left behind would disturb the next row."""
    alone = {"start_new_session": True} if os.name == "posix" else {}
    with tempfile.TemporaryFile() as heard:
        begun = subprocess.Popen(command, env=os.environ | ONE, stderr=heard, **alone)
        try:
            code = begun.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if begun.poll() is None:
                os.killpg(begun.pid, signal.SIGKILL) if alone else begun.kill()
                begun.wait()
        heard.seek(0)
        return code, heard.read().decode("utf-8", errors="replace")


def failure(name: str, why: str) -> dict[str, Any]:
    """A row that could not be measured."""
    return {"name": name, "title": name, "sides": [], "ratios": [], "missing": {}, "notes": [], "error": why}


def measure_here(name: str, quick: bool, out: Path) -> None:
    """What a row's own process does."""
    import torch
    from comparison.everything import ROWS

    torch.set_num_threads(1)
    start = time.perf_counter()
    row = ROWS[name](quick).plain()
    row["wall_seconds"] = round(time.perf_counter() - start, 1)
    out.write_text(json.dumps(row), encoding="utf-8")


def write(result: dict[str, Any], folder: Path) -> None:
    """The JSON and the table."""
    from comparison.report import markdown

    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    (folder / "speed.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(markdown(result), encoding="utf-8", newline="\n")


def earlier_rows(folder: Path, machine: dict[str, Any], quick: bool) -> dict[str, Any]:
    """The rows of an earlier run, by name; none where it was of another machine, torch or size, whose figures do not
    belong into one table with these."""
    try:
        earlier = json.loads((folder / "speed.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if (earlier.get("machine"), earlier.get("rehearsal")) != (machine, quick):
        print(f"{folder} has figures of another machine, torch or size: they are not kept")
        return {}
    return {row["name"]: row for row in earlier["rows"]}


def run(names: list[str], quick: bool, python: str, folder: Path, resume: bool = False) -> dict[str, Any]:
    """Measure the rows named and write them after each; rows of an earlier run that were not named are kept, and with
    `resume` those that have figures."""
    from comparison.everything import ROWS
    from comparison.report import machine

    here = machine()
    kept = earlier_rows(folder, here, quick) if resume or set(names) != set(ROWS) else {}
    if resume:
        names = [name for name in names if name not in kept or kept[name].get("error")]
    start, result = time.perf_counter(), {}
    for name in names:
        print(f"{name} …", end=" ", flush=True)
        kept[name] = measured(name, quick, python)
        print(kept[name].get("error") or f"{kept[name]['wall_seconds']} s", flush=True)
        rows = [kept[known] for known in ROWS if known in kept]
        minutes = sum(row.get("wall_seconds", 0) for row in rows) / 60
        result = {"machine": here, "rehearsal": quick, "minutes": round(minutes, 1), "rows": rows}
        write(result, folder)
    print(f"{time.perf_counter() - start:.0f} s; written to {folder}")
    return result


def main() -> None:
    """Read the command line, measure, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", nargs="+", help="only these (default: all)")
    parser.add_argument("--quick", action="store_true", help="small sizes: a rehearsal")
    parser.add_argument("--resume", action="store_true", help="keep the rows that have figures already")
    parser.add_argument("--peers", type=Path, default=ROOT / "build/peers", help="the peers' environment")
    parser.add_argument("--out", type=Path, help="default: data/results/speed; of a rehearsal, build/speed")
    parser.add_argument("--row", help=argparse.SUPPRESS)  # what a row's own process is told
    args = parser.parse_args()
    if args.row:
        return measure_here(args.row, args.quick, args.out)
    from comparison.everything import ROWS

    if unknown := set(args.rows or ()) - set(ROWS):
        parser.error(f"there is no row {', '.join(sorted(unknown))}; choose from {', '.join(ROWS)}")
    if not args.quick and not installed(args.peers):
        install(args.peers)
    python = str(python_of(args.peers)) if installed(args.peers) else sys.executable
    out = args.out or ROOT / ("build/speed" if args.quick else "data/results/speed")
    result = run(args.rows or list(ROWS), args.quick, python, out, args.resume)
    sys.exit(any("error" in row for row in result.get("rows", ())))


if __name__ == "__main__":
    main()
