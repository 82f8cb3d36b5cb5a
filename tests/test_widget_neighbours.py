"""The browser shows a picture beside the training pictures nearest to it."""

import io

import numpy as np
import pytest
from PIL import Image

from minidalle.widgets.neighbours import GAP, neighbour_browser

IMAGES = np.zeros((2, 4, 4, 3), np.uint8)
TRAINING = np.arange(3, dtype=np.uint8)[:, None, None, None] * np.full((4, 4, 3), 100, np.uint8)
NEAR = {
    "pixels": np.array([[3.0, 1.0, 2.0], [1.0, 1.0, 0.5]]),
    "CLIP": np.array([[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]]),
}


def browser(**changed):
    return neighbour_browser(
        **{
            "images": IMAGES,
            "training": TRAINING,
            "near": NEAR,
            "captions": ["a cat", "a <mug>"],
            "beside": 2,
        }
        | changed
    )


def test_neighbours_come_nearest_first():
    one = browser()
    assert (one.shown, one.measure, one.found) == (0, "pixels", [1, 2])
    assert "'a cat'" in one.alt and "1.00 to 2.00" in one.alt


def test_another_picture_or_measure_changes_what_is_shown():
    one = browser()
    one.by.value = "CLIP"
    assert one.found == [0, 1]
    one.picture.value = 1
    assert one.found == [2, 1]
    assert "&lt;mug&gt;" in one.label.value  # a caption cannot bring markup into the page
    one.by.value = "pixels"
    assert one.found == [2, 0]  # of equally near ones the earlier first


def test_the_picture_has_the_neighbours_in_order():
    pixels = np.asarray(Image.open(io.BytesIO(browser().png())).convert("RGB"))
    right = pixels[4, 8 + GAP :, 0]  # the picture is 4 pixels wide, shown twice as large
    assert [value for value in dict.fromkeys(right.tolist()) if value in (0, 100, 200)] == [100, 200]


def test_without_a_kernel_there_is_a_picture_with_words():
    data, metadata = browser()._repr_mimebundle_()
    assert data["image/png"] and "run this cell" in data["text/plain"]
    assert metadata["image/png"]["alt"].startswith("left, the drawing")


def test_no_more_neighbours_than_there_are():
    assert len(browser(beside=9).found) == 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"captions": ["a cat"]}, "1 captions for 2 pictures"),
        ({"near": {}}, "near is empty"),
        ({"near": {"pixels": NEAR["pixels"].T}}, "pixels is"),
        ({"training": TRAINING.astype(float)}, "training are float64"),
        ({"images": IMAGES[:0]}, "images are"),
        ({"beside": 0}, "beside"),
    ],
)
def test_what_does_not_fit_is_said(wrong, said):
    with pytest.raises(ValueError, match=said):
        browser(**wrong)
