"""Zero-shot stays zero-shot: training never shows a thing in two styles; and every matrix has one answer."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest

from minidalle.world import (
    KINDS,
    SHAPES,
    STYLES,
    WORLD,
    Cell,
    Figure,
    Scene,
    Thing,
    is_held_out,
    render,
    sample_scene,
)
from minidalle.world.figures import FILLS, POLYGONS, draw_cell
from minidalle.world.kinds.matrices import NEW, SHOWN
from minidalle.world.kinds.matrix_rules import COUNTS, RADII, RULES, TURNS
from minidalle.world.kinds.reasoning import ASKED, REPAINTED
from minidalle.world.kinds.styled import CHANGES, PENCIL, WORD
from minidalle.world.layouts import line_width, size_of
from minidalle.world.sample import shares_of

PROMPTS = ("picture prompt", "practised prompt")
PANELS = ("two panels", "same panels")
EVALUATION = ("picture prompt", "matrix new rule", "matrix inverted")


def draw(kind: str, split: str, count: int, seed: int = 3) -> list[Scene]:
    return [sample_scene(seed, index, split, kind) for index in range(count)]


# ---------------------------------------------------------------- what training sees


def one_thing_two_ways(scene: Scene) -> bool:
    """Whether two panels of a picture show the same shape, but not in the very same picture."""
    looks = defaultdict(set)
    for panel in scene.panels:
        for thing in panel.things:
            looks[thing.shape].add(replace(panel, kind="", facts=()))
    return any(len(panels) > 1 for panels in looks.values())


def test_training_never_shows_a_thing_in_two_styles_or_changed():
    mixed = [sample_scene(17, i, "train", mix=mix) for mix in ("blocks", "world") for i in range(2500)]
    kinds = [name for name, kind in WORLD.items() if kind.share > 0]
    each = [scene for name in kinds for scene in draw(name, "train", 700 if name in PANELS else 60)]
    for scene in mixed + each:
        assert scene.kind not in (*PROMPTS, *EVALUATION)
        assert not one_thing_two_ways(scene), scene
    assert set(PANELS) <= {scene.kind for scene in mixed}
    assert sum(bool(scene.panels) for scene in mixed + each) > 1400


def test_the_check_sees_what_it_is_there_for():
    cat = Scene((Thing("cat", "red"),))
    for other in (replace(cat, style="sketch"), cat.with_thing(0, color="blue"), replace(cat, flip=True)):
        assert one_thing_two_ways(Scene(panels=(cat, other), layout="stack"))
    assert not one_thing_two_ways(Scene(panels=(cat, cat), layout="stack"))
    for name in PROMPTS:
        assert all(one_thing_two_ways(scene) for scene in draw(name, "all", 100))


def test_shares_say_what_is_evaluation_only():
    for mix in ("blocks", "world", "world+blocks"):
        assert not set(shares_of(mix)) & {*PROMPTS, *EVALUATION}
    more = shares_of("world+prompts")
    assert set(more) - set(shares_of("world")) == {"practised prompt"}
    drawn = Counter(sample_scene(1, i, mix="world+prompts").kind for i in range(600))
    assert drawn["practised prompt"] > 15 and drawn["picture prompt"] == 0
    assert set(EVALUATION) <= set(shares_of("judge"))


def test_the_mix_with_more_blocks_is_half_blocks():
    world, more = shares_of("world"), shares_of("world+blocks")
    assert set(more) == set(world)
    assert sum(more[kind] for kind in KINDS) == pytest.approx(sum(more.values()) / 2)
    assert all(more[kind] == world[kind] for kind in set(more) - set(KINDS))
    drawn = Counter(sample_scene(1, i, mix="world+blocks").kind in KINDS for i in range(600))
    assert 240 < drawn[True] < 360


def test_practised_prompts_hold_out_things():
    seen = {scene.fact("object") for scene in draw("practised prompt", "train", 300)}
    unseen = {scene.fact("object") for scene in draw("practised prompt", "heldout", 300)}
    assert len(unseen) >= 3 and not seen & unseen and seen | unseen == set(SHAPES)
    assert {s.fact("change") for s in draw("practised prompt", "train", 400)} == set(ASKED)


# ---------------------------------------------------------------- panels


@pytest.mark.parametrize("size", [32, 64, 128])
def test_a_stack_is_one_half_above_the_other(size):
    scene = draw("two panels", "train", 1)[0]
    image, half = render(scene, size), size // 2
    assert half == size_of("stack", size)
    left = (size - half) // 2
    for k, panel in enumerate(scene.panels):
        rows = image[k * half : (k + 1) * half]
        np.testing.assert_array_equal(rows[:, left : left + half], render(panel, half))
        assert (rows[:, :left] == 255).all() and (rows[:, left + half :] == 255).all()
    other = replace(scene, panels=(scene.panels[0], scene.panels[0]))
    np.testing.assert_array_equal(
        render(other, size)[:half], image[:half]
    )  # the given half knows nothing else


def shows(scene: Scene) -> dict[str, str]:
    """What a single picture shows, read from its things rather than its facts."""
    thing, *rest = scene.things
    assert [t.shape for t in rest] in ([], ["word board"])
    color = PENCIL if scene.style == "sketch" else thing.color
    changes = [
        name for name, there in zip(CHANGES, (scene.flip, is_near(scene), bool(rest)), strict=True) if there
    ]
    assert len(changes) <= 1 and all(t.word == WORD for t in rest)
    last = {"change": changes[0]} if changes else {"style": scene.style}
    return {"object": thing.shape, "color": color} | last


def is_near(scene: Scene) -> bool:
    return scene.camera.view_height < 1.2


@pytest.mark.parametrize("kind", ["styled", "changed"])
def test_single_pictures_show_their_facts(kind):
    for split in ("train", "heldout"):
        for scene in draw(kind, split, 60):
            assert shows(scene) == dict(scene.facts)


def test_two_panels_show_their_facts_and_different_things():
    for scene in draw("two panels", "all", 150):
        facts = {
            f"{name}{k}": v for k, panel in enumerate(scene.panels, 1) for name, v in shows(panel).items()
        }
        assert facts == dict(scene.facts)
        assert scene.fact("object1") != scene.fact("object2")


def test_same_panels_are_the_same_to_the_pixel():
    for scene in draw("same panels", "train", 20):
        assert shows(scene.panels[0]) == dict(scene.facts)
        image = render(scene, 32)
        np.testing.assert_array_equal(image[:16], image[16:])


def test_panels_of_training_are_no_back_door_to_what_single_pictures_hold_out():
    for scene in [s for name in PANELS for s in draw(name, "train", 300)]:
        for panel in scene.panels:
            assert not is_held_out(panel), panel.facts


def test_a_prompt_changes_what_is_asked_and_nothing_else():
    changes = Counter()
    for scene in draw("picture prompt", "heldout", 400) + draw("practised prompt", "train", 200):
        top, bottom = scene.panels
        asked = scene.fact("change")
        changes[asked] += 1
        assert (
            shows(top) == dict(top.facts) == {**shows(top), "object": scene.fact("object"), "style": "photo"}
        )
        assert shows(bottom) == dict(bottom.facts)
        assert not is_held_out(top) and not is_held_out(bottom), "as single pictures, both can be in training"
        assert top.things[0].color == scene.fact("color")
        if asked in STYLES:
            assert replace(bottom, style="photo", facts=top.facts) == top
        elif asked in REPAINTED:
            assert asked != scene.fact("color")
            assert replace(bottom, facts=top.facts).with_thing(0, color=scene.fact("color")) == top
        else:
            assert bottom.fact("change") == asked and bottom.things[0] == top.things[0]
    assert set(changes) == set(ASKED)


def test_upside_down_is_the_top_panel_turned_over():
    scene = next(s for s in draw("picture prompt", "all", 200) if s.fact("change") == "upside down")
    image = render(scene, 64)
    np.testing.assert_array_equal(image[:32], image[32:][::-1])


# ---------------------------------------------------------------- matrices: a solver that looks at eight cells

Look = tuple  # (figure, fill, radius, turn, places)


def look(cell: Cell) -> Look:
    """What a cell shows: all its figures look the same, so one look and the places are enough."""
    first = cell.figures[0]
    assert {(f.shape, f.fill, f.radius, f.turn) for f in cell.figures} == {
        (first.shape, first.fill, first.radius, first.turn)
    }
    return first.shape, first.fill, first.radius, first.turn, frozenset((f.x, f.y) for f in cell.figures)


SHAPE, FILL, RADIUS, TURN, SPOTS = range(5)
SIZES_UP = tuple(RADII.values())
OPPOSITE = {"empty": "black", "black": "empty", "gray": "striped", "striped": "gray"}


def put(row: list[Look], field: int, value) -> Look:
    """The first look of a row with one field changed."""
    return tuple(value if k == field else v for k, v in enumerate(row[0]))


def constant(row: list[Look], but: tuple[int, ...] = ()) -> bool:
    """Whether the cells of a row agree in everything but some fields."""
    return all(len({cell[k] for cell in row}) == 1 for k in range(5) if k not in but)


def step_rule(field: int, triples):
    """A rule by which a row runs through one of some triples of a field's values."""

    def follow(rows: list[list[Look]], two: list[Look]) -> set[Look]:
        if not constant(two, (field,)) or not all(constant(row, (field,)) for row in rows):
            return set()
        allowed = triples(rows)
        if not all(tuple(c[field] for c in row) in allowed for row in rows):
            return set()
        return {put(two, field, t[2]) for t in allowed if t[:2] == (two[0][field], two[1][field])}

    return follow


