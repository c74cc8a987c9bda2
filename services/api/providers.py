"""The providers of an installation, one for each organisation, made when first asked for."""

from uuid import UUID

from services.api.oidc import Limits, Provider
from services.domain.organisations.queries import SignInConnection
from services.kit.settings import Settings


class Providers:
    """Keeps each provider's documents between requests; a connection that was changed gets a new provider."""

    def __init__(self, settings: Settings, limits: Limits | None = None) -> None:
        """`limits` are the usual ones unless a test wants to wait less."""
        self.limits = limits or Limits()
        self._settings = settings
        self._providers: dict[UUID, Provider] = {}

    def of(self, connection: SignInConnection) -> Provider:
        """The provider of a connection. Raises SettingsError when its client secret is missing."""
        known = self._providers.get(connection.organisation_id)
        if known is None or known.connection != connection:
            known = Provider(
                connection,
                secret=self._settings.secret(connection.secret_name),
                redirect_uri=f"{self._settings.base_url}/auth/{connection.slug}/callback",
                plain_http=self._settings.demonstration,
                limits=self.limits,
            )
            self._providers[connection.organisation_id] = known
        return known
