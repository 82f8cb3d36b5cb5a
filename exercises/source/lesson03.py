"""Exercises of lesson 03, a discrete autoencoder."""

import math
from collections import Counter

import torch
import torch.nn.functional as F

from exercises.source.parts import Exercise

LESSON = "03_discrete_autoencoder"


class nearest_code(Exercise):
    title = "The nearest code"
    kind, minutes, lines = "warm-up", 8, 3
    teaches = "what a token is: the number of the code that lies nearest, found for all cells at once"
    text = """\
The box of stamps, and VQ-VAE after it, write a picture by one rule: each cell takes the code that lies
nearest. Below stands a slow double loop. Thousands of cells and hundreds of codes want one tensor operation
instead: no Python loop is allowed here, nor a comprehension."""
    hints = (
        "Make a table of distances first, [cell, code]. The tokens are the places of the smallest in each row.",
        "`vectors[:, None] - codebook[None]` has the shape [cell, code, size]: every vector beside every code.",
        "Square the differences, sum over the last axis, and take `argmin` along the codes.",
    )

    def specification(vectors, codebook):
        tokens = []
        for vector in vectors:
            distances = [sum((vector - code) ** 2).item() for code in codebook]
            tokens.append(distances.index(min(distances)))
        return torch.tensor(tokens)

    def blank(vectors, codebook):
        """vectors: [cell, size], codebook: [code, size]. Gives whole numbers [cell]. No two codes are equally near."""
        ...

    def reference(vectors, codebook):
        distances = (vectors[:, None] - codebook[None]).square().sum(dim=-1)
        return distances.argmin(dim=1)

    def independent(vectors, codebook):
        # |v - c|^2 = |v|^2 - 2 v.c + |c|^2, and |v|^2 is the same for all codes.
        closeness = 2 * vectors @ codebook.T - (codebook**2).sum(1)
        return closeness.max(dim=1).indices

    class mistakes:
        def by_product(vectors, codebook):
            """the largest product is nearest"""
            return torch.einsum("vs,cs->vc", vectors, codebook).argmax(1)

        def signed(vectors, codebook):
            """differences may cancel"""
            return (codebook - vectors.unsqueeze(1)).sum(-1).argmin(-1)

        def city_blocks(vectors, codebook):
            """distance goes along the axes"""
            return torch.cdist(vectors, codebook, p=1).argmin(1)

        def other_axis(vectors, codebook):
            """each code looks for a cell"""
            return torch.cdist(vectors, codebook).argmin(0)

        def gathered(vectors, codebook):
            """the code's vector is its name"""
            return codebook[torch.cdist(vectors, codebook).argmin(1)]


class codebook_perplexity(Exercise):
    title = "How many codes are really in use?"
    kind, minutes, lines = "warm-up", 10, 4
    teaches = "how to count codes so that rare ones count little, and why 273 codes in use can be worth 89"
    text = """\
`nano` uses 273 of its 512 codes in the two hundred pictures of the lesson; yet a few shades of floor fill
most cells. A count of codes in use is too kind, since one cell in a million keeps a code alive. *Perplexity*
weighs codes by their use: it is exp of the entropy of their frequencies, and comes to 89 there. Write it."""
    specification = """\
With $p_k$ the part of all cells that have code $k$, the perplexity is $e^{-\\sum_k p_k \\ln p_k}$, a number
from 1 to `vocab_size`:

- codes 0, 1, 2, 3, equally often: 4.0
- one code everywhere: 1.0
- code 0 in seven cells of eight, code 1 in one: 1.4575, hardly more than one code

The cells of all pictures count together, and a code that never occurs adds nothing."""
    hints = (
        "Three steps: how often each code occurs, as a part of all cells; the entropy of that; exp.",
        "`torch.bincount(ids.flatten(), minlength=vocab_size)` counts, and wants one axis, not two.",
        "Where a frequency is 0, 0 times ln 0 comes out as NaN: keep only the frequencies above 0 before the "
        "logarithm.",
    )

    def blank(ids, vocab_size):
        """ids: whole numbers [picture, cell], each below vocab_size. Gives a number."""
        ...

    def reference(ids, vocab_size):
        counts = torch.bincount(ids.flatten(), minlength=vocab_size)
        frequency = counts[counts > 0] / ids.numel()
        return torch.exp(-(frequency * frequency.log()).sum()).item()

    def independent(ids, vocab_size):
        # A mean of surprise: the perplexity is one over the geometric mean of the cells' frequencies.
        cells = ids.flatten().tolist()
        counts = Counter(cells)
        surprise = sum(math.log(len(cells) / counts[code]) for code in cells) / len(cells)
        return math.exp(surprise)

    class mistakes:
        def distinct(ids, vocab_size):
            """every code in use counts as one"""
            return float(len(set(ids.flatten().tolist())))

        def nats(ids, vocab_size):
            """the entropy is the answer"""
            shares = [n / ids.numel() for n in Counter(ids.flatten().tolist()).values()]
            return -sum(share * math.log(share) for share in shares)

        def two_bases(ids, vocab_size):
            """2 to the power of nats"""
            shares = [n / ids.numel() for n in Counter(ids.flatten().tolist()).values()]
            return 2 ** -sum(share * math.log(share) for share in shares)

        def with_zeros(ids, vocab_size):
            """0 times ln 0"""
            p = F.one_hot(ids.flatten(), vocab_size).float().mean(dim=0)
            return torch.exp(-(p * torch.log(p)).sum())

        def by_picture(ids, vocab_size):
            """each picture by itself"""
            found = []
            for picture in ids:
                p = torch.bincount(picture, minlength=vocab_size) / len(picture)
                found.append(torch.special.entr(p).sum().exp())
            return torch.stack(found).mean()


