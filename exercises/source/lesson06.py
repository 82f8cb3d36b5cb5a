"""Exercises of lesson 06, attention masks."""

import math

import torch

from exercises.source.parts import Exercise

LESSON = "06_attention_masks"


class causal_mask(Exercise):
    title = "Never ahead"
    kind, minutes, lines = "warm-up", 8, 2
    teaches = "the rule that all patterns share, and how to read a table of who sees whom"
    text = """\
Make the table of full causal attention among so many slots: a line for each slot that asks (the query), a
column for each that is asked (the key), and True where the query may see the key. A slot may see everything
before it, and itself, and nothing after."""
    specification = """\
`causal_mask(3)` is `[[True, False, False], [True, True, False], [True, True, True]]`, as a tensor of truth
values."""
    hints = (
        "Write the table for 3 slots on paper first. In which corner are the Falses?",
        "The rule for one pair is a single comparison of two numbers, the query's and the key's.",
        "`torch.arange(n)` as a column against the same as a row: `[:, None]` makes a column of it, and a "
        "comparison of the two is a whole table.",
    )

    def blank(slots):
        """slots: int. Gives bool [query, key]."""
        ...

    def reference(slots):
        place = torch.arange(slots)
        return place[None, :] <= place[:, None]

    def independent(slots):
        return torch.ones(slots, slots).tril().bool()

    class mistakes:
        def strictly(slots):
            """a slot does not see itself"""
            return torch.ones(slots, slots, dtype=torch.bool).tril(-1)

        def off_by_one(slots):
            """the mask is shifted by one"""
            return torch.ones(slots, slots, dtype=torch.bool).tril(1)

        def turned(slots):
            """the line is the key"""
            return torch.ones(slots, slots, dtype=torch.bool).triu()

        def hides(slots):
            """True hides"""
            return torch.ones(slots, slots, dtype=torch.bool).triu(diagonal=1)

        def added(slots):
            """a mask is a number to add"""
            return torch.full((slots, slots), -math.inf).triu(1)


class layer_patterns(Exercise):
    title = "Which layer has which"
    kind, minutes, lines = "warm-up", 8, 4
    teaches = "the paper's rule: a column layer in every four, and a convolution at the end"
    text = """\
Each layer of DALL·E has one pattern. The paper counts layers from 1: layer i looks along its *column* where
(i - 2) mod 4 = 0, and along its *row* otherwise; the last layer is a *convolution*, whatever its number. Give
back the names, first layer first: `"row"`, `"column"`, `"conv"`."""
    specification = """\
`layer_patterns(4)` is `["row", "column", "row", "conv"]`, and `layer_patterns(1)` is `["conv"]`. Of the
paper's 64 layers 16 are columns, 47 are rows and 1 is a convolution."""
    hints = (
        "A list with one name for each layer, and the last one is known before you begin.",
        "Python's `range(n)` counts from 0, and the paper from 1. Which numbers have the layers before the last?",
        "Go through the numbers from 1 to depth - 1, choose between two names by the remainder, and put the third "
        "name at the end.",
    )

    def blank(depth):
        """depth: int, at least 1. Gives a list of depth names."""
        ...

    def reference(depth):
        inner = ["column" if (i - 2) % 4 == 0 else "row" for i in range(1, depth)]
        return [*inner, "conv"]

    def independent(depth):
        names = ["row"] * depth
        names[1::4] = ["column"] * len(names[1::4])
        names[-1] = "conv"
        return tuple(names)

    class mistakes:
        def from_zero(depth):
            """layers count from zero"""
            names = []
            for i in range(depth - 1):
                names.append("column" if (i - 2) % 4 == 0 else "row")
            return [*names, "conv"]

        def turns(depth):
            """rows and columns take turns"""
            return [("row", "column")[i % 2] for i in range(depth - 1)] + ["conv"]

        def fours(depth):
            """every fourth is a column"""
            names = []
            for i in range(1, depth):
                names.append("row" if i % 4 else "column")
            return [*names, "conv"]

        def one_more(depth):
            """the convolution comes on top"""
            names = []
            for i in range(1, depth + 1):
                names.append("column" if (i - 2) % 4 == 0 else "row")
            names.append("conv")
            return names

        def no_last(depth):
            """the last layer is like the others"""
            return ["column" if (i - 2) % 4 == 0 else "row" for i in range(1, depth + 1)]


