"""Who works here, records and reports in a real browser: what was typed outlives a lock and a refusal."""

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest

from services.access.pins import Pins
from tests.support.browser_examples import LAPTOP, PHONE, Served, Watched, tab, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def look(watched: Watched, name: str) -> None:
    """Neither colours nor names keep anybody out, on both sizes."""
    for size in (LAPTOP, PHONE):
        watched.page.set_viewport_size(size)
        watched.check_access()
    watched.page.set_viewport_size(LAPTOP)
    watched.shoot(name)


def enter(watched: Watched, name: str, pin: str) -> None:
    watched.page.click(f"#who >> text={name}")
    watched.page.keyboard.type(pin)  # choosing a name leads to its PIN
    watched.page.keyboard.press("Enter")


def test_a_lock_covers_the_page_and_what_was_typed_stays(window: "BrowserContext", served: Served) -> None:
    pins = Pins(served.station.home, lambda: 0.0)
    pins.hire("Made Sutarya", "supervisor", "7392")
    pins.hire("Ni Luh Ayu", "operator", "5926")
    here = tab(window, f"{served.url}/records/incident?lang=id")
    here.shows("h1", "Siapa yang bertugas?")
    look(here, "who")
    enter(here, "Ni Luh Ayu", "5926")
    here.shows("h1", "Catat kendala")
    here.page.fill("[data-field=text] textarea", "Ban kempis")
    here.page.click("#at-work")
    here.shows("#who-title", "Siapa yang bertugas?")
    here.check_access()
    here.page.click("#lock")
    here.page.wait_for_selector("#who-dialog.locked")
    here.page.evaluate("closes = 0; document.getElementById('who-dialog').addEventListener('close', () => closes++)")
    for _press in range(3):
        here.page.keyboard.press("Escape")
    assert here.page.evaluate("new Promise((done) => setTimeout(() => done(closes), 100))") == 0
    assert here.page.is_visible("#who-dialog")
    enter(here, "Made Sutarya", "1357")
    here.shows("#who-wrong", "Itu bukan PIN Made Sutarya.")
    here.page.keyboard.type("7392")  # the wrong one is marked, and typed over
    here.page.keyboard.press("Enter")
    here.page.wait_for_selector("#who-dialog:not([open])", state="attached")
    here.shows("#at-work", "Made Sutarya")
    assert here.page.input_value("[data-field=text] textarea") == "Ban kempis"
    here.page.click("#record button.main")
    here.shows("#record-outcome", "TERCATAT")
    [told] = served.station("incident", "--json").lines
    assert told["opened_by"] == "Made Sutarya"
    assert [error for error in here.errors if "422" not in error] == []


def test_a_form_says_what_is_wrong_beside_its_field_and_keeps_what_was_typed(
    window: "BrowserContext", served: Served
) -> None:
    code = served.station.codes()[0]
    here = tab(window, f"{served.url}/records/inspect?lang=id")
    here.page.fill("[data-field=codes] textarea", f"{code}\nsalah")
    here.page.fill("[data-field=note] textarea", "sudut sobek")
    here.page.click("#record button.main")
    here.shows("[data-field=codes] .wrong", "SALAH")
    here.shows("[data-field=condition] .wrong", "Kondisi")
    assert here.page.input_value("[data-field=note] textarea") == "sudut sobek"
    look(here, "record-wrong")
    here.page.fill("[data-field=codes] textarea", code)
    here.page.select_option("[data-field=condition] select", "heavy")
    here.page.dblclick("#record button.main")
    here.shows("#record-outcome", "TERCATAT")
    chain = served.station("custody", code, "--json").json["chain"]
    assert [link["type"] for link in chain].count("inspect") == 1
    for way in ("records", "records/seal", "records/revoke", "records/profile", "reports", "people"):
        here.page.goto(f"{served.url}/{way}")
        look(here, way.replace("/", "-"))
    here.page.goto(f"{served.url}/reports/condition")
    here.page.click("#report button.main")
    here.page.wait_for_selector("#report-outcome table")
    look(here, "report")
    assert [error for error in here.errors if "422" not in error] == []


