"""Exercises of lesson 10, CLIP and reranking."""

import math

import torch
import torch.nn.functional as F

from exercises.source.parts import Exercise

LESSON = "10_clip_and_reranking"


class cosine_table(Exercise):
    title = "Every picture against every caption"
    kind, minutes, lines = "warm-up", 10, 3
    teaches = "what CLIP's number is: the cosine of the angle between two vectors, whatever their lengths"
    text = """\
A tower has made a vector of each picture, another one of each caption, and they are of any length. Make the table of
their cosines: a row for each picture, a column for each caption. The batch may be large: no Python loop."""

    def specification(pictures, captions):
        """One number after another."""
        table = torch.zeros(len(pictures), len(captions))
        for row, u in enumerate(pictures):
            for column, v in enumerate(captions):
                table[row, column] = sum(u * v) / (math.sqrt(sum(u * u)) * math.sqrt(sum(v * v)))
        return table

    hints = (
        "First make all vectors of length 1. What is then left of the formula of the cosine?",
        "The length of each row is `pictures.norm(dim=1, keepdim=True)`; `F.normalize` divides by it in one go.",
        "All dot products of rows with rows are one matrix product; the second matrix has to be turned over.",
    )

    def blank(pictures, captions):
        """pictures: float [picture, channel], captions: float [caption, channel]. Gives float [picture, caption]."""
        ...

    def reference(pictures, captions):
        pictures, captions = F.normalize(pictures, dim=1), F.normalize(captions, dim=1)
        return pictures @ captions.T

    def independent(pictures, captions):
        return torch.cosine_similarity(pictures[:, None, :], captions[None, :, :], dim=-1)

    class mistakes:
        def plain_dot(pictures, captions):
            """a dot product is a cosine"""
            return pictures @ captions.T

        def one_side(pictures, captions):
            """one side made short is enough"""
            return (pictures / pictures.norm(dim=-1, keepdim=True)) @ captions.transpose(0, 1)

        def along_the_batch(pictures, captions):
            """lengths are taken over the batch"""
            return torch.mm(pictures / pictures.norm(dim=0), (captions / captions.norm(dim=0)).t())

        def pairs(pictures, captions):
            """a picture is compared with its own caption only"""
            return F.cosine_similarity(pictures, captions)

        def turned(pictures, captions):
            """a row for each caption"""
            return F.normalize(captions) @ F.normalize(pictures).T


class name_pictures(Exercise):
    title = "A classifier made of sentences"
    kind, minutes, lines = "warm-up", 15, 6
    teaches = (
        "zero-shot classification with several sentences for each class, and what goes wrong if classes have more"
    )
    text = """\
One sentence for each class makes a classifier; several make a better one, since no single wording decides ("a cone",
"a picture of a cone", "there is a cone"). `scores` is CLIP's table of pictures and sentences, and `classes` says for
each sentence which class it names. A class fits as well as its sentences do **on average**. Give back the best
class of each picture."""
    specification = """\
With `classes = [0, 0, 1]` (two sentences for class 0, one for class 1):

| scores of a picture | averages | class |
|---|---|---|
| `[0.3, 0.3, 0.4]` | 0.3 and 0.4 | 1 |
| `[0.8, 0.1, 0.5]` | 0.45 and 0.5 | 1 |
| `[0.6, 0.5, 0.5]` | 0.55 and 0.5 | 0 |

Each class from 0 to the largest has a sentence at least; sentences of a class need not stand side by side."""
    hints = (
        "Make a table with a column for each class first. Which columns of `scores` belong to class 2?",
        "`torch.tensor(classes) == number` is a mask for columns: `scores[:, mask]` are a class's sentences.",
        "`mean(dim=1)` of each class's columns, `torch.stack(..., dim=1)`, then the place of the largest in each row.",
    )

    def blank(scores, classes):
        """scores: float [picture, sentence], classes: list of int, one a sentence. Gives int64 [picture]."""
        ...

    def reference(scores, classes):
        of = torch.tensor(classes)
        fits = [scores[:, of == number].mean(dim=1) for number in range(max(classes) + 1)]
        return torch.stack(fits, dim=1).argmax(dim=1)

    def independent(scores, classes):
        share = F.one_hot(torch.tensor(classes)).double()  # [sentence, class]
        return (scores.double() @ (share / share.sum(0))).max(dim=1).indices

    class mistakes:
        def sentence(scores, classes):
            """the best sentence is the answer"""
            return scores.argmax(dim=1)

        def best_sentence(scores, classes):
            """the best sentence decides"""
            return torch.tensor([classes[place] for place in scores.argmax(dim=1).tolist()])

        def summed(scores, classes):
            """more sentences add up"""
            table = torch.zeros(len(scores), max(classes) + 1)
            for column, number in enumerate(classes):
                table[:, number] += scores[:, column]
            return table.argmax(dim=1)

        def pictures_chosen(scores, classes):
            """a sentence chooses its picture"""
            fits = []
            for number in range(max(classes) + 1):
                fits.append(scores[:, [place for place, one in enumerate(classes) if one == number]].mean(1))
            return torch.stack(fits, 1).argmax(dim=0)

        def first_sentence(scores, classes):
            """one sentence a class is enough"""
            return scores[:, [classes.index(number) for number in range(max(classes) + 1)]].argmax(1)


