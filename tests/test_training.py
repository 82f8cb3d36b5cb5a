"""Training: one loop, a log, and checkpoints from which a killed run goes on as if nothing had happened."""

import errno
import json
import os
import platform
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from minidalle import checkpoints
from minidalle.checkpoints import CheckpointError, load_model, verify
from minidalle.presets import preset
from minidalle.schedules import cosine_anneal
from minidalle.tokenizer import PAD, BPETokenizer
from minidalle.training import clip_task, command, lock, loop, setup
from minidalle.training.attributes import AttributeTest
from minidalle.training.captions import NEITHER, CaptionBatches, false_caption
from minidalle.training.clip_task import blur
from minidalle.training.command import main
from minidalle.training.curves import PANELS, running_mean
from minidalle.training.dvae_task import DVAETask, foreground
from minidalle.training.grids import pairs_grid
from minidalle.training.lock import LOCK, locked
from minidalle.training.logs import Log, read_log
from minidalle.training.loop import Run, TrainingError, fit, fresh_state, plan_steps
from minidalle.training.optimiser import Average, clip_gradients, make_optimiser
from minidalle.training.packing import pack
from minidalle.training.pictures import batch_indices
from minidalle.training.state import checkpoints_in
from minidalle.world import COLORS, SHAPES, sample_scene

ROOT = Path(__file__).parents[1]
BLOCK_MATRICES = ("attention.qkv", "attention.out", "mlp.0", "mlp.2")


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Sums round differently on another number of threads; bit-for-bit comparisons need one number."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def trained(tmp_path_factory, data):
    """A training folder with all four tasks of the tiny preset, uninterrupted."""
    out = tmp_path_factory.mktemp("runs") / "whole"
    for task in ("tokenizer", "dvae", "dalle", "clip"):
        assert train(task, out, data) == 0
    return out


def arguments(task, out, data, *more):
    words = [task, "--out", str(out), "--data", str(data), "--threads", "1", "--device", "cpu", "--quiet"]
    return words + ([] if "--resume" in more else ["--preset", "tiny"]) + list(more)


def train(task, out, data, *more):
    return main(arguments(task, out, data, *more))


def newest(out, task):
    return sorted((out / task / "checkpoints").iterdir())[-1]


def hashes(out, task):
    """The SHA-256 of every tensor file of the newest checkpoint: weights, average and moments."""
    path = newest(out, task)
    assert verify(path) == []
    manifest = json.loads((path / "manifest.json").read_bytes())
    return path.name, {name: entry["sha256"] for name, entry in manifest.items() if name != "state.json"}


def figures(out, task):
    """The log without what depends on the clock, and without lines about starting and resuming."""
    timed = {"elapsed", "pictures_per_second"}
    lines = [line for line in read_log(out / task / "log.jsonl") if "event" not in line]
    return [{key: value for key, value in line.items() if key not in timed} for line in lines]


def copy_prerequisites(source, target):
    for task in ("tokenizer", "dvae"):
        target.mkdir(exist_ok=True)
        shutil.copytree(source / task, target / task)


# ---------------------------------------------------------------- going on after a kill


def test_a_run_killed_again_and_again_ends_with_the_very_weights_of_an_uninterrupted_one(tmp_path, data):
    """SIGKILL at random moments, also in the middle of a checkpoint: one is written every few updates."""
    more = ("--steps", "100", "--set", "training.checkpoint_seconds=0.01")
    # "auto" is measured: on a busy machine one process may find bf16 faster, and the next one not
    more += ("--set", "training.precision=fp32")
    assert train("dvae", tmp_path / "whole", data, *more) == 0
    command = [sys.executable, "-m", "minidalle.training"]
    command += arguments("dvae", tmp_path / "killed", data, "--preset", "tiny", *more)
    folder = tmp_path / "killed" / "dvae" / "checkpoints"
    for number in range(2):
        process = subprocess.Popen([*command, *(["--resume"] if number else [])], cwd=ROOT)
        before = set(folder.glob("step-*"))
        while process.poll() is None and set(folder.glob("step-*")) <= before:
            time.sleep(0.002)
        time.sleep(random.uniform(0, 0.3))
        process.kill()
        process.wait()
    subprocess.run([*command, "--resume"], cwd=ROOT, check=True)
    assert hashes(tmp_path / "killed", "dvae") == hashes(tmp_path / "whole", "dvae")
    assert figures(tmp_path / "killed", "dvae") == figures(tmp_path / "whole", "dvae")
    resumed = [
        line["step"] for line in read_log(folder.parent / "log.jsonl") if line.get("event") == "resume"
    ]
    assert resumed and all(0 < step <= 100 for step in resumed)


@pytest.mark.parametrize("task", ["dalle", "clip"])
def test_dalle_and_clip_resume_bit_for_bit_as_well(task, trained, tmp_path, data, monkeypatch):
    copy_prerequisites(trained, tmp_path)
    stop_at(monkeypatch, 13)
    assert train(task, tmp_path, data, "--set", "training.checkpoint_seconds=1e-6") == 130
    monkeypatch.undo()
    assert newest(tmp_path, task).name == "step-000012"
    assert train(task, tmp_path, data, "--resume") == 0
    assert hashes(tmp_path, task) == hashes(trained, task)
    assert figures(tmp_path, task) == figures(trained, task)


def test_clip_resumes_bit_for_bit_with_foils_of_both_kinds_too(trained, tmp_path, data, monkeypatch):
    settings = ("--steps", "6", "--set", "training.foils=1", "--set", "training.picture_foils=2")
    for out in (tmp_path / "whole", tmp_path / "halves"):
        copy_prerequisites(trained, out)
    assert train("clip", tmp_path / "whole", data, *settings, "--set", "training.log_every=1") == 0
    stop_at(monkeypatch, 3)
    often = ("--set", "training.checkpoint_seconds=1e-6", "--set", "training.log_every=1")
    assert train("clip", tmp_path / "halves", data, *settings, *often) == 130
    monkeypatch.undo()
    assert newest(tmp_path / "halves", "clip").name == "step-000003"
    assert train("clip", tmp_path / "halves", data, "--resume") == 0
    assert hashes(tmp_path / "halves", "clip") == hashes(tmp_path / "whole", "clip")
    assert hashes(tmp_path / "halves", "clip") != hashes(trained, "clip")


