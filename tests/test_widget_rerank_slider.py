"""The rerank slider without a browser: whom it chooses, what it says, and what it refuses."""

import io

import numpy as np
import pytest
from PIL import Image

from minidalle.widgets.rerank_slider import RIGHT, WRONG, rerank_slider

PICTURES = np.stack([np.full((8, 8, 3), shade, np.uint8) for shade in range(0, 120, 10)])
SCORES = [0.1, 0.9, 0.3, 0.2, 0.8, 0.5, 0.4, 0.6, 0.7, 0.0, 0.05, 0.95]


def test_it_opens_with_the_best_of_all():
    slider = rerank_slider(PICTURES, SCORES, "a cube", best=3)
    assert slider.k == 12 and slider.chosen == [11, 1, 4]
    assert slider.alt == "the best 3 of 12 for 'a cube', scores 0.95 to 0.80"
    assert slider.image.value == slider.png() and slider.label.value


def test_a_smaller_k_chooses_from_the_first_ones():
    slider = rerank_slider(PICTURES, SCORES, best=3)
    before = slider.image.value
    slider.slider.value = 4
    assert slider.chosen == [1, 2, 3] and slider.image.value != before
    slider.slider.value = 1
    assert slider.chosen == [0]


def test_of_equal_scores_the_earlier_one_is_first():
    assert rerank_slider(PICTURES, [1.0] * 12, best=2).chosen == [0, 1]


def test_marks_frame_the_pictures_and_are_counted():
    right = [index == 1 for index in range(12)]
    slider = rerank_slider(PICTURES, SCORES, "a cube", best=2, right=right)
    assert slider.alt.endswith("1 of them right, and 1 of all 12")
    seen = np.asarray(Image.open(io.BytesIO(slider.png())).convert("RGB")).reshape(-1, 3)
    assert all((seen == colour).all(axis=1).any() for colour in (RIGHT, WRONG))


def test_there_is_a_picture_without_a_kernel():
    data, metadata = rerank_slider(PICTURES, SCORES, "a cube")._repr_mimebundle_()
    assert data["image/png"] and metadata["image/png"]["alt"] in data["text/plain"]


@pytest.mark.parametrize(
    ("pictures", "scores", "settings", "said"),
    [
        (PICTURES / 255, SCORES, {}, "expected bytes"),
        (PICTURES[:0], [], {}, "expected bytes"),
        (PICTURES, SCORES[:3], {}, "give one each"),
        (PICTURES, SCORES, {"right": [True]}, "1 marks for 12 pictures"),
        (PICTURES, SCORES, {"best": 0}, "best"),
    ],
)
def test_what_does_not_fit_is_refused(pictures, scores, settings, said):
    with pytest.raises(ValueError, match=said):
        rerank_slider(pictures, scores, **settings)
