"""course.py: one command, from a machine with only Python to an open lesson. Here nothing is downloaded."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "course.py"


class Installer:
    """Stands in for pip: notes what it was asked, and ends as it is told to."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.ending: tuple[int, str] | BaseException = (0, "")

    def __call__(self, command: list[str]) -> tuple[int, str]:
        self.commands.append(command)
        if isinstance(self.ending, BaseException):
            raise self.ending
        return self.ending


def load_course() -> ModuleType:
    """course.py as a module."""
    spec = importlib.util.spec_from_file_location("course", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def quick_venv(command: list[str]) -> int:
    """`python -m venv` with one small file in place of the real pip, which takes seconds to install."""
    done = subprocess.run([*command, "--without-pip"])
    (packages,) = [
        *Path(command[-1]).glob("lib/python*/site-packages"),
        *Path(command[-1]).glob("Lib/site-packages"),
    ]
    for name, text in {
        "pip.py": "",
        "pip-1.dist-info/METADATA": "Name: pip",
        "pip-1.dist-info/RECORD": RECORD,
    }.items():
        (packages / name).parent.mkdir(exist_ok=True)
        (packages / name).write_text(text, encoding="utf-8")
    return done.returncode


RECORD = "pip.py,,\npip-1.dist-info/METADATA,,\npip-1.dist-info/RECORD,,\n"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """course.py for a project in an empty folder, with stand-ins for what takes long, and no uv."""
    module = load_course()
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    monkeypatch.setattr(module, "ROOT", str(tmp_path))
    monkeypatch.setattr(module, "install", Installer())
    monkeypatch.setattr(module, "is_active", lambda: False)
    monkeypatch.setattr(module.subprocess, "call", quick_venv)
    monkeypatch.setattr(module.shutil, "which", lambda program: None)
    monkeypatch.delenv("MINIDALLE_VENV", raising=False)
    return module


def run_course(*arguments: str, before: str = "pass") -> subprocess.CompletedProcess:
    """course.py as a person calls it, after the statements in `before`."""
    code = f"import runpy, sys; {before}; sys.argv = {['course.py', *arguments]!r}; "
    code += f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")


# ---------------------------------------------------------------- what it says


def test_no_job_shows_the_jobs():
    done = run_course()
    assert done.returncode == 0 and all(
        f"course.py {job}" in done.stdout for job in ("lab", "test", "doctor", "slides", "site")
    )


def test_an_unknown_job_is_told_the_known_ones():
    done = run_course("labs")
    assert done.returncode == 1 and "no job 'labs': choose lab, test" in done.stderr
    assert "Did you mean 'lab'?" in done.stderr


def test_an_old_python_is_told_kindly():
    done = run_course("lab", before="sys.version_info = (3, 9, 1, 'final', 0)")
    assert done.returncode == 1
    assert (
        "needs Python 3.11 or newer; this is Python 3.9.1" in done.stderr and "Traceback" not in done.stderr
    )


def test_an_old_python_can_read_it():
    source = SCRIPT.read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    assert "__future__" not in source and ":=" not in source  # and Python 3.6 too


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("WARNING: Retrying (Retry(total=4)) ... Temporary failure in name resolution", "online"),
        ("error: error sending request for url", "online"),
        (
            "ERROR: No matching distribution found for torch==9 (from versions: 2.2, 2.3)",
            "no build for this machine",
        ),
        ("PermissionError: [Errno 13] Permission denied: 'x'", "could not be written"),
        ("something else entirely", "Its own words are above"),
    ],
)
def test_a_failed_installation_says_what_to_do(course: ModuleType, tmp_path: Path, said: str, means: str):
    assert means in course.advice(said, str(tmp_path / ".venv"))


# ---------------------------------------------------------------- the environment


