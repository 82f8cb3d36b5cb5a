"""Build the lessons as a site to read: `python3 course.py site [--out DIR]`, then open DIR/index.html.

Sphinx does the work, with MyST-NB and the theme Furo: pages, search, a dark theme, all from files that lie beside each
other, so that the site can be read, and searched, without a network or a server. Beside the lessons it holds the
README, the exercises and projects, the lecturers' guide, the results and the ledger.

Left out: pages for the package's functions (their docstrings stand in the source, which the lessons show), and
uploading.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from tools.publish.pages import ROOT, lessons, page, title

BESIDE = {
    "lessons": ("notebooks/README.md", "The lessons, and how long they take"),
    "lecturers": ("TEACHING.md", "For lecturers"),
    "exercises": ("exercises/README.md", "Exercises"),
    "projects": ("exercises/projects/README.md", "Projects"),
    "project1": ("exercises/projects/1_new_corner.md", "A new corner of the world"),
    "project2": ("exercises/projects/2_new_pattern.md", "A new attention pattern"),
    "project3": ("exercises/projects/3_own_data.md", "Your own data set"),
    "results": ("data/results/nano/RESULTS.md", "How good is nano?"),
    "ledger": ("minidalle/ledger/README.md", "The paper, line by line"),
}
"""Pages that are no lessons: their source, and what the menu calls them. One that does not exist is left out."""

_FETCHED = re.compile(r"!\[([^\]]*)\]\(https?:[^)\s]+\)")
"""A picture that a browser would ask the network for, such as a badge."""
_LINK = re.compile(r"(!?\[[^\]]*\])\(((?!https?:|#|mailto:)[^)\s]+)\)")


def write_sources(folder: Path) -> None:
    """Put what Sphinx reads into an empty folder: the pages, their pictures, and a table of contents."""
    for path in lessons():
        nbformat.write(page(path), folder / path.name)
    found = {name: ROOT / place for name, (place, _) in BESIDE.items() if (ROOT / place).is_file()}
    for name, path in found.items():
        (folder / f"{name}.md").write_text(moved(path, folder, found), encoding="utf-8")
    readme = moved(ROOT / "README.md", folder, found)
    entries = [f"{path.stem[:2]} {title(nbformat.read(path, 4))} <{path.stem}>" for path in lessons()]
    (folder / "index.md").write_text(
        readme
        + contents("The lessons", entries)
        + contents("Beside them", [f"{BESIDE[name][1]} <{name}>" for name in found]),
        encoding="utf-8",
    )


def contents(caption: str, entries: list[str]) -> str:
    """A part of the menu, in MyST."""
    lines = "\n".join(entries)
    return f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{lines}\n```\n"


def moved(path: Path, folder: Path, found: dict[str, Path]) -> str:
    """A Markdown file of the repository whose links still lead somewhere: to pages, to copied pictures, or to nothing
    but their own words where the site has no such page. Pictures from the network become their own words, too."""
    here = {source.resolve(): f"{name}.md" for name, source in found.items()}
    here |= {lesson.resolve(): lesson.name for lesson in lessons()}
    here[ROOT / "README.md"] = "index.md"

    def there(match: re.Match) -> str:
        words, address = match.groups()
        address, _, mark = address.partition("#")
        target = (path.parent / address).resolve()
        if target in here:
            return f"{words}({here[target]}{'#' + mark if mark else ''})"
        if target.suffix in (".png", ".svg") and target.is_file():
            copy = folder / "pictures" / target.relative_to(ROOT).as_posix().replace("/", "-")
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(target, copy)
            return f"{words}(pictures/{copy.name})"
        return words[1:-1]

    return _LINK.sub(there, _FETCHED.sub(r"\1", path.read_text(encoding="utf-8")))


def build(out: Path) -> None:
    """Write the site into `out`, in place of one that is there.

    Raises RuntimeError with Sphinx's own words if anything is wrong, warnings included.
    """
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "source"
        shutil.copytree(Path(__file__).parent / "static", source / "static")
        shutil.copyfile(Path(__file__).parent / "conf.py", source / "conf.py")
        write_sources(source)
        command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-j", "2"]
        done = subprocess.run(
            [*command, "-d", f"{scratch}/trees", str(source), f"{scratch}/html"],
            env=os.environ | {"PYTHONWARNINGS": "ignore"},
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        if out.exists():
            shutil.rmtree(out)
        shutil.copytree(f"{scratch}/html", out)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("course.py site", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="where the site goes")
    args = parser.parse_args(argv)
    empty = not args.out.exists() or (args.out.is_dir() and not any(args.out.iterdir()))
    if not empty and not (args.out / "searchindex.js").is_file():
        parser.error(f"{args.out} holds something that is no site: choose another folder")
    build(args.out)
    print(f"The site is in {args.out}: open index.html in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
