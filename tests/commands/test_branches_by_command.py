"""A branch by command: what it loads counts for itself, what it may not is refused in one line, and offices join."""

import gzip
import json
from pathlib import Path

import pytest

from commands.context import station_at as opened
from custody.compose.item_events import withdraw_events
from custody.format.codes import show_code
from tests.support.branch_pages import CARD, DENPASAR, NEEDS, PROVINCE
from tests.support.command_examples import NOW, Once, Terminal, station_at
from tests.support.meet_examples import fingerprint_of, meet
from tests.support.tool_examples import import_tool

standalone = import_tool("verify_standalone")


@pytest.fixture
def hub(station: Terminal, tmp_path: Path, once: Once) -> Terminal:
    """A province with two regencies in its plan, and five boxes and two bottles of ink for each TPS."""

    @once
    def planned() -> None:
        (tmp_path / "province.csv").write_text(PROVINCE)
        (tmp_path / "denpasar.csv").write_text(DENPASAR)
        (tmp_path / "needs.csv").write_text(NEEDS)
        everywhere = NEEDS.replace(",2,", ",5,") + "ink,Tinta,Ink,polling_station,2,botol,item\n"
        (tmp_path / "everywhere.csv").write_text(everywhere)
        found = station_at(station, tmp_path / "hub", "--place", "51", "--station", "Provinsi")
        assert found("load", tmp_path / "province.csv", tmp_path / "everywhere.csv").code == 0

    return Terminal(tmp_path / "hub", station._capsys, station._monkeypatch)


@pytest.fixture
def denpasar(hub: Terminal, tmp_path: Path, once: Once) -> Terminal:
    """A regency that the province lets plan for itself."""

    @once
    def admitted() -> None:
        place = ("--place", "51.71", "--station", "Denpasar")
        found = station_at(hub, tmp_path / "regency", *place, "--root", fingerprint_of(hub))
        powers = ("--power", "plan", "--power", "admit", "--under", "51.71")
        assert hub("admit", found.home / CARD, *powers, "--json").json["under"] == ["51.71"]
        meet(hub, found)

    return Terminal(tmp_path / "regency", hub._capsys, hub._monkeypatch)


def missing(at: Terminal, *more: object) -> dict[str, int]:
    counts: dict[str, int] = at("plan", "--dry-run", "--json", *more).json["by_kind"]
    return counts


def test_what_a_branch_loads_counts_for_it_alone(hub: Terminal, denpasar: Terminal, tmp_path: Path) -> None:
    assert denpasar("load", tmp_path / "denpasar.csv", tmp_path / "needs.csv").code == 0
    assert missing(denpasar) == {"box": 2, "ink": 2}
    meet(denpasar, hub)
    assert missing(hub, "--place", "51.71") == {"box": 2, "ink": 2}
    said = denpasar("plan", "--dry-run")
    assert "Counted below 51.71" in said.err and said.code == 0
    places = {row["code"]: row["parent"] for row in hub("plan", "--explain", "51", "--json").json.get("places", [])}
    assert places.get("51.71", "51") == "51"
    for at in (hub, denpasar):
        assert at("verify", "--json").code == 0


def test_tables_of_another_branch_are_refused_with_the_row_and_nothing_is_loaded(
    hub: Terminal, denpasar: Terminal, tmp_path: Path
) -> None:
    before = denpasar.event_count()
    refused = denpasar("load", tmp_path / "needs.csv", "--under", "51.08")
    assert refused.code == 2 and "51.08 does not lie below 51.71" in refused.err
    (tmp_path / "theirs.csv").write_text(DENPASAR + "51.08.01,PPK Gerokgak,district,51.08,\n")
    refused = denpasar("load", tmp_path / "theirs.csv")
    assert refused.code == 2 and "51.08.01 does not lie below 51.71" in refused.err and "6" in refused.err
    assert denpasar("withdraw", "place", "51.08", "--yes").code == 2
    assert denpasar.event_count() == before
    indonesian = denpasar("load", tmp_path / "needs.csv", "--under", "51.08", lang="id")
    assert "51.08 tidak berada di bawah 51.71" in indonesian.err


