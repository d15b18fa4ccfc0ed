"""Forms of goods and labels: deliveries, packing, new destinations, evening out, void and blank labels."""

import hashlib

from custody.compose.splitting import equal_parts
from custody.errors import N_
from custody.format.codes import show_code
from custody.people import named_twice_in
from db.store import Store
from language import _, ngettext
from language.text import number
from reports.lists.balance_list import balance_report
from reports.lists.delivery_list import row_sentence
from reports.words import kind_name, people_words, place_path, void_word
from services.records import packing, vendor_deliveries
from services.records.label_prints import claim, record_void
from services.records.reassigning import balance_of, even_out, record_reassignment
from web.forms.field_work import CODES, NAMES, NOTE, OCCURRED, count_words, said
from web.forms.fields import Done, Field, Form, Given, Seen

_LONGEST_REASON = 300
_REASON = Field(
    "reason", N_("Why"), hint=N_("For whoever reads the chain later."), is_needed=True, limit=_LONGEST_REASON
)
_TO = Field("to", N_("Where they are bound for now"), "place", is_needed=True)


def kinds_known(store: Store) -> list[tuple[str, str]]:
    """The kinds of the plan, as choices."""
    needs = store.state.kinds()
    return [(kind, kind_name(needs, kind)) for kind in sorted(needs)]


_KIND = Field("kind", N_("Kind"), "choice", is_needed=True, choices=kinds_known)

# --- deliveries -------------------------------------------------------------------------------------------------------


def _deliver(store: Store, given: Given) -> Done:
    texts = ("contract", "paper", "giver", "receiver", "note")
    event = vendor_deliveries.record_delivery(
        store,
        vendor=given["vendor"],
        kind=given["kind"],
        arrived=given["arrived"],
        damaged=given["damaged"] or 0,
        contracted=given["contracted"],
        occurred=given["occurred"],
        **{name: given[name] or "" for name in texts},
    )
    told, parties = vendor_deliveries.account(store), event.body["parties"]
    row = next(row for row in told.rows if (row.place, row.kind) == (event.body["place"], given["kind"]))
    kinds = store.state.kinds()
    warnings = vendor_deliveries.late_words(store, [row])
    warnings += people_words(named_twice_in(parties["giver"], parties["receiver"], ()))
    if any(event.leaf in {record.leaf for record in records} for records in told.repeated):
        words = _("a delivery note of this number was recorded before: {paper}")
        warnings.append(words.format(paper=given["paper"]))
    line = _("RECORDED: {arrived} arrived, {damaged} damaged").format(
        arrived=number(given["arrived"]), damaged=number(given["damaged"] or 0)
    )
    return Done(line, [row_sentence(row, store.state.places.tree(), kinds)], warnings, [event])


def _load_deliveries(store: Store, given: Given) -> Done:
    added, same = vendor_deliveries.load_deliveries(store, given["file"])
    words = _("{file}: {added} deliveries recorded, {same} were recorded before")
    kinds, places = store.state.kinds(), store.state.places.tree()
    rows = vendor_deliveries.account(store).rows
    return Done(
        words.format(file=given["file"].name, added=number(added), same=number(same)),
        [row_sentence(row, places, kinds) for row in rows],
        vendor_deliveries.late_words(store, rows),
    )


# --- sets, sacks, pallets, packs --------------------------------------------------------------------------------------


def _pack(store: Store, given: Given) -> Done:
    action, _dash, scope = given["action"].partition("-")
    outer, children = given["code"], given["codes"] or []
    recorded = packing.record_packing(
        store,
        outer,
        children,
        action,
        scope=scope or None,
        names=given["names"] or [],
        note=given["note"] or "",
        occurred=given["occurred"],
    )
    inside = len(store.state.contents.packed(outer.code))
    more = [_("In it now: {what}").format(what=count_words(range(inside)))]
    return Done(
        _("RECORDED: {count}").format(count=count_words(children)), more, (), recorded.events, recorded.findings
    )


def _split(store: Store, given: Given) -> Done:
    pack = packing.registered(store, given["code"].code)
    opened = packing.open_pack(
        store,
        given["code"],
        equal_parts(pack, given["each"], given["to"]),
        names=given["names"] or [],
        note=given["note"] or "",
        occurred=given["occurred"],
    )
    count = len(opened.items)
    words = ngettext("RECORDED: opened into {count} pack.", "RECORDED: opened into {count} packs.", count)
    more = [_("Their labels are printed on the page Labels.")]
    return Done(words.format(count=number(count)), more, (), opened.recorded.events, opened.recorded.findings)


# --- where things are bound for ---------------------------------------------------------------------------------------


def _reassign(store: Store, given: Given) -> Done:
    recorded = record_reassignment(store, given["codes"], given["to"], given["reason"])
    moved = [code for event in recorded.events for code in event.rows]
    place = place_path(store.state.places, recorded.events[0].body["to"])
    left = len(given["codes"]) - len(moved)
    more = [_("Bound for it already: {count}").format(count=number(left))] if left else []
    line = _("RECORDED: {count}, now bound for {place}").format(count=count_words(moved), place=place)
    return Done(line, more, (), recorded.events, recorded.findings)


def _see_balance(store: Store, given: Given) -> Seen:
    found = balance_of(store, under=given["place"], kind=given["kind"])
    needs = store.state.kinds()
    listing = balance_report(found, store.state.places.tree(), needs)
    digest = hashlib.sha256(repr(listing.facts).encode()).hexdigest()[:16]
    can_move = any(not move.is_reassigned for move in found.moves)
    return Seen([*listing.summary], digest if can_move else "", listing.sections)


