"""Write each lesson as one reveal.js deck that needs no network: `python3 course.py slides [06 11 ...] [--out DIR]`.

A deck is the lesson, cell by cell. A heading begins a slide; each further text, and each code cell with what it
shows, is the next step down from it. A short text shares the slide of the code that it leads to, unless it asks the
room to predict what the code will show. A text that says what a picture shows appears below the picture, by a key.
Speaker notes (cells of the type "notes") belong to the slide before them: the key S opens them in a window of their
own. A cell of the type "fragment" appears by a key on the slide before it, "skip" leaves a cell out, and "-" keeps it
on the slide before it. What is too tall is made smaller until it fits. The key ? shows all other keys; to print, open
the deck with ?print-pdf at the end of its address.

Left out: live code. A lecturer who wants it has the same lesson open in JupyterLab.
"""

import argparse
import sys
from importlib.resources import files
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from tqdm import tqdm
from traitlets.config import Config

from tools.publish.pages import ROOT, lessons, page, title

REVEAL = files("sphinx_revealjs") / "_static" / "revealjs"
"""reveal.js as its Sphinx extension ships it."""

SHORT = 45
"""Words: a text of at most so many leaves room for the code that follows it."""

BELOW = 90
"""Words: a text of at most so many leaves room for the picture above it."""


def staged(notebook: NotebookNode) -> NotebookNode:
    """The notebook with a type of slide for each cell, as nbconvert reads them."""
    short = pictured = False
    for number, cell in enumerate(notebook.cells):
        given = cell.metadata.get("slideshow", {}).get("slide_type", "")
        text, words = cell.cell_type == "markdown", len(cell.source.split())
        asks = text and "Predict, then run" in " ".join(cell.source.split())
        if number == 0 or (text and cell.source.startswith(("# ", "## "))):
            given = "slide"
        elif given in ("", "slide"):
            if text:
                given = "fragment" if pictured and words <= BELOW and not asks else "subslide"
            else:
                given = "-" if short else "subslide"
        if given not in ("notes", "skip"):
            short = number > 0 and text and words <= SHORT and not asks and given != "fragment"
            pictured = not text and any(_is_picture(output) for output in cell.get("outputs", []))
        cell.metadata["slideshow"] = nbformat.from_dict({"slide_type": given})
    return notebook


def _is_picture(output: NotebookNode) -> bool:
    return '<img class="figure"' in output.get("data", {}).get("text/html", "")


def deck(path: Path) -> str:
    """A lesson as a page of HTML with everything in it."""
    notebook = staged(page(path))
    notebook.metadata["title"] = title(notebook)
    exporter = SlidesExporter(
        config=Config(
            SlidesExporter={
                "extra_template_basedirs": [str(Path(__file__).parent)],
                "template_name": "deck",
                "exclude_input_prompt": True,
                "exclude_output_prompt": True,
            }
        )
    )
    body, _ = exporter.from_notebook_node(notebook, {"revealjs": inlined()})
    return body


def inlined() -> dict[str, str]:
    """The parts of reveal.js that a deck carries, by name."""
    parts = {
        "css": "dist/reveal.css",
        "theme": "dist/theme/white.css",
        "js": "dist/reveal.js",
        "notes": "plugin/notes/notes.js",
    }
    read = {name: (REVEAL / place).read_text(encoding="utf-8") for name, place in parts.items()}
    read["theme"] = "\n".join(line for line in read["theme"].splitlines() if not line.startswith("@import"))
    return read


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("course.py slides", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("lesson", nargs="*", help="such as 06; all of them by default")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "slides", help="where the decks go")
    args = parser.parse_args(argv)
    try:
        chosen = lessons(args.lesson)
    except ValueError as error:
        parser.error(str(error))
    args.out.mkdir(parents=True, exist_ok=True)
    for path in tqdm(chosen, desc="decks", unit="deck"):
        (args.out / f"{path.stem}.html").write_text(deck(path), encoding="utf-8")
    made = "1 deck" if len(chosen) == 1 else f"{len(chosen)} decks"
    print(f"{made} in {args.out}: open one in a browser, S shows the speaker notes.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
