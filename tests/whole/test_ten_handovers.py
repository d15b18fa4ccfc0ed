"""Ten handovers drawn with everything at once, each read on every surface that a user has, beside the others.

`pytest -s tests/whole/test_ten_handovers.py` prints the table: a line for each handover and surface.
"""

import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_examples import Terminal, station_at
from tests.support.page_examples import PageAt, site_at
from tests.support.paper_examples import photograph
from tests.support.pdf_text import text_of
from tests.support.truth_examples import TRUCK, letter, letter_pdf, listed

SEED, COUNT = int(os.environ.get("SEED", "11")), 10
PPK = "51.08.01"
WAYS = [
    ("51.08", TRUCK, ["--bound", PPK]),
    ("51.08", PPK, []),
    (TRUCK, PPK, []),
    (PPK, "51.08.01.2001", []),
    ("51.08", TRUCK, []),
]
_TALLY = re.compile(r"(?:(\d+) scanned|(\d+) taken, (\d+) refused), expected: (not known|\d+)")


@dataclass(frozen=True)
class Said:
    """What one surface says: taken, refused and expected; the last is None where it says that this is not known."""

    taken: int
    refused: int
    expected: int | None


def tally(text: str) -> Said:
    """The first tally in a text."""
    found = _TALLY.search(" ".join(text.replace("\u00a0", " ").split()))
    assert found, text
    scanned, taken, refused, expected = found.groups()
    return Said(int(scanned or taken), int(refused or 0), None if expected == "not known" else int(expected))


class Field:
    """Root, a second laptop beside it, a sub-district's station, and one that nobody admitted."""

    def __init__(self, root: Terminal, folder: Path, page_at: PageAt, seed: int) -> None:
        self.folder, self.page_at, self.draw = folder, page_at, random.Random(seed)
        key = root("verify", "--json").json["logs"][0]["key"]
        self.stations = {"root": root}
        for name, place in (("second", "51.08"), ("ppk", PPK), ("stranger", PPK)):
            made = station_at(root, folder / name, "--place", place, "--station", name, "--root", key)
            if name != "stranger":
                assert root("admit", folder / name / "station-card.json").code == 0
            self.stations[name] = made
        self.codes = root.codes("--to", PPK)
        assert root("pack", self.codes[0], *self.codes[1:3], "--add").code == 0
        self.papers, self.shared, self.minute = list[Path](), "0007/BERSAMA/2024", 0
        self.meet()

    def meet(self) -> None:
        """Everybody takes in what all hold."""
        for name, each in self.stations.items():
            assert each("export", "--with-strangers", "--out", self.folder / f"{name}.serah").code == 0
        for each in self.stations.values():
            assert each("import", *(self.folder / f"{name}.serah" for name in self.stations)).code == 0

    def begin(self) -> tuple[str, str]:
        """Scan what is drawn into a session that waits to be recorded; whose it is, and its id."""
        draw = self.draw
        name, (giver, to, more) = draw.choice(list(self.stations)), draw.choice(WAYS)
        station, words = self.stations[name], list(more)
        if draw.random() < 0.4:
            self.meet()
        elif self.papers and name != "root":
            station("scan", "--from", giver, "--to", to, "--source", photograph(self.papers[-1]), "--quiet")
            for draft in station("drafts", "--json").lines:
                station("drafts", "--drop", draft["id"], "--yes")
        taken = draw.sample(self.codes, draw.randint(1, 7))
        refused = draw.sample(taken, draw.choice([0, 0, 1]))
        for code in refused:
            words += ["--refuse", f"{code}=torn"]
        if draw.random() < 0.4:
            words += ["--load", str(listed(station, draw.sample(self.codes, draw.randint(1, 9))))]
        if draw.random() < 0.4:
            words += ["--counted", str(len(taken) + draw.randint(-1, 1))]
        if draw.random() < 0.3:
            words += ["--extra", "box=1:torn label"]
        if draw.random() < 0.4:
            words += ["--condition", f"{taken[0]}=wet"]
        if draw.random() < 0.4:
            words += ["--number", self.shared]
        self.minute += 1
        ends = ("--from", giver, "--to", to, "--source", "-", "--quiet", "--new")
        ran = station("scan", *ends, *words, typed="\n".join(taken), now=self.now)
        assert ran.code == 2, ran.err
        return name, station("drafts", "--json").lines[-1]["id"]

    @property
    def now(self) -> str:
        return f"2024-02-11T02:{self.minute:02}:00Z"

    def see(self, station: Terminal, path: str) -> str:
        """A page of a station."""
        with self.page_at(site_at(station.home, now=self.now)) as page:
            answer = page.get(path)
            assert answer.status_code == 200, (path, answer.text)
            return str(answer.text)


