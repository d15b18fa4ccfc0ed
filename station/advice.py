"""What to do about a finding while the goods still stand there."""

from collections.abc import Sequence

from custody.errors import N_
from custody.findings import HELD_ALREADY, Finding
from language import _
from language.text import printable

_ADVICE = {
    "UNKNOWN_CODE": N_("Set it aside and ask where it comes from. If it stays in the list, it is recorded as unknown."),
    "VOID_LABEL": N_("Look for the newer label on it and scan that one. If there is none, set the item aside."),
    "SUSPECTED_COPY": N_("Set it aside: look for a second item with the same label, and compare the seals."),
    "NOT_HELD": N_("Ask the giver how it came here. An earlier handover may not be recorded or not be exchanged yet."),
    "WRONG_DESTINATION": N_("Take it off the load and out of the list. If it must go along, say why in the remark."),
    "SHORTAGE": N_("Look for it. If it is not there, it is recorded as not scanned."),
    "EXCESS": N_("Count again, and look whether it belongs to another load."),
    "COUNT": N_("Count by hand once more: two boxes may carry the same label."),
    "DAMAGED": N_("Take a photograph, and say in the remark what is damaged."),
    "MISSING": N_("Write in the remark what is missing, and call the warehouse."),
    "LATE": N_("Record it all the same; the time stays as it is."),
    "LATE_ENTRY": N_("Nothing to do: it stays visible that it was keyed in later."),
    "GAP": N_("Ask who held it before: an earlier handover may not be recorded, or its log not be exchanged yet."),
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
}  # fmt: skip


def advice(finding: Finding) -> str:
    """What to do now, in the chosen language; empty where nothing can be done here."""
    if finding.code == "EXCESS" and finding.item is None:
        return _(
            "Look what is missing. When it is clear which it is: python main.py handover --from A --to B --match CODE"
        )
    if finding.message == HELD_ALREADY:
        return _(
            "It was recorded before as gone to {holder}: see whether this label was scanned in an earlier handover. "
            "It adds nothing to what is expected; take it out if it was only scanned again."
        ).format(holder=printable(str(finding.values["holder"]), 200))
    return advice_on(finding.code)


def advice_now(findings: Sequence[Finding]) -> str:
    """What to do with an item that was taken with these findings, for who holds it in the hand; empty where nothing."""
    wrong = [finding for finding in findings if finding.severity != "info"]
    if not wrong:
        return ""
    gravest = next((finding for finding in wrong if finding.severity == "critical"), wrong[0])
    if gravest.code == "WRONG_DESTINATION":
        return _(
            "It is in the list. Take it off the load and press “Take the last one out”, or leave it: "
            "it is recorded as a wrong destination."
        )
    return _("It is in the list.") + " " + advice(gravest)


def advice_on(code: str) -> str:
    """The same for a kind of finding, by its code."""
    words = _ADVICE.get(code)
    return _(words) if words else ""