class contrastive_loss(Exercise):
    title = "The quiz, with foils"
    kind, minutes, lines = "build", 25, 6
    teaches = (
        "the loss that CLIP learns by: each picture finds its caption and each caption its picture, past foils"
    )
    text = """\
A batch of n pairs asks 2n questions: each picture has to find its caption, each caption its picture. `cosines` has a
row for each picture and a column for each caption, and pair i stands at `[i, i]`. After the n true captions may
come **foils**, captions that are false of every picture, such as a true one with a colour changed. A picture has to
choose among all columns; a foil has no picture, so it asks nothing. Cosines are multiplied by `scale`. The loss is the
mean cross-entropy of the pictures' questions and that of the captions' questions, averaged. No Python loop: this runs
at every step."""

    def specification(cosines, scale):
        """One question after another."""
        total, n = 0.0, len(cosines)
        for i in range(n):
            asked = (cosines[i], cosines[:, i])  # a picture's captions and foils; a caption's pictures
            for answers in asked:
                weights = [math.exp(scale * float(answer)) for answer in answers]
                total -= math.log(weights[i] / sum(weights))
        return total / (2 * n)

    hints = (
        "Two cross-entropies of one table. What is the right answer of row i, and what of column i?",
        "`F.cross_entropy(logits, torch.arange(n))` asks the rows. Turned over, the first n columns are rows.",
        "Multiply by the scale once, cut the foils off before you turn the table over, and halve the sum of the two.",
    )

    def blank(cosines, scale):
        """cosines: float [pair, pair + foil], scale: float. Gives the loss, one number."""
        ...

    def reference(cosines, scale):
        logits, pairs = scale * cosines, torch.arange(len(cosines))
        to_captions, to_pictures = logits, logits[:, : len(pairs)].T
        return (F.cross_entropy(to_captions, pairs) + F.cross_entropy(to_pictures, pairs)) / 2

    def independent(cosines, scale):
        logits = cosines.double() * scale
        true = logits.diagonal()
        by_picture = logits.logsumexp(dim=1) - true
        by_caption = logits[:, : len(true)].logsumexp(dim=0) - true
        return float(by_picture.mean() / 2 + by_caption.mean() / 2)

    class mistakes:
        def one_way(cosines, scale):
            """pictures ask, captions do not"""
            return F.cross_entropy(scale * cosines, torch.arange(cosines.shape[0]))

        def only_pull(cosines, scale):
            """matching pairs need only be similar"""
            true = torch.stack([cosines[i, i] for i in range(len(cosines))])
            return (scale * (1 - true)).mean()

        def no_scale(cosines, scale):
            """cosines are logits"""
            n = len(cosines)
            rows = F.cross_entropy(cosines, torch.arange(n))
            return (rows + F.cross_entropy(cosines[:, :n].T, torch.arange(n))) / 2

        def no_foils(cosines, scale):
            """foils take no part"""
            n = len(cosines)
            logits = cosines[:, :n] * scale
            target = torch.arange(n)
            return 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits.t(), target))

        def foils_asking(cosines, scale):
            """foils ask, too"""
            logits, target = cosines * scale, torch.arange(cosines.shape[0])
            rows = F.cross_entropy(logits, target)
            return (rows + F.cross_entropy(logits.t(), target)) / 2

        def summed(cosines, scale):
            """the two halves are added"""
            n = len(cosines)
            logits, target = scale * cosines, torch.arange(n)
            return F.cross_entropy(logits, target) + F.cross_entropy(logits[:, :n].T, target)

        def overflow(cosines, scale):
            """the exponential of a hundred is a number like any other"""
            n = len(cosines)
            weights = torch.exp(scale * cosines)
            rows = weights.diagonal() / weights.sum(dim=1)
            columns = weights.diagonal() / weights[:, :n].sum(dim=0)
            return -(rows.log().mean() + columns.log().mean()) / 2


