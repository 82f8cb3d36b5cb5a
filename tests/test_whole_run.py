"""`minidalle run`, and what keeps a card busy, as far as a processor can tell."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from minidalle import devices
from minidalle.checkpoints import load_model
from minidalle.cli import main
from minidalle.dalle import DALLE, DALLEConfig
from minidalle.dalle_flops import training_flops
from minidalle.masks import dense_mask
from minidalle.presets import CLIPTraining, SettingError, preset
from minidalle.tokenizer import PAD, BPETokenizer
from minidalle.training import captions, pictures, setup, trained, whole_run
from minidalle.training.captions import NEITHER, CaptionBatches, CaptionTable, rows_of, told
from minidalle.training.loop import fuse
from minidalle.training.pictures import Album, kept_renders
from minidalle.training.whole_run import draw_ahead, minutes_of
from minidalle.world import caption, render, sample_scene


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A whole run of the tiny preset, stopped once on the way."""
    out = tmp_path_factory.mktemp("whole") / "run"
    words = ["run", "--preset", "tiny", "--out", str(out), "--data", str(out.parent / "data"), "--quiet"]
    assert main([*words, "--until", "dvae"]) == 0
    assert not (out / "dalle").exists()
    assert main(words) == 0
    return out, words


def test_a_run_leaves_a_model_that_draws_and_says_how_long_each_stage_took(done):
    out, _ = done
    model = load_model(out / "model")
    assert model.clip is not None and model.preset.name == "tiny"
    assert list(json.loads((out / "stages.json").read_text())) == [
        "tokenizer", "pictures", "dvae", "dalle", "clip", "pack", "samples",
    ]  # fmt: skip
    assert len((out / "samples.txt").read_text().splitlines()) == 64
    assert (out / "samples.png").is_file() and (out / "curves.png").is_file()


