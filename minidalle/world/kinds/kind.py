"""What a kind of scene is: fields with values, words for them, and a way to build the scene that they tell of.

A kind is declared, not programmed: `fields` says what can vary and be told, `frames` says how, `build` makes the
scene. Everything else follows: scenes by seed, true captions, what training never shows, what a judge has to read.

Left out: the kinds of the blocks world, which are older (`sample.py`, `captions.py`, `splits.py`).
"""

from __future__ import annotations

import re
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from minidalle.world.grammar import plural, with_article
from minidalle.world.objects import SHAPES
from minidalle.world.rules import broken_by, object_and_style, shape_and_color
from minidalle.world.scene import COLORS, Scene
from minidalle.world.stream import Stream

Facts = Mapping[str, str]

FIELD = r"\{(a )?(\w+)( s)?\}"
"""A field in a frame: its article, its name, its plural."""


@dataclass(frozen=True)
class Rule(ABC):
    """What training never shows of a kind, as a question to its facts.

    Attributes:
        left, right: what the rule is about, two fields for most rules; `right` is "" where it is about one alone.
    """

    left: str
    right: str = ""

    @property
    def name(self) -> str:
        """What `held_out_by` calls the rule: "sides and color", or "word"."""
        return f"{self.left} and {self.right}" if self.right else self.left

    @abstractmethod
    def holds(self, kind: Kind, facts: Facts) -> bool:
        """Whether these facts are held out."""


@dataclass(frozen=True)
class HeldOut(Rule):
    """Combinations of two fields that training never shows: those where (step * i + j) % every == 2.

    i and j are the positions of the values in their fields' lists (of `left` and `right`), so every value is shown in
    most of its combinations. `right` "" holds out single values of `left` by their letters: for words. `spare` is a
    value of `right` that is never held out.
    """

    every: int = 7
    step: int = 3
    spare: str = ""

    def holds(self, kind: Kind, facts: Facts) -> bool:
        """Whether these facts are held out."""
        if self.left not in facts or (self.right and self.right not in facts):
            return False
        if self.spare and facts[self.right] == self.spare:
            return False
        if not self.right:
            return zlib.crc32(facts[self.left].encode("ascii")) % self.every == 2
        i = kind.fields[self.left].index(facts[self.left])
        return (self.step * i + kind.fields[self.right].index(facts[self.right])) % self.every == 2


@dataclass(frozen=True)
class AsInBlocks(Rule):
    """Holds out the colours of a toy that the blocks world holds out, so that none comes in here."""

    def holds(self, kind: Kind, facts: Facts) -> bool:
        """Whether the blocks world never shows this toy in this colour; other things and colours are never held out."""
        name, color = facts[self.left], facts[self.right]
        return name in SHAPES and color in COLORS and shape_and_color(name, color)


@dataclass(frozen=True)
class ObjectAndStyle(Rule):
    """Holds out an object in a style as all kinds do."""

    def holds(self, kind: Kind, facts: Facts) -> bool:
        """Whether training never shows this object in this style."""
        return object_and_style(facts[self.left], facts[self.right])


@dataclass(frozen=True)
class NeverShown(Rule):
    """Holds out every scene of a kind that exists for evaluation only."""

    def holds(self, kind: Kind, facts: Facts) -> bool:
        """Always true."""
        return True


