"""The likelihood slider: what it says follows its sliders."""

import html

from minidalle.relaxation import PIXEL_EPSILON
from minidalle.widgets.likelihood_slider import EPSILONS, likelihood_slider


def test_a_smaller_epsilon_leaves_less_for_impossible_pixels():
    slider = likelihood_slider()
    assert slider.epsilon.value == PIXEL_EPSILON
    lost = []
    for epsilon in EPSILONS:
        slider.epsilon.value = epsilon
        assert f"epsilon {epsilon:g}" in slider.alt and html.unescape(slider.label.value) == slider.alt
        lost.append(slider.lost["logit-Laplace"])
    assert lost == sorted(lost, reverse=True) and lost[0] > 5 * lost[-1]
    assert slider.lost["normal"] > 0.3


def test_every_slider_changes_the_picture():
    slider = likelihood_slider(0.5, 0.05)
    seen = {slider.png()}
    for control, value in ((slider.painted, 1.0), (slider.miss, 0.2), (slider.epsilon, 0.01)):
        control.value = value
        seen.add(slider.png())
    assert len(seen) == 4 and "painted 1.00, average miss 0.200, epsilon 0.01" in slider.alt


def test_it_is_a_picture_without_a_kernel():
    slider = likelihood_slider()
    data, about = slider._repr_mimebundle_()
    assert data["image/png"] and about["image/png"]["alt"] == slider.alt
    assert repr(slider).startswith("<Likelihood slider: painted 0.95")