class row_mask(Exercise):
    title = "Row attention, around the corner"
    kind, minutes, lines = "build", 20, 7
    teaches = "that a row pattern is a window in reading order, and goes around the picture's edge"
    text = """\
Make the row pattern's table over a whole stream: `text_length` caption slots, one start of image, and the
codes of a grid of `grid` × `grid`, without the last, which is never read. In the picture a token sees itself
and goes back, in reading order, just as far as the token straight above it."""
    specification = """\
- Slots on the text side (caption and start of image) see everything before them, and themselves.
- A code's slot sees the whole text side, itself, and those of the `grid` codes before it that exist. So the
token in row 2, column 1 of a 4 × 4 picture sees columns 0 and 1 of its own row, and columns 1, 2 and 3 of the row
above.
- The table has text_length + grid² lines and columns; True: the query may see the key."""
    hints = (
        "Begin with the causal table, and ask which pairs it allows too many. Both slots of such a pair lie in "
        "the picture.",
        "The first code lies in slot text_length + 1. How far apart, in slots, may a code and the code that it "
        "sees be at most?",
        "Three conditions: not ahead; and either the key is on the text side, or the distance is at most the "
        "distance to the token straight above.",
    )

    def blank(text_length, grid):
        """Gives bool [query, key], each text_length + grid**2 long."""
        ...

    def reference(text_length, grid):
        slots = torch.arange(text_length + grid**2)
        query, key = slots[:, None], slots[None, :]
        return (key <= query) & ((key <= text_length) | (query - key <= grid))

    def independent(text_length, grid):
        size = text_length + grid * grid
        table = torch.zeros(size, size, dtype=torch.bool)
        for query in range(size):
            first = max(query - grid, 0) if query > text_length else 0
            table[query, first : query + 1] = True
            if query > text_length:
                table[query, : text_length + 1] = True
        return table

    class mistakes:
        def own_row(text_length, grid):
            """a row ends at its edge"""
            n, first = text_length + grid * grid, text_length + 1
            table = torch.ones(n, n, dtype=torch.bool).tril()
            for q in range(first, n):
                for k in range(first, q):
                    if (q - first) // grid != (k - first) // grid:
                        table[q, k] = False
            return table

        def two_rows(text_length, grid):
            """the row above is seen whole"""
            n, first = text_length + grid * grid, text_length + 1
            table = torch.ones(n, n, dtype=torch.bool).tril()
            for q in range(first, n):
                for k in range(first, q):
                    table[q, k] = (q - first) // grid - (k - first) // grid in (0, 1)
            return table

        def short(text_length, grid):
            """a row is as many tokens as the grid is wide"""
            n, first = text_length + grid * grid, text_length + 1
            table = torch.ones(n, n, dtype=torch.bool).tril()
            for q in range(first, n):
                for k in range(first, n):
                    table[q, k] = 0 <= q - k < grid
            return table

        def everywhere(text_length, grid):
            """the window is cut over the text"""
            n = text_length + grid * grid
            place = torch.arange(n)
            distance = place.unsqueeze(1) - place
            return (distance >= 0) & (distance <= grid)

        def no_start(text_length, grid):
            """start of image is a code"""
            n = text_length + grid * grid
            table = torch.ones(n, n, dtype=torch.bool).tril()
            for q in range(text_length, n):
                for k in range(text_length, n):
                    table[q, k] = 0 <= q - k <= grid
            return table

        def whole_row(text_length, grid):
            """a row reaches to the right"""
            n, first = text_length + grid * grid, text_length + 1
            table = torch.ones(n, n, dtype=torch.bool).tril()
            for q in range(first, n):
                for k in range(first, n):
                    table[q, k] = (q - first) // grid == (k - first) // grid
            return table


