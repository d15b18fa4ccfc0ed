"""The plan: below which places this station may record it, and what a table changes in it, as words and as JSON."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from custody.chain.roster import Scope
from custody.compose import item_events
from custody.compose.compose import Ref
from custody.errors import N_, InputError, RuleError
from custody.format.events import Event
from custody.plan.needs import NeedRules, circular_kinds, needs_in_force
from custody.plan.phases import Phase
from custody.plan.places import Need, Place, below, is_under, path
from db.store import Store
from language import _, ngettext
from language.in_words import level_word
from language.text import fill, local_time, number, printable
from reports.words import kind_name
from services.seen import version_seen
from tables.cells import Located, Source
from tables.office_table import Choice, Note, Table
from tables.vocabulary import column_words


def own_top(store: Store) -> str | None:
    """The place below which this station counts what is missing if nobody names one: where alone it may plan, or the
    branch with needs of its own that it stands in; None: everywhere.
    """
    tops = planned_below(store)
    return tops[0] if len(tops) == 1 else store.state.need_rules().where(store.ledger.own_log().place).code or None


def planned_below(store: Store) -> list[str]:
    """The places below which alone this station may plan; none where it may plan everywhere, or nowhere."""
    scopes = _scopes(store)
    return [] if () in scopes else sorted({scope[-1] for scope in scopes})


def may_plan_at(store: Store, place: str) -> bool:
    """Whether this station may plan everywhere, or for that place."""
    scopes, tree = _scopes(store), store.state.places.tree()
    return any(all(is_under(tree, place, top) for top in scope) for scope in scopes)


def _scopes(store: Store) -> list[Scope]:
    return store.state.stations.now().scopes(store.ledger.own_log().name, "plan")


def plan_before(store: Store) -> tuple[Ref, ...]:
    """The newest records of the plan in other logs, which one of this station comes after.

    Raises:
        RuleError: the plan is for others to make.
    """
    return store.state.stations.plan_known_to(store.ledger.own_log().name)


def branch_to_plan(store: Store, under: str | None) -> str | None:
    """The place below which a table of the plan counts: the one that is named, or where alone this station may plan;
    None: everywhere.

    Raises:
        RuleError: this station may not plan there.
        InputError: it may plan below several places, and none is named.
    """
    tops = planned_below(store)
    if under is None and len(tops) > 1:
        raise InputError(
            N_("this station may plan below several places: {places}"),
            hint=N_("Say below which one."),
            places=", ".join(tops),
        )
    if under is None or not tops or may_plan_at(store, under):
        return under if under is not None or not tops else tops[0]
    raise RuleError(
        N_("{under} does not lie below {places}, where alone this station may plan"),
        hint=N_("Let that branch, or the election's root, load it."),
        under=under,
        places=", ".join(tops),
    )


def record_plan(
    store: Store,
    places: Sequence[Place],
    needs: Sequence[Need],
    *,
    source: str,
    digest: str,
    phases: Sequence[Phase] = (),
    under: str | None = None,
) -> list[Event]:
    """Record these rows of the plan, new or changed. Nothing is recorded for no rows.

    Args:
        under: the place below which they count (`branch_to_plan`); the needs say the same.

    Raises:
        RuleError: a place would lie below itself, kinds would follow each other, or the plan is for others to make.
    """
    if not places and not needs and not phases:
        return []
    with store.transaction():
        store.state.places.refuse_circle(places)
        _refuse_circle(store, needs, under)
        known = plan_before(store)
        return store.record(
            item_events.plan_events(places, needs, phases=phases, source=source, digest=digest, refs=known, under=under)
        )


def _refuse_circle(store: Store, needs: Sequence[Need], under: str | None) -> None:
    way = [place.code for place in reversed(path(store.state.places.tree(), under or ""))]
    known = {(need.key, need.under): need for need in (*store.state.needs(), *needs)}
    if needs and (kinds := circular_kinds(needs_in_force([*known.values()], way))):
        raise RuleError(
            N_("the needs of these kinds follow each other in a circle: {kinds}"),
            hint=N_("Give one of them for each place or each voter."),
            kinds=", ".join(kinds)[:200],
        )


# --- What loading a table changes, found row by row ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One row that differs from what was known: its key, and each field's old and new value."""

    key: str
    fields: dict[str, tuple[Any, Any]]

    @property
    def text(self) -> str:
        """The change in one line: 51.08.01: name PPK Gerokgak -> PPK Gerokgak Barat."""
        changes = ", ".join(
            f"{column_words([name])} {printable(_shown(old), 60)} -> {printable(_shown(new), 60)}"
            for name, (old, new) in self.fields.items()
        )
        return f"{self.key}: {changes}"


@dataclass(slots=True)
class Group:
    """How many rows of one level or kind are new, changed, and as they were."""

    added: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """What loading one file changed: keys added, rows changed, and how many are as they were.

    `groups` has the same counts for each level of places, kind of needs and kind of items; `absent` is how many places
    or needs are known that the file does not name, which stay as they are.
    """

    file: str
    kind: str
    added: tuple[str, ...]
    changed: tuple[ChangedRow, ...]
    same: int
    ignored: tuple[str, ...]
    digest: str = ""
    absent: int = 0
    groups: Mapping[str, Group] = field(default_factory=dict)
    past: tuple[Place, ...] = ()
    """New or changed places whose due time has passed already: a wrong year or zone, more often than not."""
    notes: tuple[Note, ...] = ()
    """How the file was read where it is no plain table: a template and its values."""
    understood: tuple[tuple[str, str], ...] = ()
    """The file's headings, and our name of what each is."""
    needs: tuple[Need, ...] = ()
    """New or changed needs: they name kinds that the plan does not know yet."""

    @property
    def is_empty(self) -> bool:
        return not self.added and not self.changed

    def as_json(self) -> dict[str, Any]:
        """Return the change for `--json`."""
        return {
            "file": self.file,
            "kind": self.kind,
            "added": len(self.added),
            "same": self.same,
            **({"due_passed": [place.code for place in self.past]} if self.past else {}),
            **({"notes": [template.format(**values) for template, values in self.notes]} if self.notes else {}),
            "columns": dict(self.understood),
            "changed": [
                {"key": row.key, "fields": {name: {"old": old, "new": new} for name, (old, new) in row.fields.items()}}
                for row in self.changed
            ],
        }


