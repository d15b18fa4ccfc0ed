"""What a record that is no handover says of an item, as one sentence."""

from typing import Any

from custody.errors import N_
from custody.format.codes import show_code
from custody.format.events import Event
from custody.format.serials import shown
from language import _, ngettext
from language.text import number, printable
from reports.words import Places, condition_word, custodian_name, place_path, void_word

_TEXT_LIMIT = 400
_SEAL_ACTIONS = {
    "apply": N_("Seals put on: {serials}"),
    "replace": N_("All seals renewed: {serials}"),
    "remove": N_("Seals taken off: {serials}"),
    "spoil": N_("Seals spoilt before use: {serials}"),
    "return": N_("Seals brought back unused: {serials}"),
}
_SEAL_RESULTS = {
    "intact": N_("Seals looked at: intact. Read: {serials}"),
    "broken": N_("Seals looked at: broken or come off. Read: {serials}"),
    "mismatch": N_("Seals looked at: other numbers than recorded. Read: {serials}"),
    "none": N_("Seals looked at: there is none. Read: {serials}"),
}


def sentence(event: Event, code: str, places: Places) -> str:
    """The sentence; empty where the record's title says all."""
    body = event.body
    match event.type:
        case "register":
            return _("Held by {holder}").format(holder=custodian_name(places, body["held_by"]))
        case "print":
            if body["print"] == 1 and not body["reason"]:
                return _("Print 01, the first label")
            return _("Print {print}; earlier labels are void").format(print=f"{body['print']:02d}")
        case "void":
            numbers = sorted({row["print"] for row in body["labels"] if row["code"] == code})
            prints = ", ".join(f"{number:02d}" for number in numbers)
            return _("Print {print}: {reason}").format(print=prints, reason=void_word(body["reason"]))
        case "reassign":
            return _("Now bound for {place}").format(place=place_path(places, body["to"]))
        case "inspect":
            return _("Found {condition}").format(condition=condition_word(body["condition"]))
        case "seal":
            words = _SEAL_RESULTS[body["result"]] if body["action"] == "check" else _SEAL_ACTIONS[body["action"]]
            return _(words).format(serials=printable(", ".join(shown(body["serials"])), _TEXT_LIMIT) or "–")
        case "incident":
            text = printable(body["text"], _TEXT_LIMIT)
            return _("Closed: {text}").format(text=text) if body["action"] == "close" else text
        case "pack":
            return _packed(body, code)
        case _:
            return ""


def _packed(body: Any, code: str) -> str:
    count, action, parent = len(body["children"]), body["action"], show_code(body["parent"])
    is_parent = code == body["parent"]
    if action == "open" and is_parent:
        return _("Opened: nothing is in it any more")
    if action == "open":
        return _("{parent}, which it was in, was opened").format(parent=parent)
    if action == "check":
        return _checked(body, code, parent)
    if is_parent:
        text = (
            ngettext("{count} item put in", "{count} items put in", count)
            if action == "add"
            else ngettext("{count} item taken out", "{count} items taken out", count)
        )
        return text.format(count=number(count))
    return (_("Put into {parent}") if action == "add" else _("Taken out of {parent}")).format(parent=parent)


def _checked(body: Any, code: str, parent: str) -> str:
    if code == body["parent"]:
        count = len(body["children"])
        if body["scope"] == "full":
            text = ngettext(
                "Looked into in full: {count} item in it", "Looked into in full: {count} items in it", count
            )
        else:
            text = ngettext("Sample looked at: {count} item seen", "Sample looked at: {count} items seen", count)
        return text.format(count=number(count))
    if code in body["children"]:
        found = _("Found in {parent}")
    elif body["scope"] == "full":
        found = _("Not found in {parent}, which was looked into")
    else:
        found = _("A sample of {parent} was looked at, without it")
    return found.format(parent=parent)
