"""Exercises of lesson 04, training the dVAE."""

import math
from collections import Counter

import torch
import torch.nn.functional as F

from exercises.source.parts import Exercise

LESSON = "04_training_the_dvae"


class kl_to_uniform(Exercise):
    title = "The price of a code"
    kind, minutes, lines = "warm-up", 10, 3
    teaches = "how many nats a code says in each cell, and along which axis that is counted"
    text = """\
The loss of the dVAE charges for what codes say: for each cell, how far its distribution over codes is from
the uniform one. Write that distance, in nats, for every cell of some pictures."""
    specification = """\
With $q$ the softmax of a cell's logits over its $K$ codes,

$$\\mathrm{KL}(q \\,\\|\\, \\text{uniform}) = \\sum_k q_k \\ln\\frac{q_k}{1/K} = \\ln K - \\text{entropy}(q)$$

- all logits equal: 0.0
- certain of one code of 512: ln 512 = 6.24, and finite even if that logit leads by 200

Codes lie along **axis 1** of [picture, code, row, column]; the result is [picture, row, column], with nothing
averaged."""
    hints = (
        "Get the logarithms of the posterior first, and the posterior from them: exp.",
        "`log_softmax(dim=1)` gives ln q, which stays finite where q itself would be rounded to 0.",
        "The sum over codes of q times ln q is minus the entropy: what has to be added to it?",
    )

    def blank(logits):
        """logits: [picture, code, row, column]. Gives nats, [picture, row, column]."""
        ...

    def reference(logits):
        log_q = logits.log_softmax(dim=1)
        return math.log(logits.shape[1]) + (log_q.exp() * log_q).sum(dim=1)

    def independent(logits):
        # ln q = l - logsumexp(l), so the sum of q ln q is the mean of l under q, less the logsumexp.
        total = torch.logsumexp(logits, 1)
        mean = torch.einsum("pkrc,pkrc->prc", torch.softmax(logits, 1), logits)
        return mean - total + math.log(logits.size(1))

    class mistakes:
        def entropy(logits):
            """the entropy is the distance"""
            return -(logits.softmax(1) * logits.log_softmax(1)).sum(1)

        def bits(logits):
            """nats are bits"""
            log_q = logits.log_softmax(1) / math.log(2)
            return (logits.softmax(1) * (log_q + math.log2(logits.shape[1]))).sum(1)

        def reversed_kl(logits):
            """the direction is no matter"""
            p = 1 / logits.shape[1]
            return (p * (math.log(p) - logits.log_softmax(1))).sum(1)

        def last_axis(logits):
            """codes lie along the last axis"""
            q, log_q = logits.softmax(-1), logits.log_softmax(-1)
            return (q * (log_q + math.log(logits.shape[-1]))).sum(-1)

        def softmax_then_log(logits):
            """0 times ln 0"""
            q = logits.softmax(1)
            return (q * q.log()).sum(1) + math.log(logits.shape[1])

        def averaged(logits):
            """cells are averaged at once"""
            log_q = logits.log_softmax(1)
            return (log_q.exp() * (log_q + math.log(logits.shape[1]))).sum(1).mean()


