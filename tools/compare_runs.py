"""Compare training runs at the same number of updates, as a Markdown table: the evaluation of each at or before it.

python tools/compare_runs.py --update 1200 NAME=LOG.jsonl NAME=LOG.jsonl ... [--fields psnr,foreground_psnr]
                             [--into data/README.md --mark grid]
"""

import argparse
import json
from pathlib import Path

from minidalle.evaluation.report import write_between

FIELDS = "psnr,foreground_psnr,foreground_perplexity,token_stability"


def looks(path: Path) -> list[dict]:
    """The evaluations in a log, each with the seconds that training had taken."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    seconds, found = 0.0, []
    for line in lines:
        seconds = line.get("elapsed", seconds)
        if line.get("evaluation"):
            found.append({**line, "seconds": seconds})
    return found


def table(runs: dict[str, Path], update: int, fields: list[str]) -> str:
    """One line a run. Raises ValueError for a log without an evaluation by then."""
    lines = [f"| run | updates | minutes | {' | '.join(fields)} |", "|---|---|---|" + "---|" * len(fields)]
    for name, path in runs.items():
        reached = [look for look in looks(path) if look["step"] <= update]
        if not reached:
            raise ValueError(f"{path} has no evaluation by update {update}")
        look = reached[-1]
        figures = " | ".join(f"{look[field]:.3g}" for field in fields)
        lines.append(f"| {name} | {look['step']} | {look['seconds'] / 60:.1f} | {figures} |")
    return "\n".join(lines)


def main() -> None:
    """Read the command line, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", metavar="NAME=LOG")
    parser.add_argument(
        "--update", type=int, default=10**9, help="the last update looked at (default: the end)"
    )
    parser.add_argument(
        "--into", type=Path, help="write the table into this file, between the marks of --mark"
    )
    parser.add_argument("--mark", help="the table's name in that file")
    parser.add_argument("--fields", default=FIELDS)
    args = parser.parse_args()
    runs = {name: Path(path) for name, path in (run.split("=", 1) for run in args.runs)}
    text = table(runs, args.update, args.fields.split(","))
    if args.into:
        write_between(args.into, args.mark, text)
    else:
        print(text)


if __name__ == "__main__":
    main()
