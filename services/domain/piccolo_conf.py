"""Piccolo's configuration: the one engine, the one app."""

from piccolo.conf.apps import AppRegistry

from services.kit.db.engine import engine

DB = engine
APP_REGISTRY = AppRegistry(apps=["services.domain.piccolo_app"])
