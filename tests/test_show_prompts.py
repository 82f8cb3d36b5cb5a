"""Figures of lesson 11: they count what they draw."""

import numpy as np
import pytest

from minidalle.show.prompts import changed_map, given_map, outlined, score_bars, toy_panels


def test_a_map_counts_given_and_drawn_cells():
    drawn = given_map({"lower half": (0, 32), "a corner": (48, 48)}, 64, 16)
    assert "128" in drawn.alt and "240" in drawn.alt
    with pytest.raises(ValueError, match="no regions"):
        given_map({}, 64, 16)


def test_cells_that_differ_above_the_line_are_counted():
    one = np.zeros((4, 4), int)
    two = one.copy()
    two[1, 2], two[3, 3] = 1, 1
    assert "1" in changed_map({"a": (one, two)}, first=2).alt
    with pytest.raises(ValueError, match="one shape each"):
        changed_map({"a": (one, two[:2])}, first=2)


def test_bars_say_their_numbers_and_need_the_same_columns():
    bars = score_bars({"nano": {"identity": 0.25, "change": 1.0}}, "share right")
    assert "identity 25%, change 100%" in bars.alt and bars.png.startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="the same columns"):
        score_bars({"a": {"x": 1.0}, "b": {"y": 1.0}}, "share")


def test_every_toy_picture_has_a_caption():
    pictures = np.zeros((2, 8, 4), int)
    assert "same red blue" in toy_panels({"prompt": (pictures, ["same red blue", "two red blue"])}).alt
    with pytest.raises(ValueError, match="a caption for each picture"):
        toy_panels({"prompt": (pictures, ["one"])})


def test_an_outline_is_drawn_round_the_region_only():
    images = np.zeros((1, 16, 16, 3), np.uint8)
    framed = outlined(images, (8, 4))
    assert (framed != 0).any() and (framed[:, :3] == 0).all() and (images == 0).all()
    with pytest.raises(ValueError, match="bytes"):
        outlined(images[0], (8, 4))
