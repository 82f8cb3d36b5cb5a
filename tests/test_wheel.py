"""The package stands alone: a wheel in another environment, an empty folder, no repository, no extras."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXTRAS = [
    "datasets",
    "huggingface_hub",
    "ipywidgets",
    "jupyterlab",
    "matplotlib",
    "numba",
    "tiktoken",
    "tokenizers",
]

# A student's first program, with the extras hidden: importing one fails as if it were not installed.
DRAW = f"""
import hashlib, sys
sys.modules |= dict.fromkeys({EXTRAS!r})

import minidalle
drawing = minidalle.load("nano").draw("a red cube", n=2, seed=0)

import torch
images = torch.as_tensor(getattr(drawing, "images", drawing))
print(minidalle.__file__)
print(len(images), hashlib.sha256(images.numpy().tobytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it would be published, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("minidalle-*.whl")
    return wheel


class Elsewhere:
    """Another environment, with the wheel installed, and an empty folder to work in."""

    def __init__(self, wheel: Path, folder: Path) -> None:
        self.venv, self.desk = folder / "venv", folder / "desk"
        self.desk.mkdir()
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.venv], check=True)
        self.bin = self.venv / ("Scripts" if os.name == "nt" else "bin")
        self.python = shutil.which("python", path=str(self.bin))
        pip = [sys.executable, "-m", "pip", "--python", self.python]  # this pip, for that environment
        self.run(*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel))
        # PyTorch is large: borrow this environment's packages, by a path that comes last. A path named in a
        # .pth file is searched, but .pth files in it, such as that of an editable install, are not read.
        (site,) = {*self.venv.glob("lib/python*/site-packages"), *self.venv.glob("Lib/site-packages")}
        borrowed = "\n".join(dict.fromkeys(sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")))
        (site / "borrowed.pth").write_text(borrowed, encoding="utf-8")

    def run(self, *command: str) -> str:
        """Run a command in the empty folder, with this repository out of reach; return what it prints."""
        env = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "VIRTUAL_ENV")}
        env["PYTHONPATH"] = str(ROOT / "tests" / "offline")
        done = subprocess.run(command, cwd=self.desk, env=env, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return Elsewhere(wheel, tmp_path_factory.mktemp("elsewhere"))


def test_the_wheel_holds_the_package_its_models_and_its_pictures(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "minidalle").rglob("*.py")}
    models = {
        path.relative_to(ROOT).as_posix().replace("data/checkpoints", "minidalle/_checkpoints")
        for path in (ROOT / "data" / "checkpoints").rglob("*")
        if path.is_file()
    }
    assert any(name.endswith(".safetensors") for name in models)
    pictures = {
        f"minidalle/_emoji/{path.relative_to(ROOT / 'data' / 'emoji').as_posix()}"
        for path in (ROOT / "data" / "emoji").rglob("*")
        if path.is_file()
    }  # with the licences that must go with them
    assert {"minidalle/_emoji/emoji_64.parquet", "minidalle/_emoji/licences/CC-BY-4.0.txt"} < pictures
    assert names >= modules | models | pictures
    assert {name.split("/")[0].split("-")[0] for name in names} == {"minidalle"}  # no tests, no notebooks


@pytest.mark.slow
def test_an_installed_wheel_draws(elsewhere: Elsewhere):
    where, drawn = elsewhere.run(elsewhere.python, "-c", DRAW).splitlines()
    assert Path(where).is_relative_to(elsewhere.venv)
    assert drawn.startswith("2 ")
    assert elsewhere.run(elsewhere.python, "-c", DRAW).splitlines() == [
        where,
        drawn,
    ]  # the same seed, the same bytes


@pytest.mark.slow
def test_an_installed_wheel_brings_the_real_pictures(elsewhere: Elsewhere):
    program = "from minidalle.emoji import emoji_file, flags; print(emoji_file()); print(len(flags()))"
    where, number = elsewhere.run(elsewhere.python, "-c", program).splitlines()
    assert Path(where).is_relative_to(elsewhere.venv) and number == "249"


@pytest.mark.slow
def test_an_installed_wheel_brings_the_command(elsewhere: Elsewhere):
    command = shutil.which("minidalle", path=str(elsewhere.bin))
    for name in ("one.png", "two.png"):
        elsewhere.run(command, "draw", "a red cube", "-n", "2", "--seed", "0", "--out", name)
    one, two = ((elsewhere.desk / name).read_bytes() for name in ("one.png", "two.png"))
    assert one.startswith(b"\x89PNG") and one == two


def test_the_hidden_packages_are_the_extras():
    """What DRAW hides is what pyproject.toml calls an extra, so a new need for one of them shows here."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    text = "\n".join(line for lines in extras.values() for line in lines).replace("-", "_")
    assert [name for name in EXTRAS if name not in text] == []