class favourite_of_k(Exercise):
    title = "The favourite of k, over all ways to take k"
    kind, minutes, lines = "stretch", 30, 6
    teaches = "how to read a whole curve off one set of drawings: a favourite's rivals all come from behind it"
    text = """\
Sixteen drawings of a caption were made, scored by CLIP and marked right or wrong. How often would CLIP's favourite of
**four** be right? Taking the first four gives one throw of the dice. Better: over *all* ways to take `k` of them, in
what share is the one of highest score right? To take 64 of 128 there are more than $10^{37}$ ways, so do not try them:
count."""
    specification = """\
`favourite_of_k([True, False, False], [0.1, 0.3, 0.2], 2)` is 0.0: the right one is the last that CLIP would choose.
With the scores `[0.2, 0.3, 0.1]` it is 1/3: of the three ways to take two, it is the favourite only beside the third.
For k = 1 it is the share of right ones; for k of all it is 1 or 0. Scores are all different. For 128 drawings the
answer is there at once."""
    hints = (
        "Sort by score. When is the drawing at rank r the favourite of the k that were taken?",
        "It is if it was taken, and the other k - 1 all come from those behind it. `math.comb(n, m)` counts ways.",
        "There are n - 1 - r drawings behind rank r (counted from 0). Sum the ways of the right ones, and divide by "
        "all ways to take k of n.",
    )

    def blank(right, scores, k):
        """right: list of bool, scores: list of float, k: int from 1 to the number of drawings. Gives a float."""
        ...

    def reference(right, scores, k):
        ranked = [mark for _, mark in sorted(zip(scores, right), reverse=True)]
        ways = 0
        for rank, mark in enumerate(ranked):
            if mark:
                ways += math.comb(len(ranked) - 1 - rank, k - 1)
        return ways / math.comb(len(ranked), k)

    def independent(right, scores, k):
        # Go down the ranking, and carry the chance that none of the k has been met yet.
        left, none_yet, total = len(right), 1.0, 0.0
        for place in sorted(range(len(right)), key=lambda place: -scores[place]):
            taken = min(1.0, k / left)
            total += none_yet * taken * right[place]
            none_yet *= 1 - taken
            left -= 1
        return total

    class mistakes:
        def as_they_came(right, scores, k):
            """the first k are as good as any"""
            best = max(range(k), key=lambda place: scores[place])
            return float(right[best])

        def any_right(right, scores, k):
            """the favourite is right if any is"""
            return 1 - math.comb(len(right) - sum(right), k) / math.comb(len(right), k)

        def luck(right, scores, k):
            """luck chooses"""
            return 1 - (1 - sum(right) / len(right)) ** k

        def with_return(right, scores, k):
            """drawings can be taken twice"""
            n, total = len(right), 0.0
            for rank, place in enumerate(sorted(range(n), key=scores.__getitem__, reverse=True)):
                total += right[place] * (((n - rank) / n) ** k - ((n - rank - 1) / n) ** k)
            return total

        def upside_down(right, scores, k):
            """the lowest score is the best"""
            order = sorted(range(len(right)), key=lambda place: scores[place])
            total = sum(
                math.comb(len(order) - 1 - rank, k - 1) for rank, place in enumerate(order) if right[place]
            )
            return total / math.comb(len(order), k)

        def top_k(right, scores, k):
            """the k best are the k taken"""
            order = sorted(range(len(right)), key=lambda place: scores[place], reverse=True)
            return sum(right[place] for place in order[:k]) / k


