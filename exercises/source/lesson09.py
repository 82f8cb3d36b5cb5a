"""Exercises of lesson 09, sampling."""

import math

import torch

from exercises.source.parts import Exercise

LESSON = "09_sampling"


class pick_codes(Exercise):
    title = "Who owns the place?"
    kind, minutes, lines = "warm-up", 12, 4
    teaches = (
        "how a probability and a number from [0, 1) become a code: each code has a share as long as it is likely"
    )
    text = """\
Lay the probabilities of a row side by side on the line from 0 to 1, code 0 first, and throw the row's number
onto the line. The code that owns the place is drawn. `probs` is `[batch, code]`, `numbers` is `[batch]`, one
throw a row. Give back the drawn codes, int64 `[batch]`, without a Python loop: the model draws for hundreds of
pictures at once."""
    specification = """\
With `probs = [[0.5, 0.25, 0.25]]`:

| number | 0.0 | 0.3 | 0.5 | 0.74 | 0.9 |
|---|---|---|---|---|---|
| code | 0 | 0 | 1 | 1 | 2 |

- A share holds its left end and not its right one: `0.5` falls to code 1. A code of probability 0 has no share,
and is never drawn, not even by `0.0`.
- Shares that were rounded may add up to a hair less than 1. A number beyond them all falls to the last code."""
    hints = (
        "Where does each share end? One torch function adds up a row as it goes along.",
        "A code is passed over when its share ends at or before the number. How many are passed over?",
        "Compare the running sums with `numbers[:, None]`, sum the truth values along the codes, and keep the "
        "count below the number of codes.",
    )

    def blank(probs, numbers):
        """probs: float [batch, code], numbers: float [batch] in [0, 1). Gives int64 [batch]."""
        ...

    def reference(probs, numbers):
        ends = probs.cumsum(-1)
        passed = (ends <= numbers[:, None]).sum(-1)
        return passed.clamp(max=probs.shape[-1] - 1)

    def independent(probs, numbers):
        ends = probs.double().cumsum(-1)
        ends[:, -1] = 1.0
        return torch.searchsorted(ends, numbers.double()[:, None], right=True)[:, 0]

    class mistakes:
        def argmax(probs, numbers):
            """the likeliest code is drawn"""
            return probs.argmax(-1)

        def not_summed(probs, numbers):
            """a number is compared with each probability"""
            return (probs > numbers.unsqueeze(1)).int().argmax(dim=1)

        def strictly(probs, numbers):
            """a border belongs to the code before it"""
            ends = probs.cumsum(-1)
            return (ends < numbers[:, None]).sum(-1).clamp(max=probs.shape[-1] - 1)

        def unchecked(probs, numbers):
            """shares always reach 1"""
            return torch.searchsorted(probs.cumsum(1), numbers.unsqueeze(1), right=True).squeeze(1)

        def sorted_first(probs, numbers):
            """the likeliest code lies first"""
            sizes, order = probs.sort(dim=1, descending=True, stable=True)
            place = (sizes.cumsum(1) <= numbers[:, None]).sum(1).clamp(max=probs.shape[1] - 1)
            return order[torch.arange(len(probs)), place]


