-- A login role adds lines in its own name and reads none. What is read or sealed passes through the functions below.
GRANT INSERT (id, alliance_id, organisation_id, user_id, at, purpose, surface, result, data_class, person_ids,
    record_ids, basis_ids, mac) ON read_log TO nivel_api, nivel_worker;
CREATE POLICY own_lines ON read_log FOR INSERT TO nivel_api, nivel_worker
    WITH CHECK (alliance_id = (SELECT ctx_alliance()) AND organisation_id = (SELECT ctx_org())
        AND user_id IS NOT DISTINCT FROM (SELECT ctx_user()) AND at = (SELECT ctx_now())
        AND purpose = (SELECT ctx_purpose()));

-- Rows not yet sealed whose transaction and all before it have ended: no row can still appear in front of them.
CREATE VIEW log_waiting WITH (security_invoker = true) AS
    SELECT r.* FROM read_log r
    WHERE r.xid < pg_snapshot_xmin(pg_current_snapshot())
      AND r.xid > coalesce((SELECT s.through FROM log_seal s WHERE s.alliance_id = r.alliance_id
                            ORDER BY s.number DESC LIMIT 1), '0'::xid8);
GRANT SELECT ON log_waiting TO nivel_system;

CREATE FUNCTION alliances_to_seal() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE known AS (
        (SELECT alliance_id FROM read_log ORDER BY alliance_id LIMIT 1)
        UNION ALL
        SELECT (SELECT r.alliance_id FROM read_log r WHERE r.alliance_id > k.alliance_id ORDER BY r.alliance_id LIMIT 1)
        FROM known k WHERE k.alliance_id IS NOT NULL)
    SELECT k.alliance_id FROM known k
    WHERE EXISTS (SELECT FROM log_waiting w WHERE w.alliance_id = k.alliance_id)
$$;

-- The newest link of a chain, locked until the transaction ends; no row when another sealer is at work on it.
CREATE FUNCTION take_chain(alliance uuid) RETURNS TABLE (number bigint, hash bytea) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF pg_try_advisory_xact_lock(hashtext('nivel.seal'), hashtext(alliance::text)) THEN
        RETURN QUERY SELECT s.number, s.hash FROM log_seal s WHERE s.alliance_id = alliance
            UNION ALL SELECT 0, decode(repeat('00', 32), 'hex') ORDER BY 1 DESC LIMIT 1;
    END IF;
END $$;

-- The oldest waiting rows, `most` and what belongs to the last one's transaction.
CREATE FUNCTION rows_to_seal(alliance uuid, most integer) RETURNS SETOF read_log LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id, alliance_id, organisation_id, user_id, at, purpose, surface, result, data_class, person_ids, record_ids,
           basis_ids, mac, xid
    FROM (SELECT * FROM log_waiting WHERE alliance_id = alliance ORDER BY xid FETCH FIRST most ROWS WITH TIES) w
    ORDER BY xid, id
$$;

-- Adds the next link. The caller computed the hash over the rows; what can be checked here is checked here.
CREATE FUNCTION add_seal(alliance uuid, next_number bigint, rows uuid[], hash_of_rows bytea, hash_before bytea, at timestamptz)
RETURNS bytea LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last log_seal;
    sealed bytea := sha256(hash_before || int8send(next_number) || hash_of_rows);
    found bigint;
    newest xid8;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('nivel.seal'), hashtext(alliance::text));
    SELECT * INTO last FROM log_seal WHERE alliance_id = alliance ORDER BY number DESC LIMIT 1;
    SELECT count(*), max(xid) INTO found, newest FROM log_waiting WHERE alliance_id = alliance AND id = ANY (rows);
    IF next_number <> coalesce(last.number, 0) + 1 OR hash_before <> coalesce(last.hash, decode(repeat('00', 32), 'hex'))
       OR found = 0 OR found <> cardinality(rows) THEN
        RAISE insufficient_privilege USING MESSAGE = 'nivel: not the next link of the chain';
    END IF;
    INSERT INTO log_seal (id, alliance_id, number, row_ids, rows_hash, previous, hash, sealed_at, through)
        VALUES (gen_random_uuid(), alliance, next_number, rows, hash_of_rows, hash_before, sealed, at, newest);
    RETURN sealed;
END $$;

-- The newest link of each chain whose root is not stored yet.
CREATE FUNCTION roots_to_store() RETURNS TABLE (alliance_id uuid, number bigint, hash bytea, rows bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.alliance_id, s.number, s.hash, coalesce(r.rows, 0)
        + (SELECT sum(cardinality(n.row_ids)) FROM log_seal n
           WHERE n.alliance_id = s.alliance_id AND n.number > coalesce(r.number, 0) AND n.number <= s.number)
    FROM (SELECT DISTINCT ON (alliance_id) * FROM log_seal ORDER BY alliance_id, number DESC) s
    LEFT JOIN (SELECT DISTINCT ON (alliance_id) * FROM log_root ORDER BY alliance_id, number DESC) r USING (alliance_id)
    WHERE s.number > coalesce(r.number, 0)
$$;
CREATE FUNCTION add_root(alliance uuid, of_number bigint, key text, sealed_rows bigint, at timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO log_root (id, alliance_id, number, object_key, stored_at, rows)
    SELECT gen_random_uuid(), alliance, of_number, key, at, sealed_rows
    FROM log_seal WHERE alliance_id = alliance AND number = of_number
    ON CONFLICT DO NOTHING
$$;
GRANT EXECUTE ON FUNCTION alliances_to_seal(), take_chain(uuid), rows_to_seal(uuid, integer),
    add_seal(uuid, bigint, uuid[], bytea, bytea, timestamptz), roots_to_store(),
    add_root(uuid, bigint, text, bigint, timestamptz) TO nivel_worker;

-- How far the log of the asker's own alliance is sealed, for its privacy officers.
CREATE FUNCTION seal_state() RETURNS TABLE (sealed_rows bigint, waiting_rows bigint, newest_link bigint,
    sealed_at timestamptz, newest_root bigint, root_stored_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT coalesce('privacy_officer' = ANY (ctx_roles()), false) THEN
        RAISE insufficient_privilege USING MESSAGE = 'nivel: for privacy officers';
    END IF;
    RETURN QUERY
        WITH newest AS (SELECT s.* FROM log_seal s WHERE s.alliance_id = ctx_alliance() ORDER BY s.number DESC LIMIT 1),
        root AS (SELECT r.* FROM log_root r WHERE r.alliance_id = ctx_alliance() ORDER BY r.number DESC LIMIT 1)
        SELECT coalesce((SELECT root.rows FROM root), 0)
                + coalesce((SELECT sum(cardinality(s.row_ids)) FROM log_seal s WHERE s.alliance_id = ctx_alliance()
                            AND s.number > coalesce((SELECT root.number FROM root), 0)), 0)::bigint,
            (SELECT count(*) FROM read_log r WHERE r.alliance_id = ctx_alliance()
             AND r.xid > coalesce((SELECT n.through FROM newest n), '0'::xid8)),
            coalesce((SELECT n.number FROM newest n), 0), (SELECT n.sealed_at FROM newest n),
            coalesce((SELECT root.number FROM root), 0), (SELECT root.stored_at FROM root);
END $$;
GRANT EXECUTE ON FUNCTION seal_state() TO nivel_api;