def stop_at(monkeypatch, step):
    real = loop.update

    def update(task, run, state):
        if state.step == step:
            raise KeyboardInterrupt
        return real(task, run, state)

    monkeypatch.setattr(loop, "update", update)


def test_another_seed_gives_other_weights(trained, tmp_path, data):
    """Otherwise the comparisons above would prove nothing."""
    assert train("dvae", tmp_path, data, "--seed", "1") == 0
    ours, theirs = hashes(tmp_path, "dvae")[1], hashes(trained, "dvae")[1]
    assert all(ours[name] != theirs[name] for name in ours)


@pytest.fixture
def halfway(tmp_path, data, monkeypatch):
    """A dVAE run of 24 updates that stopped after 13, with checkpoints at 8 and 12."""
    stop_at(monkeypatch, 13)
    assert train("dvae", tmp_path, data, "--set", "training.checkpoint_seconds=1e-6") == 130
    monkeypatch.undo()
    return tmp_path


def test_the_last_two_checkpoints_are_kept(halfway):
    assert sorted(os.listdir(halfway / "dvae" / "checkpoints")) == ["step-000008", "step-000012"]


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(halfway, trained, data, capsys):
    weights = newest(halfway, "dvae") / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert train("dvae", halfway, data, "--resume") == 0
    said = capsys.readouterr().out
    assert "step-000012 is damaged and is passed over" in said and "model.safetensors is cut off" in said
    assert "resuming dvae at update 8 of 24" in said
    assert hashes(halfway, "dvae") == hashes(trained, "dvae")
    assert figures(halfway, "dvae") == figures(trained, "dvae")


def test_when_every_checkpoint_is_damaged_nothing_is_overwritten(halfway, data, capsys):
    for path in (halfway / "dvae" / "checkpoints").iterdir():
        (path / "optimiser.safetensors").unlink()
    assert train("dvae", halfway, data, "--resume") == 1
    assert "every checkpoint in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        (["--set", "training.learning_rate=0.5"], ["training.learning_rate was 0.001 and is now 0.5"]),
        (["--set", "dvae.hidden=4"], ["dvae.hidden was 8 and is now 4"]),
        (["--seed", "7"], ["seed was 0 and is now 7"]),
        (["--pictures", "32"], ["training.pictures was 64 and is now 32", "inputs.pictures"]),
        (["--preset", "nano", "--pictures", "64"], ["image_size was 16 and is now 64"]),
    ],
)
def test_resuming_another_run_is_refused_and_the_differing_fields_named(halfway, data, capsys, more, fields):
    assert train("dvae", halfway, data, "--resume", "--set", "training.validation=16", *more) == 1
    said = capsys.readouterr().err
    assert "this is not the run that was begun" in said
    assert all(field in said for field in fields)
    assert newest(halfway, "dvae").name == "step-000012"


def test_how_often_one_looks_may_change_when_resuming(halfway, trained, data):
    assert train("dvae", halfway, data, "--resume", "--set", "training.log_every=1") == 0
    assert hashes(halfway, "dvae") == hashes(trained, "dvae")


def test_a_new_length_on_resuming_is_a_new_plan_and_is_said(halfway, data, capsys):
    assert train("dvae", halfway, data, "--resume", "--steps", "30") == 0
    assert "planned for 24 updates and now has 30: its schedules change" in capsys.readouterr().out
    assert newest(halfway, "dvae").name == "step-000030"


def test_a_finished_run_is_left_alone(trained, data, capsys):
    before = hashes(trained, "dvae")
    assert train("dvae", trained, data, "--resume") == 0
    assert "dvae is finished: 24 of 24 updates" in capsys.readouterr().out
    assert hashes(trained, "dvae") == before


def test_a_run_is_not_overwritten_by_accident(trained, data, capsys):
    assert train("dvae", trained, data) == 1
    assert "already holds step-000024: go on with --resume" in capsys.readouterr().err
    assert train("tokenizer", trained, data) == 1
    assert "already holds a tokenizer" in capsys.readouterr().err


def test_resuming_where_nothing_is_starts_from_the_beginning(tmp_path, trained, data, capsys):
    assert train("dvae", tmp_path, data, "--resume", "--preset", "tiny") == 0
    assert "starting from the beginning" in capsys.readouterr().out
    assert hashes(tmp_path, "dvae") == hashes(trained, "dvae")


@pytest.mark.parametrize("task", ["dalle", "clip"])
def test_codes_that_were_read_differently_the_second_time_are_another_run(
    task, trained, tmp_path, data, monkeypatch, capsys
):
    """As where OUT/tokens was removed, and the run goes on with another machine's rounding."""
    out = Path(shutil.copytree(trained, tmp_path / "out"))
    read = setup.picture_codes
    monkeypatch.setattr(setup, "picture_codes", lambda *of: torch.cat([read(*of)[:-1], read(*of)[:1]]))
    shutil.rmtree(out / "tokens")
    assert train(task, out, data, "--resume") == 1
    assert "this is not the run that was begun: inputs.codes was" in capsys.readouterr().err
    without_codes(newest(out, task))
    assert train(task, out, data, "--resume") == 0  # begun when codes had no hash yet
    assert f"{task} is finished" in capsys.readouterr().out


def test_where_codes_are_kept_dalle_and_a_clip_of_painted_pictures_need_no_pictures(
    trained, tmp_path, data, monkeypatch
):
    """They train on a machine where the pictures never were, and come to the very same weights."""
    monkeypatch.setattr(setup, "world_pictures", None)  # asked for a picture, it fails
    out = Path(shutil.copytree(trained, tmp_path / "out"))
    shutil.rmtree(out / "dalle")
    assert train("dalle", out, tmp_path / "empty", "--preset", "tiny") == 0
    assert hashes(out, "dalle") == hashes(trained, "dalle")
    shutil.rmtree(out / "clip")
    painted = ("--preset", "tiny", "--set", "training.reconstructed=1")
    assert train("clip", out, tmp_path / "empty", *painted) == 0
    assert hashes(out, "clip") != hashes(trained, "clip")


def without_codes(checkpoint):
    """Take the hashes of the codes out of a checkpoint's record."""
    files = {path.name: path.read_bytes() for path in checkpoint.iterdir() if path.name != "manifest.json"}
    state = json.loads(files["state.json"])
    assert len(state["inputs"].pop("codes")) == 64
    state["inputs"].pop("validation_codes", None)
    checkpoints.write_folder(checkpoint, {**files, "state.json": checkpoints.json_bytes(state)})


