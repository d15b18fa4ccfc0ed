"""Faults as they are listed: no more of a kind than anybody reads."""

from collections import Counter
from collections.abc import Iterable, Sequence

from custody.errors import N_, Fault, InputError

EACH = 10


def few_of_a_kind(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The first ten faults of each kind in each column, and behind them how many more there are."""
    counts: Counter[tuple[str, str, str]] = Counter()
    shown = []
    for fault in faults:
        kind = fault.file, fault.column, fault.message
        counts[kind] += 1
        if counts[kind] <= EACH:
            shown.append(fault)
    more = N_("more faults like these in this column: {count}")
    shown += [
        Fault(more, {"count": count - EACH}, None, column, file)
        for (file, column, _), count in counts.items()
        if count > EACH
    ]
    return tuple(shown)


def refuse_faults(faults: Sequence[Fault]) -> None:
    """Raise an `InputError` with these faults, if there are any: it takes back what other files have recorded."""
    if faults:
        raise InputError(
            N_("nothing was loaded; faults in {files}: {count}"),
            hint=N_("Correct them in the file and load it again."),
            count=len(faults),
            faults=few_of_a_kind(faults),
            files=", ".join(sorted({fault.file for fault in faults if fault.file})) or "-",
        )
