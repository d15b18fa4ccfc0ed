"""Items: found by code, place, kind and holder; each with its chain as a timeline, its findings, report and proof."""

from dataclasses import dataclass
from io import BytesIO
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from custody.errors import N_, CustodyError
from custody.format.codes import CODE_LENGTH, PlaceLabel, parse_code, parse_entry, show_code
from db.store import Store
from language import _
from language.text import error_text, hint_text
from reports.words import custodian_name, kind_name
from services.exchange.custody_report import known_chain, proved, save_custody, write_custody_pdf
from services.plan.custodians import local_stamp
from services.progress_bar import Progress, unseen
from services.records.searching import search_items
from web.dependencies import SiteDep, StaffDep
from web.downloads import attached, inline_pdf, saved_file
from web.live.jobs import Answer
from web.site import Site
from web.templating import render, render_page
from web.views.chosen_items import ChosenDep, ChosenItems, codes_of
from web.views.item_view import chain_facts, item_row

router = APIRouter()
PAGE = 50
Code = Annotated[str, Path(max_length=60)]
Word = Annotated[str, Query(max_length=200)]
Form = Literal["pdf", "zip", "csv"]
_SORTS = {
    "to": N_("Bound for"),
    "kind": N_("Item"),
    "held_by": N_("Held now by"),
    "condition": N_("Condition"),
    "code": N_("Code"),
}
"""What the list can be ordered by, as its columns are called."""


@router.get("/items", include_in_schema=False)
def search(
    request: Request,
    site: SiteDep,
    q: Word = "",
    kind: Word = "",
    to: Word = "",
    held_by: Word = "",
    sort: Literal["to", "kind", "held_by", "condition", "code"] = "to",
    after: Word = "",
    before: Word = "",
    at: Annotated[int, Query(ge=1, lt=100_000_000)] = 1,
) -> Response:
    asked = {"q": q.strip(), "kind": kind, "to": to.strip(), "held_by": held_by.strip()}
    asked |= {"sort": sort} if sort != "to" else {}
    page = _Page(after or None, before or None, at)
    found = site.ask.do(lambda store: _answer(store, asked, page))
    if isinstance(found, str):
        return RedirectResponse(found, status_code=303)
    return render_page(request, "items.html", **found)


@router.get("/items/{code}", include_in_schema=False)
def item(request: Request, site: SiteDep, with_staff: StaffDep, code: Code) -> Response:
    wanted = parse_code(code)
    facts = site.ask.do(lambda store: chain_facts(store, known_chain(store, wanted), with_staff=with_staff))
    return render_page(request, "item.html", **facts)


class Reported(ChosenItems):
    """The items, and whether one PDF, one of each in a .zip, or a table tells of them."""

    form: Form = "zip"


@router.post("/api/items/custody", summary="Write the custody reports of these items to one file")
def reports(site: SiteDep, asked: Reported) -> dict[str, Any]:
    return site.jobs.do(lambda store, progress: _reports(site, asked, asked.form, store, progress))


@router.get("/items/chosen/custody", include_in_schema=False)
def reports_without_script(site: SiteDep, chosen: ChosenDep, form: Form = "zip") -> Response:
    made = site.aside(lambda store: _reports(site, chosen, form, store, unseen))
    return saved_file(site.file_store.path(made.file), show=False)


@router.get("/items/{code}/custody.pdf", include_in_schema=False)
def report(site: SiteDep, code: Code) -> Response:
    wanted, out = parse_code(code), BytesIO()
    site.aside(lambda store: write_custody_pdf(out, store, wanted))
    return inline_pdf(out.getvalue(), f"custody-{show_code(wanted)}.pdf")


@router.get("/items/{code}/proof", include_in_schema=False)
def proof(site: SiteDep, code: Code) -> Response:
    wanted = parse_code(code)
    data = site.aside(lambda store: _proof(store, wanted))
    return attached(data, f"{show_code(wanted)}.proof", "text/plain")


def _reports(site: Site, chosen: ChosenItems, form: str, store: Store, progress: Progress) -> Answer:
    codes = codes_of(store, chosen)
    key, path = site.file_store.place(f"custody-{local_stamp(store)}.{form}")
    save_custody(store, path, codes, progress)
    return Answer(render("items_written.html", key=key, file=path.name, count=len(codes)), {"items": len(codes)}, key)


def _proof(store: Store, code: str) -> bytes:
    known_chain(store, code)
    proof = proved(store, [code])
    assert proof is not None  # one item is never too many
    return str(proof.proof).encode()


@dataclass(frozen=True, slots=True)
class _Page:
    """Which page of a list: behind or before the item of a code, and the number of its first item for people."""

    after: str | None
    before: str | None
    first: int


def _answer(store: Store, asked: dict[str, str], page: _Page) -> dict[str, Any] | str:
    """What the words find; the address to go to where they are one item's or a place's label."""
    try:
        if meant := store.vendor_codes.item_of(asked["q"]):
            return f"/items/{meant}"
        if len(asked["q"]) >= CODE_LENGTH or asked["q"][:2].upper() == "P:":
            label = parse_entry(asked["q"])
            is_place = isinstance(label, PlaceLabel)
            return f"/items?{urlencode({'to': label.code})}" if is_place else f"/items/{label.code}"
        return _found(store, asked, page)
    except CustodyError as error:
        return _offered(store, asked, error)


def _offered(store: Store, asked: dict[str, str], error: CustodyError | None = None) -> dict[str, Any]:
    """What the page asks with: the words that were given, the kinds there are, and what was wrong with the words."""

    places = store.state.places
    places.refresh()
    needs = store.state.kinds()
    return {
        "asked": asked,
        "sort": asked.get("sort", "to"),
        "sorts": {name: _(words) for name, words in _SORTS.items()},
        "words": urlencode({name: word for name, word in asked.items() if word and name != "sort"}),
        "kinds": [(kind, kind_name(needs, kind)) for kind in sorted(needs)],
        "names": {end: custodian_name(places, asked[end]) if asked[end] else "" for end in ("to", "held_by")},
        "trouble": f"{error_text(error)}. {hint_text(error)}".strip() if error else "",
        "found": None,
        "rows": [],
        "first": 0,
        "last": 0,
        "back": "",
        "on": "",
    }


def _found(store: Store, asked: dict[str, str], page: _Page) -> dict[str, Any]:
    """A page of what these words find; with nothing asked for, of all items.

    Raises:
        CodeError, InputError: a word names nothing that there is.
    """

    words = {name: word for name, word in asked.items() if word}
    found = search_items(
        store,
        kind=asked["kind"],
        to=asked["to"],
        held_by=asked["held_by"],
        begins=asked["q"],
        after=page.after,
        before=page.before,
        most=PAGE,
        sort=asked.get("sort", "to"),
    )
    first = max(page.first - len(found.items), 1) if page.before else page.first
    first = first if found.has_before else 1
    shown, needs = _offered(store, asked), store.state.kinds()
    if found.has_before:
        shown["back"] = urlencode({**words, "before": found.items[0].code, "at": str(first)} if found.items else words)
    if found.has_after:
        shown["on"] = urlencode({**words, "after": found.items[-1].code, "at": str(first + len(found.items))})
    return shown | {
        "found": found.total,
        "rows": [item_row(item, store.state.places, needs) for item in found.items],
        "first": first,
        "last": first + len(found.items) - 1,
    }
