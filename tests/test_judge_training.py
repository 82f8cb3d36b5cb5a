"""The judge is trained, killed, resumed and packed like every other part."""

import pytest
import torch

from minidalle.training.command import main
from minidalle.training.logs import read_log
from minidalle.world import held_out_by, sample_scene
from minidalle.world.judging import load_judge


def train(folder, *rest):
    """A seconds-long run into `folder`."""
    return main(
        [
            "judge",
            "--preset",
            "tiny",
            "--out",
            str(folder),
            "--data",
            str(folder.parent / "data"),
            "--quiet",
            *rest,
        ]
    )


def test_a_trained_judge_is_packed_and_read_back(tmp_path):
    out = tmp_path / "run"
    assert train(out) == 0
    assert main(["pack", str(out), str(tmp_path / "judge"), "--judge"]) == 0
    judge = load_judge(tmp_path / "judge")
    assert judge.config.image_size == 16
    assert judge.config.width == 8
    assert len(judge.read(torch.rand(2, 3, 16, 16))) == 2


def test_its_log_tells_each_field_apart(tmp_path):
    train(tmp_path / "run")
    looks = [line for line in read_log(tmp_path / "run" / "judge" / "log.jsonl") if line.get("evaluation")]
    assert {"count", "shapes", "colors", "binding", "relation", "style", "all"} <= set(looks[-1])


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(whole, "--steps", "6")
    train(parts, "--steps", "6", "--set", "training.checkpoint_seconds=0", "--set", "training.log_every=2")
    newest = sorted((parts / "judge" / "checkpoints").glob("step-*"))[-1]
    for file in newest.iterdir():
        file.unlink()
    newest.rmdir()  # as if killed before the last checkpoint
    assert train(parts, "--resume") == 0
    for run in (whole, parts):
        main(["pack", str(run), str(run / "judge-folder"), "--judge"])
    a, b = (load_judge(run / "judge-folder").state_dict() for run in (whole, parts))
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_packing_a_judge_that_is_not_there_names_the_command(tmp_path, capsys):
    assert main(["pack", str(tmp_path), str(tmp_path / "judge"), "--judge"]) == 1
    assert "minidalle train judge" in capsys.readouterr().err


@pytest.mark.parametrize("seed", [77, 78])
def test_its_pictures_show_held_out_combinations_too(seed):
    assert any(held_out_by(sample_scene(seed, index, "all")) for index in range(60))