def test_a_place_that_the_province_put_somewhere_is_moved_by_it_alone(
    hub: Terminal, denpasar: Terminal, tmp_path: Path
) -> None:
    rows = ("51.71.01,PPK 1,district,51.71,", "51.71.02,PPK 2,district,51.71,", "51.71.02.2001,Desa,village,51.71.02,")
    (tmp_path / "more.csv").write_text("\n".join(["code,name,level,parent,due", *rows, ""]))
    assert hub("load", tmp_path / "more.csv").code == 0
    meet(hub, denpasar)
    (tmp_path / "moved.csv").write_text("code,name,level,parent,due\n51.71.02.2001,Desa,village,51.71.01,\n")
    refused = denpasar("load", tmp_path / "moved.csv")
    assert refused.code == 2 and "put below 51.71.02 by who plans above" in refused.err
    assert hub("load", tmp_path / "moved.csv").code == 0


def test_the_province_loads_needs_for_one_branch(hub: Terminal, denpasar: Terminal, tmp_path: Path) -> None:
    assert denpasar("load", tmp_path / "denpasar.csv").code == 0
    meet(denpasar, hub)
    assert hub("load", tmp_path / "needs.csv", "--under", "51.08").code == 0
    assert missing(hub) == {"box": 5, "ink": 2}
    assert hub("load", tmp_path / "needs.csv", "--under", "51.71").code == 0
    assert missing(hub) == {"box": 2, "ink": 2}
    assert hub("load", tmp_path / "needs.csv", "--under", "51.99").code == 2
    assert hub("admit", denpasar.home / CARD, "--under", "51.71").code == 2, "a limit without a power"


def test_an_office_joins_by_its_word_and_the_provinces(hub: Terminal, tmp_path: Path) -> None:
    office = station_at(
        hub, tmp_path / "office", "--place", "51.71", "--station", "Denpasar", "--election", "Pilkada Kota"
    )
    assert office("load", tmp_path / "denpasar.csv", tmp_path / "needs.csv").code == 0
    assert office("plan").code == 0
    early = office("join", hub.home / CARD, "--yes")
    assert early.code == 2 and "has not admitted this office" in early.err
    assert hub("admit", office.home / CARD, "--power", "plan", "--power", "admit", "--under", "51.71").code == 0
    meet(hub, office)
    asked = office("join", hub.home / CARD, typed="")
    assert asked.code == 2 and "for good" in asked.err and "--yes" in asked.err
    assert office("join", hub.home / CARD, "--yes", "--json").json["station"] == "Provinsi"
    assert "had joined" in office("join", hub.home / CARD, "--yes").out
    assert hub("join", office.home / CARD, "--yes").code == 2
    meet(office, hub)
    assert len(hub.codes("--to", "51.71")) == 2 and missing(hub, "--place", "51.71") == {"ink": 2}
    for at in (hub, office):
        assert at("verify").code == 0
        assert at("twins").out == "" and at("twins", "--json").lines == []
    assert office("twins", "--keep", "Provinsi", "--yes").code == 2


def test_who_admits_an_office_is_told_that_it_counts_once_it_has_joined(hub: Terminal, tmp_path: Path) -> None:
    office = station_at(hub, tmp_path / "office", "--place", "51.71", "--station", "Denpasar")
    assert office("load", tmp_path / "denpasar.csv").code == 0
    meet(office, hub)
    admitted = hub("admit", office.home / CARD, "--power", "plan", "--under", "51.71")
    assert admitted.code == 0 and "counts here once it has joined" in admitted.err
    assert "51.71.01" not in hub("plan", "--explain", "51", "--json").out
    meet(hub, office)
    assert office("join", hub.home / CARD, "--yes").code == 0
    meet(office, hub)
    assert hub("plan", "--explain", "51.71.01").code == 0


