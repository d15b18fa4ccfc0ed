"""What programs read: items and chains, places, progress, what is late or irregular, obstacles, heads, the check."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from custody.errors import N_, InputError
from custody.format.codes import parse_code
from custody.format.item_facts import Item
from custody.plan.field import Incident
from db.store import Store
from reports.chain.chain_facts import chain_json, finding_json
from reports.lists.late_list import due_json
from reports.lists.progress_list import progress_json
from services.exchange.custody_report import known_chain
from services.exchange.ledger_audit import audit_json, audit_ledger
from services.plan.custodians import find_custodian
from services.records.field_records import incidents_of
from services.records.searching import progress_rows, search_items
from services.reporting.overview import Overview
from web.api import schemas
from web.dependencies import DESCRIBED, TOLD, RoleDep, SiteDep, StaffDep, waiting
from web.views.overview_lists import irregular_under

router = APIRouter(tags=["Reading"], dependencies=[TOLD], responses=DESCRIBED)
Code = Annotated[str, Path(max_length=60)]
Top = Annotated[str, Query(max_length=60, description="This place and all below it; empty: everything.")]
_MOST = 200


@router.get("/station", summary="Who answers")
def station(site: SiteDep, role: RoleDep) -> schemas.Station:
    own, waits = site.ask.do(lambda store: (store.ledger.own_log(), waiting(store)))
    return schemas.Station(
        station=own.station,
        place=own.place,
        election=own.election,
        log=own.name,
        root=own.root,
        role=role,
        waiting=waits,
    )


@router.get("/items", summary="Items, page by page")
def items(
    site: SiteDep,
    kind: Annotated[str, Query(max_length=60)] = "",
    to: Top = "",
    held_by: Annotated[str, Query(max_length=60)] = "",
    after: Annotated[str, Query(max_length=60, description="The code behind which the page begins.")] = "",
    most: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> schemas.Items:
    return site.ask.do(lambda store: _items(store, (kind, to, held_by), after, most))


@router.get("/items/{code}", summary="One item")
def item(site: SiteDep, code: Code) -> schemas.Item:
    wanted = parse_code(code)
    found = site.ask.do(lambda store: store.state.item(wanted))
    if found is None:
        raise InputError(N_("{code} is registered nowhere that this station knows of"), code=wanted)
    return _item(found)


@router.get("/items/{code}/chain", summary="The chain of custody of one item")
def chain(site: SiteDep, code: Code, with_staff: StaffDep) -> schemas.Chain:
    wanted = parse_code(code)
    facts = site.ask.do(lambda store: _chain(store, wanted))
    if not with_staff:
        facts["chain"] = [{**link, "by": None} for link in facts["chain"]]
    return schemas.Chain.model_validate(facts)


@router.get("/places", summary="The delivery tree, or what is found of it")
def places(
    site: SiteDep,
    q: Annotated[str, Query(max_length=80, description="Words of a name, or a code.")] = "",
    below: Annotated[str, Query(max_length=60, description="Those right below this place.")] = "",
) -> list[schemas.Place]:
    found = site.ask.do(lambda store: _places(store, q, below))
    return [schemas.Place.model_validate(place, from_attributes=True) for place in found]


@router.get("/places/{code}", summary="One place")
def place(site: SiteDep, code: Code) -> schemas.Place:
    found = site.ask.do(lambda store: store.state.places.tree().get(code))
    if found is None:
        raise InputError(N_("there is no place {code} in the plan"), code=code)
    return schemas.Place.model_validate(found, from_attributes=True)


@router.get("/progress", summary="How far the supplies have come, by place and kind")
def progress(site: SiteDep, to: Top = "") -> list[schemas.Progress]:
    return [schemas.Progress.model_validate(row) for row in site.ask.do(lambda store: _progress(store, to))]


@router.get("/late", summary="What is late, will be at the pace of the last hours, or is due next")
def late(site: SiteDep, to: Top = "", within_h: Annotated[int, Query(ge=0, le=240)] = 6) -> list[schemas.Late]:
    rows = site.overview.whole(lambda store, overview: _late(store, overview, to, within_h))
    return [schemas.Late.model_validate(row) for row in rows]


@router.get("/findings", summary="What is irregular and open")
def findings(site: SiteDep, to: Top = "", most: Annotated[int, Query(ge=1, le=5000)] = 500) -> schemas.Findings:
    return site.overview.whole(lambda store, overview: _findings(store, overview, to, most))


@router.get("/incidents", summary="Obstacles, the open ones first")
def incidents(site: SiteDep, with_staff: StaffDep, to: Top = "") -> list[schemas.Incident]:
    return site.ask.do(lambda store: _incidents(store, to, with_staff=with_staff))


@router.get("/heads", summary="How long every log is, and this station's own signed head")
def heads(site: SiteDep) -> schemas.Heads:
    return site.ask.do(_heads)


@router.get("/verify", summary="Check the whole ledger; takes seconds to minutes")
def verify(site: SiteDep) -> schemas.Verified:
    return site.aside(_verified)


def _items(store: Store, words: tuple[str, str, str], after: str, most: int) -> schemas.Items:
    kind, to, held_by = words
    begins_after = parse_code(after) if after else None
    page = search_items(store, kind=kind, to=to, held_by=held_by, after=begins_after, most=most)
    last = page.items[-1].code if page.has_after and page.items else None
    rows = [_item(item) for item in page.items]
    return schemas.Items(total=page.total, items=rows, after=last, waiting=waiting(store))


def _chain(store: Store, code: str) -> dict[str, Any]:
    needs = store.state.kinds()
    return chain_json(known_chain(store, code), store.state.places, needs)


def _places(store: Store, q: str, below: str) -> list[Any]:
    if q:
        return store.state.places.find(q, _MOST)
    return [place for place in store.state.places.tree().values() if not below or place.parent == below]


def _progress(store: Store, to: str) -> list[dict[str, Any]]:
    top = find_custodian(store, to) if to else None
    return progress_json(progress_rows(store, top))


def _late(store: Store, overview: Overview, to: str, within_h: int) -> list[dict[str, Any]]:
    top = store.state.places.tree().get(find_custodian(store, to)) if to else None
    found = overview.due_rows(store.around.now_utc(), within_h)
    ways = overview.ways
    return [due_json(row, ways) for row in found if top is None or top in ways.to(row.place.code)]


def _findings(store: Store, overview: Overview, to: str, most: int) -> schemas.Findings:
    top = store.state.places.tree().get(find_custodian(store, to)) if to else None
    found = [] if to and top is None else irregular_under(overview, top)
    needs = store.state.kinds()
    rows = [
        {**finding_json(one.finding, needs, one.place), "place": one.place, "bast": one.bast} for one in found[:most]
    ]
    return schemas.Findings.model_validate({"total": len(found), "findings": rows, "waiting": waiting(store)})


def _incidents(store: Store, to: str, *, with_staff: bool) -> list[schemas.Incident]:
    found = incidents_of(store, under=find_custodian(store, to) if to else None)
    return [incident(one, with_staff=with_staff) for one in found]


def _heads(store: Store) -> schemas.Heads:
    return schemas.Heads.model_validate(
        {"logs": store.ledger.heads(), "signed": store.heads.own_head(), "unwitnessed": store.heads.unwitnessed()}
    )


def _verified(store: Store) -> schemas.Verified:
    return schemas.Verified.model_validate(audit_json(audit_ledger(store)))


def _item(item: Item) -> schemas.Item:
    return schemas.Item(
        code=item.code,
        kind=item.kind,
        to=item.to,
        k=item.k,
        n=item.n,
        election=item.election,
        quantity=item.quantity,
        held_by=item.held_by,
        condition=item.condition or None,
        print=item.print,
    )


def incident(row: Incident, *, with_staff: bool) -> schemas.Incident:
    """An obstacle as JSON has it."""
    opened, closed, body = row.opened, row.closed, row.body

    def by(event: Any) -> str | None:
        return None if event is None or not with_staff else str(event.body["by"])

    return schemas.Incident(
        record=f"{opened.log}:{opened.seq}" if opened else None,
        state="open" if row.is_open else "closed",
        place=body["place"],
        stage=body["stage"],
        text=body["text"] if opened else "",
        items=[item["code"] for item in body["items"]],
        opened_utc=opened.happened if opened else None,
        opened_by=by(opened),
        closed_utc=closed.happened if closed else None,
        closed_by=by(closed),
        closed_text=closed.body["text"] if closed else None,
    )
