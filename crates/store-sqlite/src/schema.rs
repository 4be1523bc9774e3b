//! The tables, their versions, and how an older file becomes a newer one.
//!
//! ```text
//!  subscriber ──subscription──► subscription (JSON, by content)
//!      ┊ imsi                   slot (epoch, H)    state (revision)    removed (IMSI, revision)
//!  data_key (wrapped) ┄seals┄ subscriber.keys, state.challenge_key, ims_subscription.json with a password    scrub
//!  location (aaa, message_waiting: JSON) ──mme, sgsn──► node (host, realm)      pdn_gateway (by IMSI and Context-Identifier)
//!  context_data (JSON: what 5GC told)
//!  ims_private, ims_public ──imsi──► ims_subscription (JSON) ┄ ims_registration (version, JSON: what S-CSCFs told)
//!  sh_record (by IMSI, JSON: repository data, subscriptions)                       sh_state (revision)
//!  equipment_rule (by pattern), equipment_binding (by IMSI, JSON)      equipment_state (revision, floor, entries)
//!  token (by name, digest)    token_state    audit (by number)    remembered_request (by digest, answer)
//! ```
//!
//! Columns have the names of TS 23.008 and TS 29.272. An IMSI is a number, its digits in the low 56 bits and their
//! count above, which makes it the row's own key; the views `provisioned` and `served` show it as text, for people.
//! `revision` of `subscriber` and `removed` together are the list of changes, one entry for each IMSI.
//!
//! A migration is never edited after a release: a new one is added.

use crate::database::Mode;
use crate::fault::Failure;
use crate::sealing::TABLES;
use crate::{admin, scrub, seal_all};
use rusqlite::{Connection, TransactionBehavior};

/// `PRAGMA application_id` of our files: "Qtet".
pub const APPLICATION_ID: i32 = i32::from_be_bytes(*b"Qtet");

/// The version of the schema this program makes and reads (`PRAGMA user_version`).
pub const SCHEMA_VERSION: i32 = MIGRATIONS.len() as i32;

/// Migration `n` leads from version `n` to `n + 1`.
const MIGRATIONS: [&str; 12] = [
    PROVISIONING,
    LOCATION,
    CONTEXT_DATA,
    IMS,
    EQUIPMENT,
    SH,
    TABLES,
    SEALED,
    OPC_GONE,
    AAA,
    admin::TABLES,
    MESSAGE_WAITING,
];

/// The migration after which what is in the clear is sealed, before the next one.
const SEALS: usize = 7;

/// The version from which on keys are sealed.
pub(crate) const FIRST_SEALED: i32 = SEALS as i32 + 2;

/// Subscribers, subscriptions and slots.
const PROVISIONING: &str = "
CREATE TABLE subscription (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again, so that a number once read stays true
    digest BLOB NOT NULL UNIQUE,          -- the first 16 octets of SHA-256 of json
    json TEXT NOT NULL
);
CREATE TABLE subscriber (
    imsi INTEGER PRIMARY KEY,
    k BLOB NOT NULL,
    algorithm INTEGER NOT NULL,           -- 0 MILENAGE, 1 TUAK, 2 XOR
    opc BLOB,                             -- OPc, or TOPc of TUAK
    tuak_sizes TEXT,                      -- bits of RES, MAC, CK, IK; iterations
    amf INTEGER NOT NULL,
    ind_bits INTEGER NOT NULL,
    delta_bits INTEGER NOT NULL,
    dif INTEGER,
    seq_seed INTEGER NOT NULL,
    msisdn INTEGER,
    subscription INTEGER NOT NULL REFERENCES subscription (id),
    revision INTEGER NOT NULL
);
CREATE UNIQUE INDEX subscriber_revision ON subscriber (revision);
CREATE INDEX subscriber_subscription ON subscriber (subscription);
CREATE TABLE removed (imsi INTEGER PRIMARY KEY, revision INTEGER NOT NULL UNIQUE);
CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, challenge_key BLOB);
INSERT INTO state VALUES (1, 0, NULL);
CREATE TABLE slot (slot INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, h INTEGER NOT NULL);
CREATE VIEW provisioned AS
    SELECT printf('%0*d', imsi >> 56, imsi & 0xffffffffffffff) AS imsi,
           printf('%0*d', msisdn >> 56, msisdn & 0xffffffffffffff) AS msisdn,
           CASE algorithm WHEN 0 THEN 'milenage' WHEN 1 THEN 'tuak' ELSE 'xor' END AS algorithm,
           printf('%04x', amf) AS amf, dif, subscription, revision
    FROM subscriber;
