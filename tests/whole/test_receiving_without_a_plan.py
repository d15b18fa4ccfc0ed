"""A laptop that never met the sender and has no plan: its own place and the paper are enough to receive."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from custody.format.paper_codes import is_part
from custody.handover.waybill import unknown_key
from db.store import Store
from scanner.decoding.picture_reader import Reader
from services.scanning.advice import advice
from tests.support.command_examples import Once, Terminal, station_at, told_last
from tests.support.meet_examples import fingerprint_of
from tests.support.page_examples import PageAt, Visitor, site_at
from tests.support.paper_examples import photograph, rendered
from tests.support.pdf_text import text_of

TRUCK = "DK 8123 AB"


@pytest.fixture
def newcomer(station: Terminal, tmp_path: Path, once: Once) -> Terminal:
    """A district's station that knows root's fingerprint and nothing else, and the paper of the truck that comes."""

    @once
    def sent() -> None:
        station_at(
            station, tmp_path / "new", "--place", "51.08.01", "--station", "PPK-1", "--root", fingerprint_of(station)
        )
        given = station.codes("--to", "51.08.01")
        station.give(given, "51.08", TRUCK, "--bound", "51.08.01.2001", "--paper", "paper.pdf")
        codes = [read.text for read in Reader().read(rendered("paper.pdf"))]
        Path("paper.txt").write_text("\n".join(filter(is_part, codes)))
        Path("given.txt").write_text("\n".join(given))

    return Terminal(tmp_path / "new", station._capsys, station._monkeypatch)


def given() -> list[str]:
    return Path("given.txt").read_text().split()


def test_a_folder_of_pictures_of_the_paper_tells_what_is_to_come(newcomer: Terminal):
    Path("frames").mkdir()
    Image.open(photograph("paper.pdf")).save("frames/1.png")
    seen = newcomer("scan", "--source", "frames", "--from", TRUCK, "--to", "51.08.01", "--json")
    assert (seen.json["expected"], seen.json["missing"]) == (18, 18)
    assert "plan is not known here yet" in seen.err


def test_it_receives_with_its_own_place_alone_and_the_paper_says_who_gives(newcomer: Terminal):
    typed = "\n".join([Path("paper.txt").read_text(), *given()[1:]])
    ran = newcomer("scan", "--source", "-", "--to", "51.08.01", "--yes", "--json", typed=typed)
    assert ran.code == 0, ran.err
    assert (ran.json["from"], ran.json["to"], ran.json["scanned"], ran.json["expected"]) == (
        "DK8123AB",
        "51.08.01",
        17,
        18,
    )
    assert {(one["code"], one["provisional"]) for one in ran.json["findings"]} == {
        ("SHORTAGE", True),
        ("UNKNOWN_STATION", True),
    }


def test_it_hands_on_to_a_place_that_the_paper_names_and_accuses_nobody(newcomer: Terminal):
    newcomer(
        "scan", "--source", "-", "--to", "51.08.01", "--yes", typed="\n".join([Path("paper.txt").read_text(), *given()])
    )
    ran = newcomer.give(given()[:2], "51.08.01", "51.08.01.2001")
    assert ran.code == 0 and all(finding["provisional"] for finding in ran.json["findings"]), ran
    assert "51.08.01.2001" in newcomer("custody", given()[0]).out


def test_it_hands_on_to_a_place_that_nobody_named_and_says_that_no_plan_tells_of_it(newcomer: Terminal):
    for onward in (("51.08.01.2002",), (TRUCK, "--bound", "51.08.01.2002")):
        ran = newcomer.give(given()[:2], "51.08.01", *onward)
        assert ran.code == 0 and "51.08.01.2002" in ran.err, ran
        assert "plan is not known here yet" in ran.err
    assert "51.08.01.2002" in newcomer("custody", given()[0]).out
    refused = newcomer("handover", "--from", "51.08.01", "--to", "BULELENG", "--codes", "-", typed="\n")
    assert refused.code == 2 and "official code" in refused.err


def test_once_the_plan_has_come_all_is_as_if_it_had_been_there(station: Terminal, newcomer: Terminal, tmp_path: Path):
    planned = station_at(
        station, tmp_path / "planned", "--place", "51.08.01", "--station", "PPK-1", "--root", fingerprint_of(station)
    )
    station("export", "--out", "plan.serah")
    planned("import", "plan.serah")
    typed = "\n".join([Path("paper.txt").read_text(), *given()])
    for receiver in (newcomer, planned):
        assert receiver("scan", "--source", "-", "--to", "51.08.01", "--from", TRUCK, "--yes", typed=typed).code == 0

    def said(receiver: Terminal) -> list[dict[str, object]]:
        return [{name: value for name, value in body.items() if name != "log"} for body in told_last(receiver)]

    assert said(newcomer) == said(planned)
    assert station("admit", newcomer.home / "station-card.json").code == 0
    newcomer("export", "--out", "back.serah")
    assert station("import", "back.serah").code == 0
    station("export", "--out", "plan.serah")
    assert newcomer("import", "plan.serah").code == 0
    code = given()[0]
    chain = newcomer("custody", code, "--json").json
    assert chain == station("custody", code, "--json").json
    assert (chain["held_by"], chain["to"], chain["findings"]) == ("51.08.01", "51.08.01.2001.001", [])
    assert newcomer("verify").code == 0
    with closing(sqlite3.connect(newcomer.home / "ledger.db")) as ledger:
        assert ledger.execute("SELECT COUNT(*) FROM place").fetchone() != (0,)


def test_where_no_place_is_known_the_hint_names_import_and_not_load(station: Terminal, newcomer: Terminal):
    unknown = ("handover", "--from", "PPK-2", "--to", "51.08.01", "--codes", "-")
    refused = newcomer(*unknown, typed="\n")
    assert refused.code == 2 and "import FILE" in refused.err and "load" not in refused.err
    station("export", "--out", "plan.serah")
    newcomer("import", "plan.serah")
    refused = newcomer("scan", "--to", "51.08.77", "--source", "-", typed="\n")
    assert refused.code == 2 and "import FILE" in refused.err and "load" not in refused.err
    assert "load FILE" in station("scan", "--to", "51.08.77", "--source", "-", typed="\n").err


@pytest.mark.parametrize("command", [("items",), ("plan",), ("labels", "--places", "--out", "labels.pdf")])
def test_what_hangs_on_the_plan_says_how_it_comes(newcomer: Terminal, command: tuple[str, ...]):
    ran = newcomer(*command)
    assert "import FILE" in ran.out + ran.err and "load" not in ran.out + ran.err


def test_the_page_receives_without_a_plan_too(newcomer: Terminal, page_at: PageAt):
    with page_at(site_at(newcomer.home)) as client:
        visitor = Visitor(client)
        assert re.search(r'name="receiver"[^>]*value="51.08.01"', visitor.see("/scan")), "it has nothing to give yet"
        draft = visitor.ask("POST", "/api/drafts", {"receiver": "51.08.01"}, expect=201)["draft"]
        for line in Path("paper.txt").read_text().splitlines():
            told = visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": line})
        assert "items from 51.08 to DK 8123 AB: 18" in str(told)
        assert "Vehicle DK 8123 AB" in visitor.see(f"/scan/{draft}")
        assert "51.08.01" in visitor.see("/dashboard")
        [found] = visitor.ask("GET", "/api/places?q=51.08.01.2001")
        assert (found["code"], found["within"]) == ("51.08.01.2001", "Not in the plan yet")
        unknown = visitor.ask("POST", "/api/drafts", {"receiver": "PPK 2"}, expect=422)
        assert "official code" in unknown["hint"]


def test_the_page_hands_on_to_a_place_that_nobody_named(newcomer: Terminal, page_at: PageAt):
    with page_at(site_at(newcomer.home)) as client:
        visitor = Visitor(client)
        assert [found["code"] for found in visitor.ask("GET", "/api/places?q=51.08.01.2002")] == ["51.08.01.2002"]
        ends = {"giver": "51.08.01", "receiver": TRUCK, "bound": ["51.08.01.2002"]}
        draft = visitor.ask("POST", "/api/drafts", ends, expect=201)["draft"]
        for page in (f"/scan/{draft}", f"/scan/{draft}/review"):
            assert "These are recorded and shown by their codes: 51.08.01, 51.08.01.2002" in visitor.see(page)


def test_a_letter_read_on_meet_is_received_here_and_what_it_names_is_expected(newcomer: Terminal, page_at: PageAt):
    with page_at(site_at(newcomer.home)) as client:
        visitor = Visitor(client)
        for line in Path("paper.txt").read_text().splitlines():
            told = visitor.ask("POST", "/api/papers/lines", {"line": line})
        [(giver, receiver)] = re.findall(r'data-giver="([^"]+)" data-receiver="([^"]+)"', told["page"])
        assert receiver == "51.08.01"
        draft = visitor.ask("POST", "/api/drafts", {"giver": giver, "receiver": receiver}, expect=201)["draft"]
        assert 'id="expected">18<' in visitor.see(f"/scan/{draft}")


def test_the_code_of_a_place_that_is_typed_into_the_session_is_where_it_goes(newcomer: Terminal, page_at: PageAt):
    with page_at(site_at(newcomer.home)) as client:
        visitor = Visitor(client)
        draft = visitor.ask("POST", "/api/drafts", {"giver": TRUCK}, expect=201)["draft"]
        told = visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": "51.08.01"})
        assert (told["kind"], told["text"]) == ("place", "To: 51.08.01")


def test_what_the_letter_names_is_told_in_one_calm_line_before_and_after_it_is_recorded(
    newcomer: Terminal, page_at: PageAt, station: Terminal
):
    with page_at(site_at(newcomer.home)) as client:
        visitor = Visitor(client)
        for line in Path("paper.txt").read_text().splitlines():
            told = visitor.ask("POST", "/api/papers/lines", {"line": line})
        assert told["beep"] == "ok" and "checked when the data of gudang-1 is taken in" in told["page"]
        assert "UNKNOWN_STATION" not in told["page"] and 'class="notice right"' in told["page"]
        draft = visitor.ask("POST", "/api/drafts", {"giver": TRUCK, "receiver": "51.08.01"}, expect=201)["draft"]
        stray = station.codes("--to", "51.08.02")[0]
        for line in [*given()[1:], stray]:
            taken = visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": line})
        assert taken["is_grave"] and taken["text"] == "Unknown item"
        line = "17 things as paper 0001/GUDANG-1/2024 says"
        review, reasons = visitor.see(f"/scan/{draft}/review"), visitor.see(f"/scan/{draft}/reasons")
        assert line in review and "1 critical finding:" in reasons
        assert "as on the paper 17" in review and "not registered 1" in review
        version = re.findall(r'data-version="([^"]+)"', client.get(f"/scan/{draft}/review").text)[-1]
        number = visitor.ask("POST", f"/api/drafts/{draft}/record", {"version": version})["bast"]
        recorded = visitor.see(f"/handover?number={number}")
        assert line in recorded and "1 critical finding:" in recorded
        text = text_of(client.get(f"/handover/letter/b.pdf?number={number}").content)
    assert ": 18; scanned: 18, of them not on the paper: 1; on the paper and not scanned: 1" in text
    assert text.count("PPK-1 shows when the warehouse's data is taken in") == 1 and "recorded this of" not in text


def test_what_is_refused_and_stands_on_the_paper_is_as_the_paper_says_everywhere(newcomer: Terminal):
    newcomer("scan", "--source", "-", "--from", TRUCK, "--to", "51.08.01", typed=Path("paper.txt").read_text())
    refused, *taken = given()
    ends = ("--from", TRUCK, "--to", "51.08.01", "--codes", "-", "--refuse", refused, "--bast", "letter.pdf")
    ran = newcomer("handover", *ends, "--yes", typed="\n".join(taken))
    assert ran.code == 0 and "No findings" in ran.out and "17 taken, 1 refused, expected: 18" in ran.out, ran
    assert "18 things as paper 0001/GUDANG-1/2024 says" in ran.out
    text = text_of(Path("letter.pdf"))
    assert ": 18; scanned: 18 (17 taken, 1 refused), of them not on the paper: 0; on the paper and not" in text
    again = newcomer.give(taken[:1], TRUCK, "51.08.01", "--refuse", refused)
    assert not [one for one in again.json["findings"] if one["code"] == "UNKNOWN_CODE" and one["severity"] != "info"]


def test_programs_are_told_what_is_irregular_before_the_plan_comes(newcomer: Terminal, page_at: PageAt):
    newcomer.give(given()[:2], TRUCK, "51.08.01", "--counted", 3, "--condition", f"{given()[0]}=wet")
    rows = newcomer("report", "discrepancies", "--json").json["rows"]
    with page_at(site_at(newcomer.home)) as client:
        told = client.get("/api/v1/findings").json()["findings"]
    assert {one["code"] for one in told} >= {"COUNT", "DAMAGED"}
    assert sorted(one["code"] for one in told) == sorted(row["finding"] for row in rows if row["severity"] != "info")


def test_the_first_page_says_that_the_plan_comes_from_the_warehouse(newcomer: Terminal, page_at: PageAt):
    with page_at(site_at(newcomer.home)) as client:
        page = Visitor(client).see("/")
    assert "The plan comes from the warehouse" in page and "Load the tables" not in page
    assert page.index('href="/meet#paper" autofocus') < page.index('href="/meet#take"')


def test_things_without_a_label_are_noted_in_ones_own_words_where_no_kinds_are_known(
    newcomer: Terminal, page_at: PageAt
):
    with page_at(site_at(newcomer.home)) as client:
        visitor = Visitor(client)
        draft = visitor.ask("POST", "/api/drafts", {"giver": TRUCK, "receiver": "51.08.01"}, expect=201)["draft"]
        assert '<input id="extra-kind-1" data-extra="kind"' in visitor.see(f"/scan/{draft}/review")
        said = {"extras": [{"kind": "ember biru", "count": 2}]}
        visitor.ask("PUT", f"/api/drafts/{draft}/said", said)
        assert 'data-extra="kind" maxlength="60" value="ember biru"' in visitor.see(f"/scan/{draft}/review")


def test_a_station_that_is_not_known_yet_is_told_how_it_comes_to_be(newcomer: Terminal, page_at: PageAt):
    newcomer("scan", "--source", "-", "--to", "51.08.01", "--from", TRUCK, "--yes", typed="\n".join(given()[:1]))
    reported = newcomer("report", "discrepancies", "--json").json["rows"]
    assert {row["finding"]: row["severity"] for row in reported}["UNKNOWN_STATION"] == "info"
    with page_at(site_at(newcomer.home)) as client:
        page = Visitor(client).see(f"/items/{given()[0]}")
    assert "Carry station-card.json, from this station" in page

    def told(store: Store) -> str:
        return advice(unknown_key("GUDANG-1"), store)

    with closing(site_at(newcomer.home)) as site:
        assert "data of GUDANG-1 from a USB stick" in site.ask.do(told)


def test_what_is_short_by_the_paper_alone_is_counted_and_no_list_of_items_is_named(newcomer: Terminal):
    typed = "\n".join([Path("paper.txt").read_text(), *given()[2:]])
    out = newcomer("scan", "--source", "-", "--to", "51.08.01", "--yes", "--paper", "own.pdf", typed=typed).out
    assert "stayed with Vehicle DK 8123 AB: 2." in out and "--held-by" not in out
    assert "16 things as paper 0001/GUDANG-1/2024 says" in out and "UNKNOWN" not in out
    assert "UNKNOWN" not in text_of(Path("own.pdf"))


def test_what_came_as_a_letter_said_is_handed_on_as_such_and_is_no_unknown_thing(newcomer: Terminal, page_at: PageAt):
    typed = "\n".join([Path("paper.txt").read_text(), *given()])
    assert newcomer("scan", "--source", "-", "--to", "51.08.01", "--yes", typed=typed).code == 0
    with page_at(site_at(newcomer.home)) as client:
        visitor = Visitor(client)
        ends = {"giver": "51.08.01", "receiver": "51.08.01.2002"}
        draft = visitor.ask("POST", "/api/drafts", ends, expect=201)["draft"]
        told = visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": given()[0]})
        assert (told["text"], told["remark"], told["beep"]) == ("As on the paper", "", "ok")
        review = visitor.see(f"/scan/{draft}/review")
        assert "as on the paper 1" in review and "not known" in review and "critical" not in review
