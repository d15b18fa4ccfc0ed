"""Places, needs and labels that the tests of labels/ share: real names of Buleleng, and longer ones."""

from functools import cache

from custody.format.item_facts import Item, SerialRange
from custody.plan.places import Need, Place
from labels.content import LabelContent, item_content, place_content
from labels.draw import fits, register_fonts
from labels.layout import Layout, arrange
from labels.stock import Stock

register_fonts()
CODE = "7Q2M9X4T5B8CA"
WIDEST_CODE = "WMWMWMWMWMWMW"

PLACES = {
    place.code: place
    for place in (
        Place("51.08", "Gudang KPU Kabupaten Buleleng", "warehouse"),
        Place("51.08.06", "PPK Buleleng", "district", "51.08"),
        Place("51.08.08", "PPK Kubutambahan", "district", "51.08"),
        Place("51.08.06.1010", "PPS Kampung Singaraja", "village", "51.08.06"),
        Place("51.08.06.1010.015", "TPS 015 Kampung Singaraja", "polling_station", "51.08.06.1010"),
        Place("51.08.08.2004", "PPS Kubutambahan", "village", "51.08.08"),
        Place("51.08.08.2004.001", "TPS 001 Kubutambahan", "polling_station", "51.08.08.2004"),
        Place("51.08.08.2005", "PPS Simpang Tanjung Nan IV Pulau Punjung Barat Daya", "village", "51.08.08"),
        Place("51.08.08.2005.120", "TPS 120 Simpang Tanjung Nan IV", "polling_station", "51.08.08.2005"),
    )
}
ELECTIONS = ("PPWP", "DPR", "DPD", "DPRD-PROV", "DPRD-KAB")
NEEDS = {
    "box": Need("box", "Kotak suara", "Ballot box", "polling_station", 5, "buah", "item", ELECTIONS),
    "ink": Need("ink", "Tinta", "Ink bottle", "polling_station", 2, "botol", "item"),
    "paper_seal": Need("paper_seal", "Segel kertas", "Paper seal", "polling_station", 114, "keping", "pack"),
}
CARRIER = Place("DK8123AB", "DK 8123 AB", "carrier")


def contents() -> list[LabelContent]:
    """One label of every sort, to short and long names."""
    made = [
        item_content(item, PLACES, NEEDS, number)
        for to in ("51.08.06.1010.015", "51.08.08.2005.120", "51.08.08.2004", "51.08.08", "NOWHERE")
        for number, item in enumerate(
            (
                Item(CODE, "box", to, 4, 5, "DPRD-PROV"),
                Item(CODE, "ink", to, 1, 2),
                Item(WIDEST_CODE, "paper_seal", to, 1, 1, None, 114, SerialRange("KPU-", 14, 127, 7)),
            ),
            start=1,
        )
    ]
    return [*made, *(place_content(place, PLACES) for place in (*PLACES.values(), CARRIER))]


@cache
def contents_for(stock: Stock) -> tuple[LabelContent, ...]:
    """Those that a stock takes: the symbol of a polling station's own label is too large for the smallest."""
    return tuple(content for content in contents() if fits(content, stock))


def layout_of(stock: Stock, twice: bool) -> Layout:
    return arrange(stock.label_width_mm, stock.label_height_mm, twice)
