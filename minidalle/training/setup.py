"""Before training: load or render what a task needs, and say which command to run first if it is not there.

A training folder OUT has one folder for each task: tokenizer/, dvae/, dalle/, clip/. Left out: the words of
the command line (`command.py`) and the loop (`loop.py`).
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from minidalle.checkpoints import json_bytes
from minidalle.data import WorldPictures, world_pictures
from minidalle.dvae import DiscreteVAE
from minidalle.presets import Preset
from minidalle.tokenizer import BPETokenizer
from minidalle.training.clip_task import CLIPTask
from minidalle.training.dalle_task import DALLETask
from minidalle.training.dvae_task import DVAETask
from minidalle.training.judge_task import JudgeTask
from minidalle.training.loop import Task
from minidalle.training.own import OwnPictures, Source, fitted, own_pictures
from minidalle.training.reader_task import ReaderTask
from minidalle.training.state import Say
from minidalle.training.tokens import fingerprint, kept_codes, picture_codes
from minidalle.training.trained import trained_dvae, trained_tokenizer
from minidalle.world.judge import JudgeConfig
from minidalle.world.reader import ReaderConfig

JUDGE_SEED = 77  # added to the seed: the judge's own pictures
VALIDATION_SEED = 1_000_003  # added to the seed: scenes of the training split that training never meets


@dataclass(frozen=True)
class Setting:
    """What preparing a task needs to know. data: the folder of rendered pictures, None for the usual one. pairs: where
    pictures of one's own are, None for those of the world."""

    preset: Preset
    out: Path
    data: Path | None
    seed: int
    device: str
    progress: bool
    say: Say
    pairs: Source | None = None


@dataclass(frozen=True)
class Prepared:
    """A task ready for `fit`, the preset with sizes as they turned out, and hashes of all that it learns from.

    model: the sizes of a network that is no part of a model, for `pack`.
    """

    task: Task
    preset: Preset
    inputs: dict[str, str]
    model: dict[str, Any] = field(default_factory=dict)


def prepare(name: str, setting: Setting) -> Prepared:
    """Get a task ready. Raises TrainingError where something must be trained first, naming the command."""
    return PREPARE[name](setting)


Pictures = WorldPictures | OwnPictures


def pictures_of(setting: Setting, name: str) -> tuple[Pictures, Pictures, dict[str, str]]:
    """Training and held-back pictures of a task, and their hashes."""
    if setting.pairs:
        train, held_back = own_of(setting, name)
        return train, held_back, hashes_of(train, held_back)
    train, held_back = (world_pictures(**asked) for asked in asked_of(setting, name))
    return train, held_back, hashes_of(train, held_back)


