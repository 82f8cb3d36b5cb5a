"""Data cards whose tables are written by a command, and checked by it.

Left out: what stands in a card (`world_card.py`, `emoji_card.py`).
"""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

from minidalle.evaluation.report import write_between


def write_or_check(card: Path, tables: dict[str, str], about: str) -> bool:
    """What such a command does with its command line: write the tables (by mark) into the card; True.

    With `--check` nothing is written; it returns False, or exits with the marks between which the card says something
    else. about: the command's help.
    """
    parser = ArgumentParser(description=about, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only tell whether the card says what is so")
    if parser.parse_args().check:
        if old := stale(card, tables):
            sys.exit(f"{card}: no longer true is what stands at {', '.join(old)}")
        return False
    for mark, table in tables.items():
        write_between(card, mark, table)
    return True


def stale(card: Path, tables: dict[str, str]) -> list[str]:
    """The marks between which the card says something else."""
    text = card.read_text(encoding="utf-8")
    return [
        mark for mark, table in tables.items() if f"<!-- {mark} -->\n{table}\n<!-- /{mark} -->" not in text
    ]
