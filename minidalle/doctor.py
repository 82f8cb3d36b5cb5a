"""`minidalle doctor`: is everything here that drawing, the lessons and training need, and does it work?

Each check gives a `Finding`: what is there, and what to do about it. The self-test takes about ten seconds, the first
time a minute more, in which the renderer is compiled: a backward pass, a drawn picture, and a rendered scene compared
byte for byte. Left out: mending anything.
"""

import hashlib
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import import_module, metadata
from pathlib import Path

OK, NOTE, BROKEN = "ok", "note", "broken"
OLDEST_PYTHON = (3, 11)
ROOM = 2  # GB of memory, and of disk, below which drawing or training may not fit

NEEDED = ("torch", "numpy", "einops", "pillow", "safetensors", "tqdm")
OPTIONAL = {
    "numba": ("world", "the renderer of the picture world, and so lesson 01 and training"),
    "datasets": ("world", "the picture world as a data set"),
    "matplotlib": ("notebooks", "figures and loss curves"),
    "ipywidgets": ("notebooks", "the caption editor"),
    "jupyterlab": ("notebooks", "opening the lessons"),
    "huggingface-hub": ("hub", "models from the Hugging Face Hub"),
    "pytest": ("test", "the tests"),
    "nbval": ("test", "the tests of the lessons"),
}
"""Packages that some things need: the extra that brings them, and what for."""

SCENE_SHA256 = "c1ab2e8a73cfc27ea32dac63c20e479c61827651e343fff4a9b7730107a7be32"
"""Of the bytes of one rendered scene, [32, 32, 3]: pictures are the same on every machine, to the last bit."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at. status: ok, note (something is not there or slow), or broken (see `advice`)."""

    name: str
    status: str
    said: str
    advice: str = ""


def examine(self_test: bool = True) -> Iterator[Finding]:
    """Every finding, one after another, as they are made. A check that fails itself is a broken finding."""
    checks: list[Callable[[], Iterable[Finding]]] = [python, packages, machine, models]
    for check in [*checks, *([learns, draws, renders] if self_test else [])]:
        try:
            yield from check()
        except Exception as error:  # the doctor goes on, whatever is ill
            said = f"{type(error).__name__}: {error}".splitlines()[0]
            yield Finding(
                check.__name__, BROKEN, said, "reinstall: python3 course.py setup, or pip install minidalle"
            )


def report(findings: Iterable[Finding], say: Callable[[str], None], as_json: bool = False) -> int:
    """Tell the findings, and what to do; returns the exit code: 1 if something is broken."""
    found = []
    for finding in findings:
        found.append(finding)
        mark = {OK: "ok   ", NOTE: "note ", BROKEN: "FAULT"}[finding.status]
        say(
            f"{mark} {finding.name}: {finding.said}"
            + (f"\n      -> {finding.advice}" if finding.advice else "")
        )
    broken = [finding.name for finding in found if finding.status == BROKEN]
    if as_json:
        document = {"ok": not broken, "findings": [asdict(finding) for finding in found]}
        sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    say(f"To mend: {', '.join(broken)}." if broken else "All is well.")
    return 1 if broken else 0


def python() -> Iterator[Finding]:
    """Python and the system."""
    said = f"{platform.python_version()} on {platform.platform(terse=True)}, {platform.machine()}"
    old = sys.version_info[:2] < OLDEST_PYTHON
    wanted = ".".join(map(str, OLDEST_PYTHON))
    yield Finding("python", BROKEN if old else OK, said, f"install Python {wanted} or newer" if old else "")


def packages() -> Iterator[Finding]:
    """The packages that are needed, and those that only some things need."""
    for name in NEEDED:
        version = _version(name)
        if version:
            yield Finding(name, OK, version)
        else:
            yield Finding(name, BROKEN, "not installed", f"pip install {name}")
    for name, (extra, purpose) in OPTIONAL.items():
        version = _version(name)
        if version:
            yield Finding(name, OK, f"{version}, for {purpose}")
        else:
            advice = f'for {purpose}: pip install "minidalle[{extra}]"'
            yield Finding(name, NOTE, "not installed", advice)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def machine() -> Iterator[Finding]:
    """Processor, accelerators, memory and disk."""
    import torch

    from minidalle.devices import bf16_speed, pick_precision

    exact = torch.backends.cpu.get_cpu_capability()
    speed = bf16_speed()
    how = f"at {speed:.1f} times the speed of fp32" if speed >= 0.1 else "only emulated, very slowly"
    fast = f"bf16 {how}, so training uses {pick_precision('cpu')}"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Finding("processor", OK, f"{cores} cores, {torch.get_num_threads()} threads, {exact}, {fast}")
    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
        yield Finding("gpu", OK, f"{', '.join(names)}; used by default")
    elif torch.backends.mps.is_available():
        yield Finding("gpu", NOTE, "Apple's GPU is not used, because its results have been wrong; the CPU is")
    else:
        yield Finding("gpu", OK, "none, and none is needed: drawing and the lessons run on the processor")
    memory = _memory()
    if memory is not None:
        advice = f"close other programs: drawing needs about 1 GB, training {ROOM} GB"
        low = memory[0] < ROOM
        said = f"{memory[0]:.1f} GB free of {memory[1]:.1f} GB"
        yield Finding("memory", NOTE if low else OK, said, advice if low else "")
    free = shutil.disk_usage(Path.home()).free / 2**30
    advice = "make room: rendered pictures and checkpoints of a training run take up to 2 GB"
    yield Finding(
        "disk", NOTE if free < ROOM else OK, f"{free:.1f} GB free at home", advice if free < ROOM else ""
    )


