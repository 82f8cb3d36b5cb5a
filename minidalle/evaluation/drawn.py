"""Tokens that were drawn once are kept: an evaluation that was stopped goes on, and a second one draws nothing again.

Drawing is the slow part of an evaluation, and CLIP and the judge look at what was drawn, not at how. Tokens lie in the
cache folder as safetensors, checked by SHA-256, under a name made of all that decides them: the transformer's weights
and program, the tokenizer, the captions' ids, the seeds and the sampling settings. Other weights have another name.

Left out: removing old ones (delete the folder `drawn` in the cache), and rounding, in which machines differ.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from minidalle import attention, dalle, masks, sampling, transformer
from minidalle.checkpoints import (
    CheckpointError,
    LoadedModel,
    json_bytes,
    read_tensors,
    tensor_bytes,
    verify,
    write_folder,
)
from minidalle.data import default_cache, program_hash

FILE = "tokens.safetensors"
PROGRAM = (dalle, transformer, attention, masks, sampling)
"""The modules that decide which token is drawn."""


@dataclass(frozen=True)
class Drawer:
    """Draws captions with a model, or reads what it drew before.

    folder: where tokens are kept; None: in `drawn` of the usual cache. say: is told, in a sentence, what could not be
    kept or read.
    """

    model: LoadedModel
    folder: Path | None = None
    say: Callable[[str], Any] = field(default=lambda sentence: None)

    @cached_property
    def identity(self) -> str:
        """SHA-256 of the model as far as it decides tokens: weights, sizes, tokenizer, program, version of torch."""
        program = program_hash(Path(module.__file__) for module in PROGRAM)
        sizes, tokenizer = asdict(self.model.dalle.config), self.model.tokenizer.fingerprint()
        digest = hashlib.sha256(json.dumps([program, sizes, tokenizer, torch.__version__]).encode())
        digest.update(tensor_bytes(dict(sorted(self.model.dalle.state_dict().items()))))
        return digest.hexdigest()

    def name(self, text: Tensor, seeds: Sequence[int], settings: dict[str, Any]) -> str:
        """What tokens of captions [batch, length] are kept under: SHA-256 of the identity and of all that is asked."""
        plain = {
            name: value.tolist() if isinstance(value, Tensor) else value for name, value in settings.items()
        }
        asked = [self.identity, text.tolist(), list(seeds), dict(sorted(plain.items()))]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()

    def draw(self, text: Tensor, seeds: Sequence[int], **settings: Any) -> Tensor:
        """Image tokens int64 [batch, grid * grid] of captions [batch, length], one seed each, as `sampling.sample`.

        settings: temperature, top_k, top_p, greedy, prefix and fixed of `sample`. Damaged tokens are drawn again; where
        they cannot be kept (a full disk), they are drawn all the same.
        """
        settings = {"temperature": 1.0, "top_k": None, "top_p": None} | settings
        folder = default_cache() / "drawn" if self.folder is None else self.folder
        kept = folder / self.name(text, seeds, settings)
        shape = (len(text), self.model.dalle.layout.image_tokens)
        if kept.exists():
            problems = verify(kept)
            if not problems:
                tokens = read_tensors(kept / FILE).get("tokens")
                if tokens is not None and tuple(tokens.shape) == shape:
                    return tokens.long()
            self.say(f"{'; '.join(problems) or f'{kept} holds something else'}: drawing these pictures again")
        tokens = sampling.sample(self.model.dalle, text, seeds=seeds, **settings)
        begun = {name: "given" for name, value in settings.items() if isinstance(value, Tensor)}
        about = json_bytes({"model": self.model.preset.name, "pictures": len(text), **settings, **begun})
        try:
            write_folder(kept, {FILE: tensor_bytes({"tokens": tokens.to(torch.int32)}), "about.json": about})
        except CheckpointError as error:
            self.say(f"{error}. The evaluation goes on; the next one draws these pictures again")
        return tokens
