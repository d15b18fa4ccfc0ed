"""The form that puts a record right: what hangs on it is shown first."""

from custody.errors import N_
from custody.format.events import Event
from db.store import Store
from language import _, ngettext
from language.text import local_time, number
from reports.chain.steps import title_of
from reports.words import custodian_name, zone_code
from services.records.correcting import correct, find_event, moved_on, undone_by, undone_words
from web.forms.field_work import said
from web.forms.fields import Done, Field, Form, Given, Seen


def _what(store: Store, event: Event) -> str:
    own = store.ledger.own_log().place
    time = local_time(event.happened, zone_code(event.body.get("place") or own, own))
    return f"{title_of(event)} · {time} · {event.body['by']}"


def _see(store: Store, given: Given) -> Seen:
    event = find_event(store, given["event"])
    undone, (told, moved) = undone_by(store, event), moved_on(store, event)
    lines = [_what(store, event)]
    if event.type == "handover":
        places = store.state.places
        ends = (custodian_name(places, event.body[end]) for end in ("from", "to"))
        lines.append(" → ".join(ends))
    if told:
        words = ngettext("It tells of {count} item.", "It tells of {count} items.", told)
        lines.append(words.format(count=number(told)))
    if moved:
        words = ngettext(
            "{count} of them has newer records, which then stand on a gap.",
            "{count} of them have newer records, which then stand on a gap.",
            moved,
        )
        lines.append(words.format(count=number(moved)))
    if undone.is_far_reaching:
        lines.append(undone_words(undone, is_done=False))
    if undone.type == "correct":
        lines.append(_("It is a correction: what it had withdrawn stands again."))
    return Seen(lines, f"{event.leaf[:16]}-{told}-{moved}")


def _correct(store: Store, given: Given) -> Done:
    done = correct(
        store,
        find_event(store, given["event"]),
        reason=given["reason"],
        note=given["note"] or "",
        to=given["to"],
        remove=[touch.code for touch in given["remove"] or ()],
        counted=given["counted"],
    )
    count = len(done.withdrawn)
    more, warnings = [], []
    if done.corrective:
        more.append(_("What is right is recorded in its place; the chain shows both."))
    if given["counted"] is None and done.count_left is not None:
        words = _("The giver's count is left at {counted}. Was it another number? Correct the new record too.")
        warnings.append(words.format(counted=number(done.count_left)))
    if done.undone.is_far_reaching:
        more.append(undone_words(done.undone, is_done=True))
    line = ngettext("{count} record withdrawn.", "{count} records withdrawn.", count).format(count=number(count))
    return Done(line, more, warnings, [*done.corrective, *done.corrections])


FORMS = (
    Form(
        "correct",
        N_("Put a record right"),
        N_("A record is withdrawn, and what is right is recorded beside it. The chain keeps showing both."),
        N_("Withdraw the record"),
        (
            Field(
                "event",
                N_("Which record"),
                hint=N_("The number of a letter (BAST), or the number of the record under Evidence on an item's page."),
                is_needed=True,
            ),
            Field(
                "reason",
                N_("What is wrong with it"),
                "choice",
                is_needed=True,
                choices=said(
                    ("incorrect_data", lambda: _("It was recorded wrongly")),
                    ("did_not_occur", lambda: _("It never happened")),
                ),
            ),
            Field("to", N_("Who received it in truth"), "place", N_("Of a handover, if it was somebody else.")),
            Field("remove", N_("Things that were not in it"), "codes", N_("Of a handover. One a line.")),
            Field("counted", N_("How many things the giver counted in truth"), "count"),
            Field("note", N_("Remark"), hint=N_("For whoever reads the chain later."), limit=500),
        ),
        _correct,
        _see,
    ),
)
