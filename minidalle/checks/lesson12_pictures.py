"""Checkers of lesson 12, how good is it: the nearest training picture, and the distance of two clouds.

Left out: shares (`lesson12.py`).
"""

from __future__ import annotations

import random
from typing import Any

import torch
from torch import Tensor

from minidalle.checks.checker import Belief, Checker


def searched(drawings: Tensor, batches: list[Tensor], way: str = "") -> tuple[Tensor, Tensor]:
    """The number of the nearest training picture and its distance, for each drawing; or by a belief instead."""
    training = torch.cat(batches).double()
    gaps = drawings.double()[:, None] - training
    table = gaps.square().mean(-1).sqrt()
    if way == "sum":
        table = gaps.square().sum(-1).sqrt()
    elif way == "square":
        table = gaps.square().mean(-1)
    elif way == "cancel":
        table = gaps.mean(-1).abs()
    elif way == "last":
        table[:, : len(training) - len(batches[-1])] = torch.inf
    near, which = table.min(1)
    if way == "dot":
        which = (drawings.double() @ training.T).argmax(1)
        near = table.gather(1, which[:, None])[:, 0]
    if way == "within":
        start = torch.cat([torch.arange(len(batch)) for batch in batches])
        which = start[which]
    return which, near


def two_lists(answer, drawings: Tensor, batches: list[Tensor]) -> Any:
    """An answer's numbers and distances by name; tensors as lists, and nothing else converted. Raises TypeError for
    what is no such pair."""
    given = answer(drawings, batches)
    if given is None:
        return None
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise TypeError("it should give back two things: the numbers of the pictures, and the distances")
    numbers, distances = (part.tolist() if isinstance(part, Tensor) else part for part in given)
    return {"numbers": numbers, "distances": distances}


def some_training(rng: random.Random) -> tuple[Tensor, list[Tensor]]:
    """Drawings [drawing, pixel] and batches of training pictures; the best two of no drawing are nearly as near, and
    the nearest of some are in the first batch."""
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    while True:
        pixels = rng.choice((5, 7, 12))
        batches = [
            torch.rand(rng.randint(2, 5), pixels, generator=generator) for _ in range(rng.randint(2, 4))
        ]
        drawings = torch.rand(rng.randint(2, 4), pixels, generator=generator)
        drawings[0] = (batches[0][-1] + 0.05 * torch.rand(pixels, generator=generator)).clamp(0, 1)
        best = torch.cdist(drawings, torch.cat(batches)).topk(2, largest=False).values
        if (best[:, 1] - best[:, 0]).min() > 1e-3:
            return drawings, batches


NEAREST_TRAINING = Checker(
    "nearest_training(drawings, batches)",
    target=searched,
    observe=two_lists,
    make=some_training,
    count=12,
    edges=(
        (
            torch.tensor([[0.0, 0.0, 0.0, 0.1], [1.0, 0.0, 1.0, 0.0]]),
            [
                torch.tensor([[1.0] * 4, [0.0] * 4]),
                torch.tensor([[0.5, 0.4, 0.6, 0.3], [0.9, 0.2, 0.8, 0.1]]),
            ],
        ),
        (
            torch.tensor([[1.0, 0.0, 0.0, 1.0]]),
            [torch.tensor([[0.0] * 4])] + [torch.tensor([[1.0, 0, 0, 0]])] * 2,
        ),
    ),
    beliefs=(
        Belief(
            "a batch counts from 0",
            "You give the place within a batch, and every batch begins at 0: nobody can look the picture up. Add the "
            "number of pictures in the batches before.",
            lambda *case: searched(*case, "within"),
        ),
        Belief(
            "the last batch has the last word",
            "You give the nearest picture of the last batch. Each batch overwrites what was found before: keep the "
            "best so far, and replace it only by something nearer.",
            lambda *case: searched(*case, "last"),
        ),
        Belief(
            "more pixels are farther apart",
            "The pictures are right, but your distance is the root of the sum, which grows with the number of pixels. "
            "Take the mean of the squares, so that black and white are at distance 1.",
            lambda *case: searched(*case, "sum"),
        ),
        Belief(
            "the mean square is the distance",
            "The pictures are right, but the root is missing: a difference of 0.1 in every pixel should be at distance "
            "0.1, and yours says 0.01.",
            lambda *case: searched(*case, "square"),
        ),
        Belief(
            "differences of brightness cancel",
            "You average the differences before you square them, so brighter pixels make up for darker ones, and two "
            "pictures of equal brightness are at 0. Square each pixel's difference first.",
            lambda *case: searched(*case, "cancel"),
        ),
        Belief(
            "the largest dot product is the nearest",
            "You take the picture with the largest dot product. A bright picture has a large one with everything. "
            "Nearest is the one with the smallest difference.",
            lambda *case: searched(*case, "dot"),
        ),
    ),
)


