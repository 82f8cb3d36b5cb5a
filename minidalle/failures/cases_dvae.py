"""Mistakes of the discrete VAE: collapse, a hot temperature, a KL over the wrong axis."""

import math
from dataclasses import replace

import torch
from torch import Tensor

from minidalle.dvae import DiscreteVAE, codebook_perplexity, psnr
from minidalle.failures.found import SHOWN, Found
from minidalle.failures.small import CODES, DVAE, HELD_BACK, Trained, data, good_dvae, train_dvae
from minidalle.relaxation import gumbel_softmax, kl_to_uniform


def held_back() -> Tensor:
    """The pictures that no run trained on."""
    return data().images[-HELD_BACK:]


def collapse(steps: int) -> Found:
    """The dVAE as released, on a schedule ten thousand times shorter than the paper's."""

    def look(run: Trained, step: int) -> None:
        ids = run.model.encode(held_back())
        run.note("codes", step, codebook_perplexity(ids, CODES))

    naive = replace(DVAE, standardise_logits=False, residual_scale=None)
    bad, good = (train_dvae(config, steps, look=look) for config in (naive, DVAE))
    ends = [run.curves["codes"][1][-1] for run in (bad, good)]
    return Found(
        {"as released": bad.curves["codes"], "standardised": good.curves["codes"]},
        "updates",
        "codes in effective use",
        f"{ends[0]:.1f} of {CODES} codes do all the work, and {ends[1]:.1f} with standardised logits.",
        painted({"as released": bad.model, "standardised": good.model}),
    )


def painted(models: dict[str, DiscreteVAE]) -> dict[str, Tensor]:
    """Held-back pictures, and what each dVAE makes of them."""
    shown = held_back()[:SHOWN]
    with torch.no_grad():
        return {"pictures": shown} | {name: model.eval().reconstruct(shown) for name, model in models.items()}


HEAVY = 0.3
"""A KL weight with which the encoder hedges as long as mixtures let it."""


def hot(steps: int) -> Found:
    """A relaxation that is never cooled: the decoder learns to paint mixtures, and is given single codes."""

    runs = {}
    for name, end in {"hot": 1.0, "cooled": 0.125}.items():

        def look(run: Trained, step: int, end: float = end) -> None:
            real = held_back()
            run.note("codes", step, psnr(run.model.reconstruct(real), real))
            run.note("mixtures", step, psnr(mixed(run.model, real, end), real))

        runs[name] = train_dvae(DVAE, steps, temperature_end=end, kl_weight=HEAVY, look=look)
    gaps = [run.curves["mixtures"][1][-1] - run.curves["codes"][1][-1] for run in runs.values()]
    with torch.no_grad():
        shown = held_back()[:SHOWN]
        mixtures = {"hot: its mixtures": mixed(runs["hot"].model, shown, 1.0)}
    return Found(
        {
            "hot: mixtures": runs["hot"].curves["mixtures"],
            "hot: codes": runs["hot"].curves["codes"],
            "cooled: mixtures": runs["cooled"].curves["mixtures"],
            "cooled: codes": runs["cooled"].curves["codes"],
        },
        "updates",
        "PSNR, dB",
        f"From codes, pictures of the one never cooled are {gaps[0]:.1f} dB worse than from the mixtures that it was "
        f"trained on; cooled, {gaps[1]:.1f} dB.",
        painted({"hot: its codes": runs["hot"].model, "cooled: its codes": runs["cooled"].model}) | mixtures,
    )


def mixed(model: DiscreteVAE, images: Tensor, temperature: float) -> Tensor:
    """What the decoder makes of a relaxed sample, as in training."""
    noise = torch.Generator().manual_seed(0)
    sampled = gumbel_softmax(model.logits(images), temperature, dim=1, generator=noise)
    return model.images_from(model.decode_soft(sampled))


def wrong_axis_kl(logits: Tensor) -> Tensor:
    """The mistake: the softmax runs over the batch (dim=0) in the place of the codes (dim=1)."""
    log_posterior = logits.log_softmax(0)
    return math.log(logits.shape[1]) + (log_posterior.exp() * log_posterior).sum(1)


def wrong_axis(steps: int) -> Found:
    """No run is needed: the same pictures in batches of several sizes."""
    with torch.no_grad():
        logits = good_dvae().logits(held_back())
        sizes = [1, 2, 4, 8, 16, 32, HELD_BACK]
        wrong = [wrong_axis_kl(logits[:size]).mean().item() for size in sizes]
        right = [kl_to_uniform(logits[:size]).mean().item() for size in sizes]
    return Found(
        {"over the batch": (sizes, wrong), "over the codes": (sizes, right)},
        "pictures in the batch",
        "KL, nats a position",
        f"A KL is never negative, and knows no batch: this one starts at {wrong[0]:.1f} and falls to {min(wrong):.1f}; "
        f"over the codes it stays between {min(right):.1f} and {max(right):.1f}.",
        log_x=True,
    )