class straight_through(Exercise):
    title = "Straight through"
    kind, minutes, lines = "build", 20, 3
    teaches = "the trick that the Gumbel-softmax replaces: forwards a choice, backwards as if there had been none"
    text = """\
Choosing the nearest code stops the gradient. VQ-VAE's way round is a pretence: forwards, the decoder gets
the nearest code's vector; backwards, the gradient of that vector is handed to the encoder's vector unchanged,
*straight through*, as if nothing had been chosen. Write the step so that both are true of one tensor."""
    specification = """\
`chosen = straight_through(vectors, codebook)`

- **Forwards**: row $n$ of `chosen` is the row of `codebook` that is nearest to `vectors[n]`.
- **Backwards**: a loss with the gradient $g$ at `chosen` has the gradient $g$ at `vectors`, number for
number, and none at `codebook` (which learns in other ways).

The check draws three tables above each other: the values, then the gradient that reached `vectors`, which
should be the slopes 1 to 2 with which its loss pulls, then the one that reached `codebook`: zeros."""
    hints = (
        "You need a sum of two parts: one whose gradient is open, and one that corrects the value and has none.",
        "`detach()` gives the same numbers without a gradient. `a + (b - a)` has the value of b.",
        "Call the nearest code's vector q. The value should be q, the gradient that of v: which of the two "
        "appearances of v, and what else, has to be behind a `detach()`?",
    )

    def blank(vectors, codebook):
        """vectors: [cell, size], codebook: [code, size]. Gives [cell, size]."""
        ...

    def reference(vectors, codebook):
        nearest = (vectors[:, None] - codebook[None]).square().sum(dim=-1).argmin(dim=1)
        return vectors + (codebook[nearest] - vectors).detach()

    def independent(vectors, codebook):
        class Choose(torch.autograd.Function):
            @staticmethod
            def forward(ctx, v, c):
                return c[torch.cdist(v, c).argmin(1)]

            @staticmethod
            def backward(ctx, gradient):
                return gradient, None

        return Choose.apply(vectors, codebook)

    class mistakes:
        def no_detach(vectors, codebook):
            """looking up lets the gradient through"""
            q = codebook[torch.cdist(vectors, codebook).argmin(1)]
            return vectors + (q - vectors)

        def all_detached(vectors, codebook):
            """everything is detached"""
            q = codebook[torch.cdist(vectors, codebook).argmin(1)]
            return (vectors + (q - vectors)).detach()

        def open_codes(vectors, codebook):
            """the codebook learns here, too"""
            q = codebook[torch.cdist(vectors, codebook).argmin(1)]
            return vectors + q - vectors.detach()

        def minus_open(vectors, codebook):
            """the wrong one is hidden"""
            q = codebook[torch.cdist(vectors, codebook).argmin(1)]
            return vectors.detach() + (q - vectors)

        def soft(vectors, codebook):
            """a mixture of codes will do"""
            far = ((vectors.unsqueeze(1) - codebook) ** 2).sum(2)
            return torch.softmax(-far, dim=1) @ codebook

        def nothing_chosen(vectors, codebook):
            """the way forwards is straight, too"""
            q = codebook[torch.cdist(vectors, codebook).argmin(1)]
            return vectors + 0 * q.detach()


