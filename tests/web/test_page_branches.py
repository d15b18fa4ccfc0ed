"""Branches on the page: a station is admitted below a place, an office joins, tables are loaded, twins are merged."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.branch_pages import CARD, DENPASAR, NEEDS
from tests.support.command_examples import Terminal, station_at
from tests.support.meet_examples import fingerprint_of, meet
from tests.support.meet_pages import words
from tests.support.page_examples import PageAt, Visitor, site_at
from tests.support.work_examples import upload, work

At = Callable[[Terminal], Visitor]


@pytest.fixture
def at(page_at: PageAt) -> Iterator[At]:
    """The page of a station; the one that was open before is left."""
    with ExitStack() as open_page:

        def visit(station: Terminal) -> Visitor:
            open_page.close()
            return Visitor(open_page.enter_context(page_at(site_at(station.home))))

        yield visit


def let_in(visitor: Visitor, card: Path, *, expect: int = 200, **more: object) -> dict[str, object]:
    """Somebody compares the words of a card and admits its station."""
    key = upload(visitor, card)
    seen = work(visitor, "/api/meet/admit/look", {"upload": key})
    asked = {"upload": key, "station": seen["stations"][0], "compared": True, **more}
    return work(visitor, "/api/meet/admit", asked, expect=expect)


def powers(under: str = "51.71") -> dict[str, object]:
    return {"powers": ["plan", "admit"], "under": under}


# --- admitting --------------------------------------------------------------------------------------------------------


def test_a_station_is_admitted_below_a_place_after_its_words_were_compared(
    hub: Terminal, at: At, tmp_path: Path
) -> None:
    place = ("--place", "51.71", "--station", "Denpasar")
    delegate = station_at(hub, tmp_path / "delegate", *place, "--root", fingerprint_of(hub))
    visitor = at(hub)
    key, before = upload(visitor, delegate.home / CARD), hub.event_count()
    seen = work(visitor, "/api/meet/admit/look", {"upload": key})
    shown = re.search(r'<p class="lead"><strong>((?:\w+ · ){7}\w+)</strong>', seen["page"])
    assert shown and shown[1] in words(at(delegate).see("/station")), "the same words as on its own page"
    visitor = at(hub)
    key = upload(visitor, delegate.home / CARD)
    asked = {"upload": key, "station": seen["stations"][0], **powers()}
    refused = work(visitor, "/api/meet/admit", asked, expect=422)
    assert "nobody has compared" in refused["error"] and hub.event_count() == before
    wrong = work(visitor, "/api/meet/admit", {**asked, "station": "0" * 64, "compared": True}, expect=422)
    assert "not in the file" in wrong["error"]
    nowhere = work(visitor, "/api/meet/admit", {**asked, "under": "51.99", "compared": True}, expect=422)
    assert "51.99" in nowhere["error"] and "main.py" not in str(nowhere) and hub.event_count() == before
    done = work(visitor, "/api/meet/admit", {**asked, "compared": True})
    assert done["recorded"] == 1 and "is admitted" in done["page"]
    again = work(visitor, "/api/meet/admit", {**asked, "compared": True})
    assert again["recorded"] == 0 and "was admitted already" in again["page"]
    told = work(visitor, "/api/meet/admit/look", {"upload": key})
    assert "it plans below KPU Denpasar" in words(told["page"])
    meet(hub, delegate)
    assert delegate("load", tmp_path / "needs.csv").code == 0


def test_who_waits_is_admitted_from_its_bundle_and_from_what_is_held(hub: Terminal, at: At, tmp_path: Path) -> None:
    ppk = station_at(hub, tmp_path / "ppk", "--place", "51.08", "--station", "PPK", "--root", fingerprint_of(hub))
    assert ppk("incident", "Jembatan putus").code == 0
    assert ppk("export", "--out", tmp_path / "ppk.serah").code == 0
    visitor = at(hub)
    seen = work(visitor, "/api/meet/admit/look", {"upload": upload(visitor, tmp_path / "ppk.serah")})
    assert "PPK" in seen["page"] and len(seen["stations"]) == 1
    taken = work(visitor, "/api/meet/import", {"uploads": [upload(visitor, tmp_path / "ppk.serah")]})
    assert "They wait to be admitted here" in taken["page"]
    held = visitor.see("/meet")
    assert f'data-station="{seen["stations"][0]}"' in held and "main.py" not in held
    asked = {"station": seen["stations"][0], "compared": True}
    assert work(visitor, "/api/meet/admit", asked)["recorded"] == 1
    assert f'data-station="{seen["stations"][0]}"' not in visitor.see("/meet")
    known = work(visitor, "/api/meet/admit/look", {"upload": upload(visitor, tmp_path / "ppk.serah")}, expect=422)
    assert "admitted already" in known["error"]


def test_a_wrong_card_is_refused_in_one_line(hub: Terminal, at: At, tmp_path: Path) -> None:
    other = station_at(hub, tmp_path / "other", "--place", "51.08", "--station", "X", "--root", "ab" * 32)
    visitor, before = at(hub), hub.event_count()
    for data, line in (
        (b"hello", "neither a station's card nor a bundle"),
        (b"{}", "no station's card"),
        (b"\x1f\x8bno bundle", "no whole bundle"),
        ((hub.home / CARD).read_bytes().replace(b"Provinsi", b"Provinxi"), "no station's card"),
    ):
        key = upload(visitor, data, "card.json")
        expect = 409 if data[:1] == b"\x1f" else 422
        answer = work(visitor, "/api/meet/admit/look", {"upload": key}, expect=expect)
        assert line in answer["error"] and str(hub.home) not in str(answer)
    own = let_in(visitor, hub.home / CARD, expect=422)
    assert "card of this very station" in str(own["error"])
    stranger = let_in(visitor, other.home / CARD, expect=422)
    assert "follows another root" in str(stranger["error"]) and "main.py" not in str(stranger)
    assert hub.event_count() == before
    assert "Nobody waits here" in work(visitor, "/api/meet/admit/look", {})["page"]


def test_a_station_that_may_not_admit_has_no_form_for_it(hub: Terminal, at: At, tmp_path: Path) -> None:
    ppk = station_at(hub, tmp_path / "ppk", "--place", "51.08", "--station", "PPK", "--root", fingerprint_of(hub))
    visitor = at(ppk)
    page = visitor.see("/meet")
    assert 'id="admit"' not in page and 'id="join"' not in page and "main.py" not in page
    assert "may neither admit" in str(let_in(visitor, hub.home / CARD, expect=422)["error"])


# --- joining ----------------------------------------------------------------------------------------------------------


def test_an_office_joins_from_the_bundle_of_the_province(
    hub: Terminal, office: Terminal, at: At, tmp_path: Path
) -> None:
    visitor = at(hub)
    admitted = let_in(visitor, office.home / CARD, **powers())
    assert "it counts here once it has joined, there: page Meet" in words(str(admitted["page"]))
    assert hub("export", "--out", tmp_path / "province.serah").code == 0
    visitor = at(office)
    key, before = upload(visitor, tmp_path / "province.serah"), office.event_count()
    seen = work(visitor, "/api/meet/join/look", {"upload": key})
    assert "for good" in seen["page"] and office.event_count() == before, "looking takes nothing in"
    asked = {"upload": key, "station": seen["stations"][0]}
    assert "nobody has compared" in work(visitor, "/api/meet/join", asked, expect=422)["error"]
    done = work(visitor, "/api/meet/join", {**asked, "compared": True})
    assert done["recorded"] == 1 and "has joined Provinsi" in words(done["page"])
    again = work(visitor, "/api/meet/join", {**asked, "compared": True})
    assert again["recorded"] == 0 and "had joined Provinsi already" in words(again["page"])
    page = visitor.see("/meet")
    assert 'id="join"' not in page and "belongs to Provinsi" in words(page)
    assert "belongs to Provinsi" in words(visitor.see("/station"))
    meet(office, hub)
    assert hub("plan", "--explain", "51.71.01").code == 0


def test_an_office_that_took_the_bundle_in_is_led_to_joining(
    hub: Terminal, office: Terminal, at: At, tmp_path: Path
) -> None:
    assert hub("admit", office.home / CARD, "--power", "plan", "--under", "51.71").code == 0
    assert hub("export", "--out", tmp_path / "province.serah").code == 0
    visitor = at(office)
    taken = work(visitor, "/api/meet/import", {"uploads": [upload(visitor, tmp_path / "province.serah")]})
    assert (
        "Provinsi has admitted this office" in words(taken["page"]) and 'href="/meet?taken#join-card"' in taken["page"]
    )
    assert "They wait to be admitted" not in taken["page"], "nobody admits the office above"
    assert "Provinsi has admitted this office, which has not joined yet" in visitor.see("/")
    page = visitor.see("/meet")
    assert "Has admitted this office" in page and "main.py" not in page and "wait for admission" not in page
    seen = work(visitor, "/api/meet/join/look", {})
    assert work(visitor, "/api/meet/join", {"station": seen["stations"][0], "compared": True})["recorded"] == 1


def test_each_wrong_card_for_joining_is_refused_in_a_line_of_its_own(
    hub: Terminal, office: Terminal, at: At, tmp_path: Path
) -> None:
    ppk = station_at(hub, tmp_path / "ppk", "--place", "51.08", "--station", "PPK", "--root", fingerprint_of(hub))
    other = station_at(hub, tmp_path / "province2", "--place", "52", "--station", "Provinsi-2")
    visitor, before = at(office), office.event_count()

    def refused(station: Terminal, expect: int = 422) -> str:
        key = upload(visitor, station.home / CARD)
        seen = work(visitor, "/api/meet/join/look", {"upload": key})
        asked = {"upload": key, "station": seen["stations"][0], "compared": True}
        answer = work(visitor, "/api/meet/join", asked, expect=expect)
        assert "main.py" not in str(answer)
        return str(answer["error"])

    assert "card of this very station" in refused(office)
    assert "PPK at 51.08 is a station of another office" in refused(ppk)
    assert "Provinsi has not admitted this office" in refused(hub)
    assert office.event_count() == before
    for province in (hub, other):
        assert province("admit", office.home / CARD, "--power", "plan", "--under", "51.71").code == 0
        meet(province, office)
    visitor = at(office)
    assert work(visitor, "/api/meet/join/look", {})["stations"].__len__() == 2, "two provinces have admitted it"
    key = upload(visitor, hub.home / CARD)
    [seen] = work(visitor, "/api/meet/join/look", {"upload": key})["stations"]
    assert work(visitor, "/api/meet/join", {"upload": key, "station": seen, "compared": True})["recorded"] == 1
    assert "this office has joined Provinsi at 51, and that is for good" in refused(other)
    bundle = tmp_path / "ppk.serah"
    assert ppk("export", "--out", bundle).code == 0
    none = work(visitor, "/api/meet/join/look", {"upload": upload(visitor, bundle)}, expect=422)
    assert "no station in ppk.serah has admitted this office" in none["error"]


# --- tables below a place ---------------------------------------------------------------------------------------------


def test_tables_are_loaded_for_one_branch_and_said_to_count_there_alone(
    hub: Terminal, office: Terminal, at: At, tmp_path: Path
) -> None:
    assert hub("admit", office.home / CARD, "--power", "plan", "--under", "51.71").code == 0
    meet(hub, office)
    assert office("join", hub.home / CARD, "--yes").code == 0
    meet(office, hub)
    visitor = at(hub)
    assert 'id="under"' in visitor.see("/plan")
    key = upload(visitor, NEEDS.replace(",2,", ",7,").encode(), "needs.csv")
    nowhere = work(visitor, "/api/plan/preview", {"uploads": [key], "under": "51.99"}, expect=422)
    assert "no place 51.99" in nowhere["error"]
    seen = work(visitor, "/api/plan/preview", {"uploads": [key], "under": "51.08"})
    assert "It counts for KPU Buleleng (51.08) and below it alone" in words(seen["page"])
    for other in ("51.71", ""):
        elsewhere = {"uploads": [key], "under": other, "version": seen["version"]}
        assert "nothing was loaded" in work(visitor, "/api/plan/load", elsewhere, expect=409)["error"]
    work(visitor, "/api/plan/load", {"uploads": [key], "under": "51.08", "version": seen["version"]})
    assert hub("plan", "--dry-run", "--json", "--place", "51.71").json["by_kind"] == {}, "its own needs hold"

    visitor = at(office)
    page = words(visitor.see("/plan"))
    assert "This station plans for Gudang Denpasar (51.71) and below it alone" in page
    key, before = upload(visitor, NEEDS.encode(), "needs.csv"), office.event_count()
    theirs = work(visitor, "/api/plan/preview", {"uploads": [key], "under": "51.08"}, expect=422)
    assert "51.08 does not lie below 51.71" in theirs["error"] and "--under" not in str(theirs)
    table = upload(visitor, (DENPASAR + "51.08.01,PPK Gerokgak,district,51.08,\n").encode(), "theirs.csv")
    faults = work(visitor, "/api/plan/preview", {"uploads": [table]})
    assert not faults["is_ok"] and "does not lie below" in words(faults["page"])
    assert office.event_count() == before
    part = work(visitor, "/api/plan/missing", {})
    assert "Counted for Gudang Denpasar (51.71) and below it" in words(part["page"])


# --- twins ------------------------------------------------------------------------------------------------------------


def test_twins_are_looked_at_and_merged_one_by_one_or_all_of_a_kind(doubled: Terminal, at: At) -> None:
    visitor = at(doubled)
    assert "2 things are registered on both sides" in words(visitor.see("/plan"))
    page = visitor.see("/plan/twins")
    assert "Keep all of Denpasar" in page and "Keep all of Provinsi" in page and "counts now" in page
    version = re.findall(r'data-version="([0-9a-f]+)"', page)[0]
    code = re.findall(r'class="small" data-keep="([0-9A-Z]+)"', page)[0]
    asked = {"keep": code, "kind": "box", "version": version}
    assert work(visitor, "/api/plan/merge", asked)["merged"] == 1
    stale = work(visitor, "/api/plan/merge", asked, expect=409)
    assert "nothing was merged" in stale["error"]
    page = visitor.see("/plan/twins")
    version = re.findall(r'data-version="([0-9a-f]+)"', page)[0]
    nobody = work(visitor, "/api/plan/merge", {"keep": "Badung", "kind": "box", "version": version}, expect=422)
    assert "Badung" in nobody["error"] and "main.py" not in str(nobody)
    done = work(visitor, "/api/plan/merge", {"keep": "Provinsi", "kind": "box", "version": version})
    assert done["merged"] == 1 and "Taken out of the plan: 1" in words(done["page"])
    assert "Nothing is registered twice" in visitor.see("/plan/twins")
    assert "on both sides" not in visitor.see("/plan") and doubled("twins", "--json").lines == []
