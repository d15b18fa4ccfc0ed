"""A PDF of any length: what a page leaves in memory is a few numbers, and what leads to a page leads to that one."""

import gc
import io
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.lib.pagesizes import A4

from reports.chain.chain_pdf import write_chain_pdf
from reports.output import Made
from reports.pdf.streamed import StreamedCanvas, _Numbers
from tests.support.report_examples import MADE_AT, NEEDS, PLACES, quiet_chain, troubled_chain


class _Counted(io.RawIOBase):
    """A file that keeps nothing, as a disk does not take memory."""

    def write(self, data) -> int:
        return len(data)


def _draw(canvas: StreamedCanvas, pages: range) -> None:
    for at in pages:
        canvas.bookmarkPage(f"item-{at}")
        canvas.add_to_outline(f"Item {at} of many, with a title of some length", f"item-{at}")
        canvas.linkRect("", f"item-{at}", (0, 0, 10, 10))
        canvas.doForm(f"page-{at}")
        canvas.drawString(50, 50, "some words")
        canvas.showPage()


def _end(canvas: StreamedCanvas, pages: range) -> None:
    for at in pages:
        canvas.beginForm(f"page-{at}")
        canvas.drawString(50, 50, f"{at} of {len(pages)}")
        canvas.endForm()
    canvas.save()


def _memory(pages: int) -> tuple[int, int]:
    """What so many pages leave behind, and what the end takes on top at most, in bytes."""
    canvas = StreamedCanvas(_Counted(), A4, "en")
    tracemalloc.start()
    try:
        _draw(canvas, range(1, pages + 1))
        gc.collect()
        left = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        _end(canvas, range(1, pages + 1))
        return left, tracemalloc.get_traced_memory()[1] - left
    finally:
        tracemalloc.stop()


def test_what_stays_of_a_page_is_its_numbers() -> None:
    _memory(2)  # what is made once and kept
    few, many = _memory(20), _memory(120)
    assert many[0] - few[0] < 100 * 300, "some 80 bytes a page: where its objects are; names would be thousands"
    assert many[1] - few[1] < 100 * 300, "and nothing of each page is made again at the end"


def test_the_outline_and_the_list_lead_to_each_item_also_where_one_comes_again() -> None:
    out = io.BytesIO()
    chains = [quiet_chain(), troubled_chain(), quiet_chain()]
    write_chain_pdf(out, chains, PLACES, NEEDS, Made(MADE_AT, "A", "E", "G"))
    paper = PdfReader(out, strict=True)
    begins = [at for at, page in enumerate(paper.pages) if "Held now by" in page.extract_text() and at]
    assert len(begins) == 3
    assert [paper.get_destination_page_number(entry) for entry in paper.outline] == begins  # type: ignore[arg-type]
    links = [link.get_object()["/Dest"].get_object()[0] for link in paper.pages[0]["/Annots"]]  # type: ignore[attr-defined]
    assert [paper.get_page_number(page.get_object()) for page in links] == begins


def test_what_leads_to_a_page_that_is_not_there_is_no_file() -> None:
    canvas = StreamedCanvas(_Counted(), A4, "en")
    canvas.linkRect("", "nowhere", (0, 0, 10, 10))
    canvas.showPage()
    with pytest.raises(KeyError):
        canvas.save()


@example(["a1", "a01", "a2", "a02", "a001", "2", "1", "", "a3" * 9, "b999999999", "b9999999999", "b1"])
@given(
    st.lists(
        st.builds(lambda kind, at: f"{kind}{at}", st.sampled_from(["a", "a0", "b.", ""]), st.integers(0, 9)),
        unique=True,
    )
)
def test_each_name_has_its_own_number(names: list[str]) -> None:
    numbers = _Numbers()
    for at, name in enumerate(names, 1):
        assert name not in numbers
        numbers[name] = at, 0
        assert name in numbers
    assert [numbers[name] for name in names] == [(at, 0) for at in range(1, len(names) + 1)]
    with pytest.raises(KeyError):
        numbers["c1"]


def test_each_font_that_a_page_names_is_in_the_document() -> None:
    out = io.BytesIO()
    canvas = StreamedCanvas(out, A4, "id")
    canvas.showPage()
    canvas.save()
    [page] = PdfReader(out).pages
    named = {bytes(word) for word in page.get_contents().get_data().split() if word.startswith(b"/F")}
    known = {name.encode() for name in page["/Resources"]["/Font"]}
    assert named and named <= known
