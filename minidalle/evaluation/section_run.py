"""`minidalle evaluate --section ...`: every kind of the picture world, section by section, into one folder.

Left out: how it is counted (`sections.py`, `prompts.py`, `completion.py`, `quality.py`), tables (`section_tables.py`)
and galleries (`section_gallery.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from minidalle.checkpoints import LoadedModel
from minidalle.evaluation.asking import HELD_OUT, SEEN, TooLongError, kinds_of, splits_of
from minidalle.evaluation.completion import HALVES, completions
from minidalle.evaluation.curves import draw_curves
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.emoji_prompts import EMOJI, emoji_prompts
from minidalle.evaluation.memorisation import memorisation
from minidalle.evaluation.prompts import NAMED, UNNAMED, matrices, picture_prompts
from minidalle.evaluation.quality import quality
from minidalle.evaluation.rephrasing import rephrasing
from minidalle.evaluation.results_file import SECTIONS_FILE, fingerprint, read_results, write_results
from minidalle.evaluation.section_gallery import draw_captioned, draw_neighbours, draw_section
from minidalle.evaluation.sections import READ_AT_ONCE, Batch, Effort, Say, batches, draw_all, fits, measure
from minidalle.pipeline_pictures import to_bytes
from minidalle.presets import suggest
from minidalle.world.kinds.kind import SECTIONS
from minidalle.world.matrix_reading import MATRICES
from minidalle.world.reader import Reader

REASONING = "zero-shot visual reasoning"
SHOWN = 16
EACH = 16
"""Pictures of a kind and split that are looked for among the training pictures."""


def sections_of(name: str) -> tuple[str, ...]:
    """The sections that a name stands for: "all", a section, or the beginning of one. Raises ValueError for none."""
    found = SECTIONS if name == "all" else tuple(section for section in SECTIONS if section.startswith(name))
    if not found:
        raise ValueError(f"there is no section {name!r}{suggest(name, ('all', *SECTIONS))}")
    return found


def kinds_named(names: Sequence[str]) -> tuple[str, ...]:
    """The kinds that some names stand for, each once. Raises ValueError for one that is no kind to be drawn from a
    caption alone."""
    every = [kind for section in SECTIONS for kind in kinds_of(section)]
    for name in names:
        if name not in every:
            raise ValueError(f"no kind drawn from a caption alone is called {name!r}{suggest(name, every)}")
    return tuple(dict.fromkeys(names))


def some_batches(
    model: LoadedModel, reader: Reader, sections: tuple[str, ...], effort: Effort, only: tuple[str, ...]
) -> tuple[list[Batch], list[str]]:
    """What is asked, and the kinds whose captions are too long for the model. Raises ValueError where nothing is left,
    or a kind of `only` is not there."""
    within = [kind for section in sections for kind in kinds_of(section) if kind in reader.kinds]
    if missing := [kind for kind in only if kind not in within]:
        raise ValueError(f"{', '.join(missing)}: not among the kinds of {', '.join(sections)}")
    found, too_long = batches(sections, reader, effort, fits(model), only)
    if not found or (only and too_long):
        which = ", ".join(too_long if only else sections)
        raise ValueError(
            f"captions of {which} are longer than the {model.preset.text_length} tokens that {model.preset.name} reads"
        )
    return found, too_long


def run_sections(
    model: LoadedModel,
    reader: Reader,
    sections: tuple[str, ...],
    effort: Effort,
    out: Path,
    command: str,
    say: Say,
    tell: Callable[[str], Any] = print,
    only: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Measure some sections and write sections.json, RESULTS.md and a gallery for each. Returns what is in the JSON.

    only: nothing but these kinds of theirs, each drawn from a caption alone; no galleries, and nothing of the model as
    a whole. Figures of other sections that are in the folder already stay there if they are of the same model.
    Raises ValueError where the model cannot read the captions, a kind is in none of the sections, or the folder holds
    results of whole sections where kinds are asked for, or of other kinds; PictureError where there is no room for the
    training pictures that copies are looked for among.
    """
    drawer, device = Drawer(model, say=tell), str(next(model.dalle.parameters()).device)
    some, too_long = some_batches(model, reader, sections, effort, only)
    results = _begin(model, out, command, tell, only)
    kinds = results["kinds"]
    tokens = draw_all(drawer, some, say)
    drawn = list(zip(some, tokens, strict=True))
    for number, (batch, ids) in enumerate(drawn):
        kinds.setdefault(batch.kind, {})[batch.split] = measure(model, reader, batch, ids, device)
        say("reading", number + 1, len(some))
    if only:
        _write(results, out, tell)
        return results
    for section in sections:
        if mine := [pair for pair in drawn if section_of(pair[0].kind) == section]:
            draw_section(model, mine, out / f"{section.replace(' ', '-')}.png")
    if REASONING in sections:
        too_long += _prompts(drawer, reader, effort, results, out, say)
        too_long += _matrices(drawer, effort, results, out, say)
        _completions(drawer, reader, effort, results, out, say)
    told = rephrasing(drawer, reader, sections, effort, say)
    results.setdefault("rephrased", {}).update({kind: each for kind, each in told.items() if kind in kinds})
    left = [kind for kind in results.get("left out", []) if kind not in too_long] + too_long
    results["left out"] = [kind for kind in left if kind not in kinds]
    _write(results, out, tell)
    if sections == SECTIONS:  # copies take longest: what is counted by now is kept
        results["quality"] = quality(model, reader, drawn, 8 * effort.count)
        _write(results, out, tell)
        _memorised(model, drawn, results, out, say)
        _write(results, out, tell)
    return results


