"""Label stock: the sheets and rolls that labels are printed on, by name. Must not know what a label says."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from custody.errors import N_, InputError, LabelError
from labels.stock_file import Stock, read_stocks
from language import _

__all__ = ["STOCKS", "Stock", "stock", "title_of", "with_own"]

_TABLE = Path(__file__).with_name("stocks.toml")

STOCKS: Mapping[str, Stock] = MappingProxyType(read_stocks(_TABLE.read_bytes(), _TABLE.name))
"""Every stock that Serah knows by its name, as `--sheet` takes it; table and sources are in stocks.toml."""

_ALSO = {"avery-l7160": "a4-3x7", "avery-l7165": "a4-2x4"}
"""The maker's numbers of stock that is known by another name; prints are recorded under that one."""


def with_own(own: Mapping[str, Stock], file: str) -> Mapping[str, Stock]:
    """Serah's stock and a user's.

    Raises:
        InputError: one of the user's has the name of one of Serah's, which records of old prints speak of.
    """
    if taken := sorted(own.keys() & STOCKS.keys()):
        raise InputError(
            N_("{file}: {name} is the name of a label sheet that Serah knows"),
            hint=N_("Give your sheet a name of its own."),
            file=file,
            name=taken[0],
        )
    return {**STOCKS, **own}


def title_of(stock: Stock) -> str:
    """What a stock is called, in the chosen language: a roll by its word, a sheet by its maker's names."""
    kind, comma, rest = stock.title.partition(",")
    return (_("Roll") if kind == "Roll" else kind) + comma + rest


def stock(name: str, stocks: Mapping[str, Stock] = STOCKS) -> Stock:
    """The stock of this name, small letters or capitals.

    Raises:
        LabelError: there is none; the hint names those that there are.
    """
    wanted = name.strip().lower()
    try:
        return stocks[_ALSO.get(wanted, wanted)]
    except KeyError:
        raise LabelError(
            N_("there is no label sheet called {name}"),
            hint=N_("The sheets are: {available}."),
            name=name,
            available=", ".join(stocks),
        ) from None
