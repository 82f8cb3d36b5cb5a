"""The loss curves of a training folder in one picture, readable from the back of a lecture room.

Thick lines, large letters, colours that colour-blind people can tell apart (Okabe and Ito), and a different
dash for each line, for printers. Thin lines are single log entries, thick ones their running mean, which forgets
slowly. Left out: everything but the picture; the numbers are in the logs.
"""

from pathlib import Path
from typing import Any

import numpy as np

from minidalle.training.logs import read_log
from minidalle.training.loop import TrainingError

PANELS: dict[str, list[tuple[str, dict[str, str]]]] = {
    "dvae": [
        ("reconstruction error", {"reconstruction": "reconstruction"}),
        ("KL, nats per position", {"kl": "KL to uniform"}),
        ("PSNR, dB, held back", {"psnr": "whole picture", "foreground_psnr": "objects only"}),
        ("codes, held back", {"codes_used": "codes used", "foreground_perplexity": "perplexity on objects"}),
    ],
    "dalle": [
        ("image loss, nats per token", {"image_loss": "training", "validation_image_loss": "held back"}),
        ("text loss, nats per token", {"text_loss": "training", "validation_text_loss": "held back"}),
        ("likelihood test, seen", {"color_seen": "colour", "shape_seen": "shape"}),
        ("likelihood test, held out", {"color_held_out": "colour", "shape_held_out": "shape"}),
    ],
    "clip": [
        ("contrastive loss, nats", {"loss": "training"}),
        (
            "retrieval among at most 128",
            {"image_to_text": "picture to caption", "text_to_image": "caption to picture"},
        ),
        ("told apart, seen", {"color_seen": "colour", "shape_seen": "shape"}),
        ("told apart, held out", {"color_held_out": "colour", "shape_held_out": "shape"}),
    ],
    "judge": [
        ("loss, all parts", {"loss": "training"}),
        ("loss, where things are", {"presence": "is there one", "position": "its place"}),
        ("things read rightly", {"shapes": "all shapes", "colors": "all colours", "count": "how many"}),
        ("scenes read rightly", {"binding": "colour and shape", "relation": "relation", "all": "everything"}),
    ],
}
SHARES = ("color", "shape", "image_to_text", "text_to_image", "count", "binding", "relation", "all")
"""How the names of shares begin: their panels run from 0 to 1."""

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
DASHES = ("-", "--", "-.", ":")
SMOOTH = 12  # log lines that the running mean looks back, about


def draw_curves(out: Path, path: Path | None = None) -> Path:
    """Draw what was trained in `out`, one row a task, into `path` (default: OUT/curves.png); returns the path.

    Raises TrainingError where there is no log to draw, no matplotlib to draw with, or a path of another kind than PNG.
    """
    path = path or out / "curves.png"
    if path.suffix.lower() != ".png":
        raise TrainingError(f"{path} is no place for curves: they are saved as PNG, so end the name in .png")
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise TrainingError(
            "curves are drawn with matplotlib, which is not installed: pip install matplotlib"
        ) from None
    logs = {task: out / task / "log.jsonl" for task in PANELS}
    lines = {task: read_log(log) for task, log in logs.items() if log.is_file()}
    lines = {task: entries for task, entries in lines.items() if any("loss" in entry for entry in entries)}
    if not lines:
        raise TrainingError(f"there is no training log in {out}: train something first")
    figure = Figure(figsize=(22, 5.2 * len(lines)), layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(len(lines), 4, squeeze=False)
    for row, (task, entries) in zip(rows, lines.items(), strict=True):
        for axes, (title, names) in zip(row, PANELS[task], strict=True):
            _panel(axes, f"{task}: {title}", names, entries)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80)
    return path


def series(entries: list[dict[str, Any]], name: str) -> tuple[np.ndarray, np.ndarray]:
    """The steps and values of one number in a log; entries without it, or not finite, are passed over."""
    points = [(entry["step"], entry[name]) for entry in entries if isinstance(entry.get(name), int | float)]
    steps, values = np.array(points, dtype=float).reshape(-1, 2).T
    return steps, values


def running_mean(values: np.ndarray, width: int = SMOOTH) -> np.ndarray:
    """The mean of each value and all before it, a value `n` lines back weighing (1 - 1 / width) ** n.

    Unlike the mean of the last `width` ones, it has no kink where the first values drop out.
    """
    keep, total, weight = 1 - 1 / width, 0.0, 0.0
    means = np.empty(len(values))
    for place, value in enumerate(values):
        total, weight = keep * total + value, keep * weight + 1
        means[place] = total / weight
    return means


def _panel(axes: Any, title: str, names: dict[str, str], entries: list[dict[str, Any]]) -> None:
    for place, (name, label) in enumerate(names.items()):
        steps, values = series(entries, name)
        if not len(values):
            continue
        looks = len(values) < 4 * SMOOTH  # evaluations are few, and no noise to average away
        axes.plot(steps, values if looks else running_mean(values), DASHES[place], color=COLORS[place], lw=3,
                  marker="o" if looks else None, ms=7, label=label)  # fmt: skip
        if not looks:
            axes.plot(steps, values, color=COLORS[place], lw=0.8, alpha=0.3)
    axes.set_title(title, fontsize=17)
    axes.set_xlabel("updates", fontsize=15)
    axes.tick_params(labelsize=14)
    axes.grid(alpha=0.3)
    if all(name.startswith(SHARES) for name in names):
        axes.set_ylim(-0.03, 1.03)
    if axes.lines:
        axes.legend(fontsize=14)
