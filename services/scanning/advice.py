"""What to do about a finding while the goods still stand there."""

from collections.abc import Sequence

from custody.chain.findings import BLANK, HELD_ALREADY, Finding
from custody.chain.linking import TOLD_ALONE
from custody.errors import N_
from db.store import Store
from language import _
from language.text import fill, local_time, printable
from services.plan.custodians import station_clock

_ADVICE = {
    "UNKNOWN_CODE": N_("Set it aside and ask where it comes from. If it stays in the list, it is recorded as unknown."),
    "VOID_LABEL": N_("Look for the newer label on it and scan that one. If there is none, set the item aside."),
    "SUSPECTED_COPY": N_("Set it aside: look for a second item with the same label, and compare the seals."),
    "NOT_HELD": N_(
        "Look at the label. If it was scanned by mistake, undo the scan; if it is really here, an earlier "
        "handover of it is not recorded, or this laptop has not had the data of the other one yet."
    ),
    "WRONG_DESTINATION": N_("Take it off the load and out of the list. If it must go along, say why in the remark."),
    "SHORTAGE": N_("Look for it. If it is not there, it is recorded as not scanned."),
    "EXCESS": N_("Count again, and look whether it belongs to another load."),
    "COUNT": N_("Count by hand once more: two boxes may carry the same label."),
    "DAMAGED": N_("Take a photograph, and say in the remark what is damaged."),
    "MISSING": N_("Write in the remark what is missing, and call the warehouse."),
    "LATE": N_("Record it all the same; the time stays as it is."),
    "LATE_ENTRY": N_("Nothing to do: it stays visible that it was keyed in later."),
    "GAP": N_(
        "Ask who held it before: an earlier handover may not be recorded, or be in a newer bundle of that "
        "station: take it in."
    ),
    "FORK": N_("Keep both papers, and ask both stations: one of the two records cannot be true."),
    "SEAL_BROKEN": N_("Take a photograph, renew the seals before witnesses, and record both."),
    "SEAL_MISMATCH": N_("Read the seals again. If they differ still, look inside before witnesses and write it down."),
    "UNSEALED": N_("Ask who had it last, look inside before witnesses, and seal it."),
    "CLOCK": N_("Set the computer's date and time."),
    "CORRECTED": N_("Nothing to do: the record and its correction both stay visible."),
    "DISPUTED": N_("Ask both sides to agree: each may correct its own record."),
    "UNWITNESSED": N_("Let the other side scan the paper, or exchange bundles."),
    "UNKNOWN_STATION": N_("Compare the fingerprint with the station's key sheet, then let the root admit it."),
    "TAMPERED": N_("Keep the file as it is, tell the root of the election, and go on with a copy from a backup."),
    "INCOMPLETE": N_("Ask the station for a new bundle of its log."),
    "BAD_CHECK": N_("Scan it again, or type the code below the picture."),
}


def advice(finding: Finding, store: Store | None = None) -> str:
    """Return what to do now, in the chosen language; empty where nothing can be done here.

    Args:
        store: the ledger where it was found; None: for any station.
    """
    if finding.code == "UNKNOWN_STATION" and store is not None:
        return _admit(store, str(finding.values.get("station", "")))
    if finding.code == "EXCESS" and finding.item is None:
        return _("Look what is missing. When it is clear which it is, type on the page Scan: match CODE")
    if finding.code == "LATE" and finding.is_open:
        return _("Call who holds it and ask when it comes.")
    if finding.message == BLANK:
        return fill(N_("Write down what it is on: {way}."), {"way": "claim"})
    if finding.message == TOLD_ALONE:
        return _("Take in the newest data of the station that gave it: the record of the new destination is there.")
    if finding.message == HELD_ALREADY:
        return _("Undo this scan, unless there are two items with this label: it is counted with its earlier handover.")
    return advice_on(finding.code)


def _admit(store: Store, station: str) -> str:
    """How a station that root has not admitted, as far as is known here, comes to be."""
    own = store.ledger.own_row()
    if own is not None and own.station == station:
        return _("Carry station-card.json, from this station's folder, to the warehouse: it is admitted there.")
    if not store.state.roots:
        return _("Take in the data of {station} from a USB stick (page Meet); this sign then goes by itself.").format(
            station=printable(station, 60)
        )
    return advice_on("UNKNOWN_STATION")


def last_handover(store: Store, code: str) -> str:
    """With which BAST, and when, an item came to who has it: `BAST 0003/G/2024, Mon 12 Feb 2024 08:00 WITA`.

    Empty where no BAST brought it there.
    """

    chain = store.state.chain(code)
    for link in reversed(chain.links):
        body = link.event.body
        if link.to == chain.held_by and body.get("bast") and not link.is_withdrawn:
            number, at = printable(str(body["bast"]), 80), local_time(link.event.happened, station_clock(store))
            return _("BAST {number}, {at}").format(number=number, at=at)
    return ""


def advice_now(findings: Sequence[Finding], handed: str = "") -> str:
    """What to do with an item that was taken with these findings, for who holds it in the hand; empty where nothing.

    `handed`: the `last_handover` of an item that the giver does not hold.
    """
    wrong = [finding for finding in findings if finding.severity != "info"]
    if not wrong:
        return ""
    gravest = next((finding for finding in wrong if finding.severity == "critical"), wrong[0])
    if gravest.code == "WRONG_DESTINATION":
        return _(
            "Take it off the load and press “Undo the last scan”. If it stays, it is recorded with this handover, as a "
            "wrong destination."
        )
    if gravest.message == HELD_ALREADY:
        return f"{handed}. {advice(gravest)}" if handed else advice(gravest)
    if gravest.code == "NOT_HELD":
        words = _(
            "Look at the label. Scanned by mistake? Press “Undo the last scan”. Really here? Leave it, it is recorded."
        )
        return _("It went there with {bast}.").format(bast=handed) + " " + words if handed else words
    return _("It is recorded with this handover.") + " " + advice(gravest)


def advice_on(code: str) -> str:
    """The same for a kind of finding, by its code."""
    words = _ADVICE.get(code)
    return _(words) if words else ""
