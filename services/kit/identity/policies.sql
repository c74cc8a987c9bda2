-- Sign-ins and sessions exist before anybody acts for an organisation, so no policy can guard them: the login roles have no right
-- on these tables at all and call the narrow functions below. All instants are the database's own clock.

-- Attempts counted in one window per key; answers the number so far and the seconds until the window ends.
CREATE FUNCTION count_attempt(attempt_key bytea, window_seconds integer, OUT counted integer, OUT retry_after integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM rate_count WHERE key_hash IN
        (SELECT key_hash FROM rate_count WHERE window_end < now() LIMIT 20 FOR UPDATE SKIP LOCKED);
    INSERT INTO rate_count AS r (key_hash, window_end, attempts)
        VALUES (attempt_key, now() + make_interval(secs => window_seconds), 1)
        ON CONFLICT (key_hash) DO UPDATE SET
            attempts = CASE WHEN r.window_end < now() THEN 1 ELSE least(r.attempts, 1000000) + 1 END,
            window_end = CASE WHEN r.window_end < now() THEN excluded.window_end ELSE r.window_end END
        RETURNING r.attempts, greatest(1, ceil(extract(epoch FROM r.window_end - now())))::integer
        INTO counted, retry_after;
END $$;

CREATE FUNCTION start_login(state bytea, organisation uuid, bind bytea, login_nonce text, login_verifier text,
                            next_page text, seconds integer)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM login_state WHERE state_hash IN
        (SELECT state_hash FROM login_state WHERE expires_at < now() LIMIT 20 FOR UPDATE SKIP LOCKED);
    INSERT INTO login_state (state_hash, organisation_id, bind_hash, nonce, verifier, next_path, expires_at)
        VALUES (state, organisation, bind, login_nonce, login_verifier, next_page, now() + make_interval(secs => seconds));
$$;

-- One use, whatever the caller then finds: the row is gone before its content is looked at.
CREATE FUNCTION take_login(state bytea)
RETURNS TABLE (organisation_id uuid, bind_hash bytea, nonce text, verifier text, next_path text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH taken AS (DELETE FROM login_state s WHERE s.state_hash = state RETURNING s.*)
    SELECT t.organisation_id, t.bind_hash, t.nonce, t.verifier, t.next_path FROM taken t WHERE t.expires_at > now();
$$;

-- Only whoever holds the key opens a session: a statement slipped in under the login role's name cannot make a context by this detour.
CREATE FUNCTION open_session(token bytea, organisation uuid, account uuid, from_issuer text, from_sub text,
                             from_sid text, sealed_id_token bytea, authenticated timestamptz, absolute_seconds integer,
                             proof text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF genuine('session', encode(token, 'hex') || '|' || organisation || '|' || account, proof) IS NOT TRUE THEN
        RAISE insufficient_privilege USING MESSAGE = 'nivel: a session needs its proof';
    END IF;
    INSERT INTO session (id, token_hash, organisation_id, account_id, issuer, sub, idp_sid, id_token, auth_time,
                         created_at, last_seen_at, absolute_until)
        VALUES (gen_random_uuid(), token, organisation, account, from_issuer, from_sub, from_sid, sealed_id_token,
                authenticated, now(), now(), now() + make_interval(secs => absolute_seconds));
END $$;

-- The session of a token if it is alive. Being asked for keeps it alive; that is written down at most once a minute.
CREATE FUNCTION live_session(token bytea, idle_seconds integer)
RETURNS TABLE (organisation_id uuid, account_id uuid, seconds_left integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found session;
BEGIN
    SELECT * INTO found FROM session s
        WHERE s.token_hash = token AND s.ended_at IS NULL AND s.absolute_until > now()
          AND s.last_seen_at > now() - make_interval(secs => idle_seconds);
    IF found.id IS NULL THEN
        RETURN;
    END IF;
    IF found.last_seen_at < now() - interval '1 minute' THEN
        UPDATE session s SET last_seen_at = now() WHERE s.id = found.id AND s.ended_at IS NULL;
    END IF;
    RETURN QUERY SELECT found.organisation_id, found.account_id,
        least(idle_seconds, floor(extract(epoch FROM found.absolute_until - now())))::integer;
END $$;

-- Ends one session; what the provider needs to hear of it comes back once, to whoever held the token.
CREATE FUNCTION end_session(token bytea)
RETURNS TABLE (organisation_id uuid, account_id uuid, id_token bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH before AS (SELECT s.id, s.id_token FROM session s WHERE s.token_hash = token AND s.ended_at IS NULL FOR UPDATE),
         ended AS (UPDATE session s SET ended_at = now(), id_token = NULL FROM before b WHERE s.id = b.id
                   RETURNING s.organisation_id, s.account_id, b.id_token)
    SELECT e.organisation_id, e.account_id, e.id_token FROM ended e;
$$;

-- Back-channel logout: by the provider's session when it names one, else every session of the subject.
CREATE FUNCTION end_sessions_of(organisation uuid, from_issuer text, from_sid text, from_sub text)
RETURNS TABLE (account_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE session s SET ended_at = now(), id_token = NULL
        WHERE s.organisation_id = organisation AND s.issuer = from_issuer AND s.ended_at IS NULL
          AND (from_sid IS NULL OR s.idp_sid = from_sid) AND (from_sub IS NULL OR s.sub = from_sub)
          AND coalesce(from_sid, from_sub) IS NOT NULL
        RETURNING s.account_id;
$$;

-- True for the first use of a token id within its life, false for every later one.
CREATE FUNCTION use_once(token bytea, seconds integer)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM used_token WHERE token_hash IN
        (SELECT token_hash FROM used_token WHERE expires_at < now() LIMIT 20 FOR UPDATE SKIP LOCKED);
    INSERT INTO used_token (token_hash, expires_at) VALUES (token, now() + make_interval(secs => seconds))
        ON CONFLICT (token_hash) DO NOTHING;
    RETURN FOUND;
END $$;

CREATE FUNCTION note_sign_in(organisation uuid, account uuid, outcome text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO sign_in_event (id, organisation_id, account_id, at, result)
        VALUES (gen_random_uuid(), organisation, account, now(), outcome);
$$;

GRANT EXECUTE ON FUNCTION count_attempt(bytea, integer), start_login(bytea, uuid, bytea, text, text, text, integer),
    take_login(bytea), open_session(bytea, uuid, uuid, text, text, text, bytea, timestamptz, integer, text),
    end_session(bytea), end_sessions_of(uuid, text, text, text),
    use_once(bytea, integer), note_sign_in(uuid, uuid, text) TO nivel_api;