class column_mask(Exercise):
    title = "Column attention in one line"
    kind, minutes, lines = "build", 15, 4
    teaches = "that a whole pattern is arithmetic on two numbers, and needs no loop"
    text = """\
A column layer looks straight up: a token sees itself and every token above it in its own column. Make its
table over the whole stream, this time *without a loop*: write the rule for one query and one key, and let it run
on a column of queries and a row of keys. The package's patterns are such lines, and the same line serves the
pictures, the CPU and the GPU."""
    specification = """\
- Slots on the text side (caption and start of image) see everything before them, and themselves.
- A code's slot sees the whole text side, and all codes of its column in its row and above. In a 4 × 4 picture
the token in row 2, column 1 sees 3 codes: column 1 of rows 0, 1 and 2.
- The table has text_length + grid² lines and columns; True: the query may see the key."""
    hints = (
        "How far apart, in slots, are two codes of one column in neighbouring rows? And two rows apart?",
        "The remainder of a division tells whether a distance is a multiple of something.",
        "Not ahead, and either the key is on the text side or the distance has no remainder: combine tables of "
        "truth values with & and |, each comparison in brackets.",
    )

    def blank(text_length, grid):
        """Gives bool [query, key], each text_length + grid**2 long. No loops."""
        ...

    def reference(text_length, grid):
        slots = torch.arange(text_length + grid**2)
        query, key = slots[:, None], slots[None, :]
        return (key <= query) & ((key <= text_length) | ((query - key) % grid == 0))

    def independent(text_length, grid):
        size = text_length + grid**2
        codes = torch.eye(grid).tile(grid, grid)[:-1, :-1]
        table = torch.ones(size, size)
        table[text_length + 1 :, text_length + 1 :] = codes
        return table.tril() > 0

    class mistakes:
        def one_up(text_length, grid):
            """a column is one token"""
            slots = torch.arange(text_length + grid**2)
            back = slots[:, None] - slots[None, :]
            return (back >= 0) & ((slots[None, :] <= text_length) | (back == 0) | (back == grid))

        def down(text_length, grid):
            """a column reaches to the bottom"""
            slots = torch.arange(text_length + grid**2)
            back = slots[:, None] - slots[None, :]
            picture = (slots[:, None] > text_length) & (slots[None, :] > text_length)
            return torch.where(picture, back % grid == 0, back >= 0)

        def over_text(text_length, grid):
            """the column is cut over the text"""
            slots = torch.arange(text_length + grid**2)
            back = slots[:, None] - slots[None, :]
            return (back >= 0) & (back % grid == 0)

        def quotient(text_length, grid):
            """a column is a quotient"""
            slots = torch.arange(text_length + grid**2)
            code = slots - text_length - 1
            same = code[:, None] // grid == code[None, :] // grid
            return (slots[:, None] >= slots[None, :]) & ((code[None, :] < 0) | same)

        def not_itself(text_length, grid):
            """a token does not see itself"""
            slots = torch.arange(text_length + grid**2)
            back = slots[:, None] - slots[None, :]
            above = (back > 0) & (back % grid == 0)
            return torch.where(slots[None, :] <= text_length, back >= 0, above)

        def no_start(text_length, grid):
            """start of image is a code"""
            slots = torch.arange(text_length + grid**2)
            back = slots[:, None] - slots[None, :]
            return (back >= 0) & ((slots[None, :] < text_length) | (back % grid == 0))


class who_knows(Exercise):
    title = "Who can know what, after many layers?"
    kind, minutes, lines = "investigation", 20, 5
    teaches = "how sparse layers hand on what they saw, and how one leaky layer spoils a whole stack"
    text = """\
A layer lets a slot look at a few others. In the next layer *those* have already looked at a few others
themselves. Compute who can know whom at the end: `masks[0]` is the first layer's table, `masks[-1]` the last
one's. In every layer a slot also sees itself.

Then investigate, with your own `row_mask` and `column_mask` on a picture of 8 × 8: how many row layers does the
last slot need to know the first code? How many if one layer is a column? And put one leaky layer, `causal_mask`
shifted by one, between five honest ones: how far ahead can a slot know then? Would it be as bad if all six leaked?"""
    hints = (
        "Keep one table of who knows whom, and let each layer change it. Before the first layer a slot knows only "
        "itself.",
        "After a layer, q knows k if there is *some* slot m that q looks at and that already knew k. That is a sum "
        "over m of products.",
        "It is a product of matrices: this layer's mask, as numbers, times the table so far; anything above 0 is "
        "True. Mind the order.",
    )

    def specification(masks):
        looks = masks.tolist()

        def knows(query, key, layers):
            if layers == 0:
                return query == key
            seen = [slot for slot, open_ in enumerate(looks[layers - 1][query]) if open_]
            return any(knows(slot, key, layers - 1) for slot in seen)

        slots = range(masks.shape[1])
        return torch.tensor([[knows(query, key, len(looks)) for key in slots] for query in slots])

    def blank(masks):
        """masks: bool [layer, query, key], first layer first. Gives bool [query, key]."""
        ...

    def reference(masks):
        known = torch.eye(masks.shape[1])
        for mask in masks.float():
            known = (mask @ known > 0).float()
        return known > 0

    def independent(masks):
        known = [{slot} for slot in range(masks.shape[1])]
        for mask in masks:
            known = [set().union(*(known[middle] for middle in row.nonzero().flatten().tolist())) for row in mask]
        table = torch.zeros(masks.shape[1:], dtype=torch.bool)
        for query, keys in enumerate(known):
            table[query, sorted(keys)] = True
        return table

    class mistakes:
        def wrong_order(masks):
            """the last layer looks first"""
            known = masks[0].float()
            for mask in masks[1:]:
                known = known @ mask.float()
            return known > 0

        def union(masks):
            """a slot knows what some layer shows"""
            known = masks[0].clone()
            for mask in masks[1:]:
                known |= mask
            return known

        def intersection(masks):
            """every layer has to show it"""
            known = torch.ones_like(masks[0])
            for mask in masks:
                known = known & mask
            return known

        def last(masks):
            """only the last layer counts"""
            return masks[-1].clone()

        def counted(masks):
            """ways are counted"""
            known = torch.eye(masks.shape[1], dtype=torch.int64)
            for mask in masks:
                known = mask.long() @ known
            return known


