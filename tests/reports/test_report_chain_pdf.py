"""The paper of a chain: it can be read back, in both languages, and nothing breaks it."""

import io
from dataclasses import replace
from gettext import NullTranslations

import pypdfium2
import pytest
import zxingcpp

import language
from custody.chain.chain import Chain
from custody.format.codes import show_code
from reports.chain.chain_pdf import write_chain_pdf
from reports.output import LogHead, Made
from tests.support.report_examples import BOX, MADE_AT, NEEDS, PLACES, PPK, hostile_chain, quiet_chain, troubled_chain

HEADS = [LogHead("GDG-01", "Gudang Buleleng", 1204, "ab12" * 16)]


@pytest.fixture(autouse=True)
def english():
    language.use("en")
    yield
    language.use("en")


def pdf(*chains: Chain, **more) -> bytes:
    out = io.BytesIO()
    by, election, station = (more.pop(name, None) for name in ("made_by", "election", "station"))
    made = Made(MADE_AT, by or "Ni Komang Ayu", election or "Pemilu 2024", station or "Gudang")
    write_chain_pdf(out, chains, PLACES, NEEDS, made, **({"heads": HEADS} | more))
    return out.getvalue()


def pages(data: bytes) -> list[str]:
    """The text of each page, every run of spaces and line ends as one space."""
    document = pypdfium2.PdfDocument(data)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def test_the_qr_reads_back_as_the_newest_print_of_the_item():
    for chain, payload in ((quiet_chain(), f"{BOX}*01"), (troubled_chain(), f"{BOX}*02")):
        first = pypdfium2.PdfDocument(pdf(chain))[0].render(scale=2).to_pil()
        assert [read.text for read in zxingcpp.read_barcodes(first)] == [payload]


def test_a_chain_says_what_where_who_when_and_how():
    text = " ".join(pages(pdf(quiet_chain())))
    for words in (
        "Chain of custody",
        "7Q2M-9X4T-5B8C-6",
        "Ballot box DPRD-KAB, 2 of 5",
        "Held now by",
        "PPS Gerokgak (51.08.01.2009)",
        "TPS 001 Gerokgak, PPS Gerokgak, PPK Gerokgak",
        "From · DK 8123 AB",
        "I Made Arya Wijaya",
        "Ni Luh Putu Sukerti",
        "12:05 WITA",
        "label read by USB scanner",
        "BAST GRK-01/2024/0003",
        "tamper-evident",
        "ab12ab12",
        "1,204",
        "None: the records that were met agree",
    ):
        assert words in text
    assert "tamper-proof" not in text


def test_every_record_is_on_the_paper_with_the_start_of_its_leaf():
    chain = troubled_chain()
    text = " ".join(pages(pdf(chain)))
    for link in chain.links:
        assert f"{link.event.log}:{link.event.seq} {link.event.leaf[:12]}" in text


def test_findings_have_a_word_beside_their_mark_and_the_records_they_rest_on():
    text = " ".join(pages(pdf(troubled_chain())))
    for words in (
        "Critical",
        "Warning",
        "Note",
        "Void label (VOID_LABEL) · open · records",
        "settled",
        "Withdrawn, and so not part",
    ):
        assert words in text


def test_each_page_says_which_of_how_many_it_is():
    texts = pages(pdf(troubled_chain()))
    assert len(texts) > 1
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in text
        assert show_code(BOX) in text


def test_the_same_facts_give_the_same_bytes():
    assert pdf(troubled_chain(), quiet_chain()) == pdf(troubled_chain(), quiet_chain())


class Marked(NullTranslations):
    """A language in which every translated text is set between guillemets, so that a text left out shows."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"«{msgid1 if n == 1 else msgid2}»"


def test_every_word_of_ours_passes_the_catalogue():
    language._current.set(Marked())
    text = " ".join(pages(pdf(troubled_chain(), quiet_chain())))
    for words in ("Chain of custody", "Held now by", "Handover", "Registered", "Findings", "Critical", "wet"):
        assert f"«{words}»" in text
        assert f" {words} " not in text


def test_indonesian_writes_times_counts_and_kinds_its_own_way():
    language.use("id")
    text = " ".join(pages(pdf(quiet_chain())))
    assert "Kotak suara DPRD-KAB" in text
    assert "12.05 WITA" in text
    assert "1.204" in text


@pytest.mark.parametrize("lang", ["en", "id"])
def test_hostile_text_is_shown_as_it_is_and_stays_on_its_page(lang):
    language.use(lang)
    data = pdf(hostile_chain(), made_by="<b>x</b>", election="&lt;\x00" + "E" * 500, station="S" * 500)
    text = " ".join(pages(data))
    assert "<b>&amp;</b>" in text
    assert "[U+202E]" in text
    for page in pypdfium2.PdfDocument(data):
        assert_inside(page)


@pytest.mark.parametrize("chain", [quiet_chain, troubled_chain, hostile_chain])
def test_no_two_pieces_of_text_lie_over_each_other(chain):
    for page in pypdfium2.PdfDocument(pdf(chain(), chain(), scope=PPK)):
        assert_apart(page)


def boxes(page) -> list[tuple[float, float, float, float]]:
    text = page.get_textpage()
    return [text.get_rect(at) for at in range(text.count_rects())]


def assert_inside(page) -> None:
    width, height = page.get_size()
    for left, bottom, right, top in boxes(page):
        assert left >= 40 and right <= width - 40 and bottom >= 20 and top <= height - 30


def assert_apart(page) -> None:
    found = sorted(boxes(page))
    for index, (left, bottom, right, top) in enumerate(found):
        for other in found[index + 1 :]:
            if other[0] >= right - 0.5:
                break
            assert other[1] >= top - 1 or other[3] <= bottom + 1, ((left, bottom, right, top), other)


def test_many_chains_get_a_cover_with_the_page_that_each_begins_on():
    chains = [replace(quiet_chain(), code=BOX[:-1] + letter) for letter in "456"]
    data = pdf(*chains, scope=PPK)
    texts = pages(data)
    assert "Items for PPK Gerokgak" in texts[0]
    begins = [
        next(page for page, text in enumerate(texts[1:], 2) if show_code(chain.code) in text and "Held now by" in text)
        for chain in chains
    ]
    cover = pypdfium2.PdfDocument(data)[0]
    width, height = cover.get_size()
    edge = cover.get_textpage().get_text_bounded(left=width - 70, right=width, bottom=70, top=height)
    assert edge.split()[-3:] == [str(page) for page in begins]


def test_an_iterator_of_chains_is_taken_too_and_none_make_an_empty_list():
    out = io.BytesIO()
    made = Made(MADE_AT, "Ayu", "Pemilu", "Gudang")
    write_chain_pdf(out, iter([quiet_chain(), quiet_chain()]), PLACES, NEEDS, made)
    assert len(pages(out.getvalue())) > 2
    assert len(pages(pdf())) == 1


def test_an_item_that_nobody_registered_still_has_its_paper():
    text = " ".join(pages(pdf(Chain(BOX, None, None, (), ()))))
    assert "Unknown item" in text and "No record of this item has been met." in text
