"""Checkers of lesson 14, your own project: reading captions, splitting, and what occurs how often.

Left out: memory, and when to stop (`lesson14_training.py`), and the texts of the exercises
(`exercises/source/lesson14.py`).
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from typing import Any

import numpy as np

from minidalle.checks import lesson14_training
from minidalle.checks.checker import Belief, Checker
from minidalle.training.own import place_of

Named = list[tuple[str, bytes]]


def table_read(text: str, way: str = "") -> dict[str, list[Any]]:
    """The good rows of a table, and the numbers of its faulty lines; or by a belief instead."""
    rows, faults = [], []
    lines = [line for line in text.splitlines() if line or way != "no line"]
    for number, line in enumerate(lines[1:], 1 if way == "zero" else 2):
        cells = next(csv.reader([line]), [])
        if way in ("every", "first"):
            cells = line.split(",", 1 if way == "first" else -1)
        if line and len(cells) == 2 and cells[0] and (cells[1] or way == "no words"):
            rows.append(cells)
        elif line:
            faults.append(number)
            if way == "ends":
                break
    return {"rows": rows, "faults": faults}


def some_table(rng: random.Random) -> tuple[str]:
    """A table with quotes, empty lines and faults; a good row and a fault stand at its end."""
    kinds = (
        "{n},a red cube",
        '{n},"a cat, asleep"',
        '{n},"a ""big"" dog"',
        "",
        "{n},",
        ",a cup",
        "{n}",
        "{n},a,b",
    )
    chosen = rng.choices(kinds, (4, 3, 1, 2, 2, 1, 1, 2), k=rng.randint(2, 8))
    chosen += rng.sample(('{n},"one, two"', "", "{n},", "{n},last, not least"), 4)
    chosen.append("{n},a star")
    return (
        "\n".join(["file_name,text", *(line.replace("{n}", f"{k}.png") for k, line in enumerate(chosen))]),
    )


EXAMPLE = (
    'file_name,text\na.png,a red cube\nb.png,"a cat, asleep"\n\nc.png,\nd.png,a dog, awake\ne.png,a cup\n'
)

QUOTED = 'file_name,text\n"a, b.png",a cup\nc.png,""\n"",a star\nd.png,"""so"", it said"\ne.png,A Cat\n'

READ_CAPTIONS = Checker(
    "read_captions(text)",
    target=table_read,
    make=some_table,
    edges=((EXAMPLE,), ("file_name,text\n",), ("file_name,text\n\n\na.png,b\n",), (QUOTED,)),
    beliefs=(
        Belief(
            "every comma ends a column",
            "You cut at every comma, those within quotes included, and the quotes stay where they are. A caption "
            "with a comma stands in quotes for that very reason: let the module csv read the line.",
            lambda text: table_read(text, "every"),
        ),
        Belief(
            "everything after the first comma is the caption",
            "You take everything after the first comma for the caption, so a line with three columns passes as a "
            "good one, and quotes become part of a caption. Let the module csv read the line.",
            lambda text: table_read(text, "first"),
        ),
        Belief(
            "lines count from 0",
            "Your faults are one line too early for whoever opens the file: an editor calls the first line, with "
            "the columns' names, line 1.",
            lambda text: table_read(text, "zero"),
        ),
        Belief(
            "an empty line is no line",
            "You take empty lines out before you count. An editor counts them, and its reader would look at the "
            "wrong line: skip them, but let them have their numbers.",
            lambda text: table_read(text, "no line"),
        ),
        Belief(
            "a caption may be empty",
            "You keep rows without words. A model cannot learn from them what a picture shows, so an empty caption "
            "is a fault, like an empty name.",
            lambda text: table_read(text, "no words"),
        ),
        Belief(
            "a fault ends the reading",
            "You stop at the first fault. Then a person mends one line, runs it again, and learns of the next: "
            "read on, and name all of them at once.",
            lambda text: table_read(text, "ends"),
        ),
    ),
)


def number_of(data: bytes) -> float:
    """The package's number of a picture, of its bytes."""
    return place_of(np.frombuffer(data, dtype=np.uint8))


def is_held_back(pictures: Named, share: float, way: str = "") -> list[bool]:
    """Which pictures are held back; or by a belief instead."""
    taken = {"name": lambda name, data: name.encode(), "both": lambda name, data: name.encode() + data}
    numbers = [number_of(taken.get(way, lambda name, data: data)(*one)) for one in pictures]
    count = int(share * len(pictures))
    if way == "last":
        return [k >= len(pictures) - count for k in range(len(pictures))]
    if way == "exactly":
        chosen = sorted(range(len(numbers)), key=numbers.__getitem__)[:count]
        return [k in chosen for k in range(len(numbers))]
    first = {data: k for k, (_, data) in reversed(list(enumerate(pictures)))}
    once = [way != "second" or first[data] == k for k, (_, data) in enumerate(pictures)]
    return [number < share and new for number, new in zip(numbers, once, strict=True)]


