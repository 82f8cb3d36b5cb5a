"""Exercises of lesson 12, how good is it."""

import math

import torch

from exercises.source.parts import Exercise

LESSON = "12_how_good_is_it"


class shares_by_kind(Exercise):
    title = "Take the total apart"
    kind, minutes, lines = "warm-up", 10, 6
    teaches = "that one total hides which kind of caption goes wrong, and a kind with nothing right most of all"
    text = """\
A total of 80 % right may be 95 % for single things and 0 % for sketches of mugs. Take it apart: `kinds` says of each
drawing what kind of caption it was made for, `marks` whether the judge found it right. Give back a dictionary from
each kind to its share of right ones."""
    specification = """\
`shares_by_kind(["single", "pair", "single", "sketch"], [True, True, False, False])` is
`{"single": 0.5, "pair": 1.0, "sketch": 0.0}`. Every kind that occurs is there."""
    hints = (
        "Two numbers for each kind are enough: how many drawings there are of it, and how many of them are right.",
        "Two `Counter`s, or a dictionary from each kind to the list of its marks; `zip(kinds, marks)` walks both.",
        "Go through the kinds that were *counted*, not those that were right at least once, and divide by the kind's "
        "own number.",
    )

    def blank(kinds, marks):
        """kinds: list of str, marks: list of bool, as long. Gives {kind: share}."""
        ...

    def reference(kinds, marks):
        found = {}
        for kind, mark in zip(kinds, marks):
            found.setdefault(kind, []).append(mark)
        return {kind: sum(some) / len(some) for kind, some in found.items()}

    def independent(kinds, marks):
        return {
            kind: sum(mark for one, mark in zip(kinds, marks) if one == kind) / kinds.count(kind)
            for kind in set(kinds)
        }

    class mistakes:
        def of_all(kinds, marks):
            """a kind is divided by all drawings"""
            right = dict.fromkeys(kinds, 0)
            for kind, mark in zip(kinds, marks):
                right[kind] += mark
            return {kind: count / len(marks) for kind, count in right.items()}

        def only_right_kinds(kinds, marks):
            """what is never right does not occur"""
            right = {}
            for kind, mark in zip(kinds, marks):
                if mark:
                    right[kind] = right.get(kind, 0) + 1
            return {kind: count / kinds.count(kind) for kind, count in right.items()}

        def counts(kinds, marks):
            """a count is a share"""
            right = {}
            for kind, mark in zip(kinds, marks):
                right[kind] = right.get(kind, 0) + mark
            return right

        def among_right(kinds, marks):
            """shares are shares of the right ones"""
            total = max(1, sum(marks))
            return {k: sum(m for one, m in zip(kinds, marks) if one == k) / total for k in set(kinds)}

        def running_mean(kinds, marks):
            """the mean of the mean so far and the new mark"""
            shares = {}
            for kind, mark in zip(kinds, marks):
                shares[kind] = (shares[kind] + mark) / 2 if kind in shares else float(mark)
            return shares


class dealt_anew(Exercise):
    title = "The floor: captions dealt anew"
    kind, minutes, lines = "warm-up", 12, 4
    teaches = "what no skill would score, without counting cases: drawings beside the captions of others"
    text = """\
What would a model score that draws good pictures and does not read? Counting cases is tedious, and easily wrong. There
is a trick that always works: keep the drawings, and compare each with the captions of the *others*. `fits[i][j]` says
whether drawing j shows what caption i asks for; drawing i was made for caption i. Give back the share of fits
among all pairs of a caption and a drawing that was made for another caption."""
    specification = """\
For the table below the answer is 1/6: of the six places off the diagonal one is true. (The diagonal says 2/3, and that
is the model's own share: skill and floor come from one table.)

| | drawing 0 | drawing 1 | drawing 2 |
|---|---|---|---|
| caption 0 | yes | no | **yes** |
| caption 1 | no | yes | no |
| caption 2 | no | no | no |"""
    hints = (
        "Which places of the table compare a drawing with its own caption? They must not count.",
        "The truths off the diagonal are all truths less those on the diagonal.",
        "A table of n captions has n * n - n places off the diagonal. `fits.sum()` and `fits.diagonal().sum()` do the "
        "rest.",
    )

    def blank(fits):
        """fits: bool [caption, drawing], square. Gives a float."""
        ...

    def reference(fits):
        n = len(fits)
        return (fits.sum() - fits.diagonal().sum()).item() / (n * n - n)

    def independent(fits):
        table = fits.tolist()
        others = [table[i][j] for i in range(len(table)) for j in range(len(table)) if i != j]
        return sum(others) / len(others)

    class mistakes:
        def everything(fits):
            """a drawing's own caption counts, too"""
            return fits.float().mean().item()

        def diagonal(fits):
            """the diagonal is the floor"""
            return sum(bool(fits[i, i]) for i in range(len(fits))) / len(fits)

        def next_one(fits):
            """one deal is enough"""
            n = len(fits)
            return sum(float(fits[i, (i + 1) % n]) for i in range(n)) / n

        def one_triangle(fits):
            """each pair counts once"""
            above = fits.triu(1).sum().item()
            return above / (len(fits) * (len(fits) - 1) / 2)

        def any_other(fits):
            """a fit with anyone is a fit"""
            away = fits & ~torch.eye(len(fits), dtype=torch.bool)
            return away.any(dim=0).double().mean().item()


