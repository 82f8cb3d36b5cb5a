"""Checkers of lesson 01, words and pictures: counting, and guessing.

Left out: what is held out (`lesson01_heldout.py`), and the texts of the exercises
(`exercises/source/lesson01.py`).
"""

from __future__ import annotations

import random
from collections import Counter

from minidalle.checks import lesson01_heldout
from minidalle.checks.checker import Belief, Checker

WORDS = ("red", "cube", "cone", "a", "x-ray", "on", "cat", "tiny")


def word_counts(captions: list[str], way: str = "") -> dict[str, int]:
    """How often each word occurs; or by a belief instead."""
    counts: Counter[str] = Counter()
    for text in sorted(set(captions)) if way == "different" else captions:
        if way in ("as it stands", "at each space"):
            counts.update(text.split() if way == "as it stands" else text.split(" "))
            continue
        text = text if way == "capitals" else text.lower()
        if way != "signs":
            text = text.replace(",", " ").replace(".", " ")
        counts.update(set(text.split()) if way == "once" else text.split())
    if way == "letters":
        return {word: " ".join(captions).lower().count(word) for word in counts}
    return dict(counts)


def some_captions(rng: random.Random) -> list[str]:
    """Captions of few words, with capitals, commas and full stops."""
    captions = []
    for _ in range(rng.randint(1, 4)):
        words = rng.choices(WORDS, k=rng.randint(2, 6))
        text = " ".join(word + rng.choice(("", "", "", ",")) for word in words[:-1])
        captions.append(f"{text} {words[-1]}{rng.choice(('', '.'))}".capitalize())
    return captions


COUNT_WORDS = Checker(
    "count_words(captions)",
    target=word_counts,
    make=lambda rng: (some_captions(rng),),
    edges=(
        (["A red cube, a red cone.", "a red cube"],),
        (["a cat", "a cat", "a cat on a car"],),
        ([],),
        (["", "an x-ray of a  ray"],),
    ),
    beliefs=(
        Belief(
            "a comma belongs to its word",
            "You count 'cube,' and 'cube' as two words. A comma or a full stop belongs to the sentence: take "
            "them out before you cut it into words.",
            lambda captions: word_counts(captions, "signs"),
        ),
        *(
            Belief(
                "a text is cut as it stands",
                "You cut at the spaces and count. Two things are left to do before: 'A' and 'a' are one word, so make "
                "all letters small; and 'cube,' is 'cube', so take commas and full stops out.",
                lambda captions, way=way: word_counts(captions, way),
            )
            for way in ("as it stands", "at each space")
        ),
        Belief(
            "a capital makes another word",
            "You count 'A' and 'a' as two words, so words at the start of a caption are counted apart. Make "
            "every letter small first.",
            lambda captions: word_counts(captions, "capitals"),
        ),
        Belief(
            "a word counts once a caption",
            "You count in how many captions a word occurs. Asked is how often it occurs: in 'a cat on a car' "
            "the word 'a' stands twice, and a model meets it twice.",
            lambda captions: word_counts(captions, "once"),
        ),
        Belief(
            "the same caption counts once",
            "You count a caption once, however many pictures have it. Each of them is met in training, so "
            "count its words each time.",
            lambda captions: word_counts(captions, "different"),
        ),
        Belief(
            "a word is found wherever its letters stand",
            "You look for a word's letters in the text, and find 'a' in 'cat' too. Cut the text into words "
            "first, and count those.",
            lambda captions: word_counts(captions, "letters"),
        ),
    ),
)


def guessed(train: list[str], test: list[str], way: str = "") -> float:
    """How much of the test the best guess from training gets; or by a belief instead."""
    seen, asked = Counter(train), Counter(test)
    if way == "uniform":
        return 1 / len(seen)
    if way == "peeking":
        return max(asked.values()) / len(test)
    if way == "training":
        return max(seen.values()) / len(train)
    if way == "drawn":
        return sum(n * asked[value] for value, n in seen.items()) / len(train) / len(test)
    tie = list(seen).index if way == "met first" else lambda value: value
    guess = min(seen, key=lambda value: (-seen[value], tie(value)))
    if way == "within":
        return sum(value in guess for value in test) / len(test)
    return asked[guess] / len(test)


def some_values(rng: random.Random) -> tuple[list[str], list[str]]:
    """Values of a field in training, unevenly, and in a test, otherwise."""
    values = ["red", "blue", "green", "black"][: rng.randint(2, 4)]
    rng.shuffle(values)
    train = rng.choices(values, [rng.random() + 0.1 for _ in values], k=rng.randint(3, 15))
    return train, rng.choices(values, [rng.random() + 0.1 for _ in values], k=rng.randint(3, 15))


BLIND_GUESS = Checker(
    "blind_guess(train, test)",
    target=guessed,
    make=some_values,
    edges=(
        (["red", "red", "blue"], ["red", "blue", "green", "red"]),
        (["red", "blue", "blue", "red"], ["red", "red", "blue"]),
        (["green"], ["red"]),
        (["dark red", "dark red", "red"], ["red", "dark red", "red", "blue"]),
    ),
    beliefs=(
        Belief(
            "all values are equally likely",
            "You give one divided by the number of values. Values are not equally frequent, and who knows "
            "that guesses better: say the most frequent one each time, and count.",
            lambda train, test: guessed(train, test, "uniform"),
        ),
        Belief(
            "the guess may know the test",
            "Your guess is the most frequent value of the test. Nobody has seen the test before it is marked: "
            "choose the guess from training, then mark it.",
            lambda train, test: guessed(train, test, "peeking"),
        ),
        Belief(
            "training and test are alike",
            "You mark the guess on training. The model is scored on the test, where values may be otherwise "
            "frequent: here {want} of it is right, and not {got}.",
            lambda train, test: guessed(train, test, "training"),
        ),
        Belief(
            "guesses are drawn as often as values occur",
            "You guess each value as often as it occurs. That gets less than saying the most frequent one "
            "every time, and chance should be the best that needs no looking.",
            lambda train, test: guessed(train, test, "drawn"),
        ),
        Belief(
            "a tie goes to the value met first",
            "Right, until two values are equally frequent: then your guess depends on the order of the data. "
            "Take the one that comes first in the alphabet.",
            lambda train, test: guessed(train, test, "met first"),
        ),
        Belief(
            "in is the same as ==",
            "You ask whether a value is *in* your guess. Of texts that asks for a part: 'red' in 'dark red' is True, "
            "and yet the answer 'dark red' would be wrong. Compare with ==.",
            lambda train, test: guessed(train, test, "within"),
        ),
    ),
)

CHECKERS = (COUNT_WORDS, *lesson01_heldout.CHECKERS, BLIND_GUESS)
