"""The log of reads: one unchained row per read, sealed into a chain per alliance a few seconds later."""

from piccolo.columns import UUID, Array, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table


class ReadLog(Table, tablename="read_log"):
    """One read (or refusal) of personal data: who, for whom, why, what, on which basis. Ids only, never content."""

    id = UUID(primary_key=True)
    alliance_id = UUID(default=None)
    organisation_id = UUID(default=None)
    user_id = UUID(default=None, null=True)
    at = Timestamptz(default=None)
    purpose = Text(default=None)
    surface = Text(default=None)
    result = Text(default=None)
    data_class = Text(default=None)
    person_ids = Array(base_column=UUID(default=None), default=[])
    record_ids = Array(base_column=UUID(default=None), default=[])
    basis_ids = Array(base_column=UUID(default=None), default=[])
    mac = Bytea()


class LogSeal(Table, tablename="log_seal"):
    """One link of an alliance's chain: the hash over its rows and over the link before it."""

    id = UUID(primary_key=True)
    alliance_id = UUID(default=None)
    number = BigInt(default=None)
    row_ids = Array(base_column=UUID(default=None), default=[])
    rows_hash = Bytea()
    previous = Bytea()
    hash = Bytea()
    sealed_at = Timestamptz(default=None)


class LogRoot(Table, tablename="log_root"):
    """A link whose hash has been stored outside the database, in the object store under retention."""

    id = UUID(primary_key=True)
    alliance_id = UUID(default=None)
    number = BigInt(default=None)
    object_key = Text(default=None)
    stored_at = Timestamptz(default=None)
    rows = Integer(default=0)
