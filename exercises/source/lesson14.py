"""Exercises of lesson 14, your own project."""

import csv
import hashlib
from collections import Counter

from exercises.source.parts import Exercise

LESSON = "14_your_own_project"


class read_captions(Exercise):
    title = "No row lost in silence"
    kind, minutes, lines = "warm-up", 15, 10
    teaches = "that a reader of data keeps what is good, and says which lines are not"
    text = """\
A table of captions comes as one text. Its first line names the columns, `file_name,text`; each line after it
names a picture and its caption. Read it: give back the good rows, and the numbers of the faulty lines, as an
editor counts them: the line with the columns' names is line 1.

It is a CSV file: a caption with a comma in it stands in quotes, `"a cat, asleep"`, and a quote within quotes
is written twice. A line is faulty if it has not exactly two columns, or if one of them is empty. A line with
nothing in it is no row and no fault."""
    specification = """\
```
file_name,text
a.png,a red cube
b.png,"a cat, asleep"

c.png,
d.png,a dog, awake
e.png,a cup
```

gives `{"rows": [["a.png", "a red cube"], ["b.png", "a cat, asleep"], ["e.png", "a cup"]], "faults": [5, 6]}`:
line 5 has no caption, and line 6 three columns."""
    hints = (
        "The module `csv` of Python knows about quotes: `csv.reader` takes any list of lines.",
        "Go through the lines one by one with their numbers, `enumerate(lines, 1)`, and leave out the first.",
        "Three cases a line: nothing in it; two columns with something in both; everything else is a fault.",
    )

    def blank(text):
        """text: str. Gives {"rows": list of [file name, caption], "faults": list of numbers of lines}."""
        ...

    def reference(text):
        import csv

        rows, faults = [], []
        for number, line in enumerate(text.splitlines(), 1):
            if number == 1 or not line:
                continue
            cells = next(csv.reader([line]))
            if len(cells) == 2 and all(cells):
                rows.append(cells)
            else:
                faults.append(number)
        return {"rows": rows, "faults": faults}

    def independent(text):
        found = {"rows": [], "faults": []}
        lines = text.splitlines()
        for place in range(1, len(lines)):
            cells, quoted, before = [""], False, ""
            for sign in lines[place]:
                if sign == '"':
                    quoted = not quoted
                    cells[-1] += '"' if quoted and before == '"' else ""
                elif sign == "," and not quoted:
                    cells.append("")
                else:
                    cells[-1] += sign
                before = sign
            if len(cells) == 2 and "" not in cells:
                found["rows"].append(cells)
            elif lines[place]:
                found["faults"].append(place + 1)
        return found

    class mistakes:
        def every_comma(text):
            """every comma ends a column"""
            rows, faults = [], []
            for number, line in enumerate(text.splitlines(), 1):
                if number > 1 and line:
                    cells = line.split(",")
                    if len(cells) == 2 and all(cells):
                        rows.append(cells)
                    else:
                        faults.append(number)
            return {"rows": rows, "faults": faults}

        def first_comma(text):
            """everything after the first comma is the caption"""
            rows, faults = [], []
            for number, line in enumerate(text.splitlines()[1:], 2):
                if not line:
                    continue
                name, _, caption = line.partition(",")
                if name and caption:
                    rows.append([name, caption])
                else:
                    faults.append(number)
            return {"rows": rows, "faults": faults}

        def from_zero(text):
            """lines count from 0"""
            rows, faults = [], []
            for number, cells in enumerate(csv.reader(text.splitlines())):
                if number == 0 or not cells:
                    continue
                if len(cells) == 2 and cells[0] and cells[1]:
                    rows.append(cells)
                else:
                    faults.append(number)
            return {"rows": rows, "faults": faults}

        def without_empty(text):
            """an empty line is no line"""
            lines = [line for line in text.splitlines() if line]
            rows, faults = [], []
            for number, cells in enumerate(csv.reader(lines[1:]), 2):
                if len(cells) == 2 and all(cells):
                    rows.append(cells)
                else:
                    faults.append(number)
            return {"rows": rows, "faults": faults}

        def no_words(text):
            """a caption may be empty"""
            rows, faults = [], []
            for number, cells in enumerate(csv.reader(text.splitlines()), 1):
                if number > 1 and len(cells) == 2 and cells[0]:
                    rows.append(cells)
                elif number > 1 and cells:
                    faults.append(number)
            return {"rows": rows, "faults": faults}

        def ends(text):
            """a fault ends the reading"""
            rows = []
            for number, cells in enumerate(csv.reader(text.splitlines()), 1):
                if number == 1 or not cells:
                    continue
                if len(cells) != 2 or not all(cells):
                    return {"rows": rows, "faults": [number]}
                rows.append(cells)
            return {"rows": rows, "faults": []}


