"""Memorisation: does a model hand out training pictures? Their nearest ones, beside every picture that it draws.

Two measures of near. *Pixels*: the root mean square difference of pictures made 32 pixels wide, so that a shift of a
pixel or a softer edge does not count. *CLIP*: the cosine of the model's own CLIP, near in what is shown. Training
pictures are taken as the model met them: through the dVAE.

How near is too near? A render of the same caption that training never had, through the dVAE too, has a nearest training
picture as well, by mere resemblance. A drawn picture counts as a *copy* if it is nearer to training than all but 1 in
100 of those; so about 1 % is what a model that copies nothing gets. Training pictures that were taken through the dVAE
twice, which alters some of their codes, show how many copies would be found.

Left out: copies of a part of a picture, and of captions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from minidalle.checkpoints import LoadedModel
from minidalle.data import world_pictures
from minidalle.evaluation.asking import Asked
from minidalle.evaluation.statistics import share
from minidalle.pipeline_pictures import to_bytes, to_floats
from minidalle.world import Scene, caption, render_many, sample_scene

SIDE = 32
AT_ONCE = 2_000
QUANTILE = 0.01
CONTROLS = 200
SHOWN = 8
FAMILIAR = (
    " For a caption that it cannot follow a model draws what it knows, which is nearer to training than a new render, "
    "and no copy."
)
"""What is said where drawn pictures are nearer to training than new renders are."""
TRAINING_SEED = 0
"""What `minidalle train` draws its pictures from, unless told otherwise."""


@dataclass(frozen=True)
class Nearest:
    """For each picture its nearest training picture: pixels, float [picture], the distance in units of the full range
    of a pixel; by_pixels and by_clip, int64 [picture], which one (by_clip is None without a CLIP)."""

    pixels: Tensor
    by_pixels: Tensor
    by_clip: Tensor | None


def flat(images: Tensor) -> Tensor:
    """Images [picture, 3, side, side] as vectors [picture, feature] whose distance is the root mean square one."""
    small = F.interpolate(images, size=(SIDE, SIDE), mode="area")
    return small.flatten(1) / (small[0].numel() ** 0.5)


@torch.no_grad()
def nearest(model: LoadedModel, images: Tensor, training: Iterator[Tensor]) -> Nearest:
    """The nearest of all training pictures to each of images [picture, 3, side, side]; training: batches in order."""
    mine, seen = flat(images), 0
    near = torch.full((len(images),), torch.inf)
    which = torch.zeros(len(images), dtype=torch.int64)
    views = None if model.clip is None else _views(model, images)
    alike, twin = torch.full((len(images),), -torch.inf), which.clone()
    for batch in training:
        distance, index = torch.cdist(mine, flat(batch)).min(1)
        closer = distance < near
        near, which = torch.where(closer, distance, near), torch.where(closer, index + seen, which)
        if views is not None:
            cosine, index = (views @ _views(model, batch).T).max(1)
            closer = cosine > alike
            alike, twin = torch.where(closer, cosine, alike), torch.where(closer, index + seen, twin)
        seen += len(batch)
    return Nearest(near, which, None if views is None else twin)


def _views(model: LoadedModel, images: Tensor) -> Tensor:
    device = next(model.clip.parameters()).device
    return torch.cat([model.clip.encode_image(part.to(device)).cpu() for part in images.split(200)])


def training_scenes(model: LoadedModel) -> Callable[[int], Scene]:
    """The scene of a training picture by its number, as the transformer's training drew it."""
    mix = model.preset.training["dalle"].mix
    return lambda index: sample_scene(TRAINING_SEED, index, "train", mix=mix)


def in_batches(model: LoadedModel, count: int, say: Callable[[str, int, int], Any]) -> Iterator[Tensor]:
    """The first `count` training pictures through the dVAE, floats [picture, 3, side, side], batch by batch.

    They are drawn on all cores, or on the card where the model is on one, unless a training, or an evaluation before,
    has left them in the usual cache. Raises PictureError where they cannot be written there.
    """
    mix, size, device = model.preset.training["dalle"].mix, model.preset.image_size, "cpu"
    if next(model.dvae.parameters()).is_cuda:
        from minidalle.world import gpu  # here: it needs numba's CUDA target

        device = "cuda" if gpu.available() else "cpu"
    pictures = world_pictures(count, TRAINING_SEED, size, "train", mix=mix, device=device)
    for start in range(0, count, AT_ONCE):
        part = np.array(pictures.images[start : start + AT_ONCE])
        yield through_dvae(model, to_floats(part))
        say("training pictures", start + len(part), count)


