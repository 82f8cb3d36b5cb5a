"""Every row of the comparison, by name, in the order of the report."""

from collections.abc import Callable
from functools import partial

from comparison import drawing, text
from comparison.rows import Row

ROWS: dict[str, Callable[[bool], Row]] = {
    "encoding": text.encode_row,
    "sampling-8": partial(drawing.sampling_row, batch=8),
    "sampling-64": partial(drawing.sampling_row, batch=64),
}
"""name: a function of `quick` that measures it."""
