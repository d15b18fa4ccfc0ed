"""Who works here: people with PINs and roles, whose names records carry; switching and locking the screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from commands.context import who_works_here
from custody.errors import ConflictError, InputError
from services.access.operator import keep_name
from services.access.pins import FILE, Pins
from tables.output.private_files import is_open_to_others
from tests.support.command_examples import Terminal
from tests.support.page_examples import HOST, SAME_ORIGIN, Visitor, begun_draft
from web.security.entrances import HEADER
from web.site import Site

PINS = {"Made Sutarya": "7392", "Ni Luh Ayu": "5926", "Bawaslu": "8064", "Komang Adi": "4417"}
ROLES = {"Made Sutarya": "supervisor", "Ni Luh Ayu": "operator", "Bawaslu": "observer", "Komang Adi": "supervisor"}


@pytest.fixture
def people(site: Site) -> None:
    pins = Pins(site.home, lambda: 0.0, log2_n=4)  # what a try costs is for another test
    for name, role in ROLES.items():
        pins.hire(name, role, PINS[name])  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def cheap_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pins.__init__, "__kwdefaults__", {"log2_n": 4})


@pytest.fixture
def browser(client: TestClient, site: Site, people: None) -> Iterator[Visitor]:
    yield Visitor(client, site)


def enter(visitor: Visitor, name: str, expect: int = 200) -> dict[str, str]:
    return dict(visitor.ask("POST", "/api/who", {"name": name, "pin": PINS[name]}, expect=expect))


def goes_to(visitor: Visitor, path: str) -> str:
    answer = visitor.client.get(path, headers={"Accept": "text/html"}, follow_redirects=False)
    return answer.headers["location"] if answer.status_code == 303 else str(answer.status_code)


def give(visitor: Visitor, code: str) -> None:
    told = {"id": f"handover-{code}", "from": "51.08", "to": "51.08.01", "items": [code]}
    visitor.ask("POST", "/api/v1/handovers", told)


def test_records_carry_the_name_of_the_person_whose_screen_it_is(browser: Visitor, station: Terminal) -> None:
    first, second = station.codes()[:2]
    enter(browser, "Ni Luh Ayu")
    give(browser, first)
    enter(browser, "Komang Adi")
    give(browser, second)
    assert [station("custody", code, "--json").json["chain"][-1]["by"] for code in (first, second)] == [
        "Ni Luh Ayu",
        "Komang Adi",
    ]


def test_two_supervisors_work_at_once_in_two_browsers(browser: Visitor, client: TestClient, site: Site) -> None:
    enter(browser, "Made Sutarya")
    with TestClient(client.app, base_url=HOST) as other:
        second = Visitor(other, site)
        assert goes_to(second, "/people") == "/who?back=/people"
        enter(second, "Komang Adi")
        assert "Komang Adi</a>" in second.see("/") and "Made Sutarya</a>" in browser.see("/")
        second.ask("POST", "/api/who/lock", {})
        assert goes_to(second, "/") == "/who?back=/" and "Made Sutarya</a>" in browser.see("/people")


def test_a_locked_screen_shows_nothing_and_keeps_the_open_session(
    browser: Visitor, station: Terminal, site: Site
) -> None:
    enter(browser, "Ni Luh Ayu")
    draft, code = begun_draft(browser), station.codes()[0]
    browser.ask("POST", f"/api/drafts/{draft}/lines", {"line": code})
    browser.ask("POST", "/api/who/lock", {})
    assert goes_to(browser, f"/scan/{draft}") == f"/who?back=/scan/{draft}"
    refused = browser.ask("POST", f"/api/drafts/{draft}/lines", {"line": code}, expect=401)
    assert "choose your name" in refused["error"]
    assert browser.client.get(f"/scan/{draft}/board").status_code == 401
    page = browser.see("/who?dialog=1")
    assert "Made Sutarya" in page and 'id="lock"' not in page
    enter(browser, "Made Sutarya")
    assert site.sessions.do(draft, lambda session: list(session.desk.taken)) == [code]


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("Ni Luh Ayu", "POST", "/api/people"),
        ("Ni Luh Ayu", "POST", "/api/plan/load"),
        ("Ni Luh Ayu", "GET", "/people"),
        *(("Ni Luh Ayu", "POST", f"/api/records/{form}") for form in ("correct", "revoke", "drop", "profile")),
        ("Bawaslu", "POST", "/api/drafts"),
        ("Bawaslu", "GET", "/scan"),
    ],
)
def test_a_role_that_may_not_do_a_thing_gets_one_line(browser: Visitor, name: str, method: str, path: str) -> None:
    enter(browser, name)
    answer = browser.client.request(method, path, json={}, headers={HEADER: browser.token, **SAME_ORIGIN})
    assert answer.status_code == 403 and answer.json() == {
        "error": "That is not for your role here: let a supervisor do it."
    }
    if method == "GET":
        assert goes_to(browser, path) == f"/who?back={path}&refused=1"
        assert f"not for the role of {name}" in browser.see(f"/who?back={path}&refused=1")


def test_an_observer_by_pin_looks_and_sees_no_names_of_staff(
    browser: Visitor, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(browser, "Ni Luh Ayu")
    give(browser, station.codes()[0])
    assert enter(browser, "Bawaslu")["page"] == "/dashboard"
    page = browser.see(f"/items/{station.codes()[0]}")
    assert "Ni Luh Ayu" not in page and 'href="/scan"' not in page and "Bawaslu</a>" in page


def test_ten_wrong_pins_lock_a_name_for_a_while_and_never_for_good(
    browser: Visitor, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("web.site.time.time", lambda: now[0])
    for _try in range(10):
        now[0] += 3600
        wrong = browser.ask("POST", "/api/who", {"name": "Ni Luh Ayu", "pin": "0001"}, expect=422)
        assert wrong == {"error": "that is not the PIN of Ni Luh Ayu", "hint": "Try again.", "faults": []}
    locked = enter(browser, "Ni Luh Ayu", expect=422)
    assert locked["error"] == "too many wrong PINs for Ni Luh Ayu: wait 16 min"
    enter(browser, "Made Sutarya")
    now[0] += 16 * 60
    enter(browser, "Ni Luh Ayu")


def test_a_person_changes_the_own_pin_and_other_screens_of_theirs_are_locked(
    browser: Visitor, client: TestClient, site: Site
) -> None:
    new = {"old": PINS["Ni Luh Ayu"], "pin": "8461", "again": "8461"}
    browser.ask("POST", "/api/who/pin", new, expect=422)  # nobody has said who works at this screen
    with TestClient(client.app, base_url=HOST) as elsewhere:
        second = Visitor(elsewhere, site)
        for screen in (browser, second):
            enter(screen, "Ni Luh Ayu")
        assert 'id="own-pin-form"' in browser.see("/who?dialog=1")
        for wrong, line in (
            ({"old": "0001"}, "That is not the PIN of Ni Luh Ayu. Try again."),
            ({"again": "8462"}, "The two PINs are not the same. Type the new PIN twice."),
            ({"pin": "1234", "again": "1234"}, "That PIN is too simple. Not 1111, 1234 or 4321."),
        ):
            assert browser.ask("POST", "/api/who/pin", new | wrong, expect=422)["error"] == line
        assert "counts from now on" in browser.ask("POST", "/api/who/pin", new)["words"]
        assert goes_to(second, "/") == "/who?back=/" and "Ni Luh Ayu</a>" in browser.see("/")
        enter(second, "Ni Luh Ayu", expect=422)
        second.ask("POST", "/api/who", {"name": "Ni Luh Ayu", "pin": "8461"})
    assert site.workers.people()["Ni Luh Ayu"] == "operator", "a new PIN changes no role"


def test_a_supervisor_gives_a_new_pin_to_who_forgot_it_and_the_wait_is_over(browser: Visitor) -> None:
    for _try in range(10):
        browser.ask("POST", "/api/who", {"name": "Ni Luh Ayu", "pin": "0001"}, expect=422)
    assert "too many wrong PINs" in enter(browser, "Ni Luh Ayu", expect=422)["error"]
    enter(browser, "Made Sutarya")
    browser.ask("POST", "/api/people", {"name": "Ni Luh Ayu", "role": "operator", "pin": "8461"})
    browser.ask("POST", "/api/who", {"name": "Ni Luh Ayu", "pin": "8461"})


def test_a_label_that_a_scanner_sends_into_the_pin_is_no_try(browser: Visitor) -> None:
    for _try in range(20):
        wrong = browser.ask("POST", "/api/who", {"name": "Ni Luh Ayu", "pin": "AAAA-BBBB-CCCC"}, expect=422)
        assert "4 to 12 digits" in wrong["error"]
    enter(browser, "Ni Luh Ayu")


def test_nobody_is_asked_until_a_supervisor_is_named_who_then_sits_there(visitor: Visitor, station: Terminal) -> None:
    assert "every record carries one name: " in visitor.see("/")
    early = visitor.ask("POST", "/api/people", {"name": "Ni Luh", "role": "operator", "pin": "5926"}, expect=422)
    assert set(early["fields"]) == {"role"} and "supervisor" in early["error"]
    assert not (station.home / FILE).exists()
    visitor.ask("POST", "/api/people", {"name": "Made  Sutarya", "role": "supervisor", "pin": "7392"})
    page = visitor.see("/")
    assert "Made Sutarya</a>" in page and "Nobody is named yet" not in page
    assert 'id="by" name="by" maxlength="120" value="Made Sutarya"' in visitor.see("/labels"), "who prints"
    visitor.ask("POST", "/api/people", {"name": "Ni Luh", "role": "operator", "pin": "5926"})
    alone = visitor.ask("POST", "/api/people/dismiss", {"name": "Made Sutarya"}, expect=409)
    assert "a supervisor must be among" in alone["error"]
    visitor.ask("POST", "/api/people/dismiss", {"name": "Ni Luh"})
    visitor.ask("POST", "/api/people/dismiss", {"name": "made sutarya"})
    assert "Nobody is named yet" in visitor.see("/people")


@pytest.mark.parametrize(
    ("name", "pin", "field"), [("", "7392", "name"), ("Made", "", "pin"), ("Made", "1234", "pin"), ("Made", "x", "pin")]
)
def test_what_is_wrong_with_a_person_stands_beside_its_field(visitor: Visitor, name: str, pin: str, field: str) -> None:
    wrong = visitor.ask("POST", "/api/people", {"name": name, "role": "supervisor", "pin": pin}, expect=422)
    assert list(wrong["fields"]) == [field] and wrong["fields"][field] == wrong["error"]


def test_a_new_role_counts_at_once_and_a_pin_of_a_receiver_is_no_job(browser: Visitor, site: Site) -> None:
    enter(browser, "Ni Luh Ayu")
    pins = Pins(site.home, lambda: 0.0, log2_n=4)
    pins.set("Sopir", "2468")
    assert "Sopir" not in site.workers.people()
    pins.hire("Ni Luh Ayu", "supervisor")
    assert "Made Sutarya" in browser.see("/people")
    pins.set("Ni Luh Ayu", "8461", old="5926")
    assert site.workers.people()["Ni Luh Ayu"] == "supervisor", "a new PIN changes no role"
    pins.dismiss("Ni Luh Ayu")
    assert goes_to(browser, "/people") == "/who?back=/people"
    assert goes_to(browser, "/items?q=7Q&lang=id") == "/who?back=/items%3Fq%3D7Q%26lang%3Did&lang=id"
    assert 'data-back="/items?q=7Q"' in browser.see("/who?back=/items%3Fq%3D7Q")


def test_what_is_kept_of_people_is_for_the_stations_user_alone(site: Site, people: None) -> None:
    kept = (site.home / FILE).read_text()
    assert not is_open_to_others(site.home / FILE)
    assert not any(pin in kept.split('"') for pin in PINS.values())
    with pytest.raises(ConflictError, match="supervisor"):
        pins = Pins(site.home, lambda: 0.0, log2_n=4)
        pins.dismiss("Made Sutarya")
        pins.dismiss("Komang Adi")
    with pytest.raises(InputError, match="no PIN"):
        pins.dismiss("Nobody")


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil", "https://evil.example", "/who", "javascript:1"])
def test_the_way_back_leads_nowhere_else(browser: Visitor, back: str) -> None:
    page = browser.client.get("/who", params={"back": back}, headers={"Accept": "text/html"}).text
    assert 'data-back="/"' in page


def test_programs_read_while_the_screen_is_locked_and_change_nothing(browser: Visitor) -> None:
    assert browser.client.get("/api/v1/station").status_code == 200
    assert browser.client.get("/api/v1/tokens").status_code == 401
    browser.ask("POST", "/api/v1/handovers", {}, expect=401)


def test_a_terminal_names_who_was_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SERAH_BY", raising=False)
    monkeypatch.setenv("LOGNAME", "laptop")
    assert who_works_here(tmp_path) == "laptop"
    keep_name(tmp_path, "Made Sutarya")
    assert who_works_here(tmp_path) == "Made Sutarya"
    (tmp_path / "operator.txt").write_bytes(b"\xff\x00  Wayan\n" * 3)
    assert "Wayan" in who_works_here(tmp_path) and "\x00" not in who_works_here(tmp_path)
    monkeypatch.setenv("SERAH_BY", "Ketut")
    assert who_works_here(tmp_path) == "Ketut"