class paint(Exercise):
    title = "From the decoder to pixels"
    kind, minutes, lines = "warm-up", 8, 2
    teaches = "the squeeze of the pixels, and how it is undone to show a picture"
    text = """\
The decoder's $\\mu$ is a logit, and it was trained on pixels that had been squeezed by $\\varphi(x) = 0.8\\,x + 0.1$,
since the logits of 0 and 1 are infinite. Turn $\\mu$ into the picture that is shown."""
    specification = """\
$\\varphi^{-1}(\\mathrm{sigmoid}(\\mu))$, held between 0 and 1:

| mu | sigmoid | shown |
|---:|---:|---:|
| 0 | 0.5 | 0.5 |
| 1 | 0.731 | 0.789 |
| 2.197 | 0.9 | 1.0 |
| 5 | 0.993 | 1.0 |
| -9 | 0.0001 | 0.0 |"""
    hints = (
        "Three steps: out of logits, out of the squeeze, into the range that a picture can have.",
        "Solve y = 0.8 x + 0.1 for x: which of the two steps is undone first?",
        "`torch.sigmoid` is the first step, and `.clamp(0, 1)` the last.",
    )

    def blank(mu):
        """mu: logits [picture, colour, row, column]. Gives pixels of that shape, from 0 to 1."""
        ...

    def reference(mu):
        return ((torch.sigmoid(mu) - 0.1) / 0.8).clamp(0, 1)

    def independent(mu):
        # sigmoid(m) = (1 + tanh(m / 2)) / 2, and the middle, 0.5, is its own squeeze.
        return torch.clip(0.5 + 0.625 * torch.tanh(mu / 2), 0.0, 1.0)

    class mistakes:
        def pale(mu):
            """the sigmoid is the picture"""
            return 1 / (1 + torch.exp(-mu))

        def squeezed_again(mu):
            """a squeeze is undone by a squeeze"""
            return (0.8 * torch.sigmoid(mu) + 0.1).clamp(0, 1)

        def unclamped(mu):
            """nothing leaves the range"""
            return 1.25 * (torch.sigmoid(mu) - 0.1)

        def same_order(mu):
            """steps are undone in the same order"""
            return (torch.sigmoid(mu) / 0.8 - 0.1).clamp(min=0, max=1)

        def one_side(mu):
            """the squeeze takes from one side"""
            return ((torch.sigmoid(mu) - 0.1) / (1 - 0.1)).clamp(0, 1)

        def no_sigmoid(mu):
            """logits are pixels"""
            return ((mu - 0.1) / 0.8).clamp(0, 1)


class cosine_anneal(Exercise):
    title = "Half a cosine"
    kind, minutes, lines = "warm-up", 10, 3
    teaches = "the schedule of the temperature, the KL weight and the learning rate, all of one shape"
    text = """\
Temperature, KL weight and learning rate of the paper's dVAE all move in the same way: along half a cosine
from one value to another, and then they stay. The paper says that a linear fall of the temperature typically
diverged. Write the curve, as a function of the number of updates made."""
    specification = """\
- `cosine_anneal(0, 1.0, 0.5, 100)` is 1.0, at step 50 it is 0.75, at step 100 it is 0.5, and at step 170, too.
- At step 25 it is 0.927: less than a quarter of the way, since it begins gently. It ends gently, too.
- It goes up as well: the KL weight runs from 0 to 6.6."""
    hints = (
        "First find which part of the way is over, from 0 to 1; then bend that number; then go from start to end "
        "by it.",
        "cos runs from 1 to -1 while its angle goes from 0 to pi. Turn that into a number from 0 to 1.",
        "`min(step / steps, 1)` is the part of the time; the way from start to end is `end - start`.",
    )

    def blank(step, start, end, steps):
        """step: updates made, from 0; start, end: numbers; steps: updates until the end. Gives a number."""
        ...

    def reference(step, start, end, steps):
        time = min(step / steps, 1)
        way = (1 - math.cos(math.pi * time)) / 2
        return start + (end - start) * way

    def independent(step, start, end, steps):
        # (1 - cos a) / 2 is the square of sin(a / 2).
        if step >= steps:
            return end
        way = math.sin(math.pi * step / steps / 2) ** 2
        return (1 - way) * start + way * end

    class mistakes:
        def line(step, start, end, steps):
            """a straight line does as well"""
            return start + (end - start) * min(step, steps) / steps

        def endless(step, start, end, steps):
            """the cosine stops by itself"""
            return end + (start - end) * (1 + math.cos(math.pi * step / steps)) / 2

        def quarter(step, start, end, steps):
            """half the way has half a turn"""
            return end + (start - end) * math.cos(math.pi / 2 * min(1, step / steps))

        def turned(step, start, end, steps):
            """start and end are exchanged"""
            return start + (end - start) * (1 + math.cos(math.pi * min(1, step / steps))) / 2

        def high(step, start, end, steps):
            """the curve has the height of its start"""
            return end + start * (1 + math.cos(math.pi * min(1, step / steps))) / 2


