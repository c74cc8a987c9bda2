-- One table, one class: a row is visible to its owner or through a live share of its class, and only to roles that read it.
GRANT SELECT, INSERT ON card_identity, card_number, card_contact, plan, ability TO nivel_api;
GRANT SELECT ON card_identity, card_contact, plan, ability TO nivel_worker;
GRANT UPDATE (given_name, family_name, birth_date, sort_name, recorded_by, recorded_at) ON card_identity TO nivel_api;
GRANT UPDATE (phone, email, address, recorded_by, recorded_at) ON card_contact TO nivel_api;
GRANT SELECT ON card_finder TO nivel_api, nivel_worker;

CREATE POLICY see ON card_identity FOR SELECT TO nivel_api, nivel_worker
    USING ((SELECT role_reads('identity')) AND (owner_id = (SELECT ctx_org())
        OR EXISTS (SELECT FROM share_now n WHERE n.person_id = card_identity.person_id
                   AND n.source_id = card_identity.owner_id AND n.data_class = 'identity')));
CREATE POLICY see ON card_number FOR SELECT TO nivel_api
    USING ((SELECT role_reads('identity_number')) AND (owner_id = (SELECT ctx_org())
        OR EXISTS (SELECT FROM share_now n WHERE n.person_id = card_number.person_id
                   AND n.source_id = card_number.owner_id AND n.data_class = 'identity_number')));
CREATE POLICY see ON card_contact FOR SELECT TO nivel_api, nivel_worker
    USING ((SELECT role_reads('contact')) AND (owner_id = (SELECT ctx_org())
        OR EXISTS (SELECT FROM share_now n WHERE n.person_id = card_contact.person_id
                   AND n.source_id = card_contact.owner_id AND n.data_class = 'contact')));
CREATE POLICY see ON plan FOR SELECT TO nivel_api, nivel_worker
    USING ((SELECT role_reads('plan')) AND (owner_id = (SELECT ctx_org())
        OR EXISTS (SELECT FROM share_now n WHERE n.person_id = plan.person_id
                   AND n.source_id = plan.owner_id AND n.data_class = 'plan')));
CREATE POLICY see ON ability FOR SELECT TO nivel_api, nivel_worker
    USING ((SELECT role_reads('ability')) AND (owner_id = (SELECT ctx_org())
        OR EXISTS (SELECT FROM share_now n WHERE n.person_id = ability.person_id
                   AND n.source_id = ability.owner_id AND n.data_class = 'ability')));

-- Writing: own rows only, about persons whom the organisation serves (foreign keys ignore row security), by a reader of the class.
CREATE POLICY add ON card_identity FOR INSERT TO nivel_api
    WITH CHECK (owner_id = (SELECT ctx_org()) AND (SELECT role_reads('identity')) AND recorded_by = (SELECT ctx_user())
        AND EXISTS (SELECT FROM served_now c WHERE c.person_id = card_identity.person_id));
CREATE POLICY add ON card_number FOR INSERT TO nivel_api
    WITH CHECK (owner_id = (SELECT ctx_org()) AND (SELECT role_reads('identity')) AND recorded_by = (SELECT ctx_user())
        AND EXISTS (SELECT FROM served_now c WHERE c.person_id = card_number.person_id));
CREATE POLICY add ON card_contact FOR INSERT TO nivel_api
    WITH CHECK (owner_id = (SELECT ctx_org()) AND (SELECT role_reads('contact')) AND recorded_by = (SELECT ctx_user())
        AND EXISTS (SELECT FROM served_now c WHERE c.person_id = card_contact.person_id));
CREATE POLICY add ON plan FOR INSERT TO nivel_api
    WITH CHECK (owner_id = (SELECT ctx_org()) AND (SELECT role_reads('plan')) AND recorded_by = (SELECT ctx_user())
        AND EXISTS (SELECT FROM served_now c WHERE c.person_id = plan.person_id));
CREATE POLICY add ON ability FOR INSERT TO nivel_api
    WITH CHECK (owner_id = (SELECT ctx_org()) AND (SELECT role_reads('ability')) AND recorded_by = (SELECT ctx_user())
        AND EXISTS (SELECT FROM served_now c WHERE c.person_id = ability.person_id));
CREATE POLICY change ON card_identity FOR UPDATE TO nivel_api
    USING (owner_id = (SELECT ctx_org()) AND (SELECT role_reads('identity')))
    WITH CHECK (owner_id = (SELECT ctx_org()) AND recorded_by = (SELECT ctx_user()));
CREATE POLICY change ON card_contact FOR UPDATE TO nivel_api
    USING (owner_id = (SELECT ctx_org()) AND (SELECT role_reads('contact')))
    WITH CHECK (owner_id = (SELECT ctx_org()) AND recorded_by = (SELECT ctx_user()));
CREATE POLICY own_finds ON card_finder FOR SELECT TO nivel_api, nivel_worker
    USING (organisation_id = (SELECT ctx_org()));

-- The finder follows shares and cards in the same transaction; both sides lock the person, so neither misses the other.
CREATE FUNCTION find_cards_of_share() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE;
    DELETE FROM card_finder WHERE share_id = NEW.id;
    INSERT INTO card_finder (id, organisation_id, record_id, share_id, person_id, recorded_at, valid_until)
        SELECT gen_random_uuid(), NEW.recipient_id, c.id, NEW.id, c.person_id, c.recorded_at, NEW.valid_until
        FROM card_identity c
        WHERE c.person_id = NEW.person_id AND c.owner_id = NEW.source_id
          AND NEW.ended_at IS NULL AND 'identity' = ANY (NEW.classes);
    RETURN NULL;
END $$;
CREATE TRIGGER find_cards AFTER INSERT OR UPDATE ON share FOR EACH ROW EXECUTE FUNCTION find_cards_of_share();

CREATE FUNCTION find_shares_of_card() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE;
    DELETE FROM card_finder WHERE record_id = NEW.id;
    INSERT INTO card_finder (id, organisation_id, record_id, share_id, person_id, recorded_at, valid_until)
        SELECT gen_random_uuid(), s.recipient_id, NEW.id, s.id, NEW.person_id, NEW.recorded_at, s.valid_until
        FROM share s
        WHERE s.person_id = NEW.person_id AND s.source_id = NEW.owner_id
          AND s.ended_at IS NULL AND 'identity' = ANY (s.classes);
    RETURN NULL;
END $$;
CREATE TRIGGER find_shares AFTER INSERT OR UPDATE ON card_identity FOR EACH ROW EXECUTE FUNCTION find_shares_of_card();
