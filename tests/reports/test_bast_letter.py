"""The BAST as a letter: what it says, what its codes carry, and that no office's text and no amount breaks the page."""

import hashlib
import io
from dataclasses import replace

import numpy as np
import pypdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

import language
from custody.compose.compose import Extra
from custody.format.paper_codes import Collector, is_head, is_part
from reports.bast.letter_content import write_bast
from reports.bast.letter_template import SHIPPED, Template, read_template, shipped_template
from scanner.decoding.picture_reader import Reader
from services.reporting.bast_letters import drawn_signatures
from tests.support.bast_examples import codes, event_of, example, facts_of, handover2, registered
from tests.support.paper_examples import signed_sheet
from tests.support.pdf_text import texts_of


@pytest.fixture(autouse=True)
def indonesian():
    language.use("id")
    yield
    language.use("en")


def letter(facts, sheets, template=None, signatures=None) -> bytes:
    out = io.BytesIO()
    write_bast(out, facts, template or shipped_template(), sheets, signatures)
    return out.getvalue()


def with_values(**values: object) -> Template:
    """The shipped template with other values; `__` in a name stands for the dot of its key."""
    shipped = shipped_template()
    return Template({**shipped.values, **{key.replace("__", "."): value for key, value in values.items()}})


def test_the_letter_says_who_gave_what_to_whom_when_and_where():
    text = " ".join(texts_of(letter(*example(7))))
    for words in (
        "BERITA ACARA SERAH TERIMA",
        "PERLENGKAPAN PEMILU 2024",
        "Nomor: 0042/GUDANG-1/2024",
        "Pada hari ini, Senin, tanggal dua belas bulan Februari tahun dua ribu dua puluh empat (12 Februari 2024), "
        "pukul 09.02 WITA, bertempat di Gudang KPU Kabupaten Buleleng",
        "I Made Arya Wijaya",
        "Kepala Gudang",
        "PIHAK PERTAMA",
        "Ni Luh Putu Sukerti",
        "Ketua PPK",
        "PIHAK KEDUA",
        "7 (tujuh) barang",
        "Kotak suara 4 buah",
        "Tinta 3 botol",
        "DPR 2, PPWP 2",
        "Jumlah 7",
        "Truk boks (Truk Bali Logistik Nusantara)",
        "I Ketut Darma",
        "Briptu Gede",
        "Seririt",
        "PPK Gerokgak; PPK Buleleng",
        "Seharusnya diserahkan 7 barang, dipindai 7, belum diserahkan 0",
        "Tidak ada selisih dan tidak ada ketidaksesuaian",
        "rangkap 2 (dua)",
        "Putu Eka",
    ):
        assert words in text, words


def test_the_letter_speaks_english_too():
    language.use("en")
    text = texts_of(letter(*example(2)))[0]
    for words in (
        "MINUTES OF HANDOVER",
        "On this day, Monday, 12 February 2024, at 09:02 WITA",
        "in all 2 (two)",
        "Ballot box 1 pc",
        "FIRST PARTY",
        "No difference and no finding",
    ):
        assert words in text, words


@pytest.mark.parametrize("count", [1, 30, 400])
def test_every_page_has_the_number_and_its_place_among_all(count):
    facts, sheets = example(count)
    texts = texts_of(letter(facts, sheets))
    for page, text in enumerate(texts, 1):
        assert f"Halaman {page} dari {len(texts)}" in text and "0042/GUDANG-1/2024" in text
    whole = " ".join(texts)
    for line in facts.lines:
        assert f"{line.code[:4]}-{line.code[4:8]}-{line.code[8:12]}-{line.code[12]} 01 K" in whole


@pytest.mark.parametrize("count", [30, pytest.param(250, marks=pytest.mark.slow)])
def test_the_codes_on_the_printed_pages_are_the_signed_records(count):
    facts, sheets = example(count)
    collector, found, heads = Collector(), [], set()
    for page in pypdfium2.PdfDocument(letter(facts, sheets)):
        for read in Reader().read(page.render(scale=150 / 72).to_numpy()[..., :3].copy(), thorough=count > 30):
            if is_part(read.text) and (sheet := collector.take(read.text).sheet):
                found.append(sheet)
            elif is_head(read.text):
                heads.add(read.text)
    assert sorted(found, key=lambda sheet: sheet.body) == sorted(sheets, key=lambda sheet: sheet.body)
    assert heads == {sheet.head for sheet in sheets}


