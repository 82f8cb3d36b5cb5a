"""Zero-shot visual reasoning: matrices of geometric shapes in Raven's manner, with a rule that gives the ninth cell.

The facts are the rule and what the ninth cell shows; the eight others are drawn so that the rule, and no other one
here, leads to it. The caption says nothing of either: "a sequence of geometric shapes."

Left out: the matrices of the real test, which are under copyright; columns that have a rule of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from minidalle.world.figures import FILLS, POLYGONS
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, NeverShown, Rule, enter
from minidalle.world.kinds.matrix_rules import CORNERS, COUNTS, RADII, RULES, TURNS, Look, corners_of
from minidalle.world.scene import Scene
from minidalle.world.stream import Stream

FIGURES = tuple(POLYGONS)
POINTED = ("triangle", "arrow", "half circle")
"""Figures that show how they are turned."""

SHOWN, NEW = tuple(RULES)[:10], tuple(RULES)[10:]
"""The rules that training shows, and those that it never does."""

_COUNT = {"size": ("small",), "count": COUNTS}
_SET = {"size": ("small",), "corners": CORNERS[1:], "count": COUNTS}
_ENDS = {"size": ("small", "large")}
POSSIBLE: dict[str, dict[str, tuple[str, ...]]] = {
    "growing": _ENDS,
    "shapes and sizes": _ENDS,
    "counting": _COUNT,
    "adding": _COUNT | {"count": COUNTS[1:]},
    "turning": {"figure": POINTED, "size": ("medium", "large"), "turn": TURNS},
    "mirror": {"figure": POINTED, "size": ("medium", "large"), "turn": TURNS[1::2]},
    "together": _SET | {"corners": tuple(c for c in CORNERS[1:] if len(c) > 1)},
    "both": _SET | {"corners": tuple(c for c in CORNERS[1:] if len(c) < 4)},
    "either": _SET,
}
"""What the ninth cell may show under a rule, where that is not one figure that points up."""

_USUAL = {
    "figure": FIGURES,
    "fill": FILLS,
    "size": tuple(RADII),
    "count": ("one",),
    "turn": ("up",),
    "corners": ("none",),
}


def possible(rule: str) -> dict[str, tuple[str, ...]]:
    """The values of the ninth cell's fields under a rule."""
    return _USUAL | POSSIBLE.get(rule, {})


def _allowed(facts: Facts) -> bool:
    fits = all(facts[name] in values for name, values in possible(facts["rule"]).items())
    corners = facts["corners"]
    return fits and (corners == "none" or facts["count"] == COUNTS[len(corners) - 1])


def _draw(rules: tuple[str, ...]) -> Callable[[Stream], Facts]:
    """Facts that fit, every rule equally often."""

    def draw(r: Stream) -> Facts:
        rule = r.pick(rules)
        facts = {"rule": rule} | {name: r.pick(values) for name, values in possible(rule).items()}
        return facts | ({} if facts["corners"] == "none" else corners_of(CORNERS.index(facts["corners"])))

    return draw


def matrix(r: Stream, facts: Facts) -> list[Look]:
    """The nine looks of a matrix, row by row. Rows differ in their figure unless the rule says what it is; the
    figures of the first two rows are never among those held out with the rule."""
    last = Look(**{each.name: facts[each.name] for each in fields(Look)})
    rule, known = facts["rule"], possible(facts["rule"])["figure"]
    free = [f for f in known if f != last.figure and not _held_out(rule, f)]
    others = r.pick_several(free, min(2, len(free)))
    figures = [*(others or [last.figure])] * 2
    rows = RULES[rule](r, last, others)
    return [
        replace(last, **({"figure": figure} | changes))
        for figure, row in zip((*figures[:2], last.figure), rows, strict=True)
        for changes in row
    ]


def _build(invert: bool = False) -> Callable[[Stream, Facts], Scene]:
    def build(r: Stream, facts: Facts) -> Scene:
        return Scene(cells=tuple(look.cell() for look in matrix(r, facts)), layout="grid", invert=invert)

    return build


def _held_out(rule: str, figure: str) -> bool:
    """Whether training never shows a figure under a rule."""
    return rule in SHOWN and RULE_AND_FIGURE.holds(MATRIX, {"rule": rule, "figure": figure})


def _values(rules: tuple[str, ...], name: str) -> tuple[str, ...]:
    """All values that a field takes under some rules, in the order of their list."""
    known = {"count": COUNTS, "turn": TURNS, "corners": CORNERS}.get(name, _USUAL[name])
    return tuple(value for value in known if any(value in possible(rule)[name] for rule in rules))


RULE_AND_FIGURE = HeldOut("rule", "figure")
FRAMES = (
    "a sequence of geometric shapes.",
    "a sequence of geometric shapes",
    "a grid of geometric shapes",
    "nine cells of geometric shapes that follow a rule",
    "a matrix of geometric shapes, three by three",
    "a puzzle of geometric shapes",
)


def _kind(
    name: str, rules: tuple[str, ...], held_out: Rule, invert: bool = False, share: float = 0.0
) -> Kind:
    return enter(
        Kind(
            name=name,
            section="zero-shot visual reasoning",
            fields={"rule": rules} | {name: _values(rules, name) for name in _USUAL},
            frames=FRAMES,
            build=_build(invert),
            held_out=(held_out,),
            allowed=_allowed,
            draw=_draw(rules),
            share=share,
        )
    )


MATRIX = _kind("matrix", SHOWN, RULE_AND_FIGURE, share=2.0)
_kind("matrix new rule", NEW, NeverShown("rule"))
_kind("matrix inverted", SHOWN, NeverShown("rule"), invert=True)