def compare(
    table: Table,
    kind: str,
    rows: Sequence[Located[Any]],
    known: dict[Any, Any],
    key: Any,
    group_of: Callable[[Any], str],
    brings_back: Callable[[Any], str] = lambda _value: "",
) -> tuple[Change, list[Any]]:
    """Find which rows are new, which differ and in what, and both together.

    Args:
        brings_back: what a value names that was withdrawn before, as an old table still does; empty: nothing.
    """
    added, changed, fresh, same = [], [], [], 0
    groups: dict[str, Group] = {}
    for row in rows:
        value, name = row.value, key(row.value)
        before, group = known.get(name), groups.setdefault(group_of(value), Group())
        if before == value:
            same += 1
            group.same += 1
            continue
        fresh.append(value)
        shown = name if isinstance(name, str) else " ".join(filter(None, name))
        if before is None:
            added.append(shown)
            group.added += 1
        else:
            group.changed += 1
            old, new = asdict(before), asdict(value)
            changed.append(ChangedRow(shown, {f: (old[f], new[f]) for f in new if old[f] != new[f]}))
    absent = len(known) - len(changed) - same
    how = how_read(table, rows)
    if back := ", ".join(filter(None, map(brings_back, fresh))):
        how["notes"] += ((N_("withdrawn before, and planned again by this table: {names}"), {"names": back[:300]}),)
    change = Change(
        table.file, kind, tuple(added), tuple(changed), same, digest=table.digest, absent=absent, groups=groups, **how
    )
    return change, fresh


def how_read(table: Table, rows: Sequence[Located[Any]]) -> dict[str, Any]:
    """How a file was taken, for `Change`; without a sound row only what its notes say."""
    notes, source = list(table.notes), rows[0].source if rows else Source()
    if zones := source.zones:
        notes.append((N_("times without a zone were read as {zones}"), {"zones": ", ".join(sorted(zones))}))
    understood = tuple((header, name) for name, header in source.columns.items())
    return {"notes": tuple(notes), "understood": understood, "ignored": source.ignored}


def row_words(change: Change, key: str, names: Mapping[str, Need]) -> str:
    """A row's key as people say it: `Voting booth, Polling station`, or `Ballot box 51.08.01.2001.001 1/5`.

    Args:
        key: of `Change.added`, or before the changes of a row.
        names: the needs by kind, those of the change too.
    """
    kind, space, rest = key.partition(" ")
    if change.kind == "phases":
        return kind_name(names, key)
    if change.kind == "places" or not space:
        return key
    if change.kind == "items":
        return f"{kind_name(names, kind)} {rest}"
    return f"{kind_name(names, kind)}, {kind_name(names, rest) if rest in names else level_word(rest)}"


def past_words(change: Change) -> str:
    """That due times have passed already, with the first of them; empty where none has."""

    if not change.past:
        return ""
    first = change.past[0]
    words = ngettext(
        "{count} due time has passed already: {place}, {time}. Are its year and time zone right?",
        "{count} due times have passed already, as that of {place}, {time}. Are year and time zone right?",
        len(change.past),
    )
    time = local_time(first.due or "", first.code)
    return words.format(count=number(len(change.past)), place=first.name, time=time)


def note_missing_voters(
    changes: list[Change], places: Mapping[str, Place], needs: Iterable[Need], under: str | None = None
) -> None:
    """Note with the last table of the plan which places (of a branch) lack the voters that their needs follow."""
    inside = places.values() if under is None else below(places, under)
    lacking = list(NeedRules(tuple(needs), places).lacking(inside))
    at = max((at for at, change in enumerate(changes) if change.kind != "items"), default=None)
    if lacking and at is not None:
        told: dict[str, object] = {
            "count": number(len(lacking)),
            "places": ", ".join(place.name for place in lacking[:5]),
        }
        note = N_(
            "places without a number of voters, so that what they need is not known: {count} ({places}). "
            "Load a list that says it for each of them"
        )
        changes[at] = replace(changes[at], notes=(*changes[at].notes, (note, told)))


def version_of(changes: Iterable[Change], branch: str | None = None) -> str:
    """A digest of what loading these files changes below a place: who confirms it has seen this and nothing else."""
    return version_seen([(c.file, c.digest, c.kind, c.added, c.changed, c.same, c.absent) for c in changes], branch)


def choice_words(choice: Choice) -> str:
    """What an answer to a question says, in the chosen language."""
    match choice.option:
        case "--header-row":
            return _("Row {row}: {headings}").format(row=choice.value, headings=choice.words)
        case "--sheet":
            return choice.value
        case "--name" | "--own-codes":
            return _(choice.words)
    return choice.words


def note_words(change: Change) -> list[str]:
    """How a file was read where it is no plain table, each in one line."""

    return [fill(template, values) for template, values in change.notes]


def _shown(value: object) -> str:
    if value is None:
        return _("(empty)")
    return ", ".join(value) if isinstance(value, tuple) else str(value)
