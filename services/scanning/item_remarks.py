"""Remarks on items while they are scanned: refused, taken after all, their condition, their seals."""

from typing import TYPE_CHECKING, Any

import msgspec

from custody.errors import N_, InputError, RuleError
from custody.format.codes import show_code
from language import _
from language.text import number
from reports.words import condition_word
from scanner.outcomes import What
from services.one_line import LONGEST_NOTE, one_line
from services.scanning.draft_details import change_details, change_item
from services.scanning.handover_details import read_condition, read_extra, read_look

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
    store, draft = desk.store, desk.draft
    if what == "extra":
        extra = read_extra(text)
        change_details(store, draft, lambda said: msgspec.structs.replace(said, extras=(*said.extras, extra)))
        return _("Without a label: {count} {kind} {note}").format(
            count=number(extra.count), kind=extra.kind, note=extra.note
        )
    if code not in desk.taken:
        raise RuleError(N_("{code} is not among what was scanned"), hint=N_("Scan it first."), code=show_code(code))
    said, words = _read(what, text)
    change_item(store, draft, code, **said)
    return f"{show_code(code)}: {words}"


def _read(what: What, text: str) -> tuple[dict[str, Any], str]:
    """What is kept of an item, by the names of `ItemDetails`, and how it reads."""

    line = one_line(_("Remark"), text, LONGEST_NOTE)
    match what:
        case "refuse":
            words = _("refused, it stays with the giver. {reason}").format(reason=line).strip()
            return {"is_refused": True, "reason": line}, words
        case "accept":
            return {"is_refused": False, "reason": ""}, _("taken after all")
        case "condition":
            condition = read_condition(line)
            return {"condition": condition}, condition_word(condition)
        case "seal":
            look = read_look(line)
            words = {
                "intact": _("seals intact"),
                "broken": _("seals broken"),
                "mismatch": _("other seal numbers"),
                "none": _("without a seal"),
            }[look.result]
            kept = {"seals": look.result, "serials": line.partition(":")[2].strip()}
            return kept, f"{words} {', '.join(look.serials)}".strip()
        case "remark":
            if not line:
                raise InputError(N_("the remark has no text"), hint=N_("Write it behind the code."))
            return {"remark": line}, line
        case _:
            raise InputError(N_("{text} is not understood"), hint=N_("Write it behind the code."), text=text[:60])
