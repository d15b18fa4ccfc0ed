"""The command `pack`: by codes, by scanning, and packs of seals opened."""

from pathlib import Path

import pytest

from tests.support.command_examples import Once, Terminal

NEEDS = """\
kind,level,per_place,unit,tracked_as
set,polling_station,1,set,item
sack,village,1,karung,item
"""


@pytest.fixture
def packing(station: Terminal, tmp_path: Path, once: Once) -> Terminal:
    """A station whose plan has a set for each polling station and a sack for each village."""

    @once
    def planned() -> None:
        (tmp_path / "sets.csv").write_text(NEEDS)
        (tmp_path / "packs.csv").write_text("kind,to,first,last\nseal,51.08.01,A0001,A0100\n")
        assert station("load", tmp_path / "sets.csv", tmp_path / "packs.csv").code == 0
        assert station("plan").code == 0

    return station


def of_tps(station: Terminal, number: int = 1) -> tuple[str, list[str]]:
    items = station.items("--to", f"51.08.01.2001.00{number}")
    [parent] = [item["code"] for item in items if item["kind"] == "set"]
    return parent, [item["code"] for item in items if item["kind"] != "set"]


def test_a_set_is_filled_and_the_handover_tells_seen_and_assumed_apart(packing: Terminal) -> None:
    parent, inner = of_tps(packing)
    ran = packing("pack", parent, *inner[:-1], "--add", "--name", "Made")
    assert "not in it yet" in ran.out and ran.out.count("not in it yet") == 1
    assert packing("pack", parent, inner[-1], "--add", "--json").json["inside"] == sorted(inner)
    [sack] = packing.codes("--kind", "sack", "--to", "51.08.01")
    packing("pack", sack, parent, "--add")
    said = packing.give([sack, inner[0]], "51.08", "51.08.01.2001").json
    assert (said["scanned"], said["assumed"]) == (2, 9)
    chain = packing("custody", inner[1], "--json").json["chain"]
    assert chain[-1]["type"] == "handover" and chain[-1]["seen"] is False


def test_labels_are_scanned_into_a_set_and_a_cut_session_goes_on(packing: Terminal) -> None:
    parent, inner = of_tps(packing)
    other = of_tps(packing, 2)[1][0]
    ran = packing("pack", parent, "--add", "--source", "-", typed=f"{inner[0]}\n{other}\nto 51.08.01\n")
    assert ran.code == 2 and "Labels kept: 2" in ran.err and "is for TPS 002" in ran.err
    [draft] = packing("drafts", "--json").lines
    assert draft["purpose"] == f"pack add {parent}" and draft["scanned"] == 2
    assert packing("drafts", "--record", draft["id"]).code == 2
    # a handover with these hands does not take that session for its own
    assert (
        packing("scan", "--from", "51.08", "--to", "51.08.01", "--source", "-", "--yes", typed=f"{inner[5]}\n").code
        == 0
    )
    ran = packing("pack", parent, "--add", "--source", "-", "--yes", typed=f"-{other}\n{inner[1]}\n")
    assert "Going on: 2 labels" in ran.err and ran.code == 0
    assert packing("drafts", "--json").lines == []
    told = packing("pack", parent, inner[2], "--add", "--json").json
    assert told["inside"] == sorted(inner[:3])


def test_a_look_inside_and_an_opening_are_recorded(packing: Terminal) -> None:
    parent, inner = of_tps(packing)
    packing("pack", parent, *inner, "--add")
    sample = packing("pack", parent, inner[0], "--check", "sample", "--json").json
    assert sample["findings"] == []
    told = packing("pack", parent, inner[0], "--check", "sampel").out
    assert f"A sample: 1 seen of {len(inner)} in it" in told
    full = packing("pack", parent, "-", "--check", "full", "--json", typed="\n".join(inner[:-1])).json
    assert [(f["code"], f["item"]) for f in full["findings"]] == [("SHORTAGE", inner[-1])]
    opened = packing("pack", parent, "--open", "--name", "KPPS").out
    assert "In it until now: " in opened and "In it now: 0" in opened
    assert "Opened" in packing("custody", parent).out


def test_a_pack_of_seals_is_opened_into_parts_and_single_seals(packing: Terminal) -> None:
    [code] = packing.codes("--kind", "seal")
    parts = ("--into", "A0001-A0030=51.08.01.2001", "--into", "a0031")
    opened = packing("pack", code, "--open", *parts, "--json").json
    assert [(row["range"], row["quantity"], row["to"]) for row in opened["parts"]] == [
        ("A0001-A0030", 30, "51.08.01.2001"),
        ("A0031-A0031", 1, "51.08.01"),
        ("A0032-A0100", 69, "51.08.01"),
    ]
    assert packing("pack", opened["parts"][2]["code"], "--open", "--each", "23").code == 0
    totals = [row["total"] for row in packing("report", "seals", "--json").json["packs"]]
    assert sorted(totals) == [1, 23, 23, 23, 30]


def test_what_cannot_be_is_one_line_and_records_nothing(packing: Terminal) -> None:
    parent, inner = of_tps(packing)
    [seals] = packing.codes("--kind", "seal")
    before = packing.event_count()
    for args, word in (
        ((parent, inner[0]), "what was done"),
        ((parent, inner[0], "--add", "--check", "full"), "what was done"),
        ((parent, "--add"), "no item"),
        ((parent, inner[0], "--remove"), "is not in"),
        ((parent, parent, "--add"), "no item"),
        ((parent, inner[0], "--add", "--each", "5"), "--open"),
        ((seals, "--open", "--each", "5", "--into", "3"), "named parts"),
        ((seals, "--open", "--into", "A0090-A0120"), "not in the pack"),
        ((seals, "--open", "--into", "A0001-A0020", "--into", "A0020-A0030"), "the same numbers"),
        ((seals, "--open", "--into", "30"), "no numbers"),
        ((seals, "--open", "--into", "A1-B2"), "begin alike"),
        (("51.08", inner[0], "--add"), "not a code"),
        ((parent, "--open", "--source", "-"), "no labels"),
    ):
        ran = packing("pack", *args)
        assert ran.code == 2 and word in ran.err and len(ran.err.splitlines()) <= 2, (args, ran.err)
    assert packing.event_count() == before
