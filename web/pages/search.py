"""One field for everything, by typing or scanning into it; and all handovers, with filters and export."""

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from custody.errors import CustodyError
from custody.measures.traffic import HandoverLine
from db.store import Store
from language.text import error_text, hint_text, zone
from reports.lists.handover_list import handover_sheet
from reports.words import custodian_name, place_path
from services.plan.custodians import find_custodian, local_stamp, station_clock
from services.reporting.finding import MOST, Found, HandoversAsked, choose_handovers, find_anything, unused_number
from services.reporting.overview import Overview
from tables.output.write import write_table
from web.dependencies import SiteDep, StaffDep
from web.downloads import attached
from web.site import Site
from web.templating import render_page
from web.views.item_view import item_row
from web.views.overview_lists import handover_rows

router = APIRouter()
PAGE = 100
Words = Annotated[str, Query(max_length=200)]
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d\d-\d\d)?$")]
_KINDS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def _filters(q: Words = "", place: Words = "", since: Day = "", until: Day = "") -> dict[str, str]:
    return {"q": q.strip(), "place": place.strip(), "since": since, "until": until}


Filters = Annotated[dict[str, str], Depends(_filters)]


@router.get("/search", include_in_schema=False)
def search(request: Request, site: SiteDep, with_staff: StaffDep, q: Words = "") -> Response:
    lines, is_whole = _handovers(site)
    found = site.ask.do(lambda store: _found(store, lines, q, with_staff=with_staff))
    if isinstance(found, str):
        return RedirectResponse(found, status_code=303)
    return render_page(request, "search.html", q=q.strip(), is_whole=is_whole, **found)


@router.get("/handovers", include_in_schema=False)
def handovers(
    request: Request,
    site: SiteDep,
    with_staff: StaffDep,
    filters: Filters,
    at: Annotated[int, Query(ge=1, lt=100_000_000)] = 1,
) -> Response:
    lines, is_whole = _handovers(site)

    def make(store: Store) -> dict[str, Any]:
        try:
            chosen, trouble = _chosen(store, lines, filters, with_staff=with_staff), ""
        except CustodyError as error:
            chosen, trouble = [], _in_words(error)
        if not chosen and not trouble:
            trouble = _unused(store, filters["q"])
        rows = handover_rows(store, chosen[at - 1 : at - 1 + PAGE], with_staff=with_staff)
        place = custodian_name(store.state.places, filters["place"]) if filters["place"] else ""
        return {"rows": rows, "count": len(chosen), "trouble": trouble, "place_name": place}

    said = urlencode({name: word for name, word in filters.items() if word})
    shown = site.ask.do(make)
    return render_page(
        request, "handovers.html", asked=filters, said=said, at=at, page=PAGE, is_whole=is_whole, **shown
    )


@router.get("/handovers.{kind}", include_in_schema=False)
def export(site: SiteDep, with_staff: StaffDep, filters: Filters, kind: Literal["csv", "xlsx"]) -> Response:
    lines = site.overview.whole(lambda _store, overview: overview.handovers())

    def make(store: Store) -> Response:
        chosen = _chosen(store, lines, filters, with_staff=with_staff)
        name = f"handovers-{local_stamp(store)}.{kind}"
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            write_table(path, [handover_sheet(chosen, store.state.places, with_staff=with_staff)])
            return attached(path.read_bytes(), name, _KINDS[kind])

    return site.aside(make)


def _handovers(site: Site) -> tuple[list[HandoverLine], bool]:
    """All handovers as far as they are added up, and whether these are all."""

    def make(_store: Store, overview: Overview) -> tuple[list[HandoverLine], bool]:
        return overview.handovers(), overview.share >= 1

    found, _version = site.overview.ask("handovers", make)
    return found


def _chosen(
    store: Store, lines: list[HandoverLine], filters: dict[str, str], *, with_staff: bool
) -> list[HandoverLine]:
    """Those that the filters leave; days are those of the station's clock.

    Raises:
        CustodyError: there is no such place.
    """
    ahead = timedelta(hours=zone(station_clock(store))[1])
    asked = HandoversAsked(
        filters["q"],
        find_custodian(store, filters["place"]) if filters["place"] else "",
        _begin(filters["since"], ahead),
        _begin(filters["until"], ahead - timedelta(days=1)),
    )
    return choose_handovers(lines, asked, store.state.places.tree(), with_staff=with_staff)


def _begin(day: str, ahead: timedelta) -> str:
    """When a day begins, in UTC; empty where there is no such day."""
    try:
        return (datetime.fromisoformat(day) - ahead).strftime("%Y-%m-%dT%H:%M:%SZ") if day else ""
    except ValueError:
        return ""


def _found(store: Store, lines: list[HandoverLine], words: str, *, with_staff: bool) -> dict[str, Any] | str:
    """What the words find, as the page shows it; the address to go to where they name one thing."""
    found = find_anything(store, lines, words, with_staff=with_staff)
    if found.label:
        return f"/items/{found.label}" if found.is_item else _way_to(store, found.label)
    handed = handover_rows(store, found.handovers[:MOST], with_staff=with_staff)
    if len(handed) == 1 and handed[0]["bast"].casefold() == words.strip().casefold():
        return str(handed[0]["way"])
    return _as_shown(store, found) | {"handovers": handed, "unused": "" if handed else _unused(store, words.strip())}


def _unused(store: Store, number: str) -> str:
    """What became of a BAST number that a station would have given and that no handover has; empty of any other."""
    error = unused_number(store, number)
    return "" if error is None else _in_words(error)


def _in_words(error: CustodyError) -> str:
    return f"{error_text(error)}. {hint_text(error)}".strip()


def _as_shown(store: Store, found: Found) -> dict[str, Any]:
    places, needs = store.state.places, store.state.kinds()
    sealed = [(serial, item) for serial, code in found.sealed if (item := store.state.item(code))]
    return {
        "items": [item_row(item, places, needs) for item in found.items],
        "item_count": found.item_count,
        "sealed": [(serial, item_row(item, places, needs)) for serial, item in sealed],
        "places": [
            {"name": place.name, "within": place_path(places, place.parent or ""), "way": _way_to(store, place.code)}
            for place in found.places
        ],
        "vehicle": found.vehicle and custodian_name(places, found.vehicle),
        "vehicle_way": found.vehicle and _way_to(store, found.vehicle),
        "people": [(name, f"/handovers?{urlencode({'q': name})}") for name in found.people],
        "handover_count": len(found.handovers),
        "is_empty": found.is_empty,
    }


def _way_to(store: Store, code: str) -> str:
    """Where a place or a vehicle is shown."""
    if code in store.state.places.tree():
        return f"/dashboard/{quote(code)}"
    return f"/items?{urlencode({'held_by': code})}"