# ---------------------------------------------------------------- one run at a time, and Ctrl-C


def write_lock(folder, process, machine=None):
    folder.mkdir(parents=True, exist_ok=True)
    contents = {"process": process, "machine": machine or platform.node()}
    (folder / LOCK).write_text(json.dumps(contents), encoding="utf-8")


def test_a_second_run_beside_a_live_one_is_refused_and_changes_nothing(halfway, data, capsys):
    before = {path: path.stat().st_mtime_ns for path in halfway.rglob("*")}
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        write_lock(halfway / "dvae", other.pid)
        assert train("dvae", halfway, data, "--resume") == 1
    finally:
        other.communicate(b"\n")
    said = capsys.readouterr().err
    assert f"is being trained by process {other.pid} on {platform.node()}: wait until that has ended" in said
    assert f"If it has ended, remove {halfway / 'dvae' / LOCK}" in said
    files = [path for path in before if path.is_file()]
    assert {path: before[path] for path in files} == {path: path.stat().st_mtime_ns for path in files}
    assert train("dvae", halfway, data, "--resume") == 0  # the other process is dead now
    assert not (halfway / "dvae" / LOCK).exists()


def test_a_lock_is_held_by_the_process_that_made_it_and_gone_afterwards(tmp_path):
    with locked(tmp_path / "out" / "dvae"):
        holder = json.loads((tmp_path / "out" / "dvae" / LOCK).read_bytes())
        assert holder == {"process": os.getpid(), "machine": platform.node()}
    assert os.listdir(tmp_path) == []  # nothing was put into the folders that it made
    with pytest.raises(KeyboardInterrupt), locked(tmp_path):
        raise KeyboardInterrupt
    assert tmp_path.is_dir() and not (tmp_path / LOCK).exists()


@pytest.mark.parametrize("contents", [b"", b"{", b'{"process": 1}', b'{"process": 1, "machine": "another"}'])
def test_a_lock_that_cannot_be_understood_or_is_of_another_machine_is_respected(tmp_path, contents):
    (tmp_path / LOCK).write_bytes(contents)
    with pytest.raises(TrainingError, match=r"is being trained by .*remove .*lock\.json"), locked(tmp_path):
        pass
    assert (tmp_path / LOCK).read_bytes() == contents


def test_on_windows_a_lock_that_cannot_be_removed_is_held(tmp_path, monkeypatch):
    """There a file that is open in another process cannot be removed, and os.kill would end that process."""

    def unlink(path, missing_ok=False):
        raise PermissionError(errno.EACCES, "The process cannot access the file", str(path))

    monkeypatch.setattr(lock, "WINDOWS", True)
    write_lock(tmp_path, os.getppid())
    with monkeypatch.context() as held:
        held.setattr(Path, "unlink", unlink)
        with pytest.raises(TrainingError, match="is being trained by process"), locked(tmp_path):
            pass
    with locked(tmp_path):
        assert json.loads((tmp_path / LOCK).read_bytes())["process"] == os.getpid()


