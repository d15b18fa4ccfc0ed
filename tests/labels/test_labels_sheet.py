import io
from dataclasses import replace

import pypdfium2
import pytest

from custody.errors import LabelError
from custody.plan.places import Place
from labels.content import place_content
from labels.draw import fits
from labels.sheet import write_sheets
from labels.stock import STOCKS
from tests.support.label_examples import PLACES, contents, layout_of
from tests.support.sheet_pdf import SHEET, pdf


def test_the_same_labels_give_the_same_bytes():
    assert pdf() == pdf()


def test_contents_are_taken_as_a_stream_and_progress_follows_page_by_page():
    content, seen = contents()[0], []
    pages = write_sheets(io.BytesIO(), (content for _ in range(50)), SHEET, start=3, title="", progress=seen.append)
    assert (pages, seen) == (3, [19, 40, 50])


def test_the_document_says_its_title_and_embeds_every_font():
    document = pdf()
    assert pypdfium2.PdfDocument(document).get_metadata_value("Title") == "Label Buleleng"
    assert b"Helvetica" not in document
    assert document.count(b"/FontFile2") == document.count(b"/Type /FontDescriptor") >= 2


@pytest.mark.parametrize("name", STOCKS)
def test_the_words_of_a_label_can_be_found_in_the_document(name):
    content = contents()[0]
    text = pypdfium2.PdfDocument(pdf([content], STOCKS[name]))[0].get_textpage().get_text_bounded()
    words = " ".join(text.split())
    on_all = (content.title, "TPS 015", "Kel. Kampung", "4/5")
    assert all(wanted in words for wanted in on_all) and content.code in words.replace("\x02", "-")
    if "footer" in layout_of(STOCKS[name], content.twice).slots:
        assert all(wanted in words for wanted in ("Singaraja", "Kec. Buleleng", "DPRD-PROV", content.footer))


def test_letters_beyond_ascii_do_not_disturb_the_codes():
    content = replace(contents()[0], lines=("Désa Ñusa é", "Kec. …"), title="Kôtak")
    text = pypdfium2.PdfDocument(pdf([content, contents()[0]]))[0].get_textpage().get_text_bounded()
    assert "Désa Ñusa é" in " ".join(text.split()) and text.count(content.code) == 2


def test_cut_marks_stay_out_of_the_labels_and_rolls_have_none():
    marked = pypdfium2.PdfDocument(pdf(cut_marks=True))[0].render(scale=2).to_pil().convert("L")
    plain = pypdfium2.PdfDocument(pdf())[0].render(scale=2).to_pil().convert("L")
    grid = tuple(round(mm * 144 / 25.4) for mm in (7.21, 15.15, 210 - 7.21, 297 - 15.15))
    assert marked.tobytes() != plain.tobytes()
    assert marked.crop(grid).tobytes() == plain.crop(grid).tobytes()
    roll = STOCKS["roll-100x50"]
    assert pdf(sheet=roll, cut_marks=True) == pdf(sheet=roll)


@pytest.mark.parametrize("start", [0, 22])
def test_a_start_that_is_not_on_the_sheet_is_refused(start):
    with pytest.raises(LabelError, match="21"):
        pdf(start=start)


def test_no_label_at_all_is_refused():
    with pytest.raises(LabelError):
        pdf([])


def test_a_label_that_cannot_hold_its_code_names_the_nearest_stock_that_does():
    content = place_content(Place("A" * 40, "Gudang", "vendor"), PLACES)
    with pytest.raises(LabelError) as caught:
        pdf([content], STOCKS["roll-50x30"])
    nearest = caught.value.values["nearest"]
    assert fits(content, STOCKS[nearest]) and not fits(content, STOCKS["roll-50x30"])
    assert nearest in caught.value.hint.format(**caught.value.values)
    pdf([content], STOCKS[nearest])


def test_a_payload_that_qr_has_no_small_letters_for_is_refused():
    with pytest.raises(LabelError):
        pdf([replace(contents()[0], payload="p:abc")])
