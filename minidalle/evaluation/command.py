"""`minidalle evaluate`: measure a model, write JSON, Markdown and galleries."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path

JUDGE = "judge"
DEFAULTS, SECTION_DEFAULTS = (200, 16), (50, 1)
"""Captions of each kind and split, and pictures of each caption that CLIP chooses from."""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the `evaluate` command to a command line."""
    parser = subparsers.add_parser("evaluate", help="measure how often a model draws what the caption says")
    parser.add_argument(
        "--model",
        default="nano",
        help='a shipped model\'s name, or a model folder; "reader": the judge of all kinds itself',
    )
    parser.add_argument(
        "-n", "--n", type=int, help="captions of each kind and split (default: 200, for --section 50)"
    )
    parser.add_argument(
        "--of",
        type=int,
        help="pictures of each caption that CLIP chooses from; 1: no choosing (default: 16, for --section 1)",
    )
    parser.add_argument(
        "--ranked", type=int, default=40, help="captions of each kind and split for which CLIP chooses"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="of the drawn pictures; the captions are always the same"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for RESULTS.md, its JSON and galleries"
    )
    parser.add_argument(
        "--section",
        help='measure all kinds of the picture world instead: "all", or the name of a section of the DALL-E post',
    )
    parser.add_argument(
        "--kinds",
        nargs="+",
        default=[],
        metavar="KIND",
        help="measure only these kinds, as for a best of 512; give --out a folder of their own",
    )
    parser.add_argument("--device", default="auto", help="for --section: auto, cpu, cuda (default: auto)")
    marks = "<!-- results NAME -->, or <!-- sections NAME --> of --section"
    parser.add_argument(
        "--readme", type=Path, help=f"also write the main table between the marks of this file, {marks}"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    from minidalle.checkpoints import CheckpointError
    from minidalle.evaluation.drawn import Drawer
    from minidalle.evaluation.measure import Plan, evaluate
    from minidalle.evaluation.reading_command import names_reader, run_reader
    from minidalle.evaluation.results_file import fingerprint

    args.section = args.section or ("all" if args.kinds else None)
    defaults = SECTION_DEFAULTS if args.section else DEFAULTS
    args.n = defaults[0] if args.n is None else args.n
    args.of = defaults[1] if args.of is None else args.of
    if args.n < 1 or args.of < 1 or args.ranked < 0:
        sys.stderr.write("minidalle evaluate: --n and --of must be at least 1, --ranked at least 0\n")
        return 2
    if args.kinds and (args.readme or names_reader(args.model)):
        what = "--readme writes the table of all kinds" if args.readme else "the reader reads all kinds"
        sys.stderr.write(f"minidalle evaluate: {what}: leave --kinds out\n")
        return 2
    if names_reader(args.model):
        return run_reader(args)
    if args.section:
        return run_sections(args)
    try:
        model, judge = load(args.model)
        prepare(model, judge, args)
    except (CheckpointError, ValueError, OSError) as error:
        sys.stderr.write(f"minidalle evaluate: {error}\n")
        return 1
    plan = Plan(args.n, args.of, args.ranked, args.seed)
    drawer = Drawer(model, say=_say)
    results, drawn = evaluate(drawer, judge, plan, _bar())
    write({"model": model.preset.name, "weights": fingerprint(model), **results}, drawn, model, args)
    return 0


def run_sections(args: argparse.Namespace) -> int:
    """Measure sections of the picture world; the exit code."""
    from minidalle.checkpoints import CheckpointError, load_model
    from minidalle.devices import pick_device
    from minidalle.evaluation import section_run
    from minidalle.evaluation.goals import goals
    from minidalle.evaluation.report import write_between
    from minidalle.evaluation.section_headline import headline
    from minidalle.evaluation.sections import Effort
    from minidalle.pipeline_find import find_model
    from minidalle.tokenizer import CaptionError
    from minidalle.world.judging import load_reader

    command = f"minidalle evaluate --model {Path(args.model).name} --section {shlex.quote(args.section)}"
    command += f" --kinds {shlex.join(args.kinds)}" if args.kinds else ""
    command += f" --n {args.n} --of {args.of} --ranked {args.ranked} --seed {args.seed}"
    marks = f"sections {Path(args.model).name}"
    try:
        sections, device = section_run.sections_of(args.section), str(pick_device(args.device))
        only = section_run.kinds_named(args.kinds)
        if args.readme:
            write_between(args.readme, marks, None)
        model = load_model(find_model(args.model), device)
        ranked = args.ranked if args.of > 1 and model.clip is not None else 0
        effort = Effort(args.n, args.of, ranked, args.seed)
        reader = load_reader(find_model("reader"), device)
        results = section_run.run_sections(
            model, reader, sections, effort, args.out, command, _bar(), _say, only
        )
    except (CheckpointError, CaptionError, ValueError, OSError) as error:
        sys.stderr.write(f"minidalle evaluate: {error}\n")
        return 1
    if args.readme:
        write_between(args.readme, marks, "\n".join(headline(results)))
    sys.stdout.write("\n".join([*headline(results), "", *goals(results)]).rstrip() + "\n")
    return 0


def load(name: str) -> tuple:
    """(model, judge) of a shipped model's name or a folder. Raises CheckpointError where one is missing or damaged."""
    from minidalle.checkpoints import load_model
    from minidalle.pipeline_find import find_model
    from minidalle.world.judging import load_judge

    return load_model(find_model(name)), load_judge(find_model(JUDGE))


def mark(model: str) -> str:
    """The mark in a Markdown file between which a model's table is written: "results nano"."""
    return f"results {Path(model).name}"


def prepare(model, judge, args: argparse.Namespace) -> None:
    """Find out before hours of drawing what would go wrong after them.

    Raises ValueError for a judge of another picture size, captions that the model cannot read, or a Markdown file
    without the marks; OSError for a folder that cannot be written.
    """
    from minidalle.evaluation.report import write_between
    from minidalle.evaluation.rows import SPLITS, kinds_of, questions

    if judge.config.image_size != model.preset.image_size:
        raise ValueError(
            f"the judge reads {judge.config.image_size}-pixel pictures and {args.model} draws {model.preset.image_size}"
        )
    asked = [q.caption for kind in kinds_of() for split in SPLITS for q in questions(kind, split, args.n)]
    model.tokenizer.encode_batch(asked, model.preset.text_length)
    args.out.mkdir(parents=True, exist_ok=True)
    if args.readme:
        write_between(args.readme, mark(args.model), None)


def write(results: dict, drawn: dict, model: object, args: argparse.Namespace) -> None:
    """Write everything that an evaluation leaves behind."""
    from minidalle.evaluation import report
    from minidalle.evaluation.gallery import draw_banner, draw_gallery
    from minidalle.evaluation.results_file import BLOCKS_FILE, write_results

    args.out.mkdir(parents=True, exist_ok=True)
    command = f"minidalle evaluate --model {args.model} --n {args.n} --of {args.of} --ranked {args.ranked}"
    command += f" --seed {args.seed}"
    told = json.dumps({"command": command, **results}, indent=1) + "\n"
    (args.out / BLOCKS_FILE).write_text(told, encoding="utf-8", newline="\n")
    write_results(args.out, results["weights"], _say)
    for split in ("seen", "held-out"):
        draw_gallery(model, drawn, split, args.out / f"gallery-{split}.png")
    draw_banner(model, drawn, args.out / "readme.png")
    if args.readme:
        report.write_between(args.readme, mark(args.model), report.table(results))
    sys.stdout.write(report.table(results) + "\n")


def _say(sentence: str) -> None:
    """A sentence beside the progress bars."""
    from tqdm.auto import tqdm

    tqdm.write(f"minidalle evaluate: {sentence}", file=sys.stderr)


def _bar():
    """One progress bar for each kind and split."""
    from tqdm.auto import tqdm

    bars: dict[str, tqdm] = {}

    def progress(what: str, done: int, total: int) -> None:
        if what not in bars:
            bars[what] = tqdm(total=total, desc=what, unit="picture")
        bar = bars[what]
        bar.update(done - bar.n)
        if done == total:
            bar.close()

    return progress
