"""Six mistakes that train on quietly, and what gives each away.

Every case is a pair of runs from the same seed: with the mistake, and with the cure. Left out: how they are drawn
(`sheet.py`).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from minidalle.attention import PatternTables
from minidalle.dalle import DALLE, DALLEConfig
from minidalle.dvae import DiscreteVAE, codebook_perplexity, psnr
from minidalle.failures.small import (
    CODES,
    DVAE,
    EVERY,
    HELD_BACK,
    Trained,
    dalle_config,
    data,
    good_dvae,
    held_back_loss,
    train_dalle,
    train_dvae,
)
from minidalle.relaxation import gumbel_softmax, kl_to_uniform
from minidalle.sampling import sample
from minidalle.training.gradient_scales import GradientScales, ScaledBlocks, transformer_branches

SHOWN = 6


@dataclass(frozen=True)
class Found:
    """What a case shows. curves: label -> (x, y), those of the mistake first, then those of the cure. x, y: what the
    axes say. pictures: label -> images [SHOWN, 3, height, width], for the cases that have any. verdict: a sentence with
    the figures."""

    curves: dict[str, tuple[Sequence[float], Sequence[float]]]
    x: str
    y: str
    verdict: str
    pictures: dict[str, Tensor] = field(default_factory=dict)
    log_x: bool = False


@dataclass(frozen=True)
class Failure:
    """A mistake: its name, the line that makes it, the line that cures it, and the runs."""

    name: str
    mistake: str
    cure: str
    run: Callable[[int], Found]


def held_back() -> Tensor:
    """The pictures that no run trained on."""
    return data().images[-HELD_BACK:]


def collapse(steps: int) -> Found:
    """The dVAE as released, on a schedule ten thousand times shorter than the paper's."""

    def look(run: Trained, step: int) -> None:
        ids = run.model.encode(held_back())
        run.note("codes", step, codebook_perplexity(ids, CODES))

    naive = replace(DVAE, standardise_logits=False, residual_scale=None)
    bad, good = (train_dvae(config, steps, look=look) for config in (naive, DVAE))
    ends = [run.curves["codes"][1][-1] for run in (bad, good)]
    return Found(
        {"as released": bad.curves["codes"], "standardised": good.curves["codes"]},
        "updates",
        "codes in effective use",
        f"{ends[0]:.1f} of {CODES} codes do all the work, and {ends[1]:.1f} with standardised logits.",
        painted({"as released": bad.model, "standardised": good.model}),
    )


def painted(models: dict[str, DiscreteVAE]) -> dict[str, Tensor]:
    """Held-back pictures, and what each dVAE makes of them."""
    shown = held_back()[:SHOWN]
    with torch.no_grad():
        return {"pictures": shown} | {name: model.eval().reconstruct(shown) for name, model in models.items()}


def hot(steps: int) -> Found:
    """A relaxation that is never cooled: the decoder learns to paint mixtures, and is given single codes."""

    runs = {}
    for name, end in {"hot": 1.0, "cooled": 0.125}.items():

        def look(run: Trained, step: int, end: float = end) -> None:
            real = held_back()
            run.note("codes", step, psnr(run.model.reconstruct(real), real))
            run.note("mixtures", step, psnr(mixed(run.model, real, end), real))

        runs[name] = train_dvae(DVAE, steps, temperature_end=end, look=look)
    gaps = [run.curves["mixtures"][1][-1] - run.curves["codes"][1][-1] for run in runs.values()]
    with torch.no_grad():
        shown = held_back()[:SHOWN]
        mixtures = {"hot: its mixtures": mixed(runs["hot"].model, shown, 1.0)}
    return Found(
        {
            "hot: mixtures": runs["hot"].curves["mixtures"],
            "hot: codes": runs["hot"].curves["codes"],
            "cooled: mixtures": runs["cooled"].curves["mixtures"],
            "cooled: codes": runs["cooled"].curves["codes"],
        },
        "updates",
        "PSNR, dB",
        f"Never cooled, codes paint {gaps[0]:.1f} dB worse than mixtures; cooled, {gaps[1]:.1f} dB.",
        mixtures | painted({"hot: its codes": runs["hot"].model, "cooled: its codes": runs["cooled"].model}),
    )


