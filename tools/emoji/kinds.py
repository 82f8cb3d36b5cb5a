"""What else is true of the subjects: what they are examples of, which countries they speak of, and keywords.

Subjects are called as `names.py` calls them. Unicode's subgroups and keywords are made for searching: an umbrella
lies under "sky", a rock under "building". What would make a caption false is listed and left out.
"""

KINDS = {
    **dict.fromkeys(("animal-mammal", "animal-amphibian"), "an animal"),
    "animal-bird": "a bird",
    "animal-reptile": "a reptile",
    "animal-marine": "a sea animal",
    "animal-bug": "a small animal",
    "plant-flower": "a flower",
    "plant-other": "a plant",
    "food-fruit": "a fruit",
    "food-vegetable": "a vegetable",
    **dict.fromkeys(("food-prepared", "food-asian"), "something to eat"),
    "food-sweet": "something sweet",
    "drink": "something to drink",
    "dishware": "something for the table",
    "place-building": "a building",
    "transport-ground": "a vehicle",
    "transport-water": "a boat",
    "transport-air": "something that flies",
    "sport": "something for sport",
    "clothing": "something to wear",
    "musical-instrument": "a musical instrument",
    "tool": "a tool",
    "household": "a household object",
    **dict.fromkeys(("face-smiling", "face-affection", "face-tongue", "face-hand"), "a smiley"),
    **dict.fromkeys(("face-neutral-skeptical", "face-sleepy", "face-unwell", "face-hat"), "a smiley"),
    **dict.fromkeys(("face-glasses", "face-concerned"), "a smiley"),
    "geometric": "a shape",
}
"""What a subject is an example of, by Unicode's subgroup."""

NO_KIND = {
    *("paw prints", "pig nose", "feather", "wing", "spider web", "microbe", "spiral shell"),
    *("piece of coral", "dragon", "dragon face", "fallen leaf", "leaf fluttering in the wind"),
    *("maple leaf", "empty nest", "nest with eggs", "mushroom", "sheaf of rice", "bouquet"),
    *("exploding head", "chestnut", "peanuts", "beans", "salt shaker", "teapot", "takeout box"),
    *("steaming bowl of noodles", "bowl with a spoon", "pot of honey", "ice cube", "baby bottle"),
    *("glass pouring liquid", "stadium", "building under construction", "brick", "rock", "log of wood"),
    *("bus stop", "motorway", "railway track", "oil drum", "fuel pump", "wheel", "police car light"),
    *("horizontal traffic light", "vertical traffic light", "stop sign", "construction barrier"),
    *("train station", "roller skate", "skateboard", "anchor", "ring buoy", "airplane seat"),
    *("mountain cableway", "aerial tramway", "suspension railway", "ring", "lipstick", "hair pick"),
    *("string of prayer beads", "diamond gem", "folding hand fan", "purse", "handbag", "clutch bag"),
    *("shopping bags", "backpack", "dagger", "crossed swords", "bomb", "shield", "bow and arrow"),
    *("boomerang", "cane for blind people", "chains", "two links of a chain", "bubbles", "mouse trap"),
    *("shopping cart", "fishing pole", "jar", "amphora", "tomato", "coconut", "olive", "oyster"),
    *("jellyfish", "star-struck face", "potted plant", "magnet", "balance scale", "martial arts uniform"),
    *("diving mask", "running shirt", "cockroach", "door", "elevator", "window", "fire extinguisher"),
    # several things, which are not "a" fruit, tool or building
    *("houses", "blueberries", "pair of cherries", "couch and lamp", "hammer and pick", "hammer and wrench"),
    *("strips of bacon", "nut and bolt", "fork and a knife", "plate with a fork and a knife"),
}
"""Subjects that are no example of their subgroup, or only at a stretch."""

