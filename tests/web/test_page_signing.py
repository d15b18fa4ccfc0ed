"""Acknowledging a handover at the screen: what stands in the record, and what no longer stands."""

import json
from hashlib import scrypt
from typing import Any

import pytest

from commands.context import station_at
from services.access.pins import FILE, Pins
from tables.output.private_files import is_open_to_others
from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor
from tests.support.scan_pages import begun, record, reviewed, typed

NAMES = {"giver_name": "Made", "receiver_name": "Ketut", "witness_1": "Wayan"}
WAVE = [[[100, 100], [300, 300], [500, 100], [700, 300], [900, 100]], [[100, 350], [900, 350]]]


@pytest.fixture
def draft(visitor: Visitor, station: Terminal) -> str:
    """A session with one label and its people's names."""
    draft = begun(visitor)
    typed(visitor, draft, station.codes()[0])
    visitor.ask("PUT", f"/api/drafts/{draft}/said", NAMES)
    return draft


def sign(visitor: Visitor, draft: str, signer: str = "giver", name: str = "Made", **more: Any) -> Any:
    return visitor.ask("POST", f"/api/drafts/{draft}/signatures/{signer}", {"name": name, "strokes": WAVE}, **more)


def by_pin(visitor: Visitor, draft: str, pin: str, signer: str = "receiver", name: str = "Ketut", **more: Any) -> Any:
    return visitor.ask("POST", f"/api/drafts/{draft}/pins/{signer}", {"name": name, "pin": pin}, **more)


def test_a_signature_and_a_pin_stand_in_the_record_and_on_the_letter(
    visitor: Visitor, station: Terminal, draft: str
) -> None:
    digest = sign(visitor, draft)["digest"]
    visitor.ask("PUT", "/api/pins", {"name": "Ketut", "pin": "7392"})
    by_pin(visitor, draft, "7392")
    page = visitor.see(f"/scan/{draft}/review")
    assert f"/photos/{digest}" in page and "Acknowledged by PIN" in page
    picture = visitor.client.get(f"/photos/{digest}")
    assert picture.headers["content-type"] == "image/jpeg" and picture.content.startswith(b"\xff\xd8")
    saved = record(visitor, draft, reviewed(visitor, draft), **NAMES)
    told = station("report", "bast", "--json").json
    assert told["acknowledged"] == [
        {"party": "giver", "name": "Made", "how": "drawn", "digest": digest},
        {"party": "receiver", "name": "Ketut", "how": "pin", "digest": None},
    ]
    assert "Both have signed." in visitor.see(saved["page"]), "nobody is asked to sign again"
    letter = visitor.client.get(saved["page"].replace("/handover?", "/handover/letter/BAST.pdf?"))
    assert letter.content.startswith(b"%PDF") and letter.content.count(b"/Subtype /Image") >= 1
    assert "7392" not in (station.home / FILE).read_text() and station("verify").code == 0
    with station_at(str(station.home), None).store() as store:
        assert [photo.digest for photo in store.photos.named()] == [digest], "handed on as photographs are"


def test_what_was_signed_stands_no_longer_when_it_changes(visitor: Visitor, station: Terminal, draft: str) -> None:
    sign(visitor, draft)
    typed(visitor, draft, station.codes()[1])
    assert "Signed something else" in visitor.see(f"/scan/{draft}/signatures")
    before = station.event_count()
    refused = record(visitor, draft, reviewed(visitor, draft), expect=409, **NAMES)
    assert "Made signed something else" in refused["error"] and station.event_count() == before
    sign(visitor, draft)
    assert record(visitor, draft, reviewed(visitor, draft), **NAMES)["new"]


@pytest.mark.parametrize(
    "change",
    [{"giver_name": "Made Arya"}, {"counted": 2}, {"note": "hujan"}, {"vehicle": "truk"}, {"witness_2": "Eka"}],
)
def test_a_signature_is_for_all_that_is_recorded_but_the_other_names(
    visitor: Visitor, draft: str, change: dict[str, Any]
) -> None:
    sign(visitor, draft)
    visitor.ask("PUT", f"/api/drafts/{draft}/said", NAMES | change)
    stands = "witness_2" in change
    assert ("Signed something else" not in visitor.see(f"/scan/{draft}/signatures")) is stands


def test_what_is_said_of_an_item_after_signing_needs_a_new_signature(
    visitor: Visitor, station: Terminal, draft: str
) -> None:
    sign(visitor, draft)
    code = station.codes()[0]
    visitor.ask("PUT", f"/api/drafts/{draft}/words", {"codes": [code], "condition": "wet"})
    assert "Signed something else" in visitor.see(f"/scan/{draft}/signatures")
    visitor.ask("DELETE", f"/api/drafts/{draft}/signatures/giver")
    assert "Signed something else" not in visitor.see(f"/scan/{draft}/signatures")


