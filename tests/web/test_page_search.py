"""One field finds everything, by typing or scanning into it; all handovers are listed, filtered and exported."""

import csv
import io

import pytest

from custody.format.codes import show_code
from custody.measures.traffic import HandoverLine
from services.reporting.finding import HandoversAsked, choose_handovers
from tests.support.command_examples import Terminal
from tests.support.hostile_pages import check
from tests.support.meet_pages import words
from tests.support.page_examples import Visitor

TRUCK = "DK 8123 AB"


@pytest.fixture
def handed(station: Terminal) -> list[str]:
    codes = station.codes("--to", "51.08.01.2001")
    giver = ("--giver", "Made Wirawan", "--receiver", "Ketut Sudarma")
    station.give(codes[:3], "51.08", TRUCK, "--bound", "51.08.01", *giver)
    station.give(codes[:3], TRUCK, "51.08.01", "--giver", "Ketut Sudarma", "--receiver", "Luh Ayu")
    return codes


def went(visitor: Visitor, q: str) -> str:
    answer = visitor.client.get("/search", params={"q": q}, follow_redirects=False)
    assert answer.status_code == 303, (q, answer.status_code)
    return answer.headers["location"]


def test_a_whole_code_label_or_number_leads_to_its_page_at_once(visitor: Visitor, handed: list[str]) -> None:
    code = handed[0]
    for scanned in (code, show_code(code).lower(), f"{code}*01"):
        assert went(visitor, scanned) == f"/items/{code}"
    assert went(visitor, "P:51.08.01") == "/dashboard/51.08.01"
    assert went(visitor, "0001/gudang-1/2024") == "/handover?number=0001%2FGUDANG-1%2F2024"


def test_parts_of_names_codes_plates_and_people_are_found(visitor: Visitor, handed: list[str]) -> None:
    for q, said, way in (
        (handed[0][:5], show_code(handed[0]), f'href="/items/{handed[0]}"'),
        ("gerok", "PPK Gerokgak", 'href="/dashboard/51.08.01"'),
        ("dk 8123 ab", "Vehicle DK 8123 AB", 'href="/items?held_by=DK8123AB"'),
        ("sudarma", "Ketut Sudarma", 'href="/handovers?q=Ketut+Sudarma"'),
        ("0002/", "0002/GUDANG-1/2024", 'href="/handover?number=0002'),
    ):
        page = visitor.see(f"/search?q={q}")
        check(page)
        assert said in words(page) and way in page, q
    nothing = words(visitor.see("/search?q=zzzz"))
    assert "Nothing is found for" in nothing and "Nothing is found" not in words(visitor.see("/search"))


def test_a_number_that_was_drawn_and_not_used_is_explained(visitor: Visitor, station: Terminal) -> None:
    code = station.codes("--to", "51.08.01")[0]
    station.give([code], "51.08", "51.08.01", "--number", "7/X/2024")
    for way in ("/search?q=0001/gudang-1/2024", "/handovers?q=0001/GUDANG-1/2024"):
        said = words(visitor.see(way))
        assert "was never used" in said and "7/X/2024" in said, way
        assert not any(other in said for other in ("Nothing is found", "No handover is"))
        assert "was never used" not in words(visitor.see(way.replace("0001", "0002")))


def test_a_seal_leads_to_the_item_that_it_was_on(visitor: Visitor, station: Terminal) -> None:
    code = station.codes("--kind", "box")[0]
    assert station("seal", code, "--apply", "A0001-A0006", "--name", "Made", "--name", "Ketut").code == 0
    page = visitor.see("/search?q=a0003")
    assert "Seal A0003" in words(page) and f'href="/items/{code}"' in page


def test_handovers_are_filtered_by_words_place_and_day(visitor: Visitor, handed: list[str]) -> None:
    def numbers(query: str) -> list[str]:
        page = visitor.see(f"/handovers?{query}")
        check(page)
        return [number for number in ("0001/", "0002/") if f">{number}GUDANG-1/2024</a>" in page]

    assert numbers("") == ["0001/", "0002/"]
    assert numbers("q=luh") == ["0002/"] and numbers("q=gudang+made") == ["0001/"] and numbers("q=nobody") == []
    assert numbers("place=PPK+Gerokgak") == ["0002/"] and numbers("place=DK8123AB") == ["0001/", "0002/"]
    assert numbers("since=2024-02-11&until=2024-02-11") == ["0001/", "0002/"]
    assert numbers("since=2024-02-12") == [] and numbers("until=2024-02-10") == []
    assert "no place" in words(visitor.see("/handovers?place=Nowhere")).lower()
    assert visitor.client.get("/handovers?since=2024-02-31").status_code == 200, "there is no such day: no filter"


def test_what_is_filtered_is_exported(visitor: Visitor, handed: list[str]) -> None:
    answer = visitor.client.get("/handovers.csv?q=luh")
    assert "attachment" in answer.headers["content-disposition"]
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["bast"], row["taken"], row["receiver"]) == ("0002/GUDANG-1/2024", "3", "Luh Ayu")
    assert visitor.client.get("/handovers.xlsx").content[:2] == b"PK"
    assert visitor.client.get("/handovers.pdf").status_code in (404, 422)


def test_a_list_of_handovers_counts_as_their_letters_do(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01")[:3]
    station.give(codes, "51.08", "51.08.01", "--refuse", f"{codes[0]}=torn", "--extra", "box=2:torn label")
    told = station("report", "bast", "--json").json
    counts = [
        told["total"],
        sum(not row["taken"] for row in told["items"]),
        sum(one["count"] for one in told["extras"]),
    ]
    assert counts == [2, 1, 2]
    answer = visitor.client.get("/handovers.csv")
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert [int(row[name]) for name in ("taken", "refused", "unlabelled")] == counts
    assert "2 refused: 1 2 more without a readable label" in words(visitor.see("/handovers"))
    assert "2 items · refused: 1 · 2 more without a readable label" in words(visitor.see("/search?q=0001"))


def test_observers_are_told_no_names() -> None:
    line = HandoverLine("l", 1, "0001/X/2024", "51.08", "51.08.01", "2024-02-11T01:00:00Z", "", 1, 0, ("Made",), (), 0)
    asked = HandoversAsked("made")
    assert choose_handovers([line], asked, {}, with_staff=True) == [line]
    assert choose_handovers([line], asked, {}, with_staff=False) == []
