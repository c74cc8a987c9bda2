-- The acting context, seen from inside PostgreSQL. Twin of services/kit/db/context.py.
SET LOCAL ROLE nivel_system;
CREATE TABLE IF NOT EXISTS context_key (
    id integer PRIMARY KEY CHECK (id = 1),
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);
RESET ROLE;

-- Is `proof` the HMAC-SHA256 over this use and text, under the key that the login roles cannot read?
CREATE FUNCTION genuine(use text, message text, proof text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM context_key k WHERE proof = encode(
        sha256(k.outer_pad || sha256(k.inner_pad || convert_to(use || E'\n' || message, 'UTF8'))), 'hex'))
$$;

-- The fields of a genuine context of this very connection and transaction, else NULL.
CREATE FUNCTION ctx_fields() RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    token text := current_setting('nivel.ctx', true);
    fields text[] := string_to_array(substr(token, 66), '|');
BEGIN
    IF cardinality(fields) IS DISTINCT FROM 10
       OR genuine('ctx', substr(token, 66), left(token, 64)) IS NOT TRUE
       OR fields[9]::integer IS DISTINCT FROM pg_backend_pid()
       OR (abs(extract(epoch FROM transaction_timestamp()) - fields[10]::numeric) <= 30) IS NOT TRUE THEN
        RETURN NULL;
    END IF;
    RETURN fields;
END $$;

CREATE FUNCTION ctx_kind() RETURNS text LANGUAGE sql STABLE AS $$ SELECT (ctx_fields())[1] $$;
CREATE FUNCTION ctx_alliance() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (ctx_fields())[2]::uuid $$;
CREATE FUNCTION ctx_org() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (ctx_fields())[3]::uuid $$;
CREATE FUNCTION ctx_user() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif((ctx_fields())[4], '')::uuid $$;
CREATE FUNCTION ctx_person() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif((ctx_fields())[5], '')::uuid $$;
CREATE FUNCTION ctx_roles() RETURNS text[] LANGUAGE sql STABLE AS $$ SELECT string_to_array((ctx_fields())[6], ',') $$;
CREATE FUNCTION ctx_purpose() RETURNS text LANGUAGE sql STABLE AS $$ SELECT (ctx_fields())[7] $$;
CREATE FUNCTION ctx_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT (ctx_fields())[8]::timestamptz $$;
CREATE FUNCTION ctx_today() RETURNS date LANGUAGE sql STABLE AS
$$ SELECT ((ctx_fields())[8]::timestamptz AT TIME ZONE 'Europe/Helsinki')::date $$;
GRANT EXECUTE ON FUNCTION genuine(text, text, text) TO nivel_system;
GRANT EXECUTE ON FUNCTION ctx_fields(), ctx_kind(), ctx_alliance(), ctx_org(), ctx_user(), ctx_person(), ctx_roles(),
    ctx_purpose(), ctx_now(), ctx_today() TO nivel_api, nivel_worker, nivel_system;
