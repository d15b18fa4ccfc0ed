"""Takes what is attached out of a PDF, in a child process (`tables.sandbox.child_process`)."""

from typing import Any

from pypdf import PdfReader

from tables.sandbox.child_process import Send, limited


def attachments(told: dict[str, Any], send: Send, payload: bytes) -> None:
    """Send the file of that `name` in the PDF that the payload is, and a second one, which it should not have.

    Args:
        told: `name`, and `most` of its bytes to send: one byte more says that it is larger.
    """
    from io import BytesIO

    limited(len(payload))
    for data in (PdfReader(BytesIO(payload)).attachments.get(told["name"]) or ())[:2]:
        send(data[: told["most"] + 1])
