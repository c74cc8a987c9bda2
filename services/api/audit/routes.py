"""How far the log of reads is sealed, for privacy officers."""

from typing import Any

from litestar import Request, get

from services.api.request import acting
from services.api.slices import slice_routes
from services.domain.sharing.rules import Purpose
from services.kit.audit.seal import SealState, seal_state
from services.kit.db.unit import unit_of_work


@get("/audit/seal", operation_id="seal_state")
async def show_seal_state(request: Request[Any, Any, Any]) -> SealState:
    """Sealed and waiting rows of the alliance's log; for privacy officers only."""
    actor = await acting(request, Purpose.SERVICE_DELIVERY)
    async with unit_of_work(actor, reading=True):
        return await seal_state(actor)


ROUTES = slice_routes("audit", [show_seal_state])
