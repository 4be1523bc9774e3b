//! Locations: the rows behind ULR, PUR and NOR.

use crate::fault::Failure;
use crate::row::{self, behind, json, to_json};
use crate::session::Session;
use quintet_identity::Imsi;
use quintet_store::{MAX_PDN_GATEWAYS, Reply, StoreError, check_aaa, may_report};
use quintet_subscriber::model::{
    AaaServer, Location, MessageWaiting, PdnGateway, ServingNode, WaitingChange,
};
use tokio_postgres::Row;

/// What [`of_row`] reads of the row `l`.
macro_rules! columns {
    () => {
        "l.imsi IS NOT NULL, l.mme, l.mme_purged, l.sgsn, l.sgsn_purged, l.gateways, l.aaa, l.message_waiting"
    };
}

/// What is stored before a change of `$1`'s row, and whether there is such a subscriber: a statement's end, whose snapshot
/// is older than its own changes.
macro_rules! before {
    () => {
        concat!(
            " SELECT ",
            columns!(),
            ", s.imsi IS NOT NULL FROM (VALUES (1)) one
              LEFT JOIN subscriber s ON s.imsi = $1 LEFT JOIN location l ON l.imsi = $1"
        )
    };
}

/// A location from [`columns!`] at `first`.
fn of_row(row: &Row, first: usize, imsi: Imsi) -> Result<Option<Box<Location>>, Failure> {
    if !row.try_get::<_, bool>(first)? {
        return Ok(None);
    }
    let node = |at: usize| -> Result<Option<ServingNode>, Failure> {
        let Some(text) = row.try_get::<_, Option<&str>>(first + at)? else {
            return Ok(None);
        };
        let mut node: ServingNode = json("location", imsi, text)?;
        node.purged |= row.try_get::<_, bool>(first + at + 1)?;
        Ok(Some(node))
    };
    let gateways: Option<&str> = row.try_get(first + 5)?;
    let aaa: Option<&str> = row.try_get(first + 6)?;
    let waiting: Option<&str> = row.try_get(first + 7)?;
    Ok(Some(Box::new(Location {
        mme: node(1)?,
        sgsn: node(3)?,
        aaa: aaa.map(|text| json("location", imsi, text)).transpose()?,
        message_waiting: waiting.map(|text| json("location", imsi, text)).transpose()?,
        pdn_gateways: gateways.map_or_else(|| Ok(Vec::new()), |text| json("location", imsi, text))?,
    })))
}

/// The answer of a statement that ends with [`before!`].
fn before(row: &Row, imsi: Imsi) -> Result<Reply, Failure> {
    if !row.try_get::<_, bool>(8)? {
        return Err(StoreError::NoSubscriber { imsi }.into());
    }
    Ok(Reply::Location(of_row(row, 0, imsi)?))
}

pub(crate) const LOAD: &str = concat!("SELECT ", columns!(), " FROM location l WHERE l.imsi = $1");

/// What is stored for an IMSI.
pub(crate) async fn load(session: &Session, imsi: Imsi) -> Result<Option<Box<Location>>, Failure> {
    let row = session.optional(LOAD, &[&(imsi.packed() as i64)]).await?;
    row.map_or(Ok(None), |row| of_row(&row, 0, imsi))
}

/// That an IMSI is provisioned.
pub(crate) async fn require_subscriber(session: &Session, imsi: Imsi) -> Result<(), Failure> {
    let there = session
        .optional(
            "SELECT 1 FROM subscriber WHERE imsi = $1",
            &[&(imsi.packed() as i64)],
        )
        .await?;
    there
        .map(|_| ())
        .ok_or_else(|| StoreError::NoSubscriber { imsi }.into())
}

/// A registration: `$1` whose, `$2` the node, `$3` its host, `$4` whether gateways are forgotten.
macro_rules! register {
    ($domain:literal) => {
        concat!(
            "WITH stored AS (INSERT INTO location AS old (imsi, ",
            $domain,
            ", ",
            $domain,
            "_host) SELECT imsi, $2, $3 FROM subscriber WHERE imsi = $1 ON CONFLICT (imsi) DO UPDATE SET ",
            $domain,
            " = $2, ",
            $domain,
            "_host = $3, ",
            $domain,
            "_purged = false, gateways = CASE WHEN $4::boolean THEN NULL ELSE old.gateways END)",
            before!()
        )
    };
}

pub(crate) const SET_MME: &str = register!("mme");
pub(crate) const SET_SGSN: &str = register!("sgsn");

