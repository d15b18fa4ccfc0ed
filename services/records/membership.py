"""Stations among each other: the card by which one is known, root's word on others, and an office that joins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from custody.chain.roster import NOTICES, Roster, granted, roster
from custody.compose.compose import NewEvent
from custody.errors import N_, CustodyError, InputError, RuleError
from custody.format.encoding import canonical, key_fingerprint, read_canonical
from custody.format.events import Event
from custody.people import is_taken_for
from custody.plan.places import is_under
from db.store import Store
from evidence.checkpoint import Signer, holds

CARD_CONTEXT = b"serah-station/v1\n"
"""Put before a card when it is signed, so that its signature passes for nothing else."""
CARD_VERSION = 1


@dataclass(frozen=True, slots=True)
class StationCard:
    """Who a station says it is: what root looks at before it admits the key (64 hex digits)."""

    election: str
    log: str
    station: str
    place: str
    public_key: str
    root: str

    @property
    def fingerprint(self) -> str:
        """What people compare with the paper that was signed when the station began."""
        return key_fingerprint(bytes.fromhex(self.public_key))

    @property
    def is_root(self) -> bool:
        """Whether the station follows nobody but itself."""
        return self.root == self.fingerprint


def make_card(genesis: Event, signer: Signer) -> bytes:
    """A station's card as a file's bytes: canonical JSON, signed by its own key."""
    names = [field.name for field in fields(StationCard)]
    card = {"serah_station": CARD_VERSION, **{name: genesis.body[name] for name in names}}
    return canonical({**card, "signature": signer.sign(CARD_CONTEXT + canonical(card)).hex()}) + b"\n"


def read_card(data: bytes) -> StationCard:
    """Read a card and check that the key in it has signed it.

    Raises:
        InputError: it is no card, or was changed.
    """
    try:
        card = read_canonical(data.rstrip(b"\r\n"))
        signature, version = bytes.fromhex(card.pop("signature")), card.pop("serah_station")
        read = StationCard(**card)
        signed = canonical({"serah_station": version, **asdict(read)})
        is_text = all(isinstance(value, str) for value in card.values())
        is_ours = is_text and version == CARD_VERSION and len(bytes.fromhex(read.public_key)) == 32
        is_ours = is_ours and holds(bytes.fromhex(read.public_key), signature, CARD_CONTEXT + signed)
    except (CustodyError, KeyError, TypeError, ValueError, AttributeError):
        is_ours = False
    if not is_ours:
        raise InputError(
            N_("this is no station's card, or it was changed"),
            hint=N_("Give the file station-card.json from that station's folder; never its secret key, station.key."),
        )
    return read


def admit(store: Store, card: StationCard, powers: Sequence[str] = (), under: Sequence[str] = ()) -> list[Event]:
    """Record that a station's key counts; nothing where it does already, with these powers.

    Args:
        under: the places below which it has these powers; none: as far as this station has them.

    Raises:
        InputError: a limit without a power.
        RuleError: this station may not admit others, or not there, or that station follows another root, or is this
            one.
    """
    if under and not powers:
        raise InputError(
            N_("a place limits a power, and none is given"),
            hint=N_("Say what it may do there{typed}."),
            typed="--power plan",
        )
    with store.transaction():
        trusted = _for_admitting(store)
        _refuse_own(store, card)
        for place in (card.place, *under):
            _refuse_elsewhere(store, trusted, place)
        if card.root not in (trusted.root, card.fingerprint):
            raise RuleError(
                N_("{station} follows another root than this election's"),
                hint=N_("Let it begin again there with: {way}"),
                way="init_root",
                station=card.station,
                root=trusted.root,
            )
        if card.public_key in trusted.revoked:
            raise RuleError(
                N_("the key of {station} was revoked and does not come back"),
                hint=N_("Let it go on with a new key: {way}"),
                way="new_key",
                station=card.station,
            )
        places: list[str | None] = [*sorted(set(under))] or [None]
        rows = [{"power": power, "under": place} for power in sorted(set(powers)) for place in places]
        ours = {by: granted(rows, by) for by in trusted.scopes(store.ledger.own_log().name, "admit")}
        known = {grant.by: grant.powers for grant in trusted.powers.get(card.public_key, ())}
        if ours.items() <= known.items() or card.fingerprint == trusted.root:
            return []
        said = {"station": card.station, "place": card.place, "key": card.public_key, "powers": rows}
        return store.record([NewEvent("admit", said, store.state.stations.admissions())])


def join(store: Store, card: StationCard) -> list[Event]:
    """Record that this office, which began apart, belongs to the one with this card; nothing where it said so already.

    Raises:
        RuleError: this station is no office, it has joined another, or that one has not admitted it as is known here.
    """
    with store.transaction():
        own = store.ledger.event_at(store.ledger.own_log().id, 1).body
        trusted, key = store.state.stations.now(), own["public_key"]
        _refuse_own(store, card)
        if own["root"] != key_fingerprint(bytes.fromhex(key)):
            raise RuleError(
                N_("only an office that began as its own root joins another, and this station is none"),
                hint=N_("Do it at the station whose fingerprint stands on the key sheet of the election there."),
            )
        said = [e.body for e in store.ledger.on_topic(("join",)) if trusted.owners[e.log].key == key]
        if said:
            if said[0]["key"] == card.public_key:
                return []
            raise RuleError(
                N_("this office has joined {station} at {place}, and that is for good"),
                hint=N_("Nothing is to be done here; whoever needs this office's records takes in its data."),
                station=said[0]["station"],
                place=said[0]["place"],
            )
        if not (admitted := store.state.stations.admissions(by=card.public_key)):
            raise _not_admitted_by(card)
        fields = {"station": card.station, "place": card.place, "key": card.public_key}
        events = store.record([NewEvent("join", fields, admitted)])
        store.projection.rebuild()
        return events


def _refuse_own(store: Store, card: StationCard) -> None:
    if card.public_key == store.ledger.require_own_row().public_key:
        raise RuleError(
            N_("this is the card of this very station"), hint=N_("Choose the card that the other station has given.")
        )


def _not_admitted_by(card: StationCard) -> RuleError:
    """Why an office cannot join the one with this card."""
    if not card.is_root:
        return RuleError(
            N_("{station} at {place} is a station of another office, and has not admitted this one"),
            hint=N_("Choose the card of the office itself, whose fingerprint stands on the key sheet there."),
            station=card.station,
            place=card.place,
        )
    return RuleError(
        N_("{station} has not admitted this office, as far as is known here"),
        hint=N_("Give it station-card.json from this station's folder, and take in its bundle then: {way}"),
        way="import",
        station=card.station,
    )


def may_admit(store: Store) -> bool:
    """Whether this station may admit others, anywhere."""
    try:
        _for_admitting(store)
    except RuleError:
        return False
    return True


def _refuse_elsewhere(store: Store, trusted: Roster, place: str) -> None:
    scopes, tree = trusted.scopes(store.ledger.own_log().name, "admit"), store.state.places.tree()
    if any(all(is_under(tree, place, top) for top in scope) for scope in scopes):
        return
    raise RuleError(
        N_("{place} does not lie below {places}, where alone this station may admit others"),
        hint=N_("Let the station of that branch, or the election's root, do it."),
        place=place,
        places=", ".join(sorted({scope[-1] for scope in scopes if scope})),
    )


def easily_taken_for(store: Store, card: StationCard) -> list[tuple[str, str]]:
    """Name and place of each station that counts, and not with this card's key, for which this one is easily taken.

    None where this card's key counts already. A thief may call his station as he likes: root looks at the fingerprint,
    not at the name.
    """
    trusted = store.state.stations.now()
    if card.public_key in trusted.powers:
        return []
    said = [(event.body["key"], event.body) for event in store.ledger.on_topic(("admit",))]
    said += [(event.body["public_key"], event.body) for event in store.ledger.on_topic(("genesis",))]
    named = {
        (body["station"], body["place"]): None
        for key, body in said
        if key in trusted.powers and key not in trusted.revoked
    }
    return [pair for pair in named if is_taken_for(card.station, card.place, *pair)]


def revoke(store: Store, name: str, *, reason: str, last_good: int | None = None) -> list[Event]:
    """Record that a station's key counts no longer.

    Args:
        name: the station's name, its place, its log, or its key's fingerprint or the beginning of it.
        last_good: the number up to which its log stands, at most the longest that is known of it here, held or by a
            head that was shown; None: all that is held of it now.

    Raises:
        RuleError: this station may not revoke others, or not that one.
        InputError: no station, or more than one, is meant; nothing of its log is here; or it has several.
    """
    with store.transaction():
        weighed = weigh_revocation(store, name, last_good)
        return store.record([revoking(weighed.station, weighed.key, weighed.ends, reason)])


@dataclass(frozen=True, slots=True)
class Revocation:
    """What revoking a station's key (64 hex digits) would do: how much of its logs is held, and up to where each stands
    from then on.
    """

    station: str
    key: str
    held: Mapping[str, int]
    ends: Mapping[str, int]


def weigh_revocation(store: Store, name: str, last_good: int | None = None) -> Revocation:
    """What `revoke` would do with the same arguments; records nothing, and raises the same."""
    trusted = _for_admitting(store)
    key, named = _key_of(store, trusted, name)
    if key_fingerprint(bytes.fromhex(key)) == trusted.root:
        raise RuleError(N_("the root's own key cannot be revoked"), hint=N_("Begin the election with a new root."))
    held = {
        head["log"]: head["size"]
        for head in store.ledger.heads()
        if head["log"] in trusted.owners and trusted.owners[head["log"]].key == key
    }
    ends = dict(held)
    _set_end(ends, name if name in ends else None, last_good, store.heads.longest)
    return Revocation(named, key, held, ends)


def revocable(store: Store) -> list[tuple[str, str, str]]:
    """Name, station and place of each that may still be revoked: by log, or by its key's fingerprint where no log of it
    is here; neither root nor this station. None where this station may not revoke.
    """
    if not may_admit(store):
        return []
    trusted, own = store.state.stations.now(), store.ledger.require_own_row().public_key
    past = {own, *trusted.revoked}
    found = {
        log: (owner.station, owner.place)
        for log, owner in trusted.owners.items()
        if owner.key in trusted.powers and owner.key not in past and log not in trusted.roots
    }
    held = {owner.key for owner in trusted.owners.values()}
    for event in store.ledger.on_topic(("admit",)):
        if (key := event.body["key"]) in trusted.powers and key not in past | held:
            found[key_fingerprint(bytes.fromhex(key))] = event.body["station"], event.body["place"]
    return sorted(((name, *named) for name, named in found.items()), key=lambda one: (one[2], one[1], one[0]))


def revoking(station: str, key: str, sizes: Mapping[str, int], reason: str) -> NewEvent:
    """The event that a key counts no longer, but for its logs up to these sizes."""
    ends = [{"log": log, "size": size} for log, size in sorted(sizes.items())]
    return NewEvent("revoke", {"station": station, "key": key, "last_good": ends, "reason": reason})


def _for_admitting(store: Store) -> Roster:
    """Return who counts, at a station that may admit: root, a delegate, or a station that was given no root."""
    own = store.ledger.own_log()
    told = store.ledger.event_at(own.id, 1).body
    trusted = store.state.stations.now()
    if told["root"] == key_fingerprint(bytes.fromhex(told["public_key"])) and not trusted.may(own.name, "admit"):
        alone = roster(told["root"], store.ledger.on_topic(NOTICES))
        trusted = trusted if told["public_key"] in trusted.offices and trusted.root != alone.root else alone
    if not trusted.may(own.name, "admit"):
        raise RuleError(
            N_("this station may neither admit nor revoke others"),
            hint=N_("Do it at the election's root, or ask it to admit this station with that power{typed}."),
            typed="--power admit",
        )
    return trusted


def _key_of(store: Store, trusted: Roster, name: str) -> tuple[str, str]:
    """The key that a name means, and its station."""
    names = {(owner.key, owner.station): {log, owner.station, owner.place} for log, owner in trusted.owners.items()}
    for event in store.ledger.on_topic(("admit",)):
        said = event.body
        names.setdefault((said["key"], said["station"]), set()).update((said["station"], said["place"]))
    digits = name.replace(" ", "").lower()
    meant = {
        (key, station)
        for (key, station), known in names.items()
        if name in known or (len(digits) >= 8 and key_fingerprint(bytes.fromhex(key)).startswith(digits))
    }
    if len({key for key, _ in meant}) != 1:
        raise InputError(
            N_("{name} is no station that this ledger knows") if not meant else N_("{name} means several stations"),
            hint=N_("Give its name, its log, or its key's fingerprint: {known}"),
            name=name,
            known=", ".join(sorted(f"{s} ({key_fingerprint(bytes.fromhex(k))[:16]})" for k, s in meant or names)),
        )
    return min(meant)


def _set_end(sizes: dict[str, int], log: str | None, last_good: int | None, shown: Callable[[str], int]) -> None:
    """Set the number up to which a station's log stands; `log` says which, where it has several.

    Args:
        shown: how long a log was by the heads that were shown.
    """
    if not sizes and last_good != 0:
        raise InputError(
            N_("nothing of that station's log is here, so there is no end to set to it"),
            hint=N_(
                "Import its bundle first; or give 0 as its last good number{typed}, and nothing of it will ever count."
            ),
            typed="--last-good 0",
        )
    if last_good is None or not sizes:
        return
    if log is None and len(sizes) > 1:
        raise InputError(
            N_("a last good number needs one log, and this station has {count}"),
            hint=N_("Name the log instead of the station: {logs}"),
            count=len(sizes),
            logs=", ".join(sorted(sizes)),
        )
    log = log or next(iter(sizes))
    if last_good > (known := max(sizes[log], shown(log))):
        raise InputError(
            N_("last good number {given}: of {log} no more than {known} entries are known here"),
            hint=N_("Import its newest bundle first, or give a lower number; without one{typed} it is {held}."),
            typed="--last-good",
            given=last_good,
            log=log,
            known=known,
            held=sizes[log],
        )
    sizes[log] = last_good
