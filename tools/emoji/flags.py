"""Flags, with the country, its capital and its continent.

249 of them: the countries and territories of ISO 3166-1. Names and capitals are those of the package, with what
reads badly in a caption put right. Left out: flags of regions and unions.
"""

from pathlib import Path

from tools.emoji.captions import plain
from tools.emoji.drawing import flag, lossless
from tools.emoji.packages import FLAGS, read_json

NAMED = {
    "Brunei Darussalam": "Brunei",
    "Côte d'Ivoire": "Ivory Coast",
    "Cabo Verde": "Cape Verde",
    "Federated States of Micronesia": "Micronesia",
    "Holy See": "Vatican City",
    "Pitcairn": "Pitcairn Islands",
    "State of Palestine": "Palestine",
    "Timor-Leste": "East Timor",
    "Türkiye": "Turkey",
    "United States of America": "United States",
    "Virgin Islands (British)": "British Virgin Islands",
    "Virgin Islands (U.S.)": "United States Virgin Islands",
    "Aland Islands": "Åland Islands",
    "Cocos (Keeling) Islands": "Cocos Islands",
    "Macau": "Macao",
    "Sao Tome and Principe": "São Tomé and Príncipe",
}
CAPITALS = {
    "Burundi": "Gitega",
    "Eswatini": "Mbabane",
    "Israel": None,
    "Palestine": None,
    "Luxembourg": "Luxembourg",
    "Montserrat": "Brades",
    "Sri Lanka": "Sri Jayawardenepura Kotte",
    "Ukraine": "Kyiv",
    "Nauru": "Yaren",
    "Tokelau": None,
    "United States Minor Outlying Islands": None,
    "British Indian Ocean Territory": None,
    "French Southern Territories": None,
    "Western Sahara": None,
}
"""Where the package names several places, an older name, or the capital of another country; None where states
disagree, and nothing is said."""

CONTINENTS = {
    **dict.fromkeys(("aw", "bq", "cw", "tt"), "North America"),
    "gs": "South America",
    "um": "Oceania",
}
"""By code: the Caribbean and the islands far from land where the United Nations' M49 puts them."""

THE = {
    *("Bahamas", "British Indian Ocean Territory", "British Virgin Islands", "Cayman Islands", "Comoros"),
    *("Central African Republic", "Cocos Islands", "Cook Islands", "Czech Republic", "Dominican Republic"),
    *("Democratic Republic of the Congo", "Falkland Islands", "Faroe Islands", "French Southern Territories"),
    *("Gambia", "Isle of Man", "Ivory Coast", "Maldives", "Marshall Islands", "Netherlands", "Seychelles"),
    *("Northern Mariana Islands", "Philippines", "Pitcairn Islands", "Republic of the Congo"),
    *("Solomon Islands", "Turks and Caicos Islands", "United Arab Emirates", "United Kingdom"),
    *("United States", "United States Minor Outlying Islands", "United States Virgin Islands"),
    "Åland Islands",
}
NOT_CALLED_COUNTRIES = {
    *("ai", "aq", "as", "aw", "ax", "bl", "bm", "bq", "bv", "cc", "ck", "cw", "cx", "eh"),
    *("fk", "fo", "gf", "gg", "gi", "gl", "gp", "gs", "gu", "hk", "hm", "im", "io", "je"),
    *("ky", "mf", "mo", "mp", "mq", "ms", "nc", "nf", "nu", "pf", "pm", "pn", "pr", "ps"),
    *("re", "sh", "sj", "sx", "tc", "tf", "tk", "tw", "um", "vg", "vi", "wf", "yt"),
}
"""Codes of dependent territories, and of those that states disagree on: their captions say only where they are."""


def captions(country: str, capital: str | None, continent: str | None, country_too: bool) -> list[str]:
    """True captions of a flag, the plainest first; `country_too`: they may call it a country."""
    name = plain(country)
    where = f"the {name}" if country in THE else name
    texts = [f"the flag of {where}", f"{name}, flag", f"the flag of {where} on a white background"]
    if continent:
        part = f"a country in {plain(continent)}" if country_too else f"a part of {plain(continent)}"
        texts += [f"the flag of {where}, {part}", f"{name}, flag, {plain(continent)}"]
    if country_too and capital:
        texts.append(f"the flag of the country whose capital is {plain(capital)}")
        texts.append(f"the flag of {where}, whose capital is {plain(capital)}")
    return texts


def rows(package: Path, size: int) -> list[dict]:
    """One row a flag, by name."""
    found = []
    for entry in read_json(package / "country.json"):
        if not entry.get("iso"):
            continue
        country = NAMED.get(entry["name"], entry["name"])
        capital = CAPITALS.get(country, entry.get("capital"))
        continent = CONTINENTS.get(entry["code"], entry.get("continent"))
        texts = captions(country, capital, continent, entry["code"] not in NOT_CALLED_COUNTRIES)
        found.append(
            {
                "image": {"bytes": lossless(flag(package / entry["flag_4x3"], size)), "path": None},
                "caption": texts[0],
                "captions": texts,
                "country": country,
                "capital": capital,
                "continent": continent,
                "code": entry["code"],
                "source": str(FLAGS),
                "licence": "MIT",
                "split": "train",
            }
        )
    return sorted(found, key=lambda row: plain(row["country"]))
