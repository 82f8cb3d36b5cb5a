"""Completions are scored on whole pictures: true ones are right, those with nothing drawn lack what was hidden."""

import numpy as np
import pytest
import torch

from minidalle import sampling
from minidalle.checkpoints import load_model
from minidalle.evaluation.asking import HELD_OUT, ask
from minidalle.evaluation.completion import HALVES, TURNED, completed, completions, region_of, turned
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.section_tables import completion_tables
from minidalle.pipeline_complete import hidden
from minidalle.pipeline_find import find_model
from minidalle.pipeline_pictures import to_bytes

COUNT = 24


@pytest.fixture(scope="module")
def drawer(nano, tmp_path_factory):
    return Drawer(nano, tmp_path_factory.mktemp("drawn"))


def silent(*_) -> None:
    """Says nothing."""


def measured(drawer, reader, name, monkeypatch, draw):
    monkeypatch.setattr(sampling, "sample", draw)
    return completions(drawer, reader, name, COUNT, silent)


@pytest.mark.parametrize("name", list(HALVES))
def test_what_is_drawn_from_the_true_tokens_scores_as_the_dvae(drawer, reader, name, monkeypatch):
    """A sampler that knew the hidden half would reach the dVAE's column; the given half is true in all of them."""
    asked = []

    def know(model, text, *, seeds, fixed=None, **settings):
        if fixed is None:
            return torch.zeros(len(text), 256, dtype=torch.int64)
        asked.append(fixed)
        return fixed.clamp_min(0)

    found, _, pictures = measured(drawer, reader, name, monkeypatch, know)
    assert found["render"]["all"]["share"] >= 0.9
    assert found["dvae"]["all"]["share"] > found["nothing drawn"]["all"]["share"]
    assert found["drawn"]["all"]["share"] < found["dvae"]["all"]["share"], (
        "one token everywhere draws nothing right"
    )
    kept = (asked[0] >= 0).float().mean()
    assert kept == 0.5 and pictures.shape == (COUNT, 64, 64, 3) and pictures.dtype == np.uint8


def test_nothing_of_the_second_thing_is_left_where_nothing_is_drawn(drawer, reader, monkeypatch):
    found, _, _ = measured(
        drawer,
        reader,
        "right half of two things",
        monkeypatch,
        lambda model, text, *, fixed=None, **_: torch.zeros(len(text), 256, dtype=torch.int64),
    )
    assert found["nothing drawn"]["all"]["share"] <= 0.1


def test_who_ignores_what_is_given_is_right_only_where_the_missing_thing_is_named_last(reader, tmp_path):
    """nano's own pictures: by the order of the words alone, it needs no look at what is there."""
    drawer = Drawer(load_model(find_model("nano")), tmp_path)
    shares = {
        name: completions(drawer, reader, name, COUNT, silent)[0]["ignored"]["all"]["share"]
        for name in HALVES
    }
    assert shares["right half of two things"] >= 0.7 and shares[TURNED] <= 0.1


def test_a_turned_caption_begins_with_what_is_missing():
    for one in ask("pair", HELD_OUT, 30):
        words, facts = turned(one).split(), one.facts
        first, second = turned(one).split(" and ")
        assert first.split()[1:] == [facts["color2"], facts["object2"]]
        assert second.split()[1:] == [facts["color1"], facts["object1"]]
        assert (words[0] == "an") == (facts["color2"] == "orange")


def test_the_given_pixels_are_put_back_picture_by_picture():
    images = torch.rand(3, 3, 64, 64)
    for name in HALVES:
        region = region_of(name, 64)
        whole = completed(images, torch.zeros(3, 4), region, torch.zeros(3, 3, 64, 64))
        left, upper = region
        assert (whole[:, upper:, left:] == 0).all() and (whole > 0).any((1, 2, 3)).all()
        covered = to_bytes(hidden(images, region))
        kept = np.ones((64, 64), bool)
        kept[upper:, left:] = False
        assert (whole[:, kept] == covered[:, kept]).all() and kept.mean() == 0.5


def test_a_row_for_each_field_and_a_column_for_each_way():
    entry = {"share": 0.5, "low": 0.4, "high": 0.6, "n": 10}
    columns = {name: {"color": entry, "all": entry} for name in ("drawn", "nothing drawn")}
    lines = completion_tables({"completions": {"lower half of one thing": columns}})
    assert lines[-4:-2] == ["| | drawn | nothing drawn |", "|---|---|---|"] and len(lines) == 9
    assert completion_tables({}) == []
