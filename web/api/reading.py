"""What programs read: items and chains, places, progress, what is late or irregular, obstacles, heads, the check."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request

from custody.codes import parse_code
from custody.errors import N_, InputError
from custody.field import Incident
from custody.items import Item
from custody.places import is_under
from station.custody_report import known_chain
from web.api import forms
from web.api.waiting import DESCRIBED, header_of, waiting
from web.overviews import irregular_under
from web.roles import SCOPE_ROLES, Role, is_observer
from web.site import Site

if TYPE_CHECKING:
    from db.store import Store

Top = Annotated[str, Query(max_length=60, description="This place and all below it; empty: everything.")]
_MOST = 200


def role_of(request: Request) -> Role:
    """As whom this is asked; who is operator and supervisor in one is a supervisor."""
    roles: frozenset[Role] = request.scope[SCOPE_ROLES]
    ranks: tuple[Role, ...] = ("supervisor", "operator", "observer")
    return next(role for role in ranks if role in roles)


def reading(site: Site) -> APIRouter:
    """Everything that is read."""
    router = APIRouter(tags=["Reading"], dependencies=[Depends(header_of(site))], responses=DESCRIBED)

    @router.get("/station", summary="Who answers")
    def station(request: Request) -> forms.Station:
        own, waits = site.ask.do(lambda store: (store.ledger.own_log(), waiting(store)))
        return forms.Station(
            station=own.station, place=own.place, election=own.election, log=own.name, root=own.root,
            role=role_of(request), waiting=waits,
        )  # fmt: skip

    @router.get("/items", summary="Items, page by page")
    def items(
        kind: Annotated[str, Query(max_length=60)] = "",
        to: Top = "",
        held_by: Annotated[str, Query(max_length=60)] = "",
        after: Annotated[str, Query(max_length=60, description="The code behind which the page begins.")] = "",
        most: Annotated[int, Query(ge=1, le=_MOST)] = 100,
    ) -> forms.Items:
        from db.item_search import Wanted, find_items

        def found(store: "Store") -> forms.Items:
            wanted = Wanted(
                kind or None, store.custodian(to) if to else None, store.custodian(held_by) if held_by else None
            )
            page = find_items(store.state, wanted, after=parse_code(after) if after else None, most=most)
            last = page.items[-1].code if page.has_after and page.items else None
            rows = [_item(item) for item in page.items]
            return forms.Items(total=page.total, items=rows, after=last, waiting=waiting(store))

        return site.ask.do(found)

    @router.get("/items/{code}", summary="One item")
    def item(code: Annotated[str, Path(max_length=60)]) -> forms.Item:
        wanted = parse_code(code)
        found = site.ask.do(lambda store: store.state.item(wanted))
        if found is None:
            raise InputError(N_("{code} is registered nowhere that this station knows of"), code=wanted)
        return _item(found)

    @router.get("/items/{code}/chain", summary="The chain of custody of one item")
    def chain(request: Request, code: Annotated[str, Path(max_length=60)]) -> forms.Chain:
        from reports.custody_facts import chain_json

        wanted = parse_code(code)

        def told(store: "Store") -> dict[str, Any]:
            needs = {need.kind: need for need in store.state.needs()}
            return chain_json(known_chain(store, wanted), store.state.places, needs)

        facts = site.ask.do(told)
        if is_observer(request.scope):
            facts["chain"] = [{**link, "by": None} for link in facts["chain"]]
        return forms.Chain.model_validate(facts)

    @router.get("/places", summary="The delivery tree, or what is found of it")
    def places(
        q: Annotated[str, Query(max_length=80, description="Words of a name, or a code.")] = "",
        below: Annotated[str, Query(max_length=60, description="Those right below this place.")] = "",
    ) -> list[forms.Place]:
        def found(store: "Store") -> list[Any]:
            if q:
                return store.state.places.find(q, _MOST)
            tree = store.state.places.tree().values()
            return [place for place in tree if not below or place.parent == below]

        return [forms.Place.model_validate(place, from_attributes=True) for place in site.ask.do(found)]

    @router.get("/places/{code}", summary="One place")
    def place(code: Annotated[str, Path(max_length=60)]) -> forms.Place:
        found = site.ask.do(lambda store: store.state.places.tree().get(code))
        if found is None:
            raise InputError(N_("there is no place {code} in the plan"), code=code)
        return forms.Place.model_validate(found, from_attributes=True)

    @router.get("/progress", summary="How far the supplies have come, by place and kind")
    def progress(to: Top = "") -> list[forms.Progress]:
        from custody.progress import progress as sum_up
        from reports.progress import progress_json

        def rows(store: "Store") -> list[dict[str, Any]]:
            top = store.custodian(to) if to else None
            return progress_json(sum_up(store.state.stock(top), store.state.places.tree()))

        return [forms.Progress.model_validate(row) for row in site.ask.do(rows)]

    @router.get("/late", summary="What is late, will be at the pace of the last hours, or is due next")
    def late(to: Top = "", within_h: Annotated[int, Query(ge=0, le=240)] = 6) -> list[forms.Late]:
        from reports.late import due_json

        def rows(store: "Store", overview: Any) -> list[dict[str, Any]]:
            top = store.state.places.tree().get(store.custodian(to)) if to else None
            found = overview.due_rows(store.around.now_utc(), within_h)
            ways = overview.ways
            return [due_json(row, ways) for row in found if top is None or top in ways.to(row.place.code)]

        return [forms.Late.model_validate(row) for row in site.watch.whole(rows)]

    @router.get("/findings", summary="What is irregular and open")
    def findings(to: Top = "", most: Annotated[int, Query(ge=1, le=5000)] = 500) -> forms.Findings:
        from reports.custody_facts import finding_json

        def told(store: "Store", overview: Any) -> forms.Findings:
            tree = store.state.places.tree()
            top = tree.get(store.custodian(to)) if to else next(iter(tree.values()), None)
            found = [] if top is None else irregular_under(overview, top if to else replace(top, parent=None))
            needs = {need.kind: need for need in store.state.needs()}
            rows = [
                {**finding_json(one.finding, needs, one.place), "place": one.place, "bast": one.bast}
                for one in found[:most]
            ]
            return forms.Findings.model_validate({"total": len(found), "findings": rows, "waiting": waiting(store)})

        return site.watch.whole(told)

    @router.get("/incidents", summary="Obstacles, the open ones first")
    def incidents(request: Request, to: Top = "") -> list[forms.Incident]:
        from db.field import incidents_of

        with_staff = not is_observer(request.scope)

        def rows(store: "Store") -> list[forms.Incident]:
            top, tree = store.custodian(to) if to else None, store.state.places.tree()
            found = (one for one in incidents_of(store) if top is None or is_under(tree, one.body["place"], top))
            return [incident(one, with_staff=with_staff) for one in found]

        return site.ask.do(rows)

    @router.get("/heads", summary="How long every log is, and this station's own signed head")
    def heads() -> forms.Heads:
        def told(store: "Store") -> forms.Heads:
            return forms.Heads.model_validate({
                "logs": store.ledger.heads(), "signed": store.heads.own_head(), "unwitnessed": store.heads.unwitnessed()
            })  # fmt: skip

        return site.ask.do(told)

    @router.get("/verify", summary="Check the whole ledger; takes seconds to minutes")
    def verify() -> forms.Verified:
        def told(store: "Store") -> forms.Verified:
            from station.audit_words import audit_json
            from station.auditing import audit_ledger

            return forms.Verified.model_validate(audit_json(audit_ledger(store)))

        return site.aside(told)

    return router


def _item(item: Item) -> forms.Item:
    return forms.Item(
        code=item.code, kind=item.kind, to=item.to, k=item.k, n=item.n, election=item.election, quantity=item.quantity,
        held_by=item.held_by, condition=item.condition or None, print=item.print,
    )  # fmt: skip


def incident(row: Incident, *, with_staff: bool) -> forms.Incident:
    """An obstacle as JSON has it."""
    opened, closed, body = row.opened, row.closed, row.body

    def by(event: Any) -> str | None:
        return None if event is None or not with_staff else str(event.body["by"])

    return forms.Incident(
        record=f"{opened.log}:{opened.seq}" if opened else None, state="open" if row.is_open else "closed",
        place=body["place"], stage=body["stage"], text=body["text"] if opened else "",
        items=[item["code"] for item in body["items"]], opened_utc=opened.happened if opened else None,
        opened_by=by(opened), closed_utc=closed.happened if closed else None, closed_by=by(closed),
        closed_text=closed.body["text"] if closed else None,
    )  # fmt: skip
