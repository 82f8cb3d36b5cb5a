"""Tokens drawn once are kept: read back where all is as it was, drawn again where anything decides otherwise."""

from dataclasses import replace

import pytest
import torch
from tiny_model import save_tiny

from minidalle.checkpoints import load_model
from minidalle.evaluation import drawn
from minidalle.evaluation.drawn import FILE, Drawer
from minidalle.sampling import picture_seeds, sample


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(save_tiny(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture
def text(model):
    return model.tokenizer.encode_batch(["a red cube", "a small red cube"], model.preset.text_length)


@pytest.fixture
def drawings(monkeypatch):
    """How many pictures were really drawn, in a list that grows."""
    counted = []

    def counting(dalle, text, **settings):
        counted.append(len(text))
        return sample(dalle, text, **settings)

    monkeypatch.setattr(drawn.sampling, "sample", counting)
    return counted


SEEDS = picture_seeds(0, 2)


def test_tokens_are_those_of_sampling_the_first_time_and_the_second(model, text, tmp_path, drawings):
    expected = sample(model.dalle, text, seeds=SEEDS)
    for _ in range(2):
        tokens = Drawer(model, tmp_path).draw(text, SEEDS)
        assert torch.equal(tokens, expected) and tokens.dtype == torch.int64
    assert drawings == [2]


def test_an_evaluation_that_was_stopped_draws_only_what_is_missing(model, text, tmp_path, drawings):
    Drawer(model, tmp_path).draw(text[:1], SEEDS[:1])
    again = Drawer(model, tmp_path)
    parts = [again.draw(text[i : i + 1], SEEDS[i : i + 1]) for i in range(2)]
    assert drawings == [1, 1]
    assert torch.equal(torch.cat(parts), sample(model.dalle, text, seeds=SEEDS))


def test_anything_that_decides_tokens_makes_another_name(model, text):
    drawer = Drawer(model)
    settings = {"temperature": 1.0, "top_k": None, "top_p": None}
    names = [drawer.name(text, SEEDS, settings)]
    names.append(drawer.name(text.flip(0), SEEDS, settings))
    names.append(drawer.name(text, SEEDS[::-1], settings))
    names.append(drawer.name(text, SEEDS, settings | {"temperature": 0.9}))
    names.append(drawer.name(text, SEEDS, settings | {"top_k": 8}))
    assert len(set(names)) == len(names)
    assert Drawer(model).name(text, SEEDS, settings) == names[0]


def test_other_weights_or_another_tokenizer_are_another_model_and_another_clip_is_not(
    model, tmp_path_factory
):
    same, other = (load_model(save_tiny(tmp_path_factory.mktemp("m") / "tiny")) for _ in range(2))
    with torch.no_grad():
        other.dalle.image_head.weight[3, 5] += 1e-3
        same.clip.places.add_(1)
        next(same.dvae.parameters()).add_(1)
    assert Drawer(other).identity != Drawer(model).identity == Drawer(same).identity

    class Tokenizer:
        def fingerprint(self):
            return "another"

    assert Drawer(replace(model, tokenizer=Tokenizer())).identity != Drawer(model).identity


def test_another_program_draws_anew(model, monkeypatch):
    before = Drawer(model).identity
    monkeypatch.setattr(drawn, "PROGRAM", drawn.PROGRAM[:-1])
    assert Drawer(model).identity != before


@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_damaged_tokens_are_named_and_drawn_again(model, text, tmp_path, drawings, damage):
    told = []
    expected = Drawer(model, tmp_path).draw(text, SEEDS)
    (path,) = tmp_path.glob(f"*/{FILE}")
    contents = bytearray(path.read_bytes())
    contents[-3] ^= 1
    if damage == "remove":
        path.unlink()
    else:
        path.write_bytes(contents if damage == "flip" else contents[:-8])
    assert torch.equal(Drawer(model, tmp_path, told.append).draw(text, SEEDS), expected)
    assert drawings == [2, 2] and len(told) == 1 and FILE in told[0]
    Drawer(model, tmp_path, told.append).draw(text, SEEDS)
    assert drawings == [2, 2] and len(told) == 1  # the repaired ones are read


def test_where_nothing_can_be_kept_pictures_are_drawn_all_the_same(model, text, tmp_path):
    told, file = [], tmp_path / "file"
    file.write_bytes(b"in the way")
    tokens = Drawer(model, file, told.append).draw(text, SEEDS)
    assert torch.equal(tokens, sample(model.dalle, text, seeds=SEEDS))
    assert len(told) == 1 and "could not be written" in told[0]


def test_the_usual_place_is_in_the_cache(model, text, tmp_path, monkeypatch):
    monkeypatch.setenv("MINIDALLE_CACHE", str(tmp_path))
    Drawer(model).draw(text, SEEDS)
    assert len(list((tmp_path / "drawn").glob(f"*/{FILE}"))) == 1


def test_pictures_that_are_begun_otherwise_are_kept_apart(model, text, tmp_path):
    drawer, text = Drawer(model, tmp_path / "drawn"), text[:1]
    tokens = model.dalle.layout.image_tokens
    begun = [torch.full((1, tokens // 2), code) for code in (1, 2)]
    fixed = torch.full((1, tokens), -1)
    fixed[:, -1] = 3
    drawn = [drawer.draw(text, [7], prefix=prefix) for prefix in begun]
    drawn += [drawer.draw(text, [7], fixed=fixed, greedy=True), drawer.draw(text, [7])]
    assert len(list((tmp_path / "drawn").iterdir())) == 4
    for kept, prefix in zip(drawn, begun, strict=False):
        assert kept[:, : tokens // 2].equal(prefix) and drawer.draw(text, [7], prefix=prefix).equal(kept)
    assert drawn[2][0, -1] == 3
    assert len(list((tmp_path / "drawn").iterdir())) == 4
