"""What is said of a handover stays with its draft: every field of it, whatever is written there."""

from dataclasses import fields, replace

from hypothesis import example, given
from hypothesis import strategies as st
from ledger_examples import TPS, WAREHOUSE, planned_station

from custody.compose.compose import Extra, Handover, SealLook, Touch
from custody.format.carriage import Carriage
from services.scanning.handover_details import said_of, tell, words_of

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
            assert said_of(ENDS, words_of(told)) == told, field.name
    for field in fields(Carriage):
        told = replace(ENDS, carriage=replace(Carriage(), **{field.name: getattr(ALL.carriage, field.name)}))
        assert told != ENDS and said_of(ENDS, words_of(told)) == told, field.name


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
        refused=tuple(refused),
        counted=counted,
    )
    read = said_of(ENDS, words_of(told))
    assert read == told


def test_what_is_told_again_in_the_same_words_is_kept_once(url: str) -> None:
    with planned_station(url) as store:
        store.drafts.open("d1", WAREHOUSE, TPS[0], (), at="2024-02-10T08:00:00Z")
        for _time in range(2):
            tell(store, "d1", ALL)
        assert said_of(ENDS, store.drafts.details("d1")) == ALL
        tell(store, "d1", replace(ENDS, extras=(Extra("box", 2, "torn: =wet="), Extra("seal", 4))))
        assert said_of(ENDS, store.drafts.details("d1")) == replace(ALL, extras=(*ALL.extras, Extra("seal", 4)))
        assert store.drafts.get("d1").bound == ENDS.bound


def test_a_draft_of_an_earlier_version_is_read_as_before() -> None:
    said = {"giver_name": "Made", "vehicle": "DK 1 A", f"refused:{CODES[0]}": "torn", f"remark:{CODES[0]}": "wet"}
    read = said_of(ENDS, said)
    assert (read.giver_name, read.carriage, read.occurred) == ("Made", Carriage("DK 1 A"), None)
    assert (read.refused, read.remarks) == ((Touch(CODES[0], None, "typed"),), {CODES[0]: "torn; wet"})
