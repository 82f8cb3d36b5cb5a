"""What the words of `minidalle train` ask for: which preset, and whether the numbers make sense.

Left out: the words themselves, and what is done then (`command.py`).
"""

import argparse
from typing import Any

from minidalle.presets import TASKS, Preset, SettingError, preset, preset_from_dict, suggest
from minidalle.training.settings import with_settings

MOST = 10**9
"""Of updates, minutes, pictures: more is a slip of the hand, and some number would overflow."""


def check_arguments(args: argparse.Namespace) -> None:
    """Raise SettingError for an unknown task or a number that makes no sense."""
    if args.task not in TASKS:
        raise SettingError(f"there is no task {args.task!r}{suggest(args.task, TASKS)}")
    if args.pairs and args.task in ("judge", "reader"):
        raise SettingError(f"the {args.task} reads pictures of the world only: leave --pairs out")
    if args.steps is not None and args.minutes is not None:
        raise SettingError("--steps and --minutes both say how long to train; give one of them")
    for name in ("steps", "minutes", "pictures", "threads"):
        value = getattr(args, name)
        if value is not None and not 0 < value <= MOST:
            raise SettingError(f"--{name} is {value}; it must be above 0, and at most {MOST:,}")


def choose(args: argparse.Namespace, recorded: dict[str, Any] | None) -> tuple[Preset, int]:
    """The preset and seed: those named, or else those of the checkpoint, or else nano and 0."""
    if args.preset or not recorded:
        chosen = preset(args.preset or "nano")
    else:
        chosen = preset_from_dict(recorded["preset"])
    pictures = [f"training.pictures={args.pictures}"] if args.pictures else []
    seed = args.seed if args.seed is not None else (recorded or {}).get("seed", 0)
    return with_settings(chosen, args.task, [*args.settings, *pictures]), seed
