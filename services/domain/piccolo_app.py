"""The one Piccolo app: every table of the product, one linear migration history."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

MODULES = [
    "services.kit.identity.tables",
    "services.kit.jobs.tables",
    "services.kit.audit.tables",
    "services.domain.organisations.tables",
    "services.domain.sharing.tables",
    "services.domain.people.tables",
    "services.domain.referrals.tables",
    "services.domain.outcomes.tables",
]

APP_CONFIG = AppConfig(
    app_name="nivel",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=table_finder(MODULES),
)
