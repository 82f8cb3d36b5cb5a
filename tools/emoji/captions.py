"""Captions for one subject in one style: true of the picture, lower case, plain letters.

A line drawing or a stencil has no colours, so colour words are left out of its captions: "a line drawing of a green
heart" would be a lie. Left out: what subjects are called (`names.py`), and flags (`flags.py`).
"""

import re
import unicodedata

from tools.emoji import kinds, names

STYLES = {
    "flat": ("a flat icon", "in flat style"),
    "3d": ("a 3d emoji", "as a 3d render"),
    "cartoon": ("a cartoon", "in cartoon style"),
    "sticker": ("a sticker", "as a sticker"),
    "line": ("a line drawing", "as a line drawing"),
    "stencil": ("a black and white stencil", "as a black and white stencil"),
    "pixel": ("pixel art", "as pixel art"),
}
"""Each style: what a picture in it is, and how something is drawn in it."""

UNCOLOURED = {"line", "stencil"}
_ARTICLE = re.compile(r"^(an?|the) ")
_COLOUR = re.compile(rf"\b(light )?({'|'.join(names.COLOURS)}) ")


def plain(text: str) -> str:
    """Lower case, straight quotes, letters without accents: what people type."""
    text = text.replace("’", "'").replace("ʻ", "'").lower()
    return "".join(part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part))


def with_article(name: str) -> str:
    """ "owl" to "an owl", by sound: "a unicorn", "an hourglass", "an x-ray", "an 8 ball"."""
    vowel = re.match(r"[aeiou]|hour|x-ray|8|suv", name) and not re.match(r"uni|eu|ewe|one|ufo", name)
    return f"{'an' if vowel else 'a'} {name}"


def phrase(label: str) -> str:
    """The noun phrase for one of Unicode's names: "locked with key" to "a padlock with a key"."""
    label = plain(label)
    return names.PHRASES.get(label) or with_article(label)


def subject(noun_phrase: str) -> str:
    """A noun phrase without its article."""
    return _ARTICLE.sub("", noun_phrase)


def without_colour(noun_phrase: str) -> str:
    """A noun phrase for a picture without colours: "an orange heart" to "a heart"."""
    if noun_phrase in names.WITHOUT_COLOUR:
        return names.WITHOUT_COLOUR[noun_phrase]
    bare = _COLOUR.sub("", noun_phrase)
    return bare if bare == noun_phrase else with_article(subject(bare))


def keywords(tags: list[str], name: str, most: int = 3) -> list[str]:
    """The keywords that tell something new: no colours, no slang, no other form of a word in the name."""
    known = [word[:4] for word in re.findall(r"[a-z]+", name)]
    kept: list[str] = []
    for tag in (plain(tag) for tag in tags):
        words = re.findall(r"[a-z]+", tag)
        good = re.fullmatch(r"[a-z][a-z' -]{2,}", tag) and tag not in kinds.NO_TAGS
        if good and not names.TAG_COLOURS & {tag, *words} and not any(word[:4] in known for word in words):
            kept.append(tag)
            known += [word[:4] for word in words]
    return kept[:most]


def country_of(name: str) -> tuple[str, str] | None:
    """The country that a subject speaks of, and as what: ("japan", "food") for sushi; None for most."""
    for what, countries in kinds.COUNTRIES.items():
        for country, subjects in countries.items():
            if name in subjects.split(", "):
                return country, what
    return None


def captions(noun_phrase: str, style: str, subgroup: str, tags: list[str]) -> list[str]:
    """Five true captions, the plainest first; two more for what speaks of a country.

    noun_phrase: of the subject in colour; the style decides whether colours are told.
    """
    country = country_of(subject(noun_phrase))
    untrue = kinds.NOT_TOLD_OF.get(subject(noun_phrase), "").split(", ")
    tags = [tag for tag in tags if plain(tag) not in untrue]
    if style in UNCOLOURED:
        noun_phrase = without_colour(noun_phrase)
    name = subject(noun_phrase)
    picture, manner = STYLES[style]
    kind = None if name in kinds.NO_KIND else kinds.KINDS.get(subgroup)
    if kind and subject(kind) in name:  # "a bird, a bird"
        kind = None
    texts = [
        f"{picture} of {noun_phrase}",
        f"{noun_phrase} {manner}",
        f"{picture} showing {noun_phrase}",
        f"{picture} of {noun_phrase}, {kind}"
        if kind
        else f"{picture} of {noun_phrase} on a white background",
        ", ".join([name, *keywords(tags, name), style]),
    ]
    if country:
        where, what = country
        told = {
            "food": ("the food of {}", "{}, food from {}"),
            "drink": ("a drink from {}", "{}, a drink from {}"),
            "landmark": ("a landmark in {}", "{}, a landmark in {}"),
            "thing": ("something from {}", "{} from {}"),
        }[what]
        texts.append(f"{picture} of {told[0].format(where)}")
        texts.append(f"{picture} of {told[1].format(noun_phrase, where)}")
    return texts
