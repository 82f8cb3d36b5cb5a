"""`minidalle evaluate --model reader`: measure the reader itself.

Left out: how (`reading.py`).
"""

from __future__ import annotations

import argparse
import json
import sys


def names_reader(name: str) -> bool:
    """Whether a name or folder is that of a reader, which is no model: then the reader itself is measured."""
    from minidalle.checkpoints import CheckpointError
    from minidalle.pipeline_find import find_model
    from minidalle.world.judging import is_reader

    try:
        return is_reader(find_model(name))
    except CheckpointError:
        return False  # what is wrong with it is told when it is loaded


def run_reader(args: argparse.Namespace) -> int:
    """How often the reader is right, and how often it notices a change: reading.json, and a table; the exit code."""
    from minidalle.checkpoints import CheckpointError
    from minidalle.evaluation.reading import measure_reader, reader_table, summary
    from minidalle.pipeline_find import find_model
    from minidalle.world.judging import load_reader

    try:
        reader = load_reader(find_model(args.model))
        args.out.mkdir(parents=True, exist_ok=True)
    except (CheckpointError, OSError) as error:
        sys.stderr.write(f"minidalle evaluate: {error}\n")
        return 1
    results = measure_reader(reader, args.n)
    path = args.out / "reading.json"
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8", newline="\n")
    sys.stdout.write(f"{summary(results)}\n\n{reader_table(results)}\n")
    return 0
