"""What a BAST letter tells follows from the records, as of the handover, and is the same in any order."""

import random

import pytest

from custody.format.events import Event
from tests.support.bast_examples import codes, event_of, facts_of, handover2, recorded, registered
from tests.support.paper_examples import signed_sheet
from tests.support.report_examples import PPK, TPS, TRUCK, WAREHOUSE, Book


def inspected(record: Event, code: str, condition: str, seq: int = 95, **more: str) -> Event:
    """An inspection recorded in the session of a handover."""
    touch = {"code": code, "print": 1, "after": None, "how": "camera"}
    body = {name: record.body[name] for name in ("log", "prev", "id", "at", "by", "app")}
    own = {"item": touch, "condition": condition, "photo": None, "note": ""}
    return event_of(signed_sheet({"v": 1, "type": "inspect", "refs": [], "seq": seq, **body, **own, **more}))


def test_each_kind_is_a_row_with_its_elections_and_conditions():
    named = codes(10)
    records, _sheets = recorded(named)
    facts = facts_of(records, [*registered(named), inspected(records[0], named[0], "wet")])
    assert [(row.kind, row.count) for row in facts.rows] == [("box", 5), ("ink", 5)]
    assert dict(facts.rows[0].conditions) == {"wet": 1, None: 4}
    assert dict(facts.rows[0].elections) == {"PPWP": 3, "DPR": 2}
    assert len(facts.taken) == facts.told.counted == 10


def test_a_condition_noted_at_a_handover_is_told_where_nothing_is_registered_and_beats_what_stood_before():
    known, strange = codes(2)
    records, _sheets = recorded([known, strange])
    looks = [inspected(records[0], code, "heavy", seq=95 + at) for at, code in enumerate((known, strange))]
    earlier = inspected(records[0], known, "good", seq=50, id="earlier")
    facts = facts_of(records, [*registered([known]), *looks, earlier])
    assert {line.code: line.condition for line in facts.lines} == {known: "heavy", strange: "heavy"}
    assert facts.told.noted == {known: "heavy", strange: "heavy"}
    before = facts_of(records, [*registered([known]), earlier])
    assert before.told.conditions == {known: "good", strange: None}, "what stood before holds, else nobody has looked"


def test_a_pack_counts_as_one_with_its_pieces_and_serials():
    code = codes(1)[0]
    records, _sheets = recorded([code])
    book = Book(code)
    book.register(kind="seal", quantity=30, range={"prefix": "BLL", "first": 40001, "last": 40030, "width": 6})
    row = facts_of(records, book.events).rows[0]
    assert (row.count, row.pieces, row.serials) == (1, 30, ("BLL040001-BLL040030",))


def test_serial_numbers_that_follow_on_one_another_are_one_range():
    named = codes(4)
    records, _sheets = recorded(named)
    books = []
    for code, prefix, first in zip(named, ("A", "A", "A", "B"), (31, 1, 91, 121), strict=True):
        book = Book(code)
        numbers = {"prefix": prefix, "first": first, "last": first + 29, "width": 4}
        book.register(kind="seal", quantity=30, range=numbers)
        books += book.events
    row = facts_of(records, books).rows[0]
    assert row.serials == ("A0001-A0060", "A0091-A0120", "B0121-B0150") and row.pieces == 120


def test_what_stayed_with_the_giver_is_missing_and_what_left_before_is_not():
    here, left, elsewhere, came_late = codes(4)
    records, _sheets = recorded([here], to=TRUCK, bound=[PPK])
    known = [*registered([here, left], to=[TPS]), *registered([elsewhere], to=["51.08.06.1010.015"])]
    touch = {"code": left, "print": 1, "after": None, "how": "camera"}
    earlier = handover2([left], seq=80, id="earlier", bast="0041/GUDANG-1/2024", to="DK9ZZ") | {"items": [touch]}
    late = Book(came_late)
    late.hour = 24 * 15
    late.add("GDG-01", "register", items=[registered([came_late])[0].body["items"][0]], held_by=WAREHOUSE, out_of=None)
    known += [event_of(signed_sheet(earlier)), *late.events]
    facts = facts_of(records, known, also=[left, elsewhere, came_late])
    assert (facts.told.expected, facts.told.missing) == (1, ())
    before = [event for event in known if event.seq != 80]
    assert [item.code for item in facts_of(records, before, also=[left, elsewhere, came_late]).told.missing] == [left]


