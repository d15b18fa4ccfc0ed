"""Who belongs to the election: stations are admitted, offices join, by people who compared the words on paper."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from custody.chain.roster import Grant
from custody.errors import N_, InputError
from db.store import Store
from evidence.fingerprint_words import words_of
from language import _
from reports.words import custodian_name
from services.access.admission_notice import still_to_join
from services.exchange.transfer import import_bundles
from services.progress_bar import Progress
from services.records.introducing import (
    branch_of,
    cards_in,
    introduce,
    is_card,
    joined_by,
    may_join,
    offices_that_admit,
    the_one,
    to_be_admitted,
)
from services.records.membership import StationCard, may_admit
from services.records.membership import admit as record_admit
from services.records.membership import join as record_join
from web.dependencies import SiteDep
from web.live.file_store import Key
from web.live.jobs import Answer
from web.request_model import Given
from web.site import Site
from web.templating import render

router = APIRouter()


class Whose(Given):
    """Whose card: of a card or bundle that was sent, or of what is held here (None); `station` is the fingerprint of
    its key, empty where there is only one.
    """

    upload: Key | None = None
    station: Annotated[str, Field(max_length=64)] = ""


class Compared(Whose):
    """The same, and whether somebody compared its words with the key sheet on paper."""

    compared: bool = False


class Admission(Compared):
    """What a station may do besides recording, and below which place; empty: as far as this station may."""

    powers: Annotated[list[Literal["plan", "admit"]], Field(max_length=2)] = []
    under: Annotated[str, Field(max_length=300)] = ""


@router.post("/api/meet/admit/look", summary="Show who would be admitted; records nothing")
def look_at_station(site: SiteDep, asked: Whose) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _look(store, asked, _path(site, asked), "admit"), hide=site.home)


@router.post("/api/meet/admit", summary="Admit a station whose words were compared with its key sheet")
def admit(site: SiteDep, asked: Admission) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _admit(store, asked, _path(site, asked)), hide=site.home)


@router.post("/api/meet/join/look", summary="Show which office this one would join; records nothing")
def look_at_office(site: SiteDep, asked: Whose) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _look(store, asked, _path(site, asked), "join"), hide=site.home)


@router.post("/api/meet/join", summary="Join the office that admitted this one, for good; takes its bundle in first")
def join(site: SiteDep, asked: Compared) -> dict[str, Any]:
    return site.jobs.do(lambda store, progress: _join(store, asked, _path(site, asked), progress), hide=site.home)


def members(store: Store) -> dict[str, Any]:
    """What the page Meet offers: whether others are admitted here, who waits for it, and whom this office may join."""
    joined = joined_by(store)
    return {
        "may_admit": may_admit(store),
        "to_admit": [_named(store, card) for card in to_be_admitted(store)],
        "may_join": may_join(store),
        "to_join": [_named(store, card) for card in offices_that_admit(store)],
        "joined": joined.body["station"] if joined else "",
    }


def _path(site: Site, asked: Whose) -> Path | None:
    return site.file_store.path(asked.upload) if asked.upload else None


def _cards(store: Store, path: Path | None, what: Literal["admit", "join"]) -> list[StationCard]:
    """Those of a file, of a bundle the ones that are meant; or those that are held and wait.

    Raises:
        InputError: there are none.
    """
    if path is None:
        return to_be_admitted(store) if what == "admit" else offices_that_admit(store)
    own, known = store.ledger.require_own_row().public_key, store.state.stations.now().powers
    found = cards_in(path, store.ledger.keys(), admitting=own if what == "join" else None)
    if what == "admit" and not is_card(path):
        found = [card for card in found if card.public_key not in known and card.public_key != own]
    if not found:
        raise InputError(
            N_("every station in {file} is admitted already")
            if what == "admit"
            else N_("no station in {file} has admitted this office"),
            hint=N_("Choose its card, station-card.json, or a newer bundle of it."),
            file=path.name,
        )
    return found


def _chosen(cards: Sequence[StationCard], asked: Whose) -> StationCard:
    if not asked.station and len(cards) == 1:
        return cards[0]
    return the_one(cards, asked.station)


def _compared(cards: Sequence[StationCard], asked: Compared) -> StationCard:
    """The station that is meant, where somebody has compared its words.

    Raises:
        InputError: nobody has.
    """
    card = the_one(cards, asked.station)
    if not asked.compared:
        raise InputError(
            N_("nobody has compared the words of {station} with its key sheet yet"),
            hint=N_("Compare them with the paper that was signed there, then tick the box."),
            station=card.station,
        )
    return card


def _look(store: Store, asked: Whose, path: Path | None, what: Literal["admit", "join"]) -> Answer:
    cards = _cards(store, path, what)
    if len(cards) != 1 and not asked.station:
        page = render("meet_whose.html", cards=[_named(store, card) for card in cards], what=what)
        return Answer(page, {"stations": [card.fingerprint for card in cards]})
    card = _chosen(cards, asked)
    told = introduce(store, card)
    page = render(
        "meet_introduced.html",
        what=what,
        card=_named(store, card),
        alike=", ".join(_("{station} at {place}").format(station=name, place=place) for name, place in told.alike),
        grants=[_grant_words(store, grant) for grant in told.grants],
        is_office=told.is_office,
    )
    return Answer(page, {"stations": [card.fingerprint]})


def _admit(store: Store, asked: Admission, path: Path | None) -> Answer:
    card = _compared(_cards(store, path, "admit"), asked)
    tops = [branch_of(store, asked.under, card)] if asked.under.strip() and asked.powers else []
    events = record_admit(store, card, asked.powers, tops)
    named, to_join = _named(store, card), still_to_join(store, card)
    page = render("meet_admitted.html", what="admit", card=named, is_new=bool(events), to_join=to_join, twins=0)
    return Answer(page, {"station": card.station, "recorded": len(events)})


def _join(store: Store, asked: Compared, path: Path | None, progress: Progress) -> Answer:
    card = _compared(_cards(store, path, "join"), asked)
    if path is not None and not is_card(path):
        import_bundles(store, [path], progress=progress)
    events = record_join(store, card)
    twins = sum(1 for _rows in store.state.twins)
    named = _named(store, card)
    page = render("meet_admitted.html", what="join", card=named, is_new=bool(events), to_join="", twins=twins)
    return Answer(page, {"station": card.station, "recorded": len(events)})


def _named(store: Store, card: StationCard) -> dict[str, str]:
    """A card as people compare it: whose it is, and its fingerprint in words and digits."""
    digits = card.fingerprint
    return {
        "station": card.station,
        "place": custodian_name(store.state.places, card.place),
        "code": card.place,
        "election": card.election,
        "key": digits,
        "words": " · ".join(words_of(digits)),
        "fingerprint": " ".join(digits[at : at + 4] for at in range(0, len(digits), 4)),
    }


def _grant_words(store: Store, grant: Grant) -> str:
    """What one branch lets a station do, and how far, in a sentence."""
    what = {"plan": _("it plans"), "admit": _("it admits others")}
    told = [
        _("{what} below {place}").format(what=what[power], place=custodian_name(store.state.places, scope[-1]))
        if scope
        else _("{what} everywhere").format(what=what[power])
        for power, scope in sorted(grant.powers)
    ]
    return ", ".join(told) or _("it records")
