"""What is said of a handover stays with its draft: every field of it, whatever is written there."""

from dataclasses import Field, fields, replace

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_

from custody.compose.compose import Extra, Handover, SealLook, Touch
from custody.errors import InputError
from custody.format.item_facts import Carriage
from custody.handover.draft import Details, Signed
from services.scanning.draft_details import (
    change_item,
    details_from,
    details_of,
    forget_item,
    keep_details,
    with_details,
    with_items,
)
from services.scanning.handover_details import GivenDetails, read_details
from tests.support.ledger_examples import TPS, WAREHOUSE, planned_station

ENDS = Handover("51.08", "51.08.01", ("51.08.01.2001",))
CODES = ("0123456789ABC", "7Q2M9X4T5B8C6")
KEPT_ELSEWHERE = {"giver", "to", "bound", "acknowledged"}
"""The ends stand in the draft itself; who acknowledged it is kept as each one signs."""
ALL = replace(
    ENDS,
    counted=0,
    extras=(Extra("box", 2, "torn: =wet="), Extra("box", 2, "torn: =wet="), Extra("ink", 1)),
    giver_name="Made",
    receiver_name="Ketut",
    giver_office="Staf",
    receiver_office="Sopir",
    witnesses=("Putu", "Nyoman"),
    carriage=Carriage("DK 1 A", "Wayan", "Polsek", ("Seririt", "Gerokgak")),
    note="Pagi",
    occurred="2024-02-10T22:30:00Z",
    refused=(Touch(CODES[0], 3, "wedge"), Touch(CODES[1], None, "typed")),
    remarks={CODES[0]: "its lid is off"},
    conditions={CODES[0]: "wet"},
    seals={CODES[0]: SealLook("broken", ("A-1", "A0009")), CODES[1]: SealLook("none")},
    photos={CODES[0]: "ab" * 32},
    number="7/GD/2024",
    load=CODES,
    phase="I",
    kinds=("box", "booth"),
)
line = st.text(st.characters(blacklist_categories=("C",)), max_size=20).map(lambda text: " ".join(text.split()))
named = line.filter(bool)
kind = named.filter(lambda text: "=" not in text)