def some_files(rng: random.Random) -> tuple[Named, float]:
    """Pictures as bytes, of which some are there twice, under names of their own, and a share."""
    data = [rng.randbytes(rng.randint(3, 12)) for _ in range(rng.randint(4, 7))]
    data += rng.sample(data, 3)
    rng.shuffle(data)
    return [(f"IMG_{rng.randrange(10_000):04}.png", one) for one in data], rng.uniform(0.2, 0.7)


HELD_BACK = Checker(
    "held_back(pictures, share)",
    target=is_held_back,
    make=some_files,
    edges=(
        ([("one.png", b"cat"), ("two.png", b"cat")], 0.5),
        ([("one.png", b"cat"), ("two.png", b"cat")], 0.4),
        ([], 0.1),
        ([("a", b"a"), ("b", b"b"), ("c", b"c")], 0.0),
    ),
    beliefs=(
        Belief(
            "a picture is its name",
            "You hash the name. A copy under another name then falls on either side, and a renamed file changes "
            "sides: hash the bytes of the picture.",
            lambda *case: is_held_back(*case, way="name"),
        ),
        Belief(
            "the name is a part of it",
            "You hash the name together with the bytes, so equal pictures under two names have two hashes. Only "
            "what is in the picture may decide.",
            lambda *case: is_held_back(*case, way="both"),
        ),
        Belief(
            "exactly that share is held back",
            "You hold back an exact number, those with the smallest hashes. Then one more picture in the folder can "
            "move another one to the other side: compare each number with the share, by itself.",
            lambda *case: is_held_back(*case, way="exactly"),
        ),
        Belief(
            "the last ones are held back",
            "You hold back the end of the list. Copies at its beginning are then trained on, and sorting the folder "
            "otherwise makes another exam: decide by what is in a picture.",
            lambda *case: is_held_back(*case, way="last"),
        ),
        Belief(
            "a second copy belongs to training",
            "You send the second copy of a picture to training, while the first is held back: that is the leak "
            "itself. Equal pictures belong on one side.",
            lambda *case: is_held_back(*case, way="second"),
        ),
    ),
)


def known_words(training: list[str], asked: list[str], most: int, way: str = "") -> list[float]:
    """Shares of asked words that training has so often; or by a belief instead."""
    counts = Counter(" ".join(training).split())
    words = " ".join(training if way in ("training", "vocabulary") else asked).split()
    if way in ("different", "vocabulary"):
        words = sorted(set(words))
    met = [counts[word] for word in words]
    if way == "captions":
        met = [min(counts[word] for word in caption.split()) for caption in asked]
    return [sum(n >= least + (way == "more") for n in met) / len(met) for least in range(1, most + 1)]


def some_captions(rng: random.Random) -> tuple[list[str], list[str], int]:
    """Captions whose words are of very unequal frequency; the asked ones have some new words."""
    words = ["a", "of", "cat", "cup", "pie", "tea", "fig"]

    def told(count: int, known: list[str]) -> list[str]:
        return [" ".join(["a", *rng.choices(known, k=rng.randint(1, 4))]) for _ in range(count)]

    return told(rng.randint(4, 9), words), told(rng.randint(2, 5), [*words, "fox", "a"]), rng.randint(3, 6)


WORDS_TO_EXPECT = Checker(
    "words_to_expect(training, asked, most)",
    target=known_words,
    make=some_captions,
    edges=((["a cat", "a dog", "a cat"], ["a cat", "a fox"], 3), ([], ["a fox"], 2)),
    axes=("at least so often, beginning with once",),
    beliefs=(
        Belief(
            "a word that is asked twice counts once",
            "You count different words. People ask for some words again and again, and each time the model has to "
            "know them: count every word of every asked caption.",
            lambda *case: known_words(*case, way="different"),
        ),
        Belief(
            "what is asked is what training says",
            "You look up the words of training in training. All of them are known there. The question is about the "
            "words that are asked.",
            lambda *case: known_words(*case, way="training"),
        ),
        Belief(
            "at least is more than",
            "Your curve is one step too early: a word that occurs exactly so often counts as well. At least 2 means "
            "2 or more.",
            lambda *case: known_words(*case, way="more"),
        ),
        Belief(
            "each word of training is asked once",
            "You give the share of training's vocabulary. Most of it are rare words, which are rarely asked; take "
            "the words of the asked captions, each as often as it stands there.",
            lambda *case: known_words(*case, way="vocabulary"),
        ),
        Belief(
            "a caption is as known as its rarest word",
            "You judge whole captions by their rarest word. That is worth knowing, too, but asked is the share of "
            "words.",
            lambda *case: known_words(*case, way="captions"),
        ),
    ),
)

CHECKERS = (READ_CAPTIONS, HELD_BACK, WORDS_TO_EXPECT, *lesson14_training.CHECKERS)
