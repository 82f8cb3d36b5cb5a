"""Exercises of lesson 07, the transformer."""

import math

import torch
import torch.nn.functional as F

from exercises.source.parts import Exercise

LESSON = "07_transformer"


class split_heads(Exercise):
    title = "Cutting heads"
    kind, minutes, lines = "warm-up", 10, 3
    teaches = "what a head is: a slice of every slot's numbers, with slots kept apart"
    text = """\
Each slot has `width` numbers. Attention with several heads cuts them into as many slices side by side, and lets
each slice attend by itself. Cut `x` into heads: head 0 gets the first width / heads numbers of each slot, head
1 the next, and so on. Products of matrices are taken over the last two axes, so heads have to stand before
slots."""
    specification = """\
A slot `[0, 1, 2, 3, 4, 5, 6, 7]` with 2 heads is `[0, 1, 2, 3]` in head 0 and `[4, 5, 6, 7]` in head 1. From
[batch, slot, width] to [batch, head, slot, width / heads]: `result[b, h, s]` is the slice of slot s that
belongs to head h."""
    hints = (
        "It takes two steps: cut one axis into two, then move an axis. A single view cannot do both.",
        "Which two axes does the width become, head and dim or dim and head? Look at which numbers lie side by side.",
        "`x.view(batch, slots, heads, -1)` cuts the last axis only; `transpose` exchanges two axes.",
    )

    def blank(x, heads):
        """x: [batch, slot, width], width divisible by heads. Gives [batch, head, slot, dim]."""
        ...

    def reference(x, heads):
        batch, slots, width = x.shape
        return x.view(batch, slots, heads, width // heads).transpose(1, 2)

    def independent(x, heads):
        return torch.stack(x.chunk(heads, dim=-1), dim=1)

    class mistakes:
        def one_view(x, heads):
            """a view is enough"""
            batch, slots, width = x.shape
            return x.view(batch, heads, slots, width // heads)

        def interleaved(x, heads):
            """heads take turns"""
            return torch.stack([x[:, :, head::heads] for head in range(heads)], 1)

        def not_moved(x, heads):
            """heads come after slots"""
            return x.view(x.shape[0], x.shape[1], heads, x.shape[2] // heads)

        def dim_for_count(x, heads):
            """heads is the width of a head"""
            return torch.stack(x.split(heads, dim=-1), dim=1)

        def list_of_heads(x, heads):
            """heads come first"""
            return torch.stack(x.chunk(heads, dim=2))


class block_parameters(Exercise):
    title = "Counting a block"
    kind, minutes, lines = "warm-up", 12, 5
    teaches = "where 12 billion numbers are: four matrices of attention, two of the MLP, and very little else"
    text = """\
How many numbers does one block learn? It has a layer norm, attention (queries, keys, values and `out`, each an
`nn.Linear` from width to width), a second layer norm, and an MLP (up to `mlp_ratio` times the width, and back).
Count without building it: for the paper's width of 3968 that would take most of a gigabyte."""
    specification = """\
Every `nn.Linear(n, m)` has n · m weights and m biases; every layer norm a gain and a bias for each of the width
numbers. `block_parameters(48, 3, 4)` is 28272. The paper's model has 64 blocks with `block_parameters(3968, 62,
4)` = 188,991,872 each: 12.1 billion."""
    hints = (
        "Make a list of the layers first, each with its inputs and outputs: four, two, and two norms.",
        "The heads share the width among them. What does that mean for the size of their matrices, taken together?",
        "Attention: 4 matrices and 4 rows of biases. MLP: two matrices of ratio × width², with biases of "
        "ratio × width and of width. Norms: two numbers for each of the width, twice.",
    )

    def blank(width, heads, mlp_ratio):
        """Gives the number of parameters of one block, an int."""
        ...

    def reference(width, heads, mlp_ratio):
        hidden = mlp_ratio * width
        attention = 4 * (width * width + width)
        mlp = (width * hidden + hidden) + (hidden * width + width)
        norms = 2 * 2 * width
        return attention + mlp + norms

    def independent(width, heads, mlp_ratio):
        with torch.device("meta"):  # shapes without numbers
            layers = [torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)]
            layers += [torch.nn.Linear(width, width) for _ in range(4)]
            layers += [torch.nn.Linear(width, mlp_ratio * width), torch.nn.Linear(mlp_ratio * width, width)]
        return sum(weight.numel() for layer in layers for weight in layer.parameters())

    class mistakes:
        def no_biases(width, heads, mlp_ratio):
            """layers have no biases"""
            return (4 + 2 * mlp_ratio) * width**2 + 4 * width

        def no_out(width, heads, mlp_ratio):
            """attention has three matrices"""
            hidden = mlp_ratio * width
            qkv = width * 3 * width + 3 * width
            return qkv + 2 * width * hidden + hidden + width + 4 * width

        def per_head(width, heads, mlp_ratio):
            """every head has matrices of the whole width"""
            hidden = mlp_ratio * width
            qkv = heads * 3 * (width * width + width)
            out = width * width + width
            return qkv + out + 2 * width * hidden + hidden + width + 4 * width

        def no_norms(width, heads, mlp_ratio):
            """norms learn nothing"""
            hidden = mlp_ratio * width
            return 4 * width * (width + 1) + hidden * (width + 1) + width * (hidden + 1)

        def one_norm(width, heads, mlp_ratio):
            """one norm is enough"""
            hidden = mlp_ratio * width
            return 4 * width * (width + 1) + hidden * (width + 1) + width * (hidden + 1) + 2 * width

        def one_matrix(width, heads, mlp_ratio):
            """an MLP is one matrix"""
            hidden = mlp_ratio * width
            return 4 * width * (width + 1) + hidden * (width + 1) + 4 * width


class masked_attention(Exercise):
    title = "Attention under a mask"
    kind, minutes, lines = "build", 20, 4
    teaches = "the one formula of a transformer: compare, hide, share out, mix"
    text = """\
The heart of DALL·E, in about four lines. Every query is compared with every key by a dot product; the scores are
divided by the root of a head's width; pairs that the mask of lesson 06 does not allow are hidden; a softmax
makes weights of what is left; and the weights mix the values. Do all heads and all slots at once, without a
loop. The slow version below does the same number by number."""
    hints = (
        "All products of queries and keys are one product of matrices: which of the two has to be turned?",
        "`masked_fill` puts a number where a table is True, and your mask is True where a slot *may* look. Which "
        "number becomes a weight of exactly 0?",
        "Scores are [head, query, key]. The softmax goes over keys, and then weights @ values is [head, query, dim].",
    )

    def specification(q, k, v, mask):
        answers = torch.zeros_like(v)
        for head in range(len(q)):
            for slot in range(q.shape[1]):
                seen = [key for key in range(k.shape[1]) if mask[slot, key]]
                scores = [float(q[head, slot] @ k[head, key]) / q.shape[2] ** 0.5 for key in seen]
                total = sum(math.exp(score) for score in scores)
                for key, score in zip(seen, scores):
                    answers[head, slot] += math.exp(score) / total * v[head, key]
        return answers

    def blank(q, k, v, mask):
        """q, k, v: [head, slot, dim], mask: bool [query, key], True: may see. Gives [head, slot, dim]."""
        ...

    def reference(q, k, v, mask):
        scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
        weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
        return weights @ v

    def independent(q, k, v, mask):
        scores = torch.einsum("hqd,hkd->hqk", q, k) * q.size(-1) ** -0.5
        shares = (scores - scores.amax(2, keepdim=True)).exp() * mask
        return torch.einsum("hqk,hkd->hqd", shares / shares.sum(2, keepdim=True), v)

    class mistakes:
        def no_root(q, k, v, mask):
            """products are not divided"""
            scores = q @ k.mT
            scores[:, ~mask] = -math.inf
            return F.softmax(scores, dim=-1) @ v

        def by_width(q, k, v, mask):
            """products are divided by the width"""
            scores = q @ k.mT / q.shape[-1]
            scores[:, ~mask] = -math.inf
            return F.softmax(scores, dim=-1) @ v

        def by_slots(q, k, v, mask):
            """products are divided by the root of the slots"""
            scores = q @ k.mT / math.sqrt(q.shape[1])
            scores[:, ~mask] = -math.inf
            return F.softmax(scores, dim=-1) @ v

        def masked_late(q, k, v, mask):
            """the mask comes after the softmax"""
            weights = F.softmax(q @ k.mT / q.shape[-1] ** 0.5, dim=-1)
            weights[:, ~mask] = 0
            return weights @ v

        def with_zero(q, k, v, mask):
            """a hidden score is 0"""
            scores = q @ k.mT / q.shape[-1] ** 0.5
            return F.softmax(scores.masked_fill(~mask, 0), dim=-1) @ v

        def wrong_axis(q, k, v, mask):
            """queries share the softmax"""
            scores = q @ k.mT / q.shape[-1] ** 0.5
            return F.softmax(scores.masked_fill(~mask, -math.inf), dim=1) @ v

        def a_penalty(q, k, v, mask):
            """a good deal less is hidden"""
            scores = torch.einsum("hqd,hkd->hqk", q, k) / q.shape[-1] ** 0.5
            return torch.softmax(torch.where(mask, scores, scores - 20.0), dim=-1) @ v

        def turned_mask(q, k, v, mask):
            """True hides"""
            scores = q @ k.mT / q.shape[-1] ** 0.5
            return F.softmax(scores.masked_fill(mask, -math.inf), dim=-1) @ v


class mlp_branch(Exercise):
    title = "A branch of a block"
    kind, minutes, lines = "build", 20, 7
    teaches = "why depth is possible: a branch reads the stream through a norm, and only adds to it"
    text = """\
A block has two branches, attention and MLP, and both hang on the stream in the same way. Write the second one, by
hand, norm and all: bring each slot to mean 0 and spread 1 (and apply the learnt `gain` and `bias`), go up
with the matrix `expand`, bend with a GELU, come down with `shrink`, and add what was found to the stream."""
    specification = """\
- Layer norm of one slot: (slot - its mean) / √(its variance + 0.00001) · gain + bias, where the variance is the mean
of the squared distances from the mean.
- A linear layer, as `nn.Linear` has it: `x @ weight.T + bias`. `expand` is [hidden, width], `shrink` [width, hidden].
- The whole: x + shrink(gelu(expand(norm(x)))), with `F.gelu`. Sizes stay [batch, slot, width]."""
    hints = (
        "Four steps on a copy under another name, and at the end one sum with the x that came in.",
        "Mean and variance are those of the last axis, slot by slot: `keepdim=True` lets them be subtracted again.",
        "`normed.var(-1, ...)` divides by width - 1 unless you say `unbiased=False`. `F.linear(x, weight, bias)` is a "
        "linear layer whose weights are given.",
    )

    def blank(x, gain, bias, expand, expand_bias, shrink, shrink_bias):
        """x: [batch, slot, width], gain and bias: [width], expand: [hidden, width], expand_bias: [hidden],
        shrink: [width, hidden], shrink_bias: [width]. Gives [batch, slot, width]."""
        ...

    def reference(x, gain, bias, expand, expand_bias, shrink, shrink_bias):
        centred = x - x.mean(-1, keepdim=True)
        spread = torch.sqrt((centred**2).mean(-1, keepdim=True) + 1e-5)
        normed = centred / spread * gain + bias
        hidden = F.gelu(normed @ expand.T + expand_bias)
        return x + hidden @ shrink.T + shrink_bias

    def independent(x, gain, bias, expand, expand_bias, shrink, shrink_bias):
        branch = F.layer_norm(x, gain.shape, gain, bias)
        branch = torch.einsum("bsw,hw->bsh", branch, expand) + expand_bias
        branch = branch * (1 + torch.erf(branch / math.sqrt(2))) / 2
        return torch.einsum("bsh,wh->bsw", branch, shrink) + shrink_bias + x

    class mistakes:
        def not_added(x, gain, bias, expand, expand_bias, shrink, shrink_bias):
            """the branch replaces the stream"""
            x = F.layer_norm(x, x.shape[-1:], gain, bias)
            return F.linear(F.gelu(F.linear(x, expand, expand_bias)), shrink, shrink_bias)

        def post_norm(x, gain, bias, expand, expand_bias, shrink, shrink_bias):
            """the norm comes last"""
            x = x + F.linear(F.gelu(F.linear(x, expand, expand_bias)), shrink, shrink_bias)
            return F.layer_norm(x, x.shape[-1:], gain, bias)

        def overwritten(x, gain, bias, expand, expand_bias, shrink, shrink_bias):
            """the stream is normed, too"""
            x = F.layer_norm(x, x.shape[-1:], gain, bias)
            return x + F.linear(F.gelu(F.linear(x, expand, expand_bias)), shrink, shrink_bias)

        def batch_norm(x, gain, bias, expand, expand_bias, shrink, shrink_bias):
            """a norm is over slots"""
            flat = x.flatten(0, 1)
            normed = (flat - flat.mean(0)) / (flat.var(0, unbiased=False) + 1e-5) ** 0.5 * gain + bias
            normed = normed.view_as(x)
            return x + F.linear(F.gelu(F.linear(normed, expand, expand_bias)), shrink, shrink_bias)

        def unbiased(x, gain, bias, expand, expand_bias, shrink, shrink_bias):
            """the spread divides by one less"""
            normed = (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + 1e-5) * gain + bias
            return x + F.linear(F.gelu(F.linear(normed, expand, expand_bias)), shrink, shrink_bias)

        def no_more(x, gain, bias, expand, expand_bias, shrink, shrink_bias):
            """every slot has a spread"""
            normed = (x - x.mean(-1, keepdim=True)) / x.std(-1, keepdim=True, unbiased=False) * gain + bias
            return x + F.linear(F.gelu(F.linear(normed, expand, expand_bias)), shrink, shrink_bias)

        def after_the_root(x, gain, bias, expand, expand_bias, shrink, shrink_bias):
            """a little may be added after the root"""
            spread = x.std(-1, keepdim=True, correction=0) + 0.00001
            normed = gain * (x - x.mean(-1, keepdim=True)) / spread + bias
            return x + F.linear(F.gelu(F.linear(normed, expand, expand_bias)), shrink, shrink_bias)

        def with_relu(x, gain, bias, expand, expand_bias, shrink, shrink_bias):
            """the bend is a ReLU"""
            normed = F.layer_norm(x, x.shape[-1:], gain, bias)
            return x + F.linear(F.relu(F.linear(normed, expand, expand_bias)), shrink, shrink_bias)


class loss_by_row(Exercise):
    title = "Where in the picture is it hard?"
    kind, minutes, lines = "investigation", 20, 4
    teaches = (
        "that one number hides a lot: the picture's loss, row by row, beside the logarithm of the vocabulary"
    )
    text = """\
A picture loss of 2 nats is a mean over all codes. Is every place equally hard? Compute the mean loss of each *row* of
the picture, from the top.

Then look. Draw some pictures with `nano` (`drawing = model.draw("a red cube on a blue cube", n=8)`), and
ask it for `model.dalle.logits(text, torch.from_numpy(drawing.tokens))`, as lesson 07 does with `embed`; the second
of the two results are the picture's scores. Which rows are easiest, and why those? Give it the captions of other
pictures: which rows suffer most? Compare with ln 512, the loss of a model that knows nothing."""
    specification = """\
`scores` has a score for each code of the vocabulary at each of the grid² places, and `codes` says which one came. The
loss of one code is -ln of the chance that softmax(scores) gives it. Average over the batch and over the columns: one
number, in nats, for each row."""
    hints = (
        "You need the loss of every single code first, before anything is averaged.",
        "`F.cross_entropy(..., reduction='none')` does not average. It wants classes in axis 1: [batch, code, place].",
        "View the losses as [batch, row, column], since codes lie row by row, and take the mean over two of the three.",
    )

    def blank(scores, codes, grid):
        """scores: [batch, grid**2, code], codes: int64 [batch, grid**2]. Gives grid numbers, top row first."""
        ...

    def reference(scores, codes, grid):
        loss = F.cross_entropy(scores.transpose(1, 2), codes, reduction="none")
        return loss.view(-1, grid, grid).mean(dim=(0, 2))

    def independent(scores, codes, grid):
        chances = scores.softmax(-1).gather(-1, codes.unsqueeze(-1)).squeeze(-1)
        rows = (-chances.log()).split(grid, dim=1)
        return [row.mean().item() for row in rows]

    class mistakes:
        def of_columns(scores, codes, grid):
            """columns for rows"""
            loss = F.cross_entropy(scores.flatten(0, 1), codes.flatten(), reduction="none")
            return loss.reshape(len(codes), grid, grid).mean((0, 1))

        def mean_first(scores, codes, grid):
            """the loss of the mean chance"""
            chances = scores.softmax(-1).gather(-1, codes.unsqueeze(-1))
            return -chances.reshape(len(codes), grid, grid).mean((0, 2)).log()

        def errors(scores, codes, grid):
            """the loss is the share of errors"""
            right = (scores.argmax(-1) == codes).float()
            return 1 - right.reshape(len(codes), grid, grid).mean((0, 2))

        def added(scores, codes, grid):
            """a row's loss is a sum"""
            loss = F.cross_entropy(scores.flatten(0, 1), codes.flatten(), reduction="none")
            return loss.reshape(len(codes), grid, grid).sum((0, 2))

        def base_two(scores, codes, grid):
            """losses are in bits"""
            chances = scores.softmax(-1).gather(-1, codes.unsqueeze(-1))
            return -chances.log2().reshape(len(codes), grid, grid).mean((0, 2))


class combine_pieces(Exercise):
    title = "Attention in pieces"
    kind, minutes, lines = "stretch", 30, 5
    teaches = "the trick of fused attention: one softmax over keys that were never all looked at together"
    text = """\
Fused attention never writes down the table of all scores. It reads the keys piece by piece, and each piece attends
by itself; lesson 06's attention in blocks has two pieces as well, text and picture. But one softmax should run
over all keys. It can be put together afterwards, if each piece reports three things about each slot: the `largest`
score m of its keys; the `total`, the sum of e^(score - m) over them; and its `answer`, the mixture of its values with
weights e^(score - m) / total.

Give back the mixture with one softmax over the keys of all pieces. Scores may be in the hundreds, where e^score is too
large for a float."""
    specification = """\
Where two pieces report largest 0, total 1, answer [1.0] and largest 0, total 3, answer [5.0], the whole is
(1 · 1.0 + 3 · 5.0) / 4 = [4.0]. Were the second largest ln 3 and its total 1, it would be the same. A piece of
which the mask shows a slot nothing reports -∞, 0 and zeros for it; some other piece always shows something."""
    hints = (
        "What would a piece's total be if all pieces had subtracted one and the same number? How much is that "
        "from the total that it reports?",
        "e^(score - M) = e^(score - m) · e^(m - M). Choose M for each slot so that no e^(m - M) is above 1.",
        "Each piece's share is its corrected total over the sum of all corrected totals; mix the answers with "
        "the shares, which need one axis more.",
    )

    def blank(answers, largest, totals):
        """answers: [piece, slot, dim], largest and totals: [piece, slot]. Gives [slot, dim]."""
        ...

    def reference(answers, largest, totals):
        corrected = totals * torch.exp(largest - largest.max(dim=0).values)
        shares = corrected / corrected.sum(dim=0)
        return (shares[..., None] * answers).sum(dim=0)

    def independent(answers, largest, totals):
        # One piece after the other, as a kernel does it.
        answer, top, total = answers[0], largest[0], totals[0]
        for piece in range(1, len(answers)):
            new = torch.maximum(top, largest[piece])
            old_part, new_part = total * (top - new).exp(), totals[piece] * (largest[piece] - new).exp()
            total = old_part + new_part
            share = (new_part / total).unsqueeze(1)
            answer, top = answer * (1 - share) + answers[piece] * share, new
        return answer

    class mistakes:
        def plain_mean(answers, largest, totals):
            """pieces weigh alike"""
            return sum(answers) / len(answers)

        def by_totals(answers, largest, totals):
            """totals can be compared"""
            weights = totals.unsqueeze(-1)
            return (weights * answers).sum(0) / weights.sum(0)

        def by_largest(answers, largest, totals):
            """the largest score decides"""
            weights = F.softmax(largest, dim=0).unsqueeze(-1)
            return (weights * answers).sum(0)

        def overflow(answers, largest, totals):
            """scores are small"""
            weights = (totals * torch.exp(largest)).unsqueeze(-1)
            return (weights * answers).sum(0) / weights.sum(0)

        def one_top(answers, largest, totals):
            """one largest for all slots"""
            weights = (totals * torch.exp(largest - largest.max())).unsqueeze(-1)
            return (weights * answers).sum(0) / weights.sum(0)

        def no_sum(answers, largest, totals):
            """shares add up by themselves"""
            weights = totals * torch.exp(largest - largest.max(0).values)
            return (weights.unsqueeze(-1) * answers).sum(0)
