"""What programs record: handovers, sessions, obstacles; by the same functions, and so the same rules, as the page."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path

from custody.compose.compose import Handover, Touch, how_entered
from custody.errors import N_, CodeError, Fault, InputError
from custody.format.codes import ItemLabel, parse_entry
from custody.handover.draft import Details, DraftInfo, RecordedHandover
from db.store import Store
from reports.chain.chain_facts import finding_json
from reports.words import people_json
from services.access.observers import Token
from services.one_line import LONGEST_NOTE, one_line
from services.plan.custodians import find_custodian, what_is_to_go
from services.records.correcting import find_event
from services.records.field_records import close_incident as close
from services.records.field_records import open_incident as open_
from services.records.handovers import record_handover
from services.scanning.draft_details import change_details, taken_from, with_details
from services.scanning.handover_details import GivenDetails, read_details
from services.scanning.open_drafts import recorded_before
from web.api import schemas
from web.dependencies import DESCRIBED, TOLD, Draft, SiteDep
from web.live.sessions import Session
from web.pages.begin import Ends, draft_with
from web.site import Site

router = APIRouter(tags=["Recording"])
tokens = APIRouter(tags=["Observers"])
"""The tokens of observers: for supervisors."""
CHANGED: dict[int | str, dict[str, Any]] = {
    409: {"model": schemas.Refusal, "description": "Not as it was seen any more."}
}

UNASKED = (
    "What happened is recorded, and what is irregular about it is told in `findings`. The page asks once where a name "
    "is missing, a finding is critical or nobody has said where a vehicle goes; a program is not asked. Where people "
    "stand before it, let it ask them: `GET /drafts/{draft}` tells what is to be recorded, and `version` holds it to "
    "that."
)


@router.post(
    "/handovers",
    summary="Record a handover, once for each id",
    description=UNASKED,
    responses=DESCRIBED,
    dependencies=[TOLD],
)
def handover(site: SiteDep, asked: schemas.NewHandover) -> schemas.Recorded:
    return site.keep.do(lambda store: _record(store, asked))


@router.get("/drafts", summary="Sessions that are not recorded yet")
def drafts(site: SiteDep) -> list[schemas.Draft]:
    return site.ask.do(lambda store: [_draft(info) for info in store.drafts.all()])


@router.get("/drafts/{draft}", summary="One session, with what it has taken")
def draft(site: SiteDep, draft: Draft) -> schemas.Draft:
    return site.sessions.do(draft, _whole_draft, refresh=True)


@router.post("/drafts", summary="Begin a session", status_code=201)
def begin(site: SiteDep, asked: schemas.NewDraft) -> schemas.Draft:
    ends = Ends(giver=asked.giver, receiver=asked.receiver, bound=asked.bound)
    return site.keep.do(lambda store: _draft(draft_with(store, ends)))


@router.post("/drafts/{draft}/lines", summary="Take a typed or scanned line")
def take(site: SiteDep, draft: Draft, line: schemas.Line) -> schemas.Taken:
    return schemas.Taken.model_validate(site.sessions.do(draft, lambda session: session.type_in(line.line)))


@router.delete("/drafts/{draft}", summary="Forget a session; nothing of it is recorded")
def drop(site: SiteDep, draft: Draft) -> schemas.Draft:
    site.streams.stop(draft)
    return site.sessions.do(draft, _drop)


@router.post(
    "/drafts/{draft}/record",
    summary="Record a session, once",
    description=UNASKED,
    responses=CHANGED | DESCRIBED,
    dependencies=[TOLD],
)
def record(site: SiteDep, draft: Draft, asked: schemas.RecordDraft) -> schemas.Recorded:
    read = _read(asked)
    return site.sessions.record(draft, lambda session: _record_draft(session, asked, read), _recorded_already)


@router.post("/incidents", summary="Record an obstacle", status_code=201)
def open_incident(site: SiteDep, asked: schemas.NewIncident) -> schemas.RecordedEvent:
    return site.keep.do(lambda store: _open_incident(store, asked))


@router.post("/incidents/close", summary="Record how an obstacle was overcome")
def close_incident(site: SiteDep, asked: schemas.CloseIncident) -> schemas.RecordedEvent:
    return site.keep.do(lambda store: _close_incident(store, asked))


@tokens.get("/tokens", summary="The tokens of observers")
def listed(site: SiteDep) -> list[schemas.Token]:
    return [_token(site, token) for token in site.observers.all()]


@tokens.post("/tokens", summary="Make a token; its secret is told this once", status_code=201, responses=CHANGED)
def make(site: SiteDep, asked: schemas.NewToken) -> schemas.MadeToken:
    token, secret = site.observers.make(asked.name, days=asked.days)
    return schemas.MadeToken(**_token(site, token).model_dump(), token=secret)


@tokens.delete("/tokens/{name}", summary="Let a token count no longer")
def revoke(site: SiteDep, name: Annotated[str, Path(max_length=80)]) -> schemas.Token:
    return _token(site, site.observers.revoke(name))


def _token(site: Site, token: Token) -> schemas.Token:
    return schemas.Token(
        name=token.name,
        made_at=token.made_at,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        is_valid=site.observers.is_valid(token),
    )


def _open_incident(store: Store, asked: schemas.NewIncident) -> schemas.RecordedEvent:
    codes = [label.code for label in _labels(asked.items)]
    place = find_custodian(store, asked.place) if asked.place else store.ledger.own_log().place
    event = open_(store, _line(asked.text), place=place, stage=one_line("stage", asked.stage), codes=codes)
    return schemas.RecordedEvent(record=f"{event.log}:{event.seq}", leaf=event.leaf)


def _close_incident(store: Store, asked: schemas.CloseIncident) -> schemas.RecordedEvent:
    event = close(store, find_event(store, asked.record), _line(asked.text))
    return schemas.RecordedEvent(record=f"{event.log}:{event.seq}", leaf=event.leaf)


def _line(text: str) -> str:
    line = one_line("text", text, LONGEST_NOTE)
    if not line:
        raise InputError(N_("the text is empty"), hint=N_("Say what hinders the work, or how it was overcome."))
    return line


def _labels(texts: list[str]) -> list[ItemLabel]:
    """The labels that these texts are.

    Raises:
        InputError: one is none, or has a wrong check character; all of them are named.
    """
    labels, faults = [], []
    for number, text in enumerate(texts, 1):
        try:
            label = parse_entry(text)
            if not isinstance(label, ItemLabel):
                raise CodeError(N_("{text} is a place, not an item"), text=text[:60])
            labels.append(label)
        except CodeError as error:
            faults.append(Fault(error.message, error.values, row=number))
    if faults:
        raise InputError(
            N_("nothing was recorded; lines that are no item's code: {count}"),
            hint=N_("Fix them and send it again."),
            faults=tuple(faults),
            count=len(faults),
        )
    return labels


def _record(store: Store, asked: schemas.NewHandover) -> schemas.Recorded:
    if (before := recorded_before(store, asked.id)) is not None:
        return _recorded(store, before, is_new=False)
    labels = _labels(asked.items)
    giver, to = find_custodian(store, asked.from_), find_custodian(store, asked.to)
    bound = tuple(find_custodian(store, code) for code in asked.bound)
    phase, kinds = what_is_to_go(store, asked.phase, asked.kinds)
    handover = with_details(Handover(giver, to, bound), _read(asked, store.around.now_utc(), asked.occurred))
    handover = replace(handover, phase=phase, kinds=kinds)
    touches = [Touch(label.code, label.print, how_entered(label)) for label in labels]
    return _recorded(store, record_handover(store, handover, touches, id=asked.id))


def _read(asked: schemas.People, now_utc: str = "", occurred: str | None = None) -> Details:
    """What people say of the handover, read."""
    given = {name: getattr(asked, name) for name in schemas.People.model_fields}
    return read_details(GivenDetails(**given, occurred=occurred), now_utc)


def _record_draft(session: Session, asked: schemas.RecordDraft, read: Details) -> schemas.Recorded:
    """Record a session; what the program leaves out stays as it was said in the session."""
    names = asked.model_fields_set & schemas.People.model_fields.keys()
    change_details(session.store, session.draft, lambda details: taken_from(details, read, names))
    return _recorded(session.store, session.record(asked.version))


def _recorded_already(store: Store, recorded: RecordedHandover) -> schemas.Recorded:
    return _recorded(store, recorded, is_new=False)


def _recorded(store: Store, recorded: RecordedHandover, *, is_new: bool = True) -> schemas.Recorded:
    needs = store.state.kinds()
    return schemas.Recorded.model_validate(
        {
            "bast": recorded.bast,
            "new": is_new,
            "scanned": recorded.scanned,
            "expected": recorded.expected,
            "derived": recorded.facts.is_derived,
            "phase": recorded.facts.phase,
            "kinds": list(recorded.facts.kinds),
            "events": [{"log": event.log, "seq": event.seq, "leaf": event.leaf} for event in recorded.events],
            "findings": [finding_json(finding, needs, recorded.to) for finding in recorded.findings],
            "conditions": recorded.facts.noted,
            "named_twice": people_json(recorded.facts.named_twice),
        }
    )


def _draft(info: DraftInfo) -> schemas.Draft:
    return schemas.Draft(
        id=info.id,
        giver=info.giver or "",
        receiver=info.receiver or "",
        bound=list(info.bound),
        opened_at=info.opened_at,
        taken=info.scan_count,
    )


def _whole_draft(session: Session) -> schemas.Draft:
    told = _draft(session.store.drafts.get(session.draft))
    return told.model_copy(update={"items": list(session.desk.taken), "version": session.version()})


def _drop(session: Session) -> schemas.Draft:
    told = _whole_draft(session)
    session.drop()
    return told
