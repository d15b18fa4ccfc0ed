"""Notice of the logs that wait for admission, shown wherever admitting them would change the result."""

from collections.abc import Sequence

from custody.chain.standing import Stranger, Waiting, waiting
from custody.errors import N_
from custody.format.encoding import key_fingerprint
from db.log.quarantine import Strangers
from db.store import Store
from language import _, chosen, is_on_page, ngettext
from language.text import fill, number, printable
from services.records.introducing import admitted_keys, offices_that_admit
from services.records.lag import lag_sentence
from services.records.membership import StationCard

_NAMED = 3


def waiting_now(store: Store) -> list[Waiting]:
    """The logs that wait for admission here, this station's own last."""
    return store.ledger.memory.remember("waiting", lambda: waiting(store.state.stations.now(), store.ledger.sizes()))


def records_waiting(store: Store) -> int:
    """How many records count nowhere here until root admits their stations; this station's own do count."""
    return sum(one.records for one in waiting_now(store) if not one.is_own)


def waiting_words(store: Store) -> str:
    """How many records of which stations count nowhere until root admits them, and how that is done; else empty."""
    return " ".join(filter(None, (lag_sentence(store), *waiting_lines(store).values())))


def waiting_lines(store: Store) -> dict[str, str]:
    """The same by what it is about: `strangers`, offices `joining` this one, those `above` that have admitted this
    office, and this station's `own` records; what there is none of is left out.
    """
    return store.ledger.memory.remember(f"waiting words {chosen()} {is_on_page()}", lambda: _lines(store))


def _lines(store: Store) -> dict[str, str]:
    found, half = waiting_now(store), _half_joined(store)
    above = {card.public_key: card.station for card in offices_that_admit(store)}
    joining = [one for one in found if one.key in half and not one.is_own]
    strangers = [one for one in found if one.key not in half | above.keys() and not one.is_own]
    lines = {"strangers": _strangers(store, strangers)} if strangers else {}
    if joining:
        words = N_(
            "{stations}: admitted here, but begun as an office of its own, with a plan of its own. Its records are "
            "kept and count once it has said that it belongs here: give it station-card.json from the folder of this "
            "station and this station's data. There: {way}"
        )
        lines["joining"] = fill(words, {"way": "join_card", "stations": _names(joining)})
    if above:
        words = N_(
            "{stations} has admitted this office, which began with a plan of its own, and counts it once it says that "
            "it belongs there. That is for good: only if it is the office above this one, and after you compared its "
            "fingerprint with its key sheet: {way} (the file from its folder)"
        )
        lines["above"] = fill(words, {"way": "join_card", "stations": printable(", ".join(above.values()), 200)})
    if any(one.is_own for one in found):
        words = N_(
            "This station is not admitted: what it records counts here alone. Carry station-card.json, from "
            "this station's folder, to the warehouse. There: {way}"
        )
        lines["own"] = fill(words, {"way": "admit_card"})
    return lines


def still_to_join(store: Store, card: StationCard) -> str:
    """Say that a station which was admitted is a root of its own, and counts as an office once it has joined; empty
    where it is none, or has joined. Whether it has planned is not known before its records are here.
    """
    now = store.state.stations.now()
    if not card.is_root or card.fingerprint == now.root:
        return ""
    if card.public_key in now.offices and card.public_key not in now.powers:
        words = N_(
            "{station} began as an office of its own, with a plan: it counts here once it has joined, there: {way}"
        )
    elif card.public_key in now.offices or any(owner.key == card.public_key for owner in now.owners.values()):
        return ""
    else:
        words = N_(
            "{station} is a root of its own: if it has planned or admitted already, it counts here once it has joined, "
            "there: {way}"
        )
    return fill(words, {"station": card.station, "way": "join_card"})


def _half_joined(store: Store) -> set[str]:
    """The keys of the offices that were admitted here and have not joined."""
    now = store.state.stations.now()
    waiting_keys = now.offices - now.powers.keys()
    return admitted_keys(store) & waiting_keys if waiting_keys else set()


def _strangers(store: Store, strangers: list[Waiting]) -> str:
    count = sum(one.records for one in strangers)
    words = ngettext(
        "{count} record waits for admission, is kept and counts nowhere until then: {stations}.",
        "{count} records wait for admission, are kept and count nowhere until then: {stations}.",
        count,
    ).format(count=number(count), stations=_names(strangers))
    own = store.ledger.own_row()
    may_admit = own is not None and store.state.stations.now().may(own.name, "admit")
    admit = N_("To admit a station, compare its fingerprint with its key sheet, then: {way} (the file from its folder)")
    return f"{words} " + (
        fill(admit, {"way": "admit_card"})
        if may_admit
        else _("Only the warehouse admits: ask it, then import its data again.")
    )


def _names(strangers: list[Waiting]) -> str:
    named = [
        _("{station} at {place} ({fingerprint})").format(
            station=printable(one.station, 60),
            place=printable(one.place, 60),
            fingerprint=key_fingerprint(bytes.fromhex(one.key))[:16],
        )
        for one in strangers[:_NAMED]
    ]
    more = len(strangers) - len(named)
    names = ", ".join(named)
    return _("{names} and {count} more").format(names=names, count=number(more)) if more > 0 else names


def waiting_sentence(store: Store) -> str:
    """The same for pages and paper, in short sentences without a command; first how far a hub's lists are behind. Empty
    where nothing waits.
    """
    told = store.ledger.memory.remember(f"waiting sentence {chosen()}", lambda: _sentence(store))
    return " ".join(filter(None, (lag_sentence(store), told)))


def _sentence(store: Store) -> str:
    found, half = waiting_now(store), _half_joined(store)
    above = {card.public_key: card.station for card in offices_that_admit(store)}
    lines = []
    if strangers := [one for one in found if one.key not in half | above.keys() and not one.is_own]:
        count, more = sum(one.records for one in strangers), len(strangers) - _NAMED
        names = ", ".join(printable(one.station, 60) for one in strangers[:_NAMED])
        names = _("{names} and {count} more").format(names=names, count=number(more)) if more > 0 else names
        words = ngettext(
            "Not counted: {count} record that waits for admission, of {stations}.",
            "Not counted: {count} records that wait for admission, of {stations}.",
            count,
        )
        lines.append(words.format(count=number(count), stations=names))
    if above:
        told = N_("{stations} has admitted this office, which has not joined yet.")
        lines.append(fill(told, {"stations": ", ".join(above.values())}))
    if joining := [one.station for one in found if one.key in half and not one.is_own]:
        told = N_("Admitted and not joined yet: {stations}. Their records count once they have.")
        lines.append(fill(told, {"stations": ", ".join(joining)}))
    if any(one.is_own for one in found):
        lines.append(_("This station is not admitted yet: its records count here alone."))
    return " ".join(lines)


# --- Delete what is kept of logs that are not admitted ----------------------------------------------------------------


def strangers_named(store: Store, names: Sequence[str]) -> list[Stranger]:
    """Return the logs that are not admitted and that a name means: by log, station, place or beginning of a
    fingerprint.

    Args:
        names: none of them: all that are kept.

    Raises:
        RuleError: the name is that of a station which counts, or of this one.
        InputError: nothing of that name is kept.
    """
    return Strangers(store).meant(names)


def drop_strangers(store: Store, strangers: Sequence[Stranger]) -> list[Stranger]:
    """Delete what is kept of these logs, and note that it was here; returns what was dropped.

    Raises:
        InputError: another program dropped one of them meanwhile; nothing was dropped then.
    """
    if not strangers:
        return []
    return Strangers(store).drop([one.log for one in strangers], at=store.around.now_utc())