def asked_of(setting: Setting, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `world_pictures` is asked for: training and held-back pictures of a task."""
    config, size = setting.preset.training[name], setting.preset.image_size
    options = {"size": size, "cache_dir": setting.data, "progress": setting.progress, "mix": config.mix}
    asked = ((config.pictures, setting.seed), (config.validation, setting.seed + VALIDATION_SEED))
    train, held_back = (
        {"count": count, "seed": seed, "device": drawn_on(setting, count), **options} for count, seed in asked
    )
    return train, held_back


def own_of(setting: Setting, name: str) -> tuple[OwnPictures, OwnPictures]:
    """The same of one's own pictures, which a task takes as far as there are any."""
    config = setting.preset.training[name]
    train, held_back = own_pictures(
        setting.pairs, setting.preset.image_size, config.pictures, config.validation
    )
    lost = f"; {train.pairs.skipped}" if train.pairs.skipped.count else ""
    setting.say(f"{name}: {len(train):,} pictures of {setting.pairs}, and {len(held_back):,} held back{lost}")
    return train, held_back


def hashes_of(train: Pictures, held_back: Pictures) -> dict[str, str]:
    """Their hashes, as inputs of a training."""
    return {"pictures": train.fingerprint, "validation": held_back.fingerprint}


def coded_of(
    setting: Setting, name: str, dvae: DiscreteVAE, dvae_hash: str
) -> list[tuple[Pictures, torch.Tensor]]:
    """Training and held-back pictures of a task with their codes; where those are kept, without their pixels."""
    if setting.pairs:
        return [(own, codes_of(setting, dvae, dvae_hash, own)) for own in own_of(setting, name)]
    found = []
    for asked in asked_of(setting, name):
        split = asked.get("split", "train")
        kept = kept_codes(
            setting.out / "tokens", dvae_hash, asked["count"], asked["seed"], split, asked["mix"]
        )
        if kept is None:
            pictures = world_pictures(**asked)
            kept = pictures, codes_of(setting, dvae, dvae_hash, pictures)
        found.append(kept)
    return found


FEW = 20_000
"""So many pictures sixteen cores draw before a card's kernels are compiled, which takes a minute."""


def drawn_on(setting: Setting, count: int) -> str:
    """Where so many pictures are drawn: "cuda" where that is trained on and numba can use it, else "cpu"."""
    if not setting.device.startswith("cuda") or count <= FEW:
        return "cpu"
    from minidalle.world import gpu  # here: it needs numba's CUDA target

    if gpu.available():
        return "cuda"
    setting.say("numba-cuda is not installed: pictures are drawn on the processor, which takes longer")
    return "cpu"


def prepare_dvae(setting: Setting) -> Prepared:
    """The dVAE needs pictures only."""
    train, held_back, inputs = pictures_of(setting, "dvae")
    preset = as_found(setting.preset, "dvae", train)
    task = DVAETask(preset.dvae, preset.training["dvae"], train, held_back, setting.seed, setting.device)
    return Prepared(task, preset, inputs)


def prepare_dalle(setting: Setting) -> Prepared:
    """DALL-E needs the tokenizer and the dVAE, whose sizes it takes over, and every picture as codes."""
    tokenizer = trained_tokenizer(setting.out)
    dvae, found = trained_dvae(setting.out, setting.device, setting.say)
    preset = adapted(setting.preset, tokenizer, found.preset)
    setting = replace(setting, preset=preset)
    train, held_back = coded_of(setting, "dalle", dvae, found.sha256)
    preset = as_found(preset, "dalle", train[0])
    task = DALLETask(
        preset.dalle, preset.training["dalle"], train, held_back, tokenizer, dvae, setting.seed, setting.device,
        setting.out / "renders",
    )  # fmt: skip
    inputs = hashes_of(train[0], held_back[0])
    inputs |= {"tokenizer": tokenizer.fingerprint(), "dvae": found.sha256}
    inputs |= {"codes": fingerprint(train[1]), "validation_codes": fingerprint(held_back[1])}
    return Prepared(task, preset, inputs)


def prepare_clip(setting: Setting) -> Prepared:
    """CLIP needs the tokenizer, and the dVAE where pictures, whole or damaged, are shown as the dVAE paints them. Where
    it is shown no others, their codes are enough."""
    tokenizer, dvae, codes = trained_tokenizer(setting.out), None, None
    config = setting.preset.training["clip"]
    preset = adapted(setting.preset, tokenizer, None)
    inputs = {"tokenizer": tokenizer.fingerprint()}
    held_back_codes = None
    if config.reconstructed > 0 or config.picture_foils > 0:
        dvae, found = trained_dvae(setting.out, setting.device, setting.say)
        preset = adapted(setting.preset, tokenizer, found.preset)
        inputs["dvae"] = found.sha256
    setting = replace(setting, preset=preset)
    if dvae is not None and config.reconstructed >= 1:
        (train, codes), (held_back, held_back_codes) = coded_of(setting, "clip", dvae, inputs["dvae"])
    else:
        train, held_back, _ = pictures_of(setting, "clip")
        codes = None if dvae is None else codes_of(setting, dvae, inputs["dvae"], train)
    preset = as_found(preset, "clip", train)
    config = preset.training["clip"]
    if codes is not None:
        inputs["codes"] = fingerprint(codes)
    task = CLIPTask(
        preset.clip, config, (train, codes), (held_back, held_back_codes), tokenizer, dvae, setting.seed,
        setting.device, setting.out / "renders",
    )  # fmt: skip
    return Prepared(task, preset, {**hashes_of(train, held_back), **inputs})


def prepare_judge(setting: Setting) -> Prepared:
    """The judge needs pictures of every combination, of seeds that no model is trained on."""
    config, size = setting.preset.training["judge"], setting.preset.image_size
    options = {"size": size, "split": "all", "cache_dir": setting.data, "progress": setting.progress}
    train = world_pictures(config.pictures, setting.seed + JUDGE_SEED, **options)
    held_back = world_pictures(config.validation, setting.seed + JUDGE_SEED + 1, **options)
    judge = JudgeConfig(image_size=size, width=config.width)
    task = JudgeTask(judge, config, train, held_back, setting.seed, setting.device)
    return Prepared(
        task, setting.preset, {"pictures": train.fingerprint, "validation": held_back.fingerprint}
    )


def prepare_reader(setting: Setting) -> Prepared:
    """The reader needs pictures of every kind and combination, of seeds that no model is trained on."""
    config = setting.preset.training["reader"]
    options = {"size": config.image_size, "split": "all", "mix": "judge"}
    options["device"] = drawn_on(setting, config.pictures)
    options |= {"cache_dir": setting.data, "progress": setting.progress}
    train = world_pictures(config.pictures, setting.seed + JUDGE_SEED, **options)
    held_back = world_pictures(config.validation, setting.seed + JUDGE_SEED + 1, **options)
    reader = ReaderConfig.of_world(config.image_size, config.width)
    task = ReaderTask(reader, config, train, held_back, setting.seed, setting.device)
    inputs = {"pictures": train.fingerprint, "validation": held_back.fingerprint}
    inputs["questions"] = hashlib.sha256(json_bytes(asdict(reader))).hexdigest()
    return Prepared(task, setting.preset, inputs, asdict(reader))


PREPARE: dict[str, Callable[[Setting], Prepared]] = {
    "dvae": prepare_dvae,
    "dalle": prepare_dalle,
    "clip": prepare_clip,
    "judge": prepare_judge,
    "reader": prepare_reader,
}


def as_found(preset: Preset, name: str, train: Pictures) -> Preset:
    """The preset, with what follows from the pictures where they are one's own."""
    return fitted(preset, name, len(train)) if isinstance(train, OwnPictures) else preset


def adapted(preset: Preset, tokenizer: BPETokenizer, dvae: Preset | None) -> Preset:
    """The preset with the sizes of what is trained already: the vocabulary, and the dVAE's picture and codes."""
    if dvae is not None:
        preset = replace(preset, image_size=dvae.image_size, dvae=dvae.dvae)
    return preset.with_text_vocab(tokenizer.vocab_size)


def codes_of(setting: Setting, dvae: DiscreteVAE, dvae_hash: str, pictures: Pictures) -> torch.Tensor:
    """The pictures as codes, kept in OUT/tokens."""
    folder = setting.out / "tokens"
    return picture_codes(dvae, dvae_hash, pictures, folder, setting.device, setting.progress, setting.say)