def test_what_happens_later_changes_no_count_and_no_condition():
    named = codes(6)
    records, _sheets = recorded(named[:4], to=TRUCK, bound=[PPK, "51.08.06"])
    known = registered(named)
    before = facts_of(records, known, also=named[4:])
    onward = event_of(signed_sheet(handover2(named[4:], seq=99, id="onward", bast="0043/GUDANG-1/2024", to="DK9ZZ")))
    ruined = inspected(records[0], named[0], "heavy", seq=100, id="another-session", at="2024-02-13T00:00:00Z")
    after = facts_of(records, [*known, onward, ruined], also=named[4:])
    assert (after.told.expected, after.told.missing, after.rows) == (
        before.told.expected,
        before.told.missing,
        before.rows,
    )
    assert len(before.told.missing) == 2


def test_the_order_in_which_records_came_does_not_matter():
    named = codes(20)
    records, _sheets = recorded(named, each=7)
    known = [*registered(named), inspected(records[0], named[3], "light")]
    told = facts_of(records, known)
    random.Random(1).shuffle(known)
    assert facts_of(records, known) == told


def test_refused_and_remarked_things_are_told_apart_from_those_taken():
    named = codes(4)
    refused = [{"code": named[3], "print": 1, "after": None, "how": "camera"}]
    remarks = [{"code": named[3], "text": "segel putus"}, {"code": named[0], "text": "penyok"}]
    sheet = signed_sheet(handover2(named[:3], refused=refused, remarks=remarks, counted=4))
    facts = facts_of([event_of(sheet)], registered(named))
    assert sum(row.count for row in facts.rows) == 3
    assert {line.code: (line.is_refused, line.remark) for line in facts.lines if line.remark} == {
        named[3]: (True, "segel putus"),
        named[0]: (False, "penyok"),
    }
    assert "COUNT" not in {finding.code for finding in facts.findings}, "the giver counts what is offered"


def test_a_count_that_differs_is_a_finding():
    named = codes(3)
    records, _sheets = recorded(named, counted=4)
    assert [finding.code for finding in facts_of(records, registered(named)).findings] == ["COUNT"]


def test_a_record_that_was_taken_back_is_told_as_such():
    named = codes(2)
    records, _sheets = recorded(named)
    fields = {name: records[0].body[name] for name in ("log", "prev", "id", "at", "by", "app")}
    own = {"target": records[0].leaf, "reason": "did_not_occur", "corrective": [], "note": ""}
    withdrawal = event_of(signed_sheet({"v": 1, "type": "correct", "refs": [], "seq": 96, **fields, **own}))
    assert facts_of(records, [*registered(named), withdrawal]).is_withdrawn
    assert not facts_of(records, registered(named)).is_withdrawn


@pytest.mark.parametrize(
    ("ends", "place", "carrier"),
    [
        ({"from": WAREHOUSE, "to": TRUCK}, WAREHOUSE, TRUCK),
        ({"from": TRUCK, "to": PPK}, PPK, TRUCK),
        ({"from": WAREHOUSE, "to": PPK}, PPK, ""),
        ({"from": "DK1AB", "to": "DK2CD"}, "DK1AB", "DK2CD"),
    ],
)
def test_it_took_place_where_no_wheels_are(ends, place, carrier):
    named = codes(1)
    records, _sheets = recorded(named, bound=[], **ends)
    facts = facts_of(records, registered(named))
    assert (facts.place, facts.carrier) == (place, carrier)


def test_a_truck_bound_for_nowhere_known_has_no_expectation():
    named = codes(2)
    records, _sheets = recorded(named, to=TRUCK, bound=[])
    assert facts_of(records, registered(named)).told.expected is None


def test_a_handover_in_the_first_form_is_told_as_well():
    from tests.support.paper_examples import handover_body

    named = codes(2)
    facts = facts_of([event_of(signed_sheet(handover_body(named, refs=0)))], registered(named))
    assert facts.carriage.vehicle == "Truk boks, I Ketut Darma" and facts.giver.function == ""


def test_what_moved_inside_a_scanned_thing_is_told_apart_from_what_was_seen():
    parent, inside, left = codes(3)
    records, _sheets = recorded([parent], to=TRUCK, bound=[PPK])
    known = registered([parent, inside, left], to=[TPS])
    book = Book(parent)
    book.hour = 5
    pack = book.add("GDG-02", "pack", parent=parent, children=[inside], action="add")
    facts = facts_of(records, [*known, pack], also=[inside, left])
    assert [item.code for item in facts.told.carried] == [inside]
    assert [item.code for item in facts.told.missing] == [left] and facts.told.expected == 3
    assert [line.code for line in facts.lines] == [parent]
    unpacked = facts_of(records, known, also=[inside, left])
    assert unpacked.told.carried == () and {item.code for item in unpacked.told.missing} == {inside, left}
