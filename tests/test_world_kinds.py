"""Every kind of scene keeps its promises: true captions, rules that hold, pictures that show the facts.

The tests run over all of `WORLD`, so a new kind is tested from the moment it is entered. Captions are read back here
by a reader of their own, which turns every frame into a regular expression and knows nothing of `Kind.caption`.
"""

import itertools
import json
import re
from collections import defaultdict
from functools import cache

import numpy as np
import pytest

from minidalle.world import SECTIONS, WORLD, Scene, caption, held_out_by, is_held_out, render, sample_scene
from minidalle.world.kinds import Kind, Rule
from minidalle.world.kinds.common import objects_called
from minidalle.world.stream import Stream

KINDS = pytest.mark.parametrize("kind", WORLD.values(), ids=list(WORLD))
PLACE = re.compile(r"\{(a )?(\w+)( s)?\}")
PLURALS = {"bookshelf": "bookshelves"}
AN = re.compile(r"[aeio]|u(?!ni)|x-")
"""What "an" stands before."""

LONG = {"multiple objects": 30, "fashion and interior design": 24}
"""Sections whose captions name many things, and their most words; all others have at most 18."""


def splits_of(kind: Kind) -> list[str]:
    """The splits that a kind has scenes of."""
    return (["train"] if not kind.never_shown else []) + (["heldout"] if kind.held_out else [])


def scenes_of(kind: Kind, split: str, count: int, seed: int = 41) -> list[Scene]:
    return [sample_scene(seed, index, split, kind.name) for index in range(count)]


def some_facts(kind: Kind, count: int, seed: int = 5) -> list[dict[str, str]]:
    """Facts that make sense, held out or not, without building scenes."""
    found, r = [], Stream("facts", seed, kind.name)
    for _ in range(400 * count):
        facts = kind.draw(r) if kind.draw else {name: r.pick(values) for name, values in kind.fields.items()}
        if kind.allowed(facts):
            found.append(facts)
        if len(found) == count:
            break
    return found


# ---------------------------------------------------------------- reading captions back


def words_for(kind: Kind, name: str, value: str) -> tuple[str, ...]:
    return tuple(kind.words.get(name, {}).get(value, (value,)))


def words_of(kind: Kind, name: str, facts: dict[str, str]) -> tuple[str, ...]:
    """All wordings of a place in a frame: of a field, or of what `Kind.tell` makes of several fields."""
    if name in kind.fields:
        return words_for(kind, name, facts[name])
    return lists(kind.name, name, tuple(facts.items()))