class relaxed_sample(Exercise):
    title = "A draw that lets the gradient through"
    kind, minutes, lines = "build", 20, 3
    teaches = "the Gumbel-softmax: where the chance goes, what the temperature divides, and along which axis"
    text = """\
This is the step in the middle of DALL·E's dVAE: for each cell, draw a code by the encoder's probabilities,
softly enough for a gradient to pass. All chance comes from outside, as `uniform`, a number between 0 and 1
for each logit. Make Gumbel noise of it, and the softened draw from logits and noise."""
    specification = """\
For each cell by itself, with $g_k = -\\ln(-\\ln u_k)$, the share of code $k$ is

$$y_k = \\frac{e^{(\\ell_k + g_k)/\\tau}}{\\sum_j e^{(\\ell_j + g_j)/\\tau}}$$

Codes lie along **axis 1**, as a convolution gives them: [picture, code, row, column]. The shape stays. It is
the package's `gumbel_softmax` with the noise brought from outside: draw `uniform` for one vector of logits by
`torch.rand` with a seeded generator, give the package a generator of the same seed, and you get the same
shares."""
    hints = (
        "Three steps: noise from `uniform`, a sum, a softmax. Which of them does the temperature belong to?",
        "The noise has two logarithms and two minus signs. It is added to logits, before any softmax.",
        "The temperature divides logits and noise together; `softmax` is told the codes' axis by `dim`.",
    )

    def blank(logits, uniform, temperature):
        """logits, uniform: [picture, code, row, column]; 0 < uniform < 1; temperature: above 0. Gives that shape."""
        ...

    def reference(logits, uniform, temperature):
        noise = -torch.log(-torch.log(uniform))
        return ((logits + noise) / temperature).softmax(dim=1)

    def independent(logits, uniform, temperature):
        # e^g is 1 / -ln u, so each code runs at the pace e^l / -ln u, and shares are its powers.
        pace = logits.double().exp() / -uniform.double().log()
        powers = (pace / pace.amax(dim=1, keepdim=True)) ** (1 / temperature)
        return (powers / powers.sum(1, keepdim=True)).float()

    class mistakes:
        def cold_logits(logits, uniform, temperature):
            """temperature is for the logits only"""
            g = -(-uniform.log()).log()
            return F.softmax(logits / temperature + g, dim=1)

        def times(logits, uniform, temperature):
            """temperature multiplies"""
            g = -(-uniform.log()).log()
            return F.softmax((logits + g) * temperature, dim=1)

        def one_log(logits, uniform, temperature):
            """one logarithm makes the noise"""
            g = -torch.log(uniform)
            return F.softmax((logits + g) / temperature, dim=1)

        def plain_noise(logits, uniform, temperature):
            """uniform numbers are noise enough"""
            return F.softmax((logits + uniform) / temperature, dim=1)

        def on_shares(logits, uniform, temperature):
            """noise goes on probabilities"""
            q = F.softmax(logits, dim=1)
            g = -(-uniform.log()).log()
            return F.softmax((q + g) / temperature, dim=1)

        def last_axis(logits, uniform, temperature):
            """codes lie along the last axis"""
            g = -(-uniform.log()).log()
            return F.softmax((logits + g) / temperature, dim=-1)

        def hard(logits, uniform, temperature):
            """a draw is one whole code"""
            g = -(-uniform.log()).log()
            soft = F.softmax((logits + g) / temperature, dim=1)
            return (soft == soft.max(dim=1, keepdim=True).values).float()


