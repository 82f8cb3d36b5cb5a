"""Checkers of lesson 03, a discrete autoencoder: softened draws, and a codebook that moves by running means.

Left out: choosing the nearest code, and how much a codebook is used (`lesson03.py`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch
from torch import Tensor

from minidalle.checks.checker import Belief, Checker
from minidalle.relaxation import gumbel_softmax


def nearest(vectors: Tensor, codebook: Tensor) -> Tensor:
    """The number of the nearest code of each vector, [cell]."""
    return (vectors[:, None] - codebook[None]).square().sum(dim=2).argmin(dim=1)


def gumbel(uniform: Tensor) -> Tensor:
    """Gumbel noise of uniform numbers."""
    return -torch.log(-torch.log(uniform))


def softened(logits: Tensor, uniform: Tensor, temperature: float, dim: int = 1) -> Tensor:
    """The package's relaxed sample, with the noise that `uniform` makes in place of its own.

    Its own noise, from a known seed, is taken off beforehand.
    """
    scores = logits.double().movedim(dim, -1)
    own = gumbel(torch.rand(scores.shape, dtype=scores.dtype, generator=torch.Generator().manual_seed(0)))
    scores = scores + gumbel(uniform.double().movedim(dim, -1)) - own
    seeded = torch.Generator().manual_seed(0)
    return gumbel_softmax(scores.movedim(-1, dim), temperature, dim, generator=seeded).to(logits.dtype)


def some_noise(rng: random.Random, *sizes: int) -> Tensor:
    """Uniform numbers, clear of 0 and 1."""
    return torch.rand(sizes, generator=torch.Generator().manual_seed(rng.getrandbits(62))) * 0.98 + 0.01


def some_logits(rng: random.Random, *sizes: int) -> Tensor:
    """Normal numbers, shifted, as logits may be."""
    drawn = torch.randn(sizes, generator=torch.Generator().manual_seed(rng.getrandbits(62)))
    return 1.5 * drawn + rng.uniform(-2, 2)


def some_cells(rng: random.Random) -> tuple[Tensor, Tensor, float]:
    """Logits and uniform numbers [picture, code, row, column], no two axes equally long, and a temperature."""
    sizes = rng.sample((2, 3, 4, 5), 4)
    return some_logits(rng, *sizes), some_noise(rng, *sizes), rng.choice((1 / 16, 1 / 4, 1 / 2, 2.0, 4.0))


RELAXED_SAMPLE = Checker(
    "relaxed_sample(logits, uniform, temperature)",
    target=softened,
    make=some_cells,
    axes=("row (shares of code 0)", "column"),
    edges=(
        (torch.zeros(1, 3, 1, 2), torch.tensor([0.2, 0.5, 0.9, 0.4, 0.6, 0.3]).reshape(1, 3, 1, 2), 1.0),
        (some_logits(random.Random(1), 1, 3, 2, 4), some_noise(random.Random(2), 1, 3, 2, 4), 0.5),
    ),
    beliefs=(
        Belief(
            "temperature is for the logits only",
            "You divide the logits by the temperature and add the noise afterwards. Then cooling changes which "
            "code wins, and at 1/16 chance has no say. Add first, then divide the sum: the winner stays the "
            "same at every temperature.",
            lambda logits, uniform, temperature: (logits / temperature + gumbel(uniform)).softmax(dim=1),
        ),
        Belief(
            "temperature multiplies",
            "You multiply by the temperature, so that a cold draw is mush and a hot one is hard. A low "
            "temperature has to make differences larger: divide by it.",
            lambda logits, uniform, temperature: softened(logits, uniform, 1 / temperature),
        ),
        Belief(
            "one logarithm makes the noise",
            "Your noise has one logarithm. -ln u is exponential noise, and with it codes do not win as often "
            "as their probability says. Gumbel noise is -ln(-ln u): twice, each with its minus.",
            lambda logits, uniform, temperature: ((logits - uniform.log()) / temperature).softmax(dim=1),
        ),
        Belief(
            "uniform numbers are noise enough",
            "You add the uniform numbers as they are. They reach from 0 to 1 only, so a code that lies 1 "
            "behind can never win. Make them Gumbel noise first: -ln(-ln u).",
            lambda logits, uniform, temperature: ((logits + uniform) / temperature).softmax(dim=1),
        ),
        Belief(
            "noise goes on probabilities",
            "You take a softmax first, and add the noise to probabilities. These differ by less than 1, so "
            "noise decides nearly all. Gumbel noise belongs on logits; one softmax at the end is all.",
            lambda logits, uniform, temperature: softened(logits.softmax(dim=1), uniform, temperature),
        ),
        Belief(
            "codes lie along the last axis",
            "Your shares sum to 1 along the last axis, which is a row of cells: neighbours compete. Codes lie "
            "along axis 1 of [picture, code, row, column], and each cell's shares sum to 1.",
            lambda logits, uniform, temperature: softened(logits, uniform, temperature, -1),
        ),
        Belief(
            "a draw is one whole code",
            "You give back one whole code a cell, 1 for the winner and 0 elsewhere. That has no gradient. "
            "Asked is the softened draw: shares that sum to 1, the winner's being the largest.",
            lambda logits, uniform, temperature: torch.zeros_like(logits).scatter_(
                1, (logits + gumbel(uniform)).argmax(dim=1, keepdim=True), 1.0
            ),
        ),
    ),
)


def sharpness(logits: Tensor, uniform: Tensor, temperatures: Sequence[float], way: str = "") -> list[float]:
    """The largest share of a softened draw, on average over draws, at each temperature; or by a belief."""
    curve = []
    for temperature in sorted(temperatures, reverse=True) if way == "sorted" else temperatures:
        scores = (logits + gumbel(uniform)) / temperature
        if way == "upside down":
            scores = (logits + gumbel(uniform)) * temperature
        if way == "logits only":
            scores = logits / temperature + gumbel(uniform)
        if way == "no noise":
            scores = (logits / temperature).expand_as(uniform)
        shares = scores.softmax(dim=1)
        largest = shares.amax(dim=1)
        if way == "mean first":
            largest = shares.mean(dim=0).amax()
        if way == "likeliest":
            largest = shares[:, logits.argmax()]
        curve.append(largest.mean().item())
    return curve


def some_draws(rng: random.Random) -> tuple[Tensor, Tensor, list[float]]:
    """Logits [code], uniform numbers [draw, code], and temperatures that fall."""
    codes = rng.randint(3, 6)
    heats = sorted((2 ** rng.uniform(-4, 2) for _ in range(rng.randint(4, 7))), reverse=True)
    return some_logits(rng, codes), some_noise(rng, 40, codes), heats


SHARPNESS_CURVE = Checker(
    "sharpness_curve(logits, uniform, temperatures)",
    target=sharpness,
    make=some_draws,
    count=12,
    axes=("temperature, by number",),
    edges=(
        (torch.zeros(4), some_noise(random.Random(1), 30, 4), [4.0, 1.0, 0.25, 0.0625]),
        (torch.tensor([3.0, 0.0, 0.0]), some_noise(random.Random(2), 30, 3), [2.0, 0.5]),
        (torch.tensor([1.0, 0.0, 2.0]), some_noise(random.Random(3), 20, 3), [0.5, 4.0, 0.5, 1.0]),
    ),
    beliefs=(
        Belief(
            "the mean draw's largest share",
            "You average the draws first, and take the largest share of that. The mean of hard draws is soft: "
            "it comes near the probabilities, however cold it is. Take each draw's largest share, then the "
            "mean of those.",
            lambda *given: sharpness(*given, way="mean first"),
        ),
        Belief(
            "temperatures come in their order",
            "Your curve rises whatever the order of {temperatures} is: you sort. Number t of the curve belongs to "
            "temperature number t, also where they rise, or one comes twice.",
            lambda *given: sharpness(*given, way="sorted"),
        ),
        Belief(
            "the likeliest code always wins",
            "You follow the share of the code with the largest logit. In each draw another code may win, at "
            "every temperature; how sharp a draw is, is told by its own winner's share.",
            lambda *given: sharpness(*given, way="likeliest"),
        ),
        Belief(
            "sharpness without chance",
            "Your curve has no noise in it: it is the softmax of the logits, divided by the temperature. With "
            "equal logits it would never rise, though cold draws are hard. Add each draw's Gumbel noise.",
            lambda *given: sharpness(*given, way="no noise"),
        ),
        Belief(
            "temperature multiplies",
            "Your curve falls where it should rise: you multiply by the temperature. A cold draw is a hard "
            "one, with a largest share near 1, because the differences are divided by a small number.",
            lambda *given: sharpness(*given, way="upside down"),
        ),
        Belief(
            "temperature is for the logits only",
            "You divide the logits by the temperature, and add the noise after that. So in the cold the noise "
            "fades away, and what you see is a sure posterior, not a hard draw. Divide the sum.",
            lambda *given: sharpness(*given, way="logits only"),
        ),
    ),
)


def moved(codebook: Tensor, batches: Sequence[Tensor], decay: float, way: str = "") -> Tensor:
    """A codebook after some batches of running means, [code, size]; or by a belief instead.

    Each code remembers how many vectors chose it, and their sum; both fade by `decay` a batch.
    """
    first, table = codebook, codebook.clone()
    counts, sums = torch.ones(len(table)), codebook.clone()
    keep = 1 - decay if way == "the other way" else decay
    for vectors in batches:
        ids = nearest(vectors, first if way == "first table" else table)
        n = torch.bincount(ids, minlength=len(table)).float()
        total = torch.zeros_like(table).index_add_(0, ids, vectors)
        if way in ("means", "to zero"):
            means = total / n.clamp(min=1)[:, None]
            to = torch.where((n > 0)[:, None], means, table) if way == "means" else means
            table = keep * table + (1 - keep) * to
            continue
        counts = counts + n if way == "counts stay" else keep * counts + (1 - keep) * n
        sums = keep * sums + (1 - keep) * total
        table = sums / counts[:, None]
    return table


def some_batches(rng: random.Random) -> tuple[Tensor, list[Tensor], float]:
    """A codebook of some codes, batches of vectors unequally many, and a decay."""
    size, codes = rng.randint(1, 3), rng.randint(3, 5)
    batches = [2 * some_logits(rng, rng.randint(3, 9), size) for _ in range(rng.randint(2, 4))]
    return some_logits(rng, codes, size), batches, rng.choice((0.6, 0.8, 0.9))


MOVING_CODEBOOK = Checker(
    "moving_codebook(codebook, batches, decay)",
    target=moved,
    make=some_batches,
    axes=("code", "number"),
    edges=(
        (torch.tensor([[0.0], [10.0]]), [torch.tensor([[2.0], [2.0], [2.0]]), torch.tensor([[4.0]])], 0.75),
        (torch.tensor([[0.0], [9.0]]), [torch.tensor([[4.4]] * 9), torch.tensor([[4.6], [6.0]])], 0.5),
        (torch.tensor([[1.0, 2.0], [5.0, 5.0]]), [], 0.9),
    ),
    beliefs=(
        Belief(
            "every batch counts alike",
            "You average the code with the mean of each batch, however many vectors chose it there. One stray vector "
            "then pulls as hard as a thousand. Let counts and sums fade, each by itself, and divide them at the end.",
            lambda *given: moved(*given, way="means"),
        ),
        Belief(
            "unchosen codes go to zero",
            "A code that nobody chose in a batch moves towards 0: you average it with a mean of nothing. Its "
            "count and its sum fade by the same factor, so that it should stay where it is.",
            lambda *given: moved(*given, way="to zero"),
        ),
        Belief(
            "decay is the new one's part",
            "You keep 1 - decay of the old and take decay of the new. With a decay of 0.99, as is usual, the "
            "codebook would follow the last batch only. Keep {decay} of the old.",
            lambda *given: moved(*given, way="the other way"),
        ),
        Belief(
            "counts only grow",
            "You let the sums fade and the counts grow. Their quotient then shrinks towards 0 with every batch. "
            "Both have to fade by the same factor, or their quotient is no mean.",
            lambda *given: moved(*given, way="counts stay"),
        ),
        Belief(
            "vectors choose once for all",
            "You let all batches choose by the table as it was at first. It has moved since: the choice in each "
            "batch is made with the table that the batch before has left.",
            lambda *given: moved(*given, way="first table"),
        ),
    ),
)

CHECKERS = (RELAXED_SAMPLE, SHARPNESS_CURVE, MOVING_CODEBOOK)
