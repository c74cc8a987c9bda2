-- Facts of work: the fact without content and its detail are rows of two classes.
GRANT SELECT, INSERT ON employment_fact, employment_detail TO nivel_api;
GRANT SELECT ON employment_fact, employment_detail, employment_finder TO nivel_worker;
GRANT SELECT ON employment_finder TO nivel_api;

CREATE POLICY see ON employment_fact FOR SELECT TO nivel_api, nivel_worker
    USING ((SELECT role_reads('employment_fact')) AND (owner_id = (SELECT ctx_org())
        OR EXISTS (SELECT FROM share_now n WHERE n.person_id = employment_fact.person_id
                   AND n.source_id = employment_fact.owner_id AND n.data_class = 'employment_fact')));
CREATE POLICY see ON employment_detail FOR SELECT TO nivel_api, nivel_worker
    USING ((SELECT role_reads('employment_detail')) AND (owner_id = (SELECT ctx_org())
        OR EXISTS (SELECT FROM share_now n WHERE n.person_id = employment_detail.person_id
                   AND n.source_id = employment_detail.owner_id AND n.data_class = 'employment_detail')));
CREATE POLICY add ON employment_fact FOR INSERT TO nivel_api
    WITH CHECK (owner_id = (SELECT ctx_org()) AND (SELECT role_reads('employment_detail'))
        AND recorded_by = (SELECT ctx_user())
        AND EXISTS (SELECT FROM served_now c WHERE c.person_id = employment_fact.person_id));
CREATE POLICY add ON employment_detail FOR INSERT TO nivel_api
    WITH CHECK (owner_id = (SELECT ctx_org()) AND (SELECT role_reads('employment_detail'))
        AND recorded_by = (SELECT ctx_user())
        AND EXISTS (SELECT FROM employment_fact f WHERE f.id = employment_detail.fact_id
                    AND f.owner_id = employment_detail.owner_id AND f.person_id = employment_detail.person_id));
CREATE POLICY own_finds ON employment_finder FOR SELECT TO nivel_api, nivel_worker
    USING (organisation_id = (SELECT ctx_org()));

CREATE FUNCTION find_employments_of_share() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE;
    DELETE FROM employment_finder WHERE share_id = NEW.id;
    INSERT INTO employment_finder (id, organisation_id, record_id, share_id, person_id, started_on, valid_until)
        SELECT gen_random_uuid(), NEW.recipient_id, f.id, NEW.id, f.person_id, f.started_on, NEW.valid_until
        FROM employment_fact f
        WHERE f.person_id = NEW.person_id AND f.owner_id = NEW.source_id
          AND NEW.ended_at IS NULL AND 'employment_fact' = ANY (NEW.classes);
    RETURN NULL;
END $$;
CREATE TRIGGER find_employments AFTER INSERT OR UPDATE ON share FOR EACH ROW
    EXECUTE FUNCTION find_employments_of_share();

CREATE FUNCTION find_shares_of_employment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE;
    INSERT INTO employment_finder (id, organisation_id, record_id, share_id, person_id, started_on, valid_until)
        SELECT gen_random_uuid(), s.recipient_id, NEW.id, s.id, NEW.person_id, NEW.started_on, s.valid_until
        FROM share s
        WHERE s.person_id = NEW.person_id AND s.source_id = NEW.owner_id
          AND s.ended_at IS NULL AND 'employment_fact' = ANY (s.classes);
    RETURN NULL;
END $$;
CREATE TRIGGER find_shares AFTER INSERT ON employment_fact FOR EACH ROW EXECUTE FUNCTION find_shares_of_employment();
