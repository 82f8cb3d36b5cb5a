"""Exercises of lesson 01, words and pictures."""

import re
from collections import Counter

from exercises.source.parts import Exercise

LESSON = "01_words_and_pictures"


class count_words(Exercise):
    title = "Look before you train"
    kind, minutes, lines = "warm-up", 8, 5
    teaches = "the first look at any data: which words a model will meet, and how often"
    text = """\
Whatever the data has too much of, the model will believe in. So count: give back a dictionary from each word
of the `captions` to how often it occurs in all of them."""
    specification = """\
`count_words(["A red cube, a red cone.", "a red cube"])` is `{"a": 3, "red": 3, "cube": 2, "cone": 1}`.
Capital letters are small ones here, and commas and full stops belong to no word. What stands between spaces
is otherwise a word: `x-ray` is one. A word counts every time it occurs, and so does a caption."""
    hints = (
        "One loop over the captions, and inside it one over the words of a caption. A `Counter` adds up.",
        "`lower()` makes capitals small, and `replace` takes a sign out of a text.",
        "`split()` without an argument cuts at any number of spaces, and leaves no empty words behind.",
    )

    def blank(captions):
        """captions: list of str. Gives {word: how often}."""
        ...

    def reference(captions):
        counts = Counter()
        for caption in captions:
            counts.update(caption.lower().replace(",", " ").replace(".", " ").split())
        return dict(counts)

    def independent(captions):
        counts = {}
        for word in re.findall(r"[^\s,.]+", "\n".join(captions).lower()):
            counts[word] = counts.get(word, 0) + 1
        return counts

    class mistakes:
        def with_signs(captions):
            """a comma belongs to its word"""
            return dict(Counter(word for caption in captions for word in caption.lower().split()))

        def as_it_stands(captions):
            """a text is cut as it stands"""
            counts = {}
            for caption in captions:
                for word in caption.split():
                    counts[word] = counts.get(word, 0) + 1
            return counts

        def with_capitals(captions):
            """a capital makes another word"""
            text = " ".join(captions).replace(",", "").replace(".", "")
            return dict(Counter(text.split()))

        def captions_with_it(captions):
            """a word counts once a caption"""
            counts = {}
            for caption in captions:
                for word in set(caption.lower().replace(",", " ").replace(".", " ").split()):
                    counts[word] = counts.get(word, 0) + 1
            return counts

        def different_captions(captions):
            """the same caption counts once"""
            counts = Counter()
            for caption in set(captions):
                counts.update(caption.lower().replace(",", " ").replace(".", " ").split())
            return dict(counts)

        def found_in(captions):
            """a word is found wherever its letters stand"""
            text = " ".join(captions).lower()
            words = set(text.replace(",", " ").replace(".", " ").split())
            return {word: text.count(word) for word in words}


