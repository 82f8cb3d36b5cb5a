"""The paper's crops: where they may lie, how large they may be made, what is mirrored."""

import numpy as np
import pytest

from minidalle.training.crops import dalle_crop, dvae_crop


def ramps(height, width):
    """Red tells the row, green the column, both in steps that bytes can hold; blue is 7."""
    y, x = np.mgrid[:height, :width]
    return np.stack([y, x, np.full_like(y, 7)], axis=-1).astype(np.uint8)


def seen(crop, pixels, count=300):
    """Of many crops: the least and greatest row and column that show, and the span of rows in one crop."""
    rows, columns, spans, turned = [], [], [], 0
    for seed in range(count):
        part = crop(pixels, 32, np.random.default_rng(seed)).astype(float)
        rows += [part[..., 0].min(), part[..., 0].max()]
        columns += [part[..., 1].min(), part[..., 1].max()]
        spans.append(part[-1, 0, 0] - part[0, 0, 0])
        turned += part[0, 0, 1] > part[0, -1, 1]
    return min(rows), max(rows), min(columns), max(columns), np.array(spans), turned / count


def test_the_dvae_crops_anywhere_and_mirrors_half():
    low, high, left, right, spans, turned = seen(dvae_crop, ramps(64, 128))
    assert low < 3 and high > 60 and left < 6 and right > 121
    assert 0.4 < turned < 0.6
    step = spans / 31  # rows of the picture for each row of the crop: 64 / (36 ... 48)
    assert 64 / 48 - 0.05 < step.min() < 64 / 46 and 64 / 38 < step.max() < 64 / 36 + 0.05


def test_dalle_crops_near_the_middle_and_mirrors_nothing():
    low, high, left, right, spans, turned = seen(dalle_crop, ramps(64, 128))
    assert low < 3 and high > 60
    assert left >= 24 and right <= 24 + 16 + 64  # the surplus is 64: offsets are 24 ... 39
    assert left < 27 and right > 96
    assert turned == 0
    step = spans / 31
    assert step.min() > 64 / 36 - 0.05 and step.max() < 64 / 32 + 0.05


@pytest.mark.parametrize("crop", [dvae_crop, dalle_crop])
def test_a_picture_of_the_right_size_is_itself_or_its_mirror_image(crop):
    pixels = ramps(32, 32)
    found = crop(pixels, 32, np.random.default_rng(0))
    assert (found == pixels).all() or (crop is dvae_crop and (found == pixels[:, ::-1]).all())


@pytest.mark.parametrize("crop", [dvae_crop, dalle_crop])
def test_resizing_is_by_area(crop):
    """A checkerboard finer than a pixel becomes grey: nothing is skipped over."""
    board = np.indices((256, 256)).sum(axis=0) % 2 * 255
    pixels = np.repeat(board[..., None], 3, axis=2).astype(np.uint8)
    part = crop(pixels, 64, np.random.default_rng(1)).astype(float)
    assert abs(part - 127.5).max() < 45


@pytest.mark.parametrize("crop", [dvae_crop, dalle_crop])
def test_what_cannot_be_cropped_is_told(crop):
    with pytest.raises(ValueError, match="a picture of 40x20 pixels has no crop of 32x32: leave it out"):
        crop(ramps(20, 40), 32, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"float64 \[64, 64\]; expected uint8"):
        crop(np.zeros((64, 64)), 32, np.random.default_rng(0))
