"""From a name to a model, from a caption to pictures; and what happens when something is wrong."""

import hashlib
import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_model import save_tiny

import minidalle
from minidalle import pipeline_find
from minidalle.checkpoints import CheckpointError
from minidalle.pipeline import ModelNotFoundError, Pipeline, UnknownWordsWarning, find_model
from minidalle.pipeline_pictures import grid
from minidalle.tokenizer import CaptionError

CAPTION = "a small red cube"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def model(folder: Path) -> Pipeline:
    return minidalle.load(folder, device="cpu")


# ---------------------------------------------------------------- drawing


def test_a_caption_becomes_pictures(model: Pipeline):
    drawing = model.draw(CAPTION, n=3, seed=5)
    assert drawing.images.shape == (3, 16, 16, 3) and drawing.images.dtype == np.uint8
    assert (drawing.caption, drawing.seed, len(drawing), drawing.scores) == (CAPTION, 5, 3, None)
    assert drawing[0].size == (16, 16) and len(drawing[1:]) == 2 and len(list(drawing)) == 3
    painted = model.dvae.decode(torch.from_numpy(drawing.tokens))
    assert (drawing.images == (painted * 255).round().byte().permute(0, 2, 3, 1).numpy()).all()


def test_the_same_seed_draws_the_same_and_another_does_not(model: Pipeline):
    once, again, other = (model.draw(CAPTION, n=2, seed=seed) for seed in (1, 1, 2))
    assert (once.images == again.images).all() and once._repr_png_() == again._repr_png_()
    assert (once.tokens != other.tokens).any()
    assert (once.tokens != model.draw("of", n=2, seed=1).tokens).any()  # and the caption matters


def test_chunks_threads_and_neighbours_change_nothing(model: Pipeline):
    whole = model.draw(CAPTION, n=5)
    model.chunk = 2
    torch.set_num_threads(2)
    try:
        parts = model.draw(CAPTION, n=5)
        assert torch.get_num_threads() == 2
    finally:
        model.chunk = 64
        torch.set_num_threads(1)
    assert (whole.tokens == parts.tokens).all()
    assert np.abs(whole.images.astype(int) - parts.images).max() <= 1  # a decoder's rounding, at most
    assert (model.draw(CAPTION, n=2).tokens == whole.tokens[:2]).all()


def test_best_of_keeps_what_clip_likes_most(model: Pipeline):
    every = model.draw(CAPTION, n=12, seed=3)
    text = model.tokenizer.encode_batch([CAPTION], model.preset.text_length)
    pixels = torch.from_numpy(every.images).permute(0, 3, 1, 2) / 255
    likes = (model.clip.encode_image(pixels) @ model.clip.encode_text(text).T)[:, 0].detach().numpy()
    best = model.draw(CAPTION, best=3, of=12, seed=3)
    assert (best.images == every.images[np.argsort(-likes)[:3]]).all()
    assert (best.tokens == every.tokens[np.argsort(-likes)[:3]]).all()
    np.testing.assert_allclose(best.scores, np.sort(likes)[::-1][:3], atol=1e-5)
    assert best.of == 12 and model.draw(CAPTION, best=2).of == 16  # of: eight times best, unless given


def test_settings_reach_the_sampler(model: Pipeline):
    plain = model.draw(CAPTION, n=2).tokens
    likeliest = model.draw(CAPTION, n=2, top_k=1).tokens
    assert (likeliest[0] == likeliest[1]).all() and (plain[0] != plain[1]).any()
    assert (model.draw(CAPTION, n=2, temperature=1e-6).tokens == likeliest).all()
    assert (model.draw(CAPTION, n=2, top_p=1e-6).tokens == likeliest).all()