def _even_out(store: Store, given: Given) -> Done:
    found, _events = even_out(
        store,
        given["reason"] or _("shortage and surplus evened out"),
        under=given["place"],
        kind=given["kind"],
    )
    done = sum(not move.is_reassigned for move in found.moves)
    line = _("RECORDED: new destinations; things: {count}.").format(count=number(done))
    return Done(line, [_("They move by a handover, with a scan:").rstrip(":") + "."])


# --- labels -----------------------------------------------------------------------------------------------------------


def _void(store: Store, given: Given) -> Done:
    labels = record_void(
        store, given["labels"], reason=given["reason"], note=given["note"] or "", second=given["second"]
    )
    words = ngettext("{count} label recorded as void.", "{count} labels recorded as void.", len(labels))
    more = [f"{show_code(code)} {print_number:02d}" for code, print_number in labels[:20]]
    return Done(words.format(count=number(len(labels))), more)


def _claim(store: Store, given: Given) -> Done:
    items = claim(
        store,
        [touch.code for touch in given["codes"]],
        kind=given["kind"],
        to=given["to"],
        quantity=given["quantity"] or 1,
        election=given["election"],
        held_by=given["held_by"],
    )
    words = ngettext("{count} item registered.", "{count} items registered.", len(items))
    return Done(words.format(count=number(len(items))))


FORMS = (
    Form(
        "delivery",
        N_("A vendor's delivery"),
        N_("What came before it has labels: how many by contract, arrived and damaged."),
        N_("Record the delivery"),
        (
            Field("vendor", N_("Who delivers"), is_needed=True),
            _KIND,
            Field("arrived", N_("How many arrived, the damaged included"), "count", is_needed=True),
            Field("damaged", N_("How many of these are damaged"), "count"),
            Field("contracted", N_("How many the whole contract is for"), "count", N_("Once is enough.")),
            Field("contract", N_("The contract's number")),
            Field("paper", N_("Number of the vendor's delivery note")),
            Field("giver", N_("Name of the person who gives")),
            Field("receiver", N_("Name of the person who receives")),
            NOTE,
            OCCURRED,
        ),
        _deliver,
    ),
    Form(
        "deliveries",
        N_("Load deliveries from a table"),
        N_("All or nothing. Those whose delivery note is recorded already are passed over."),
        N_("Load the deliveries"),
        (Field("file", N_("Table"), "file", is_needed=True),),
        _load_deliveries,
    ),
    Form(
        "pack",
        N_("Sets, sacks and pallets"),
        N_("What was put into a thing, taken out of it, or found in it. Its one label then moves all."),
        N_("Record it"),
        (
            Field("code", N_("The set, sack or pallet"), "code", is_needed=True),
            Field(
                "action",
                N_("What was done"),
                "choice",
                is_needed=True,
                choices=said(
                    ("add", lambda: _("Put in")),
                    ("remove", lambda: _("Taken out")),
                    ("check-full", lambda: _("Looked into: this is all that is in it")),
                    ("check-sample", lambda: _("Looked into: a sample")),
                    ("open", lambda: _("Opened: nothing is in it any more")),
                ),
            ),
            Field("codes", CODES.words, "codes", CODES.hint),
            NAMES,
            NOTE,
            OCCURRED,
        ),
        _pack,
    ),
    Form(
        "split",
        N_("Open a pack into smaller ones"),
        N_("Each part is registered with a code of its own, so that the numbers sum."),
        N_("Open the pack"),
        (
            Field("code", N_("The pack"), "code", is_needed=True),
            Field("each", N_("How many in each part"), "count", N_("1 for single seals."), is_needed=True, least=1),
            Field("to", N_("Where the parts go"), "place", N_("Empty: where the pack went.")),
            NAMES,
            NOTE,
            OCCURRED,
        ),
        _split,
    ),
    Form(
        "reassign",
        N_("New destination"),
        N_("Things are bound for another place now. They move by a handover."),
        N_("Record the destination"),
        (CODES, _TO, _REASON),
        _reassign,
    ),
    Form(
        "balance",
        N_("Shortage and surplus"),
        N_("Which place lacks what a neighbour has too many of, and which moves would even it out."),
        N_("Record these moves"),
        (
            Field("place", N_("Only below this place"), "place"),
            Field("kind", N_("Only this kind"), "choice", choices=kinds_known),
            Field("reason", N_("Why"), hint=_REASON.hint, limit=_LONGEST_REASON),
        ),
        _even_out,
        _see_balance,
    ),
    Form(
        "void",
        N_("Labels that must not be used"),
        N_("Printed labels that are spoiled, lost, or were not needed."),
        N_("Record them as void"),
        (
            Field(
                "labels",
                CODES.words,
                "labels",
                N_("One a line. The newest print is meant, or that with *02 behind it."),
                is_needed=True,
            ),
            Field(
                "reason",
                N_("Why"),
                "choice",
                is_needed=True,
                choices=lambda _store: [(one, void_word(one)) for one in ("spoiled", "lost", "unused")],
            ),
            Field("second", N_("A second person who saw it")),
            Field("note", N_("Remark"), limit=500),
        ),
        _void,
    ),
    Form(
        "claim",
        N_("Use labels that were printed blank"),
        N_("Says what the labels are on: each becomes an item that is registered."),
        N_("Register the items"),
        (
            CODES,
            _KIND,
            Field("to", N_("Where they are bound for"), "place", is_needed=True),
            Field("quantity", N_("How many pieces in each"), "count", N_("Empty: 1."), least=1),
            Field("election", N_("For which election")),
            Field("held_by", N_("Who holds them now"), "place", N_("Empty: this station's place.")),
        ),
        _claim,
    ),
)