class holds_out(Exercise):
    title = "The rule that holds combinations out"
    kind, minutes, lines = "build", 15, 6
    teaches = "how combinations are kept from training by a rule, while every single value is shown"
    text = """\
Training must never show some combinations of two fields, and must show every value of both. One line of
arithmetic does it, the same for training, evaluation and tests. Write the rule: is a scene with these `facts`
held out?

`fields` says for each field which values it can take, in an order. Let i be the place of the scene's value in
the list of the field `left`, and j that in the list of `right`, both counted from 0. The scene is held out
where `step * i + j`, divided by `every`, leaves the remainder 2. A scene that lacks one of the two fields is
never held out."""
    specification = """\
With `fields = {"sides": ["triangular", "square"], "color": ["red", "green", "blue", "yellow"]}`, `step = 3`
and `every = 4`:

- a square green thing has i = 1, j = 1, so 3 + 1 = 4, remainder 0: shown.
- a square yellow thing has 3 + 3 = 6, remainder 2: held out. So is a triangular blue one.
- a red thing without sides is shown."""
    hints = (
        "First the scenes that lack a field: `in` asks whether a dictionary has a key.",
        "`fields[left]` is a list; `.index(value)` says at which place of it a value stands.",
        "The scene's value of a field is `facts[left]`. `%` gives the remainder; compare it with 2.",
    )

    def blank(facts, fields, left, right, step, every):
        """facts: field -> value, fields: field -> list of values. Gives True or False."""
        ...

    def reference(facts, fields, left, right, step, every):
        if left not in facts or right not in facts:
            return False
        i = fields[left].index(facts[left])
        j = fields[right].index(facts[right])
        return (step * i + j) % every == 2

    def independent(facts, fields, left, right, step, every):
        shown_never = {
            (a, b)
            for i, a in enumerate(fields[left])
            for j, b in enumerate(fields[right])
            if divmod(step * i + j, every)[1] == 2
        }
        return (facts.get(left), facts.get(right)) in shown_never

    class mistakes:
        def from_one(facts, fields, left, right, step, every):
            """places count from 1"""
            if left not in facts or right not in facts:
                return False
            i = fields[left].index(facts[left]) + 1
            j = fields[right].index(facts[right]) + 1
            return (step * i + j) % every == 2

        def exchanged(facts, fields, left, right, step, every):
            """the step belongs to the right field"""
            if not (left in facts and right in facts):
                return False
            return (fields[left].index(facts[left]) + step * fields[right].index(facts[right])) % every == 2

        def by_letters(facts, fields, left, right, step, every):
            """places are those of the alphabet"""
            if left not in facts or right not in facts:
                return False
            i = sorted(fields[left]).index(facts[left])
            j = sorted(fields[right]).index(facts[right])
            return (step * i + j) % every == 2

        def whole_values(facts, fields, left, right, step, every):
            """a single value is held out"""
            if left not in facts or right not in facts:
                return False
            return step * fields[left].index(facts[left]) % every == 2

        def lacking(facts, fields, left, right, step, every):
            """a field that is not told is its first value"""
            i = fields[left].index(facts[left]) if left in facts else 0
            j = fields[right].index(facts[right]) if right in facts else 0
            return (step * i + j) % every == 2


class fair_questions(Exercise):
    title = "Which questions are fair?"
    kind, minutes, lines = "build", 20, 10
    teaches = "what a held-out question needs: both parts were shown, together they never were"
    text = """\
You are given two lists of scenes, what training showed and what the test asks, and want to know: does a model
put parts together that it never saw together? Then a question of the test counts only if training has shown
its value of `left`, and its value of `right`, and never both in one scene. Everything else is a leak, or a
riddle. Give back the numbers, from 0, of the test's scenes that are fair questions."""
    specification = """\
A scene is a dictionary from field to value, and may lack fields. Training shows a red cube that is small, a
green cone, and an orange, which is no colour: `{"shape": "orange"}`. The questions, with `left = "color"` and
`right = "shape"`:

- a red cone: fair. Red was shown, and cones were, but no red cone.
- a large red cube: a leak. Its size is new, but the two fields that are asked about were shown together.
- a blue cone: a riddle. Nobody can know a colour that was never shown.
- an orange cone: a riddle as well. The word was met as a shape, never as a colour.
- a cone of no colour: no question at all, since it lacks a field."""
    hints = (
        "Three collections from training: its values of `left`, its values of `right`, and its pairs of both.",
        "A scene that lacks one of the fields still shows the value of the other one. `scene.get(field)` gives "
        "None where a field is lacking.",
        "Then one loop over `enumerate(test)`: keep the number if both values are in their sets, and the pair "
        "is not in the third.",
    )

    def blank(train, test, left, right):
        """train, test: lists of {field: value}. Gives a list of numbers of scenes of the test, rising."""
        ...

    def reference(train, test, left, right):
        lefts = {scene[left] for scene in train if left in scene}
        rights = {scene[right] for scene in train if right in scene}
        together = {(scene.get(left), scene.get(right)) for scene in train}
        fair = []
        for number, scene in enumerate(test):
            a, b = scene.get(left), scene.get(right)
            if a in lefts and b in rights and (a, b) not in together:
                fair.append(number)
        return fair

    def independent(train, test, left, right):
        def shows(scene, asked, *fields):
            return all(field in scene and scene[field] == asked[field] for field in fields)

        found = []
        for number, asked in enumerate(test):
            if left not in asked or right not in asked:
                continue
            leak = any(shows(scene, asked, left, right) for scene in train)
            known = all(any(shows(scene, asked, field) for scene in train) for field in (left, right))
            if known and not leak:
                found.append(number)
        return found

    class mistakes:
        def whole_scenes(train, test, left, right):
            """another scene is another question"""
            lefts = {scene[left] for scene in train if left in scene}
            rights = {scene[right] for scene in train if right in scene}
            fair = []
            for number, scene in enumerate(test):
                if scene.get(left) in lefts and scene.get(right) in rights and scene not in train:
                    fair.append(number)
            return fair

        def anything_new(train, test, left, right):
            """what was never shown is a fair question"""
            together = [(scene.get(left), scene.get(right)) for scene in train]
            return [
                number
                for number, scene in enumerate(test)
                if left in scene and right in scene and (scene[left], scene[right]) not in together
            ]

        def any_field(train, test, left, right):
            """a word is known, whatever field it stood in"""
            known = {value for scene in train for value in scene.values()}
            together = {(scene.get(left), scene.get(right)) for scene in train}
            fair = []
            for number, scene in enumerate(test):
                pair = scene.get(left), scene.get(right)
                if pair[0] in known and pair[1] in known and pair not in together:
                    fair.append(number)
            return fair

        def parts_only(train, test, left, right):
            """known parts make a question fair"""
            lefts = {scene.get(left) for scene in train} - {None}
            rights = {scene.get(right) for scene in train} - {None}
            return [
                number
                for number, scene in enumerate(test)
                if scene.get(left) in lefts and scene.get(right) in rights
            ]

        def complete_scenes(train, test, left, right):
            """a scene without one field shows nothing of the other"""
            full = [(scene[left], scene[right]) for scene in train if left in scene and right in scene]
            lefts, rights = {a for a, _ in full}, {b for _, b in full}
            fair = []
            for number, scene in enumerate(test):
                pair = scene.get(left), scene.get(right)
                if pair[0] in lefts and pair[1] in rights and pair not in full:
                    fair.append(number)
            return fair