class conv_mask(Exercise):
    title = "A convolution of attention"
    kind, minutes, lines = "stretch", 30, 10
    teaches = "how a neighbourhood on the picture becomes distances in the stream, and what happens at the edges"
    text = """\
The last layer of DALL·E looks at a neighbourhood: a window of `kernel` × `kernel` tokens, 11 × 11 in the paper,
whose last row is the token's own and in whose middle column the token lies. What the window covers in the
future is cut off. As in the row pattern, distances are counted in reading order, so the window goes around the
picture's edges. Make the table over the whole stream, for any odd `kernel`, also one wider than the grid."""
    specification = """\
- Slots on the text side (caption and start of image) see everything before them, and themselves; a code's slot
sees the whole text side.
- Of the codes, it sees those that lie r · grid + c slots back, for r = 0, 1, ..., kernel - 1 and c from
-(kernel // 2) to kernel // 2. Where that is negative, it is the future.
- With `kernel = 3` and `grid = 5` the token in row 3, column 0 sees 8 codes: itself; columns 0 and 1 of the two
rows above; and, around the edge, column 4 of rows 0, 1 and 2."""
    hints = (
        "First make the set of all distances that the window allows. The table then asks of each pair whether its "
        "distance is one of them.",
        "With kernel 3 and grid 5 the distances are -1, 0, 1; 4, 5, 6; 9, 10, 11. Which of them are the future?",
        "`torch.isin(distances, allowed)` asks it for a whole table at once. What lies ahead, and what lies on the "
        "text side, is treated as in the other patterns.",
    )

    def blank(text_length, grid, kernel):
        """kernel: odd. Gives bool [query, key], each text_length + grid**2 long."""
        ...

    def reference(text_length, grid, kernel):
        half = kernel // 2
        allowed = [r * grid + c for r in range(kernel) for c in range(-half, half + 1)]
        slots = torch.arange(text_length + grid**2)
        query, key = slots[:, None], slots[None, :]
        near = torch.isin(query - key, torch.tensor(allowed))
        return (key <= query) & ((key <= text_length) | near)

    def independent(text_length, grid, kernel):
        size, first = text_length + grid**2, text_length + 1
        table = torch.ones(size, size, dtype=torch.bool).tril()
        table[first:, first:] = False
        for row in range(kernel):
            for column in range(-(kernel // 2), kernel // 2 + 1):
                back = row * grid + column
                for query in range(first + max(back, 0), size if back >= 0 else 0):
                    table[query, query - back] = True
        return table

    class mistakes:
        def no_wrap(text_length, grid, kernel):
            """a window ends at the picture's edge"""
            size, first = text_length + grid**2, text_length + 1
            table = torch.ones(size, size, dtype=torch.bool).tril()
            for q in range(first, size):
                for k in range(first, q + 1):
                    up = (q - first) // grid - (k - first) // grid
                    side = (q - first) % grid - (k - first) % grid
                    table[q, k] = up < kernel and abs(side) <= kernel // 2
            return table

        def centred(text_length, grid, kernel):
            """the window lies around the token"""
            half = kernel // 2
            allowed = {r * grid + c for r in range(-half, half + 1) for c in range(-half, half + 1)}
            return windowed(text_length, grid, allowed)

        def corner(text_length, grid, kernel):
            """the window ends at the token's column"""
            allowed = {r * grid + c for r in range(kernel) for c in range(kernel)}
            return windowed(text_length, grid, allowed)

        def leaks(text_length, grid, kernel):
            """its own row is seen to the right"""
            half = kernel // 2
            allowed = {r * grid + c for r in range(kernel) for c in range(-half, half + 1)}
            size, first = text_length + grid**2, text_length + 1
            table = torch.ones(size, size, dtype=torch.bool).tril()
            for q in range(first, size):
                for k in range(first, size):
                    table[q, k] = q - k in allowed
            return table

        def over_text(text_length, grid, kernel):
            """the window is cut over the text"""
            half = kernel // 2
            allowed = [r * grid + c for r in range(kernel) for c in range(-half, half + 1) if r * grid + c >= 0]
            slots = torch.arange(text_length + grid**2)
            return torch.isin(slots[:, None] - slots[None, :], torch.tensor(allowed))


def windowed(text_length, grid, allowed):
    size, first = text_length + grid**2, text_length + 1
    table = torch.ones(size, size, dtype=torch.bool).tril()
    for q in range(first, size):
        for k in range(first, q + 1):
            table[q, k] = q - k in allowed
    return table
