-- Who may see what on which basis. Twin of services/domain/sharing/rules.py: one condition a line, in the same order.
GRANT SELECT ON person, client_relation, notice, basis, basis_event, share, policy_entry TO nivel_api, nivel_worker;
GRANT INSERT ON basis, basis_event TO nivel_api;
GRANT UPDATE (state, ended_at) ON basis TO nivel_api;

-- The third cut: which roles read which class (sharing/rules.py: READERS).
CREATE FUNCTION role_reads(data_class text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(ctx_roles() && CASE
        WHEN data_class IN ('identity', 'contact', 'service_use', 'plan', 'ability', 'employment_detail')
            THEN ARRAY['caseworker', 'coach', 'guidance_counsellor']
        WHEN data_class = 'employment_fact' THEN ARRAY['caseworker', 'coach', 'guidance_counsellor', 'hr']
        WHEN data_class = 'identity_number' THEN ARRAY['caseworker']
    END, false) $$;
GRANT EXECUTE ON FUNCTION role_reads(text) TO nivel_api, nivel_worker, nivel_system;

-- That a person has permissions and shares at all is told to those who meet clients (sharing/rules.py: MEETS_CLIENTS).
CREATE FUNCTION role_meets_clients() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(ctx_roles() && ARRAY['caseworker', 'coach', 'guidance_counsellor', 'hr', 'privacy_officer'], false) $$;
GRANT EXECUTE ON FUNCTION role_meets_clients() TO nivel_api, nivel_worker;

-- The anchor holds nothing readable; an organisation meets it only through its own relation.
CREATE POLICY served ON client_relation FOR SELECT TO nivel_api, nivel_worker
    USING (organisation_id = (SELECT ctx_org()));
-- Whom the acting organisation serves today. Ask it with EXISTS for one person: IN would gather all its clients.
CREATE VIEW served_now WITH (security_invoker = true) AS
SELECT r.person_id FROM client_relation r
WHERE r.organisation_id = (SELECT ctx_org())
  AND r.valid_from <= (SELECT ctx_today())
  AND (r.valid_until IS NULL OR (SELECT ctx_today()) <= r.valid_until);
GRANT SELECT ON served_now TO nivel_api, nivel_worker;
CREATE POLICY served ON person FOR SELECT TO nivel_api, nivel_worker
    USING (EXISTS (SELECT FROM client_relation r WHERE r.person_id = person.id));
CREATE POLICY same_alliance ON notice FOR SELECT TO nivel_api, nivel_worker
    USING (alliance_id = (SELECT ctx_alliance()));
CREATE POLICY same_alliance ON policy_entry FOR SELECT TO nivel_api, nivel_worker
    USING (alliance_id = (SELECT ctx_alliance()));

CREATE POLICY parties ON basis FOR SELECT TO nivel_api, nivel_worker
    USING ((person_id IS NULL OR (SELECT role_meets_clients()))
        AND (source_id = (SELECT ctx_org()) OR (SELECT ctx_org()) = ANY (recipient_ids)));
CREATE POLICY record_permission ON basis FOR INSERT TO nivel_api
    WITH CHECK (source_id = (SELECT ctx_org()) AND alliance_id = (SELECT ctx_alliance())
                AND kind IN ('client_permission', 'consent') AND state = 'given'
                AND recorded_by = (SELECT ctx_user())
                AND EXISTS (SELECT FROM served_now c WHERE c.person_id = basis.person_id));
CREATE POLICY end_permission ON basis FOR UPDATE TO nivel_api
    USING (source_id = (SELECT ctx_org()) AND person_id IS NOT NULL)
    WITH CHECK (source_id = (SELECT ctx_org()));
CREATE POLICY parties ON basis_event FOR SELECT TO nivel_api, nivel_worker
    USING (EXISTS (SELECT FROM basis b WHERE b.id = basis_event.basis_id));
CREATE POLICY record_step ON basis_event FOR INSERT TO nivel_api
    WITH CHECK (organisation_id = (SELECT ctx_org())
                AND EXISTS (SELECT FROM basis b WHERE b.id = basis_event.basis_id AND b.source_id = (SELECT ctx_org())));
CREATE POLICY parties ON share FOR SELECT TO nivel_api, nivel_worker
    USING ((SELECT role_meets_clients()) AND (recipient_id = (SELECT ctx_org()) OR source_id = (SELECT ctx_org())));

-- What the alliance accepts today, seen from the acting organisation and purpose: from whom, which class, on which kind of basis.
-- No line means no; the rule of the staffing firm stands above any line.
CREATE FUNCTION accepted_now() RETURNS TABLE (source_id uuid, data_class text, basis_kind text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT source.id, p.data_class, p.basis_kind
    FROM organisation recipient
    JOIN policy_entry p ON p.alliance_id = recipient.alliance_id AND p.recipient_kind = recipient.kind
    JOIN organisation source ON source.alliance_id = p.alliance_id AND source.kind = p.source_kind
    WHERE recipient.id = ctx_org()
      AND p.purpose = ctx_purpose()
      AND NOT (recipient.kind = 'staffing_firm' AND p.data_class IN ('ability', 'notes')
               AND p.basis_kind = 'processor_contract')
$$;
GRANT EXECUTE ON FUNCTION accepted_now() TO nivel_api, nivel_worker;

-- Line 3 of the decision: what is shared with the acting organisation at this instant for this purpose.
CREATE VIEW share_now WITH (security_invoker = true) AS
SELECT s.id AS share_id, s.person_id, s.source_id, c.data_class, b.id AS basis_id, b.kind AS basis_kind
FROM share s
JOIN basis b ON b.id = s.basis_id
CROSS JOIN LATERAL unnest(s.classes) AS c (data_class)
WHERE s.recipient_id = (SELECT ctx_org())
  AND (SELECT ctx_purpose()) = ANY (s.purposes)
  AND s.opened_at <= (SELECT ctx_now())
  AND (s.ended_at IS NULL OR (SELECT ctx_now()) < s.ended_at)
  AND s.valid_from <= (SELECT ctx_today())
  AND (s.valid_until IS NULL OR (SELECT ctx_today()) <= s.valid_until)
  AND b.state IN ('given', 'active')
  AND b.valid_from <= (SELECT ctx_today())
  AND (b.valid_until IS NULL OR (SELECT ctx_today()) <= b.valid_until)
  AND (s.source_id, c.data_class, b.kind) IN (SELECT a.source_id, a.data_class, a.basis_kind FROM accepted_now() a);
GRANT SELECT ON share_now TO nivel_api, nivel_worker;

-- Get or create the anchor of a number, and the acting organisation's relation to it. The answer is the same either way.
CREATE FUNCTION register_anchor(number_hash bytea) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE anchor uuid;
BEGIN
    IF ctx_org() IS NULL OR NOT ctx_roles() && ARRAY['caseworker', 'coach', 'guidance_counsellor'] THEN
        RAISE insufficient_privilege USING MESSAGE = 'nivel: role may not register';
    END IF;
    INSERT INTO person (id, alliance_id, id_hash, recorded_at)
        VALUES (gen_random_uuid(), ctx_alliance(), number_hash, ctx_now())
        ON CONFLICT (alliance_id, id_hash) DO UPDATE SET id_hash = excluded.id_hash RETURNING id INTO anchor;
    INSERT INTO client_relation (id, organisation_id, person_id, valid_from)
        SELECT gen_random_uuid(), ctx_org(), anchor, ctx_today()
        WHERE NOT EXISTS (SELECT FROM client_relation WHERE organisation_id = ctx_org() AND person_id = anchor
                          AND (valid_until IS NULL OR valid_until >= ctx_today()));
    RETURN anchor;
END $$;
GRANT EXECUTE ON FUNCTION register_anchor(bytea) TO nivel_api;

-- A basis moves only as the glossary allows, its substance never changes, and its end ends what rested on it.
CREATE FUNCTION basis_machine() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (('given', 'withdrawn'), ('given', 'expired'), ('given', 'invalidated'),
                                      ('registered', 'active'), ('active', 'ended')) THEN
        RAISE check_violation USING MESSAGE = 'nivel: basis ' || OLD.state || ' -> ' || NEW.state;
    END IF;
    UPDATE share SET ended_at = coalesce(NEW.ended_at, ctx_now(), now()) WHERE basis_id = NEW.id AND ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER basis_machine AFTER UPDATE OF state ON basis FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION basis_machine();

-- Shares of a permission given outside a referral: one to each named recipient, as wide and as long as the permission.
CREATE FUNCTION open_permission_shares(permission uuid) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE opened integer;
BEGIN
    INSERT INTO share (id, person_id, source_id, recipient_id, classes, purposes, valid_from, valid_until,
                       basis_id, opened_at)
        SELECT gen_random_uuid(), b.person_id, b.source_id, r.id, b.classes, b.purposes, b.valid_from, b.valid_until,
               b.id, ctx_now()
        FROM basis b JOIN organisation r ON r.id = ANY (b.recipient_ids)
        WHERE b.id = permission AND b.source_id = ctx_org() AND b.state = 'given' AND b.person_id IS NOT NULL
          AND r.alliance_id = b.alliance_id AND r.id <> b.source_id
          AND NOT EXISTS (SELECT FROM share s WHERE s.basis_id = b.id);
    GET DIAGNOSTICS opened = ROW_COUNT;
    RETURN opened;
END $$;
GRANT EXECUTE ON FUNCTION open_permission_shares(uuid) TO nivel_api;
