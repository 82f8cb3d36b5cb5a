"""What any answer may be: right ones in another form pass, and what is believed of functions as such is told."""

from collections import Counter, OrderedDict, namedtuple
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from exercises.source.parts import every_exercise
from minidalle.checks.catalogue import checker_of
from minidalle.checks.checker import Checker, sizes

EXERCISES = {one.name(): one for one in every_exercise()}


def judged(name: str, answer):
    """What the checker says of an answer."""
    one = checker_of(name)
    cases = one.cases(0)
    return one.judge(cases, [one.run(answer, case) for case in cases])


def after(name: str, change):
    """The reference's result, changed."""
    return judged(name, lambda *case: change(EXERCISES[name].reference(*case)))


class Liar(Tensor):
    """A tensor that says to be equal to everything."""

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function in (torch.allclose, Tensor.__eq__, torch.eq, Tensor.eq):
            return True
        return super().__torch_function__(function, types, args, kwargs or {})


Two = namedtuple("Two", "numbers distances")


def number_types(value):
    return {word: np.int16(count) for word, count in value.items()}


RIGHT = {
    "numpy, read backwards": ("keep_top_k", lambda t: np.ascontiguousarray(t.numpy()[::-1])[::-1]),
    "numpy, in Fortran's order": ("cosine_table", lambda t: np.asfortranarray(t.numpy())),
    "numpy, of another machine": ("nearest_code", lambda t: t.numpy().astype(">i8")),
    "sparse": ("cosine_table", lambda t: t.to_sparse()),
    "64 bits": ("kl_to_uniform", lambda t: t.double()),
    "a view of every second number": ("paint", lambda t: torch.stack([t, t], -1)[..., 0]),
    "with a gradient": ("logit_laplace_nll", lambda t: t.clone().requires_grad_()),
    "a parameter": ("embed_slots", lambda t: torch.nn.Parameter(t)),
    "int32": ("pad_by_position", lambda t: t.int()),
    "a list of numpy's numbers": ("merge_pair", lambda ids: [np.int64(one) for one in ids]),
    "an array for a list": ("dead_codes", np.array),
    "a dictionary of another type": ("count_pairs", lambda counts: OrderedDict(Counter(counts))),
    "numpy's numbers in a dictionary": ("count_words", number_types),
    "numpy's numbers in pairs": (
        "count_pairs",
        lambda counts: {tuple(map(np.int64, pair)): n for pair, n in counts.items()},
    ),
    "a number as a tensor": ("count_spellings", torch.tensor),
    "a whole number for one with a fraction": ("kept_bytes", lambda n: int(n) if n == int(n) else n),
    "a named tuple": ("nearest_training", lambda pair: Two(*pair)),
    "lists of numpy's numbers": (
        "nearest_training",
        lambda pair: ([np.int32(one) for one in pair[0]], [np.float64(one) for one in pair[1]]),
    ),
    "arrays": ("nearest_training", lambda pair: (np.asarray(pair[0].tolist()), pair[1].numpy())),
    "tensors": ("nearest_training", lambda pair: (torch.as_tensor(pair[0]), torch.as_tensor(pair[1]))),
}


@pytest.mark.parametrize("way", RIGHT)
def test_a_right_answer_in_another_form_is_right(way: str):
    finding = after(*RIGHT[way])
    assert finding.passed, finding.message


def texts(value):
    return [texts(item) for item in value] if isinstance(value, list | tuple) else str(value)


def with_fraction(value):
    return [with_fraction(item) for item in value] if isinstance(value, list | tuple) else value + 0.9


def floats(value):
    return [floats(item) for item in value] if isinstance(value, list | tuple) else float(value)


def lied(values: Tensor) -> Tensor:
    return torch.zeros_like(values).as_subclass(Liar)


