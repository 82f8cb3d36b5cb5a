"""Exercises of lesson 02, byte-pair encoding."""

from collections import Counter

from exercises.source.parts import Exercise

LESSON = "02_byte_pair_encoding"


class count_pairs(Exercise):
    title = "Counting pairs"
    kind, minutes, lines = "warm-up", 8, 5
    teaches = "what a merge is chosen by: pairs of neighbours, each as often as its word occurs"
    text = """\
Before anything can be merged, count. `words` is a list of `(ids, times)`: a word as ids, and how often it
occurs. Give back a dictionary from each pair of neighbouring ids to how often it occurs in the whole text."""
    specification = """\
`count_pairs([([1, 2, 1, 2], 3), ([2, 1], 1)])` is `{(1, 2): 6, (2, 1): 4}`: in the first word `(1, 2)`
stands twice and `(2, 1)` once, and the word occurs three times. Pairs do not reach from word to word, and
overlapping ones all count: in `[5, 5, 5]` the pair `(5, 5)` stands twice."""
    hints = (
        "Two loops: over the words, and over the pairs of neighbours in each.",
        "`zip(ids, ids[1:])` gives the pairs of neighbours of one word.",
        "Add `times`, not 1, to the count of each pair; a `Counter` starts every count at 0.",
    )

    def blank(words):
        """words: list of (list of ids, times). Gives {(left, right): count}."""
        ...

    def reference(words):
        counts = Counter()
        for ids, times in words:
            for pair in zip(ids, ids[1:]):
                counts[pair] += times
        return dict(counts)

    def independent(words):
        counts = {}
        for ids, times in words:
            for place in range(1, len(ids)):
                key = (ids[place - 1], ids[place])
                counts[key] = counts.get(key, 0) + times
        return counts

    class mistakes:
        def without_times(words):
            """every word counts once"""
            return dict(Counter(pair for ids, _ in words for pair in zip(ids, ids[1:])))

        def with_a_set(words):
            """a pair counts once a word"""
            counts = Counter()
            for ids, times in words:
                for pair in set(zip(ids, ids[1:])):
                    counts[pair] += times
            return dict(counts)

        def sorted_pairs(words):
            """the order within a pair is no matter"""
            counts = Counter()
            for ids, times in words:
                for pair in zip(ids, ids[1:]):
                    counts[tuple(sorted(pair))] += times
            return dict(counts)

        def joined(words):
            """words stand side by side"""
            row = [token for ids, _ in words for token in ids]
            return dict(Counter(zip(row, row[1:])))


class merge_pair(Exercise):
    title = "One merge"
    kind, minutes, lines = "warm-up", 10, 9
    teaches = "what a merge does to a word, and why the direction has to be fixed"
    text = """\
Replace every place where `pair` stands in `ids` by `new_id`, and give back a new list. Where places overlap,
the left one wins."""
    specification = """\
- `merge_pair([1, 2, 3, 1, 2], (1, 2), 9)` is `[9, 3, 9]`.
- `merge_pair([1, 1, 1], (1, 1), 9)` is `[9, 1]`, not `[1, 9]`.
- A row without the pair comes back as it was, and an empty one is empty."""
    hints = (
        "A `for` loop cannot jump over the second id of a pair. A `while` loop with a place of its own can.",
        "At each place there are two cases: the pair stands here (append `new_id`, go on by 2), or not "
        "(append, by 1).",
        "`tuple(ids[place:place + 2]) == tuple(pair)` is also right at the last id, where the slice has one item.",
    )

    def blank(ids, pair, new_id):
        """ids: list of int, pair: (left, right). Gives a new list of int."""
        ...

    def reference(ids, pair, new_id):
        merged, place = [], 0
        while place < len(ids):
            if tuple(ids[place : place + 2]) == tuple(pair):
                merged.append(new_id)
                place += 2
            else:
                merged.append(ids[place])
                place += 1
        return merged

    def independent(ids, pair, new_id):
        out, free = [], False
        for token in ids:
            if free and (out[-1], token) == tuple(pair):
                out[-1], free = new_id, False
            else:
                out.append(token)
                free = True
        return out

    class mistakes:
        def only_first(ids, pair, new_id):
            """one place is enough"""
            for place in range(len(ids) - 1):
                if (ids[place], ids[place + 1]) == tuple(pair):
                    return [*ids[:place], new_id, *ids[place + 2 :]]
            return list(ids)

        def backwards(ids, pair, new_id):
            """from the right"""
            out, place = [], len(ids) - 1
            while place >= 0:
                if place and (ids[place - 1], ids[place]) == tuple(pair):
                    out.insert(0, new_id)
                    place -= 2
                else:
                    out.insert(0, ids[place])
                    place -= 1
            return out

        def list_beside_tuple(ids, pair, new_id):
            """a list can equal a tuple"""
            out, place = [], 0
            while place < len(ids):
                found = ids[place : place + 2] == pair
                out.append(new_id if found else ids[place])
                place += 2 if found else 1
            return out

        def stops_early(ids, pair, new_id):
            """the last id is part of no pair"""
            out, place = [], 0
            while place < len(ids) - 1:
                if (ids[place], ids[place + 1]) == tuple(pair):
                    out.append(new_id)
                    place += 2
                else:
                    out.append(ids[place])
                    place += 1
            return out

        def in_a_text(ids, pair, new_id):
            """ids are what they look like"""
            row = str(list(ids))[1:-1].replace("{}, {}".format(*pair), str(new_id))
            return [int(one) for one in row.split(",")] if row else []

        def besides(ids, pair, new_id):
            """the new id comes besides the two"""
            out, place = [], 0
            while place < len(ids):
                out.append(ids[place])
                if place + 1 < len(ids) and (ids[place], ids[place + 1]) == tuple(pair):
                    out += [ids[place + 1], new_id]
                    place += 1
                place += 1
            return out


