"""The presets: `tiny`, `nano`, `small`, `base` and `paper`, number by number.

Left out: what the numbers mean (`preset.py`, `training.py`, and the models' own configurations).
"""

from typing import Any

from minidalle.clip import CLIPConfig
from minidalle.dalle import DALLEConfig
from minidalle.dvae import DVAEConfig
from minidalle.presets.preset import Preset, TokenizerConfig
from minidalle.presets.training import (
    CLIPTraining,
    DALLETraining,
    DVAETraining,
    JudgeTraining,
    ReaderTraining,
    TokenizerTraining,
)


def _dalle(width: int, depth: int, heads: int, patterns: tuple[str, ...] | None = None) -> DALLEConfig:
    """A transformer whose vocabularies and stream `Preset` fills in."""
    return DALLEConfig(1, 1, 2, 2, width, depth, heads, patterns=patterns)


_SECONDS: dict[str, Any] = {
    "pictures": 64, "validation": 16, "batch_size": 8, "steps": 24, "warmup": 4, "evaluations": 2, "log_every": 4,
}  # fmt: skip

TINY = Preset(
    name="tiny",
    image_size=16,
    text_length=24,
    tokenizer=TokenizerConfig(vocab_size=400),
    dvae=DVAEConfig(
        vocab_size=32, hidden=8, downsamplings=2, decoder_input=16, residual_scale=0.5, likelihood="l1"
    ),
    dalle=_dalle(width=32, depth=2, heads=2),
    clip=CLIPConfig(width=32, heads=2, image_layers=1, text_layers=1, embed=16),
    training={
        "tokenizer": TokenizerTraining(captions=500),
        "dvae": DVAETraining(**_SECONDS),
        "dalle": DALLETraining(**_SECONDS, ema_every=2, likelihood_scenes=4, samples=4),
        "clip": CLIPTraining(**_SECONDS),
        "judge": JudgeTraining(**_SECONDS, width=8),
        "reader": ReaderTraining(**_SECONDS, image_size=32, width=8),
    },
)
"""Seconds long: for tests, and for rehearsing a run. It learns nothing worth looking at."""

_SHORT: dict[str, Any] = {
    "learning_rate": 2e-3, "temperature_end": 0.125, "temperature_share": 0.5, "flip": False,
}  # fmt: skip
"""Of a dVAE that has minutes."""

_SIX = ("row", "column", "full", "row", "column", "conv")
"""Of six layers: the paper's rule would give them one of columns, and no full attention."""

NANO = Preset(
    name="nano",
    image_size=64,
    text_length=32,
    tokenizer=TokenizerConfig(vocab_size=1024),
    dvae=DVAEConfig(vocab_size=512, hidden=32, downsamplings=2, residual_scale=0.5, likelihood="l2"),
    dalle=_dalle(width=192, depth=6, heads=3, patterns=_SIX),
    clip=CLIPConfig(),
    training={
        "tokenizer": TokenizerTraining(),
        "dvae": DVAETraining(
            pictures=80_000,
            batch_size=16,
            steps=3_300,
            **_SHORT,
            warmup=50,
            kl_weight=0.004,
        ),
        "dalle": DALLETraining(
            pictures=80_000,
            batch_size=32,
            steps=5_000,
            learning_rate=1.5e-3,
            warmup=200,
            validation=256,
            likelihood_scenes=32,
            evaluations=8,
        ),
        "clip": CLIPTraining(
            pictures=80_000,
            batch_size=64,
            steps=2_000,
            validation=256,
            evaluations=6,
            reconstructed=0.3,
            foils=2,
        ),
        "judge": JudgeTraining(),
        "reader": ReaderTraining(),
    },
)
"""What this repository trains on two CPU cores: 64x64 pictures, a 16x16 grid of 512 codes.

Schedules are shorter and learning rates higher than the paper's, which trained for millions of updates; the
relaxation ends at 1/8, and squared error takes the place of the logit-Laplace likelihood, which is slower to
become sharp. The paper's rule would give six layers one of columns and no full attention, so all four patterns
take their turn.
"""

_WORLD: dict[str, Any] = {"validation": 512, "mix": "world"}

