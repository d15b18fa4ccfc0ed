"""The texts in one picture: zxing-cpp first, pyzbar as second opinion, several labels a frame.

The first look is cheap and happens on every frame. Stills get every pass and then a look at each code that was found
and not read. Moving pictures get one pass after the other on the other core; see `scanner.decoding.live_reader`. No
pass is left out because another one read something: that loses labels wherever there are several.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from custody.errors import N_, CameraError
from scanner.decoding.bent_looks import against_blur, look_at_bent, look_for_bent
from scanner.decoding.engines import (
    ENGINE_ERRORS,
    PYZBAR,
    ZXING,
    Engine,
    Glance,
    PyzbarEngine,
    Unread,
    ZxingEngine,
    apart,
    available_engines,
    engines,
    longest_px,
    united,
)
from scanner.decoding.hints import guess_module_px, is_left, is_more, may_be_left, see
from scanner.decoding.renderings import (
    QUICK,
    SLOW,
    THOROUGH_QUICK,
    THOROUGH_SLOW,
    Pass,
    Rendering,
    Sizes,
    as_it_is,
    channels,
    cut_out,
    gray_of,
    magnified,
    quarters,
    thresholded,
)
from scanner.reads import Corners, Read, Seen
from scanner.rescue.expected_codes import NOTHING
from scanner.rescue.finders import find_finders
from scanner.rescue.outlines import find_signs
from scanner.rescue.rescue import STILL_BLOCKS_PX, rescue
from scanner.sources.frames import Image

__all__ = [
    "PYZBAR",
    "ZXING",
    "Engine",
    "Glance",
    "PyzbarEngine",
    "Read",
    "Reader",
    "ZxingEngine",
    "available_engines",
    "engines",
]

_PLACE_PX = 420
"""How large a code that was not read is looked at again."""
_MAGNIFIED_PX = 400
"""Up to this length a code is enlarged for slow engines."""
_MOST_PLACES = 4
_MOST_GUESSES, _MOST_GUESSES_QUICK = 40, 10
_MOST_PAIRS = 8
_LEAST_PAIR_PX = 2.0
"""Pairs of finder patterns with smaller modules are mostly letters; no way reads a damaged code as small."""
_DEAR_S = 1.0
"""A first look that takes so much of the processor is at a picture that was made to cost; ours take a tenth."""
_SMALL_FRAME_PX, _SMALLER_FRAME_PX = 1_000_000, 500_000
"""Finder patterns are looked for in the enlargement of frames up to 720p, against blur of those up to half of that."""

_DOUBLED_BLOCK_PX = 61
_BLOCKS_PX = (41, _DOUBLED_BLOCK_PX, None, _DOUBLED_BLOCK_PX)
"""Neighbourhoods that tell dark from light where codes are looked for in a moving picture; None: a fifth of it. Of the
enlargement every other time against blur."""
_RESCUED_MODULE_PX = 2.6
_RESCUED_BLOCKS_PX = (None, 41)

Way = Literal["others", "rescue", "bent", "bent anywhere", "others again", "closely"]
"""How one place is looked at: by the other engines in its surroundings; by its finder patterns; as a label of an item,
bent or blurred; by the best engine's passes too, enlarged."""

log = logging.getLogger(__name__)


def never() -> bool:
    return False


def _nothing() -> None:
    pass


def _forget(_texts: Iterable[str]) -> None:
    pass


