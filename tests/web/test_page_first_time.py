"""What somebody who has never seen the page is told: what is handed over, by whom, that a part is fine."""

import re

from custody.format.codes import show_code
from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor, begun_draft
from tests.support.scan_pages import record, reviewed, typed

PLACE = "51.08.01.2001"


def test_the_review_says_by_kind_what_is_handed_over_and_names_the_few_that_are_missing(
    visitor: Visitor, station: Terminal
) -> None:
    boxes, booths = (station.codes("--to", PLACE, "--kind", kind) for kind in ("box", "booth"))
    draft = begun_draft(visitor, receiver=PLACE)
    for code in (*boxes, *booths[:-3]):
        typed(visitor, draft, code)
    page = visitor.see(f"/scan/{draft}/review")
    kinds = re.findall(r"<strong>([^<]+) (\d+)</strong>", page.split('class="kinds"')[1].split("</p>")[0])
    assert {int(count) for _kind, count in kinds} == {len(boxes), len(booths) - 3} and len(kinds) == 2
    told = page.split("are expected and not scanned")[1].split("</section>")[0]
    assert all(show_code(code) in told for code in booths[-3:]) and "<details" not in told


def test_many_that_are_missing_are_told_when_asked(visitor: Visitor, station: Terminal) -> None:
    draft = begun_draft(visitor)
    typed(visitor, draft, station.codes()[0])
    told = visitor.see(f"/scan/{draft}/review").split("are expected and not scanned")[1].split("</section>")[0]
    assert "<details>" in told and 'class="code"' not in told
    assert "A part of the load is fine" in visitor.see(f"/scan/{draft}/board") and "A part of the load" in visitor.see(
        "/"
    )


def test_where_nothing_is_left_the_page_says_so_and_where_it_is(visitor: Visitor, station: Terminal) -> None:
    station.give(station.codes("--to", PLACE), "51.08", PLACE)
    draft = begun_draft(visitor, receiver=PLACE)
    page = visitor.see(f"/scan/{draft}/board")
    assert "Nothing that is bound for there is left" in page and "Nothing is missing" not in page
    assert "It is at: PPS Patas: 18" in page and 'class="count all"' not in page


def test_the_names_of_last_time_are_offered_and_the_driver_is_named(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes()
    first = begun_draft(visitor, receiver="DK 8123 AB")
    typed(visitor, first, codes[0])
    page = visitor.see(f"/scan/{first}/review")
    assert "as last time" not in page and page.count("(the driver,") == 1
    said = {"giver_name": "Made", "giver_office": "Kepala gudang", "receiver_name": "Ketut"}
    record(visitor, first, reviewed(visitor, first), **said)
    second = begun_draft(visitor)
    typed(visitor, second, codes[1])
    page = visitor.see(f"/scan/{second}/review")
    assert 'value="Made" data-offered' in page and "as last time" in page and "(the driver," not in page
    assert 'value="Kepala gudang"' in page
    assert re.findall(r'<option value="([^"]+)"></option>', page) == ["Made", "Ketut"]
    visitor.ask("PUT", f"/api/drafts/{second}/said", {"giver_name": "Wayan"})
    page = visitor.see(f"/scan/{second}/review")
    assert 'value="Wayan"' in page and "as last time" not in page
    third = begun_draft(visitor, giver="51.08.02", receiver="51.08.01")
    assert "as last time" not in visitor.see(f"/scan/{third}/review"), "nobody has given from there"


def test_a_recorded_handover_has_one_thing_to_print_and_no_figure_that_frightens(
    visitor: Visitor, station: Terminal
) -> None:
    draft = begun_draft(visitor)
    typed(visitor, draft, station.codes()[0])
    page = visitor.see(
        record(visitor, draft, reviewed(visitor, draft), giver_name="Made", receiver_name="Ketut")["page"]
    )
    assert "the letter to sign" in page and "on this computer alone" not in page
    assert len(re.findall(r'class="button[^"]*" href="[^"]*\.pdf', page)) == 1 and 'href="/handover.pdf?' in page
