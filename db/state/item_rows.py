"""An item as its row in the cache, and back."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from custody.chain.chain import Chain
from custody.chain.fold import Link
from custody.chain.journey import holders_since, moves_of
from custody.format.event_types import Body
from custody.format.item_facts import Item, SerialRange, Voids


class ItemRow(NamedTuple):
    """The columns of the table of items, in its order.

    `held_before` are the others that have held it since it was bound for where it is bound, a code in each line.
    """

    code: str
    kind: str
    bound_for: str
    k: int
    n: int
    election: str | None
    quantity: int
    serial_prefix: str | None
    serial_first: int | None
    serial_last: int | None
    serial_width: int | None
    held_by: str
    condition: str
    print: int
    moves: int
    last_event: bytes
    void: str
    seal: str = ""
    parent: str = ""
    held_before: str = ""

    @property
    def item(self) -> Item:
        """The item that this row is of."""
        serials = None
        if self.serial_prefix is not None and self.serial_first is not None:
            serials = SerialRange(self.serial_prefix, self.serial_first, self.serial_last or 0, self.serial_width or 0)
        return Item(
            code=self.code,
            kind=self.kind,
            to=self.bound_for,
            k=self.k,
            n=self.n,
            election=self.election,
            quantity=self.quantity,
            serials=serials,
            held_by=self.held_by,
            condition=self.condition,
            print=self.print,
            voids=_voids(self.void) if self.void else (),
            seal=self.seal,
            parent=self.parent,
        )


_SHARED_FROM = ItemRow._fields.index("held_by")
"""From this column on, things with the same records have the same."""
_NO_SERIALS = dict.fromkeys(("prefix", "first", "last", "width"))


class ItemsOfRows:
    """Items of rows that are asked for again and again: of a row that is as it was, the item that was made of it the
    last time; making thousands takes longer than reading their rows.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Item] = {}

    def of(self, rows: Iterable[tuple[Any, ...]]) -> list[Item]:
        """The items of these rows, each once; those of other rows are forgotten."""
        known, self._known = self._known, {}
        for row in rows:
            self._known[row] = known.get(row) or ItemRow(*row).item
        return list(self._known.values())


def _voids(text: str) -> Voids:
    """The void prints as the column has them: `1:spoiled 3:lost`."""
    return tuple((int(number), why) for number, _, why in (word.partition(":") for word in text.split()))


def row_of(chain: Chain) -> ItemRow | None:
    """Return the row of the table of items after this chain; None where no event registers the item."""
    item, links = chain.item, standing_links(chain)
    if item is None:
        return None
    serials = item.serials
    return ItemRow(
        code=item.code,
        kind=item.kind,
        bound_for=item.to,
        k=item.k,
        n=item.n,
        election=item.election,
        quantity=item.quantity,
        serial_prefix=serials.prefix if serials else None,
        serial_first=serials.first if serials else None,
        serial_last=serials.last if serials else None,
        serial_width=serials.width if serials else None,
        held_by=item.held_by,
        condition=item.condition,
        print=item.print,
        void=" ".join(f"{number}:{why}" for number, why in item.voids),
        moves=moves_of(chain),
        last_event=bytes.fromhex(links[-1].event.leaf),
        seal=item.seal,
        parent=item.parent,
        held_before="\n".join(sorted(holders_since(chain)[:-1])),
    )


def row_like(row: ItemRow, code: str, said: Body) -> ItemRow:
    """The row of an item whose chain is like that of another (`custody.chain.chain.likeness`).

    Args:
        row: the other's.
        said: what its own registration says of it.
    """
    serials = said["range"] or _NO_SERIALS
    own = (said["kind"], row.bound_for, said["k"], said["n"], said["election"], said["quantity"])
    numbers = (serials["prefix"], serials["first"], serials["last"], serials["width"])
    return ItemRow._make((code, *own, *numbers, *row[_SHARED_FROM:]))


def standing_links(chain: Chain) -> list[Link]:
    """The links of a chain that no correction has withdrawn, without records that only list it as absent."""
    return [link for link in chain.links if not (link.is_withdrawn or link.is_absent)]
