"""Every row of the comparison, by name, in the order of the report."""

from collections.abc import Callable
from functools import partial

from comparison import drawing, models, text, training
from comparison.rows import Row

ROWS: dict[str, Callable[[bool], Row]] = {
    "bpe-training": text.training_row,
    "encoding": text.encode_row,
    "sampling-8": partial(drawing.sampling_row, batch=8),
    "sampling-64": partial(drawing.sampling_row, batch=64),
    "training-short": training.short_row,
    "training-long": training.long_row,
    "attention": models.attention_row,
    "dvae": models.dvae_row,
    "clip": models.clip_row,
    "rendering": models.render_row,
}
"""name: a function of `quick` that measures it."""