class sharpness_curve(Exercise):
    title = "From mush to a choice"
    kind, minutes, lines = "investigation", 20, 6
    teaches = "at which temperatures a draw is mush, and where it is as good as one code"
    text = """\
The paper cools from 1 to 1/16. What changes on that way? Measure how sharp the draws are: of each softened
draw take the largest share, and average over draws. Compute it for each of the `temperatures`.

Then run it with 512 equal logits and 1,000 draws, at 4, 2, 1, ... down to 1/64, and plot it (a logarithmic
axis for the temperature). Do it again with logits 3 times as spread as `torch.randn`. Say in two sentences: what does
a decoder get at the first update, and does a *surer* encoder need less cooling?"""
    specification = """\
Point $t$ of the curve is $\\frac{1}{N} \\sum_n \\max_k\\, y_{nk}$, where $y_n$ is draw $n$ of `relaxed_sample`
at the temperature number $t$. `logits` are those of one cell and the same for all draws; each row of
`uniform` makes one draw, and the same rows serve every temperature. Near 0 the curve comes to 1; in great
heat to one over the number of codes."""
    hints = (
        "The noise does not depend on the temperature: make it once. Then one loop over the temperatures.",
        "`logits + noise` is [draw, code] by itself, since a row is added to each row of a table.",
        "Mind the order of the last two steps: first the largest share within each draw, then the mean of these.",
    )

    def blank(logits, uniform, temperatures):
        """logits: [code], uniform: [draw, code], temperatures: list of numbers. Gives a list of numbers."""
        ...

    def reference(logits, uniform, temperatures):
        noise = -torch.log(-torch.log(uniform))
        curve = []
        for temperature in temperatures:
            draws = ((logits + noise) / temperature).softmax(dim=1)
            curve.append(draws.amax(dim=1).mean().item())
        return curve

    def independent(logits, uniform, temperatures):
        # The winner's share is 1 over the sum of e^(how far the others are behind, divided by the temperature).
        scores = logits - torch.log(-uniform.log())
        behind = scores - scores.max(dim=1, keepdim=True).values
        heats = torch.tensor(temperatures).reshape(-1, 1, 1)
        return (1 / torch.exp(behind / heats).sum(dim=2)).mean(dim=1).tolist()

    class mistakes:
        def mean_first(logits, uniform, temperatures):
            """the mean draw's largest share"""
            g = -(-uniform.log()).log()
            return [F.softmax((logits + g) / t, dim=1).mean(0).max().item() for t in temperatures]

        def favourite(logits, uniform, temperatures):
            """the likeliest code always wins"""
            g = -(-uniform.log()).log()
            best = logits.argmax()
            return [F.softmax((logits + g) / t, dim=1)[:, best].mean().item() for t in temperatures]

        def cooling(logits, uniform, temperatures):
            """temperatures come in their order"""
            g = -(-uniform.log()).log()
            return sorted(F.softmax((logits + g) / t, dim=1).amax(1).mean().item() for t in temperatures)

        def noiseless(logits, uniform, temperatures):
            """sharpness without chance"""
            return [F.softmax(logits / t, dim=0).max().item() for t in temperatures]

        def multiplied(logits, uniform, temperatures):
            """temperature multiplies"""
            g = -(-uniform.log()).log()
            return [F.softmax((logits + g) * t, dim=1).max(dim=1)[0].mean().item() for t in temperatures]

        def cold_logits(logits, uniform, temperatures):
            """temperature is for the logits only"""
            g = -(-uniform.log()).log()
            return [F.softmax(logits / t + g, dim=1).max(dim=1)[0].mean().item() for t in temperatures]