class learn_merges(Exercise):
    title = "The merge loop"
    kind, minutes, lines = "build", 30, 18
    teaches = "how a vocabulary is learnt: count the pairs, merge the most frequent one everywhere, count again"
    text = """\
A tokenizer is learnt by one loop. Start with every chunk as its bytes. Count how often each pair of
neighbours occurs, a pair in a chunk that occurs 5 times counting 5 times. Take the most frequent pair, give
it the next free id (256, then 257, ...), and put that id in its place everywhere. Then count again.

Write `learn_merges(chunk_counts, n_merges)`. `chunk_counts` says how often each chunk of bytes occurs. Give
back the list of merged pairs, `(left id, right id)`, in the order in which they were learnt."""
    specification = """\
- Pairs never cross from one chunk to the next.
- Of equally frequent pairs the **smaller** `(left, right)` comes first, so that the order of the texts never
matters.
- In `a a a` the pair `(a, a)` is replaced from left to right: `aa a`.
- Stop when no pair occurs twice, even if that is fewer than `n_merges`.

A worked case: `learn_merges({b"low": 1, b" lower": 1, b" lowest": 1}, 4)` is
`[(108, 111), (256, 119), (32, 257), (258, 101)]`, which spells `lo`, `low`, `" low"`, `" lowe"`."""
    hints = (
        "Keep every chunk as a list of ids beside its count. Write the loop as three steps: count, choose, replace.",
        "`min` over the pairs with the key `(-count, pair)` takes the most frequent one, and of equals the smaller.",
        "Replace with an index that moves by two over a pair and by one otherwise, appending to a new list. Leave "
        "the loop when there is no pair, or when the chosen one occurs less than twice.",
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


class encode_chunk(Exercise):
    title = "Encoding with the merges"
    kind, minutes, lines = "build", 20, 10
    teaches = "that encoding replays the merges in the order learnt, whatever stands where"
    text = """\
The merges are learnt; now a new chunk comes. Start from its bytes. Of all merges that fit somewhere in the row,
do the **earliest learnt** one, everywhere it fits; look again; stop when none fits. Give back the ids."""
    specification = """\
With `merges = [(98, 99), (97, 98)]`, that is `bc` before `ab`, the chunk `b"abc"` becomes `[97, 256]`: `a`,
`bc`. Walking from the left would find `ab` first, and never `bc`.

Merge number k makes id 256 + k, and may join ids that earlier merges made."""
    hints = (
        "Make a dictionary from each pair to the id that it makes. A smaller id is an earlier merge.",
        "In each round look at all pairs of neighbours in the row as it is now, and take the one with the "
        "smallest id.",
        "Replace that pair everywhere (your `merge_pair` does it), and repeat until no neighbouring pair is known.",
    )

    def blank(chunk, merges):
        """chunk: bytes, merges: list of (left, right). Gives a list of ids."""
        ...

    def reference(chunk, merges):
        made = {pair: 256 + k for k, pair in enumerate(merges)}
        ids = list(chunk)
        while True:
            fits = [pair for pair in zip(ids, ids[1:]) if pair in made]
            if not fits:
                return ids
            best = min(fits, key=made.get)
            merged, place = [], 0
            while place < len(ids):
                here = tuple(ids[place : place + 2]) == best
                merged.append(made[best] if here else ids[place])
                place += 2 if here else 1
            ids = merged

    def independent(chunk, merges):
        # Going through all merges once, in order, is enough: a merge never makes a place for an earlier one.
        text = "".join(map(chr, chunk))
        for new_id, (left, right) in enumerate(merges, 256):
            text = text.replace(chr(left) + chr(right), chr(new_id))
        return [ord(sign) for sign in text]

    class mistakes:
        def walks(chunk, merges):
            """from left to right, whatever fits"""
            made = {pair: 256 + k for k, pair in enumerate(merges)}
            stack = []
            for byte in chunk:
                stack.append(byte)
                if tuple(stack[-2:]) in made:
                    right = stack.pop()
                    stack.append(made[stack.pop(), right])
            return stack

        def longest(chunk, merges):
            """the longest token first"""
            pieces = {bytes([byte]): byte for byte in range(256)}
            spelt = [bytes([byte]) for byte in range(256)]
            for k, (left, right) in enumerate(merges):
                spelt.append(spelt[left] + spelt[right])
                pieces[spelt[-1]] = 256 + k
            ids, start = [], 0
            while start < len(chunk):
                end = len(chunk)
                while chunk[start:end] not in pieces:
                    end -= 1
                ids.append(pieces[chunk[start:end]])
                start = end
            return ids

        def latest(chunk, merges):
            """the latest merge first"""
            ids, order = list(chunk), list(enumerate(merges, 256))[::-1]
            going = True
            while going:
                going = False
                for new_id, pair in order:
                    if pair in set(zip(ids, ids[1:])):
                        ids = replaced(ids, pair, new_id)
                        going = True
                        break
            return ids

        def of_bytes(chunk, merges):
            """merges join bytes only"""
            ids = list(chunk)
            for new_id, pair in enumerate(merges, 256):
                if pair[0] < 256 and pair[1] < 256:
                    ids = replaced(ids, pair, new_id)
            return ids


class compression_curve(Exercise):
    title = "How much does each merge save?"
    kind, minutes, lines = "investigation", 20, 8
    teaches = "why vocabularies stop growing: the first merges save much, the later ones little"
    text = """\
A token of a byte tokenizer stands for one byte. Every merge makes the average token longer. By how much, and
when does it stop paying? Compute the curve: for the first 0, 1, 2, ... of the `merges`, how many bytes of
the text does a token stand for? `words` says how often each word occurs. Then run it on 300 captions of the
picture world, plot it, and say in two sentences where you would stop, and what a bigger vocabulary costs."""
    specification = """\
Point k is all bytes of the text divided by all its tokens, where the text is encoded with `merges[:k]` (use
your
`encode_chunk`; copy it into this section). There are `len(merges) + 1` points, and the first is 1.0."""
    hints = (
        "One loop over k from 0 to len(merges), and inside it two sums over the words.",
        "A word that occurs 5 times brings 5 times its bytes and 5 times its tokens: multiply both by the count.",
        "The bytes are the same for every k: divide that one sum by the sum of `times * len(ids of the word)`.",
    )

    def blank(words, merges):
        """words: bytes -> int, merges: list of pairs. Gives a list of len(merges) + 1 floats."""
        ...

    def reference(words, merges):
        texts = {"".join(map(chr, word)): times for word, times in words.items()}
        size = sum(len(word) * times for word, times in words.items())
        curve = [1.0]
        for new_id, (left, right) in enumerate(merges, 256):
            texts = {text.replace(chr(left) + chr(right), chr(new_id)): n for text, n in texts.items()}
            curve.append(size / sum(len(text) * n for text, n in texts.items()))
        return curve

    def independent(words, merges):
        points = []
        for k in range(len(merges) + 1):
            total_bytes = total_tokens = 0
            for word, times in words.items():
                ids = list(word)
                for number, pair in enumerate(merges[:k]):
                    out = []
                    while ids:
                        if tuple(ids[:2]) == pair:
                            out.append(256 + number)
                            ids = ids[2:]
                        else:
                            out.append(ids[0])
                            ids = ids[1:]
                    ids = out
                total_bytes += times * len(word)
                total_tokens += times * len(ids)
            points.append(total_bytes / total_tokens)
        return points

    class mistakes:
        def inverse(words, merges):
            """tokens a byte"""
            return [sum_tokens(words, merges[:k]) / sum_bytes(words) for k in range(len(merges) + 1)]

        def types(words, merges):
            """every word counts once"""
            once = dict.fromkeys(words, 1)
            return [sum_bytes(once) / sum_tokens(once, merges[:k]) for k in range(len(merges) + 1)]

        def mean_ratio(words, merges):
            """a mean of each word's ratio"""
            curve = []
            for k in range(len(merges) + 1):
                ratios = [
                    len(word) / sum_tokens({word: 1}, merges[:k]) for word in words for _ in range(words[word])
                ]
                curve.append(sum(ratios) / len(ratios))
            return curve

        def from_first(words, merges):
            """no merges is no point"""
            return [sum_bytes(words) / sum_tokens(words, merges[:k]) for k in range(1, len(merges) + 1)]


class count_spellings(Exercise):
    title = "In how many ways can a word be spelled?"
    kind, minutes, lines = "stretch", 30, 8
    teaches = "what BPE dropout draws from: one word has very many spellings in the same vocabulary"
    text = """\
With BPE dropout a merge is passed over now and then, and the model meets one caption in many spellings. How
many are there at all? Count the ways in which `chunk` can be laid out of `pieces`, side by side, each piece
as often as you like. Forty letters already have more than a hundred million spellings, so trying them one by
one will not do."""
    specification = """\
`count_spellings(b"cat", [b"c", b"a", b"t", b"ca", b"at"])` is 3: `c a t`, `ca t`, `c at`. A chunk that
cannot be spelled has 0. `count_spellings(b"a" * 40, [b"a", b"aa"])` is 165580141, and is there at once."""
    hints = (
        "The first piece of a spelling ends somewhere. What is left after it is the same question, for a "
        "shorter chunk.",
        "Let ways[n] be the number of spellings of the first n bytes. How does it follow from smaller ones?",
        "ways[0] is 1; ways[n] is the sum of ways[n - len(piece)] over the pieces that end exactly at byte n.",
    )

    def blank(chunk, pieces):
        """chunk: bytes, pieces: list of different bytes. Gives an int."""
        ...

    def reference(chunk, pieces):
        ways = [1] + [0] * len(chunk)
        for end in range(1, len(chunk) + 1):
            for piece in pieces:
                if chunk[:end].endswith(piece):
                    ways[end] += ways[end - len(piece)]
        return ways[-1]

    def independent(chunk, pieces):
        known = {}

        def rest(start):
            if start == len(chunk):
                return 1
            if start not in known:
                fits = [piece for piece in pieces if chunk[start : start + len(piece)] == piece]
                known[start] = sum(rest(start + len(piece)) for piece in fits)
            return known[start]

        return rest(0)

    class mistakes:
        def greedy(chunk, pieces):
            """the longest piece is the only way"""
            while chunk:
                fits = [piece for piece in pieces if chunk.startswith(piece)]
                if not fits:
                    return 0
                chunk = chunk[len(max(fits, key=len)) :]
            return 1

        def empty_is_zero(chunk, pieces):
            """the end has no way"""
            ways = [0] * (len(chunk) + 1)
            for end in range(1, len(chunk) + 1):
                ways[end] = sum(ways[end - len(piece)] for piece in pieces if chunk[:end].endswith(piece))
            return ways[-1]

        def two_pieces(chunk, pieces):
            """a spelling has two pieces"""
            cuts = [(chunk[:cut], chunk[cut:]) for cut in range(1, len(chunk))]
            return int(chunk in pieces) + sum(left in pieces and right in pieces for left, right in cuts)

        def skips_unknown(chunk, pieces):
            """no way needs every byte"""
            single = {piece for piece in pieces if len(piece) == 1}
            known = b"".join(bytes([byte]) for byte in chunk if bytes([byte]) in single)
            ways = [1] + [0] * len(known)
            for end in range(1, len(known) + 1):
                ways[end] = sum(ways[end - len(piece)] for piece in pieces if known[:end].endswith(piece))
            return ways[-1]


def sum_bytes(words):
    return sum(len(word) * times for word, times in words.items())


def sum_tokens(words, merges):
    total = 0
    for word, times in words.items():
        ids = list(word)
        for new_id, pair in enumerate(merges, 256):
            ids = replaced_freely(ids, pair, new_id)
        total += times * len(ids)
    return total


def replaced_freely(word, pair, new_id):
    text = "".join(map(chr, word)).replace(chr(pair[0]) + chr(pair[1]), chr(new_id))
    return [ord(sign) for sign in text]


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