class keep_top_k(Exercise):
    title = "Only the best few"
    kind, minutes, lines = "warm-up", 10, 4
    teaches = "what top-k drops, what becomes of equals, and why a dropped code is at minus infinity"
    text = """\
Keep the `k` largest logits of each row and give all other codes no share at all. A softmax will follow, so
what is the logit of a code that can never be drawn? No Python loop, please."""
    specification = """\
- `keep_top_k([[2.0, 0.5, 1.0, -3.0]], 2)` is `[[2.0, -inf, 1.0, -inf]]`: kept logits stay where and what they were.
- Codes that tie with the k-th **all** stay, since nothing justifies a choice between them:
`keep_top_k([[2.0, 1.0, 1.0, -3.0]], 2)` is `[[2.0, 1.0, 1.0, -inf]]`.
- A `k` of the number of codes or more changes nothing."""
    hints = (
        "Find the k-th largest logit of each row first. What stays is at least as large as it.",
        "`logits.topk(k, dim=-1).values` is sorted, the largest first; its last column is the k-th largest.",
        "`masked_fill` puts `-math.inf` where a mask is true. Think of the k that is larger than a row before "
        "you call `topk`.",
    )

    def blank(logits, k):
        """logits: float [batch, code], k: int of 1 or more. Gives float [batch, code]."""
        ...

    def reference(logits, k):
        k = min(k, logits.shape[-1])
        kth = logits.topk(k, dim=-1).values[:, -1:]
        return logits.masked_fill(logits < kth, -math.inf)

    def independent(logits, k):
        larger = (logits[:, None, :] > logits[:, :, None]).sum(-1)  # how many codes of its row beat a code
        return torch.where(larger < k, logits, torch.full_like(logits, float("-inf")))

    class mistakes:
        def cut(logits, k):
            """exactly k codes stay"""
            best = logits.topk(min(k, logits.shape[1]), dim=1)
            return torch.full_like(logits, -math.inf).scatter(1, best.indices, best.values)

        def zeroed(logits, k):
            """a dropped logit is 0"""
            kth = logits.topk(min(k, logits.shape[-1])).values[:, -1:]
            return logits * (logits >= kth)

        def of_all(logits, k):
            """one threshold serves all rows"""
            kth = logits.flatten().sort(descending=True).values[min(k, logits.shape[-1]) - 1]
            return logits.masked_fill(logits < kth, -math.inf)

        def without_kth(logits, k):
            """the k-th goes, too"""
            if k >= logits.shape[-1]:
                return logits
            ranked = logits.sort(descending=True).values
            return logits.masked_fill(logits <= ranked[:, k - 1 : k], -math.inf)

        def always_k(logits, k):
            """there are always k codes"""
            values, _ = torch.topk(logits, k)
            return torch.where(logits < values[:, [-1]], float("-inf"), logits)


