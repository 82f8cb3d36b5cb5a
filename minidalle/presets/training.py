"""How each part of a model is trained, as frozen data: the numbers behind `--set training.learning_rate=1e-3`.

Defaults are the paper's where a short run can use them, and said to be ours where not. Left out: the values for
each preset (`presets/__init__.py`), and what is done with them (`training/`).
"""

from dataclasses import dataclass
from typing import Literal


class SettingError(ValueError):
    """An unknown preset, or a setting that does not exist or cannot have that value."""


@dataclass(frozen=True)
class TrainingConfig:
    """How a model is trained: data, optimiser, and how often something is looked at or saved.

    Attributes:
        pictures: training pictures drawn from the world. validation: held-back ones, from another seed.
        mix: which kinds of pictures, one of `world.MIXES`.
        batch_size: pictures an update. steps: updates, unless `--minutes` or `--steps` says otherwise.
        learning_rate: the peak. final_share: the learning rate at the end, as a share of the peak.
        warmup: updates of linear climb (at most a tenth of the run).
        optimiser: "adamw" (the paper's), or "muon" for the matrices of a transformer's blocks and AdamW for the rest.
        beta1, beta2, epsilon, weight_decay: AdamW's; Muon shares the learning rate and the decay.
        clip_norm: gradients longer than this are shortened to it.
        ema_decay, ema_every: the running average of the weights, and how many updates lie between its steps.
        precision: "bf16", "fp32", or "auto" (bf16 where the device multiplies it in hardware).
        compile: let torch.compile fuse what lies between attention and matrix products (DALL-E on a GPU); the first
            updates take a minute more.
        log_every: updates a log line sums up. evaluations: looks at held-back pictures during a run.
        checkpoint_seconds: time between checkpoints.
    """

    pictures: int = 40_000
    validation: int = 512
    mix: Literal["blocks", "world", "world+blocks", "world+prompts", "judge"] = "blocks"
    batch_size: int = 64
    steps: int = 4_000
    learning_rate: float = 1e-3
    final_share: float = 0.02
    warmup: int = 100
    optimiser: Literal["adamw", "muon"] = "adamw"
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 1e-4
    clip_norm: float = 1.0
    ema_decay: float = 0.999
    ema_every: int = 1
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    compile: bool = False
    log_every: int = 10
    evaluations: int = 16
    checkpoint_seconds: float = 120.0

    def __post_init__(self) -> None:
        for name in (
            "pictures",
            "validation",
            "batch_size",
            "steps",
            "ema_every",
            "log_every",
            "evaluations",
        ):
            if getattr(self, name) < 1:
                raise SettingError(f"{name} is {getattr(self, name)}; it must be at least 1")
        for name in ("learning_rate", "epsilon", "clip_norm"):
            if not getattr(self, name) > 0:
                raise SettingError(f"{name} is {getattr(self, name)}; it must be above 0")
        for name in ("beta1", "beta2", "ema_decay"):
            if not 0 <= getattr(self, name) < 1:
                raise SettingError(
                    f"{name} is {getattr(self, name)}; it must be from 0 up to but not including 1"
                )
        if self.batch_size > self.pictures:
            raise SettingError(
                f"batch_size {self.batch_size} is more than the {self.pictures} pictures; use fewer"
            )


@dataclass(frozen=True)
class TokenizerTraining(TrainingConfig):
    """The tokenizer learns merges from captions; no pictures, no updates. captions: how many."""

    captions: int = 40_000


@dataclass(frozen=True)
class DVAETraining(TrainingConfig):
    """Also the two schedules of the dVAE, as shares of the run, so that they fit a run of any length.

    Attributes:
        temperature_end: of the relaxation, from 1 (paper: 1/16). temperature_share: when it gets there.
        kl_weight: beta at its largest, on the paper's basis (paper: 6.6). kl_share: when it gets there.
        flip: mirror half of the pictures (paper: yes; codes have no left and right, captions do).
        stored: how its kernels are shipped. With "bf16" they are rounded before anything reads a picture with them, so
            that the shipped dVAE reads the very codes that DALL-E was trained on, in half the bytes.
    """

    temperature_end: float = 1 / 16
    temperature_share: float = 0.8
    kl_weight: float = 0.3
    kl_share: float = 0.25
    flip: bool = True
    stored: Literal["fp32", "bf16"] = "fp32"


