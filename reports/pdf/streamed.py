"""A PDF of any length in little memory: each page is written to the file when it ends, and forgotten.

ReportLab keeps a document until it is whole, some 45 kB a page. What is written leaves its number (4 bytes) and its
place in the file (8). What is named before it is drawn has its number before: the form with the count of all pages, a
page that a list links to. Number such names from 1 on ("page-1", "page-2"): any other name is kept as it is.
"""

import re
from array import array
from typing import Any, BinaryIO

from reportlab.pdfbase.pdfdoc import (
    OutlineEntryObject,
    PDFArray,
    PDFDictionary,
    PDFDocument,
    PDFFile,
    PDFImageXObject,
    PDFIndirectObject,
    PDFName,
    PDFObjectReference,
    PDFTrailer,
    PDFZCompress,
    xObjectName,
)
from reportlab.pdfgen.canvas import Canvas


class StreamedCanvas(Canvas):  # type: ignore[misc]
    """A canvas whose pages go to `out` one by one; links and outlines lead to whole pages."""

    def __init__(self, out: BinaryIO, size: tuple[float, float], lang: str) -> None:
        """Args:
        size: of a page, in points; `lang` is the document's language.
        """
        super().__init__(out, pagesize=size, invariant=1, pageCompression=1)
        self._doc = _StreamedDocument(out, lang)
        self._make_preamble()  # each page begins with a font, which this document has to know too

    def bookmarkPage(self, key: str) -> None:  # noqa: N802 -- the name in the library
        """Say that this page is where links to this name lead."""
        self._doc.mark(key)

    def _bookmarkReference(self, name: str) -> Any:  # noqa: N802
        return self._doc.place_of(name)

    def add_to_outline(self, title: str, key: str) -> None:
        """Let the outline lead to that name, by this title; all entries are on one level."""
        self._doc.add_entry(title, key)


class _Numbers:
    """The number of each object by its name, as ReportLab asks for it: with its generation, which is 0."""

    def __init__(self) -> None:
        self._rows: dict[str, array[int]] = {}
        self._others: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return self._of(name) > 0

    def __getitem__(self, name: str) -> tuple[int, int]:
        if number := self._of(name):
            return number, 0
        raise KeyError(name)

    def __setitem__(self, name: str, found: tuple[int, int]) -> None:
        if name == f"R{found[0]}":  # the library's name of what has none
            return
        kind, at = _parted(name)
        row = self._rows.setdefault(kind, array("I")) if at == 1 else self._rows.get(kind, array("I"))
        if at and at == len(row) + 1:
            row.append(found[0])
        else:
            self._others[name] = found[0]

    def _of(self, name: str) -> int:
        kind, at = _parted(name)
        if kind == "R":
            return at
        row = self._rows.get(kind, array("I"))
        return row[at - 1] if 0 < at <= len(row) else self._others.get(name, 0)


def _parted(name: str) -> tuple[str, int]:
    """A name without the count at its end, and that count; 0 for none."""
    found = re.fullmatch(r"(.*?)([1-9][0-9]{0,8})", name)
    return (found[1], int(found[2])) if found else (name, 0)


def _kids(numbers: "array[int]") -> bytes:
    """The list of all pages, in lines of ten."""
    told = bytearray(b"[")
    for at, number in enumerate(numbers):
        told += (b" " if at % 10 or not at else b" \n  ") + b"%d 0 R" % number
    return bytes(told + b" ]")


