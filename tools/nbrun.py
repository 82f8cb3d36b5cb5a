"""Run the lessons and write them back in normal form, so that two runs give the same file.

    python tools/nbrun.py notebooks/*.ipynb               run each in a fresh kernel, then normalise it
    python tools/nbrun.py --clean-only notebooks/*.ipynb  normalise without running
    python tools/nbrun.py --check notebooks/*.ipynb       change nothing; exit status 1 if one would change

Normal form: cell ids are hashes of what the cells say; no timings, widget state or kernel version; progress
bars without their clock; pictures with a palette of at most 256 colours where no eye sees the difference.
Kept: tags, slide marks, attachments, and what an output says about itself (alternative text, width).
Left out: judging what a lesson says and shows; nbval and tests/test_notebook_hygiene.py do that.
"""

import argparse
import base64
import hashlib
import io
import os
import re
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
from PIL import Image

KEPT_IN_CELLS = {"tags", "slideshow", "editable", "deletable", "jupyter"}
NOTEBOOK = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
WIDGET = "application/vnd.jupyter.widget-view+json"
PALETTE_ERROR = 1.0  # mean difference per channel that a palette may bring, in steps of 255
PALETTE_WORST = 24  # and what one pixel in a thousand may exceed: small things keep their colours on a floor


def smaller_png(png: bytes) -> bytes:
    """The same picture in fewer bytes: the smallest palette that stays within both bounds, else lossless.

    A picture that has a palette already is returned as it is, so that doing it twice changes nothing.
    """
    image = Image.open(io.BytesIO(png))
    if image.mode == "P":
        return png
    image = image.convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    pixels = np.asarray(image, dtype=np.int16)
    for colours in (32, 64, 128, 256):
        reduced = image.quantize(colours, Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
        error = np.abs(np.asarray(reduced.convert("RGB"), dtype=np.int16) - pixels)
        if error.mean() < PALETTE_ERROR and np.quantile(error.max(axis=-1), 0.999) < PALETTE_WORST:
            break
    else:
        reduced = image
    return min(_as_png(reduced), png, key=len)


def _as_png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _normalise_output(output: nbformat.NotebookNode, count: int | None, key: str) -> None:
    """Take out of one output what differs from run to run."""
    if "execution_count" in output:
        output.execution_count = count
    if output.output_type == "stream":
        output.text = re.sub(r"\S*ipykernel_\d+\S*", "<cell>", output.text)
        output.text = re.sub(r"(\d+%\|[^\r\n]*?) *\[\d+:\d+<[^\]\r\n]*\]", r"\1", output.text)
    data = output.get("data", {})
    if "image/png" in data:
        png = smaller_png(base64.b64decode(data["image/png"]))
        data["image/png"] = base64.b64encode(png).decode() + "\n"
    if WIDGET in data:
        data[WIDGET]["model_id"] = hashlib.sha256(key.encode()).hexdigest()[:32]


def normalise(notebook: nbformat.NotebookNode, name: str) -> None:
    """Bring `notebook` into normal form in place; `name` goes into the cells' ids."""
    notebook.metadata = nbformat.from_dict(NOTEBOOK)
    notebook.nbformat_minor = 5
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        key = hashlib.sha256(f"{name}\0{cell.source}".encode()).hexdigest()[:10]
        seen[key] = seen.get(key, 0) + 1
        cell.id = key if seen[key] == 1 else f"{key}-{seen[key]}"  # the same words twice: still two ids
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in KEPT_IN_CELLS})
        for output in cell.get("outputs", []):
            _normalise_output(output, cell.execution_count, cell.id)
    nbformat.validate(notebook)


def normal_text(path: Path) -> str:
    """What the notebook at `path` reads as in normal form, without running it."""
    notebook = nbformat.read(path, as_version=4)
    normalise(notebook, path.stem)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def execute(path: Path, seconds_per_cell: int) -> None:
    """Run the notebook at `path` from top to bottom in a fresh kernel, in its own folder, and write it back.

    The first cell that fails raises nbclient's CellExecutionError, and the file stays as it was.
    """
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=seconds_per_cell,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    _write(path, nbformat.writes(notebook))


def _write(path: Path, text: str) -> None:
    """Write all or nothing, with the same line ends on every system."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8", newline="\n")
    os.replace(new, path)


def main(argv: list[str] | None = None) -> int:
    """Run, clean or check the notebooks named on the command line; return an exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebooks", nargs="+", type=Path)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--clean-only", action="store_true", help="normalise without running")
    how.add_argument("--check", action="store_true", help="only say which are not in normal form")
    parser.add_argument("--timeout", type=int, default=600, help="seconds that one cell may take")
    options = parser.parse_args(argv)
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # this environment's kernel, not the person's own
    stale = 0
    for path in options.notebooks:
        start = time.perf_counter()
        if not (options.check or options.clean_only):
            execute(path, options.timeout)
        text = normal_text(path)
        if options.check:
            right = path.read_bytes() == text.encode()
            stale += not right
            print(f"{path}: {'ok' if right else 'not in normal form: run tools/nbrun.py on it'}")
        else:
            _write(path, text)
            print(f"{path}: {len(text) / 1e3:.0f} kB, {time.perf_counter() - start:.1f} s")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
