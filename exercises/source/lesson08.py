"""Exercises of lesson 08, training on a GPU."""

import math

import torch

from exercises.source.parts import Exercise

LESSON = "08_training_on_a_gpu"


class kept_bytes(Exercise):
    title = "What stays in memory"
    kind, minutes, lines = "warm-up", 8, 3
    teaches = "what a parameter costs in training, and what shards save"
    text = """\
Between two updates a card keeps, for each parameter, five numbers in float32: the weight, its gradient, the
two moments of AdamW, and the running average of the weight. With replicas every card keeps all of them; with
shards (FSDP) each card keeps an equal share of all of them. How many bytes are kept on each of `cards` cards?

Then ask for `kept_bytes(12_000_000_000, n, True)`: with how many cards of 80 GB does it fit?"""
    specification = """\
- `kept_bytes(1, 1, False)` is 20, and so is `kept_bytes(1, 8, False)`: replicas save nothing.
- `kept_bytes(1000, 8, True)` is 2500.0."""
    hints = (
        "How many bytes has one number in float32, and how many such numbers belong to one parameter?",
        "Only shards divide. What do eight replicas keep, each, compared with one card alone?",
        "Five numbers of 32 bits for each parameter; shards give every card an equal part of all five.",
    )

    def blank(parameters, cards, sharded):
        """parameters, cards: int, sharded: bool. Gives bytes on each card, a number."""
        ...

    def reference(parameters, cards, sharded):
        kept = 5 * 4 * parameters
        return kept / cards if sharded else kept

    def independent(parameters, cards, sharded):
        bits = {"weight": 32, "gradient": 32, "mean": 32, "square": 32, "average": 32}
        share = 1 / cards if sharded else 1.0
        return sum(bits.values()) / 8 * parameters * share

    class mistakes:
        def weights_only(parameters, cards, sharded):
            """a model is its weights"""
            kept = 4 * parameters
            return kept / cards if sharded else kept

        def without_average(parameters, cards, sharded):
            """AdamW keeps one number"""
            weight = gradient = moment = average = 4
            kept = parameters * (weight + gradient + moment + average)
            return kept / cards if sharded else kept

        def half(parameters, cards, sharded):
            """16 bits are kept"""
            return 5 * 2 * parameters / (cards if sharded else 1)

        def always_divided(parameters, cards, sharded):
            """more cards keep less"""
            return 20 * parameters / cards

        def weights_sharded(parameters, cards, sharded):
            """only weights are sharded"""
            rest = 16 * parameters
            return rest + (4 * parameters / cards if sharded else 4 * parameters)