def latin(field: int):
    """The triples of a Latin square: three values in any order, the same in every row."""

    def triples(rows):
        a, b, c = (cell[field] for cell in rows[0])
        orders = {(a, b, c), (b, c, a), (c, a, b), (a, c, b), (c, b, a), (b, a, c)}
        return orders if len({a, b, c}) == 3 else set()

    return triples


def growing(rows):
    ends = (SIZES_UP, SIZES_UP[::-1])
    return {t for t in ends if tuple(c[RADIUS] for c in rows[0]) == t}


def turning(rows):
    a, b, _ = (cell[TURN] for cell in rows[0])
    step = (b - a) % 360
    return (
        {(t * 45.0, (t * 45.0 + step) % 360, (t * 45.0 + 2 * step) % 360) for t in range(8)}
        if step
        else set()
    )


def mirror(rows):
    return {(t, -t % 360, (180 - t) % 360) for t in (45.0, 135.0, 225.0, 315.0)}


def inversion(rows):
    return {(a, b, a) for a, b in OPPOSITE.items()}


def counted(pick):
    """Triples of places whose numbers follow a rule, in the usual places for a number."""

    def triples(rows):
        usual = USUAL_PLACES
        return {(usual[a], usual[b], usual[c]) for a, b, c in pick if max(a, b, c) <= 4}

    return triples


