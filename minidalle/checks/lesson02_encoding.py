"""Checkers of lesson 02, byte-pair encoding: what is done with merges once they are learnt.

Left out: learning them (`lesson02.py`).
"""

from __future__ import annotations

import random
from functools import cache
from itertools import pairwise

from minidalle.bpe_training import N_BYTES, Pair, apply_merges, learn_merges, spell_out
from minidalle.checks.checker import Belief, Checker


def merge_everywhere(word: list[int], pair: Pair, new_id: int) -> list[int]:
    """`word` with every `pair` replaced by `new_id`, from left to right: with a a, a a a becomes aa a."""
    left, right = pair
    merged: list[int] = []
    place = 0
    while place < len(word):
        if word[place] == left and place + 1 < len(word) and word[place + 1] == right:
            merged.append(new_id)
            place += 2
        else:
            merged.append(word[place])
            place += 1
    return merged


def ids_of(chunk: bytes, merges: list[Pair], way: str = "") -> list[int]:
    """The ids of a chunk by merges in the order learnt, or by a belief instead."""
    ids = list(chunk)
    made = {tuple(pair): N_BYTES + k for k, pair in enumerate(merges)}
    if way == "one pass":
        out: list[int] = []
        for token in ids:
            out.append(token)
            if len(out) > 1 and tuple(out[-2:]) in made:
                out[-2:] = [made[tuple(out[-2:])]]
        return out
    if way == "longest":
        spelt = spell_out(merges)
        order = sorted(range(len(spelt)), key=lambda one: -len(spelt[one]))
        out, place = [], 0
        while place < len(chunk):
            out.append(next(one for one in order if chunk.startswith(spelt[one], place)))
            place += len(spelt[out[-1]])
        return out
    if way == "backwards":
        while fits := [pair for pair in pairwise(ids) if pair in made]:
            best = max(fits, key=made.get)
            ids = merge_everywhere(ids, best, made[best])
        return ids
    if way == "bytes only":
        for pair, token in made.items():
            ids = merge_everywhere(ids, pair, token) if max(pair) < N_BYTES else ids
        return ids
    return apply_merges(chunk, made)


def some_merges(rng: random.Random) -> tuple[bytes, list[Pair]]:
    """A chunk, and merges learnt from others like it."""
    letters = rng.choice(("ab", "abc"))
    words = ["".join(rng.choices(letters, k=rng.randint(3, 9))).encode() for _ in range(8)]
    return words[0], learn_merges(dict.fromkeys(words[1:], 2), rng.randint(1, 7))


ENCODE_CHUNK = Checker(
    "encode_chunk(chunk, merges)",
    target=ids_of,
    make=some_merges,
    edges=(
        (b"lower", [(111, 119), (108, 256), (101, 114)]),
        (b"abc", [(98, 99), (97, 98)]),
        (b"abcab", [(97, 98), (98, 99), (257, 256)]),
        (b"", [(97, 98)]),
        (b"abab", [(97, 98), (256, 256)]),
        (b"aab", [(97, 98), (97, 97)]),
    ),
    beliefs=(
        Belief(
            "from left to right, whatever fits",
            "You walk from left to right and merge whatever fits first. The order that counts is the order in which "
            "the merges were learnt: of all that fit the earliest comes first, wherever it stands.",
            lambda chunk, merges: ids_of(chunk, merges, "one pass"),
        ),
        Belief(
            "the longest token first",
            "You look for the longest token at each place. That is another algorithm (WordPiece's); byte-pair "
            "encoding replays its merges in the order learnt, and can end with other pieces.",
            lambda chunk, merges: ids_of(chunk, merges, "longest"),
        ),
        Belief(
            "the latest merge first",
            "You do the latest merge that fits first. Late merges are made of early ones: begin with the earliest.",
            lambda chunk, merges: ids_of(chunk, merges, "backwards"),
        ),
        Belief(
            "merges join bytes only",
            "You look for pairs of bytes only. A merge may join ids that earlier merges made: look at the row of ids "
            "as it is now, not at the chunk.",
            lambda chunk, merges: ids_of(chunk, merges, "bytes only"),
        ),
    ),
)


def bytes_per_token(words: dict[bytes, int], merges: list[Pair], way: str = "") -> list[float]:
    """Bytes a token with the first 0, 1, ... merges, over a text; or by a belief instead."""
    curve = []
    for k in range(len(merges) + 1):
        count = {word: len(ids_of(word, merges[:k])) for word in words}
        if way == "words alike":
            curve.append(sum(map(len, words)) / sum(count.values()))
        elif way == "mean of ratios":
            total = sum(words.values())
            curve.append(sum(n * len(word) / count[word] for word, n in words.items()) / total)
        else:
            tokens = sum(n * count[word] for word, n in words.items())
            length = sum(n * len(word) for word, n in words.items())
            curve.append(tokens / length if way == "upside down" else length / tokens)
    return curve[1:] if way == "from one" else curve


