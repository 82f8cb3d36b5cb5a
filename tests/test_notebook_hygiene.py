"""What nbval does not see: committed lessons are freshly run, small, readable, and in normal form."""

import base64
import importlib.util
import io
import re
import statistics
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode
from PIL import Image

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

_spec = importlib.util.spec_from_file_location("nbrun", ROOT / "tools" / "nbrun.py")
nbrun = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(nbrun)

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path: Path) -> list[NotebookNode]:
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def is_note(cell: NotebookNode) -> bool:
    """Whether a cell is a speaker's, and no part of what a reader is told step by step."""
    return cell.metadata.get("slideshow", {}).get("slide_type") == "notes"


def shown(cell: NotebookNode) -> str:
    """The text that nbval compares."""
    return "".join(out.get("text", "") + out.get("data", {}).get("text/plain", "") for out in cell.outputs)


def test_the_course_opens_with_a_lesson():
    assert NOTEBOOKS and NOTEBOOKS[0].name == "00_draw.ipynb"


@every_notebook
def test_run_from_top_to_bottom_in_a_fresh_kernel(path: Path):
    """nbval never compares a cell that has not been run."""
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), (
        "run tools/nbrun.py on it"
    )
    for cell in cells:
        failed = [out.ename for out in cell.outputs if out.output_type == "error"]
        assert not failed or "raises-exception" in tags(cell), f"{failed} in {cell.source[:60]!r}"


@every_notebook
def test_in_normal_form(path: Path):
    assert path.read_bytes() == nbrun.normal_text(path).encode(), "run tools/nbrun.py on it"


@every_notebook
def test_light_and_short(path: Path):
    assert path.stat().st_size < 1_000_000, "over 1 MB: fewer or smaller figures"
    for cell in code_cells(path):
        assert len(cell.source.splitlines()) <= 30, f"a long cell: {cell.source[:60]!r}"


@every_notebook
def test_reads_like_a_conversation(path: Path):
    """Small steps, and enough words between them: neither a listing nor an essay."""
    cells = code_cells(path)
    assert statistics.median(len(cell.source.splitlines()) for cell in cells) <= 6
    texts = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    plain = [re.sub(r"```.*?```|</?\w[^>]*>", " ", text.source, flags=re.DOTALL) for text in texts]
    words = sum(len(text.split()) for text, cell in zip(plain, texts, strict=True) if not is_note(cell))
    assert 40 <= words / len(cells) <= 110, f"{words / len(cells):.0f} words of prose a code cell"


@every_notebook
def test_opens_and_ends_as_every_lesson_does(path: Path):
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for promise in ("**You will be able to**", "**You need**", "**Time:**"):
        assert promise in cells[0].source
    for part in ("## Where this lesson sits", "## What you built", "hree questions", "<details>"):
        assert part in text, f"no {part!r}"
    assert path == NOTEBOOKS[-1] or "**Next:**" in text
    assert text.count("Predict, then run") >= 1, "no question before a surprise"


@every_notebook
def test_has_pictures_and_says_what_they_show(path: Path):
    cells = code_cells(path)
    pictures = [[out for out in cell.outputs if "image/png" in out.get("data", {})] for cell in cells]
    assert 4 * sum(map(bool, pictures)) >= len(cells), "a figure for every four code cells at least"
    for cell, out in ((cell, out) for cell, some in zip(cells, pictures, strict=True) for out in some):
        alt = out.metadata.get("image/png", {}).get("alt", "")
        assert len(alt.split()) >= 3 and alt[-1:] not in ":;,(", (
            f"{alt!r} says nothing: {cell.source[-60:]!r}"
        )
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            assert "![](" not in cell.source, "a picture without alternative text"
            for image in re.findall(r"<img\b[^>]*>", cell.source):
                assert re.search(r'\balt="[^"]+"', image), image
            assert not re.search(r'!\[[^\]]*\]\(http|<img\b[^>]*src="http', cell.source), (
                "a picture from the network"
            )


@every_notebook
def test_opens_with_what_it_is(path: Path):
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown" and first.source.startswith("# ")


