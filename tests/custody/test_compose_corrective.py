"""What is recorded in place of a withdrawn handover, and what is refused of any handover."""

import pytest

from custody.compose.compose import Handover, SealLook, Touch
from custody.compose.corrective import corrective_events
from custody.compose.refusals import refuse_to_itself, refuse_unscanned
from custody.errors import InputError, RuleError
from tests.support.custody_notation import PLACES, code_of, ledger

EVENTS = ledger(
    """
    A1 register X,Y at WH for TPS1
    A2 handover WH>PPK X,Y
    """
)
MOVED = EVENTS["A2"]


def test_nothing_is_put_right_where_nothing_is_given():
    assert corrective_events([MOVED], "did_not_occur", None, (), None) == []


def test_what_is_right_happened_when_the_withdrawn_record_says():
    [right] = corrective_events([MOVED], "incorrect_data", "51.08.09", [code_of("X")], 1)
    assert right.type == "handover" and right.fields["occurred"] == MOVED.happened
    assert [row["code"] for row in right.fields["items"]] == [code_of("Y")]
    assert (right.fields["to"], right.fields["counted"]) == ("51.08.09", 1)
    assert [ref.leaf for ref in right.refs] == [ref["leaf"] for ref in MOVED.body["refs"]]


@pytest.mark.parametrize(
    ("reason", "to", "remove"),
    [
        ("did_not_occur", "51.08.09", ()),
        ("incorrect_data", MOVED.body["to"], ()),
        ("incorrect_data", MOVED.body["from"], ()),
        ("incorrect_data", None, [code_of("Z")]),
        ("incorrect_data", None, [code_of("X"), code_of("Y")]),
    ],
)
def test_what_does_not_go_with_the_record_is_refused(reason: str, to: str | None, remove: list[str]):
    with pytest.raises(InputError):
        corrective_events([MOVED], reason, to, remove, None)


def test_only_a_handover_is_put_right():
    with pytest.raises(InputError):
        corrective_events([EVENTS["A1"]], "incorrect_data", None, (), 1)


@pytest.mark.parametrize(
    "said",
    [
        {"conditions": {code_of("Y"): "light"}},
        {"seals": {code_of("Y"): SealLook("broken")}},
        {"remarks": {code_of("Y"): "wet"}},
        {"photos": {code_of("X"): "0" * 64}},
    ],
)
def test_what_is_said_of_an_item_that_was_not_scanned_is_refused(said: dict[str, dict[str, object]]):
    with pytest.raises(InputError):
        refuse_unscanned(Handover("51.08", "51.08.01", **said), [Touch(code_of("X"), 1, "camera")])  # type: ignore[arg-type]


def test_what_is_said_of_scanned_items_is_taken():
    said = {"conditions": {code_of("X"): "light"}, "photos": {code_of("X"): "0" * 64}}
    refuse_unscanned(Handover("51.08", "51.08.01", **said), [Touch(code_of("X"), 1, "camera")])  # type: ignore[arg-type]


def test_nobody_hands_over_to_himself():
    refuse_to_itself(Handover("51.08", "51.08.01"), PLACES)
    with pytest.raises(RuleError):
        refuse_to_itself(Handover("51.08", "51.08"), PLACES)
