"""Figures of lesson 13: they count what they draw."""

import numpy as np
import pytest

from minidalle.evaluation.statistics import wilson
from minidalle.show.limits import beside_data, icons, timeline, with_formula

DATA = {"red": 0.6, "blue": 0.4}


def test_shares_are_of_each_groups_own_pictures_beside_the_datas():
    figure = beside_data(
        DATA, {"drawn": {"red": 30, "blue": 10}, "careful": {"red": 8}}, wilson, "share of cars", "Cars"
    )
    assert figure.png.startswith(b"\x89PNG")
    assert "The data: red 0.60, blue 0.40" in figure.alt
    assert "drawn: red 0.75, blue 0.25; careful: red 1.00, blue 0.00" in figure.alt


def test_a_value_that_the_data_do_not_know_is_refused():
    with pytest.raises(ValueError, match="at least one picture, of red, blue"):
        beside_data(DATA, {"drawn": {"green": 1}}, wilson, "share")
    with pytest.raises(ValueError, match="at least one picture"):
        beside_data(DATA, {"drawn": {"red": 0}}, wilson, "share")


def test_icons_are_squares_of_known_codes_under_their_captions():
    codes = np.arange(18).reshape(2, 9) % 7
    assert "every day: car, cat" in icons({"every day": (codes, ["car", "cat"])}).alt
    with pytest.raises(ValueError, match="a caption for each icon"):
        icons({"every day": (codes, ["car"])})
    with pytest.raises(ValueError, match="no icon"):
        icons({"every day": (codes[:, :8], ["car", "cat"])})
    with pytest.raises(ValueError, match="no icon"):
        icons({"every day": (codes + 1, ["car", "cat"])})


def test_what_was_counted_stands_beside_what_was_expected():
    figure = with_formula(
        (1, 0.5), (0.6, 0.92), ((30, 50), (46, 50)), wilson, ("temperature", "share of red", "formula")
    )
    assert "1: 0.60, expected 0.60, 0.5: 0.92, expected 0.92" in figure.alt
    with pytest.raises(ValueError, match="give one each"):
        with_formula((1,), (0.6, 0.92), ((30, 50),), wilson, ("a", "b", "c"))


def test_the_line_of_time_is_in_order_and_knows_where_we_are():
    works = {"GANs": [(2017.9, "AttnGAN"), (2016.9, "StackGAN")], "codes": [(2021.0, "DALL·E")]}
    assert "GANs: 2016 StackGAN, 2017 AttnGAN; codes: 2021 DALL·E" in timeline(works, here="DALL·E").alt
    with pytest.raises(ValueError, match="choose from"):
        timeline(works, here="DALL·E 3")
    with pytest.raises(ValueError, match="at least one work"):
        timeline({})
