-- A referral carries its parties in its own columns: sender and receiver see it, nobody else (line 2 of the decision).
GRANT SELECT, INSERT ON referral, referral_event, service_use TO nivel_api;
GRANT SELECT ON referral, referral_event, service_use TO nivel_worker;
GRANT UPDATE (state, decided_at, reason_code) ON referral TO nivel_api;
GRANT UPDATE (ended_on) ON service_use TO nivel_api;

CREATE POLICY parties ON referral FOR SELECT TO nivel_api, nivel_worker
    USING ((SELECT role_reads('service_use'))
        AND (sender_id = (SELECT ctx_org()) OR receiver_id = (SELECT ctx_org())));
CREATE POLICY offer ON referral FOR INSERT TO nivel_api
    WITH CHECK (sender_id = (SELECT ctx_org()) AND receiver_id <> sender_id AND state = 'offered'
        AND alliance_id = (SELECT ctx_alliance()) AND (SELECT role_reads('service_use'))
        AND recorded_by = (SELECT ctx_user())
        AND receiver_id IN (SELECT o.id FROM organisation o)
        AND EXISTS (SELECT FROM served_now c WHERE c.person_id = referral.person_id));
CREATE POLICY move ON referral FOR UPDATE TO nivel_api
    USING ((SELECT role_reads('service_use'))
        AND (sender_id = (SELECT ctx_org()) OR receiver_id = (SELECT ctx_org())))
    WITH CHECK (sender_id = (SELECT ctx_org()) OR receiver_id = (SELECT ctx_org()));
CREATE POLICY parties ON referral_event FOR SELECT TO nivel_api, nivel_worker
    USING (EXISTS (SELECT FROM referral r WHERE r.id = referral_event.referral_id));
CREATE POLICY record_step ON referral_event FOR INSERT TO nivel_api
    WITH CHECK (organisation_id = (SELECT ctx_org()) AND user_id = (SELECT ctx_user())
        AND EXISTS (SELECT FROM referral r WHERE r.id = referral_event.referral_id));

CREATE POLICY see ON service_use FOR SELECT TO nivel_api, nivel_worker
    USING ((SELECT role_reads('service_use')) AND (owner_id = (SELECT ctx_org())
        OR EXISTS (SELECT FROM share_now n WHERE n.person_id = service_use.person_id
                   AND n.source_id = service_use.owner_id AND n.data_class = 'service_use')));
CREATE POLICY add ON service_use FOR INSERT TO nivel_api
    WITH CHECK (owner_id = (SELECT ctx_org()) AND (SELECT role_reads('service_use'))
        AND recorded_by = (SELECT ctx_user())
        AND EXISTS (SELECT FROM served_now c WHERE c.person_id = service_use.person_id));
CREATE POLICY change ON service_use FOR UPDATE TO nivel_api
    USING (owner_id = (SELECT ctx_org()) AND (SELECT role_reads('service_use')))
    WITH CHECK (owner_id = (SELECT ctx_org()));

-- Who moves a referral where: sender, receiver or the installation itself (glossary, referral machine).
CREATE FUNCTION referral_machine() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT (CASE NEW.state
        WHEN 'accepted' THEN OLD.state = 'offered' AND ctx_org() = NEW.receiver_id
        WHEN 'rejected' THEN OLD.state = 'offered' AND ctx_org() = NEW.receiver_id
        WHEN 'cancelled' THEN OLD.state = 'offered' AND ctx_org() = NEW.sender_id
        WHEN 'expired' THEN OLD.state = 'offered' AND ctx_org() IS NULL
        ELSE false END) THEN
        RAISE check_violation USING MESSAGE = 'nivel: referral ' || OLD.state || ' -> ' || NEW.state;
    END IF;
    IF NEW.state <> 'accepted' THEN
        UPDATE share SET ended_at = coalesce(NEW.decided_at, now())
        WHERE referral_id = NEW.id AND ended_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER referral_machine AFTER UPDATE OF state ON referral FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION referral_machine();

