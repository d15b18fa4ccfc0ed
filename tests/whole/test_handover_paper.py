"""The handover paper: printed, filmed by a simulated camera, read back, and what the receiver then knows."""

import io
import random
from functools import cache
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from custody.chain.findings import SEVERITY, Finding
from custody.errors import CodeError
from custody.format.codes import show_code
from custody.format.events import read_body
from custody.format.item_facts import Item
from custody.format.paper_codes import Collector, is_head, is_part, pack_sheet
from reports.handover.paper import write_handover_paper
from reports.handover.paper_facts import HandoverFacts, Part
from reports.pdf.data_qr import LEAST_MM, choose_grid
from scanner.decoding.picture_reader import PyzbarEngine, Reader, ZxingEngine
from scanner.simulation.simulate import Flaws, simulate
from tests.support.bast_examples import handover2
from tests.support.command_examples import Terminal
from tests.support.paper_examples import codes, handover_body, sheet, signed_sheet
from tests.support.pdf_text import text_of
from tests.support.report_examples import NEEDS, PLACES, TPS

DPI = 300
SLOW_SIZES = [pytest.param(*size, marks=pytest.mark.slow) for size in ((1, 1), (200, 1), (200, 5))]
LEAST_FRAMES = 8
"""So many are looked at although all was read: nothing else may be read in them."""


def facts(one, **more) -> HandoverFacts:
    named = [row["code"] for row in read_body(one.body)["items"]]
    items = {code: Item(code, ("box", "ink")[i % 2], TPS, held_by="51.08") for i, code in enumerate(named)}
    given = {
        "parts": [Part(read_body(one.body), one)],
        "items": items,
        "findings": [],
        "election": "Pemilu 2024",
        "station": "Gudang-1",
        "made_at_utc": "2024-02-12T01:10:00Z",
        "made_by": "made",
        "places": PLACES,
        "needs": NEEDS,
    }
    return HandoverFacts(**(given | more))


def printed(one, **more) -> bytes:
    out = io.BytesIO()
    write_handover_paper(out, facts(one, **more))
    return out.getvalue()


printed_once = cache(printed)
"""The paper of a record of which nothing more is said."""


def document(one, **more) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(printed(one, **more) if more else printed_once(one))


def picture(one, dpi: int = DPI, page: int = 0) -> np.ndarray:
    rendered = document(one)[page].render(scale=dpi / 72).to_numpy()
    return np.ascontiguousarray(rendered[..., :3])


def collected(texts):
    collector = Collector()
    return next((read.sheet for read in map(collector.take, texts) if read.sheet), None)


@pytest.mark.parametrize(("count", "refs"), [(0, 0), (7, 1), (60, 3), (200, 40), *SLOW_SIZES])
def test_up_to_200_items_fit_on_one_page_and_read_back_to_the_byte(count, refs):
    one = sheet(count, refs=refs)
    assert len(document(one)) == 1
    texts = [read.text for read in Reader().read(picture(one, 150))]
    assert collected(filter(is_part, texts)) == one
    assert [text for text in texts if is_head(text)] == [one.head]


