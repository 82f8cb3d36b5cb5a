"""A model as a whole, beside the counting of facts: how well its dVAE paints what it is shown, how well its transformer
foresees pairs that it never met, and how far its pictures, as a crowd, are from true ones.

None of these knows whether a picture shows what its caption says. Left out: that (`sections.py`, `measure.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from minidalle.checkpoints import LoadedModel
from minidalle.dvae import DiscreteVAE, codebook_perplexity, psnr, token_stability
from minidalle.evaluation.asking import SPLITS
from minidalle.evaluation.reading import enlarged
from minidalle.evaluation.rows import EVALUATION_SEED
from minidalle.evaluation.sections import Batch
from minidalle.pipeline_pictures import to_floats
from minidalle.training.dvae_task import foreground, foreground_cells
from minidalle.world import Scene, caption, render_many, sample_scene
from minidalle.world.reader import Reader

CHUNK = 128
STABLE = 128
"""Pictures whose codes are read again under noise."""


@torch.no_grad()
def reconstruction(dvae: DiscreteVAE, scenes: Sequence[Scene]) -> dict[str, float]:
    """The dVAE on renders of scenes: PSNR in dB, over all pixels and where a picture shows something; how many codes
    are in effective use there (perplexity); the share of codes that stay the same under slight noise."""
    device, config = next(dvae.parameters()).device, dvae.config
    images = render_many(scenes, config.image_size, progress=False)
    mask, real = foreground(scenes, images), to_floats(images)
    ids = torch.cat([dvae.encode(part.to(device)).cpu() for part in real.split(CHUNK)])
    painted = torch.cat([dvae.decode(part.to(device)).cpu() for part in ids.split(CHUNK)])
    return {
        "pictures": len(scenes),
        "psnr": psnr(painted, real),
        "foreground_psnr": psnr(painted, real, mask),
        "codes": config.vocab_size,
        "foreground_perplexity": codebook_perplexity(
            ids, config.vocab_size, foreground_cells(mask, config.grid)
        ),
        "token_stability": token_stability(dvae, real[:STABLE].to(device)),
    }


@torch.no_grad()
def held_back_loss(model: LoadedModel, scenes: Sequence[Scene]) -> dict[str, float]:
    """The mean negative log-likelihood of a token of text and of a token of a picture, in nats, on scenes of no
    training, with a caption each."""
    device = next(model.dalle.parameters()).device
    captions = [caption(scene, EVALUATION_SEED, index) for index, scene in enumerate(scenes)]
    text = model.tokenizer.encode_batch(captions, model.preset.text_length)
    real = to_floats(render_many(scenes, model.preset.image_size, progress=False))
    sums = torch.zeros(2, dtype=torch.float64)
    for words, images in zip(text.split(CHUNK), real.split(CHUNK), strict=True):
        _, *parts = model.dalle(words.to(device), model.dvae.encode(images.to(device)))
        sums += len(words) * torch.tensor([float(part) for part in parts], dtype=torch.float64)
    of_text, of_picture = (sums / len(scenes)).tolist()
    return {"pictures": len(scenes), "text": of_text, "picture": of_picture}


def frechet(one: Tensor, two: Tensor) -> float:
    """Fréchet's squared distance of two clouds [point, feature], each taken as a normal distribution (Heusel et al.
    2017, arXiv 1706.08500)."""
    gap = (one.mean(0) - two.mean(0)).square().sum()
    first, second = (torch.atleast_2d(torch.cov(cloud.T)) for cloud in (one, two))
    mixed = torch.linalg.eigvals(first @ second).real.clamp_min(0).sqrt().sum()  # the trace of the root
    return float(gap + first.trace() + second.trace() - 2 * mixed)


@torch.no_grad()
def crowds(model: LoadedModel, reader: Reader, drawn: Sequence[tuple[Batch, Tensor]]) -> dict[str, float]:
    """How far crowds of pictures are from true renders of what was asked, by the reader's features: the first picture
    that was drawn for each caption; the renders through the dVAE; and, as a floor, renders of as many other scenes of
    the same kinds and splits."""
    device, size = next(model.dvae.parameters()).device, model.preset.image_size
    scenes = [one.scene for batch, _ in drawn for one in batch.asked]
    others = [
        sample_scene(EVALUATION_SEED + 1, index, SPLITS[batch.split], batch.kind)
        for batch, _ in drawn
        for index in range(len(batch.asked))
    ]
    tokens = torch.cat([ids[: len(batch.asked)] for batch, ids in drawn])
    true, other = (to_floats(render_many(some, size, progress=False)) for some in (scenes, others))
    painted = torch.cat([model.dvae.reconstruct(part.to(device)).cpu() for part in true.split(CHUNK)])
    images = torch.cat([model.dvae.decode(part.to(device)).cpu() for part in tokens.split(CHUNK)])
    reference = reader_features(reader, true)
    found = {"drawn": images, "through the dVAE": painted, "other renders": other}
    return {"pictures": len(scenes)} | {
        name: frechet(reference, reader_features(reader, part)) for name, part in found.items()
    }


@torch.no_grad()
def reader_features(reader: Reader, images: Tensor) -> Tensor:
    """What the reader sees in images [picture, 3, side, side], float64 [picture, feature]."""
    device = next(reader.parameters()).device
    parts = images.split(CHUNK)
    seen = [reader.features(enlarged(part.to(device), reader.config.image_size)).cpu() for part in parts]
    return torch.cat(seen).double()


def quality(
    model: LoadedModel, reader: Reader, drawn: Sequence[tuple[Batch, Tensor]], count: int
) -> dict[str, dict[str, float]]:
    """All of it; the dVAE and the loss on `count` pictures of the mix that the model was trained on."""
    mix = model.preset.training["dalle"].mix
    scenes = [sample_scene(EVALUATION_SEED, index, mix=mix) for index in range(count)]
    return {
        "reconstruction": reconstruction(model.dvae, scenes),
        "loss": held_back_loss(model, scenes),
        "crowds": crowds(model, reader, drawn),
    }


def quality_lines(results: dict[str, Any]) -> list[str]:
    """The figures in Markdown; nothing where they were not measured."""
    if (found := results.get("quality")) is None:
        return []
    of_dvae, loss, crowd = found["reconstruction"], found["loss"], found["crowds"]
    return [
        reconstruction_line(of_dvae),
        "",
        f"The transformer on {loss['pictures']} pairs of caption and picture from the mix that it was trained on, none "
        f"of which it met: {loss['text']:.3f} nats for a token of text, padding included, and {loss['picture']:.3f} "
        "for a token of a picture.",
        "",
        f"Fréchet distance from {crowd['pictures']:,} true renders, by the reader's features: "
        f"{crowd['drawn']:.2f} of as many drawn pictures, {crowd['through the dVAE']:.2f} of the same renders through "
        f"the dVAE, {crowd['other renders']:.2f} of as many renders of other scenes. It tells whether the pictures "
        "look right as a crowd, not whether any shows what its caption says.",
    ]


def reconstruction_line(found: dict[str, float]) -> str:
    """The dVAE in a sentence."""
    return (
        f"The dVAE on {found['pictures']} true renders: {found['psnr']:.1f} dB over all pixels, "
        f"{found['foreground_psnr']:.1f} dB on the foreground; {found['foreground_perplexity']:.0f} of "
        f"{found['codes']} codes in effective use on foreground cells (perplexity); "
        f"{100 * found['token_stability']:.0f} % of codes stay the same under noise of standard deviation 0.01."
    )
