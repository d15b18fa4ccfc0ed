"""A table of critical points, taken into the register."""

from dataclasses import dataclass
from pathlib import Path

from custody.errors import N_, InputError
from db.store import Store
from services.records.field_records import PointRow, point_rows, record_points
from tables.field_rows import parse_points
from tables.read import read_table


@dataclass(frozen=True, slots=True)
class LoadedPoints:
    """How many points of a table were new, said something else than before, or were as they were."""

    added: int
    changed: int
    same: int


def load_points(store: Store, path: Path) -> LoadedPoints:
    """Record every point of a table that is new or says something else than before; all or nothing.

    Raises:
        InputError: the table cannot be read, or `faults` names its faults.
    """
    rows, faults = parse_points(read_table(path, ("points",)))
    with store.transaction():
        places, known = store.state.places.all(), point_rows(store)
        faults += [
            row.fault("place", N_("{text} is no place of the plan"), text=row.value.place)
            for row in rows
            if row.value.place is not None and row.value.place not in places
        ]
        if faults:
            raise InputError(
                N_("nothing was loaded; faults in {files}: {count}"),
                hint=N_("Correct them in the file and load it again."),
                faults=tuple(faults),
                files=path.name,
                count=len(faults),
            )
        told = [PointRow(v.point, v.title, v.owner, v.due, v.place, v.is_done) for v in (row.value for row in rows)]
        events = record_points(store, told)
    added = sum(row.point not in known for row in told)
    return LoadedPoints(added, len(events) - added, len(told) - len(events))
