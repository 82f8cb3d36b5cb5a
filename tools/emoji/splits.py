"""Which pictures training may see, decided by hashes: a picture never changes sides when subjects are added.

- heldout_subject: 3 % of the subjects, in every style; for what must never have been seen at all.
- heldout_attribute: seven colours of things (`names.HELD_OUT_COLOURS`), in every style; the colour and the thing are
  seen, never together. Styles without colours do not show them, see `build_emoji.py`.
- heldout_pair_val, heldout_pair_test: for about 60 % of the other subjects one style, never the flat one.
"""

import hashlib

from tools.emoji.captions import STYLES
from tools.emoji.names import HELD_OUT_COLOURS

HIDDEN_STYLES = [style for style in STYLES if style != "flat"]


def share(*words: str) -> float:
    """A number in [0, 1) that depends on the words alone."""
    digest = hashlib.sha256("|".join(words).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def splits_of(key: str, name: str) -> dict[str, str]:
    """Style to split for one subject: `key` is its code points, `name` what it is called."""
    if name in HELD_OUT_COLOURS:
        return dict.fromkeys(STYLES, "heldout_attribute")
    if share("subject", key) < 0.03:
        return dict.fromkeys(STYLES, "heldout_subject")
    splits = dict.fromkeys(STYLES, "train")
    if share("pair?", key) < 0.6:
        hidden = HIDDEN_STYLES[int(share("which", key) * len(HIDDEN_STYLES))]
        splits[hidden] = "heldout_pair_val" if share("val", key) < 0.4 else "heldout_pair_test"
    return splits