SMALL = Preset(
    name="small",
    image_size=64,
    text_length=48,
    tokenizer=TokenizerConfig(vocab_size=1024),
    dvae=DVAEConfig(vocab_size=1024, hidden=48, downsamplings=2, residual_scale=0.5, likelihood="l2"),
    dalle=_dalle(width=256, depth=6, heads=4, patterns=_SIX),
    clip=CLIPConfig(),
    training={
        "tokenizer": TokenizerTraining(mix="world"),
        "dvae": DVAETraining(
            **_WORLD,
            pictures=60_000,
            batch_size=16,
            steps=8_000,
            **_SHORT,
            warmup=50,
            kl_weight=0.002,
            evaluations=4,
            stored="bf16",
        ),
        "dalle": DALLETraining(
            **_WORLD,
            pictures=60_000,
            batch_size=32,
            steps=5_000,
            learning_rate=1.5e-3,
            warmup=200,
            optimiser="muon",
            likelihood_scenes=32,
            evaluations=8,
        ),
        "clip": CLIPTraining(
            **_WORLD,
            pictures=60_000,
            batch_size=64,
            steps=3_000,
            evaluations=6,
            reconstructed=0.5,
            foils=1,
        ),
        "judge": JudgeTraining(),
        "reader": ReaderTraining(),
    },
)
"""What two CPU cores can learn of the whole picture world, at 64x64 pixels: a 16x16 grid of 1,024 codes. The blocks
world of `nano` is a small part of it, so a picture needs more codes, a caption more tokens, and the transformer more
width and more time."""

BASE = Preset(
    name="base",
    image_size=128,
    text_length=48,
    tokenizer=TokenizerConfig(vocab_size=1024),
    dvae=DVAEConfig(vocab_size=2048, hidden=64, downsamplings=3, residual_scale=0.5, likelihood="l2"),
    dalle=_dalle(
        width=512, depth=7, heads=8, patterns=("row", "column", "full", "row", "column", "full", "conv")
    ),
    clip=CLIPConfig(width=192, heads=3, image_layers=3, text_layers=3, embed=192),
    training={
        "tokenizer": TokenizerTraining(mix="world"),
        "dvae": DVAETraining(
            **_WORLD,
            pictures=10_000,  # drawn by the processor while the card still compiles
            batch_size=128,
            steps=5_000,
            **_SHORT,
            warmup=100,
            kl_weight=0.004,
            evaluations=3,
            stored="bf16",
        ),
        "dalle": DALLETraining(
            **_WORLD,
            pictures=180_000,
            batch_size=384,
            steps=3_900,
            learning_rate=1.2e-3,
            warmup=200,
            compile=True,
            evaluations=2,
        ),
        "clip": CLIPTraining(
            **_WORLD,
            pictures=180_000,
            batch_size=512,
            steps=2_000,
            warmup=50,
            evaluations=2,
            foils=1,
            reconstructed=1.0,
        ),
        "judge": JudgeTraining(),
        "reader": ReaderTraining(
            pictures=96_000,
            batch_size=256,
            learning_rate=1e-3,
            warmup=200,
            precision="bf16",
            evaluations=2,
            grow=False,
        ),
    },
)
"""What this repository trains on one graphics card in a quarter of an hour: the whole picture world at 128x128 pixels,
at the paper's compression by 8, a 16x16 grid of 2,048 codes. All parts together are shipped in less than 64 MiB."""

_PAIRS: dict[str, Any] = {"pictures": 250_000_000, "validation": 606_000}

PAPER = Preset(
    name="paper",
    image_size=256,
    text_length=256,
    tokenizer=TokenizerConfig(vocab_size=16_384, pattern="paper"),
    dvae=DVAEConfig.paper(),
    dalle=_dalle(width=3968, depth=64, heads=62),
    clip=CLIPConfig(width=768, heads=12, image_layers=12, text_layers=12, embed=512),
    training={
        "tokenizer": TokenizerTraining(captions=250_000_000),
        "dvae": DVAETraining(
            **_PAIRS, batch_size=512, steps=3_000_000, learning_rate=1e-4, final_share=0.0125, warmup=0,
            temperature_share=0.05, kl_weight=6.6, kl_share=1 / 600,
        ),
        "dalle": DALLETraining(**_PAIRS, batch_size=1024, steps=430_000, learning_rate=4.5e-4, warmup=5_000),
        "clip": CLIPTraining(**_PAIRS, batch_size=32_768, steps=400_000),
        "judge": JudgeTraining(),
        "reader": ReaderTraining(),
    },
)  # fmt: skip
"""The published sizes, to build on the meta device and to compare with (sections 2.1 to 2.3, appendices A and B).
Not the paper's: `clip_norm` of the dVAE, which it does not state; one cosine in place of DALL-E's halvings at
plateaus; CLIP, which it does not describe (ours has the size of ViT-B)."""
