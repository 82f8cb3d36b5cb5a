"""Training steps of the transformer: forwards, backwards and the optimiser, on random captions and codes.

Ours as `training/loop.py` makes them: its optimiser, its clipping, its autocast. Peers as their own examples do:
Adam, `clip_grad_norm_`, autocast around the forward pass. All have the same width, depth, heads and vocabularies; all
gradients are clipped to length 1. dalle-pytorch's gated feed-forward layers are half as large again as ours, so one of
our sides has its hidden layers widened to as many weights.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from comparison import peers
from comparison.drawing import AXIAL, SIZES, SMALL, captions_for
from comparison.rows import Goal, Row, importing
from comparison.timing import Side, peak_side, peaks_of, take_turns
from minidalle.dalle import DALLE, DALLEConfig
from minidalle.presets import TrainingConfig
from minidalle.training.optimiser import clip_gradients, make_optimiser

PRECISIONS = ("fp32", "bf16")
PEERS = {
    "dalle-pytorch, axial": AXIAL,
    "dalle-pytorch, full": ("full",),
    "dalle-pytorch, conv": ("conv_like",),
}


def autocast(precision: str) -> contextlib.AbstractContextManager:
    """bf16 products, or nothing."""
    return torch.autocast("cpu", torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()


def step_of(
    model: nn.Module, loss: Callable[[], torch.Tensor], precision: str, ours: bool
) -> Callable[[Any], None]:
    """One update, ready to be called."""
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimiser = make_optimiser(model, TrainingConfig()) if ours else torch.optim.Adam(weights, lr=1e-3)

    def step(_: Any) -> None:
        with autocast(precision):
            value = loss()
        value.backward()
        if ours:
            clip_gradients(weights, 1.0)
        else:
            nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)

    return step


def fused(products: int, first: int) -> Callable[..., int]:
    """How many operations so many products of fused attention are, from the shapes [batch, head, slot, dim] that begin
    at argument `first`: half of them where it is causal, since the kernel skips the blocks that are hidden."""

    def count(*given: Any, out_shape: Any = None, **options: Any) -> int:
        (batch, heads, queries, dim), (_, _, keys, _) = given[first : first + 2]
        causal = options.get("is_causal", any(option is True for option in given))
        return products * 2 * batch * heads * queries * keys * dim // (2 if causal else 1)

    return count


FUSED = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: fused(2, 0),
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: fused(5, 1),  # scores are made anew
}
"""The attention of a processor, which torch's counter passes over."""


def products(loss: Callable[[], torch.Tensor], model: nn.Module) -> float:
    """Operations that one forward and backward pass does in products of matrices, as torch counts them, and `FUSED`."""
    with FlopCounterMode(display=False, custom_mapping=FUSED) as counter:
        loss().backward()
    model.zero_grad(set_to_none=True)
    return float(counter.get_total_flops())


def side_of(
    name: str, model: nn.Module, loss: Callable, precision: str, batch: int, ours: bool, note: str = ""
) -> Side:
    """A side whose work is one update."""
    weights = sum(weight.numel() for weight in model.parameters() if weight.requires_grad) / 1e6
    told = f"batch {batch}, {weights:.1f}M weights" + (f"; {note}" if note else "")
    return Side(
        name,
        step_of(model.train(), loss, precision, ours),
        precision,
        ours,
        flops=products(loss, model),
        note=told,
    )


def our_side(name: str, config: DALLEConfig, precision: str, batch: int, note: str = "") -> Side:
    """Our model's update."""
    torch.manual_seed(0)
    model, text = DALLE(config), captions_for(config, batch)
    codes = torch.randint(0, config.image_vocab, (batch, config.layout.image_tokens))
    return side_of(name, model, lambda: model(text, codes).loss, precision, batch, True, note)


def their_side(row: Row, name: str, config: DALLEConfig, precision: str, batch: int) -> list[Side]:
    """dalle-pytorch's update with one of its kinds of attention, or nothing where it is not here."""

    def made() -> Side:
        model, text = peers.dalle_pytorch(config, PEERS[name]), captions_for(config, batch)
        codes = torch.randint(0, config.image_vocab, (batch, config.layout.image_tokens))
        return side_of(
            name, model, lambda: model(text, codes, return_loss=True), precision, batch, ours=False
        )

    side = importing(row, name, made)
    return [] if side is None else [side]


