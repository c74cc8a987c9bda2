"""What a person could permit here at all: the alliance's policy, asked before a form is shown."""

from services.domain.organisations.queries import members
from services.domain.sharing.rules import BasisKind, Purpose
from services.kit.db.context import ActingContext
from services.kit.db.unit import fetch


async def permittable(actor: ActingContext) -> dict[str, frozenset[str]]:
    """Which classes pass from the acting organisation on a client permission, by kind of recipient."""
    own = (await members(actor))[actor.organisation_id]
    rows = await fetch(
        "SELECT recipient_kind, array_agg(data_class) AS classes FROM policy_entry"
        " WHERE source_kind = $1 AND basis_kind = $2 AND purpose = $3 GROUP BY recipient_kind",
        own.kind,
        BasisKind.CLIENT_PERMISSION.value,
        Purpose.SERVICE_DELIVERY.value,
    )
    return {row["recipient_kind"]: frozenset(row["classes"]) for row in rows}
