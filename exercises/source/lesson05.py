"""Exercises of lesson 05, one stream of caption and picture."""

import torch
import torch.nn.functional as F

from exercises.source.parts import Exercise

LESSON = "05_one_stream"


class pad_by_position(Exercise):
    title = "A padding for each position"
    kind, minutes, lines = "warm-up", 8, 3
    teaches = "how a short caption is filled: with an id that belongs to the position, and to nothing else"
    text = """\
Captions are short, and the stream has `text_length` slots for them. The tokenizer writes -1 where nothing
stands. DALL·E gives each position a padding of its own, so that the model can learn what "nothing here" means
at every place. Replace each -1 by the padding's id: `text_vocab` for position 0, `text_vocab + 1` for
position 1, and so on."""
    specification = """\
With `text_vocab = 50` the captions `[[7, 9, -1, -1], [4, -1, -1, -1]]` become
`[[7, 9, 52, 53], [4, 51, 52, 53]]`. A full caption stays as it is. Give back a new tensor."""
    hints = (
        "What does not depend on the caption can be made once: one row with the padding of every position.",
        "`torch.arange(n)` counts the positions. Where do the ids of paddings begin?",
        "`torch.where(condition, these, those)` chooses number by number, and a row of paddings is repeated for "
        "every caption by itself.",
    )

    def blank(text, text_vocab):
        """text: int64 [batch, text_length], -1 where empty. Gives ids, int64 [batch, text_length]."""
        ...

    def reference(text, text_vocab):
        padding = text_vocab + torch.arange(text.shape[1])
        return torch.where(text == -1, padding, text)

    def independent(text, text_vocab):
        rows = [
            [text_vocab + place if token < 0 else token for place, token in enumerate(row)]
            for row in text.tolist()
        ]
        return torch.tensor(rows)

    class mistakes:
        def one_pad(text, text_vocab):
            """one id for all padding"""
            return text.masked_fill(text == -1, text_vocab)

        def from_end(text, text_vocab):
            """positions count from the caption's end"""
            out = text.clone()
            for row in out:
                number = text_vocab
                for place in range(len(row)):
                    if row[place] == -1:
                        row[place] = number
                        number += 1
            return out

        def from_one(text, text_vocab):
            """positions count from one"""
            padding = torch.arange(1, text.shape[1] + 1) + text_vocab
            return torch.where(text == -1, padding, text)

        def bare_place(text, text_vocab):
            """the padding's id is its position"""
            return torch.where(text == -1, torch.arange(text.shape[1]), text)

        def zeros(text, text_vocab):
            """padding is token 0"""
            out = text.clone()
            out[out == -1] = 0
            return out


