"""Training on pictures of one's own: `--pairs` takes the place of the picture world in every stage."""

import shutil

import numpy as np
import pytest
import torch
from PIL import Image

import minidalle
from minidalle.checkpoints import read_json
from minidalle.cli import main
from minidalle.pairs import pairs_from
from minidalle.presets import preset
from minidalle.tokenizer import BPETokenizer
from minidalle.training.captions import CaptionBatches, CaptionTable
from minidalle.training.logs import read_log
from minidalle.training.loop import TrainingError
from minidalle.training.own import fitted, own_pictures, place_of

COLOURS = {"red": (220, 40, 30), "green": (40, 160, 60), "blue": (30, 60, 200), "white": (250, 250, 250)}


def flags(folder, count=40):
    """Flags of two colours, each with two wordings."""
    folder.mkdir(parents=True)
    names, rng = list(COLOURS), np.random.default_rng(0)
    for number in range(count):
        above, below = (names[i] for i in rng.integers(len(names), size=2))
        picture = np.empty((16, 16, 3), np.uint8)
        cut = rng.integers(5, 12)
        picture[:cut], picture[cut:] = COLOURS[above], COLOURS[below]
        picture[0, 0] = number  # no two are the same
        Image.fromarray(picture).save(folder / f"{number:03}.png")
        said = f"a flag, {above} above {below}\n{above} over {below}\n"
        (folder / f"{number:03}.txt").write_text(said, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return flags(tmp_path_factory.mktemp("own") / "flags")


def command(name, out, own, *more):
    words = [name] if name == "run" else ["train", name]
    given = ["--preset", "tiny", "--out", str(out), "--pairs", str(own), "--device", "cpu", "--quiet"]
    return main([*words, *given, *more])


@pytest.fixture(scope="module")
def done(tmp_path_factory, own):
    out = tmp_path_factory.mktemp("runs") / "flags"
    assert command("run", out, own) == 0
    return out


# ---------------------------------------------------------------- which pictures are held back


def test_about_a_tenth_is_held_back_and_nothing_is_on_both_sides(own):
    train, held_back = own_pictures(own, 16, 1000, 512)
    assert len(train) + len(held_back) == 40 and 1 <= len(held_back) <= 10
    marks = [{image.tobytes() for image in part.images} for part in (train, held_back)]
    assert not marks[0] & marks[1]
    whole = pairs_from(own, 16)
    for part in (train, held_back):  # each still has its own captions
        for image, caption in zip(part.images, part.captions, strict=True):
            same = next(i for i, other in enumerate(whole.images) if (other == image).all())
            assert whole.captions[same] == caption


def test_a_picture_met_twice_stays_on_one_side_whatever_its_name(own, tmp_path):
    twice = tmp_path / "twice"
    shutil.copytree(own, twice)
    for path in own.glob("0*.png"):
        shutil.copy(path, twice / f"again-{path.name}")
        shutil.copy(path.with_suffix(".txt"), twice / f"again-{path.stem}.txt")
    train, held_back = own_pictures(twice, 16, 1000, 512)
    assert len(train) + len(held_back) == 80
    first, second = ({image.tobytes() for image in part.images} for part in (train, held_back))
    assert not first & second


def test_more_pictures_move_no_old_one_to_the_other_side(own, tmp_path):
    more = flags(tmp_path / "more", 60)
    few, many = (own_pictures(folder, 16, 1000, 512) for folder in (own, more))
    before, after = ({image.tobytes() for image in parts[1].images} for parts in (few, many))
    assert before <= after


def test_a_picture_s_place_is_a_share_and_its_own():
    rng = np.random.default_rng(0)
    places = [place_of(rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)) for _ in range(400)]
    assert len(set(places)) == 400 and 0.4 < np.mean(places) < 0.6 and min(places) >= 0 and max(places) < 1


def test_one_picture_is_too_few(tmp_path):
    with pytest.raises(TrainingError, match="1 different pictures; at least 2"):
        own_pictures(flags(tmp_path / "one", 1), 16, 1000, 512)