class wilson_interval(Exercise):
    title = "An interval that keeps its promise"
    kind, minutes, lines = "build", 25, 6
    teaches = "what a share of n drawings tells of the truth, also where all were right: Wilson's interval"
    text = """\
After 20 right ones of 20, school's interval says that the model never errs. Ask the other way round instead: which true
shares $q$ would make what was found *no surprise*? Keep all with

$$|\\hat p - q| \\le z \\sqrt{q\\,(1-q)/n}, \\qquad z = 1.96$$

They form an interval. Give back its two ends, for `right` of `n`. You may search for them as the lesson did (finely: to
0.0001), or solve the inequality, which is a quadratic one in q: then you have found Wilson's formula of 1927. Compare
with the package: `wilson(20, 20)`."""
    specification = """\
| right of n | low | high |
|---|---:|---:|
| 20 of 20 | 0.8389 | 1.0 |
| 18 of 20 | 0.6990 | 0.9721 |
| 0 of 10 | 0.0 | 0.2775 |
| 500 of 1000 | 0.4691 | 0.5309 |

Give back the two numbers, low first, as a list or a tuple."""
    hints = (
        "Square both sides: there is no root left, and at the two ends it is an equation. Collect the powers of q.",
        "You should have a q² + b q + c = 0 with a = 1 + z²/n and c = p². What is b?",
        "b = -(2 p + z²/n). The two solutions are the ends: (-b ± sqrt(b² - 4 a c)) / (2 a), kept within 0 and 1.",
    )

    def blank(right, n):
        """right, n: int. Gives [low, high]."""
        ...

    def reference(right, n):
        p, extra = right / n, 1.96**2 / n
        a, b, c = 1 + extra, -(2 * p + extra), p * p
        root = math.sqrt(max(0.0, b * b - 4 * a * c))
        return [max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))]

    def independent(right, n):
        def no_surprise(q):
            return abs(right / n - q) <= 1.96 * math.sqrt(q * (1 - q) / n)

        def border(inside, outside):
            for _ in range(60):
                middle = (inside + outside) / 2
                inside, outside = (middle, outside) if no_surprise(middle) else (inside, middle)
            return inside

        return border(right / n, 0.0), border(right / n, 1.0)

    class mistakes:
        def school(right, n):
            """the scatter of what was found is the scatter of the truth"""
            p = right / n
            half = 1.96 * (p * (1 - p) / n) ** 0.5
            return [p - half, p + half]

        def school_cut(right, n):
            """cutting at 0 and 1 repairs the school formula"""
            p = right / n
            half = 1.96 * math.sqrt(p * (1 - p) / n)
            return [max(0, p - half), min(1, p + half)]

        def around_the_found(right, n):
            """what was found is in the middle"""
            p, z = right / n, 1.96
            half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
            return [max(0.0, p - half), min(1.0, p + half)]

        def one_sided(right, n):
            """95 % ends at 1.64"""
            z, p = 1.645, right / n
            middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
            half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
            return max(0.0, middle - half), min(1.0, middle + half)

        def one_sigma(right, n):
            """one standard deviation is 95 %"""
            p = right / n
            middle = (right + 0.5) / (n + 1)
            half = math.sqrt(n * p * (1 - p) + 0.25) / (n + 1)
            return max(0.0, middle - half), min(1.0, middle + half)

        def moved_only(right, n):
            """moving the middle is enough"""
            p = (right + 1.96**2 / 2) / (n + 1.96**2)
            half = 1.96 * math.sqrt((right / n) * (1 - right / n) / n)
            return [max(0.0, p - half), min(1.0, p + half)]


