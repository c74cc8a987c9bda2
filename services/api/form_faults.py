"""What is wrong with a form, in the reader's words, beside what was typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request

from services.api.languages import mark
from services.api.pages import FormState, Shell
from services.kit.errors import Invalid, Reason

# First by field and code, then by code alone.
OF_FIELD = {
    ("given_name", "input.missing"): mark("Write the given name"),
    ("family_name", "input.missing"): mark("Write the family name"),
    ("name", "input.missing"): mark("Write the beginning of the family name"),
    ("goal", "input.missing"): mark("Write what the plan aims at"),
    ("employer", "input.missing"): mark("Write the employer's name"),
    ("hours", "input.missing"): mark("Write the weekly hours, for example 25 or 37,5"),
    ("service", "input.missing"): mark("Choose the service"),
    ("choice", "input.missing"): mark("Choose the service and who gives it"),
    ("reason_code", "input.missing"): mark("Choose the reason"),
    ("text", "input.missing"): mark("Tell the reason in your own words"),
    ("partial", "input.missing"): mark("Choose yes or no"),
    ("kind", "input.missing"): mark("Choose the kind of job"),
}
OF_CODE = {
    "input.missing": mark("Fill in this field"),
    "input.too_long": mark("The text is too long. Shorten it"),
    "input.control_characters": mark("The text has characters that cannot be shown. Write it again"),
    "input.not_a_day": mark("Write the day in the form 24.3.2026"),
    "input.not_a_number": mark("Write a number"),
    "input.not_a_choice": mark("Choose one of the alternatives"),
    "input.invalid": mark("Check this field"),
    "input.day_in_future": mark("The day is in the future. Write today or an earlier day"),
    "input.day_too_long_ago": mark("The day is too long ago. Check the year"),
    "input.ends_before_it_starts": mark("The last day is before the first day. Check both"),
    "people.number_wrong": mark("The identity number is not right. Check each character, or leave it out"),
    "people.birth_date_or_number": mark("Write the birth date, or the identity number above"),
    "people.birth_date_impossible": mark("Check the birth date: it is in the future or too long ago"),
    "people.birth_date_differs_from_number": mark("The birth date and the identity number differ. Correct one of them"),
    "people.email_wrong": mark("Write the e-mail address in the form name@example.fi"),
    "people.phone_wrong": mark("Write the phone number with digits, for example 040 123 4567"),
    "permission.no_class": mark("Choose at least one kind of information"),
    "permission.class_outside_notice": mark("This permission cannot cover that information"),
    "permission.purpose_outside_notice": mark("This permission cannot cover that purpose"),
    "permission.ends_before_it_starts": mark("The last day of the permission has passed. Write a later day"),
    "permission.longer_than_notice": mark("The permission would last too long. Write an earlier last day"),
    "permission.recipient_not_a_member": mark("Choose the organisation that may see the information"),
    "permission.language_without_notice": mark("Choose the language in which the client was told"),
    "referrals.receiver_unknown": mark("Choose the service and who gives it"),
    "referrals.service_not_offered": mark("The organisation does not give this service. Choose another"),
    "referrals.service_unknown": mark("Choose the service"),
    "referrals.class_not_permittable": mark("This information cannot be shared with a referral"),
    "referrals.no_basis_for_minimum": mark("There is no agreement with this organisation. Choose another"),
    "referrals.reason_unknown": mark("Choose the reason"),
    "outcomes.kind_unknown": mark("Choose the kind of job"),
    "outcomes.hours_impossible": mark("Weekly hours are more than 0 and at most 168, for example 25 or 37,5"),
    "outcomes.starts_too_far_ahead": mark("The job starts too far ahead. It can be recorded 90 days before"),
    "outcomes.pay_impossible": mark("Write the pay in euros a month, for example 2 350,00"),
}


async def typed_form(
    request: Request[Any, Any, Any], shell: Shell, wrong: Invalid | None = None, fields: Mapping[str, str] | None = None
) -> FormState:
    """What was sent, with the faults beside it. `fields` tells which field of the page a reason's field is."""
    sent = await request.form()
    return form_state(shell, sent, wrong.reasons if wrong else (), fields or {})


def form_state(shell: Shell, sent: Any, reasons: Sequence[Reason], fields: Mapping[str, str]) -> FormState:
    """The same from any set of fields; of several faults of one field the first is told."""
    values = {name: [one for one in sent.getall(name) if isinstance(one, str)] for name in sent}
    errors: dict[str, str] = {}
    for reason in reasons:
        field = fields.get(reason.field, reason.field)
        errors.setdefault(field, fault_text(shell, field, reason.code))
    return FormState(values, errors)


def fault_text(shell: Shell, field: str, code: str) -> str:
    """One sentence for a fault; a code without words gets the general ones, since the field is marked anyway."""
    return shell.text(OF_FIELD.get((field, code)) or OF_CODE.get(code, OF_CODE["input.invalid"]))
