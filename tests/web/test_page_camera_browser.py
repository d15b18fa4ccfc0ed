"""What a camera shows the page in a real browser: vendors' barcodes, seals' own numbers, and what would help it."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import zxingcpp

from scanner.aim.adviser import Aim
from scanner.sources.frames import Image
from tests.support.browser_camera import barcode, show
from tests.support.browser_examples import Served, Watched, tab, wait_until
from tests.support.scan_in_browser import begin
from tests.support.scenes import Condition, Label, film_scene

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PALLET, SEAL = "(00)389912345678901234", "(01)08991234567891(21)A0001"
PACK = "kind,to,first,last\nseal,51.08,A0001,A0100\n"
NEEDS = "kind,level,per_place,unit,tracked_as\nseal,box,6,keping,pack\n"


@pytest.fixture
def box(served: Served, tmp_path: Path) -> str:
    """A box that a table has a vendor's code for, at a station with a registered pack of seals."""
    code = served.station.codes("--kind", "box", "--to", "51.08.01.2001")[0]
    for name, text in {"needs": NEEDS, "pack": PACK, "vendor": f'code,vendor_code\n{code},"{PALLET}"\n'}.items():
        (tmp_path / f"{name}.csv").write_text(text)
        assert served.station("load", tmp_path / f"{name}.csv").code == 0, name
    return code


def with_camera(scan: Watched, image: Image) -> Watched:
    """The scan page, whose browser's own camera shows this."""
    show(scan, image)
    scan.page.select_option("#camera-choice", "own")
    scan.page.click("#camera-start")
    return scan


def test_barcodes_of_a_pallet_and_a_seal_are_shown_to_the_camera_and_nothing_is_typed(
    window: "BrowserContext", served: Served, box: str
) -> None:
    sealed = ("--apply", "A0001", "A0002", "--name", "Made", "--name", "Ketut")
    assert served.station("seal", box, *sealed).code == 0
    scan = with_camera(begin(window, served), barcode(PALLET, is_gs1=True))
    scan.shows("#taken", "1")
    scan.hears("ok")
    show(scan, barcode(SEAL, is_gs1=True))
    scan.shows("#last", "Seals read: A0001")
    show(scan, barcode("A0002"))
    scan.shows("#last", "A0001, A0002")
    show(scan, barcode("STRANGE-7"))
    scan.shows("#last", "No item has the vendor's code STRANGE-7")
    scan.hears("wrong")
    scan.shoot("barcode-strange")
    scan.page.click(f'[data-item="{box}"]')
    assert scan.page.input_value("#serials") == "A0001 A0002"
    scan.page.select_option("#seals", "intact")
    scan.check_access()
    scan.shoot("barcode-seals")
    scan.page.click("#item-form button.main")
    scan.shows("#board", "A0001")
    assert scan.errors == []
    there = tab(window, f"{served.url}/items/{box}?lang=en")
    there.shows("[aria-labelledby=identity-title]", "00389912345678901234")
    there.shoot_part("[aria-labelledby=identity-title]", "item-vendors-code")
    there.page.fill("#q", PALLET)
    there.page.keyboard.press("Enter")
    there.page.wait_for_url(f"**/items/{box}")


def test_a_seals_barcode_fills_the_form_of_seals(window: "BrowserContext", served: Served, box: str) -> None:
    form = tab(window, f"{served.url}/records/seal?lang=en")
    form.page.select_option("[data-field=action] select", "apply")
    form.page.click("[data-field=code] input")
    form.type("00389912345678901234")
    assert form.page.evaluate("document.activeElement.name") == "serials"
    show(form, barcode(SEAL, is_gs1=True, name="DataMatrix"))
    form.page.click("#form-camera summary")
    form.page.click("#camera-start")
    wait_until(lambda: "A0001" in form.page.input_value("[data-field=serials] textarea"))
    form.page.fill("[data-field=names] textarea", "Made\nKetut")
    form.shoot("barcode-seal-form")
    form.page.click("#record button.main")
    form.shows("#record-outcome", "On it now: A0001")
    assert served.station("custody", box, "--json").json["chain"][-1]["type"] == "seal"
    assert form.errors == []


SIZE = (640, 480)
AIMS: dict[Aim, Condition] = {
    "closer": Condition("too small", module_px=1.3),
    "dark": Condition("no light", contrast=0.03),
}


def unreadable(aim: Aim) -> Image:
    """A picture of a label that is not read, and for this reason."""
    made = zxingcpp.create_barcode("7Q2M9X4T5B8C6*01", zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H", version=2)
    drawn = np.array(made.to_image(scale=12, add_quiet_zones=True))
    label = Label("", drawn, 0, 0, len(drawn), len(drawn) // 12)
    (picture,) = film_scene([label], AIMS[aim], seed=3, size=SIZE, frames=1)
    return picture


@pytest.mark.parametrize(("lang", "seen"), [("en", "Seen, not read"), ("id", "terlihat, belum terbaca")])
def test_what_keeps_a_label_from_being_read_is_a_sign_words_and_a_sound(
    window: "BrowserContext", served: Served, lang: str, seen: str
) -> None:
    from playwright.sync_api import expect

    scan = begin(window, served)
    scan.page.goto(f"{scan.page.url}?lang={lang}")
    words = scan.page.locator("#camera-words")
    told = set[str]()
    for aim in AIMS:
        scan.page.evaluate("document.documentElement.dataset.sound = ''")
        if not told:
            with_camera(scan, unreadable(aim))
        show(scan, unreadable(aim))
        expect(words).to_have_attribute("data-aim", aim)
        assert words.locator("use").get_attribute("href") == f"/static/pictograms.svg#aim_{aim}"
        drawn = scan.page.evaluate("document.querySelector('#camera-words svg').getBoundingClientRect().width")
        assert drawn > 12, "the sign is there, and large enough to be seen"
        assert aim == "dark" or seen in words.inner_text()
        told.add(words.inner_text())
        scan.hears("aim")
        scan.check_access()
        scan.shoot(f"aim-{aim}-{lang}")
        scan.page.wait_for_timeout(3100)  # the sound comes at most every three seconds
    assert len(told) == len(AIMS), "each is told in other words"
    show(scan, np.full((SIZE[1], SIZE[0]), 118, np.uint8))
    expect(words).to_have_attribute("data-aim", "")
    assert words.locator("svg").count() == 0 and scan.errors == []