class blind_guess(Exercise):
    title = "What does guessing get?"
    kind, minutes, lines = "investigation", 15, 5
    teaches = "that a score means nothing beside chance, and that chance is what the best guess gets"
    text = """\
A model is right about the colour in 40 % of the pictures. Is that good? It depends on what somebody would get
who never looked. Somebody who knows the training data would always say its most frequent value. How often is
that right in the test? `train` and `test` are the values of one field, picture by picture.

Then count the shapes of 1,000 scenes of the picture world, `[scene.things[0].shape ...]`, half of them as
training, and compare with one divided by the number of shapes. Do the same with the facts of
`sample_scene(..., kind="clock")`. Where do the two differ, and which would you print beside a score?"""
    specification = """\
`blind_guess(["red", "red", "blue"], ["red", "blue", "green", "red"])` is 0.5: the guess is red. Of equally
frequent values the guess is the one that comes first in the alphabet."""
    hints = (
        "Two steps: find the value to guess, which needs `train` alone, and then mark the guess on `test`.",
        "A `Counter` has the counts, but its `most_common` takes the value met first where two are equal.",
        "`min` with a key of two parts, the negative count and then the value itself, settles equal counts.",
    )

    def blank(train, test):
        """train, test: lists of str, the values of one field. Gives the share of the test that is right."""
        ...

    def reference(train, test):
        counts = Counter(train)
        guess = min(counts, key=lambda value: (-counts[value], value))
        return sum(value == guess for value in test) / len(test)

    def independent(train, test):
        guess, most = None, 0
        for value in sorted(set(train)):
            if train.count(value) > most:
                guess, most = value, train.count(value)
        return test.count(guess) / len(test)

    class mistakes:
        def uniform(train, test):
            """all values are equally likely"""
            return 1 / len(set(train))

        def peeking(train, test):
            """the guess may know the test"""
            return Counter(test).most_common(1)[0][1] / len(test)

        def on_training(train, test):
            """training and test are alike"""
            return max(Counter(train).values()) / len(train)

        def by_frequency(train, test):
            """guesses are drawn as often as values occur"""
            seen, asked = Counter(train), Counter(test)
            return sum(seen[value] / len(train) * asked[value] / len(test) for value in seen)

        def met_first(train, test):
            """a tie goes to the value met first"""
            guess = Counter(train).most_common(1)[0][0]
            return test.count(guess) / len(test)

        def part_of_the_guess(train, test):
            """in is the same as =="""
            guess = max(sorted(set(train)), key=train.count)
            return len([value for value in test if value in guess]) / len(test)
