//! The tables, their versions, and how an older database becomes a newer one.
//!
//! ```text
//!  subscriber ──subscription──► subscription (JSON, by content)
//!      ┊ imsi                   slot (epoch, H)    state (revision)    removed (IMSI, revision)
//!  data_key (wrapped) ┄seals┄ subscriber.keys, state.challenge_key, ims_subscription.profile with a password
//!  location (JSON: MME, SGSN, AAA, PDN gateways, message waiting data)        context_data (JSON: what 5GC told)
//!  ims_private, ims_public ──imsi──► ims_subscription ┄ ims_registration (version, JSON: what S-CSCFs told)
//!  sh_record (by IMSI, JSON: repository data, subscriptions)                       sh_state (revision)
//!  equipment_rule (by pattern), equipment_binding (by IMSI, JSON)      equipment_state (revision, floor, entries)
//! ```
//!
//! An IMSI is a number, its digits in the low 56 bits and their count above, as in the SQLite store; the views
//! `provisioned`, `served` and `ims` show it as text, for people. Tables refer to each other without constraints: all
//! that writes holds the schema's lock (`writer`), and a check for each row would double the cost of an import.
//!
//! A migration is never edited after a release: a new one is added.

use crate::admin;
use crate::fault::Failure;
use crate::session::Session;

/// The version of the schema this program makes and reads (`schema_version.version`).
pub const SCHEMA_VERSION: i32 = MIGRATIONS.len() as i32;

/// Migration `n` leads from version `n` to `n + 1`.
const MIGRATIONS: [&str; 4] = [FIRST, AAA, admin::TABLES, MESSAGE_WAITING];

/// Which service centres wait for a subscriber.
const MESSAGE_WAITING: &str = "
ALTER TABLE location ADD COLUMN message_waiting text;  -- JSON
";

/// The 3GPP AAA server of a subscriber, beside its serving nodes.
const AAA: &str = "
ALTER TABLE location ADD COLUMN aaa text;  -- JSON
DROP VIEW served;
CREATE VIEW served AS
    SELECT digits(imsi) AS imsi, mme::json ->> 'host' AS mme, mme_purged, sgsn::json ->> 'host' AS sgsn, sgsn_purged,
           aaa::json ->> 'host' AS aaa, to_timestamp((coalesce(mme, sgsn, aaa)::json ->> 'since')::bigint) AS since
    FROM location;
";

/// All of the first release. Rows that change in place leave room on their page for it (HOT).
const FIRST: &str = "
CREATE FUNCTION digits(packed bigint) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT lpad((packed & 72057594037927935)::text, (packed >> 56)::int, '0') $$;