class whole_gradient(Exercise):
    title = "A batch that does not fit"
    kind, minutes, lines = "build", 20, 8
    teaches = "that a large batch may be worked through in parts, if the parts' means are put together rightly"
    text = """\
The plan says: batches of `count` pictures. The card holds `most` at a time. So the batch is worked through in
parts, and only then comes the update. The gradient must be the same as that of the whole batch, which is the
mean over all its pictures.

You get a function, `gradient_of(start, stop)`: it gives the *mean* gradient of the pictures start, start + 1,
up to stop - 1, as a tensor, and stops with a MemoryError where that is more than `most`, and with a ValueError
where it is none. Several cards that share a batch are the same question."""
    specification = """\
With `count = 5` and `most = 2` the parts are pictures 0 and 1, 2 and 3, and 4 alone. The last one has one
picture in it, and weighs half as much as each of the others. Any other parts that fit are as good.

In a message `gradient_of` stands for the table of gradients, one line a picture."""
    hints = (
        "`range(0, count, most)` gives the starts of the parts. Where does the last part stop?",
        "A mean times its number of pictures is a sum, and sums can be added up.",
        "Add up `stop - start` times each part's gradient, and divide once, at the end, by all pictures.",
    )

    def blank(gradient_of, count, most):
        """gradient_of: a function of (start, stop), count, most: int. Gives a tensor, the mean of all."""
        ...

    def reference(gradient_of, count, most):
        total = 0
        for start in range(0, count, most):
            stop = min(start + most, count)
            total = total + (stop - start) * gradient_of(start, stop)
        return total / count

    def independent(gradient_of, count, most):
        # A running mean, picture by picture: slow, and right for every size of card.
        mean = torch.zeros_like(gradient_of(0, 1))
        for picture in range(count):
            mean += (gradient_of(picture, picture + 1) - mean) / (picture + 1)
        return mean

    class mistakes:
        def summed(gradient_of, count, most):
            """backward adds up, and that is all"""
            total = 0
            for start in range(0, count, most):
                total = total + gradient_of(start, min(start + most, count))
            return total

        def mean_of_means(gradient_of, count, most):
            """all parts weigh the same"""
            parts = [gradient_of(start, min(start + most, count)) for start in range(0, count, most)]
            return torch.stack(parts).mean(dim=0)

        def full_parts(gradient_of, count, most):
            """what fills no part is left out"""
            n = count // most
            if n == 0:
                return gradient_of(0, count)
            return sum(gradient_of(k * most, (k + 1) * most) for k in range(n)) / n

        def last_part(gradient_of, count, most):
            """each part begins anew"""
            for start in range(0, count, most):
                gradient = gradient_of(start, min(start + most, count))
            return gradient

        def as_if_sums(gradient_of, count, most):
            """a part's gradient is a sum"""
            total = 0
            for start in range(0, count, most):
                total = total + gradient_of(start, min(start + most, count))
            return total / count


class scale_course(Exercise):
    title = "A scale that finds its window"
    kind, minutes, lines = "build", 25, 12
    teaches = "how a gradient scale lives just below its overflow without anybody knowing where that is"
    text = """\
In float16 gradients vanish if the scale is too small, and overflow if it is too large. Write the paper's rule
(appendix D) for one residual block. `finite` says for update after update whether the block's gradients were
finite; give back the exponent of the scale after each. It is counted in *thousandths of a power of two*, so
that 13000 means a scale of 2^13, and no rounding adds up.

An update whose gradients are finite adds 1: the scale grows by 2^(1/1000). One that overflowed takes 500 off:
the scale is divided by the square root of 2. But one misfortune makes several overflows in a row, so after a
drop there is none among the next 124 updates: an overflow there changes nothing. And the exponent stays
between 7000 and 24000, both included."""
    specification = """\
- `scale_course([True, False, True], 13000)` is `[13001, 12501, 12502]`.
- `scale_course([False, False, True], 13000)` is `[12500, 12500, 12501]`: the second overflow is within the
window, and finite updates there add 1 as always.
- An overflow at update 0 and all others make drops at the updates 0, 125, 250, ...
- At 24000 a finite update changes nothing. At 7100 a drop ends at 7000."""
    hints = (
        "Keep two numbers beside the list: the exponent now, and at which update the last drop was.",
        "Three cases: finite; overflow, and the last drop is 125 updates or more away; overflow sooner.",
        "Before the first drop let the last one be infinitely long ago, `-math.inf`. `min` and `max` keep the "
        "exponent within its limits after every change.",
    )

    def blank(finite, start):
        """finite: list of bool, start: int. Gives a list of int, the exponent after each update."""
        ...

    def reference(finite, start):
        course, exponent, dropped = [], start, -math.inf
        for update, fine in enumerate(finite):
            if fine:
                exponent = min(exponent + 1, 24000)
            elif update - dropped >= 125:
                exponent, dropped = max(exponent - 500, 7000), update
            course.append(exponent)
        return course

    def independent(finite, start):
        course, wait = [start], 0
        for fine in finite:
            change = 1 if fine else 0 if wait else -500
            wait = 124 if change == -500 else max(wait - 1, 0)
            course.append(sorted((7000, course[-1] + change, 24000))[1])
        return course[1:]

    class mistakes:
        def no_window(finite, start):
            """every overflow is a drop"""
            course, exponent = [], start
            for fine in finite:
                exponent = exponent + 1 if fine else exponent - 500
                exponent = min(max(exponent, 7000), 24000)
                course.append(exponent)
            return course

        def waiting(finite, start):
            """after a drop the scale waits"""
            course, exponent, dropped = [], start, -math.inf
            for update, fine in enumerate(finite):
                if update - dropped >= 125:
                    if fine:
                        exponent = min(exponent + 1, 24000)
                    else:
                        exponent, dropped = max(exponent - 500, 7000), update
                course.append(exponent)
            return course

        def halved(finite, start):
            """an overflow halves the scale"""
            course, exponent, dropped = [], start, -math.inf
            for update, fine in enumerate(finite):
                if fine:
                    exponent = min(exponent + 1, 24000)
                elif update - dropped >= 125:
                    exponent, dropped = max(exponent - 1000, 7000), update
                course.append(exponent)
            return course

        def without_limits(finite, start):
            """the scale may be anything"""
            course, exponent, dropped = [], start, -math.inf
            for update, fine in enumerate(finite):
                if fine:
                    exponent += 1
                elif update - dropped >= 125:
                    exponent -= 500
                    dropped = update
                course.append(exponent)
            return course

        def window_from_overflow(finite, start):
            """every overflow begins the window anew"""
            course, exponent, last = [], start, -math.inf
            for update, fine in enumerate(finite):
                if fine:
                    exponent = min(exponent + 1, 24000)
                else:
                    if update - last >= 125:
                        exponent = max(exponent - 500, 7000)
                    last = update
                course.append(exponent)
            return course


