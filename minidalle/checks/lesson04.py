"""Checkers of lesson 04, training the dVAE: the parts of its loss.

Left out: the schedule, dead codes, and the slope of the KL (`lesson04_training.py`); the texts of the
exercises (`exercises/source/lesson04.py`).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from minidalle.checks import lesson04_training
from minidalle.checks.checker import Belief, Checker
from minidalle.relaxation import kl_to_uniform, logit_laplace_nll, map_pixels, unmap_pixels


def cell_entropy(logits: Tensor, dim: int = 1) -> Tensor:
    """The entropy of each distribution along an axis, in nats."""
    return math.log(logits.shape[dim]) - kl_to_uniform(logits, dim)


CERTAIN = 200 * torch.eye(3)[None, :, None, :]
"""Logits of three cells, each certain of one of three codes, [1, 3, 1, 3]."""

KL_TO_UNIFORM = Checker(
    "kl_to_uniform(logits: float[picture, code, row, column])",
    target=kl_to_uniform,
    axes=("row", "column"),
    edges=(
        (torch.tensor([0.0, 2.0, 1.0, 0.0, -1.0, 3.0] * 2).reshape(1, 3, 2, 2),),
        (torch.zeros(1, 4, 2, 3),),
        (CERTAIN,),
    ),
    beliefs=(
        Belief(
            "the entropy is the distance",
            "You give the entropy itself. It is largest where the encoder is undecided, and there the distance "
            "from uniform should be 0: take ln K minus the entropy.",
            cell_entropy,
        ),
        Belief(
            "nats are bits",
            "You take logarithms to the base 2, which gives bits. The loss adds nats, of natural logarithms; a "
            "bit is 0.69 of one. A certain cell of 512 codes has 6.24 nats, or 9 bits.",
            lambda logits: kl_to_uniform(logits) / math.log(2),
        ),
        Belief(
            "the direction is no matter",
            "You measure from the uniform distribution to the posterior. The KL is not symmetric: the average "
            "of ln(q / p) is taken over the posterior q. Yours grows without bound where a code is ruled out, "
            "and should end at ln K.",
            lambda logits: -logits.log_softmax(dim=1).mean(dim=1) - math.log(logits.shape[1]),
        ),
        Belief(
            "codes lie along the last axis",
            "You take the softmax along the last axis, a row of cells. Codes lie along axis 1 of [picture, "
            "code, row, column]; the wrong axis trains without complaint, and spoils the codes.",
            lambda logits: kl_to_uniform(logits, dim=-1),
        ),
        Belief(
            "0 times ln 0",
            "Where the encoder is certain, a softmax gives exactly 0, its logarithm is minus infinity, and 0 times "
            "that is NaN (not a number). `log_softmax` gives the logarithm without ever passing through 0.",
            lambda logits: (logits.softmax(dim=1) * (logits.softmax(dim=1) * logits.shape[1]).log()).sum(
                dim=1
            ),
        ),
        Belief(
            "cells are averaged at once",
            "You give one mean. Asked is a number for each cell, [picture, row, column], so that one can see "
            "where nats are spent, and the loss can add them up as it needs.",
            lambda logits: kl_to_uniform(logits).mean(),
        ),
    ),
)

PAINT = Checker(
    "paint(mu: float[picture, colour, row, column])",
    target=lambda mu: unmap_pixels(torch.sigmoid(mu)),
    axes=("row", "column"),
    edges=((torch.tensor([[0.0, 1.0, -1.0], [2.0, -2.0, 5.0], [-2.5, 2.5, -9.0]])[None, None],),),
    beliefs=(
        Belief(
            "the sigmoid is the picture",
            "You stop at the sigmoid. The decoder was trained on squeezed pixels, from 0.1 to 0.9, so your "
            "pictures are pale: black is 0.1. Undo the squeeze.",
            torch.sigmoid,
        ),
        Belief(
            "a squeeze is undone by a squeeze",
            "You squeeze once more. The decoder's values are squeezed already, and what is shown is the "
            "inverse: take 0.1 off, then divide by 0.8.",
            lambda mu: map_pixels(torch.sigmoid(mu)),
        ),
        Belief(
            "nothing leaves the range",
            "You do not clamp. A sigmoid reaches beyond 0.1 and 0.9, so that some of your pixels are below 0 or "
            "above 1, and no picture can hold them.",
            lambda mu: (torch.sigmoid(mu) - 0.1) / 0.8,
        ),
        Belief(
            "steps are undone in the same order",
            "You divide first and take 0.1 off afterwards. The squeeze multiplied first and added then; undoing "
            "goes backwards: what came last is taken off first.",
            lambda mu: (torch.sigmoid(mu) / 0.8 - 0.1).clamp(0, 1),
        ),
        Belief(
            "the squeeze takes from one side",
            "You divide by 0.9. The squeeze takes 0.1 away at *both* ends, which leaves a range of 0.8; with "
            "yours white never gets white.",
            lambda mu: ((torch.sigmoid(mu) - 0.1) / 0.9).clamp(0, 1),
        ),
        Belief(
            "logits are pixels",
            "You leave the sigmoid out. mu is a logit, any number from minus to plus infinity, and the sigmoid "
            "brings it between 0 and 1 before anything else is done.",
            unmap_pixels,
        ),
    ),
)

LOGIT_LAPLACE = Checker(
    "logit_laplace_nll(x, mu, log_scale)",
    target=logit_laplace_nll,
    make=lesson04_training.some_pixels,
    axes=("row", "column"),
    edges=(
        (torch.tensor([[0.1, 0.5, 0.9]]), torch.tensor([[0.0, 0.0, 2.0]]), torch.tensor([[-1.0, 0.5, 1.0]])),
    ),
    beliefs=(
        Belief(
            "a squeezed axis costs nothing",
            "You score logit(x) by a Laplace density and leave it there. x is what is scored, and the logit "
            "stretches its axis: near 0 and 1 a small step in x is a long one in logits. That is the factor "
            "1 / (x (1 - x)), without which the density of x is not 1 in all.",
            lambda x, mu, log_scale: logit_laplace_nll(x, mu, log_scale) - torch.log(x * (1 - x)),
        ),
        Belief(
            "the density is the loss",
            "You give ln f, which is to grow. A loss is to fall: give minus the logarithm of the density.",
            lambda x, mu, log_scale: -logit_laplace_nll(x, mu, log_scale),
        ),
        Belief(
            "log_scale is the scale",
            "You take log_scale for b. The decoder gives ln b, so that any number it may say means a scale above "
            "0; yours would divide by 0 or by a negative scale. b is exp(log_scale).",
            lambda x, mu, log_scale: (
                (torch.logit(x) - mu).abs() / log_scale + torch.log(2 * log_scale) + torch.log(x * (1 - x))
            ),
        ),
        Belief(
            "a broad scale makes misses dear",
            "You multiply the distance by b. A large b says *I am unsure*, and makes a miss cheaper: divide by it. "
            "What it costs is the + ln b.",
            lambda x, mu, log_scale: (
                (torch.logit(x) - mu).abs() * log_scale.exp()
                + log_scale
                + math.log(2)
                + torch.log(x * (1 - x))
            ),
        ),
        Belief(
            "distances are squared",
            "You square the distance, as a bell curve does. A Laplace density has the plain distance |logit x - "
            "mu| in it: that is what makes its peak sharp, and pictures with it.",
            lambda x, mu, log_scale: (
                (torch.logit(x) - mu).square() * torch.exp(-log_scale)
                + log_scale
                + math.log(2)
                + torch.log(x * (1 - x))
            ),
        ),
        Belief(
            "mu is a brightness",
            "You compare mu with x. mu lives in logits, where brightness 0.5 is 0 and 0.9 is 2.2: compare it with "
            "logit(x).",
            lambda x, mu, log_scale: (
                (x - mu).abs() * torch.exp(-log_scale) + log_scale + math.log(2) + torch.log(x * (1 - x))
            ),
        ),
        Belief(
            "constants are no matter",
            "Every number is off by ln 2 = 0.69: the 2 of the density's 2 b is missing. It changes no gradient, "
            "but the loss would be no nats, and cannot be compared with anybody's.",
            lambda x, mu, log_scale: logit_laplace_nll(x, mu, log_scale) - math.log(2),
        ),
    ),
)


def summed(errors: Tensor, kl: Tensor) -> tuple[Tensor, Tensor]:
    """Nats of each picture: of its sub-pixels, and of its cells."""
    return errors.flatten(1).sum(dim=1), kl.flatten(1).sum(dim=1)


def loss_of(errors: Tensor, kl: Tensor, kl_weight: float) -> float:
    """The package's loss: mean error + weight / (sub-pixels a code) * mean KL."""
    subpixels_per_code = errors[0].numel() / kl[0].numel()
    return (errors.mean() + kl_weight / subpixels_per_code * kl.mean()).item()