@pytest.fixture
def ctrl_c():
    """Ctrl-C raises KeyboardInterrupt, also where the tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler  # put back by whoever changed it
    signal.signal(signal.SIGINT, before)


def press_at(monkeypatch, step, times=1):
    """Ctrl-C in the middle of this update: after the gradients, before the weights."""
    real, calls = loop.clip_gradients, []

    def clip(parameters, limit):
        calls.append(limit)
        for _ in range(times if len(calls) == step + 1 else 0):
            signal.raise_signal(signal.SIGINT)
        return real(parameters, limit)

    monkeypatch.setattr(loop, "clip_gradients", clip)


def test_ctrl_c_in_the_middle_of_an_update_ends_it_first_and_saves(
    trained, tmp_path, data, monkeypatch, capsys, ctrl_c
):
    press_at(monkeypatch, 13)
    assert train("dvae", tmp_path, data) == 130
    monkeypatch.undo()
    assert "stopping after this update, with a checkpoint" in capsys.readouterr().out
    assert newest(tmp_path, "dvae").name == "step-000014"  # by the clock, one would be due in two minutes
    assert train("dvae", tmp_path, data, "--resume") == 0
    assert hashes(tmp_path, "dvae") == hashes(trained, "dvae")


def test_a_second_ctrl_c_stops_at_once_and_saves_nothing_of_half_an_update(tmp_path, monkeypatch, ctrl_c):
    task = Toy()
    run, state = run_toy(tmp_path, task, 8)
    press_at(monkeypatch, 5, times=2)
    with pytest.raises(KeyboardInterrupt):
        fit(task, run, state)
    assert checkpoints_in(run.checkpoints) == []


# ---------------------------------------------------------------- a full disk


def full_disk(monkeypatch, works_after):
    """Flushing fails, as on a full disk, for the first `works_after` calls."""
    real, calls = os.fsync, []

    def fsync(handle):
        calls.append(handle)
        if len(calls) <= works_after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(checkpoints.os, "fsync", fsync)


def test_training_goes_on_while_the_disk_is_full_and_saves_when_it_can(
    tmp_path, trained, data, monkeypatch, capsys
):
    full_disk(monkeypatch, works_after=3)
    assert train("dvae", tmp_path, data, "--set", "training.checkpoint_seconds=1e-6") == 0
    said = capsys.readouterr().out
    assert said.count("Training goes on, and tries again at the next checkpoint") == 3
    assert "step-000004 could not be written (No space left on device)" in said
    assert hashes(tmp_path, "dvae") == hashes(trained, "dvae")


def test_a_disk_that_stays_full_leaves_the_previous_checkpoint_and_ends_in_an_error(
    halfway, data, monkeypatch, capsys
):
    full_disk(monkeypatch, works_after=10**9)
    assert train("dvae", halfway, data, "--resume") == 1
    assert "step-000024 could not be written" in capsys.readouterr().err
    assert verify(newest(halfway, "dvae")) == [] and newest(halfway, "dvae").name == "step-000012"


# ---------------------------------------------------------------- what is written on the way


def test_the_log_begins_with_the_whole_configuration(trained):
    first, *lines = read_log(trained / "dvae" / "log.jsonl")
    assert first["preset"] == json.loads(json.dumps(preset("tiny").with_text_vocab(400).to_dict()))
    assert (first["seed"], first["total"], first["task"]) == (0, 24, "dvae")
    assert len(first["inputs"]["pictures"]) == 64
    assert [line["step"] for line in lines if "loss" in line] == [4, 8, 12, 16, 20, 24]
    assert [line["step"] for line in lines if "evaluation" in line] == [12, 24]


def test_temperature_kl_weight_and_learning_rate_follow_their_schedules(trained):
    """Logged are the means over four updates."""
    config = preset("tiny").training["dvae"]
    early, last = read_log(trained / "dvae" / "log.jsonl")[1:4:2]  # updates 0 ... 3, and 8 ... 11, of 24
    assert (early["step"], last["step"]) == (4, 12)
    temperature = [cosine_anneal(step, 1.0, 1 / 16, round(0.8 * 24)) for step in range(4)]
    assert early["temperature"] == pytest.approx(np.mean(temperature), rel=1e-4)
    assert last["kl_weight"] == pytest.approx(config.kl_weight)
    rate = cosine_anneal(
        11 - 2, 1e-3, 0.02 * 1e-3, 24 - 2
    )  # warm-up is at most a tenth of the run: 2 updates
    assert last["lr"] == pytest.approx(rate, rel=1e-4)


def test_the_models_learn_something_even_in_two_seconds(trained):
    for task in ("dvae", "dalle"):
        losses = [line["loss"] for line in read_log(trained / task / "log.jsonl") if "loss" in line]
        assert losses[-1] < 0.97 * losses[0], task


def test_sample_grids_are_pictures_one_can_see(trained):
    for task in ("dvae", "dalle"):
        names = sorted(path.name for path in (trained / task / "samples").iterdir())
        assert names == ["step-000012.png", "step-000024.png"]
        with Image.open(trained / task / "samples" / names[0]) as image:
            assert image.width > 500 and len(image.convert("RGB").getcolors(10**6)) > 20


def test_pairs_stand_above_each_other_in_double_rows():
    above, below = torch.rand(5, 3, 8, 8), torch.rand(5, 3, 8, 8)
    image = pairs_grid(above, below)
    assert image.shape == (4 * 8 + 3 * 4, 3 * 8 + 2 * 4, 3) and image.dtype == np.uint8
    for number in range(5):
        row, column = divmod(number, 3)
        for part, top in ((above, 24 * row), (below, 24 * row + 12)):
            expected = (part[number] * 255).round().byte().permute(1, 2, 0).numpy()
            assert np.array_equal(image[top : top + 8, 12 * column :][:, :8], expected)
    assert (image[24:, 24:] == 255).all()  # there is no sixth pair


def test_half_a_line_at_the_end_of_a_log_is_passed_over(tmp_path):
    log = Log(tmp_path / "log.jsonl")
    log.start({"event": "start"})
    for step in (4, 8, 12):
        log.add({"step": step, "loss": float("inf") if step == 8 else 1 / 3})
    with open(log.path, "a", encoding="utf-8") as file:
        file.write('{"step": 16, "lo')
    assert [line.get("step") for line in read_log(log.path)] == [None, 4, 8, 12]
    assert read_log(log.path)[1]["loss"] == 0.333333 and read_log(log.path)[2]["loss"] == "inf"
    log.cut_after(8)
    log.add({"step": 12})
    assert [line.get("step") for line in read_log(log.path)] == [None, 4, 8, 12]


@pytest.mark.parametrize("half", [b'{"step": 16, "lo', '{"text": "ü'.encode()[:-1]])
def test_a_line_after_half_a_line_is_a_line_of_its_own(tmp_path, half):
    """As after a kill in the middle of a write, or when a full disk has room again."""
    log = Log(tmp_path / "log.jsonl")
    log.add({"step": 4})
    with open(log.path, "ab") as file:
        file.write(half)
    log.add({"step": 8})
    log.add({"step": 12})
    assert read_log(log.path) == [{"step": 4}, {"step": 8}, {"step": 12}]
    assert log.path.read_bytes() == b'{"step": 4}\n' + half + b'\n{"step": 8}\n{"step": 12}\n'


def test_curves_are_drawn_by_one_command(trained, tmp_path, capsys):
    assert main(["curves", str(trained), "--png", str(tmp_path / "curves.png")]) == 0
    with Image.open(tmp_path / "curves.png") as image:
        assert image.width > 1500 and image.height > 900
    assert main(["curves", str(tmp_path)]) == 1
    assert "there is no training log" in capsys.readouterr().err
    assert main(["curves", str(trained), "--png", str(tmp_path / "curves.foo")]) == 1
    assert "curves.foo is no place for curves: they are saved as PNG" in capsys.readouterr().err


def test_every_number_that_curves_show_is_in_the_log_in_one_kind_of_line(trained, tmp_path, data):
    assert train("judge", tmp_path, data, "--steps", "4") == 0
    for task, panels in PANELS.items():
        lines = read_log((tmp_path if task == "judge" else trained) / task / "log.jsonl")
        kinds = [
            {name for line in lines if key in line for name in line}
            for key in ("pictures_per_second", "evaluation")
        ]
        for name in (name for _, names in panels for name in names):
            assert sum(name in kind for kind in kinds) == 1, (task, name)
    assert main(["curves", str(tmp_path)]) == 0
    with Image.open(tmp_path / "curves.png") as image:
        assert image.width > 3 * image.height  # one row


def test_a_running_mean_weighs_what_is_long_ago_little_and_has_no_kink():
    values = np.random.default_rng(0).normal(size=60)
    naive = [np.average(values[:end], weights=0.9 ** np.arange(end)[::-1]) for end in range(1, 61)]
    np.testing.assert_allclose(running_mean(values, width=10), naive)
    falling = running_mean(np.exp(-np.arange(100) / 8), width=10)
    bends = np.diff(falling, 2)
    assert np.abs(np.diff(bends)).max() < 0.1 * np.abs(np.diff(falling)).max()


# ---------------------------------------------------------------- wrong requests


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["dva"], "no task 'dva'; did you mean dvae"),
        (["dvae", "--preset", "tinny"], "no preset 'tinny'; did you mean tiny"),
        (["dvae", "--set", "dvae.voca=3"], "did you mean dvae.vocab_size"),
        (["dvae", "--steps", "0"], "--steps is 0; it must be above 0"),
        (["dvae", "--minutes", "nan"], "--minutes is nan; it must be above 0"),
        (["dvae", "--minutes", "inf"], "--minutes is inf; it must be above 0, and at most 1,000,000,000"),
        (["dvae", "--minutes", "1e308"], r"--minutes is 1e\+308"),
        (["dvae", "--steps", "9" * 400], "--steps is 9+; it must be above 0, and at most"),
        (["dvae", "--steps", "3", "--minutes", "2"], "give one of them"),
        (["dvae", "--device", "cuda:99"], "--device: device 'cuda:99' cannot be used here"),
        (["dvae", "--pictures", "4", "--preset", "tiny"], "batch_size 8 is more than the 4 pictures"),
        (["dalle", "--preset", "tiny"], "no trained tokenizer in .*; run this first: minidalle train tokenizer --out"),
        (["clip", "--preset", "tiny"], "no trained tokenizer in .*; run this first: minidalle train tokenizer --out"),
    ],
)  # fmt: skip
def test_wrong_requests_are_answered_in_a_sentence(words, message, tmp_path, capsys):
    assert main([*words, "--out", str(tmp_path / "out"), "--quiet"]) == 1
    assert re.search(message, capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_a_damaged_tokenizer_is_named(trained, tmp_path, data, capsys):
    shutil.copytree(trained / "tokenizer", tmp_path / "tokenizer")
    (tmp_path / "tokenizer" / "tokenizer.json").write_bytes(b"{")
    assert train("dalle", tmp_path, data) == 1
    assert "tokenizer.json is cut off or damaged" in capsys.readouterr().err


def test_dalle_wants_a_dvae_first_and_clip_too_unless_told_otherwise(trained, tmp_path, data, capsys):
    shutil.copytree(trained / "tokenizer", tmp_path / "tokenizer")
    for task in ("dalle", "clip"):
        assert train(task, tmp_path, data) == 1
        assert "run this first: minidalle train dvae --out" in capsys.readouterr().err
    unpainted = ("--steps", "2", "--set", "training.reconstructed=0")
    assert train("clip", tmp_path, data, *unpainted, "--set", "training.picture_foils=1") == 1
    assert "run this first: minidalle train dvae --out" in capsys.readouterr().err
    assert train("clip", tmp_path, data, *unpainted) == 0


# ---------------------------------------------------------------- the loop itself


class Toy:
    """A task of one linear layer whose loss can be made to fail."""

    name = "toy"

    def __init__(self, broken=(), **changes):
        self.config = replace(preset("tiny").training["dvae"], **changes)
        self.broken = broken

    def make_model(self):
        return torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.BatchNorm1d(1))

    def loss(self, model, step, total, rng):
        inputs = torch.randn(4, 3)
        if step in self.broken:
            inputs = inputs * torch.nan
        return model(inputs).square().mean() + model[0].weight.square().sum(), {"drawn": rng.random()}

    def evaluate(self, model):
        return {"weight": float(model[0].weight.sum())}

    def picture(self, model):
        return None


def run_toy(tmp_path, task, total):
    run = Run(tmp_path, {"task": "toy"}, progress=False)
    Log(tmp_path / "log.jsonl").start({})
    return run, fresh_state(task, run, total)


def test_an_update_that_is_not_finite_changes_nothing_and_is_counted(tmp_path):
    run, state = run_toy(tmp_path, Toy(broken={2, 5}), total=8)
    task = Toy(broken={2, 5})
    for step in range(8):
        before = {name: value.clone() for name, value in state.model.state_dict().items()}
        numbers = loop.update(task, run, state)
        same = all(torch.equal(before[name], value) for name, value in state.model.state_dict().items())
        assert same == (numbers is None) == (step in task.broken)
    assert (state.step, state.skipped) == (8, 2)


def test_too_many_such_updates_in_a_row_stop_the_run(tmp_path):
    few = Toy(broken=set(range(3, 23)))  # twenty in a row, then fine again
    assert fit(few, *run_toy(tmp_path / "few", few, 40)).skipped == 20
    many = Toy(broken=set(range(3, 24)))
    with pytest.raises(
        TrainingError, match=r"21 updates in a row .* not finite, the last at step 24.*learning_rate"
    ):
        fit(many, *run_toy(tmp_path / "many", many, 40))


def test_a_run_leaves_the_callers_random_numbers_alone(tmp_path):
    torch.manual_seed(5)
    expected = torch.rand(3)
    task = Toy()
    run, state = run_toy(tmp_path, task, 4)
    torch.manual_seed(5)
    fit(task, run, state)
    assert torch.equal(torch.rand(3), expected)


def test_a_full_disk_costs_a_log_line_and_not_the_run(tmp_path, monkeypatch):
    task, said = Toy(), []
    run, state = run_toy(tmp_path, task, 8)
    run = replace(run, say=said.append)
    real = Log.add

    def add(log, line):
        if line["step"] == 4 and "loss" in line:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(log.path))
        real(log, line)

    monkeypatch.setattr(Log, "add", add)
    assert fit(task, run, state).step == 8
    assert said == [
        f"{tmp_path / 'log.jsonl'} could not be written (No space left on device): training goes on"
    ]
    assert [line["step"] for line in read_log(tmp_path / "log.jsonl") if "loss" in line] == [8]


def test_checkpoints_are_in_the_order_of_their_numbers_and_leftovers_are_none(tmp_path):
    for name in ("step-999999", "step-1000000", "step-000010", "step-000011.tmp", "step-000012.old.tmp"):
        (tmp_path / name).mkdir()
    assert [path.name for path in checkpoints_in(tmp_path)] == ["step-000010", "step-999999", "step-1000000"]
    task = Toy()
    fresh_state(task, Run(tmp_path, {}), 4).save(tmp_path, {})
    assert not list(tmp_path.glob("*.tmp"))


def test_minutes_are_turned_into_updates_by_timing_a_few(tmp_path, monkeypatch):
    """A clock that advances 0.1 s at every reading: an update lasts 0.1 s, and so does each of 3 evaluations."""
    clock = iter(np.arange(0, 1000, 0.1))
    monkeypatch.setattr(loop.time, "perf_counter", lambda: float(next(clock)))
    task = Toy()
    steps = plan_steps(task, Run(tmp_path, {}, progress=False), minutes=2)
    assert steps == pytest.approx((120 - 3 * 0.1) * 0.98 / 0.1, rel=0.01)


def test_a_planned_run_is_resumed_with_its_plan(tmp_path, data, monkeypatch):
    monkeypatch.setattr(command, "plan_steps", lambda task, run, minutes: int(minutes * 10))
    stop_at(monkeypatch, 9)
    assert (
        train("dvae", tmp_path, data, "--minutes", "1.5", "--set", "training.checkpoint_seconds=1e-6") == 130
    )
    monkeypatch.undo()
    assert train("dvae", tmp_path, data, "--resume") == 0
    assert newest(tmp_path, "dvae").name == "step-000015"


# ---------------------------------------------------------------- batches, captions, tests of attributes


def test_every_picture_is_seen_once_an_epoch_in_an_order_that_depends_on_seed_and_epoch_alone():
    dealt = [batch_indices(3, step, batch_size=4, count=10) for step in range(10)]
    indices, epochs = (np.concatenate(parts) for parts in zip(*dealt, strict=True))
    for epoch in range(4):
        assert sorted(indices[epochs == epoch]) == list(range(10))
    orders = [tuple(indices[epochs == epoch]) for epoch in range(4)]
    assert len(set(orders)) == 4
    assert np.array_equal(batch_indices(3, 7, 4, 10)[0], dealt[7][0])
    assert not np.array_equal(batch_indices(4, 7, 4, 10)[0], dealt[7][0])


@pytest.fixture(scope="module")
def pictures(data):
    from minidalle.data import world_pictures

    return world_pictures(64, size=16, cache_dir=data, progress=False)


@pytest.fixture(scope="module")
def tokenizer(trained):
    return BPETokenizer.load(trained / "tokenizer" / "tokenizer.json")


def test_captions_are_reworded_every_epoch_and_spelt_anew_every_time(pictures, tokenizer):
    captions = CaptionBatches(pictures, tokenizer, length=32, wordings=3, dropout=0.1)
    numbers, epoch = np.arange(40), np.full(40, 2)
    first = captions.batch(numbers, epoch, np.random.default_rng(0))
    assert first.shape == (40, 32) and first.dtype == torch.int64
    texts = [tokenizer.decode(row) for row in first]
    assert texts == [pictures.caption_of(index, (index + 2) % 3) for index in range(40)]
    assert torch.equal(first, captions.batch(numbers, epoch, np.random.default_rng(0)))
    again = captions.batch(numbers, epoch, np.random.default_rng(1))
    assert (first != again).any(1).float().mean() > 0.5
    assert [tokenizer.decode(row) for row in again] == texts
    assert (captions.batch(numbers, epoch + 1, np.random.default_rng(0)) != first).any()


def test_a_picture_of_which_no_single_fact_can_be_another_gets_a_caption_of_something_else(tokenizer):
    scenes = [sample_scene(0, index, kind=kind) for index, kind in enumerate(("single", "matrix"))]
    captions = CaptionBatches(SimpleNamespace(seed=0, scenes=scenes), tokenizer, 60, wordings=2, dropout=0.0)
    rows = captions.foils(np.arange(2), np.ones(2, int), 2, np.random.default_rng(0))
    texts = [tokenizer.decode(row) for row in rows]
    assert texts[2:] == [NEITHER] * 2 and len(set(texts)) == 3
    assert texts[:2] == [false_caption(scenes[0], 1, 0, turn) for turn in (2, 3)]


def test_dropout_passes_over_one_merge_in_ten(pictures, tokenizer):
    """As many tokens as the tokenizer's own dropout gives, which is tested beside it."""
    captions = CaptionBatches(pictures, tokenizer, length=60, wordings=1, dropout=0.1)
    rng, source = np.random.default_rng(0), random.Random(0)
    texts = pictures.captions * 10
    ours = np.mean([len(captions.spell(text, rng)) for text in texts])
    theirs = np.mean([len(tokenizer.encode(text, 0.1, source)) for text in texts])
    plain = np.mean([len(tokenizer.encode(text)) for text in texts])
    assert plain < 0.8 * theirs and ours == pytest.approx(theirs, rel=0.04)


