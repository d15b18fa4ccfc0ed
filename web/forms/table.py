"""All forms of the page Records, in the order in which it offers them."""

from collections.abc import Mapping, Sequence

from custody.errors import N_
from web.forms import belonging, field_work, goods, mistakes
from web.forms.fields import Form

FORMS: Mapping[str, Form] = {
    form.name: form for form in (*field_work.FORMS, *goods.FORMS, *mistakes.FORMS, *belonging.FORMS)
}
GROUPS: Sequence[tuple[str, Sequence[str]]] = (
    (N_("Inspections and obstacles"), ("inspect", "seal", "incident", "incident-close", "checklist")),
    (N_("Goods"), ("delivery", "deliveries", "pack", "split", "reassign", "balance")),
    (N_("Labels"), ("void", "claim")),
    (N_("Work to be done"), ("point", "points")),
    (N_("Mistakes"), ("correct",)),
    (N_("The election"), ("profile", "revoke", "drop")),
)
"""The groups of forms, each under its heading."""