def test_nobody_signs_under_a_name_that_does_not_stand_there(visitor: Visitor, draft: str) -> None:
    assert "name has changed" in sign(visitor, draft, name="Somebody", expect=409)["error"]
    assert "name has changed" in sign(visitor, draft, "witness-2", "Made", expect=409)["error"]
    assert sign(visitor, draft, "witness-1", "Wayan")["signer"] == "witness-1"


@pytest.mark.parametrize(
    "strokes",
    [
        [],
        [[]],
        [[[5, 5]]],
        [[[5, 5], [6, 6]]],
        [[[0, 0], [1001, 0]]],
        [[[-1, 0], [900, 0]]],
        [[["a", 0], [900, 0]]],
        [[[0, 0]]] * 201,
        "M0 0L900 0",
    ],
)
def test_what_is_no_signature_is_refused(visitor: Visitor, draft: str, strokes: Any) -> None:
    body = {"name": "Made", "strokes": strokes}
    visitor.ask("POST", f"/api/drafts/{draft}/signatures/giver", body, expect=422)


def test_a_wrong_pin_does_not_sign_and_too_many_must_wait(visitor: Visitor, draft: str) -> None:
    visitor.ask("PUT", "/api/pins", {"name": "Ketut", "pin": "7392"})
    for _try in range(5):
        assert "not the PIN" in by_pin(visitor, draft, "1357", expect=422)["error"]
    assert "wait" in by_pin(visitor, draft, "7392", expect=422)["error"]
    assert "Acknowledged by PIN" not in visitor.see(f"/scan/{draft}/signatures")
    refused = visitor.ask("PUT", "/api/pins", {"name": "Ketut", "pin": "5926", "old": "7392"}, expect=422)
    assert "wait" in refused["error"], "nor is it changed"


def test_pins_are_kept_apart_and_survive_a_restart(station: Terminal) -> None:
    now = [1000.0]

    def restarted() -> Pins:
        return Pins(station.home, lambda: now[0], log2_n=4)  # what a try costs is for another test

    pins = restarted()
    pins.set("Ni  Luh Ayu", "7392")
    assert pins.names() == ["Ni Luh Ayu"] and pins.has("ni luh ayu") and not pins.has("Ni Luh")
    assert not is_open_to_others(station.home / FILE)
    for number in range(5):
        with pytest.raises(Exception, match="not the PIN"):
            restarted().check("Ni Luh Ayu", f"000{number}")
    with pytest.raises(Exception, match="too many"):
        restarted().check("Ni Luh Ayu", "7392")
    now[0] += 31
    restarted().check("NI LUH AYU", "7392")
    with pytest.raises(Exception, match="not the PIN"):
        pins.set("Ni Luh Ayu", "8461", old="0000")
    pins.set("Ni Luh Ayu", "8461", old="7392")
    pins.check("Ni Luh Ayu", "8461")
    pins.forget("Ni Luh Ayu")
    assert not pins.names()


def test_a_try_costs_what_scrypt_was_told_and_a_station_tells_it_no_less(station: Terminal) -> None:
    Pins(station.home, lambda: 0.0).set("Made", "7392")
    [kept] = json.loads((station.home / FILE).read_bytes())
    salt, room = bytes.fromhex(kept["salt"]), 64 * 1024**2
    assert kept["digest"] == scrypt(b"7392", salt=salt, n=2**15, r=8, p=1, maxmem=room, dklen=32).hex()


@pytest.mark.parametrize("pin", ["", "123", "1234", "4321", "1111", "12a4", "１２５９", "1" * 13, " 7392"])
def test_a_pin_is_digits_and_not_too_simple(station: Terminal, pin: str) -> None:
    with pytest.raises(Exception, match="PIN"):
        Pins(station.home, lambda: 0.0).set("Made", pin)


def test_pins_are_listed_and_forgotten_by_a_command(station: Terminal) -> None:
    Pins(station.home, lambda: 0.0).set("Ni Luh Ayu", "7392")
    assert station("pins", "--json").json == {"names": ["Ni Luh Ayu"]}
    assert station("pins", "--forget", "ni luh ayu").code == 0
    unknown = station("pins", "--forget", "Ni Luh Ayu")
    assert unknown.code == 2 and "no PIN" in unknown.err and station("pins").out == ""
