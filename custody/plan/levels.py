"""The levels of the delivery tree as the ledger writes them, and what each is for. What they are called, and which of
them an election or another use has, its profile says (`custody.plan.profile`).

The values are frozen: the first programs knew elections alone and named them so. `store-2`, `store-3` and `group-2`
came with version 5 of the format; no kind of thing can have their names.
"""

STORE = "warehouse"
STORES = ("store-3", "store-2", STORE)
"""Where stock lies, from the top; what is bound for such a place is its stock."""
AREA = "district"
"""The level by which reports add up: its places bear what goes wrong at them and below."""
GROUPS = ("village", "group-2")
"""Between an area and its ends."""
GROUP = GROUPS[0]
END = "polling_station"
"""Where things are used."""
VENDOR, CARRIER = BESIDE = ("vendor", "carrier")
"""Beside the tree."""

TREE = (*STORES, AREA, *GROUPS, END)
"""From the top down."""
LEVELS = (*TREE, VENDOR, CARRIER)
BELOW_STORES = (AREA, *GROUPS, END)
ABOVE_ENDS = (*STORES, AREA, *GROUPS)
MIN_LEVELS, MAX_LEVELS = 3, 6


def of_roles(roles: tuple[str, ...]) -> tuple[str, ...] | None:
    """The level of each role, `store`, `area`, `group` or `end`, from the top down; None where no tree has them so.

    One store at least, then one area, then groups, then the end; three to six in all.
    """
    stores, groups = roles.count("store"), roles.count("group")
    if not (1 <= stores <= len(STORES) and groups <= len(GROUPS) and MIN_LEVELS <= len(roles) <= MAX_LEVELS):
        return None
    if roles != ("store",) * stores + ("area",) + ("group",) * groups + ("end",):
        return None
    return (*STORES[-stores:], AREA, *GROUPS[:groups], END)


def are_a_tree(levels: tuple[str, ...]) -> bool:
    """Whether these are levels of a tree from the top down, with a store, the area and the end."""
    return levels == tuple(level for level in TREE if level in levels) and {STORE, AREA, END} <= {*levels}
