"""The missing steps of a refusal in a reader's language."""

from services.api.formats import day
from services.api.languages import mark, texts_in
from services.api.words import word
from services.domain.sharing.rules import Step

REASONS = {
    "role_reads_not": mark("Your role does not read this information."),
    "nothing_shared": mark("Nothing about this person is shared with your organisation."),
    "class_not_shared": mark("This information has not been shared with your organisation."),
    "class_needs": mark("It can be shared on this basis: %(kinds)s."),
    "class_never_shared": mark("The alliance's rules do not share this information with organisations of your kind."),
    "permission_withdrawn": mark("The permission ended: it was withdrawn on %(day)s."),
    "permission_expired": mark("The permission ended on %(day)s."),
    "permission_invalidated": mark("The permission ended: it was found invalid on %(day)s."),
    "permission_replaced": mark("The permission was replaced by a newer one on %(day)s."),
    "permission_past": mark("The permission ended: its last day was %(day)s."),
    "permission_requested": mark("The permission has been asked for but not given."),
    "permission_refused": mark("The permission was not given."),
    "basis_registered": mark("The basis has been registered but is not in force."),
    "basis_challenged": mark("The basis has been challenged and does not count until that is decided."),
    "basis_ended": mark("The basis ended on %(day)s."),
    "basis_past": mark("The basis ended: its last day was %(day)s."),
    "share_ended": mark("The sharing ended on %(day)s, for example because the referral ended."),
    "not_yet": mark("The sharing begins on %(day)s."),
    "other_purpose": mark("It is shared for another purpose."),
    "policy_closed": mark("The alliance's rules do not accept this basis for this information now."),
}


def reason_text(step: Step, language: str) -> str:
    """One sentence for a step; raises KeyError for a code without words, so that no raw code reaches a reader."""
    texts = texts_in(language)
    kinds = ", ".join(texts.gettext(word("basis", kind)).lower() for kind in step.kinds)
    return texts.gettext(REASONS[step.code]) % {"day": day(step.day) if step.day else "–", "kinds": kinds}