NEGATIVE_ELBO = Checker(
    "negative_elbo(errors: float[picture, colour, row, column], kl: unit[picture, y, x], kl_weight: real[0.3, 7])",
    target=loss_of,
    sizes={"row": (4, 9), "column": (4, 9), "y": (2, 3), "x": (2, 3), "picture": (2, 6)},
    edges=((torch.ones(2, 3, 4, 4), torch.full((2, 2, 2), 2.0), 1.0),),
    beliefs=(
        Belief(
            "a mean for a mean",
            "You add the mean of the errors and the weighted mean of the KL. There are many sub-pixels to a cell, so "
            "that this makes a nat of the KL as many times as dear, and codes collapse. Sum both over the picture, "
            "add, and divide the whole once.",
            lambda errors, kl, kl_weight: errors.mean() + kl_weight * kl.mean(),
        ),
        Belief(
            "pictures are summed, too",
            "You sum over the batch as well. A batch of twice the size would then give twice the loss, and twice the "
            "step. Sum over what makes up one picture, and take the mean over pictures.",
            lambda errors, kl, kl_weight: loss_of(errors, kl, kl_weight) * len(errors),
        ),
        Belief(
            "the KL is a reward",
            "You subtract the KL. In the ELBO, which is to grow, it has a minus; this is the *negative* ELBO, which "
            "is to fall: what codes say costs something.",
            lambda errors, kl, kl_weight: loss_of(errors, kl, -kl_weight),
        ),
        Belief(
            "the whole sum is the loss",
            "You do not divide by the number of sub-pixels. The sums are right, but the learning rate is set for "
            "a loss per sub-pixel, as the paper divides by 256 x 256 x 3.",
            lambda errors, kl, kl_weight: loss_of(errors, kl, kl_weight) * errors[0].numel(),
        ),
        Belief(
            "only pixels are divided",
            "You divide the errors by the number of sub-pixels and leave the KL a sum over cells. Both belong to one "
            "sum, and both are divided, or the price of a nat grows with the size of the picture.",
            lambda errors, kl, kl_weight: errors.mean() + kl_weight * summed(errors, kl)[1].mean(),
        ),
        Belief(
            "the weight is for the errors",
            "You multiply the errors by the weight. It is the KL that is weighed: 0 at first, so that the codes "
            "may say what they like, 6.6 in the end.",
            lambda errors, kl, kl_weight: kl_weight * loss_of(errors, kl, 1 / kl_weight),
        ),
    ),
)

CHECKERS = (KL_TO_UNIFORM, PAINT, LOGIT_LAPLACE, NEGATIVE_ELBO, *lesson04_training.CHECKERS)