def test_first_call_installs_the_pins_and_the_next_nothing(course: ModuleType, tmp_path: Path):
    python = course.ensure()
    assert course.works(python, "import sys; sys.exit(sys.prefix == sys.base_prefix)")
    (command,) = course.install.commands
    bars = ("--progress-bar", "off")  # where nobody looks on, which is no reason to say nothing
    assert [part for part in command if part not in bars] == [
        *(python, "-m", "pip", "install"),
        *("-e", ".[dev]"),
        *("-c", "constraints.txt"),
    ]
    assert Path(python).is_relative_to(tmp_path / ".venv")
    assert course.ensure() == python and len(course.install.commands) == 1


STEPS = ["Preparing the course's environment in", "The first time takes", "Making an empty environment."]
STEPS += ["Installing the packages", "The environment is complete: ", "Ready. Next: python3 course.py lab"]


def test_setup_tells_its_steps_into_a_file_too(course: ModuleType, capfd: pytest.CaptureFixture):
    """And again when there is nothing to do, so that it never looks as if it had not been run."""
    assert not sys.stdout.isatty() and course.main(["setup"]) == 0
    told, errors = capfd.readouterr()
    assert [told.index(step) for step in STEPS] == sorted(told.index(step) for step in STEPS), told
    assert errors == "" and "--quiet" not in course.install.commands[0]
    assert course.main(["setup"]) == 0
    told, _ = capfd.readouterr()
    assert [step for step in STEPS if step in told] == STEPS[-2:]


def test_who_asks_setup_for_help_gets_no_environment(course: ModuleType, capsys: pytest.CaptureFixture):
    assert course.main(["setup", "--help"]) == 0
    assert "course.py lab" in capsys.readouterr().out and course.install.commands == []


def test_other_jobs_keep_stdout_to_themselves(course: ModuleType, monkeypatch, capfd: pytest.CaptureFixture):
    """`course.py python program.py > figures.txt` may be the first call of all."""
    monkeypatch.setattr(course, "run", lambda *job: print("figures") or 0)
    assert course.main(["python", "program.py"]) == 0
    told, steps = capfd.readouterr()
    assert told == "figures\n" and all(step in steps for step in STEPS[:4])


def test_what_the_installer_says_is_shown_but_not_on_stdout(capfd: pytest.CaptureFixture):
    code = "import sys; print('Collecting torch'); print('a warning', file=sys.stderr)"
    assert load_course().install([sys.executable, "-c", code]) == (0, "a warning\n")
    told, steps = capfd.readouterr()
    assert told == "" and "Collecting torch" in steps and "a warning" in steps


def test_installs_again_only_when_the_wanted_versions_change(course: ModuleType, tmp_path: Path):
    course.ensure()
    pins = tmp_path / "constraints.txt"
    pins.write_text("# a new remark\n" + pins.read_text(encoding="utf-8"), encoding="utf-8")
    course.ensure()
    assert len(course.install.commands) == 1
    pins.write_text(pins.read_text(encoding="utf-8") + "one-more==1.0\n", encoding="utf-8")
    course.ensure()
    assert len(course.install.commands) == 2


def test_a_set_up_that_was_cut_off_is_done_again(course: ModuleType):
    course.install.ending = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        course.ensure()
    course.install.ending = (0, "")
    course.ensure()
    course.ensure()
    assert len(course.install.commands) == 2


def test_a_half_written_package_starts_afresh(course: ModuleType):
    """A package whose files are missing would count as installed: pip reads only the names."""
    course.install.ending = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        course.ensure()
    venv = Path(course.venv_folder())
    (half,) = venv.glob("**/site-packages/pip-1.dist-info/METADATA")
    half.unlink()
    course.install.ending = (0, "")
    course.ensure()
    assert half.exists()


def test_a_failed_installation_is_an_error_and_tried_again(course: ModuleType):
    course.install.ending = (1, "ERROR: Temporary failure in name resolution")
    with pytest.raises(course.SetupError, match="online"):
        course.ensure()
    course.install.ending = (0, "")
    assert course.works(course.ensure()) and len(course.install.commands) == 2


