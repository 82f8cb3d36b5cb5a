"""The reader is trained, packed, read back and measured by the same commands as every other part."""

import json
from dataclasses import replace

import pytest
import torch

from minidalle.checkpoints import CheckpointError
from minidalle.cli import main as cli
from minidalle.evaluation.reading import altered, claimed, measure_reader, question, reader_table, summary
from minidalle.training.command import main
from minidalle.training.logs import read_log
from minidalle.world import KINDS, WORLD, held_out_by, render, sample_scene
from minidalle.world.facts import facts_of, fields_of
from minidalle.world.judging import load_judge, load_reader
from minidalle.world.reader import ReaderConfig


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A seconds-long run."""
    out = tmp_path_factory.mktemp("reader") / "run"
    arguments = ["--preset", "tiny", "--out", str(out), "--data", str(out.parent / "data"), "--quiet"]
    assert main(["reader", *arguments]) == 0
    assert main(["pack", str(out), str(out / "packed"), "--reader"]) == 0
    return out


def test_it_is_packed_and_read_back(run):
    reader = load_reader(run / "packed")
    assert reader.config.image_size == 32
    told = reader.read(torch.rand(2, 3, 32, 32), ["single", "clock"])
    assert list(told[0]) == list(fields_of("single")) and list(told[1]) == list(fields_of("clock"))


def test_it_keeps_the_questions_that_it_was_trained_on(run, monkeypatch):
    """The world may have learnt new kinds since."""
    known = load_reader(run / "packed").config
    monkeypatch.setattr(ReaderConfig, "of_world", classmethod(lambda *sizes: ReaderConfig()))
    again = run.parent / "again"
    assert main(["pack", str(run), str(again), "--reader"]) == 0
    assert load_reader(again).config == known


def test_it_goes_on_after_a_stop_and_not_with_other_questions(run, monkeypatch, capsys):
    arguments = [
        "reader",
        "--preset",
        "tiny",
        "--out",
        str(run),
        "--data",
        str(run.parent / "data"),
        "--quiet",
    ]
    assert main([*arguments, "--resume"]) == 0
    of_world = ReaderConfig.of_world
    monkeypatch.setattr(
        ReaderConfig, "of_world", lambda *sizes: replace(of_world(*sizes), kinds=of_world().kinds[:-1])
    )
    assert main([*arguments, "--resume"]) == 1
    assert "inputs.questions was" in capsys.readouterr().err


def test_its_log_tells_each_field_of_each_kind_apart(run):
    looks = [line for line in read_log(run / "reader" / "log.jsonl") if line.get("evaluation")]
    assert "all" in looks[-1] and any("/" in name for name in looks[-1])


def test_a_judge_and_a_reader_are_not_mistaken_for_each_other(run):
    with pytest.raises(CheckpointError):
        load_judge(run / "packed")


def test_every_field_is_measured_and_has_a_line(run):
    reader = load_reader(run / "packed")
    results = measure_reader(reader, 4, progress=False)
    assert set(results["kinds"]) == set(reader.kinds)
    lines = reader_table(results).splitlines()
    assert len(lines) == 2 + sum(len(fields_of(kind)) for kind in reader.kinds)
    assert all(len(line.split("|")) == 10 for line in lines)


@pytest.mark.parametrize("kind", ["single", "sketch", "texture", *WORLD])
def test_an_altered_scene_differs_in_the_one_fact(kind):
    for field in fields_of(kind):
        for index in range(2):
            scene = question(kind, index)
            other = altered(scene, field, index)
            if other is None:
                continue
            old, new = facts_of(scene), facts_of(other)
            assert {name for name in old if old[name] != new[name]} == {field}
            assert render(other, 16).shape == (16, 16, 3)


@pytest.mark.parametrize("kind", ["clock", "mood", "decade", "stack"])
def test_all_else_of_an_altered_scene_is_as_it_was(kind):
    for field in fields_of(kind):
        scene = question(kind, 3)
        other = altered(scene, field, 3)
        if other is not None:
            assert other.light == scene.light and other.camera == scene.camera
            assert [(t.position, t.yaw) for t in other.things] == [
                (t.position, t.yaw) for t in scene.things
            ] or (field in ("other", "object", "sides"))


def test_it_learns_from_held_out_combinations_too():
    scenes = [sample_scene(77, index, "all", mix="judge") for index in range(80)]
    assert any(held_out_by(scene) for scene in scenes)
    assert len({scene.kind for scene in scenes}) > min(7, len((*KINDS, *WORLD)) // 3)


def test_a_field_is_claimed_only_if_it_is_read_and_its_change_noticed():
    def entry(clear, changed):
        return {
            "clear": {"share": clear},
            "soft": {"share": 0.1},
            "small": {"share": 0.1},
            "changed": {"share": changed},
        }

    assert claimed(entry(0.95, 0.96)) and claimed({"clear": {"share": 0.99}})
    assert not claimed(entry(0.94, 1.0)) and not claimed(entry(1.0, 0.94))
    results = {
        "count": 9,
        "size": 32,
        "kinds": {"clock": {"sides": entry(1.0, 1.0), "color": entry(0.5, 1.0)}},
    }
    assert summary(results).startswith("1 of 2 fields") and "Not claimed: color of clock." in summary(results)
    assert [line.split("|")[-2].strip() for line in reader_table(results).splitlines()[2:]] == ["yes", "no"]


def test_it_is_measured_by_the_evaluation(run, tmp_path, capsys):
    assert cli(["evaluate", "--model", str(run / "packed"), "-n", "2", "--out", str(tmp_path)]) == 0
    results = json.loads((tmp_path / "reading.json").read_text(encoding="utf-8"))
    assert results["count"] == 2 and reader_table(results) in capsys.readouterr().out
    (run / "packed" / "reader.safetensors").write_bytes(b"")
    assert cli(["evaluate", "--model", str(run / "packed"), "-n", "2", "--out", str(tmp_path)]) == 1
    assert "reader.safetensors" in capsys.readouterr().err


def laid_out(run, folder):
    """The reader of a run, packed and unpacked again: both folders, and the words to train it with."""
    own, out = folder / "own", folder / "further"
    assert main(["pack", str(run), str(own), "--reader"]) == 0
    assert main(["unpack", str(own), str(out)]) == 0
    data = str(run.parent / "data")
    return own, out, ["reader", "--preset", "tiny", "--out", str(out), "--data", data, "--quiet"]


def test_a_shipped_reader_is_laid_out_and_trained_further(run, tmp_path, capsys):
    """From its own weights, on pictures of full size from the first update on if so wished."""
    own, out, arguments = laid_out(run, tmp_path)
    grown = ["--set", "training.grow=false", "--set", "training.learning_rate=1e-9"]
    assert main([*arguments, "--resume", "--steps", "2", *grown]) == 0
    assert main(["pack", str(out), str(tmp_path / "packed"), "--reader"]) == 0
    before, after = (load_reader(folder).state_dict() for folder in (own, tmp_path / "packed"))
    assert all(torch.allclose(before[key], after[key], atol=1e-2) for key in before if key.endswith("weight"))
    looks = [line for line in read_log(out / "reader" / "log.jsonl") if line.get("evaluation")]
    assert looks[0]["side"] == 32
    assert main(["unpack", str(own), str(out)]) == 1
    assert "already holds a reader" in capsys.readouterr().err


def test_a_reader_of_other_sizes_is_not_trained_further(run, tmp_path, capsys):
    *_, arguments = laid_out(run, tmp_path)
    assert main([*arguments, "--resume", "--steps", "2", "--set", "training.width=4"]) == 1
    assert "do not fit: reader.width is 8, not 4" in capsys.readouterr().err
