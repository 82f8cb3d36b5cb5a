"""Training the tokenizer: merges learnt from training captions, and the list of words that these captions use.

There are no updates, so this is not a `Task` of the loop. Left out: the algorithm (`bpe_training.py`).
"""

import json
import os
import time
from pathlib import Path

from tqdm.auto import tqdm

from minidalle.checkpoints import CheckpointError
from minidalle.presets import Preset
from minidalle.tokenizer import BPETokenizer, words
from minidalle.training.logs import Log
from minidalle.training.own import Source, own_pictures
from minidalle.training.state import Say
from minidalle.world import caption, sample_scene

FILE, WORDS = "tokenizer.json", "words.json"


def train_tokenizer(
    preset: Preset, folder: Path, seed: int, progress: bool, say: Say, pairs: Source | None = None
) -> BPETokenizer:
    """Learn a tokenizer from captions of the training split and write it, with its words, into `folder`.

    pairs: where pictures of one's own are, whose captions it learns from instead. Raises PairsError for those, and
    CheckpointError where the folder cannot be written.
    """
    begin, config = time.perf_counter(), preset.training["tokenizer"]
    if pairs:
        train, _ = own_pictures(
            pairs, preset.image_size, config.captions, preset.training["dalle"].validation
        )
        if train.pairs.skipped.count:
            say(f"tokenizer: {train.pairs.skipped}")
        captions = [text for texts in train.pairs.texts for text in texts]
    else:
        numbers = tqdm(range(config.captions), desc="captions", unit="caption", disable=not progress)
        captions = [caption(sample_scene(seed, number, mix=config.mix), seed, number) for number in numbers]
    tokenizer = BPETokenizer.train(
        captions, preset.tokenizer.vocab_size, preset.tokenizer.pattern, progress=progress
    )
    longest = max(len(tokenizer.encode(text)) for text in captions)
    about = {"task": "tokenizer", "seed": seed, "captions": len(captions), "vocab_size": tokenizer.vocab_size}
    about |= {"longest_caption": longest, "seconds": time.perf_counter() - begin, "preset": preset.to_dict()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{WORDS}.tmp"
        unfinished.write_text(
            json.dumps(sorted({word for text in captions for word in words(text)})), encoding="utf-8"
        )
        os.replace(unfinished, folder / WORDS)
        Log(folder / "log.jsonl").start(about)
        tokenizer.save(folder / FILE)  # the last: a folder that has it has its words, too
    except OSError as error:
        raise CheckpointError(
            f"{folder} could not be written ({error.strerror or error}): make room"
        ) from error
    say(
        f"tokenizer: {tokenizer.vocab_size} tokens from {len(captions):,} captions, the longest is {longest} tokens"
    )
    if longest > preset.text_length:
        say(f"captions of up to {longest} tokens do not fit text_length {preset.text_length}: set it higher")
    return tokenizer
