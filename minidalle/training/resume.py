"""Going on with a run: from which checkpoint, and only if it is the same run.

Left out: what a checkpoint holds, and taking it over (`state.py`).
"""

from pathlib import Path
from typing import Any

from minidalle.presets import preset_from_dict
from minidalle.training.loop import TrainingError
from minidalle.training.state import Say, checkpoints_in, newest_checkpoint

HARMLESS = {"steps", "log_every", "evaluations", "checkpoint_seconds"}
"""Training settings that may differ between a run and its resumption."""


def start_from(folder: Path, resume: bool, say: Say) -> Path | None:
    """The checkpoint to go on from, None for a fresh start. TrainingError rather than overwriting a run."""
    if resume:
        found = newest_checkpoint(folder, say)
        if found is None:
            say(f"there is no checkpoint in {folder} yet: starting from the beginning")
        return found
    if checkpoints_in(folder):
        raise TrainingError(
            f"{folder} already holds {checkpoints_in(folder)[-1].name}: go on with --resume, or choose another --out"
        )
    return None


def relevant(about: dict[str, Any]) -> dict[str, Any]:
    """What must be the same for a run to go on: dotted names and values."""
    task, preset = about["task"], preset_from_dict(about["preset"]).to_dict()  # settings newer than a record
    parts = {"dvae": ("dvae",), "dalle": ("dvae", "dalle"), "clip": ("clip",)}.get(task, ())
    fixed = {"seed": about["seed"], "image_size": preset["image_size"]}
    nested = {part: preset[part] for part in parts}
    nested |= {"training": preset["training"][task], "inputs": about["inputs"]}
    flat = {f"{part}.{key}": value for part, values in nested.items() for key, value in values.items()}
    return fixed | {
        key: value for key, value in flat.items() if key.removeprefix("training.") not in HARMLESS
    }


def compare(recorded: dict[str, Any], about: dict[str, Any], say: Say) -> None:
    """Raise TrainingError, naming every field that differs, where a run would not go on as it began.

    Inputs whose hashes were not yet kept when the run began are not compared.
    """
    before, now = relevant(recorded), relevant(about)
    unknown = {name for name in now.keys() - before.keys() if name.startswith("inputs.")}
    changed = [
        f"{name} was {_shown(before.get(name))} and is now {_shown(now.get(name))}"
        for name in sorted((before.keys() | now.keys()) - unknown)
        if _plain(before.get(name)) != _plain(now.get(name))
    ]
    if changed:
        raise TrainingError(
            f"this is not the run that was begun: {'; '.join(changed)}. Choose another --out for a new one"
        )
    if recorded["threads"] != about["threads"]:
        say(f"threads were {recorded['threads']} and are now {about['threads']}: sums round differently")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _shown(value: Any) -> str:
    """A value to read; of a hash, the beginning."""
    return f"{value[:12]}…" if isinstance(value, str) and len(value) == 64 else repr(value)
