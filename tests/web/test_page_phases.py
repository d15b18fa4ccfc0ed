"""Phases on the page and for programs: what is to go is chosen, shown, recorded, and told on the dashboard."""

import html
import json
import re
from pathlib import Path

from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor, begun_draft
from tests.support.phase_examples import PPK, codes, labelled, phased, receive


def offered(page: str) -> dict[str, dict[str, object]]:
    """What the field of goods offers: the value that is sent for each of its words."""
    found = re.findall(r'<option value="(\{.*?\})"[^>]*>(.*?)</option>', page)
    return {html.unescape(words): json.loads(html.unescape(value)) for value, words in found}


def test_without_phases_nothing_is_asked(visitor: Visitor) -> None:
    assert 'id="goods"' not in visitor.see("/scan")


def test_a_phase_is_chosen_shown_and_recorded(visitor: Visitor, station: Terminal) -> None:
    labelled(phased(station), "box", "booth", "form")
    choices = offered(visitor.see("/scan"))
    assert choices["Phase I: Voting booth, Ballot box"] == {"phase": "I", "kinds": []}
    assert choices["Ballot box"] == {"phase": "", "kinds": ["box"]}
    draft = begun_draft(visitor, **choices["Phase I: Voting booth, Ballot box"])
    page = visitor.see(f"/scan/{draft}")
    assert "To go: Phase I: Voting booth, Ballot box" in page and '<span id="expected">18</span>' in page
    assert re.search(r'<option value="\{[^>]*&#34;I&#34;[^>]*selected', page)
    changed = choices["Ballot box"]
    visitor.ask("PUT", f"/api/drafts/{draft}/ends", changed)
    assert '<span id="expected">10</span>' in visitor.see(f"/scan/{draft}")
    visitor.ask("PUT", f"/api/drafts/{draft}/ends", {"giver": "", "receiver": ""})
    assert '<span id="expected">10</span>' in visitor.see(f"/scan/{draft}"), "what is not said stays"
    visitor.ask("PUT", f"/api/drafts/{draft}/ends", {"phase": "", "kinds": []})
    assert '<span id="expected">22</span>' in visitor.see(f"/scan/{draft}")
    refused = visitor.ask("POST", "/api/drafts", {"giver": "51.08", "receiver": PPK, "phase": "IX"}, expect=422)
    assert "there is no phase IX in the plan" in json.dumps(refused)


def test_at_a_truck_the_phase_of_its_load_is_shown(visitor: Visitor, station: Terminal) -> None:
    labelled(phased(station), "box", "booth", "form")
    station.give(codes(station, "box"), "51.08", "DK8123AB", "--bound", PPK, "--phase", "I")
    page = visitor.see(f"/scan/{begun_draft(visitor, 'DK8123AB')}")
    assert "To go: Phase I: Voting booth, Ballot box" in page and '<span id="expected">10</span>' in page


def test_a_thing_of_another_phase_is_told_when_it_is_scanned(visitor: Visitor, station: Terminal) -> None:
    labelled(phased(station), "box", "booth", "form")
    draft = begun_draft(visitor, phase="I")
    box, form = codes(station, "box")[0], codes(station, "form")[0]
    said = [visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": code})["remark"] for code in (box, form)]
    assert said[0] == "" and "is not of phase I" in said[1]


def test_what_no_vendor_has_brought_is_said_not_to_be_there_yet(visitor: Visitor, station: Terminal) -> None:
    labelled(phased(station), "box")
    page = visitor.see(f"/scan/{begun_draft(visitor)}")
    assert '<span id="expected">10</span>' in page
    assert "Not there yet, and not short: Voting booth 8, Form 4" in page


def test_a_program_says_phase_and_kinds(visitor: Visitor, station: Terminal) -> None:
    labelled(phased(station), "box", "booth")
    asked = {"id": "0b51ba32-0b51-4a32-8b51-0b51ba320b51", "from": "51.08", "to": PPK}
    asked |= {"items": codes(station, "box"), "phase": "I"}
    told = visitor.ask("POST", "/api/v1/handovers", asked)
    assert (told["expected"], told["phase"], told["kinds"]) == (18, "I", ["booth", "box"])
    again = visitor.ask("POST", "/api/v1/handovers", asked)
    assert (again["new"], again["phase"], again["kinds"]) == (False, "I", ["booth", "box"])
    wrong = asked | {"id": "0b51ba32-0b51-4a32-8b51-0b51ba320b52", "kinds": ["form"]}
    visitor.ask("POST", "/api/v1/handovers", wrong, expect=422)


def test_the_dashboard_tells_the_phase_and_the_days_left(visitor: Visitor, station: Terminal) -> None:
    assert '<th scope="col">Phase</th>' not in visitor.see("/dashboard?view=need")
    phased(station)
    page = visitor.see("/dashboard?view=need")
    assert '<td data-label="Phase">I, 1 day</td>' in page and '<td data-label="Phase">–</td>' in page


def test_the_dashboard_and_programs_tell_by_which_phase_something_is_due(visitor: Visitor, station: Terminal) -> None:
    phased(station)
    page = visitor.see("/dashboard")
    assert "(phase I)" in page
    rows = visitor.ask("GET", "/api/v1/late?within_h=48")
    assert {row["phase"] for row in rows} == {"", "I", "II"}


def test_labels_for_what_came_are_chosen_by_the_delivery_note(visitor: Visitor, station: Terminal) -> None:
    phased(station)
    receive(station, "box", 6, paper="SJ-6")
    choice = {"what": "items", "kind": "box", "delivery": " SJ-6 "}
    job = visitor.ask("POST", "/api/labels/preview", choice, expect=200)
    assert 'id="delivery"' in visitor.see("/labels") and job
    assert not list(Path(station.home).glob("labels/*"))