def test_without_a_head_of_the_log_the_letter_has_no_codes():
    facts, _sheets = example(3)
    assert "LAMPIRAN II" not in " ".join(texts_of(letter(facts, [None])))


def test_the_same_facts_give_the_same_bytes():
    picture = io.BytesIO()
    Image.new("RGB", (30, 30), "navy").save(picture, "PNG")
    signatures = {
        "giver": picture.getvalue(),
        "receiver": picture.getvalue(),
    }  # of one picture, which stands there twice
    made = [letter(*example(30), signatures=signatures) for _ in range(2)]
    assert hashlib.sha256(made[0]).digest() == hashlib.sha256(made[1]).digest()


def test_what_was_refused_remarked_matched_and_unlabelled_is_told_with_its_remark():
    named = codes(5)
    row = {"print": 1, "after": None, "how": "camera"}
    body = handover2(
        named[:4],
        refused=[row | {"code": named[4]}],
        counted=7,
        remarks=[{"code": named[4], "text": "segel putus"}, {"code": named[0], "text": "penyok di satu sudut"}],
        extras=[{"kind": "box", "count": 2, "note": "label robek"}],
    )
    body["items"][3] |= {"how": "matched", "print": None}
    sheet = signed_sheet(body)
    facts = facts_of([event_of(sheet)], registered(named))
    text = " ".join(texts_of(letter(facts, [sheet])))
    for words in (
        "Keputusan PIHAK KEDUA",
        "Tidak diterima (1), tetap pada PIHAK PERTAMA",
        "segel putus",
        "Diterima dengan catatan (1)",
        "penyok di satu sudut",
        "dicocokkan dengan daftar (1)",
        "Tanpa label yang terbaca (2)",
        "2 Kotak suara: label robek",
        "– C",
        "×",
    ):
        assert words in text, words
    assert "Jumlah 4" in text


def test_a_record_that_was_taken_back_is_marked_at_the_top():
    facts, sheets = example(1)
    assert "TIDAK BERLAKU" in texts_of(letter(replace(facts, is_withdrawn=True), sheets))[0]


def test_markup_in_a_template_or_a_record_is_shown_and_not_obeyed():
    nasty = '<font size="99">&amp;<a href="http://x/">x</a></font><img src="/etc/passwd"/>'
    facts, sheets = example(2)
    template = with_values(
        letterhead__lines=[nasty],
        basis__list=[nasty],
        texts__title=nasty,
        copies__to=[nasty],
        offices={"51.08": {"name": nasty, "function": nasty, "address": nasty}},
    )
    people = replace(facts.giver, person=nasty, function=nasty)
    pdf = letter(replace(facts, giver=people, note=nasty, witnesses=(nasty,), number=nasty), sheets, template)
    text = " ".join(texts_of(pdf)).replace(" ", "")
    assert text.count(nasty.replace(" ", "")) >= 8
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert all("/Annots" not in page for page in reader.pages)


def test_long_and_foreign_texts_stay_on_the_page():
    facts, sheets = example(2)
    long = "Wayan " * 60 + "W" * 300 + " 水" * 50
    many = replace(
        facts,
        giver=replace(facts.giver, person=long, function=long),
        note=long * 5,
        witnesses=(long,) * 8,
        told=replace(facts.told, extras=tuple(Extra("box", 1, long) for _ in range(40))),
        number="N" * 300,
    )
    template = with_values(basis__list=["Keputusan " * 190] * 6, letterhead__lines=["K" * 500] * 3)
    pdf = letter(many, sheets, template)
    for page in pypdfium2.PdfDocument(pdf):
        width, height = page.get_size()
        text = page.get_textpage()
        for index in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(index)
            assert left >= -1 and right <= width + 1 and bottom >= 0 and top <= height
    assert " ".join(texts_of(pdf)).count("Tanda tangan") == 8


def lowest(page) -> float:
    """How many points above the footer's line the text of a page ends."""
    text, foot = page.get_textpage(), 60
    bottoms = [text.get_rect(index)[1] for index in range(text.count_rects())]
    return min(bottom for bottom in bottoms if bottom > foot) - foot


