"""How the goals of a model were approached while its transformer was trained: a curve for each, against minutes.

    python -m tools.over_time RUN/early RUN/later ... --out data/results/small [--begun MODEL]

Each argument is a model folder that `minidalle pack` made of one checkpoint of the same run. Where that run went on
from a packed model (`minidalle unpack`), --begun names it: it is the first point, and its minutes count for the others
too. Asked is what the goals of `minidalle.evaluation.goals` ask of pictures drawn from a caption alone: held-out
captions, one picture each at temperature 1, nothing chosen. Writes over-time.json and over-time.png, and with --into a
table between the marks <!-- over time --> and <!-- /over time --> of a Markdown file.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure
from tqdm.auto import tqdm

from minidalle import show
from minidalle.checkpoints import LoadedModel, load_model
from minidalle.evaluation.asking import HELD_OUT, ask
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.goals import GOALS, Goal
from minidalle.evaluation.report import write_between
from minidalle.evaluation.sections import Batch, Effort, draw_all, fits, read, shares
from minidalle.pipeline_find import find_model
from minidalle.world.judging import load_reader
from minidalle.world.reader import Reader

COLUMNS = 4
MARK = "over time"


def asked_of(name: str) -> list[Goal]:
    """The goals of a model that are asked by a caption alone."""
    return [goal for goal in GOALS[name] if goal.where[0] == "kinds"]


@torch.no_grad()
def reached(model: LoadedModel, reader: Reader, wanted: list[Goal], count: int) -> dict[str, Any]:
    """The minutes that a model's transformer was trained for, and the share that it reaches of each goal."""
    kinds = dict.fromkeys(goal.where[1] for goal in wanted)
    some = [
        Batch(kind, HELD_OUT, ask(kind, HELD_OUT, count, fits=fits(model)), Effort(count)) for kind in kinds
    ]
    tokens = draw_all(Drawer(model), some, lambda *done: None)
    found = {}
    for batch, ids in zip(some, tokens, strict=True):
        found[batch.kind] = shares(batch.asked, read(reader, model.dvae.decode(ids), batch.kind))
    about = model.config["about"]["dalle"]
    figures = {goal.label: found[goal.where[1]][goal.where[3]] for goal in wanted}
    return {"minutes": round(about["seconds"] / 60, 1), "updates": about["step"], "goals": figures}


def later(first: dict[str, Any], moment: dict[str, Any]) -> dict[str, Any]:
    """A moment of a run that went on from the first, counted from where that one began."""
    total = {name: round(first[name] + moment[name], 1) for name in ("minutes", "updates")}
    return moment | total


def table(moments: list[dict[str, Any]], wanted: list[Goal]) -> str:
    """A line for each goal, a column for each moment, in percent."""
    minutes = " | ".join(f"{moment['minutes']:.0f} min" for moment in moments)
    lines = [f"| held out | goal | {minutes} |", "|---|---:" + "|---:" * len(moments) + "|"]
    for goal in wanted:
        shares = (100 * moment["goals"][goal.label]["share"] for moment in moments)
        cells = " | ".join(f"{share:.0f}" for share in shares)
        lines.append(f"| {goal.label} | ≥ {100 * goal.share:.0f} | {cells} |")
    return "\n".join(lines)


def paint(moments: list[dict[str, Any]], wanted: list[Goal], canvas: Figure) -> None:
    """A panel for each goal: the goal dashed, what was reached with its interval."""
    rows = -(-len(wanted) // COLUMNS)
    panels = canvas.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).flat
    minutes = [moment["minutes"] for moment in moments]
    for axes, goal in zip(panels, wanted, strict=False):
        entries = [moment["goals"][goal.label] for moment in moments]
        share, low, high = ([100 * entry[name] for entry in entries] for name in ("share", "low", "high"))
        axes.fill_between(minutes, low, high, alpha=0.25, linewidth=0)
        axes.plot(minutes, share, "o-")
        axes.axhline(100 * goal.share, linestyle="--", color="0.4")
        axes.set_title(goal.label.replace(": ", ":\n").replace(", within", ",\nwithin"), fontsize=11)
        axes.set_ylim(0, 103)
    for axes in list(panels)[len(wanted) :]:
        axes.axis("off")
    canvas.supxlabel("minutes of training of the transformer, two processor cores")
    canvas.supylabel("right in one picture, %")


def main() -> None:
    """Measure each model, then write the curves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", help="model folders of one run, packed at several moments")
    parser.add_argument("--out", type=Path, required=True, help="folder for over-time.json and over-time.png")
    parser.add_argument("--begun", type=Path, help="the model folder that the run went on from")
    parser.add_argument("--into", type=Path, help="the Markdown file that the table is written into")
    parser.add_argument("--goals", default="small", choices=GOALS, help="whose goals (default: small)")
    parser.add_argument("-n", "--n", type=int, default=100, help="captions of each kind (default: 100)")
    args = parser.parse_args()
    if args.into:
        write_between(args.into, MARK, None)
    reader, wanted = load_reader(find_model("reader")), asked_of(args.goals)
    moments = [
        reached(load_model(Path(folder)), reader, wanted, args.n)
        for folder in tqdm(args.models, unit="model")
    ]
    if args.begun:
        first = reached(load_model(args.begun), reader, wanted, args.n)
        moments = [first, *(later(first, moment) for moment in moments)]
    moments.sort(key=lambda moment: moment["minutes"])
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "over-time.json").write_text(json.dumps(moments, indent=1) + "\n", encoding="utf-8")
    last = ", ".join(f"{label} {100 * entry['share']:.0f}" for label, entry in moments[-1]["goals"].items())
    alt = "What is right in one picture of a held-out caption, against minutes of training; "
    alt += f"at the end, in percent: {last}."
    show.figure(lambda canvas: paint(moments, wanted, canvas), alt, 12, 6.4).save(args.out / "over-time.png")
    if args.into:
        write_between(args.into, MARK, table(moments, wanted))
    print(alt)


if __name__ == "__main__":
    main()