@torch.no_grad()
def memorisation(
    model: LoadedModel,
    asked: Sequence[Asked],
    images: Tensor,
    say: Callable[[str, int, int], Any],
    most: int | None = None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """How many of the drawn images [picture, 3, side, side] are copies; and what to show of the first few.

    asked: what each was drawn for. most: compare with so many training pictures at most (all by default). The figures:
    "copies" (a share with its interval), the same of "controls", training pictures twice through the dVAE; "expected",
    by definition of a copy; "threshold" and the medians of the nearest distances, in steps of 1/255.
    """
    count = model.preset.training["dalle"].pictures
    count = count if most is None else min(count, most)
    scene = training_scenes(model)
    fresh = repainted(model, [one.scene for one in asked])
    learnt = [scene(number) for number in range(0, count, max(1, count // CONTROLS))][:CONTROLS]
    controls = repainted(model, learnt, times=2)
    everything = torch.cat([images.cpu(), fresh, controls])
    found = nearest(model, everything, in_batches(model, count, say))
    drawn, other, known = found.pixels.split([len(images), len(fresh), len(controls)])
    threshold = torch.quantile(other, QUANTILE)
    figures = {
        "training pictures": count,
        "expected": QUANTILE,
        "threshold": 255 * float(threshold),
        "copies": share((drawn < threshold).tolist()),
        "controls": share((known < threshold).tolist()),
        "median distance": {
            "drawn": 255 * float(drawn.median()),
            "fresh": 255 * float(other.median()),
            "controls": 255 * float(known.median()),
        },
    }
    return figures, [
        _shown(model, found, number, asked[number], images[number])
        for number in range(min(SHOWN, len(images)))
    ]


def repainted(model: LoadedModel, scenes: Sequence[Scene], times: int = 1) -> Tensor:
    """Renders of scenes, taken through the dVAE so many times: floats [scene, 3, side, side]."""
    images = to_floats(render_many(list(scenes), model.preset.image_size, progress=False))
    for _ in range(times):
        images = through_dvae(model, images)
    return images


@torch.no_grad()
def through_dvae(model: LoadedModel, images: Tensor) -> Tensor:
    """Images [picture, 3, side, side], encoded and decoded a few at a time."""
    device = next(model.dvae.parameters()).device
    return torch.cat([model.dvae.reconstruct(part.to(device)).cpu() for part in images.split(160)])


def _shown(model: LoadedModel, found: Nearest, number: int, one: Asked, image: Tensor) -> dict[str, Any]:
    """A drawn picture and its neighbours: pictures uint8 [size, size, 3] and their captions."""
    columns: dict[str, Any] = {"drawn": (to_bytes(image[None].cpu())[0], one.caption)}
    for name, which in (("nearest by pixels", found.by_pixels), ("nearest by CLIP", found.by_clip)):
        if which is not None:
            index = int(which[number])
            scene = training_scenes(model)(index)
            columns[name] = (
                _drawn_again(scene, model.preset.image_size),
                caption(scene, TRAINING_SEED, index),
            )
    return columns


def _drawn_again(scene: Scene, size: int) -> np.ndarray:
    return render_many([scene], size, progress=False)[0]


def memorisation_lines(results: dict[str, Any]) -> list[str]:
    """The figures in Markdown; nothing where they were not measured."""
    if (found := results.get("memorisation")) is None:
        return []
    copies, medians = found["copies"], found["median distance"]
    return [
        f"Of {copies['n']} drawn pictures {100 * copies['share']:.1f} % "
        f"({100 * copies['low']:.1f}–{100 * copies['high']:.1f}) are copies: nearer to one of "
        f"{found['training pictures']:,} training pictures than 99 in 100 new renders of the same captions are, "
        f"which is {found['threshold']:.1f} of 255 steps (root mean square, at {SIDE}x{SIDE} pixels). "
        "A model that copies nothing would get "
        f"{100 * found['expected']:.0f} %; of training pictures taken twice through the dVAE, "
        f"{100 * found['controls']['share']:.0f} % are found. Median distance to the nearest: "
        f"drawn {medians['drawn']:.1f}, new renders {medians['fresh']:.1f}, training pictures twice through the dVAE "
        f"{medians['controls']:.1f}." + (FAMILIAR if medians["drawn"] < medians["fresh"] else ""),
        "",
        "![The first drawn pictures, below each the training picture nearest by pixels and the one nearest by CLIP]"
        "(memorisation.png)",
    ]