class keep_top_p(Exercise):
    title = "As many as it takes"
    kind, minutes, lines = "build", 25, 7
    teaches = "top-p: few codes where the model is sure and many where it is not, with one number"
    text = """\
Top-k keeps as many codes on a plain floor as on an eye. Top-p asks for a sum instead: keep the fewest codes,
likeliest first and of equals the lower code first, whose probabilities together reach `p`, and set the others to minus
infinity. This is the filter of the package, for a whole batch at a time: no Python loop. (Try it on
`nano`: how many codes are left for the floor, and how many where a thing begins?)"""

    def specification(logits, p):
        """One row after another, one code after another."""
        kept = torch.full_like(logits, -math.inf)
        for row, chances in enumerate(logits.softmax(-1)):
            mass = 0.0
            for code in sorted(range(len(chances)), key=lambda code: -chances[code]):  # of equals the lower code
                kept[row, code] = logits[row, code]
                mass += chances[code]
                if mass >= p:
                    break
        return kept

    hints = (
        "Sort each row, the likeliest first, and remember the order. A running sum then says how much the codes "
        "so far hold together.",
        "A code stays if those **before** it do not reach p yet: subtract its own probability from the running "
        "sum. So the code that crosses p stays, and the first one always does.",
        "The mask that you have is in sorted order. `scatter(-1, order, mask)` carries it back to where the codes "
        "stand; sort with `stable=True`, so that of equals the lower code comes first.",
    )

    def blank(logits, p):
        """logits: float [batch, code], p: float between 0 and 1. Gives float [batch, code]."""
        ...

    def reference(logits, p):
        probs, order = logits.softmax(-1).sort(dim=-1, descending=True, stable=True)
        before = probs.cumsum(-1) - probs
        drop = torch.zeros_like(logits, dtype=torch.bool).scatter(-1, order, before >= p)
        drop = drop.scatter(-1, order[:, :1], False)
        return logits.masked_fill(drop, -math.inf)

    def independent(logits, p):
        probs = logits.double().softmax(-1)
        mine, other = probs[:, :, None], probs[:, None, :]
        place = torch.arange(logits.shape[1])
        ahead = (other > mine) | ((other == mine) & (place[None, :] < place[:, None]))
        mass = (ahead * other).sum(-1)
        return torch.where(mass < p, logits, torch.tensor(-math.inf, dtype=logits.dtype))

    class mistakes:
        def too_few(logits, p):
            """the code that crosses p goes"""
            probs, order = logits.softmax(-1).sort(dim=-1, descending=True, stable=True)
            over = probs.cumsum(-1) > p
            return logits.masked_fill(torch.zeros_like(over).scatter(-1, order, over), -math.inf)

        def one_more(logits, p):
            """p has to be passed"""
            probs, order = logits.softmax(-1).sort(dim=-1, descending=True, stable=True)
            keep = probs.cumsum(-1) - probs <= p
            return logits.masked_fill(~torch.zeros_like(keep).scatter(-1, order, keep), -math.inf)

        def in_sorted_order(logits, p):
            """the sorted row is the answer"""
            ranked = logits.sort(dim=-1, descending=True, stable=True).values
            probs = ranked.softmax(-1)
            return ranked.masked_fill(probs.cumsum(-1) - probs >= p, -math.inf)

        def mask_left_sorted(logits, p):
            """the mask stays in sorted order"""
            probs = logits.softmax(-1).sort(dim=-1, descending=True, stable=True).values
            return logits.masked_fill(probs.cumsum(-1) - probs >= p, -math.inf)

        def unsorted(logits, p):
            """codes need no sorting"""
            probs = torch.softmax(logits, dim=1)
            running = torch.cumsum(probs, dim=1)
            return logits.masked_fill((running - probs) >= p, -math.inf)

        def least_probability(logits, p):
            """p is a least probability"""
            return logits.masked_fill(logits.softmax(-1) < p, -math.inf)

        def from_below(logits, p):
            """the unlikeliest come first"""
            probs, order = logits.softmax(-1).sort(dim=-1, stable=True)
            drop = probs.cumsum(-1) - probs >= p
            return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -math.inf)