COUNTRIES = {
    "food": {
        "japan": "sushi, rice ball, bento box, rice cracker, skewer of oden, skewer of dango, "
        "fish cake with a swirl, plate of curry rice, steaming bowl of noodles",
        "china": "moon cake, dumpling",
        "mexico": "taco, burrito, tamale",
        "france": "croissant, baguette",
        "italy": "pizza, plate of spaghetti",
        "germany": "pretzel",
        "spain": "pan of paella",
        "switzerland": "pot of fondue",
        "belgium": "waffle",
        "the united states": "hamburger, hot dog",
    },
    "drink": {
        "japan": "bottle of sake",
        "argentina": "cup of mate",
        "taiwan": "cup of bubble tea",
    },
    "landmark": {
        "japan": "mount fuji, tokyo tower, japanese castle, shinto shrine",
        "the united states": "statue of liberty",
        "saudi arabia": "kaaba",
        "chile": "moai",
    },
    "thing": {
        "japan": "kimono, pair of japanese dolls, carp streamer, pine decoration, tanabata tree, wind chime, "
        "red paper lantern, bullet train, flower playing card, martial arts uniform, yen banknote",
        "china": "red gift envelope, red dragon mahjong tile, panda",
        "india": "sari, diya lamp, auto rickshaw",
        "russia": "nesting doll",
        "mexico": "pinata",
        "australia": "boomerang, koala, kangaroo",
        "peru": "llama",
        "the united kingdom": "guard, pound banknote",
        "the united states": "dollar banknote",
    },
}
"""What the emoji show of countries: their food and drink, their landmarks, and things from there."""

NO_TAGS = {
    # slang, star signs, and what a class need not read
    *("horrible", "ass", "virgo", "cancer", "leo", "aries", "taurus", "pisces", "capricorn", "scorpio"),
    *("virgin",),
    *("sagittarius", "libra", "aquarius", "zodiac", "ophiuchus", "bearer", "menstruation", "gun", "handgun"),
    *("revolver", "useless", "boring", "expendable", "dupe", "bloated", "flirting", "sassy", "intoxicated"),
    *("tipsy", "rofl", "rotfl", "ily", "tada", "meh", "puke", "cop", "punk rock", "burp", "schmear", "jew"),
    # words cut out of phrases, and words that the picture does not bear out
    *("maze", "indecisive", "iron", "beer", "molusc", "pastry", "rain", "cold", "won", "triumph"),
    *("expensive",),
    *("troops", "sunny", "yes", "pester", "lazy", "ironic", "cowgirl", "good", "like", "monster"),
    *("face", "drop"),
    *("multitask", "care", "sarcastic", "interrogation", "small amount", "shot", "square", "full", "stuffy"),
    *("totally", "munch", "oh", "not", "ok", "flipper", "hotel", "lai see", "ugly duckling"),
    *("unspecified gender",),
    # words that say next to nothing
    *("comic", "clothing", "tool", "video", "celebration", "gesture", "gender-neutral", "fantasy", "adult"),
}
"""Keywords left out."""
NOT_TOLD_OF = {
    # other kinds of thing
    "spider": "insect",
    "cricket": "grasshopper",
    "seal": "sea lion",
    "turtle": "terrapin, tortoise",
    "llama": "alpaca, guanaco, vicuna",
    "bison": "herd, wisent",
    "ox": "bull",
    "peacock": "peahen",
    "swan": "cygnet",
    "fly": "maggot",
    "hyacinth": "bluebonnet, lavender",
    "broccoli": "wild cabbage",
    "peanuts": "vegetable",
    "skewer of oden": "kebab",
    "dumpling": "empanada",
    "flatbread": "arepa, lavash, naan",
    "pot of fondue": "chocolate",
    "tram": "trolleybus",
    "tram car": "trolleybus",
    "trolleybus": "tram",
    "parachute": "hang-glide",
    "crutch": "cane",
    "pair of briefs": "bathing suit, one-piece, swimsuit",
    "pair of shorts": "bathing suit, underwear",
    "flip-flop sandal": "thongs",
    "fairy": "oberon, puck, titania",
    "merperson": "mermaid, merwoman",
    "woman with a headscarf": "mantilla, tichel",
    # what not every style draws
    "tennis ball": "racquet",
    "basketball": "hoop",
    "softball": "glove, underarm",
    "lacrosse stick and ball": "goal",
    "sailboat": "resort",
    "droplet": "sweat",
    "safety pin": "diaper",
    "beaver": "dam",
    # what is cut out of a phrase, or said of it by some
    "smiling face": "outlined",
    "face holding back tears": "angry",
    "folded hands": "high five",
    "santa claus": "father",
    "mrs. claus": "mother",
    "deaf person": "hear",
    "cyclone": "dizzy",
    "mirror": "speculum",
    "aerial tramway": "cable, car",
    "mountain railway": "car",
    "shield": "weapon",
    "water pistol": "weapon",
    "kitchen knife": "weapon",
    "black heart": "evil, wicked",
}
"""Keywords that are untrue of one subject, or unkind."""
