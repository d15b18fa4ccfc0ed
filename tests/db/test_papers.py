"""Papers in the ledger: an offline receiver knows what to expect, relies on the sender's record, and keeps its head."""

import shutil
from contextlib import ExitStack

import pytest

from custody.compose.compose import Handover
from custody.errors import TamperError
from custody.format.paper_codes import Sheet
from custody.handover.waybill import to_come
from db.store import Store
from services.records.handovers import record_handover
from services.scanning.handover_context import expected_now
from tests.support.ledger_examples import (
    TPS,
    TRUCK,
    WAREHOUSE,
    absorb,
    all_events,
    around,
    boxes,
    empty_ledger,
    give,
    open_store,
    planned_station,
    signer,
    touched,
)
from tests.support.paper_examples import handover_body, signed_sheet

PPK, OTHER_PPK, PPS = "51.08.01", "51.08.02", "51.08.01.2001"
AT = "2024-02-10T05:00:00Z"


@pytest.fixture
def sender(fresh_url):
    with planned_station(fresh_url(), 1) as store:
        yield store


@pytest.fixture
def receiver(fresh_url):
    """A station at the district, of an election that has a root elsewhere, that has met nobody."""
    with empty_ledger(fresh_url(), 2) as store:
        store.begin(election="Pemilu 2024", station="PPK 1", place=PPK, root="ab" * 32)
        yield store


def papers_of(store: Store, bast: str) -> list[Sheet]:
    return [sheet for _body, sheet in store.papers.sheets(bast)]


def sent(sender: Store, count: int = 5, to: str = PPK, **more: object) -> tuple[list[str], list[Sheet]]:
    """Items that the sender has handed over, and the paper of it."""
    codes = boxes(sender, count)
    recorded = record_handover(sender, Handover(WAREHOUSE, to, **more), touched(codes))
    return codes, papers_of(sender, recorded.bast)


def read(store: Store, sheets: list[Sheet]) -> None:
    for sheet in sheets:
        store.papers.take(sheet, at=AT)


def expected(store: Store, giver: str, to: str, bound: tuple[str, ...] = ()) -> set[str] | None:
    items = expected_now(store, giver, to, bound)
    return None if items is None else {item.code for item in items}


def receive(store: Store, codes: list[str], giver: str = WAREHOUSE, to: str = PPK):
    return record_handover(store, Handover(giver, to), touched(codes))


def test_without_the_paper_nothing_is_known_and_with_it_every_item(sender, receiver):
    codes, sheets = sent(sender)
    assert expected(receiver, WAREHOUSE, PPK) is None
    read(receiver, sheets)
    assert expected(receiver, WAREHOUSE, PPK) == set(codes)


def test_a_receipt_relies_on_the_senders_record_and_keeps_its_head(sender, receiver):
    codes, sheets = sent(sender)
    read(receiver, sheets)
    events = receive(receiver, codes).events
    [body] = [event.body for event in events if event.type == "handover"]
    [leaf] = [event.leaf for event in all_events(sender) if event.type == "handover"]
    assert [ref["leaf"] for ref in body["refs"]] == [leaf]
    assert {item["after"] for item in body["items"]} == {0}
    assert [event.body["head"] for event in events if event.type == "witness"] == [sheets[0].head]
    assert expected(receiver, WAREHOUSE, PPK) in (None, set())


def test_the_head_of_a_paper_is_kept_once(sender, receiver):
    codes, sheets = sent(sender)
    read(receiver, sheets)
    first = receive(receiver, codes[:2]).events
    second = receive(receiver, codes[2:]).events
    assert [[event.type for event in events] for events in (first, second)] == [["handover", "witness"], ["handover"]]


def test_what_is_short_and_what_is_not_on_the_paper_is_found(sender, receiver):
    codes, sheets = sent(sender)
    [stranger] = boxes(sender, 1)
    read(receiver, sheets)
    recorded = receive(receiver, [*codes[1:], stranger])
    found = {(finding.code, finding.item) for finding in recorded.findings}
    assert recorded.expected == 5
    assert {
        ("SHORTAGE", codes[0]),
        ("EXCESS", stranger),
        ("UNKNOWN_CODE", stranger),
        ("UNKNOWN_STATION", None),
    } == found


def test_what_is_short_is_expected_again(sender, receiver):
    codes, sheets = sent(sender)
    read(receiver, sheets)
    receive(receiver, codes[1:])
    assert expected(receiver, WAREHOUSE, PPK) == {codes[0]}


