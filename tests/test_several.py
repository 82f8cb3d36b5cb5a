"""Several processes train one model: two real ones, started by torchrun over Gloo, held to one that does it alone."""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from minidalle.checkpoints import CheckpointError, read_tensors, verify
from minidalle.presets import SettingError, preset
from minidalle.training import sharded
from minidalle.training.command import main
from minidalle.training.lock import LOCK
from minidalle.training.logs import read_log
from minidalle.training.loop import Run, update
from minidalle.training.several import ALONE, Ranks, buffers_apart, joined, local_device
from minidalle.training.sharded import is_sharded, save_shards
from minidalle.training.state import State, checkpoints_in

ROOT = Path(__file__).parents[1]
STEPS = 12
SETTINGS = ["--steps", str(STEPS), "--set", "training.log_every=1", "--set", "training.precision=fp32"]


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    """A folder with pictures, and a run with tokenizer and dVAE."""
    folder = tmp_path_factory.mktemp("several")
    for task in ("tokenizer", "dvae"):
        assert main(words(task, folder / "first", folder)) == 0
    return folder


def words(task: str, out: Path, base: Path, *more: str) -> list[str]:
    always = ["--out", str(out), "--data", str(base / "data"), "--device", "cpu", "--threads", "1", "--quiet"]
    return [task, *always, *([] if "--resume" in more else ["--preset", "tiny"]), *more]


def begun(base: Path, name: str) -> Path:
    """A new run that has what DALL-E needs."""
    for task in ("tokenizer", "dvae"):
        shutil.copytree(base / "first" / task, base / name / task)
    return base / name


