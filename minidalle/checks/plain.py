"""Answers as plain data: compared, told in words, and carried from one process to another as JSON.

An answer is made of tensors, numbers, texts, bytes, lists, dictionaries and None; a tuple counts as a list.
Only such data cross from a student's process to the judge's, so nothing in an answer can run there.

Left out: anything else. It becomes an `Unknown`, which equals nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

LARGEST = 200_000
"""Numbers in one tensor: no exercise asks for more."""

LONGEST = 1000
"""Bits of a whole number: longer ones fit into no float, and no exercise asks for them."""

DEEPEST = 50
"""Lists within lists (or dictionaries, or tuples): no exercise asks for more than a few, and Python's stack ends."""

DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64")
"""What a plain tensor may hold."""


@dataclass(frozen=True)
class Unknown:
    """Something that is no plain data: the name of its type."""

    type: str


def plain(value: Any, depth: int = 0) -> Any:
    """`value` with tuples as lists, tensors detached and on the CPU, and what is not plain as `Unknown`.

    depth: within how many lists and dictionaries it stands.
    """
    if depth > DEEPEST:
        return Unknown(f"{type(value).__name__} within more than {DEEPEST} others")
    if isinstance(value, int) and value.bit_length() > LONGEST:
        return Unknown("int of a huge size")
    if value is None or type(value) in (bool, int, float, str, bytes, Unknown):
        return value
    for simple in (int, float, str, bytes):  # their subclasses may compare as they like
        if isinstance(value, simple):
            return simple(value)
    if isinstance(value, Tensor):
        return _strided(value)
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, dict):
        found = {_unwrapped(key): plain(item, depth + 1) for key, item in value.items()}
        return found if all(map(_is_key, found)) else Unknown("dict of strange keys")
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        if getattr(value, "ndim", 0) == 0:
            return plain(value.tolist())
        native = value.astype(value.dtype.newbyteorder("="), order="C")  # a copy, its numbers side by side
        return plain(torch.as_tensor(native))
    return Unknown(type(value).__name__)


def _strided(value: Tensor) -> Tensor | Unknown:
    """A tensor as an ordinary one, of numbers that can be compared; Unknown for what cannot be made so."""
    if value.is_nested or value.is_quantized or value.is_complex():
        return Unknown(f"tensor of {str(value.dtype).removeprefix('torch.')}")
    if value.numel() > LARGEST:
        return Unknown("tensor of a huge size")
    value = value.detach().cpu()
    value = value if value.layout == torch.strided else value.to_dense()
    value = value if type(value) is Tensor else value.as_subclass(Tensor)  # which may compare as it likes
    if str(value.dtype).removeprefix("torch.") in DTYPES:
        return value
    return value.float() if value.is_floating_point() else value.long()


def _unwrapped(key: Any) -> Any:
    """A key of NumPy's own as Python's, also within a tuple."""
    if isinstance(key, tuple):
        return tuple(map(_unwrapped, key))
    return key.item() if type(key).__module__ == "numpy" and getattr(key, "ndim", 1) == 0 else key


def _is_key(key: Any) -> bool:
    """Whether a dictionary's key is plain: a text, bytes, a number, None, or a tuple of such."""
    if type(key) is tuple:
        return all(map(_is_key, key))
    return key is None or type(key) in (bool, int, float, str, bytes)


def encode(value: Any) -> Any:
    """Plain data as JSON can hold it."""
    if isinstance(value, Tensor):
        kind = str(value.dtype).removeprefix("torch.")
        numbers = value.double() if value.is_floating_point() else value
        return {"tensor": [_number(item) for item in numbers.flatten().tolist()], "dtype": kind} | {
            "shape": list(value.shape)
        }
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, tuple):  # only in what is given to an answer: the key of a dictionary, say
        return {"tuple": [encode(item) for item in value]}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {"pairs": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, Unknown):
        return {"unknown": value.type}
    return _number(value)


def _number(value: Any) -> Any:
    """A float that JSON does not know, by name."""
    return {"float": repr(value)} if isinstance(value, float) and not math.isfinite(value) else value


def decode(value: Any, depth: int = 0) -> Any:
    """What `encode` wrote of plain data. Raises ValueError for anything else. depth: as in `plain`."""
    if depth > DEEPEST + 1:
        raise ValueError(f"this is no plain data: it is nested more than {DEEPEST} deep")
    below = partial(decode, depth=depth + 1)
    if isinstance(value, list):
        return [below(item) for item in value]
    if not isinstance(value, dict):
        return plain(value)
    try:
        if "tensor" in value:
            dtype = getattr(torch, value["dtype"] if value["dtype"] in DTYPES else "")
            numbers = torch.tensor([below(item) for item in value["tensor"]], dtype=dtype)
            return numbers.reshape(value["shape"])
        if "pairs" in value:
            return {_key(below(key)): below(item) for key, item in value["pairs"]}
        if "bytes" in value:
            return bytes([*value["bytes"]])
        if "tuple" in value:
            return tuple(map(below, value["tuple"]))
        if "unknown" in value:
            return Unknown("".join(sign for sign in str(value["unknown"])[:60] if sign.isprintable()))
        return float(value["float"])
    except (KeyError, TypeError, AttributeError, RuntimeError, OverflowError) as error:
        raise ValueError(f"this is no plain data: {error}") from None


