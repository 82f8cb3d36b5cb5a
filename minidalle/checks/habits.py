"""Beliefs about functions as such, which may be held in any exercise: what a result is, and what a call leaves behind.

An answer is compared with the exercise's own beliefs first (`checker.py`); what is told here is true of any function,
and says more than that two values are not the same.

Left out: the beliefs of each exercise (`lesson01.py` and on), and how an answer is written (`style.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from minidalle.checks.plain import Unknown, in_form_of, same, settled, words

ONCE = (
    "generator",
    "map",
    "zip",
    "filter",
    "range",
    "dict_items",
    "dict_keys",
    "dict_values",
    "set",
    "frozenset",
    "enumerate",
    "reversed",
)
"""Types that hold or make items and are no list."""

COARSE = {"float16": 2e-3, "bfloat16": 2e-2}
"""How far 16 bits may be off, relatively, where the formula is right."""


class Habit(NamedTuple):
    """A belief that is none of one exercise only, and what is told to who holds it."""

    belief: str
    says: str


FORGETS = Habit(
    "a call is always the first call",
    "The first call is right, and the same call once more gives something else: your function keeps something from "
    "call to call. That may be a list or a dictionary as a default value (it is made once, not at each call), a global "
    "name, or a cache whose key is not all of the arguments. Make afresh within the function what it needs.",
)


def habit(got: Any, want: Any) -> Habit | None:
    """The belief behind a value that is not the one wanted, if it is one of these; both are plain data."""
    if isinstance(want, dict) and isinstance(got, dict) and got.keys() == want.keys():
        return next((habit(got[key], want[key]) for key in want if not same(got[key], want[key])), None)
    want = settled(want)
    shaped = in_form_of(want, got)
    return _container(got, want) or _number(shaped, want) or _tensor(got, want)


def _container(got: Any, want: Any) -> Habit | None:
    if not isinstance(got, Unknown) or got.type not in ONCE or not isinstance(want, list | Tensor):
        return None
    asked = "a list" if isinstance(want, list) else f"a tensor of shape {list(want.shape)}"
    said = f"Your function gives back a {got.type}, and {asked} is asked. "
    if got.type in ("set", "frozenset"):
        return Habit("a set is a list", said + "A set has no order and no item twice: keep a list.")
    return Habit(
        "what makes items is a list of them",
        said
        + "It makes its items when somebody asks for them, mostly once only, and cannot be compared: put them "
        "into a list, list(...), before you return.",
    )


def _number(got: Any, want: Any) -> Habit | None:
    if isinstance(want, Tensor) or (type(got) is type(want) and not isinstance(want, list | dict)):
        return None
    if same(_turned(got, _cut, float), want) and not same(got, _turned(want, float)):
        return Habit(
            "a fraction is cut off by itself",
            f"It should be {words(want)}; yours is {words(got)}. Without its fraction it would be the right number, "
            "but nobody cuts that off for you, and 1.9 is no place: use // in place of /, or int(...) if you mean it.",
        )
    if same(got, _turned(want, float)) and not isinstance(want, bool | float):
        return Habit(
            "a whole number may have a fraction",
            f"The values are right, but yours are numbers with a fraction: {words(got)}. What counts or numbers things "
            "is an int: a float cannot be an index, and beyond 2^53 it leaves numbers out. Use // in place of /, or "
            "int(...) at the end.",
        )
    if same(_read(got), want):
        return Habit(
            "digits are a number",
            f"Yours are texts: {words(got)}. They look like the right numbers, but nothing can be computed with "
            "them: give back the numbers themselves, without str or an f-string.",
        )
    if same(_turned(got, int, bool), want) or same(got, _turned(want, int, bool)):
        return Habit(
            "True is 1",
            f"It should be {words(want)}; yours is {words(got)}. Python counts True as 1, and yet a truth value says "
            "whether, and a number how many or which: give back the one that is asked.",
        )
    return None


def _tensor(got: Any, want: Any) -> Habit | None:
    if isinstance(got, Tensor) and isinstance(want, float):
        want = torch.tensor(want)
    if not isinstance(got, Tensor) or not isinstance(want, Tensor):
        return None
    dtype = str(got.dtype).removeprefix("torch.")
    if (
        got.shape == want.shape
        and dtype in COARSE
        and want.is_floating_point()
        and same(got, want, COARSE[dtype])
    ):
        return Habit(
            "16 bits are as good as 32",
            f"Your result is in {dtype}, and is right as far as that goes: about {'3' if dtype[0] == 'f' else '2'} "
            "digits. Rounding adds up where results are used again, so compute in float32, and give that back.",
        )
    few = got.shape == want.shape and dtype in ("int8", "uint8") and not want.is_floating_point()
    if few and ((got.long() - want.long()) % 256 == 0).all():
        return Habit(
            "an id fits into 8 bits",
            f"Your result is in {dtype}, which ends at {torch.iinfo(got.dtype).max}: larger numbers come round again, "
            "without a word. A vocabulary has thousands of ids: keep them in int64, as argmax and arange give them.",
        )
    left = [n for n in want.shape if n != 1]
    if got.shape != want.shape and left == list(got.squeeze().shape):
        return Habit(
            "an axis of length 1 is no axis",
            f"The result should have shape {list(want.shape)}; yours has {list(got.shape)}. An axis of length 1 was "
            "taken away: squeeze() removes every such axis, also that of a batch of one. Name the one that should go, "
            "squeeze(-1), or index it.",
        )
    return None


def _cut(value: float) -> Any:
    """The whole number that is left of one with a fraction; where there is none, the same."""
    return int(value) if math.isfinite(value) else value


def _turned(value: Any, to: Callable[[Any], Any], source: type | None = None) -> Any:
    """`value` with its whole numbers (or what else `source` is) as `to`, also those within."""
    if isinstance(value, list):
        return [_turned(item, to, source) for item in value]
    if isinstance(value, dict):
        return {key: _turned(item, to, source) for key, item in value.items()}
    return to(value) if type(value) is (source or int) else value


def _read(value: Any) -> Any:
    """`value` with texts of numbers as the numbers, also those within."""
    if isinstance(value, list):
        return [_read(item) for item in value]
    if isinstance(value, dict):
        return {key: _read(item) for key, item in value.items()}
    if isinstance(value, str):
        for kind in (int, float):
            try:
                return kind(value)
            except ValueError:
                continue
    return value
