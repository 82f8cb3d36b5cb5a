"""`minidalle train ...`: from words on a command line to a run, fresh or resumed.

`add_parser` and `run` are what the command line plugs in; `python -m minidalle.training` is the same without
it. Left out: what a task needs before it can start (`setup.py`), the loop (`loop.py`).
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tqdm.auto import tqdm

from minidalle.checkpoints import CheckpointError, read_json
from minidalle.data import PictureError
from minidalle.devices import pick_device, pick_precision
from minidalle.pairs_image import PairsError
from minidalle.pipeline_find import find_model
from minidalle.presets import PRESETS, TASKS, Preset, SettingError
from minidalle.tokenizer import CaptionError
from minidalle.training.arguments import check_arguments, choose
from minidalle.training.curves import draw_curves
from minidalle.training.lock import locked
from minidalle.training.logs import Log
from minidalle.training.loop import Run, Task, TrainingError, fit, fresh_state, plan_steps
from minidalle.training.own import add_source, source_of
from minidalle.training.packing import pack, pack_judge, pack_reader
from minidalle.training.resume import compare, start_from
from minidalle.training.setup import Setting, prepare
from minidalle.training.several import ALONE, ENGINES, ElsewhereError, Ranks, joined, local_device, told_once
from minidalle.training.state import State
from minidalle.training.tokenizer_task import FILE, train_tokenizer
from minidalle.training.unpacking import UNPACKED, begin, check_sizes, unpack, unpack_reader
from minidalle.world.judging import is_reader

EXPECTED = (SettingError, TrainingError, CheckpointError, PictureError, PairsError, CaptionError, OSError)
"""Errors that are told in a sentence, without a traceback."""


HEARD = 1.0  # seconds for another process to tell what is wrong: torchrun ends all as soon as one has ended


def add_parser(subparsers: Any) -> None:
    """Add `train`, `pack`, `unpack` and `curves` to a command line's subparsers; the parsed arguments carry `run`."""
    for name, (fill, _) in COMMANDS.items():
        fill(subparsers.add_parser(name, help=fill.__doc__.split(".")[0], description=fill.__doc__))


def _fill_train(parser: argparse.ArgumentParser) -> None:
    """train one part of a model, in this order: tokenizer, dvae, dalle, clip; or the judge or the reader, which only
    the evaluation needs. All into one folder OUT. A run that was stopped in any way goes on with --resume."""
    parser.add_argument("task", metavar="{" + ",".join(TASKS) + "}", help="what to train")
    parser.add_argument("--preset", help=f"sizes and schedules: {', '.join(PRESETS)} (default: nano)")
    parser.add_argument("--out", type=Path, required=True, help="the training folder")
    parser.add_argument("--minutes", type=float, help="plan the run to take this long on this machine")
    parser.add_argument("--steps", type=int, help="plan the run to take this many updates")
    parser.add_argument("--resume", action="store_true", help="go on from the newest whole checkpoint")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default: auto)")
    parser.add_argument("--seed", type=int, help="of everything random (default: 0)")
    parser.add_argument("--pictures", type=int, help="training pictures to draw from the world")
    add_source(parser)
    parser.add_argument("--threads", type=int, help="processor threads (default: all)")
    parser.add_argument(
        "--data", type=Path, help="where rendered pictures are kept (default: .cache/minidalle at home)"
    )
    setting = "change one number, such as dvae.vocab_size=512 or training.learning_rate=2e-3"
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="settings", help=setting
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    parser.add_argument(
        "--engine", default="ddp", help=f"how processes of torchrun share it: {', '.join(ENGINES)}"
    )
    parser.add_argument(
        "--powersgd", type=int, default=0, metavar="RANK", help="send gradients as factors of this rank (ddp)"
    )
    parser.set_defaults(run=run, command="train")