class utilisation(Exercise):
    title = "How well was the machine used?"
    kind, minutes, lines = "investigation", 20, 5
    teaches = "MFU from a log: useful operations by what the cards could do, once the run is under way"
    text = """\
A run has written a log: lists of `(seconds, pictures)`, the time since the start and the pictures seen so
far. The first line is written after the first updates, in which kernels were compiled: what comes before it
tells nothing about the speed of training. From the first line to the last, which share of what the `cards`
could do, at `peak` operations a second each, was useful work? A picture takes `operations`, and nothing that is
recomputed or thrown away is useful.

Then say for the run of the lesson, 5,333 pictures a second of `base` on one H100: what would eight cards have
to reach together to be used as well as this one?"""
    specification = """\
`utilisation([(60, 100), (70, 300), (90, 700)], 1e9, 2, 4e10)` is 0.25: in 30 seconds 600 pictures were seen,
that is 20 a second, 2e10 operations a second of the 8e10 that two cards can do."""
    hints = (
        "Only two lines of the log matter: which ones?",
        "Pictures and seconds are both differences of two lines. Their quotient is the speed.",
        "Speed times operations is what was done; what could be done is the peak of one card times the cards.",
    )

    def blank(log, operations, cards, peak):
        """log: list of (seconds, pictures), at least two. Gives a share, a float."""
        ...

    def reference(log, operations, cards, peak):
        (begin, before), (end, after) = log[0], log[-1]
        speed = (after - before) / (end - begin)
        return speed * operations / (cards * peak)

    def independent(log, operations, cards, peak):
        useful = possible = 0.0
        for (begin, before), (end, after) in zip(log, log[1:]):
            useful += (after - before) * operations
            possible += (end - begin) * peak * cards
        return useful / possible

    class mistakes:
        def from_start(log, operations, cards, peak):
            """compiling is part of the speed"""
            seconds, pictures = log[-1]
            return pictures * operations / (seconds * cards * peak)

        def mean_of_rates(log, operations, cards, peak):
            """speeds can be averaged"""
            rates = [(after - before) / (end - begin) for (begin, before), (end, after) in zip(log, log[1:])]
            return sum(rates) / len(rates) * operations / cards / peak

        def one_card(log, operations, cards, peak):
            """the peak is that of one card"""
            pictures, seconds = log[-1][1] - log[0][1], log[-1][0] - log[0][0]
            return pictures / seconds * operations / peak

        def best(log, operations, cards, peak):
            """the best stretch is the speed"""
            rates = []
            for before, after in zip(log, log[1:]):
                rates.append((after[1] - before[1]) / (after[0] - before[0]))
            return max(rates) * operations / (cards * peak)

        def recomputed(log, operations, cards, peak):
            """recomputing is useful work"""
            seconds, pictures = log[-1][0] - log[0][0], log[-1][1] - log[0][1]
            return pictures * operations * 4 / 3 / seconds / (cards * peak)


