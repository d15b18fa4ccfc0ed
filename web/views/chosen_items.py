"""Items that were ticked in a list, or all that its filter shows, for what is done with many at once."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from custody.errors import N_, InputError
from custody.format.codes import parse_code, show_code
from db.store import Store
from services.records.searching import search_items
from web.request_model import Given

MOST_CHOSEN = 2_000
"""So many stand in one form; a report takes as many as there are."""
_EVERY = 10_000_000
Word = Annotated[str, Field(max_length=200)]


class ChosenItems(Given):
    """Which items: these codes; or with `all` those that the list showed, by kind, destination, holder and beginning
    of the code.
    """

    codes: Annotated[list[Word], Field(max_length=MOST_CHOSEN)] = []
    all: bool = False
    kind: Word = ""
    to: Word = ""
    held_by: Word = ""
    q: Word = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is chosen."""
        return not (self.codes or self.all)


async def _in_the_address(
    code: Annotated[list[Word] | None, Query(max_length=MOST_CHOSEN)] = None,
    every: Annotated[bool, Query(alias="all")] = False,
    in_kind: Annotated[Word, Query()] = "",
    in_to: Annotated[Word, Query()] = "",
    in_held_by: Annotated[Word, Query()] = "",
    in_q: Annotated[Word, Query()] = "",
) -> ChosenItems:
    return ChosenItems(codes=code or [], all=every, kind=in_kind, to=in_to, held_by=in_held_by, q=in_q)


ChosenDep = Annotated[ChosenItems, Depends(_in_the_address)]
"""The items that a form of a list names in the address, as it does without a script."""


def codes_of(store: Store, chosen: ChosenItems) -> list[str]:
    """The codes of what was chosen, in the order of the list.

    Raises:
        CodeError, InputError: a word names nothing that there is, or nothing is chosen.
    """
    if chosen.all:
        found = search_items(
            store, kind=chosen.kind, to=chosen.to, held_by=chosen.held_by, begins=chosen.q, most=_EVERY
        )
        codes = [item.code for item in found.items]
    else:
        codes = list(dict.fromkeys(map(parse_code, chosen.codes)))
    if not codes:
        raise InputError(N_("no item is chosen"), hint=N_("Tick some in the list, or all that its filter shows."))
    return codes


def code_lines(store: Store, chosen: ChosenItems) -> str:
    """The same for a field of a form: a code a line; empty where nothing is chosen.

    Raises:
        InputError: they are more than a form takes.
    """
    if chosen.is_empty:
        return ""
    codes = codes_of(store, chosen)
    if len(codes) > MOST_CHOSEN:
        raise InputError(
            N_("{count} items are chosen, and this takes {limit} at once"),
            hint=N_("Choose fewer: by kind, destination or holder."),
            count=len(codes),
            limit=MOST_CHOSEN,
        )
    return "\n".join(map(show_code, codes))