@every_notebook
def test_what_nbval_compares_is_stable(path: Path):
    checked = [cell for cell in code_cells(path) if "nbval-check-output" in tags(cell)]
    assert len(checked) >= 5, (
        "tag five cells or more nbval-check-output: nbval --nbval-lax compares no others"
    )
    for cell in checked:
        start = repr(cell.source[:60])
        assert cell.outputs, f"a checked cell without an output: {start}"
        assert not re.search(r"0x[0-9a-f]{6,}|\d\.\d{4,}", shown(cell)), (
            f"addresses or long decimals: {start}"
        )
        assert not re.search(r"clear_output|display_id|interact\(|Output\(", cell.source), (
            f"never matches: {start}"
        )
        assert not re.search(r"^\s*[%!]", cell.source, flags=re.M), f"a mistyped magic would pass: {start}"


@every_notebook
def test_no_warning_was_committed(path: Path):
    for cell in code_cells(path):
        for out in cell.outputs:
            assert not (out.output_type == "stream" and re.search(r"Warning: |Traceback", out.text)), (
                out.text[:200]
            )


# ---------------------------------------------------------------- the normal form itself


def noisy_notebook(clock: str) -> NotebookNode:
    """A notebook as one run leaves it: timings, a widget's number, greys written as colours."""
    greys = np.random.default_rng(0).integers(0, 128, (64, 96), dtype="uint8")
    picture = base64.b64encode(as_png(greys)).decode()
    data = {nbrun.WIDGET: {"model_id": clock * 8}, "image/png": picture, "text/plain": "[interactive]"}
    outputs = [
        nbformat.v4.new_output("display_data", data, metadata={"image/png": {"alt": "greys", "width": 96}}),
        nbformat.v4.new_output(
            "stream", name="stderr", text=f"100%|████| 3/3 [00:0{clock}<00:00,  {clock}.9it/s]\n"
        ),
    ]
    cell = nbformat.v4.new_code_cell("draw()", execution_count=1, outputs=outputs)
    cell.metadata = nbformat.from_dict({"tags": ["keep"], "execution": {"iopub.status.idle": clock}})
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# A"), cell, nbformat.from_dict({**cell, "id": "b"})]
    )
    notebook.metadata = nbformat.from_dict({"widgets": {"state": clock}})
    return notebook


def test_two_runs_give_the_same_file():
    one, two = noisy_notebook("1"), noisy_notebook("2")
    nbrun.normalise(one, "lesson")
    nbrun.normalise(two, "lesson")
    assert nbformat.writes(one) == nbformat.writes(two)
    again = nbformat.writes(one)
    nbrun.normalise(one, "lesson")
    assert nbformat.writes(one) == again


def test_the_normal_form_keeps_what_a_reader_needs():
    notebook = noisy_notebook("1")
    nbrun.normalise(notebook, "lesson")
    cell = notebook.cells[1]
    assert tags(cell) == ["keep"] and cell.outputs[1].text == "100%|████| 3/3\n"
    assert cell.outputs[0].metadata["image/png"] == {"alt": "greys", "width": 96}
    assert len({cell.id for cell in notebook.cells}) == 3 and "widgets" not in notebook.metadata


def test_a_palette_only_where_no_eye_sees_it():
    noise = as_png(np.random.default_rng(0).integers(0, 255, (90, 60, 3), dtype="uint8"))
    assert (pixels(nbrun.smaller_png(noise)) == pixels(noise)).all()
    greys = base64.b64decode(noisy_notebook("1").cells[1].outputs[0].data["image/png"])
    small = nbrun.smaller_png(greys)
    assert len(small) < len(greys) and nbrun.smaller_png(small) == small
    assert np.abs(pixels(small) - pixels(greys)).mean() < 1
    teal = np.full((90, 60, 3), (0, 128, 128), dtype="uint8")
    assert (pixels(nbrun.smaller_png(as_png(teal))) == teal).all()


def test_small_things_keep_their_colours_on_a_large_floor():
    across, down = np.meshgrid(np.arange(400), np.arange(300))
    scene = np.stack([200 + across // 16, 200 + down // 12, 200 + (across + down) // 28], axis=-1)
    colours = np.random.default_rng(0).integers(0, 200, (40, 3))
    for place, colour in enumerate(colours):
        scene[8 + 60 * (place // 8) :, 8 + 48 * (place % 8) :][:5, :5] = colour
    small = pixels(nbrun.smaller_png(as_png(scene.astype("uint8"))))
    assert np.quantile(np.abs(small - scene).max(axis=-1), 0.999) <= nbrun.PALETTE_WORST


def as_png(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=int)
