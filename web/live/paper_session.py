"""The tray of handover papers on the page, read from cameras, typed lines and photographs."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from custody.chain.findings import Finding
from custody.format.paper_codes import is_head, is_part
from db.store import Store
from language.text import fill
from reports.chain.finding_rows import named_finding
from reports.words import custodian_name, show_custodian
from scanner.outcomes import Mark, Outcome
from scanner.reads import Read
from scanner.session import ScanSession
from services.exchange.invitation import is_hub_line
from services.scanning.paper_tray import PaperTray, TrayPaper
from tables.output.safe_file import safe_file
from web.live.server_events import ServerEvents
from web.live.shared_session import SharedSession

PAPERS = "papers"
"""By this name cameras read into the tray, as they read into a draft by its id."""
HALF_READ_FILE = "half-read-papers.txt"
"""In the station's folder: the codes of papers that were shown so far, for after a restart."""
_ANYWHERE = ((0, 0), (1, 0), (1, 1), (0, 1))


class PaperSession(SharedSession):
    """The tray of papers and its scan session. Only the ledger's thread may use it."""

    def __init__(self, store: Store, events: ServerEvents, home: Path) -> None:
        self.tray = PaperTray(store)
        super().__init__(store, events, ScanSession(self.tray), self.tray)
        self._file = home / HALF_READ_FILE
        with suppress(OSError):  # there is none, as a rule; a code can be shown again
            self.scan.resume(self._file.read_text("utf-8", "replace").splitlines())
        self.last: Outcome | None = None
        self.version = 0
        """Increases with every change that a page must show."""
        self._hub = ""

    def see_beside(self, camera: str, reads: Sequence[Read], at_ms: float) -> dict[str, Mark | None]:
        """Take what a camera has read, and note a hub's code, which is none of a paper."""
        ours = [read for read in reads if not is_hub_line(read.text)]
        self._hub = next((read.text for read in reads if is_hub_line(read.text)), self._hub)
        return super().see_beside(camera, ours, at_ms)

    def take_hub(self) -> str:
        """The line of the hub whose code was seen since this was asked last; empty where none was."""
        hub, self._hub = self._hub, ""
        return hub

    def show(self, texts: Iterable[str]) -> int:
        """Take the texts of all codes in a photograph or a PDF; how many of them belong to papers."""

        ours = [text for text in dict.fromkeys(texts) if is_part(text) or is_head(text)]
        self.see([Read(text, _ANYWHERE, "picture") for text in ours], 0.0, is_still=True)
        return len(ours)

    def publish(self, outcome: Outcome, line: str = "", *, is_for_all: bool = True) -> dict[str, Any]:
        """Keep the outcome for pages that are opened later, and what is half read for after a restart.

        Raises:
            InputError, StoreError: the station's folder cannot be written.
        """
        self._keep_half_read()
        self.last, self.version = outcome, self.version + 1
        return super().publish(outcome, is_for_all=is_for_all)

    def _keep_half_read(self) -> None:
        parts = self.scan.open_parts
        if parts:
            with safe_file(self._file, is_own=True) as file:
                file.write("\n".join(parts).encode())
        else:
            self._file.unlink(missing_ok=True)

    def facts(self) -> dict[str, Any]:
        """What the page shows of it: the last outcome, papers half read with each part, papers read whole."""
        places = self.store.state.places
        self.tray.judge_again()
        return {
            "last": self.last,
            "look": self._look(),
            "version": self.version,
            "half_read": [
                {
                    "paper": read.paper,
                    "have": len(read.have),
                    "of": read.of,
                    "missing": ", ".join(map(str, read.missing)),
                    "parts": [(number, number in read.have) for number in range(1, read.of + 1)],
                }
                for read in self.scan.half_read
            ],
            "papers": [self._shown(paper, places) for paper in reversed(self.tray.papers.values())],
        }

    def _look(self) -> str:
        """The style of the last outcome: red only for grave findings, such as a wrong signature."""
        if self.last is None:
            return "soft"
        is_read = self.last.kind == "paper" and not any(one.severity == "critical" for one in self.last.findings)
        return {"ok": "right", "again": "again"}.get(self.last.beep, "watch" if is_read else "wrong")

    def _shown(self, paper: TrayPaper, places: Any) -> dict[str, Any]:
        return {
            "title": paper.title,
            "is_held": paper.is_held,
            "is_own": paper.is_own,
            "is_received": paper.is_received,
            "findings": [_finding_words(finding) for finding in paper.findings],
            "giver": show_custodian(paper.giver),
            "receiver": show_custodian(paper.receiver) if paper.receiver else "",
            "giver_name": custodian_name(places, paper.giver),
        }


def _finding_words(finding: Finding) -> str:
    words = fill(finding.message, finding.values)
    return words if finding.severity == "info" else f"! {named_finding(finding.code)}: {words}"
