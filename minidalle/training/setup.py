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

from minidalle.checkpoints import json_bytes, read_json, read_tensors
from minidalle.data import WorldPictures, world_pictures
from minidalle.dvae import DiscreteVAE
from minidalle.presets import Preset, preset_from_dict
from minidalle.tokenizer import BPETokenizer
from minidalle.training.clip_task import CLIPTask
from minidalle.training.dalle_task import DALLETask
from minidalle.training.dvae_task import DVAETask
from minidalle.training.judge_task import JudgeTask
from minidalle.training.loop import Task, TrainingError
from minidalle.training.reader_task import ReaderTask
from minidalle.training.state import Say, newest_checkpoint
from minidalle.training.tokens import fingerprint, kept_codes, picture_codes
from minidalle.world.judge import JudgeConfig
from minidalle.world.reader import ReaderConfig

JUDGE_SEED = 77  # added to the seed: the judge's own pictures
VALIDATION_SEED = 1_000_003  # added to the seed: scenes of the training split that training never meets


@dataclass(frozen=True)
class Setting:
    """What preparing a task needs to know. data: the folder of rendered pictures, None for the usual one."""

    preset: Preset
    out: Path
    data: Path | None
    seed: int
    device: str
    progress: bool
    say: Say


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


def pictures_of(setting: Setting, name: str) -> tuple[WorldPictures, WorldPictures, dict[str, str]]:
    """Training and held-back pictures of a task, and their hashes."""
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


def hashes_of(train: WorldPictures, held_back: WorldPictures) -> dict[str, str]:
    """Their hashes, as inputs of a training."""
    return {"pictures": train.fingerprint, "validation": held_back.fingerprint}


def coded_of(
    setting: Setting, name: str, dvae: DiscreteVAE, dvae_hash: str
) -> list[tuple[WorldPictures, torch.Tensor]]:
    """Training and held-back pictures of a task with their codes; where those are kept, without their pixels."""
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
    preset = setting.preset
    task = DVAETask(preset.dvae, preset.training["dvae"], train, held_back, setting.seed, setting.device)
    return Prepared(task, preset, inputs)


def prepare_dalle(setting: Setting) -> Prepared:
    """DALL-E needs the tokenizer and the dVAE, whose sizes it takes over, and every picture as codes."""
    tokenizer = trained_tokenizer(setting.out)
    dvae, found = trained_dvae(setting.out, setting.device, setting.say)
    preset = adapted(setting.preset, tokenizer, found.preset)
    setting = replace(setting, preset=preset)
    train, held_back = coded_of(setting, "dalle", dvae, found.sha256)
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


def adapted(preset: Preset, tokenizer: BPETokenizer, dvae: Preset | None) -> Preset:
    """The preset with the sizes of what is trained already: the vocabulary, and the dVAE's picture and codes."""
    if dvae is not None:
        preset = replace(preset, image_size=dvae.image_size, dvae=dvae.dvae)
    return preset.with_text_vocab(tokenizer.vocab_size)


def codes_of(setting: Setting, dvae: DiscreteVAE, dvae_hash: str, pictures: WorldPictures) -> torch.Tensor:
    """The pictures as codes, kept in OUT/tokens."""
    folder = setting.out / "tokens"
    return picture_codes(dvae, dvae_hash, pictures, folder, setting.device, setting.progress, setting.say)


def first(command: str, out: Path, what: str) -> TrainingError:
    """The error where something is missing."""
    return TrainingError(
        f"there is no {what} in {out}; run this first: minidalle train {command} --out {out}"
    )


def trained_tokenizer(out: Path) -> BPETokenizer:
    """The tokenizer of a training folder. TrainingError where there is none."""
    path = out / "tokenizer" / "tokenizer.json"
    if not path.is_file():
        raise first("tokenizer", out, "trained tokenizer")
    try:
        return BPETokenizer.load(path)
    except ValueError as error:
        raise TrainingError(str(error)) from None


@dataclass(frozen=True)
class Trained:
    """The newest checkpoint of a task: averaged weights, the preset it was trained with, and what its log says."""

    weights: dict[str, torch.Tensor]
    preset: Preset
    state: dict[str, Any]
    sha256: str


def trained(task: str, out: Path, say: Say) -> Trained:
    """The averaged weights of a task's newest whole checkpoint; says so if its run is not finished.

    Raises TrainingError where there is none, CheckpointError where all are damaged.
    """
    folder = newest_checkpoint(out / task / "checkpoints", say)
    if folder is None:
        raise first(task, out, f"trained {task}")
    state = read_json(folder / "state.json")
    if state["step"] < state["total"]:
        say(f"the {task} in {out} is at update {state['step']} of {state['total']}: using it as it is")
    digest = read_json(folder / "manifest.json")["average.safetensors"]["sha256"]
    weights = read_tensors(folder / "average.safetensors")
    return Trained(weights, preset_from_dict(state["preset"]), state, digest)


def as_shipped(dvae: Trained) -> dict[str, torch.Tensor]:
    """The weights of a dVAE as they will be shipped, in float32: kernels rounded to bfloat16 if its preset says so."""
    if dvae.preset.training["dvae"].stored == "fp32":
        return dvae.weights
    return {key: value.bfloat16().float() if value.ndim > 1 else value for key, value in dvae.weights.items()}


def trained_dvae(out: Path, device: str, say: Say) -> tuple[DiscreteVAE, Trained]:
    """The frozen dVAE of a training folder, in evaluation mode."""
    found = trained("dvae", out, say)
    model = DiscreteVAE(found.preset.dvae)
    model.load_state_dict(as_shipped(found))
    return model.to(device).eval().requires_grad_(False), found
