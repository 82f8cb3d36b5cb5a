"""The completion bench and the picture-prompt bench without a browser."""

import numpy as np
import pytest

import minidalle
from minidalle.widgets.completion import completion
from minidalle.widgets.prompt_bench import prompt_bench
from minidalle.world import render, sample_scene


@pytest.fixture(scope="module")
def model():
    return minidalle.load("nano")


@pytest.fixture(scope="module")
def house():
    return render(sample_scene(seed=3, index=1, kind="single"), 64)


def test_a_corner_is_chosen_and_the_rest_completed(model, house):
    bench = completion(model, house, "a blue house", n=1)
    assert bench.region == (0, 32) and "right of 0 and below 32 pixels" in bench.alt
    before = bench.png()
    bench.left.value = 48
    assert bench.region == (48, 32) and bench.png() != before and "right of 48" in bench.alt
    bench.left.value = 0
    assert bench.png() == before  # remembered, or drawn again: the same


def test_what_cannot_be_drawn_is_told_and_the_pictures_stay(model, house):
    bench = completion(model, house, "a blue house", n=1)
    before = bench.png()
    bench.text.value = "   "
    assert bench.label.value.startswith("not drawn: ") and bench.png() == before
    with pytest.raises(ValueError, match="2 pictures were given; this takes one"):
        completion(model, np.stack([house, house]), "a blue house")
    with pytest.raises(ValueError, match="region begins at 64, 0; this model's pictures are 64 x 64"):
        completion(model, house, "a blue house", (64, 0))


def test_the_bench_shows_the_prompt_beside_its_baselines(model):
    bench = prompt_bench(model, "cat", "orange", "sketch", n=1)
    asked, copied, ignored, drawn = bench.drawn
    assert (copied[32:] == copied[:32]).all() and (asked[32:] != asked[:32]).any()
    assert all((other[:32] == asked[:32]).all() for other in (copied, ignored, drawn))
    assert bench.caption in bench.alt and bench.facts["change"] == "sketch"
    with pytest.raises(ValueError, match="object is 'dragon'; choose from"):
        prompt_bench(model, "dragon")
