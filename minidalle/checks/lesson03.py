"""Checkers of lesson 03, a discrete autoencoder: codebooks, and the gradient that passes them.

Left out: draws with Gumbel noise, and a codebook that moves (`lesson03_draws.py`); the texts of the exercises
(`exercises/source/lesson03.py`).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from minidalle.checks import lesson03_draws
from minidalle.checks.checker import Belief, Checker
from minidalle.checks.lesson03_draws import nearest
from minidalle.dvae import codebook_perplexity

NEAREST_CODE = Checker(
    "nearest_code(vectors: float[cell, size], codebook: float[code, size])",
    target=nearest,
    loops=False,
    axes=("cell",),
    edges=(
        (torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 1.6], [1.0, 1.0], [3.0, 3.0]])),
        (torch.tensor([[1.0, 0.0], [0.9, 0.1], [5.0, 0.0]]), torch.tensor([[1.0, 0.2], [3.0, 0.0]])),
        (torch.tensor([[1.0, 1.0], [-2.0, 0.5]]), torch.tensor([[1.0, 2.0], [-9.0, -9.0], [-2.0, 1.0]])),
        (torch.tensor([[280.2], [3.1]]), torch.arange(300.0)[:, None]),  # more codes than a byte counts
    ),
    beliefs=(
        Belief(
            "the largest product is nearest",
            "You take the code with the largest product. That favours long codes: for the vector (1, 0) the far code "
            "(3, 0) has a larger product than the close one (1, 0.2). Nearest is the smallest distance.",
            lambda vectors, codebook: (vectors @ codebook.T).argmax(dim=1),
        ),
        Belief(
            "differences may cancel",
            "You add up differences with their signs, so that +3 and -3 make a distance of 0, and a code far "
            "below counts as nearer than one just beside. Square each difference before you add.",
            lambda vectors, codebook: (codebook[None] - vectors[:, None]).sum(dim=2).argmin(dim=1),
        ),
        Belief(
            "distance goes along the axes",
            "You add up absolute differences, the way one walks round blocks of houses. Asked is the straight "
            "distance: from (0, 0) the code (1, 1) is nearer than (0, 1.6). Add up squares.",
            lambda vectors, codebook: (vectors[:, None] - codebook[None]).abs().sum(dim=2).argmin(dim=1),
        ),
        Belief(
            "each code looks for a cell",
            "You found the nearest cell for each code: your result has one number a code. Asked is one a "
            "cell. In a table of distances [cell, code], the smallest is taken along the codes.",
            lambda vectors, codebook: nearest(codebook, vectors),
        ),
        Belief(
            "the code's vector is its name",
            "You give back the codes' vectors. A token is the *number* of a code, a row of the table: the "
            "transformer of the later lessons sees whole numbers and no vector.",
            lambda vectors, codebook: codebook[nearest(vectors, codebook)],
        ),
    ),
)


def frequencies(ids: Tensor, vocab_size: int) -> Tensor:
    """How often each code occurs, as parts of 1, [code]."""
    return torch.bincount(ids.flatten(), minlength=vocab_size).double() / ids.numel()


def some_pictures(rng: random.Random) -> tuple[Tensor, int]:
    """Codes of some pictures, [picture, cell], each picture with favourites of its own, and the codebook's size."""
    vocab = rng.randint(4, 9)
    pictures = [[rng.choice(rng.sample(range(vocab), 2)) for _ in range(9)] for _ in range(rng.randint(2, 4))]
    return torch.tensor(pictures), vocab


PERPLEXITY = Checker(
    "codebook_perplexity(ids, vocab_size)",
    target=codebook_perplexity,
    make=some_pictures,
    edges=(
        (torch.tensor([[0, 0, 0, 0], [5, 5, 5, 5]]), 8),
        (torch.tensor([[3, 3, 3, 3]]), 4),
        (torch.tensor([[0, 1, 2, 3], [3, 2, 1, 0]]), 4),
        (torch.tensor([[0, 0, 0, 0, 0, 0, 0, 1]]), 2),
    ),
    beliefs=(
        Belief(
            "every code in use counts as one",
            "You count the codes that occur at all, so that one which occurs once in a million cells counts as "
            "much as the floor. Perplexity weighs them by their use: exp of the entropy of the frequencies.",
            lambda ids, vocab_size: float(ids.unique().numel()),
        ),
        Belief(
            "the entropy is the answer",
            "You stop at the entropy, {got} nats here. Perplexity is a number of codes: take exp of it, and "
            "8 equally frequent codes give 8.",
            lambda ids, vocab_size: math.log(codebook_perplexity(ids, vocab_size)),
        ),
        Belief(
            "2 to the power of nats",
            "You measure in one unit and come back with another: with a natural logarithm the entropy is in nats, "
            "and exp brings it back. 2 to its power would belong to log2. Test it on equally frequent codes.",
            lambda ids, vocab_size: 2 ** math.log(codebook_perplexity(ids, vocab_size)),
        ),
        Belief(
            "0 times ln 0",
            "A code that is not used has frequency 0, its logarithm is minus infinity, and 0 times that is NaN (not "
            "a number), which spoils the sum. Such a code adds nothing: leave it out, or use torch.special.entr.",
            lambda ids, vocab_size: (
                math.nan
                if (frequencies(ids, vocab_size) == 0).any()
                else codebook_perplexity(ids, vocab_size)
            ),
        ),
        Belief(
            "each picture by itself",
            "You take each picture's perplexity and then the mean. Two pictures of one code each, but "
            "different ones, use two codes, not one: count over all pictures together.",
            lambda ids, vocab_size: (
                sum(codebook_perplexity(picture, vocab_size) for picture in ids) / len(ids)
            ),
        ),
    ),
)