def test_an_office_that_was_admitted_and_has_not_joined_is_told_how_at_both_ends(hub: Terminal, tmp_path: Path) -> None:
    office = station_at(hub, tmp_path / "office", "--place", "51.71", "--station", "Denpasar")
    assert office("load", tmp_path / "denpasar.csv", tmp_path / "needs.csv").code == 0
    assert hub("admit", office.home / CARD).code == 0
    meet(hub, office)
    meet(office, hub)
    below, above = office("items").err, hub("items").err
    assert "Provinsi has admitted this office" in below and "join station-card.json" in below
    assert "Denpasar at 51.71" in above and "once it has said that it belongs here" in above
    assert "admit station-card.json" not in below + above, "that was done"
    assert office("join", hub.home / CARD, "--yes").code == 0
    meet(office, hub)
    assert "join" not in office("items").err + hub("items").err


def test_whoever_checks_a_bundle_or_tiles_sees_who_takes_out_of_the_plan_what_is_of_another_branch(
    hub: Terminal, denpasar: Terminal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program refuses to record it; other software may write it all the same."""
    assert denpasar("load", tmp_path / "denpasar.csv", tmp_path / "needs.csv").code == 0
    assert denpasar("plan").code == 0
    meet(denpasar, hub)
    (tmp_path / "buleleng.csv").write_text(DENPASAR.replace("51.71", "51.08"))
    assert hub("load", tmp_path / "buleleng.csv").code == 0
    assert hub("plan", "--place", "51.08").code == 0
    meet(hub, denpasar)
    theirs, ours = hub.codes("--to", "51.08")[0], denpasar.codes("--to", "51.71")[0]
    with opened(str(denpasar.home), None, lambda: NOW).store(write=True) as store:
        for code in (theirs, ours):
            store.record(withdraw_events([{"row": "item", "code": code}]))
        store.record(withdraw_events([{"row": "place", "code": "51.08.01.2001.001"}]))
    meet(denpasar, hub)
    assert hub("export", "--out", tmp_path / "all.serah").code == 0
    assert hub("export", "--tiles", tmp_path / "tiles").code == 0
    said = set()
    for what in ((), (tmp_path / "all.serah",), (tmp_path / "tiles",)):
        ran = hub("verify", *what, "--root", fingerprint_of(hub), "--json")
        assert ran.code == 0
        named = [f for f in ran.json["findings"] if f["code"] == "UNKNOWN_STATION"]
        said.add(tuple(sorted((f["seq"], f["detail"]) for f in named)))
    [told] = said
    assert [show_code(theirs) in detail for _seq, detail in told] == [True, False]
    assert "51.08.01.2001.001" in told[1][1] and show_code(ours) not in str(told)
    packed = gzip.decompress((tmp_path / "all.serah").read_bytes())
    lines = [line.replace(rb"\"note\":\"\"", rb"\"note\":\"x\"") for line in packed.splitlines(keepends=True)]
    (tmp_path / "altered.serah").write_bytes(gzip.compress(b"".join(lines)))
    altered = hub("verify", tmp_path / "altered.serah", "--root", fingerprint_of(hub), "--json")
    assert altered.code == 1 and "UNKNOWN_STATION" not in altered.out, "what no key signed says nothing of a station"
    code = standalone.main([str(tmp_path / "all.serah"), "--root", fingerprint_of(hub), "--json"])
    alone = json.loads(capsys.readouterr().out)["findings"]
    notes = {f["seq"]: f["detail"] for f in alone if f["code"] == "UNKNOWN_STATION"}
    assert code == 0 and {seq for seq, _detail in told} <= notes.keys()
    assert set(notes.values()) == {"counts below 51.71 alone: look at what it withdraws"}
    assert standalone.main([str(tmp_path / "all.serah"), "--json"]) == 0
    assert "UNKNOWN_STATION" not in capsys.readouterr().out, "without the root's fingerprint every key may plan"
