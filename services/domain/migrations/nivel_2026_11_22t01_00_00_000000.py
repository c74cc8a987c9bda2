"""Checks on code lists and terms, and the indexes that lists and policies walk."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from services.domain.migrations_script import script

ID = "2026-11-22T01:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "checks and indexes"

FORWARDS = """
ALTER TABLE organisation ADD CHECK (member_until IS NULL OR member_until > member_from);
ALTER TABLE basis ADD CHECK (kind IN ('statutory_task', 'processor_contract', 'client_permission', 'consent',
                                      'vital_interest')),
    ADD CHECK (state IN ('requested', 'given', 'refused', 'replaced', 'expired', 'withdrawn', 'invalidated',
                         'registered', 'active', 'challenged', 'ended')),
    ADD CHECK (valid_until IS NULL OR valid_until >= valid_from),
    ADD CHECK ((kind IN ('consent', 'client_permission')) = (state IN ('requested', 'given', 'refused', 'replaced', 'expired',
                                                                        'withdrawn', 'invalidated'))),
    ADD CHECK ((person_id IS NULL) = (kind IN ('statutory_task', 'processor_contract')));
ALTER TABLE share ADD CHECK (valid_until IS NULL OR valid_until >= valid_from), ADD CHECK (source_id <> recipient_id);
ALTER TABLE referral ADD CHECK (state IN ('offered', 'accepted', 'rejected', 'cancelled', 'expired')),
    ADD CHECK (sender_id <> receiver_id), ADD CHECK (decide_classes <@ classes), ADD CHECK (permitted_classes <@ classes);
ALTER TABLE service_use ADD CHECK (ended_on IS NULL OR ended_on >= started_on);
ALTER TABLE employment_fact ADD CHECK (ended_on IS NULL OR ended_on >= started_on);
ALTER TABLE employment_detail ADD CHECK (hours_tenths BETWEEN 0 AND 1680), ADD CHECK (monthly_pay_cents >= 0);

CREATE INDEX share_reach ON share (recipient_id, person_id);
CREATE INDEX share_given ON share (person_id, source_id);
CREATE INDEX card_identity_newest ON card_identity (owner_id, recorded_at DESC, id DESC);
CREATE INDEX card_identity_name ON card_identity (owner_id, sort_name, id);
CREATE INDEX card_finder_newest ON card_finder (organisation_id, recorded_at DESC, record_id DESC);
CREATE INDEX card_finder_person ON card_finder (organisation_id, person_id);
CREATE INDEX policy_reach ON policy_entry (alliance_id, recipient_kind, purpose);
CREATE INDEX employment_newest ON employment_fact (owner_id, started_on DESC, id DESC);
CREATE INDEX employment_finder_newest ON employment_finder (organisation_id, started_on DESC, record_id DESC);
CREATE INDEX referral_sent ON referral (sender_id, offered_at DESC, id DESC);
CREATE INDEX referral_received ON referral (receiver_id, offered_at DESC, id DESC);
CREATE INDEX referral_open ON referral (deadline) WHERE state = 'offered';
ALTER TABLE job ADD CHECK ((acting IS NULL) = (organisation_id IS NULL));
-- The sealer's order: a transaction's number tells which rows can no longer be joined by one that commits late.
ALTER TABLE read_log ADD xid xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE log_seal ADD through xid8 NOT NULL;
CREATE INDEX read_log_unsealed ON read_log (alliance_id, xid, id);
CREATE UNIQUE INDEX log_root_number ON log_root (alliance_id, number);
CREATE INDEX job_due ON job (queue, next_at) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX read_log_time ON read_log (alliance_id, at, id);
CREATE UNIQUE INDEX log_seal_number ON log_seal (alliance_id, number);
CREATE INDEX session_sub ON session (organisation_id, sub);
"""


async def forwards() -> MigrationManager:
    """Runs in the transaction of the migration."""
    manager = MigrationManager(migration_id=ID, app_name="nivel", description=DESCRIPTION)

    async def up() -> None:
        await script(FORWARDS)

    manager.add_raw(up)
    return manager