class logit_laplace_nll(Exercise):
    title = "The likelihood of a pixel"
    kind, minutes, lines = "build", 20, 3
    teaches = "the paper's own density for pixels, and what each of its factors is there for"
    text = """\
The paper scores pixels with a density that knows where brightness ends: a Laplace variable, pushed through a
sigmoid (appendix A.3). The decoder gives two numbers for each sub-pixel, $\\mu$ and $\\ln b$. Write the loss
of every sub-pixel: minus the logarithm of the density, in nats."""
    specification = """\
$$f(x \\mid \\mu, b) = \\frac{1}{2\\,b\\,x\\,(1 - x)}\\; e^{-\\,|\\mathrm{logit}(x) - \\mu| \\,/\\, b}, \\qquad
\\mathrm{logit}(x) = \\ln\\frac{x}{1-x}$$

Give back $-\\ln f$. `log_scale` is $\\ln b$. A case to test by: at $x = 0.5$, $\\mu = 0$ and $b = 1$ the density
is 2, and the loss -0.693: a density may be above 1, and its loss below 0."""
    hints = (
        "Take the logarithm on paper: the product becomes a sum of four terms, and exp goes away.",
        "`torch.logit(x)` is ln(x / (1 - x)). Dividing by b is multiplying by exp(-log_scale).",
        "The four terms are the distance over b, ln b, ln 2, and the logarithm of x (1 - x). Each one's sign "
        "follows from its side of the fraction bar.",
    )

    def blank(x, mu, log_scale):
        """x: squeezed sub-pixels, 0 < x < 1; mu: logits; log_scale: ln b; all of one shape, which the result has."""
        ...

    def reference(x, mu, log_scale):
        distance = (torch.logit(x) - mu).abs()
        return distance * torch.exp(-log_scale) + log_scale + math.log(2) + torch.log(x * (1 - x))

    def independent(x, mu, log_scale):
        # A Laplace density in logits, and the slope of the logit, which is 1 / (x (1 - x)).
        laplace = torch.distributions.Laplace(mu, log_scale.exp())
        stretch = 1 / x + 1 / (1 - x)
        return -(laplace.log_prob(x.log() - (1 - x).log()) + stretch.log())

    class mistakes:
        def no_stretch(x, mu, log_scale):
            """a squeezed axis costs nothing"""
            return -torch.distributions.Laplace(mu, log_scale.exp()).log_prob(x.logit())

        def log_density(x, mu, log_scale):
            """the density is the loss"""
            b = log_scale.exp()
            return torch.log(torch.exp(-(x.logit() - mu).abs() / b) / (2 * b * x * (1 - x)))

        def plain_scale(x, mu, log_scale):
            """log_scale is the scale"""
            b = log_scale
            return (x.logit() - mu).abs() / b + torch.log(2 * b) + torch.log(x * (1 - x))

        def times_scale(x, mu, log_scale):
            """a broad scale makes misses dear"""
            b = log_scale.exp()
            return (x.logit() - mu).abs() * b + torch.log(2 * b * x * (1 - x))

        def squares(x, mu, log_scale):
            """distances are squared"""
            b = log_scale.exp()
            return (x.logit() - mu) ** 2 / b + torch.log(2 * b * x * (1 - x))

        def in_pixels(x, mu, log_scale):
            """mu is a brightness"""
            b = log_scale.exp()
            return (x - mu).abs() / b + torch.log(2 * b * x * (1 - x))

        def without_two(x, mu, log_scale):
            """constants are no matter"""
            b = log_scale.exp()
            return (x.logit() - mu).abs() / b + torch.log(b * x * (1 - x))