def test_what_changed_since_it_was_shown_is_shown_again_and_nothing_typed_is_lost(
    window: "BrowserContext", served: Served
) -> None:
    codes = served.station.codes("--to", "51.08.01.2001")[:2]
    bast = served.station.give(codes, "51.08", "51.08.01", "--json").json["bast"]
    here = tab(window, f"{served.url}/records/correct?event={bast}&lang=id")
    here.page.select_option("[data-field=reason] select", "did_not_occur")
    here.page.fill("[data-field=note] input", "dobel")
    here.page.click("#record > .actions button.main")
    here.page.wait_for_selector("#record-outcome button.main")
    assert served.station.give(codes, "51.08.01", "51.08.01.2001", now="2024-02-11T02:00:00Z").code == 0
    before = served.station.event_count()
    here.page.click("#record-outcome button.main")
    here.shows("#record-outcome .wrong", "Ada yang berubah")
    here.page.wait_for_selector("#record-outcome button.main")
    assert here.page.input_value("[data-field=note] input") == "dobel" and served.station.event_count() == before
    here.page.click("#record-outcome button.main")
    here.shows("#record-outcome .right", "1 catatan")
    assert served.station.event_count() == before + 1
    assert [error for error in here.errors if "409" not in error] == []


_CAMERA = """modules => {
  const sheet = document.createElement("canvas"), pen = sheet.getContext("2d"), size = 12;
  sheet.width = 1280; sheet.height = 720;
  const draw = () => {
    pen.fillStyle = "white"; pen.fillRect(0, 0, 1280, 720); pen.fillStyle = "black";
    modules.forEach((row, y) => row.forEach((dark, x) => dark && pen.fillRect(300 + x * size, 150 + y * size, 12, 12)));
  };
  setInterval(draw, 50);
  navigator.mediaDevices.getUserMedia = async () => sheet.captureStream(20);
}"""


def test_seals_are_scanned_into_their_field_by_camera_and_usb_scanner(window: "BrowserContext", served: Served) -> None:
    import cv2

    box = served.station.codes()[0]
    here = tab(window, f"{served.url}/records/seal?lang=id")
    here.page.select_option("[data-field=action] select", "apply")
    here.page.click("[data-field=code] input")
    here.type(f"{box}*01")  # as fast as a scanner, and its Enter: the form is not sent
    assert here.page.evaluate("document.activeElement.name") == "serials"
    assert here.page.input_value("[data-field=code] input") == f"{box}*01"
    here.type("A0007")
    here.type("A0008")
    assert here.page.input_value("[data-field=serials] textarea") == "A0007\nA0008\n"
    modules = (cv2.QRCodeEncoder.create().encode("A0009") == 0).tolist()
    here.page.evaluate(_CAMERA, modules)
    here.page.click("#form-camera summary")
    here.page.click("#camera-start")
    wait_until(lambda: here.page.input_value("[data-field=serials] textarea").endswith("\nA0009\n"))
    here.check_access()
    here.shoot("record-seal-camera")
    here.page.click("#camera-stop")
    here.page.fill("[data-field=names] textarea", "Wayan\nKetut")
    here.page.click("#record button.main")
    here.shows("#record-outcome", "TERCATAT")
    chain = served.station("custody", box, "--json").json["chain"]
    assert chain[-1]["type"] == "seal" and here.errors == []


def test_a_person_changes_the_own_pin_over_the_open_page(window: "BrowserContext", served: Served) -> None:
    Pins(served.station.home, lambda: 0.0).hire("Made Sutarya", "supervisor", "7392")
    here = tab(window, f"{served.url}/records?lang=id")
    enter(here, "Made Sutarya", "7392")
    here.shows("h1", "Catatan")
    here.page.click("#at-work")
    here.page.click("#who-dialog summary")
    here.check_access()
    here.shoot("own-pin")
    for told, old in (("wrong", "1357"), ("right", "7392")):
        here.page.fill("#own-old", old)
        here.page.fill("#own-pin", "8461")
        here.page.fill("#own-again", "8461")
        here.page.click("#own-pin-form button")
        here.page.wait_for_selector(f"#own-told.{told}")
    assert [error for error in here.errors if "422" not in error] == []


def test_recovery_sheets_are_drawn_into_the_window_and_a_hub_is_opened(
    window: "BrowserContext", served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.hub_server.lan_addresses", lambda _wanted=None: [IPv4Address("127.0.0.1")])
    here = tab(window, f"{served.url}/station?lang=id")
    here.page.click("summary:has-text('Lembar pemulihan')")
    here.page.click("#recovery button")
    here.page.wait_for_selector("#recovery-file:visible")
    with window.expect_page() as opened:
        here.page.click("#recovery-file")
    assert opened.value.url.startswith("blob:")
    opened.value.close()
    look(here, "station-recovery")
    here.page.goto(f"{served.url}/meet")
    here.page.click("summary:has-text('sebagai pusat')")
    here.page.click("#hub-here button")
    here.page.wait_for_selector("#hub-lines .secret")
    look(here, "meet-hub")
    here.shoot_part("#hub-here", "hub-here")
    here.page.click("#hub-here button")
    here.page.wait_for_selector("#hub-here button[value=open]")
    assert here.errors == []
