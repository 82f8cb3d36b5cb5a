"""Where the course is opened elsewhere, it finds what it needs: Binder, Codespaces, Colab, and badges to get there."""

import json
import os
import re
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement

from tools.publish.badges import BEGIN, END, badges, main

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA_NAMES = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}


def test_binder_installs_what_the_lessons_need():
    extras = PROJECT["optional-dependencies"]
    needed = [Requirement(line) for line in PROJECT["dependencies"] + extras["world"] + extras["notebooks"]]
    wanted = {f"{CONDA_NAMES.get(one.name, one.name)}{one.specifier}" for one in needed}
    given = yaml.safe_load((ROOT / ".binder" / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert set(given) == wanted | {"python=3.11", "pip"}
    assert "-e ." in (ROOT / ".binder" / "postBuild").read_text(encoding="utf-8")
    assert os.name == "nt" or os.access(ROOT / ".binder" / "postBuild", os.X_OK)


def test_codespaces_are_set_up_by_the_one_command():
    made = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert made["postCreateCommand"] == "python3 course.py setup"
    assert made["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"].endswith(
        "/.venv/bin/python"
    )


def test_every_lesson_begins_by_installing_itself_where_it_is_not_installed():
    """The same cell everywhere; it does nothing where the package is there."""
    cells = [
        next(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    ]
    assert len(set(cells)) == 1 and 'find_spec("minidalle") is None' in cells[0]


def test_badges_lead_to_a_lesson_that_is_there(tmp_path: Path):
    text = badges("ada/minidalle", "main")
    assert len(text.splitlines()) == 3 and text.count("ada/minidalle") == 3
    for lesson in re.findall(r"notebooks(?:/|%2F)[\w.]+", text):
        assert (ROOT / lesson.replace("%2F", "/")).is_file()
    readme = tmp_path / "README.md"
    readme.write_text(f"# a\n{BEGIN}\nold\n{END}\nrest\n", encoding="utf-8")
    assert main(["ada/minidalle", "--readme", str(readme)]) == 0
    assert main(["ada/minidalle", "--readme", str(readme)]) == 0  # again: the same
    assert readme.read_text(encoding="utf-8") == f"# a\n{BEGIN}\n{text}\n{END}\nrest\n"


@pytest.mark.parametrize("place", ["minidalle", "a/b/c", "https://a/b"])
def test_a_place_that_is_none_is_refused(place: str):
    with pytest.raises(ValueError, match="is not OWNER/NAME"):
        badges(place, "main")


def test_the_readme_has_room_for_badges():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
