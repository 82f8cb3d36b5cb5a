"""One run at a time in a training folder: two would write over each other's log and checkpoints.

The lock is a file that is there while a run is, with the number of its process and the name of its machine. A run that
was killed leaves it behind; on the same machine the next run sees that there is no such process any more, and takes
it over. Left out: runs of other machines, which cannot be looked for; the error says what to remove. And two runs that
take over the same lock in the same instant.
"""

import contextlib
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minidalle.checkpoints import json_bytes
from minidalle.training.loop import TrainingError

LOCK = "lock.json"
WINDOWS = os.name == "nt"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is made where there is none, and removed again if nothing was put into it.

    Raises TrainingError where another process holds the lock, or where the folder cannot be written.
    """
    path = folder / LOCK
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and _abandoned(_holder(path)):
            path.unlink()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError as error:
        if path.exists():
            raise TrainingError(_busy(folder, _holder(path))) from None
        raise TrainingError(
            f"{folder} could not be written ({error.strerror or error}): make room, or choose another --out"
        ) from error
    try:
        os.write(handle, json_bytes({"process": os.getpid(), "machine": platform.node()}))
        yield
    finally:
        os.close(handle)  # not before: what is open cannot be removed on Windows
        with contextlib.suppress(OSError):
            path.unlink()
            for place in made:  # until one is not empty
                place.rmdir()


def _holder(path: Path) -> dict[str, Any]:
    """Who holds a lock; nothing is known of one that is being written, or was cut off."""
    try:
        holder = json.loads(path.read_bytes())
        return {"process": int(holder["process"]), "machine": str(holder["machine"])}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _abandoned(holder: dict[str, Any]) -> bool:
    """Whether the process that made a lock is gone; on Windows, where removing the lock will tell, always True."""
    if holder.get("machine") != platform.node():
        return False
    if WINDOWS or holder["process"] == os.getpid():  # in a container numbers come again
        return True
    try:
        os.kill(holder["process"], 0)  # asks without doing anything
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # it is there, and somebody else's
        return False
    return False


def _busy(folder: Path, holder: dict[str, Any]) -> str:
    who = f"process {holder['process']} on {holder['machine']}" if holder else "another process"
    return (
        f"{folder} is being trained by {who}: wait until that has ended, or choose another --out. "
        f"If it has ended, remove {folder / LOCK}"
    )