def test_the_fingerprint_covers_captions_too(own, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(own, other)
    (other / "000.txt").write_text("something else\n", encoding="utf-8")
    (other / "001.txt").write_text("something else\n", encoding="utf-8")
    prints = {tuple(part.fingerprint for part in own_pictures(f, 16, 99, 99)) for f in (own, other)}
    assert len(prints) == 2


def test_a_preset_is_fitted_to_few_pictures():
    assert fitted(preset("nano"), "dvae", 7).training["dvae"].batch_size == 7
    clip = fitted(preset("nano"), "clip", 10_000).training["clip"]
    assert (clip.foils, clip.picture_foils, clip.batch_size) == (
        0,
        0,
        preset("nano").training["clip"].batch_size,
    )


# ---------------------------------------------------------------- a whole run


def test_a_whole_run_makes_a_model_that_draws(done):
    model = minidalle.load(str(done / "model"))
    drawing = model.draw("a flag, red above blue", n=2, seed=0)
    assert drawing.images.shape == (2, 16, 16, 3)
    words = set(read_json(done / "model" / "config.json")["words"])
    assert {"flag", "above", "over"} <= words <= {"a", "flag", "above", "over", *COLOURS}
    captions = (done / "samples.txt").read_text(encoding="utf-8").splitlines()
    assert captions and all("flag" in line for line in captions)


def test_the_logs_have_what_needs_no_world_and_nothing_else(done):
    last = {}
    for task in ("dvae", "dalle", "clip"):
        lines = [line for line in read_log(done / task / "log.jsonl") if line.get("evaluation")]
        last[task] = set(lines[-1]) - {"step", "evaluation"}
    assert last["dvae"] == {"psnr", "perplexity", "codes_used", "token_stability"}
    assert last["dalle"] == {"validation_loss", "validation_text_loss", "validation_image_loss"}
    assert last["clip"] == {"image_to_text", "text_to_image"}
    head = read_log(done / "dalle" / "log.jsonl")[0]
    assert all("flag" in caption for caption in head["sample_captions"])


def test_the_tokenizer_knows_the_captions_words(done):
    tokenizer = BPETokenizer.load(done / "tokenizer" / "tokenizer.json")
    assert len(tokenizer.encode(" above")) == 1


def test_a_stopped_run_goes_on_and_other_pictures_are_refused(done, own, tmp_path, capsys):
    out = tmp_path / "run"
    shutil.copytree(done, out)
    assert command("dalle", out, own, "--resume", "--steps", "26") == 0
    folder = sorted((out / "dalle" / "checkpoints").iterdir())[-1]
    assert read_json(folder / "state.json")["step"] == 26
    capsys.readouterr()
    assert command("dalle", out, flags(tmp_path / "others", 30), "--resume", "--steps", "28") == 1
    assert "pictures" in capsys.readouterr().err


def test_the_judge_reads_the_world_only(own, tmp_path, capsys):
    assert command("judge", tmp_path, own) == 1
    assert "leave --pairs out" in capsys.readouterr().err


def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path, capsys):
    assert command("tokenizer", tmp_path / "run", tmp_path / "nowhere") == 1
    assert "nowhere" in capsys.readouterr().err


def test_a_bad_row_stops_a_command_or_is_left_out_and_counted_when_asked(own, tmp_path, capsys):
    spoilt = shutil.copytree(own, tmp_path / "spoilt")
    (spoilt / "007.png").write_bytes(b"no picture")
    assert command("tokenizer", tmp_path / "run", spoilt) == 1
    told = capsys.readouterr().err
    assert "007.png" in told and told.rstrip().endswith("--skip-bad") and "Skipped()" not in told
    assert command("tokenizer", tmp_path / "run", spoilt, "--skip-bad") == 0
    told = "".join(capsys.readouterr())
    assert "1 row was left out" in told and "UserWarning" not in told
    assert command("dvae", tmp_path / "run", spoilt, "--skip-bad", "--steps", "1") == 0
    assert main(["train", "tokenizer", "--preset", "tiny", "--out", str(tmp_path / "b"), "--skip-bad"]) == 1
    assert "--pairs, which is not given" in capsys.readouterr().err


# ---------------------------------------------------------------- beside a card


def test_a_table_for_a_card_says_what_batches_say(own):
    """On a card the captions are spelled once; without dropout that is the same text."""
    train, _ = own_pictures(own, 16, 1000, 512)
    tokenizer = BPETokenizer.train(train.captions, 300)
    given = train, tokenizer, 24, 3, 0.0
    table, batches = CaptionTable(*given, "cpu", foils=True), CaptionBatches(*given)
    indices, epochs = np.array([0, 3, 5]), np.array([0, 1, 4])
    rng = np.random.default_rng(0)
    assert torch.equal(table.batch(indices, epochs, rng), batches.batch(indices, epochs, rng))
    assert table.foils(indices, epochs, 1, rng).numel() == 0
    assert table.table.shape == (len(train), 3, 24)
