"""Deliveries of vendors in the ledger: recorded as they are counted, and added up."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from custody.chain.findings import moment
from custody.compose.compose import NewEvent
from custody.errors import N_, RuleError
from custody.format.events import Event
from custody.measures.progress import PhaseRow, came_late, phase_progress
from custody.plan.deliveries import DELIVERIES, DeliveryAccount, DeliveryRow, delivery_account
from custody.plan.phases import phase_of
from custody.plan.places import Ways, is_under
from db.store import Store
from language import _
from language.text import local_time, number, printable
from reports.words import kind_name
from tables.field_rows import parse_deliveries
from tables.office_table import Reading, refuse_faults
from tables.read import read_table


def record_delivery(
    store: Store,
    *,
    vendor: str,
    kind: str,
    arrived: int,
    damaged: int,
    contracted: int | None = None,
    contract: str = "",
    paper: str = "",
    giver: str = "",
    receiver: str = "",
    note: str = "",
    occurred: str | None = None,
) -> Event:
    """Record what a vendor brought to this station's place and how much of it is damaged.

    Raises:
        RuleError: more is damaged than arrived.
    """
    if damaged > arrived:
        raise RuleError(
            N_("{damaged} cannot be damaged where {arrived} arrived"),
            hint=N_("Count the damaged among those that arrived too{typed}."),
            typed="--arrived",
            damaged=damaged,
            arrived=arrived,
        )
    fields = {
        "place": store.ledger.own_log().place,
        "vendor": vendor,
        "contract": contract,
        "kind": kind,
        "contracted": contracted,
        "arrived": arrived,
        "damaged": damaged,
        "paper": paper,
        "parties": {"giver": giver, "receiver": receiver},
        "note": note,
        "occurred": occurred,
    }
    return store.record([NewEvent("delivery", fields)])[0]


def load_deliveries(store: Store, path: Path) -> tuple[int, int]:
    """Record every delivery of a table whose delivery note is not recorded yet for its vendor and kind; all or nothing.

    Returns:
        How many were recorded, and how many were there already.

    Raises:
        InputError: the table cannot be read, or `faults` names its faults.
    """
    rows, faults = parse_deliveries(read_table(path, ("deliveries",), Reading(place=store.ledger.own_log().place)))
    with store.transaction():
        kinds = {need.kind for need in store.state.needs()}
        known = {
            (event.body["vendor"], event.body["kind"], event.body["paper"]): event.body
            for row in account(store).rows
            for part in row.contracts
            for event in part.events
        }
        now, new = moment(store.around.now_utc()), []
        for row in rows:
            value = row.value
            before = known.get((value.vendor, value.kind, value.paper))
            if value.kind not in kinds:
                message = N_("no need is of the kind {kind}; the kinds are {kinds}")
                faults.append(row.fault("kind", message, kind=value.kind, kinds=", ".join(sorted(kinds))[:200] or "-"))
            elif value.occurred and moment(value.occurred) > now:
                faults.append(row.fault("occurred", N_("{time} is in the future"), time=value.occurred))
            elif before is None:
                new.append(value)
            elif (before["arrived"], before["damaged"]) != (value.arrived, value.damaged):
                message = N_("{paper} is recorded with {arrived} arrived, {damaged} damaged: withdraw it first")
                told = {name: before[name] for name in ("paper", "arrived", "damaged")}
                faults.append(row.fault("paper", message, **told))
        refuse_faults(faults)
        for value in new:
            record_delivery(store, **asdict(value))
    return len(new), len(rows) - len(new)


def account(store: Store) -> DeliveryAccount:
    """What vendors have delivered by the records of every station whose log is held."""
    state, stations = store.state, store.state.stations.now()
    events = (event for event in store.ledger.on_topic(DELIVERIES) if stations.stands(event))
    return delivery_account(events, state.places.tree(), state.needs(), stations.correctors)


def late_words(store: Store, rows: Iterable[DeliveryRow]) -> list[str]:
    """That the phase of a kind was closed when some of it came, a line for each such kind."""
    needs, own = store.state.kinds(), store.ledger.own_log().place
    said = []
    for row in rows:
        phase = phase_of(store.state.phases, row.kind)
        due = phase.due_of(row.kind) if phase else None
        if phase and due and (late := came_late(row, due)):
            words = _("phase {phase} was due {time}; of {kind} came later: {count}. It is recorded all the same.")
            time, kind = local_time(due, own), kind_name(needs, row.kind)
            said.append(words.format(phase=printable(phase.code, 40), time=time, kind=kind, count=number(late)))
    return said


def phases_of(store: Store, top: str | None = None, kind: str | None = None) -> list[PhaseRow]:
    """How far each kind of each phase has come, of what is for a place and below it; None: everywhere."""
    places, rules, state = store.state.places.tree(), store.state.need_rules(), store.state
    alike = state.places.alike(top)
    needs = {one: rules.total(alike, one).count for one in rules.kinds}
    brought = [row for row in account(store).rows if top is None or is_under(places, row.place, top)]
    rows = phase_progress(state.phases, state.stock(top), brought, Ways(places), needs)
    return [row for row in rows if kind in (None, row.kind)]