DIGITS = "digits are a number"
CUT, WHOLE = "a fraction is cut off by itself", "a whole number may have a fraction"
WRONG = {
    "1.9 for 1, in a pair": ("nearest_training", lambda pair: (with_fraction(list(pair[0])), pair[1]), CUT),
    "texts, in a pair": ("nearest_training", lambda pair: (texts(pair[0].tolist()), pair[1]), DIGITS),
    "truth values, in a pair": (
        "nearest_training",
        lambda pair: ([bool(one) for one in pair[0]], pair[1]),
        "",
    ),
    "1.9 for 1": ("merge_pair", with_fraction, CUT),
    "1.9 for 1, by itself": ("count_spellings", with_fraction, CUT),
    "1.0 for 1": ("row_and_column", lambda place: place and floats(place), WHOLE),
    "1.0 for 1, by itself": ("block_parameters", float, WHOLE),
    "1.0 for 1, in a tensor": ("dead_codes", lambda row: torch.tensor(row).float(), WHOLE),
    "texts": ("likeliest_row", texts, DIGITS),
    "a text": ("codebook_perplexity", str, DIGITS),
    "0 and 1 for truth values": ("holds_out", int, "True is 1"),
    "half": ("cosine_table", lambda t: t.half(), "16 bits are as good as 32"),
    "bfloat16": ("kl_to_uniform", lambda t: t.bfloat16(), "16 bits are as good as 32"),
    "half, one number": (
        "contrastive_loss",
        lambda t: torch.tensor(float(t)).half(),
        "16 bits are as good as 32",
    ),
    "8 bits": ("pad_by_position", lambda t: t.to(torch.uint8), "an id fits into 8 bits"),
    "8 bits, joined": ("join_stream", lambda t: t.to(torch.int8), "an id fits into 8 bits"),
    "8 bits, of many codes": ("nearest_code", lambda t: t.to(torch.uint8), "an id fits into 8 bits"),
    "8 bits, drawn": ("pick_codes", lambda t: t.to(torch.int8), "an id fits into 8 bits"),
    "squeezed": ("keep_top_k", lambda t: t.squeeze(), "an axis of length 1 is no axis"),
    "squeezed, of one cell": ("kl_slope", lambda t: t.squeeze(), "an axis of length 1 is no axis"),
    "squeezed, a batch of one": ("mlp_branch", lambda t: t.squeeze(), "an axis of length 1 is no axis"),
    "squeezed, one slot": ("combine_pieces", lambda t: t.squeeze(), "an axis of length 1 is no axis"),
    "squeezed, one picture": ("name_pictures", lambda t: t.squeeze(), "an axis of length 1 is no axis"),
    "a generator": ("fair_questions", lambda row: (one for one in row), "what makes items is a list of them"),
    "a map": ("compression_curve", lambda row: map(float, row), "what makes items is a list of them"),
    "a set": ("fair_questions", set, "a set is a list"),
    "a frozen set": ("fair_questions", frozenset, "a set is a list"),
    "an enumeration": ("fair_questions", enumerate, "what makes items is a list of them"),
    "a tensor that lies": ("paint", lied, ""),
}


@pytest.mark.parametrize("way", WRONG)
def test_a_wrong_form_is_told_by_what_is_believed(way: str):
    name, change, belief = WRONG[way]
    finding = after(name, change)
    assert not finding.passed and finding.belief == belief and len(finding.message.split()) > 8, finding


def sizes_only(case) -> str:
    return repr(sizes(case))


def first_argument(case) -> str:
    return repr(case[0])


@pytest.mark.parametrize(
    "name", ["split_heads", "paint", "kl_to_uniform", "stream_loss", "combine_pieces", "keep_top_k"]
)
def test_a_cache_that_looks_at_sizes_only_is_found(name: str):
    known: dict[str, object] = {}

    def answer(*case):
        if sizes_only(case) not in known:
            known[sizes_only(case)] = EXERCISES[name].reference(*case)
        return known[sizes_only(case)]

    finding = judged(name, answer)
    assert not finding.passed and finding.message


@pytest.mark.parametrize(
    "name", ["count_words", "causal_mask", "silent_shares", "row_and_column", "masked_attention"]
)
def test_what_a_call_leaves_behind_is_told(name: str):
    def answer(*case, seen=set()):  # noqa: B006 -- the mistake
        known = repr(case) in seen
        seen.add(repr(case))
        return [] if known else EXERCISES[name].reference(*case)

    finding = judged(name, answer)
    assert finding.belief == "a call is always the first call" and "default value" in finding.message


def test_counts_that_grow_from_call_to_call_are_told():
    def answer(words, counts={}):  # noqa: B006 -- the mistake
        for ids, times in words:
            for pair in pairwise(ids):
                counts[pair] = counts.get(pair, 0) + times
        return dict(counts)

    assert judged("count_pairs", answer).belief == "a call is always the first call"


def test_a_cache_of_all_arguments_costs_nothing():
    known: dict[str, object] = {}

    def answer(*case):
        if repr(case) not in known:
            known[repr(case)] = EXERCISES["learn_merges"].reference(*case)
        return known[repr(case)]

    assert judged("learn_merges", answer).passed


def test_the_first_place_that_differs_is_told_with_the_tolerance_of_the_judge():
    """0.05 off 1000 is within the tolerance, and not what is told."""
    one = Checker(
        "f(n)", target=lambda n: torch.tensor([1000.0, 5.0]), beliefs=(), make=lambda rng: (rng.random(),)
    )
    cases = one.cases(0)
    finding = one.judge(cases, [one.run(lambda n: torch.tensor([1000.05, 7.0]), case) for case in cases])
    assert "at [1] there should be 5, and yours has 7" in finding.message


@pytest.mark.parametrize("name", ["learn_merges", "count_pairs"])
def test_who_stops_at_nothing_is_told(name: str):
    def answer(given, *more):
        if not given:
            raise IndexError("list index out of range")
        return EXERCISES[name].reference(given, *more)

    assert "IndexError" in judged(name, answer).message