class negative_elbo(Exercise):
    title = "One loss of two parts"
    kind, minutes, lines = "build", 20, 4
    teaches = "what is summed, what is averaged, and why a mean for a mean makes codes collapse"
    text = """\
A picture of the paper has 196,608 sub-pixels, each with an error in nats, and 1,024 cells, each with a KL in
nats. How do they become one number? The ELBO says: *add up* all that belongs to a picture. The rest is
custom: a weight for the KL, a mean over the batch, and one division that keeps the number small. Get one of
these wrong and everything still runs; only the codes die. Write the loss."""
    specification = """\
For one picture: the sum of its errors over colours, rows and columns, plus `kl_weight` times the sum of the KL
over its cells. That, divided by its number of sub-pixels (colours times rows times columns); and of this, the mean
over the pictures.

A case to test by: 2 pictures of 3 x 4 x 4 sub-pixels with an error of 1 each, 2 x 2 cells with a KL of 2
each, weight 1: (48 + 8) / 48 = 1.1667. It is what `DiscreteVAE.forward` gives as `loss`."""
    hints = (
        "Think of one picture first: two sums, one weight, one division. The batch comes last.",
        "`errors.sum(dim=(1, 2, 3))` has one number a picture; the KL's grid has its own two axes.",
        "Sub-pixels of one picture are `errors[0].numel()`, and both sums are divided by it: the number of cells "
        "appears nowhere.",
    )

    def blank(errors, kl, kl_weight):
        """errors: nats [picture, colour, row, column], kl: nats [picture, y, x], kl_weight: a number. Gives a "
        "number."""
        ...

    def reference(errors, kl, kl_weight):
        nats = errors.sum(dim=(1, 2, 3)) + kl_weight * kl.sum(dim=(1, 2))
        return (nats / errors[0].numel()).mean()

    def independent(errors, kl, kl_weight):
        # Batch and sub-pixels together are all the numbers in `errors`, so one division does both.
        return (errors.sum() + kl_weight * kl.sum()).item() / errors.numel()

    class mistakes:
        def two_means(errors, kl, kl_weight):
            """a mean for a mean"""
            return errors.mean() + kl_weight * kl.mean()

        def summed_batch(errors, kl, kl_weight):
            """pictures are summed, too"""
            return (errors.sum() + kl_weight * kl.sum()) / errors[0].numel()

        def minus(errors, kl, kl_weight):
            """the KL is a reward"""
            return (errors.sum() - kl_weight * kl.sum()) / errors.numel()

        def undivided(errors, kl, kl_weight):
            """the whole sum is the loss"""
            return (errors.sum() + kl_weight * kl.sum()) / len(errors)

        def half_divided(errors, kl, kl_weight):
            """only pixels are divided"""
            return errors.mean() + kl_weight * kl.sum() / len(kl)

        def weighed_errors(errors, kl, kl_weight):
            """the weight is for the errors"""
            return (kl_weight * errors.sum() + kl.sum()) / errors.numel()


class dead_codes(Exercise):
    title = "Which codes have died?"
    kind, minutes, lines = "investigation", 25, 6
    teaches = "how to tell a code that pauses from one that is dead, and what perplexity does not see"
    text = """\
A codebook can die while the loss falls. Watch it: after each batch, how many codes have not been used for
some time? One batch does not tell, since it has few cells for many codes.

Then make two histories of 200 batches of 64 cells over 128 codes: a sound one by `torch.randint`, and one in
which only codes below `128 - step // 2` are drawn. Plot the dead codes of both with a patience of 1, 5 and 50, beside
the perplexity of each batch. Say in two sentences: how many codes does a patience of 1 call dead in the sound
history, and how late does one of 50 notice the illness?"""
    specification = """\
Number $t$ of the result: how many of the `vocab_size` codes occur in none of the last `patience` batches up to
and with batch $t$. At the start there are fewer batches, and those there are count.

`dead_codes(torch.tensor([[0, 1], [1, 1], [2, 1], [1, 1], [1, 0]]), 5, 2)` is `[3, 3, 3, 3, 3]`; with a patience of
1 it is `[3, 4, 3, 4, 3]`."""
    hints = (
        "One loop over the batches; in each, look at a slice of the history that ends with this batch.",
        "The slice is `ids[first:step + 1]`. It has at most `patience` batches: where does it begin? And near "
        "the start?",
        "`slice.unique().numel()` counts the different codes in a slice; the dead are all the others.",
    )

    def blank(ids, vocab_size, patience):
        """ids: whole numbers [batch, cell], each below vocab_size; patience: at least 1. Gives a list of numbers."""
        ...

    def reference(ids, vocab_size, patience):
        counts = []
        for step in range(len(ids)):
            recent = ids[max(0, step - patience + 1) : step + 1]
            counts.append(vocab_size - recent.unique().numel())
        return counts

    def independent(ids, vocab_size, patience):
        # For each code, the batch in which it was seen last; never is long ago.
        last, counts = [-patience] * vocab_size, []
        for step, batch in enumerate(ids.tolist()):
            for code in batch:
                last[code] = step
            counts.append(sum(step - seen >= patience for seen in last))
        return counts

    class mistakes:
        def now(ids, vocab_size, patience):
            """unused now is dead"""
            return [vocab_size - len(set(batch)) for batch in ids.tolist()]

        def ever(ids, vocab_size, patience):
            """once used is alive for ever"""
            seen, counts = set(), []
            for batch in ids.tolist():
                seen |= set(batch)
                counts.append(vocab_size - len(seen))
            return counts

        def one_more(ids, vocab_size, patience):
            """the last ones are one more"""
            return [vocab_size - ids[max(0, t - patience) : t + 1].unique().numel() for t in range(len(ids))]

        def living(ids, vocab_size, patience):
            """codes in use are asked"""
            return [ids[max(0, t - patience + 1) : t + 1].unique().numel() for t in range(len(ids))]

        def for_good(ids, vocab_size, patience):
            """the dead stay dead"""
            dead, counts = set(), []
            for t in range(len(ids)):
                recent = Counter(ids[max(0, t - patience + 1) : t + 1].flatten().tolist())
                dead |= {code for code in range(vocab_size) if not recent[code]}
                counts.append(len(dead))
            return counts


