"""Byte-pair encoding, the algorithm: cut text into chunks, learn merges from them, apply merges to one chunk.

Ids 0 to 255 are the bytes themselves, and merge number k makes id 256 + k. `tokenizer.py` adds texts and
padding. A worked example, on the chunks "low", " lower", " lowest":

    l o = 3, o w = 3, " " l = 2, w e = 2, e r = 1, ...    ->  256 = lo   (a tie: l o comes before o w)
    lo w = 3, " " lo = 2, w e = 2, ...                    ->  257 = low
    " " low = 2, low e = 2, e r = 1, ...                  ->  258 = " low"
    " low" e = 2, e r = 1, e s = 1, s t = 1               ->  259 = " lowe"; no other pair is seen twice

The tie rule: among pairs with the same count, the one with the smaller (left id, right id) comes first. It is
the rule of the `tokenizers` library, with the bytes in their natural order. The order of texts never matters.

Sources: Sennrich, Haddow and Birch 2016 (BPE, arXiv 1508.07909); Provilkov, Emelianenko and Voita 2020 (BPE
dropout, arXiv 1910.13267). Left out: several processes, and counting in compiled code; this is plain Python.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Protocol

from tqdm import tqdm

N_BYTES = 256
Pair = tuple[int, int]

# How a text is cut before merging; merges never cross a cut. The first two cut alike in every regex engine.
PATTERNS = {
    # The paper: cut at everything that is not a-z; digits, punctuation and spaces never merge (the author's
    # answer in openai/DALL-E, thread 22). A character beyond ASCII stands alone too; its own bytes may merge.
    "paper": r"[a-z]+|[^a-z]",
    # Ours, for short captions: a word takes the space before it along.
    "words": r" ?[a-zA-Z]+|[^a-zA-Z]",
    # GPT-2's cut, exactly so on ASCII text; beyond ASCII every character counts as a letter.
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?[^\x00-@\[-`{-\x7f]+| ?[0-9]+| ?[\x00-\x08\x0e-\x1f!-/:-@\[-`{-\x7f]+"
    r"|[\t-\r ]+(?![^\t-\r ])|[\t-\r ]+",
}


class RandomSource(Protocol):
    """Anything with `random()` in [0, 1): a `random.Random` or a `numpy.random.Generator`."""

    def random(self) -> float:
        """The next number in [0, 1)."""
        ...


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The regular expression whose `findall` cuts a text into chunks; joined, they give the text back.

    pattern: a name in PATTERNS, or a regular expression for Python's `re`; what it leaves unmatched is cut
             into single characters. Raises ValueError if it is neither, or has a capturing group.
    """
    pattern = PATTERNS.get(pattern, pattern)
    try:
        groups = re.compile(pattern).groups
        whole = re.compile(rf"(?:{pattern})|[\s\S]")
    except re.error as error:
        names = ", ".join(PATTERNS)
        raise ValueError(f"pattern {pattern!r} is not one of {names}, nor a valid regex: {error}") from None
    if groups:
        raise ValueError(f"pattern {pattern!r} has a capturing group: write (?:...) in place of (...)")
    return whole


def spell_out(merges: Iterable[Pair]) -> list[bytes]:
    """The bytes of every token, by id: the 256 bytes, then what each merge makes.

    Raises ValueError for merges that cannot have been learnt: one that joins ids not made yet, or makes bytes
    that another token is made of.
    """
    vocabulary = [bytes([byte]) for byte in range(N_BYTES)]
    for left, right in merges:
        if not (0 <= left < len(vocabulary) and 0 <= right < len(vocabulary)):
            raise ValueError(
                f"merge {(left, right)} makes id {len(vocabulary)}: it can only join smaller ids"
            )
        vocabulary.append(vocabulary[left] + vocabulary[right])
    if len(set(vocabulary)) < len(vocabulary):
        twice = Counter(vocabulary).most_common(1)[0][0]
        raise ValueError(f"two merges make the same bytes, {twice!r}: every token must be different")
    return vocabulary


