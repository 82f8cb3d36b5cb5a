"""The command `minidalle`: draw, train, pack, unpack, curves, evaluate, grade, world, doctor.

What a command needs is imported when it runs, so that `--help` and mistyped words are answered at once. Errors
are one sentence on stderr: exit code 2 for what was asked wrongly, 1 for what went wrong.
"""

import argparse
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from minidalle import __version__

BAD_INPUT, FAILED, STOPPED = 2, 1, 130

ELSEWHERE = {
    "train": ("minidalle.training.command", "train one part of a model: tokenizer, dvae, dalle or clip"),
    "run": ("minidalle.training.whole_run", "train everything, from nothing to a model folder"),
    "pack": ("minidalle.training.command", "pack what was trained into a model folder"),
    "unpack": ("minidalle.training.command", "unpack a model, to train it further"),
    "curves": ("minidalle.training.command", "draw the loss curves of a training folder"),
    "evaluate": ("minidalle.evaluation.command", "measure how often a model draws what the caption says"),
    "ledger": (
        "minidalle.ledger",
        "print the paper line by line: what is done here, and the test that holds it",
    ),
    "failures": (
        "minidalle.failures.sheet",
        "make six well-known mistakes, each beside its cure, and draw them",
    ),
    "grade": ("minidalle.grading", "mark notebooks of exercises, each answer in a process of its own"),
    "world": ("minidalle.world.sheet", "draw sheets of every kind of picture of the world"),
}
"""Commands that live beside what they do: their module, which adds its own parser, and a line of help."""