@dataclass(frozen=True)
class Kind:
    """One kind of scene.

    Attributes:
        name: "clock". section: of the DALL-E post, one of `SECTIONS`.
        fields: what is told and judged, with every value that it can take, in the order in which they are drawn.
        frames: captions with {field} for a field's words; the last is held out, so that rephrasing can be measured. At
            least five. A frame may leave a field out. "{a field}" puts "a" or "an" before the words, which may be
            none: the article agrees with what follows. "{field s}" makes them plural unless the fact "count" is "one".
        build: makes the scene of some facts; everything that is not a fact is drawn from the stream.
        held_out: the rules of what training never shows.
        words: field -> value -> wordings, where the value itself is not the word; one is picked.
        allowed: facts that make sense together. draw: draws such facts, where few of all combinations are allowed; None
            draws every field by itself until they are. share: of the training mix, relative to the other kinds; 0 where
            training never shows the kind. judged: share of what a judge is trained on.
        tell: further {words} for the frames, made from several facts: a list of what is worn.
    """

    name: str
    section: str
    fields: Mapping[str, tuple[str, ...]]
    frames: tuple[str, ...]
    build: Callable[[Stream, Facts], Scene]
    held_out: tuple[Rule, ...] = ()
    words: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    allowed: Callable[[Facts], bool] = lambda facts: True
    draw: Callable[[Stream], Facts] | None = None
    share: float = 1.0
    judged: float = 1.0
    tell: Callable[[Stream, Facts], Mapping[str, str]] | None = None

    @property
    def never_shown(self) -> bool:
        """Whether the kind exists for evaluation only: there is no training scene of it."""
        return any(isinstance(rule, NeverShown) for rule in self.held_out)

    def broken(self, facts: Facts) -> tuple[str, ...]:
        """The rules that hold these facts out, by name: "sides and color"."""
        return tuple(rule.name for rule in self.held_out if rule.holds(self, facts))

    def is_held_out(self, facts: Facts) -> bool:
        """Whether training never shows these facts together."""
        return any(rule.holds(self, facts) for rule in self.held_out)

    def sample(self, r: Stream, split: str) -> Scene:
        """A scene of this kind; `split` as in `sample_scene`. Raises ValueError for a training scene of a kind that
        training never shows."""
        if split == "train" and self.never_shown:
            raise ValueError(f"training never shows a {self.name}; choose heldout or all")
        while True:
            each = self.fields.items()
            facts = self.draw(r) if self.draw else {name: r.pick(values) for name, values in each}
            if not self.allowed(facts) or (
                split != "all" and self.is_held_out(facts) != (split == "heldout")
            ):
                continue
            scene = self.scene(r, facts)
            if split != "train" or not broken_by(scene):
                return scene

    def scene(self, r: Stream, facts: Facts) -> Scene:
        """The scene of some facts; everything else comes from the stream."""
        return replace(self.build(r, facts), kind=self.name, facts=tuple(facts.items()))

    def caption(self, r: Stream, scene: Scene, held_out: bool) -> str:
        """A true caption, lower case; `held_out` takes the wording that training never uses."""
        frame = self.frames[-1] if held_out else r.pick(self.frames[:-1])
        facts = dict(scene.facts)
        told = self.tell(r, facts) if self.tell else {}

        def fill(match: re.Match) -> str:
            article, name, several = match.groups()
            words = told.get(name) or r.pick(self.words.get(name, {}).get(facts[name], (facts[name],)))
            if several and facts["count"] != "one":
                words = plural(words)
            return f"\0 {words}" if article else words

        text = " ".join(re.sub(FIELD, fill, frame).split())
        return re.sub(r"\0 (\w)", lambda match: with_article(match[1]), text)


SECTIONS: tuple[str, ...] = (
    "controlling attributes",
    "multiple objects",
    "perspective and three dimensions",
    "internal and external structure",
    "inferring contextual details",
    "fashion and interior design",
    "combining unrelated concepts",
    "animal illustrations",
    "zero-shot visual reasoning",
    "geographic knowledge",
    "temporal knowledge",
)
"""The sections of the DALL-E post that the world has a twin of."""

WORLD: dict[str, Kind] = {}
"""Every kind by name."""


def enter(kind: Kind) -> Kind:
    """Enter a kind into `WORLD`. Raises ValueError where it contradicts itself."""
    if kind.name in WORLD or kind.section not in SECTIONS:
        raise ValueError(f"{kind.name!r} is there already, or {kind.section!r} is no section")
    told = {name for frame in kind.frames for _, name, _ in re.findall(FIELD, frame)}
    if (told - set(kind.fields) and not kind.tell) or len(kind.frames) < 5:
        raise ValueError(f"{kind.name}: a frame tells {told - set(kind.fields)}, or there are too few frames")
    WORLD[kind.name] = kind
    return kind
