"""RESULTS.md: everything that was measured of a model, in one document, written from the JSON files beside it.

First the blocks world, where it was measured (`report.py`), then the whole world, section by section
(`section_tables.py`). Left out: the measuring, and the pictures.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from minidalle.evaluation import report, section_tables

BLOCKS, SECTIONS, DOCUMENT = "results.json", "sections.json", "RESULTS.md"


def write_results(folder: Path, weights: str) -> None:
    """Write RESULTS.md into a folder of what is there of a model of these weights; a file that does not say of which
    weights it is counts as theirs."""
    blocks, sections = (_of(folder / name, weights) for name in (BLOCKS, SECTIONS))
    (folder / DOCUMENT).write_text(document(blocks, sections), encoding="utf-8", newline="\n")


def document(blocks: dict[str, Any], sections: dict[str, Any]) -> str:
    """The document of what was found in the blocks world, and in the whole; either may be empty."""
    name = (sections or blocks)["model"]
    parts = [f"# How good is `{name}`?\n"]
    if blocks and sections:
        parts.append(
            "[The blocks world](#the-blocks-world) in many captions, then "
            "[all kinds of the picture world](#the-whole-world-section-by-section) in fewer.\n"
        )
    if blocks:
        parts.append(under("The blocks world", report.document(blocks), bool(sections)))
    if sections:
        parts.append(
            under("The whole world, section by section", section_tables.document(sections), bool(blocks))
        )
    return "\n".join(parts)


def under(title: str, text: str, is_part: bool) -> str:
    """A text below a heading of its own, its headings one level deeper, if it is one of several parts."""
    return f"## {title}\n\n{re.sub('^#', '##', text, flags=re.MULTILINE)}" if is_part else text


def _of(path: Path, weights: str) -> dict[str, Any]:
    """What a file tells, if it is of these weights."""
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found if found.get("weights", weights) == weights else {}