def _fill_pack(parser: argparse.ArgumentParser) -> None:
    """pack what was trained into a model folder that `minidalle draw --model` reads. Averaged weights only."""
    parser.add_argument("out", type=Path, help="the training folder")
    parser.add_argument("folder", type=Path, help="the model folder to write")
    parser.add_argument("--name", help="what the model is called (default: its preset)")
    parser.add_argument(
        "--judge", action="store_true", help="pack the judge instead, which `minidalle evaluate` reads"
    )
    parser.add_argument(
        "--reader", action="store_true", help="pack the reader instead: the judge of all kinds"
    )
    parser.set_defaults(run=run, command="pack")


def _fill_unpack(parser: argparse.ArgumentParser) -> None:
    """unpack a model into a training folder, to train it further. Then: minidalle train dalle --out OUT --resume."""
    parser.add_argument("model", help="a shipped model's name, a model folder, or owner/name on the Hub")
    parser.add_argument("out", type=Path, help="the training folder to write")
    parser.set_defaults(run=run, command="unpack")


def _fill_curves(parser: argparse.ArgumentParser) -> None:
    """draw the loss curves of a training folder. One row for each task, into one picture."""
    parser.add_argument("out", type=Path, help="the training folder")
    parser.add_argument("--png", type=Path, help="where to (default: OUT/curves.png)")
    parser.set_defaults(run=run, command="curves")


COMMANDS: dict[str, tuple[Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], Any]]] = {
    "train": (_fill_train, lambda args: train(args)),
    "pack": (_fill_pack, lambda args: packed(args)),
    "unpack": (_fill_unpack, lambda args: unpacked(args)),
    "curves": (_fill_curves, lambda args: tqdm.write(str(draw_curves(args.out, args.png)))),
}