def test_a_caption_that_dropout_makes_too_long_is_read_without_it(pictures, tokenizer):
    length = max(len(tokenizer.encode(text)) for text in pictures.captions)
    captions = CaptionBatches(pictures, tokenizer, length, wordings=1, dropout=0.9)
    rows = captions.batch(np.arange(64), np.zeros(64, int), np.random.default_rng(0))
    assert [tokenizer.decode(row) for row in rows] == pictures.captions
    assert (rows == PAD).any()


@pytest.mark.parametrize(
    ("knows", "color", "shape"),
    [({"color", "shape"}, 1.0, 1.0), ({"color"}, 1.0, 0.0), ({"shape"}, 0.0, 1.0), (set(), 0.0, 0.0)],
)
def test_the_attribute_test_tells_what_a_model_knows(tokenizer, knows, color, shape):
    """A scorer that sees colour only gets every colour right and no shape: equal scores do not count as right."""
    test = AttributeTest(8, 0, 16, tokenizer, 24)
    things = [question.scene.things[0] for questions in test.questions.values() for question in questions]

    def score(numbers, text):
        said = [tokenizer.decode(row).split() for row in text]
        return torch.tensor([
            sum(getattr(things[number], name) in words for name in knows)
            for number, words in zip(numbers.tolist(), said, strict=True)
        ])  # fmt: skip

    shares = {"color_seen": color, "shape_seen": shape, "color_held_out": color, "shape_held_out": shape}
    assert test.run(score) == shares
    assert test.choices == 1 + len(COLORS) - 1 + len(SHAPES) - 1
    assert len(test.images) == 8