def some_text(rng: random.Random) -> tuple[dict[bytes, int], list[Pair]]:
    """A text's words with their counts, and merges learnt from it."""
    words = {"".join(rng.choices("abc", k=rng.randint(2, 8))).encode(): rng.randint(1, 9) for _ in range(5)}
    return words, learn_merges(words, rng.randint(2, 8), min_count=1)


COMPRESSION_CURVE = Checker(
    "compression_curve(words, merges)",
    target=bytes_per_token,
    make=some_text,
    count=8,
    axes=("merges",),
    beliefs=(
        Belief(
            "tokens a byte",
            "The curve falls: you have tokens a byte. Asked for are bytes a token, which start at 1 and rise.",
            lambda words, merges: bytes_per_token(words, merges, "upside down"),
        ),
        Belief(
            "every word counts once",
            "You count each word once. A text is made of {words}: frequent words fill most of it, and they are the "
            "ones that merges shorten.",
            lambda words, merges: bytes_per_token(words, merges, "words alike"),
        ),
        Belief(
            "a mean of each word's ratio",
            "You average each word's own ratio. Asked is how many bytes a token of the whole text stands for: all "
            "bytes divided by all tokens. Short words would otherwise weigh as much as long ones.",
            lambda words, merges: bytes_per_token(words, merges, "mean of ratios"),
        ),
        Belief(
            "no merges is no point",
            "The first point is missing: with no merges at all every byte is a token, so the curve starts at 1.",
            lambda words, merges: bytes_per_token(words, merges, "from one"),
        ),
    ),
)


def spellings(chunk: bytes, pieces: list[bytes], way: str = "") -> int:
    """In how many ways pieces can be laid side by side to give the chunk; or by a belief instead."""
    if way == "no end":
        return 0 if len(chunk) else 1

    @cache
    def ways(place: int) -> int:
        if place == len(chunk):
            return 1
        fits = [n for n, piece in enumerate(pieces) if piece and chunk.startswith(piece, place)]
        if way == "greedy":
            fits = sorted(fits, key=lambda n: -len(pieces[n]))[:1]
        return sum(ways(place + len(pieces[n])) for n in fits)

    if way == "two pieces":
        return sum(
            chunk[:n] in pieces and (chunk[n:] in pieces or n == len(chunk)) for n in range(1, len(chunk) + 1)
        )
    return ways(0)


COUNT_SPELLINGS = Checker(
    "count_spellings(chunk, pieces)",
    target=spellings,
    make=lambda rng: (
        "".join(rng.choices("ab", k=rng.randint(1, 9))).encode(),
        [b"a", b"b", *sorted({"".join(rng.choices("ab", k=rng.randint(2, 3))).encode() for _ in range(3)})],
    ),
    edges=((b"cat", [b"c", b"a", b"t", b"ca", b"at"]), (b"dog", [b"d", b"o"]), (b"a" * 40, [b"a", b"aa"])),
    beliefs=(
        Belief(
            "the longest piece is the only way",
            "You take the longest piece at each place and never go back, so there is one way at most. Every piece "
            "that fits begins a way of its own: add up the ways of what remains after each.",
            lambda chunk, pieces: spellings(chunk, pieces, "greedy"),
        ),
        Belief(
            "the end has no way",
            "Every count is 0: when nothing is left to spell you give 0 ways, and sums of zeros stay zero. An empty "
            "rest can be spelled in exactly one way, with no piece.",
            lambda chunk, pieces: spellings(chunk, pieces, "no end"),
        ),
        Belief(
            "a spelling has two pieces",
            "You cut the chunk once, into two pieces. A spelling may have any number: cut off the first piece, then "
            "ask the same question about what remains.",
            lambda chunk, pieces: spellings(chunk, pieces, "two pieces"),
        ),
        Belief(
            "no way needs every byte",
            "You count the spellings of the part that can be spelled. Where some byte belongs to no piece, the whole "
            "cannot be spelled: 0 ways.",
            lambda chunk, pieces: spellings(bytes(b for b in chunk if bytes([b]) in pieces), pieces),
        ),
    ),
)

CHECKERS = (ENCODE_CHUNK, COMPRESSION_CURVE, COUNT_SPELLINGS)
