"""Completing a picture from pixels: what is given stays, what is hidden tells nothing, what is drawn fits the rest."""

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_model import save_tiny

import minidalle
from minidalle.pipeline import Pipeline
from minidalle.pipeline_complete import check_region, fixed_tokens, given_cells, hidden
from minidalle.sampling import picture_seeds, sample

SIZE, GRID = 16, 4
REGIONS = [(0, 8), (8, 0), (8, 8), (4, 12), (0, 1), (15, 15), (5, 6)]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return minidalle.load(save_tiny(tmp_path_factory.mktemp("models") / "tiny"))


def photo(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)


def outside(region: tuple[int, int]) -> np.ndarray:
    left, upper = region
    kept = np.ones((SIZE, SIZE), bool)
    kept[upper:, left:] = False
    return kept


@pytest.mark.parametrize("region", REGIONS)
def test_what_is_given_stays_pixel_for_pixel(model: Pipeline, region: tuple[int, int]):
    drawing = model.complete("a red cube", photo(), region, n=3)
    kept = outside(region)
    assert (drawing.images[:, kept] == photo()[kept]).all()
    assert (drawing.images[:, ~kept] != photo()[~kept]).any(), "and the rest is drawn"


@pytest.mark.parametrize("region", REGIONS)
def test_what_is_hidden_tells_nothing(model: Pipeline, region: tuple[int, int]):
    """Other pixels within the region, and every drawn byte is the same."""
    other, kept = photo(1), outside(region)
    other[kept] = photo()[kept]
    assert (other != photo()).any()
    one, two = (model.complete("a red cube", image, region, n=2, seed=3) for image in (photo(), other))
    assert (one.images == two.images).all() and (one.tokens == two.tokens).all()


@pytest.mark.parametrize("region", REGIONS)
def test_cells_are_given_where_no_pixel_is_drawn(region: tuple[int, int]):
    kept = outside(region).reshape(GRID, SIZE // GRID, GRID, SIZE // GRID).all((1, 3))
    assert given_cells(region, SIZE, GRID).tolist() == kept.flatten().tolist()


def test_the_rest_is_drawn_as_sampling_draws_it(model: Pipeline):
    region = (8, 4)
    drawing = model.complete("a red cube", photo(), region, n=2, seed=5, temperature=0.7)
    covered = hidden(torch.from_numpy(photo()).permute(2, 0, 1)[None] / 255, region)
    fixed = fixed_tokens(model.encode_image(covered), region, SIZE, GRID)
    text = model.tokenizer.encode_batch(["a red cube"] * 2, model.preset.text_length)
    tokens = sample(model.dalle, text, seeds=picture_seeds(5, 2), temperature=0.7, fixed=fixed.expand(2, -1))
    assert (drawing.tokens == tokens.numpy()).all()
    drawn = model.paint(tokens)
    left, upper = region
    assert (drawing.images[:, upper:, left:] == drawn[:, upper:, left:]).all()


def test_the_best_are_chosen_as_they_are_shown(model: Pipeline):
    """CLIP sees the completed picture with its own pixels, not the dVAE's."""
    drawing = model.complete("a red cube", photo(), (0, 8), best=2, of=6, seed=1)
    every = model.complete("a red cube", photo(), (0, 8), n=6, seed=1)
    scores = model.score(every.images, "a red cube")
    assert drawing.scores == pytest.approx(np.sort(scores)[::-1][:2], abs=1e-6)
    assert (drawing.images[0] == every.images[scores.argmax()]).all()


def test_pictures_may_be_pil_images_and_tensors(model: Pipeline):
    asked = [Image.fromarray(photo()), photo(), torch.from_numpy(photo()).permute(2, 0, 1) / 255]
    first, *others = (model.complete("a cube", image, (0, 8), n=1).images for image in asked)
    assert all((first == other).all() for other in others)


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ((0, 0), "use draw"),
        ((16, 0), "0 to 15"),
        ((0, -1), "0 to 15"),
        ((0.5, 0), "two whole numbers"),
        ((0, 8, 16, 16), "two whole numbers"),
        (8, "two whole numbers"),
        ((True, 3), "two whole numbers"),
    ],
)
def test_regions_that_do_not_fit_are_told(model: Pipeline, region, said: str):
    with pytest.raises(ValueError, match=said):
        model.complete("a red cube", photo(), region)


def test_one_picture_at_a_time(model: Pipeline):
    with pytest.raises(ValueError, match="2 pictures were given"):
        model.complete("a red cube", np.stack([photo(), photo()]), (0, 8))


def test_a_region_is_a_pair_of_plain_numbers():
    assert check_region([np.int64(3), 4], SIZE) == (3, 4)