@pytest.mark.slow
def test_ten_handovers_are_told_alike_by_every_surface(
    station: Terminal, tmp_path: Path, page_at: PageAt, capsys: pytest.CaptureFixture[str]
) -> None:
    field, recorded = Field(station, tmp_path, page_at, SEED), list[str]()
    for _number in range(COUNT):
        name, draft = field.begin()
        own = field.stations[name]
        review = field.see(own, f"/scan/{draft}/review")
        paper = tmp_path / f"paper-{len(recorded)}.pdf"
        ran = own("drafts", "--record", draft, "--yes", "--paper", paper, now=field.now)
        if ran.code == 2 and "already" in ran.err:  # that number was given at this laptop already
            assert own("drafts", "--drop", draft, "--yes").code == 0
            continue
        assert ran.code == 0, ran.err
        found = re.search(r"RECORDED (\S+?):", ran.out)
        assert found
        if name == "root":
            field.papers.append(paper)
        told = dict(surfaces(field, own, found[1], ran.out, review, paper))
        record = letter(own, found[1])["records"][0]
        recorded.append(f"{record['log']}:{record['seq']}")
        with capsys.disabled():
            show(f"{len(recorded)}. {name} {found[1]}", told)
        assert len({*told.values()}) == 1, told
        if field.draw.random() < 0.2:
            assert own("correct", found[1], "--counted", "99", "--reason", "incorrect-data", "--yes").code == 0
    field.meet()
    for when in ("met", "admitted"):
        if when == "admitted":
            assert station("admit", tmp_path / "stranger" / "station-card.json").code == 0
            field.meet()
        alike_everywhere(field, recorded)


def surfaces(
    field: Field, own: Terminal, number: str, screen: str, review: str, paper: Path
) -> Iterator[tuple[str, Said]]:
    """What each surface says of one handover at its own station, just recorded."""
    told = letter(own, number)
    reference = Said(told["total"], sum(not row["taken"] for row in told["items"]), told["expected"])
    yield "letter --json", reference
    yield "screen", tally(screen)
    page = field.see(own, f"/handover?number={number}")
    yield "page", tally(page)
    yield "paper PDF", tally(text_of(paper))
    assert own("report", "handover", "--number", number, "--out", field.folder / "again.pdf").code == 0
    yield "paper again", tally(text_of(field.folder / "again.pdf"))
    shown = re.search(
        r'<p class="figures"><strong>(\d+)</strong> <span class="of">(?:/ (\d+)|expected: not known)', review
    )
    assert shown
    yield "review", Said(reference.taken, reference.refused, int(shown[2]) if shown[2] else None)
    short = re.search(r"<strong>(\d+) (?:is|are) expected and not scanned", review)
    missing = len(told["missing"])
    assert int(short[1] if short else 0) == missing
    words = " ".join(text_of(letter_pdf(own, number, field.folder)).split())
    if reference.expected is None:
        assert "What was expected is not known" in words
    elif found := re.search(
        r"Expected: (\d+); scanned: (\d+)(?: \((\d+) taken, (\d+) refused)?.*?; still to come: (\d+)", words
    ):
        yield "letter PDF", Said(int(found[3] or found[2]), int(found[4] or 0), int(found[1]))
        assert int(found[5]) == missing
    stayed = re.search(r"Not handed over, stayed with .*?: (\d+)", screen)
    assert int(stayed[1] if stayed else 0) == missing
    note = re.compile("(Nobody had listed|Nobody listed|it was not known how much was) (what was )?to go")
    for text in (screen, page, review):
        assert bool(note.search(" ".join(text.split()))) == told["derived"], (number, text)
    assert ("which nobody listed" in text_of(paper).replace("\u00a0", " ")) == told["derived"]
    yield "EPCIS", by_epcis(field, own, number, reference)
    in_findings(own, number, told, screen)