";

/// Locations.
const LOCATION: &str = "
CREATE TABLE node (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host TEXT NOT NULL,
    realm TEXT NOT NULL,
    UNIQUE (host, realm)
);
CREATE INDEX node_host ON node (host COLLATE NOCASE);
CREATE TABLE location (
    imsi INTEGER PRIMARY KEY,             -- no reference: it may outlive the subscriber until it is taken
    mme INTEGER,                          -- node.id; nodes are never deleted, so nothing needs checking
    mme_visited_plmn TEXT, mme_rat_type INTEGER, mme_features INTEGER, mme_features_2 INTEGER,
    mme_purged INTEGER, mme_ims_voice INTEGER, mme_srvcc INTEGER, mme_imei INTEGER, mme_imeisv INTEGER,
    mme_number_for_mt_sms INTEGER, mme_since INTEGER,
    sgsn INTEGER,
    sgsn_visited_plmn TEXT, sgsn_rat_type INTEGER, sgsn_features INTEGER, sgsn_features_2 INTEGER,
    sgsn_purged INTEGER, sgsn_ims_voice INTEGER, sgsn_srvcc INTEGER, sgsn_imei INTEGER, sgsn_imeisv INTEGER,
    sgsn_number_for_mt_sms INTEGER, sgsn_since INTEGER
);
CREATE INDEX location_mme ON location (mme) WHERE mme IS NOT NULL;
CREATE INDEX location_sgsn ON location (sgsn) WHERE sgsn IS NOT NULL;
CREATE TABLE pdn_gateway (
    imsi INTEGER NOT NULL,
    context_identifier INTEGER NOT NULL,
    apn TEXT, host TEXT, realm TEXT,
    addresses TEXT NOT NULL,              -- separated by spaces
    PRIMARY KEY (imsi, context_identifier)
) WITHOUT ROWID;
CREATE VIEW served AS
    SELECT printf('%0*d', imsi >> 56, imsi & 0xffffffffffffff) AS imsi, m.host AS mme, mme_purged, s.host AS sgsn,
           sgsn_purged, datetime(mme_since, 'unixepoch') AS since
    FROM location LEFT JOIN node m ON m.id = mme LEFT JOIN node s ON s.id = sgsn;
";

/// What 5GC told of subscribers.
const CONTEXT_DATA: &str = "
CREATE TABLE context_data (
    imsi INTEGER PRIMARY KEY,             -- no reference: it may outlive the subscriber until it is taken
    json TEXT NOT NULL                    -- AMF registration, SDM subscriptions, authentication events
);
";

