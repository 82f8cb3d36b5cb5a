"""The project hangs together: its lists of packages agree, its tests are offline, its code has one style."""

import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def expand(lines: list[str]) -> dict[str, Requirement]:
    """Requirements by name, with the project's own extras ("minidalle[world]") replaced by what they hold."""
    found: dict[str, Requirement] = {}
    for requirement in map(Requirement, lines):
        if requirement.name == PROJECT["name"]:
            for extra in requirement.extras:
                found |= expand(PROJECT["optional-dependencies"][extra])
        else:
            found[canonicalize_name(requirement.name)] = requirement
    return found


def pins() -> dict[str, list[Requirement]]:
    """constraints.txt, by name."""
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            found.setdefault(canonicalize_name(Requirement(line).name), []).append(Requirement(line))
    return found


EVERYTHING = expand(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"])


# ---------------------------------------------------------------- packages


def test_dev_is_every_extra_but_the_one_for_a_card():
    every = [
        line for name, lines in PROJECT["optional-dependencies"].items() for line in lines if name != "gpu"
    ]
    assert expand(PROJECT["dependencies"] + every) == EVERYTHING


def test_environment_yml_names_what_pyproject_names():
    conda = [line for line in CONDA["dependencies"] if isinstance(line, str)]
    (pip,) = (part["pip"] for part in CONDA["dependencies"] if isinstance(part, dict))
    assert CONDA["name"] == "minidalle"
    assert conda == ["python=3.11", "pip"] and PROJECT["requires-python"] == ">=3.11"
    assert (pip[0], pip[-1]) == ("-c constraints.txt", "-e .")  # the pins, and this very package
    assert {name: str(line) for name, line in expand(pip[1:-1]).items()} == {
        name: str(line) for name, line in EVERYTHING.items()
    }


def test_every_dependency_is_pinned_to_a_version_that_is_allowed():
    for name, requirement in EVERYTHING.items():
        assert name in pins(), (
            f"{name} has no line in constraints.txt: write it anew (the command is at its head)"
        )
        for pin in pins()[name]:
            (version,) = pin.specifier
            assert version.operator == "==" and requirement.specifier.contains(version.version), str(pin)


def test_constraints_only_pin():
    """Exact versions and markers: no index, address or option, so they work wherever packages come from."""
    for name, lines in pins().items():
        for line in lines:
            assert line.url is None and [part.operator for part in line.specifier] == ["=="], name
    cuda = [
        line
        for name, lines in pins().items()
        for line in lines
        if name.startswith(("nvidia-", "cuda-", "triton"))
    ]
    assert cuda and all("linux" in str(line.marker) for line in cuda)


def test_extras_are_not_needed_to_draw():
    core = set(expand(PROJECT["dependencies"]))
    assert core == {"einops", "numpy", "pillow", "safetensors", "torch", "tqdm"}


# ---------------------------------------------------------------- no network


def test_tests_cannot_reach_another_machine():
    for reach in (
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),  # an address that documents use
        lambda: socket.getaddrinfo("example.com", 80),
    ):
        with pytest.raises(OSError, match="tests run without a network"):
            reach()


def test_programs_started_by_tests_cannot_either():
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.returncode == 1 and "tests run without a network" in done.stderr


def test_this_machine_can_talk_to_itself():
    """Notebook kernels need that."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        served, _ = server.accept()
        client.sendall(b"hello")
        assert served.recv(5) == b"hello"
        served.close()


# ---------------------------------------------------------------- style


@pytest.mark.parametrize("job", [["check"], ["format", "--check"]], ids=["lint", "format"])
def test_ruff_has_nothing_to_say(job: list[str]):
    """To mend most of it: `python3 course.py python -m ruff check --fix`, then the same with `format`."""
    command = [sys.executable, "-m", "ruff", *job, "--output-format", "concise", "--no-cache", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def test_ci_runs_the_command_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    command = "python3 course.py test"
    assert re.search(rf"^{command}", script, flags=re.M)
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
