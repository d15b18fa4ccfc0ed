"""A folder of tiles of a root and an office, and what reads it: the program, and the tool that stands alone."""

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from custody.compose.compose import NewEvent
from custody.errors import CustodyError
from db.store import Store
from services.exchange.evidence_files import audit_file
from services.exchange.tile_folder import write_tiles
from tests.support.command_examples import once_in
from tests.support.ledger_examples import later, planned_station, record
from tests.support.merge_examples import Bundle, bundle_of, join, take
from tests.support.tool_examples import load_tool

tool = load_tool("verify_tiles")
MANY = 256
POINT = {"point": "p", "title": "x" * 50, "owner": "", "due": None, "place": None, "state": "open", "note": ""}


def remark(store: Store, count: int) -> None:
    record(store, *(NewEvent("point", {**POINT, "point": f"p{number}"}) for number in range(count)))


def with_heads(store: Store) -> Bundle:
    """All that a ledger holds, with the heads that the logs' stations signed."""
    bundle = bundle_of(store)
    rows = tuple(replace(row, checkpoint=store.ledger.signed_heads.newest(row.log)) for row in bundle.rows)
    return replace(bundle, rows=rows)


@pytest.fixture
def two_logs(tmp_path: Path) -> Iterator[Store]:
    """A root's ledger that also has the log of an office, each with more than one tile of entries."""

    def begun() -> None:
        with planned_station(f"sqlite:///{tmp_path / 'root.db'}", 1) as root:
            office = join(f"sqlite:///{tmp_path / 'office.db'}", 2, root, place="51.08.01", name="PPK 1")
            remark(office, MANY)
            remark(root, MANY)
            take(root, with_heads(office))
            write_tiles(root, tmp_path / "written")
            office.close_after_test.close()  # type: ignore[attr-defined]

    once_in(tmp_path, "two logs", begun)
    with later(f"sqlite:///{tmp_path / 'root.db'}", 1) as root:
        yield root


@pytest.fixture
def folder(two_logs: Store, tmp_path: Path) -> Path:
    return (tmp_path / "written").rename(tmp_path / "tiles")


def files_of(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def by_the_program(folder: Path, root: str | None = None) -> bool:
    """Whether the program finds nothing wrong."""
    try:
        return audit_file(folder, root).is_ok
    except CustodyError:
        return False


def by_the_tool(source: str | Path, *words: str) -> tuple[int, dict[str, Any]]:
    """The exit code of the tool, and what it reports."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
        try:
            code = int(tool.main([str(source), "--json", *words]))
        except SystemExit as end:
            code = int(end.code or 0)
    return code, json.loads(out.getvalue() or "{}")