class largest_batch(Exercise):
    title = "What fits on your card?"
    kind, minutes, lines = "warm-up", 10, 6
    teaches = "what fills the memory in training, and how to choose the batch before it overflows"
    text = """\
Your machine has `memory` bytes. A model of so many `parameters` keeps 20 bytes for each of them (lesson 08),
whatever the batch; every picture of a batch takes `each` bytes more, for what the backward pass needs. Batches
are powers of two, 1, 2, 4, and no larger than the number of `pictures` that you have. Which is the largest that
fits? 0 if none does."""
    specification = """\
- `largest_batch(1000, 10, 100, 500)` is 8: 200 bytes are kept, and 800 are left, for exactly 8 pictures.
- `largest_batch(999, 10, 100, 500)` is 4, since there is no batch of 7.
- `largest_batch(1000, 10, 100, 5)` is 4: there are only five pictures.
- `largest_batch(1000, 60, 100, 500)` is 0."""
    hints = (
        "How many bytes are left for pictures, and for how many is that enough? `//` divides whole numbers.",
        "The batch may be no larger than that number, and no larger than the number of pictures.",
        "Begin with 1 and double as long as twice as many are still allowed; before that, see to the case of none.",
    )

    def blank(memory, parameters, each, pictures):
        """memory, each: bytes, parameters, pictures: int. Gives a power of two, or 0."""
        ...

    def reference(memory, parameters, each, pictures):
        most = min((memory - 20 * parameters) // each, pictures)
        if most < 1:
            return 0
        batch = 1
        while 2 * batch <= most:
            batch *= 2
        return batch

    def independent(memory, parameters, each, pictures):
        fits = [2**n for n in range(40) if 20 * parameters + 2**n * each <= memory and 2**n <= pictures]
        return max(fits, default=0)

    class mistakes:
        def pictures_only(memory, parameters, each, pictures):
            """only pictures take memory"""
            most = min(memory // each, pictures)
            return 2 ** (most.bit_length() - 1) if most else 0

        def weights_only(memory, parameters, each, pictures):
            """a model is its weights"""
            most = min((memory - 4 * parameters) // each, pictures)
            return 2 ** (most.bit_length() - 1) if most > 0 else 0

        def any_number(memory, parameters, each, pictures):
            """a batch is any number"""
            return max(min((memory - 20 * parameters) // each, pictures), 0)

        def more_than_there_are(memory, parameters, each, pictures):
            """pictures never run out"""
            most = (memory - 20 * parameters) // each
            return 2 ** (most.bit_length() - 1) if most > 0 else 0

        def not_all(memory, parameters, each, pictures):
            """a batch is less than the data"""
            fit = [2**n for n in range(30) if 2**n < pictures and 2**n * each <= memory - 20 * parameters]
            return max(fit) if fit else 0

        def below(memory, parameters, each, pictures):
            """memory may not be full"""
            batch = 0
            size = 1
            while 20 * parameters + size * each < memory and size <= pictures:
                batch = size
                size *= 2
            return batch


class held_back(Exercise):
    title = "A split that copies cannot leak through"
    kind, minutes, lines = "build", 20, 6
    teaches = "how a split that depends on what a picture is keeps equal pictures on one side, for ever"
    text = """\
Real folders hold the same picture twice, under two names. Dealt at random, one copy is trained on and the
other held back, and the exam comes with its answers. The package decides by what is in a picture: a hash of
its bytes looks like chance, and is the same for equal pictures, on any machine, whatever else is in the
folder.

Take the SHA-256 of the picture's bytes, its first 8 bytes as one whole number, the first byte the most
significant, and divide by 2^64. A picture whose number is below `share` is held back. Say so for each of
`pictures`, which are pairs of a file's name and its bytes."""
    specification = """\
`hashlib.sha256(b"cat").digest()` begins with 77 af 77 8b 51 ab d4 a3, that is 0.4675 of 2^64. So
`held_back([("one.png", b"cat"), ("two.png", b"cat")], 0.5)` is `[True, True]`, and with 0.4 it is
`[False, False]`. Import what you need inside of the function."""
    hints = (
        "`import hashlib`; `hashlib.sha256(data).digest()` gives 32 bytes. Which of the two, name or bytes, is data?",
        '`int.from_bytes(some_bytes, "big")` reads bytes as one number; `[:8]` are the first eight.',
        "Every picture is judged by itself: a comprehension over the pairs, comparing a number with the share.",
    )

    def blank(pictures, share):
        """pictures: list of (name, bytes), share: from 0 to 1. Gives a list of bool: held back or not."""
        ...

    def reference(pictures, share):
        import hashlib

        marks = []
        for _, data in pictures:
            first = hashlib.sha256(data).digest()[:8]
            marks.append(int.from_bytes(first, "big") / 2**64 < share)
        return marks

    def independent(pictures, share):
        from hashlib import sha256

        return [int(sha256(data).hexdigest()[:16], 16) < share * 16**16 for _, data in pictures]

    class mistakes:
        def by_name(pictures, share):
            """a picture is its name"""
            marks = []
            for name, _ in pictures:
                first = hashlib.sha256(name.encode()).digest()[:8]
                marks.append(int.from_bytes(first, "big") / 2**64 < share)
            return marks

        def name_and_bytes(pictures, share):
            """the name is a part of it"""
            marks = []
            for name, data in pictures:
                first = hashlib.sha256(name.encode() + data).digest()[:8]
                marks.append(int.from_bytes(first, "big") / 2**64 < share)
            return marks

        def exactly_so_many(pictures, share):
            """exactly that share is held back"""
            numbers = [int(hashlib.sha256(data).hexdigest()[:16], 16) for _, data in pictures]
            count = int(share * len(pictures))
            chosen = sorted(range(len(pictures)), key=lambda k: numbers[k])[:count]
            return [k in chosen for k in range(len(pictures))]

        def last_ones(pictures, share):
            """the last ones are held back"""
            keep = len(pictures) - int(share * len(pictures))
            return [number >= keep for number in range(len(pictures))]

        def second_copies(pictures, share):
            """a second copy belongs to training"""
            met, marks = set(), []
            for _, data in pictures:
                number = int(hashlib.sha256(data).hexdigest()[:16], 16) / 16**16
                marks.append(number < share and data not in met)
                met.add(data)
            return marks


class stop_early(Exercise):
    title = "When to stop, and what to keep"
    kind, minutes, lines = "build", 20, 10
    teaches = "how a held-back loss ends a run in time, and which checkpoint is handed out"
    text = """\
A small set of pictures is soon learnt by heart: the training loss goes on falling, the held-back loss turns.
`losses` are the held-back losses, look by look, counted from 0. The run stops at the look at which the best
loss has not been beaten for `patience` looks in a row. Nothing later is ever known. Handed out is the
checkpoint of the best look before that; of equals the earlier one. Where the run is never stopped it ends with
the last look.

Give back both numbers, `[best look, look of the stop]`."""
    specification = """\
- `stop_early([3, 2, 2.5, 2.2, 2.1, 1], 3)` is `[1, 4]`: looks 2, 3 and 4 did not beat the 2 of look 1. The 1
would have come, but the run did not live to see it.
- `stop_early([3, 2, 2.5, 1.9, 2.2, 2], 3)` is `[3, 5]`: it was never stopped.
- `stop_early([2, 2, 2], 2)` is `[0, 2]`: as good is not better."""
    hints = (
        "Keep the number of the best look so far. How many looks ago was it?",
        "At each look there are two cases: it beats the best one, and is the best from now on; or it does not.",
        "The run stops as soon as the present look is `patience` after the best one. After the loop: what was the "
        "last look?",
    )

    def blank(losses, patience):
        """losses: list of float, at least one; patience: int, at least 1. Gives [best look, last look]."""
        ...

    def reference(losses, patience):
        best = 0
        for look, loss in enumerate(losses):
            if loss < losses[best]:
                best = look
            elif look - best == patience:
                return [best, look]
        return [best, len(losses) - 1]

    def independent(losses, patience):
        # Try every look as the end: the first at which the last `patience` brought nothing new.
        for end in range(patience, len(losses)):
            if min(losses[: end - patience + 1]) <= min(losses[end - patience + 1 : end + 1]):
                break
        else:
            end = len(losses) - 1
        lived = losses[: end + 1]
        return [lived.index(min(lived)), end]

    class mistakes:
        def rising(losses, patience):
            """better than the look before is better"""
            best = waited = 0
            for look in range(1, len(losses)):
                waited = 0 if losses[look] < losses[look - 1] else waited + 1
                if losses[look] < losses[best]:
                    best = look
                if waited == patience:
                    return [best, look]
            return [best, len(losses) - 1]

        def last_kept(losses, patience):
            """the last checkpoint is handed out"""
            best = 0
            for look, loss in enumerate(losses):
                if loss < losses[best]:
                    best = look
                elif look - best == patience:
                    return [look, look]
            return [len(losses) - 1, len(losses) - 1]

        def foreseen(losses, patience):
            """the future is known"""
            best = 0
            for look, loss in enumerate(losses):
                if loss < losses[best]:
                    best = look
                elif look - best == patience:
                    return [losses.index(min(losses)), look]
            return [best, len(losses) - 1]

        def as_good(losses, patience):
            """as good is better"""
            best = 0
            for look, loss in enumerate(losses):
                if loss <= losses[best]:
                    best = look
                elif look - best == patience:
                    return [best, look]
            return [best, len(losses) - 1]

        def never_forgiven(losses, patience):
            """a better look forgives nothing"""
            best = waited = 0
            for look, loss in enumerate(losses[1:], 1):
                if loss < losses[best]:
                    best = look
                else:
                    waited += 1
                if waited == patience:
                    return [best, look]
            return [best, len(losses) - 1]


class words_to_expect(Exercise):
    title = "What will be drawn badly?"
    kind, minutes, lines = "investigation", 20, 6
    teaches = "how much of what people will ask was hardly ever met in training"
    text = """\
What occurs three times will be drawn badly, and that belongs on the card. But how much of what people *ask*
is that? For `least` = 1, 2, ... up to `most`: which share of the words in the `asked` captions occurred at
least so often in the `training` captions? Words stand between spaces. Every word that is asked counts, each time.

Then take the captions of your own folder, or `emoji("train").captions` and `emoji("heldout_subject").captions`,
and draw the curve. Where does it fall? Name three words of the tail, and say what you would promise."""
    specification = """\
`words_to_expect(["a cat", "a dog", "a cat"], ["a cat", "a fox"], 3)` is `[0.75, 0.75, 0.5]`: of the four words
asked, *a* occurs three times in training, *cat* twice, *a* again, and *fox* never."""
    hints = (
        "Count the words of training once, before anything else; a `Counter` says 0 for a word that it never met.",
        "Then all words that are asked, in one long list: a word that is asked twice stands there twice.",
        "For each `least` from 1 to `most`: how many words of that list have a count of at least that, divided by "
        "the length of the list?",
    )

    def blank(training, asked, most):
        """training, asked: lists of captions, most: int. Gives a list of `most` shares."""
        ...

    def reference(training, asked, most):
        known = Counter(word for caption in training for word in caption.split())
        words = [word for caption in asked for word in caption.split()]
        return [sum(known[word] >= least for word in words) / len(words) for least in range(1, most + 1)]

    def independent(training, asked, most):
        met = " ".join(training).split()
        counts = [met.count(word) for word in " ".join(asked).split()]
        shares = []
        for least in range(1, most + 1):
            shares.append(len([count for count in counts if count >= least]) / len(counts))
        return shares

    class mistakes:
        def different_words(training, asked, most):
            """a word that is asked twice counts once"""
            known = Counter(word for caption in training for word in caption.split())
            words = {word for caption in asked for word in caption.split()}
            return [sum(known[word] >= least for word in words) / len(words) for least in range(1, most + 1)]

        def of_training(training, asked, most):
            """what is asked is what training says"""
            known = Counter(word for caption in training for word in caption.split())
            words = list(known.elements())
            return [sum(known[word] >= least for word in words) / len(words) for least in range(1, most + 1)]

        def more_than(training, asked, most):
            """at least is more than"""
            known = Counter(word for caption in training for word in caption.split())
            words = [word for caption in asked for word in caption.split()]
            return [sum(known[word] > least for word in words) / len(words) for least in range(1, most + 1)]

        def vocabulary(training, asked, most):
            """each word of training is asked once"""
            known = Counter(word for caption in training for word in caption.split())
            return [sum(n >= least for n in known.values()) / len(known) for least in range(1, most + 1)]

        def whole_captions(training, asked, most):
            """a caption is as known as its rarest word"""
            known = Counter(word for caption in training for word in caption.split())
            rarest = [min(known[word] for word in caption.split()) for caption in asked]
            return [sum(count >= least for count in rarest) / len(rarest) for least in range(1, most + 1)]