class update_seconds(Exercise):
    title = "When more cards only wait"
    kind, minutes, lines = "stretch", 25, 7
    teaches = "why twice the cards take half the time at first, and no less time later"
    text = """\
One card computes an update of the whole batch in `computing` seconds; n cards share that evenly. Their
gradients are averaged by the ring of the lesson: of `size` bytes of gradients, each of the n cards sends
2 (n - 1) / n times as many. Up to 8 cards are in one machine and send at `link` bytes a second; more than 8
all wait for the `wire` between machines. Sending goes on while computing does, so an update takes as long as
the *longer* of the two.

How long does an update take with each number of cards in `counts`? Then draw the lesson's case: 12 billion
gradients of 4 bytes, 325 seconds on one card, 450e9 and 50e9 bytes a second, up to 512 cards. From where on is
a card wasted?"""
    specification = """\
`update_seconds([1, 8, 16], 16.0, 80, 100.0, 10.0)`: one card sends nothing, 16 s. Eight compute 2 s and send
140 bytes, 1.4 s: 2 s. Sixteen compute 1 s and send 150 bytes by the wire, 15 s: 15 s. So `[16.0, 2.0, 15.0]`."""
    hints = (
        "One loop over the numbers of cards; inside it two times, of which the longer one counts.",
        "Check your formula for one card: it has nobody to send to, so the bytes must be 0.",
        "The pace is `link` if n is at most 8, else `wire`; sending takes the bytes that a card sends, divided by it.",
    )

    def blank(counts, computing, size, link, wire):
        """counts: list of int; seconds, bytes, bytes a second. Gives a list of seconds, one a count."""
        ...

    def reference(counts, computing, size, link, wire):
        seconds = []
        for n in counts:
            sent = 2 * (n - 1) / n * size
            pace = link if n <= 8 else wire
            seconds.append(max(computing / n, sent / pace))
        return seconds

    def independent(counts, computing, size, link, wire):
        n = torch.tensor(counts, dtype=torch.float64)
        sending = (2 - 2 / n) * size / torch.where(n > 8, wire, link)
        return torch.maximum(computing / n, sending).tolist()

    class mistakes:
        def nothing_sent(counts, computing, size, link, wire):
            """twice the cards, half the time"""
            return [computing / n for n in counts]

        def one_after_other(counts, computing, size, link, wire):
            """first compute, then send"""
            return [computing / n + 2 * (n - 1) / n * size / (link if n <= 8 else wire) for n in counts]

        def to_one(counts, computing, size, link, wire):
            """all send to one card"""
            return [max(computing / n, (n - 1) * size / (wire if n > 8 else link)) for n in counts]

        def always_links(counts, computing, size, link, wire):
            """the fast links reach everywhere"""
            return [max(computing / n, 2 * size * (n - 1) / n / link) for n in counts]

        def one_round(counts, computing, size, link, wire):
            """gradients go round once"""
            seconds = []
            for n in counts:
                sending = (n - 1) / n * size / (link if n <= 8 else wire)
                seconds.append(max(computing / n, sending))
            return seconds
