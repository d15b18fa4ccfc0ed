"""The command `seal`, seals at a handover, and the account of every number."""

from pathlib import Path

import pytest

from tests.support.command_examples import Terminal
from tests.support.photo_examples import jpeg

PACKS = "kind,to,first,last\nseal,51.08,A0001,A0100\nseal,51.08,A0101,A0200\n"


@pytest.fixture
def sealed(station: Terminal, tmp_path: Path) -> Terminal:
    """A station with two packs of a hundred seals, where each box needs six."""
    (tmp_path / "packs.csv").write_text(PACKS)
    (tmp_path / "more.csv").write_text("kind,level,per_place,unit,tracked_as\nseal,box,6,keping,pack\n")
    assert station("load", tmp_path / "more.csv", tmp_path / "packs.csv").code == 0
    return station


def codes_of(ran) -> list[str]:
    return [finding["code"] for finding in ran.json["findings"]]


def test_every_number_of_each_pack_is_accounted_for(sealed: Terminal, tmp_path: Path) -> None:
    first, second, *_rest = sealed.codes("--kind", "box")
    names = ("--name", "Made", "--name", "Ketut")
    ran = sealed("seal", first, "--apply", "A0001-A0006", *names, "--json")
    assert ran.json["on"] == [f"A000{n}" for n in range(1, 7)] and ran.json["findings"] == []
    assert codes_of(sealed("seal", second, "--apply", "A0006", "a0007", "Z9", "--json")) == ["SUSPECTED_COPY"]
    assert len(sealed("seal", "--spoil", "A0010", "A0150", "--name", "Made", "--json").json["events"]) == 2
    assert sealed("seal", "--return", "-", typed="A0160-A0169\nA0170\n").code == 0
    told = sealed("report", "seals", "--json").json
    counts = [
        {name: row[name] for name in ("total", "on", "off", "spoiled", "returned", "unused")} for row in told["packs"]
    ]
    assert counts == [
        {"total": 100, "on": 7, "off": 0, "spoiled": 1, "returned": 0, "unused": 92},
        {"total": 100, "on": 0, "off": 0, "spoiled": 1, "returned": 11, "unused": 88},
    ]
    assert [use["serial"] for use in told["strays"]] == ["Z9"]
    assert told["twice"] == [{"serial": "A0006", "items": sorted([first, second])}]
    for suffix in ("pdf", "xlsx", "csv"):
        assert sealed("report", "seals", "--out", tmp_path / f"s.{suffix}").code == 0
    assert "Every number" not in sealed("report", "seals").out


def test_seals_are_looked_at_at_a_handover_with_a_photograph(sealed: Terminal, tmp_path: Path) -> None:
    code = sealed.codes("--kind", "box", "--to", "51.08.01")[0]
    sealed("seal", code, "--apply", "A0001-A0006", "--name", "Made", "--name", "Ketut")
    (tmp_path / "seal.jpg").write_bytes(jpeg(300, 200))
    looks = ("--seal", f"{code}=rusak:A0001,A0002", "--photo", f"{code}={tmp_path / 'seal.jpg'}")
    ran = sealed.give([code], "51.08", "51.08.01", *looks, "--giver", "Made", "--receiver", "Wayan")
    assert "SEAL_BROKEN" in codes_of(ran) and "UNSEALED" not in codes_of(ran)
    chain = sealed("custody", code, "--json").json
    assert [link["type"] for link in chain["chain"]] == ["register", "seal", "handover", "seal"]
    assert [(f["code"], f["open"]) for f in chain["findings"] if f["code"] != "LATE"] == [("SEAL_BROKEN", True)]
    again = sealed("seal", code, "--replace", "A0020-A0025", "--name", "Wayan", "--witness", "Panwascam", "--json")
    assert again.json["findings"] == [] and len(again.json["on"]) == 6
    chain = sealed("custody", code, "--json").json
    assert [f["open"] for f in chain["findings"] if f["code"] == "SEAL_BROKEN"] == [False]


def test_a_box_that_goes_without_a_seal_is_told_at_once(sealed: Terminal) -> None:
    code = sealed.codes("--kind", "box", "--to", "51.08.01")[0]
    booth = sealed.codes("--kind", "booth", "--to", "51.08.01")[0]
    ran = sealed.give([code, booth], "51.08", "51.08.01")
    assert [f["item"] for f in ran.json["findings"] if f["code"] == "UNSEALED"] == [code]


def test_what_cannot_be_is_refused_with_one_line_and_nothing_is_recorded(sealed: Terminal, tmp_path: Path) -> None:
    code, *_rest = sealed.codes("--kind", "box")
    pack = sealed.codes("--kind", "seal")[0]
    before = sealed.event_count()
    for args, word in (
        ((code, "--apply"), "no seal number"),
        ((code, "--apply", "A0010-A0001"), "backwards"),
        ((code, "--apply", "A0001-B0010"), "begin alike"),
        ((code, "A0001"), "what was done"),
        ((code, "--check"), "what was seen"),
        ((code, "--apply", "A0001", "--result", "intact"), "what was seen"),
        ((code, "--check", "A0001", "--result", "none"), "numbers were read"),
        ((code, "--spoil", "A0001"), "no pack"),
        ((pack, "--spoil", "A0500"), "and not A0500"),
        (("--return", "X1"), "no pack"),
        (("A0001", "--apply", "A0001"), "not a code"),
    ):
        ran = sealed("seal", *args)
        assert ran.code == 2 and word in ran.err and len(ran.err.splitlines()) <= 2, (args, ran.err)
    for args, word in (
        (("--seal", f"{code}=opened"), "how the seals are"),
        (("--seal", f"{code}=none:A1"), "numbers were read"),
        (("--photo", f"{code}"), "CODE=FILE"),
        (("--seal", f"{sealed.codes('--kind', 'booth')[0]}=intact"), "not scanned"),
    ):
        ran = sealed("handover", "--from", "51.08", "--to", "51.08.01", "--codes", "-", *args, typed=f"{code}\n")
        assert ran.code == 2 and word in ran.err, (args, ran.err)
    assert sealed.event_count() == before


def test_packs_whose_numbers_overlap_are_not_loaded(sealed: Terminal, tmp_path: Path) -> None:
    (tmp_path / "two.csv").write_text("kind,to,first,last\nseal,51.08,A0150,A0300\n")
    ran = sealed("load", tmp_path / "two.csv")
    assert ran.code == 2 and "A0101-A0200" in ran.err
    (tmp_path / "above.csv").write_text("kind,to,first,last,quantity\nseal,51.08,B0001,B0010,11\n")
    assert "are 10" in sealed("load", tmp_path / "above.csv").err


def test_a_need_of_no_level_and_no_kind_is_a_fault(station: Terminal, tmp_path: Path) -> None:
    (tmp_path / "needs2.csv").write_text("kind,level,per_place,tracked_as\nseal,crate,6,pack\n")
    ran = station("load", tmp_path / "needs2.csv")
    assert ran.code == 2 and "crate is none of" in ran.err