EXTRAS = {"numba": "world", "datasets": "world", "matplotlib": "notebooks", "ipywidgets": "notebooks"}
"""Packages that are not needed to draw, and the extra of this package that brings them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a caption's emoji must not break an old Windows console
            stream.reconfigure(errors="backslashreplace")
    command = next((word for word in arguments if not word.startswith("-")), "")
    try:
        args = build_parser(command).parse_args(arguments)
        return args.run(args)
    except KeyboardInterrupt:
        return complain(command, "stopped", STOPPED)
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing not in EXTRAS:
            raise
        install = f'pip install "minidalle[{EXTRAS[missing]}]"'
        return complain(command, f"this needs the package {missing}, which is not here: {install}", FAILED)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        return complain(command, f"{error.strerror or error}{where}", FAILED)


def complain(command: str, sentence: object, code: int) -> int:
    """Say what is wrong on stderr, in one line; returns the exit code."""
    print(f"minidalle {command}: {sentence}", file=sys.stderr)
    return code


def build_parser(command: str = "") -> argparse.ArgumentParser:
    """The parser; of the commands that live elsewhere only `command` gets its real arguments, so that the
    others need not be imported."""
    parser = argparse.ArgumentParser(prog="minidalle", description="A caption becomes a picture.")
    parser.add_argument("--version", action="version", version=f"minidalle {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True, dest="command")
    _add_draw(subparsers.add_parser("draw", help="draw pictures of a caption", description=_draw.__doc__))
    filled = set()
    for name, (module, said) in ELSEWHERE.items():
        if name in filled:
            continue
        if ELSEWHERE.get(command, ("",))[0] == module:
            before = set(subparsers.choices)
            import_module(module).add_parser(subparsers)
            filled |= set(subparsers.choices) - before
        else:
            subparsers.add_parser(name, help=said)
    doctor = subparsers.add_parser("doctor", help="look at this machine and the models, and say what to mend")
    doctor.add_argument("--json", action="store_true", help="the findings as JSON")
    doctor.add_argument("--quick", action="store_true", help="leave out the self-test")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_draw(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "caption", nargs="+", help='what the pictures should show: "a small red cube"; quotes may be left out'
    )
    parser.add_argument(
        "--model", default="nano", help="a model's name, its folder, or owner/name on the Hub"
    )
    parser.add_argument("-n", type=int, help="pictures to draw (default: 8)")
    parser.add_argument("--best", type=int, metavar="K", help="keep the K that CLIP likes most ...")
    parser.add_argument("--of", type=int, metavar="N", help="... of N drawn (default: 8 times K)")
    parser.add_argument(
        "--clip", metavar="NAME:WEIGHTS", help="let this OpenCLIP model choose, not the model's own"
    )
    parser.add_argument("--temperature", type=float, default=1.0, metavar="T", help="above 0 (default: 1)")
    parser.add_argument("--top-k", type=int, metavar="K", help="draw tokens from the K likeliest only")
    parser.add_argument("--top-p", type=float, metavar="P", help="... from the fewest that make up P")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same file (default: 0)")
    parser.add_argument("--image", metavar="FILE", help="complete this picture: needs --region")
    parser.add_argument(
        "--region",
        type=_region,
        metavar="LEFT,UPPER",
        help="draw it anew from here to the lower right corner",
    )
    parser.add_argument("--out", default="grid.png", metavar="PNG", help="where to (default: grid.png)")
    parser.add_argument("--truncate", action="store_true", help="cut a caption that is too long")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 (default: auto)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=_draw)


def _draw(args: argparse.Namespace) -> int:
    """Draw pictures of a caption into one PNG file. The same seed gives the same file."""
    start = time.perf_counter()
    if args.n is not None and (args.best is not None or args.of is not None):
        return complain("draw", "-n and --best both say how many: give one of them", BAD_INPUT)
    if args.clip and args.best is None:
        return complain("draw", "--clip chooses the best, but --best does not say how many", BAD_INPUT)
    if (args.image is None) != (args.region is None):
        return complain(
            "draw", "--image and --region go together: a picture, and what to draw anew", BAD_INPUT
        )
    if not args.out.lower().endswith(".png"):
        return complain("draw", f"--out is {args.out}: pictures are saved as PNG, end it in .png", BAD_INPUT)
    if not (folder := Path(args.out).parent).is_dir():  # told before the work, not after it
        return complain("draw", f"--out is {args.out}: there is no folder {folder}", BAD_INPUT)
    if not os.access(folder, os.W_OK):
        return complain("draw", f"--out is {args.out}: nothing can be written to {folder}", BAD_INPUT)
    from minidalle.checkpoints import CheckpointError
    from minidalle.clip_open import open_clip_scorer
    from minidalle.pipeline import ModelNotFoundError, load

    bar = _Bar(args.quiet)
    try:
        model = load(args.model, args.device)
        judge = open_clip_scorer(args.clip, model.device) if args.clip else None
        with warnings.catch_warnings(record=True) as caught, bar:
            warnings.simplefilter("always")
            settings = {
                name: getattr(args, name)
                for name in ("best", "of", "temperature", "top_k", "top_p", "seed", "truncate")
            }
            settings |= {"n": 8 if args.n is None else args.n, "progress": bar, "clip": judge}
            if args.image is None:
                drawing = model.draw(" ".join(args.caption), **settings)
            else:
                picture = _picture(args.image, model.preset.image_size)
                drawing = model.complete(" ".join(args.caption), picture, args.region, **settings)
        path = drawing.save(args.out)
    except (ModelNotFoundError, ValueError) as error:
        return complain("draw", in_flags(str(error)), BAD_INPUT)
    except CheckpointError as error:
        return complain("draw", error, FAILED)
    for warning in caught:
        print(f"minidalle draw: note: {warning.message}", file=sys.stderr)
    print(f"{path}: {drawing.alt} ({time.perf_counter() - start:.1f} s)")
    return 0


def _region(words: str) -> tuple[int, int]:
    """ "0,32" as (0, 32)."""
    try:
        left, upper = (int(word) for word in words.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{words!r} is not two numbers of pixels, as in 0,32") from None
    return left, upper


def _picture(path: str, size: int) -> Any:
    """A picture file as a PIL image of `size` pixels a side, its middle square. OSError for one that is none."""
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        return ImageOps.fit(image.convert("RGB"), (size, size), Image.Resampling.BOX)


def in_flags(sentence: str) -> str:
    """A sentence about arguments of a function as one about those of this command: "of is 0" as "--of is 0"."""
    flags = {"n": "-n", "best": "--best", "of": "--of", "seed": "--seed", "temperature": "--temperature"}
    flags |= {"top_k": "--top-k", "top_p": "--top-p"}
    names = "|".join(flags)
    said = re.sub(
        rf"(?:^|(?<=but )|(?<=raise )|(?<=with ))({names})\b", lambda found: flags[found[1]], sentence
    )
    return said.replace("pass truncate=True", "add --truncate")


class _Bar:
    """A progress bar on stderr that appears with the first token and leaves nothing behind."""

    def __init__(self, quiet: bool) -> None:
        self.quiet, self.bar = quiet, None

    def __enter__(self) -> "_Bar":
        return self

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` tokens are drawn."""
        if self.bar is None:
            from tqdm import tqdm

            self.bar = tqdm(
                total=total, desc="drawing", unit="token", leave=False, disable=self.quiet or None
            )
        self.bar.update(done - self.bar.n)

    def __exit__(self, *error: Any) -> None:
        if self.bar is not None:
            self.bar.close()


def _doctor(args: argparse.Namespace) -> int:
    """Look at this machine and the shipped models, and say what to mend."""
    from minidalle.doctor import examine, report

    say: Callable[[str], None] = (lambda text: None) if args.json else (lambda text: print(text, flush=True))
    return report(examine(self_test=not args.quick), say, as_json=args.json)