def test_held_out_questions_are_about_combinations_that_training_never_shows(tokenizer):
    from minidalle.world import is_held_out

    test = AttributeTest(8, 0, 16, tokenizer, 24)
    assert all(is_held_out(question.scene) for question in test.questions["held_out"])
    assert not any(is_held_out(question.scene) for question in test.questions["seen"])


def test_the_foreground_is_where_something_stands(pictures):
    masks = foreground(pictures.scenes, pictures.images)
    for scene, mask in zip(pictures.scenes, masks, strict=True):
        if scene.style == "photo":
            assert not mask[0].any() and 0.02 < mask.float().mean() < 0.9


def test_figures_of_the_dvae_need_no_float64_on_an_apple_gpu(pictures):
    """They are computed on the CPU, so that no such GPU is needed to see that here."""
    from minidalle.dvae import DiscreteVAE

    torch.manual_seed(0)
    sizes, config = preset("tiny").dvae, preset("tiny").training["dvae"]
    model = DiscreteVAE(sizes).eval()
    here, apple = (
        DVAETask(sizes, config, pictures, pictures, 0, device).evaluate(model) for device in ("cpu", "mps")
    )
    assert here == apple and set(here) > {"psnr", "foreground_perplexity", "token_stability"}


@pytest.mark.parametrize(("crowd", "sizes"), [(24, [24, 24]), (32, [32, 32]), (128, [64])])
def test_retrieval_is_among_crowds_of_one_size(pictures, tokenizer, monkeypatch, crowd, sizes):
    """With 64 pictures: two crowds of 24 and 16 that are left out, or all where there are fewer than a crowd."""
    from minidalle.clip import CLIP

    monkeypatch.setattr(clip_task, "CROWD", crowd)
    monkeypatch.setattr(clip_task, "TEST_SCENES", 2)
    shape = preset("tiny").with_text_vocab(tokenizer.vocab_size).clip
    config = replace(preset("tiny").training["clip"], reconstructed=0.0)
    task = clip_task.CLIPTask(shape, config, (pictures, None), (pictures, None), tokenizer, None, 0)
    seen, model = [], CLIP(shape).eval()
    monkeypatch.setattr(
        model, "scores", lambda images, text: seen.append((len(images), len(text))) or torch.eye(len(images))
    )
    found = task.evaluate(model)
    assert seen == [(size, size) for size in sizes]
    assert found["image_to_text"] == found["text_to_image"] == 1.0


