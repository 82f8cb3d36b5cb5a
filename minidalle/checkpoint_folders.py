"""Folders of files that are written whole or not at all, and checked by SHA-256 when read.

A folder is written under a temporary name, flushed to the disk and renamed, so that whatever happens (a full
disk, a power cut, SIGKILL) the folder of that name is either whole or not there. Its `manifest.json` holds the
size and SHA-256 of every other file; an altered or cut-off file is reported by name.

Left out: what is in the files (`checkpoints.py`, `training/state.py`).
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
UNFINISHED = ".tmp"  # how the name of a folder that is being written, or removed, ends
DESKTOP = {".DS_Store", "Thumbs.db", "desktop.ini"}  # what file managers leave in any folder they show


class CheckpointError(RuntimeError):
    """A checkpoint that is missing, damaged, of another kind, or that cannot be written. Names the file."""


def json_bytes(document: Any) -> bytes:
    """A document as the contents of a JSON file that people can read."""
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` (name to contents) and their manifest as `folder`, which is then whole or not there.

    A folder that is already there is replaced at the end, and stays whole if anything fails before. Raises
    CheckpointError, with what the system says, when the folder cannot be written, and for a folder that holds
    anything else than a checkpoint, which would be lost.
    """
    folder = Path(os.path.abspath(folder))  # so that "." has a name too
    if lost := _strangers(folder, files):
        raise CheckpointError(
            f"{folder} could not be written: it holds {lost}, which is no part of a checkpoint and would be lost; "
            "choose another folder"
        )
    unfinished = folder.with_name(f"{folder.name}{UNFINISHED}")
    with _becoming(unfinished, folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_folder(unfinished)
        unfinished.mkdir()
        for name, contents in {**files, MANIFEST: json_bytes(_manifest_of(files))}.items():
            _write_file(unfinished / name, contents)


def seal_folder(unfinished: Path, folder: Path) -> None:
    """Give a folder that others have filled a manifest, and its own name: it is then whole or not there.

    Raises CheckpointError when that cannot be done; an older folder of that name then stays.
    """
    with _becoming(unfinished, folder):
        entries = {path.name: _entry(path) for path in sorted(unfinished.iterdir())}
        _write_file(unfinished / MANIFEST, json_bytes(entries))


@contextmanager
def _becoming(unfinished: Path, folder: Path) -> Iterator[None]:
    """What is done inside fills `unfinished`; that then takes the place of `folder`, or goes where it fails."""
    try:
        yield
        _flush_folder(unfinished)
        _take_the_place(unfinished, folder)
        _flush_folder(folder.parent)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise CheckpointError(
            f"{folder} could not be written ({error.strerror or error}): make room, or choose another folder"
        ) from error


def _entry(path: Path) -> dict[str, Any]:
    with open(path, "rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def remove_folder(folder: Path) -> None:
    """Remove a folder so that no half of it is left under its own name. One that is not there is fine."""
    if folder.exists():
        shutil.rmtree(_move_aside(folder), ignore_errors=True)


def _move_aside(folder: Path) -> Path:
    aside = folder.with_name(f"{folder.name}.old{UNFINISHED}")
    shutil.rmtree(aside, ignore_errors=True)
    os.replace(folder, aside)
    return aside


def _take_the_place(new: Path, folder: Path) -> None:
    """Rename `new` to `folder`. What was there is removed only afterwards, and put back where that fails (on
    Windows it does while some program has a file open)."""
    old = _move_aside(folder) if folder.exists() else None
    try:
        os.replace(new, folder)
    except OSError:
        if old is not None:
            os.replace(old, folder)
        raise
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _strangers(folder: Path, files: Mapping[str, bytes]) -> str:
    """Names of what lies in `folder` and is neither in `files` nor in its own manifest; "" where nothing does."""
    try:
        present = {path.name for path in folder.iterdir()}
    except OSError:  # not there, or not a folder: writing it will tell
        return ""
    try:
        known = set(json.loads((folder / MANIFEST).read_bytes()))
    except (OSError, ValueError, TypeError):
        known = set()
    names = sorted(present - known - set(files) - DESKTOP - {MANIFEST})
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


def _manifest_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        name: {"bytes": len(contents), "sha256": hashlib.sha256(contents).hexdigest()}
        for name, contents in files.items()
    }


def _write_file(path: Path, contents: bytes) -> None:
    with open(path, "wb") as file:
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, where the system can (Windows has no such call)."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def verify(folder: str | os.PathLike[str]) -> list[str]:
    """What is wrong with a folder that `write_folder` made, one sentence a fault; empty when it is whole."""
    folder = Path(folder)
    if not folder.is_dir():
        return [f"there is no folder {folder}"]
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        entries = {name: (entry["bytes"], entry["sha256"]) for name, entry in manifest.items()}
    except FileNotFoundError:
        return [f"{folder / MANIFEST} is missing"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"{folder / MANIFEST} is damaged ({error})"]
    return [
        fault for name, (size, digest) in entries.items() for fault in _faults(folder / name, size, digest)
    ]


def _faults(path: Path, size: int, digest: str) -> Iterable[str]:
    try:
        contents = path.read_bytes()
    except FileNotFoundError:
        return [f"{path} is missing"]
    except OSError as error:
        return [f"{path} cannot be read ({error.strerror or error})"]
    if len(contents) != size:
        return [f"{path} is cut off: it has {len(contents):,} bytes and should have {size:,}"]
    found = hashlib.sha256(contents).hexdigest()
    if found != digest:
        return [f"{path} was altered: its SHA-256 is {found[:16]}… and should be {digest[:16]}…"]
    return []


def check_listed(folder: Path, names: Iterable[str]) -> None:
    """Raise CheckpointError for files that the manifest of a folder does not list: nothing says what they should be."""
    listed = json.loads((folder / MANIFEST).read_bytes())
    if unlisted := [name for name in names if name not in listed]:
        raise CheckpointError(
            f"{folder / MANIFEST} does not list {', '.join(unlisted)}: fetch the whole folder again, or train anew"
        )


def check(folder: str | os.PathLike[str], advice: str = "fetch it again, or train anew") -> None:
    """Raise CheckpointError, naming every faulty file, unless `verify` finds nothing wrong."""
    problems = verify(folder)
    if problems:
        raise CheckpointError(f"{'; '.join(problems)}: {advice}")