class _StreamedDocument(PDFDocument):  # type: ignore[misc]
    def __init__(self, out: BinaryIO, lang: str) -> None:
        # invariant: the same facts give the same bytes, so that two people can compare their files.
        super().__init__(compression=1, invariant=1, lang=lang)
        self._file = PDFFile(self._pdfVersion)
        out.write(b"".join(self._file.strings))
        self._file.strings.clear()
        self._file.write = out.write
        self.idToObjectNumberAndVersion = numbers = _Numbers()
        for number, name in self.numberToId.items():
            numbers[name] = number, 0
        self._offsets = array("Q", [0])
        self.Pages = self.Catalog.Pages = PDFDictionary({"Type": PDFName("Pages")})
        self._pages = array("I")
        self._entries, self._entry = 0, OutlineEntryObject()

    def addPage(self, page: Any) -> None:  # noqa: N802
        name = self.thisPageName()
        self.keep(name, page)
        for named in page.XObjects.dict if page.XObjects else ():
            self._reserve(named)
        self.pass_on(name)
        page.Contents.filters = [PDFZCompress]  # not as ASCII on top, which is a quarter larger and takes 2 ms
        self.pass_on(page.Contents.__InternalName__)
        for annotation in page.Annots.sequence if page.Annots else ():
            self.pass_on(annotation.name)
        self._pages.append(self.idToObjectNumberAndVersion[name][0])
        self.pageCounter += 1
        self.inObject = None

    def addForm(self, name: str, form: Any) -> None:  # noqa: N802
        mask = getattr(form, "_smask", None)
        if mask:  # the library names it only when the picture is written already, which would be black where nothing is
            self.addForm(mask.name, mask)
            form.smask = PDFObjectReference(xObjectName(mask.name))
        self.keep(xObjectName(name), form)
        self.inObject = None
        self.pass_on(xObjectName(name))
        if isinstance(
            form, PDFImageXObject
        ):  # a picture may come again: it is known by its name, and drawn by its size
            form.streamContent = None
            self.idToObject[xObjectName(name)] = form

    def place_of(self, name: str) -> Any:
        self._reserve(f"To.{name}")
        return PDFObjectReference(f"To.{name}")

    def mark(self, name: str) -> None:
        self._reserve(self.thisPageName())
        self.keep(f"To.{name}", PDFArray([self.thisPageRef(), PDFName("Fit")]))
        self.pass_on(f"To.{name}")

    def add_entry(self, title: str, key: str) -> None:
        """Add an entry to the outline; it is written when the next one is known."""
        before, self._entry = self._entry, OutlineEntryObject()
        self._reserve("Outlines")
        entry, self._entries = self._entry, self._entries + 1
        entry.Title, entry.Dest, entry.Parent = title, self.place_of(key), PDFObjectReference("Outlines")
        self.keep(f"Outline.{self._entries}", entry)
        if self._entries > 1:
            entry.Prev, before.Next = self.Reference(before), self.Reference(entry)
            self.pass_on(before.__InternalName__)

    def format(self) -> bytes:
        """Write what is left, and the file's end; nothing of it is returned."""
        self.Pages["Kids"], self.Pages["Count"] = _kids(self._pages), len(self._pages)
        if self._entries:
            ends = {"First": PDFObjectReference("Outline.1"), "Last": PDFObjectReference(f"Outline.{self._entries}")}
            top = PDFDictionary({"Type": PDFName("Outlines"), "Count": self._entries, **ends})
            self.keep("Outlines", top)
            self.Catalog.Outlines = top
        root, info = self.Reference(self.Catalog), self.Reference(self.info)
        while self.numberToId:  # which grows meanwhile
            self._write(self.numberToId.pop(min(self.numberToId)))
        size = self.objectcounter + 1
        start = self._file.add(f"xref\n0 {size}\n0000000000 65535 f \n")
        for number in range(1, size):
            if not self._offsets[number]:
                raise KeyError(f"object {number} is named in the file, and is not in it")
            self._file.add(f"{self._offsets[number]:010d} 00000 n \n")
        end = PDFTrailer(startxref=start, Size=size, Root=root, Info=info, Encrypt=None, ID=self.ID())
        self._file.add(end.format(self))
        return b""

    def keep(self, name: str, thing: Any) -> None:
        """Keep an object under its name until it is written."""
        self._reserve(name)
        self.idToObject[name] = thing
        self.numberToId[self.idToObjectNumberAndVersion[name][0]] = name
        thing.__InternalName__ = name

    def pass_on(self, name: str) -> None:
        """Write an object and forget it; only its name may be asked for afterwards."""
        del self.numberToId[self.idToObjectNumberAndVersion[name][0]]
        self._write(name)
        del self.idToObject[name]

    def _reserve(self, name: str) -> None:
        """Give an object its number before there is one."""
        if name not in self.idToObjectNumberAndVersion:
            self.objectcounter += 1
            self.idToObjectNumberAndVersion[name] = (self.objectcounter, 0)

    def _write(self, name: str) -> None:
        number = self.idToObjectNumberAndVersion[name][0]
        place = self._file.add(PDFIndirectObject(name, self.idToObject[name]).format(self))
        while len(self._offsets) <= self.objectcounter:
            self._offsets.append(0)
        self._offsets[number] = place
        self.idToObject[name] = None
