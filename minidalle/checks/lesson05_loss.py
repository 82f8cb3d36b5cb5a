"""Checkers of lesson 05, one stream: the loss that weighs text and picture.

Left out: ids and places (`lesson05.py`), the vectors of slots (`lesson05_slots.py`).
"""

from __future__ import annotations

import random

import torch
import torch.nn.functional as F
from torch import Tensor

from minidalle.checks.checker import Belief, Checker


def cross(scores: Tensor, ids: Tensor, how: str = "mean") -> Tensor:
    """Cross-entropy of scores [batch, slot, id] and what came, int64 [batch, slot]."""
    return F.cross_entropy(scores.flatten(0, 1), ids.flatten(), reduction=how)


def losses(
    text_scores: Tensor, image_scores: Tensor, text: Tensor, image: Tensor, way: str = ""
) -> list[float]:
    """The loss 1 : 7, that of the text and that of the picture; or with one of the rules changed, for beliefs."""
    length = text.shape[1]
    asked = text_scores[:, : length - 1], image_scores[:, length:]
    came = text[:, 1:], image
    if way == "own token":
        asked, came = (text_scores[:, :length], image_scores[:, length + 1 :]), (text, image[:, :-1])
    if way == "own word":
        asked, came = (text_scores[:, :length], asked[1]), (text, image)
    if way == "own code":
        asked, came = (asked[0], image_scores[:, length + 1 :]), (came[0], image[:, :-1])
    if way == "first code given":
        asked, came = (asked[0], asked[1][:, 1:]), (came[0], image[:, 1:])
    if way == "one slot early":
        asked = asked[0], image_scores[:, length - 1 : -1]
    text_loss, image_loss = (cross(scores, ids) for scores, ids in zip(asked, came, strict=True))
    loss = (text_loss + 7 * image_loss) / 8
    if way == "not divided":
        loss = text_loss + 7 * image_loss
    if way == "text heavier":
        loss = (7 * text_loss + image_loss) / 8
    if way == "one mean":
        sums = [cross(scores, ids, "sum") for scores, ids in zip(asked, came, strict=True)]
        loss = (sums[0] + sums[1]) / (came[0].numel() + came[1].numel())
    return [one.item() for one in (loss, text_loss, image_loss)]


def some_scores(rng: random.Random) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Scores of both heads at every slot of a stream, and what the stream is made of."""
    batch, length, grid, codes = rng.randint(1, 3), rng.randint(3, 6), rng.randint(2, 4), rng.randint(5, 9)
    words = rng.randint(5, 9) + length
    dice = torch.Generator().manual_seed(rng.getrandbits(62))
    slots = length + grid**2
    return (
        2 * torch.randn(batch, slots, words, generator=dice),
        2 * torch.randn(batch, slots, codes, generator=dice),
        torch.randint(words, (batch, length), generator=dice),
        torch.randint(codes, (batch, grid**2), generator=dice),
    )


STREAM_LOSS = Checker(
    "stream_loss(text_scores, image_scores, text, image)",
    target=losses,
    make=some_scores,
    count=12,
    axes=("the loss", "of the text", "of the picture"),
    beliefs=(
        Belief(
            "a slot predicts its own token",
            "You ask each slot for the token that it holds itself. It has read that one: what counts is the "
            "next. Slot 0 answers for caption token 1, and start of image for code 0.",
            lambda *given: losses(*given, way="own token"),
        ),
        Belief(
            "a caption slot predicts its own word",
            "Your picture's half is right. In the text's half each slot is asked for the token that it holds itself, "
            "and has read. Slot 0 answers for caption token 1: one score less than there are tokens.",
            lambda *given: losses(*given, way="own word"),
        ),
        Belief(
            "a code's slot predicts its own code",
            "Your text's half is right. In the picture's half each slot is asked for the code that it holds itself, "
            "and has read. Code 0 is predicted by start of image, in slot text_length.",
            lambda *given: losses(*given, way="own code"),
        ),
        Belief(
            "the first code is given",
            "You leave out code 0, as if it were given like the first caption token. It is predicted too: "
            "before it stands start of image, in slot text_length.",
            lambda *given: losses(*given, way="first code given"),
        ),
        Belief(
            "the last word predicts the first code",
            "Your picture's predictions start one slot early, at the last caption slot. After that slot comes "
            "start of image, which nobody needs to predict; code 0 is predicted by slot text_length.",
            lambda *given: losses(*given, way="one slot early"),
        ),
        Belief(
            "weights need not add up to one",
            "Your loss is 1 times the text's plus 7 times the picture's, eight times too large. Divide by 8: "
            "a weighted mean stays in nats per token, and the learning rate keeps its meaning.",
            lambda *given: losses(*given, way="not divided"),
        ),
        Belief(
            "the text weighs seven",
            "The weights are exchanged: the picture counts for 7/8, since pictures are what the model is "
            "for, and the text for 1/8.",
            lambda *given: losses(*given, way="text heavier"),
        ),
        Belief(
            "all tokens share one mean",
            "You average over all tokens together, so that the weight of the text depends on how long "
            "captions are. Take each mean by itself, then weigh the two 1 to 7.",
            lambda *given: losses(*given, way="one mean"),
        ),
    ),
)


def pulls(text_length: int, grid: int, text_weight: float, image_weight: float) -> list[float]:
    """The share of the loss that one caption token and one code carry."""
    total = text_weight + image_weight
    return [text_weight / total / (text_length - 1), image_weight / total / grid**2]


PULL_OF_A_TOKEN = Checker(
    "pull_of_a_token(text_length: int[4, 80], grid: int[3, 32], text_weight: real[0.5, 2], image_weight: real[3, 9])",
    target=pulls,
    tolerance=1e-7,
    edges=((256, 32, 1.0, 7.0), (32, 16, 1.0, 7.0), (64, 16, 1.0, 1.0)),
    axes=("a caption token", "a code"),
    beliefs=(
        Belief(
            "weights are of single tokens",
            "You give each token its weight and divide by the sum over all tokens, so a code always pulls "
            "seven times as much as a word. The weights are of the two means: inside a mean, all tokens of its "
            "kind share its one weight.",
            lambda length, grid, text, image: [
                one / (text * (length - 1) + image * grid**2) for one in (text, image)
            ],
        ),
        Belief(
            "a token has its kind's whole weight",
            "You give the weights of the two means, 1/8 and 7/8. Each mean is made of many tokens, and they "
            "share its weight: divide by how many there are.",
            lambda length, grid, text, image: [text / (text + image), image / (text + image)],
        ),
        Belief(
            "the first caption token is predicted",
            "You share the text's weight among text_length tokens. The first one is given and has no loss, so "
            "there is one less.",
            lambda length, grid, text, image: [
                text / (text + image) / length,
                image / (text + image) / grid**2,
            ],
        ),
        Belief(
            "the last code is not predicted",
            "You share the picture's weight among grid**2 - 1 codes. The last one is never *read*, but "
            "it is predicted: all of them have a loss.",
            lambda length, grid, text, image: [
                text / (text + image) / (length - 1),
                image / (text + image) / (grid**2 - 1),
            ],
        ),
        Belief(
            "weights need not add up to one",
            "You divide each weight by the number of its tokens, but not by the sum of the two weights: the "
            "loss is a mean, and over all tokens the shares must add up to 1.",
            lambda length, grid, text, image: [text / (length - 1), image / grid**2],
        ),
    ),
)

CHECKERS = (STREAM_LOSS, PULL_OF_A_TOKEN)
