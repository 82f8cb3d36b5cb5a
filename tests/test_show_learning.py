"""Figures about training: densities hold the probability 1, shares outside are exact, and films are complete."""

import math

import numpy as np
import pytest
import torch

from minidalle.relaxation import logit_laplace_nll, map_pixels
from minidalle.show.learning import PLACES, densities, film, likelihoods, outside, stacked

STEP = PLACES[1] - PLACES[0]
CASES = [(0.5, 0.05, 0.1), (0.95, 0.03, 0.1), (0.3, 0.04, 0.03), (0.9, 0.02, 0.01)]
BEYOND = (PLACES < 0) | (PLACES > 1)


@pytest.mark.parametrize("case", CASES)
def test_every_density_holds_one_and_shares_outside_are_its_integrals(case):
    lost = outside(*case)
    for name, values in densities(*case).items():
        assert values.sum() * STEP == pytest.approx(1, abs=0.02), name
        assert values[BEYOND].sum() * STEP == pytest.approx(lost[name], abs=0.02), name


@pytest.mark.parametrize("case", CASES)
def test_densities_agree_around_the_painted_value_and_have_one_spread(case):
    painted, miss, _ = case
    values = densities(*case)
    near = np.abs(PLACES - painted).argmin()
    assert values["logit-Laplace"][near] == pytest.approx(values["Laplace"][near], rel=0.05)
    assert values["normal"][near] == pytest.approx(1 / (2 * miss * math.sqrt(math.pi)), rel=0.01)


def test_the_logit_laplace_is_that_of_the_model_in_units_of_the_pixel():
    inside = (PLACES > 0) & (PLACES < 1)
    x, mapped = torch.from_numpy(PLACES[inside]), map_pixels(torch.tensor(0.8, dtype=torch.float64))
    b = 0.05 * 0.8 / (mapped * (1 - mapped))
    nll = logit_laplace_nll(map_pixels(x), torch.logit(mapped), b.log())
    assert np.allclose(densities(0.8, 0.05)["logit-Laplace"][inside], 0.8 * torch.exp(-nll).numpy())


def test_at_the_edge_half_of_every_density_is_impossible():
    assert all(share == pytest.approx(0.5, abs=1e-3) for share in outside(1.0, 0.05).values())
    assert outside(0.95, 0.07, 0.001)["logit-Laplace"] < 0.05 < 0.2 < outside(0.95, 0.07)["logit-Laplace"]


def test_the_figure_says_what_is_lost():
    said = likelihoods(0.95, 0.07).alt
    assert said.startswith("painted 0.95, average miss 0.070, epsilon 0.1") and "normal 30.7%" in said


@pytest.mark.parametrize("case", [(1.1, 0.05, 0.1), (0.5, 0.0, 0.1), (0.5, 0.05, 0.5), (0.5, 0.05, 0.0)])
def test_impossible_densities_are_refused(case):
    with pytest.raises(ValueError, match="see what each may be"):
        densities(*case)


def test_a_film_has_a_row_for_every_look():
    pictures = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    shown = film(pictures, {"after 10": pictures}, {"codes in use": ([0, 10], [3.0, 8.0])})
    assert shown.alt.startswith("2 rows of 4 pictures, from the top: pictures, after 10.")
    assert "codes in use from 3 to 8" in shown.alt
    with pytest.raises(ValueError, match="'after 10' has shape"):
        film(pictures, {"after 10": pictures[:2]}, {"loss": ([0], [1.0])})
    with pytest.raises(ValueError, match="no curves"):
        film(pictures, {}, {})


def test_stacked_bars_say_every_part():
    shown = stacked({"good": {"told": 2.0, "unused": 0.5}}, "nats", {"ln 64": 4.16})
    assert shown.alt == "Bars in nats. good: told 2.00, unused 0.50; ln 64 at 4.16"
    with pytest.raises(ValueError, match="none below 0"):
        stacked({"bad": {"told": -1.0}}, "nats")
    with pytest.raises(ValueError, match="expected"):
        stacked({"a": {"told": 1.0}, "b": {"other": 1.0}}, "nats")