def test_progress_counts_tokens(model: Pipeline):
    seen: list[tuple[int, int]] = []
    model.draw(CAPTION, n=2, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (32, 32) and seen == sorted(seen)


def test_a_drawing_shows_and_saves_itself(model: Pipeline, tmp_path: Path):
    drawing = model.draw(CAPTION, n=5)
    assert drawing.grid(columns=3, enlarge=1).size == (3 * 16 + 2 * 4, 2 * 16 + 4)
    noise = np.random.default_rng(0).integers(0, 256, (1, 4, 4, 3), dtype=np.uint8)
    assert (np.asarray(grid(noise, enlarge=3)) == noise[0].repeat(3, 0).repeat(3, 1)).all()  # not smoothed
    data, about = drawing._repr_mimebundle_()
    assert data["text/plain"] == f"<Drawing: {drawing.alt}>" and set(data) == {"text/plain", "image/png"}
    assert about["image/png"]["alt"] == "5 pictures of 'a small red cube', 16 pixels wide, seed 0"
    path = drawing.save(tmp_path / "grid.png")
    assert path.read_bytes() == drawing._repr_png_()
    with pytest.raises(ValueError, match=r"end the name in \.png"):
        drawing.save(tmp_path / "grid.jpg")


def test_a_drawing_equals_itself_alone(model: Pipeline):
    """Comparing the arrays inside would be an error of numpy's; whoever wants to can compare the images."""
    drawing, again = model.draw(CAPTION, n=1), model.draw(CAPTION, n=1)
    assert drawing == drawing and drawing != again and len({drawing, again}) == 2
    assert (drawing.images == again.images).all()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"n": 0}, "n is 0; it must be at least 1"),
        ({"n": -3}, "n is -3"),
        ({"n": 2.5}, "n is 2.5; it must be a whole number"),
        ({"n": True}, "whole number"),
        ({"best": 5, "of": 4}, "best is 5, but only 4 are drawn"),
        ({"best": 0}, "best is 0"),
        ({"of": 8}, "how many of them shall be kept"),
        ({"temperature": 0}, "temperature is 0.0; it must be above 0"),
        ({"temperature": -1.0}, "temperature is -1.0"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"temperature": "hot"}, "temperature is 'hot'; it must be a number"),
        ({"top_k": 0}, "top_k is 0"),
        ({"top_p": 1.5}, "top_p is 1.5"),
        ({"seed": 0.5}, "seed is 0.5; it must be a whole number"),
    ],
)
def test_settings_that_make_no_sense(model: Pipeline, settings: dict, said: str):
    with pytest.raises(ValueError, match=said.replace(".", r"\.")):
        model.draw(CAPTION, **settings)


# ---------------------------------------------------------------- captions


@pytest.mark.parametrize("caption", ["", "  \n", None, 7, b"a red cube", ["a red cube"]])
def test_what_is_no_caption(model: Pipeline, caption: object):
    with pytest.raises(CaptionError, match=r"caption (is empty|must be a text)"):
        model.draw(caption)


def test_a_long_caption_is_told_its_length(model: Pipeline):
    long = "red cube " * 20
    with pytest.raises(CaptionError, match=r"is \d+ tokens; this model reads at most 24.*truncate=True"):
        model.draw(long)
    assert len(model.draw(long, n=1, truncate=True)) == 1
    assert len(model.draw(long, best=1, of=2, truncate=True)) == 1


@pytest.mark.parametrize(
    ("caption", "unknown"),
    [
        ("a red elephant on a Red sofa", ["elephant", "sofa"]),
        ("ein Würfel", ["ein", "würfel"]),
        ("a red 🐱", ["🐱"]),
        ("A small, red cube!", []),
    ],
)
def test_unknown_words_are_drawn_and_named(model: Pipeline, caption: str, unknown: list[str]):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert len(model.draw(caption, n=1)) == 1
    assert [warning.category for warning in caught] == [UnknownWordsWarning] * bool(unknown)
    assert all(repr(word) in str(warning.message) for warning in caught for word in unknown)
    assert all(warning.filename == __file__ for warning in caught)  # the learner's own line
    assert model.unknown_words(caption) == unknown


# ---------------------------------------------------------------- pictures in


def test_pictures_of_any_kind_are_read_as_the_same_tokens(model: Pipeline):
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    tensor = torch.from_numpy(pixels).permute(2, 0, 1) / 255
    found = [model.encode_image(kind) for kind in (pixels, Image.fromarray(pixels), tensor, tensor[None])]
    assert found[0].shape == (1, 16) and all((tokens == found[0]).all() for tokens in found)
    assert (model.encode_image(pixels / 255) == found[0]).all()
    assert model.encode_image(np.stack([pixels] * 3)).shape == (3, 16)


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (Image.new("RGB", (20, 10)), r"20x10 pixels; this model reads 16x16: picture.resize\(\(16, 16\)\)"),
        (Image.new("RGBA", (16, 16)), r"mode 'RGBA'; this model reads RGB: picture.convert\('RGB'\)"),
        (Image.new("L", (16, 16)), "mode 'L'"),
        (np.zeros((16, 16), np.uint8), r"shape \[16, 16\]; expected \[height, width, 3\]"),
        (np.zeros((16, 16, 3), np.int64), "holds int64; expected uint8"),
        (np.full((16, 16, 3), 255.0), "run from 255 to 255; expected 0 to 1"),
        (np.zeros((8, 8, 3), np.uint8), "8x8 pixels; this model reads 16x16"),
        (torch.full((3, 16, 16), -0.5), "expected 0 to 1"),
        (torch.zeros(3, 16, 16, dtype=torch.uint8), "expected floats between 0 and 1"),
        (torch.full((3, 16, 16), float("nan")), "NaN"),
        ("cube.png", "expected a PIL image, an array or a tensor, not str"),
    ],
)
def test_pictures_that_do_not_fit(model: Pipeline, picture: object, said: str):
    with pytest.raises((ValueError, TypeError), match=said):
        model.encode_image(picture)


# ---------------------------------------------------------------- finding and checking models


FILES = ["dvae.safetensors", "dalle.safetensors", "clip.safetensors", "tokenizer.json", "config.json"]


