"""A station of a whole regency with its page served, for what measures the page."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import main  # noqa: E402
from commands.context import station_at  # noqa: E402
from web.security.entrances import HEADER, cookie_name  # noqa: E402
from web.security.sockets import listen  # noqa: E402
from web.server import server_of, site_on  # noqa: E402
from web.site import Site  # noqa: E402

BULELENG = tuple(ROOT / "examples" / "buleleng" / name for name in ("places.csv", "needs.csv"))


def prepared(folder: Path, tables: tuple[Path, ...] = BULELENG) -> Path:
    """The folder of a station with the plan of these tables, and every item of it."""
    home = folder / "home"
    init = ["init", "--place", "51.08", "--station", "Gudang-1", "--election", "Pemilu 2024"]
    for command in (init, ["load", *map(str, tables)], ["plan"]):
        assert main.main(["--home", str(home), *command]) == 0
    return home


@contextmanager
def served(home: Path) -> Iterator[Site]:
    """The page of that station, in a thread of this program."""
    station, listening = station_at(str(home), None), listen(None)
    site = site_on(listening, station.home, lambda: station.store(write=True), language="en", source="0")
    server = server_of(site)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield site
    finally:
        server.should_exit = True
        thread.join()


def begun(site: Site, giver: str, receiver: str) -> str:
    """The id of a new session."""
    return site.keep.do(
        lambda store: store.drafts.open(store.around.new_id(), giver, receiver, [], at=store.around.now_utc())
    ).id


def get(site: Site, path: str) -> bytes:
    """What the server answers."""
    with urlopen(Request(site.address.rstrip("/") + path)) as answer:
        return bytes(answer.read())


def type_in(site: Site, draft: str, line: str) -> None:
    """Send a line as the page does, and wait until it is taken."""
    secret = {HEADER: site.token, "Cookie": f"{cookie_name(site.token)}={site.token}"}
    body = json.dumps({"line": line}).encode()
    address = f"{site.address}api/drafts/{draft}/lines"
    with urlopen(Request(address, body, secret | {"Content-Type": "application/json"})) as answer:
        answer.read()


def add_up(site: Site) -> None:
    """Wait until the dashboard has added up everything."""
    while site.overview.whole(lambda _store, kept: kept.share) < 1:
        time.sleep(0.1)
