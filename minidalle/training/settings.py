"""`--set dvae.vocab_size=512`: change single numbers of a preset by their names.

Names are those of the dataclasses in `presets/`: tokenizer.*, dvae.*, dalle.*, clip.*, image_size,
text_length, and training.* for the task at hand. Left out: setting what follows from another number; the error
says which one to set instead.
"""

import json
import typing
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from minidalle.presets import Preset, SettingError, suggest

FOLLOWS = {
    "dvae.image_size": "image_size",
    "dalle.text_vocab": "tokenizer.vocab_size",
    "dalle.image_vocab": "dvae.vocab_size",
    "dalle.text_length": "text_length",
    "dalle.grid": "dvae.downsamplings",
    "clip.image_size": "image_size",
    "clip.text_vocab": "tokenizer.vocab_size",
    "clip.text_length": "text_length",
}
"""Settings that follow from another one, and from which."""


def known_settings(preset: Preset, task: str) -> dict[str, Any]:
    """Every setting by its dotted name, with its present value, as `task` sees them."""
    parts = {name: getattr(preset, name) for name in ("tokenizer", "dvae", "dalle", "clip")}
    parts["training"] = preset.training[task]
    settings = {
        f"{part}.{field.name}": getattr(config, field.name)
        for part, config in parts.items()
        for field in fields(config)
    }
    return {"image_size": preset.image_size, "text_length": preset.text_length, **settings}


def with_settings(preset: Preset, task: str, settings: Iterable[str]) -> Preset:
    """`preset` with settings such as "training.learning_rate=2e-3" applied, in order.

    Raises SettingError for an unknown name (with the nearest ones), a name that follows from another, a value
    of the wrong kind, or one that the configuration refuses.
    """
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        known = known_settings(preset, task)
        if not equals:
            raise SettingError(
                f"{setting!r} is not a setting; write name=value, such as training.learning_rate=1e-3"
            )
        if name in FOLLOWS:
            raise SettingError(f"{name} follows from {FOLLOWS[name]}: set that instead")
        if name not in known:
            raise SettingError(f"there is no setting {name!r}{suggest(name, tuple(known))}")
        preset = _apply(preset, task, name, text.strip())
    return preset


def _apply(preset: Preset, task: str, name: str, text: str) -> Preset:
    part, _, field = name.rpartition(".")
    owner = preset.training[task] if part == "training" else getattr(preset, part) if part else preset
    value = _value(text, typing.get_type_hints(type(owner))[field], name)
    try:
        changed = replace(owner, **{field: value})
        if part == "training":
            return replace(preset, training={**preset.training, task: changed})
        return replace(preset, **{part: changed}) if part else changed
    except ValueError as error:
        raise SettingError(f"{name}={text}: {error}") from None


def _value(text: str, kind: Any, name: str) -> Any:
    """`text` as the type that a field wants: int, float, bool, one of some words, a list of words, or none."""
    options = typing.get_args(kind) or (kind,)
    if text.lower() in ("none", "null") and type(None) in options:
        return None
    if all(isinstance(option, str) for option in options):
        if text not in options:
            raise SettingError(f"{name} is {text!r}; choose from {', '.join(options)}")
        return text
    if str in options and tuple not in map(typing.get_origin, options):
        return tuple(part.strip() for part in text.split(",")) if Ellipsis in options else text
    if any(typing.get_origin(option) is tuple for option in options):
        return tuple(part.strip() for part in text.split(","))
    return _number(text, options, name)


def _number(text: str, options: tuple[Any, ...], name: str) -> Any:
    try:
        value = json.loads(text.lower())
    except ValueError:
        value = text
    if bool in options and isinstance(value, bool):
        return value
    if (
        int in options
        and isinstance(value, int | float)
        and not isinstance(value, bool)
        and value == int(value)
    ):
        return int(value)
    if float in options and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    wanted = "true or false" if bool in options else "a whole number" if int in options else "a number"
    raise SettingError(f"{name} is {text!r}; it takes {wanted}")