def clouds_apart(one: Tensor, two: Tensor, way: str = "") -> float:
    """Fréchet's squared distance of two clouds [point, feature]; or by a belief instead."""
    gap = (one.mean(0) - two.mean(0)).square().sum()
    first, second = (torch.atleast_2d(torch.cov(cloud if way == "rows" else cloud.T)) for cloud in (one, two))
    if way == "means":
        return float(gap)
    if way == "variances":
        return float(gap + (first.diagonal().sqrt() - second.diagonal().sqrt()).square().sum())
    product = first @ second
    mixed = torch.linalg.eigvals(product).real.clamp_min(0).sqrt().sum()
    if way == "entries":
        mixed = product.diagonal().clamp_min(0).sqrt().sum()
    elif way == "no root":
        mixed = product.trace()
    elif way == "apart":
        mixed = (root(first) @ root(second)).trace()
    return float(gap + first.trace() + second.trace() - 2 * mixed)


def root(matrix: Tensor) -> Tensor:
    """The root of a symmetric matrix [feature, feature] without negative eigenvalues."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp_min(0).sqrt()) @ vectors.T


def some_clouds(rng: random.Random) -> tuple[Tensor, Tensor]:
    """Two clouds [point, feature] of unequally many points, stretched in directions of their own."""
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    features = rng.randint(2, 4)
    clouds = []
    for points in rng.sample(range(9, 30), 2):
        shape = torch.randn(features, features, generator=generator, dtype=torch.float64)
        centre = torch.randn(features, generator=generator, dtype=torch.float64)
        clouds.append(
            torch.randn(points, features, generator=generator, dtype=torch.float64) @ shape + centre
        )
    return tuple(clouds)


LONG = torch.tensor([[-2.0, -1.9], [-1.0, -1.1], [0.0, 0.1], [1.0, 0.9], [2.0, 2.0]], dtype=torch.float64)

FLAT = torch.randn(3, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
"""Fewer points than features: most of its eigenvalues are 0, or by rounding just below."""

FRECHET_DISTANCE = Checker(
    "frechet_distance(one, two)",
    target=clouds_apart,
    make=some_clouds,
    tolerance=1e-3,
    count=12,
    edges=(
        (LONG, LONG * torch.tensor([1.0, -1.0], dtype=torch.float64)),
        (LONG, LONG + 0.5),
        (FLAT, FLAT.flip(1) * 2),
    ),
    beliefs=(
        Belief(
            "two clouds are where their centres are",
            "You compare the centres only. A model that draws one average picture again and again would be perfect: "
            "the spread of the clouds has to count, too.",
            lambda *case: clouds_apart(*case, "means"),
        ),
        Belief(
            "the variances are the spread",
            "You compare each feature's own standard deviation. Two clouds along different diagonals have the same "
            "ones: how features go together is in the covariances off the diagonal.",
            lambda *case: clouds_apart(*case, "variances"),
        ),
        Belief(
            "the root of a matrix is the roots of its entries",
            "You take the roots of the entries on the diagonal. The root of a matrix is the one whose *square* is the "
            "matrix; its trace is the sum of the roots of the eigenvalues.",
            lambda *case: clouds_apart(*case, "entries"),
        ),
        Belief(
            "the product needs no root",
            "You leave out the root of the product of the covariances. Then a cloud is not at 0 from itself: try it.",
            lambda *case: clouds_apart(*case, "no root"),
        ),
        Belief(
            "the root of a product is the product of the roots",
            "You take the root of each covariance, and multiply. For numbers that is the same, and for matrices only "
            "if their order does not matter. Take the eigenvalues of the product itself.",
            lambda *case: clouds_apart(*case, "apart"),
        ),
        Belief(
            "a row is a feature",
            "Your covariances are those of the points, not of the features: `torch.cov` wants a row for each feature, "
            "and in a cloud a row is a point. Turn it over.",
            lambda *case: clouds_apart(*case, "rows"),
        ),
    ),
)

CHECKERS = (NEAREST_TRAINING, FRECHET_DISTANCE)
