"""The first run: an empty folder becomes a station, or a practice station to be thrown away; and what comes next."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from pydantic import Field
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from custody.errors import N_, ConflictError, CustodyError, InputError
from custody.format.codes import parse_custodian
from custody.format.encoding import key_fingerprint
from db.store import Store, open_store
from evidence.checkpoint import Signer
from evidence.fingerprint_words import words_of
from language import _
from language.text import error_text, hint_text, sentence
from reports.words import custodian_name
from services.access.key_shares import MOST_SHARES, joined, read_scheme, shares_in, shares_of
from services.access.new_station import (
    CARD_FILE,
    SHEET_FILE,
    Begun,
    FoundRoot,
    StationHome,
    begin,
    check_passphrase,
    find_root,
)
from services.access.operator import keep_name
from services.access.pins import check_new
from services.access.practice import begin_practice, discard_practice, practice_home
from services.access.recovery_sheets import draw_recovery_sheets, needs_passphrase
from services.access.restoring import restore
from services.exchange.hub_reading import HubFacts
from services.exchange.hub_talk import who_answers
from services.exchange.invitation import knows_hub, remember_hub, typed_invitation
from services.exchange.transfer import import_bundles
from services.exchange.trust_anchors import read_fingerprint
from services.labels.print_run import is_practice
from services.one_line import one_line
from services.paths import keep_details
from services.plan.custodians import may_load_plan
from services.plan.profile_file import read_profile, shipped_profiles
from services.plan.profiles import ReadProfile, profile_title
from services.records.introducing import joined_by, may_join
from services.scanning.completing import MEANING, completes, keep_completing
from web.dependencies import SiteDep
from web.downloads import saved_file
from web.live.file_store import Key
from web.live.jobs import named
from web.pages.staff import put_to_work
from web.request_model import Given
from web.site import Site
from web.templating import render_page

router = APIRouter()
_OPEN = ("/first", "/api/first", "/static/", "/api/uploads")
_FILES: Mapping[str, str] = {"key-sheet.pdf": SHEET_FILE, "card.json": CARD_FILE}
_turn = threading.Lock()
Word = Annotated[str, Field(max_length=300)]


class Leading(Given):
    """What leads to the root: a card or a bundle that was sent, or the words or the line of a hub."""

    upload: Key | None = None
    hub: Word = ""


class NewStation(Given):
    """What is said of a new station; `upload` is the bundle that it begins with, None where there is none; `hub` the
    line of its hub, if one led here; `profile` the name of one that comes with Serah, empty for that of 2024.
    """

    kind: Literal["root", "join"]
    election: Word = ""
    root: Word = ""
    upload: Key | None = None
    hub: Word = ""
    place: Word = ""
    name: Word = ""
    by: Word = ""
    pin: Word = ""
    profile: Word = ""
    passphrase: Word = ""
    again: Word = ""


class Lost(Given):
    """What is left of a lost station: a safe copy of its ledger or bundles, its key file and what opens it, or recovery
    sheets: pictures of them, and their words.
    """

    uploads: Annotated[list[Key], Field(max_length=40)] = []
    key: Key | None = None
    sheets: Annotated[list[Key], Field(max_length=MOST_SHARES)] = []
    words: Annotated[str, Field(max_length=20_000)] = ""
    passphrase: Word = ""
    name: Word = ""
    place: Word = ""


class Sheets(Given):
    """How many recovery sheets make the key again, of how many, and the passphrase that locks it, if one does."""

    needed: Annotated[int, Field(ge=2, le=MOST_SHARES)]
    total: Annotated[int, Field(ge=2, le=MOST_SHARES)]
    passphrase: Word = ""


class FirstRunGate:
    """Lets nothing through but the guide while no station has begun, and no guide once one has."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._site.first is not None and not scope["path"].startswith(_OPEN):
            answer: Response = RedirectResponse("/first", 303)
            if scope["method"] not in ("GET", "HEAD") or scope["path"].startswith("/api/"):
                answer = JSONResponse({"error": _("No station has begun in this folder yet."), "hint": ""}, 409)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


@router.get("/first", include_in_schema=False)
def guide(request: Request, site: SiteDep) -> Response:
    if site.first is None:
        return RedirectResponse("/", 303)
    has_practice = practice_home(site.first).ledger.exists()
    titles = {name: profile_title(read_profile(name).profile) for name in shipped_profiles()}
    return render_page(request, "first.html", has_practice=has_practice, folder=str(site.first.home), profiles=titles)


@router.post("/api/first/root", summary="Read the root from a card or a bundle, or ask a hub for it; keeps nothing")
def read_root(site: SiteDep, said: Leading) -> dict[str, Any]:
    _to_begin(site)
    found: FoundRoot | HubFacts
    line = ""
    if said.upload is not None:
        found = _found(site, said.upload)
    else:
        found, address = who_answers(typed_invitation(said.hub))
        line = str(address)
    root = read_fingerprint(found.root)
    told = {"root": _in_groups(root), "election": found.election, "station": found.station, "hub": line}
    return told | {"words": " · ".join(words_of(root))}


