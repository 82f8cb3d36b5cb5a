"""Named sets of sizes: `tiny` for tests, `nano` for two CPU cores, `small` for two cores and the whole picture world,
`base` for one GPU, `paper` as published.

A preset holds every number that a run depends on: the tokenizer, the three models and how each is trained.
Presets are plain frozen data: printed whole into every log and checkpoint, read back by `preset_from_dict`,
and changed by `training/settings.py`, which is behind `--set dvae.vocab_size=512`.

Left out: what is done with the numbers (`training/`), and weights (`checkpoints.py`).
"""

import difflib
from collections.abc import Mapping
from typing import Any

from minidalle.clip import CLIPConfig
from minidalle.dalle import DALLEConfig
from minidalle.dvae import DVAEConfig
from minidalle.presets.preset import Preset, TokenizerConfig
from minidalle.presets.sizes import BASE, NANO, PAPER, SMALL, TINY
from minidalle.presets.training import (
    TRAINING_TYPES,
    CLIPTraining,
    DALLETraining,
    DVAETraining,
    ReaderTraining,
    SettingError,
    TokenizerTraining,
    TrainingConfig,
)

__all__ = [
    "PRESETS",
    "TASKS",
    "CLIPTraining",
    "DALLETraining",
    "DVAETraining",
    "Preset",
    "ReaderTraining",
    "SettingError",
    "TokenizerConfig",
    "TokenizerTraining",
    "TrainingConfig",
    "preset",
    "preset_from_dict",
    "suggest",
]

TASKS = ("tokenizer", "dvae", "dalle", "clip", "judge", "reader")


def preset(name: str) -> Preset:
    """The preset called `name`. Raises SettingError, with the nearest names, for one that does not exist."""
    if name not in PRESETS:
        raise SettingError(f"there is no preset {name!r}{suggest(name, PRESETS)}")
    return PRESETS[name]


def suggest(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """How an error about an unknown name ends: the close matches, or else everything there is."""
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else f"; choose from {', '.join(known)}"


def preset_from_dict(data: Mapping[str, Any]) -> Preset:
    """The inverse of `Preset.to_dict`, also after a trip through JSON.

    Raises SettingError, naming the field, for one that is missing or that this version does not know.
    """
    kinds = {"tokenizer": TokenizerConfig, "dvae": DVAEConfig, "dalle": DALLEConfig, "clip": CLIPConfig}
    try:
        training = {task: TRAINING_TYPES[task](**config) for task, config in data["training"].items()}
        configs = {name: kind(**data[name]) for name, kind in kinds.items()}
        return Preset(data["name"], data["image_size"], data["text_length"], training=training, **configs)
    except (KeyError, TypeError) as error:
        raise SettingError(f"the configuration does not fit this version of minidalle: {error}") from None


PRESETS: dict[str, Preset] = {"nano": NANO, "small": SMALL, "base": BASE, "tiny": TINY, "paper": PAPER}
