"""Two scanners at one truck: the station's page and a phone's own camera fill one session, in real browsers."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import pytest

import bootstrap
from tests.support.browser_examples import PHONE, Served, Watched
from tests.support.command_examples import Terminal
from tests.support.scan_in_browser import begin

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def phone(chromium: "Browser", film: Path, tmp_path: Path) -> "Iterator[BrowserContext]":
    """A phone's browser, whose camera is held over the labels of one polling station."""
    shown, video = tmp_path / "labels.mjpeg", cv2.VideoCapture(str(film))
    with shown.open("wb") as file:
        for _number in range(3):
            file.write(cv2.imencode(".jpg", video.read()[1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())
    program = next(filter(None, map(shutil.which, bootstrap.BROWSERS)))
    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    browser = chromium.browser_type.launch(
        executable_path=program, args=[*fake, f"--use-file-for-fake-video-capture={shown}"]
    )
    yield browser.new_context(viewport=PHONE, ignore_https_errors=True, locale="en-GB", has_touch=True)
    browser.close()


def test_a_phone_is_let_in_and_scans_with_its_own_camera(
    window: "BrowserContext", phone: "BrowserContext", station: Terminal
) -> None:
    served = Served(station, is_lan=True)
    try:
        scan = begin(window, served)
        scan.page.click("#devices-open")
        scan.page.wait_for_selector("#offer-code:visible")
        scan.check_access()
        scan.shoot("second-scanner")
        address, code = scan.page.inner_text("#offer-address"), scan.page.inner_text("#offer-code")
        second = Watched(phone.new_page())
        second.page.goto(address)
        second.check_access()
        second.page.fill("#code", code.lower())
        second.page.click("#pair button")
        second.page.wait_for_url("**/scan/*")
        scan.shows("#device-list", "Phone")
        scan.page.keyboard.press("Escape")
        second.page.click("#camera-start")
        scan.shows("#taken", "9")
        second.shows("#taken", "9")
        second.page.wait_for_function(
            "() => { const sheet = document.getElementById('outlines');"
            " return sheet.width > 300 && sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height)"
            ".data.some((value, at) => at % 4 === 3 && value); }"
        )
        second.check_access()
        second.shoot("phone")
        scan.type("undo")  # held before the camera still, it is not taken again before it has left the view
        second.shows("#taken", "8")
        scan.page.click("#pause")
        second.shows("#board", "PAUSED")
        second.page.evaluate(
            "for (const track of document.getElementById('own').srcObject.getTracks())"
            " track.dispatchEvent(new Event('ended'))"
        )
        second.shows('.camera[data-state="failed"]', "No picture comes")
        scan.type(station.codes("--to", "51.08.01.2001.002")[0])
        scan.shows("#last.wrong", "paused")
        scan.page.click("#pause")
        scan.page.wait_for_selector("#is-paused", state="detached")
        scan.type(station.codes("--to", "51.08.01.2001.002")[0])
        second.shows("#taken", "9")
        scan.type("finish")
        scan.page.wait_for_url("**/review")
        scan.say_names()
        scan.page.click("#record-button")
        scan.page.wait_for_url("**/handover?**")
        second.page.wait_for_url("**/device")
        second.shows("main", "No handover is being scanned")
        second.check_access()
        assert scan.errors == second.errors == []
    finally:
        served.stop()