class Reader:
    """Reads QR codes, picture after picture; remembers nothing."""

    def __init__(self, engines: Sequence[Engine] | None = None) -> None:
        """Use these engines, the best first; None: those that this computer has.

        Raises:
            CameraError: there is none.
        """
        chosen = list(available_engines() if engines is None else engines)
        if not chosen:
            raise CameraError(
                N_("There is nothing here that reads QR codes"),
                hint=N_("Install zxing-cpp: pip install -r requirements.txt"),
            )
        self._best, *self._others = chosen
        self.expected = NOTHING
        self.turns = len(QUICK) + len(self._others)
        """How many different looks `look_again` has."""
        others: tuple[Way, ...] = ("others",) if self._others else ()
        rescue: tuple[Way, ...] = ("rescue", "bent") if isinstance(self._best, ZxingEngine) else ()
        again: tuple[Way, ...] = ("others again",) if self._others else ()
        self.ways: tuple[Way, ...] = (*others, *rescue, *again, "closely")
        """How a place in a moving picture is looked at, one after the other, the most promising first."""

    def read(
        self,
        image: Image,
        *,
        thorough: bool = False,
        is_late: Callable[[], bool] = never,
        cut: Callable[[], None] = _nothing,
        note: Callable[[Iterable[str]], None] = _forget,
    ) -> list[Read]:
        """Return every QR code found, ours or not, once for each text and place.

        Args:
            image: grey or blue-green-red, 8 bits; a picture without pixels has no codes.
            thorough: take every pass; for stills, which do not come again.
            is_late: asked before each pass behind the first two; once it is, the remaining ones are omitted.
            cut: called where that may have left codes unread.
            note: told the texts read so far, for whoever gives time by them.
        """
        began_s = time.process_time()
        glance = self.glance(image, inverted=thorough)
        if glance is None or not thorough:
            return glance.reads if glance else []
        note(read.text for read in glance.reads)
        sizes = Sizes(glance.gray)
        if is_late() and time.process_time() - began_s > _DEAR_S:
            cut()
            return glance.reads
        told = self._seen_again(glance.gray, glance.reads)
        if told and all(read.looks > 1 for read in told) and not is_more(sizes.plain, told, glance.unread):
            return told  # what is hard to read twice may lie beside something harder that shows less
        found, missed = self._pass(self._best, QUICK[0], sizes)
        found = united(told, found)
        missed = [*glance.unread, *missed]
        note(read.text for read in found)
        more, failed = self._passes(sizes, QUICK[1:], SLOW, is_late)
        found, unread = self._with_bent(sizes.gray, united(found, more), is_late), [*missed, *failed]
        note(read.text for read in found)
        if is_late() and may_be_left(found, missed):
            cut()
        if is_late() or (found and not is_left(sizes, found, unread)):
            return self._confirmed(glance.gray, found, is_late)
        more, failed = self._passes(sizes, THOROUGH_QUICK, THOROUGH_SLOW, is_late)
        found, unread = united(found, more), unread + failed
        for gray in channels(image):
            found = found if is_late() else united(found, self._found(self._best, as_it_is(gray))[0])
        if is_late():
            if may_be_left(found, missed):
                cut()
            return found
        found = self.look_closer(glance.gray, [each.corners for each in unread], found, is_late)
        found = found if is_late() else self._rescued(sizes.modest, found, _MOST_GUESSES)
        if is_late() and may_be_left(found, missed):
            cut()
        return self._confirmed(glance.gray, found, is_late)

    def glance(self, image: Image, *, inverted: bool = False) -> Glance | None:
        """The first, cheap look; None for what is no picture. `inverted`: look for light codes on dark ground too."""
        gray = gray_of(image)
        if gray is None:
            return None
        return Glance(gray, *self._found(self._best, as_it_is(gray), inverted=inverted))

    def look_again(self, gray: Image, turn: int) -> list[Read]:
        """One of the `turns` passes over a moving picture, and what it reads."""
        turn %= self.turns
        if turn < len(QUICK):
            return self._pass(self._best, QUICK[turn], Sizes(gray))[0]
        return self._pass(self._others[turn - len(QUICK)], SLOW[0], Sizes(gray))[0]

    def look_at(self, gray: Image, corners: Corners, way: Way, turn: int) -> Iterator[Read | None]:
        """What one of the `ways` reads at a place in a moving picture, None between its steps; a text may come twice.

        Rescues are others with each turn.
        """
        if way == "closely":
            if (part := cut_out(gray, corners, _PLACE_PX)) is not None:
                sizes = Sizes(part.image)
                for engine, step in self._steps(QUICK, SLOW):
                    yield from map(part.read_in_picture, self._pass(engine, step, sizes)[0])
                    yield None
        elif way == "bent":
            yield from look_at_bent(gray, corners, turn, self.expected)
        elif way == "bent anywhere":
            yield from look_for_bent(gray, [], self.expected, turn=turn)
        elif way == "rescue":
            part = magnified(gray, corners, float(np.clip(_RESCUED_MODULE_PX / guess_module_px(corners), 1.0, 3.0)))
            blocks = (_RESCUED_BLOCKS_PX[turn % len(_RESCUED_BLOCKS_PX)],)
            if part:
                yield from self._rescuing(part, [], _MOST_GUESSES_QUICK, blocks, part.found(corners))
        else:
            most = max(_MAGNIFIED_PX / longest_px(corners), 1.0)
            for scale in (1.5,) if way == "others" else (1.0, 2.0):
                if (part := magnified(gray, corners, min(scale, most), margin=0.3)) is not None:
                    for engine in self._others:
                        yield from self._found(engine, part)[0]
                        yield None

    def second_opinion(self, gray: Image, *, is_crowded: bool = False) -> list[Read]:
        """What the other engines read in the picture as it is; a crowded one is cut into parts, which is faster."""
        sizes = Sizes(gray)
        found: list[Read] = []
        for engine in self._others:
            for part in quarters(gray) if is_crowded else [sizes.modest]:
                found = united(found, self._found(engine, part)[0])
        return found

    def find_unread(self, gray: Image, read: Sequence[Corners], turn: int) -> tuple[list[Seen], list[Corners]]:
        """The codes that finder patterns show where nothing was read, looked for in another way with each turn.

        Returns:
            By three finder patterns, with what would help, and about where by two, of which many are none.
        """
        sizes = Sizes(gray)
        block_px = _BLOCKS_PX[turn % len(_BLOCKS_PX)]
        is_doubled = block_px == _DOUBLED_BLOCK_PX and gray.size <= _SMALL_FRAME_PX
        rendering = sizes.double if is_doubled else sizes.modest
        rendering = (
            rendering.then(against_blur)
            if is_doubled and turn % 4 == 1 and gray.size <= _SMALLER_FRAME_PX
            else rendering
        )
        signs = find_signs(find_finders(rendering.image, block_px=block_px), rendering.image)
        scale = gray.shape[1] / rendering.image.shape[1]
        sizes_px = {rendering.placed(each.corners): each.module_px * scale for each in signs.outlines}
        outlines = apart(list(sizes_px), read)
        large = [each for each in signs.pairs if each.module_px * scale > _LEAST_PAIR_PX]
        pairs = apart([rendering.placed(each.corners) for each in large[:_MOST_PAIRS]], [*read, *outlines])
        return [see(gray, corners, sizes_px[corners]) for corners in outlines], pairs

    def look_closer(
        self, gray: Image, places: Sequence[Corners], known: Sequence[Read], is_late: Callable[[], bool]
    ) -> list[Read]:
        """Add to what is known what every pass reads at these places, a bounded number of them."""
        found = list(known)
        for corners in apart(places, [read.corners for read in known])[:_MOST_PLACES]:
            part = cut_out(gray, corners, _PLACE_PX)
            if part is not None:
                inside, _unread = self._passes(Sizes(part.image), QUICK + THOROUGH_QUICK, SLOW + THOROUGH_SLOW, is_late)
                found = united(found, [part.read_in_picture(read) for read in inside])
        return found

    def _seen_again(self, gray: Image, reads: Sequence[Read]) -> list[Read]:
        """Return the same reads; those are counted twice that the best engine reads in black and white too."""
        told = list(reads)
        for read in reads:
            part = magnified(gray, read.corners, 1.0, margin=0.2)
            if part is not None:
                more = self._found(self._best, part.then(thresholded), inverted=False)[0]
                told = united(told, [each for each in more if each.text == read.text])
        return told

    def _confirmed(self, gray: Image, found: Sequence[Read], is_late: Callable[[], bool]) -> list[Read]:
        """Return the same reads; what was read in only one rendering is read again closely and counted."""
        told = list(found)
        for read in found:
            part = cut_out(gray, read.corners, _PLACE_PX) if read.looks == 1 and not is_late() else None
            if part is not None:
                more, _unread = self._passes(Sizes(part.image), QUICK, SLOW, is_late)
                if not any(each.text == read.text for each in more):
                    more = [part.read_in_picture(each) for each in self._with_bent(part.image, [], is_late)]
                    more = more or self._rescued(part, [], _MOST_GUESSES_QUICK)
                    told = united(told, [each for each in more if each.text == read.text])
                else:
                    told = united(told, [part.read_in_picture(each) for each in more if each.text == read.text])
        return told

    def _with_bent(self, gray: Image, known: Sequence[Read], is_late: Callable[[], bool]) -> list[Read]:
        """What is known with the bent labels that are read beside it; nothing more without zxing-cpp."""
        found = list(known)
        steps = look_for_bent(gray, known, self.expected) if isinstance(self._best, ZxingEngine) else iter(())
        while not is_late():
            try:
                read = next(steps)
            except StopIteration:
                break
            found = united(found, [read]) if read else found
        return found

    def _rescued(
        self,
        rendering: Rendering,
        known: Sequence[Read],
        most_guesses: int,
    ) -> list[Read]:
        """What is known with what can be rescued beside it; nothing more without zxing-cpp."""
        return united(known, [read for read in self._rescuing(rendering, known, most_guesses) if read])

    def _rescuing(
        self,
        rendering: Rendering,
        known: Sequence[Read],
        most_guesses: int,
        blocks_px: Sequence[int | None] = STILL_BLOCKS_PX,
        within: Corners | None = None,
    ) -> Iterator[Read | None]:
        """The same step by step, None between steps; only codes `within` a part of the rendering."""
        if not isinstance(self._best, ZxingEngine):
            return
        try:
            there = _onto(rendering, known)
            for read in rescue(self._best, rendering.image, there, most_guesses, blocks_px, within):
                yield rendering.read_in_picture(read) if read else None
        except ENGINE_ERRORS as error:
            log.debug("nothing could be rescued: %r", error)

    def _passes(
        self, sizes: Sizes, for_best: Sequence[Pass], for_others: Sequence[Pass], is_late: Callable[[], bool]
    ) -> tuple[list[Read], list[Unread]]:
        """What these passes together read, and what was found in any of them and not read."""
        found: list[Read] = []
        failed: list[Unread] = []
        for engine, step in self._steps(for_best, for_others):
            if is_late():
                break
            more, not_read = self._pass(engine, step, sizes)
            found = united(found, more)
            failed += not_read
        return found, failed

    def _steps(self, for_best: Sequence[Pass], for_others: Sequence[Pass]) -> list[tuple[Engine, Pass]]:
        """Every pass with its engine, in their order."""
        return [(self._best, step) for step in for_best] + [
            (each, step) for each in self._others for step in for_others
        ]

    def _pass(self, engine: Engine, step: Pass, sizes: Sizes) -> tuple[list[Read], list[Unread]]:
        try:
            rendering = step.render(sizes)
        except ENGINE_ERRORS as error:
            log.debug("a picture could not be made ready: %r", error)
            return [], []
        return self._found(engine, rendering, histogram=step.histogram)

    def _found(
        self, engine: Engine, rendering: Rendering, *, inverted: bool = True, histogram: bool = False
    ) -> tuple[list[Read], list[Unread]]:
        """What an engine finds, in the picture's own pixels; nothing when it chokes on the picture."""
        try:
            if isinstance(engine, ZxingEngine):
                reads, unread = engine.inspect(rendering.image, inverted=inverted, histogram=histogram)
            else:
                reads, unread = engine.read(rendering.image), []
        except ENGINE_ERRORS as error:
            log.debug("%s failed on a picture: %r", engine.name, error)
            return [], []
        return (
            [rendering.read_in_picture(read) for read in reads],
            [Unread(rendering.placed(each.corners), each.fault) for each in unread],
        )


def _onto(rendering: Rendering, reads: Sequence[Read]) -> list[Read]:
    """Reads of a picture at their places in a rendering of it."""
    return [replace(read, corners=rendering.found(read.corners)) for read in reads]