def mixed(model: DiscreteVAE, images: Tensor, temperature: float) -> Tensor:
    """What the decoder makes of a relaxed sample, as in training."""
    noise = torch.Generator().manual_seed(0)
    sampled = gumbel_softmax(model.logits(images), temperature, dim=1, generator=noise)
    return model.images_from(model.decode_soft(sampled))


def wrong_axis_kl(logits: Tensor) -> Tensor:
    """The mistake: the softmax runs over the batch (dim=0) in the place of the codes (dim=1)."""
    log_posterior = logits.log_softmax(0)
    return math.log(logits.shape[1]) + (log_posterior.exp() * log_posterior).sum(1)


def wrong_axis(steps: int) -> Found:
    """No run is needed: the same pictures in batches of several sizes."""
    with torch.no_grad():
        logits = good_dvae().logits(held_back())
        sizes = [1, 2, 4, 8, 16, 32, HELD_BACK]
        wrong = [wrong_axis_kl(logits[:size]).mean().item() for size in sizes]
        right = [kl_to_uniform(logits[:size]).mean().item() for size in sizes]
    return Found(
        {"over the batch": (sizes, wrong), "over the codes": (sizes, right)},
        "pictures in the batch",
        "KL, nats a position",
        f"A KL is never negative, and knows no batch: this one goes from {wrong[0]:.1f} to {wrong[-1]:.1f}; over the "
        f"codes it stays between {min(right):.1f} and {max(right):.1f}.",
        log_x=True,
    )


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
        scaled = ScaledBlocks(transformer_branches(model.transformer), scales)

        def backward(loss: Tensor, scaled: ScaledBlocks = scaled, model: DALLE = model) -> bool:
            (loss / REPLICAS).backward()
            finite = all(scaled.unscale())
            for parameter in model.parameters():  # what all replicas add up to
                parameter.grad.mul_(REPLICAS)
            return finite

        def look(run: Trained, step: int, scaled: ScaledBlocks = scaled) -> None:
            values = torch.cat(
                [p.grad.flatten() for b in scaled.branches for p in b.parameters if p.grad is not None]
            )
            run.note("lost", step, 100 * (values == 0).float().mean())
            run.note("held back", step, held_back_loss(run.model))

        with half_blocks(model):
            runs[name] = train_dalle(model, steps, backward, look)
    lost = [run.curves["lost"][1][-1] for run in runs.values()]
    ends = [run.curves["held back"][1][-1] for run in runs.values()]
    return Found(
        {name: run.curves["held back"] for name, run in runs.items()},
        "updates",
        "held-back picture loss, nats",
        f"Of the blocks' gradients {lost[0]:.0f} % are exactly 0, and {lost[1]:.0f} % with a scale of its own for each "
        f"block; the loss ends at {ends[0]:.2f} and {ends[1]:.2f}.",
    )


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


FAILURES: tuple[Failure, ...] = (
    Failure(
        "codebook collapse",
        "standardise_logits=False, residual_scale=None",
        "standardise_logits=True",
        collapse,
    ),
    Failure("hot temperature", "temperature_end=1", "temperature_end=1/8", hot),
    Failure("KL over the wrong axis", "logits.log_softmax(dim=0)", "logits.log_softmax(dim=1)", wrong_axis),
    Failure("a mask that leaks", "keys <= queries + 1", "keys <= queries", leak),
    Failure("overlapping vocabularies", "image_offset = 0", "image_offset = words + padding + 1", overlap),
    Failure("16 bits without scales", "scale = 1", "scale = 2**13 for each block", half),
)
STEPS = {"codebook collapse": 300, "hot temperature": 300, "a mask that leaks": 300, "overlapping vocabularies": 300,
         "16 bits without scales": 200, "KL over the wrong axis": EVERY}  # fmt: skip
"""Updates of each run."""
