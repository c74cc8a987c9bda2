"""Faults to plant in the PostgreSQL wall: each a text of the policy files and what an inattentive hand makes of it."""

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """`old` stands exactly once in the policy script, and becomes `new`."""

    name: str
    old: str
    new: str

    def plant(self, script: str) -> str:
        assert script.count(self.old) == 1, f"{self.name}: the text to change stands {script.count(self.old)} times"
        return script.replace(self.old, self.new)


FAULTS = (
    Fault(
        "policy dropped: plans open to all",
        "CREATE POLICY see ON plan FOR SELECT TO nivel_api, nivel_worker\n    USING (",
        "CREATE POLICY see ON plan FOR SELECT TO nivel_api, nivel_worker\n    USING (true OR ",
    ),
    Fault("withdrawal forgotten", "  AND b.state IN ('given', 'active')\n", ""),
    Fault("ended share still counts", "  AND (s.ended_at IS NULL OR (SELECT ctx_now()) < s.ended_at)\n", ""),
    Fault("end off by one instant", "(SELECT ctx_now()) < s.ended_at)", "(SELECT ctx_now()) <= s.ended_at)"),
    Fault(
        "last day of a share left out",
        "  AND (s.valid_until IS NULL OR (SELECT ctx_today()) <= s.valid_until)",
        "  AND (s.valid_until IS NULL OR (SELECT ctx_today()) < s.valid_until)",
    ),
    Fault(
        "term of the basis forgotten", "  AND (b.valid_until IS NULL OR (SELECT ctx_today()) <= b.valid_until)\n", ""
    ),
    Fault("day taken in UTC", "AT TIME ZONE 'Europe/Helsinki')::date", "AT TIME ZONE 'UTC')::date"),
    Fault(
        "class ignored",
        "AND n.source_id = ability.owner_id AND n.data_class = 'ability'",
        "AND n.source_id = ability.owner_id",
    ),
    Fault(
        "owner ignored",
        "AND n.source_id = ability.owner_id AND n.data_class = 'ability'",
        "AND n.data_class = 'ability'",
    ),
    Fault("purpose ignored", "  AND (SELECT ctx_purpose()) = ANY (s.purposes)\n", ""),
    Fault(
        "staffing firm's rule forgotten",
        "      AND NOT (recipient.kind = 'staffing_firm' AND p.data_class IN ('ability', 'notes')\n"
        "               AND p.basis_kind = 'processor_contract')\n",
        "",
    ),
    Fault(
        "policy of the alliance ignored",
        "  AND (s.source_id, c.data_class, b.kind) IN (SELECT a.source_id, a.data_class, a.basis_kind FROM accepted_now() a)",
        "",
    ),
    Fault("policy of another purpose", "      AND p.purpose = ctx_purpose()\n", ""),
    Fault(
        "kind of basis ignored by the policy",
        "(s.source_id, c.data_class, b.kind) IN (SELECT a.source_id, a.data_class, a.basis_kind FROM",
        "(s.source_id, c.data_class) IN (SELECT a.source_id, a.data_class FROM",
    ),
    Fault("role ignored", "USING ((SELECT role_reads('ability')) AND (", "USING (true AND ("),
    Fault("context unsigned", "genuine('ctx', substr(token, 66), left(token, 64)) IS NOT TRUE", "false"),
    Fault("context of another connection", "fields[9]::integer IS DISTINCT FROM pg_backend_pid()", "false"),
    Fault(
        "context of another time",
        "(abs(extract(epoch FROM transaction_timestamp()) - fields[10]::numeric) <= 30) IS NOT TRUE",
        "false",
    ),
)