HARMS = [(name, harm) for name in FILES for harm in ("missing", "cut off", "altered")]
HARMS += [("manifest.json", "missing"), ("manifest.json", "cut off")]


@pytest.mark.parametrize(("name", "harm"), HARMS)
def test_a_damaged_model_names_the_file(folder: Path, tmp_path: Path, name: str, harm: str):
    path = Path(shutil.copytree(folder, tmp_path / "harmed")) / name
    contents = path.read_bytes()
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(
            contents[: len(contents) // 2] if harm == "cut off" else contents[:-9] + b"!" + contents[-8:]
        )
    with pytest.raises(CheckpointError, match=name):
        minidalle.load(path.parent)


def test_an_unknown_name_lists_the_models(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copytree(folder, tmp_path / "shelf" / "nano")
    monkeypatch.setattr(pipeline_find, "SHELVES", (tmp_path / "shelf",))
    with pytest.raises(
        ModelNotFoundError, match=r"no model 'nan'.*Did you mean 'nano'\? The models here: nano"
    ):
        minidalle.load("nan")
    for name in ("", "  ", "no/such/folder", str(tmp_path / "nowhere"), 3, None, b"nano"):
        with pytest.raises(ModelNotFoundError, match="nano"):
            find_model(name)


def test_a_slip_in_a_path_is_not_looked_for_on_the_hub(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """owner/name is one on the Hub only where there is no folder "owner" here."""
    fetched: list[str] = []
    monkeypatch.setattr(pipeline_find, "fetch", lambda name: fetched.append(name) or folder)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(folder, tmp_path / "runs" / "mine")
    (tmp_path / "runs" / "no-model").mkdir()
    with pytest.raises(
        ModelNotFoundError, match=r"no such folder.*mean 'runs/mine'.*The models here: .*runs/mine;"
    ):
        minidalle.load("runs/mime")
    for name in ("runs/other", "./mine", "../x/y", str(tmp_path / "runs" / "other")):
        with pytest.raises(ModelNotFoundError, match=r"no such folder.* The models here: ") as caught:
            minidalle.load(name)
        assert "no-model" not in str(caught.value)
    assert fetched == []
    assert minidalle.load("run/mine").folder == folder and fetched == ["run/mine"]


def test_a_folder_of_the_same_name_does_not_hide_a_model(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shipped = Path(shutil.copytree(folder, tmp_path / "shelf" / "nano"))
    monkeypatch.setattr(pipeline_find, "SHELVES", (tmp_path / "shelf",))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nano").mkdir()  # a training folder, perhaps
    assert find_model("nano") == shipped
    shutil.copytree(folder, tmp_path / "nano", dirs_exist_ok=True)  # now it is a model itself, and nearer
    assert find_model("nano").resolve() == tmp_path / "nano"


def test_a_model_from_the_hub(folder: Path, monkeypatch: pytest.MonkeyPatch):
    import huggingface_hub

    asked: dict = {}

    def snapshot(name: str, allow_patterns: list[str]) -> str:
        asked.update(name=name, patterns=allow_patterns)
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    assert len(minidalle.load("someone/pictures").draw(CAPTION, n=1)) == 1
    assert asked["name"] == "someone/pictures" and not any("py" in pattern for pattern in asked["patterns"])


def test_the_hub_without_a_network():
    with pytest.raises(ModelNotFoundError, match="no folder someone/pictures, and it could not be fetched"):
        minidalle.load("someone/pictures")


def test_a_device_that_is_not_there(folder: Path):
    with pytest.raises(ValueError, match="device 'warp' cannot be used here"):
        minidalle.load(folder, device="warp")


def test_a_model_without_clip_draws_and_says_what_it_cannot(tmp_path: Path):
    plain = minidalle.load(save_tiny(tmp_path / "plain", clip=False))
    assert plain.clip is None and len(plain.draw(CAPTION, n=1)) == 1
    with pytest.raises(ValueError, match="no CLIP"):
        plain.draw(CAPTION, best=1, of=2)


def test_the_config_is_the_one_on_disk(model: Pipeline, folder: Path):
    assert model.config == json.loads((folder / "config.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((folder / "dalle.safetensors").read_bytes()).hexdigest()
    assert json.loads((folder / "manifest.json").read_bytes())["dalle.safetensors"]["sha256"] == digest
    assert "'tiny'" in repr(model) and "16x16 pictures" in repr(model)


def test_a_drawings_own_tokens_can_be_painted_and_its_pictures_scored_in_any_form(model):
    drawing = model.draw("a red cube", n=2)
    assert (model.paint(drawing.tokens) == drawing.images).all()
    scores = model.score(drawing.images, "a red cube")
    assert model.score(drawing.images.astype("float32") / 255, "a red cube") == pytest.approx(
        scores, abs=1e-4
    )
    assert model.score(drawing.images[0], "a red cube") == pytest.approx(scores[:1], abs=1e-4)