class attend_newest(Exercise):
    title = "The key-value cache"
    kind, minutes, lines = "build", 30, 6
    teaches = (
        "that the newest slot needs only the keys and values of the others, and the result is exactly the same"
    )
    text = """\
The naive loop reads the whole stream again for every token. But old slots never change: a slot looks only back.
So let the newest slot come alone. It brings its own `query`, `key` and `value`, each `[head, channel]`, and
finds what was kept of the slots before it: `keys` and `values`, each `[head, slot, channel]`, with no slot at all
the first time. Give back three tensors: what the newest slot reads, `[head, channel]`, and the two stores with
the newest slot in them.

The check feeds your function two streams in turn, slot by slot, handing it back the stores that it gave for each,
and compares with the full attention of lesson 06. Its picture has a row for each slot of the one stream, then of the
other: what was read, then the keys and the values that are kept at the end. (A cache in Python, run for 1280 slots,
would copy much; the package writes into one array.)"""

    specification = """\
For slot $t$ and each head: $\\text{read}_t = \\sum_{s \\le t} w_s \\mathbf{v}_s$ with
$w = \\text{softmax}_s(\\mathbf{q}_t \\cdot \\mathbf{k}_s / \\sqrt{\\text{channels}})$ over all slots $s$ up to and
**with** slot $t$ itself. In the stores slots stand in the order of the stream."""
    hints = (
        "First put the newest key and value at the end of the stores, then attend. `torch.cat` joins along the slots.",
        "`key[:, None]` is `[head, 1, channel]`, as a store of one slot. The scores of the newest slot are "
        "`[head, slot]`.",
        "`torch.einsum('hc,hsc->hs', query, keys)` makes the scores. Divide by the root of the channels, softmax along "
        "the slots, and sum the values with these weights.",
    )

    def blank(query, key, value, keys, values):
        """query, key, value: [head, channel]; keys, values: [head, slot, channel]. Gives three tensors: what is
        read [head, channel], and keys and values [head, slot + 1, channel]."""
        ...

    def reference(query, key, value, keys, values):
        keys = torch.cat([keys, key[:, None]], dim=1)
        values = torch.cat([values, value[:, None]], dim=1)
        scores = torch.einsum("hc,hsc->hs", query, keys) / math.sqrt(query.shape[-1])
        return torch.einsum("hs,hsc->hc", scores.softmax(-1), values), keys, values

    def independent(query, key, value, keys, values):
        heads, slots, channels = keys.shape
        more_keys, more_values = keys.new_empty(2, heads, slots + 1, channels)
        more_keys[:, :slots], more_keys[:, slots] = keys, key
        more_values[:, :slots], more_values[:, slots] = values, value
        read = torch.zeros_like(query)
        for head in range(heads):
            weights = torch.exp(more_keys[head] @ query[head] * channels**-0.5)
            read[head] = (weights[:, None] * more_values[head]).sum(0) / weights.sum()
        return read, more_keys, more_values

    class mistakes:
        def not_itself(query, key, value, keys, values):
            """the newest slot does not see itself"""
            scores = (keys @ query[:, :, None])[:, :, 0] / query.shape[-1] ** 0.5
            read = (scores.softmax(1)[:, None] @ values)[:, 0]
            return read, torch.cat([keys, key[:, None]], 1), torch.cat([values, value[:, None]], 1)

        def unscaled(query, key, value, keys, values):
            """scores need no scale"""
            keys, values = torch.cat([keys, key[:, None]], 1), torch.cat([values, value[:, None]], 1)
            weights = torch.softmax((keys * query[:, None]).sum(-1), dim=-1)
            return (weights[..., None] * values).sum(1), keys, values

        def over_heads(query, key, value, keys, values):
            """the heads share one softmax"""
            keys, values = torch.cat([keys, key[:, None]], 1), torch.cat([values, value[:, None]], 1)
            scores = (keys * query[:, None]).sum(-1) / math.sqrt(query.shape[-1])
            return (scores.softmax(0)[..., None] * values).sum(1), keys, values

        def nothing_kept(query, key, value, keys, values):
            """the stores fill themselves"""
            seen = torch.cat([keys, key.unsqueeze(1)], 1)
            scores = (seen @ query.unsqueeze(-1)).squeeze(-1) / math.sqrt(query.shape[-1])
            read = (scores.softmax(-1).unsqueeze(1) @ torch.cat([values, value.unsqueeze(1)], 1)).squeeze(1)
            return read, keys, values

        def at_the_front(query, key, value, keys, values):
            """the newest comes first"""
            keys, values = torch.cat([key[:, None], keys], 1), torch.cat([value[:, None], values], 1)
            weights = ((keys * query[:, None]).sum(-1) / math.sqrt(query.shape[-1])).softmax(-1)
            return (weights[..., None] * values).sum(1), keys, values

        def query_kept(query, key, value, keys, values):
            """queries are kept, too"""
            keys, values = torch.cat([keys, query[:, None]], 1), torch.cat([values, value[:, None]], 1)
            weights = ((keys * query[:, None]).sum(-1) / math.sqrt(query.shape[-1])).softmax(-1)
            return (weights[..., None] * values).sum(1), keys, values

        def one_store_for_all(query, key, value, keys, values, kept=([], [])):
            """there is one stream at a time"""
            if keys.shape[1] == 0:
                for store in kept:
                    store.clear()
            for store, new in zip(kept, (key, value)):
                store.append(new)
            keys, values = (torch.stack(store, dim=1) for store in kept)
            weights = ((keys * query[:, None]).sum(-1) / math.sqrt(query.shape[-1])).softmax(-1)
            return (weights[..., None] * values).sum(1), keys, values


