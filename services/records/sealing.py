"""Seals in the ledger: put on, looked at, taken off, spoilt, brought back; and every number accounted for."""

from collections.abc import Sequence

from custody.chain.corrections import withdrawals
from custody.chain.seals import Ranges, SealAccount, seal_account
from custody.compose import compose
from custody.compose.compose import NewEvent, Touch
from custody.errors import N_, InputError, RuleError
from custody.format.codes import show_code
from custody.format.item_facts import Item
from custody.format.serials import holds, shown
from db.store import Store
from services.records.inspecting import Recorded, found_by

_SHOWN = 6


def record_seal(
    store: Store,
    touch: Touch | None,
    action: str,
    serials: Sequence[str],
    *,
    result: str | None = None,
    names: Sequence[str] = (),
    witness: str = "",
    photo: bytes | None = None,
    note: str = "",
    place: str | None = None,
    occurred: str | None = None,
) -> Recorded:
    """Record what was done with the seals of an item, or what a look at them found; one transaction.

    Args:
        touch: the item; of `spoil` and `return` the pack, or None: the packs are found by the numbers.
        action: as a `seal` event has it (`custody.format.event_types`).
        result: what a check found, one of `custody.chain.seals.RESULTS`; None for all else.
        place: where it was done; None: at this station.
        photo: JPEG as `scanner.sources.photo` makes it.

    Raises:
        InputError: numbers or the result are missing, or no pack has a number.
        RuleError: it cannot be true: no seal there, and numbers read; a number that is not the pack's.
    """
    serials = list(dict.fromkeys(serials))
    _check(touch, action, serials, result)
    with store.transaction():
        store.state.places.refresh()
        if action in ("spoil", "return"):
            told = _by_pack(store, touch, serials)
        else:
            assert touch is not None
            told = [(touch, serials)]
        latest = store.state.latest([each.code for each, _numbers in told])
        digest = store.photos.keep(photo) if photo is not None else None
        new: list[NewEvent] = []
        for each, numbers in told:
            new += compose.seal_events(
                each,
                latest,
                action,
                numbers,
                place=place or store.ledger.own_log().place,
                result=result,
                names=names,
                witness=witness,
                photo=digest,
                note=note,
                occurred=occurred,
            )
        events = store.record(new)
    return Recorded(tuple(events), tuple(found_by(store, events)))


def _check(touch: Touch | None, action: str, serials: Sequence[str], result: str | None) -> None:
    if touch is None and action not in ("spoil", "return"):
        raise InputError(N_("no item is named"), hint=N_("Give the code of the sealed thing first, then the numbers."))
    if action not in ("check", "remove") and not serials:
        raise InputError(
            N_("no seal number is given"), hint=N_("Give them behind the code: A0001 A0002, or A0001-A0010.")
        )
    if (action == "check") != (result is not None):
        raise InputError(
            N_("a check says what was seen, and nothing else does"),
            hint=N_("Say what the check found: intact, broken, mismatch or none{typed}."),
            typed="--result",
        )
    if result == "none" and serials:
        raise RuleError(
            N_("there is no seal, and numbers were read: {serials}"),
            hint=N_("Where numbers can be read, the result is broken or mismatch{typed}."),
            typed="--result",
            serials=", ".join(serials[:_SHOWN]),
        )


def _by_pack(store: Store, touch: Touch | None, serials: Sequence[str]) -> list[tuple[Touch, list[str]]]:
    """The packs that these numbers are out of, each with its own."""
    if touch is not None:
        item = store.state.item(touch.code)
        if item is None or item.serials is None:
            raise RuleError(
                N_("{item} is no pack with a range of numbers"),
                hint=N_("Leave the code away: the pack is found by the numbers."),
                item=show_code(touch.code),
            )
        strangers = [serial for serial in serials if not holds(item.serials, serial)]
        if strangers:
            raise RuleError(
                N_("pack {item} has the numbers {range}, and not {serials}"),
                hint=N_("Look at the numbers again, or leave the code away."),
                item=show_code(touch.code),
                range=str(item.serials),
                serials=", ".join(shown(strangers)[:_SHOWN]),
            )
        return [(touch, list(serials))]
    opened = opened_packs(store)
    ranges = Ranges(pack for pack in seal_packs(store) if pack.code not in opened)
    found: dict[str, list[str]] = {}
    strangers = []
    for serial in serials:
        pack = ranges.find(serial)
        if pack is None:
            strangers.append(serial)
        else:
            found.setdefault(pack.code, []).append(serial)
    if strangers:
        raise InputError(
            N_("no pack that is registered here has the numbers {serials}"),
            hint=N_("Load the list of packs: {way}"),
            way="load",
            serials=", ".join(shown(strangers)[:_SHOWN]),
        )
    return [(Touch(code, None, "typed"), numbers) for code, numbers in found.items()]


def opened_packs(store: Store) -> frozenset[str]:
    """The codes of the packs that were opened into packs of their own."""
    stations = store.state.stations.now()
    events = [
        event
        for event in store.ledger.on_topic(("register", "correct"))
        if event.body.get("out_of", "") is not None and stations.stands(event)
    ]
    withdrawn, _asked = withdrawals({event.leaf: event for event in events}, stations.correctors)
    return frozenset(
        str(event.body["out_of"]) for event in events if event.type == "register" and event.leaf not in withdrawn
    )


def whole_packs(store: Store) -> list[Item]:
    """The packs with a range of numbers that were not opened into others."""
    opened = opened_packs(store)
    return [pack for pack in store.state.packs() if pack.code not in opened]


def seal_packs(store: Store) -> list[Item]:
    """The packs with numbers, but for those of a kind that follows voters: ballots have numbers and are no seals."""
    ballots = {need.kind for need in store.state.needs() if need.per == "voter"}
    return [pack for pack in store.state.packs() if pack.kind not in ballots]


def strays(store: Store, serials: Sequence[str]) -> list[str]:
    """Those of these numbers that no registered pack has; none where no pack is registered at all."""
    packs = seal_packs(store)
    ranges = Ranges(packs)
    return [serial for serial in serials if ranges.find(serial) is None] if packs else []


def account(store: Store) -> SealAccount:
    """What became of every number of each pack, by the records of every station whose log is held."""
    return seal_account(seal_packs(store), store.state.seals.all(), opened_packs(store))
