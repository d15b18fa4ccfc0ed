"""Labels printed before anybody knows what they will be on, and what each was claimed for later."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.plan.missing_items import further_items, slot_of
from custody.plan.needs import NeedRules
from custody.plan.places import Need, Place
from tests.support.command_examples import Once, Ran, Terminal, blanks, station_at

TPS1 = "51.08.01.2001.001"
BOX = ("--kind", "box", "--to", TPS1)
STRANGER = "7Q2M9X4T5B8C6"


@pytest.fixture
def blank(station: Terminal, once: Once) -> str:
    """The code of a blank label of the station."""

    @once
    def printed() -> None:
        Path("blank.txt").write_text(blanks(station, 1)[0])

    return Path("blank.txt").read_text()


def findings(done: Ran) -> dict[str, str]:
    return {finding["code"]: finding["detail"] for finding in done.json["findings"]}


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--kind", "box"),
        pytest.param(("--kind", "box", "--sheet", "a4-3x7"), marks=pytest.mark.slow),
        pytest.param(("--sheet", "roll-100x150"), marks=pytest.mark.slow),
    ],
)
def test_blank_labels_have_codes_of_their_own_that_read_back(station: Terminal, options: tuple[str, ...]) -> None:
    assert set(blanks(station, 3, *options)).isdisjoint(station.codes())


def test_a_blank_label_that_turns_up_unclaimed_is_named_as_such_until_it_is_claimed(
    station: Terminal, blank: str
) -> None:
    code = blank
    handed = station.give([f"{code}*01"], "51.08", "51.08.01")
    assert "blank label that nobody has claimed" in findings(handed)["UNKNOWN_CODE"]
    assert "blank label" not in findings(station.give([STRANGER], "51.08", "51.08.01"))["UNKNOWN_CODE"]
    chain = station("custody", code, "--json").json
    assert [(f["code"], f["open"]) for f in chain["findings"]] == [("UNKNOWN_CODE", True)]
    assert station("claim", code, *BOX).code == 0
    chain = station("custody", code, "--json").json
    assert [(f["code"], f["open"]) for f in chain["findings"] if f["code"] == "UNKNOWN_CODE"] == [
        ("UNKNOWN_CODE", False)
    ]


def test_the_label_of_a_claimed_item_is_its_first_print(station: Terminal, blank: str) -> None:
    code = blank
    assert station("claim", code, *BOX, "--held-by", "51.08.02").code == 0
    [item] = [item for item in station.items() if item["code"] == code]
    assert (item["print"], item["to"], item["held_by"]) == (1, TPS1, "51.08.02")
    assert findings(station.give([f"{code}*01"], "51.08.02", "51.08.01")) == {}
    Path("codes.txt").write_text(code)
    assert station("labels", "--codes", "codes.txt", "--out", "again.pdf").code == 2
    again = station(
        "reprint", code, "--reason", "torn", "--by", "Ketut", "--by", "Made", "--out", "again.pdf", "--json"
    )
    assert again.json["print"] == 2


def test_claimed_labels_take_what_the_plan_lacks_and_then_further_numbers(terminal: Terminal, prepared: Path) -> None:
    fresh = station_at(terminal, Path("fresh"), "--place", "51.08", "--station", "Gudang-1")
    assert fresh("load", prepared / "places.csv", prepared / "needs.csv").code == 0
    codes = blanks(fresh, 7)
    assert fresh("claim", codes[0], *BOX, "--election", "DPD", "--json").json["k"] == 3
    Path("codes.txt").write_text("\n".join([*codes[1:], codes[1]]))
    claimed = fresh("claim", "--codes", "codes.txt", *BOX, "--json").lines
    assert [item["code"] for item in claimed] == codes[1:]
    assert [(item["k"], item["n"], item["election"]) for item in claimed] == [
        (1, 5, "PPWP"),
        (2, 5, "DPR"),
        (4, 5, "DPRD-PROV"),
        (5, 5, "DPRD-KAB"),
        (6, 6, None),
        (7, 7, None),
    ]
    assert fresh("plan", "--place", TPS1, "--kind", "box", "--dry-run", "--json").json["missing"] == 0


@pytest.mark.parametrize(
    "given",
    [
        (STRANGER, *BOX),
        ("{registered}", *BOX),
        ("{blank}", "{registered}", *BOX),
        ("{blank}", "--kind", "foo", "--to", TPS1),
        ("{blank}", "--kind", "box", "--to", "51.99"),
        ("{blank}", "--kind", "box", "--to", "DK 8123 AB"),
        ("7Q2M9X4T5B8C5", *BOX),
        BOX,
    ],
)
def test_what_cannot_be_claimed_is_refused_whole(station: Terminal, blank: str, given: tuple[str, ...]) -> None:
    known = {"blank": blank, "registered": station.codes()[0]}
    before = station.event_count()
    refused = station("claim", *(word.format(**known) for word in given))
    assert refused.code == 2 and len(refused.err.splitlines()) in (2, 3)
    assert station.event_count() == before


@pytest.mark.parametrize("options", [("--to", "51.08.01"), ("--codes", "codes.txt"), ("--blank", "0")])
def test_blank_labels_go_nowhere_yet(station: Terminal, options: tuple[str, ...]) -> None:
    assert station("labels", "--blank", "3", *options, "--out", "blank.pdf").code == 2
    assert not Path("blank.pdf").exists()


def test_a_blank_label_of_another_station_is_claimed_once_its_log_is_here(
    station: Terminal, blank: str, tmp_path: Path
) -> None:
    code = blank
    root = json.loads((station.home / "station-card.json").read_text())["root"]
    other = station_at(station, tmp_path / "other", "--place", "51.08.01", "--station", "PPK-1", "--root", root)
    assert station("admit", other.home / "station-card.json", "--yes").code == 0
    assert other("claim", code, *BOX).code == 2
    assert station("export", "--out", "a.serah").code == 0 and other("import", "a.serah").code == 0
    claimed = other("claim", code, *BOX, "--json")
    assert claimed.code == 0 and claimed.json["held_by"] == "51.08.01"
    assert other("export", "--out", "b.serah").code == 0 and station("import", "b.serah").code == 0
    for place in (station, other):
        assert [link["type"] for link in place("custody", code, "--json").json["chain"]] == ["print", "register"]
        assert place("verify").code == 0


SLOTS = st.tuples(
    st.sampled_from(["box", "booth"]),
    st.sampled_from(["TPS", "TPS2"]),
    st.sampled_from([None, "DPR", "DPD"]),
    st.integers(1, 9),
)


@given(st.sets(SLOTS), st.integers(0, 6), st.sampled_from([None, "DPR"]))
def test_further_items_are_never_what_is_there_and_fill_the_plan_first(existing, per_place, election) -> None:
    elections = ("DPR", "DPD", "DPR", "DPD", "DPR", "DPD")[:per_place]
    needs = (Need("box", "Kotak", "Box", "polling_station", per_place, "buah", "item", elections),)
    free = further_items(
        Place("TPS", "TPS 1", "polling_station"),
        NeedRules(needs),
        existing,
        kind="box",
        election=election,
        held_by="WH",
    )
    items = [item for _number, item in zip(range(12), free, strict=False)]
    slots = [slot_of(item) for item in items]
    assert len(set(slots)) == 12 and existing.isdisjoint(slots)
    assert all(item.k <= item.n and election in (None, item.election) for item in items)
    planned = {("box", "TPS", name, k) for k, name in enumerate(elections, 1) if election in (None, name)}
    assert planned - existing == planned & set(slots) == set(slots[: len(planned - existing)])
    further = [item.k for item in items[len(planned - existing) :]]
    assert further == list(range(further[0], further[0] + len(further)))
