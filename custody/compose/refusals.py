"""What is said of a handover and cannot be true, refused before anything is recorded."""

from collections.abc import Mapping, Sequence

from custody.chain.findings import name_of
from custody.compose.compose import Handover, Touch
from custody.errors import N_, InputError, RuleError
from custody.format.codes import show_code
from custody.plan.places import Place


def refuse_to_itself(handover: Handover, places: Mapping[str, Place]) -> None:
    """Refuse a handover to its own giver.

    Raises:
        RuleError: giver and receiver are the same.
    """
    if handover.giver == handover.to:
        raise RuleError(
            N_("{place} cannot hand over to itself"),
            hint=N_("Choose another receiver{typed}."),
            typed="--to",
            place=name_of(places, handover.giver),
        )


def refuse_unscanned(handover: Handover, touches: Sequence[Touch]) -> None:
    """Refuse what is said of single items that are not among those that were scanned.

    Args:
        touches: what was scanned, refused things among it.

    Raises:
        InputError: a condition, seals or a remark of something else; or a photograph alone.
    """
    scanned = {touch.code for touch in touches}
    for said, message in (
        (handover.conditions, N_("a condition is given for {item}, which was not scanned")),
        (handover.seals, N_("the seals of {item} were looked at, which was not scanned")),
        (handover.remarks, N_("a remark is given for {item}, which was not scanned")),
    ):
        unnamed = sorted(said.keys() - scanned)
        if unnamed:
            raise InputError(
                message,
                hint=N_("Scan it too, or omit what is said of it; in a session, -CODE takes that back."),
                item=show_code(unnamed[0]),
            )
    alone = sorted(handover.photos.keys() - handover.conditions.keys() - handover.seals.keys())
    if alone:
        raise InputError(
            N_("a photograph is given for {item}, and neither its condition nor how its seals are"),
            hint=N_("Say what it shows: light damage, or a broken seal{typed}."),
            typed=N_("--condition CODE=light, --seal CODE=broken"),
            item=show_code(alone[0]),
        )
