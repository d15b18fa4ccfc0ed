"""How much was to go in a handover where nobody listed it: by its record, whatever is held now."""

from typing import Any

import pytest

from custody.compose.compose import Handover, Touch, handover_events
from custody.format.item_facts import Item
from custody.handover.handover_facts import Around, HandoverFacts, ToGo, handover_facts
from custody.plan.places import Place

PLACES = {code: Place(code, code, "store-2", None) for code in ("WH", "PPK")}
CODES = [f"{n:013}" for n in range(5)]


def facts(*, record: Any = "none", held: int = 5, taken: int = 2, **more: Any) -> HandoverFacts:
    """The facts of a handover of so many things, at a ledger that knows so many of the five.

    `record`: what its record says of how much was to go; `none`: it has no such field.
    """
    touches = [Touch(code, 1, "camera") for code in CODES[:taken]]
    [event] = handover_events(Handover("WH", "PPK"), touches, {}, bast="1")
    body = {name: value for name, value in event.fields.items() if name != "expected"}
    body |= {} if record == "none" else {"expected": record}
    items = {code: Item(code, "box", "PPK", held_by="WH") for code in CODES[:held]}
    return handover_facts([body], [], Around(items, items, tuple(items), **more), PLACES)


def numbers(told: HandoverFacts) -> tuple[Any, ...]:
    return told.expected, told.missing_count, told.basis, len(told.missing)


def said(count: int, absent: int, by: str = "records") -> dict[str, Any]:
    return {"count": count, "absent": absent, "by": by}


def test_what_the_record_is_to_say_is_what_follows_from_the_ledger() -> None:
    told = facts()
    assert numbers(told) == (5, 3, "here", 3) and told.to_go == ToGo(5, 3, "records")


@pytest.mark.parametrize("held", [0, 2, 4, 5])
def test_what_the_record_says_holds_whatever_is_known_now(held: int) -> None:
    assert numbers(facts(record=said(4, 2), held=held)) == (4, 2, "signed", max(held - 2, 0))
    assert facts(record=said(4, 2), held=held).is_derived


def test_a_list_that_somebody_else_made_is_no_derived_number() -> None:
    assert not facts(record=said(4, 2, "list")).is_derived
    told = facts(listed=CODES[:3])
    assert (told.to_go, told.basis) == (ToGo(3, 1, "list"), "list")


def test_where_the_station_could_not_know_the_number_is_one_of_now() -> None:
    assert numbers(facts(record=None)) == (5, 3, "since", 3)
    unknown = facts(record=None, held=0, met_giver=False)
    assert numbers(unknown) == (None, 0, "", 0) and unknown.to_go is None and not unknown.is_derived


def test_what_other_laptops_took_under_the_number_is_not_missing() -> None:
    assert numbers(facts(record=said(9, 7), elsewhere=CODES[2:4])) == (9, 5, "signed", 1)
    assert numbers(facts(record=said(9, 1), elsewhere=CODES[2:5]))[1] == 0, "never less than none"


def test_a_list_of_another_laptop_under_the_number_beats_what_was_derived() -> None:
    [other] = handover_events(Handover("WH", "PPK"), [Touch(CODES[2], 1, "camera")], {}, bast="1", meant=CODES[2:4])
    told = facts(record=said(9, 7), others=[other.fields], elsewhere=CODES[2:3])
    assert numbers(told) == (2, 1, "list", 1)


def test_a_record_with_a_list_of_its_own_says_nothing_besides() -> None:
    [event] = handover_events(Handover("WH", "PPK"), [Touch(CODES[0], 1, "camera")], {}, bast="1", meant=CODES[:2])
    items = {code: Item(code, "box", "PPK", held_by="WH") for code in CODES}
    told = handover_facts([event.fields], [], Around(items, items, tuple(items)), PLACES)
    assert numbers(told) == (2, 1, "list", 1) and told.to_go is None