def general_side(row: Row, config: DALLEConfig, precision: str, batch: int) -> list[Side]:
    """x-transformers' update, or nothing where it is not here."""

    def made() -> Side:
        model = peers.x_transformer(config)
        ids = torch.randint(0, config.vocab, (batch, config.layout.length + 1))
        return side_of("x-transformers", model, lambda: model(ids), precision, batch, ours=False)

    side = importing(row, "x-transformers", made)
    return [] if side is None else [side]


def short_row(quick: bool) -> Row:
    """32 + 256 tokens, batch 8."""
    config, batch = (SMALL, 2) if quick else (SIZES, 8)
    row = Row("training-short", f"Training step, width 256, 6 layers, 32 + 256 tokens, batch {batch}")
    sides, peaks = [], [peak_side(precision) for precision in PRECISIONS]
    for precision in PRECISIONS:
        sides.append(our_side("minidalle", config, precision, batch, "the paper's row, column, row … conv"))
        dense = replace(config, patterns=("full",) * config.depth)
        sides.append(our_side("minidalle, full", dense, precision, batch))
        wide = replace(config, mlp_ratio=6)
        sides.append(
            our_side("minidalle, widened", wide, precision, batch, "as many weights as dalle-pytorch")
        )
        for name in PEERS:
            sides += their_side(row, name, config, precision, batch)
        sides += general_side(row, config, precision, batch)
    measure(row, sides, peaks, 2 if quick else 3)
    row.goals = [
        Goal("minidalle", "dalle-pytorch, axial", 1.6),
        Goal("minidalle, widened", "dalle-pytorch, axial", 1.6),
        Goal("minidalle", "dalle-pytorch, full", 2.3),
        Goal("minidalle, full", "dalle-pytorch, full", 2.3),
        Goal("minidalle", "dalle-pytorch, conv", 4.0),
        Goal("minidalle", "x-transformers", 1.0),
    ]
    row.notes += [*shares(row), quality(config, batch)]
    return row


def long_row(quick: bool) -> Row:
    """256 + 1024 tokens, the paper's stream."""
    config = SMALL if quick else replace(SIZES, text_length=256, grid=32)
    row = Row("training-long", "Training step, width 256, 6 layers, 256 + 1024 tokens")
    sides, peaks = [], [peak_side(precision) for precision in PRECISIONS]
    for precision in PRECISIONS:
        sides.append(our_side("minidalle", config, precision, 2, "the paper's row, column, row … conv"))
        dense = replace(config, patterns=("full",) * config.depth)
        sides.append(our_side("minidalle, all full", dense, precision, 2))
        sides.append(our_side("minidalle, alone", config, precision, 1))
        sides += their_side(row, "dalle-pytorch, axial", config, precision, 2)
        sides += their_side(row, "dalle-pytorch, full", config, precision, 1)
    measure(row, sides, peaks, 2 if quick else 3)
    row.goals = [
        Goal("minidalle", "dalle-pytorch, axial", 1.7),
        Goal("minidalle, alone", "dalle-pytorch, full", 5.0),
        Goal("minidalle", "minidalle, all full", 1.7),
    ]
    row.notes += shares(row)
    return row


def measure(row: Row, sides: list[Side], peaks: list[Side], rounds: int) -> None:
    """Take turns, and keep it."""
    row.missing |= take_turns([*sides, *peaks], rounds)
    row.peaks = peaks_of(peaks)
    row.add(sides)


def shares(row: Row) -> list[str]:
    """The goal for our share of the peak in fp32."""
    mine = [
        s for s in row.sides if s["name"] == "minidalle" and s["precision"] == "fp32" and "share_of_peak" in s
    ]
    return [f"Share of the fp32 peak in training: {s['share_of_peak']:.0%} (goal: 70 %)." for s in mine]


def quality(config: DALLEConfig, batch: int, updates: int = 12) -> str:
    """What bf16 costs: the loss of the same updates on the same batch in both precisions."""
    ends = {}
    for precision in PRECISIONS:
        torch.manual_seed(0)
        model, text = DALLE(config).train(), captions_for(config, batch)
        codes = torch.randint(0, config.image_vocab, (batch, config.layout.image_tokens))
        step = step_of(model, lambda m=model, t=text, c=codes: m(t, c).loss, precision, ours=True)
        for _ in range(updates):
            step(None)
        with torch.no_grad():
            ends[precision] = float(model(text, codes).loss)
    told = ", ".join(f"{loss:.4f} in {precision}" for precision, loss in ends.items())
    return f"bf16 for quality: the loss after {updates} updates on one batch is {told} (both judged in fp32)."
