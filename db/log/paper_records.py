"""Handover papers: records of other logs as a camera read them, and our own as they are printed.

What a paper says is no evidence here: it lets this station expect, and rely on the sender's record by its digest. Once
the log itself has come, its entries count and the paper no longer.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import fn

from custody.chain.findings import Finding, moment
from custody.chain.linking import bound_for
from custody.compose.compose import NewEvent, Ref
from custody.errors import N_, TamperError
from custody.format.encoding import is_name_of, leaf_digest
from custody.format.event_types import Body
from custody.format.events import Event, read_body
from custody.format.item_facts import Item, destinations_of
from custody.format.paper_codes import Sheet, pack_sheet, paper_id
from custody.handover.handover_facts import station_slug
from custody.handover.handover_history import known_then
from custody.handover.waybill import (
    NOTHING,
    Foretold,
    Waybill,
    differing,
    in_hand,
    is_after,
    redirected_by,
    to_come,
    unknown_key,
    unregistered,
)
from db.handover_lookup import newest_handover
from db.log.seen_heads import SeenHeads, rolled_back
from db.log.transactions import Transactions
from db.prepared import Prepared, batches
from db.state.queries import State
from evidence.checkpoint import claimed_checkpoint, read_checkpoint
from evidence.entry import is_signed

_LEAVES = 500
"""So many records are asked for in one question."""
_RECENT = 1000
"""Among so many of our newest records are the recent handovers."""


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """A paper that was read whole: its name, the handover that it carries, and what is irregular about the paper.

    `is_own`: this station recorded it itself. `is_held`: the ledger holds the record already.
    """

    paper: str
    handover: Body
    findings: tuple[Finding, ...] = ()
    is_own: bool = False
    is_held: bool = False


class Papers:
    """The papers that one station has read, and those that it gives."""

    def __init__(self, state: State, heads: SeenHeads, transaction: Transactions) -> None:
        self.state, self.heads, self.ledger, self.tables = state, heads, state.ledger, state.ledger.tables
        self._transaction = transaction
        self._count = Prepared(state.ledger.database, self._count_query)
        self._last: tuple[object, Waybill] | None = None

    def _count_query(self) -> Any:
        return self.tables.paper.select(fn.COUNT(self.tables.paper.leaf))

    # --- reading ------------------------------------------------------------------------------------------------

    def count(self) -> int:
        """How many papers were read here and kept."""
        return int(self._count.first()[0])

    def take(self, sheet: Sheet, *, at: str) -> ReadPaper:
        """Check what a paper carries and keep it; durable when this returns. A second time changes nothing.

        Raises:
            TamperError: it is not what the key in it signed, or not the log's key; or our own log was longer once.
        """
        body, leaf = checked_sheet(sheet)
        log, seq, name = str(body["log"]), int(body["seq"]), paper_id(pack_sheet(sheet))
        key = self.ledger.keys().get(log)
        if key != sheet.public_key if key else not is_name_of(log, sheet.public_key):
            raise TamperError(
                N_("this paper is not signed by the key of {log}"),
                hint=N_("Set the goods aside and ask the sender: somebody else made this paper."),
                log=log,
            )
        self.heads.take(sheet.head, at=at)
        is_held = self.ledger.find(leaf.hex()) is not None
        own = self.ledger.own_row()
        if own is not None and log == own.name:
            if not is_held:
                raise rolled_back(own.size, seq)
            return ReadPaper(name, body, is_own=True, is_held=True)
        with self._transaction():
            findings = self._doubts(body, leaf, sheet.public_key)
            if not is_held:
                self.tables.paper.insert(
                    leaf=leaf,
                    paper=name,
                    log=log,
                    seq=seq,
                    public_key=sheet.public_key.hex(),
                    body=sheet.body,
                    signatures=sheet.signatures,
                    head=sheet.head,
                    is_witnessed=0,
                    seen_at=at,
                ).on_conflict_ignore().execute()
        return ReadPaper(name, body, findings, is_held=is_held)

    def _doubts(self, body: Body, leaf: bytes, public_key: bytes) -> tuple[Finding, ...]:
        """What is irregular about a paper of another station."""
        found = []
        if not self._is_known(public_key.hex()):
            found.append(self._unknown_key(station_of(body)))
        log, paper = self.tables.log, self.tables.paper
        row = log.get_or_none(log.name == body["log"])
        held = self.ledger.event_at(row.id, body["seq"]).leaf if row and row.size >= body["seq"] else leaf.hex()
        others = paper.select().where((paper.log == body["log"]) & (paper.seq == body["seq"]) & (paper.leaf != leaf))
        if held != leaf.hex() or others.exists():
            message = N_("the key of {station} has signed two records of number {seq}: keep this paper")
            found.append(Finding("FORK", message, {"station": station_of(body), "seq": body["seq"]}))
        return tuple(found)

    def _unknown_key(self, station: str) -> Finding:
        return unknown_key(station, is_foretold=not self.state.has_plan and self.state.is_bare)

    def _is_known(self, public_key: str) -> bool:
        return public_key in self.state.stations.now().powers

    def is_received(self, sheet: Sheet, giver: str) -> bool:
        """Whether nothing of what a paper names is with `giver` any more, by the records that are here.

        Args:
            giver: who gives next: a vehicle that it came with, or who handed it over.

        Raises:
            TamperError: as `take`, of a paper that was never taken.
        """
        body, leaf = checked_sheet(sheet)
        codes = in_hand(body, giver, str(body["to"]))
        if (
            self.ledger.find(leaf.hex()) is not None and body["to"] == giver
        ):  # a truck keeps no log: the chains tell what is on it
            held = self.state.items_of(codes).values()
            return bool(held) and all(item.held_by != giver for item in held)
        record = Ref(str(body["log"]), int(body["seq"]), leaf.hex())
        return bool(codes) and self._taken_over(codes, record).issuperset(codes)

    # --- what is to come ----------------------------------------------------------------------------------------

    def named_places(self) -> frozenset[str]:
        """The custodians that the papers read here name: who gave, who received, and where a truck goes."""

        def find() -> frozenset[str]:
            bodies = [json.loads(bytes(body)) for (body,) in self.tables.paper.select(self.tables.paper.body).tuples()]
            return frozenset(code for said in bodies for code in (said["from"], said["to"], *said["bound"]))

        return self.ledger.memory.remember(f"named on papers {self.count()}", find)

    def awaited(self) -> dict[str, list[tuple[Any, Body]]]:
        """The papers whose records have not come or do not count, by each who gives next when goods come with them."""

        def find() -> dict[str, list[tuple[Any, Body]]]:
            found: dict[str, list[tuple[Any, Body]]] = {}
            paper, stations = self.tables.paper, self.state.stations.now()
            for row in paper.select().order_by(paper.log, paper.seq):
                held = self.ledger.find(bytes(row.leaf).hex())
                if held is None or not stations.stands(held):
                    body = json.loads(bytes(row.body))
                    for giver in {body["from"], body["to"]}:
                        found.setdefault(giver, []).append((row, body))
            return found

        return self.ledger.memory.remember(f"awaited {self.count()}", find)

    def waybill(self, giver: str, to: str, tops: Sequence[str], *, before: Sequence[Event] = ()) -> Waybill:
        """Return what is to come at this handover by papers and is not received yet; cached until something changes.

        Args:
            before: the records of that handover, where it is told as of then: by what this station had read, so that
                those of another log have none.
        """
        count = self.count()
        if not count or not giver or not to:
            return NOTHING
        if before:
            own = self.ledger.own_row()
            if own is None or own.name != before[0].log:
                return NOTHING
            return self._waybill(giver, to, tops, before)
        asked = (giver, to, tuple(tops), count, self.ledger.memory.mark())
        if self._last is None or self._last[0] != asked:
            self._last = (asked, self._waybill(giver, to, tops))
        return self._last[1]

    def _waybill(self, giver: str, to: str, tops: Sequence[str], before: Sequence[Event] = ()) -> Waybill:
        items: dict[str, Item] = {}
        refs: dict[str, Ref] = {}
        basts: dict[str, None] = {}
        senders: dict[str, None] = {}
        strangers: dict[str, None] = {}
        records, loads = dict[str, Body](), dict[str, Body]()
        redirected: dict[str, str] = {}
        own = self.ledger.own_row()
        for row, body in self.awaited().get(giver, ()):
            if before and moment(row.seen_at) > moment(before[-1].at):
                continue
            leaf = bytes(row.leaf)
            if (body["from"], body["to"]) == (giver, to):
                records[leaf.hex()] = body
            elif body["to"] == giver:
                loads[leaf.hex()] = body
            named = [entry["code"] for entry in body["items"]]
            known = self.state.items_of(named)
            with_giver = in_hand(body, giver, to)
            record = Ref(row.log, row.seq, leaf.hex())
            with_giver = sorted(set(with_giver) - self._taken_over(with_giver, record, before))
            goes = destinations_of(body)
            if differ := differing(goes, known, with_giver):
                events = self.ledger.items.naming(differ)
                redirected |= redirected_by(differ, events, record, own.name if own else "", row.seen_at)
                known = bound_for(known, redirected)
            codes = set(to_come(body, giver, to, tops, self.state.places, known))
            if not with_giver:
                continue
            basts[str(body["bast"])] = None
            senders[station_of(body)] = None
            items |= {code: known.get(code) or unregistered(code, body, goes) for code in with_giver if code in codes}
            refs |= dict.fromkeys(with_giver, record)
            if not self._is_known(row.public_key):
                strangers[station_of(body)] = None
        found = tuple(self._unknown_key(station) for station in strangers)
        return Waybill(items, refs, tuple(basts), found, tuple(senders), records, loads, redirected)

    def foretold(self, handovers: Sequence[Body]) -> Foretold | None:
        """Return what papers said of recorded handovers that are known from papers only; None where none is.

        Args:
            handovers: the bodies of one handover's records.
        """
        known: dict[str, list[str]] = {}
        for body in handovers:
            for row in (*body["items"], *body.get("refused", ())):
                if row["after"] is not None:
                    known.setdefault(body["refs"][row["after"]]["leaf"], []).append(row["code"])
        paper = self.tables.paper
        rows = [
            (json.loads(bytes(row.body)), known[bytes(row.leaf).hex()])
            for leaves in batches(map(bytes.fromhex, known), _LEAVES)
            for row in paper.select().where(paper.leaf.in_(leaves)).order_by(paper.log, paper.seq)
            if self.ledger.find(bytes(row.leaf).hex()) is None
        ]
        basts = tuple(dict.fromkeys(str(body["bast"]) for body, _codes in rows))
        senders = tuple(dict.fromkeys(station_of(body) for body, _codes in rows))
        return Foretold(basts, senders, sum(len(codes) for _body, codes in rows)) if rows else None

    def _taken_over(self, codes: Sequence[str], paper: Ref, before: Sequence[Event] = ()) -> set[str]:
        """The items of which a record is held that came after this paper's: they are where that one says.

        Args:
            before: records of a handover; neither they count then, nor what came later.
        """
        own = {event.leaf for event in before}
        stations = self.state.stations.now()
        return {
            code
            for code, events in self.ledger.items.naming(codes).items()
            if any(
                event.type == "handover"
                and stations.stands(event)
                and is_after(event, code, paper)
                and event.leaf not in own
                for event in (known_then(code, before, events) if before else events)
            )
        }

    def witness_events(self, refs: Sequence[Ref]) -> list[NewEvent]:
        """Events that keep the newest heads known of the logs relied on, from bundles or papers; each head once."""
        newest: dict[str, str] = {}
        if self.count():
            paper = self.tables.paper
            leaves = [bytes.fromhex(leaf) for leaf in {ref.leaf for ref in refs}]
            for row in paper.select().where(paper.leaf.in_(leaves) & (paper.is_witnessed == 0)):
                if row.log not in newest or _size(newest[row.log]) < _size(row.head):
                    newest[row.log] = row.head
            paper.update(is_witnessed=1).where(paper.leaf.in_(leaves)).execute()
        for log in dict.fromkeys(ref.log for ref in refs):
            head = self.heads.newest_of_other(log)
            if head is not None and _size(head) > max(_size(newest.get(log, "")), self._witnessed_on_paper(log)):
                newest[log] = head
        for log, head in newest.items():
            self.heads.note_kept(log, _size(head))
        return [NewEvent("witness", {"head": newest[log]}) for log in sorted(newest)]

    def _witnessed_on_paper(self, log: str) -> int:
        """The size of the longest head that a paper brought and our log has kept, before the log itself was here."""
        paper = self.tables.paper
        kept = paper.select(paper.head).where((paper.log == log) & (paper.is_witnessed == 1)).tuples()
        return max((_size(head) for (head,) in kept), default=0)

    def sheets(self, bast: str | None = None) -> list[tuple[Body, Sheet]]:
        """The records of our own handover of that number, or of the last one, as the pages of its paper carry them."""
        head = self.heads.own_head()
        own = self.ledger.own_row()
        assert own is not None  # it has a head
        key = bytes.fromhex(own.public_key)
        parts = newest_handover(self.tables, own.id, bast)
        return [(event.body, Sheet(body, signatures, key, head)) for event, body, signatures in parts]

    def recent(self, most: int) -> list[Body]:
        """Our own newest handovers, at most so many, newest first; of one in parts the last part."""
        return list(self.ledger.memory.remember(f"recent {most}", lambda: self._recent(most)))

    def _recent(self, most: int) -> list[Body]:
        found: dict[str, Body] = {}
        for said in self._own_handovers(b'"type":"handover"', _RECENT):
            found.setdefault(said["bast"], said)
            if len(found) == most:
                break
        return list(found.values())

    def number_of(self, id: str) -> str | None:
        """The number of our own handover that a session of this id became; None where it became none."""
        wanted = json.dumps(id, ensure_ascii=False).encode()
        return next((str(said["bast"]) for said in self._own_handovers(wanted) if said["id"] == id), None)

    def _own_handovers(self, wanted: bytes, among: int | None = None) -> Iterator[Body]:
        """Our own handovers whose bytes hold something, newest first, among so many of our newest records."""
        event, own = self.tables.event, self.ledger.own_row()
        if own is None:
            return
        query = event.select(event.body).where(event.log_id == own.id).order_by(event.seq.desc()).limit(among)
        for (body,) in query.tuples().iterator():  # looked at before it is parsed: this may be a whole log
            if wanted in bytes(body) and (said := json.loads(bytes(body)))["type"] == "handover":
                yield said


def station_of(body: Body) -> str:
    """A station as its log is named."""
    return station_slug(str(body["log"])) or str(body["log"])


def _size(head: str) -> int:
    return claimed_checkpoint(head).size if head else 0


def checked_sheet(sheet: Sheet) -> tuple[Body, bytes]:
    """What a sheet says and its entry's digest, once its own key's signatures hold.

    Raises:
        TamperError: they do not, or it is no handover.
    """
    body = read_body(sheet.body)
    head = read_checkpoint(sheet.head, sheet.public_key)
    is_ours = (
        body["type"] == "handover"
        and is_signed(sheet.body, sheet.signatures, sheet.public_key)
        and head.origin == body["log"]
        and head.size >= body["seq"]
    )
    if not is_ours:
        raise TamperError(
            N_("this paper's record is not signed by the key on it, or was changed after signing"),
            hint=N_("Set the goods aside and ask the sender: somebody else made this paper."),
        )
    return body, leaf_digest(sheet.body + b"\n" + sheet.signatures.encode("ascii"))
