"""Stations meet: bundles given and taken, evidence checked, a safe copy made, this computer looked at."""

from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from db.store import Store
from evidence.audit_findings import EvidenceFinding
from evidence.custody_proof import ProofAudit
from evidence.policy import Policy
from evidence.verdict import BundleAudit
from labels.qr import qr_svg
from language import _
from reports.chain.chain_text import chain_text
from reports.chain.finding_rows import finding_title
from reports.handover.hub_sheet import HubSheet, write_hub_sheet
from reports.words import custodian_name
from services.access.admission_notice import waiting_lines
from services.exchange.backup import copy_ledger
from services.exchange.evidence_files import audit_file
from services.exchange.hub_client import HubAddress, HubClient
from services.exchange.invitation import hub_here, known_hub, pictured, remember_hub, typed_invitation, words_for
from services.exchange.ledger_audit import (
    AskedPolicy,
    audit_ledger,
    finding_sentence,
    length_caution,
    policy_lines,
    proven_chains,
    verdict_sentence,
    witness_lines,
)
from services.exchange.photo_files import import_photos, split_photos, zip_photos
from services.exchange.sync import sync as sync_with
from services.exchange.transfer import (
    export_bundle,
    import_bundles,
    left_out_words,
    other_root_words,
    outside_words,
    own_head,
)
from services.exchange.trust_anchors import kept_policy, read_fingerprint, read_heads, typed_head
from services.health import Looked, looks
from services.plan.custodians import find_custodian, local_stamp
from services.progress_bar import Progress
from services.scanning.handover_papers import unwitnessed_words
from web.dependencies import SiteDep
from web.downloads import attached
from web.live.file_store import Key, safe_name
from web.live.jobs import Answer
from web.live.paper_session import PaperSession
from web.pages.admitting import members
from web.pages.plan import MOST_FILES, Uploads
from web.request_model import Given
from web.site import Site
from web.templating import render, render_page

router = APIRouter()


class Bundles(Given):
    """Bundles and photographs that were sent."""

    uploads: Uploads


class Under(Given):
    """Whose logs: of the stations at a place and below it; empty is all. Strangers' only where it is said."""

    under: Annotated[str, Field(max_length=120)] = ""
    with_strangers: bool = False


class Checked(Given):
    """What is checked, and what it is held against.

    `upload` is a bundle, a custody report or a proof; None: the station's own ledger. `root` is the fingerprint of the
    election's root, `head` the text of a signed head, `heads` files or photographs of some; empty where none is given.
    """

    upload: Key | None = None
    root: Annotated[str, Field(max_length=200)] = ""
    head: Annotated[str, Field(max_length=4000)] = ""
    heads: Annotated[list[Key], Field(max_length=MOST_FILES)] = []


class Hub(Given):
    """The line or the words by which a station knows its hub, or a picture of its QR code; none: the one it knows."""

    address: Annotated[str, Field(max_length=300)] = ""
    upload: Key | None = None


class HubOpen(Given):
    """Whether this computer is to be a hub."""

    open: bool


class Look(Given):
    """Whether the camera is tried, too."""

    camera: bool = False


@router.get("/meet", include_in_schema=False)
def meet(request: Request, site: SiteDep) -> Response:
    papers = site.sessions.papers(PaperSession.facts)
    return render_page(request, "meet.html", **site.ask.do(lambda store: _held(site, store)), **papers)


@router.post("/api/meet/export", summary="Write a bundle of logs for another station or an auditor")
def export(site: SiteDep, asked: Under) -> dict[str, Any]:
    return site.jobs.do(lambda store, progress: _export(site, asked, store, progress), hide=site.home)


@router.post("/api/meet/photos", summary="Write the photographs that records name to one .zip file")
def photos(site: SiteDep) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _photos(site, store), hide=site.home)


@router.get("/meet/head.txt", include_in_schema=False)
def head(site: SiteDep) -> Response:
    note, name = site.ask.do(lambda store: (own_head(store), _file_name(store, "", "head.txt")))
    return attached(note.encode(), name, "text/plain; charset=utf-8")


@router.post("/api/meet/import", summary="Take in bundles of other stations, and photographs; twice adds nothing")
def import_(site: SiteDep, sent: Bundles) -> dict[str, Any]:
    files = [site.file_store.path(key) for key in sent.uploads]
    return site.jobs.do(lambda store, progress: _import(files, store, progress), hide=site.home)


@router.post("/api/meet/sync", summary="Send the hub what it lacks, and take what it has for this station")
def sync(site: SiteDep, asked: Hub) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _sync(site, asked, store), hide=site.home)


