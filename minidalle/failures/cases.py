"""Six mistakes that train on quietly, and what gives each away.

Every case is a pair of runs from the same seed: with the mistake, and with the cure. Left out: how they are drawn
(`sheet.py`).
"""

from minidalle.failures.cases_dvae import collapse, hot, wrong_axis
from minidalle.failures.cases_stream import half, leak, overlap
from minidalle.failures.found import Failure

FAILURES: tuple[Failure, ...] = (
    Failure(
        "codebook collapse",
        "standardise_logits=False, residual_scale=None",
        "standardise_logits=True",
        collapse,
    ),
    Failure("hot temperature", "temperature_end=1", "temperature_end=1/8", hot),
    Failure("KL over the wrong axis", "logits.log_softmax(dim=0)", "logits.log_softmax(dim=1)", wrong_axis),
    Failure("a mask that leaks", "keys <= queries + 1", "keys <= queries", leak),
    Failure("overlapping vocabularies", "image_offset = 0", "image_offset = words + padding + 1", overlap),
    Failure("16 bits without scales", "scale = 1", "scale = 2**13 for each block", half),
)
STEPS = {"codebook collapse": 500, "hot temperature": 500, "a mask that leaks": 300, "overlapping vocabularies": 300,
         "16 bits without scales": 200, "KL over the wrong axis": 1}  # fmt: skip
"""Updates of each run."""