def usual_places() -> dict[int, frozenset]:
    found = {}
    for scene in draw("matrix", "all", 200):
        if scene.fact("rule") == "counting":
            for cell in scene.cells:
                found[len(cell.figures)] = look(cell)[SPOTS]
    return found


USUAL_PLACES = usual_places()


def counting(rows):
    n = [len(cell[SPOTS]) for cell in rows[0]]
    step = n[1] - n[0]
    good = [(a, a + step, a + 2 * step) for a in range(1, 5) if 1 <= a + step <= 4 and 1 <= a + 2 * step <= 4]
    return counted(good)(rows) if abs(step) == 1 else set()


def corners(rows) -> list[frozenset]:
    four = sorted(USUAL_PLACES[4])
    return [frozenset(p for k, p in enumerate(four) if n >> k & 1) for n in range(1, 16)]


def sets(join):
    return lambda rows: {
        (a, b, c) for a in corners(rows) for b in corners(rows) if a != b and (c := join(a, b))
    }


def two_rules(one: int, first, other: int, second):
    """Two fields that change, each by a rule of its own."""

    def follow(rows: list[list[Look]], two: list[Look]) -> set[Look]:
        def only(row, field):
            return [put(row, field, cell[field]) for cell in row]

        if not all(constant(row, (one, other)) for row in rows):
            return set()
        a = step_rule(one, first)([only(row, one) for row in rows], only(two, one))
        b = step_rule(other, second)([only(row, other) for row in rows], only(two, other))
        return {put([put(two, one, x[one])], other, y[other]) for x in a for y in b}

    return follow


SOLVERS = {
    "same in a row": lambda rows, two: {two[0]} if all(map(constant, (*rows, two))) else set(),
    "growing": step_rule(RADIUS, growing),
    "counting": step_rule(SPOTS, counting),
    "turning": step_rule(TURN, turning),
    "three shapes": step_rule(SHAPE, latin(SHAPE)),
    "three fills": step_rule(FILL, latin(FILL)),
    "together": step_rule(SPOTS, sets(lambda a, b: a | b)),
    "both": step_rule(SPOTS, sets(lambda a, b: a & b)),
    "inversion": step_rule(FILL, inversion),
    "shapes and fills": two_rules(SHAPE, latin(SHAPE), FILL, latin(FILL)),
    "adding": step_rule(SPOTS, counted([(a, b, a + b) for a in range(1, 4) for b in range(1, 4)])),
    "either": step_rule(SPOTS, sets(lambda a, b: a ^ b)),
    "mirror": step_rule(TURN, mirror),
    "shapes and sizes": two_rules(SHAPE, latin(SHAPE), RADIUS, growing),
}


