"""Time `minidalle draw` from a cold start: a new process each time, imports and model loading included.

    python benchmarks/cold_draw.py [--runs 5] [-n 8]

Prints wall and processor seconds of each run, their median, and whether every run wrote the same file. The goal is at
most ten seconds for eight pictures on two processor cores. Linux and macOS.
"""

import argparse
import hashlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CAPTION = "a small red cube on top of a large green cube"


def draw(out: Path, n: int) -> tuple[float, float, str]:
    """One cold run: (wall seconds, processor seconds, SHA-256 of the file)."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "minidalle",
        "draw",
        CAPTION,
        "-n",
        str(n),
        "--seed",
        "0",
        "--out",
        str(out),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, used, hashlib.sha256(out.read_bytes()).hexdigest()


def main() -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("-n", type=int, default=8)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = [draw(Path(folder) / f"{number}.png", args.n) for number in range(args.runs)]
    for wall, used, digest in runs:
        print(f"{wall:6.2f} s wall  {used:6.2f} s processor  {digest[:16]}")
    median, same = statistics.median(run[0] for run in runs), len({run[2] for run in runs}) == 1
    print(f"median {median:.2f} s wall; same file: {same}")


if __name__ == "__main__":
    main()
