"""Drawing pictures: image tokens one after another, each drawn from the model's prediction.

The naive loop feeds the whole stream through the transformer for every token; it is kept as the reference
(`use_cache=False`). The cached loop reads the caption once and then one slot at a time, and each layer looks
only at the keys that its pattern shows. Both draw the same tokens.

**One picture, one random stream.** Every picture owns a seed, derived from (`seed`, its index), and a
generator on the CPU gives it one uniform number per token before drawing begins. A token is then drawn by
inverting the cumulative distribution: the number falls into one token's share of [0, 1). So a picture does
not depend on how many others are drawn beside it, in what chunks, or on the device's own random numbers. The
inversion is done in float64, because in float32 a sum over thousands of codes is off by about 1e-5, enough to
drop rare codes, and differs between machines. What remains is rounding inside the model: where it moves a
boundary across the drawn number (about once in a million tokens in float32), two machines may part.

Left out: turning tokens into pixels (`dvae.py`), choosing the best pictures (`clip.py`).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from minidalle.dalle import DALLE
from minidalle.transformer import KVCache

Progress = Callable[[int, int], None]


def picture_seeds(seed: int, count: int, first: int = 0) -> list[int]:
    """The seeds of pictures `first`, `first + 1`, ... of a run: `count` well-mixed 63-bit integers.

    Mixed by SplitMix64's finaliser, so that neighbouring seeds and neighbouring pictures share nothing:
    `picture_seeds(0, 2)` and `picture_seeds(1, 2)` have no number in common. (PyTorch's generator takes the lower 32
    bits: of a thousand pictures two have one stream about once in 10,000 runs.)
    """
    mask = (1 << 64) - 1

    def mix(value: int) -> int:
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & mask
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & mask
        return value ^ (value >> 31)

    start = mix((seed + 0x9E3779B97F4A7C15) & mask)
    return [
        mix((start + 0x9E3779B97F4A7C15 * (index + 1)) & mask) >> 1 for index in range(first, first + count)
    ]


def uniforms(seeds: Sequence[int], tokens: int) -> Tensor:
    """One number in [0, 1) per token of each picture: float64 [batch, token], made on the CPU."""
    streams = [torch.Generator().manual_seed(seed) for seed in seeds]
    return torch.stack([torch.rand(tokens, dtype=torch.float64, generator=stream) for stream in streams])


def filter_top_k(logits: Tensor, k: int) -> Tensor:
    """Keep the k largest logits of [..., code] and set the rest to -inf; codes tied with the k-th are all
    kept.

    A k of the vocabulary's size or more changes nothing. Raises ValueError when k is below 1.
    """
    if k < 1:
        raise ValueError(f"top_k is {k}; keep at least 1 code, or pass None to keep all")
    if k >= logits.shape[-1]:
        return logits
    kth = logits.topk(k, dim=-1).values[..., -1:]
    return logits.masked_fill(logits < kth, float("-inf"))


def filter_top_p(logits: Tensor, p: float) -> Tensor:
    """Keep the fewest most probable codes whose probabilities reach p; set the rest of [..., code] to -inf.

    The most probable code always stays. Among equals the lower code is kept first. Raises ValueError when p
    is outside (0, 1].
    """
    if not 0.0 < p <= 1.0:
        raise ValueError(f"top_p is {p}; it is a probability above 0 and at most 1 (1 keeps every code)")
    if p == 1.0:
        return logits
    order = logits.argsort(dim=-1, descending=True, stable=True)
    probabilities = logits.double().softmax(-1).gather(-1, order)
    before = probabilities.cumsum(-1) - probabilities  # mass of the codes ahead: already enough means drop
    # Never the first code, before which there is nothing: 0 < p.
    drop = torch.zeros_like(logits, dtype=torch.bool).scatter(-1, order, before >= p)
    return logits.masked_fill(drop, float("-inf"))


def filter_logits(
    logits: Tensor, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> Tensor:
    """Temperature, then top-k, then top-p among what is left; dropped codes of [..., code] become -inf."""
    logits = logits / temperature
    if top_k is not None:
        logits = filter_top_k(logits, top_k)
    return logits if top_p is None else filter_top_p(logits, top_p)


def draw_code(logits: Tensor, uniform: Tensor) -> Tensor:
    """Invert the cumulative distribution: logits [batch, code] and numbers in [0, 1) [batch] -> codes int64
    [batch].

    Code c is drawn when the number falls into c's share of [0, 1), so with probability softmax(logits)[c];
    codes at -inf have no share.
    """
    cumulative = logits.double().softmax(-1).cumsum(-1)
    total = cumulative[:, -1:]
    # Rounding may push number * total up to total itself, beyond every share: stay just below.
    target = torch.minimum(uniform[:, None] * total, torch.nextafter(total, torch.zeros_like(total)))
    return torch.searchsorted(cumulative, target, right=True).squeeze(1)


def sample(
    model: DALLE,
    text: Tensor,
    *,
    seed: int = 0,
    seeds: Sequence[int] | None = None,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    greedy: bool = False,
    prefix: Tensor | None = None,
    fixed: Tensor | None = None,
    chunk: int | None = None,
    use_cache: bool = True,
    progress: Progress | None = None,
) -> Tensor:
    """Draw one picture per caption: image tokens int64 [batch, grid * grid] in raster order, on the model's device.

    text int64 [batch, text_length] with PAD = -1; repeat a caption for several pictures of it. The paper samples at
    temperature 1 without filters (section 2.6).

    seed: pictures get `picture_seeds(seed, batch)`; or give every picture's own in `seeds`. temperature, top_k, top_p:
    see `filter_logits`. greedy takes the likeliest code each time, and draws nothing. prefix: int64 [batch, n], the
    first n tokens of the pictures, kept as they are; the rest is completed. fixed: int64 [batch, grid * grid], tokens
    to keep wherever they stand, -1 where one is to be drawn; what stands later does not help to choose it. chunk:
    pictures drawn at a time (None: all), to bound memory; it does not change the result. progress: called as
    progress(tokens drawn, tokens to draw), counted over all pictures.

    Raises ValueError for an empty batch, a temperature of 0 or less, top_k < 1, top_p outside (0, 1], chunk <
    1, a wrong number of seeds, or a prefix that does not fit; and as `DALLE.text_ids` for a wrong `text`.
    """
    _check(text, temperature, top_k, top_p, chunk)
    count, tokens = len(text), model.layout.image_tokens
    seeds = picture_seeds(seed, count) if seeds is None else list(seeds)
    if len(seeds) != count:
        raise ValueError(f"there are {len(seeds)} seeds for {count} captions; give one seed per caption")
    device = model.image_head.weight.device
    known = _known_tokens(model, prefix, count, device)
    kept = _kept_tokens(model, fixed, count, device)
    text = model.text_ids(text.to(device))
    step = chunk or count
    pieces = []
    for start in range(0, count, step):
        part = slice(start, min(start + step, count))

        def drawn(done: int, first: int = start, size: int = part.stop - part.start) -> None:
            if progress is not None:
                left = tokens - known.shape[1]
                progress(first * left + size * done, count * left)

        numbers = None if greedy else uniforms(seeds[part], tokens)
        pick = _picker(numbers, temperature, top_k, top_p)
        with _at_rest(model):
            pick = _keeping(pick, None if kept is None else kept[part])
            pieces.append(_draw(model, text[part], known[part], pick, use_cache, drawn))
    return torch.cat(pieces)


def _draw(
    model: DALLE,
    text: Tensor,
    known: Tensor,
    pick: Callable[[Tensor, int], Tensor],
    use_cache: bool,
    drawn: Callable[[int], None],
) -> Tensor:
    """The sampling loop of one chunk.

    text [batch, text_length] are stream ids and known [batch, n] codes; returns codes [batch, grid * grid].
    """
    config, tokens = model.config, model.layout.image_tokens
    batch, given = known.shape
    image = torch.empty(batch, tokens, dtype=torch.int64, device=text.device)
    image[:, :given] = known
    start = text.new_full((batch, 1), config.start_of_image)
    ids = torch.cat([text, start, known + config.image_offset], dim=1)
    cache = _new_cache(model, batch) if use_cache else None
    for position in range(given, tokens):
        code = pick(model.next_logits(ids, cache), position)
        image[:, position] = code
        new = (code + config.image_offset)[:, None]
        ids = new if use_cache else torch.cat([ids, new], dim=1)
        drawn(position + 1 - given)
    return image


def _picker(
    numbers: Tensor | None, temperature: float, top_k: int | None, top_p: float | None
) -> Callable[[Tensor, int], Tensor]:
    """How a code is chosen from logits [batch, code] at a position: greedily, or by its uniform number."""
    if numbers is None:
        return lambda logits, position: logits.argmax(-1)

    def pick(logits: Tensor, position: int) -> Tensor:
        device = logits.device
        if device.type == "mps":  # Apple's GPUs have no float64
            logits = logits.cpu()
        logits = filter_logits(logits.double(), temperature, top_k, top_p)
        return draw_code(logits, numbers[:, position].to(logits.device)).to(device)

    return pick


def _keeping(pick: Callable[[Tensor, int], Tensor], kept: Tensor | None) -> Callable[[Tensor, int], Tensor]:
    """`pick`, but for the tokens [batch, grid * grid] that are kept, those of 0 and more."""
    if kept is None:
        return pick
    return lambda logits, at: torch.where(kept[:, at] >= 0, kept[:, at], pick(logits, at))


def _kept_tokens(model: DALLE, fixed: Tensor | None, count: int, device: torch.device) -> Tensor | None:
    """The tokens to keep, checked."""
    if fixed is None:
        return None
    if tuple(fixed.shape) != (count, model.layout.image_tokens):
        raise ValueError(
            f"fixed has shape {list(fixed.shape)}; expected [{count}, {model.layout.image_tokens}]: a token, or -1, "
            "for each place of each picture"
        )
    model.image_ids(fixed.clamp_min(0).to(device))  # type and range
    return fixed.to(device)


def _new_cache(model: DALLE, batch: int) -> KVCache:
    weight = model.image_head.weight
    autocast = torch.is_autocast_enabled(weight.device.type)
    dtype = torch.get_autocast_dtype(weight.device.type) if autocast else weight.dtype
    return KVCache(model.config.transformer, batch, model.layout.length, dtype, weight.device)


def _known_tokens(model: DALLE, prefix: Tensor | None, count: int, device: torch.device) -> Tensor:
    """The given tokens, checked: int64 [batch, n], n = 0 when there are none."""
    if prefix is None:
        return torch.empty(count, 0, dtype=torch.int64, device=device)
    prefix = prefix.to(device)
    model.image_ids(prefix)  # shape, type and range
    if len(prefix) != count:
        raise ValueError(f"prefix gives {len(prefix)} pictures for {count} captions; give one per caption")
    return prefix


def _check(
    text: Tensor, temperature: float, top_k: int | None, top_p: float | None, chunk: int | None
) -> None:
    if len(text) < 1:
        raise ValueError("there is no caption to draw; give at least one")
    if not 0.0 < temperature < float("inf"):
        raise ValueError(
            f"temperature is {temperature}; it must be above 0 and finite: 0.1 is cautious, 1 is the paper's"
        )
    if chunk is not None and chunk < 1:
        raise ValueError(f"chunk is {chunk}; draw at least 1 picture at a time, or pass None for all at once")
    probe = torch.zeros(1, 2)  # the filters check their own settings; ask them before any work is done
    filter_logits(probe, temperature, top_k, top_p)


@contextmanager
def _at_rest(model: DALLE) -> Iterator[None]:
    """Dropout off and no gradients while drawing; the model is left in the mode it was found in.

    `no_grad`, not `inference_mode`: its tensors could not be used in training afterwards.
    """
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(training)
