"""A day on which everything is recorded that can be: each type of event, by people whose names are unmistakable."""

from pathlib import Path

import pytest

from tests.support.command_examples import Once, Ran, Terminal

GIVER, RECEIVER, WITNESS = "Zebulon Giver", "Zebulon Receiver", "Zebulon Witness"
DRIVER, ESCORT = "Zebulon Driver", "Zebulon Escort"
WORKER, OWNER = "Zebulon Worker", "Zebulon Owner"
TRUCK = "DK8123AB"
NEEDS = """\
kind,level,per_place,unit,tracked_as
set,polling_station,1,set,item
seal,box,6,keping,pack
"""
PACKS = "kind,to,first,last\nseal,51.08,A0001,A0100\n"
LATE = "2024-02-10T05:30:00Z"
LEVELS = {
    "store": ("Gudang", "Warehouse"),
    "area": ("Kecamatan", "Sub-district"),
    "group": ("Desa", "Village"),
    "end": ("TPS", "Polling station"),
}
PROFILE = 'name = "own"\nid = "Pemilu"\nen = "Election"\ncodes = "official"\n' + "".join(
    f'[[level]]\nrole = "{role}"\nid = "{own}"\nen = "{english}"\n' for role, (own, english) in LEVELS.items()
)


class Day(Terminal):
    """The station on that day, and the records that were withdrawn and put in their place."""

    wrong: str
    never: str

    def done(self, *args: object, typed: str | None = None) -> Ran:
        """Run a command that must succeed."""
        ran = self(*args, typed=typed)
        assert ran.code == 0, (args, ran.err)
        return ran


def live_through(day: Day, folder: Path) -> None:
    """Record everything."""
    (folder / "sets.csv").write_text(NEEDS)
    (folder / "packs.csv").write_text(PACKS)
    (folder / "own.toml").write_text(PROFILE)
    day.done("profile", folder / "own.toml")
    day.done("load", folder / "sets.csv", folder / "packs.csv")
    day.done("plan")
    here = day.items("--to", "51.08.01.2001.001")
    [parent] = [item["code"] for item in here if item["kind"] == "set"]
    boxes = [item["code"] for item in here if item["kind"] == "box"]
    there = day.codes("--kind", "box", "--to", "51.08.02")
    day.done("labels", "--to", "51.08.01", "--out", folder / "labels.pdf")
    day.done("void", boxes[0], "--reason", "spoiled", "--by", WORKER)
    day.done("reprint", boxes[0], "--reason", "torn", "--by", WORKER, "--by", OWNER, "--out", folder / "again.pdf")
    counts = ("--arrived", 65, "--damaged", 2, "--contracted", 91, "--contract", "07/SPK")
    day.done("receive", "--from", "CV Percetakan", "--kind", "booth", *counts, "--giver", GIVER, "--receiver", RECEIVER)
    day.done("pack", parent, *boxes[:3], "--add", "--name", WORKER)
    day.done("pack", parent, boxes[2], "--remove", "--name", WORKER)
    day.done("pack", parent, boxes[0], "--check", "sample", "--name", WORKER)
    day.done("seal", boxes[3], "--apply", "A0001-A0006", "--name", WORKER, "--name", OWNER, "--witness", WITNESS)
    day.done("seal", boxes[3], "--check", "A0001", "--result", "broken", "--name", WORKER, "--occurred", LATE)
    day.done("seal", "--spoil", "A0010", "--name", WORKER)
    day.done("inspect", boxes[4], "--condition", "wet", "--by", WORKER)
    day.done("incident", "Jalan putus", "--place", "51.08.01", "--stage", "transport", "--item", boxes[4])
    answers = [f"--answer={key}=no" for key in ("roof", "water", "lock", "guard", "space")]
    day.done("checklist", *answers, "--name", WORKER)
    day.done("point", "P1", "--title", "Data caleg", "--owner", OWNER, "--due", "2024-02-12 23:59 WITA")
    day.done("point", "P0", "--title", "Data caleg, dua kali")
    day.done("withdraw", "point", "P0", "--yes")
    day.done("reassign", there[4], "--to", "51.08.01.2001.002", "--reason", "kurang", "--by", WORKER)
    people = ("--giver", GIVER, "--receiver", RECEIVER, "--witness", WITNESS, "--driver", DRIVER, "--escort", ESCORT)
    said = ("--extra", "booth=2", "--refuse", boxes[4], "--remark", f"{parent}=label miring", "--counted", 5)
    given = day.give([parent, *boxes[3:]], "51.08", TRUCK, "--bound", "51.08.01", *said, *people)
    assert given.code == 0, given.err
    late = day.give([parent, boxes[3]], TRUCK, "51.08.01", "--occurred", LATE, *people)
    assert late.code == 0, late.err
    day.done("pack", parent, boxes[0], "--open", "--name", WORKER)
    day.wrong = day.give(there[:2], "51.08", "51.08.01", *people).json["event"]
    day.done("correct", day.wrong, "--to", "51.08.02", "--reason", "incorrect-data", "--note", "salah tujuan")
    day.never = day.give(there[2:3], "51.08", "51.08.02").json["event"]
    day.done("correct", day.never, "--reason", "did-not-occur")


@pytest.fixture
def busy(station: Terminal, tmp_path: Path, once: Once) -> Day:
    """The station after that day."""
    day = Day(station.home, station._capsys, station._monkeypatch)
    station._monkeypatch.setenv("SERAH_BY", WORKER)
    events = tmp_path / "events"

    @once
    def lived() -> None:
        live_through(day, tmp_path)
        events.write_text(f"{day.wrong}\n{day.never}")

    day.wrong, day.never = events.read_text().split("\n")
    return day
