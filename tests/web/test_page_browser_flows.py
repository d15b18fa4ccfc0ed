"""A handover from its first label to the printed BAST in a real browser, and what may come between."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from custody.format.codes import item_payload, show_code
from tests.support.browser_examples import LAPTOP, Served, tab, wait_until
from tests.support.command_examples import Terminal
from tests.support.pdf_text import text_of
from tests.support.scan_in_browser import begin, begin_with

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def a_photograph() -> bytes:
    return cv2.imencode(".jpg", np.full((300, 400, 3), (90, 120, 160), np.uint8))[1].tobytes()


def test_findings_and_signatures_come_to_stand_on_the_printed_bast(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    codes, astray = station.codes("--to", "51.08.01.2001"), station.codes("--to", "51.08.02")[0]
    scan = begin(window, served)
    for code in (*codes[:3], astray):
        scan.type(item_payload(code, 1))
    scan.shows("#taken", "3")
    scan.shows(".irregular", "TPS 001 Unggahan")
    scan.page.click(f'[data-item="{codes[0]}"]')
    scan.page.select_option("#condition", "wet")
    photo = {"name": "lid.jpg", "mimeType": "image/jpeg", "buffer": a_photograph()}
    scan.page.set_input_files("#photo-file", photo)  # type: ignore[arg-type]
    scan.page.wait_for_selector("#photo:visible")
    scan.page.fill("#remark", "water in the corner")
    scan.page.keyboard.press("Enter")
    scan.shows(".taken", "water in the corner")
    for code in codes[1:3]:
        scan.page.check(f'[data-choose="{code}"]')
    scan.page.click("#change-chosen")
    scan.page.select_option("#seals", "intact")
    scan.page.click("#item-form button.main")
    scan.shows(".taken", "seals intact")
    scan.page.reload()
    scan.shows("#taken", "3")
    scan.page.click("#review")
    scan.page.wait_for_url("**/review")
    scan.shows("main", "15 are expected and not scanned")
    scan.shows("main", "was found wet")
    scan.page.wait_for_selector(".thumb")
    scan.page.fill("#giver_name", "Made Giver")
    scan.page.fill("#receiver_name", "Ketut Receiver")
    scan.page.click("#record summary >> text=Counted by hand")
    scan.page.fill("#counted", "four")
    scan.page.click("#record-button")
    scan.shows(
        "#record-error", "NOT recorded. How many things did the giver count by hand? A number is written with digits"
    )
    assert scan.page.evaluate("document.activeElement.id") == "counted"
    scan.page.fill("#counted", "4")
    scan.sign("giver")
    scan.check_access()
    scan.page.click('[data-pin="receiver"]')
    scan.page.wait_for_selector("#pin-field:visible")
    scan.page.keyboard.type("7392")
    scan.page.keyboard.press("Tab")
    scan.page.keyboard.type("7392")
    scan.check_access()
    scan.page.keyboard.press("Enter")
    scan.shows("#record", "Acknowledged by PIN")
    scan.page.reload()
    scan.shows("#record", "Acknowledged by PIN")
    assert scan.page.input_value("#counted") == "4" and scan.page.input_value("#giver_name") == "Made Giver"
    scan.shoot("signed")
    scan.page.click("#record-button")
    scan.shows("#sure-reasons", "TPS 001 Unggahan")
    scan.check_access()
    scan.shoot("asked")
    scan.agree()
    scan.page.wait_for_url("**/handover?**")
    with scan.page.expect_popup() as popup:
        scan.page.click("text=Print the BAST, the signed letter")
    pdf = window.request.get(popup.value.url)
    assert pdf.headers["content-type"] == "application/pdf" and b"/Subtype /Image" in pdf.body()
    letter = text_of(pdf.body())
    for said in ("Made Giver", "Ketut Receiver", show_code(astray), "wet", "water in the corner", "PIN"):
        assert said in letter, said
    told = station("report", "bast", "--json").json
    assert [each["how"] for each in told["acknowledged"]] == ["drawn", "pin"]
    assert scan.errors == [] and station("verify").code == 0


def test_a_server_that_is_restarted_behind_an_open_review_records_once_or_says_that_it_did_not(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    scan = begin(window, served)
    scan.type(station.codes("--to", "51.08.01.2001")[0])
    scan.shows("#taken", "1")
    scan.page.click("#review")
    scan.page.wait_for_url("**/review")
    scan.say_names()
    scan.page.keyboard.press("Tab")
    before = station.event_count()
    served.stop()
    scan.page.wait_for_selector("#alarm:visible")
    scan.page.click("#record-button")
    scan.shows("#record-error", "NOT recorded.")
    served.start()
    assert station.event_count() == before
    scan.page.wait_for_selector("#alarm", state="hidden")
    scan.page.dblclick("#record-button")
    scan.page.wait_for_url("**/handover?**")
    scan.shows("main", "RECORDED")
    scan.shows("main", "(Made)")
    assert station.event_count() == before + 1
    assert not [error for error in scan.errors if "ERR_" not in error]


def test_what_was_scanned_outlives_a_power_cut_and_a_closed_browser(chromium: "Browser", station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01.2001")

    def serve() -> tuple[object, str]:
        process = station.process("serve", "--no-browser", "--json")
        assert process.stdout
        return process, json.loads(process.stdout.readline())["address"]

    process, address = serve()
    window = chromium.new_context(viewport=LAPTOP)
    try:
        scan = tab(window, f"{address}scan?lang=en")
        scan.page.fill("#receiver", "51.08.01.2001")
        scan.page.click("#begin button.main")
        scan.page.wait_for_url(re.compile(r"/scan/[0-9a-f-]{36}$"))
        for code in codes[:3]:
            scan.type(item_payload(code, 1))
        scan.shows("#taken", "3")
        scan.page.click(f'[data-item="{codes[1]}"]')
        scan.page.fill("#remark", "dented")
        scan.page.keyboard.press("Enter")
        scan.shows(".taken", "dented")
        process.kill()  # type: ignore[attr-defined]
        window.close()
        process, address = serve()
        window = chromium.new_context(viewport=LAPTOP)
        home = tab(window, f"{address}?lang=en")
        home.page.click("text=3 labels")
        home.shows("#taken", "3")
        home.shows(".taken", "dented")
        assert home.errors == []
    finally:
        process.kill()  # type: ignore[attr-defined]
        window.close()


class NetworkCamera:
    """A camera on the network: pictures of a film over HTTP for as long as it has power."""

    def __init__(self, pictures: list[bytes]) -> None:
        self._pictures, self.port = pictures, 0
        self.has_power = True
        self.plug_in()

    def plug_in(self) -> None:
        camera = self
        self.has_power = True

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args: object) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                # What lies in between is shown before the end of the stream is seen: megabytes of this system, else,
                # and a busy computer decodes few pictures a second. A camera has no room for more than one picture.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=f")
                self.end_headers()
                number = 0
                while camera.has_power:
                    jpeg = camera._pictures[number % len(camera._pictures)]
                    head = f"--f\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    try:
                        self.wfile.write(head.encode() + jpeg + b"\r\n")
                    except OSError:
                        return
                    number += 1
                    time.sleep(0.1)

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def pull_the_plug(self) -> None:
        self.has_power = False
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def camera(film: Path) -> Iterator[NetworkCamera]:
    video, pictures = cv2.VideoCapture(str(film)), []
    while (frame := video.read())[0]:
        pictures.append(cv2.imencode(".jpg", frame[1])[1].tobytes())
    made = NetworkCamera(pictures)
    yield made
    if made.has_power:
        made.pull_the_plug()


def test_a_camera_that_disappears_is_told_and_goes_on_when_it_is_back(
    window: "BrowserContext", station: Terminal, camera: NetworkCamera
) -> None:
    served = Served(station, f"http://127.0.0.1:{camera.port}/film.mjpg")
    try:
        scan = begin(window, served)
        scan.page.click("#camera-start")
        scan.shows("#taken", "9")
        camera.pull_the_plug()
        scan.page.wait_for_selector('.camera[data-state="lost"]')
        scan.shows("#camera-words", "No picture comes")
        scan.type(station.codes("--to", "51.08.01.2001.002")[0])
        scan.shows("#taken", "10")
        camera.plug_in()
        scan.page.wait_for_selector('.camera[data-state="on"]')
        wait_until(lambda: scan.page.evaluate("document.getElementById('picture').naturalWidth") > 0)
        assert scan.errors == []
        served.stop()
        served.start()  # and its camera is off
        scan.page.wait_for_selector('.camera[data-state="off"]')
    finally:
        served.stop()


def test_a_label_that_is_scanned_in_the_wrong_moment_is_taken_or_told_and_never_a_name(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    scan = begin_with(window, served, codes[0])
    scan.page.click(f'[data-item="{codes[0]}"]')
    scan.type(item_payload(codes[1], 1))  # the condition has the focus
    scan.shows("#taken", "2")
    assert scan.page.input_value("#condition") == ""
    scan.page.fill("#remark", "wet lid ")
    scan.type(item_payload(codes[2], 1))
    scan.shows("#taken", "3")
    assert scan.page.input_value("#remark") == "wet lid "
    scan.page.keyboard.press("Escape")
    scan.page.click("#review")
    scan.page.wait_for_url("**/review")
    before = station.event_count()
    scan.type(item_payload(codes[3], 1))
    scan.shows("#record-error", "NOT counted")
    assert scan.page.input_value("#giver_name") == "" and station.event_count() == before
    assert scan.errors == []


def test_a_session_without_receiver_asks_for_one_before_it_is_reviewed(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    scan = tab(window, f"{served.url}/scan?lang=en")
    button = scan.page.locator("#begin button.main")
    before = button.bounding_box()
    button.click()
    scan.shows("#begin-error", "Where does it go?")
    assert button.bounding_box() == before, "whoever presses again presses the button"
    button.click()
    scan.page.wait_for_url(re.compile(r"/scan/[0-9a-f-]{36}$"))
    scan.type(station.codes("--to", "51.08.01.2001")[0])
    scan.shows("#taken", "1")
    scan.page.click("#review")
    scan.shows("#ends-error", "Say first from where and where to it goes.")
    scan.check_access()
    scan.page.keyboard.type("nowhere")
    scan.page.keyboard.press("Enter")
    scan.shows("#ends-error", "There is no place nowhere in the plan. This field is for a place or a vehicle")
    scan.page.fill("#receiver", "pat")
    scan.page.wait_for_selector("#receiver-list li")
    scan.page.keyboard.press("Enter")  # several: it marks the first
    scan.page.keyboard.press("Enter")
    assert scan.page.input_value("#receiver") == "PPS Patas (51.08.01.2001)"
    scan.page.keyboard.press("Enter")
    scan.shows("#expected", "18")
    scan.page.click("#review")
    scan.page.wait_for_url("**/review")
    assert not [error for error in scan.errors if "/ends" not in error]


def test_the_camera_that_ran_last_runs_in_the_next_session_and_is_taken_from_no_other(
    window: "BrowserContext", station: Terminal, camera: NetworkCamera
) -> None:
    served = Served(station, f"http://127.0.0.1:{camera.port}/film.mjpg")
    try:
        scan = begin(window, served)
        scan.page.click("#camera-start")
        scan.page.wait_for_selector('.camera[data-state="on"]')
        other = begin(window, served)
        other.page.wait_for_timeout(1500)
        assert other.page.get_attribute(".camera", "data-state") == "off", "the first session has it"
        other.page.close()
        scan.page.click("#review")
        scan.page.wait_for_url("**/review")
        scan.page.click("a.button >> text=Back to scanning")
        scan.page.wait_for_selector('.camera[data-state="on"]')
        scan.page.click("#camera-stop")
        scan.page.wait_for_selector('.camera[data-state="off"]')
        scan.page.reload()
        scan.page.wait_for_timeout(1500)
        assert scan.page.get_attribute(".camera", "data-state") == "off" and scan.errors == []
    finally:
        served.stop()


def test_counting_goes_on_where_the_picture_cannot_be_drawn(
    window: "BrowserContext",
    station: Terminal,
    film: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from web.live import camera_stream

    is_over = threading.Event()

    def never(*_job: object) -> bytes:
        is_over.wait()
        return b""

    monkeypatch.setattr(camera_stream, "_painted", never)
    served = Served(station, str(film))
    try:
        scan = begin(window, served)
        scan.page.click("#camera-start")
        scan.shows("#taken", "9")
        assert scan.page.evaluate("document.getElementById('picture').naturalWidth") == 0
    finally:
        is_over.set()
        served.stop()
