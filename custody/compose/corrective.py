"""What is right in place of a withdrawn handover."""

from collections.abc import Collection, Sequence

from custody.compose.compose import NewEvent, Ref, destination_runs
from custody.errors import N_, InputError
from custody.format.codes import show_code
from custody.format.event_types import COMMON
from custody.format.events import Event
from custody.format.item_facts import as_newest, destinations_of


def corrective_events(
    withdrawn: Sequence[Event], reason: str, to: str | None, remove: Collection[str], counted: int | None
) -> list[NewEvent]:
    """The same events with what is right in them; none where nothing is given.

    Args:
        withdrawn: all parts of the record.
        reason: `did_not_occur` or `incorrect_data`.
        to: who received it in truth.
        remove: items that were not in it.
        counted: how many things the giver counted in truth.

    Raises:
        InputError: what should be right does not go with it.
    """
    if to is None and not remove and counted is None:
        return []
    body = withdrawn[0].body
    if withdrawn[0].type != "handover":
        raise InputError(
            N_("only a handover has a receiver, items and a count to put right"),
            hint=N_("Name no receiver, no things and no counts{typed}."),
            typed="--to, --remove, --counted",
        )
    if reason != "incorrect_data":
        raise InputError(
            N_("what did not occur has nothing to put right"),
            hint=N_("Give the reason incorrect-data, or name no receiver, no things and no counts{typed}."),
            typed="--reason, --to, --remove, --counted",
        )
    if to in (body["from"], body["to"]):
        raise InputError(
            N_("{place} is what the record says already")
            if to == body["to"]
            else N_("{place} cannot hand over to itself"),
            hint=N_("Choose another receiver{typed}."),
            typed="--to",
            place=to,
        )
    named = {code for event in withdrawn for code in event.rows}
    if strangers := sorted(set(remove) - named):
        raise InputError(
            N_("{item} is not in that handover"),
            hint=N_("Look at it with: {way}"),
            way="custody",
            item=show_code(strangers[0]),
        )
    if named and named <= set(remove):
        raise InputError(
            N_("nothing would be left of the handover"),
            hint=N_("Withdraw it whole, for the reason did-not-occur, and name no things{typed}."),
            typed="--reason, --remove",
        )
    counts = [None] * (len(withdrawn) - 1) + [counted]  # of all parts, the last has it
    return [_rightly(event, to, remove, counted) for event, counted in zip(withdrawn, counts, strict=True)]


def _rightly(event: Event, to: str | None, remove: Collection[str], counted: int | None) -> NewEvent:
    """A handover with another receiver, fewer items or another count, relying on what it relied on.

    It happened when the withdrawn one says, not when it was put right: paper and deadlines go by that.
    """
    fields = as_newest({name: value for name, value in event.body.items() if name not in COMMON})
    fields["occurred"] = event.happened
    to_places = destinations_of(event.body)
    for rows in ("items", "refused", "remarks"):
        fields[rows] = [row for row in fields[rows] if row["code"] not in remove]
    fields["destinations"] = destination_runs([to_places.get(row["code"], "") for row in fields["items"]])
    if meant := fields["meant"]:
        absent = [*meant["absent"], *(code for code in event.rows if code in remove and code not in meant["beyond"])]
        beyond = [code for code in meant["beyond"] if code not in remove]
        fields["meant"] = {**meant, "absent": absent, "beyond": beyond}
    if to is not None:
        fields |= {"to": to}
    if counted is not None:
        fields |= {"counted": counted}
    return NewEvent("handover", fields, tuple(Ref(**ref) for ref in event.body["refs"]))