def _begin(
    model: LoadedModel, out: Path, command: str, tell: Callable[[str], Any], only: tuple[str, ...]
) -> dict[str, Any]:
    """The results to go on from: those of this model that are in the folder. Raises ValueError where they are of other
    kinds than `only`."""
    out.mkdir(parents=True, exist_ok=True)
    weights = fingerprint(model)
    before = read_results(out / SECTIONS_FILE, weights, tell)
    if before and before.get("only", []) != list(only):
        raise ValueError(
            f"{out} holds results of other kinds, or of whole sections: give --out another folder"
        )
    about = {
        "model": model.preset.name,
        "weights": weights,
        "command": command,
        "size": model.preset.image_size,
        "mix": model.preset.training["dalle"].mix,
        "only": list(only),
    }
    return {"kinds": {}} | before | about


def _write(results: dict[str, Any], out: Path, tell: Callable[[str], Any]) -> None:
    """The curves, sections.json and RESULTS.md of what was measured so far."""
    results["figures"] = draw_curves(results, out)
    (out / SECTIONS_FILE).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8", newline="\n")
    write_results(out, results["weights"], tell)


def _prompts(
    drawer: Drawer, reader: Reader, effort: Effort, results: dict[str, Any], out: Path, say: Say
) -> list[str]:
    """Adds picture prompts to the results, the thing named and not, and of emoji; returns those that are too long for
    the model."""
    count, too_long = 2 * effort.count, []
    for name in (NAMED, UNNAMED, EMOJI):
        try:
            if name == EMOJI:
                found, captions, images = emoji_prompts(drawer, count, effort.seed, say)
            else:
                found, asked, images = picture_prompts(drawer, reader, name, count, effort.seed, say)
                captions = [one.caption for one in asked]
        except TooLongError:
            too_long.append(name)
            continue
        results.setdefault("prompts", {})[name] = found
        draw_captioned(captions[:SHOWN], to_bytes(images[:SHOWN]), out / f"{name.replace(' ', '-')}.png")
    return too_long


def _matrices(drawer: Drawer, effort: Effort, results: dict[str, Any], out: Path, say: Say) -> list[str]:
    """Adds matrices to the results; returns the kinds that are too long for the model."""
    too_long = []
    for kind in MATRICES:
        try:
            made = {split: matrices(drawer, kind, split, effort.count, say) for split in splits_of(kind)}
        except TooLongError:
            too_long.append(kind)
            continue
        results.setdefault("matrices", {})[kind] = {split: found for split, (found, _, _) in made.items()}
        _, asked, pictures = made[HELD_OUT]
        captions = [one.caption for one in asked[:SHOWN]]
        draw_captioned(captions, pictures[:SHOWN], out / f"{kind.replace(' ', '-')}.png")
    return too_long


def _completions(
    drawer: Drawer, reader: Reader, effort: Effort, results: dict[str, Any], out: Path, say: Say
) -> None:
    """Adds completed pictures to the results, as far as the model can read their captions."""
    for name in HALVES:
        try:
            found, asked, pictures = completions(drawer, reader, name, effort.count, say)
        except TooLongError:
            continue
        results.setdefault("completions", {})[name] = found
        captions = [one.caption for one in asked[:SHOWN]]
        draw_captioned(captions, pictures[:SHOWN], out / f"{name.replace(' ', '-')}.png")


def _memorised(
    model: LoadedModel,
    drawn: list[tuple[Batch, Tensor]],
    results: dict[str, Any],
    out: Path,
    say: Say,
    most: int | None = None,
) -> None:
    """Adds copies of training pictures to the results: of the first pictures of every kind, seen captions first."""
    own = sorted(drawn, key=lambda pair: pair[0].split != SEEN)
    asked = [one for batch, _ in own for one in batch.asked[:EACH]]
    tokens = torch.cat([ids[: min(EACH, len(batch.asked))] for batch, ids in own])
    device = next(model.dvae.parameters()).device
    with torch.no_grad():
        images = torch.cat([model.dvae.decode(part.to(device)).cpu() for part in tokens.split(READ_AT_ONCE)])
    results["memorisation"], shown = memorisation(model, asked, images, say, most)
    draw_neighbours(shown, out / "memorisation.png")


def section_of(kind: str) -> str:
    """The section of a kind that is drawn from a caption alone."""
    return next(section for section in SECTIONS if kind in kinds_of(section))