def test_a_truck_is_expected_to_bring_what_its_paper_says(sender, receiver):
    codes, sheets = sent(sender, to=TRUCK, bound=(PPK,))
    read(receiver, sheets)
    assert expected(receiver, TRUCK, PPK) == set(codes)
    assert expected(receiver, TRUCK, OTHER_PPK) is None
    recorded = receive(receiver, codes, TRUCK)
    assert recorded.expected == 5 and {finding.code for finding in recorded.findings} == {"UNKNOWN_STATION"}


def test_of_a_truck_with_two_stops_each_expects_what_the_paper_says_is_for_there(sender, receiver):
    codes, sheets = sent(sender, to=TRUCK, bound=(PPK, OTHER_PPK))
    read(receiver, sheets)
    assert expected(receiver, TRUCK, PPK) == set(codes)
    assert expected(receiver, TRUCK, OTHER_PPK) is None


def test_a_paper_of_an_older_form_tells_no_destination_and_a_truck_with_two_stops_is_not_known():
    body = {"from": "WH", "to": TRUCK, "bound": ["51.08.01", "51.08.02"], "items": [{"code": "X"}]}
    told = [{"to": "51.08.02.2001", "count": 1}]
    assert to_come(body, TRUCK, "51.08.02", ["51.08.02"], {}, {}) == []
    assert to_come({**body, "destinations": told}, TRUCK, "51.08.02", ["51.08.02"], {}, {}) == ["X"]
    assert to_come({**body, "destinations": told}, TRUCK, "51.08.01", ["51.08.01"], {}, {}) == []
    wrong = [{"to": "51.08.02", "count": 2}]  # not as many as there are items: it tells nothing
    assert to_come({**body, "destinations": wrong}, TRUCK, "51.08.02", ["51.08.02"], {}, {}) == []


def test_a_paper_read_twice_changes_nothing(sender, receiver):
    codes, sheets = sent(sender)
    read(receiver, sheets * 3)
    assert expected(receiver, WAREHOUSE, PPK) == set(codes)


def test_large_handovers_have_a_paper_for_each_part(sender, receiver):
    codes, sheets = sent(sender, 450)
    assert len(sheets) == 3
    read(receiver, sheets)
    assert expected(receiver, WAREHOUSE, PPK) == set(codes)


def test_once_the_log_itself_has_come_the_paper_adds_nothing(sender, knowing):
    codes, sheets = sent(sender)
    read(knowing, sheets)
    absorb(knowing, sender)
    assert expected(knowing, WAREHOUSE, PPK) == set(codes)
    receive(knowing, codes)
    for code in codes:
        findings = knowing.state.chain(code).findings
        assert {finding.code for finding in findings if finding.is_open} <= {"UNKNOWN_STATION"}


def test_an_honest_receipt_on_paper_alone_has_no_finding_once_the_log_has_come(sender, knowing):
    codes, sheets = sent(sender)
    read(knowing, sheets)
    receive(knowing, codes)
    absorb(knowing, sender)
    for code in codes:
        chain = knowing.state.chain(code)
        assert chain.held_by == PPK
        assert {finding.code for finding in chain.findings} <= {"UNKNOWN_STATION"}


def test_a_paper_says_by_whom_it_is_and_that_its_key_is_not_known(sender, receiver):
    _codes, [sheet] = sent(sender)
    paper = receiver.papers.take(sheet, at=AT)
    assert [finding.code for finding in paper.findings] == ["UNKNOWN_STATION"]
    assert paper.handover["from"] == WAREHOUSE and not paper.is_own and not paper.is_held


# --- papers that lie ----------------------------------------------------------------------------------------------


def test_a_paper_that_was_changed_after_signing_is_refused(sender, receiver):
    _codes, [sheet] = sent(sender)
    body = sheet.body.replace(b'"to":"51.08.01"', b'"to":"51.08.02"')
    with pytest.raises(TamperError):
        receiver.papers.take(Sheet(body, sheet.signatures, sheet.public_key, sheet.head), at=AT)
    assert expected(receiver, WAREHOUSE, PPK) is None


def test_a_paper_with_a_head_of_another_log_is_refused(sender, receiver):
    _codes, [sheet] = sent(sender)
    other = signed_sheet(handover_body([])).head
    with pytest.raises(TamperError):
        receiver.papers.take(Sheet(sheet.body, sheet.signatures, sheet.public_key, other), at=AT)