CREATE TABLE data_key (
    number integer PRIMARY KEY,           -- 1 and up; the highest one seals
    master bytea NOT NULL,                -- the fingerprint of the master key
    wrapped bytea NOT NULL,
    made bigint NOT NULL                  -- seconds of Unix time
);
CREATE TABLE subscription (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- never used again, so that a number once read stays true
    digest bytea NOT NULL UNIQUE,         -- the first 16 octets of SHA-256 of json
    json text NOT NULL
);
CREATE TABLE subscriber (
    imsi bigint PRIMARY KEY,
    keys bytea NOT NULL,                  -- sealed: octets of K, K, OPc or TOPc
    algorithm smallint NOT NULL,          -- 0 MILENAGE, 1 TUAK, 2 XOR
    tuak_sizes text,                      -- bits of RES, MAC, CK, IK; iterations
    amf integer NOT NULL,
    ind_bits smallint NOT NULL,
    delta_bits smallint NOT NULL,
    dif bigint,
    seq_seed bigint NOT NULL,
    msisdn bigint,
    subscription bigint NOT NULL,
    revision bigint NOT NULL
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX subscriber_revision ON subscriber (revision);
CREATE INDEX subscriber_subscription ON subscriber (subscription);
CREATE INDEX subscriber_msisdn ON subscriber (msisdn) WHERE msisdn IS NOT NULL;
CREATE TABLE removed (imsi bigint PRIMARY KEY, revision bigint NOT NULL UNIQUE);
CREATE TABLE state (
    id integer PRIMARY KEY CHECK (id = 1),
    revision bigint NOT NULL,
    challenge_key bytea                   -- sealed
) WITH (fillfactor = 10);
INSERT INTO state VALUES (1, 0, NULL);
CREATE TABLE slot (slot smallint PRIMARY KEY, epoch bigint NOT NULL, h bigint NOT NULL) WITH (fillfactor = 10);
CREATE VIEW provisioned AS
    SELECT digits(imsi) AS imsi, digits(msisdn) AS msisdn,
           CASE algorithm WHEN 0 THEN 'milenage' WHEN 1 THEN 'tuak' ELSE 'xor' END AS algorithm,
           lpad(to_hex(amf), 4, '0') AS amf, dif, subscription, revision
    FROM subscriber;

CREATE TABLE location (
    imsi bigint PRIMARY KEY,              -- may outlive the subscriber until it is taken
    mme text, mme_host text,              -- JSON; the host in lower case
    mme_purged boolean NOT NULL DEFAULT false,
    sgsn text, sgsn_host text,
    sgsn_purged boolean NOT NULL DEFAULT false,
    gateways text                         -- JSON; NULL: none
) WITH (fillfactor = 60);
CREATE INDEX location_mme ON location (mme_host, imsi) WHERE mme_host IS NOT NULL;
CREATE INDEX location_sgsn ON location (sgsn_host, imsi) WHERE sgsn_host IS NOT NULL;
CREATE VIEW served AS
    SELECT digits(imsi) AS imsi, mme::json ->> 'host' AS mme, mme_purged, sgsn::json ->> 'host' AS sgsn, sgsn_purged,
           to_timestamp((coalesce(mme, sgsn)::json ->> 'since')::bigint) AS since
    FROM location;

CREATE TABLE context_data (
    imsi bigint PRIMARY KEY,              -- may outlive the subscriber until it is taken
    json text NOT NULL                    -- AMF registration, SDM subscriptions, authentication events
) WITH (fillfactor = 60);

CREATE TABLE ims_subscription (
    imsi bigint PRIMARY KEY,              -- may outlive the subscriber until its registrations end
    profile bytea,                        -- JSON, sealed if there is a password in it; NULL: removed
    told bytea                            -- what was provisioned before, as long as S-CSCFs were not told
);
CREATE TABLE ims_registration (
    imsi bigint PRIMARY KEY,
    version bigint NOT NULL,
    json text                             -- NULL: nothing is registered
) WITH (fillfactor = 60);
CREATE TABLE ims_private (impi text PRIMARY KEY, imsi bigint NOT NULL);
CREATE TABLE ims_public (impu text PRIMARY KEY, imsi bigint NOT NULL);
CREATE VIEW ims AS
    SELECT digits(imsi) AS imsi, (SELECT min(impi) FROM ims_private p WHERE p.imsi = s.imsi) AS impi,
           r.json::json -> 'server' ->> 'name' AS scscf, r.json::json -> 'sets' AS registrations
    FROM ims_subscription s JOIN ims_registration r USING (imsi);

CREATE TABLE equipment_rule (
    pattern bigint PRIMARY KEY,
    status smallint NOT NULL,             -- Equipment-Status: 0 white, 1 black, 2 grey
    note text,
    revision bigint NOT NULL
);
CREATE UNIQUE INDEX equipment_rule_revision ON equipment_rule (revision);
CREATE TABLE equipment_binding (
    imsi bigint PRIMARY KEY,              -- whose SIM is whose device outlives a subscription
    json text NOT NULL,
    revision bigint NOT NULL
);
CREATE UNIQUE INDEX equipment_binding_revision ON equipment_binding (revision);
CREATE TABLE equipment_state (
    id integer PRIMARY KEY CHECK (id = 1),
    revision bigint NOT NULL,
    floor bigint NOT NULL,                -- the revision of the last removal
    entries bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO equipment_state VALUES (1, 0, 0, 0);
CREATE VIEW equipment AS
    SELECT digits(pattern) AS pattern, CASE status WHEN 0 THEN 'white' WHEN 1 THEN 'black' ELSE 'grey' END AS status,
           note
    FROM equipment_rule;

CREATE TABLE sh_record (
    imsi bigint PRIMARY KEY,
    repository text NOT NULL,             -- repository data, removed ones until everybody was told
    subscriptions text NOT NULL,          -- to notifications, each with a digest of what was told last
    revision bigint NOT NULL              -- of its last change, and its version
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX sh_record_revision ON sh_record (revision);
CREATE TABLE sh_state (id integer PRIMARY KEY CHECK (id = 1), revision bigint NOT NULL) WITH (fillfactor = 10);
INSERT INTO sh_state VALUES (1, 0);
";

/// The version of the tables that are there; 0 if there are none.
pub(crate) async fn version(session: &Session) -> Result<i32, Failure> {
    let table = session
        .one("SELECT to_regclass('schema_version') IS NOT NULL", &[])
        .await?;
    if !table.try_get::<_, bool>(0)? {
        return Ok(0);
    }
    let row = session.one("SELECT version FROM schema_version", &[]).await?;
    Ok(row.try_get(0)?)
}

/// Brings an empty or older schema to [`SCHEMA_VERSION`], all or nothing; answers the version found. The caller is in a
/// transaction that holds the schema's lock: another process may want the same.
pub(crate) async fn migrate(session: &Session, schema: &str) -> Result<i32, Failure> {
    let there = session.one("SELECT current_schema() IS NOT NULL", &[]).await?;
    if !there.try_get::<_, bool>(0)? {
        session.batch(&format!("CREATE SCHEMA {schema}")).await?;
    }
    let found = version(session).await?;
    if found == 0 {
        session
            .batch("CREATE TABLE schema_version (version integer NOT NULL); INSERT INTO schema_version VALUES (0)")
            .await?;
    }
    for migration in MIGRATIONS.iter().skip(found.max(0) as usize) {
        session.batch(migration).await?;
    }
    if found < SCHEMA_VERSION {
        session
            .execute("UPDATE schema_version SET version = $1", &[&SCHEMA_VERSION])
            .await?;
    }
    Ok(found)
}
