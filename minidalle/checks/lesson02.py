"""Checkers of lesson 02, byte-pair encoding.

Left out: the texts of the exercises (`exercises/source/lesson02.py`).
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

from minidalle.bpe_training import Pair, learn_merges
from minidalle.checks import lesson02_encoding
from minidalle.checks.checker import Belief, Checker
from minidalle.checks.lesson02_encoding import merge_everywhere


def some_words(rng: random.Random) -> dict[bytes, int]:
    """Chunks of few letters, so that pairs repeat and tie: what merges are learnt from."""
    letters = rng.choice(("ab", "abc", "aabbc"))
    words = {"".join(rng.choices(letters, k=rng.randint(1, 7))) for _ in range(rng.randint(2, 7))}
    order = rng.sample(sorted(words), len(words))  # a set has an order of its own in every process
    return {word.encode(): rng.randint(1, 5) for word in order}


def learnt(
    counts: dict[bytes, int],
    n_merges: int,
    tie=lambda pair: pair,
    least: int = 2,
    weigh: bool = True,
    recount: bool = True,
    joined: bool = False,
) -> list[Pair]:
    """Byte-pair encoding with one of its rules changed, for beliefs.

    tie: what is smallest wins among equals. least: the count below which it stops. weigh: by how often a
    word occurs. recount: after each merge. joined: merge from word to word.
    """
    words = [(list(word), times if weigh else 1) for word, times in counts.items()]
    if joined:
        words = [([byte for word, times in words for byte in word * times], 1)]
    merges: list[Pair] = []
    first: Counter[Pair] = Counter()
    while len(merges) < n_merges:
        pairs: Counter[Pair] = Counter()
        for word, times in words:
            for pair in pairwise(word):
                pairs[pair] += times
        first = first or pairs
        known = pairs if recount else Counter({pair: n for pair, n in first.items() if pair not in merges})
        if not known or max(known.values()) < least:
            break
        best = min(known, key=lambda pair: (-known[pair], tie(pair)))
        merges.append(best)
        made = 255 + len(merges)
        words = [(merge_everywhere(word, best, made), times) for word, times in words]
    return merges


LEARN_MERGES = Checker(
    "learn_merges(chunk_counts, n_merges)",
    target=learn_merges,
    make=lambda rng: (some_words(rng), rng.randint(1, 8)),
    edges=(
        ({b"low": 1, b" lower": 1, b" lowest": 1}, 4),
        ({b"ab": 3}, 5),
        ({b"a": 9}, 2),
        ({}, 3),
        ({b"ab": 3}, 0),
    ),
    beliefs=(
        Belief(
            "a tie goes to the pair met first",
            "Your merges are right until two pairs are equally frequent; then you take the one that was met first, "
            "and the result depends on the order of the texts. The rule: of equals the smaller (left, right) pair.",
            lambda counts, n: learnt(counts, n, tie=lambda pair: 0),  # min keeps the first of equals
        ),
        Belief(
            "a tie goes to the larger pair",
            "Where two pairs are equally frequent you take the larger one. Look at what max compares when the counts "
            "are equal: the rule is the smaller (left, right) pair.",
            lambda counts, n: learnt(counts, n, tie=lambda pair: (-pair[0], -pair[1])),
        ),
        Belief(
            "every word counts once",
            "You count each chunk once, however often it occurs. {chunk_counts} says how often: a pair in a word "
            "that occurs 5 times occurs 5 times.",
            lambda counts, n: learnt(counts, n, weigh=False),
        ),
        Belief(
            "counting once is enough",
            "You count the pairs once and take the most frequent of that list. A merge makes new pairs and takes "
            "others away, so the counts have to be made anew after each one.",
            lambda counts, n: learnt(counts, n, recount=False),
        ),
        Belief(
            "pairs seen once are merged too",
            "You go on merging when no pair is left that occurs twice. Such a merge only learns one word by heart: "
            "stop when the best count is below 2, even if fewer merges were found than asked for.",
            lambda counts, n: learnt(counts, n, least=1),
        ),
        Belief(
            "merges cross from word to word",
            "You have joined the chunks into one text, so that a pair may be made of the end of one and the start of "
            "the next. Merges never cross a cut.",
            lambda counts, n: learnt(counts, n, joined=True),
        ),
    ),
)


def pair_counts(words, times: bool = True, twice: bool = True, across: bool = False, ordered: bool = True):
    """Pairs of neighbours of [(ids, times), ...], with one of the rules changed, for beliefs."""
    counts: Counter[Pair] = Counter()
    row = [([token for ids, _ in words for token in ids], 1)]
    for ids, n in row if across else words:
        pairs = list(pairwise(ids)) if twice else sorted(set(pairwise(ids)))
        for left, right in pairs:
            counts[(left, right) if ordered else (min(left, right), max(left, right))] += n if times else 1
    return dict(counts)


def some_ids(rng: random.Random) -> list[tuple[list[int], int]]:
    """Words of few different ids, each with how often it occurs."""
    words = [[rng.choice((97, 98, 256)) for _ in range(rng.randint(1, 7))] for _ in range(rng.randint(1, 4))]
    return [(word, rng.randint(1, 4)) for word in words]


COUNT_PAIRS = Checker(
    "count_pairs(words)",
    target=pair_counts,
    make=lambda rng: (some_ids(rng),),
    edges=(
        ([([97, 97, 97], 2), ([97, 97], 1)],),
        ([([97, 98], 1), ([98, 97], 2)],),
        ([([98, 97, 98, 97], 3)],),
        ([],),
    ),
    beliefs=(
        Belief(
            "every word counts once",
            "You count each word once. The number beside it says how often it occurs, and its pairs occur as often.",
            lambda words: pair_counts(words, times=False),
        ),
        Belief(
            "a pair counts once a word",
            "You count a pair once a word, even where it stands there several times: in a b a b the pair (a, b) "
            "occurs twice.",
            lambda words: pair_counts(words, twice=False),
        ),
        Belief(
            "the order within a pair is no matter",
            "You take (a, b) and (b, a) for the same pair. They are spelled differently, and make different tokens.",
            lambda words: pair_counts(words, ordered=False),
        ),
        Belief(
            "words stand side by side",
            "You count pairs in one long row of ids, so the end of a word pairs with the start of the next. Count "
            "within each word.",
            lambda words: pair_counts(words, across=True),
        ),
    ),
)


def by_digits(ids: list[int], pair: Pair, new_id: int) -> list[int]:
    """Merging in the text of the row, for a belief: 197 ends as 97 does."""
    text = ", ".join(map(str, ids)).replace(f"{pair[0]}, {pair[1]}", str(new_id))
    return [int(one) for one in text.split(", ") if one]


def merged(ids: list[int], pair: Pair, new_id: int, way: str) -> list[int]:
    """Merging with one of the rules changed, for beliefs."""
    if way == "from the right":
        return merge_everywhere(ids[::-1], (pair[1], pair[0]), new_id)[::-1]
    out, place, fits = [], 0, True
    while place < len(ids):
        fits = tuple(ids[place : place + 2]) == tuple(pair)
        if fits and (way != "once" or new_id not in out):
            out += [*ids[place : place + 2], new_id] if way == "added" else [new_id]
            place += 2
        else:
            out.append(ids[place])
            place += 1
    return out[:-1] if way == "last lost" and not fits else out


MERGE_PAIR = Checker(
    "merge_pair(ids, pair, new_id)",
    target=merge_everywhere,
    make=lambda rng: (
        [rng.choice((97, 98)) for _ in range(rng.randint(1, 9))],
        rng.choice(((97, 98), (97, 97))),
        256,
    ),
    edges=(
        ([97, 97, 97], (97, 97), 256),
        ([], (97, 98), 256),
        ([97, 98, 97, 98], (97, 98), 300),
        ([197, 98, 97, 980, 97, 98], (97, 98), 256),
    ),
    beliefs=(
        Belief(
            "one place is enough",
            "You replace the first place only. The pair is replaced everywhere in {ids}.",
            lambda ids, pair, new_id: merged(ids, pair, new_id, "once"),
        ),
        Belief(
            "from the right",
            "You replace from right to left: in a a a that gives a aa, where it should be aa a. Readers of your file "
            "start from the left, and would spell the text otherwise.",
            lambda ids, pair, new_id: merged(ids, pair, new_id, "from the right"),
        ),
        Belief(
            "the last id is part of no pair",
            "The last id gets lost where it ends no pair: a loop over neighbours stops one before the end.",
            lambda ids, pair, new_id: merged(ids, pair, new_id, "last lost"),
        ),
        Belief(
            "a list can equal a tuple",
            "Your function never finds the pair. A slice of ids is a list and pair a tuple, and in Python those are "
            "never equal: [1, 2] == (1, 2) is False. Make one what the other is.",
            lambda ids, pair, new_id: list(ids),
        ),
        Belief(
            "ids are what they look like",
            "You replace in the text of the row, where 197 ends with the digits of 97 and 980 begins with those of 98, "
            "so parts of other ids are taken for the pair. Compare ids as numbers, two neighbours at a time.",
            by_digits,
        ),
        Belief(
            "the new id comes besides the two",
            "You add the new id, and keep the two that it stands for. A merge makes the row shorter: that is what it "
            "is for.",
            lambda ids, pair, new_id: merged(ids, pair, new_id, "added"),
        ),
    ),
)

CHECKERS = (COUNT_PAIRS, MERGE_PAIR, LEARN_MERGES, *lesson02_encoding.CHECKERS)