def command(processes: int, arguments: list[str], *more: str) -> list[str]:
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), *more]
    return [sys.executable, *launcher, "-m", "minidalle", "train", *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def together(arguments: list[str], processes: int = 2, *more: str) -> subprocess.CompletedProcess:
    launch = command(processes, arguments, *more)
    return subprocess.run(launch, env=environment(), capture_output=True, text=True, timeout=300, cwd=ROOT)


def losses(out: Path, task: str = "dalle") -> dict[int, float]:
    return {line["step"]: line["loss"] for line in read_log(out / task / "log.jsonl") if "loss" in line}


def last(out: Path, task: str = "dalle") -> Path:
    path = checkpoints_in(out / task / "checkpoints")[-1]
    assert verify(path) == []
    return path


def assert_same_weights(one: Path, other: Path) -> None:
    for name in ("model", "average"):
        mine, theirs = read_tensors(one / f"{name}.safetensors"), read_tensors(other / f"{name}.safetensors")
        assert mine.keys() == theirs.keys()
        for key in mine:
            torch.testing.assert_close(mine[key], theirs[key], rtol=0, atol=2e-4, msg=f"{name} {key}")


@pytest.fixture(scope="module")
def alone(base: Path) -> Path:
    """DALL-E as one process trains it."""
    out = begun(base, "alone")
    assert main(words("dalle", out, base, *SETTINGS)) == 0
    return out


@pytest.mark.parametrize("engine", ["ddp", "fsdp"])
def test_two_processes_have_the_losses_and_weights_of_one(base: Path, alone: Path, engine: str):
    out = begun(base, engine)
    done = together(words("dalle", out, base, "--engine", engine, *SETTINGS))
    assert done.returncode == 0, done.stderr[-6000:]
    assert "Warning" not in done.stderr, done.stderr
    mine, theirs = losses(out), losses(alone)
    assert mine.keys() == theirs.keys() and len(mine) == STEPS
    assert mine == pytest.approx(theirs, rel=1e-4)
    assert_same_weights(last(out), last(alone))
    looks = [line for line in read_log(out / "dalle" / "log.jsonl") if line.get("evaluation")]
    before = [line for line in read_log(alone / "dalle" / "log.jsonl") if line.get("evaluation")]
    assert [line["validation_loss"] for line in looks] == pytest.approx(
        [line["validation_loss"] for line in before], rel=1e-4
    )


def test_the_dvae_is_shared_too_with_noise_of_its_own_in_each_process(base: Path):
    done = together(words("dvae", base / "dvae", base, *SETTINGS))
    assert done.returncode == 0, done.stderr[-6000:]
    mine = losses(base / "dvae", "dvae")
    assert len(mine) == STEPS and mine[STEPS] < mine[1]


def killed_and_restarted(out: Path, arguments: list[str]) -> str:
    """Train with torchrun's restarts, and kill one worker as soon as there is a checkpoint."""
    launch = command(2, arguments, "--max-restarts", "1", "--monitor-interval", "0.1")
    running = subprocess.Popen(
        launch, env=environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        killed, deadline = False, time.monotonic() + 240
        while running.poll() is None and not killed and time.monotonic() < deadline:
            found = workers(running.pid) if checkpoints_in(out / "dalle" / "checkpoints") else []
            if found:
                os.kill(found[-1], signal.SIGKILL)
                killed = True
            time.sleep(0.02)
        _, said = running.communicate(timeout=240)
    finally:
        running.kill()
    assert killed and running.returncode == 0, said.decode()[-6000:]
    return said.decode()


def workers(launcher: int) -> list[int]:
    """The processes that a torchrun process started, the oldest first."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return sorted(int(pid) for pid, parent, args in rows if int(parent) == launcher and "minidalle" in args)


@pytest.mark.parametrize("engine", ["ddp", "fsdp"])
def test_a_killed_worker_costs_a_restart_from_the_last_checkpoint_and_no_more(
    base: Path, alone: Path, engine: str
):
    out = begun(base, f"killed-{engine}")
    often = ["--set", "training.checkpoint_seconds=0.01"]
    preset_named = [*words("dalle", out, base, "--engine", engine, *SETTINGS, *often), "--resume"]
    killed_and_restarted(out, preset_named)
    assert losses(out) == pytest.approx(losses(alone), rel=1e-4)
    assert any(line.get("event") == "resume" for line in read_log(out / "dalle" / "log.jsonl"))
    assert_same_weights(last(out), last(alone))


def test_a_checkpoint_in_shards_is_whole_and_goes_on_in_one_process(base: Path, alone: Path):
    """Two processes write shards and are stopped before the end; one takes them up, without torchrun."""
    out = begun(base, "resharded")
    often = ["--set", "training.checkpoint_seconds=0.01"]
    done = together(words("dalle", out, base, "--engine", "fsdp", *SETTINGS, *often))
    assert done.returncode == 0, done.stderr[-6000:]
    first, end = checkpoints_in(out / "dalle" / "checkpoints")
    assert is_sharded(first) and not is_sharded(end) and verify(first) == []
    assert json.loads((first / "state.json").read_bytes())["step"] < STEPS
    shutil.rmtree(end)
    assert main(words("dalle", out, base, "--resume")) == 0
    assert losses(out) == pytest.approx(losses(alone), rel=1e-4)
    assert_same_weights(last(out), last(alone))


def test_powersgd_sends_factors_and_still_learns(base: Path, alone: Path):
    out = begun(base, "powersgd")
    done = together(words("dalle", out, base, "--powersgd", "4", *SETTINGS))
    assert done.returncode == 0, done.stderr[-6000:]
    mine, theirs = losses(out), losses(alone)
    assert mine[1] == pytest.approx(theirs[1], rel=1e-4), "the first loss comes before any gradient"
    assert mine[STEPS] < mine[1] and mine[STEPS] != pytest.approx(theirs[STEPS], rel=1e-6)
    assert (last(out) / "errors.safetensors").is_file()


def test_what_cannot_be_shared_is_said_in_a_sentence(base: Path):
    odd = together(words("dalle", begun(base, "odd"), base, "--set", "training.batch_size=7"))
    assert odd.returncode == 1 == odd.stderr.count("minidalle train: ")
    said = "a batch of 7 cannot be shared evenly by 2 processes: set training.batch_size=8"
    assert f"minidalle train: {said}\n" in odd.stderr
    assert "[rank" not in odd.stderr and "closed by peer" not in odd.stderr, odd.stderr
    two = Ranks(0, 2)
    with pytest.raises(SettingError, match="trained by one process"):
        two.check("clip", planned=False)
    with pytest.raises(SettingError, match="--steps"):
        two.check("dalle", planned=True)
    with pytest.raises(SettingError, match="adamw"):
        config = replace(preset("tiny").training["dalle"], optimiser="muon")
        Ranks(0, 2, "fsdp").join(SimpleNamespace(config=config))
    with pytest.raises(SettingError, match="ddp, fsdp"), joined("cpu", "magic"):
        pass
    with pytest.raises(SettingError, match="whole gradients"), joined("cpu", "fsdp", 4):
        pass


FAILING = """
import sys
import torch
from minidalle.training.several import ElsewhereError, joined

def end(failing):
    if ranks.rank in failing:
        raise ValueError(f"process {ranks.rank} has failed")
    return ranks.rank

def tell(line):
    sys.stderr.write(line + "\\n")  # a line and its end at once, or those of two processes mingle

with joined("cpu") as ranks:
    for failing in ((), (0,), (1,), (0, 1)):
        for way in (ranks.agree, ranks.in_turn):
            try:
                said = str(way(lambda: end(failing)))
            except (ValueError, ElsewhereError) as error:
                said = f"{type(error).__name__}: {error}"
            tell(f"{way.__name__} {failing} in {ranks.rank}: {said}")
    means = ranks.means([ranks.rank, torch.tensor(3.0 - ranks.rank), 0.5], "cpu")
    tell(f"means in {ranks.rank}: {means}")
    tell(f"any in {ranks.rank}: {ranks.any([False, ranks.rank == 1, True], 'cpu')}")
    tell(f"alike in {ranks.rank}: {ranks.alike(ValueError('all failed'))!r}")
"""


def test_processes_agree_on_means_and_what_fails_in_one_ends_all_and_one_tells_it(tmp_path: Path):
    """Else one would wait for ever in a sum that the other never comes to."""
    (tmp_path / "failing.py").write_text(FAILING, encoding="utf-8")
    launch = command(2, [])
    launch[launch.index("-m", 3) :] = [str(tmp_path / "failing.py")]
    done = subprocess.run(launch, env=environment(), capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-6000:]
    for way in ("agree", "in_turn"):
        for failing in ((), (0,), (1,), (0, 1)):
            for rank in (0, 1):
                said = f"ElsewhereError: process {min(failing, default=0)} tells what is wrong"
                if rank == min(failing, default=-1):
                    said = f"ValueError: process {rank} has failed"
                said = said if failing else str(rank)
                assert f"{way} {failing} in {rank}: {said}\n" in done.stderr, done.stderr
    for rank in (0, 1):
        assert f"means in {rank}: [0.5, 2.5, 0.5]\n" in done.stderr, done.stderr
        assert f"any in {rank}: [False, True, True]\n" in done.stderr, done.stderr
    assert "alike in 0: ValueError('all failed')\nalike in 1: ElsewhereError" in "\n".join(
        sorted(done.stderr.splitlines())
    )


@pytest.mark.parametrize("trouble", ["a run is there already", "another run holds the lock"])
def test_a_folder_that_is_taken_is_refused_by_all_processes_in_one_sentence(
    base: Path, alone: Path, tmp_path: Path, trouble: str
):
    """The first is found by all processes, the second only by the one that leads: the other must not wait for it."""
    out = tmp_path / "taken"
    shutil.copytree(alone, out)
    said = "already holds step-000012: go on with --resume, or choose another --out"
    if trouble == "another run holds the lock":
        holder = {"process": os.getpid(), "machine": platform.node()}
        (out / "dalle" / LOCK).write_text(json.dumps(holder), encoding="utf-8")
        said = f"is being trained by process {os.getpid()} "
    before = {path: path.read_bytes() for path in (out / "dalle").rglob("*") if path.is_file()}
    done = together(words("dalle", out, base, *SETTINGS))
    assert done.returncode == 1 and done.stderr.count("minidalle train: ") == 1 == done.stderr.count(said)
    assert "[rank" not in done.stderr and "closed by peer" not in done.stderr, done.stderr
    assert {path: path.read_bytes() for path in (out / "dalle").rglob("*") if path.is_file()} == before


def test_what_is_wrong_before_processes_meet_is_told_by_the_first_of_a_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    for local, count in (("0", 1), ("1", 0)):
        monkeypatch.setenv("LOCAL_RANK", local)
        for more in (["--steps", "0"], ["--engine", "magic"]):
            assert main(["dalle", "--out", str(tmp_path), "--device", "cpu", *more]) == 1
            assert capsys.readouterr().err.count("minidalle train: ") == count


def test_more_processes_than_cards_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    assert local_device("cuda") == "cuda:1" and local_device("cpu") == "cpu"
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")
    with pytest.raises(SettingError, match="3 processes, but 2 cards: use --nproc-per-node 2"):
        local_device("cuda")


def test_shards_that_cannot_be_written_are_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """So that training goes on, as it does where a whole checkpoint cannot be written."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"step-000001 could not be written \(.+\): make room"):
        save_shards({}, {}, tmp_path / "file" / "step-000001", ALONE)

    def full(*args, **options):
        raise sharded.dcp.CheckpointException("save", {0: (OSError(28, "No space left on device"), None)})

    monkeypatch.setattr(sharded.dcp, "save", full)
    with pytest.raises(CheckpointError, match=r"step-000001 could not be written \(.*No space left"):
        save_shards({}, {}, tmp_path / "step-000001", ALONE)


class OlderWrapper:
    """The arguments of DistributedDataParallel in torch 2.11."""

    def __init__(self, module, device_ids=None, broadcast_buffers=True):
        self.copies_buffers = broadcast_buffers


class NewerWrapper:
    """Those in torch 2.13."""

    def __init__(self, module, device_ids=None, broadcast_buffers=None, forward_sync_buffers=None):
        assert broadcast_buffers is None, "torch warns of this one"
        self.copies_buffers = forward_sync_buffers


@pytest.mark.parametrize("wrapper", [OlderWrapper, NewerWrapper])
def test_buffers_are_left_alone_by_older_and_newer_torch(wrapper):
    assert wrapper(None, **buffers_apart(wrapper)).copies_buffers is False


@pytest.mark.parametrize(("size", "count"), [(12, 3), (12, 12), (8, 2), (8, 1)])
def test_shares_cover_a_batch_once_and_have_one_size(size: int, count: int):
    """The mean of the shares' means is the batch's only where they have one size."""
    batch = list(range(size))
    shares = [batch[Ranks(rank, count).share(size)] for rank in range(count)]
    assert [number for share in shares for number in share] == batch
    assert {len(share) for share in shares} == {size // count}
    assert batch[ALONE.share(size)] == batch


def test_a_task_joins_where_its_batch_can_be_dealt_out():
    config = preset("tiny").training["dalle"]
    for size, count, engine, even in (
        (8, 2, "ddp", 0),
        (8, 3, "ddp", 9),
        (7, 2, "fsdp", 8),
        (2, 4, "ddp", 4),
    ):
        task = SimpleNamespace(config=replace(config, batch_size=size), ranks=ALONE)
        ranks = Ranks(1, count, engine)
        if even:
            with pytest.raises(SettingError, match=rf"a batch of {size} .* by {count} .*batch_size={even}$"):
                ranks.join(task)
            assert task.ranks is ALONE
        else:
            ranks.join(task)
            assert task.ranks is ranks
    muon = SimpleNamespace(config=replace(config, optimiser="muon"), ranks=ALONE)
    Ranks(0, 2, "ddp").join(muon)  # has whole matrices
    assert muon.ranks.count == 2
    ALONE.join(SimpleNamespace(config=replace(config, batch_size=7)))


def test_each_process_has_noise_of_its_own_and_the_same_batch():
    """What torch draws differs between processes and between updates; what numpy draws, such as which pictures make up
    a batch, differs between updates only. Both come again with the seed."""
    model, drawn = torch.nn.Linear(1, 1), {}
    config = preset("tiny").training["dvae"]

    def loss(model, step, total, rng):
        drawn[len(drawn)] = (float(torch.rand(())), float(rng.random()))
        return model(torch.ones(1)).sum(), {}

    def at(rank: int, step: int) -> tuple[float, float]:
        run = Run(Path(), {}, seed=5, ranks=Ranks(rank, 1))  # alone, so that nothing is waited for
        state = State.fresh(model, config, total=10)
        state.step = step
        update(SimpleNamespace(config=config, loss=loss), run, state)
        return drawn[len(drawn) - 1]

    with torch.random.fork_rng():
        noise, batch = zip(*(at(rank, step) for step in (3, 4) for rank in (0, 1, 2)), strict=True)
        assert len(set(noise)) == 6 and batch[:3] == batch[:1] * 3 != batch[3:] == batch[3:4] * 3
        assert [at(rank, 3)[0] for rank in (0, 1, 2)] == list(noise[:3])


def test_others_wait_as_long_as_the_first_may_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch.distributed as dist

    asked = {}
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(dist, "rendezvous", lambda where: iter([(dist.HashStore(), 0, 2)]))
    monkeypatch.setattr(dist, "init_process_group", lambda backend, **given: asked.update(given))
    monkeypatch.setattr(dist, "destroy_process_group", lambda: None)
    with joined("cpu"):
        assert asked["timeout"].total_seconds() > 3600, (
            "a large preset's pictures take longer than torch waits"
        )