@router.post("/api/first", summary="Begin a station in this folder, all or nothing")
def begin_here(site: SiteDep, asked: NewStation) -> Response:
    with _turn:
        at = _to_begin(site)
        said, wrong = _read(site, asked)
        if wrong:
            return _beside(wrong)
        at = replace(at, around=replace(at.around, by=said["by"] or at.around.by))
        begun = begin(
            at,
            election=said["election"],
            name=said["name"],
            place=said["place"],
            root=said["root"],
            passphrase=asked.passphrase or None,
            profile=said["profile"],
        )
        if asked.kind == "join" and asked.upload and said["found"].is_bundle:
            _take_in(at, begun, site.file_store.path(asked.upload))
        if said["by"]:
            keep_name(at.home, said["by"])
        if said["hub"]:
            remember_hub(at.home, said["hub"])
        site.first = None
        site.move_to(at.home, _opener(at, begun.signer))
        answer = JSONResponse({"page": "/station"})
        if asked.pin:
            with site.pins() as pins:
                name = pins.hire(said["by"], "supervisor", asked.pin)
            put_to_work(site, answer, name)
    return answer


@router.post("/api/first/restore", summary="Put a lost station back in this folder, all or nothing")
def restore_here(site: SiteDep, lost: Lost) -> Response:
    with _turn:
        at = _to_begin(site)
        wrong = {} if lost.uploads else {"copies": _("Choose the safe copy, or the bundles.")}
        checks: dict[str, Callable[[], Any]] = {
            "words": lambda: _seed(site, lost),
            "name": lambda: one_line(_("Name"), lost.name),
            "place": lambda: parse_custodian(lost.place) if lost.place.strip() else "",
        }
        said = _checked(checks, wrong)
        if wrong:
            return _beside(wrong)
        try:
            begun = restore(
                at,
                [site.file_store.path(one) for one in lost.uploads],
                key=site.file_store.path(lost.key) if lost.key else None,
                seed=said["words"],
                passphrase=lost.passphrase,
                name=said["name"] or None,
                place=said["place"] or None,
            )
        except CustodyError as error:
            raise named(error, site.home) from None
        site.first = None
        site.move_to(at.home, _opener(at, begun.signer))
    return JSONResponse({"page": "/station?restored=1"})


def _seed(site: Site, lost: Lost) -> bytes | None:
    """The secret that the recovery sheets make again; None where none are given."""
    if not lost.sheets and not lost.words.strip():
        return None
    try:
        shares = [share for key in lost.sheets for share in shares_in(site.file_store.path(key), lambda _line: None)]
    except CustodyError as error:
        raise named(error, site.home) from None
    return joined([*shares, *(shares_of(lost.words) if lost.words.strip() else ())])


@router.post("/api/first/practice", summary="Make a practice station, or go on with the one that is there")
def practise(site: SiteDep) -> dict[str, str]:
    with _turn:
        at = _to_begin(site)
        there = begin_practice(at)
        site.first, site.practice = None, at
        site.move_to(there.home, _opener(there, there.load_key()))
    return {"page": "/"}


@router.delete("/api/first/practice", summary="Throw the practice station away")
def discard(site: SiteDep) -> dict[str, str]:
    with _turn:
        at = site.practice
        if at is None:
            raise ConflictError(N_("no practice station is open here"), hint=N_("Load this page again."))
        site.first, site.practice = at, None
        site.move_to(at.home, _opener(at, None))
        discard_practice(at)
    return {"page": "/first"}


@router.get("/station", include_in_schema=False)
def station(request: Request, site: SiteDep, restored: bool = False) -> Response:
    known = site.ask.do(_known)
    known["restored"] = site.ask.do(lambda store: store.ledger.event_count()) if restored else 0
    files = [name for name, file in _FILES.items() if (site.home / file).is_file()]
    more: dict[str, Any] = {
        "may_discard": site.practice is not None,
        "knows_hub": knows_hub(site.home),
        "completes": completes(site.home),
        "meaning": _(MEANING),
        "is_locked": needs_passphrase(site.home),
        "most": MOST_SHARES,
    }
    return render_page(request, "station.html", files=files, **more, **known)


@router.post("/api/station/recovery", summary="Draw the recovery sheets of the station's key; no file is kept")
def recovery(site: SiteDep, asked: Sheets) -> Response:
    out = BytesIO()
    try:
        needed, total = read_scheme(f"{asked.needed}of{asked.total}")
        site.ask.do(lambda store: draw_recovery_sheets(store, site.home, lambda: asked.passphrase, needed, total, out))
    except CustodyError as error:
        raise named(error, site.home) from None
    return Response(out.getvalue(), media_type="application/pdf", headers={"cache-control": "no-store"})