def forwards_and_back(answer: Callable[..., Any], vectors: Tensor, codebook: Tensor) -> Any:
    """What a choice of codes gives, and the gradients that pass it when a loss pulls at its numbers with the
    slopes 1 to 2: rows of value, then of the vectors' gradient, then of the codebook's."""
    with torch.enable_grad():  # whatever a notebook has set before
        leaves = [tensor.clone().requires_grad_() for tensor in (vectors, codebook)]
        chosen = answer(*leaves)
        if chosen is None:
            return None
        if not isinstance(chosen, Tensor):
            raise TypeError(f"it gives back {type(chosen).__name__}, and only a tensor has a gradient")
        if chosen.shape != vectors.shape:
            raise ValueError(
                f"the result has shape {list(chosen.shape)}, where {list(vectors.shape)} is asked"
            )
        gradients = [torch.zeros_like(leaf) for leaf in leaves]
        if chosen.requires_grad:
            loss = (chosen * slopes(chosen)).sum()
            gradients = torch.autograd.grad(loss, leaves, allow_unused=True, materialize_grads=True)
    return torch.cat([chosen.detach(), *gradients])


def slopes(values: Tensor) -> Tensor:
    """Numbers from 1 to 2, of the shape of `values`: all different."""
    return torch.linspace(1, 2, values.numel()).reshape(values.shape)


def passed(vectors: Tensor, codebook: Tensor, to_vectors: float = 1.0, to_codes: float = 0.0) -> Tensor:
    """The chosen codes' vectors, with so much of the gradient to each side."""
    chosen = codebook[nearest(vectors, codebook)]
    sides = ((to_vectors, vectors), (to_codes, chosen))
    return chosen.detach() + sum(part * (side - side.detach()) for part, side in sides)


STRAIGHT_THROUGH = Checker(
    "straight_through(vectors: float[cell, size], codebook: float[code, size])",
    target=passed,
    observe=forwards_and_back,
    axes=("values, then gradients", "number"),
    edges=((torch.tensor([[0.9, 0.1], [0.2, 0.8]]), torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])),),
    beliefs=(
        Belief(
            "looking up lets the gradient through",
            "The values are right, but no gradient reaches the vectors, so an encoder would never learn. "
            "Looking up a row depends on the row only. (In v + (q - v) without detach, v cancels: that is "
            "the same.) Hide the difference q - v from the gradient, and add v in the open.",
            lambda vectors, codebook: passed(vectors, codebook, 0.0, 1.0),
        ),
        Belief(
            "everything is detached",
            "The values are right, but no gradient comes back at all: everything is detached. One way must "
            "stay open, and it is the vectors': only what is added to them is hidden.",
            lambda vectors, codebook: passed(vectors, codebook, 0.0, 0.0),
        ),
        Belief(
            "the codebook learns here, too",
            "The vectors get their gradient, and the codebook gets one as well. In VQ-VAE it learns by a loss of its "
            "own, or by running means; here it has to be hidden, too, with the detach around the whole difference.",
            lambda vectors, codebook: passed(vectors, codebook, 1.0, 1.0),
        ),
        Belief(
            "the wrong one is hidden",
            "The values are right, and the vectors' gradient has the wrong sign: the open term is the one with the "
            "minus. A step downhill would go uphill. Keep the plain vectors open, and hide the difference.",
            lambda vectors, codebook: passed(vectors, codebook, -1.0, 1.0),
        ),
        Belief(
            "a mixture of codes will do",
            "You mix the codes by a softmax of their distances. That has a gradient, but it is no choice: "
            "the decoder would train on mixtures that no token can name. Forwards exactly one code is asked.",
            lambda vectors, codebook: (
                (-(vectors[:, None] - codebook[None]).square().sum(dim=2)).softmax(dim=1) @ codebook
            ),
        ),
        Belief(
            "the way forwards is straight, too",
            "You give back the vectors themselves. Straight through is the way *back*; forwards the decoder "
            "gets the nearest code, since that is all that a token can say.",
            lambda vectors, codebook: vectors * 1.0,
        ),
    ),
)

CHECKERS = (NEAREST_CODE, PERPLEXITY, STRAIGHT_THROUGH, *lesson03_draws.CHECKERS)
