"""A lesson as a page that nobody runs: formulas that any browser sets by itself, pictures that say what they show.

What a running notebook needs and a page does not is taken out: the set-up cell, the live half of a widget. Formulas
become MathML, which browsers draw without a program; each picture becomes an <img> with the alternative text that
`show.figure` wrote beside it, which neither nbconvert nor Sphinx would carry over.

Left out: running anything. The pages show what is committed.
"""

import html
import re
from collections.abc import Sequence
from pathlib import Path

import latex2mathml.converter
import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
SET_UP = "importlib.util.find_spec"
"""What only the set-up cell says, which installs the package on a machine that lacks it."""

NO_WORDS = "the picture that the cell above draws"
"""What is said of a picture of somebody's own that says nothing of itself; those of the lessons all do."""

_CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", flags=re.DOTALL | re.MULTILINE)
_FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(?!\s)([^$]+?)(?<!\s)\$(?![\w$])", flags=re.DOTALL)


def lessons(wanted: Sequence[str] = ()) -> list[Path]:
    """The notebooks whose numbers or names begin with one of `wanted`, in order; all of them for none.

    Raises ValueError for a wish that no lesson begins with, and names those that there are.
    """
    every = sorted(NOTEBOOKS.glob("*.ipynb"))
    for wish in wanted:
        if not any(path.stem.startswith(wish) for path in every):
            raise ValueError(
                f"no lesson begins with {wish!r}; there are {', '.join(path.stem for path in every)}"
            )
    return [path for path in every if not wanted or path.stem.startswith(tuple(wanted))]


def title(notebook: NotebookNode) -> str:
    """What its first heading says."""
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ").strip()


def mathml(source: str) -> str:
    r"""Markdown with every formula ($...$ and $$...$$, outside of code) as MathML. "\$" stays a dollar sign."""
    pieces = _CODE.split(source)
    pieces[::2] = [_FORMULA.sub(_as_mathml, text) for text in pieces[::2]]
    return "".join(pieces)


def _as_mathml(found: re.Match) -> str:
    displayed, inline = found.groups()
    display, formula = "block" if displayed else "inline", (displayed or inline).strip()
    formula = re.sub(r"\\arg(?![a-z])", r"\\operatorname{arg}", formula)  # \arg: not known to it
    return latex2mathml.converter.convert(formula, display=display)


def picture(output: NotebookNode) -> str:
    """An <img> that holds the picture of an output, at its own width, with its alternative text."""
    about = output.metadata.get("image/png", {})
    alt = html.escape(about.get("alt") or NO_WORDS, quote=True)
    width = f' width="{about["width"]}"' if "width" in about else ""
    return f'<img class="figure" alt="{alt}"{width} src="data:image/png;base64,{output.data["image/png"].strip()}">'


def page(path: Path) -> NotebookNode:
    """The notebook, ready to be shown."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [
        cell for cell in notebook.cells if cell.cell_type != "code" or SET_UP not in cell.source
    ]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = mathml(cell.source)
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data = nbformat.from_dict({"text/html": picture(output)})
                output.metadata = nbformat.from_dict({})
    return notebook
