"""What people call each kind of finding, in a few words: wherever they read one, its code stands behind its name."""

from custody.errors import N_
from language import _
from language.text import printable

_TITLES = {
    "UNKNOWN_CODE": N_("Not registered"),
    "BAD_CHECK": N_("Not our label"),
    "VOID_LABEL": N_("Void label"),
    "NOT_HELD": N_("Not with the giver"),
    "GAP": N_("Handover missing"),
    "FORK": N_("Given twice"),
    "SUSPECTED_COPY": N_("Suspected copy"),
    "WRONG_DESTINATION": N_("Wrong destination"),
    "SHORTAGE": N_("Short"),
    "EXCESS": N_("Too many"),
    "COUNT": N_("Counted otherwise"),
    "DAMAGED": N_("Damaged"),
    "MISSING": N_("Parts missing"),
    "SEAL_BROKEN": N_("Seal broken"),
    "SEAL_MISMATCH": N_("Other seal number"),
    "UNSEALED": N_("Without a seal"),
    "LATE": N_("Late"),
    "LATE_ENTRY": N_("Keyed in later"),
    "CLOCK": N_("Clock was set"),
    "CORRECTED": N_("Corrected"),
    "DISPUTED": N_("Disputed"),
    "UNWITNESSED": N_("Not witnessed"),
    "PHOTO": N_("Photograph not kept here"),
    "UNKNOWN_STATION": N_("Station not admitted"),
    "TAMPERED": N_("Altered"),
    "INCOMPLETE": N_("Incomplete"),
}


def finding_title(code: str) -> str:
    """A kind of finding in a few words."""
    return _(_TITLES[code]) if code in _TITLES else printable(code, 40)


def named_finding(code: str) -> str:
    """A kind of finding in a few words, with the code that files and JSON have: Handover missing (GAP)."""
    return f"{finding_title(code)} ({code})" if code in _TITLES else finding_title(code)