def learn_merges(
    chunk_counts: Mapping[bytes, int], n_merges: int, min_count: int = 2, progress: bool = False
) -> list[Pair]:
    """The first `n_merges` merges of byte-pair encoding: the most frequent pair first, again and again.

    chunk_counts: how often each chunk of bytes occurs; merges never cross from one chunk to the next.
    min_count:    stop when no pair occurs this often (at least 1), even if fewer than `n_merges` were found.
    progress:     show a progress bar.
    Returns pairs of ids, in the order learnt; pair k makes the new id 256 + k.
    """
    words = [list(chunk) for chunk in chunk_counts]
    word_counts = list(chunk_counts.values())
    pair_counts: Counter[Pair] = Counter()
    words_with: defaultdict[Pair, list[int]] = defaultdict(list)  # may name one twice, or one that lost it
    for index, word in enumerate(words):
        for pair in pairwise(word):
            pair_counts[pair] += word_counts[index]
            words_with[pair].append(index)
    # A heap gives its smallest item first: the highest count (negated), then, in a tie, the smallest pair.
    queue = [(-count, pair) for pair, count in pair_counts.items()]
    heapify(queue)

    merges: list[Pair] = []
    with tqdm(total=n_merges, desc="merges", unit="", disable=not progress) as bar:
        while queue and len(merges) < n_merges:
            negative_count, pair = heappop(queue)
            count = pair_counts[pair]
            if count < min_count:
                continue
            if count != -negative_count:  # other merges took some of its places: back in, with the new count
                heappush(queue, (-count, pair))
                continue
            new_id = N_BYTES + len(merges)
            merges.append(pair)
            bar.update()
            born: set[Pair] = set()
            for index in words_with.pop(pair):
                for old, new in _merge_in_place(words[index], pair, new_id):
                    pair_counts[old] -= word_counts[index]
                    pair_counts[new] += word_counts[index]
                    words_with[new].append(index)
                    born.add(new)
            for new in born:
                heappush(queue, (-pair_counts[new], new))
    return merges


def _merge_in_place(word: list[int], pair: Pair, new_id: int) -> list[tuple[Pair, Pair]]:
    """Replace every `pair` in `word` by `new_id`, from left to right: with a a, a a a becomes aa a.

    Returns which pairs of neighbours became which, in that order: in x a b y with a b, (x, a) became (x, ab) and
    (b, y) became (ab, y).
    """
    left, right = pair
    became: list[tuple[Pair, Pair]] = []
    place, last = 0, len(word) - 1
    while place < last:
        if word[place] == left and word[place + 1] == right:
            if place > 0:
                before = word[place - 1]
                became.append(((before, left), (before, new_id)))
            if place + 1 < last:
                after = word[place + 2]
                became.append(((right, after), (new_id, after)))
            word[place : place + 2] = [new_id]
            last -= 1
        place += 1
    return became


def apply_merges(
    chunk: bytes, merged_id: Mapping[Pair, int], dropout: float = 0.0, rng: RandomSource | None = None
) -> list[int]:
    """The ids of one chunk: start from its bytes, and do the earliest merge that fits, until none does.

    merged_id: from a pair of ids to the id that it makes; a smaller id is an earlier merge.
    dropout:   the probability in [0, 1] that a place where a merge fits is passed over at one step. Each
               place draws for itself, anew each step; when a step passes over all of them, the chunk stays
               as it is. 0 always gives the same ids, 1 gives the bytes. Above 0 it draws from `rng`.

    The places wait in a heap, so n bytes take about n log n steps: a "word" of a million letters is no trap.
    """
    ids, n = list(chunk), len(chunk)
    following, previous = list(range(1, n + 1)), list(range(-1, n - 1))  # neighbours change as ids are joined
    queue = [(merged_id[pair], place) for place, pair in enumerate(pairwise(ids)) if pair in merged_id]
    heapify(queue)
    passed_over: list[tuple[int, int]] = []
    while queue:
        new_id, place = heappop(queue)
        right = following[place]
        if right == n or merged_id.get((ids[place], ids[right])) != new_id:
            continue  # another merge has taken one of the two since
        if dropout and rng.random() < dropout:
            passed_over.append((new_id, place))
            continue
        while passed_over:  # a step is done; what it passed over may be drawn again in the next
            heappush(queue, passed_over.pop())
        ids[place], ids[right] = new_id, -1
        following[place] = following[right]
        if following[place] < n:
            previous[following[place]] = place
        for left in (previous[place], place):  # the new id may merge with the one before it, or after it
            if left >= 0 and following[left] < n:
                candidate = merged_id.get((ids[left], ids[following[left]]))
                if candidate is not None:
                    heappush(queue, (candidate, left))
    return [token for token in ids if token >= 0]
