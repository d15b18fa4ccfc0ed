"""A chain in words: what the item is, and each record as one step.

The text and the PDF show the same steps, so they cannot differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from custody.chain.chain import Chain
from custody.chain.item_state import Link
from custody.errors import N_
from custody.format.codes import show_code
from custody.format.events import Event
from custody.format.item_facts import Item, carriage_of, how_told, remarks_of
from custody.format.serials import shown
from language import _, ngettext
from language.text import local_time, number, printable
from reports.words import (
    Needs,
    Places,
    condition_word,
    custodian_name,
    day_and_clock,
    kind_name,
    place_path,
    show_custodian,
    void_word,
    zone_code,
)

# --- What a record that is no handover says of an item, as one sentence -----------------------------------------------

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


def title_of(event: Event) -> str:
    """What kind of record it is, in words."""
    return _(_TITLES[event.type]) if event.type in _TITLES else printable(event.type, 40)


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


# --- A chain in words: what the item is, and each record as one step --------------------------------------------------

NAME_LIMIT = 120
NOTE_LIMIT = 600
NAMES_LIMIT = 5
"""Characters of a name and of a note, and how many names of a list, a page shows; the JSON has all of them."""

_TITLES = {
    "register": N_("Registered"),
    "print": N_("Label printed"),
    "handover": N_("Handover"),
    "pack": N_("Packed"),
    "reassign": N_("Destination changed"),
    "inspect": N_("Inspected"),
    "void": N_("Label declared void"),
    "seal": N_("Seals"),
    "incident": N_("Obstacle"),
    "clock": N_("The station's clock was set"),
    "delivery": N_("A vendor's delivery"),
    "checklist": N_("Checklist of a store"),
    "point": N_("Critical point"),
    "plan": N_("Plan"),
    "withdraw": N_("Withdrawn from the plan"),
    "correct": N_("Correction"),
}
_READ = {
    "camera": N_("label read by camera"),
    "typed": N_("code typed in"),
    "wedge": N_("label read by USB scanner"),
    "matched": N_("label not readable; people told which item it is"),
    "completed": N_("label seen in part, completed from what was expected"),
    "form": N_("code read from a form or a vendor's barcode, not from the label"),
}


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a handover: the custodian, its code, and who acted for it (empty when no name was given)."""

    name: str
    code: str
    person: str


@dataclass(frozen=True, slots=True)
class Step:
    """One record of a chain, in words.

    `day` and `clock` are when it happened, in the zone of the place. Handovers have a `giver` and a `receiver`; other
    records a `sentence`. `remarks` are what else it says; `record` is its log:seq and the start of its leaf digest;
    `photo` the digest of its photograph, empty where it has none.
    """

    day: str
    clock: str
    title: str
    sentence: str
    giver: Party | None
    receiver: Party | None
    remarks: tuple[str, ...]
    note: str
    record: str
    is_seen: bool
    is_withdrawn: bool
    is_repeat: bool
    is_stranger: bool = False
    photo: str = ""

    @property
    def counts(self) -> bool:
        """Whether anything follows from the record: it was not withdrawn, and its station is admitted."""
        return not (self.is_withdrawn or self.is_stranger)

    @property
    def mark(self) -> str:
        """Why nothing follows from it, in a word; else empty."""
        if self.is_withdrawn:
            return _("withdrawn")
        return _("not admitted") if self.is_stranger else ""


def steps(chain: Chain, places: Places, needs: Needs, *, with_staff: bool = True) -> Iterator[Step]:
    """Each record of the chain as a step, in order, those of stations that are not admitted among them; withdrawn
    records come last.

    Args:
        with_staff: also name who worked at the station, not only the people on the handover's letter.
    """
    home = chain.item.to if chain.item else None
    return (_step(link, chain.code, home, places, with_staff=with_staff) for link in chain.shown)


def identity(chain: Chain, places: Places, needs: Needs) -> list[tuple[str, str]]:
    """Return what the item is, as labels and values, without holder and condition."""
    item = chain.item
    if item is None:
        return [(_("Item"), _("No record that was met registers this code."))]
    rows = [(_("Destination"), place_path(places, item.to)), (_("Destination code"), show_custodian(item.to))]
    if item.election:
        rows.append((_("Election"), printable(item.election, NAME_LIMIT)))
    rows.append((_("Number"), _("{k} of {n}").format(k=number(item.k), n=number(item.n))))
    if item.quantity > 1 or item.serials:
        rows.append((_("Quantity"), number(item.quantity)))
    if item.serials:
        rows.append((_("Serial numbers"), printable(str(item.serials), NAME_LIMIT)))
    if chain.vendor_codes:
        rows.append((_("Vendor's code"), printable(", ".join(chain.vendor_codes), NAME_LIMIT)))
    rows.append((_("Label"), _("print {print}").format(print=f"{item.print:02d}") if item.print else _("not printed")))
    if due := chain.due:
        time = local_time(due.time, zone_code(item.to))
        phase = _("{time} (phase {phase})").format(time=time, phase=printable(due.phase, 40))
        rows.append((_("Due"), phase if due.phase else time))
    return rows


