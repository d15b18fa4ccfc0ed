"""What comes to a hub from those who mean harm: refused with the protocol's status, and nothing of it stored."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request

from custody.compose.compose import NewEvent
from custody.errors import TamperError
from db.store import Store
from evidence.cosignature import cosign
from evidence.mirror_forms import Package, Upload, records
from evidence.tree import Tree
from services.exchange import hub_desk
from services.exchange.hub_client import CutError, HubClient
from services.exchange.hub_reading import NUMBER_LASTS_S, listing, new_number, sign_request
from services.records.membership import revoke
from tests.support import coroutines
from tests.support.hub_examples import (
    POINT,
    Running,
    ask,
    clone,
    entries_of,
    head_of,
    held,
    hub,
    own,
    remark,
    root,
    url,
)
from tests.support.ledger_examples import empty_ledger, record, signer
from tests.support.merge_examples import bundle_of, join, take
from web import hub_bodies, hub_site

FreshUrl = Callable[[], str]
__all__ = ["hub", "root", "url"]


@pytest.fixture
def office(sqlite_url: FreshUrl, root: Store) -> Store:
    return join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")


@pytest.mark.parametrize("body", [b"", b"old 0\n\n", b"old 00\n\nx", b"\xff" * 200, b"old 0\nAAAA\n\nserah/x\n1\n"])
def test_what_is_no_head_is_refused(hub: Running, body: bytes) -> None:
    assert ask(hub, "/add-checkpoint", body).status == 400


def test_a_head_that_another_key_signed_is_refused(
    hub: Running, root: Store, office: Store, sqlite_url: FreshUrl
) -> None:
    hub.sync(office)
    with empty_ledger(sqlite_url(), 7) as thief:
        thief.begin(election="Pemilu 2024", station="PPK 1", place="51.08.01", root=root.ledger.own_log().root)
        forged = head_of(thief).decode().replace(own(thief), own(office)).encode()
    answer = ask(hub, "/add-checkpoint", forged.replace(b"old 0", b"old 1"))
    assert (answer.status, answer.reason) == (403, "signature")


def test_a_log_that_nobody_introduced_is_unknown(hub: Running, office: Store) -> None:
    assert ask(hub, "/add-checkpoint", head_of(office)).status == 404
    assert ask(hub, "/add-entries", Upload(own(office), 0, 1).to_bytes()).status == 404


def test_a_head_with_another_old_size_is_told_the_size(hub: Running, office: Store) -> None:
    hub.sync(office)
    remark(office, 2)
    answer = ask(hub, "/add-checkpoint", head_of(office, 2))
    assert (answer.status, answer.body, answer.headers["content-type"]) == (409, b"1\n", "text/x.tlog.size")


def test_a_rewound_head_is_refused(hub: Running, office: Store) -> None:
    before = head_of(office)
    remark(office, 2)
    hub.sync(office)
    answer = ask(hub, "/add-checkpoint", before)
    assert (answer.status, answer.body) == (409, b"3\n")


def test_a_head_whose_proof_is_bent_is_refused(hub: Running, office: Store) -> None:
    remark(office, 1)
    hub.sync(office)
    remark(office, 5)
    good = head_of(office, 2).split(b"\n")
    bent = b"\n".join([good[0], b"A" * 43 + b"=", *good[2:]])
    assert ask(hub, "/add-checkpoint", bent).status == 422
    assert ask(hub, "/add-checkpoint", b"\n".join(good)).status == 200


def test_entries_without_a_head_before_are_refused(hub: Running, office: Store) -> None:
    assert ask(hub, "/add-log", entries_of(office, 0, 1)[0]).status == 200
    assert ask(hub, "/add-entries", Upload(own(office), 0, 1).to_bytes()).status == 422


def test_entries_that_are_not_below_the_head_are_refused_and_nothing_is_stored(
    hub: Running, root: Store, office: Store, sqlite_url: FreshUrl
) -> None:
    hub.sync(office)
    remark(office, 3)
    assert ask(hub, "/add-checkpoint", head_of(office, 1)).status == 200
    tree, other = Tree(office.ledger.leaves(own(office))), entries_of(root, 1, 4)
    proof = tuple(tree.subtree_proof(0, 4, 4))
    for entries in (other, entries_of(office, 1, 4)[::-1], tuple(e + b" " for e in entries_of(office, 1, 4))):
        body = Upload(own(office), 1, 4).to_bytes() + Package(0, 1, entries, proof).to_bytes()
        assert ask(hub, "/add-entries", body).status == 422
    assert held(hub, root, office) == 1
    body = Upload(own(office), 1, 4).to_bytes() + Package(0, 1, entries_of(office, 1, 4), proof).to_bytes()
    assert ask(hub, "/add-entries", body).status == 200
    assert held(hub, root, office) == 4


def test_entries_with_a_proof_that_is_bent_are_refused(hub: Running, root: Store, office: Store) -> None:
    remark(office, 300)
    ask(hub, "/add-log", entries_of(office, 0, 1)[0])
    ask(hub, "/add-checkpoint", head_of(office))
    for proof in ((), (bytes(32),), (bytes(32), bytes(32))):
        body = Upload(own(office), 0, 301).to_bytes() + Package(0, 0, entries_of(office, 0, 256), proof).to_bytes()
        answer = ask(hub, "/add-entries", body)
        assert (answer.status, answer.reason) == (422, "proof")
    assert held(hub, root, office) == 0


def test_a_number_of_the_hubs_is_good_for_a_while_and_at_no_other_hub(hub: Running, office: Store) -> None:
    hub.sync(office)
    site, key = hub.hub.site, signer(2)
    number = new_number(site.secret, int(site.now_s()))
    sizes = b'{"logs":{}}'

    def asked(number: str, address: str) -> int:
        return ask(hub, "/logs", sizes, {"Authorization": sign_request(own(office), number, address, key)}).status

    assert asked(number, hub.hub.pin) == 200
    assert asked(number, "f" * 64) == 401
    assert asked(new_number(b"another hub's", int(site.now_s())), hub.hub.pin) == 401
    later = site.now_s() + NUMBER_LASTS_S + 1
    site.now_s = lambda: later
    assert asked(number, hub.hub.pin) == 401


def test_the_same_entries_again_change_nothing(hub: Running, root: Store, office: Store) -> None:
    remark(office, 3)
    hub.sync(office)
    tree = Tree(office.ledger.leaves(own(office)))
    whole = Package(0, 0, entries_of(office, 0, 4), tuple(tree.subtree_proof(0, 4, 4)))
    body = Upload(own(office), 0, 4).to_bytes() + whole.to_bytes()
    assert [ask(hub, "/add-entries", body).status for _ in range(2)] == [200, 200]
    hub.settle()
    assert root.ledger.event_count() == root.ledger.tables.event.select().count()


def test_entries_far_ahead_of_what_is_held_are_told_where_to_begin(hub: Running, office: Store) -> None:
    hub.sync(office)
    remark(office, 3)
    ask(hub, "/add-checkpoint", head_of(office, 1))
    answer = ask(hub, "/add-entries", Upload(own(office), 2, 4).to_bytes())
    assert (answer.status, answer.body) == (409, b"4\n1\n\n")
    assert answer.headers["content-type"] == "text/x.tlog.mirror-info"


def test_a_bomb_of_gzip_is_not_unpacked(hub: Running, office: Store) -> None:
    hub.sync(office)
    bomb = gzip.compress(b"\0" * 40_000_000)
    for path in ("/add-checkpoint", "/add-entries", "/add-log", "/logs"):
        assert _raw(hub, path, bomb, {"Content-Encoding": "gzip"}) in (400, 401, 404, 413), path


def test_a_bomb_of_gzip_is_unpacked_piece_by_piece() -> None:
    bomb, sizes = gzip.compress(bytes(40_000_000)), list[int]()

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": bomb, "more_body": False}

    async def read() -> None:
        headers = [(b"content-encoding", b"gzip")]
        async for piece in hub_bodies.unpacked(Request({"type": "http", "headers": headers}, receive)):
            sizes.append(len(piece))

    with pytest.raises(hub_desk.HubRefusalError, match="large"):
        coroutines.run(read())
    assert max(sizes) <= 256 * 1024 and sum(sizes) < 6_000_000


def test_entries_that_unpack_to_far_more_than_entries_do_are_not_read_on(hub: Running, office: Store) -> None:
    hub.sync(office)
    remark(office, 300)
    assert ask(hub, "/add-checkpoint", head_of(office, 1)).status == 200
    bomb = gzip.compress(Upload(own(office), 1, 301).to_bytes() + records([bytes(60_000)] * 200))
    assert _raw(hub, "/add-entries", bomb, {"Content-Encoding": "gzip"}) == 413


def test_a_request_that_is_large_once_unpacked_is_not_read_on(
    hub: Running, office: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.sync(office)
    remark(office, 3)
    assert ask(hub, "/add-checkpoint", head_of(office, 1)).status == 200
    proof = tuple(Tree(office.ledger.leaves(own(office))).subtree_proof(0, 4, 4))
    body = Upload(own(office), 1, 4).to_bytes() + Package(0, 1, entries_of(office, 1, 4), proof).to_bytes()
    monkeypatch.setattr(hub_bodies, "MOST_UNPACKED", len(body) - 1)
    assert ask(hub, "/add-entries", body).status == 413
    monkeypatch.setattr(hub_bodies, "MOST_UNPACKED", len(body))
    assert ask(hub, "/add-entries", body).status == 200


def test_a_revoked_key_sends_no_head(hub: Running, root: Store, office: Store) -> None:
    hub.sync(office)
    revoke(root, "PPK 1", reason="stolen")
    remark(office, 1)
    answer = ask(hub, "/add-checkpoint", head_of(office, 1))
    assert (answer.status, answer.reason) == (403, "revoked")


def test_a_cut_package_of_another_history_is_refused(
    hub: Running, root: Store, office: Store, sqlite_url: FreshUrl
) -> None:
    remark(office, 2)
    hub.sync(office)
    with clone(sqlite_url(), office) as copy:
        remark(office, 4)
        assert ask(hub, "/add-checkpoint", head_of(office, 3)).status == 200
        remark(copy, 1)
        record(copy, NewEvent("point", {**POINT, "title": "another"}))
        remark(copy, 1)
        body = Upload(own(office), 4, 7).to_bytes() + records(entries_of(copy, 4, 6))  # without the proof: as if cut
        assert (
            ask(hub, "/add-entries", Upload(own(office), 3, 7).to_bytes() + records(entries_of(office, 3, 4))).status
            == 202
        )
        assert ask(hub, "/add-entries", body).status == 422
    assert held(hub, root, office) == 4


def test_a_receipt_that_the_hubs_key_has_not_signed_is_none(
    hub: Running, office: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = signer(9)

    def falsely(_desk: object, store: Store, note: str, _now: str) -> str:
        return cosign(note, own(store), thief.public_key, 1, thief.sign)

    monkeypatch.setattr(hub_desk.HubDesk, "cosigned", falsely)
    with pytest.raises(TamperError, match="not signed by its key"):
        hub.sync(office)
    assert office.ledger.tables.cosigned.select().count() == 0


def test_a_station_takes_no_entries_for_its_own_log(
    hub: Running, root: Store, office: Store, sqlite_url: FreshUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.sync(office)
    with clone(sqlite_url(), office) as copy:
        remark(copy, 3)
        hub.sync(copy)

    name, another = own(office), root.cosigned.longest(own(root))

    def falsely(*asked: Any) -> list[dict[str, Any]]:  # its longer head, with that of another log in its place
        return [row | {"note": another} if row["log"] == name else row for row in listing(*asked)]

    monkeypatch.setattr(hub_site, "listing", falsely)
    hub.sync(office)
    assert office.ledger.sizes()[own(office)] == 1


def test_a_body_without_end_is_cut_off(hub: Running) -> None:
    assert _raw(hub, "/add-checkpoint", b"x" * (hub_bodies.MOST_HEAD + 1), {}) == 413


def test_what_is_no_gzip_though_it_says_so_is_refused(hub: Running) -> None:
    assert _raw(hub, "/add-entries", b"no gzip", {"Content-Encoding": "gzip"}) == 400
    assert _raw(hub, "/add-entries", b"no gzip", {"Content-Encoding": "br"}) == 415


@pytest.mark.parametrize("header", ["", "Serah", "Serah a b c", "Bearer x", "Serah " + "x" * 9000])
def test_who_has_not_signed_reads_nothing(hub: Running, header: str) -> None:
    assert ask(hub, "/logs", b'{"logs":{}}', {"Authorization": header}).status in (400, 401, 404)


@pytest.mark.parametrize("signature", ["x", "é", "AAAA", "A" * 88])
def test_what_is_no_signature_is_refused_as_that(hub: Running, root: Store, signature: str) -> None:
    assert ask(hub, "/logs", b'{"logs":{}}', {"Authorization": f"Serah {own(root)} 1 {signature}"}).status == 401


def test_an_address_that_is_refused_again_and_again_is_told_to_wait(hub: Running) -> None:
    hub.hub.site.answers.now_s = lambda: 0.0  # a slow computer asks over more than a minute
    statuses = [ask(hub, "/add-checkpoint", b"no head").status for _ in range(hub_bodies.MOST_REFUSALS + 2)]
    assert statuses[-2:] == [429, 429]
    hub.hub.site.answers.now_s = lambda: 1e9
    assert ask(hub, "/add-checkpoint", b"no head").status == 400


@pytest.mark.parametrize("limit", ["MOST_STRANGERS_EACH", "MOST_INTRODUCED"])
def test_one_address_introduces_few_strangers_and_all_not_many(
    hub: Running, root: Store, sqlite_url: FreshUrl, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(hub_desk, limit, 2)
    statuses = []
    for seed in (11, 12, 13):
        with empty_ledger(sqlite_url(), seed) as stranger:
            stranger.begin(election="Pemilu 2024", station="X", place="51.08", root=root.ledger.own_log().root)
            statuses.append(ask(hub, "/add-log", entries_of(stranger, 0, 1)[0]).status)
    assert statuses == [200, 200, 507]


def test_a_head_that_contradicts_what_came_by_bundle_is_refused(
    hub: Running, root: Store, office: Store, sqlite_url: FreshUrl
) -> None:
    with clone(sqlite_url(), office) as copy:
        remark(office, 2)
        record(copy, NewEvent("point", {**POINT, "title": "another"}))
        remark(copy, 1)
        take(root, bundle_of(office))
        answer = ask(hub, "/add-checkpoint", head_of(copy))
    assert (answer.status, answer.reason) == (422, "fork")


def test_a_log_of_another_election_is_refused(hub: Running, sqlite_url: FreshUrl) -> None:
    with empty_ledger(sqlite_url(), 12) as other:
        other.begin(election="Pilkada 2030", station="X", place="51.08")
        answer = ask(hub, "/add-log", entries_of(other, 0, 1)[0])
    assert (answer.status, answer.reason) == (403, "election")


def test_a_log_under_a_name_that_is_not_its_keys_is_refused(hub: Running, office: Store) -> None:
    entry = entries_of(office, 0, 1)[0].replace(b"ppk-1/", b"ppk-2/")
    assert ask(hub, "/add-log", entry).status == 403


def _raw(hub: Running, path: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of a request whose body is sent as it is."""
    client = HubClient(hub.address)
    connection = client._connected()
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    except (CutError, OSError):
        return connection.getresponse().status
    finally:
        client.close()
