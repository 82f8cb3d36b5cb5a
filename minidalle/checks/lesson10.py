"""Checkers of lesson 10, CLIP and reranking: the table of cosines, a classifier of sentences, and the loss.

Left out: choosing among many drawings (`lesson10_choosing.py`).
"""

from __future__ import annotations

import random

import torch
import torch.nn.functional as F
from torch import Tensor

from minidalle.checks import lesson10_choosing
from minidalle.checks.checker import Belief, Checker

COSINE_TABLE = Checker(
    "cosine_table(pictures: float[picture, channel], captions: float[caption, channel])",
    target=lambda pictures, captions: F.normalize(pictures, dim=1) @ F.normalize(captions, dim=1).T,
    loops=False,
    edges=(
        (torch.tensor([[3.0, 4.0], [0.0, 2.0], [1.0, 0.0]]), torch.tensor([[6.0, 8.0], [-0.5, 0.0]])),
        (torch.tensor([[1.0, 1.0, 0.5]]), torch.tensor([[2.0, 2.0, 1.0], [0.0, 0.0, 5.0]])),
    ),
    axes=("picture", "caption"),
    beliefs=(
        Belief(
            "a dot product is a cosine",
            "You give dot products. A vector that is twice as long would fit everything twice as well: divide by both "
            "lengths, and no number is beyond 1.",
            lambda pictures, captions: pictures @ captions.T,
        ),
        Belief(
            "one side made short is enough",
            "You divide by the length of the pictures' vectors only, so long captions get large numbers. Both sides "
            "have to have length 1.",
            lambda pictures, captions: F.normalize(pictures, dim=1) @ captions.T,
        ),
        Belief(
            "lengths are taken over the batch",
            "You take lengths down the columns, over the batch. A vector is a row: its length goes along the channels, "
            "and does not depend on who else is in the batch.",
            lambda pictures, captions: F.normalize(pictures, dim=0) @ F.normalize(captions, dim=0).T,
        ),
        Belief(
            "a picture is compared with its own caption only",
            "You compare row by row, one caption a picture, which fails where there are not equally many. Asked for is "
            "the whole table: every picture against every caption.",
            F.cosine_similarity,
        ),
        Belief(
            "a row for each caption",
            "Your table is turned over: it has a row for each caption. Exchange the two sides of the product, or turn "
            "the table: rows are pictures.",
            lambda pictures, captions: F.normalize(captions, dim=1) @ F.normalize(pictures, dim=1).T,
        ),
    ),
)


def class_means(scores: Tensor, classes: list[int]) -> Tensor:
    """The mean score of each class's sentences: float [picture, class]."""
    of = torch.tensor(classes)
    return torch.stack([scores[:, of == one].mean(1) for one in range(max(classes) + 1)], 1)


def by_sentences(scores: Tensor, classes: list[int], way: str = "") -> Tensor:
    """The class of each picture: int64 [picture]; or by a belief instead."""
    of, means = torch.tensor(classes), class_means(scores, classes)
    if way == "best sentence":
        return of[scores.argmax(1)]
    if way == "summed":
        return (means * torch.bincount(of)).argmax(1)
    if way == "first":
        return scores[:, [classes.index(one) for one in range(means.shape[1])]].argmax(1)
    return means.argmax(1)


def some_sentences(rng: random.Random) -> tuple[Tensor, list[int]]:
    """Scores [picture, sentence] above 0, and unequally many sentences a class; no class fits nearly as well as the
    best."""
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    while True:
        classes = [*range(rng.randint(2, 4))]
        classes += [rng.choice(classes) for _ in range(rng.randint(2, 5))]
        rng.shuffle(classes)
        scores = torch.rand(rng.randint(5, 9), len(classes), generator=generator)
        best = class_means(scores, classes).topk(2, dim=1).values
        if (best[:, 0] - best[:, 1]).min() > 1e-3:
            return scores, classes


NAME_PICTURES = Checker(
    "name_pictures(scores, classes)",
    target=by_sentences,
    make=some_sentences,
    edges=(
        (torch.tensor([[0.3, 0.3, 0.4], [0.8, 0.1, 0.5], [0.6, 0.5, 0.5]]), [0, 0, 1]),
        (torch.tensor([[0.1, 0.9, 0.5, 0.4], [0.7, 0.2, 0.3, 0.2]]), [1, 0, 0, 0]),
        (torch.tensor([[-0.1, -0.3, -0.5, -0.4], [-0.7, 0.2, -0.3, -0.2]]), [2, 0, 1, 0]),
        (torch.tensor([[0.1, 0.9, 0.2, 0.3]]), [0, 1, 0, 1]),
    ),
    axes=("picture",),
    beliefs=(
        Belief(
            "the best sentence is the answer",
            "You give the number of the best sentence. Several sentences name one class: `classes` says which, and "
            "asked for is the class.",
            lambda scores, classes: scores.argmax(1),
        ),
        Belief(
            "the best sentence decides",
            "You take the class of the one best sentence. Then a single lucky wording decides, which is what several "
            "sentences should prevent: average over the sentences of each class.",
            lambda *case: by_sentences(*case, "best sentence"),
        ),
        Belief(
            "more sentences add up",
            "You add the scores of a class's sentences, so a class wins because more sentences were written for it. "
            "Divide by how many there are: {classes}.",
            lambda *case: by_sentences(*case, "summed"),
        ),
        Belief(
            "a sentence chooses its picture",
            "You look for the best picture of each class. Here each picture asks for its class: the largest number is "
            "sought along the classes, and there is an answer for each picture.",
            lambda scores, classes: class_means(scores, classes).argmax(0),
        ),
        Belief(
            "one sentence a class is enough",
            "You use the first sentence of each class, and leave the others out. They were written so that no single "
            "wording decides: average over all of a class.",
            lambda *case: by_sentences(*case, "first"),
        ),
    ),
)


