"""Exercises of lesson 13, limits and impact."""

import math
from collections import Counter

import torch

from exercises.source.parts import Exercise

LESSON = "13_limits_and_impact"


class silent_shares(Exercise):
    title = "What silence tells"
    kind, minutes, lines = "warm-up", 10, 4
    teaches = "reporting bias: what remains unsaid is not what is in the pictures"
    text = """\
People mention what is remarkable. `shares` says how frequent each value is in the pictures, and `said` how
often a caption names it where it is there. Among the pictures whose caption names none: how frequent is each
value? That is what a model learns to draw when nobody asks."""
    specification = """\
The lesson's case: three sizes, a third each. Small and large are named every other time, medium never.
`silent_shares({"small": 1/3, "medium": 1/3, "large": 1/3}, {"small": 0.5, "medium": 0.0, "large": 0.5})` is
`{"small": 0.25, "medium": 0.5, "large": 0.25}`. The answer sums to 1."""
    hints = (
        "Imagine 300 pictures, 100 of each size. How many of each have a silent caption?",
        "A picture has the value *and* is silent about it: two shares are multiplied, and one is `1 - said`.",
        "Divide each of these products by the sum of all of them, which is the share of silent captions.",
    )

    def blank(shares, said):
        """shares, said: value -> share, with the same values. Gives value -> share, summing to 1."""
        ...

    def reference(shares, said):
        silent = {value: share * (1 - said[value]) for value, share in shares.items()}
        return {value: part / sum(silent.values()) for value, part in silent.items()}

    def independent(shares, said):
        values = sorted(shares)
        prior = torch.tensor([shares[value] for value in values], dtype=torch.float64)
        quiet = 1 - torch.tensor([said[value] for value in values], dtype=torch.float64)
        return dict(zip(values, torch.nn.functional.normalize(prior * quiet, p=1, dim=0).tolist()))

    class mistakes:
        def unchanged(shares, said):
            """silence says nothing"""
            return dict(shares)

        def spoken(shares, said):
            """what is said is what is there"""
            named = {value: shares[value] * said[value] for value in shares}
            total = sum(named.values())
            return {value: part / total if total else 0.0 for value, part in named.items()}

        def unscaled(shares, said):
            """shares of all pictures"""
            return {value: shares[value] * (1 - said[value]) for value in shares}

        def alike(shares, said):
            """all values are equally frequent"""
            total = sum(1 - part for part in said.values())
            return {value: (1 - said[value]) / total for value in shares}

        def certain(shares, said):
            """the likeliest value is meant"""
            silent = {value: share * (1 - said[value]) for value, share in shares.items()}
            most = max(silent, key=silent.get)
            return {value: 1.0 if value == most else 0.0 for value in shares}