def solve(cells: tuple[Cell, ...]) -> dict[Look, set[str]]:
    """Every ninth cell to which some rule leads from the first eight, and the rules that lead there."""
    looks = [look(cell) for cell in cells[:8]]
    answers = defaultdict(set)
    for name, follow in SOLVERS.items():
        for answer in follow([looks[:3], looks[3:6]], looks[6:]):
            answers[answer].add(name)
    return dict(answers)


@pytest.mark.parametrize(
    "kind,split",
    [("matrix", "train"), ("matrix", "heldout"), ("matrix new rule", "all"), ("matrix inverted", "all")],
)
def test_eight_cells_have_one_answer(kind, split):
    rules = Counter()
    for scene in draw(kind, split, 350):
        answers = solve(scene.cells)
        assert set(answers) == {look(scene.cells[8])}, (scene.fact("rule"), answers)
        assert scene.fact("rule") in answers[look(scene.cells[8])]
        rules[scene.fact("rule")] += 1
    assert set(rules) == set(NEW if kind == "matrix new rule" else SHOWN)


def test_the_solver_doubts_a_wrong_ninth_cell_and_an_open_matrix():
    assert set(SOLVERS) == set(RULES)
    scene = next(s for s in draw("matrix", "train", 50) if s.fact("rule") == "growing")
    assert look(scene.cells[7]) not in solve(scene.cells)
    one = Figure("star", radius=RADII["small"])
    a, b, c, d = (replace(one, x=x, y=y) for x, y in sorted(USUAL_PLACES[4]))
    row = (Cell((a,)), Cell((b,)), Cell((a, b)))  # together, or either? The third row does not say
    assert len(solve((*row, *row, Cell((a, b)), Cell((b, c))))) == 2
    assert d not in row[2].figures


def test_the_ninth_cell_shows_the_facts():
    for scene in draw("matrix", "all", 150) + draw("matrix new rule", "all", 80):
        shape, fill, radius, turn, spots = look(scene.cells[8])
        assert (shape, fill) == (scene.fact("figure"), scene.fact("fill"))
        assert radius == RADII[scene.fact("size")] and turn == 45 * TURNS.index(scene.fact("turn"))
        assert len(spots) == COUNTS.index(scene.fact("count")) + 1
        if scene.fact("corners") != "none":
            places = dict(zip("abcd", sorted(USUAL_PLACES[4], key=lambda p: (p[1], p[0])), strict=True))
            assert spots == {places[corner] for corner in scene.fact("corners")}


def test_a_held_out_figure_is_not_shown_under_its_rule_in_any_row():
    shown = {
        (s.fact("rule"), f.shape) for s in draw("matrix", "train", 1500) for c in s.cells for f in c.figures
    }
    asked = {(s.fact("rule"), s.fact("figure")) for s in draw("matrix", "heldout", 300)}
    assert asked and not shown & asked
    assert {figure for _, figure in shown} == set(POLYGONS)


# ---------------------------------------------------------------- matrices: pixels


def test_the_ninth_cell_stands_at_the_bottom_right_and_inverted_is_inverted():
    scene = draw("matrix", "train", 1)[0]
    for size in (32, 64, 128):
        image = render(scene, size)
        side, line = size_of("grid", size), line_width(size)
        start = 3 * line + 2 * side
        cell = image[start : start + side, start : start + side]
        np.testing.assert_array_equal(cell, draw_cell(scene.cells[8], side))
        np.testing.assert_array_equal(render(replace(scene, invert=True), size), 255 - image)
    assert all(scene.invert for scene in draw("matrix inverted", "all", 5))


def test_figures_stay_in_their_cell_and_differ():
    for radius in RADII.values():
        drawn = {}
        for shape in POLYGONS:
            for fill in FILLS:
                cell = draw_cell(Cell((Figure(shape, fill, radius),)), 40)
                assert (cell[0] == 255).all() and (cell[:, -1] == 255).all(), (shape, radius)
                drawn[shape, fill] = cell.astype(int)
        names = list(drawn)
        for k, one in enumerate(names):
            for other in names[:k]:
                assert abs(drawn[one] - drawn[other]).sum() > 3 * 255 * 8, (one, other, radius)


def test_cells_are_the_same_on_every_machine():
    """If this fails after a change that is meant to change figures, put the new number in; never otherwise."""
    cells = [
        draw_cell(Cell((Figure(shape, fill, 0.4, turn=turn),)), 20)
        for shape in POLYGONS
        for fill in FILLS
        for turn in (0.0, 45.0)
    ]
    assert hashlib.sha256(np.stack(cells).tobytes()).hexdigest()[:16] == "e9d7e53d6a46f2a6"


def test_an_unknown_figure_is_told():
    with pytest.raises(ValueError, match="heptagon"):
        draw_cell(Cell((Figure("heptagon"),)), 20)