@router.post("/api/meet/hub", summary="Open a hub on this computer, to which stations send, or close it")
def hub_on_this_computer(site: SiteDep, asked: HubOpen) -> dict[str, Any]:
    return site.jobs.do(lambda _store, _progress: _hub_on_this_computer(site, asked))


@router.get("/meet/hub.svg", include_in_schema=False)
def hub_code(site: SiteDep) -> Response:
    return Response(qr_svg(str(_invitation(site))), media_type="image/svg+xml")


@router.get("/meet/hub.pdf", include_in_schema=False)
def hub_sheet(site: SiteDep) -> Response:
    address, out = _invitation(site), BytesIO()
    own = site.ask.do(lambda store: store.ledger.own_log())
    write_hub_sheet(out, HubSheet(own.station, own.election, [(str(address), words_for(address))]))
    return attached(out.getvalue(), "hub.pdf", "application/pdf")


@router.post("/api/meet/verify", summary="Check the station's ledger, or evidence that was sent")
def verify(site: SiteDep, asked: Checked) -> dict[str, Any]:
    path = site.file_store.path(asked.upload) if asked.upload else None
    heads = [site.file_store.path(key) for key in asked.heads]
    return site.jobs.do(lambda store, progress: _verify(site, asked, path, heads, store, progress), hide=site.home)


@router.post("/api/meet/backup", summary="Make a safe copy of the ledger to be saved")
def backup(site: SiteDep) -> dict[str, Any]:
    return site.jobs.do(lambda store, progress: _backup(site, store, progress), hide=site.home)


@router.post("/api/meet/doctor", summary="Check this computer and this station; say how to fix what is wrong")
def doctor(site: SiteDep, asked: Look) -> dict[str, Any]:
    return site.jobs.do(lambda _store, progress: _doctor(site, asked, progress))


def _invitation(site: Site) -> HubAddress:
    """The hub that runs here, or else the one that this station knows.

    Raises:
        InputError: there is neither.
    """
    return site.ask.do(lambda store: hub_here(store, site.home)).invitation or known_hub(site.home)


def _export(site: Site, asked: Under, store: Store, progress: Progress) -> Answer:
    top = find_custodian(store, asked.under.strip().removeprefix("P:")) if asked.under.strip() else None
    key, path = site.file_store.place(_file_name(store, top or "", "serah"))
    done = export_bundle(store, path, top, with_strangers=asked.with_strangers, progress=progress)
    page = render(
        "meet_file.html",
        what="bundle",
        key=key,
        file=path.name,
        events=done.events,
        logs=len(done.heads),
        left_out=left_out_words(len(done.left_out)) if done.left_out else "",
    )
    return Answer(page, {"events": done.events, "logs": len(done.heads)}, key)


def _photos(site: Site, store: Store) -> Answer:
    key, path = site.file_store.place(_file_name(store, "", "zip"))
    count, lacking = zip_photos(store, path)
    page = render("meet_file.html", what="photos", key=key, file=path.name, events=count, logs=0, lacking=lacking)
    return Answer(page, {"photos": count, "lacking": lacking}, key)


def _import(files: list[Path], store: Store, progress: Progress) -> Answer:
    bundles, pictures = split_photos(files)
    merged = import_bundles(store, bundles, progress=progress)
    photos = import_photos(store, pictures, progress=progress)
    counts = {
        "new": merged.new,
        "known": merged.known,
        "quarantined": merged.quarantined,
        "waiting": merged.waiting,
        "photos": photos,
    }
    page = render(
        "meet_taken.html",
        **counts,
        bundles=len(bundles),
        pictures=len(pictures),
        findings=_told(merged.findings),
        other_root=other_root_words(store),
        outside=outside_words(store),
        twins=sum(1 for _rows in store.state.twins),
        **members(store),
    )
    return Answer(page, counts | {"findings": [finding.code for finding in merged.findings]})


def _sync(site: Site, asked: Hub, store: Store) -> Answer:
    address = pictured(site.file_store.path(asked.upload)) if asked.upload else None
    if address is None:
        address = typed_invitation(asked.address) if asked.address.strip() else known_hub(site.home)
    done = sync_with(store, HubClient(address), kept_policy(site.home))
    remember_hub(site.home, done.address)
    counts = {"sent": done.sent, "taken": done.taken, "waiting": done.waiting}
    return Answer(render("meet_hub.html", hub=done.hub, waits=done.waits, notes=done.notes, **counts), counts)


def _hub_on_this_computer(site: Site, asked: HubOpen) -> Answer:
    if asked.open:
        site.hub_switch.open()
    else:
        site.hub_switch.close()
    return Answer("", {"lines": site.hub_switch.lines})


