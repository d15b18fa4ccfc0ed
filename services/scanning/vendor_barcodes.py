"""What vendors' barcodes stand for at this station: items that a loaded table names, and seals of registered packs."""

from collections.abc import Sequence

from custody.chain.seals import Ranges
from custody.format.item_facts import Item
from custody.format.vendor_codes import serials_in
from db.state.plan_counts import serial_ranges
from db.store import Store
from scanner.outcomes import VendorRead
from services.records.sealing import opened_packs, seal_packs
from services.scanning.completing import payloads


class VendorBarcodes:
    """The part of a desk that knows vendors' barcodes, and the labels from which others may be completed."""

    store: Store
    completes = False
    """Whether labels that are seen in part may be completed from what is expected."""

    @property
    def missing(self) -> list[Item]:
        """The expected items that are not taken; empty also where it is not known what to expect."""
        return []

    @property
    def completable(self) -> Sequence[str]:
        """The texts of labels that may be completed; none while that is off."""
        return payloads(self.missing) if self.completes else ()

    def recognise(self, text: str) -> VendorRead | None:
        """Return the item or the seal that a barcode stands for; None where neither a table nor a pack says."""
        if code := self.store.vendor_codes.item_of(text):
            return VendorRead(code=code)
        serials = [serial.upper() for serial in serials_in(text)]
        opened = opened_packs(self.store)
        ranges = Ranges(pack for pack in seal_packs(self.store) if pack.code not in opened)
        known = {use.serial for use in self.store.state.seals.with_serials(serials)}
        return next((VendorRead(serial=serial) for serial in serials if serial in known or ranges.find(serial)), None)

    @property
    def wants_barcodes(self) -> bool:
        """Whether any barcode can stand for anything: a table was loaded, or a pack with numbers is registered."""
        return self.store.vendor_codes.are_there() or bool(serial_ranges(self.store.state))
