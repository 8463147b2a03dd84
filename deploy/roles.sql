-- The three roles of Clinicity and its database. Safe to run again.
--
-- Run it as a superuser with psql 14 or newer; passwords come from the environment,
-- so that they never stand in a command line:
--   CLINICITY_OWNER_PASSWORD=… CLINICITY_APP_PASSWORD=… CLINICITY_SEALER_PASSWORD=… \
--     psql --dbname=postgres --file=deploy/roles.sql
--
-- clinicity_owner   owns the tables, migrates and backs up (bypasses row security)
-- clinicity_app     serves: neither owner nor bypassing, so policies bind it
-- clinicity_sealer  chains the audit trail, and does nothing else
--
-- What each may do with which table, the migrations say (run by the owner).

\set ON_ERROR_STOP on
\getenv owner_password CLINICITY_OWNER_PASSWORD
\getenv app_password CLINICITY_APP_PASSWORD
\getenv sealer_password CLINICITY_SEALER_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['clinicity_owner', 'clinicity_app', 'clinicity_sealer']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE clinicity_owner WITH NOSUPERUSER BYPASSRLS CREATEDB NOCREATEROLE PASSWORD :'owner_password';
ALTER ROLE clinicity_app WITH NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
ALTER ROLE clinicity_sealer WITH NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'sealer_password';

SELECT 'CREATE DATABASE clinicity OWNER clinicity_owner TEMPLATE template0 ENCODING ''UTF8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'clinicity') \gexec