@pytest.mark.parametrize(("places", "refs"), [(40, 40), (200, 5)])
def test_where_each_of_200_items_goes_leaves_them_on_one_page(places, refs):
    named = codes(200)
    runs = [
        {"to": f"51.08.{6 + at // 100:02d}.{1001 + at // 10:04d}.{at % 10 + 1:03d}", "count": 200 // places}
        for at in range(places)
    ]
    listed = {"absent": codes(20, seed=9), "beyond": named[:5], "phase": None, "kinds": []}
    rows = handover_body(named, refs=refs)
    one = signed_sheet(
        handover2(named) | {"items": rows["items"], "refs": rows["refs"], "v": 3, "destinations": runs, "meant": listed}
    )
    assert len(document(one)) == 1
    texts = [read.text for read in Reader().read(picture(one, 150))]
    assert collected(filter(is_part, texts)) == one


@pytest.mark.parametrize("engine", [ZxingEngine, PyzbarEngine])
def test_either_reader_returns_every_code_unharmed(engine):
    try:
        reader = engine()
    except (ImportError, OSError):
        pytest.skip("not installed")
    one = sheet(200, refs=5)
    gray = picture(one, 200)[..., 0]
    assert collected(sorted(read.text for read in reader.read(np.ascontiguousarray(gray)) if is_part(read.text))) == one


def test_a_record_that_rests_on_200_others_goes_on_over_more_pages():
    one = sheet(200, refs=200)
    assert len(document(one)) > 1
    pictures = [picture(one, 200, page) for page in range(len(document(one)))]
    texts = [read.text for shown in pictures for read in Reader().read(shown)]
    assert collected(filter(is_part, texts)) == one


def filmed(one, module_px: float, module_mm: float, seed: int) -> tuple[object, set[str], int]:
    """What a 1280x720 camera reads of the paper, held so that a module has this many pixels, and in how many frames."""
    scale = module_px / (module_mm * DPI / 25.4)
    reader, collector, heads, whole, frames = Reader(), Collector(), set(), None, 0
    for frame in simulate([picture(one)], seed=seed, scale=scale, fps=8, seconds_per_view=1.0, flaws=Flaws()):
        assert frame.shape[:2] == (720, 1280)
        frames += 1
        for read in reader.read(frame):
            if is_head(read.text):
                heads.add(read.text)
            if is_part(read.text):
                whole = collector.take(read.text).sheet or whole
        if whole and heads and frames > LEAST_FRAMES:
            break
    return whole, heads, frames


@pytest.mark.parametrize("module_px", [2.5, pytest.param(3.0, marks=pytest.mark.slow)])
def test_a_paper_of_200_items_reads_from_a_shaking_720p_camera(module_px):
    one = sheet(200, refs=5)
    grid = choose_grid(len(pack_sheet(one)), 116, 160)
    assert grid is not None and grid.module_mm > 0.58
    # One code is 85 modules wide with its quiet zone: at 3 pixels a third of the picture's height, so it is seen whole.
    assert (17 + 4 * grid.version + 8) * module_px < 720 / 2
    whole, heads, _frames = filmed(one, module_px, grid.module_mm, seed=11)
    assert whole == one and heads == {one.head}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("count", [7, 60, 200])
def test_papers_of_every_size_read_at_three_pixels_a_module(count, seed):
    one = sheet(count, refs=3)
    grid = choose_grid(len(pack_sheet(one)), 116, 160)
    whole, heads, _frames = filmed(one, 3.0, grid.module_mm, seed)
    assert whole == one and heads == {one.head}


def test_no_module_is_smaller_than_the_floor():
    for count, refs in ((1, 1), (60, 60), (200, 1), (200, 20), (200, 200)):
        data = pack_sheet(sheet(count, refs=refs))
        grid = choose_grid(len(data), 116, 160) or choose_grid(len(data), 174, 220, pages=2)
        assert grid is not None and grid.module_mm >= LEAST_MM


def test_a_paper_shows_hostile_text_and_stays_one_page():
    nasty = '<b>&amp;</b><img src="x"/>{0}%s' + "W" * 300
    said = {
        "parties": {"giver": nasty, "receiver": nasty},
        "note": nasty,
        "vehicle": nasty,
        "bast": nasty,
        "witnesses": [nasty] * 9,
        "extras": [{"kind": nasty, "count": 1, "note": nasty}],
    }
    body = handover_body(codes(200), **said)
    one = signed_sheet(body)
    assert len(document(one, election=nasty, station=nasty, made_by=nasty)) <= 2
    document(signed_sheet(body | {"from": "X" * 40, "to": "Y" * 40, "bound": ["Z" * 40] * 30}))


def test_findings_that_do_not_fit_are_counted_with_where_they_are_listed():
    """145 boxes stayed behind: their codes alone would fill the page, and the paper said nothing but "and 1 more"."""
    short = [Finding("SHORTAGE", "{item} is missing", {"item": code}, code) for code in codes(145)]
    late = Finding("LATE", "it was late", {}, None)
    for count in (20, 200):
        told = text_of(printed(sheet(count, to="51.08.01"), findings=[*short, late]))
        assert "Short (145)" in told and "items --held-by 51.08" in told and "It was late" in told, count
    told = text_of(printed(sheet(7, to="51.08.01"), findings=short[:5]))
    assert "Short (5)" in told and show_code(short[4].item) in told and "--held-by" not in told
    many = [Finding(code, code, {}, None) for code in SEVERITY]
    assert "more" in text_of(printed(sheet(200, to="51.08.01"), findings=many))


def test_a_truck_that_takes_a_part_carries_a_calm_line_and_no_warning(station: Terminal):
    """4,764 boxes still to come were a warning on the paper that the driver shows."""
    go = ("--bound", "51.08.01", "--paper")
    station.give(station.codes("--to", "51.08.01")[:3], "51.08", "DK8123AB", *go, "load.pdf")
    told = text_of(Path("load.pdf"))
    assert "15 other things stayed at Gudang" in told and "Short" not in told and "Warning" not in told
    rest = station.codes("--to", "51.08.01", "--held-by", "51.08")
    found = station.give(rest[:-2], "51.08", "DK8123AB", *go, "rest.pdf").json["findings"]
    assert [one["severity"] for one in found if one["code"] == "SHORTAGE"] == ["warning"] * 2  # few: each is named
    told = text_of(Path("rest.pdf"))
    assert show_code(rest[-1]) in told and "part of the load" not in told


def test_a_paper_that_is_printed_later_says_of_when_its_findings_are(station: Terminal):
    station.give(station.codes("--to", "51.08.01")[:3], "51.08", "51.08.01", "--paper", "first.pdf")
    station("report", "handover", "--out", "again.pdf")
    assert "Short (15)" in text_of(Path("first.pdf")) and "Findings at printing" not in text_of(Path("first.pdf"))
    again = text_of(Path("again.pdf"))
    assert "Findings at printing" in again and "Short (15)" in again


def test_a_paper_printed_later_says_that_a_truck_took_a_part(station: Terminal):
    station.give(station.codes("--to", "51.08.01")[:3], "51.08", "DK8123AB", "--bound", "51.08.01")
    station("report", "handover", "--out", "again.pdf")
    assert "15 other things stayed at Gudang" in text_of(Path("again.pdf"))


@pytest.mark.parametrize("is_reprint", [False, True])
def test_a_paper_names_what_was_refused(station: Terminal, is_reprint: bool):
    given = station.codes("--to", "51.08.01")[:4]
    station.give(given, "51.08", "51.08.01", "--counted", "4", "--refuse", given[0], "--paper", "paper.pdf")
    if is_reprint:
        station("report", "handover", "--out", "paper.pdf")
    told = text_of(Path("paper.pdf"))
    assert "3 taken, 1 refused" in told
    assert f"Refused, they stay with the giver: 1 ({show_code(given[0])} Voting booth)" in told


def test_things_too_many_to_name_as_refused_are_counted_with_where_they_are_listed():
    rows = handover_body(codes(150, seed=4), refs=0)["items"]
    one = signed_sheet(handover2(codes(120)) | {"refused": rows})
    told = text_of(printed(one, refused=[row["code"] for row in rows]))
    assert "120 taken, 150 refused" in told and "with the giver: 150, listed by: report bast" in told


def test_a_paper_says_a_sentence_once_and_by_the_name_of_its_kind():
    named = codes(7)
    one = sheet(7, to="51.08.01")
    late = [Finding("LATE_ENTRY", "keyed in later", {}, code, is_open=False) for code in named]
    for count in (3, 7):
        told = text_of(printed(one, findings=late[:count]))
        assert told.count("Keyed in later") == 1 and f"({count})" not in told
    gaps = [Finding("GAP", "{item} is not told of", {"item": show_code(code)}, code) for code in named]
    told = text_of(printed(one, findings=gaps))
    assert "Handover missing (7)" in told and "GAP" not in told


def test_a_paper_says_whole_when_it_was_keyed_in():
    told = text_of(printed(sheet(7, occurred="2024-02-11T01:00:00Z")))
    assert "Late entry, made Mon 12 Feb 2024 09:02 WITA" in told


def test_the_same_facts_make_the_same_file():
    one = sheet(7)
    first, second = io.BytesIO(), io.BytesIO()
    for out in (first, second):
        write_handover_paper(out, facts(one))
    assert first.getvalue() == second.getvalue()


def test_random_codes_are_no_papers():
    random_ = random.Random(3)
    texts = ["W1:" + "".join(random_.choices("0123456789ABCDEF:/*", k=40)) for _ in range(200)]
    for text in texts:
        with pytest.raises(CodeError):
            Collector().take(text)
