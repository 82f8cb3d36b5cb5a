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


class Told:
    """In the place of numpy's generator: it gives the numbers that it was told to, and keeps what it was asked for."""

    def __init__(self, *numbers, mirror=False):
        self.numbers, self.asked, self.mirror = list(numbers), [], mirror

    def integers(self, low, high):
        self.asked.append((low, high))
        number = self.numbers.pop(0)
        assert low <= number < high
        return number

    def random(self):
        return 0.49 if self.mirror else 0.5


def by_area(square, side):
    """Pixels resized by what each new one covers of the old: all are first repeated, so that it covers whole ones."""
    length, small = len(square), square.astype(float)
    small = small.repeat(side, axis=0).reshape(side, length, length, 3).mean(axis=1)
    return small.repeat(side, axis=1).reshape(side, side, length, 3).mean(axis=2)


def noise(height, width):
    return np.random.default_rng(7).integers(0, 256, (height, width, 3)).astype(np.uint8)


ASKED = {
    # crop, height, width: the numbers it draws, each from low (included) to high (left out), before the last crop
    (dvae_crop, 64, 128): [(0, 1), (0, 65), (36, 49)],
    (dvae_crop, 128, 64): [(0, 65), (0, 1), (36, 49)],
    (dvae_crop, 40, 50): [(0, 1), (0, 11), (36, 41)],  # never enlarged: 40, not 48
    (dvae_crop, 33, 33): [(0, 1), (0, 1), (33, 34)],
    (dalle_crop, 64, 128): [(0, 1), (24, 40), (32, 37)],  # 3/8 and 5/8 of the surplus of 64
    (dalle_crop, 128, 64): [(24, 40), (0, 1), (32, 37)],
    (dalle_crop, 34, 35): [(0, 1), (0, 1), (32, 35)],  # a surplus of 1 leaves one place
}


@pytest.mark.parametrize("case", ASKED, ids=lambda case: f"{case[0].__name__} {case[1]}x{case[2]}")
@pytest.mark.parametrize("end", ["first", "last"])
@pytest.mark.parametrize("mirror", [False, True])
def test_each_crop_is_the_papers_to_the_pixel(case, end, mirror):
    """A square of the shorter side, resized by area, cropped, and only for the dVAE mirrored, left to right."""
    crop, height, width = case
    top, left, side = (low if end == "first" else high - 1 for low, high in ASKED[case])
    down, right = (0, (side - 32) // 2) if end == "first" else (side - 32, side - 32)
    told, pixels = Told(top, left, side, down, right, mirror=mirror), noise(height, width)
    found = crop(pixels, 32, told)
    assert told.asked == [*ASKED[case], (0, side - 31), (0, side - 31)] and told.numbers == []
    short = min(height, width)
    expected = by_area(pixels[top : top + short, left : left + short], side)
    expected = expected[down : down + 32, right : right + 32]
    expected = expected[:, ::-1] if mirror and crop is dvae_crop else expected
    assert found.shape == (32, 32, 3) and found.dtype == np.uint8
    assert np.abs(found - expected).max() < 0.51  # bytes are rounded once, at the end


@pytest.mark.parametrize("crop", [dvae_crop, dalle_crop])
def test_a_crop_follows_from_its_seed_and_leaves_the_picture_alone(crop):
    pixels = noise(64, 128)
    before = pixels.copy()
    one, again, other = (crop(pixels, 32, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert (one == again).all() and (one != other).any() and (pixels == before).all()
    one[:] = 0  # a crop of its own, not a view into the picture
    assert (pixels == before).all()


@pytest.mark.parametrize("crop", [dvae_crop, dalle_crop])
def test_all_places_are_as_likely(crop):
    """Of 16 or 65 places of a square, and of the last crop, none is preferred."""
    low, high = ASKED[crop, 64, 128][1]
    found = [crop(ramps(64, 128), 32, np.random.default_rng(seed))[..., 1].mean() for seed in range(600)]
    middle, spread = (low + high - 1) / 2 + 31.5, np.sqrt(((high - low) ** 2 - 1) / 12)
    assert abs(np.mean(found) - middle) < 4 * np.hypot(spread, 8) / np.sqrt(600)
    assert spread * 0.9 < np.std(found) < np.hypot(spread, 8)