@cache
def lists(kind: str, name: str, facts: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """What `Kind.tell` may make of some facts; its order is drawn, so it is asked often."""
    return tuple(sorted({WORLD[kind].tell(Stream("tell", k), dict(facts))[name] for k in range(150)}))


def forms(words, several: str, facts: dict[str, str] | None = None) -> set[str]:
    """The words, and where a frame asks for it ("{object s}") their plurals; only these if more than one is told."""
    plurals = {PLURALS.get(word, f"{word}s") for word in words} if several else set()
    if not several or facts is None:
        return set(words) | plurals
    return set(words) if facts["count"] == "one" else plurals


def pattern(kind: Kind, frame: str, facts: dict[str, str] | None = None) -> re.Pattern:
    """A frame as a regular expression that takes the words of these facts, or of all values where `facts` is None.

    What a field says is in the group f0, f1, ... in the order of the frame. A space is optional, since a word may be
    empty.
    """
    parts, end, number = [], 0, itertools.count()
    for match in PLACE.finditer(frame):
        article, name, several = match.groups()
        if facts:
            words = forms(words_of(kind, name, facts), several, facts)
        else:
            words = {word for value in kind.fields.get(name, ()) for word in words_for(kind, name, value)}
            words = forms(words, several)
        choice = "|".join(map(re.escape, sorted(words, key=len, reverse=True))) if words else ".+"
        parts += [re.escape(frame[end : match.start()]), "an? " if article else ""]
        parts.append(f"(?P<f{next(number)}>{choice})")
        end = match.end()
    parts.append(re.escape(frame[end:]))
    return re.compile("".join(parts).replace("\\ ", " ").replace(" ", " ?"))


def read(kind: Kind, text: str, frames: tuple[str, ...]) -> list[dict[str, set[str]]]:
    """What a caption may say, once for each frame that it fits: field -> values with such words."""
    readings = []
    for frame in frames:
        if match := pattern(kind, frame).fullmatch(text):
            told: dict[str, set[str]] = {}
            for k, (_, name, several) in enumerate(PLACE.findall(frame)):
                if (
                    name not in kind.fields
                ):  # a list of several fields: its words are held to the facts by is_true
                    continue
                said = {
                    v for v in kind.fields[name] if match[f"f{k}"] in forms(words_for(kind, name, v), several)
                }
                told[name] = told.get(name, said) & said
            readings.append(told)
    return readings


def is_true(kind: Kind, text: str, facts: dict[str, str], frames: tuple[str, ...]) -> bool:
    """Whether a caption says nothing but these facts."""
    return any(pattern(kind, frame, facts).fullmatch(text) for frame in frames)


def article(text: str) -> str:
    """The text with a or an as the next word wants it."""
    return re.sub(r"\ban? (?=\w)", lambda m: "an " if AN.match(text, m.end()) else "a ", text)


def say(kind: Kind, frame: str, facts: dict[str, str]) -> str:
    """A frame filled with the first wording of each field."""
    filled = PLACE.sub(
        lambda m: (m[1] or "") + min(forms(words_of(kind, m[2], facts)[:1], m[3], facts)), frame
    )
    return article(" ".join(filled.split()))


def test_the_reader_reads_and_doubts():
    kind = WORLD["clock"]
    facts = {"sides": "square", "color": "orange"}
    assert read(kind, "a square orange clock", kind.frames) == [{"sides": {"square"}, "color": {"orange"}}]
    assert is_true(kind, "an orange clock that is square", facts, kind.frames)
    for wrong in (
        "an orange clock that is hexagonal",
        "a square blue clock",
        "a square orange clocks",
        "a square clock",
    ):
        assert not is_true(kind, wrong, facts, kind.frames)


# ---------------------------------------------------------------- scenes and splits


@KINDS
def test_the_same_seed_gives_the_same_scene_and_caption(kind):
    for split in splits_of(kind):
        one, two = scenes_of(kind, split, 4), scenes_of(kind, split, 4)
        assert one == two
        assert [caption(s, 1, i) for i, s in enumerate(one)] == [caption(s, 1, i) for i, s in enumerate(two)]
        assert len(set(one)) > 1, "other numbers give other scenes"
        for scene in one:
            assert scene.kind == kind.name and set(dict(scene.facts)) == set(kind.fields)
            assert all(value in kind.fields[name] for name, value in scene.facts)
            assert Scene.from_dict(json.loads(json.dumps(scene.to_dict()))) == scene


@KINDS
def test_training_keeps_the_rules_and_held_out_scenes_break_one(kind):
    assert kind.section in SECTIONS and kind.share >= 0
    if kind.never_shown:
        assert kind.share == 0
        with pytest.raises(ValueError, match="training never shows"):
            sample_scene(0, 0, "train", kind.name)
    for split in splits_of(kind):
        for scene in scenes_of(kind, split, 30):
            assert is_held_out(scene) == (split == "heldout") == bool(held_out_by(scene))
            assert kind.allowed(dict(scene.facts))


@KINDS
def test_every_value_occurs_in_training(kind):
    wanted = {(name, value) for name, values in kind.fields.items() for value in values}
    for round_ in range(40):
        for facts in some_facts(kind, 200, round_):
            if kind.never_shown or not kind.is_held_out(facts):
                wanted -= set(facts.items())
        if not wanted:
            return
    words = [rule.left for rule in kind.held_out if not rule.right]  # a rule on single values: words, objects
    assert all(name in words for name, _ in wanted), f"training never shows {sorted(wanted)}"


@pytest.mark.parametrize(
    "kind", [kind for kind in WORLD.values() if not kind.never_shown], ids=lambda k: k.name
)
def test_scenes_of_training_show_every_value(kind):
    """As above, but for the scenes themselves: `Kind.sample` and `broken_by` throw some of the facts away."""
    singly = {rule.left for rule in kind.held_out if not rule.right}
    seen: dict[str, set[str]] = {name: set() for name in kind.fields}
    for scene in scenes_of(kind, "train", 400):
        for name, value in scene.facts:
            seen[name].add(value)
    for name in set(kind.fields) - singly:
        assert seen[name] == set(kind.fields[name]), name


@KINDS
def test_rules_hold_out_some_combinations_of_every_value_of_a_field(kind):
    facts = [facts for round_ in range(8) for facts in some_facts(kind, 500, round_)]
    for rule in kind.held_out if not kind.never_shown else ():
        number = {True: 0, False: 0}
        seen: dict[bool, dict[str, set[str]]] = {True: defaultdict(set), False: defaultdict(set)}
        for each in facts:
            held = rule.holds(kind, each)
            number[held] += 1
            for name in {rule.left, rule.right} & set(kind.fields):
                seen[held][name].add(each[name])
        assert number[True] and number[False], f"{rule} holds out nothing, or everything"
        if {rule.left, rule.right} <= set(
            kind.fields
        ):  # else it holds out single values, or over several fields
            for name in (rule.left, rule.right):
                lost = set(kind.fields[name]) - seen[False][name]
                assert not lost, f"{rule} leaves training without {lost}"
            shares = [len(seen[True][name]) / len(kind.fields[name]) for name in (rule.left, rule.right)]
            assert max(shares) > 0.3, f"{rule} holds out few values"


@KINDS
def test_rules_are_rules_and_named_after_what_they_are_about(kind):
    assert all(isinstance(rule, Rule) for rule in kind.held_out)
    for facts in some_facts(kind, 200):
        held = [rule for rule in kind.held_out if rule.holds(kind, facts)]
        assert kind.broken(facts) == tuple(" and ".join(filter(None, (r.left, r.right))) for r in held)
        assert kind.is_held_out(facts) == bool(held)


def test_a_misspelt_object_is_named():
    assert objects_called("cat", "mug") == ("cat", "mug")
    with pytest.raises(ValueError, match="no object is called 'catt', 'mugg'"):
        objects_called("catt", "mug", "mugg")


# ---------------------------------------------------------------- captions


def sampled(kind: Kind, count: int) -> list[tuple[Scene, int]]:
    return [
        (scene, i) for split in splits_of(kind) for i, scene in enumerate(scenes_of(kind, split, count, 43))
    ]


@KINDS
def test_captions_are_plain_and_true(kind):
    assert len(kind.frames) >= 5
    for scene, i in sampled(kind, 12):
        facts = dict(scene.facts)
        for held_out in (False, True):
            text = caption(scene, 7, i, held_out)
            assert text == text.lower() and text.isascii() and "  " not in text and text == text.strip()
            assert len(text.split()) <= LONG.get(kind.section, 18), text
            assert not re.search(r"[{}\0]", text), text
            assert text == article(text), "a or an?"
            frames = kind.frames[-1:] if held_out else kind.frames[:-1]
            assert is_true(kind, text, facts, frames), text
            readings = read(kind, text, frames)
            assert any(all(facts[n] in said for n, said in told.items()) for told in readings), (
                text,
                readings,
            )


@KINDS
def test_a_caption_with_a_wrong_word_is_caught(kind):
    r, drawn = Stream("wrong", kind.name), some_facts(kind, 20)
    for scene, _ in sampled(kind, 3):
        facts = dict(scene.facts)
        for frame in kind.frames:
            assert is_true(kind, say(kind, frame, facts), facts, kind.frames)
            names = {name for _, name, _ in PLACE.findall(frame)}
            if names - set(kind.fields):  # a list: told of quite other facts, it is wrong
                wrong = say(kind, frame, r.pick([other for other in drawn if other != facts]))
                assert not is_true(kind, wrong, facts, kind.frames), f"{wrong!r} passes for {facts}"
            for name in names & set(kind.fields):
                told = words_for(kind, name, facts[name])
                others = [v for v in kind.fields[name] if not set(told) & set(words_for(kind, name, v))]
                if others:
                    wrong = say(kind, frame, facts | {name: r.pick(others)})
                    assert not is_true(kind, wrong, facts, kind.frames), f"{wrong!r} passes for {facts}"


@KINDS
def test_there_are_several_wordings_and_one_that_training_never_uses(kind):
    for scene, _ in sampled(kind, 2):
        facts = dict(scene.facts)
        training = {caption(scene, 9, i) for i in range(60)}
        assert len(training) >= 4
        for i in range(10):
            assert not is_true(kind, caption(scene, 9, i, held_out=True), facts, kind.frames[:-1])
        assert not any(is_true(kind, text, facts, kind.frames[-1:]) for text in training)


# ---------------------------------------------------------------- pictures


@KINDS
def test_pictures_of_every_size_show_something(kind):
    scene = scenes_of(kind, splits_of(kind)[0], 1)[0]
    for size in (32, 64, 128):
        image = render(scene, size)
        assert image.shape == (size, size, 3) and image.dtype == np.uint8
        assert image.std() > 4, f"{size} px: nearly blank"


@KINDS
def test_pictures_differ_where_a_fact_differs(kind):
    split = splits_of(kind)[0]
    facts = dict(scenes_of(kind, split, 1, 47)[0].facts)
    drawn = some_facts(kind, 100)
    before = render(kind.build(Stream("nuisance"), facts), 32)
    for name, values in kind.fields.items():
        changed = [facts | {name: value} for value in values]
        if kind.draw:  # its facts hang together: take the most similar ones
            changed = sorted(drawn, key=lambda other: sum(other[n] != facts[n] for n in facts))
        changed = [other for other in changed if other[name] != facts[name] and kind.allowed(other)]
        for other in changed[:1] + changed[-1:]:
            after = render(kind.build(Stream("nuisance"), other), 32)
            assert (before != after).any(), f"{name}: {facts[name]} and {other[name]} look alike"