class shares_at(Exercise):
    title = "A mirror that enlarges"
    kind, minutes, lines = "investigation", 15, 4
    teaches = "that careful sampling makes a bias of the data larger, by a formula"
    text = """\
A model that has learnt well draws each value as often as its data show it, at temperature 1. People sample
lower. `counts` says how often each value occurred in the data; which share of the drawings will have each, at
a `temperature`, where the value is chosen in one token?

Then investigate: a group of 60 % among six, the others alike. At which temperature is it 90 %? And one of
51 % among two? Print a table, and write one sentence for the model card of somebody who samples at 0.7."""
    specification = """\
A probability p becomes p^(1/T), and all are divided by their sum. `shares_at({"red": 3, "blue": 1}, 0.5)` is
`{"red": 0.9, "blue": 0.1}`, since 0.75² and 0.25² are 0.5625 and 0.0625. What never occurred stays at 0.
Temperatures above 1 flatten."""
    hints = (
        "First the shares at temperature 1: counts divided by their sum.",
        "Raise each to a power. A low temperature must make differences larger: is the power T, or 1 / T?",
        "After raising to the power they no longer sum to 1: divide by their new sum.",
    )

    def blank(counts, temperature):
        """counts: value -> int, temperature: above 0. Gives value -> share."""
        ...

    def reference(counts, temperature):
        total = sum(counts.values())
        powers = {value: (count / total) ** (1 / temperature) for value, count in counts.items()}
        return {value: power / sum(powers.values()) for value, power in powers.items()}

    def independent(counts, temperature):
        # As sampling does it: logits, divided by the temperature, through a softmax.
        logits = torch.tensor([float(count) for count in counts.values()], dtype=torch.float64).log()
        return dict(zip(counts, (logits / temperature).softmax(0).tolist()))

    class mistakes:
        def mirror(counts, temperature):
            """a model is a mirror at any temperature"""
            return {value: count / sum(counts.values()) for value, count in counts.items()}

        def other_power(counts, temperature):
            """the power is the temperature"""
            powers = {value: (count / sum(counts.values())) ** temperature for value, count in counts.items()}
            return {value: power / sum(powers.values()) for value, power in powers.items()}

        def not_divided(counts, temperature):
            """powers are shares"""
            total = sum(counts.values())
            return {value: (count / total) ** (1 / temperature) for value, count in counts.items()}

        def exponentials(counts, temperature):
            """shares are logits"""
            total = sum(counts.values())
            raised = {value: math.exp(count / total / temperature) for value, count in counts.items()}
            return {value: part / sum(raised.values()) for value, part in raised.items()}

        def winner(counts, temperature):
            """below 1 the commonest takes all"""
            total = sum(counts.values())
            if temperature >= 1:
                powers = {value: (count / total) ** (1 / temperature) for value, count in counts.items()}
                return {value: power / sum(powers.values()) for value, power in powers.items()}
            most = max(counts, key=counts.get)
            return {value: float(value == most) for value in counts}


class is_copy(Exercise):
    title = "Learnt by heart, or merely alike?"
    kind, minutes, lines = "build", 20, 5
    teaches = "that a copy is what is nearer to training than chance resemblance comes"
    text = """\
A drawn picture resembles some training picture. Is it a copy? Every picture of a red cube resembles other
pictures of red cubes, so a distance alone says nothing. It needs something to compare with: `fresh` pictures,
of the same kind, that nobody trained on. They resemble training as well, and cannot be copies.

The rule: a drawn picture is a copy if its nearest training picture is nearer than that of *every* fresh one.
With a hundred fresh pictures, a model that copies nothing gets about one in a hundred. Say for each drawn
picture whether it is a copy."""
    specification = """\
Pictures are rows of numbers; near means a small sum of squared differences, or its root, which has the same
order. With training at 0 and 100, fresh at 10 and 70 (one number a picture): their nearest are 10 and 30
away. Drawn at 4: 4 away, a copy. At 91: 9 away, a copy. At 89: 11 away, none. At 10: as near as a fresh one
and not nearer, none."""
    hints = (
        "`a[:, None] - b[None]` has the differences of every picture of a with every one of b.",
        "First the distance of each fresh picture to its nearest training picture. Which one of these is the limit?",
        "Then the same for the drawn ones: `.amin(dim=1)` over training. Compare with the smallest of the fresh.",
    )

    def blank(drawn, fresh, training):
        """Each float [picture, number]. Gives a bool tensor [drawn picture]."""
        ...

    def reference(drawn, fresh, training):
        def nearest(pictures):
            return ((pictures[:, None] - training[None]) ** 2).sum(dim=-1).amin(dim=1)

        return nearest(drawn) < nearest(fresh).min()

    def independent(drawn, fresh, training):
        def nearest(picture):
            return min(math.dist(picture, other) for other in training.tolist())

        limit = min(map(nearest, fresh.tolist()))
        return torch.tensor([nearest(picture) < limit for picture in drawn.tolist()])

    class mistakes:
        def equal(drawn, fresh, training):
            """a copy is equal to the last bit"""
            return (drawn[:, None] == training[None]).all(dim=-1).any(dim=1)

        def typical(drawn, fresh, training):
            """nearer than fresh ones on average"""
            near = torch.cdist(drawn, training).amin(dim=1)
            return near < torch.cdist(fresh, training).amin(dim=1).mean()

        def one_of_them(drawn, fresh, training):
            """nearer than some fresh one"""
            near = torch.cdist(drawn, training).amin(dim=1)
            return near < torch.cdist(fresh, training).amin(dim=1).max()

        def all_of_training(drawn, fresh, training):
            """near to training as a whole"""
            near = torch.cdist(drawn, training).mean(dim=1)
            return near < torch.cdist(fresh, training).mean(dim=1).min()

        def between(drawn, fresh, training):
            """nearer to training than to fresh ones"""
            return torch.cdist(drawn, training).amin(dim=1) < torch.cdist(drawn, fresh).amin(dim=1)