def test_a_paper_in_the_name_of_a_log_that_is_held_needs_its_key(sender, receiver):
    absorb(receiver, sender)
    [head] = sender.ledger.heads()
    forged = signed_sheet(handover_body(["7Q2M9X4T5B8C6"], log=head["log"]))
    with pytest.raises(TamperError, match="not signed by the key"):
        receiver.papers.take(forged, at=AT)


def test_a_paper_in_the_name_of_a_log_that_nobody_knows_needs_a_key_that_the_log_is_named_by(sender, receiver):
    """As in a bundle: else a stranger's paper would be shown as the warehouse's, and block the warehouse's own."""
    own = sender.ledger.own_log().name
    with pytest.raises(TamperError, match="not signed by the key"):
        receiver.papers.take(signed_sheet(handover_body(["7Q2M9X4T5B8C6"], log=own)), at=AT)
    tables = receiver.ledger.tables
    assert tables.paper.select().count() == tables.seen_head.select().count() == 0
    _codes, sheets = sent(sender)
    read(receiver, sheets)
    assert tables.paper.select().count() == 1


def test_two_papers_of_one_number_are_a_fork(receiver):
    one, two = (signed_sheet(handover_body([], seed=seed)) for seed in (1, 2))
    assert "FORK" not in {finding.code for finding in receiver.papers.take(one, at=AT).findings}
    assert "FORK" in {finding.code for finding in receiver.papers.take(two, at=AT).findings}


def test_a_paper_that_carries_no_handover_is_refused(receiver):
    body = handover_body([]) | {"type": "witness", "head": ""}
    witness = {key: body[key] for key in ("v", "type", "log", "seq", "prev", "refs", "id", "at", "by", "app", "head")}
    with pytest.raises(TamperError):
        receiver.papers.take(signed_sheet(witness), at=AT)


# --- our own log --------------------------------------------------------------------------------------------------


def test_a_ledger_that_was_put_back_records_nothing_once_its_own_paper_is_seen(sqlite_file):
    url, copy = f"sqlite:///{sqlite_file}", sqlite_file.with_name("yesterday.db")
    with planned_station(url, 1) as store:
        codes = boxes(store, 5)
    shutil.copy(sqlite_file, copy)
    with open_store(url, signer(1), around(1)) as store:
        sheets = papers_of(store, record_handover(store, Handover(WAREHOUSE, PPK), touched(codes)).bast)
    put_back = f"sqlite:///{copy}"
    with open_store(put_back, signer(1), around(1)) as store, pytest.raises(TamperError, match="older copy"):
        read(store, sheets)
    # and it stays so at the next start
    with open_store(put_back, signer(1), around(1)) as store, pytest.raises(TamperError, match="older copy"):
        give(store, codes, PPK)


def test_a_head_alone_shows_it_too_and_an_older_one_does_not(sender):
    old = sender.heads.own_head()
    boxes(sender, 1)
    assert sender.heads.take(old, at=AT).size < sender.ledger.heads()[0]["size"]
    boxes(sender, 1)


def test_a_head_that_another_key_made_for_our_log_blocks_nobody(sender):
    [own] = sender.ledger.heads()
    forged = signed_sheet(handover_body([], log=own["log"], seq=9_999))
    with pytest.raises(TamperError, match="not signed"):
        sender.heads.take(forged.head, at=AT)
    with pytest.raises(TamperError, match="not signed"):
        sender.papers.take(forged, at=AT)
    boxes(sender, 1)


def test_the_head_of_a_log_that_nobody_here_knows_is_left_alone(sender):
    assert sender.heads.take(signed_sheet(handover_body([])).head, at=AT) is None


def test_our_own_paper_is_known_as_our_own(sender):
    _codes, [sheet] = sent(sender)
    paper = sender.papers.take(sheet, at=AT)
    assert paper.is_own and paper.findings == ()


def test_printing_witnesses_nothing_and_the_other_sides_receipt_does(fresh_url):
    from services.records.membership import admit, join, make_card, read_card
    from tests.support.ledger_examples import card_of

    with ExitStack() as stack:
        one = stack.enter_context(planned_station(fresh_url(), 1))
        two = stack.enter_context(planned_station(fresh_url(), 2))
        genesis = two.ledger.event_at(two.ledger.own_log().id, 1)
        admit(one, read_card(make_card(genesis, signer(2))))
        absorb(two, one)
        join(two, card_of(one, 1))  # both have planned: two offices that began apart
        codes, sheets = sent(one)
        size = one.ledger.heads()[0]["size"]
        assert one.heads.unwitnessed() == size
        read(two, sheets)
        receive(two, codes)
        absorb(one, two)
        assert one.heads.unwitnessed() == 0
        boxes(one, 1)
        assert one.heads.unwitnessed() == 1


