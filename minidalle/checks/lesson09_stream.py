"""Checkers of lesson 09, sampling: the key-value cache, and temperature over a whole picture.

Left out: choosing one code (`lesson09.py`).
"""

from __future__ import annotations

import math
import random
from typing import Any

import torch
from torch import Tensor

from minidalle.checks.checker import Belief, Checker

Step = tuple[Tensor, Tensor, Tensor]


def fed(answer, q: Tensor, k: Tensor, v: Tensor) -> Any:
    """Feed two streams [head, slot, channel] in turn, slot by slot, to a step with stores: the one given, and the same
    from its end. A table [slots of both, 3 * head * channel] of what was read, and of the keys and values kept at the
    end. Raises TypeError for what is no step."""
    heads, slots, channels = q.shape
    streams = [(q, k, v), (q.flip(1), k.flip(1), v.flip(1))]
    stores = [(q.new_zeros(heads, 0, channels), q.new_zeros(heads, 0, channels)) for _ in streams]
    read: list[list[Tensor]] = [[], []]
    for slot in range(slots):
        for which, stream in enumerate(streams):
            given = answer(*(part[:, slot] for part in stream), *stores[which])
            if given is None:
                return None
            if not isinstance(given, tuple | list) or [isinstance(x, Tensor) for x in given] != [True] * 3:
                raise TypeError("it should give back three tensors: what is read, the keys and the values")
            if given[0].shape != (heads, channels):
                said = f"what is read should be [{heads}, {channels}], and is {list(given[0].shape)}"
                raise TypeError(said)
            read[which].append(given[0].flatten())
            stores[which] = given[1], given[2]
    return torch.cat([_table(*both, slots) for both in zip(read, stores, strict=True)])


def _table(read: list[Tensor], stores: tuple[Tensor, Tensor], slots: int) -> Tensor:
    """What was read of a stream, beside what was kept."""
    kept = [store.transpose(0, 1).flatten(1) for store in stores]
    grown = [torch.nn.functional.pad(one, (0, 0, 0, max(0, slots - len(one)))) for one in kept]
    return torch.cat([torch.stack(read), *grown], dim=1)


def whole_stream(q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor) -> Step:
    """What is right, from full causal attention: the newest row of it."""
    keys, values = torch.cat([keys, k[:, None]], 1), torch.cat([values, v[:, None]], 1)
    read = torch.nn.functional.scaled_dot_product_attention(q[None, :, None], keys[None], values[None])
    return read[0, :, 0], keys, values


def step(way: str):
    """One step of attention with stores, with one of its rules changed, for beliefs."""

    def attend(q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor) -> Step:
        new = [q if way == "query kept" else k, v]
        pairs = [[old, one[:, None]] for old, one in zip((keys, values), new, strict=True)]
        all_keys, all_values = (torch.cat(pair[::-1] if way == "front" else pair, 1) for pair in pairs)
        seen, held = (keys, values) if way == "not itself" else (all_keys, all_values)
        scores = torch.einsum("hc,hsc->hs", q, seen) / (1.0 if way == "unscaled" else math.sqrt(q.shape[-1]))
        read = torch.einsum("hs,hsc->hc", scores.softmax(0 if way == "heads" else -1), held)
        return (read, keys, values) if way == "nothing kept" else (read, all_keys, all_values)

    return attend


def own_store() -> Any:
    """A step that keeps keys and values by itself, in one place for all streams, and empties it at a first slot."""
    kept: dict[str, Tensor] = {}

    def attend(q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor) -> Step:
        if not keys.shape[1]:
            kept.update(keys=keys, values=values)
        read, kept["keys"], kept["values"] = whole_stream(q, k, v, kept["keys"], kept["values"])
        return read, kept["keys"], kept["values"]

    return attend