def main(arguments: list[str] | None = None) -> int:
    """`python -m minidalle.training`: the task's name, or pack, unpack or curves. Returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    name = arguments[0] if arguments and arguments[0] in COMMANDS else None
    parser = argparse.ArgumentParser(prog=f"python -m minidalle.training {name or ''}".strip())
    COMMANDS[name or "train"][0](parser)
    return run(parser.parse_args(arguments[1:] if name else arguments))


def run(args: argparse.Namespace) -> int:
    """Do what `minidalle train`, `pack`, `unpack` or `curves` was asked to; returns the exit code: 1 after an error,
    which is told in a sentence."""
    try:
        COMMANDS[args.command][1](args)
    except EXPECTED as error:
        tqdm.write(f"minidalle {args.command}: {error}", file=sys.stderr)
        return 1
    except ElsewhereError:
        time.sleep(HEARD)
        return 1
    except KeyboardInterrupt:
        tqdm.write(
            f"minidalle {args.command}: stopped; --resume goes on from the last checkpoint", file=sys.stderr
        )
        return 130
    return 0


def packed(args: argparse.Namespace) -> Path:
    """What `minidalle pack` was asked to write."""
    if args.reader:
        return pack_reader(args.out, args.folder, tqdm.write)
    if args.judge:
        return pack_judge(args.out, args.folder, tqdm.write)
    return pack(args.out, args.folder, tqdm.write, args.name)


def unpacked(args: argparse.Namespace) -> Path:
    """What `minidalle unpack` was asked to lay out: a model, or the reader."""
    folder = find_model(args.model)
    return (unpack_reader if is_reader(folder) else unpack)(folder, args.out, tqdm.write)


def train(args: argparse.Namespace) -> State | None:
    """`run`, with errors raised: SettingError, TrainingError, CheckpointError or PictureError; of several processes
    all but one raise ElsewhereError instead."""
    with told_once():
        check_arguments(args)
        device = device_of(args)
    if args.threads:
        torch.set_num_threads(args.threads)
    folder = args.out / args.task
    with joined(device, args.engine, args.powersgd) as ranks, contextlib.ExitStack() as held:

        def enter() -> None:
            ranks.check(args.task, planned=args.minutes is not None)
            if ranks.leads:
                held.enter_context(locked(folder))

        ranks.agree(enter)
        return make_tokenizer(args, folder) if args.task == "tokenizer" else train_task(args, folder, ranks)


def train_task(args: argparse.Namespace, folder: Path, ranks: Ranks = ALONE) -> State:
    """Get a task ready and train it in its `folder`: from the beginning, or from a checkpoint."""
    say = tqdm.write if ranks.leads else lambda text: None

    def look_back() -> tuple[Path | None, dict[str, Any] | None, Preset, int]:
        checkpoint = start_from(folder / "checkpoints", args.resume, say)
        recorded = read_json(checkpoint / "state.json") if checkpoint else None
        return checkpoint, recorded, *choose(args, recorded)

    checkpoint, recorded, chosen, seed = ranks.agree(look_back)
    origin = (recorded or {}).get(UNPACKED)
    device = device_of(args)
    progress = not args.quiet and ranks.leads
    setting = Setting(chosen, args.out, args.data, seed, device, progress, say, source_of(args))
    prepared = ranks.in_turn(lambda: prepare(args.task, setting))
    config = prepared.task.config
    ranks.agree(lambda: ranks.join(prepared.task))
    precision = pick_precision(device) if config.precision == "auto" else config.precision
    if recorded and not origin:
        precision = recorded["precision"]
    about = {"task": args.task, "seed": seed, "precision": precision, "threads": torch.get_num_threads()}
    about |= {"torch": torch.__version__, "device": device, "inputs": prepared.inputs}
    about |= {"preset": prepared.preset.to_dict(), "model": prepared.model}
    this = Run(folder, about, seed, device, precision, not args.quiet, say, ranks)
    if origin:
        ranks.agree(lambda: check_sizes(recorded, about))
        about["from"] = origin
    elif recorded:
        ranks.agree(lambda: compare(recorded, about, say))
        about |= {"from": recorded["from"]} if "from" in recorded else {}
    state = go(prepared.task, this, args, checkpoint, new=not recorded or bool(origin))
    return ranks.leave(state)


def make_tokenizer(args: argparse.Namespace, folder: Path) -> None:
    """The tokenizer is learnt in one go. TrainingError rather than overwriting one that models were trained with."""
    if (folder / FILE).exists():
        if args.resume:
            return tqdm.write(f"the tokenizer in {folder} is finished")
        raise TrainingError(f"{folder} already holds a tokenizer: choose another --out")
    chosen, seed = choose(args, None)
    train_tokenizer(chosen, folder, seed, not args.quiet, tqdm.write, source_of(args))


def go(task: Task, run: Run, args: argparse.Namespace, checkpoint: Path | None, new: bool) -> State:
    """Plan a new run, which may begin with the weights of a checkpoint, or take over a checkpoint's plan; train."""
    log = Log(run.folder / "log.jsonl") if run.ranks.leads else None
    if new or checkpoint is None:
        total = args.steps or (plan_steps(task, run, args.minutes) if args.minutes else task.config.steps)
        state = fresh_state(task, run, total)
        if checkpoint is not None:
            begin(state, checkpoint)
        first = {"event": "start", "total": total, "parameters": count(state)}
        if log:
            log.start({**first, **getattr(task, "details", {}), **run.about})
        run.say(
            f"{task.name}: {count(state):,} parameters, {total:,} updates of {task.config.batch_size} pictures"
        )
        return fit(task, run, state)
    state = fresh_state(task, run, total=1)
    state.load(checkpoint)
    planned = state.total
    if args.steps or args.minutes:
        state.total = args.steps or state.step + plan_steps(task, run, args.minutes)
        run.say(
            f"the run was planned for {planned:,} updates and now has {state.total:,}: its schedules change"
        )
    if log:
        log.cut_after(state.step)
        log.add(
            {"event": "resume", "step": state.step, "total": state.total, "threads": run.about["threads"]}
        )
    if state.step >= state.total:
        run.say(
            f"{task.name} is finished: {state.step:,} of {state.total:,} updates; --steps makes it longer"
        )
        return state
    run.say(f"resuming {task.name} at update {state.step:,} of {state.total:,}")
    return fit(task, run, state)


def count(state: State) -> int:
    """Learned numbers."""
    return sum(parameter.numel() for parameter in state.model.parameters())


def device_of(args: argparse.Namespace) -> str:
    """The device asked for. SettingError for one that is not there."""
    try:
        return local_device(str(pick_device(args.device)))
    except ValueError as error:
        raise SettingError(f"--device: {error}") from None
