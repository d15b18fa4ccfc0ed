"""Places and kinds given by name wherever a command asks for their code."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.errors import CustodyError, InputError
from custody.plan.places import Need, Place
from db.store import Store
from services.plan.custodians import SHOWN_NAMES, find_custodian, find_kind
from services.plan.planning import record_plan
from tests.support.command_examples import Terminal
from tests.support.ledger_examples import planned_station
from web.pages.begin import custodian_on_page

PLACES = [
    Place("51.08.06", "PPK Buleleng", "district", "51.08"),
    Place("51.08.06.1024", "PPS Kaliuntu", "village", "51.08.06"),
    Place("51.08.06.1024.003", "TPS 003 Kaliuntu", "polling_station", "51.08.06.1024"),
    Place("51.08.06.1024.013", "TPS 013 Kaliuntu", "polling_station", "51.08.06.1024"),
    Place("51.08.07", "PPK Sawan", "district", "51.08"),
    Place("51.08.06.2001", "PPS Sari Mekar", "village", "51.08.06"),
    Place("51.08.07.2001", "PPS Sari Mekar", "village", "51.08.07"),
    *(Place(f"51.08.07.2001.{n:03d}", "TPS", "polling_station", "51.08.07.2001") for n in range(1, 15)),
]


@pytest.fixture
def store(url: str):
    with planned_station(url) as store:
        record_plan(
            store,
            PLACES,
            [Need("kotak", "Kotak Suara", "Box", "village", 1, "buah", "item")],
            source="x",
            digest="1" * 64,
        )
        yield store


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PPS Kaliuntu", "51.08.06.1024"),
        ("  pps   kaliuntu ", "51.08.06.1024"),
        ("PPSKALIUNTU", "51.08.06.1024"),
        ("TPS 3 Kaliuntu", "51.08.06.1024.003"),
        ("tps 003 kaliuntu", "51.08.06.1024.003"),
        ("TPS 13 Kaliuntu", "51.08.06.1024.013"),
        ("PPS Sari Mekar, PPK Sawan", "51.08.07.2001"),
        ("Gudang", "51.08"),
        ("51.08.06.1024", "51.08.06.1024"),
        ("dk 8123 ab", "DK8123AB"),
    ],
)
def test_a_place_is_found_by_its_name_and_the_page_finds_the_same(store: Store, text: str, code: str) -> None:
    assert find_custodian(store, text) == custodian_on_page(store, text) == code


def test_a_name_of_several_places_lists_at_most_ten_with_their_codes(store: Store) -> None:
    for find in (find_custodian, custodian_on_page):
        with pytest.raises(InputError, match="2 places have the name") as two:
            find(store, "pps sari mekar")
        assert [fault.values["code"] for fault in two.value.faults] == ["51.08.06.2001", "51.08.07.2001"]
        assert "PPK Sawan" in str(two.value.faults[1])
        with pytest.raises(InputError, match="14 places") as many:
            find(store, "TPS")
        assert len(many.value.faults) == SHOWN_NAMES == 10


@pytest.mark.parametrize(
    ("text", "near"), [("Kaliuntu", "51.08.06.1024"), ("PPS Kaliunto", "51.08.06.1024"), ("kaliunto", "51.08.06.1024")]
)
def test_a_name_that_there_is_not_is_never_guessed_and_near_ones_are_offered(
    store: Store, text: str, near: str
) -> None:
    with pytest.raises(InputError, match="no place") as refused:
        find_custodian(store, text)
    assert near in {fault.values["code"] for fault in refused.value.faults}


@given(text=st.text(max_size=30))
@example("")
@example("%")
@example("_ _")
@example("()")
@example("0")
@example("\x00")
def test_whatever_is_typed_is_a_place_of_the_plan_a_plate_or_refused(memory_store: Store, text: str) -> None:
    try:
        code = find_custodian(memory_store, text)
    except CustodyError:
        return
    assert code in memory_store.state.places or code.isalnum()


@pytest.fixture(scope="module")
def memory_store(tmp_path_factory: pytest.TempPathFactory):
    with planned_station(f"sqlite:///{tmp_path_factory.mktemp('names') / 'ledger.db'}") as store:
        yield store


def test_a_kind_is_found_by_its_name_in_both_languages(store: Store) -> None:
    assert find_kind(store, "voting  BOOTH") == find_kind(store, "Bilik suara") == find_kind(store, "booth") == "booth"
    with pytest.raises(InputError, match="several kinds") as several:
        find_kind(store, "kotak suara")  # box is called so, too
    assert several.value.values["kinds"] == "box (Kotak suara), kotak (Kotak Suara)"
    with pytest.raises(InputError, match="no kind"):
        find_kind(store, "bus")


def test_commands_take_names_for_places_and_kinds(station: Terminal) -> None:
    by_code = station.codes("--kind", "box", "--to", "51.08.01.2001")
    assert by_code and by_code == station.codes("--kind", "kotak suara", "--to", "pps patas")
    handed = station.give(by_code[:1], "Gudang", "ppk gerokgak")
    assert (handed.json["from"], handed.json["to"]) == ("51.08", "51.08.01")
    assert station("report", "progress", "--place", "PPK Seririt", "--kind", "Bilik Suara", "--json").code == 0
    assert station("reassign", by_code[1], "--to", "TPS 1 Unggahan", "--reason", "x").code == 0
    assert station("labels", "--kind", "Voting booth", "--to", "TPS 2 Patas", "--out", "x.pdf").code == 0
    assert station("receive", "--from", "PT Cetak", "--kind", "Segel", "--arrived", "1").code == 0
    assert station("incident", "hujan", "--place", "PPS Unggahan").code == 0
    assert station("point", "TK", "--title", "x", "--place", "pps unggahan", "--json").json["place"] == "51.08.02.2001"
    asked = station("items", "--to", "unggahan")
    assert asked.code == 2 and "51.08.02.2001  PPS Unggahan, PPK Seririt" in asked.err
