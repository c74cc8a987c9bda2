-- The alliance and its members are known to all members; workers only to their own organisation.
GRANT SELECT ON alliance, organisation, agreement TO nivel_api, nivel_worker;

CREATE POLICY own_alliance ON alliance FOR SELECT TO nivel_api, nivel_worker
    USING (id = (SELECT ctx_alliance()));
CREATE POLICY same_alliance ON organisation FOR SELECT TO nivel_api, nivel_worker
    USING (alliance_id = (SELECT ctx_alliance()));
CREATE POLICY parties ON agreement FOR SELECT TO nivel_api, nivel_worker
    USING (buyer_id = (SELECT ctx_org()) OR provider_id = (SELECT ctx_org()));

-- Workers of one's own organisation by name (who recorded this?); e-mail, issuer and subject stay with the installation.
GRANT SELECT (id, organisation_id, name, roles, disabled_at) ON account TO nivel_api, nivel_worker;
CREATE POLICY own_workers ON account FOR SELECT TO nivel_api, nivel_worker
    USING (organisation_id = (SELECT ctx_org()));

-- Before a sign-in: which organisations can sign in, and how one of them does.
CREATE FUNCTION sign_in_choices()
RETURNS TABLE (alliance text, theme_colour text, slug text, name text, kind text, issuer text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.name, a.theme_colour, o.slug, o.name, o.kind, c.issuer
    FROM organisation o JOIN alliance a ON a.id = o.alliance_id JOIN connection c ON c.organisation_id = o.id
    WHERE c.enabled
    ORDER BY a.name, o.name;
$$;

CREATE FUNCTION sign_in_connection(organisation_slug text)
RETURNS TABLE (organisation_id uuid, slug text, name text, issuer text, client_id text, secret_name text, scope text,
               algorithms text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.slug, o.name, c.issuer, c.client_id, c.secret_name, c.scope, c.algorithms
    FROM organisation o JOIN connection c ON c.organisation_id = o.id
    WHERE o.slug = organisation_slug AND c.enabled;
$$;

-- The account behind a subject that the organisation's own provider vouched for; an unknown one is made without any role.
CREATE FUNCTION admit(organisation uuid, from_issuer text, from_sub text, called text, mail text)
RETURNS TABLE (account_id uuid, disabled boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE above uuid := gen_random_uuid();
BEGIN
    IF NOT EXISTS (SELECT FROM connection c
                   WHERE c.organisation_id = organisation AND c.issuer = from_issuer AND c.enabled) THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM account a
                   WHERE a.organisation_id = organisation AND a.issuer = from_issuer AND a.sub = from_sub) THEN
        INSERT INTO human (id) VALUES (above);
        INSERT INTO account (id, human_id, organisation_id, issuer, sub, name, email, roles)
            VALUES (gen_random_uuid(), above, organisation, from_issuer, from_sub, called, mail, '{}')
            ON CONFLICT (organisation_id, issuer, sub) DO NOTHING;
        IF NOT FOUND THEN  -- a second tab was faster
            DELETE FROM human WHERE id = above;
        END IF;
    END IF;
    RETURN QUERY SELECT a.id, a.disabled_at IS NOT NULL FROM account a
        WHERE a.organisation_id = organisation AND a.issuer = from_issuer AND a.sub = from_sub;
END $$;

-- Who holds this session token, for which organisation, and where else the same human works.
CREATE FUNCTION signed_in(token bytea, idle_seconds integer)
RETURNS TABLE (alliance_id uuid, organisation_id uuid, slug text, organisation text, kind text, account_id uuid,
               name text, roles text[], seconds_left integer, other_slugs text[], other_names text[])
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.alliance_id, o.id, o.slug, o.name, o.kind, a.id, a.name, a.roles, s.seconds_left,
           coalesce(others.slugs, '{}'), coalesce(others.names, '{}')
    FROM live_session(token, idle_seconds) s
    JOIN account a ON a.id = s.account_id AND a.organisation_id = s.organisation_id
    JOIN organisation o ON o.id = s.organisation_id
    CROSS JOIN LATERAL (
        SELECT array_agg(oo.slug ORDER BY oo.name) AS slugs, array_agg(oo.name ORDER BY oo.name) AS names
        FROM account aa JOIN organisation oo ON oo.id = aa.organisation_id
        WHERE aa.human_id = a.human_id AND aa.id <> a.id AND aa.disabled_at IS NULL AND oo.id <> o.id) others
    WHERE a.disabled_at IS NULL;
$$;
GRANT EXECUTE ON FUNCTION sign_in_choices(), sign_in_connection(text), admit(uuid, text, text, text, text),
    signed_in(bytea, integer) TO nivel_api;

-- The cards of the demonstration's start page, each with what its sign-in needs; no row in production.
CREATE FUNCTION demonstration_personas()
RETURNS TABLE (slug text, organisation text, kind text, name text, login_hint text, roles text[], today_fi text,
               today_sv text, today_en text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.slug, o.name, o.kind, a.name, a.sub, a.roles, p.today_fi, p.today_sv, p.today_en
    FROM persona p JOIN account a ON a.id = p.account_id JOIN organisation o ON o.id = a.organisation_id
    WHERE a.disabled_at IS NULL
    ORDER BY p.position;
$$;
GRANT EXECUTE ON FUNCTION demonstration_personas() TO nivel_api;
