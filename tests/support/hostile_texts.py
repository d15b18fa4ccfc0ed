"""Texts in QR codes that somebody made to harm."""

import random

from custody.format.codes import draw_code, item_payload

OURS = item_payload(draw_code(random.Random(1).randrange), 1)
SPITEFUL = [
    "'; DROP TABLE event; --",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "../../etc/passwd",
    "C:\\Windows\\system32\\cmd.exe",
    "file:///etc/passwd",
    "https://example.com/?q=1",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "%00",
    "%s%n%x",
    "{0.__class__}",
    "${jndi:ldap://x}",
    "\x00",
    "\x1b[2J\x1b]0;x\x07",
    "\u202eTSP",
    "\ufeff",
    "\ud800",
    "P:",
    "P:../..",
    "P:51.08\n",
    "P:<b>",
    OURS.lower(),
    OURS + "\n",
    " " + OURS,
    OURS[:-1],
    OURS + OURS,
    OURS.replace("*", "＊"),
]
