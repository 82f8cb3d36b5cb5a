"""Exercises of lesson 02, byte-pair encoding."""

from collections import Counter

from exercises.source.parts import Exercise

LESSON = "02_byte_pair_encoding"


class learn_merges(Exercise):
    title = "The merge loop"
    kind, minutes, lines = "build", 30, 18
    teaches = "how a vocabulary is learnt: count the pairs, merge the most frequent one everywhere, count again"
    text = """\
A tokenizer is learnt by one loop. Start with every chunk as its bytes. Count how often each pair of neighbours occurs,
a pair in a chunk that occurs 5 times counting 5 times. Take the most frequent pair, give it the next free id (256, then
257, ...), and put that id in its place everywhere. Then count again.

Write `learn_merges(chunk_counts, n_merges)`. `chunk_counts` says how often each chunk of bytes occurs. Give back the
list of merged pairs, `(left id, right id)`, in the order in which they were learnt."""
    specification = """\
- Pairs never cross from one chunk to the next.
- Of equally frequent pairs the **smaller** `(left, right)` comes first, so that the order of the texts never matters.
- In `a a a` the pair `(a, a)` is replaced from left to right: `aa a`.
- Stop when no pair occurs twice, even if that is fewer than `n_merges`.

A worked case: `learn_merges({b"low": 1, b" lower": 1, b" lowest": 1}, 4)` is
`[(108, 111), (256, 119), (32, 257), (258, 101)]`, which spells `lo`, `low`, `" low"`, `" lowe"`."""
    hints = (
        "Keep every chunk as a list of ids beside its count. Write the loop as three steps: count, choose, replace.",
        "`min` over the pairs with the key `(-count, pair)` takes the most frequent one, and of equals the smaller.",
        "Replace with an index that moves by two over a pair and by one otherwise, appending to a new list. Leave the "
        "loop when there is no pair, or when the chosen one occurs less than twice.",
    )

    def blank(chunk_counts, n_merges):
        """chunk_counts: bytes -> int. Gives a list of pairs of ids; pair k makes id 256 + k."""
        ...

    def reference(chunk_counts, n_merges):
        words = [(list(chunk), times) for chunk, times in chunk_counts.items()]
        merges = []
        while len(merges) < n_merges:
            counts = Counter()
            for word, times in words:
                for pair in zip(word, word[1:]):
                    counts[pair] += times
            best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
            if best is None or counts[best] < 2:
                break
            new_id = 256 + len(merges)
            merges.append(best)
            for number, (word, times) in enumerate(words):
                merged, place = [], 0
                while place < len(word):
                    if tuple(word[place : place + 2]) == best:
                        merged.append(new_id)
                        place += 2
                    else:
                        merged.append(word[place])
                        place += 1
                words[number] = (merged, times)
        return merges

    def independent(chunk_counts, n_merges):
        # Words as text, one character an id: replacing is what str.replace does.
        texts = {"".join(map(chr, chunk)): times for chunk, times in chunk_counts.items()}
        merges = []
        for new_id in range(256, 256 + n_merges):
            totals = {}
            for text, times in texts.items():
                for left, right in zip(text, text[1:]):
                    totals[left + right] = totals.get(left + right, 0) + times
            ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
            if not ranked or ranked[0][1] == 1:
                return merges
            pair = ranked[0][0]
            merges.append((ord(pair[0]), ord(pair[1])))
            texts = {text.replace(pair, chr(new_id)): times for text, times in texts.items()}
        return merges

    class mistakes:
        def most_common(chunk_counts, n_merges):
            """a tie goes to the pair met first"""
            words = [(list(chunk), times) for chunk, times in chunk_counts.items()]
            merges = []
            for new_id in range(256, 256 + n_merges):
                counts = Counter()
                for word, times in words:
                    for pair in zip(word, word[1:]):
                        counts[pair] += times
                if not counts or counts.most_common(1)[0][1] < 2:
                    break
                best = counts.most_common(1)[0][0]
                merges.append(best)
                words = [(replaced(word, best, new_id), times) for word, times in words]
            return merges

        def max_of_both(chunk_counts, n_merges):
            """a tie goes to the larger pair"""
            return loop(chunk_counts, n_merges, lambda counts: max(counts, key=lambda pair: (counts[pair], pair)))

        def unweighted(chunk_counts, n_merges):
            """every word counts once"""
            return loop(dict.fromkeys(chunk_counts, 1), n_merges, smallest)

        def one_count(chunk_counts, n_merges):
            """counting once is enough"""
            counts = Counter()
            for chunk, times in chunk_counts.items():
                for pair in zip(chunk, chunk[1:]):
                    counts[pair] += times
            ranked = sorted((pair for pair in counts if counts[pair] > 1), key=lambda pair: (-counts[pair], pair))
            return ranked[:n_merges]

        def to_the_end(chunk_counts, n_merges):
            """pairs seen once are merged too"""
            return loop(chunk_counts, n_merges, smallest, least=1)

        def one_text(chunk_counts, n_merges):
            """merges cross from word to word"""
            return loop({b"".join(chunk * times for chunk, times in chunk_counts.items()): 1}, n_merges, smallest)


def replaced(word, pair, new_id):
    out = []
    for token in word:
        if out and (out[-1], token) == pair:
            out[-1] = new_id
        else:
            out.append(token)
    return out


def smallest(counts):
    return min(counts, key=lambda pair: (-counts[pair], pair))


def loop(chunk_counts, n_merges, choose, least=2):
    words, merges = [(list(chunk), times) for chunk, times in chunk_counts.items()], []
    while len(merges) < n_merges:
        counts = Counter()
        for word, times in words:
            for pair in zip(word, word[1:]):
                counts[pair] += times
        if not counts or max(counts.values()) < least:
            break
        best = choose(counts)
        words = [(replaced(word, best, 256 + len(merges)), times) for word, times in words]
        merges.append(best)
    return merges