@router.put("/api/station/completing", summary="Let labels that are seen in part be completed, or no more")
def complete(site: SiteDep, is_on: Annotated[bool, Body(embed=True)]) -> dict[str, bool]:
    keep_completing(site.home, is_on=is_on)
    return {"is_on": is_on}


@router.get("/station/{name}", include_in_schema=False)
def own_file(site: SiteDep, name: Literal["key-sheet.pdf", "card.json"]) -> FileResponse:
    path = site.home / _FILES[name]
    if not path.is_file():
        raise InputError(N_("that file is not here any more"), hint=N_("Look into the station's folder."))
    return saved_file(path, show=path.suffix == ".pdf")


def _to_begin(site: Site) -> StationHome:
    if site.first is None:
        raise ConflictError(N_("a station has begun here already"), hint=N_("Load this page again."))
    return site.first


def _found(site: Site, upload: str) -> FoundRoot:
    try:
        return find_root(site.file_store.path(upload))
    except CustodyError as error:
        raise named(error, site.home) from None


def _read(site: Site, asked: NewStation) -> tuple[dict[str, Any], dict[str, str]]:
    """What was said of the station, by field; and for each field that is not as it should be, one line."""
    is_joining = asked.kind == "join"
    checks: dict[str, Callable[[], Any]] = {
        "found": lambda: _found(site, asked.upload) if is_joining and asked.upload else None,
        "root": lambda: read_fingerprint(asked.root) if is_joining else None,
        "hub": lambda: typed_invitation(asked.hub) if is_joining and asked.hub.strip() else None,
        "election": lambda: _needed(_("Election"), asked.election),
        "profile": lambda: _chosen_profile(asked.profile) if asked.profile and not is_joining else None,
        "place": lambda: parse_custodian(_needed(_("Place"), asked.place)),
        "name": lambda: _needed(_("Name"), asked.name),
        "by": lambda: _needed(_("Name"), asked.by) if asked.pin else one_line(_("Name"), asked.by),
        "pin": lambda: check_new(asked.pin) if asked.pin else None,
        "passphrase": lambda: check_passphrase(asked.passphrase, asked.again),
    }
    wrong = dict[str, str]()
    said = _checked(checks, wrong)
    found = said.get("found")
    if found and said.get("root") and found.root != said["root"]:
        wrong["root"] = _("This is not the root that the chosen file follows. Choose the file again.")
    return said, wrong


def _checked(checks: Mapping[str, Callable[[], Any]], wrong: dict[str, str]) -> dict[str, Any]:
    """What the checks give, by field; for each that fails its line is put into `wrong`."""
    said = dict[str, Any]()
    for name, check in checks.items():
        try:
            said[name] = check()
        except CustodyError as error:
            wrong[name] = f"{sentence(error_text(error))}. {hint_text(error)}".strip()
    return said


def _beside(wrong: Mapping[str, str]) -> Response:
    return JSONResponse({"error": next(iter(wrong.values())), "hint": "", "fields": wrong}, 422)


def _chosen_profile(name: str) -> ReadProfile:
    """One of the profiles that come with Serah; a path is none, for a page reads no files of this computer."""
    if name not in shipped_profiles():
        raise InputError(N_("there is no profile {name}"), name=name[:60])
    return read_profile(name)


def _needed(field: str, text: str) -> str:
    line = one_line(field, text)
    if not line:
        raise InputError(N_("this is needed: {field}"), field=field)
    return line


def _take_in(at: StationHome, begun: Begun, bundle: Path) -> None:
    """Take the bundle in that the station begins with; where that fails the station has begun all the same."""
    try:
        with open_store(at.db_url, begun.signer, at.around) as store:
            import_bundles(store, [bundle])
    except CustodyError as error:  # the page Meet takes it in, and says what is wrong with it
        keep_details(error)


def _opener(at: StationHome, signer: Signer | None) -> Any:
    return lambda: open_store(at.db_url, signer, at.around)


def _known(store: Store) -> dict[str, Any]:
    """What the page about this station shows: its key, its root, and what comes next."""
    own = store.ledger.own_log()
    fingerprint, followed = key_fingerprint(store.ledger.keys()[own.name]), store.state.stations.now().root
    joined = joined_by(store)
    return {
        "station": own.station,
        "place": custodian_name(store.state.places, own.place),
        "election": own.election,
        "log": own.name,
        "fingerprint": _in_groups(fingerprint),
        "words": " · ".join(words_of(fingerprint)),
        "is_root": followed == fingerprint,
        "root_words": " · ".join(words_of(followed)),
        "joined": joined.body["station"] if joined else "",
        "may_join": may_join(store),
        "has_plan": store.state.has_plan,
        "may_plan": may_load_plan(store),
        "is_practice": is_practice(own.election),
    }


def _in_groups(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))