def test_what_a_revoked_key_said_after_its_end_witnesses_nothing(fresh_url):
    from services.records.membership import admit, join, revoke
    from tests.support.ledger_examples import card_of

    with ExitStack() as stack:
        one = stack.enter_context(planned_station(fresh_url(), 1))
        two = stack.enter_context(planned_station(fresh_url(), 2))
        admit(one, card_of(two, 2))
        absorb(two, one)
        join(two, card_of(one, 1))
        first, sheets = sent(one)
        read(two, sheets)
        receive(two, first)
        good = next(head["size"] for head in two.ledger.heads() if head["log"] == two.ledger.own_log().name)
        absorb(one, two)
        boxes(one, 1)
        second, sheets = sent(one)
        assert one.heads.unwitnessed() == 3
        read(two, sheets)
        assert one.heads.unwitnessed() == 3
        receive(two, second)
        absorb(one, two)
        assert one.heads.unwitnessed() == 0
        revoke(one, card_of(two, 2).fingerprint, reason="stolen", last_good=good)
        assert one.heads.unwitnessed() == 4


def test_who_is_not_admitted_witnesses_nothing(sender, receiver):
    codes, sheets = sent(sender)
    read(receiver, sheets)
    receive(receiver, codes)
    absorb(sender, receiver)
    assert sender.heads.unwitnessed() == next(
        head["size"] for head in sender.ledger.heads() if head["place"] == WAREHOUSE
    )


@pytest.fixture
def knowing(sender, fresh_url):
    """A station at the district that follows the sender."""
    with empty_ledger(fresh_url(), 3) as store:
        store.begin(election="Pemilu 2024", station="PPK 1", place=PPK, root=sender.ledger.own_log().root)
        yield store


def test_what_a_paper_brings_is_on_the_truck_wherever_it_is_bound_for(sender, knowing):
    """A box for another sub-district on this truck is astray, and neither unexpected nor in other hands."""
    codes, astray = boxes(sender, 2), boxes(sender, 1, TPS[-1])
    absorb(knowing, sender)  # the list of things, before they are loaded
    done = record_handover(sender, Handover(WAREHOUSE, TRUCK, (PPK,)), touched([*codes, *astray]))
    read(knowing, papers_of(sender, done.bast))
    assert expected(knowing, TRUCK, PPK) == set(codes)
    found = record_handover(knowing, Handover(TRUCK, PPK), touched([*codes, *astray]))
    assert [(finding.code, finding.item) for finding in found.findings] == [("WRONG_DESTINATION", astray[0])]
    assert {ref["leaf"] for ref in found.events[0].body["refs"]} == {done.events[0].leaf}


def test_what_went_on_from_a_truck_is_on_it_no_longer_by_its_paper(sender, knowing):
    codes = boxes(sender, 2)
    absorb(knowing, sender)
    done = record_handover(sender, Handover(WAREHOUSE, TRUCK, (PPK, OTHER_PPK)), touched(codes))
    read(knowing, papers_of(sender, done.bast))
    assert receive(knowing, codes, TRUCK, PPK).findings == ()
    again = receive(knowing, codes, TRUCK, OTHER_PPK)
    assert {finding.code for finding in again.findings} == {"NOT_HELD", "WRONG_DESTINATION"}


def test_an_older_paper_of_what_was_received_by_a_newer_one_says_nothing_any_more(sender, knowing):
    """The sender recorded the same handover twice, so two papers name the box; it is relied on as it came last."""
    [code] = boxes(sender, 1)
    absorb(knowing, sender)
    for _time in range(2):
        read(knowing, papers_of(sender, record_handover(sender, Handover(WAREHOUSE, PPK), touched([code])).bast))
    receive(knowing, [code])
    [event, *_] = receive(knowing, [code], PPK, PPS).events
    own = knowing.ledger.own_log().name
    assert [ref["log"] for ref in event.body["refs"]] == [own]
    assert expected(knowing, WAREHOUSE, PPK) == set()


def test_the_newest_handovers_come_first_also_those_of_a_moment_ago(sender: Store) -> None:
    one, other = boxes(sender, 2)
    assert sender.papers.recent(2) == []
    for code in (one, other):
        give(sender, [code], PPK)
        newest, *_older = sender.papers.recent(2)
        assert [row["code"] for row in newest["items"]] == [code]
    assert len(sender.papers.recent(2)) == 2
