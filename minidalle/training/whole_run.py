"""`minidalle run`: everything from nothing to a model folder, in one command that can be stopped and called again.

The stages are those of `minidalle train`, in their order, in one folder. A stage that is finished is passed over, and
one that was stopped goes on from its last checkpoint. On a graphics card, which draws the training pictures too, `base`
takes a quarter of an hour.

Left out: judging the model (`minidalle evaluate`), which a processor can do later.
"""

import argparse
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm.auto import tqdm

from minidalle.checkpoints import json_bytes, load_model, read_json
from minidalle.pipeline_pictures import grid, to_bytes
from minidalle.presets import PRESETS, Preset, SettingError, preset
from minidalle.sampling import sample
from minidalle.training.captions import prepare_tables
from minidalle.training.curves import draw_curves
from minidalle.training.grids import save_picture
from minidalle.training.own import Source, add_source, own_pictures, source_of
from minidalle.training.packing import pack
from minidalle.training.settings import with_settings
from minidalle.training.setup import FEW, Setting, adapted, pictures_of
from minidalle.training.state import newest_checkpoint
from minidalle.training.tokenizer_task import FILE
from minidalle.training.trained import trained_tokenizer
from minidalle.world import caption, sample_scene

STAGES = ("tokenizer", "pictures", "dvae", "dalle", "clip")
SHARES = {"dvae": 0.26, "dalle": 0.62, "clip": 0.12}
"""Of the minutes given for a whole run: the transformer is what more time helps most."""

SHOWN = 64
SHOWN_SEED = 40_000
"""Of the captions in samples.png: of no training, and of no evaluation."""


