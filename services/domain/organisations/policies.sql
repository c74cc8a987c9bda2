-- The alliance and its members are known to all members; workers only to their own organisation.
GRANT SELECT ON alliance, organisation, agreement TO nivel_api, nivel_worker;

CREATE POLICY own_alliance ON alliance FOR SELECT TO nivel_api, nivel_worker
    USING (id = (SELECT ctx_alliance()));
CREATE POLICY same_alliance ON organisation FOR SELECT TO nivel_api, nivel_worker
    USING (alliance_id = (SELECT ctx_alliance()));
CREATE POLICY parties ON agreement FOR SELECT TO nivel_api, nivel_worker
    USING (buyer_id = (SELECT ctx_org()) OR provider_id = (SELECT ctx_org()));