/// IMS subscriptions and their registrations. Identities are in canonical form.
const IMS: &str = "
CREATE TABLE ims_subscription (
    imsi INTEGER PRIMARY KEY,             -- no reference: it may outlive the subscriber until its registrations end
    json TEXT,                            -- NULL: removed
    told TEXT                             -- what was provisioned before, as long as S-CSCFs were not told
);
CREATE TABLE ims_registration (
    imsi INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    json TEXT                             -- NULL: nothing is registered
);
CREATE TABLE ims_private (impi TEXT PRIMARY KEY, imsi INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE ims_public (impu TEXT PRIMARY KEY, imsi INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIEW ims AS
    SELECT printf('%0*d', imsi >> 56, imsi & 0xffffffffffffff) AS imsi,
           s.json ->> '$.private[0].identity' AS impi,
           r.json ->> '$.server.name' AS scscf, r.json -> '$.sets' AS registrations
    FROM ims_subscription s JOIN ims_registration r USING (imsi);
";

/// Rules and bindings of equipment. A pattern is a number as an IMSI is.
const EQUIPMENT: &str = "
CREATE TABLE equipment_rule (
    pattern INTEGER PRIMARY KEY,
    status INTEGER NOT NULL,              -- Equipment-Status: 0 white, 1 black, 2 grey
    note TEXT,
    revision INTEGER NOT NULL
);
CREATE UNIQUE INDEX equipment_rule_revision ON equipment_rule (revision);
CREATE TABLE equipment_binding (
    imsi INTEGER PRIMARY KEY,             -- no reference: whose SIM is whose device outlives a subscription
    json TEXT NOT NULL,
    revision INTEGER NOT NULL
);
CREATE UNIQUE INDEX equipment_binding_revision ON equipment_binding (revision);
CREATE TABLE equipment_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    floor INTEGER NOT NULL,               -- the revision of the last removal
    entries INTEGER NOT NULL
);
INSERT INTO equipment_state VALUES (1, 0, 0, 0);
CREATE VIEW equipment AS
    SELECT printf('%0*d', pattern >> 56, pattern & 0xffffffffffffff) AS pattern,
           CASE status WHEN 0 THEN 'white' WHEN 1 THEN 'black' ELSE 'grey' END AS status, note
    FROM equipment_rule;
";

/// What application servers keep and subscribed to, and the number by which theirs is found.
const SH: &str = "
CREATE TABLE sh_record (
    imsi INTEGER PRIMARY KEY,
    repository TEXT NOT NULL,             -- repository data, removed ones until everybody was told
    subscriptions TEXT NOT NULL,          -- to notifications, each with a digest of what was told last
    revision INTEGER NOT NULL             -- of its last change, and its version
);
CREATE UNIQUE INDEX sh_record_revision ON sh_record (revision);
CREATE TABLE sh_state (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
INSERT INTO sh_state VALUES (1, 0);
CREATE INDEX subscriber_msisdn ON subscriber (msisdn) WHERE msisdn IS NOT NULL;
";

/// K and OPc become one sealed field.
const SEALED: &str = "
ALTER TABLE subscriber RENAME COLUMN k TO keys; -- sealed: octets of K, K, OPc or TOPc
DROP VIEW ims;
CREATE VIEW ims AS
    SELECT printf('%0*d', imsi >> 56, imsi & 0xffffffffffffff) AS imsi,
           CASE typeof(s.json) WHEN 'text' THEN s.json ->> '$.private[0].identity' ELSE '(sealed)' END AS impi,
           r.json ->> '$.server.name' AS scscf, r.json -> '$.sets' AS registrations
    FROM ims_subscription s JOIN ims_registration r USING (imsi);
";

/// OPc has no column of its own any more.
const OPC_GONE: &str = "
ALTER TABLE subscriber DROP COLUMN opc;
";

/// The 3GPP AAA server of a subscriber, beside its serving nodes.
const AAA: &str = "
ALTER TABLE location ADD COLUMN aaa TEXT;  -- JSON
DROP VIEW served;
CREATE VIEW served AS
    SELECT printf('%0*d', imsi >> 56, imsi & 0xffffffffffffff) AS imsi, m.host AS mme, mme_purged, s.host AS sgsn,
           sgsn_purged, aaa ->> '$.host' AS aaa,
           datetime(coalesce(mme_since, sgsn_since, aaa ->> '$.since'), 'unixepoch') AS since
    FROM location LEFT JOIN node m ON m.id = mme LEFT JOIN node s ON s.id = sgsn;
";

/// Which service centres wait for a subscriber.
const MESSAGE_WAITING: &str = "
ALTER TABLE location ADD COLUMN message_waiting TEXT;  -- JSON
";

/// What a file's header says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing is in it yet.
    Empty,
    /// Ours, with its version.
    Quintet(i32),
    /// Another program's.
    Foreign,
}

/// Reads the header: it touches the first page only.
pub(crate) fn kind(connection: &Connection) -> rusqlite::Result<Kind> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (id, version) = (pragma("application_id")?, pragma("user_version")?);
    if id == APPLICATION_ID {
        return Ok(Kind::Quintet(version));
    }
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(if id == 0 && version == 0 && objects == 0 {
        Kind::Empty
    } else {
        Kind::Foreign
    })
}

/// Brings an empty or older file to [`SCHEMA_VERSION`], all or nothing; another process may be doing the same.
pub(crate) fn migrate(connection: &mut Connection, mode: &Mode) -> Result<(), Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let version = match kind(&transaction)? {
        Kind::Quintet(version) => version,
        Kind::Empty => 0,
        Kind::Foreign => return Ok(()),
    };
    let version = version.max(0);
    for (at, migration) in MIGRATIONS.iter().enumerate().skip(version as usize) {
        transaction.execute_batch(migration)?;
        if at == SEALS {
            seal_all::subscribers(&transaction, mode)?;
            if version > 0 {
                scrub::owe(&transaction)?;
            }
        }
    }
    if version < SCHEMA_VERSION {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    Ok(transaction.commit()?)
}

/// The schema of version `n`, for tests of older files.
#[cfg(test)]
pub(crate) fn of_version(n: usize) -> String {
    MIGRATIONS[..n].concat()
}
