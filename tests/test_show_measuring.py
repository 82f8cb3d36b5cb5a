"""Figures about measuring say in words what they count."""

import pytest

from minidalle.evaluation.statistics import share
from minidalle.show.measuring import (
    coverage,
    distance_histogram,
    luck_curves,
    repeated_shares,
    shares_with_intervals,
)


def test_repeated_shares_tell_the_range_of_each_test():
    drawn = repeated_shares({"20 pictures": [0.7, 0.9, 1.0], "200 pictures": [0.88, 0.91]}, 0.9)
    assert "20 pictures: 0.70 to 1.00; 200 pictures: 0.88 to 0.91" in drawn.alt
    assert "the truth is 0.9" in drawn.alt


def test_coverage_tells_each_recipe():
    drawn = coverage([0.5, 0.9], {"normal": [0.95, 0.8], "Wilson": [0.95, 0.96]})
    assert "normal: 0.80 to 0.95; Wilson: 0.95 to 0.96" in drawn.alt


def test_shares_with_intervals_take_columns_that_some_rows_lack():
    rows = {
        "pair": {"seen": share([True, False]), "held out": share([True, True])},
        "sketch": {"seen": share([True])},
    }
    drawn = shares_with_intervals(rows, guesses={"pair": 0.1})
    assert "pair: seen 0.50, held out 1.00; sketch: seen 1.00" in drawn.alt


def test_luck_curves_tell_their_ends():
    assert "luck: 0.50 to 0.94" in luck_curves([1, 2, 4], {"luck": [0.5, 0.75, 0.9375]}).alt


def test_distances_below_the_line_are_counted():
    assert (
        "nearer than 2.0 are drawn: 1 of 3"
        in distance_histogram({"drawn": [1.0, 2.0, 3.0]}, 2.0, "steps").alt
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: repeated_shares({}, 0.9),
        lambda: coverage([0.5], {"normal": [0.9, 0.9]}),
        lambda: shares_with_intervals({}),
        lambda: luck_curves([1, 2], {"luck": [0.5]}),
        lambda: distance_histogram({}, 1.0, "steps"),
    ],
)
def test_what_cannot_be_drawn_is_said(wrong):
    with pytest.raises(ValueError, match=r"give (at least )?one"):
        wrong()