def test_signatures_go_to_a_page_of_their_own_only_where_they_do_not_fit():
    facts, _sheets = example(1)
    giver, receiver = replace(facts.giver, function=""), replace(facts.receiver, function="")
    facts, moved = replace(facts, giver=giver, receiver=receiver), 0
    for lines in range(1, 9):
        pdf = letter(replace(facts, note="keterangan yang panjang sekali " * 3 * lines), [None])
        texts, shown = texts_of(pdf), pypdfium2.PdfDocument(pdf)
        if "Demikian Berita Acara" in texts[1]:
            moved += 1
            assert lowest(shown[0]) < 140, "it would have fitted"
            assert texts[1].index("0042/GUDANG-1/2024 – Kotak suara 1. Jumlah 1.") < texts[1].index("Demikian")
    assert 0 < moved < 8


def test_a_vehicle_that_the_plan_does_not_have_is_no_office():
    text = texts_of(letter(*example(2, to="DK9999ZZ")))[0]
    assert "Kendaraan : DK 9999 ZZ" in text and text.count("Instansi") == 1


@pytest.mark.parametrize(("size", "points"), [("A4", (595, 842)), ("F4", (609, 935)), ("Letter", (612, 792))])
def test_the_paper_has_the_size_that_the_template_names(size, points):
    pdf = letter(*example(1), template=with_values(page__size=size))
    assert tuple(map(round, pypdfium2.PdfDocument(pdf)[0].get_size())) == points


def test_only_the_sections_of_the_template_appear_and_in_its_order():
    text = " ".join(texts_of(letter(*example(1), template=with_values(sections__order=["closing", "opening"]))))
    assert text.index("Demikian Berita Acara") < text.index("Pada hari ini")
    assert "LAMPIRAN" not in text and "PIHAK PERTAMA telah" not in text


def test_a_drawn_signature_and_a_logo_stand_on_the_letter(tmp_path):
    drawing = Image.new("RGBA", (400, 160), (0, 0, 0, 0))
    ImageDraw.Draw(drawing).line([(10, 100), (120, 20), (200, 140), (390, 30)], fill=(200, 0, 0, 255), width=9)
    picture = io.BytesIO()
    drawing.save(picture, "PNG")
    logo = Image.new("RGB", (60, 60), (0, 0, 200))
    logo.save(tmp_path / "logo.png")
    (tmp_path / "bast.toml").write_text("[letterhead]\nlogo = 'logo.png'\n")
    template = read_template(tmp_path / "bast.toml")
    pdf = letter(*example(1), template=template, signatures={"receiver": picture.getvalue()})
    pictures = [page.render(scale=1).to_numpy()[..., :3].reshape(-1, 3) for page in pypdfium2.PdfDocument(pdf)]
    blue, green, red = np.concatenate(pictures).T
    assert ((red > 150) & (green < 90) & (blue < 90)).sum() > 50
    assert ((blue > 150) & (green < 40) & (red < 40)).sum() > 500
    bare = letter(*example(1), template=template)
    unsigned = [page.render(scale=1).to_numpy()[..., :3].reshape(-1, 3) for page in pypdfium2.PdfDocument(bare)]
    black, before = (int((np.concatenate(of) < 40).all(axis=1).sum()) for of in (pictures, unsigned))
    assert black - before < 500, "paper, not black, around the line"


def test_the_shipped_templates_are_where_the_guide_says():
    assert sorted(path.name for path in SHIPPED.glob("*.toml")) == ["bast-en.toml", "bast-id.toml"]


def test_who_acknowledged_it_on_the_screen_or_by_pin_is_told_where_they_sign():
    rows = [
        {"party": "giver", "name": "I Made Arya Wijaya", "how": "drawn", "digest": "0a" * 32},
        {"party": "receiver", "name": "Ni Luh Putu Sukerti", "how": "pin", "digest": None},
        {"party": "witness", "name": "Putu Eka", "how": "drawn", "digest": "0b" * 32},
    ]
    facts, sheets = example(3, witnesses=["Putu Eka"], acknowledged=rows)
    picture = io.BytesIO()
    Image.new("RGB", (30, 30), (200, 0, 0)).save(picture, "JPEG")
    kept = {"0a" * 32: picture.getvalue()}
    drawn = drawn_signatures(facts, kept.get)
    assert drawn == {"giver": picture.getvalue()}, "the witness's picture is not kept here"
    pdf = letter(facts, sheets, signatures=drawn)
    text = " ".join(texts_of(pdf))
    assert text.count("dengan PIN di pos") == 1 and text.count("gambarnya tidak ada di sini") == 1
    red, green, _blue = np.concatenate(
        [page.render(scale=1).to_numpy()[..., :3].reshape(-1, 3) for page in pypdfium2.PdfDocument(pdf)]
    ).T[::-1]
    assert ((red > 150) & (green < 90)).sum() > 500
