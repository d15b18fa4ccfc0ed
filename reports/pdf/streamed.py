"""A PDF of any length in little memory: each page is written to the file when it ends, and forgotten.

ReportLab keeps a document until it is whole, some 45 kB a page. What is written leaves its number and its place in the
file. What is named before it is drawn has its number before: the form with the count of all pages, a page that a list
links to.
"""

from typing import Any, BinaryIO

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFCrossReferenceTable,
    PDFDocument,
    PDFFile,
    PDFImageXObject,
    PDFIndirectObject,
    PDFName,
    PDFObjectReference,
    PDFTrailer,
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

    def bookmarkPage(self, key: str) -> None:  # noqa: N802 -- the name in the library
        """Say that this page is where links to this name lead."""
        self._doc.mark(key)

    def _bookmarkReference(self, name: str) -> Any:  # noqa: N802
        return self._doc.place_of(name)


class _StreamedDocument(PDFDocument):  # type: ignore[misc]
    def __init__(self, out: BinaryIO, lang: str) -> None:
        # invariant: the same facts give the same bytes, so that two people can compare their files.
        super().__init__(compression=1, invariant=1, lang=lang)
        self._file = PDFFile(self._pdfVersion)
        out.write(b"".join(self._file.strings))
        self._file.strings.clear()
        self._file.write = out.write

    def addPage(self, page: Any) -> None:  # noqa: N802
        name = self.thisPageName()
        self._keep(name, page)
        for named in page.XObjects.dict if page.XObjects else ():
            self._reserve(named)
        self._write(name)
        self._write(page.Contents.__InternalName__)
        for annotation in page.Annots.sequence if page.Annots else ():
            self._write(annotation.name)
        self.Pages.addPage(PDFObjectReference(name))
        self.pageCounter += 1
        self.inObject = None

    def addForm(self, name: str, form: Any) -> None:  # noqa: N802
        mask = getattr(form, "_smask", None)
        if mask:  # the library names it only when the picture is written already, which would be black where nothing is
            self.addForm(mask.name, mask)
            form.smask = PDFObjectReference(xObjectName(mask.name))
        self._keep(xObjectName(name), form)
        self.inObject = None
        self._write(xObjectName(name))
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
        self._keep(f"To.{name}", PDFArray([self.thisPageRef(), PDFName("Fit")]))
        self._write(f"To.{name}")

    def format(self) -> bytes:
        """Write what is left, and the file's end; nothing of it is returned."""
        root, info = self.Reference(self.Catalog), self.Reference(self.info)
        number = 1
        while number in self.numberToId:  # which grows meanwhile
            if self.numberToId[number] not in self.idToOffset:
                self._write(self.numberToId[number])
            number += 1
        table = PDFCrossReferenceTable()
        table.addsection(0, [self.numberToId[at] for at in range(1, number)])
        start = self._file.add(table.format(self))
        end = PDFTrailer(startxref=start, Size=number, Root=root, Info=info, Encrypt=None, ID=self.ID())
        self._file.add(end.format(self))
        return b""

    def _reserve(self, name: str) -> None:
        """Give an object its number before there is one."""
        if name not in self.idToObjectNumberAndVersion:
            self.objectcounter += 1
            self.idToObjectNumberAndVersion[name] = (self.objectcounter, 0)
            self.numberToId[self.objectcounter] = name

    def _keep(self, name: str, thing: Any) -> None:
        self._reserve(name)
        self.idToObject[name] = thing
        thing.__InternalName__ = name

    def _write(self, name: str) -> None:
        self.idToOffset[name] = self._file.add(PDFIndirectObject(name, self.idToObject[name]).format(self))
        self.idToObject[name] = None