class nearest_training(Exercise):
    title = "Does it copy?"
    kind, minutes, lines = "build", 25, 10
    teaches = (
        "how to look for copies of training pictures that do not fit into memory: the best so far, batch by batch"
    )
    text = """\
For each drawing find the training picture that is nearest by pixels, and how near it is. There are 80,000 of them, so
they come in `batches`, one after another, and only what was best so far is kept. Pictures are rows of pixels. The
distance is the root of the mean squared difference: 0 for a copy, and 1 for black against white.

When it passes, plant a copy: put a drawing, with a little noise, among the batches. Then shift it by one pixel, or
mirror it. What does the search find now?"""

    def specification(drawings, batches):
        """One training picture after another."""
        which, near = [0] * len(drawings), [math.inf] * len(drawings)
        number = 0
        for batch in batches:
            for picture in batch:
                for place, drawing in enumerate(drawings):
                    distance = math.sqrt(((drawing - picture) ** 2).mean().item())
                    if distance < near[place]:
                        which[place], near[place] = number, distance
                number += 1
        return which, near

    hints = (
        "In one batch: a table of distances, [drawing, picture], and `min(dim=1)` of it, which gives "
        "values and places.",
        "`torch.cdist(drawings, batch)` is the root of the *summed* squares; divide by the root of the "
        "number of pixels.",
        "Keep `near` (infinity at first) and `which`. Where a batch has something nearer, `torch.where` takes it, and "
        "its number is its place in the batch plus all pictures of the batches before.",
    )

    def blank(drawings, batches):
        """drawings: float [drawing, pixel], batches: list of float [picture, pixel]. Gives two lists or tensors: the
        number of the nearest picture, counted through all batches, for each drawing; and its distance."""
        ...

    def reference(drawings, batches):
        near = torch.full((len(drawings),), math.inf)
        which = torch.zeros(len(drawings), dtype=torch.int64)
        seen = 0
        for batch in batches:
            distance, place = torch.cdist(drawings, batch).min(dim=1)
            distance = distance / drawings.shape[1] ** 0.5
            closer = distance < near
            near = torch.where(closer, distance, near)
            which = torch.where(closer, place + seen, which)
            seen += len(batch)
        return which, near

    def independent(drawings, batches):
        found = [(math.inf, 0)] * len(drawings)
        first = 0
        for batch in batches:
            for place, drawing in enumerate(drawings.double()):
                squares = (batch.double() - drawing).square().mean(1).tolist()
                best = min(range(len(squares)), key=squares.__getitem__)
                found[place] = min(found[place], (math.sqrt(squares[best]), first + best))
            first += len(batch)
        return [number for _, number in found], [distance for distance, _ in found]

    class mistakes:
        def within_batch(drawings, batches):
            """a batch counts from 0"""
            near = torch.full((len(drawings),), math.inf)
            which = torch.zeros(len(drawings), dtype=torch.int64)
            for batch in batches:
                distance, place = (torch.cdist(drawings, batch) / drawings.shape[1] ** 0.5).min(1)
                which = torch.where(distance < near, place, which)
                near = torch.minimum(near, distance)
            return which, near

        def last_batch(drawings, batches):
            """the last batch has the last word"""
            seen = 0
            for batch in batches:
                near, place = (torch.cdist(drawings, batch) / drawings.shape[1] ** 0.5).min(dim=1)
                which = place + seen
                seen += batch.shape[0]
            return which.tolist(), near.tolist()

        def summed_squares(drawings, batches):
            """more pixels are farther apart"""
            table = torch.cdist(drawings, torch.cat(batches))
            near, which = table.min(dim=1)
            return which, near

        def no_root(drawings, batches):
            """the mean square is the distance"""
            table = (drawings[:, None] - torch.cat(batches)[None]).pow(2).mean(-1)
            return table.argmin(1), table.min(1).values

        def one_difference(drawings, batches):
            """differences of brightness cancel"""
            table = (drawings[:, None] - torch.cat(batches)[None]).mean(-1).abs()
            return table.argmin(1), table.min(1).values

        def brightest(drawings, batches):
            """the largest dot product is the nearest"""
            training = torch.cat(list(batches))
            which = (drawings @ training.T).argmax(dim=1)
            return which, (drawings - training[which]).square().mean(dim=1).sqrt()


