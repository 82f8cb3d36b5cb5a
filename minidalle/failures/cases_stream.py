"""Mistakes of the stream and its transformer: a mask that leaks, overlapping vocabularies, 16 bits without scales."""

from collections.abc import Callable

import torch
from torch import Tensor

from minidalle.attention import PatternTables
from minidalle.dalle import DALLE, DALLEConfig
from minidalle.failures.found import SHOWN, Found
from minidalle.failures.small import (
    HELD_BACK,
    Trained,
    dalle_config,
    data,
    good_dvae,
    held_back_loss,
    train_dalle,
)
from minidalle.sampling import sample
from minidalle.training.gradient_scales import GradientScales, ScaledBlocks, transformer_branches


class LeakyTables(PatternTables):
    """The mistake: every query sees one slot further, `keys <= queries + 1`."""

    def dense(self, pattern: str, device: torch.device) -> Tensor:
        """The mask with the next slot in sight."""
        mask = super().dense(pattern, device)
        return mask | torch.eye(len(mask), dtype=torch.bool, device=device).roll(1, dims=1).triu(1)


def leak(steps: int) -> Found:
    """A mask that is off by one shows every token its own answer."""
    runs, drawn = {}, {}
    for name in ("leaky", "causal"):
        torch.manual_seed(0)
        model = DALLE(dalle_config())
        if name == "leaky":
            model.transformer.tables = LeakyTables(model.layout)
        runs[name] = train_dalle(model, steps)
        drawn[name] = samples(model)
    ends = [run.curves["loss"][1][-1] for run in runs.values()]
    return Found(
        {name: run.curves["loss"] for name, run in runs.items()},
        "updates",
        "training loss, nats",
        f"The loss falls to {ends[0]:.2f} (causal: {ends[1]:.2f}), and what is drawn is noise: nothing was predicted.",
        drawn,
    )


def samples(model: DALLE) -> Tensor:
    """Pictures of the first held-back captions."""
    tokens = sample(model.eval(), data().captions[-HELD_BACK:][:SHOWN], seed=0)
    with torch.no_grad():
        return good_dvae().decode(tokens)


class Overlapping(DALLEConfig):
    """The mistake: picture codes begin at 0, where the words are."""

    @property
    def image_offset(self) -> int:
        """Id of picture code 0, which is also a word's."""
        return 0

    @property
    def vocab(self) -> int:
        """As many embeddings as there would be without the mistake."""
        return self.start_of_image + 1 + self.image_vocab


def overlap(steps: int) -> Found:
    """Words and codes share embeddings: "red" is also some patch of a floor."""

    def look(run: Trained, step: int) -> None:
        run.note("held back", step, held_back_loss(run.model))

    right, runs, drawn = dalle_config(), {}, {}
    wrong = Overlapping(**{name: getattr(right, name) for name in right.__dataclass_fields__})
    for name, config in {"overlapping": wrong, "apart": right}.items():
        torch.manual_seed(0)
        model = DALLE(config)
        runs[name] = train_dalle(model, steps, look=look)
        drawn[name] = samples(model)
    ends = [run.curves["held back"][1][-1] for run in runs.values()]
    worse = 100 * (ends[0] / ends[1] - 1)
    said = f"worse by {worse:.0f} %" if worse > 2 else "no worse here"
    return Found(
        {name: run.curves["held back"] for name, run in runs.items()},
        "updates",
        "held-back picture loss, nats",
        f"{ends[0]:.3f} against {ends[1]:.3f} nats, {said}: positions still tell words from codes, so no curve gives "
        "it away, and only a test finds it.",
        drawn,
    )


REPLICAS = 4096


def half(steps: int) -> Found:
    """Gradients in float16, of a loss that many replicas share: most of them are too small, and round to 0."""
    runs = {}
    for name, start in {"unscaled": 0, "a scale a block": 13_000}.items():
        torch.manual_seed(0)
        model = DALLE(dalle_config())
        scales = GradientScales(2 * model.config.depth)
        scales.thousandths = [start] * len(scales)
        with half_blocks(model):  # before the scales: what comes back is scaled first, and then rounded
            scaled = ScaledBlocks(transformer_branches(model.transformer), scales)
            runs[name] = train_dalle(model, steps, *shared_by_replicas(scaled, model))
    lost = [sum(values) / len(values) for _, values in (run.curves["lost"] for run in runs.values())]
    ends = [run.curves["held back"][1][-1] for run in runs.values()]
    return Found(
        {name: run.curves["held back"] for name, run in runs.items()},
        "updates",
        "held-back picture loss, nats",
        f"On average {lost[0]:.0f} % of the blocks' gradients are exactly 0, and {lost[1]:.0f} % with a scale for each "
        f"block; the loss ends at {ends[0]:.2f} and {ends[1]:.2f}.",
    )


def shared_by_replicas(scaled: ScaledBlocks, model: DALLE) -> tuple[Callable[[Tensor], bool], Callable]:
    """What `train_dalle` calls to go backwards, and to look: a replica's share of the gradients, added up by all."""

    def backward(loss: Tensor) -> bool:
        (loss / REPLICAS).backward()
        finite = all(scaled.unscale())
        for parameter in model.parameters():
            parameter.grad.mul_(REPLICAS)
        return finite

    def look(run: Trained, step: int) -> None:
        values = torch.cat(
            [p.grad.flatten() for b in scaled.branches for p in b.parameters if p.grad is not None]
        )
        run.note("lost", step, 100 * (values == 0).float().mean())
        run.note("held back", step, held_back_loss(run.model))

    return backward, look


class half_blocks:
    """While it is entered, what residual blocks give is float16, so that their gradients are, too."""

    def __init__(self, model: DALLE) -> None:
        self.layers = [
            layer for block in model.transformer.blocks for layer in (block.attention.out, block.mlp[2])
        ]
        self.handles: list = []

    def __enter__(self) -> None:
        self.handles = [
            layer.register_forward_hook(lambda module, given, out: out.half()) for layer in self.layers
        ]

    def __exit__(self, *of: object) -> None:
        for handle in self.handles:
            handle.remove()
