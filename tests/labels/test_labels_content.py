import pytest

import language
from custody.errors import CodeError
from custody.format.item_facts import Item, SerialRange
from custody.plan.places import Place
from labels.content import item_content, leaving_order, place_content
from tests.support.label_examples import CODE, NEEDS, PLACES

STATION = "51.08.06.1010.015"


@pytest.fixture(autouse=True)
def english():
    language.use("en")


def test_a_box_says_what_it_is_where_it_goes_and_which_of_how_many():
    content = item_content(Item(CODE, "box", STATION, 4, 5, "DPRD-PROV"), PLACES, NEEDS, 2)
    assert content.payload == "7Q2M9X4T5B8CA*02"
    assert content.code == "7Q2M-9X4T-5B8C-A"
    assert (content.title, content.corner, content.badge) == ("Ballot box", "4/5", "DPRD-PROV")
    assert (content.lead, content.headline) == ("TPS", "015")
    assert content.lines == ("Kel. Kampung Singaraja", "Kec. Buleleng")
    assert content.footer == "print 02"
    assert not content.twice


def test_the_kind_speaks_the_chosen_language():
    language.use("id")
    assert item_content(Item(CODE, "box", STATION), PLACES, NEEDS, 1).title == "Kotak suara"


def test_an_unknown_kind_is_shown_as_it_is_written():
    assert item_content(Item(CODE, "parent_set", STATION), PLACES, NEEDS, 1).title == "Parent set"


def test_a_pack_says_how_many_and_which_serial_numbers():
    pack = Item(CODE, "paper_seal", STATION, quantity=114, serials=SerialRange("KPU-", 14, 127, 7))
    assert item_content(pack, PLACES, NEEDS, 1).details == ("114 keping", "KPU-0000014 – KPU-0000127")


@pytest.mark.parametrize("kind", ["ink", "plastic_seal", "paper_seal"])
def test_labels_that_tear_carry_the_symbol_twice(kind):
    assert item_content(Item(CODE, kind, STATION), PLACES, NEEDS, 1).twice


@pytest.mark.parametrize(
    ("to", "lead", "headline", "lines"),
    [
        ("51.08.08.2004.001", "TPS", "001", ("Desa Kubutambahan", "Kec. Kubutambahan")),
        ("51.08.08.2004", "PPS", "Kubutambahan", ("Kec. Kubutambahan", "Kab. Buleleng")),
        ("51.08.08", "PPK", "Kubutambahan", ("Kab. Buleleng",)),
        ("51.08", "", "Gudang KPU Kabupaten Buleleng", ()),
        ("NOWHERE", "", "NOWHERE", ()),
    ],
)
def test_every_level_of_the_tree_has_its_address(to, lead, headline, lines):
    content = item_content(Item(CODE, "box", to), PLACES, NEEDS, 1)
    assert (content.lead, content.headline, content.lines) == (lead, headline, lines)


@pytest.mark.parametrize(
    ("name", "lead", "headline"), [("TPS 7", "TPS", "7"), ("Balai Banjar", "", "Balai Banjar"), ("TPS", "", "TPS")]
)
def test_names_that_follow_no_pattern_are_shown_whole(name, lead, headline):
    places = {"X": Place("X", name, "polling_station")}
    content = item_content(Item(CODE, "box", "X"), places, {}, 1)
    assert (content.lead, content.headline, content.lines) == (lead, headline, ())


def test_a_village_named_only_by_its_station_is_still_shown():
    places = {"X": Place("X", "TPS 003 Kampung Baru", "polling_station")}
    assert item_content(Item(CODE, "box", "X"), places, {}, 1).lines == ("Kampung Baru",)


def test_a_print_number_past_99_is_refused():
    with pytest.raises(CodeError):
        item_content(Item(CODE, "box", STATION), PLACES, NEEDS, 100)


def test_a_place_has_a_label_of_its_own():
    content = place_content(PLACES["51.08.08"], PLACES)
    assert (content.payload, content.code, content.headline) == ("P:51.08.08", "51.08.08", "Kubutambahan")


def test_a_carrier_keeps_its_plate_on_one_line():
    content = place_content(Place("DK8123AB", "DK 8123 AB", "carrier"), PLACES)
    assert content.payload == "P:DK8123AB"
    assert content.headline == "DK\N{NO-BREAK SPACE}8123\N{NO-BREAK SPACE}AB"


def test_items_leave_by_district_village_station_kind_and_number():
    def item(to: str, kind: str = "box", k: int = 1) -> Item:
        return Item(CODE, kind, to, k, 5)

    ordered = [
        item("51.08.06.1010", "box"),
        item(STATION, "box", 1),
        item(STATION, "box", 2),
        item(STATION, "booth"),
        item(STATION, "paper_seal"),
        item(STATION, "a_kind_of_its_own"),
        item("51.08.08.2004.001"),
        item("51.08.08.2005.120"),
        item("NOWHERE"),
    ]
    assert leaving_order(reversed(ordered), PLACES) == ordered
