"""How far the reader can be trusted: read fresh renders, soft ones, and renders with one fact changed.

A judge that is right about true pictures may still nod at false ones. So every picture is also drawn with one of its
facts changed, everything else left as it was, and the reader has to answer something else than the caption's fact.

Left out: what models draw (`measure.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from tqdm.auto import tqdm

from minidalle.evaluation.asking import steps_off
from minidalle.evaluation.statistics import share
from minidalle.pipeline_pictures import to_floats
from minidalle.world import WORLD, Scene, Stream, render_many, sample_scene
from minidalle.world.facts import facts_of, fields_of
from minidalle.world.judge import roughen
from minidalle.world.reader import Reader

READING_SEED = 30_000
"""Scenes of this seed are met neither in training nor while training is looked at."""

THING_FIELDS = {"object": "shape", "color": "color", "size": "size", "pattern": "texture"}
CHUNK = 64
TRUSTED = 0.95
"""A field that the reader reads less often than this is dropped from claims."""


def altered(scene: Scene, field: str, index: int) -> Scene | None:
    """The scene with another value of one field, all else drawn by the same chance; None where it makes no sense.

    Of the blocks world only what one thing is can be changed; how many there are and how they stand cannot.
    """
    r = Stream("altered", scene.kind, field, index)
    old = facts_of(scene)
    values = [value for value in fields_of(scene.kind)[field] if value != old[field]]
    if scene.kind in WORLD:
        kind = WORLD[scene.kind]
        for _ in range(20):
            facts = old | {field: r.pick(values)} if values else old
            if facts != old and kind.allowed(facts):
                return kind.scene(Stream("reading", scene.kind, index), facts)
        return None
    if field not in THING_FIELDS or scene.kind not in ("single", "texture", "sketch"):
        return None
    return scene.with_thing(0, **{THING_FIELDS[field]: r.pick(values)})


def question(kind: str, index: int) -> Scene:
    """Scene `index` of a kind, drawn so that `altered` can draw it again with the same chance."""
    scene = sample_scene(READING_SEED, index, "all", kind)
    if kind not in WORLD:
        return scene
    return WORLD[kind].scene(Stream("reading", kind, index), facts_of(scene))


def enlarged(images: torch.Tensor, size: int) -> torch.Tensor:
    """Images [batch, 3, side, side] as the reader wants them, `size` pixels a side."""
    if images.shape[-1] == size:
        return images
    return F.interpolate(images, (size, size), mode="bilinear", antialias=True).clamp(0, 1)


def answers(
    reader: Reader, pictures: np.ndarray, scenes: Sequence[Scene], soft: bool = False
) -> list[dict[str, str]]:
    """What the reader tells of renders uint8 [picture, side, side, 3] of scenes; soft: blurred and noisy, as a dVAE
    paints."""
    told, generator = [], torch.Generator().manual_seed(0)
    for start in range(0, len(scenes), CHUNK):
        part = slice(start, start + CHUNK)
        images = enlarged(to_floats(pictures[part]), reader.config.image_size)
        if soft:
            images = torch.cat([roughen(image[None], generator) for image in images])
        told += reader.read(images, [scene.kind for scene in scenes[part]])
    return told


def measure_reader(reader: Reader, count: int, progress: bool = True) -> dict[str, Any]:
    """How well every field of every kind is read, ready for JSON: the share read rightly of `count` fresh renders,
    of the same made soft, and of the same drawn at half the size; and the share of altered ones told from the true;
    of an angle also the share read within 15 degrees."""
    size, result = reader.config.image_size, {}
    for kind in tqdm(reader.kinds, desc="reading", unit="kind", disable=not progress):
        scenes = [question(kind, index) for index in range(count)]
        true = [facts_of(scene) for scene in scenes]
        pictures = render_many(scenes, size, progress=False)
        clear, soft = answers(reader, pictures, scenes), answers(reader, pictures, scenes, soft=True)
        small = answers(reader, render_many(scenes, size // 2, progress=False), scenes)
        result[kind] = {}
        for field in fields_of(kind):
            changed = [(i, altered(scene, field, i)) for i, scene in enumerate(scenes[: max(count // 4, 1)])]
            changed = [(i, scene) for i, scene in changed if scene is not None]
            entry = {
                "clear": share([a[field] == b[field] for a, b in zip(clear, true, strict=True)]),
                "soft": share([a[field] == b[field] for a, b in zip(soft, true, strict=True)]),
            }
            entry["small"] = share([a[field] == b[field] for a, b in zip(small, true, strict=True)])
            if field == "angle":
                entry["near"] = share([_near(a, b, c) for a, b, c in zip(clear, small, true, strict=True)])
            if changed:
                others = [scene for _, scene in changed]
                read = answers(reader, render_many(others, size, progress=False), others)
                entry["changed"] = share(
                    [a[field] != true[i][field] for a, (i, _) in zip(read, changed, strict=True)]
                )
            result[kind][field] = entry
    return {"count": count, "size": size, "kinds": result}


def _near(clear: dict[str, str], small: dict[str, str], true: dict[str, str]) -> bool:
    """Whether an angle is read within a step, of a render and of one of half the size."""
    return all(steps_off(told["angle"], true["angle"]) <= 1 for told in (clear, small))


def claimed(entry: dict[str, Any]) -> bool:
    """Whether anything may be said of models by a field: it is read rightly often enough, and a change of it is noticed
    as often."""
    return all(entry[key]["share"] >= TRUSTED for key in ("clear", "changed") if key in entry)


def summary(results: dict[str, Any]) -> str:
    """How many of all fields may be claimed, in a sentence; the others by name."""
    fields = {
        f"{field} of {kind}": entry
        for kind, found in results["kinds"].items()
        for field, entry in found.items()
    }
    others = [name for name, entry in fields.items() if not claimed(entry)]
    right = f"{len(fields) - len(others)} of {len(fields)} fields are read rightly in {100 * TRUSTED:.0f} % or more"
    of = f"{results['count']} renders each at {results['size']} pixels"
    return f"{right}, {of}. Not claimed: {', '.join(others) or 'none'}."


def reader_table(results: dict[str, Any]) -> str:
    """The results in Markdown, in percent."""
    half = results["size"] // 2
    lines = [
        f"| kind | field | values | read rightly | softened | drawn at {half} pixels | a change noticed | claimed |",
        "|---|---|---:|---:|---:|---:|---:|---|",
    ]
    for kind, fields in results["kinds"].items():
        for field, entry in fields.items():
            shares = [
                f"{100 * entry[key]['share']:.1f}" if key in entry else ""
                for key in ("clear", "soft", "small", "changed")
            ]
            values = len(fields_of(kind)[field])
            lines.append(
                f"| {kind} | {field} | {values} | {' | '.join(shares)} | {'yes' if claimed(entry) else 'no'} |"
            )
    return "\n".join(lines)
