"""Where a model lies: a folder, a shipped model's name, or "owner/name" on the Hugging Face Hub.

Left out: what is in a model folder (`checkpoints.py`). From the Hub only weights and JSON are fetched, never
code.
"""

import difflib
import os
import re
from pathlib import Path

from minidalle.checkpoints import MANIFEST, CheckpointError

PACKAGE = Path(__file__).parent
SHELVES = (PACKAGE.parent / "data" / "checkpoints", PACKAGE / "_checkpoints")
"""Where shipped models lie: in the repository, and in an installed wheel."""

TOKENIZER = Path("tokenizer", "tokenizer.json")
"""Where a training folder has what is trained first (`training/tokenizer_task.py`)."""

FETCHED = ("*.json", "*.safetensors")


class ModelNotFoundError(CheckpointError):
    """No model has this name, here or on the Hub."""


def shipped_folders() -> dict[str, Path]:
    """Every checkpoint that came with the package, the judge's too: name to folder, whole or damaged."""
    found: dict[str, Path] = {}
    for shelf in SHELVES:
        for folder in sorted(shelf.iterdir()) if shelf.is_dir() else ():
            if (folder / "config.json").is_file() or (folder / MANIFEST).is_file():
                found.setdefault(folder.name, folder)
    return found


def shipped_models() -> dict[str, Path]:
    """Those of `shipped_folders` that draw: a transformer lies in them, or their manifest says so."""
    return {name: folder for name, folder in shipped_folders().items() if _draws(folder)}


def _draws(folder: Path) -> bool:
    manifest = folder / MANIFEST
    return any(folder.glob("dalle*.safetensors")) or (
        manifest.is_file() and re.search(rb'"dalle[-\w]*\.safetensors"', manifest.read_bytes()) is not None
    )


def find_model(name_or_path: str | os.PathLike[str]) -> Path:
    """The folder of a model: a folder that exists, else a shipped model, else one fetched from the Hub.

    A bare name is a folder only if it holds a manifest, so that some folder called "nano" in the current one
    does not hide the shipped model. "runs/nanno" is a slip, and not asked for on the Hub, where there is a folder
    "runs". Raises ModelNotFoundError, naming the models there are, or how a training folder becomes one.
    """
    name = os.fspath(name_or_path) if isinstance(name_or_path, str | os.PathLike) else None
    if not isinstance(name, str) or not name.strip():
        raise ModelNotFoundError(f"a model is named by a text, not {name_or_path!r}{_choices('')}")
    folder = Path(os.path.expanduser(name))  # Path.expanduser raises where "~someone" has no home
    if folder.is_dir() and (folder.name != name or (folder / MANIFEST).is_file()):
        if in_training := _in_training(folder):
            raise ModelNotFoundError(in_training)
        return folder
    if Path(name).name == name:
        for shelf in SHELVES:
            if (shelf / name).is_dir() and name not in (".", ".."):
                return shelf / name
    if folder.is_dir():
        raise ModelNotFoundError(
            _in_training(folder)
            or f"the folder {name} is no model folder: it has no {MANIFEST}{_choices(name)}"
        )
    hub = re.fullmatch(r"[A-Za-z0-9][\w.-]*/[\w.-]+", name) and not isinstance(name_or_path, Path)
    if hub and not folder.parent.exists():
        return fetch(name)
    raise ModelNotFoundError(f"there is no model {name!r}, and no such folder{_choices(name)}")


def _in_training(folder: Path) -> str:
    """What to do about a folder that `minidalle train` writes to, or one of its parts; "" for any other."""
    if any(folder.glob("checkpoints/step-*")):  # runs/x/dalle
        folder = folder.parent
    begun = (folder / TOKENIZER).is_file() or any(folder.glob("*/checkpoints/step-*"))
    if not begun or (folder / MANIFEST).is_file():
        return ""
    said, model = f"{folder} is a training folder, not a model folder", folder / "model"
    if (model / MANIFEST).is_file():
        return f"{said}: its model is {model}"
    return f"{said}: pack what was trained into one, minidalle pack {folder} {model}, and then give {model}"


def _choices(name: str) -> str:
    """How an error about an unknown name ends."""
    names = [*shipped_models(), *_beside(name)]
    if not names:
        return ". No model came with this installation: train one, or give a model folder"
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    meant = f" Did you mean {close[0]!r}?" if close else ""
    return f".{meant} The models here: {', '.join(names)}; or give a model folder, or owner/name on the Hub"


def _beside(name: str) -> list[str]:
    """The model folders in the folder that `name` would be in, named as `name` is; none for a bare name."""
    parent = Path(os.path.expanduser(name)).parent
    places = sorted(place.parent for place in parent.glob(f"*/{MANIFEST}")) if parent != Path() else []
    return [(Path(name).parent / folder.name).as_posix() for folder in places if _draws(folder)]


def fetch(name: str) -> Path:
    """The folder of a model fetched from the Hugging Face Hub, or of an earlier copy.

    Raises ModelNotFoundError, with what to do, when it cannot be fetched.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise ModelNotFoundError(
            f"there is no folder {name}; to fetch it from the Hugging Face Hub, first: pip install huggingface-hub"
        ) from None
    try:
        return Path(snapshot_download(name, allow_patterns=list(FETCHED)))
    except Exception as error:  # whatever the network and its libraries raise, a learner gets one sentence
        said = str(error).strip().splitlines()
        raise ModelNotFoundError(
            f"there is no folder {name}, and it could not be fetched from the Hugging Face Hub "
            f"({said[0] if said else type(error).__name__}): check the name and the network"
            f"{_choices(name)}"
        ) from error
