-- What the app role may do with tables that the owner will make in this database.
-- Append-only tables take UPDATE and DELETE away again, in the migration that makes them.
-- Run in each database of Clinicity, as its owner or as a superuser.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO clinicity_app, clinicity_sealer;
ALTER DEFAULT PRIVILEGES FOR ROLE clinicity_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO clinicity_app;
ALTER DEFAULT PRIVILEGES FOR ROLE clinicity_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO clinicity_app;