class paired_gain(Exercise):
    title = "Is ours better?"
    kind, minutes, lines = "investigation", 30, 8
    teaches = "why two models are asked the same captions: what is hard for both drops out of the difference"
    text = """\
Two models drew the same captions. `ours` and `theirs` say for each caption whether the drawing was right. Some captions
are hard for both, and that is most of the scatter; it says nothing about which model is better. So take the difference
**caption by caption**, 1, 0 or -1, and ask how sure its mean is: mean $\\pm\\, 1.96\\, s / \\sqrt n$, where s is the
standard deviation of the differences (squares summed, divided by $n - 1$).

Then compare temperatures 0.7 and 1.3 of `nano` on the 100 held-out pairs of lesson 12, once with this interval, once
with the two Wilson intervals side by side. When do the Wilson intervals overlap although the difference is plain?"""
    specification = """\
With `ours = [1, 1, 1, 0, 1, 0, 1, 1]` and `theirs = [1, 0, 1, 0, 1, 0, 0, 1]`, as truth values, the differences are
`[0, 1, 0, 0, 0, 0, 1, 0]`: their mean is 0.25, s is 0.4629, and the answer `[0.25, -0.0708, 0.5708]`. It reaches below
0: eight captions cannot tell. Give back mean, low and high, as a list or a tuple; `ours` minus `theirs`."""
    hints = (
        "Make the list of differences first; from then on the two models are forgotten.",
        "s comes from the differences and *their* mean: `statistics.stdev` and "
        "`torch.tensor(...).std()` divide by n - 1.",
        "The mean of n numbers scatters less than one of them, by the root of n: half a width is 1.96 * s / sqrt(n).",
    )

    def blank(ours, theirs):
        """ours, theirs: lists of bool, as long. Gives [mean, low, high]."""
        ...

    def reference(ours, theirs):
        gaps = [one - other for one, other in zip(ours, theirs)]
        mean = sum(gaps) / len(gaps)
        variance = sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1)
        half = 1.96 * math.sqrt(variance / len(gaps))
        return [mean, mean - half, mean + half]

    def independent(ours, theirs):
        # Only the captions on which the two disagree matter: count them both ways.
        n = len(ours)
        won = sum(a and not b for a, b in zip(ours, theirs))
        lost = sum(b and not a for a, b in zip(ours, theirs))
        mean = (won - lost) / n
        half = 1.96 * ((won + lost - n * mean**2) / (n - 1) / n) ** 0.5
        return mean, mean - half, mean + half

    class mistakes:
        def unpaired(ours, theirs):
            """the two scatter on their own"""
            n = len(ours)
            first, second = sum(ours) / n, sum(theirs) / n
            variance = (first * (1 - first) + second * (1 - second)) / (n - 1)
            half = 1.96 * math.sqrt(variance)
            return [first - second, first - second - half, first - second + half]

        def spread_of_one(ours, theirs):
            """a mean scatters as one caption does"""
            gaps = torch.tensor(ours).double() - torch.tensor(theirs).double()
            mean, half = gaps.mean().item(), 1.96 * gaps.std().item()
            return [mean, mean - half, mean + half]

        def theirs_first(ours, theirs):
            """the difference has no direction"""
            gaps = torch.tensor(theirs).double() - torch.tensor(ours).double()
            mean, half = gaps.mean().item(), 1.96 * gaps.std().item() / len(ours) ** 0.5
            return [mean, mean - half, mean + half]

        def equal_ones_left_out(ours, theirs):
            """captions without a winner say nothing"""
            gaps = [float(a) - float(b) for a, b in zip(ours, theirs) if a != b]
            mean = sum(gaps) / len(gaps)
            variance = sum((gap - mean) ** 2 for gap in gaps) / max(1, len(gaps) - 1)
            half = 1.96 * math.sqrt(variance / len(gaps))
            return [mean, mean - half, mean + half]

        def absolute(ours, theirs):
            """a loss is a difference like a win"""
            gaps = torch.tensor([abs(int(a) - int(b)) for a, b in zip(ours, theirs)]).double()
            mean, half = gaps.mean().item(), 1.96 * gaps.std().item() / len(ours) ** 0.5
            return [mean, mean - half, mean + half]