/// Registrations of several subscribers, none of them twice: `$1` whose, `$2` the nodes, `$3` their hosts.
macro_rules! register_all {
    ($domain:literal, $gateways:literal) => {
        concat!(
            "WITH given AS MATERIALIZED (
                SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS g (imsi, node, host, n)),
             stored AS (INSERT INTO location AS old (imsi, ",
            $domain,
            ", ",
            $domain,
            "_host) SELECT g.imsi, g.node, g.host FROM given g
                WHERE EXISTS (SELECT 1 FROM subscriber s WHERE s.imsi = g.imsi) ON CONFLICT (imsi) DO UPDATE SET ",
            $domain,
            " = excluded.",
            $domain,
            ", ",
            $domain,
            "_host = excluded.",
            $domain,
            "_host, ",
            $domain,
            "_purged = false",
            $gateways,
            ") SELECT ",
            columns!(),
            ", s.imsi IS NOT NULL, g.n FROM given g
              LEFT JOIN subscriber s ON s.imsi = g.imsi LEFT JOIN location l ON l.imsi = g.imsi"
        )
    };
}

pub(crate) const SET_MMES: &str = register_all!("mme", "");
pub(crate) const ATTACH_MMES: &str = register_all!("mme", ", gateways = NULL");
pub(crate) const SET_SGSNS: &str = register_all!("sgsn", "");

/// A registration as a command says it.
pub(crate) struct Registration<'a> {
    /// The command's place among those of the transaction.
    pub(crate) at: usize,
    pub(crate) imsi: Imsi,
    pub(crate) node: &'a ServingNode,
}

/// Registers nodes of several subscribers; `sql` says of which domain. Answers each with its command's place.
pub(crate) async fn register_all(
    session: &Session,
    sql: &'static str,
    all: &[Registration<'_>],
) -> Result<Vec<(usize, Result<Reply, Failure>)>, Failure> {
    // The statement is sent before anything is waited for: see `in_order`.
    let imsis: Vec<i64> = all.iter().map(|one| one.imsi.packed() as i64).collect();
    let nodes = all.iter().map(|one| to_json("a serving node", one.node));
    let nodes: Vec<String> = nodes.collect::<Result<_, _>>()?;
    let hosts: Vec<String> = all.iter().map(|one| one.node.host.to_ascii_lowercase()).collect();
    let rows = session.query(sql, &[&imsis, &nodes, &hosts]).await?;
    let mut replies = Vec::with_capacity(all.len());
    for row in &rows {
        let number: i64 = row.try_get(9)?;
        if let Some(one) = all.get(number as usize - 1) {
            replies.push((one.at, before(row, one.imsi)));
        }
    }
    Ok(replies)
}

/// Registers a node; `sql` says of which domain.
pub(crate) async fn register(
    session: &Session,
    sql: &'static str,
    imsi: Imsi,
    node: &ServingNode,
    clear_gateways: bool,
) -> Result<Reply, Failure> {
    // The statement is sent before anything is waited for: see `in_order`.
    let (text, host) = (to_json("a serving node", node)?, node.host.to_ascii_lowercase());
    let row = session
        .one(sql, &[&(imsi.packed() as i64), &text, &host, &clear_gateways])
        .await?;
    before(&row, imsi)
}

pub(crate) const PURGE: &str = concat!(
    "WITH marked AS (
        UPDATE location SET mme_purged = mme_purged OR coalesce(mme_host = $2, false),
                            sgsn_purged = sgsn_purged OR coalesce(sgsn_host = $2, false)
        WHERE imsi = $1 AND (mme_host = $2 OR sgsn_host = $2)
          AND EXISTS (SELECT 1 FROM subscriber WHERE imsi = $1))",
    before!()
);

pub(crate) async fn purge(session: &Session, imsi: Imsi, host: &str) -> Result<Reply, Failure> {
    let row = session
        .one(PURGE, &[&(imsi.packed() as i64), &host.to_ascii_lowercase()])
        .await?;
    before(&row, imsi)
}

pub(crate) async fn set_aaa(
    session: &Session,
    imsi: Imsi,
    expected: Option<&str>,
    aaa: Option<&AaaServer>,
) -> Result<Reply, Failure> {
    if aaa.is_some() {
        require_subscriber(session, imsi).await?;
    }
    let before = load(session, imsi).await?;
    check_aaa(before.as_deref(), expected)?;
    let text = aaa.map(|aaa| to_json("a 3GPP AAA server", aaa)).transpose()?;
    if text.is_some() || before.is_some() {
        let sql =
            "INSERT INTO location (imsi, aaa) VALUES ($1, $2) ON CONFLICT (imsi) DO UPDATE SET aaa = $2";
        session.execute(sql, &[&(imsi.packed() as i64), &text]).await?;
    }
    Ok(Reply::Location(before))
}