class moving_codebook(Exercise):
    title = "A codebook that moves by itself"
    kind, minutes, lines = "stretch", 30, 10
    teaches = "the moving averages that VQ-VAE needs and DALL·E does without: a codebook learnt with no gradient"
    text = """\
Straight-through training tells the encoder what to do, and leaves the codebook without a gradient. VQ-VAE's
usual answer is the box of stamps, made to work on batches: each code runs after the *mean* of the vectors that
choose it. For that it remembers two things, which both fade: how many vectors chose it, and their sum.
Run it through some batches, and give back the table at the end. (Then try it on a code that nobody chooses.
What would you do for it?)"""
    specification = """\
Code $k$ starts with the count $N_k = 1$ and the sum $m_k$, its own vector. Then, for each batch in turn:

1. each vector chooses its nearest code $e_k$, in the table as it is now;
2. with $n_k$ vectors that chose code $k$, and $s_k$ their sum, $N_k \\leftarrow \\gamma N_k + (1-\\gamma)\\,n_k$ and
$m_k \\leftarrow \\gamma m_k + (1-\\gamma)\\,s_k$, where $\\gamma$ is `decay`;
3. $e_k \\leftarrow m_k / N_k$.

A worked case: codes 0 and 10 of size 1, one batch with the vectors 2, 2, 2, and a decay of 0.75. Code 0 gets
$N = 0.75 + 0.25 \\cdot 3 = 1.5$ and $m = 0 + 0.25 \\cdot 6 = 1.5$: it moves to 1. Code 10 gets 0.75 and 7.5: it
stays. `codebook` belongs to the caller and is left as it is."""
    hints = (
        "Keep three tensors: the table [code, size], the counts [code] and the sums [code, size]. One loop "
        "over the batches.",
        "`F.one_hot(ids, number of codes)` is [vector, code]: its sum over the vectors is the counts, and its "
        "transpose times the vectors the sums.",
        "Both running numbers fade in every batch, also where nobody chose: that is why an unchosen code stays. Divide "
        "each row of the sums by its count.",
    )

    def blank(codebook, batches, decay):
        """codebook: [code, size], batches: list of [vector, size], decay: below 1. Gives [code, size]."""
        ...

    def reference(codebook, batches, decay):
        table, counts, sums = codebook, torch.ones(len(codebook)), codebook
        for vectors in batches:
            ids = (vectors[:, None] - table[None]).square().sum(dim=-1).argmin(dim=1)
            chosen = F.one_hot(ids, len(table)).float()
            counts = decay * counts + (1 - decay) * chosen.sum(dim=0)
            sums = decay * sums + (1 - decay) * chosen.T @ vectors
            table = sums / counts[:, None]
        return table

    def independent(codebook, batches, decay):
        # One code after the other, in plain numbers.
        table = codebook.double().tolist()
        counts, sums = [1.0] * len(table), [list(row) for row in table]
        for vectors in batches:
            counts = [decay * n for n in counts]
            sums = [[decay * number for number in row] for row in sums]
            for vector in vectors.tolist():
                k = min(range(len(table)), key=lambda k: math.dist(table[k], vector))
                counts[k] += 1 - decay
                sums[k] = [old + (1 - decay) * new for old, new in zip(sums[k], vector)]
            table = [[number / n for number in row] for row, n in zip(sums, counts)]
        return torch.tensor(table)

    class mistakes:
        def of_means(codebook, batches, decay):
            """every batch counts alike"""
            table = codebook.clone()
            for vectors in batches:
                ids = torch.cdist(vectors, table).argmin(1)
                for k in set(ids.tolist()):
                    table[k] = decay * table[k] + (1 - decay) * vectors[ids == k].mean(0)
            return table

        def to_nothing(codebook, batches, decay):
            """unchosen codes go to zero"""
            table = codebook.clone()
            for vectors in batches:
                chosen = F.one_hot(torch.cdist(vectors, table).argmin(1), len(table)).float()
                means = (chosen.T @ vectors) / chosen.sum(0).clamp(min=1).unsqueeze(1)
                table = decay * table + (1 - decay) * means
            return table

        def turned(codebook, batches, decay):
            """decay is the new one's part"""
            table, n, m = codebook, torch.ones(len(codebook)), codebook
            for vectors in batches:
                chosen = F.one_hot(torch.cdist(vectors, table).argmin(1), len(table)).float()
                n = n + decay * (chosen.sum(0) - n)
                m = m + decay * (chosen.T @ vectors - m)
                table = m / n.unsqueeze(1)
            return table

        def growing(codebook, batches, decay):
            """counts only grow"""
            table, n, m = codebook, torch.ones(len(codebook)), codebook
            for vectors in batches:
                chosen = F.one_hot(torch.cdist(vectors, table).argmin(1), len(table)).float()
                n = n + chosen.sum(0)
                m = m + (1 - decay) * (chosen.T @ vectors - m)
                table = m / n.unsqueeze(1)
            return table

        def chosen_once(codebook, batches, decay):
            """vectors choose once for all"""
            n, m = torch.ones(len(codebook)), codebook
            for vectors in batches:
                chosen = F.one_hot(torch.cdist(vectors, codebook).argmin(1), len(codebook)).float()
                n = n + (1 - decay) * (chosen.sum(0) - n)
                m = m + (1 - decay) * (chosen.T @ vectors - m)
            return m / n.unsqueeze(1)
