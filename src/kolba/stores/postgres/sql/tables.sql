-- The tables of one schema, made once, in one transaction.
--
-- Names are bytes: any text of Python's has some, and their order hangs on no collation, whose
-- change (with the system's) would break an index.
--
-- What may be long and comes back whole is found by its digest: an index takes a third of a page.
--
-- PERF: no index has what a save changes (a session that is used lives longer), so that its new
-- row stays on the old one's page (HOT), and no index is written. `due` is when a record ended,
-- or earlier: who purges looks then, and puts it off.

CREATE TABLE {schema}.format (version integer NOT NULL);
INSERT INTO {schema}.format VALUES ({format});

CREATE TABLE {schema}.records (
    created float8 NOT NULL,
    seen float8 NOT NULL,
    expires float8 NOT NULL,
    due float8 NOT NULL,
    retired boolean NOT NULL,
    key bytea PRIMARY KEY,
    owner bytea,
    successor bytea,
    about bytea NOT NULL,
    names bytea[] NOT NULL,
    vals bytea[] NOT NULL
) WITH (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX records_due ON {schema}.records (due);
CREATE INDEX records_owner ON {schema}.records (sha256(owner)) WHERE owner IS NOT NULL;
CREATE INDEX records_successor ON {schema}.records (successor) WHERE successor IS NOT NULL;

CREATE TABLE {schema}.messages (
    id bigint GENERATED ALWAYS AS IDENTITY,
    open_at float8 NOT NULL,
    expires float8 NOT NULL,
    until float8 NOT NULL DEFAULT 0,
    queue bytea NOT NULL,
    claim bytea,
    label bytea NOT NULL,
    target bytea NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (queue, id)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX messages_claim ON {schema}.messages (claim) WHERE claim IS NOT NULL;
CREATE INDEX messages_expires ON {schema}.messages (expires);

CREATE TABLE {schema}.counters (
    value bigint NOT NULL,
    expires float8 NOT NULL,
    name bytea PRIMARY KEY
) WITH (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX counters_expires ON {schema}.counters (expires);

CREATE TABLE {schema}.once (
    expires float8 NOT NULL,
    name bytea PRIMARY KEY,
    value bytea NOT NULL
);
CREATE INDEX once_expires ON {schema}.once (expires);

CREATE TABLE {schema}.tallies (
    count bigint NOT NULL,
    first float8 NOT NULL,
    last float8 NOT NULL,
    family bytea NOT NULL,
    name bytea NOT NULL,
    detail bytea NOT NULL
) WITH (fillfactor = 75);
CREATE UNIQUE INDEX tallies_name ON {schema}.tallies (family, sha256(name));
