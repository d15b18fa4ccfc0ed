"""What offices that began apart have both registered: shown by kind, and merged by a person who says what stays."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from custody.format.codes import show_code
from custody.plan.twins import Twins
from db.store import Store
from reports.words import kind_name
from services.plan.custodians import may_load_plan
from services.plan.merging import merge_twins, twins_of, twins_to_merge, version_of_twins
from web.dependencies import SiteDep
from web.live.jobs import Answer
from web.request_model import Given
from web.templating import render, render_page

router = APIRouter()
_SHOWN = 50


class Kept(Given):
    """What stays: the code of one thing, or the name of the station that registered it, then of one kind; and the
    version of what was shown.
    """

    keep: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Annotated[str, Field(max_length=120)]
    version: Annotated[str, Field(max_length=40)]


@router.get("/plan/twins", include_in_schema=False)
def twins(request: Request, site: SiteDep) -> Response:
    return render_page(request, "twins.html", **site.ask.do(_known))


@router.post("/api/plan/merge", summary="Keep one of what is registered twice, or all of one station and kind")
def merge(site: SiteDep, asked: Kept) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _merge(asked, store))


def _merge(asked: Kept, store: Store) -> Answer:
    events, left = merge_twins(store, asked.keep, kind=asked.kind, seen=asked.version)
    count = sum(len(event.body["rows"]) for event in events)
    return Answer(render("twins_merged.html", count=count, left=left), {"merged": count, "left": left})


def _known(store: Store) -> dict[str, Any]:
    """What is registered twice, by kind: how much, by which stations, and the first of it."""
    store.state.places.refresh()
    names = store.state.kinds()
    mine = twins_to_merge(store)
    kinds: dict[str, list[Twins]] = {}
    for one in mine:
        kinds.setdefault(one.counted.kind, []).append(one)
    return {
        "kinds": [
            {
                "kind": kind,
                "name": kind_name(names, kind),
                "count": len(found),
                "stations": sorted({station for one in found for station in one.stations.values()}),
                "version": version_of_twins(found),
                "rows": [_row(store, one) for one in found[:_SHOWN]],
                "more": max(len(found) - _SHOWN, 0),
            }
            for kind, found in sorted(kinds.items())
        ],
        "elsewhere": len(twins_of(store)) - len(mine),
        "may_plan": may_load_plan(store),
    }


def _row(store: Store, one: Twins) -> dict[str, Any]:
    things: Sequence[dict[str, Any]] = [
        {
            "code": code,
            "shown": show_code(code),
            "station": one.stations[code],
            "is_counted": code == one.counted.code,
            "has_moved": code in one.moved,
        }
        for code in one.codes
    ]
    place = store.state.places.get(one.counted.to)
    return {
        "place": place.name if place else one.counted.to,
        "to": one.counted.to,
        "k": one.counted.k,
        "things": things,
    }