def of_items(what: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    """Something said of single items."""
    return st.dictionaries(st.sampled_from(CODES), what)


def test_no_field_of_a_handover_is_left_out_of_what_a_draft_keeps() -> None:
    for field in fields(Handover):
        if field.name not in KEPT_ELSEWHERE:
            told = replace(ENDS, **{field.name: getattr(ALL, field.name)})
            assert told != ENDS, f"{field.name}: say something of it above"
            assert given_back(told) == told, field.name
    for field in fields(Carriage):
        told = replace(ENDS, carriage=replace(Carriage(), **{field.name: getattr(ALL.carriage, field.name)}))
        assert told != ENDS and given_back(told) == told, field.name


@given(
    names=st.tuples(line, line, line, line),
    lists=st.tuples(*[st.lists(named, max_size=3).map(tuple)] * 2),
    extras=st.lists(
        st.builds(Extra, named.filter(lambda kind: "=" not in kind), st.integers(1, 999), line), max_size=3
    ),
    remarks=of_items(named),
    refused=st.lists(
        st.builds(Touch, st.sampled_from(CODES), st.none() | st.integers(1, 99), st.sampled_from(["typed", "wedge"])),
        max_size=2,
        unique_by=lambda touch: touch.code,
    ),
    counted=st.none() | st.integers(0, 9999),
)
@example(
    names=("", "=", "a: b=c", "x;y"),
    lists=(("a: b",), ("=", ":")),
    extras=[Extra("a:b", 1, "c=d: e"), Extra("a:b", 1, "c=d: e")],
    remarks={CODES[0]: "= : ="},
    refused=[Touch(CODES[0], None, "typed"), Touch(CODES[1], 99, "wedge")],
    counted=0,
)
def test_whatever_is_written_is_given_back_as_it_was(
    names: tuple[str, ...],
    lists: tuple[tuple[str, ...], ...],
    extras: list[Extra],
    remarks: dict[str, str],
    refused: list[Touch],
    counted: int | None,
) -> None:
    told = replace(
        ENDS,
        giver_name=names[0],
        receiver_office=names[1],
        note=names[2],
        carriage=Carriage(names[3], stops=lists[0]),
        witnesses=lists[1],
        extras=tuple(extras),
        remarks=remarks,
        refused=tuple(sorted(refused, key=lambda touch: touch.code)),  # a draft has them in the order of their codes
        counted=counted,
    )
    read = given_back(told)
    assert read == told


def test_what_is_told_again_in_the_same_words_is_kept_once(url: str) -> None:
    with planned_station(url) as store:
        store.drafts.open("d1", WAREHOUSE, TPS[0], (), at="2024-02-10T08:00:00Z")
        for _time in range(2):
            keep_details(store, "d1", ALL)
        assert with_details(ENDS, details_of(store, "d1")) == ALL
        keep_details(store, "d1", replace(ENDS, extras=(Extra("box", 2, "torn: =wet="), Extra("seal", 4))))
        assert with_details(ENDS, details_of(store, "d1")) == replace(ALL, extras=(*ALL.extras, Extra("seal", 4)))
        assert store.drafts.get("d1").bound == ENDS.bound


OLD = {
    "counted": "0",
    "driver": "Wayan",
    "escort": "Polsek",
    "extras": "box=2:torn: =wet=\nbox=2:torn: =wet=\nink=1:",
    "giver_name": "Made",
    "giver_office": "Staf",
    "load": " ".join(CODES),
    "note": "Pagi",
    "number": "7/GD/2024",
    "occurred": "2024-02-10T22:30:00Z",
    "receiver_name": "Ketut",
    "receiver_office": "Sopir",
    "stops": "Seririt\nGerokgak",
    "vehicle": "DK 1 A",
    "witnesses": "Putu\nNyoman",
    f"condition:{CODES[0]}": "wet",
    f"photo:{CODES[0]}": "ab" * 32,
    f"refused-as:{CODES[0]}": "wedge 3",
    f"refused:{CODES[0]}": " ",
    f"refused:{CODES[1]}": " ",
    f"remark:{CODES[0]}": "its lid is off",
    f"seal:{CODES[0]}": "broken:A-1 A0009",
    f"seal:{CODES[1]}": "none:",
    "half_read": "one\ntwo",
    "paused": "1",
    "signed:giver": '{"name": "Made", "how": "drawn", "contents": "c", "digest": "d"}',
}
"""As a draft kept `ALL` in rows of its own, one for each name."""


def test_a_draft_of_an_earlier_version_is_read_as_before_and_kept_whole(url: str) -> None:
    with planned_station(url) as store:
        store.drafts.open("d1", WAREHOUSE, TPS[0], (), at="2024-02-10T08:00:00Z")
        store.drafts.describe("d1", OLD)
        read = details_of(store, "d1")
        assert with_details(ENDS, read) == replace(ALL, phase="", kinds=())
        assert (read.is_paused, read.half_read) == (True, ("one", "two"))
        assert read.signed == {"giver": Signed("Made", "drawn", "c", "d")}
        change_item(store, "d1", CODES[1], remark="wet")
        assert list(store.drafts.details("d1")) == ["details"], "from the first change on it is one value"
        assert details_of(store, "d1") == with_items(read, {CODES[1]: replace_(read.of(CODES[1]), remark="wet")})


def test_the_reason_of_a_refusal_comes_before_the_remark(url: str) -> None:
    with planned_station(url) as store:
        store.drafts.open("d1", WAREHOUSE, TPS[0], (), at="2024-02-10T08:00:00Z")
        store.drafts.describe("d1", {f"refused:{CODES[0]}": "torn", f"remark:{CODES[0]}": "wet"})
        read = with_details(ENDS, details_of(store, "d1"))
        assert (read.refused, read.remarks) == ((Touch(CODES[0], None, "typed"),), {CODES[0]: "torn; wet"})


def test_a_draft_with_a_purpose_keeps_it_beside_what_is_said(url: str) -> None:
    with planned_station(url) as store:
        store.drafts.open("d1", None, None, (), at="2024-02-10T08:00:00Z", purpose="pack add X")
        keep_details(store, "d1", ALL)
        assert store.drafts.get("d1").purpose == "pack add X"
        assert forget_item(store, "d1", CODES[0]) and not forget_item(store, "d1", CODES[0])
        assert set(details_of(store, "d1").items) == {CODES[1]}


GIVEN = GivenDetails(
    giver_name="Made",
    receiver_name="Ketut",
    giver_office="Staf",
    receiver_office="Sopir",
    witnesses=["Putu", " ", "Nyoman"],
    counted=0,
    vehicle="DK 1 A",
    driver="Wayan",
    escort="Polsek",
    stops=["Seririt"],
    note="Pagi",
    occurred="2024-02-11 06:30 WITA",
    extras=["box=2:torn"],
    number="7/GD/2024",
    load=CODES,
)
NOW = "2024-02-12T00:00:00Z"


def test_all_that_can_be_given_is_read() -> None:
    read, nothing = read_details(GIVEN, NOW), Details()
    for field in fields(GivenDetails):
        assert getattr(read, field.name) != getattr(nothing, field.name), field.name
    assert (read.witnesses, read.occurred) == (("Putu", "Nyoman"), "2024-02-10T22:30:00Z")
    assert read_details(GivenDetails(), NOW) == nothing


@pytest.mark.parametrize("field", [field for field in fields(GivenDetails) if field.type == "str" or field.type is str])
def test_a_fault_is_told_by_the_name_that_its_field_has_where_it_was_given(field: Field[str]) -> None:
    given = replace(GIVEN, **{field.name: "Made\u200b"})
    for shown, name in (({field.name: "--there"}, "--there"), ({}, field.name)):
        with pytest.raises(InputError) as told:
            read_details(given, NOW, shown)
        assert told.value.values["option"] == name


def test_nobody_counts_below_nothing() -> None:
    with pytest.raises(InputError):
        read_details(replace(GIVEN, counted=-1), NOW)


def given_back(handover: Handover) -> Handover:
    """What a draft gives back of a handover that it kept, as JSON."""
    details = details_from(handover)
    return with_details(ENDS, msgspec.json.decode(msgspec.json.encode(details), type=Details))