pub(crate) async fn change_waiting(
    session: &Session,
    imsi: Imsi,
    change: &WaitingChange,
) -> Result<Reply, Failure> {
    require_subscriber(session, imsi).await?;
    let before = load(session, imsi).await?;
    let waiting = before
        .as_ref()
        .and_then(|location| location.message_waiting.as_ref());
    let after = MessageWaiting::changed(waiting, change);
    let text = after
        .map(|waiting| to_json("message waiting data", &waiting))
        .transpose()?;
    if text.is_some() || before.is_some() {
        let sql = "INSERT INTO location (imsi, message_waiting) VALUES ($1, $2)
             ON CONFLICT (imsi) DO UPDATE SET message_waiting = $2";
        session.execute(sql, &[&(imsi.packed() as i64), &text]).await?;
    }
    Ok(Reply::Location(before))
}

/// Whether message waiting data stay when the rest of `$1`'s row is forgotten.
macro_rules! is_left {
    () => {
        "message_waiting IS NOT NULL AND EXISTS (SELECT 1 FROM subscriber WHERE imsi = $1)"
    };
}

pub(crate) const CLEAR: &str = concat!(
    "WITH left_of AS (
        UPDATE location SET mme = NULL, mme_host = NULL, mme_purged = false,
                            sgsn = NULL, sgsn_host = NULL, sgsn_purged = false, gateways = NULL, aaa = NULL
        WHERE imsi = $1 AND ",
    is_left!(),
    "), gone AS (DELETE FROM location WHERE imsi = $1 AND NOT (",
    is_left!(),
    ")) SELECT ",
    columns!(),
    " FROM location l WHERE l.imsi = $1"
);

pub(crate) async fn clear(session: &Session, imsi: Imsi) -> Result<Reply, Failure> {
    let row = session.optional(CLEAR, &[&(imsi.packed() as i64)]).await?;
    Ok(Reply::Location(
        row.map_or(Ok(None), |row| of_row(&row, 0, imsi))?,
    ))
}

pub(crate) async fn set_gateway(
    session: &Session,
    imsi: Imsi,
    host: &str,
    gateway: Option<&PdnGateway>,
    remove: &[u32],
) -> Result<Reply, Failure> {
    require_subscriber(session, imsi).await?;
    let before = load(session, imsi).await?;
    let Some(location) = before.as_deref().filter(|location| may_report(location, host)) else {
        return Ok(Reply::Location(before));
    };
    let mut gateways = location.pdn_gateways.clone();
    gateways.retain(|old| !remove.contains(&old.context_identifier));
    if let Some(gateway) = gateway {
        gateways.retain(|old| old.context_identifier != gateway.context_identifier);
        if gateways.len() >= MAX_PDN_GATEWAYS {
            return Err(StoreError::TooManyGateways { imsi }.into());
        }
        gateways.push(gateway.clone());
        gateways.sort_by_key(|gateway| gateway.context_identifier);
    }
    let text = if gateways.is_empty() {
        None
    } else {
        Some(to_json("a PDN gateway", &gateways)?)
    };
    session
        .execute(
            "UPDATE location SET gateways = $2 WHERE imsi = $1",
            &[&(imsi.packed() as i64), &text],
        )
        .await?;
    Ok(Reply::Location(before))
}

/// IMSIs of provisioned subscribers that a host serves, behind `after`.
pub(crate) async fn served(
    session: &Session,
    host: &str,
    after: Option<Imsi>,
    limit: usize,
) -> Result<Reply, Failure> {
    let sql = "SELECT imsi FROM (
            (SELECT imsi FROM location l WHERE mme_host = $1 AND imsi > $2
               AND EXISTS (SELECT 1 FROM subscriber s WHERE s.imsi = l.imsi) ORDER BY imsi LIMIT $3)
            UNION
            (SELECT imsi FROM location l WHERE sgsn_host = $1 AND imsi > $2
               AND EXISTS (SELECT 1 FROM subscriber s WHERE s.imsi = l.imsi) ORDER BY imsi LIMIT $3)
        ) found ORDER BY imsi LIMIT $3";
    let rows = session
        .query(
            sql,
            &[&host.to_ascii_lowercase(), &behind(after), &(limit as i64)],
        )
        .await?;
    let found: Result<_, Failure> = rows.iter().map(|row| row::imsi(row.try_get(0)?)).collect();
    Ok(Reply::Served(found?))
}
