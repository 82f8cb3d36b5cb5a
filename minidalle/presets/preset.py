"""What a preset is: every number that a run depends on, each stated once.

Sizes that follow from others (the transformer's picture vocabulary is the dVAE's) are filled in here. Left out: the
presets themselves (`sizes.py`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from typing import Any

from minidalle.clip import CLIPConfig
from minidalle.dalle import DALLEConfig
from minidalle.dvae import DVAEConfig
from minidalle.presets.training import TrainingConfig


@dataclass(frozen=True)
class TokenizerConfig:
    """vocab_size: tokens wanted, the 256 bytes included. pattern: where captions are cut (see `tokenizer`)."""

    vocab_size: int = 1024
    pattern: str = "words"


@dataclass(frozen=True)
class Preset:
    """Everything a run depends on. `training` has one entry for each of `TASKS`."""

    name: str
    image_size: int
    text_length: int
    tokenizer: TokenizerConfig
    dvae: DVAEConfig
    dalle: DALLEConfig
    clip: CLIPConfig
    training: Mapping[str, TrainingConfig]

    def __post_init__(self) -> None:
        """Fill in what follows from other numbers: one size of picture, one caption length, one codebook."""
        size, length, text_vocab = self.image_size, self.text_length, self.tokenizer.vocab_size
        dvae = replace(self.dvae, image_size=size)
        dalle = replace(
            self.dalle, text_vocab=text_vocab, image_vocab=dvae.vocab_size, text_length=length, grid=dvae.grid
        )
        clip = replace(self.clip, image_size=size, text_vocab=text_vocab, text_length=length)
        for name, value in {"dvae": dvae, "dalle": dalle, "clip": clip}.items():
            object.__setattr__(self, name, value)

    def to_dict(self) -> dict[str, Any]:
        """Every number as nested plain dictionaries, ready for JSON."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {name: asdict(value) if is_dataclass(value) else value for name, value in plain.items()}
        return {**plain, "training": {task: asdict(config) for task, config in self.training.items()}}

    def with_text_vocab(self, vocab_size: int) -> "Preset":
        """The same with the vocabulary that a trained tokenizer really has (it can be smaller than wanted)."""
        return replace(self, tokenizer=replace(self.tokenizer, vocab_size=vocab_size))