class row_and_column(Exercise):
    title = "Where on the picture is a slot?"
    kind, minutes, lines = "warm-up", 8, 4
    teaches = "how one number becomes a place: caption, start of image, then the codes row by row"
    text = """\
The stream is one long row, the picture is not. The slots hold `text_length` caption tokens, one start of
image, and then the picture's codes, row by row. Given a slot's number, give back the row and the column of
the code that it holds, `[row, column]`, both from 0; give back `None` if it holds no code."""
    specification = """\
With `text_length = 4` and `grid = 4`: slot 3 holds the last caption token and slot 4 start of image, so both
give `None`. Slot 5 is `[0, 0]`, slot 8 is `[0, 3]`, slot 9 is `[1, 0]`."""
    hints = (
        "How many slots come before code 0? Count start of image, too.",
        "Take those slots away from the slot's number: what is left is the code's number, negative for text.",
        "Code 11 of a picture of 4 × 4 has 2 whole rows before it, and is number 3 in its own: one division, and "
        "what remains of it.",
    )

    def blank(slot, text_length, grid):
        """slot: int from 0. Gives [row, column], or None on the text side."""
        ...

    def reference(slot, text_length, grid):
        code = slot - text_length - 1
        if code < 0:
            return None
        return [code // grid, code % grid]

    def independent(slot, text_length, grid):
        here = text_length + 1
        for row in range(grid):
            for column in range(grid):
                if here == slot:
                    return row, column
                here += 1
        return None

    class mistakes:
        def no_start(slot, text_length, grid):
            """the picture starts right after the caption"""
            if slot < text_length:
                return None
            return divmod(slot - text_length, grid)

        def swapped(slot, text_length, grid):
            """columns come first"""
            code = slot - (text_length + 1)
            if code < 0:
                return None
            return [code % grid, code // grid]

        def from_one(slot, text_length, grid):
            """rows and columns count from one"""
            code = slot - text_length - 1
            if code >= 0:
                return [code // grid + 1, code % grid + 1]

        def always(slot, text_length, grid):
            """text has a row and a column too"""
            return divmod(slot - text_length - 1, grid)

        def not_taken_away(slot, text_length, grid):
            """rows are counted over the whole stream"""
            if slot < text_length + 1:
                return None
            return [slot // grid, slot % grid]


class join_stream(Exercise):
    title = "Caption and picture in one row"
    kind, minutes, lines = "build", 20, 5
    teaches = "how words and patches share one vocabulary, and why the last code is not read"
    text = """\
Here the two halves of the course meet. The transformer reads one row of ids, from one table of vectors, so
every kind of token needs ids of its own:

    0 ... text_vocab - 1        words
    the next text_length ids    paddings, one for each position
    the next id                 start of image
    all from there on           the picture's codes, code 0 first

`text` has its paddings already (as `pad_by_position` gives them); `image` holds codes from 0, row by row.
Write the stream that the model reads: caption, start of image, codes. Each slot is there to predict the next
token, so what nothing comes after is not read."""
    specification = """\
With `text_vocab = 50` the caption `[7, 9, 52, 53]` and the codes `[3, 0, 15, 1]` of a 2 × 2 picture make the
stream `[7, 9, 52, 53, 54, 58, 55, 70]`: start of image is 54, code 0 is 55, and code 1, the last, is left out."""
    hints = (
        "Three parts, side by side. Which of them have to be moved out of the way of the others?",
        "Start of image is the first id that neither words nor paddings have; codes begin one further.",
        "`torch.cat(parts, dim=1)` wants parts of [batch, something]: `torch.full((batch, 1), id)` makes the middle "
        "one. Read all codes but the last.",
    )

    def blank(text, image, text_vocab):
        """text: int64 [batch, text_length], image: int64 [batch, grid**2]. Gives int64 [batch, slot]."""
        ...

    def reference(text, image, text_vocab):
        start = text_vocab + text.shape[1]
        middle = torch.full((len(text), 1), start)
        return torch.cat([text, middle, image[:, :-1] + start + 1], dim=1)

    def independent(text, image, text_vocab):
        stream = F.pad(text, (0, image.shape[1]), value=text_vocab + text.shape[1])
        stream[:, text.shape[1] + 1 :] += image[:, :-1] + 1
        return stream

    class mistakes:
        def no_offset(text, image, text_vocab):
            """codes keep their numbers"""
            start = torch.full((text.shape[0], 1), text_vocab + text.shape[1])
            return torch.cat((text, start, image[:, :-1]), 1)

        def over_padding(text, image, text_vocab):
            """paddings take no ids"""
            start = torch.full((text.shape[0], 1), text_vocab)
            return torch.cat((text, start, image[:, :-1] + text_vocab + 1), 1)

        def over_start(text, image, text_vocab):
            """start of image takes no id"""
            offset = text_vocab + text.shape[1]
            start = torch.full((text.shape[0], 1), offset)
            return torch.cat((text, start, image[:, :-1] + offset), 1)

        def whole_picture(text, image, text_vocab):
            """every code is read"""
            offset = text_vocab + text.shape[1]
            start = torch.full((text.shape[0], 1), offset)
            return torch.cat((text, start, image + offset + 1), 1)

        def shifted(text, image, text_vocab):
            """the first code is left out"""
            offset = text_vocab + text.shape[1]
            start = torch.full((text.shape[0], 1), offset)
            return torch.cat((text, start, image[:, 1:] + offset + 1), 1)

        def two_parts(text, image, text_vocab):
            """the picture needs no start"""
            codes = image + text_vocab + text.shape[1] + 1
            return torch.cat((text, codes[:, :-1]), 1)


class stream_loss(Exercise):
    title = "The loss, one to seven"
    kind, minutes, lines = "build", 25, 6
    teaches = "which slot answers for which token, and how text and picture are weighed"
    text = """\
The model has read the stream. At every slot two heads have given scores: one for the text's ids, one for the
picture's codes. But not every score is asked for. Caption token 0 is given; each further caption token is
predicted by the slot before it; code 0 is predicted by the slot of start of image, and so on to the last
code.

Choose the scores that count, take the cross-entropy of text and picture *each as a mean by itself*, and weigh
the two 1 to 7, so that the weights add up to 1. Give back the loss, the text's and the picture's."""
    specification = """\
`text` has T caption ids, `image` n codes, and the stream T + n slots: slot 0 to T - 1 the caption, slot T
start of image, slot T + 1 code 0. So caption token p is predicted by slot p - 1, and code j by slot T + j. All
scores equal, with 1056 text ids and 512 codes, give ln 1056 = 6.96 and ln 512 = 6.24: the loss is
(6.96 + 7 · 6.24) / 8 = 6.33 nats."""
    hints = (
        "Write down for a tiny stream, T = 3 and n = 4, which slot predicts which token. Of seven slots two are "
        "asked for a caption token, and four for a code.",
        "The text's scores that count are the first T - 1 slots', and they answer for tokens 1 to T - 1. The "
        "picture's begin at slot T.",
        "`F.cross_entropy` wants scores [many, classes] and ids [many]: flatten batch and slot into one axis on "
        "both sides. It takes the mean by itself.",
    )

    def blank(text_scores, image_scores, text, image):
        """text_scores: [batch, slot, text id], image_scores: [batch, slot, code], text: int64 [batch, T],
        image: int64 [batch, n]; there are T + n slots. Gives (loss, text_loss, image_loss), in nats."""
        ...

    def reference(text_scores, image_scores, text, image):
        length = text.shape[1]
        text_loss = F.cross_entropy(text_scores[:, : length - 1].flatten(0, 1), text[:, 1:].flatten())
        image_loss = F.cross_entropy(image_scores[:, length:].flatten(0, 1), image.flatten())
        return (text_loss + 7 * image_loss) / 8, text_loss, image_loss

    def independent(text_scores, image_scores, text, image):
        def surprise(scores, ids, first):
            total = 0.0
            for pair in range(len(ids)):
                for place, token in enumerate(ids[pair].tolist()):
                    total -= scores[pair, first + place].log_softmax(0)[token].item()
            return total / ids.numel()

        of_text = surprise(text_scores, text[:, 1:], 0)
        of_image = surprise(image_scores, image, text.shape[1])
        return [of_text / 8 + of_image * 7 / 8, of_text, of_image]

    class mistakes:
        def not_shifted(text_scores, image_scores, text, image):
            """a slot predicts its own token"""
            T = text.shape[1]
            text_loss = F.cross_entropy(text_scores[:, :T].transpose(1, 2), text)
            image_loss = F.cross_entropy(image_scores[:, T + 1 :].transpose(1, 2), image[:, :-1])
            return text_loss / 8 + 7 * image_loss / 8, text_loss, image_loss

        def words_not_shifted(text_scores, image_scores, text, image):
            """a caption slot predicts its own word"""
            T = text.shape[1]
            text_loss = F.cross_entropy(text_scores[:, :T].transpose(1, 2), text)
            image_loss = F.cross_entropy(image_scores[:, T:].transpose(1, 2), image)
            return text_loss / 8 + 7 * image_loss / 8, text_loss, image_loss

        def codes_not_shifted(text_scores, image_scores, text, image):
            """a code's slot predicts its own code"""
            T = text.shape[1]
            text_loss = F.cross_entropy(text_scores[:, : T - 1].transpose(1, 2), text[:, 1:])
            image_loss = F.cross_entropy(image_scores[:, T + 1 :].transpose(1, 2), image[:, :-1])
            return text_loss / 8 + 7 * image_loss / 8, text_loss, image_loss

        def no_first_code(text_scores, image_scores, text, image):
            """the first code is given"""
            T = text.shape[1]
            text_loss = F.cross_entropy(text_scores[:, : T - 1].transpose(1, 2), text[:, 1:])
            image_loss = F.cross_entropy(image_scores[:, T + 1 :].transpose(1, 2), image[:, 1:])
            return text_loss / 8 + 7 * image_loss / 8, text_loss, image_loss

        def from_last_word(text_scores, image_scores, text, image):
            """the last word predicts the first code"""
            T, n = text.shape[1], image.shape[1]
            text_loss = F.cross_entropy(text_scores[:, : T - 1].transpose(1, 2), text[:, 1:])
            image_loss = F.cross_entropy(image_scores[:, T - 1 : T - 1 + n].transpose(1, 2), image)
            return text_loss / 8 + 7 * image_loss / 8, text_loss, image_loss

        def summed(text_scores, image_scores, text, image):
            """weights need not add up to one"""
            T = text.shape[1]
            text_loss = F.cross_entropy(text_scores[:, : T - 1].transpose(1, 2), text[:, 1:])
            image_loss = F.cross_entropy(image_scores[:, T:].transpose(1, 2), image)
            return text_loss + 7 * image_loss, text_loss, image_loss

        def exchanged(text_scores, image_scores, text, image):
            """the text weighs seven"""
            T = text.shape[1]
            text_loss = F.cross_entropy(text_scores[:, : T - 1].transpose(1, 2), text[:, 1:])
            image_loss = F.cross_entropy(image_scores[:, T:].transpose(1, 2), image)
            return text_loss * 7 / 8 + image_loss / 8, text_loss, image_loss

        def together(text_scores, image_scores, text, image):
            """all tokens share one mean"""
            T = text.shape[1]
            of_text = F.cross_entropy(text_scores[:, : T - 1].transpose(1, 2), text[:, 1:], reduction="none")
            of_image = F.cross_entropy(image_scores[:, T:].transpose(1, 2), image, reduction="none")
            both = torch.cat([of_text.flatten(), of_image.flatten()])
            return both.mean(), of_text.mean(), of_image.mean()


class pull_of_a_token(Exercise):
    title = "How hard does one token pull?"
    kind, minutes, lines = "investigation", 15, 3
    teaches = "what 1 to 7 means for a single word and a single code, which is not seven times as much"
    text = """\
The loss gives the text an eighth and the picture seven eighths. Does a code then pull seven times as hard as
a word? Each mean is shared by its tokens. Compute the share of the whole loss that *one* caption token
carries, and *one* code.

Then ask it for the paper's stream (256 caption slots, a grid of 32) and for our `nano` (32 caption slots, a
grid of 16), both with weights 1 and 7. How much harder does a code pull in each? Say in two sentences why a
weight for each *kind* was chosen, and what would happen to the text of `nano` with weights 1 and 1."""
    specification = """\
Of `text_length` caption tokens the first is given, and all others are predicted; of the grid² codes all are.
With `pull_of_a_token(5, 2, 1, 7)` a caption token carries 1/8 / 4 = 0.03125, and a code 7/8 / 4 = 0.21875. All
tokens' shares together add up to 1."""
    hints = (
        "Two questions for each kind: which part of the loss does it have, and how many tokens share that part?",
        "The part is the kind's weight over the sum of both weights. A mean over m numbers gives each of them "
        "one m-th.",
        "How many tokens have a loss? One of the caption has none, since nothing stands before it. Every code "
        "has one, also the last.",
    )

    def blank(text_length, grid, text_weight, image_weight):
        """Gives [share of one caption token, share of one code], as parts of 1."""
        ...

    def reference(text_length, grid, text_weight, image_weight):
        total = text_weight + image_weight
        return [text_weight / total / (text_length - 1), image_weight / total / grid**2]

    def independent(text_length, grid, text_weight, image_weight):
        # The share is the slope of the loss in that token's own loss.
        text = torch.zeros(text_length - 1, dtype=torch.float64, requires_grad=True)
        image = torch.zeros(grid * grid, dtype=torch.float64, requires_grad=True)
        loss = text_weight * text.mean() + image_weight * image.mean()
        (loss / (text_weight + image_weight)).backward()
        return text.grad[0].item(), image.grad[-1].item()

    class mistakes:
        def token_weights(text_length, grid, text_weight, image_weight):
            """weights are of single tokens"""
            everything = (text_length - 1) * text_weight + grid * grid * image_weight
            return [text_weight / everything, image_weight / everything]

        def whole_weight(text_length, grid, text_weight, image_weight):
            """a token has its kind's whole weight"""
            share = text_weight / (text_weight + image_weight)
            return [share, 1 - share]

        def all_words(text_length, grid, text_weight, image_weight):
            """the first caption token is predicted"""
            total = text_weight + image_weight
            return [text_weight / (total * text_length), image_weight / (total * grid * grid)]

        def codes_read(text_length, grid, text_weight, image_weight):
            """the last code is not predicted"""
            total = text_weight + image_weight
            return [text_weight / (total * (text_length - 1)), image_weight / (total * (grid * grid - 1))]

        def no_total(text_length, grid, text_weight, image_weight):
            """weights need not add up to one"""
            return [text_weight / (text_length - 1), image_weight / (grid * grid)]


class embed_slots(Exercise):
    title = "Every slot says where it is"
    kind, minutes, lines = "stretch", 25, 5
    teaches = "how a slot gets its vector: token plus position, or token plus row plus column"
    text = """\
Attention cannot tell where a slot lies, so its vector has to say it. A caption slot gets its token's vector
plus that of its position. A code's slot gets its token's, its row's and its column's. Start of image gets
its token's alone: no other slot is like it.

Write it for a piece of the stream: `ids` are the slots `first`, `first + 1`, ... While drawing, slots come
one by one, and slot 300 has to get the same vector as in the whole stream. No loop, please: with 1,280 slots
and a batch of hundreds it would be very slow."""
    specification = """\
`token` [id, width], `text_position` [text_length, width], `row` [grid, width] and `column` [grid, width] are
tables of vectors. Slot p < text_length: `token[id] + text_position[p]`. Slot text_length: `token[id]`. Slot
text_length + 1 + r · grid + c: `token[id] + row[r] + column[c]`. The last code, at r = c = grid - 1, is never
read, but a place for it does no harm. Give back [batch, slot, width]."""
    hints = (
        "The place of a slot does not depend on what it holds. Make one table of places for the whole stream first.",
        "Three parts under each other: the text positions, a row of zeros, and a row for each code. Then cut out "
        "the slots asked for.",
        "`row[:, None] + column` has the sum for every row and column, [grid, grid, width]: flatten its "
        "first two axes, and they are in the order of the stream.",
    )

    def blank(ids, first, token, text_position, row, column):
        """ids: int64 [batch, slot], the slots from `first` on. Gives vectors [batch, slot, width]."""
        ...

    def reference(ids, first, token, text_position, row, column):
        places = (row[:, None] + column[None, :]).flatten(0, 1)
        every = torch.cat([text_position, torch.zeros_like(row[:1]), places])
        return token[ids] + every[first : first + ids.shape[1]]

    def independent(ids, first, token, text_position, row, column):
        slot = torch.arange(first, first + ids.shape[1])
        code = slot - len(text_position) - 1
        on_text, on_picture = (code < -1)[:, None], (code >= 0)[:, None]
        text = text_position[slot.clamp(max=len(text_position) - 1)] * on_text
        picture = (row[code.clamp(min=0) // len(row)] + column[code % len(row)]) * on_picture
        return F.embedding(ids, token) + text + picture

    class mistakes:
        def one_early(ids, first, token, text_position, row, column):
            """start of image lies in the picture"""
            picture = row.unsqueeze(1) + column.unsqueeze(0)
            place = torch.cat([text_position, picture.reshape(-1, row.shape[1])])
            return token[ids] + place[first : first + ids.shape[1]]

        def one_word_more(ids, first, token, text_position, row, column):
            """start of image is a word more"""
            picture = row.unsqueeze(1) + column.unsqueeze(0)
            place = torch.cat([text_position, text_position[-1:], picture.reshape(-1, row.shape[1])])
            return token[ids] + place[first : first + ids.shape[1]]

        def turned(ids, first, token, text_position, row, column):
            """the picture is read by columns"""
            picture = row.unsqueeze(0) + column.unsqueeze(1)
            none = torch.zeros(1, row.shape[1])
            place = torch.cat([text_position, none, picture.reshape(-1, row.shape[1])])
            return token[ids] + place[first : first + ids.shape[1]]

        def no_column(ids, first, token, text_position, row, column):
            """a row is place enough"""
            none = torch.zeros(1, row.shape[1])
            place = torch.cat([text_position, none, row.repeat_interleave(len(column), dim=0)])
            return token[ids] + place[first : first + ids.shape[1]]

        def from_zero(ids, first, token, text_position, row, column):
            """the slots given are the first"""
            picture = row.unsqueeze(1) + column.unsqueeze(0)
            none = torch.zeros(1, row.shape[1])
            place = torch.cat([text_position, none, picture.reshape(-1, row.shape[1])])
            return token[ids] + place[: ids.shape[1]]
