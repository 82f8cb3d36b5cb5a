"""RESULTS.md: everything that was measured of a model, in one document, written from the JSON files beside it.

First the blocks world, where it was measured (`report.py`), then the whole world, section by section
(`section_tables.py`). Left out: the measuring, and the pictures.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from minidalle.checkpoints import LoadedModel, tensor_bytes
from minidalle.evaluation import report, section_tables

BLOCKS_FILE, SECTIONS_FILE, DOCUMENT = "results.json", "sections.json", "RESULTS.md"


def fingerprint(model: LoadedModel) -> str:
    """SHA-256 of a model's sizes, tokenizer and weights, of all its parts: what its results belong to."""
    parts = {"dvae": model.dvae, "dalle": model.dalle, "clip": model.clip}
    sizes = {name: asdict(part.config) for name, part in parts.items() if part is not None}
    digest = hashlib.sha256(json.dumps([sizes, model.tokenizer.fingerprint()]).encode())
    for part in parts.values():
        digest.update(b"" if part is None else tensor_bytes(dict(sorted(part.state_dict().items()))))
    return digest.hexdigest()


def read_results(path: Path, weights: str, tell: Callable[[str], Any]) -> dict[str, Any]:
    """The results in a file of the model with this fingerprint; {} where there are none. tell: is told, in a sentence,
    of those of another model."""
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if found and found.get("weights") != weights:
        tell(f"{path} is of another model: its figures are left out")
        return {}
    return found


def write_results(folder: Path, weights: str, tell: Callable[[str], Any] = print) -> None:
    """Write RESULTS.md of the files in a folder that are of the model with this fingerprint."""
    blocks, sections = (read_results(folder / name, weights, tell) for name in (BLOCKS_FILE, SECTIONS_FILE))
    (folder / DOCUMENT).write_text(document(blocks, sections), encoding="utf-8", newline="\n")


def document(blocks: dict[str, Any], sections: dict[str, Any]) -> str:
    """The document of what was found in the blocks world, and in the whole; either may be empty."""
    name = (sections or blocks)["model"]
    parts = [f"# How good is `{name}`?\n"]
    if blocks and sections:
        parts.append(
            "[The blocks world](#the-blocks-world) in many captions, read by the judge; then "
            "[all kinds of the picture world](#the-whole-world-section-by-section) in fewer, read by the reader. "
            "They are two networks: of soft or broken pictures they need not tell the same.\n"
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