def some_stream(rng: random.Random) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values [head, slot, channel] of a short stream."""
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    sizes = rng.randint(2, 3), rng.randint(3, 6), rng.choice((2, 3, 5))
    return tuple(1.5 * torch.randn(3, *sizes, generator=generator))


ATTEND_NEWEST = Checker(
    "attend_newest(q, k, v)",
    target=whole_stream,
    observe=fed,
    make=some_stream,
    count=8,
    edges=(tuple(part[:1] for part in some_stream(random.Random(0))),),
    axes=("slot of one stream, then of another", "read, then keys, then values"),
    beliefs=(
        Belief(
            "the newest slot does not see itself",
            "You attend before the newest key and value are in the stores, so a slot reads all but itself, and the "
            "first one reads nothing. Put them in first, then attend.",
            step("not itself"),
        ),
        Belief(
            "scores need no scale",
            "Your scores are not divided by the root of the number of channels. Then the softmax is sharper than the "
            "one that the model was trained with, and a cache that changes results is no cache.",
            step("unscaled"),
        ),
        Belief(
            "the heads share one softmax",
            "Your softmax runs over the heads. Each head asks for itself, and shares out its attention among the "
            "slots: scores are [head, slot], and the softmax goes along the slots.",
            step("heads"),
        ),
        Belief(
            "the stores fill themselves",
            "You give back the stores as you got them, so the next slot finds them empty again and reads only itself. "
            "Give back the ones with the newest key and value in them.",
            step("nothing kept"),
        ),
        Belief(
            "the newest comes first",
            "What is read is right, since attention does not ask for an order. But your stores have the newest slot at "
            "the front, and a row or column layer picks its keys by their place: append at the end.",
            step("front"),
        ),
        Belief(
            "queries are kept, too",
            "You put the query into the store of keys. A query is asked once, by its own slot, and never again; what "
            "later slots compare with is the key.",
            step("query kept"),
        ),
        Belief(
            "there is one stream at a time",
            "You keep keys and values in a place of the function's own, and do not look at the stores that you are "
            "given. Two pictures drawn in turn then read each other's slots. Whoever calls keeps the stores, one pair "
            "for each stream: use keys and values as they come.",
            own_store(),
        ),
    ),
)


def open_codes(logits: Tensor, temperatures: list[float], way: str = "") -> list[float]:
    """The mean over tokens of e^H, the number of codes as good as open, by temperature; or by a belief instead."""
    curve = []
    for heat in temperatures:
        probs = (logits * heat if way == "times" else logits / heat).double().softmax(-1)
        if way == "mean prediction":
            probs = probs.mean(0, keepdim=True)
        parts = -probs * probs.log()
        entropy = (parts if way == "nan" else parts.nan_to_num(0.0)).sum(-1)
        if way == "bits":
            entropy = entropy / math.log(2)
        means = {"entropy": entropy.mean(), "mean first": entropy.mean().exp()}
        curve.append(float(means.get(way, entropy.exp().mean())))
    return curve


def some_predictions(rng: random.Random) -> tuple[Tensor, list[float]]:
    """Logits [token, code], some tokens surer than others, and temperatures; two codes filtered out now and then."""
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    tokens, codes = rng.randint(3, 6), rng.randint(7, 12)
    logits = torch.randn(tokens, codes, generator=generator) * torch.linspace(0.5, 4, tokens)[:, None]
    if rng.random() < 0.3:
        logits[:, rng.sample(range(codes), 2)] = -math.inf
    return logits, sorted(round(rng.uniform(0.4, 4), 2) for _ in range(rng.randint(2, 5)))


CODES_OPEN = Checker(
    "codes_open(logits, temperatures)",
    target=open_codes,
    make=some_predictions,
    tolerance=1e-3,
    count=12,
    edges=(
        (torch.zeros(2, 3), [0.5, 1.0, 4.0]),
        (torch.tensor([[2.0, 0.0, -1.0], [0.5, 0.0, 0.0]]), [2.0, 0.5, 2.0, 1.0]),
        (torch.tensor([[8.0, 0.0, 0.0, -math.inf], [1.0, 1.0, 1.0, 1.0]]), [0.5, 1.0, 2.0, 8.0]),
    ),
    axes=("temperature, by number",),
    beliefs=(
        Belief(
            "the logits are multiplied by the temperature",
            "Your curve falls with the temperature: you multiply the logits by it. Heat makes codes more equal, so "
            "the logits are divided by it.",
            lambda logits, heats: open_codes(logits, heats, "times"),
        ),
        Belief(
            "the entropy is the number of codes",
            "You give the entropy itself, which is 0 for certainty and ln 3 for three equal codes. The number of codes "
            "that are open is e to the power of it: 1, and 3.",
            lambda logits, heats: open_codes(logits, heats, "entropy"),
        ),
        Belief(
            "bits go with e",
            "You have measured the entropy in bits, by log2, and raised e to it: three equal codes come out as nearly "
            "5. Bits go with powers of 2, and natural logarithms with powers of e.",
            lambda logits, heats: open_codes(logits, heats, "bits"),
        ),
        Belief(
            "0 times minus infinity is 0",
            "Where a filter has dropped a code your curve is nan: p is 0, its logarithm minus infinity, and for a "
            "computer their product is no number. A code without a share adds 0 to the entropy: say so.",
            lambda logits, heats: open_codes(logits, heats, "nan"),
        ),
        Belief(
            "the mean prediction stands for all",
            "You average the probabilities over the tokens first. A model that is certain of a different code at each "
            "token would look undecided. Ask each token for itself, and average the answers.",
            lambda logits, heats: open_codes(logits, heats, "mean prediction"),
        ),
        Belief(
            "the mean comes before the power",
            "You average the entropies, and then raise e to the mean. That is a geometric mean, and smaller than what "
            "is asked for: first the number of open codes of each token, then their mean.",
            lambda logits, heats: open_codes(logits, heats, "mean first"),
        ),
    ),
)


CHECKERS = (ATTEND_NEWEST, CODES_OPEN)
