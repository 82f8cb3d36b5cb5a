"""The three figures show what was measured; the wordings compared tell the same facts of the same scenes."""

from pathlib import Path

import pytest
from PIL import Image

from minidalle.evaluation.asking import HELD_OUT, SEEN, kinds_of
from minidalle.evaluation.curves import best_of, by_objects, by_wording, draw_curves
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.rephrasing import both_ways, compared, rephrasing, rephrasing_table
from minidalle.evaluation.sections import Effort
from minidalle.evaluation.statistics import share
from minidalle.pipeline_find import find_model
from minidalle.world.judging import load_reader
from minidalle.world.kinds.kind import SECTIONS


@pytest.fixture(scope="module")
def drawer(nano, tmp_path_factory):
    return Drawer(nano, tmp_path_factory.mktemp("drawn"))


def entry(right: int, of: int = 10) -> dict:
    return share([True] * right + [False] * (of - right))


def silent(*_) -> None:
    """Says nothing."""


@pytest.fixture
def results() -> dict:
    """As `run_sections` leaves them: three kinds, in both splits, with curves and wordings."""
    curve = [{"k": k, "clip": 0.2 * n, "any": 0.3 * n, "luck": 0.1 * n} for n, k in enumerate((1, 2, 4), 1)]
    kinds = {
        kind: {
            split: {"all": {"sample": entry(right), "dvae": entry(10), "curve": curve}}
            for split in (SEEN, HELD_OUT)
        }
        for kind, right in (("single", 9), ("pair", 7), ("triple", 4))
    }
    gap = {"mean": -0.2, "low": -0.3, "high": -0.1}
    said = {"usual": entry(8), "rephrased": entry(6), "difference": gap}
    return {"model": "toy", "size": 64, "kinds": kinds, "rephrased": {"single": said, "pair": said}}


def test_lines_hold_what_was_measured(results: dict):
    lines = by_objects(results)
    assert [(count, one["share"]) for count, one in lines[HELD_OUT]] == [(1, 0.9), (2, 0.7), (3, 0.4)]
    assert [one["share"] for _, one in lines["through the dVAE"]] == [1.0, 1.0, 1.0]
    assert best_of(results)["clip"] == [
        (1, pytest.approx(0.2)),
        (2, pytest.approx(0.4)),
        (4, pytest.approx(0.6)),
    ]
    rows = {
        section: (usual["n"], usual["share"], other["share"]) for section, usual, other in by_wording(results)
    }
    assert rows[SECTIONS[0]][1:] == (0.8, 0.6)


def test_each_figure_is_drawn_and_told_in_words(results: dict, tmp_path: Path):
    told = draw_curves(results, tmp_path)
    assert set(told) == {"binding.png", "best-of.png", "rephrasing.png"}
    assert "90 % with 1, 70 % with 2, 40 % with 3" in told["binding.png"]
    assert "20 % with one, 60 % for CLIP's favourite of 4" in told["best-of.png"]
    for name in told:
        with Image.open(tmp_path / name) as picture:
            assert picture.width > 600
    assert draw_curves({"model": "toy", "size": 64, "kinds": {}}, tmp_path) == {}


def test_the_two_wordings_tell_the_same_of_the_same_scene():
    for section in SECTIONS:
        for kind in kinds_of(section)[:2]:
            usual, new = both_ways(kind, 6, lambda text: True)
            for one, other in zip(usual, new, strict=True):
                assert one.scene == other.scene and set(one.told) == set(other.told)
            assert not usual or any(
                one.caption != other.caption for one, other in zip(usual, new, strict=True)
            )


def test_differences_are_paired_by_scene():
    usual, new = both_ways("single", 8, lambda text: True)
    asked = {"usual": usual, "rephrased": new}
    true = [one.facts for one in usual]
    found = compared(asked, {"usual": true, "rephrased": [{**facts, "object": "nothing"} for facts in true]})
    assert found["usual"]["share"] == 1 and found["rephrased"]["share"] == 0
    assert found["difference"] == {"mean": -1, "low": -1, "high": -1}
    table = rephrasing_table({"rephrased": {"single": found}}, lambda kind: True)
    assert table[-1] == f"| single | {len(usual)} | 100 | 0 | -100 (-100 to -100) |"
    assert rephrasing_table({"rephrased": {"single": found}}, lambda kind: False) == []


def test_a_model_is_asked_in_both_wordings(drawer):
    reader = load_reader(find_model("reader"))
    found = rephrasing(drawer, reader, SECTIONS[:1], Effort(count=2), silent)
    assert "single" in found and found["single"]["usual"]["n"] == found["single"]["rephrased"]["n"] <= 2
