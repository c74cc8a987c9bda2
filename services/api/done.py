"""What just succeeded, told on the page that follows the redirect. The address carries a code, never words."""

import msgspec

from services.api.languages import mark
from services.api.pages import Shell

DONE = {
    "registered": (mark("The client is registered"), mark("You can now record a plan or refer the client.")),
    "contact": (mark("The contact details are saved"), ""),
    "plan": (mark("The plan is recorded"), mark("Others see it only if the client gives permission.")),
    "ability": (
        mark("The assessment of work ability is recorded"),
        mark("Others see it only if the client gives permission."),
    ),
    "service_use": (mark("The service is recorded"), ""),
    "job": (mark("The job is recorded"), mark("It stands on the client's page below.")),
    "permission": (
        mark("The permission is recorded"),
        mark("What it covers opened at once. The client can withdraw it at any time."),
    ),
    "withdrawn": (
        mark("The permission is withdrawn"),
        mark("The information closed at once. The log keeps who read it before."),
    ),
    "sent": (
        mark("The referral is sent"),
        mark("The receiver decides within 14 days. You see the answer here and on your front page."),
    ),
    "accepted": (
        mark("You accepted the referral"),
        mark("The client is now also your client, and what the sender shares is open below."),
    ),
    "rejected": (
        mark("You rejected the referral"),
        mark("What it showed you has closed. The sender sees your reason."),
    ),
    "cancelled": (mark("You cancelled the referral"), mark("What it showed the receiver has closed.")),
}


class Done(msgspec.Struct, frozen=True):
    """A success to tell; `text` may be empty."""

    title: str
    text: str


def done_of(shell: Shell, code: str) -> Done | None:
    """The words for a code of an address; None for none and for one that is not ours."""
    if code not in DONE:
        return None
    title, text = DONE[code]
    return Done(shell.text(title), shell.text(text) if text else "")
