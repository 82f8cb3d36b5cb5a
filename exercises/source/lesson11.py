"""Exercises of lesson 11, picture prompts."""

import torch

from exercises.source.parts import Exercise

LESSON = "11_picture_prompts"


class given_cells(Exercise):
    title = "Which cells are given?"
    kind, minutes, lines = "warm-up", 12, 4
    teaches = "that an edge in pixels cuts through cells, and that a cell is given whole or not at all"
    text = """\
A picture of `size` by `size` pixels is a grid of `grid` by `grid` tokens. The rectangle from `left` pixels on
the right and `upper` pixels down, to the lower right corner, is to be drawn; everything else is given. Which
tokens are given? A cell is given if it lies *wholly* outside of the rectangle: one that the rectangle touches
is drawn. Give back truth values in raster order."""
    specification = """\
`given_cells((3, 2), 8, 4)`: each cell has 2 by 2 pixels. Row 0 covers the pixels 0 and 1 from the top, which is
above 2: all four cells are given. In the rows below, column 0 covers the pixels 0 and 1, left of 3: given.
Column 1 covers 2 and 3, and pixel 3 is in the rectangle: drawn, like all on its right. So there are
4 + 3 x 1 = 7 given cells of 16."""
    hints = (
        "How many pixels has a cell? At which pixel does cell k of a row end?",
        "A cell is outside if it ends above the rectangle, or if it ends to the left of it: one is enough.",
        "Rows as `[:, None]` and columns as `[None, :]` make a table of all cells; `flatten()` makes the raster "
        "order of it.",
    )

    def blank(region, size, grid):
        """region: (left, upper) in pixels, size in pixels, grid in cells. Gives a bool tensor [grid * grid]."""
        ...

    def reference(region, size, grid):
        left, upper = region
        ends = (torch.arange(grid) + 1) * (size // grid)
        return ((ends[:, None] <= upper) | (ends[None, :] <= left)).flatten()

    def independent(region, size, grid):
        pixels = torch.zeros(size, size, dtype=torch.bool)
        pixels[region[1] :, region[0] :] = True
        side = size // grid
        touched = pixels.view(grid, side, grid, side).any(dim=3).any(dim=1)
        return ~touched.view(-1)

    class mistakes:
        def touched(region, size, grid):
            """a cell that begins outside is given"""
            left, upper = region
            begins = torch.arange(grid) * (size // grid)
            return ((begins[:, None] < upper) | (begins[None, :] < left)).flatten()

        def exchanged(region, size, grid):
            """left counts rows"""
            rows, columns = region
            ends = (torch.arange(grid) + 1) * (size // grid)
            return ((ends[:, None] <= rows) | (ends[None, :] <= columns)).flatten()

        def above_and_left(region, size, grid):
            """given is what lies above and to the left"""
            left, upper = region
            ends = (torch.arange(grid) + 1) * (size // grid)
            return ((ends[:, None] <= upper) & (ends[None, :] <= left)).flatten()

        def drawn(region, size, grid):
            """true is what is drawn"""
            side = size // grid
            cells = []
            for row in range(grid):
                for column in range(grid):
                    outside = (row + 1) * side <= region[1] or (column + 1) * side <= region[0]
                    cells.append(not outside)
            return torch.tensor(cells)

        def prefix(region, size, grid):
            """given is what comes before the first drawn cell"""
            left, upper = region
            ends = (torch.arange(grid) + 1) * (size // grid)
            given = ((ends[:, None] <= upper) | (ends[None, :] <= left)).flatten()
            first = int((~given).nonzero()[0])
            return torch.arange(grid * grid) < first


class hidden(Exercise):
    title = "Hide first, encode after"
    kind, minutes, lines = "build", 20, 7
    teaches = "how what is to be guessed is kept from leaking through the encoder"
    text = """\
An encoder's token knows some pixels beyond its own square. So the rectangle that is to be drawn must be
painted over *before* the picture becomes tokens, with what can be known without it, and with nothing that
looks strange to the encoder. The rule: every pixel of the rectangle takes the colour of the last given pixel
on its left, in its row. Where the rectangle begins at the left edge there is none; then every pixel takes the
colour of the last given pixel above it, in its column. The rest stays, and the pictures that were given to
you too: work on a copy."""
    specification = """\
`hidden(images, (left, upper))`, with images float [batch, 3, height, width]. One channel of 3 by 3 pixels,
`(1, 1)` and `(0, 2)`:

```
1 2 3      1 2 3      1 2 3
4 5 6      4 4 4      4 5 6
7 8 9      7 7 7      4 5 6
```

`left` is 0 or more, `upper` too, and they are not both 0. A test of your own: change the pixels in the
rectangle to anything, and the result must not change."""
    hints = (
        "`images[:, :, upper:, left:]` is the rectangle. Rows come before columns.",
        "The last given column has number `left - 1`. A slice of one column, `left - 1 : left`, keeps its axis, "
        "so it spreads over a wider rectangle when it is assigned.",
        "Two cases, by whether `left` is 0; `clone()` first, and assign into the clone.",
    )

    def blank(images, region):
        """images: float [batch, 3, height, width], region: (left, upper). Gives a tensor of the same shape."""
        ...

    def reference(images, region):
        left, upper = region
        covered = images.clone()
        if left > 0:
            covered[:, :, upper:, left:] = images[:, :, upper:, left - 1 : left]
        else:
            covered[:, :, upper:] = images[:, :, upper - 1 : upper]
        return covered

    def independent(images, region):
        # For every pixel, from where it takes its colour.
        left, upper = region
        y, x = torch.meshgrid(torch.arange(images.shape[2]), torch.arange(images.shape[3]), indexing="ij")
        inside = (y >= upper) & (x >= left)
        if left:
            x = torch.where(inside, left - 1, x)
        else:
            y = torch.where(inside, upper - 1, y)
        return images[:, :, y, x]

    class mistakes:
        def one_further(images, region):
            """the edge itself is given"""
            left, upper = region
            covered = images.clone()
            if left:
                covered[:, :, upper:, left:] = images[:, :, upper:, left : left + 1]
            else:
                covered[:, :, upper:] = images[:, :, upper : upper + 1]
            return covered

        def black(images, region):
            """hidden is black"""
            covered = images.clone()
            covered[:, :, region[1] :, region[0] :] = 0
            return covered

        def exchanged(images, region):
            """left counts rows"""
            upper, left = region
            covered = images.clone()
            if left:
                covered[:, :, upper:, left:] = images[:, :, upper:, left - 1 : left]
            else:
                covered[:, :, upper:] = images[:, :, upper - 1 : upper]
            return covered

        def mean_color(images, region):
            """the mean of what is hidden says nothing"""
            left, upper = region
            covered = images.clone()
            covered[:, :, upper:, left:] = images[:, :, upper:, left:].mean(dim=(2, 3), keepdim=True)
            return covered

        def from_above(images, region):
            """what stands above is always known"""
            left, upper = region
            covered = images.clone()
            if upper:
                covered[:, :, upper:, left:] = images[:, :, upper - 1 : upper, left:]
            else:
                covered[:, :, :, left:] = images[:, :, :, left - 1 : left]
            return covered


class prompt_marks(Exercise):
    title = "The exact same, but blue"
    kind, minutes, lines = "build", 20, 9
    teaches = "that a picture prompt asks two things at once, and that both must be right in the same picture"
    text = """\
Mark the answers to picture prompts in the miniature. Panels are rows of codes: 0 is an empty cell, and any
other code is a colour. `given` are the upper panels, `drawn` the lower ones that a model drew, and `codes`
says which colour each should have.

*Identity*: the drawn panel has the shape of the given one, that is, the same cells are empty. *Change*: all of
its cells that are not empty have the colour that was asked for. *Both*: identity and change in the same
picture. Give back the shares of the pictures that have each.

Then mark three programs that know nothing: one that copies the given panel, one that fills everything with
the colour asked for, one that draws nothing. What does each get, and which of the three numbers would you
print?"""
    specification = """\
`{"identity": ..., "change": ..., "both": ...}`, three floats. With the given panel `1 1 0 0` and blue (2) asked
for:

| drawn | identity | change |
|---|---|---|
| `2 2 0 0` | yes | yes |
| `1 1 0 0` | yes | no |
| `2 2 2 2` | no | yes |
| `2 1 0 0` | yes | no |
| `0 0 0 0` | no | yes: there is no cell of another colour |

These five have identity 0.6, change 0.6, and both 0.2."""
    hints = (
        "A shape is which cells are empty: compare `drawn > 0` with `given > 0`, and not the codes.",
        "A cell has nothing against the change if it is empty, or has the code asked for: `codes[:, None]` stands "
        "beside every cell of its picture.",
        "`.all(dim=1)` makes one mark a picture of the cells' marks. Join the marks of a picture with `&` before "
        "you take the mean.",
    )

    def blank(given, drawn, codes):
        """given, drawn: int [picture, cell], codes: int [picture]. Gives a dictionary of three floats."""
        ...

    def reference(given, drawn, codes):
        identity = ((drawn > 0) == (given > 0)).all(dim=1)
        change = ((drawn == 0) | (drawn == codes[:, None])).all(dim=1)
        marks = {"identity": identity, "change": change, "both": identity & change}
        return {name: mark.float().mean().item() for name, mark in marks.items()}

    def independent(given, drawn, codes):
        found = {"identity": 0, "change": 0, "both": 0}
        for above, below, code in zip(given.tolist(), drawn.tolist(), codes.tolist()):
            identity = [cell == 0 for cell in above] == [cell == 0 for cell in below]
            change = set(below) <= {0, code}
            found["identity"] += identity
            found["change"] += change
            found["both"] += identity and change
        return {name: count / len(given) for name, count in found.items()}

    class mistakes:
        def same_codes(given, drawn, codes):
            """the same thing has the same colour"""
            identity = (drawn == given).all(dim=1)
            change = ((drawn == 0) | (drawn == codes[:, None])).all(dim=1)
            marks = {"identity": identity, "change": change, "both": identity & change}
            return {name: mark.float().mean().item() for name, mark in marks.items()}

        def of_cells(given, drawn, codes):
            """cells are marked, not pictures"""
            identity = (drawn > 0) == (given > 0)
            change = (drawn == 0) | (drawn == codes[:, None])
            marks = {"identity": identity, "change": change, "both": identity & change}
            return {name: mark.float().mean().item() for name, mark in marks.items()}

        def product(given, drawn, codes):
            """both is the product of the two shares"""
            identity = ((drawn > 0) == (given > 0)).all(dim=1).float().mean().item()
            change = ((drawn == 0) | (drawn == codes[:, None])).all(dim=1).float().mean().item()
            return {"identity": identity, "change": change, "both": identity * change}

        def weaker(given, drawn, codes):
            """both is the weaker of the two shares"""
            identity = ((drawn > 0) == (given > 0)).all(dim=1).float().mean().item()
            change = ((drawn == 0) | (drawn == codes[:, None])).all(dim=1).float().mean().item()
            return {"identity": identity, "change": change, "both": min(identity, change)}

        def some_cell(given, drawn, codes):
            """one cell of the colour is enough"""
            identity = ((drawn > 0) == (given > 0)).all(dim=1)
            change = (drawn == codes[:, None]).any(dim=1)
            marks = {"identity": identity, "change": change, "both": identity & change}
            return {name: mark.float().mean().item() for name, mark in marks.items()}


class ninth_cell(Exercise):
    title = "The ninth cell, by logic"
    kind, minutes, lines = "stretch", 30, 12
    teaches = "what a Raven matrix asks: a rule that two rows keep, applied to the third"
    text = """\
Eight cells of a matrix are given, row by row; the ninth is asked for. Each is a set of taken corners, as a
number of four bits: 1, 2, 4, 8 for the four corners, 5 for the first and the third. In every row the third
cell follows from the first two by one of three rules, the same for all rows:

- *together*: what is taken in the one or in the other, `a | b`;
- *both*: what is taken in the one and in the other, `a & b`;
- *either*: what is taken in exactly one of the two, `a ^ b`.

Find the rule that both full rows keep, and give back the ninth cell. If two rules fit, the earlier in this list
counts. If none does, give back -1: a matrix without a rule has no answer.

Then draw a thousand matrices by chance, and see how often copying the eighth cell is right."""
    specification = """\
- `ninth_cell([1, 2, 3, 3, 6, 7, 4, 8])` is 12: together. Either would fit the first row, and not the second,
since 3 ^ 6 is 5.
- `ninth_cell([3, 6, 5, 1, 2, 3, 7, 1])` is 6: either.
- `ninth_cell([1, 2, 3, 4, 8, 12, 3, 6])` is 7: together and either fit both rows, and together comes first.
- `ninth_cell([1, 2, 3, 3, 6, 2, 4, 8])` is -1: each row keeps a rule, but no rule is kept by both."""
    hints = (
        "Put the three rules into a list of functions of two cells, in order, and try one after the other.",
        "A rule fits if it gives the third cell from the first two, in the first row *and* in the second.",
        "The first rule that fits is applied to the cells seven and eight. After the loop nothing has fitted.",
    )

    def blank(cells):
        """cells: list of 8 int from 0 to 15, row by row. Gives the ninth, or -1."""
        ...

    def reference(cells):
        rules = (lambda a, b: a | b, lambda a, b: a & b, lambda a, b: a ^ b)
        a, b, c, d, e, f, g, h = cells
        for rule in rules:
            if rule(a, b) == c and rule(d, e) == f:
                return rule(g, h)
        return -1

    def independent(cells):
        def joined(name, left, right):
            one = {bit for bit in range(4) if left >> bit & 1}
            other = {bit for bit in range(4) if right >> bit & 1}
            return sum(2**bit for bit in getattr(one, name)(other))

        for name in ("union", "intersection", "symmetric_difference"):
            thirds = [joined(name, cells[row], cells[row + 1]) for row in (0, 3, 6)]
            if thirds[:2] == [cells[2], cells[5]]:
                return thirds[2]
        return -1

    class mistakes:
        def first_row(cells):
            """the first row tells the rule"""
            a, b, c, *_, g, h = cells
            for rule in (int.__or__, int.__and__, int.__xor__):
                if rule(a, b) == c:
                    return rule(g, h)
            return -1

        def any_row(cells):
            """one row is enough"""
            a, b, c, d, e, f, g, h = cells
            for rule in (int.__or__, int.__and__, int.__xor__):
                if rule(a, b) == c or rule(d, e) == f:
                    return rule(g, h)
            return -1

        def eighth(cells):
            """the ninth is like the eighth"""
            return cells[7]

        def columns(cells):
            """rules go down the columns"""
            for rule in (int.__or__, int.__and__, int.__xor__):
                if rule(cells[0], cells[3]) == cells[6] and rule(cells[1], cells[4]) == cells[7]:
                    return rule(cells[2], cells[5])
            return -1

        def latest(cells):
            """the last rule that fits counts"""
            answer = -1
            for rule in (int.__or__, int.__and__, int.__xor__):
                if rule(*cells[:2]) == cells[2] and rule(*cells[3:5]) == cells[5]:
                    answer = rule(*cells[6:])
            return answer
