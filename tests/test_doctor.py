"""The doctor: what it looks at, and that it sees what is ill."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from numba.core import event
from tiny_model import save_tiny

from minidalle import doctor, pipeline_find, world
from minidalle.cli import main
from minidalle.doctor import BROKEN, NOTE, OK, Finding, examine, report


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place with one shipped model, and no other."""
    monkeypatch.setattr(pipeline_find, "SHELVES", (tmp_path / "shelf",))
    save_tiny(tmp_path / "shelf" / "nano")
    return tmp_path / "shelf"


def found(name: str, self_test: bool = False) -> Finding:
    return {finding.name: finding for finding in examine(self_test)}[name]


def test_a_healthy_machine(shelf: Path, capsys: pytest.CaptureFixture):
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    for name in (
        "python",
        "torch",
        "numba",
        "processor",
        "gpu",
        "disk",
        "model nano",
        "learns",
        "draws",
        "renders",
    ):
        assert f"ok    {name}: " in said
    assert said.endswith("All is well.\n")


def test_as_json(shelf: Path, capsys: pytest.CaptureFixture):
    assert main(["doctor", "--json", "--quick"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] and {"name", "status", "said", "advice"} == set(document["findings"][0])
    assert {finding["status"] for finding in document["findings"]} <= {OK, NOTE}


@pytest.mark.parametrize("harm", ["altered", "cut off", "missing"])
def test_a_damaged_model(shelf: Path, harm: str, capsys: pytest.CaptureFixture):
    path = shelf / "nano" / "dalle.safetensors"
    contents = path.read_bytes()
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(contents[:-1] + (b"\x7f" if harm == "altered" else b""))
    finding = found("model nano")
    assert finding.status == BROKEN and harm in finding.said and str(path) in finding.said and finding.advice
    assert main(["doctor", "--quick"]) == 1
    assert "FAULT model nano" in capsys.readouterr().out


def test_no_model_at_all(shelf: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pipeline_find, "SHELVES", (shelf / "nowhere",))
    assert found("models").status == BROKEN


def test_packages_that_are_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "NEEDED", ("torch", "no-such-package"))
    monkeypatch.setattr(doctor, "OPTIONAL", {"no-such-extra": ("world", "dreaming")})
    needed, optional = found("no-such-package"), found("no-such-extra")
    assert (needed.status, needed.advice) == (BROKEN, "pip install no-such-package")
    assert (optional.status, optional.advice) == (NOTE, 'for dreaming: pip install "minidalle[world]"')


def test_a_full_disk_and_little_memory(shelf: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "ROOM", 10**6)
    assert found("disk").status == NOTE and "make room" in found("disk").advice
    monkeypatch.setattr(doctor, "_memory", lambda: (0.5, 8.0))
    assert "close other programs" in found("memory").advice


def test_a_renderer_that_differs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "SCENE_SHA256", "0" * 64)
    (finding,) = doctor.renders()
    assert finding.status == NOTE and "differ" in finding.advice


def seconds_of(word: str, said: str) -> float:
    return float(re.search(rf"{word} ([\d.]+) s", said)[1])


def test_compiling_is_told_apart_from_drawing(monkeypatch: pytest.MonkeyPatch):
    """Else a new machine, which compiles for a minute, would look as if it drew one picture a minute."""
    render, compiled = world.render, []

    def slow_at_first(*args) -> np.ndarray:
        if not compiled:
            with event.trigger_event("numba:compile"):
                compiled.append(time.sleep(1.6))
        return render(*args)

    render(world.Scene(), 32)  # what is really compiled is compiled before
    monkeypatch.setattr(world, "render", slow_at_first)
    (first,), (again,) = doctor.renders(), doctor.renders()
    assert first.said.endswith("; numba compiled the renderer first, in 2 s, and keeps that")
    assert seconds_of("picture world,", first.said) < 1.5 and "compiled" not in again.said
    assert first.status == again.status == OK


@pytest.mark.slow
def test_on_a_new_machine_the_renderer_is_compiled_once(tmp_path: Path):
    code = "import minidalle.doctor; print(*[finding.said for finding in minidalle.doctor.renders()])"
    said = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True, encoding="utf-8", check=True,
        )  # fmt: skip
        said.append(done.stdout)
    first, again = said
    compiling = seconds_of("numba compiled the renderer first, in", first)
    assert compiling >= 1 and seconds_of("picture world,", first) < compiling / 5
    assert "compiled" not in again and seconds_of("picture world,", again) < compiling / 5


def test_a_check_that_fails_itself_is_a_finding(monkeypatch: pytest.MonkeyPatch):
    def ill() -> None:
        raise RuntimeError("torch was built for another machine\nand a long trace")

    monkeypatch.setattr(doctor, "machine", ill)
    finding = found("ill")
    assert finding.status == BROKEN and finding.said == "RuntimeError: torch was built for another machine"


def test_the_report_names_what_is_broken():
    said: list[str] = []
    findings = [
        Finding("a", OK, "fine"),
        Finding("b", NOTE, "slow"),
        Finding("c", BROKEN, "gone", "fetch it"),
    ]
    assert report(findings, said.append) == 1
    assert said == ["ok    a: fine", "note  b: slow", "FAULT c: gone\n      -> fetch it", "To mend: c."]
    assert report(findings[:2], said.append) == 0 and said[-1] == "All is well."
