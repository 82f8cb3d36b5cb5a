"""The comparison as a Markdown page, from the rows' JSON."""

import platform
from collections.abc import Iterable
from typing import Any

from comparison.card import of_card

HEAD = """# Speed: minidalle beside its peers

Written by `python benchmarks/compare.py`; the same figures, with every spread, are in `speed.json`.

Processor seconds of one thread. Sides take turns; the median of the rounds counts, its spread is from the least to
the most. "×" is a peer's time divided by ours: above 1 ours is faster. Only figures of one row compare: each was
measured in a process of its own. A goal is met or missed at **equal precision**; where ours is bf16 and the peer fp32
the ratio is told, and decides nothing. "of peak": the share of what this machine's own fp32 or bf16 product of
1024 × 1024 matrices reaches, timed in between.
"""


def machine() -> dict[str, Any]:
    """What the figures were measured on: the processor, not whose it is."""
    import torch

    found = {"system": platform.system(), "processor": platform.processor() or platform.machine()}
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            lines = [line.split(":", 1) for line in file if ":" in line]
        facts = {key.strip(): value.strip() for key, value in lines}
        found["processor"] = facts.get("model name", found["processor"])
        kept = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")
        found["instructions"] = [name for name in kept if name in facts.get("flags", "").split()]
    except OSError:
        pass
    import os

    found |= {"cores": os.cpu_count(), "python": platform.python_version(), "torch": torch.__version__}
    return found | {"threads": 1}


def markdown(result: dict[str, Any]) -> str:
    """The whole page."""
    about = result["machine"]
    told = ", ".join(about.get("instructions", []))
    parts = [HEAD, f"{about['processor']}, {about['cores']} cores ({told}); {about['system']}, Python "
             f"{about['python']}, torch {about['torch']}. Measured in {result['minutes']:.0f} minutes."]  # fmt: skip
    if result.get("rehearsal"):
        parts.append("**A rehearsal at small sizes: whether everything runs. No figure here is a result.**")
    parts += ["## Goals", goals(result["rows"])]
    for row in result["rows"]:
        parts += section(row)
    parts += of_card()
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def goals(rows: Iterable[dict[str, Any]]) -> str:
    """Every goal in one table, those at equal precision."""
    lines = ["| row | ours | against | precision | × | goal | |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        for ratio in row.get("ratios", []):
            if ratio["equal"]:
                met, what = "met" if ratio["met"] else "**missed**", ratio["what"]
                peer = ratio["peer"] if what == "seconds" else f"{ratio['peer']} ({what})"
                lines.append(
                    f"| {row['title']} | {ratio['ours']} | {peer} | {ratio['precision'][0] or '–'} "
                    f"| {ratio['ratio']:.2f} | {ratio['goal']:g} | {met} |"
                )
    return "\n".join(lines)


def section(row: dict[str, Any]) -> list[str]:
    """One row: a table of its sides, the ratios across precisions, what is missing, and notes."""
    parts = [f"## {row['title']}"]
    if row.get("error"):
        return [*parts, f"This row could not be measured: {row['error']}"]
    if row["sides"]:
        parts.append(table(row["sides"]))
    across = [ratio for ratio in row["ratios"] if not ratio["equal"]]
    told = [f"{r['ours']} in bf16 against {r['peer']} in fp32: {r['ratio']:.2f} ×." for r in across]
    told += [f"Not measured: {peer}: {why}" for peer, why in row["missing"].items()]
    return [*parts, *("- " + line for line in [*told, *row["notes"]])] if told or row["notes"] else parts


def table(sides: list[dict[str, Any]]) -> str:
    """The sides of a row, one a line."""
    more = [name for name in ("rate", "share_of_peak", "memory") if any(name in side for side in sides)]
    unit = next((side["unit"] for side in sides if side.get("unit")), "")
    names = {"rate": unit, "share_of_peak": "of peak", "memory": "memory"}
    heads = ["side", "precision", "seconds", "spread", *(names[name] for name in more), ""]
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for side in sides:
        name = f"**{side['name']}**" if side["ours"] else side["name"]
        cells = [name, side["precision"] or "–", number(side["seconds"])]
        cells.append(f"{number(side['low'])} to {number(side['high'])}" if side["rounds"] > 1 else "once")
        for key in more:
            cells.append("" if key not in side else shown(key, side[key]))
        lines.append(f"| {' | '.join([*cells, side.get('note', '')])} |")
    return "\n".join(lines)


def shown(key: str, value: float) -> str:
    """A rate, a share or a size."""
    return {"rate": number, "share_of_peak": "{:.0%}".format, "memory": "{:.0f} MiB".format}[key](value)


def number(value: float) -> str:
    """Three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