def test_an_environment_without_its_python_is_made_again(course: ModuleType):
    python = Path(course.ensure())
    python.unlink()
    assert course.works(course.ensure())


def test_a_folder_that_is_no_environment_is_left_alone(course: ModuleType, tmp_path: Path, monkeypatch):
    thesis = tmp_path / "thesis"
    thesis.mkdir()
    (thesis / "chapter.txt").write_text("do not delete", encoding="utf-8")
    monkeypatch.setenv("MINIDALLE_VENV", str(thesis))
    with pytest.raises(course.SetupError, match="is in the way"):
        course.ensure()
    assert [path.name for path in thesis.iterdir()] == ["chapter.txt"]


def test_two_set_ups_at_once_do_not_mix(course: ModuleType):
    with (
        course.locked(course.venv_folder() + ".lock"),
        pytest.raises(course.SetupError, match="Another course"),
    ):
        course.ensure()


@pytest.mark.slow
def test_a_real_environment_has_pip_and_is_whole(tmp_path: Path):
    course, venv = load_course(), str(tmp_path / "venv")
    course.make_venv(venv, uv=None)
    assert course.works(course.python_in(venv), "import pip") and course.works(
        course.python_in(venv), course.WHOLE
    )


def test_an_activated_environment_with_this_package_is_used(course: ModuleType, monkeypatch):
    monkeypatch.setattr(course, "is_active", lambda: True)
    assert course.ensure() == sys.executable and course.install.commands == []
    monkeypatch.setenv("MINIDALLE_VENV", "elsewhere")  # asked for by name: that one, and no other
    assert course.venv_folder() == os.path.abspath("elsewhere")


@pytest.mark.parametrize(
    ("url", "used"), [(ROOT.as_uri(), True), ((ROOT / "fork").as_uri(), False), ("", False)]
)
def test_only_this_very_checkout_counts_as_installed(monkeypatch, url: str, used: bool):
    """Another clone in the activated environment would run other code than the one on the screen."""
    import importlib.metadata

    class Distribution:
        def read_text(self, name: str) -> str:
            return json.dumps({"url": url})

    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Distribution())
    monkeypatch.setattr(sys, "prefix", str(ROOT / "an-environment"))
    assert load_course().is_active() is used


def test_uv_is_told_where_pip_finds_packages(monkeypatch):
    """uv does not read pip's settings; a machine may hold its PyTorch in a folder that only those name."""
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels /more-wheels")
    monkeypatch.delenv("UV_FIND_LINKS", raising=False)
    code = "import os, sys; sys.exit('found: ' + os.environ['UV_FIND_LINKS'])"
    assert load_course().install([sys.executable, "-c", code]) == (1, "found: /wheels,/more-wheels\n")


# ---------------------------------------------------------------- the jobs


def test_lab_opens_the_first_lesson(course: ModuleType, monkeypatch):
    lab = course.command("lab", ["--no-browser"])
    assert "--LabApp.default_url=/lab/tree/notebooks/00_draw.ipynb" in lab and lab[-1] == "--no-browser"
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert "--allow-root" in course.command("lab", [])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "--allow-root" not in course.command("lab", [])


def test_test_runs_everything_and_fast_leaves_out_the_slow(course: ModuleType):
    assert "not slow" not in course.command("test", []) and "tests" not in course.command("test", [])
    fast = course.command("test", ["--fast", "-x"])
    assert fast[:2] == ["-m", "pytest"] and fast[-1] == "-x" and "--fast" not in fast
    assert fast[fast.index("not slow") - 1] == "-m" and "tests" in fast


def test_jobs_find_the_environments_programs_first(course: ModuleType, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    python = os.path.join("somewhere", "bin", "python")
    paths = course.environment("lab", python)["PATH"].split(os.pathsep)
    assert paths[0] == os.path.join("somewhere", "bin")
    assert course.environment("test", python)["OMP_NUM_THREADS"] == "1"
    assert "OMP_NUM_THREADS" not in course.environment("lab", python)
