"""The projects: their code runs as it stands, their commands exist, their links lead somewhere."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from minidalle.cli import build_parser

FOLDER = Path(__file__).parents[1] / "exercises" / "projects"
PROJECTS = sorted(FOLDER.glob("[0-9]*.md"))
every_project = pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.stem)


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.slow
@every_project
def test_what_a_project_begins_with_runs(path: Path, tmp_path: Path):
    """In a process of its own: projects add to the world and to the patterns."""
    code = "\n".join(blocks(path, "python"))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr


@every_project
def test_its_commands_are_commands_of_the_course(path: Path):
    lines = [line for block in blocks(path, "sh") for line in block.splitlines()]
    for line in lines:
        command, *words = shlex.split(line, comments=True)
        assert command == "minidalle"
        build_parser(words[0]).parse_args(words)
    assert lines or path.stem.startswith("2")


@every_project
def test_it_has_a_question_what_to_hand_in_and_milestones(path: Path):
    text = path.read_text(encoding="utf-8")
    assert "**The question.**" in text and "**You hand in**" in text and "## Milestones" in text
    assert len(re.findall(r"^\| \d \| \*\*", text, re.MULTILINE)) >= 5


def test_the_page_of_projects_lists_them_and_the_rubric_adds_up_to_twenty():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d\w+\.md)\)", text) == [path.name for path in PROJECTS]
    rubric = text.partition("## The rubric")[2].partition("## Showing it")[0]
    assert 4 * len(re.findall(r"^\| \*\*", rubric, re.MULTILINE)) == 20


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_links_lead_somewhere(path: Path):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