class kl_slope(Exercise):
    title = "Where the price pulls"
    kind, minutes, lines = "stretch", 30, 4
    teaches = (
        "the gradient of the KL by hand, as the package computes it, and why it leaves ruled-out codes alone"
    )
    text = """\
Autograd can find the slope of the KL, but for 8,192 codes a cell its buffers fill the memory. The package
therefore writes the slope out, in one line. Find that line with pencil and paper, and write it without
autograd: the gradient of the *sum* of all cells' KL to uniform, at the logits. Then look at it: which codes
does a step downhill raise, which does it lower, and which hardly move?"""
    specification = """\
With $q$ the softmax of a cell's logits $\\ell$, number $k$ of that cell's result is
$\\;\\partial\\,\\big(\\ln K + \\sum_j q_j \\ln q_j\\big) / \\partial \\ell_k$.

For the logits `[2, 0, -1]` it is `[0.299, -0.188, -0.111]`. Equal logits give zeros. Each row sums to 0, since
a number added to all logits changes nothing."""
    hints = (
        "Two steps of the chain rule: from the KL to the shares q, then from the shares to the logits.",
        "The slope of q ln q at q is ln q + 1. A softmax has the slopes q_j (1 if j = k, else 0) - q_j q_k.",
        "Multiply the two and add over j: what remains at k is q_k times how far ln q_k lies above its mean under q.",
    )

    def blank(logits):
        """logits: [cell, code]. Gives the slope at each logit, [cell, code]."""
        ...

    def reference(logits):
        log_q = logits.log_softmax(dim=1)
        q = log_q.exp()
        return q * (log_q - (q * log_q).sum(dim=1, keepdim=True))

    def independent(logits):
        # The whole matrix of the softmax's slopes, times the slopes of q ln q.
        q = torch.softmax(logits, 1)
        jacobian = torch.diag_embed(q) - q.unsqueeze(2) * q.unsqueeze(1)
        return (jacobian @ (q.log() + 1).unsqueeze(2)).squeeze(2)

    class mistakes:
        def alone(logits):
            """shares move one by one"""
            q = logits.softmax(1)
            return q * (q.log() + 1)

        def at_shares(logits):
            """logits are probabilities"""
            return F.log_softmax(logits, dim=1) + 1

        def cross_entropy(logits):
            """it pulls like cross-entropy"""
            return logits.softmax(1) - torch.full_like(logits, 1 / logits.shape[1])

        def entropy(logits):
            """the slope of the entropy"""
            q, log_q = logits.softmax(1), logits.log_softmax(1)
            return q * ((q * log_q).sum(1, keepdim=True) - log_q)

        def shared(logits):
            """cells share the slope"""
            q, log_q = logits.softmax(1), logits.log_softmax(1)
            return (q * (log_q - (q * log_q).sum(1, keepdim=True))) / logits.shape[0]
