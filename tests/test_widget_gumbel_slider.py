"""The Gumbel slider: the temperature sharpens a sample and never changes its winner."""

import html
from fractions import Fraction

import pytest
import torch

from minidalle.dvae import DiscreteVAE, DVAEConfig
from minidalle.widgets.gumbel_slider import TEMPERATURES, GumbelSlider, gumbel_slider


@pytest.fixture
def slider() -> GumbelSlider:
    torch.manual_seed(0)
    dvae = DiscreteVAE(DVAEConfig(image_size=16, vocab_size=12, hidden=8, downsamplings=2))
    return gumbel_slider(dvae, torch.rand(3, 16, 16))


def test_colder_is_sharper_with_the_same_winner(slider: GumbelSlider):
    largest, winners = [], set()
    for temperature in TEMPERATURES:
        slider.heat.value = temperature
        assert f"temperature {temperature}," in slider.alt and slider.temperature == float(temperature)
        assert slider.sample.sum().item() == pytest.approx(1, abs=1e-5)
        largest.append(slider.sample.max().item())
        winners.add(slider.sample.argmax().item())
    assert largest == sorted(largest) and largest[-1] > 0.9 and len(winners) == 1


def test_noise_and_cell_change_the_picture(slider: GumbelSlider):
    seen = {slider.png()}
    slider.noise.value = 1
    seen.add(slider.png())
    slider.cell.value = slider.cell.options[0][1]
    row, column = slider.place
    assert f"row {row}, column {column}" in slider.alt and html.unescape(slider.label.value) == slider.alt
    assert len(seen | {slider.png()}) == 3


def test_cells_run_from_sure_to_undecided(slider: GumbelSlider):
    told = [float(name.split(": ")[1].split()[0]) for name, _ in slider.cell.options]
    assert told == sorted(told, reverse=True)


def test_it_is_a_picture_without_a_kernel(slider: GumbelSlider):
    data, about = slider._repr_mimebundle_()
    assert data["image/png"] and about["image/png"]["alt"] == slider.alt
    assert slider.heat.value == Fraction(1)


def test_one_picture_is_asked_for(slider: GumbelSlider):
    with pytest.raises(ValueError, match="expected one"):
        gumbel_slider(slider.dvae, torch.rand(1, 3, 16, 16))