def by_epcis(field: Field, own: Terminal, number: str, reference: Said) -> Said:
    """What the file for other programs says."""
    out = field.folder / "events.jsonld"
    assert own("export", "--epcis", out, "--uri", "https://example.org/").code == 0
    events = json.loads(out.read_text())["epcisBody"]["eventList"]
    leaf = letter(own, number)["records"][0]["leaf"]
    [event] = [one for one in events if leaf in one["eventID"] and one["type"] == "TransactionEvent"]
    assert event.get("serah:counted") == letter(own, number)["counted"]
    return Said(len(event["epcList"]), len(event.get("serah:refused", ())), reference.expected)


def in_findings(own: Terminal, number: str, told: dict[str, Any], screen: str) -> None:
    """COUNT and things without a label stand in the letter, on the screen and in the report, or in none of them."""
    for code, of in (("COUNT", "COUNT"), ("EXCESS", "EXCESS")):
        here = [f for f in told["findings"] if (f["code"], f["item"]) == (code, None)]
        assert bool(here) == bool(re.search(rf"\({of}\): (?![0-9A-Z]{{4}}-)", screen)), (number, code, here, screen)


def alike_everywhere(field: Field, recorded: list[str]) -> None:
    """Every admitted station that holds the same records says the same of each handover, and lists the same."""
    keys = ("total", "expected", "basis", "missing_count", "counted", "missing", "carried", "extras", "withdrawn")
    admitted = {name: each for name, each in field.stations.items() if name != "stranger"}
    for number in recorded:
        told = {}
        for name, each in admitted.items():
            said = letter(each, number)
            items = [(row["code"], row["condition"]) for row in said["items"]]
            found = Counter((f["code"], f["item"], f["open"], f["provisional"]) for f in said["findings"])
            told[name] = ([said[key] for key in keys], items, found)
        assert told["root"] == told["second"] == told["ppk"], (number, told)
    lists = {name: open_findings(field, each) for name, each in admitted.items()}
    assert lists["root"] == lists["second"] == lists["ppk"], lists
    with field.page_at(site_at(field.stations["root"].home, now=field.now)) as page:
        found = page.get("/api/v1/findings").json()["findings"]
    by_programs = Counter((f["code"], f["item"], f["provisional"]) for f in found if f["code"] != "LATE")
    assert lists["root"] == by_programs, (lists["root"] - by_programs) | (by_programs - lists["root"])


def open_findings(field: Field, station: Terminal) -> Counter[tuple[str, str | None, bool]]:
    """What `report discrepancies` lists as open: code, item, and whether it is provisional."""
    out = field.folder / "discrepancies.json"
    assert station("report", "discrepancies", "--out", out, now=field.now).code == 0
    rows = [row for row in json.loads(out.read_text())["rows"] if row["state"] != "settled"]
    open_rows = [row for row in rows if row["finding"] != "LATE" and row["severity"] != "info"]
    return Counter((r["finding"], r["item"].replace("-", "") or None, r["state"] == "provisional") for r in open_rows)


def show(of: str, told: dict[str, Said]) -> None:
    """Print what each surface says, a line each."""
    for name, said in told.items():
        print(f"{of:<28}{name:<15}{said.taken:>4}{said.refused:>4}  {'-' if said.expected is None else said.expected}")
