"""What the 12-billion transformer would cost on today's graphics cards: memory, traffic and hours, by formula.

Small cases of every formula are measured in tests/test_costs.py: bytes of a real run's tensors, in one process and in
shards; bytes that two processes exchange. The cards' figures are those of their makers' data sheets (dense bf16 without
sparsity; links in one direction).

Left out: what the formulas cannot know, such as a faulty card on day 12. `SHARE`, the part of a card's peak that a run
keeps up, is an assumption, and said so in the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from minidalle.dalle import DALLE
from minidalle.dalle_flops import training_flops
from minidalle.presets import Preset

FLOAT, HALF = 4, 2
"""Bytes of a number in float32, in which weights, gradients, moments and averages are kept, and in bfloat16."""

MACHINE = 8
"""Cards in one machine."""

USABLE = 0.9
"""The part of a card's memory that a run can fill."""

HEAD = "| cards | kept, GB each | activations, GB each | fits | computing, s an update | sending, s an update | hours |"

SHARE = 0.4
"""The assumed share of the peak: what well-made programs reach with models of this size."""


@dataclass(frozen=True)
class Card:
    """A graphics card. memory: bytes. flops: dense bf16 operations a second. link: bytes a second to a neighbour of the
    same machine, in one direction; wire: to another machine."""

    name: str
    memory: float
    flops: float
    link: float
    wire: float


CARDS = (
    Card("A100 80 GB", 80e9, 312e12, 300e9, 25e9),
    Card("H100 80 GB", 80e9, 989e12, 450e9, 50e9),
    Card("H200 141 GB", 141e9, 989e12, 450e9, 50e9),
    Card("B200 180 GB", 180e9, 2250e12, 900e9, 50e9),
)


def kept_bytes(parameters: int, processes: int, sharded: bool) -> float:
    """Bytes in each process that stay between updates: weights, their gradients, two moments, and the average. Shares
    of a tensor are rounded up, which is not counted."""
    kept = 5 * FLOAT * parameters
    return kept / processes if sharded else kept


def activation_bytes(width: int, depth: int, slots: int, pictures: int) -> float:
    """Bytes of what a forward pass keeps for the backward one, where blocks recompute the rest (section 2.4): each
    block's input, in bfloat16; and within one block, while it works, 34 bytes for each of its numbers (Korthikanti et
    al., arXiv 2205.05198, without attention's table, which fused kernels never write; two of them are the masks of
    dropout)."""
    one = HALF * width * slots * pictures
    return one * depth + 17 * one


def exchanged_bytes(parameters: int, processes: int, sharded: bool, saved: float = 0.0) -> float:
    """Bytes that each process sends in an update, by the ring that all of them form.

    Replicas average gradients: everything goes round twice. Shards are gathered forwards and again backwards, in
    bfloat16, and the gradients' sums, in float32, go back to where they belong. saved: the share that PowerSGD leaves
    out, of replicas' gradients.
    """
    round_trip = (processes - 1) / processes
    if sharded:
        return round_trip * (2 * HALF + FLOAT) * parameters
    return round_trip * 2 * FLOAT * parameters * (1 - saved)


def hours(flops: float, pictures: float, cards: int, peak: float, share: float = SHARE) -> float:
    """Hours of computing for so many pictures at `flops` operations each, a third more for recomputed activations."""
    return flops * 4 / 3 * pictures / (cards * peak * share) / 3600


def sending_seconds(sent: float, cards: int, card: Card) -> float:
    """Seconds an update for what each card sends: within one machine of 8 by its links, else at the pace of the wires
    between machines, which a ring over all cards passes."""
    return sent / (card.link if cards <= MACHINE else card.wire)


def row(model: DALLE, card: Card, count: int, pictures: int, updates: int) -> list[str]:
    """The cells of one line of the table: so many cards of a kind, with batches of `pictures`."""
    config, flops = model.config, training_flops(model)
    kept = kept_bytes(model.num_parameters(), count, sharded=True)
    held = activation_bytes(config.width, config.depth, model.layout.length, pictures // count)
    sending = sending_seconds(exchanged_bytes(model.num_parameters(), count, sharded=True), count, card)
    computing = hours(flops, pictures, count, card.flops) * 3600
    fits = (
        "yes" if kept + held < USABLE * card.memory else "in parts" if kept < USABLE * card.memory else "no"
    )
    seconds = max(sending, computing)
    numbers = [f"{kept / 1e9:.1f}", f"{held / 1e9:.1f}", fits, f"{computing:.1f}", f"{sending:.1f}"]
    return [f"{count} x {card.name}", *numbers, f"{seconds * updates / 3600:,.0f}"]


def table(preset: Preset, counts: Sequence[int] = (8, 64, 512)) -> str:
    """The costs of a preset's transformer in Markdown, for each card and some numbers of them."""
    with torch.device("meta"):
        model = DALLE(preset.dalle)
    training, flops = preset.training["dalle"], training_flops(model)
    pictures = training.batch_size * training.steps
    lines = [HEAD, "|---|" + "---|" * HEAD.count(" | ")]
    for card in CARDS:
        for count in counts:
            lines.append(f"| {' | '.join(row(model, card, count, training.batch_size, training.steps))} |")
    alone = kept_bytes(model.num_parameters(), 1, sharded=False)
    said = (
        f"{model.num_parameters() / 1e9:.2f} billion parameters, {training.steps:,} updates of {training.batch_size:,} "
        f"pictures, {flops / 1e12:.1f} trillion operations a picture: {flops * pictures:.2e} in all. Parameters in "
        f"shards over all cards (`--engine fsdp`), activations recomputed, {SHARE:.0%} of the peak assumed. Kept as "
        f"whole replicas they would take {alone / 1e9:,.0f} GB a card, which none has. Sending hides behind computing "
        "as far as it is the shorter of the two: where it is the longer, the wires set the pace, and that is why the "
        'paper shards within a machine only and sends gradients between machines as thin factors. "In parts": a share '
        "of the batch fits in several passes."
    )
    return f"{said}\n\n" + "\n".join(lines)