class codes_open(Exercise):
    title = "How many codes are open?"
    kind, minutes, lines = "investigation", 25, 8
    teaches = "what temperature does to a whole picture, in codes that are as good as open"
    text = """\
How much choice does a temperature leave? Take the model's logits for all tokens of a picture, and for each of the
`temperatures` compute in how many codes a draw is as good as open, on average over the tokens: the mean of $e^H$,
where $H = -\\sum_c p_c \\ln p_c$ is the entropy of one token's tempered probabilities. It is 1 for certainty, and
the number of codes for no idea.

Then run it on `nano`'s predictions of lesson 09 (`predictions`, `[token, code]`) for temperatures from 0.1 to 8, and
plot it. Where does the curve begin to rise steeply? Do it for the tokens of the floor and of the thing apart, and
say in two sentences why hot pictures fall apart in places that nobody looked at."""
    specification = """\
- Tempered probabilities are $p \\propto e^{\\ell / T}$. For `[[0.0, 0.0, 0.0]]` every temperature gives 3.0.
- A filter may have set logits to minus infinity. Such a code has no share and adds nothing: $0 \\ln 0$ counts as 0.
- One number for each temperature, in their order: a list of floats."""
    hints = (
        "For one temperature: divide, softmax along the codes, an entropy for each token, e to the power of each, "
        "the mean.",
        "`p * p.log()` is not a number where p is 0. What should stand there? `torch.where`, `nan_to_num` and "
        "`torch.special.entr` all know a way.",
        "The order matters: first `exp` of each token's entropy, then `mean` over the tokens, and `float` or `.item()` "
        "for the list.",
    )

    def blank(logits, temperatures):
        """logits: float [token, code], temperatures: list of float. Gives a list of float, one a temperature."""
        ...

    def reference(logits, temperatures):
        curve = []
        for temperature in temperatures:
            probs = (logits / temperature).softmax(-1)
            entropy = -(probs * probs.log()).nan_to_num(0.0).sum(-1)
            curve.append(entropy.exp().mean().item())
        return curve

    def independent(logits, temperatures):
        def open_in(row, temperature):
            best = max(row)
            shares = [math.exp((one - best) / temperature) for one in row if one > -math.inf]
            total = sum(shares)
            return math.prod((total / share) ** (share / total) for share in shares if share > 0)

        rows = logits.tolist()
        return [sum(open_in(row, heat) for row in rows) / len(rows) for heat in temperatures]

    class mistakes:
        def hotter_is_sharper(logits, temperatures):
            """the logits are multiplied by the temperature"""
            curve = []
            for heat in temperatures:
                probs = torch.softmax(logits * heat, dim=-1)
                curve.append(torch.special.entr(probs).sum(-1).exp().mean().item())
            return curve

        def only_entropy(logits, temperatures):
            """the entropy is the number of codes"""
            return [
                torch.special.entr((logits / heat).softmax(-1)).sum(-1).mean().item() for heat in temperatures
            ]

        def in_bits(logits, temperatures):
            """bits go with e"""
            curve = []
            for heat in temperatures:
                probs = (logits / heat).softmax(-1)
                bits = -torch.where(probs > 0, probs * probs.log2(), 0.0).sum(-1)
                curve.append(float(torch.exp(bits).mean()))
            return curve

        def not_a_number(logits, temperatures):
            """0 times minus infinity is 0"""
            curve = []
            for heat in temperatures:
                probs = (logits / heat).softmax(-1)
                curve.append((-(probs * torch.log(probs)).sum(-1)).exp().mean().item())
            return curve

        def mean_prediction(logits, temperatures):
            """the mean prediction stands for all"""
            curve = []
            for heat in temperatures:
                probs = (logits / heat).softmax(-1).mean(0)
                curve.append(torch.special.entr(probs).sum().exp().item())
            return curve

        def mean_first(logits, temperatures):
            """the mean comes before the power"""
            curve = []
            for heat in temperatures:
                entropy = torch.special.entr((logits / heat).softmax(-1)).sum(-1)
                curve.append(math.exp(entropy.mean().item()))
            return curve


