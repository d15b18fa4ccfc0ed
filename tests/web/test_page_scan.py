"""The scan page without a browser: what is typed is taken once and durably, what is reviewed is recorded once."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from commands.context import station_at
from custody.compose.compose import Touch
from custody.format.codes import form_payload, item_payload, show_code
from custody.plan.places import Place
from db.drafts import Drafts
from reports.words import clock_at
from services.scanning.handover_desk import DraftDesk
from tests.support.command_examples import NOW, Terminal, told_last
from tests.support.page_examples import PageAt, Visitor, site_at
from tests.support.scan_pages import begun, record, reviewed, typed
from tests.support.truth_examples import listed
from web.site import Site

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "buleleng"


def test_a_handover_from_its_first_label_to_its_paper(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01.2001.001")
    astray = station.codes("--to", "51.08.02")[0]
    draft = begun(visitor)
    first = typed(visitor, draft, item_payload(codes[0], 1))
    assert (first["kind"], first["beep"], first["taken"], first["expected"]) == ("taken", "ok", 1, 18)
    assert typed(visitor, draft, codes[0])["kind"] == "again"
    wrong = typed(visitor, draft, astray)
    assert wrong["kind"] == "taken" and wrong["beep"] == "wrong" and "Unggahan" in wrong["remark"]
    page = visitor.see(f"/scan/{draft}")
    assert show_code(astray) in page and "Take it off the load" in page
    assert 'id="taken">1<' in page and "+1 not planned" in page
    assert "PPS Patas" in page, "what is missing is told by village"
    saved = record(visitor, draft, reviewed(visitor, draft), giver_name="Made", receiver_name="Ketut", counted=3)
    told = visitor.see(saved["page"])
    assert saved["new"] and saved["bast"] in told and "Made" in told
    paper = visitor.client.get(saved["page"].replace("/handover?", "/handover.pdf?"))
    assert paper.content.startswith(b"%PDF") and "unsafe" not in paper.headers["content-security-policy"]
    chain = station("custody", "--json", codes[0]).json
    assert chain["held_by"] == "51.08.01"
    assert station("verify").code == 0


def test_the_review_shows_what_a_command_has_told_a_session_and_records_it(visitor: Visitor, station: Terminal) -> None:
    said = (
        "--occurred",
        "2024-02-11T06:30+08:00",
        "--stop",
        "Seririt",
        "--stop",
        "Kayuputih",
        "--witness",
        "Putu",
        "--witness",
        "Nyoman",
        "--witness",
        "Ketut",
        "--refuse",
    )
    code = station.codes("--to", "51.08.01.2001.001")[0]
    scan = ("scan", "--from", "51.08", "--to", "51.08.01", "--source", "-")
    assert station(*scan, *said, station.codes("--to", "51.08.02")[0], typed=code).code == 2
    draft = station("drafts", "--json").json["id"]
    page = visitor.see(f"/scan/{draft}/review")
    assert all(shown in page for shown in ("Seririt → Kayuputih", "Further witnesses: Ketut", "it happened"))
    record(visitor, draft, reviewed(visitor, draft), witness_1="Putu", giver_name="Made")
    (told,) = told_last(station)
    assert (told["witnesses"], told["occurred"]) == (["Putu", "Ketut"], "2024-02-10T22:30:00Z")
    assert told["carriage"]["stops"] == ["Seririt", "Kayuputih"] and len(told["refused"]) == 1


def test_a_field_of_places_shows_names_and_says_that_it_is_not_for_people(visitor: Visitor) -> None:
    page = visitor.see("/scan")
    assert re.search(r'id="giver" name="giver" value="[^"]+ \(51\.08\)"', page), "the name, with the code behind it"
    draft = begun(visitor, "Kabupaten Buleleng (51.08)", "PPK Gerokgak (51.08.01)")
    assert "(51.08.01)" in visitor.see(f"/scan/{draft}")
    refused = visitor.ask("POST", "/api/drafts", {"giver": "51.08", "receiver": "Pak Made"}, expect=422)
    assert "Names of people are written later" in str(refused)


def test_the_page_has_one_clock_also_where_a_truck_receives(visitor: Visitor, station: Terminal) -> None:
    draft = begun(visitor, receiver="DK 8123 AB")
    assert "WITA" in visitor.see("/") and "UTC" not in visitor.see("/")
    typed(visitor, draft, station.codes()[0])
    saved = record(visitor, draft, reviewed(visitor, draft), giver_name="Made")
    for path in ("/", saved["page"]):
        page = visitor.see(path)
        assert "WITA" in page and "UTC" not in page, path
    assert "Not signed on the screen: Made, Vehicle DK 8123 AB." in visitor.see(saved["page"])


def test_a_station_whose_code_tells_no_zone_goes_by_that_of_what_it_lies_in() -> None:
    places = {
        "51.08": Place("51.08", "Kabupaten", "regency", None),
        "GDG": Place("GDG", "Gudang", "warehouse", "51.08"),
    }
    assert [clock_at(places, code) for code in ("GDG", "51.08", "91.01", "X")] == ["51.08", "51.08", "91.01", ""]


def test_the_chain_says_whether_a_code_was_typed_scanned_or_read_from_a_form(
    visitor: Visitor, station: Terminal
) -> None:
    codes = station.codes()[:5]
    draft = begun(visitor)
    form, label = form_payload(codes[2]), item_payload(codes[3], 1)
    lines = (codes[0], codes[1], form, label.lower(), item_payload(codes[4], 1))
    for line, by_hand in zip(lines, (False, True, False, False, True), strict=True):
        visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": line, "by_hand": by_hand})
    saved = record(visitor, draft, reviewed(visitor, draft))
    assert saved["new"]
    said = {code: station("custody", code).out for code in codes}
    words = ("code typed in", "code typed in", "code read from a form", "label read by USB scanner", "code typed in")
    for code, word in zip(codes, words, strict=True):
        assert [word in said[code] for word in dict.fromkeys(words)].count(True) == 1 and word in said[code], code


def test_a_second_click_records_nothing_more_and_tells_the_same(visitor: Visitor, station: Terminal) -> None:
    draft = begun(visitor)
    typed(visitor, draft, station.codes()[0])
    version = reviewed(visitor, draft)
    before = station.event_count()
    answers = [record(visitor, draft, version) for _click in range(3)]
    assert [answer["new"] for answer in answers] == [True, False, False]
    assert len({answer["bast"] for answer in answers}) == 1
    assert station.event_count() == before + 1
    answer = visitor.client.get(f"/scan/{draft}", follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == answers[0]["page"], "an open page goes there"


def test_what_is_out_of_date_is_not_recorded(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes()
    draft = begun(visitor)
    typed(visitor, draft, codes[0])
    version = reviewed(visitor, draft)
    typed(visitor, draft, codes[1])
    before = station.event_count()
    refused = record(visitor, draft, version, expect=409)
    assert "nothing was recorded" in refused["error"] and station.event_count() == before
    assert record(visitor, draft, reviewed(visitor, draft))["new"]


def test_what_another_program_takes_into_the_session_is_on_the_page(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes()
    draft = begun(visitor)
    typed(visitor, draft, codes[0])
    station("drafts", "--drop", draft, "--yes")
    answer = visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": codes[1]}, expect=422)
    assert "no unfinished session" in answer["error"], "nothing is said to be taken that was not"
    assert visitor.client.get(f"/scan/{draft}", follow_redirects=False).headers["location"] == "/?gone=1"


def test_a_review_shows_what_another_program_has_put_in_the_place_of_another_label(
    visitor: Visitor, station: Terminal
) -> None:
    codes = station.codes()
    draft = begun(visitor)
    for code in codes[:2]:
        typed(visitor, draft, code)
    before = reviewed(visitor, draft)
    with station_at(str(station.home), None).store(write=True) as store:
        store.drafts.remove(draft, codes[1])
        store.drafts.take(draft, Touch(codes[2], 1, "wedge"), at=NOW)
    version, page = reviewed(visitor, draft), visitor.see(f"/scan/{draft}")
    assert show_code(codes[2]) in page and show_code(codes[1]) not in page
    record(visitor, draft, before, expect=409)
    record(visitor, draft, version)
    [handover] = told_last(station)
    assert [row["code"] for row in handover["items"]] == [codes[0], codes[2]]


def test_a_review_after_a_scan_reads_the_session_once_and_looks_up_nothing_that_it_knows(
    visitor: Visitor, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, asked = begun(visitor), Counter[str]()
    typed(visitor, draft, station.codes()[0])
    reviewed(visitor, draft)
    for of, name in ((Drafts, "touches"), (DraftDesk, "look_up")):
        real = getattr(of, name)
        monkeypatch.setattr(of, name, lambda *args, real=real, name=name: asked.update([name]) or real(*args))
    typed(visitor, draft, station.codes()[1])
    asked.clear()
    reviewed(visitor, draft)
    assert asked == {"touches": 1}


def test_the_state_of_an_item_and_the_names_outlive_the_server(
    visitor: Visitor, station: Terminal, page_at: PageAt
) -> None:
    code = station.codes()[0]
    draft = begun(visitor)
    typed(visitor, draft, code)
    visitor.ask("PUT", f"/api/drafts/{draft}/words", {"codes": [code], "condition": "wet", "remark": "the lid"})
    visitor.ask("PUT", f"/api/drafts/{draft}/said", {"giver_name": "Made", "witness_1": "Wayan"})
    with page_at(site_at(station.home)) as client:
        again = Visitor(client)
        page = again.see(f"/scan/{draft}/review")
        assert 'value="Made"' in page and 'value="Wayan"' in page
        assert "wet" in again.see(f"/scan/{draft}") and "the lid" in again.see(f"/scan/{draft}")
        record(again, draft, reviewed(again, draft), giver_name="Made")
    assert station("custody", "--json", code).json["condition"] == "wet"


def test_undo_and_taking_out_are_told_and_durable(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes()
    draft = begun(visitor)
    for code in codes[:3]:
        typed(visitor, draft, code)
    assert typed(visitor, draft, "undo")["taken"] == 2
    assert visitor.ask("DELETE", f"/api/drafts/{draft}/items/{codes[0]}")["taken"] == 1
    assert 'id="taken">1<' in visitor.see(f"/scan/{draft}")


def test_places_are_found_by_name_code_and_plate(visitor: Visitor) -> None:
    def found(words: str) -> list[str]:
        return [place["code"] for place in visitor.client.get("/api/places", params={"q": words}).json()]

    assert found("patas") == ["51.08.01.2001", "51.08.01.2001.001", "51.08.01.2001.002"]
    assert found("tps 002 pat") == ["51.08.01.2001.002"]
    assert found("51.08.02")[0] == "51.08.02" and found("P:51.08.02")[0] == "51.08.02"
    assert found("dk 8123 ab") == ["DK8123AB"]
    assert found("%") == [] and found("_") == [] and found("'; DROP TABLE place; --") == []


def test_the_board_of_an_open_session_says_that_nobody_listed_what_is_to_go(
    visitor: Visitor, station: Terminal, tmp_path: Path
) -> None:
    words, codes = "Nobody listed what is to go", station.codes("--to", "51.08.01")
    first = begun(visitor)
    page = visitor.see(f"/scan/{first}")
    assert '/ <span id="expected">18</span>' in page and words in page
    asks = (
        "--from",
        "51.08",
        "--to",
        "51.08.01",
        "--source",
        "-",
        "--quiet",
        "--new",
        "--load",
        listed(station, codes),
    )
    assert station("scan", *asks, typed=codes[0]).code == 2
    [draft] = {row["id"] for row in station("drafts", "--json").lines} - {first}
    page = visitor.see(f"/scan/{draft}")
    assert '/ <span id="expected">18</span>' in page and words not in page
    page = visitor.see(f"/scan/{begun(visitor, receiver='DK 8123 AB')}")
    assert "expected: not known" in page and words not in page


def test_a_truck_expects_what_is_bound_for_where_it_goes(visitor: Visitor) -> None:
    draft = begun(visitor, receiver="DK 8123 AB", bound=["51.08.01.2001"])
    page = visitor.see(f"/scan/{draft}")
    assert 'id="expected">18<' in page and "Vehicle DK 8123 AB" in page


def test_what_cannot_be_true_is_refused_before_it_begins(visitor: Visitor) -> None:
    same = visitor.ask("POST", "/api/drafts", {"giver": "51.08", "receiver": "51.08"}, expect=422)
    unknown = visitor.ask("POST", "/api/drafts", {"giver": "51.09", "receiver": "51.08"}, expect=422)
    assert "itself" in same["error"] and "no place" in unknown["error"] and unknown["hint"]


def test_giver_and_receiver_change_places_at_once_or_not_at_all(visitor: Visitor) -> None:
    draft = begun(visitor, receiver="51.08.01")
    visitor.ask("PUT", f"/api/drafts/{draft}/ends", {"giver": "51.08.01", "receiver": "51.08"})
    unknown = visitor.ask("PUT", f"/api/drafts/{draft}/ends", {"giver": "51.08.02", "receiver": "patas"}, expect=422)
    assert "no place patas" in unknown["error"] and "a name like it" in unknown["hint"]
    page = visitor.see(f"/scan/{draft}")
    assert page.index("PPK Gerokgak") < page.index("Gudang</span>") and "PPK Seririt" not in page


def test_a_page_is_told_of_a_camera_only_when_it_can_ask_for_its_picture(
    visitor: Visitor, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, told = begun(visitor), list[str]()
    site.streams._default = "no-such-film.avi"
    events = site.sessions.events(draft)
    publish = events.publish

    def told_now(*what: Any, **how: Any) -> dict[str, Any]:
        told.append(site.streams.state(draft).state)
        return publish(*what, **how)

    monkeypatch.setattr(events, "publish", told_now)
    visitor.ask("POST", f"/api/drafts/{draft}/camera", {})
    assert told[0] == "opening"


def test_a_station_without_a_plan_is_led_to_load_one(terminal: Terminal, page_at: PageAt) -> None:
    assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0
    with page_at(site_at(terminal.home)) as client:
        page = client.get("/").text
    assert "Load the tables" in page
    assert page.index('href="/plan" autofocus') < page.index('class="button" href="/scan"')


def test_a_station_whose_tables_are_loaded_is_led_to_register_what_they_need(
    terminal: Terminal, page_at: PageAt
) -> None:
    assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0
    assert terminal("load", EXAMPLE / "places.csv", EXAMPLE / "needs.csv").code == 0
    with page_at(site_at(terminal.home)) as client:
        page = client.get("/").text
    assert "Register what is needed" in page and "Nothing is planned" not in page


def test_an_empty_session_is_not_recorded(visitor: Visitor, station: Terminal) -> None:
    draft = begun(visitor)
    before = station.event_count()
    answer = record(visitor, draft, reviewed(visitor, draft), expect=422)
    assert "nothing was recorded" in answer["error"] and station.event_count() == before


def test_a_place_label_says_who_receives(visitor: Visitor) -> None:
    draft = begun(visitor, receiver="")
    told = typed(visitor, draft, "P:51.08.02")
    assert told["kind"] == "place" and told["beep"] == "ok"
    assert "PPK Seririt" in visitor.see(f"/scan/{draft}")
    visitor.ask("PUT", f"/api/drafts/{draft}/ends", {"receiver": "51.08.01"})
    assert "PPK Gerokgak" in visitor.see(f"/scan/{draft}")


def test_what_is_scanned_says_whether_it_was_taken_and_what_to_do(visitor: Visitor, station: Terminal) -> None:
    right, again, *_more = station.codes("--to", "51.08.01.2001")
    astray = station.codes("--to", "51.08.02")[0]
    station.give([again], "51.08", "DK8123AB")
    draft = begun(visitor, receiver="DK 8123 AB", bound=["51.08.01.2001"])
    fine = typed(visitor, draft, right)
    assert (fine["advice"], fine["is_grave"]) == ("", False)
    wrong = typed(visitor, draft, astray)
    assert "not for PPS Patas" in wrong["remark"] and "DK 8123" not in wrong["remark"] and wrong["is_grave"]
    assert wrong["advice"].startswith("Take it off the load and press “Undo the last scan”")
    held = typed(visitor, draft, again)
    assert "is with DK 8123 AB already" in held["remark"] and "unless there are two items" in held["advice"]
    assert held["advice"].startswith("BAST 0001/GUDANG-1/2024, ") and "WITA" in held["advice"]
    assert held["right"] == fine["right"]
    mistyped = typed(visitor, draft, right[:-1] + ("0" if right[-1] != "0" else "1"))
    assert mistyped["advice"] == "NOT counted. Scan it again or type it again." and mistyped["taken"] == held["taken"]


def test_an_item_that_another_truck_has_says_who_and_with_which_bast(visitor: Visitor, station: Terminal) -> None:
    code = station.codes("--to", "51.08.01.2001")[0]
    station.give([code], "51.08", "DK8123AB")
    told = typed(visitor, begun(visitor, receiver="DK 7000 AA"), code)
    assert "but of DK 8123 AB" in told["remark"]
    assert told["advice"].startswith("It went there with BAST 0001/GUDANG-1/2024, ") and "Undo" in told["advice"]


def test_when_the_ends_change_what_was_said_of_a_label_is_judged_anew(
    visitor: Visitor, site: Site, station: Terminal
) -> None:
    astray, other = station.codes("--to", "51.08.02")[0], station.codes("--to", "51.08.01")[0]
    draft = begun(visitor)

    def change(receiver: str) -> dict[str, Any]:
        return site.sessions.do(draft, lambda session: session.set_ends("", receiver, None))

    assert typed(visitor, draft, astray)["is_grave"]
    now = change("51.08.02")
    assert (now["kind"], now["beep"], now["is_grave"]) == ("place", "ok", False) and "PPK Seririt" in now["text"]
    assert "Labels kept: 1, all right" in now["text"]
    typed(visitor, draft, other)
    now = change("51.08.01")
    assert (
        now["is_grave"]
        and show_code(astray) in now["remark"]
        and "Labels kept: 2; not right for this: 1" in now["text"]
    )


def test_what_is_taken_out_again_is_not_to_be_loaded(visitor: Visitor, station: Terminal) -> None:
    draft, code = begun(visitor), station.codes()[0]
    typed(visitor, draft, code)
    assert typed(visitor, draft, "undo")["text"] == (
        f"{show_code(code)} is out of the list of this handover; do not load it"
    )