@dataclass(frozen=True)
class DALLETraining(TrainingConfig):
    """Also what captions go through. AdamW's numbers, the clipping and the average are the paper's.

    Attributes:
        bpe_dropout: the chance of passing over a merge (paper: 0.1, in training only).
        caption_variants: different wordings of each picture's caption, taken in turn.
        likelihood_scenes: scenes of the likelihood test, seen and held-out combinations together.
        samples: pictures drawn at every evaluation (a square number looks best).
    """

    beta2: float = 0.96
    weight_decay: float = 4.5e-2
    clip_norm: float = 4.0
    ema_decay: float = 0.99
    ema_every: int = 25
    bpe_dropout: float = 0.1
    caption_variants: int = 8
    likelihood_scenes: int = 64
    samples: int = 16


@dataclass(frozen=True)
class CLIPTraining(TrainingConfig):
    """Also how pictures are made harder, so that CLIP does not punish a dVAE's softness.

    Attributes:
        blur: pictures are smoothed by a Gaussian of 0 to this many pixels. noise: its standard deviation.
        reconstructed: the share of pictures shown as the dVAE paints them.
        foils: captions for each picture that are false by one fact, beside those of the other pictures.
        picture_foils: damaged pictures for each caption, painted by the dVAE, beside those of the other captions.
        caption_variants, bpe_dropout: as for DALL-E.
    """

    beta2: float = 0.98
    weight_decay: float = 0.1
    blur: float = 0.8
    noise: float = 0.02
    reconstructed: float = 0.5
    foils: int = 0
    picture_foils: int = 0
    bpe_dropout: float = 0.1
    caption_variants: int = 8


@dataclass(frozen=True)
class JudgeTraining(TrainingConfig):
    """Also the judge's size, since it is no part of a model. width: its channels at half resolution.

    Its pictures are of every combination, held-out ones too, and of seeds of their own.
    """

    pictures: int = 30_000
    validation: int = 1_000
    batch_size: int = 32
    steps: int = 4_060
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    clip_norm: float = 5.0
    ema_decay: float = 0.998
    evaluations: int = 6
    width: int = 24


@dataclass(frozen=True)
class ReaderTraining(TrainingConfig):
    """Also the reader's sizes, since it is no part of a model. image_size: pixels a side. width: as in `ReaderConfig`.

    Its pictures are of all kinds and every combination, held-out ones too, and of seeds of their own; small at first
    (`training/reader_task.py`), unless `grow` is false, for a reader that is trained further. Further training wants a
    lower learning rate: the shipped one was made with 8e-4 and batches of 48. By the rule of thumb that the rate may
    grow as the root of the batch, which was not measured here, batches of 256 could take twice that; the preset `base`
    stays at 1e-3. The warm-up is never longer than a tenth of the updates.
    """

    pictures: int = 48_000
    validation: int = 3_000
    batch_size: int = 48
    steps: int = 8_800
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    clip_norm: float = 5.0
    ema_decay: float = 0.998
    evaluations: int = 12
    precision: Literal["auto", "bf16", "fp32"] = "fp32"  # on a CPU bf16 is many times slower for this network
    image_size: int = 128
    width: int = 32
    grow: bool = True


TRAINING_TYPES: dict[str, type[TrainingConfig]] = {
    "tokenizer": TokenizerTraining,
    "dvae": DVAETraining,
    "dalle": DALLETraining,
    "clip": CLIPTraining,
    "judge": JudgeTraining,
    "reader": ReaderTraining,
}
