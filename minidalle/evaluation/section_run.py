"""`minidalle evaluate --section ...`: every kind of the picture world, section by section, into one folder.

Left out: how it is counted (`sections.py`, `prompts.py`), tables (`section_tables.py`) and galleries
(`section_gallery.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from minidalle.checkpoints import LoadedModel
from minidalle.evaluation.asking import HELD_OUT, kinds_of, splits_of
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.prompts import matrices, picture_prompts
from minidalle.evaluation.section_gallery import draw_prompts, draw_section
from minidalle.evaluation.section_tables import document
from minidalle.evaluation.sections import Effort, Say, batches, draw_all, measure
from minidalle.pipeline_pictures import to_bytes
from minidalle.presets import suggest
from minidalle.world.kinds.kind import SECTIONS
from minidalle.world.reader import Reader

REASONING = "zero-shot visual reasoning"
FILE, TABLES = "sections.json", "SECTIONS.md"
SHOWN = 16


def sections_of(name: str) -> tuple[str, ...]:
    """The sections that a name stands for: "all", a section, or the beginning of one. Raises ValueError for none."""
    found = SECTIONS if name == "all" else tuple(section for section in SECTIONS if section.startswith(name))
    if not found:
        raise ValueError(f"there is no section {name!r}{suggest(name, ('all', *SECTIONS))}")
    return found


def run_sections(
    model: LoadedModel,
    reader: Reader,
    sections: tuple[str, ...],
    effort: Effort,
    out: Path,
    command: str,
    say: Say,
    tell: Callable[[str], Any] = print,
) -> dict[str, Any]:
    """Measure some sections and write sections.json, SECTIONS.md and a gallery for each. Returns what is in the JSON.

    Figures of other sections that are in the folder already stay there.
    """
    device = str(next(model.dalle.parameters()).device)
    out.mkdir(parents=True, exist_ok=True)
    results = _read(out / FILE) | {
        "model": model.preset.name,
        "command": command,
        "size": model.preset.image_size,
    }
    kinds = results.setdefault("kinds", {})
    some = batches(sections, reader, effort)
    tokens = draw_all(Drawer(model, say=tell), some, device, say)
    for number, (batch, drawn) in enumerate(zip(some, tokens, strict=True)):
        kinds.setdefault(batch.kind, {})[batch.split] = measure(model, reader, batch, drawn, device)
        say("reading", number + 1, len(some))
    for section in sections:
        mine = [
            (batch, drawn)
            for batch, drawn in zip(some, tokens, strict=True)
            if section == section_of(batch.kind)
        ]
        if mine:
            draw_section(model, mine, out / f"{section.replace(' ', '-')}.png")
    if REASONING in sections:
        results["prompts"], images = picture_prompts(model, reader, 2 * effort.count, effort.seed, device)
        draw_prompts(to_bytes(images[:SHOWN].cpu()), out / "picture-prompts.png")
        begun = results.setdefault("matrices", {})
        for kind in ("matrix", "matrix new rule", "matrix inverted"):
            for split in splits_of(kind):
                begun.setdefault(kind, {})[split], made = matrices(model, kind, split, effort.count, device)
                if split == HELD_OUT:
                    draw_prompts(made[:SHOWN], out / f"{kind.replace(' ', '-')}.png")
    (out / FILE).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8", newline="\n")
    (out / TABLES).write_text(document(results), encoding="utf-8", newline="\n")
    return results


def section_of(kind: str) -> str:
    """The section of a kind that is drawn from a caption alone."""
    return next(section for section in SECTIONS if kind in kinds_of(section))


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
