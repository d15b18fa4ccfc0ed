"""What the demo says when it is done: ten lines, or one summary as JSON; every number is from what was recorded."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from commands.demo.play import Result
from commands.demo.story import Fault
from commands.demo.watch import Played
from commands.demo.workshop import LEDGER
from custody.errors import N_
from custody.format.codes import show_code
from language import _
from language.text import command_line, number

FILES = {
    "README.txt": N_("this list"),
    "labels.pdf": N_("the labels of everything that the sub-district needs"),
    "reprint.pdf": N_("the label that was printed again; the first one is void since"),
    "place-labels.pdf": N_("the labels of places, scanned before the items that they receive"),
    "films/": N_("what the simulated camera saw at each handover"),
    "stills/": N_("pictures of the scan: green is taken, amber irregular, red wrong"),
    "custody-missing.pdf": N_("the chain of the thing that did not come off the truck"),
    "custody-misrouted.pdf": N_("the chain of the thing that went to another place first"),
    "custody-reprinted.pdf": N_("the chain of the thing whose void label was scanned"),
    "custody-good.pdf": N_("the chain of a thing that came to its place as it should"),
    "custody.xlsx": N_("the chains of everything that was on the truck"),
    "custody.csv": N_("the same for programs"),
    "bast.pdf": N_("the official letter of the unloading, with what was found"),
    "progress.pdf": N_("how far the supplies have come, by place"),
    "progress.xlsx": N_("the same as a table"),
    "log.serah": N_("the station's whole log, for another station or an auditor"),
    "summary.json": N_("what happened, for programs"),
    "ledger/": N_("the ledger itself and the key of this demo's station"),
}


def as_lines(result: Result) -> list[str]:
    """What happened, step by step, and where to look."""
    planted = sum(len(played.leg.faults) for played in result.played)
    found = sum(len(played.found) for played in result.played)
    return [
        _("Demo: supplies for {place}, 12 to 14 February 2024 by a simulated clock, with films for a camera.").format(
            place=result.name(result.cast.area)
        ),
        _("{items} items registered and as many labels printed on {pages} pages: labels.pdf").format(
            items=number(result.item_count), pages=number(result.page_count)
        ),
        *(_leg_line(result, played) for played in result.played),
        _("{found} of {planted} faults made on purpose were found; it took {seconds} seconds.").format(
            found=found, planted=planted, seconds=round(result.seconds)
        ),
        _("Look into {folder}: stills/, custody-missing.pdf, custody-misrouted.pdf, progress.pdf, README.txt").format(
            folder=result.out
        ),
        _("Ask for yourself: {command}").format(
            command=command_line(
                "custody_at", code=show_code(result.story.misrouted.code), home=_argument(result.out / LEDGER)
            )
        ),
    ]


def _leg_line(result: Result, played: Played) -> str:
    recorded = played.recorded
    words = _("{giver} > {to}: {scanned} scanned, expected: {expected}.").format(
        giver=result.name(recorded.giver),
        to=result.name(recorded.to),
        scanned=number(recorded.scanned),
        expected="?" if recorded.expected is None else number(recorded.expected),
    )
    if played.found:
        words += " " + _("Found: {faults}.").format(faults=_listed(played.found))
    if played.not_found:
        words += " " + _("NOT FOUND: {faults}.").format(faults=_listed(played.not_found))
    if played.unread:
        words += " " + _("NOT READ, labels: {count}.").format(count=number(len(played.unread)))
    return words


def _listed(faults: tuple[Fault, ...]) -> str:
    return ", ".join(f"{_(fault.words)} ({fault.code})" for fault in faults)


def _argument(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)


def summary(result: Result) -> dict[str, Any]:
    """Return the summary for `--json`."""
    return {
        "ok": result.is_whole,
        "out": str(result.out),
        "seconds": round(result.seconds, 1),
        "profile": result.profile,
        "items": result.item_count,
        "pages": result.page_count,
        "handovers": [_leg_json(played) for played in result.played],
        "planted": [
            {"code": fault.code, "item": fault.item, "handover": played.leg.name, "found": fault in played.found}
            for played in result.played
            for fault in played.leg.faults
        ],
        "look_at": {
            "good": result.story.good.code,
            "missing": result.story.missing.code,
            "misrouted": result.story.misrouted.code,
            "reprinted": result.story.smudged.code,
        },
    }


def _leg_json(played: Played) -> dict[str, Any]:
    recorded = played.recorded
    return {
        "name": played.leg.name,
        "at": played.leg.at_utc,
        "bast": recorded.bast,
        "from": recorded.giver,
        "to": recorded.to,
        "frames": played.frame_count,
        "shown": played.shown_count,
        "unread": list(played.unread),
        "scanned": recorded.scanned,
        "expected": recorded.expected,
        "counted": played.leg.handover.counted,
        "findings": dict(Counter(finding.code for finding in recorded.findings)),
    }


def write_notes(folder: Path, result: Result) -> None:
    """Leave in the folder what happened and what is what: README.txt for people, summary.json for programs."""
    width = max(map(len, FILES))
    files = [f"{name:<{width}}  {_(words)}" for name, words in FILES.items()]
    text = "\n".join((*as_lines(result), "", *files, ""))
    (folder / "README.txt").write_text(text, encoding="utf-8")
    (folder / "summary.json").write_text(
        json.dumps(summary(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