def test_what_is_finished_is_not_done_again(done, monkeypatch):
    out, words = done
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/checkpoints/*/*")}
    monkeypatch.setattr(whole_run, "one_stage", lambda stage, *rest: pytest.fail(f"{stage} was done again"))
    assert main(words) == 0
    assert before == {path: path.stat().st_mtime_ns for path in out.glob("*/checkpoints/*/*")}


def test_a_run_that_stops_early_leaves_no_process_behind(done, monkeypatch):
    """Beside a card another process draws pictures; here one that would sleep for an hour stands for it."""
    _, words = done
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    monkeypatch.setattr(whole_run, "draw_ahead", lambda args: sleeper)
    assert main([*words, "--until", "tokenizer"]) == 0
    assert sleeper.poll() is not None


def test_minutes_are_shared_out_or_given_by_stage():
    assert sum(minutes_of("10").values()) == pytest.approx(10)
    assert minutes_of("dvae=2, clip=0.5") == {"dvae": 2, "clip": 0.5}
    assert minutes_of(None) == {}
    for wrong in ("many", "dvae=0", "tokenizer=1", "dvae=2,clip"):
        with pytest.raises(SettingError, match="--minutes is"):
            minutes_of(wrong)


def test_errors_are_told_in_a_sentence(tmp_path, capsys):
    assert main(["run", "--preset", "tinny", "--out", str(tmp_path)]) == 1
    assert "minidalle run: there is no preset 'tinny'; did you mean tiny" in capsys.readouterr().err


def test_without_a_card_nothing_is_drawn_ahead(tmp_path):
    args = whole_run.argparse.Namespace(
        preset="base", pictures=None, device="cpu", out=tmp_path, seed=0, data=None, pairs=None
    )
    assert draw_ahead(args) is None


@pytest.mark.slow
def test_beside_a_card_captions_are_spelled_while_the_dvae_trains(done, monkeypatch):
    """In a process that has trained already: one forked from it would wait for its threads for ever."""
    out, _ = done
    given = {"preset": "tiny", "pictures": None, "device": "cuda", "out": out, "seed": 0, "pairs": None}
    args = whole_run.argparse.Namespace(**given)
    assert whole_run.spell_ahead(whole_run.argparse.Namespace(**vars(args) | {"device": "cpu"})) is None
    command = importlib.import_module("minidalle.training.command")  # as it is found when it is asked for
    monkeypatch.setattr(command, "device_of", lambda args: args.device)
    assert whole_run.spell_ahead(args) is None  # CLIP is finished, so nothing asks for them
    monkeypatch.setattr(whole_run, "finished", lambda out, stage: False)
    captions.caption_table.cache_clear()
    whole_run.spell_ahead(args).result(timeout=300)
    before = captions.caption_table.cache_info()
    some = setup.world_pictures(64, 0, 16, cache_dir=out.parent / "data", progress=False)
    table = CaptionTable(some, trained.trained_tokenizer(out), preset("tiny").text_length, 8, 0.1, "cpu")
    assert captions.caption_table.cache_info().hits == before.hits + 1 and table.table.shape == (64, 8, 24)


# ---------------------------------------------------------------- what a card is given


@pytest.mark.parametrize("patterns", [("full", "full"), ("row", "column")])
def test_the_products_of_a_training_update_agree_with_torchs_own_count(patterns):
    """Every product of matrices; attention is counted by its mask: two products forwards, four backwards, of pairs
    that are seen."""
    config = DALLEConfig(30, 20, 6, 4, 32, 2, 2, patterns=patterns)
    model = DALLE(config)
    text, image = torch.zeros(1, 6, dtype=torch.int64), torch.zeros(1, 16, dtype=torch.int64)
    with FlopCounterMode(display=False) as counter:
        model(text, image).loss.backward()
    products = sum(
        counter.get_flop_counts()["Global"].values()
    )  # torch does not count a processor's attention
    seen = sum(int(dense_mask(pattern, model.layout).sum()) for pattern in patterns)
    assert training_flops(model) == products + 12 * config.width * seen


def test_the_peak_of_a_card_goes_by_its_name(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA H100 80GB HBM3")
    assert devices.peak_flops("cuda") == 989e12
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Some other card")
    assert devices.peak_flops("cuda") is None and devices.peak_flops("cpu") is None


def test_compiled_parts_are_called_and_nothing_else_changes(monkeypatch):
    """torch.compile itself takes half a minute on a processor: here it only counts."""
    called = []

    def compile_(function):
        return lambda *given: called.append(function.__name__) or function(*given)

    torch.manual_seed(0)
    model = DALLE(DALLEConfig(30, 20, 6, 4, 32, 3, 2))
    text, image = torch.randint(0, 30, (2, 6)), torch.randint(0, 20, (2, 16))
    expected, names = model(text, image).loss, list(model.state_dict())
    monkeypatch.setattr(torch, "compile", compile_)
    fuse(model, CLIPTraining(compile=False))
    assert model(text, image).loss == expected and not called
    fuse(model, CLIPTraining(compile=True))
    assert model(text, image).loss == expected and list(model.state_dict()) == names
    assert called == ["before", "between", "between", "after", "losses"]


def test_an_album_on_a_card_gives_the_batches_of_one_in_a_file(monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (9, 8, 8, 3), np.uint8)
    indices, mirrored = np.array([3, 0, 8]), np.array([True, False, True])
    expected = Album(images).batch(indices, mirrored)
    monkeypatch.setattr(pictures, "kept_on_card", lambda images, device: torch.from_numpy(images))
    found = Album(images).batch(indices, mirrored)
    assert found.equal(expected) and found.is_contiguous(memory_format=torch.channels_last)
    assert found[0].equal(torch.from_numpy(images[3, :, ::-1].copy()).permute(2, 0, 1) / 255)
    assert not Album(images).batch(indices).equal(expected)


def test_renders_for_looks_are_drawn_once(tmp_path, monkeypatch):
    scenes = [sample_scene(0, index) for index in range(2)]
    expected = np.stack([render(scene, 16) for scene in scenes])
    assert (kept_renders(scenes, 16, tmp_path) == expected).all()
    monkeypatch.setattr(pictures, "render", None)
    assert (kept_renders(scenes, 16, tmp_path) == expected).all()
    with pytest.raises(TypeError):
        kept_renders(scenes[:1], 16, tmp_path)  # other scenes, which are to be drawn
    monkeypatch.undo()
    kept = next(tmp_path.glob("*.npy"))
    kept.write_bytes(kept.read_bytes()[:40])
    assert (kept_renders(scenes, 16, tmp_path) == expected).all()


# ---------------------------------------------------------------- captions from a table


@pytest.fixture(scope="module")
def tokenizer():
    texts = [caption(sample_scene(0, index, mix="world"), 0, index) for index in range(2000)]
    return BPETokenizer.train(texts, 700, "words")


@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_a_table_holds_every_wording_of_every_caption(tokenizer, dropout):
    rows = rows_of(3, "train", "world", tokenizer, 48, 3, dropout, False, 5, 9)
    assert rows.shape == (4, 3, 48) and rows.dtype == np.int16
    for index in range(4):
        scene = sample_scene(3, 5 + index, mix="world")
        for wording in range(3):
            ids = [token for token in rows[index, wording].tolist() if token != PAD]
            assert tokenizer.decode(ids) == caption(scene, 3 + wording, 5 + index)


def test_a_tables_foils_are_false_and_matrices_have_none(tokenizer):
    scene = sample_scene(0, 0, kind="clock")
    assert told(scene, 0, 0, 0, True) not in {caption(scene, seed, 0) for seed in range(30)}
    assert told(sample_scene(0, 0, kind="matrix"), 0, 0, 0, True) == NEITHER


@pytest.mark.slow
def test_a_table_by_processes_gives_batches_as_one_by_one(tokenizer, tmp_path):
    some = setup.world_pictures(6, 1, 16, cache_dir=tmp_path, mix="world", progress=False)
    table = CaptionTable(some, tokenizer, 48, 2, 0.0, "cpu", foils=True, workers=1)
    plain = CaptionBatches(some, tokenizer, 48, 2, 0.0)
    indices, epochs = np.array([4, 1, 4]), np.array([0, 0, 1])
    rng = np.random.default_rng(0)
    assert table.batch(indices, epochs, rng).equal(plain.batch(indices, epochs, rng))
    foils = table.foils(indices, epochs, 1, rng)
    assert foils.shape == (3, 48) and not foils.equal(table.batch(indices, epochs, rng))
    assert captions.captions_for(some, tokenizer, 48, CLIPTraining(), "cpu").__class__ is CaptionBatches


# ---------------------------------------------------------------- what is shipped


def test_a_dvae_that_is_shipped_in_half_the_bytes_reads_the_codes_it_was_trained_with(done, tmp_path):
    out, words = done
    data = words[words.index("--data") + 1]
    arguments = ["--preset", "tiny", "--out", str(tmp_path / "half"), "--data", data, "--quiet"]
    for task, settings in {"tokenizer": [], "dvae": ["--set", "training.stored=bf16"], "dalle": []}.items():
        assert main(["train", task, *arguments, *settings]) == 0
    assert main(["pack", str(tmp_path / "half"), str(tmp_path / "model")]) == 0
    dvae, _ = trained.trained_dvae(tmp_path / "half", "cpu", print)
    shipped = load_model(tmp_path / "model").dvae
    images = torch.rand(4, 3, 16, 16)
    assert shipped.encode(images).equal(dvae.encode(images))
    assert shipped.decode(shipped.encode(images)).equal(dvae.decode(dvae.encode(images)))
    exact = trained.trained("dvae", tmp_path / "half", print).weights
    assert any(not dvae.state_dict()[key].equal(value) for key, value in exact.items())
    sizes = [(folder / "dvae.safetensors").stat().st_size for folder in (tmp_path / "model", out / "model")]
    assert sizes[0] < 0.7 * sizes[1]


def test_base_fits_into_what_may_be_shipped():
    """Below 64 MiB together, and the transformer has the 22 to 28 million parameters that were asked for."""
    base = preset("base")
    with torch.device("meta"):
        model = DALLE(base.dalle)
        from minidalle.clip import CLIP
        from minidalle.dvae import DiscreteVAE

        others = [DiscreteVAE(base.dvae), CLIP(base.clip)]
    count = [sum(p.numel() for p in part.parameters()) for part in (model, *others)]
    assert 22e6 < count[0] < 28e6
    assert 2 * sum(count) < 64 * 2**20
    assert base.dvae.grid == 16 and base.dalle.layout.length == 304


def test_the_pictures_of_a_run_are_named_by_what_drew_them(tmp_path, monkeypatch):
    """What a processor drew serves a card as well; what a card drew does not serve a processor."""
    from minidalle import data

    drawn = data.world_pictures(3, 0, 8, cache_dir=tmp_path, progress=False)
    monkeypatch.setattr(data, "draw_on_card", lambda *of: pytest.fail("drawn again"))
    again = data.world_pictures(3, 0, 8, cache_dir=tmp_path, progress=False, device="cuda")
    assert again.fingerprint == drawn.fingerprint
    monkeypatch.setattr(data, "draw_on_card", lambda *of: iter([np.zeros((4, 8, 8, 3), np.uint8)]))
    assert data.world_pictures(4, 0, 8, cache_dir=tmp_path, progress=False, device="cuda").images.max() == 0
    assert data.world_pictures(4, 0, 8, cache_dir=tmp_path, progress=False).images.max() > 0
    assert len(list(Path(tmp_path).glob("card-*.npy"))) == 1