def _verify(
    site: Site, asked: Checked, path: Path | None, heads: list[Path], store: Store, progress: Progress
) -> Answer:
    root = read_fingerprint(asked.root) if asked.root.strip() else None
    texts = [typed_head(asked.head)] if asked.head.strip() else []
    texts += [text for kept in heads for text in read_heads(str(kept), lambda _line: None)]
    kept = AskedPolicy(kept_policy(site.home))
    if path is None:
        audit = audit_ledger(store, root, texts, kept, progress=progress)
    else:
        audit = audit_file(path, root, texts, kept, progress=progress)
    page = render("meet_checked.html", file=path.name if path else "", **_audited(audit, kept.policy))
    return Answer(page, {"ok": audit.is_ok, "anchored": audit.is_anchored, "verdict": audit.verdict})


def _backup(site: Site, store: Store, progress: Progress) -> Answer:
    key, path = site.file_store.place(_file_name(store, "", "db"))
    copied = copy_ledger(store, path, progress=progress)
    told = {"file": path.name, "folder": site.home.resolve(), "events": copied.entries}
    page = render("meet_file.html", what="backup", key=key, logs=0, **told)
    return Answer(page, {"events": copied.entries, "bytes": copied.bytes}, key)


def _doctor(site: Site, asked: Look, progress: Progress) -> Answer:
    camera = site.source if asked.camera and not site.streams.is_reading else None
    at, found = Looked(site.home, site.open_store, site.now_utc, is_serving=True), []
    with progress(None, _("Looking")) as done:
        for check in looks(at, camera=camera):
            found.append(check)
            done(1)
    found.sort(key=lambda check: ("broken", "warning", "ok").index(check.health))
    page = render("meet_health.html", checks=found, is_camera_busy=asked.camera and site.streams.is_reading)
    return Answer(page, {"checks": [{"check": one.name, "health": one.health} for one in found]})


def _held(site: Site, store: Store) -> dict[str, Any]:
    """Return whose logs are here and how far, how many of our own records no other station has seen, and how many are
    at the hub.
    """

    store.state.places.refresh()
    own, unwitnessed = store.ledger.own_log(), store.heads.unwitnessed()
    held = [
        {
            "station": head["station"],
            "place": custodian_name(store.state.places, head["place"]),
            "size": head["size"],
            "is_own": head["log"] == own.name,
        }
        for head in store.ledger.heads()
    ]
    facts, hub = members(store), hub_here(store, site.home)
    shown = {"above", *(["strangers"] if facts["may_admit"] else [])}  # in the forms that do it
    lines = waiting_lines(store)
    return {
        "held": held,
        "has_strangers": "strangers" in lines,
        "unwitnessed": unwitnessed,
        "witnessed_words": unwitnessed_words(unwitnessed),
        "hub_lines": site.hub_switch.lines,
        "hub": hub,
        "hub_words": " ".join(words_for(hub.invitation)) if hub.invitation else "",
        **facts,
        "waiting_lines": [line for about, line in lines.items() if about not in shown],
    }


def _file_name(store: Store, top: str, suffix: str) -> str:
    """A name that says whose it is and when it was made."""
    words = ("serah", store.ledger.own_log().station, top, local_stamp(store))
    return safe_name("-".join(word for word in words if word)) + f".{suffix}"


def _told(findings: Any) -> list[dict[str, Any]]:
    """Findings of evidence in plain words: what is wrong before what is merely not shown."""

    def shown(finding: EvidenceFinding) -> dict[str, Any]:
        return {
            "code": finding.code,
            "title": finding_title(finding.code),
            "words": finding_sentence(finding),
            "is_wrong": finding.is_wrong,
        }

    return [shown(finding) for finding in sorted(findings, key=lambda finding: not finding.is_wrong)]


def _audited(audit: BundleAudit, policy: Policy | None) -> dict[str, Any]:
    """The result of a check for people: the verdict, each log, each finding, and the chains that a proof shows."""

    chains = [chain_text(chain, {}, {}) for chain in proven_chains(audit)] if isinstance(audit, ProofAudit) else []
    return {
        "verdict": verdict_sentence(audit),
        "caution": length_caution(audit),
        "is_ok": audit.is_ok,
        "is_anchored": audit.is_anchored,
        "is_short": audit.is_short,
        "is_disputed": audit.is_disputed,
        "findings": _told(audit.findings),
        "chains": chains,
        "logs": [
            {
                "station": log.station or "?",
                "place": log.place or "?",
                "is_here": bool(log.log and log.size),
                "size": log.size,
                "known": log.known,
                "head": (log.head or "")[:16],
                "witnesses": [*witness_lines(log), *policy_lines(log, policy)],
            }
            for log in audit.logs
        ],
    }
