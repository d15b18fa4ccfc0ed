"""A PDF of any length: what a page leaves in memory is a few numbers, and what leads to a page leads to that one."""

import gc
import io
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pypdf import PdfReader

from reports.chain.chain_pdf import write_chain_pdf
from reports.output import Made
from reports.pdf.page import Document, text
from reports.pdf.streamed import _Numbers
from tests.support.report_examples import MADE_AT, NEEDS, PLACES, quiet_chain, troubled_chain


class _Counted(io.RawIOBase):
    """A file that keeps nothing, as a disk does not take memory."""

    def write(self, data) -> int:
        return len(data)


def _draw(paper: Document, pages: range) -> None:
    for at in pages:
        paper.new_page()
        paper.canvas.bookmarkPage(f"item-{at}")
        paper.canvas.addOutlineEntry(f"Item {at} of many, with a title of some length", f"item-{at}")
        paper.canvas.linkRect("", f"item-{at}", (0, 0, 10, 10))
        paper.place(text("some words"))


def test_what_stays_of_a_page_is_its_numbers() -> None:
    paper = Document(_Counted(), title="T", author="A", footer=("", ""))
    _draw(paper, range(1, 40))  # what is made once: fonts, styles, caches
    tracemalloc.start()
    try:
        before = _held()
        _draw(paper, range(40, 240))
        grown = _held() - before
        tracemalloc.reset_peak()
        paper.finish()
        ended = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert grown / 200 < 400, "some 80 bytes: where each of its objects is; a dict entry for each would be thousands"
    assert ended / 200 < 1500, "and the end of the file is not made whole in memory"


def _held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.parametrize("count", [2, 12])
def test_the_outline_and_the_list_lead_to_each_item_also_where_one_comes_again(count: int) -> None:
    out = io.BytesIO()
    chains = [quiet_chain(), troubled_chain()] * (count // 2)
    write_chain_pdf(out, chains, PLACES, NEEDS, Made(MADE_AT, "A", "E", "G"))
    paper = PdfReader(out, strict=True)
    begins = [at for at, page in enumerate(paper.pages) if "Held now by" in page.extract_text() and at]
    assert len(begins) == count
    assert [paper.get_destination_page_number(entry) for entry in paper.outline] == begins  # type: ignore[arg-type]
    links = [link.get_object()["/Dest"].get_object()[0] for link in paper.pages[0]["/Annots"]]  # type: ignore[attr-defined]
    assert [paper.get_page_number(page.get_object()) for page in links] == begins


def test_what_leads_to_a_page_that_is_not_there_is_no_file() -> None:
    paper = Document(_Counted(), title="T", author="A", footer=("", ""))
    paper.new_page()
    paper.canvas.linkRect("", "nowhere", (0, 0, 10, 10))
    with pytest.raises(KeyError):
        paper.finish()


@example(["a1", "a01", "a2", "a02", "a001", "2", "1", "", "a3" * 9, "b999999999", "b9999999999", "b1"])
@given(st.lists(st.from_regex(r"\A[ab.]{0,2}[0-9]{0,4}\Z"), unique=True, max_size=30))
def test_each_name_has_its_own_number(names: list[str]) -> None:
    numbers = _Numbers()
    for at, name in enumerate(names, 1):
        assert name not in numbers
        numbers[name] = at, 0
        assert name in numbers
    assert [numbers[name] for name in names] == [(at, 0) for at in range(1, len(names) + 1)]
    with pytest.raises(KeyError):
        numbers["c1"]
