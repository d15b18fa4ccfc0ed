"""What to do about a finding while the goods still stand there."""

from custody.errors import N_
from custody.findings import Finding
from language import _

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
    "BAD_CHECK": N_("Scan it again, or type the code below the picture."),
}  # fmt: skip


def advice(finding: Finding) -> str:
    """What to do now, in the chosen language; empty where nothing can be done here."""
    words = _ADVICE.get(finding.code)
    return _(words) if words else ""
