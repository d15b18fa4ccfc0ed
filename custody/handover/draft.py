"""A session whose scans are not recorded yet."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """An unconfirmed session: who gives to whom (None: not said yet), since when, and how many labels it has taken.

    `purpose` is empty for a handover, else what its labels become: `pack add CODE`.
    """

    id: str
    giver: str | None
    receiver: str | None
    bound: tuple[str, ...]
    opened_at: str
    scan_count: int
    purpose: str = ""
