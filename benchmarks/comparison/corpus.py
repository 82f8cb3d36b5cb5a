"""Captions by the megabyte, the same on every machine: made-up words on a Zipf curve in the shapes of real captions.

The picture world has some hundreds of words, too few for a vocabulary of 16,384; real captions would have to be
downloaded. So words are spelled from syllables, a frequent one shorter than a rare one, and used on a curve of Zipf and
Mandelbrot, 1 / (rank + 2.7) ** 1.25, with the little words, digits and marks of captions: 36,000 different words in
4 MB and 140,000 in 50 MB, about as many as in English.
"""

import itertools
import random


def several(line: str) -> list[str]:
    """The words of a line."""
    return line.split()


SMALL = several("a the of in with on and at to is by for from near two one his her an over under beside")
ONSETS = several("b c d f g h j k l m n p r s t v w z st tr pl gr sh ch br cl fr")
VOWELS = several("a e i o u ea oo ai ou")
ENDS = ["", "", *several("n r s t l ng ck m")]
SHAPES = (
    "{0} {w} {1} {w} {2} {w}", "A {w} {w} {0} a {w}", "{w} {w}, {w} and {w}", "photo of {0} {w} {1} the {w} {w}.",
    "{w}'s {w} {0} {n} {w}", "{W} {w} - {w} {1} {w}", "{n} {w} {w} {0} {w}, {1} {w} {w}", "the {w} {w} isn't {w}!",
)  # fmt: skip


def vocabulary(size: int, rng: random.Random) -> list[str]:
    """`size` different made-up words, the frequent ones first."""
    words: dict[str, None] = {}
    while len(words) < size:
        syllables = 1 + int(rng.random() * (1 + min(3.0, len(words) / (size / 6) + 0.6)))
        parts = (rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(ENDS) for _ in range(syllables))
        words["".join(parts)] = None
    return list(words)


def captions(megabytes: float, seed: int, words: int = 200_000) -> list[str]:
    """Different captions with `megabytes` million letters in all; ASCII, so every cut of every library agrees."""
    known = vocabulary(words, random.Random("words"))
    weights = list(itertools.accumulate(1 / (rank + 2.7) ** 1.25 for rank in range(1, words + 1)))
    rng, found, letters = random.Random(f"captions/{seed}"), [], 0
    while letters < megabytes * 1e6:
        drawn = iter(rng.choices(known, cum_weights=weights, k=60_000))
        for _ in range(8_000):
            small = rng.choices(SMALL, k=3)
            text = rng.choice(SHAPES)
            text = text.replace("{0}", small[0]).replace("{1}", small[1]).replace("{2}", small[2])
            while "{w}" in text:
                text = text.replace("{w}", next(drawn), 1)
            text = text.replace("{W}", next(drawn).capitalize()).replace("{n}", str(rng.randrange(200)))
            found.append(text)
            letters += len(text)
            if letters >= megabytes * 1e6:
                break
    return found
