"""The audit of what has come to a ledger since it was audited here before, and where what was found then is kept."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from custody.errors import N_
from db.log.growth_audit import Growth, verified_now
from db.store import Store
from evidence.audit_findings import EvidenceFinding
from evidence.checkpoint import Signer, holds
from evidence.verdict import BundleAudit
from evidence.verified import Verified
from language import _, ngettext
from language.text import fill, number
from services.exchange.ledger_audit import NO_POLICY, AskedPolicy, audit_ledger, finding_sentence
from services.parallel import spread
from services.progress_bar import Progress, unseen
from tables.output.safe_file import safe_file

VERIFIED_FILE = "verified.json"
"""In the station's folder."""
_CONTEXT = b"serah-verified/v1\n"


@dataclass(frozen=True, slots=True)
class GrowthAudit:
    """What came of looking at what has come since a ledger was verified: `since` when, how many entries, how many items
    they name, and what is wrong.
    """

    since: str
    entries: int
    items: int
    findings: tuple[EvidenceFinding, ...]


def audit_growth(
    store: Store, home: Path, asked: AskedPolicy = NO_POLICY, *, progress: Progress = unseen
) -> GrowthAudit | BundleAudit:
    """Audit what has come since this ledger was last audited so, and remember that if nothing is wrong; all of it where
    it never was, or where a record has come that may change what all others mean.

    Raises:
        StoreError: its file is damaged so that it cannot even be read.
    """
    signer, now = store.signer(), store.around.now_utc()
    with store.transaction.snapshot():
        return _audit_growth(store, home, signer, now, asked, progress)


def _audit_growth(
    store: Store, home: Path, signer: Signer, now: str, asked: AskedPolicy, progress: Progress
) -> GrowthAudit | BundleAudit:
    before = kept_verified(home, signer)
    if before is None or (growth := Growth(store, before)).needs_all():
        audit = audit_ledger(store, asked=asked, progress=progress)
        if not audit.is_wrong:
            keep_verified(home, verified_now(store, audit, now), signer)
        return audit
    total = growth.total()
    with spread(total) as mapper, progress(total, _("Checking entries")) as done:
        found = tuple(growth.findings(mapper, done))
    if not found:
        keep_verified(home, growth.verified(now), signer)
    return GrowthAudit(before.at, growth.entries, growth.items, found)


# --- What was verified here before ------------------------------------------------------------------------------------


def keep_verified(home: Path, verified: Verified, signer: Signer) -> None:
    """Keep what was verified in the station's folder, under its signature: who can write the database alone, or the
    folder without the key, makes none of it.
    """
    data = msgspec.json.encode(verified)
    with safe_file(home / VERIFIED_FILE, is_own=True) as file:
        file.write(data + b"\n" + base64.b64encode(signer.sign(_CONTEXT + data)) + b"\n")


def kept_verified(home: Path, signer: Signer) -> Verified | None:
    """What was verified here last; None where nothing was, or this station's key has not signed it."""
    try:
        data, signature, end = (home / VERIFIED_FILE).read_bytes().split(b"\n")
        if end or not holds(signer.public_key, base64.b64decode(signature, validate=True), _CONTEXT + data):
            return None
        return msgspec.json.decode(data, type=Verified)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


# --- In words ---------------------------------------------------------------------------------------------------------


def growth_sentence(growth: GrowthAudit) -> str:
    """What was read, what was not, and whether it is as it was signed."""
    words = ngettext(
        "{count} entry has come since {since}.", "{count} entries have come since {since}.", growth.entries
    )
    told = [words.format(count=number(growth.entries), since=growth.since)]
    if growth.findings:
        told.append(fill(N_("Not everything is as it was signed. Run: {way}"), {"way": "verify"}))
    else:
        told.append(_("It is as it was signed, and goes on from what was verified then."))
    told.append(_("What was there then was not read again: verify without --since-last reads everything."))
    return " ".join(told)


def growth_json(growth: GrowthAudit) -> dict[str, Any]:
    """The same for programs."""
    said = {"since": growth.since, "entries": growth.entries, "items": growth.items, "ok": not growth.findings}
    told = [
        {"code": one.code, "log": one.log, "seq": one.seq, "detail": finding_sentence(one)} for one in growth.findings
    ]
    return {**said, "findings": told}
