"""The address of a ledger's database, and the file that it names."""

from pathlib import Path

from custody.errors import N_, StoreError

POSTGRES = ("postgresql://", "postgres://", "psycopg3://")


def ledger_file(url: str) -> Path | None:
    """The file of the ledger at this address; None where it is on a server or the address is none."""
    try:
        return None if url.startswith(POSTGRES) else sqlite_path(url)
    except StoreError:
        return None


def sqlite_path(url: str) -> Path:
    """The file that an address names, absolute, so that a later change of folder does not matter.

    After `sqlite:///` comes a path as the system writes it: `sqlite:////home/u/x.db`, `sqlite:///C:/Users/u/x.db`.

    Raises:
        StoreError: it names none.
    """
    name = url.removeprefix("sqlite:///")
    is_file = name and "\0" not in name and "://" not in name and not name.startswith(("sqlite:", "file:", ":memory:"))
    if not is_file:
        raise StoreError(
            N_("{url} is no place for a ledger"),
            hint=N_("Give --db as sqlite:///FILE or postgresql://HOST/DATABASE."),
            url=url.split("@")[-1],
        )
    return Path(name).expanduser().absolute()