def _memory() -> tuple[float, float] | None:
    """GB free and in all; None where the system does not tell."""
    try:
        page = os.sysconf("SC_PAGE_SIZE") / 2**30
        return os.sysconf("SC_AVPHYS_PAGES") * page, os.sysconf("SC_PHYS_PAGES") * page
    except (AttributeError, ValueError, OSError):
        return None


def models() -> Iterator[Finding]:
    """Every shipped model, each of its files by hash."""
    from minidalle.checkpoints import verify
    from minidalle.pipeline_find import shipped_folders, shipped_models

    advice = "get it again: git checkout -- data/checkpoints, or reinstall minidalle"
    if not shipped_models():
        yield Finding("models", BROKEN, "no model came with this installation", advice)
    for name, folder in shipped_folders().items():
        problems = verify(folder)
        size = sum(file.stat().st_size for file in folder.iterdir()) / 2**20
        if problems:
            yield Finding(f"model {name}", BROKEN, "; ".join(problems), advice)
        else:
            yield Finding(f"model {name}", OK, f"whole, {size:.1f} MB, {folder}")


def learns() -> Iterator[Finding]:
    """A small transformer, forward and backward: every weight gets a finite gradient."""
    import torch

    from minidalle.dalle import DALLE
    from minidalle.presets import preset

    start = time.perf_counter()
    config = preset("tiny").dalle
    model = DALLE(config)
    text = torch.zeros(2, config.text_length, dtype=torch.int64)
    model(text, torch.zeros(2, config.grid**2, dtype=torch.int64)).loss.backward()
    finite = all(weight.grad is not None and weight.grad.isfinite().all() for weight in model.parameters())
    said = f"a training step of a small model, {time.perf_counter() - start:.1f} s"
    yield Finding("learns", OK if finite else BROKEN, said, "" if finite else "reinstall torch")


def draws() -> Iterator[Finding]:
    """One picture by the first shipped model, twice: the same seed gives the same picture."""
    from minidalle.pipeline import load, shipped_models

    for name in list(shipped_models())[:1]:
        start = time.perf_counter()
        model = load(name)
        once, again = (model.draw("a red cube", n=1, seed=0).images for _ in range(2))
        same = bool((once == again).all())
        said = f"two pictures by {name}, {time.perf_counter() - start:.1f} s"
        yield Finding(
            "draws", OK if same else BROKEN, said, "" if same else "the same seed drew two pictures"
        )


def renders() -> Iterator[Finding]:
    """One scene of the picture world, compared byte for byte. Quietly nothing where numba is not installed.

    What numba compiles, the first time on a machine, is told apart from the drawing, which is timed after it.
    """
    if _version("numba") is None:
        return
    compiling: list[float] = []
    with import_module("numba.core.event").install_timer("numba:compile", compiling.append):
        world = import_module("minidalle.world")
        scene = world.Scene(
            (world.Thing("cube", "red"), world.Thing("cone", "blue", position=(1.0, 0.0, 0.0)))
        )
        world.render(scene, 32)
    start = time.perf_counter()
    found = hashlib.sha256(world.render(scene, 32).tobytes()).hexdigest()
    said = f"a scene of the picture world, {time.perf_counter() - start:.2f} s{_compiled(sum(compiling))}"
    if found == SCENE_SHA256:
        yield Finding("renders", OK, said)
    else:
        advice = "pictures differ from other machines' here: check the versions of numba and numpy"
        yield Finding(
            "renders", NOTE, f"{said}; its SHA-256 is {found[:16]}…, not {SCENE_SHA256[:16]}…", advice
        )


def _compiled(seconds: float) -> str:
    """What to say of time spent compiling: nothing of none, or of a blink."""
    return (
        f"; numba compiled the renderer first, in {seconds:.0f} s, and keeps that" if seconds >= 0.5 else ""
    )