class likeliest_row(Exercise):
    title = "Greedy does not find the likeliest"
    kind, minutes, lines = "stretch", 35, 10
    teaches = (
        "why top_k=1 does not give the likeliest picture, and how the likeliest is found where that is possible"
    )
    text = """\
Taking the likeliest code at each step gives *one* picture, and rarely the likeliest. Finding that one is hopeless for
a transformer, whose next code depends on all before. It is possible in a toy in which a code depends only on the one
before it: `first[a]` is the probability that a row begins with code a, and `step[a][b]` that b follows a. Give back
the likeliest row of `length` codes. There are $3^{60}$ rows of 60 codes, so trying them all will not do."""
    specification = """\
With `first = [0.6, 0.4]` and `step = [[0.5, 0.5], [0.1, 0.9]]` the likeliest row of 3 codes is `[1, 1, 1]`, of
probability $0.4 \\cdot 0.9 \\cdot 0.9 = 0.324$. Greedy begins with code 0, the likelier first one, and never gets
beyond $0.6 \\cdot 0.5 \\cdot 0.9 = 0.27$. The check has no ties between the best two rows."""
    hints = (
        "Suppose that you knew, for each code, the likeliest row that **ends** with it. How do you make these rows "
        "longer by one?",
        "The likeliest row that ends with b is the likeliest row that ends with some a, and b. Try every a, keep the "
        "best.",
        "Keep a list with one pair (probability, row) for each code, and make the next list from it `length - 1` "
        "times. At the end take the best of the list.",
    )

    def blank(first, step, length):
        """first: list [code] of float, step: list [code][code] of float, length: int. Gives a list of int."""
        ...

    def reference(first, step, length):
        codes = range(len(first))
        best = [(first[code], [code]) for code in codes]
        for _ in range(length - 1):
            best = [max((chance * step[row[-1]][code], [*row, code]) for chance, row in best) for code in codes]
        return max(best)[1]

    def independent(first, step, length):
        # Backwards: how likely is the best rest, after each code? Then walk forwards.
        moves = torch.tensor(step, dtype=torch.float64).log()
        rest = [torch.zeros(len(first), dtype=torch.float64)]
        for _ in range(length - 1):
            rest.insert(0, (moves + rest[0]).max(dim=1).values)
        row = [int((torch.tensor(first, dtype=torch.float64).log() + rest[0]).argmax())]
        for later in rest[1:]:
            row.append(int((moves[row[-1]] + later).argmax()))
        return row

    class mistakes:
        def greedy(first, step, length):
            """the best step makes the best row"""
            row = [first.index(max(first))]
            while len(row) < length:
                row.append(step[row[-1]].index(max(step[row[-1]])))
            return row

        def each_for_itself(first, step, length):
            """each place for itself"""
            chances = torch.tensor(first, dtype=torch.float64)
            row = []
            for _ in range(length):
                row.append(chances.argmax().item())
                chances = chances @ torch.tensor(step, dtype=torch.float64)
            return row

        def best_greedy(first, step, length):
            """every beginning, then greedy"""
            rows = []
            for code in range(len(first)):
                chance, row = first[code], [code]
                for _ in range(length - 1):
                    follows = step[row[-1]]
                    chance *= max(follows)
                    row.append(follows.index(max(follows)))
                rows.append((chance, row))
            return max(rows)[1]

        def first_forgotten(first, step, length):
            """all beginnings are alike"""
            best = {code: (1.0, (code,)) for code in range(len(first))}
            for _ in range(length - 1):
                best = {
                    code: max((chance * step[row[-1]][code], (*row, code)) for chance, row in best.values())
                    for code in best
                }
            return list(max(best.values())[1])

        def look_ahead(first, step, length):
            """one step ahead is far enough"""
            codes, row = range(len(first)), []
            while len(row) < length:
                now = step[row[-1]] if row else first
                later = [max(step[code]) if len(row) + 1 < length else 1.0 for code in codes]
                row.append(max(codes, key=lambda code: now[code] * later[code]))
            return row