def add_parser(subparsers: Any) -> None:
    """Add `run` to a command line's subparsers."""
    parser = subparsers.add_parser(
        "run", help="train everything, from nothing to a model folder", description=__doc__.split("\n\n")[1]
    )
    parser.add_argument(
        "--preset", default="nano", help=f"sizes and schedules: {', '.join(PRESETS)} (default: nano)"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="the training folder; the model comes to OUT/model"
    )
    minutes = "of training altogether, 14, or by stage, dvae=2,dalle=6,clip=1 (default: the preset's updates)"
    parser.add_argument("--minutes", help=minutes)
    parser.add_argument(
        "--until", choices=STAGES, help="stop after this stage; the same command goes on later"
    )
    parser.add_argument("--pictures", type=int, help="training pictures to draw from the world")
    add_source(parser)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default: auto)")
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: 0)")
    parser.add_argument(
        "--data", type=Path, help="where drawn pictures are kept (default: .cache/minidalle at home)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; returns the exit code: 1 after an error, which is told in a sentence."""
    from minidalle.training.command import EXPECTED

    try:
        whole_run(args)
    except EXPECTED as error:
        tqdm.write(f"minidalle run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        tqdm.write("minidalle run: stopped; the same command goes on from where it was", file=sys.stderr)
        return 130
    return 0


def whole_run(args: argparse.Namespace) -> Path:
    """All stages in turn, then the model folder OUT/model, which is returned (OUT, where --until stops before that).

    OUT/stages.json tells how long each took. Raises what `command.train` and `packing.pack` raise.
    """
    minutes = minutes_of(args.minutes)
    ahead = draw_ahead(args)  # tells a slip in the preset's name, before anything is done
    try:
        return stages_in_turn(args, minutes, ahead)
    finally:
        if ahead is not None and ahead.poll() is None:  # stopped before its pictures were needed
            ahead.terminate()
            ahead.wait()


def stages_in_turn(
    args: argparse.Namespace, minutes: dict[str, float], ahead: subprocess.Popen | None
) -> Path:
    """The stages of `whole_run`; ahead: the process that draws pictures meanwhile."""
    spelled = None
    taken = read_json(args.out / "stages.json") if (args.out / "stages.json").is_file() else {}
    for stage in STAGES:
        if not finished(args.out, stage):
            begin = time.perf_counter()
            if stage == "dalle" and ahead is not None:
                ahead.wait()  # where it failed, the pictures are drawn now, and what is wrong is told
            if stage == "dalle" and spelled is not None:
                spelled.result()
            one_stage(stage, args, minutes.get(stage))
            note(args.out, taken, stage, begin)
        if stage == args.until:
            return args.out
        if stage == "tokenizer":
            spelled = spell_ahead(args)
    begin = time.perf_counter()
    model = pack(args.out, args.out / "model", tqdm.write, args.preset)
    note(args.out, taken, "pack", begin)
    begin = time.perf_counter()
    show(model, args.out / "samples.png", source_of(args))
    draw_curves(args.out, None)
    note(args.out, taken, "samples", begin)
    return model


def one_stage(stage: str, args: argparse.Namespace, minutes: float | None) -> None:
    """`minidalle train STAGE`, from the beginning or from the last checkpoint, whose plan is kept."""
    from minidalle.training.command import device_of, train

    if stage == "pictures":
        chosen = with_pictures(preset(args.preset), args.pictures)
        setting = Setting(
            chosen,
            args.out,
            args.data,
            args.seed,
            device_of(args),
            not args.quiet,
            tqdm.write,
            source_of(args),
        )
        pictures_of(setting, "dvae")
        return
    begun = newest_checkpoint(args.out / stage / "checkpoints", tqdm.write) is not None
    train(
        argparse.Namespace(
            task=stage,
            preset=args.preset,
            out=args.out,
            minutes=None if begun or stage == "tokenizer" else minutes,
            steps=None,
            resume=begun or stage == "tokenizer",
            device=args.device,
            seed=args.seed,
            pictures=args.pictures,
            threads=None,
            data=args.data,
            pairs=args.pairs,
            skip_bad=args.skip_bad,
            settings=[],
            quiet=args.quiet,
            engine="ddp",
            powersgd=0,
        )
    )
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def with_pictures(chosen: Preset, count: int | None) -> Preset:
    """The preset with another number of training pictures."""
    for task in ("dvae", "dalle", "clip") if count else ():
        chosen = with_settings(chosen, task, [f"training.pictures={count}"])
    return chosen


def finished(out: Path, stage: str) -> bool:
    """Whether a stage's last update is in a checkpoint (or, of the tokenizer, whether it is there). The pictures are
    there for the dVAE: what comes after it needs only their codes, or asks for them itself."""
    if stage == "pictures":
        return finished(out, "dvae")
    if stage == "tokenizer":
        return (out / stage / FILE).is_file()
    folder = newest_checkpoint(out / stage / "checkpoints", tqdm.write)
    if folder is None:
        return False
    state = read_json(folder / "state.json")
    return state["step"] >= state["total"]


def minutes_of(text: str | None) -> dict[str, float]:
    """Minutes by stage. Raises SettingError for what is neither a number nor stage=number, ..."""
    if text is None:
        return {}
    try:
        if "=" not in text:
            return {stage: share * float(text) for stage, share in SHARES.items()}
        found = {name.strip(): float(value) for name, value in (part.split("=") for part in text.split(","))}
    except ValueError:
        found = {"?": 0.0}
    if set(found) - set(SHARES) or min(found.values()) <= 0:
        raise SettingError(
            f"--minutes is {text!r}; give a number, or {','.join(f'{name}=1' for name in SHARES)}"
        )
    return found


def draw_ahead(args: argparse.Namespace) -> subprocess.Popen | None:
    """A process that draws DALL-E's pictures while the dVAE trains on fewer; None without a card, or where DALL-E needs
    no pictures any more. A card hardly notices: packing scenes, on the other cores, takes longer than drawing them."""
    from minidalle.training.command import device_of

    chosen = with_pictures(preset(args.preset), args.pictures)
    count, few = (chosen.training[task].pictures for task in ("dalle", "dvae"))
    if (
        args.pairs
        or not device_of(args).startswith("cuda")
        or count <= max(few, FEW)
        or finished(args.out, "dalle")
    ):
        return None
    config = chosen.training["dalle"]
    asked = {
        "count": count,
        "seed": args.seed,
        "size": chosen.image_size,
        "mix": config.mix,
        "device": "cuda",
    }
    asked |= {"cache_dir": str(args.data) if args.data else None, "progress": False}
    code = f"from minidalle.data import world_pictures\nif __name__ == '__main__':\n    world_pictures(**{asked!r})"
    return subprocess.Popen([sys.executable, "-c", code])


def spell_ahead(args: argparse.Namespace) -> Future | None:
    """The tables of captions, made by other cores while the dVAE trains; None without a card, which they are for."""
    from minidalle.training.command import device_of

    if args.pairs or not device_of(args).startswith("cuda") or finished(args.out, "clip"):
        return None
    chosen, tokenizer = with_pictures(preset(args.preset), args.pictures), trained_tokenizer(args.out)
    thread = ThreadPoolExecutor(1)
    made = thread.submit(prepare_tables, adapted(chosen, tokenizer, None), tokenizer, args.seed)
    thread.shutdown(wait=False)
    return made


def note(out: Path, taken: dict[str, float], stage: str, begin: float) -> None:
    """Add a stage's seconds to OUT/stages.json."""
    taken[stage] = round(taken.get(stage, 0.0) + time.perf_counter() - begin, 1)
    (out / "stages.json").write_bytes(json_bytes(taken))
    tqdm.write(f"{stage}: {taken[stage]} s")


def show(folder: Path, path: Path, pairs: Source | None = None) -> None:
    """Draw the first picture of `SHOWN` captions that training never met, unpicked, into one picture; the captions go
    into a text file beside it. pairs: where the pictures are, if they are one's own."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = load_model(folder, device)
    config = model.preset.training["dalle"]
    if pairs:
        _, held_back = own_pictures(pairs, model.preset.image_size, config.pictures, config.validation)
        captions = held_back.captions[:SHOWN]
    else:
        scenes = [sample_scene(SHOWN_SEED, index, mix=config.mix) for index in range(SHOWN)]
        captions = [caption(scene, SHOWN_SEED, index) for index, scene in enumerate(scenes)]
    text = model.tokenizer.encode_batch(captions, model.preset.text_length).to(device)
    with torch.no_grad():
        images = model.dvae.decode(sample(model.dalle, text, seed=SHOWN_SEED))
    save_picture(np.asarray(grid(to_bytes(images.float().cpu()), 8, enlarge=1)), path)
    path.with_suffix(".txt").write_text("\n".join(captions) + "\n", encoding="utf-8")
