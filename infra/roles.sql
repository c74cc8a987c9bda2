-- The login roles of the product, applied as superuser at each start: `nivel_owner` owns the database and migrates, `nivel_api` and
-- `nivel_worker` own nothing and cannot bypass row security, `nivel_system` (no login) owns the few functions of the installation.
do $$
declare name text;
begin
  foreach name in array array['nivel_owner', 'nivel_api', 'nivel_worker', 'nivel_system'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I', name);
    end if;
  end loop;
end $$;
alter role nivel_owner with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role nivel_api with login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role nivel_worker with login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role nivel_system with nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
-- The owner may hand objects to the system role, but does not act with its rights by itself.
grant nivel_system to nivel_owner with inherit false, set true;

-- What a role is doing is not shown to other roles; only a superuser can set this.
alter role nivel_api set track_activities = off;
alter role nivel_worker set track_activities = off;
-- A statement or an abandoned transaction ends before it can hold others up.
alter role nivel_api set statement_timeout = '30s';
alter role nivel_worker set statement_timeout = '5min';
alter role nivel_api set idle_in_transaction_session_timeout = '60s';
alter role nivel_worker set idle_in_transaction_session_timeout = '60s';