def _key(key: Any) -> Any:
    """A key as Python can hash it: lists were tuples."""
    return tuple(_key(item) for item in key) if isinstance(key, list) else key


def copied(value: Any) -> Any:
    """The same data in memory of its own."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, list | tuple):
        return (list if isinstance(value, list) else tuple)(map(copied, value))
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return value


def settled(value: Any) -> Any:
    """`value` with each tensor of no axes as the number that it holds; also those within a list."""
    if isinstance(value, list):
        return [settled(item) for item in value]
    return value.item() if isinstance(value, Tensor) and value.ndim == 0 else value


def in_form_of(want: Any, got: Any) -> Any:
    """`got` in the form of `want`, where one form is as good as the other: a tensor of no axes for a number, one of
    one axis for a list of numbers, and the reverse. A table is no list of lists."""
    plainer = settled(got)
    if isinstance(want, Tensor):
        fits = want.ndim == 1 and _is_row(plainer)
        whole = fits and not want.is_floating_point() and plainer
        return (
            torch.tensor(plainer, dtype=None if whole or _has_truth(plainer) else want.dtype) if fits else got
        )
    is_row = isinstance(want, list) and isinstance(plainer, Tensor) and plainer.ndim == 1
    return plainer.tolist() if is_row else plainer


def same(got: Any, want: Any, tolerance: float = 1e-4) -> bool:
    """Whether two plain values agree: numbers within the tolerance (relative above 1), everything else exactly.

    A truth value is no number here, and no float a whole number. Forms that are as good as one another count as one
    (`in_form_of`).
    """
    want = settled(want)
    got = in_form_of(want, got)
    if isinstance(want, Tensor):
        return isinstance(got, Tensor) and _same_tensors(got, want, tolerance)
    if isinstance(want, bool) or isinstance(got, bool):
        return got is want
    if isinstance(want, int):  # places and counts: 1.0 is none, and 1.9 is not 1
        return isinstance(got, int) and got == want
    if isinstance(want, float) and isinstance(got, int | float):
        return _near(float(got), want, tolerance)
    if isinstance(want, list):
        return (
            isinstance(got, list)
            and len(got) == len(want)
            and all(same(*pair, tolerance) for pair in zip(got, want, strict=True))
        )
    if isinstance(want, dict):
        return (
            isinstance(got, dict)
            and got.keys() == want.keys()
            and all(same(got[key], want[key], tolerance) for key in want)
        )
    if isinstance(got, Unknown | Tensor):
        return False
    return got == want


def _has_truth(value: list[Any]) -> bool:
    """Whether there are truth values in a list."""
    return any(isinstance(item, bool) for item in value)


def _is_row(value: Any) -> bool:
    """Whether a value is a list of numbers of one kind (or of none), small enough for a tensor."""
    return (
        isinstance(value, list)
        and ({type(item) for item in value} <= {int, float} or {type(item) for item in value} == {bool})
        and all(isinstance(item, float) or abs(item) < 2**62 for item in value)
    )


def _same_tensors(got: Tensor, want: Tensor, tolerance: float) -> bool:
    if got.shape != want.shape or kind(got) != kind(want):
        return False
    if not want.is_floating_point():
        return bool((got == want).all())
    return torch.allclose(got.double(), want.double(), rtol=tolerance, atol=tolerance, equal_nan=True)


def _near(got: float, want: float, tolerance: float) -> bool:
    if not (math.isfinite(got) and math.isfinite(want)):
        return got == want or (math.isnan(got) and math.isnan(want))
    return abs(got - want) <= tolerance * max(1.0, abs(want))


def kind(tensor: Tensor) -> str:
    """ "truth values", "whole numbers" or "numbers with a fraction": what a tensor holds."""
    if tensor.dtype == torch.bool:
        return "truth values"
    return "numbers with a fraction" if tensor.is_floating_point() else "whole numbers"


def words(value: Any, most: int = 160) -> str:
    """A value to read, on one line, shortened."""
    value = settled(value)
    if isinstance(value, Tensor):
        numbers = [round(item, 3) if isinstance(item, float) else item for item in value.flatten().tolist()]
        head = ", ".join(map(str, numbers[:8])) + (", ..." if len(numbers) > 8 else "")
        return f"a tensor {list(value.shape)} of {kind(value)}: {head}"
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, Unknown):
        return f"something of type {value.type}"
    if isinstance(value, list) and {type(item) for item in value} <= {int, float}:
        text = f"[{', '.join(f'{item:.4g}' if isinstance(item, float) else str(item) for item in value)}]"
    else:
        text = repr(value)
    return text if len(text) <= most else f"{text[: most - 4]} ..."
