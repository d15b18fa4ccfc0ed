"""Fixtures that tests of the page share and no others need."""

from tests.support.branch_pages import doubled, hub, office  # noqa: F401 -- a province and a regency
from tests.support.lan_examples import device, draft, lan, lan_app, stranger, whichever_lan  # noqa: F401 -- second scanners
from tests.support.meet_pages import prepared_other  # noqa: F401 -- two stations that meet
from tests.support.paper_pages import paper, parts  # noqa: F401 -- a handover paper of another station
from tests.support.scan_in_browser import film  # noqa: F401 -- what a camera sees
