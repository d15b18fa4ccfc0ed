"""Remarks on items while they are scanned: refused, taken after all, their condition, their seals."""

from typing import TYPE_CHECKING

from custody.errors import N_, InputError, RuleError
from custody.format.codes import show_code
from language import _
from reports.words import condition_word
from scanner.outcomes import What
from services.one_line import LONGEST_NOTE, one_line
from services.scanning.handover_details import (
    CONDITION,
    EXTRAS,
    REFUSED,
    REMARK,
    SEAL,
    read_condition,
    read_extra,
    read_look,
)

if TYPE_CHECKING:
    from services.scanning.handover_desk import DraftDesk


def describe(desk: "DraftDesk", what: What, code: str, text: str) -> str:
    """Keep a remark on an item, or on the whole handover, in a desk's draft; return it in words.

    Raises:
        CodeError, InputError, RuleError: it is not understood, or the item was not taken.
    """
    if what == "bound":
        desk.set_bound(text.replace(",", " ").split())
        return _("Goes to: {places}").format(places=", ".join(desk.bound))
    if what == "extra":
        extra = read_extra(text)
        said = desk.store.drafts.details(desk.draft).get(EXTRAS, "")
        desk.store.drafts.describe(desk.draft, {EXTRAS: f"{said}\n{text}".strip()})
        return _("Without a label: {count} {kind} {note}").format(count=extra.count, kind=extra.kind, note=extra.note)
    if code not in desk.taken:
        raise RuleError(N_("{code} is not among what was scanned"), hint=N_("Scan it first."), code=show_code(code))
    name, value, words = _kept(what, text)
    desk.store.drafts.describe(desk.draft, {name + code: value})
    return f"{show_code(code)}: {words}"


def _kept(what: What, text: str) -> tuple[str, str, str]:
    """Under which name it is kept, the text that is kept (empty: taken back), and how it reads."""

    line = one_line(_("Remark"), text, LONGEST_NOTE)
    match what:
        case "refuse":
            return REFUSED, line or " ", _("refused, it stays with the giver. {reason}").format(reason=line).strip()
        case "accept":
            return REFUSED, "", _("taken after all")
        case "condition":
            condition = read_condition(line)
            return CONDITION, condition, condition_word(condition)
        case "seal":
            look = read_look(line)
            words = {
                "intact": _("seals intact"),
                "broken": _("seals broken"),
                "mismatch": _("other seal numbers"),
                "none": _("without a seal"),
            }
            return SEAL, line, f"{words[look.result]} {', '.join(look.serials)}".strip()
        case "remark":
            if not line:
                raise InputError(N_("the remark has no text"), hint=N_("Write it behind the code."))
            return REMARK, line, line
        case _:
            raise InputError(N_("{text} is not understood"), hint=N_("Write it behind the code."), text=text[:60])