-- The shares of a referral, taken from the referral row and its bases alone: neither party names anything here.
-- Offered: what the receiver needs to decide. Accepted: the full set, the receiver's relation, and the way back.
CREATE FUNCTION open_referral_shares(wanted uuid) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r referral;
    open_classes text[];
    open_purposes text[];
    opened integer;
BEGIN
    SELECT * INTO r FROM referral WHERE id = wanted
        AND (state = 'offered' AND sender_id = ctx_org() OR state = 'accepted' AND receiver_id = ctx_org());
    IF r.id IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'nivel: not a referral to open';
    END IF;
    open_classes := CASE WHEN r.state = 'offered' THEN r.decide_classes ELSE r.classes END;
    open_purposes := CASE WHEN r.state = 'offered' THEN ARRAY['referral'] ELSE ARRAY['referral', 'service_delivery'] END;
    UPDATE share SET ended_at = ctx_now() WHERE referral_id = r.id AND ended_at IS NULL;
    INSERT INTO share (id, person_id, source_id, recipient_id, classes, purposes, valid_from, valid_until,
                       basis_id, referral_id, opened_at)
        SELECT gen_random_uuid(), r.person_id, r.sender_id, r.receiver_id, part.classes,
               part.purposes, greatest(b.valid_from, ctx_today()), b.valid_until, b.id, r.id, ctx_now()
        FROM basis b
        CROSS JOIN LATERAL (
            SELECT (SELECT array_agg(c) FROM unnest(open_classes) c
                    WHERE c = ANY (b.classes)
                      -- A permitted class cites the permission (there may be none), every other the registered basis.
                      AND (c = ANY (r.permitted_classes)) = (b.id IS NOT DISTINCT FROM r.permission_id)) AS classes,
                   (SELECT array_agg(p) FROM unnest(open_purposes) p WHERE p = ANY (b.purposes)) AS purposes) part
        WHERE b.id IN (r.basis_id, r.permission_id) AND b.state IN ('given', 'active')
          AND b.source_id = r.sender_id AND r.receiver_id = ANY (b.recipient_ids)
          AND (b.person_id IS NULL OR b.person_id = r.person_id)
          AND part.classes IS NOT NULL AND part.purposes IS NOT NULL;
    GET DIAGNOSTICS opened = ROW_COUNT;
    IF r.state = 'accepted' THEN
        INSERT INTO client_relation (id, organisation_id, person_id, valid_from)
            SELECT gen_random_uuid(), r.receiver_id, r.person_id, ctx_today()
            WHERE NOT EXISTS (SELECT FROM client_relation WHERE organisation_id = r.receiver_id
                              AND person_id = r.person_id AND (valid_until IS NULL OR valid_until >= ctx_today()));
        INSERT INTO share (id, person_id, source_id, recipient_id, classes, purposes, valid_from, valid_until,
                           basis_id, referral_id, opened_at)
            SELECT gen_random_uuid(), r.person_id, r.receiver_id, r.sender_id, b.classes, b.purposes,
                   greatest(b.valid_from, ctx_today()), b.valid_until, b.id, r.id, ctx_now()
            FROM basis b
            WHERE b.person_id IS NULL AND b.state = 'active' AND b.source_id = r.receiver_id
              AND r.sender_id = ANY (b.recipient_ids) AND b.valid_from <= ctx_today()
              AND (b.valid_until IS NULL OR b.valid_until >= ctx_today());
    END IF;
    RETURN opened;
END $$;
GRANT EXECUTE ON FUNCTION open_referral_shares(uuid) TO nivel_api;

-- The installation's own act: offers past their last day expire (14 whole days; sharing.md 7.20).
CREATE FUNCTION expire_referrals(today date, at timestamptz) RETURNS SETOF uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE late uuid;
BEGIN
    FOR late IN UPDATE referral SET state = 'expired', decided_at = at
                WHERE state = 'offered' AND deadline < today RETURNING id LOOP
        INSERT INTO referral_event (id, referral_id, at, from_state, to_state)
            VALUES (gen_random_uuid(), late, at, 'offered', 'expired');
        RETURN NEXT late;
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION expire_referrals(date, timestamptz) TO nivel_worker;