def quiz(cosines: Tensor, scale: float, way: str = "") -> float:
    """CLIP's loss of cosines [pair, pair + foil]; or by a belief instead."""
    pairs = torch.arange(len(cosines))
    logits = (cosines if way == "no scale" else scale * cosines).double()
    square = logits[:, : len(pairs)]
    if way == "pull":
        return float((scale - square.diagonal()).mean())
    by_picture = F.cross_entropy(square if way == "no foils" else logits, pairs)
    by_caption = F.cross_entropy(square.T, pairs)
    if way == "one way":
        return float(by_picture)
    return float(by_picture + by_caption) * (1.0 if way == "summed" else 0.5)


def foils_ask(cosines: Tensor, scale: float) -> float:
    """The loss with a row for each foil in the captions' half: an error, where there are foils."""
    logits, pairs = scale * cosines, torch.arange(len(cosines))
    return float(F.cross_entropy(logits, pairs) + F.cross_entropy(logits.T, pairs)) / 2


def in_float32(cosines: Tensor, scale: float) -> float:
    """The loss with bare exponentials, which end at e^88 in 32 bits."""
    weights = (scale * cosines).exp()
    rows, columns = weights.sum(1), weights[:, : len(cosines)].sum(0)
    true = weights.diagonal()
    return float(-((true / rows).log().mean() + (true / columns).log().mean()) / 2)


def some_cosines(rng: random.Random) -> tuple[Tensor, float]:
    """Cosines [pair, pair + foil] with the true pairs a little ahead, and a scale as CLIP learns it."""
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    pairs, foils = rng.randint(2, 6), rng.randint(0, 4)
    table = 1.4 * torch.rand(pairs, pairs + foils, generator=generator) - 0.7
    return table + 0.25 * torch.eye(pairs, pairs + foils), round(rng.uniform(2, 20), 1)


CONTRASTIVE_LOSS = Checker(
    "contrastive_loss(cosines, scale)",
    target=quiz,
    make=some_cosines,
    loops=False,
    edges=(
        (torch.zeros(6, 6), 1.0),
        (torch.eye(4, 6), 100.0),
        (torch.full((3, 5), 0.5), 14.0),
    ),
    beliefs=(
        Belief(
            "pictures ask, captions do not",
            "You ask each picture for its caption, and stop there. The other half of the quiz is missing: each caption "
            "asks for its picture, down its column.",
            lambda *case: quiz(*case, "one way"),
        ),
        Belief(
            "matching pairs need only be similar",
            "You only pull matching pairs together. Mapping everything to one point would solve that. A pair has to be "
            "more similar than the others of the batch: those must stand in the loss.",
            lambda *case: quiz(*case, "pull"),
        ),
        Belief(
            "cosines are logits",
            "You leave the scale out. Cosines end at 1, and with them the softmax can never become sure: multiply "
            "by the scale first.",
            lambda *case: quiz(*case, "no scale"),
        ),
        Belief(
            "foils take no part",
            "You cut the foils off for both halves. Captions must not see them, but a picture has to choose among all "
            "columns: that is what foils are for.",
            lambda *case: quiz(*case, "no foils"),
        ),
        Belief(
            "foils ask, too",
            "Your function stops where there are foils. Turned over, the table has a row for each foil, and such a row "
            "has no right answer: cut the foils' columns off before you turn it, for the captions' half alone.",
            foils_ask,
        ),
        Belief(
            "the two halves are added",
            "Your loss is twice as large: you add the two cross-entropies. Their mean is asked for, so that ln n is "
            "what guessing among n pays.",
            lambda *case: quiz(*case, "summed"),
        ),
        Belief(
            "the exponential of a hundred is a number like any other",
            "At scale 100 your loss is {got}: e to the 100 is more than 32 bits can hold, and infinity divided by "
            "infinity is no number. Take the logarithm of the softmax in one step, as cross_entropy does.",
            in_float32,
        ),
    ),
)

CHECKERS = (COSINE_TABLE, NAME_PICTURES, CONTRASTIVE_LOSS, *lesson10_choosing.CHECKERS)