def test_blur_is_a_gaussian(pictures):
    point = torch.zeros(1, 3, 17, 17)
    point[:, :, 8, 8] = 1
    soft = blur(point, sigma=1.2)
    offsets = torch.arange(-3, 4, dtype=torch.float64)  # a reach of 2.5 sigma
    expected = torch.exp(-(offsets[:, None] ** 2 + offsets[None, :] ** 2) / (2 * 1.2**2))
    torch.testing.assert_close(
        soft[0, 1, 5:12, 5:12].double(), expected / expected.sum(), atol=1e-6, rtol=1e-5
    )
    assert soft[0, 0].sum().item() == pytest.approx(1, abs=1e-5)
    flat = torch.full((1, 3, 9, 9), 0.4)
    torch.testing.assert_close(blur(flat, 0.8), flat)  # also at the edges
    assert torch.equal(blur(point, 0.05), point)


# ---------------------------------------------------------------- the optimiser


def test_clipping_equals_torchs_and_leaves_what_is_not_finite():
    ours, theirs = torch.nn.Linear(4, 3), torch.nn.Linear(4, 3)
    for limit in (0.1, 1e3):
        for model in (ours, theirs):
            for number, parameter in enumerate(model.parameters()):
                parameter.grad = torch.full_like(parameter, number - 0.5)
        expected = torch.nn.utils.clip_grad_norm_(theirs.parameters(), limit)
        assert float(clip_gradients(ours.parameters(), limit)) == pytest.approx(float(expected))
        for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(a.grad, b.grad, rtol=1e-4, atol=1e-7)
    ours.bias.grad[0] = torch.inf
    assert not torch.isfinite(clip_gradients(ours.parameters(), 0.1))
    assert torch.equal(ours.weight.grad, torch.full_like(ours.weight, -0.5))


def test_weight_decay_is_for_matrices_that_multiply():
    from minidalle.dalle import DALLE

    model = DALLE(preset("tiny").dalle)
    decayed, kept = make_optimiser(model, preset("tiny").training["dalle"]).param_groups
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    spared = {names[id(parameter)] for parameter in kept["params"]}
    assert (decayed["weight_decay"], kept["weight_decay"]) == (4.5e-2, 0.0)
    assert decayed["betas"] == (0.9, 0.96) and decayed["eps"] == 1e-8
    assert {"token.weight", "row", "column", "text_position"} < spared
    assert all(parameter.ndim > 1 for parameter in decayed["params"])
    assert len(decayed["params"]) + len(kept["params"]) == len(names)


def test_muon_takes_the_matrices_of_the_blocks_and_makes_orthogonal_updates():
    from minidalle.dalle import DALLE

    torch.manual_seed(0)
    model = DALLE(preset("tiny").dalle)
    config = replace(preset("tiny").training["dalle"], optimiser="muon", weight_decay=0.0)
    optimiser = make_optimiser(model, config)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    decayed, kept, by_muon = ({names[id(p)] for p in group["params"]} for group in optimiser.param_groups)
    assert by_muon == {f"transformer.blocks.{i}.{part}.weight" for i in (0, 1) for part in BLOCK_MATRICES}
    assert sorted([*decayed, *kept, *by_muon]) == sorted(names.values())
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    optimiser.step()
    for name, parameter in model.named_parameters():
        change = (parameter.detach() - before[name]) / config.learning_rate
        assert change.abs().sum() > 0
        if name in by_muon:  # all singular values alike, up to Newton and Schulz's few steps
            values = torch.linalg.svdvals(change / (0.2 * max(change.shape) ** 0.5))
            assert values.min() > 0.5 and values.max() < 1.5, name


def test_the_average_follows_its_formula():
    model = torch.nn.Linear(1, 1, bias=False)
    average, expected = Average(model, decay=0.5, every=2), float(model.weight.detach())
    for updates in range(1, 9):
        with torch.no_grad():
            model.weight.fill_(float(updates))
        average.update(model, updates)
        if updates % 2 == 0:
            count = updates // 2 - 1
            decay = min(0.5, (1 + count) / (10 + count))
            expected = decay * expected + (1 - decay) * updates
        assert float(average.model.weight.detach()) == pytest.approx(expected, rel=1e-5)


# ---------------------------------------------------------------- a model to ship