class balancing_weights(Exercise):
    title = "Mend one thing, and leave the rest"
    kind, minutes, lines = "stretch", 25, 8
    teaches = "that weights can take a bias out of the data, and that one has to say what shall stay as it was"
    text = """\
Most cars of the data are red. Give each picture a weight, the probability with which training draws it, so
that the colours *of each thing* become equally likely, and every thing stays as frequent as it was: if a half
of the pictures are cars, half of what training sees are cars, and each colour that cars have has an equal
part of that half. Pictures of the same thing in the same colour weigh the same. The weights sum to 1.

Two lists say for each picture which thing it shows, in which colour. Then ask yourself which line of a model
card your weights need: what have you balanced, and what did you not even have a label for?"""
    specification = """\
Four pictures: a red car, a red car, a blue car, a green cat. Cars are 3/4 of them, so red cars and blue cars
get 3/8 each, and there are two red ones: `[3/16, 3/16, 3/8, 1/4]`. The colour green is not owed to cars: no
car has it."""
    hints = (
        "Three counts: pictures of each thing, pictures of each pair of thing and colour, and colours of each thing.",
        "What should all pictures of one thing get together? Which part of that is one colour's?",
        "A colour's part is shared by its pictures: divide by the number of pictures of that thing in that colour.",
    )

    def blank(things, colors):
        """things, colors: lists of str, as long as there are pictures. Gives a list of weights."""
        ...

    def reference(things, colors):
        of_thing, of_pair = Counter(things), Counter(zip(things, colors))
        kinds = Counter(thing for thing, _ in of_pair)
        weights = []
        for thing, color in zip(things, colors):
            part = of_thing[thing] / len(things) / kinds[thing]
            weights.append(part / of_pair[thing, color])
        return weights

    def independent(things, colors):
        weights = [0.0] * len(things)
        for thing in set(things):
            mine = [number for number, other in enumerate(things) if other == thing]
            groups = {}
            for number in mine:
                groups.setdefault(colors[number], []).append(number)
            for group in groups.values():
                for number in group:
                    weights[number] = len(mine) / (len(things) * len(groups) * len(group))
        return weights

    class mistakes:
        def pairs_alike(things, colors):
            """all pairs are equally likely"""
            pairs = Counter(zip(things, colors))
            return [1 / len(pairs) / pairs[pair] for pair in zip(things, colors)]

        def colors_alike(things, colors):
            """balance the colours of everything"""
            counts = Counter(colors)
            return [1 / len(counts) / counts[color] for color in colors]

        def unscaled(things, colors):
            """weights need no sum"""
            pairs = Counter(zip(things, colors))
            return [1 / pairs[pair] for pair in zip(things, colors)]

        def every_color(things, colors):
            """a thing is owed every colour"""
            of_thing, of_pair, n = Counter(things), Counter(zip(things, colors)), len(set(colors))
            return [
                of_thing[thing] / len(things) / n / of_pair[thing, color] for thing, color in zip(things, colors)
            ]

        def frequent_first(things, colors):
            """what is frequent weighs more"""
            pairs = Counter(zip(things, colors))
            total = sum(pairs[pair] for pair in zip(things, colors))
            return [pairs[pair] / total for pair in zip(things, colors)]