class choosing_curve(Exercise):
    title = "Why the curve ends where it does"
    kind, minutes, lines = "investigation", 30, 8
    teaches = "what a chooser adds, from what it sees and what fools it: the curve ends at the judge, not at 1"
    text = """\
In the lesson CLIP's curve rose a little and then went flat, far below the curve of a perfect chooser. A small theory
says where. A drawing is right with probability `p`. A judge looks at each: it **likes** a right one with probability
`sees`, and a wrong one with probability `fooled`. Of `k` drawings it takes any that it likes, by the throw of a die; if
it likes none, any of them all. How often is the one that it takes right? Give back the answer for each of `ks`.

Then plot it for p = 0.2 and k from 1 to 512: a judge that sees 0.9 and is fooled by 0.1; one that sees only 0.5 and is
never fooled; one that sees all and is fooled by half. Which would you rather have for 8 drawings, and which for 512?
Say in two sentences what limits the curve for many drawings, and what CLIP's blind spots (lesson 10: who has which
colour) do to it."""
    specification = """\
With `p = 0.2, sees = 0.9, fooled = 0.1` a drawing is right and liked with probability 0.18, wrong and liked with 0.08.

- k = 1 leaves no choice, and gives p: 0.2.
- For very many drawings some are liked for certain, and the answer is the share of right ones **among the liked**,
0.18 / 0.26 = 0.692.
- In between both cases occur: some are liked, or none, and then all k are among those that the judge does not like.

The drawings are independent. The check asks no case in which a judge likes everything or nothing."""
    hints = (
        "How likely is it that of k drawings none is liked? Work out the two cases apart, and add them, each times its "
        "probability.",
        "If some are liked, the one taken is a liked drawing like any other: right with the share of the right among "
        "the liked, however many there are.",
        "If none is liked, the one taken is a drawing that was not liked: right with the share of the right among "
        "those. It is small if the judge sees much, and not 0.",
    )

    def blank(p, sees, fooled, ks):
        """p, sees, fooled: probabilities, ks: list of int. Gives a list of float, one for each k."""
        ...

    def reference(p, sees, fooled, ks):
        liked = p * sees + (1 - p) * fooled
        right_if_liked = p * sees / liked
        right_if_not = p * (1 - sees) / (1 - liked)
        curve = []
        for k in ks:
            none = (1 - liked) ** k
            curve.append((1 - none) * right_if_liked + none * right_if_not)
        return curve

    def independent(p, sees, fooled, ks):
        # Sum over how many of the k are liked.
        good, bad = p * sees, (1 - p) * fooled
        curve = []
        for k in ks:
            total = 0.0
            for n in range(k + 1):
                ways = math.comb(k, n) * (good + bad) ** n * (1 - good - bad) ** (k - n)
                total += ways * (good / (good + bad) if n else (p - good) / (1 - good - bad))
            curve.append(total)
        return curve

    class mistakes:
        def perfect(p, sees, fooled, ks):
            """a chooser finds the right one if there is one"""
            return [1 - (1 - p) ** k for k in ks]

        def found_if_seen(p, sees, fooled, ks):
            """a liked drawing is right"""
            good = p * sees
            liked = good + (1 - p) * fooled
            return [1 - (1 - liked) ** k + (1 - liked) ** k * p * (1 - sees) / (1 - liked) for k in ks]

        def none_is_wrong(p, sees, fooled, ks):
            """if none is liked nothing is right"""
            good, bad = p * sees, (1 - p) * fooled
            return [(1 - (1 - good - bad) ** k) * good / (good + bad) for k in ks]

        def none_is_average(p, sees, fooled, ks):
            """what is not liked is an average drawing"""
            liked = p * sees + (1 - p) * fooled
            return [(1 - (1 - liked) ** k) * p * sees / liked + p * (1 - liked) ** k for k in ks]

        def at_once(p, sees, fooled, ks):
            """the number of drawings is no matter"""
            return [p * sees / (p * sees + (1 - p) * fooled) for _ in ks]

        def any_seen(p, sees, fooled, ks):
            """one right one that is liked is enough"""
            return [1 - (1 - p * sees) ** k for k in ks]