class frechet_distance(Exercise):
    title = "The distance of two clouds"
    kind, minutes, lines = "stretch", 35, 8
    teaches = "what the number called FID measures, and why variances alone are not the spread of a cloud"
    text = """\
Each picture is a point in the space of a network's features; real pictures are one cloud, drawn ones another. Fréchet's
distance treats both as bell curves:

$$d^2 = \\lVert m_1 - m_2 \\rVert^2 + \\operatorname{tr}\\!\\left(C_1 + C_2 - 2\\,(C_1 C_2)^{1/2}\\right)$$

with means m and covariances C (divided by $n - 1$). The root is that of a *matrix*. You do not need the matrix, though,
only its trace: the sum of the roots of the eigenvalues of $C_1 C_2$. Give back $d^2$."""
    specification = """\
- In one dimension it is $(m_1 - m_2)^2 + (s_1 - s_2)^2$.
- A cloud against itself gives 0, and moved by a vector, the square of the vector's length.
- Two clouds may have the same means and the same variances and yet lie apart: one long along a diagonal, the other
along the other diagonal.

Numbers are in 64 bits; answers are compared to 0.001. The clouds need not have equally many points."""
    hints = (
        "`torch.cov` wants a row for each *feature*, and here a row is a point: turn the cloud over first.",
        "The product of two covariances is not symmetric: `torch.linalg.eigvals` takes it, and gives complex numbers "
        "with imaginary parts that are nothing but rounding.",
        "`eigvals(first @ second).real`, kept at 0 or above, the root of each, their sum: that is the "
        "trace of the root.",
    )

    def blank(one, two):
        """one: float [point, feature], two: float [other, feature]. Gives the squared distance, one number."""
        ...

    def reference(one, two):
        gap = (one.mean(dim=0) - two.mean(dim=0)).square().sum()
        first, second = torch.cov(one.T), torch.cov(two.T)
        roots = torch.linalg.eigvals(first @ second).real.clamp_min(0).sqrt()
        return (gap + first.trace() + second.trace() - 2 * roots.sum()).item()

    def independent(one, two):
        # With any factors of the covariances, A Aᵀ and B Bᵀ, the trace is the sum of the singular values of Aᵀ B.
        a = (one - one.mean(0)).T / (len(one) - 1) ** 0.5
        b = (two - two.mean(0)).T / (len(two) - 1) ** 0.5
        shared = torch.linalg.svdvals(a.T @ b).sum()
        return float(((one.mean(0) - two.mean(0)) ** 2).sum() + (a**2).sum() + (b**2).sum() - 2 * shared)

    class mistakes:
        def only_means(one, two):
            """two clouds are where their centres are"""
            return (one.mean(0) - two.mean(0)).pow(2).sum()

        def variances(one, two):
            """the variances are the spread"""
            gap = (one.mean(0) - two.mean(0)).pow(2).sum()
            return gap + (one.std(0) - two.std(0)).pow(2).sum()

        def entries(one, two):
            """the root of a matrix is the roots of its entries"""
            gap = (one.mean(0) - two.mean(0)).square().sum()
            first, second = torch.cov(one.T), torch.cov(two.T)
            mixed = (first @ second).diagonal().clamp_min(0).sqrt().sum()
            return float(gap + first.trace() + second.trace() - 2 * mixed)

        def no_root(one, two):
            """the product needs no root"""
            gap = (one.mean(0) - two.mean(0)).square().sum()
            first, second = torch.cov(one.T), torch.cov(two.T)
            return (gap + (first + second - 2 * first @ second).trace()).item()

        def roots_apart(one, two):
            """the root of a product is the product of the roots"""
            first, second = torch.cov(one.T), torch.cov(two.T)
            halves = []
            for matrix in (first, second):
                values, vectors = torch.linalg.eigh(matrix)
                halves.append(vectors @ torch.diag(values.clamp_min(0).sqrt()) @ vectors.T)
            gap = (one.mean(0) - two.mean(0)).square().sum()
            return (gap + first.trace() + second.trace() - 2 * (halves[0] @ halves[1]).trace()).item()

        def points_for_features(one, two):
            """a row is a feature"""
            gap = (one.mean(0) - two.mean(0)).square().sum()
            first, second = torch.cov(one), torch.cov(two)
            roots = torch.linalg.eigvals(first @ second).real.clamp_min(0).sqrt()
            return float(gap + first.trace() + second.trace() - 2 * roots.sum())
