"""`minidalle world`: sheets of every kind of picture, to be looked at.

`sheet` draws two examples of every kind with their captions under them, section by section of the DALL-E post. `names`
draws the same pictures in another order without captions, numbered, and writes down what they are: somebody who has
not seen the captions says what each shows, and `key.json` says whether that is right.

Left out: how often a trained judge is right (`evaluation/`).
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from minidalle.world import KINDS, SECTIONS, WORLD, Scene, caption, render, sample_scene
from minidalle.world.facts import facts_of
from minidalle.world.stream import Stream

BLOCKS = "the blocks world"
SIDE, WIDE, GAP, MARGIN, COLUMNS = 128, 152, 14, 24, 8
INK, PALE = "#111111", "#777777"
PIXELS = (64, 128)


@dataclass(frozen=True)
class Example:
    """One picture of a sheet: a scene, what is said of it, and the numbers that draw it again."""

    section: str
    kind: str
    split: str
    index: int
    scene: Scene
    text: str


def examples(seed: int = 0, each: int = 2) -> list[Example]:
    """`each` examples of every kind, of training's scenes where there are some, section by section."""
    kinds = [(BLOCKS, name, "train") for name in KINDS]
    for section in SECTIONS:
        mine = [kind for kind in WORLD.values() if kind.section == section]
        kinds += [(section, kind.name, "heldout" if kind.never_shown else "train") for kind in mine]
    found = []
    for section, kind, split in kinds:
        told: list[set[tuple[str, str]]] = []
        for index in range(each * 20):  # not twice the same facts where a kind has others
            scene = sample_scene(seed, index, split, kind)
            facts = set(facts_of(scene).items())
            if any(2 * len(facts & other) >= len(facts) for other in told) and index < each * 19:
                continue
            told.append(facts)
            found.append(Example(section, kind, split, index, scene, caption(scene, seed, index)))
            if len(told) == each:
                break
    return found


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """The text in lines of at most `width` pixels."""
    for letters in range(len(text), 4, -1):
        lines = textwrap.wrap(text, letters)
        if all(font.getlength(line) <= width for line in lines):
            return lines
    return [text]


def _picture(scene: Scene, size: int) -> Image.Image:
    """A picture of `size` pixels, each of them enlarged to a square where there is room, in a thin frame."""
    image = Image.fromarray(render(scene, size))
    times = max(SIDE // size, 1)
    image = image.resize((size * times, size * times), Image.Resampling.NEAREST)
    framed = Image.new("RGB", (image.width + 2, image.height + 2), PALE)
    framed.paste(image, (1, 1))
    return framed


def _rows(shown: Sequence[Example]) -> list[tuple[str, list[Example]]]:
    """Rows of at most `COLUMNS` examples, each with its section where a new one begins."""
    rows: list[tuple[str, list[Example]]] = []
    for example in shown:
        section = rows[-1][1][-1].section if rows else ""
        if not rows or len(rows[-1][1]) == COLUMNS or example.section != section:
            rows.append(("" if example.section == section else example.section, []))
        rows[-1][1].append(example)
    return rows


def draw_sheet(shown: Sequence[Example], size: int) -> Image.Image:
    """All examples with headings, the name of their kind above and their caption below them."""
    heading, small = _font(22), _font(13)
    width = 2 * MARGIN + COLUMNS * WIDE + (COLUMNS - 1) * GAP
    plan, y = [], MARGIN
    for section, row in _rows(shown):
        captions = [_wrapped(example.text, small, WIDE) for example in row]
        top = y + (44 if section else 0)
        plan.append((section, y, top, row, captions))
        y = top + 20 + SIDE + 6 + 17 * max(map(len, captions)) + 16
    sheet = Image.new("RGB", (width, y + MARGIN), "white")
    pen = ImageDraw.Draw(sheet)
    for section, start, top, row, captions in plan:
        if section:
            pen.text((MARGIN, start + 6), section, fill=INK, font=heading)
        for k, (example, lines) in enumerate(zip(row, captions, strict=True)):
            x = MARGIN + k * (WIDE + GAP)
            pen.text((x, top), example.kind, fill=PALE, font=small)
            sheet.paste(_picture(example.scene, size), (x, top + 20))
            for n, line in enumerate(lines):
                pen.text((x, top + 26 + SIDE + 17 * n), line, fill=INK, font=small)
    return sheet


def draw_numbered(shown: Sequence[Example], size: int) -> Image.Image:
    """All examples with numbers from 1 and nothing else."""
    font = _font(18)
    high = SIDE + 24 + GAP
    rows = -(-len(shown) // COLUMNS)
    sheet = Image.new("RGB", (2 * MARGIN + COLUMNS * (WIDE + GAP) - GAP, 2 * MARGIN + rows * high), "white")
    pen = ImageDraw.Draw(sheet)
    for k, example in enumerate(shown):
        x, y = MARGIN + k % COLUMNS * (WIDE + GAP), MARGIN + k // COLUMNS * high
        pen.text((x, y), str(k + 1), fill=INK, font=font)
        sheet.paste(_picture(example.scene, size), (x, y + 24))
    return sheet


def key(shown: Sequence[Example], seed: int) -> dict[str, dict]:
    """What the numbered pictures are: number -> kind, caption, facts, and what draws them again."""
    return {
        str(k): {
            "kind": example.kind,
            "caption": example.text,
            "facts": dict(example.scene.facts),
            "seed": seed,
            "index": example.index,
            "split": example.split,
        }
        for k, example in enumerate(shown, start=1)
    }


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the `world` command to a command line."""
    parser = subparsers.add_parser("world", help="sheets of every kind of picture of the world")
    inner = parser.add_subparsers(metavar="SHEET", required=True)
    for name, run, said in (
        ("sheet", run_sheet, "two examples of every kind with their captions"),
        ("names", run_names, "the same pictures numbered and without captions, and a key, for a blind test"),
    ):
        one = inner.add_parser(name, help=said, description=said)
        one.add_argument("--out", type=Path, required=True, help="folder for the sheets; made if need be")
        one.add_argument(
            "--size", type=int, nargs="+", default=list(PIXELS), help="pixels a side (default: 64 128)"
        )
        one.add_argument("--seed", type=int, default=0, help="of the scenes (default: 0)")
        one.set_defaults(run=run)


def _check(args: argparse.Namespace) -> bool:
    """Make the folder; whether every size fits a sheet."""
    args.out.mkdir(parents=True, exist_ok=True)
    if wrong := [size for size in args.size if not 8 <= size <= SIDE]:
        sys.stderr.write(f"minidalle world: --size is {wrong[0]}; choose 8 to {SIDE}\n")
    return not wrong


def run_sheet(args: argparse.Namespace) -> int:
    """Write sheet-64.png and so on; returns the exit code."""
    if not _check(args):
        return 2
    shown = examples(args.seed)
    for size in args.size:
        path = args.out / f"sheet-{size}.png"
        draw_sheet(shown, size).save(path)
        sys.stdout.write(f"{path}: {len(shown)} pictures\n")
    return 0


def run_names(args: argparse.Namespace) -> int:
    """Write names-64.png and so on, and key.json; returns the exit code."""
    if not _check(args):
        return 2
    shown = examples(args.seed)
    shown = Stream("names", args.seed).pick_several(shown, len(shown))
    for size in args.size:
        path = args.out / f"names-{size}.png"
        draw_numbered(shown, size).save(path)
        sys.stdout.write(f"{path}: {len(shown)} pictures\n")
    (args.out / "key.json").write_text(json.dumps(key(shown, args.seed), indent=1) + "\n", encoding="utf-8")
    return 0
