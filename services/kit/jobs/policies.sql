-- An organisation leaves jobs in its own name and sees its own; the worker sees all rows, and nothing else by this right.

-- The signed context as the row keeps it: the twin of services/kit/jobs/rows.py Acting.
CREATE FUNCTION ctx_acting() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('alliance_id', f[2], 'organisation_id', f[3], 'user_id', nullif(f[4], ''),
        'person_id', nullif(f[5], ''), 'roles', to_jsonb(string_to_array(f[6], ',')), 'purpose', f[7])
    FROM (SELECT ctx_fields() AS f OFFSET 0) signed WHERE f IS NOT NULL
$$;
GRANT EXECUTE ON FUNCTION ctx_acting() TO nivel_api, nivel_worker;

GRANT SELECT ON job TO nivel_api, nivel_worker;
GRANT INSERT (id, organisation_id, name, payload, acting, next_at, created_at) ON job TO nivel_api, nivel_worker;
GRANT UPDATE (next_at, dispatches, attempts, done_at, dead_at, error) ON job TO nivel_worker;
GRANT SELECT, INSERT, UPDATE ON schedule TO nivel_worker;

CREATE POLICY own ON job FOR SELECT TO nivel_api USING (organisation_id = (SELECT ctx_org()));
CREATE POLICY ask ON job FOR INSERT TO nivel_api
    WITH CHECK (organisation_id = (SELECT ctx_org()) AND acting = (SELECT ctx_acting()));
CREATE POLICY every ON job FOR SELECT TO nivel_worker USING (true);
CREATE POLICY mark ON job FOR UPDATE TO nivel_worker USING (true) WITH CHECK (true);
-- A job asks for the next one in the same name; the installation's own jobs have no name and start outside a context.
CREATE POLICY ask_on ON job FOR INSERT TO nivel_worker
    WITH CHECK (organisation_id IS NOT DISTINCT FROM (SELECT ctx_org()) AND acting IS NOT DISTINCT FROM (SELECT ctx_acting()));
CREATE POLICY every ON schedule TO nivel_worker USING (true) WITH CHECK (true);

-- The installation's own jobs come back every few seconds: finished ones are of no use after a day, failed ones stay a month.
CREATE FUNCTION prune_jobs() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE removed integer;
BEGIN
    DELETE FROM job WHERE acting IS NULL
        AND (done_at < now() - interval '1 day' OR dead_at < now() - interval '30 days');
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END $$;
GRANT EXECUTE ON FUNCTION prune_jobs() TO nivel_worker;
