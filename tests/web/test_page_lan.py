"""The page on the local network lets in who has the code, and lets them do what they are there for; nothing else."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import Any

import cv2
import numpy as np
import pytest
import segno

from custody.format.codes import item_payload
from tables.output.private_files import is_open_to_others
from tests.support.command_examples import Terminal
from tests.support.lan_examples import ADDRESS, LAN_HOST, Device
from tests.support.page_examples import Visitor
from tests.support.page_routes import all_routes
from tests.support.scan_pages import reviewed, typed
from web.security.certificate import kept_certificate
from web.security.entrances import HEADER
from web.security.guard import FRAME
from web.security.pairing import COOKIE, DEVICE_S, FILE, OFFER_S, Lan
from web.site import Site

ALLOWED = {
    ("POST", "/api/drafts/{draft}/lines"),
    ("POST", "/api/drafts/{draft}/lines/asked"),
    ("POST", "/api/drafts/{draft}/frames"),
    ("PUT", "/api/drafts/{draft}/said"),
    ("PUT", "/api/drafts/{draft}/pause"),
    ("DELETE", "/api/drafts/{draft}/items/{code}"),
    ("POST", "/api/drafts/{draft}/items/removed"),
    ("PUT", "/api/drafts/{draft}/words"),
    ("POST", "/api/drafts/{draft}/photos"),
    ("POST", "/api/drafts/{draft}/signatures/{signer}"),
    ("DELETE", "/api/drafts/{draft}/signatures/{signer}"),
    ("POST", "/api/drafts/{draft}/pins/{signer}"),
    ("PUT", "/api/pins"),
    ("POST", "/api/pair"),
    ("POST", "/observe"),
    ("DELETE", "/observe"),
}
"""What changes something and may come from a device."""
OPEN = {("POST", "/api/pair"), ("POST", "/observe"), ("DELETE", "/observe")}
"""Where a code or a token is shown: that is the secret there."""


def filled(path: str, draft: str) -> str:
    return path.replace("{draft}", draft).replace("{", "").replace("}", "")


def test_whoever_was_not_let_in_reads_and_changes_nothing(stranger: Device, site: Site, draft: str) -> None:
    for method, path in all_routes(stranger.client):
        if path in ("/pair", "/api/pair", "/observe"):  # where a code or a token is shown
            continue
        for secret in ("", "0" * 64, site.token):
            headers = {"Cookie": f"{COOKIE}={secret}", HEADER: secret} if secret else {}
            answer = stranger.client.request(method, filled(path, draft), headers=headers, content=b"\xff no JSON")
            assert answer.status_code == 403, (method, path, answer.text)


def test_a_visitor_without_the_code_is_shown_where_to_type_it(stranger: Device) -> None:
    answer = stranger.client.get("/", headers={"Accept": "text/html"}, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == "/pair"
    page = stranger.client.get("/pair").text
    assert "Scanning along" in page and "Gudang" not in page and "51.08" not in page, "nothing of the station is told"


def test_a_device_may_do_what_it_is_there_for_and_nothing_else(device: Device, draft: str) -> None:
    for method, path in all_routes(device.client):
        if method in ("GET", "HEAD") or (method, path) in ALLOWED:
            continue
        answer = device.client.request(
            method, filled(path, draft), json={}, headers={HEADER: device.secret, "Origin": LAN_HOST}
        )
        assert answer.status_code == 403, (method, path, answer.text)
    for path in (
        "/",
        "/scan",
        "/handover?number=1",
        "/api/devices",
        "/api/cameras",
        "/openapi.json",
        "/devices/code.svg",
    ):
        assert device.client.get(path).status_code == 403, path
    assert device.client.get(f"/scan/{draft}").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": f"http://{ADDRESS}:8743"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
        {"Host": f"{ADDRESS}:80"},
        {"Host": "127.0.0.1:8642"},
        {HEADER: ""},
    ],
)
def test_no_other_page_uses_a_device_that_is_let_in(device: Device, draft: str, headers: dict[str, str]) -> None:
    for method, path in sorted(ALLOWED - OPEN):
        sent = {HEADER: device.secret, "Origin": LAN_HOST} | headers
        answer = device.client.request(method, filled(path, draft), json={}, headers=sent)
        assert answer.status_code in (400, 403), (method, path)


def test_the_secret_of_the_stations_own_page_is_not_given_on_the_network(
    device: Device, site: Site, draft: str
) -> None:
    for path in ("/pair", f"/scan/{draft}", f"/scan/{draft}/review", "/device"):
        answer = device.client.get(path)
        assert site.token not in answer.text and site.token not in str(answer.headers)
    assert device.client.post("/api/pins", headers={HEADER: site.token}).status_code == 403


def test_a_code_lets_one_device_in_once(stranger: Device, visitor: Visitor, draft: str, lan: Lan) -> None:
    offered = visitor.ask("POST", "/api/devices", {"draft": draft}, expect=201)
    assert offered["address"] == f"{LAN_HOST}/pair" and offered["code"] not in offered["address"]
    assert visitor.client.get("/devices/code.svg").headers["content-type"] == "image/svg+xml"
    came = stranger.pair(offered["code"].lower().replace("-", " "))
    assert came["page"] == f"/scan/{draft}"
    cookie = stranger.client.cookies[COOKIE]
    assert len(cookie) == 64 and lan.knows(cookie)
    stranger.pair(offered["code"], expect=422)
    assert [each["name"] for each in visitor.client.get("/api/devices").json()["devices"]] == ["HP Made"]


def test_the_cookie_is_for_this_address_alone_and_no_script_reads_it(
    stranger: Device, visitor: Visitor, draft: str
) -> None:
    code = visitor.ask("POST", "/api/devices", {"draft": draft}, expect=201)["code"]
    answer = stranger.client.post("/api/pair", json={"code": code}, headers={"Origin": LAN_HOST})
    cookie = answer.headers["set-cookie"].lower()
    assert (
        all(word in cookie for word in ("httponly", "secure", "samesite=strict", "path=/")) and "domain" not in cookie
    )


def test_what_a_stranger_guesses_uses_no_code_up_and_few_guesses_are_heard(lan: Lan) -> None:
    offer = lan.offer("d")
    for number in range(40):
        with pytest.raises(Exception, match="lets nobody in"):
            lan.take(f"{number:010}", "x", "192.168.1.66")
    with pytest.raises(Exception, match="lets nobody in"):
        lan.take(offer.code, "x", "192.168.1.66")
    secret, draft = lan.take(offer.code, "x", "192.168.1.67")
    assert lan.knows(secret) and draft == "d", "who has the code comes in, whatever others tried"
    offer = lan.offer("d")
    assert lan.take(offer.code, "x", "192.168.1.66"), "with a new code everybody begins again"


def test_addresses_that_guess_are_counted_within_bounds(lan: Lan) -> None:
    offer = lan.offer("d")
    for number in range(3000):
        with pytest.raises(Exception, match="lets nobody in"):
            lan.take("0" * 10, "x", str(IPv4Address(number)))
    assert len(lan._wrong) <= 1024
    lan.take(offer.code, "x", ADDRESS)


def test_codes_do_not_last(lan: Lan, site: Site) -> None:
    now = [0.0]
    slow = Lan(site.home, lan.addresses, 1, lan.certificate, lambda: now[0])
    offer = slow.offer("d")
    now[0] = OFFER_S + 1
    with pytest.raises(Exception, match="lets nobody in"):
        slow.take(offer.code, "x", ADDRESS)
    assert slow.current() is None
    older, newer = slow.offer("d"), slow.offer("d")
    with pytest.raises(Exception, match="lets nobody in"):
        slow.take(older.code, "x", ADDRESS)
    secret, _draft = slow.take(newer.code, "x", ADDRESS)
    assert slow.knows(secret)
    again = Lan(site.home, lan.addresses, 1, lan.certificate, lambda: now[0])
    assert again.knows(secret), "over a restart"
    assert secret not in (site.home / FILE).read_text() and not is_open_to_others(site.home / FILE)
    now[0] += DEVICE_S + 1
    assert not again.knows(secret) and not slow.devices()


def test_a_device_that_is_let_in_no_more_is_out_at_once(device: Device, visitor: Visitor, draft: str) -> None:
    assert device.client.get(f"/scan/{draft}").status_code == 200
    [entry] = visitor.client.get("/api/devices").json()["devices"]
    visitor.ask("DELETE", f"/api/devices/{entry['id']}")
    assert device.client.get(f"/scan/{draft}").status_code == 403


def test_both_see_one_session_and_it_is_recorded_at_the_station(
    device: Device, visitor: Visitor, station: Terminal, draft: str
) -> None:
    codes = station.codes("--to", "51.08.01")
    typed(visitor, draft, codes[0])
    assert device.ask("POST", f"/api/drafts/{draft}/lines", {"line": codes[1]})["taken"] == 2
    assert device.ask("POST", f"/api/drafts/{draft}/lines", {"line": codes[0]})["kind"] == "again"
    page = device.client.get(f"/scan/{draft}/review").text
    assert "station&#39;s own screen" in page and 'id="record-button"' not in page
    device.ask("POST", f"/api/drafts/{draft}/record", {"version": reviewed(visitor, draft)}, expect=403)
    assert 'id="taken">2<' in visitor.see(f"/scan/{draft}")
    visitor.ask("POST", f"/api/drafts/{draft}/record", {"version": reviewed(visitor, draft)})
    gone = device.client.get(f"/scan/{draft}", follow_redirects=False)
    assert gone.status_code == 303 and gone.headers["location"] == "/device"


def test_without_lan_nobody_is_let_in_and_the_page_says_how(visitor: Visitor, draft: str) -> None:
    answer = visitor.ask("POST", "/api/devices", {"draft": draft}, expect=422)
    assert "Scan with a phone, too" in answer["hint"] and "--" not in answer["hint"]
    assert visitor.client.get("/api/devices").json() == {"is_on": False, "fingerprint": "", "devices": []}


# --- pictures -------------------------------------------------------------------------------------------------------


def jpeg_of(image: Any) -> bytes:
    return bytes(cv2.imencode(".jpg", image)[1])


def label_picture(*codes: str) -> bytes:
    """A picture of labels as a camera sees them."""
    page = np.full((720, 1280, 3), 255, np.uint8)
    for place, code in enumerate(codes):
        modules = np.array([list(row) for row in segno.make_qr(item_payload(code, 1)).matrix], np.uint8)
        side = cv2.resize((1 - modules) * 255, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
        high, wide = side.shape
        page[100 : 100 + high, 80 + place * 380 : 80 + place * 380 + wide] = side[..., None]
    return jpeg_of(page)


def look(who: Device, draft: str, picture: bytes, *, eye: str = "phone1", expect: int = 200, **headers: str) -> Any:
    sent = {HEADER: who.secret, "Origin": LAN_HOST, "Content-Type": "image/jpeg"} | headers
    answer = who.client.post(f"/api/drafts/{draft}/frames?eye={eye}", content=picture, headers=sent)
    assert answer.status_code == expect, answer.text
    return answer.json()


def test_a_phones_pictures_are_read_into_the_same_session(device: Device, station: Terminal, draft: str) -> None:
    codes = station.codes("--to", "51.08.01")[:2]
    picture = label_picture(*codes)
    first, second = look(device, draft, picture), look(device, draft, picture)
    assert (first["width"], first["height"]) == (1280, 720) and len(first["labels"]) == 2
    assert {label["mark"] for label in second["labels"]} == {"taken"}
    assert 'id="taken">2<' in device.client.get(f"/scan/{draft}").text
    assert device.ask("POST", f"/api/drafts/{draft}/lines", {"line": "undo"})["taken"] == 1, (
        "undo knows the phone's too"
    )


def test_a_paused_session_takes_nothing_from_anybody(
    device: Device, visitor: Visitor, station: Terminal, draft: str
) -> None:
    codes = station.codes("--to", "51.08.01")
    device.ask("PUT", f"/api/drafts/{draft}/pause", {"paused": True})
    assert typed(visitor, draft, codes[0])["beep"] == "wrong"
    picture = label_picture(codes[1])
    for _time in range(3):
        assert look(device, draft, picture)["paused"]
    page = visitor.see(f"/scan/{draft}")
    assert "PAUSED" in page and 'id="taken">0<' in page
    visitor.ask("PUT", f"/api/drafts/{draft}/pause", {"paused": False})
    look(device, draft, picture)
    look(device, draft, picture)
    assert 'id="taken">1<' in visitor.see(f"/scan/{draft}")


def test_what_is_no_picture_is_refused_before_it_is_unpacked(device: Device, draft: str) -> None:
    whole = jpeg_of(np.zeros((40, 40, 3), np.uint8))
    start = whole.index(b"\xff\xc0")
    bomb = whole[: start + 5] + b"\xff\xdc\xff\xdc" + whole[start + 9 :]  # says 65,500 x 65,500
    for picture in (b"", b"GIF89a", whole[:30], bomb, b"\xff\xd8" * 500):
        look(device, draft, picture, expect=422)
    look(device, draft, b"x" * (FRAME.most_bytes + 1), expect=413)
    for kind in ("text/plain", "image/svg+xml", "application/json", "image/png"):
        look(device, draft, whole, expect=415, **{"Content-Type": kind})
    look(device, draft, whole, eye="../../x", expect=422)


def test_so_many_cameras_and_no_more(device: Device, draft: str) -> None:
    blank = jpeg_of(np.full((480, 640, 3), 128, np.uint8))
    for number in range(4):
        look(device, draft, blank, eye=f"phone{number}")
    assert "cameras" in look(device, draft, blank, eye="phone9", expect=409)["error"]


# --- the certificate --------------------------------------------------------------------------------------------------


def test_the_certificate_is_for_these_addresses_and_is_kept(site: Site) -> None:
    addresses = [IPv4Address(ADDRESS)]
    first = kept_certificate(site.home, addresses)
    assert kept_certificate(site.home, addresses) == first, "the browser's warning comes once"
    assert not is_open_to_others(first.path) and len(first.fingerprint) == 95
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(first.path, first.path)
    other = kept_certificate(site.home, [IPv4Address("10.0.0.5")])
    assert other.fingerprint != first.fingerprint
    later = kept_certificate(site.home, [IPv4Address("10.0.0.5")], datetime.now(UTC) + timedelta(days=59))
    assert later.fingerprint != other.fingerprint, "made anew before it runs out"
    first.path.write_text("spoilt")
    assert kept_certificate(site.home, addresses).fingerprint != later.fingerprint


def test_an_address_that_is_none_is_told(station: Terminal) -> None:
    told = station("serve", "--no-browser", "--lan-address", "not an address")
    assert told.code == 2 and "192.168.1.20" in told.err
    told = station("serve", "--no-browser", "--lan-address", "203.0.113.7")
    assert told.code == 3 and "no such address" in told.err