def headline(item: Item | None, needs: Needs) -> str:
    """What the item is in one line: Ballot box DPRD-KAB, 5 of 5."""
    if item is None:
        return _("Unknown item")
    words = [kind_name(needs, item.kind), printable(item.election or "", 60)]
    name = " ".join(word for word in words if word)
    return _("{name}, {k} of {n}").format(name=name, k=number(item.k), n=number(item.n))


def item_words(item: Item | None, needs: Needs, places: Places) -> str:
    """An item in a line: what it is, which of how many, and where it is bound for."""
    if item is None:
        return headline(None, needs)
    if not item.kind:  # known from a paper alone
        return _("On the paper")
    place = places.get(item.to)
    return f"{headline(item, needs)}, {place.name if place else item.to}"


def holder(chain: Chain, places: Places) -> str:
    """Who answers for the item now."""
    return custodian_name(places, chain.held_by) if chain.held_by else _("not known")


def condition(chain: Chain) -> str:
    """The condition that the last inspection found."""
    return condition_word(chain.item.condition) if chain.item else _("not known")


def _step(link: Link, code: str, home: str | None, places: Places, *, with_staff: bool) -> Step:
    event = link.event
    here = zone_code(link.to, link.from_, home)
    day, clock = day_and_clock(event.happened, here)
    is_move = event.type == "handover" and not link.is_absent
    people = event.body["parties"] if is_move else {"giver": "", "receiver": ""}
    return Step(
        day=day,
        clock=clock,
        title=title_of(event),
        sentence="" if is_move else _not_scanned(event, places) if link.is_absent else sentence(event, code, places),
        giver=_party(link.from_, people["giver"], places) if is_move else None,
        receiver=_party(link.to, people["receiver"], places) if is_move else None,
        remarks=tuple(_remarks(link, code, here, with_staff=with_staff)),
        note=f"“{note}”" if (note := printable(event.body.get("note", ""), NOTE_LIMIT)) else "",
        record=f"{printable(event.log, 60)}:{event.seq}  {event.leaf[:12]}",
        is_seen=link.is_seen or link.is_absent,
        is_withdrawn=link.is_withdrawn,
        is_repeat=link.is_repeat,
        is_stranger=link.is_stranger,
        photo=event.body.get("photo") or "",
    )


def _not_scanned(event: Event, places: Places) -> str:
    ends = {name: printable(custodian_name(places, event.body[name]), NAME_LIMIT) for name in ("from", "to")}
    return _("By a list it was to go from {giver} to {to}, and it was not scanned").format(
        giver=ends["from"], to=ends["to"]
    )


def _party(custodian: str | None, person: str, places: Places) -> Party:
    if custodian is None:
        return Party(_("not known"), "", printable(person, NAME_LIMIT))
    name = printable(custodian_name(places, custodian), NAME_LIMIT)
    return Party(name, show_custodian(custodian), printable(person, NAME_LIMIT))


def _remarks(link: Link, code: str, here: str, *, with_staff: bool) -> Iterator[str]:
    event, body = link.event, link.event.body
    if link.is_stranger:
        yield _("counts for nothing until root admits its station")
    if link.is_repeat:
        yield _("the other side's record of a handover above")
    if link.is_refused:
        yield _("the receiver refused it: it stayed with the giver")
    if not link.is_seen and not link.is_absent:
        yield _("not seen, moved with its parent") if event.type == "handover" else _("not named there")
    elif how := how_told(body, code, link.how, event.rows.get(code, {})):
        yield _(_READ[how]) if how in _READ else printable(how, 40)
    if event.type == "handover":
        if remark := remarks_of(body).get(code):
            yield _("remark: {text}").format(text=printable(remark, NOTE_LIMIT))
        if vehicle := carriage_of(body).vehicle:
            yield _("vehicle {vehicle}").format(vehicle=printable(vehicle, NAME_LIMIT))
        if body["witnesses"]:
            yield _("witnesses: {names}").format(names=_names(body["witnesses"]))
    if with_staff and event.type in ("seal", "pack") and body.get("names"):
        yield _("done by {names}").format(names=_names(body["names"]))
    if with_staff and event.type == "seal" and body["witness"]:
        yield _("witnesses: {names}").format(names=printable(body["witness"], NAME_LIMIT))
    if body.get("photo"):
        yield photo_words(body["photo"])
    if event.type in ("print", "reassign") and body["reason"]:
        yield _("reason: {reason}").format(reason=printable(body["reason"], NAME_LIMIT))
    if with_staff and body.get("second"):
        yield _("with {name}").format(name=printable(body["second"], NAME_LIMIT))
    if body.get("occurred"):
        yield _("keyed in later, on {time}").format(time=local_time(event.at, here))
    if body.get("bast"):
        yield _("BAST {number}").format(number=printable(body["bast"], NAME_LIMIT))
    if with_staff:
        yield _("recorded by {name}").format(name=printable(body["by"], NAME_LIMIT) or _("nobody named"))


def photo_words(digest: str) -> str:
    """Name a photograph by the start of its digest."""
    return _("photograph {digest}").format(digest=digest[:12])


def _names(people: list[str]) -> str:
    names = ", ".join(printable(name, NAME_LIMIT) for name in people[:NAMES_LIMIT])
    more = len(people) - NAMES_LIMIT
    return names if more <= 0 else _("{names} and {count} more").format(names=names, count=number(more))