def test_pack_makes_a_model_folder_of_the_averaged_weights(trained, tmp_path, capsys):
    assert main(["pack", str(trained), str(tmp_path / "model"), "--name", "first"]) == 0
    assert "dvae, dalle, clip" in capsys.readouterr().out
    loaded = load_model(tmp_path / "model")
    assert loaded.config["preset"]["name"] == "first" and loaded.preset.dalle.text_vocab == 400
    assert {"red", "a", "cube"} < set(loaded.config["words"])
    assert loaded.config["about"]["dvae"]["step"] == 24 and "psnr" in loaded.config["about"]["dvae"]
    average = checkpoints.read_tensors(newest(trained, "dvae") / "average.safetensors")
    for name, value in loaded.dvae.state_dict().items():
        assert torch.equal(value, average[name])  # in full: DALL-E learnt the codes of these very weights
    average = checkpoints.read_tensors(newest(trained, "dalle") / "average.safetensors")
    for name, value in loaded.dalle.state_dict().items():
        assert torch.equal(value, average[name].bfloat16().float())


@pytest.fixture(scope="module")
def model(trained, tmp_path_factory):
    return pack(trained, tmp_path_factory.mktemp("models") / "tiny", print)


@pytest.fixture
def unpacked(model, tmp_path):
    """A training folder that a model was unpacked to."""
    assert main(["unpack", str(model), str(tmp_path / "again")]) == 0
    return tmp_path / "again"


def test_a_model_that_is_unpacked_and_packed_again_is_the_same_to_the_last_bit(model, unpacked, tmp_path):
    """The dVAE is kept in float32; the others in bfloat16, which float32 holds exactly."""
    pack(unpacked, tmp_path / "packed", print)
    before, after = (
        {path.name: path.read_bytes() for path in each.iterdir()} for each in (model, tmp_path / "packed")
    )
    assert {"dvae.safetensors", "dalle.safetensors", "clip.safetensors", "tokenizer.json"} < set(before)
    assert before == after


def test_training_an_unpacked_part_is_a_new_run_with_the_weights_and_plan_of_the_model(
    model, unpacked, data, monkeypatch
):
    began = []
    monkeypatch.setattr(command, "fit", lambda task, run, state: began.append((run, state)) or state)
    assert train("dalle", unpacked, data, "--resume") == 0
    monkeypatch.undo()
    ((run, state),) = began
    assert (state.step, state.total, state.average.count) == (0, 24, 0) and not any(
        state.optimiser.state.values()
    )
    loaded = load_model(model).dalle.state_dict()
    for weights in (state.model.state_dict(), state.average.model.state_dict()):
        assert all(torch.equal(value, loaded[name]) for name, value in weights.items())
    sha256 = json.loads((model / "manifest.json").read_bytes())["dalle.safetensors"]["sha256"]
    assert run.about["from"] == {"model": "tiny", "sha256": sha256}


def test_a_part_that_was_trained_further_is_packed_with_those_that_were_left_alone(
    model, unpacked, tmp_path, data, capsys
):
    assert train("dalle", unpacked, data, "--resume", "--steps", "4") == 0
    assert train("dalle", unpacked, data, "--resume", "--steps", "6") == 0  # and goes on like any other run
    assert "resuming dalle at update 4 of 6" in capsys.readouterr().out
    assert checkpoints.read_json(newest(unpacked, "dalle") / "state.json")["from"]["model"] == "tiny"
    before, after = (load_model(each) for each in (model, pack(unpacked, tmp_path / "packed", print)))
    assert after.config["about"]["dalle"]["step"] == 6
    same = {
        part: all(map(torch.equal, getattr(before, part).parameters(), getattr(after, part).parameters()))
        for part in ("dvae", "dalle", "clip")
    }
    assert same == {"dvae": True, "dalle": False, "clip": True}
    assert after.config["about"]["clip"] == before.config["about"]["clip"]


def test_unpacked_weights_that_do_not_fit_are_refused_in_a_sentence(unpacked, data, capsys):
    assert train("dalle", unpacked, data, "--resume", "--set", "dalle.depth=3") == 1
    assert "the weights of tiny do not fit: dalle.depth is 2, not 3" in capsys.readouterr().err


def test_nothing_is_unpacked_over_something_that_was_trained(model, unpacked, capsys):
    before = hashes(unpacked, "dalle")
    assert main(["unpack", str(model), str(unpacked)]) == 1
    assert "already holds a tokenizer: choose another folder to unpack to" in capsys.readouterr().err
    assert hashes(unpacked, "dalle") == before


def test_parts_that_were_not_trained_together_are_not_packed(trained, tmp_path, data):
    for task in ("tokenizer", "dalle"):
        shutil.copytree(trained / task, tmp_path / task)
    with pytest.raises(TrainingError, match="run this first: minidalle train dvae"):
        pack(tmp_path, tmp_path / "model", print)
    assert train("dvae", tmp_path, data, "--seed", "1") == 0
    with pytest.raises(
        TrainingError, match=r"the dalle in .* was trained with another dvae: train the dalle again"
    ):
        pack(tmp_path, tmp_path / "model", print)
    assert not (tmp_path / "model").exists()


def test_codes_are_read_once_and_belong_to_one_dvae(trained, tmp_path, data, pictures):
    from minidalle.dvae import DiscreteVAE
    from minidalle.training.tokens import picture_codes

    torch.manual_seed(0)
    dvae = DiscreteVAE(preset("tiny").dvae)
    read = lambda digest: picture_codes(dvae, digest, pictures, tmp_path, "cpu", False, print)  # noqa: E731
    codes = read("one")
    images = torch.from_numpy(np.array(pictures.images)).permute(0, 3, 1, 2).float() / 255
    assert torch.equal(codes.long(), dvae.eval().encode(images))
    with torch.no_grad():
        dvae.encoder.output.bias.add_(torch.randn(32) * 10)
    assert torch.equal(read("one"), codes)  # from the disk
    assert not torch.equal(read("two"), codes)


def test_a_folder_that_cannot_be_written_stops_the_tokenizer_in_a_sentence(tmp_path, data, capsys):
    (tmp_path / "out").write_bytes(b"a file in the way")
    assert train("tokenizer", tmp_path / "out", data) == 1
    assert "could not be written" in capsys.readouterr().err
    with pytest.raises(CheckpointError):
        load_model(tmp_path / "out")


def test_checkpoints_of_a_run_are_named_by_their_step(trained):
    for earlier, later in pairwise(read_log(trained / "dvae" / "log.jsonl")):
        assert later.get("step", 0) >= earlier.get("step", 0)
    assert newest(trained, "dvae").name == "step-000024"
