//! Locations: the rows behind ULR, PUR and NOR, and behind MAR and SAR of SWx.

use crate::fault::Failure;
use crate::shared::Numbers;
use quintet_identity::{Imei, Imeisv, Imsi, Msisdn};
use quintet_store::{MAX_PDN_GATEWAYS, Reply, StoreError, check_aaa, left_of, may_report, same_host};
use quintet_subscriber::model::{
    AaaServer, Location, MessageWaiting, PdnGateway, ServingNode, WaitingChange,
};
use rusqlite::{Connection, Row, params};
use std::net::IpAddr;

/// The columns of one domain after its host and realm, `?` standing for its prefix.
macro_rules! domain_columns {
    ($p:literal) => {
        concat!(
            $p,
            "_visited_plmn, ",
            $p,
            "_rat_type, ",
            $p,
            "_features, ",
            $p,
            "_features_2, ",
            $p,
            "_purged, ",
            $p,
            "_ims_voice, ",
            $p,
            "_srvcc, ",
            $p,
            "_imei, ",
            $p,
            "_imeisv, ",
            $p,
            "_number_for_mt_sms, ",
            $p,
            "_since"
        )
    };
}

/// The statement that registers a node of one domain.
macro_rules! register {
    ($p:literal) => {
        concat!(
            "INSERT INTO location (imsi, ",
            $p,
            ", ",
            domain_columns!($p),
            ")
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             ON CONFLICT (imsi) DO UPDATE SET (",
            $p,
            ", ",
            domain_columns!($p),
            ")
             = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        )
    };
}

/// Columns of one domain in a select, host and realm included.
const DOMAIN_COLUMNS: usize = 13;

const SELECT: &str = concat!(
    "SELECT m.host, m.realm, ",
    domain_columns!("mme"),
    ", s.host, s.realm, ",
    domain_columns!("sgsn"),
    ", aaa, message_waiting FROM location LEFT JOIN node m ON m.id = mme LEFT JOIN node s ON s.id = sgsn WHERE imsi = ?1"
);

/// What is stored for an IMSI.
pub(crate) fn load(connection: &Connection, imsi: Imsi) -> Result<Option<Box<Location>>, Failure> {
    let mut select = connection.prepare_cached(SELECT)?;
    let mut rows = select.query([imsi.packed() as i64])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let wrong = |_| Failure::content("location", format!("json of {imsi:?}"));
    let text = |at: usize| row.get::<_, Option<String>>(2 * DOMAIN_COLUMNS + at);
    let aaa = text(0)?.map(|text| serde_json::from_str(&text)).transpose();
    let waiting = text(1)?.map(|text| serde_json::from_str(&text)).transpose();
    Ok(Some(Box::new(Location {
        mme: node(row, 0, imsi)?,
        sgsn: node(row, DOMAIN_COLUMNS, imsi)?,
        aaa: aaa.map_err(wrong)?,
        message_waiting: waiting.map_err(wrong)?,
        pdn_gateways: gateways(connection, imsi)?,
    })))
}

/// The node whose columns start at `first`.
fn node(row: &Row<'_>, first: usize, imsi: Imsi) -> Result<Option<ServingNode>, Failure> {
    let Some(host) = row.get::<_, Option<String>>(first)? else {
        return Ok(None);
    };
    let wrong = |column: &str| Failure::content("location", format!("{column} of {imsi:?}"));
    let packed = |at: usize| {
        row.get::<_, Option<i64>>(first + at)
            .map(|number| number.map(|n| n as u64))
    };
    let plmn = row
        .get_ref(first + 2)?
        .as_str_or_null()
        .map_err(|_| wrong("visited_plmn"))?;
    Ok(Some(ServingNode {
        host,
        realm: row.get(first + 1)?,
        visited_plmn: plmn
            .map(str::parse)
            .transpose()
            .map_err(|_| wrong("visited_plmn"))?,
        rat_type: row.get(first + 3)?,
        features: row.get(first + 4)?,
        features_2: row.get(first + 5)?,
        purged: row.get(first + 6)?,
        ims_voice: row.get(first + 7)?,
        srvcc: row.get(first + 8)?,
        imei: packed(9)?
            .map(Imei::from_packed)
            .transpose()
            .map_err(|_| wrong("imei"))?,
        imeisv: packed(10)?
            .map(Imeisv::from_packed)
            .transpose()
            .map_err(|_| wrong("imeisv"))?,
        mme_number_for_mt_sms: packed(11)?
            .map(Msisdn::from_packed)
            .transpose()
            .map_err(|_| wrong("number_for_mt_sms"))?,
        since: row.get::<_, i64>(first + 12)? as u64,
    }))
}

fn gateways(connection: &Connection, imsi: Imsi) -> Result<Vec<PdnGateway>, Failure> {
    let mut select = connection.prepare_cached(
        "SELECT context_identifier, apn, host, realm, addresses FROM pdn_gateway WHERE imsi = ?1
         ORDER BY context_identifier",
    )?;
    let mut rows = select.query([imsi.packed() as i64])?;
    let mut gateways = Vec::new();
    while let Some(row) = rows.next()? {
        let wrong = |column: &str| Failure::content("pdn_gateway", format!("{column} of {imsi:?}"));
        let apn: Option<String> = row.get(1)?;
        let addresses: String = row.get(4)?;
        let addresses: Result<Vec<IpAddr>, _> = addresses.split_whitespace().map(str::parse).collect();
        gateways.push(PdnGateway {
            context_identifier: row.get(0)?,
            apn: apn.map(|apn| apn.parse()).transpose().map_err(|_| wrong("apn"))?,
            host: row.get(2)?,
            realm: row.get(3)?,
            addresses: addresses.map_err(|_| wrong("addresses"))?,
        });
    }
    Ok(gateways)
}

/// That an IMSI is provisioned.
pub(crate) fn require_subscriber(connection: &Connection, imsi: Imsi) -> Result<(), Failure> {
    if !is_provisioned(connection, imsi)? {
        return Err(StoreError::NoSubscriber { imsi }.into());
    }
    Ok(())
}

fn is_provisioned(connection: &Connection, imsi: Imsi) -> Result<bool, Failure> {
    let mut select = connection.prepare_cached("SELECT 1 FROM subscriber WHERE imsi = ?1")?;
    Ok(select.exists([imsi.packed() as i64])?)
}

/// What is stored for an IMSI that must be provisioned.
fn provisioned(connection: &Connection, imsi: Imsi) -> Result<Option<Box<Location>>, Failure> {
    require_subscriber(connection, imsi)?;
    load(connection, imsi)
}

fn register(
    connection: &Connection,
    sql: &str,
    imsi: Imsi,
    id: i64,
    node: &ServingNode,
) -> Result<(), Failure> {
    let plmn = node.visited_plmn.map(|plmn| plmn.ascii());
    let plmn = plmn
        .as_ref()
        .map(|(digits, length)| std::str::from_utf8(&digits[..*length]).unwrap_or_default());
    connection.prepare_cached(sql)?.execute(params![
        imsi.packed() as i64,
        id,
        plmn,
        node.rat_type,
        node.features,
        node.features_2,
        node.purged,
        node.ims_voice,
        node.srvcc,
        node.imei.map(|imei| imei.packed() as i64),
        node.imeisv.map(|imeisv| imeisv.packed() as i64),
        node.mme_number_for_mt_sms.map(|number| number.packed() as i64),
        node.since as i64,
    ])?;
    Ok(())
}

pub(crate) fn set_mme(
    connection: &Connection,
    numbers: &mut Numbers,
    imsi: Imsi,
    mme: &ServingNode,
    clear_gateways: bool,
) -> Result<Reply, Failure> {
    let before = provisioned(connection, imsi)?;
    let id = numbers.node(connection, &mme.host, &mme.realm)?;
    register(connection, register!("mme"), imsi, id, mme)?;
    if clear_gateways
        && before
            .as_ref()
            .is_some_and(|before| !before.pdn_gateways.is_empty())
    {
        delete_gateways(connection, imsi)?;
    }
    Ok(Reply::Location(before))
}

pub(crate) fn set_sgsn(
    connection: &Connection,
    numbers: &mut Numbers,
    imsi: Imsi,
    sgsn: &ServingNode,
) -> Result<Reply, Failure> {
    let before = provisioned(connection, imsi)?;
    let id = numbers.node(connection, &sgsn.host, &sgsn.realm)?;
    register(connection, register!("sgsn"), imsi, id, sgsn)?;
    Ok(Reply::Location(before))
}

pub(crate) fn set_aaa(
    connection: &Connection,
    imsi: Imsi,
    expected: Option<&str>,
    aaa: Option<&AaaServer>,
) -> Result<Reply, Failure> {
    if aaa.is_some() {
        require_subscriber(connection, imsi)?;
    }
    let before = load(connection, imsi)?;
    check_aaa(before.as_deref(), expected)?;
    let json = aaa.map(serde_json::to_string).transpose();
    let json = json.map_err(|_| Failure::content("location", format!("aaa of {imsi:?}")))?;
    let packed = imsi.packed() as i64;
    if json.is_some() || before.is_some() {
        let sql =
            "INSERT INTO location (imsi, aaa) VALUES (?1, ?2) ON CONFLICT (imsi) DO UPDATE SET aaa = ?2";
        connection.prepare_cached(sql)?.execute(params![packed, json])?;
    }
    Ok(Reply::Location(before))
}

pub(crate) fn change_waiting(
    connection: &Connection,
    imsi: Imsi,
    change: &WaitingChange,
) -> Result<Reply, Failure> {
    let before = provisioned(connection, imsi)?;
    let waiting = before
        .as_ref()
        .and_then(|location| location.message_waiting.as_ref());
    let after = MessageWaiting::changed(waiting, change);
    if after.is_some() || before.is_some() {
        set_waiting(connection, imsi, after.as_ref())?;
    }
    Ok(Reply::Location(before))
}

fn set_waiting(connection: &Connection, imsi: Imsi, waiting: Option<&MessageWaiting>) -> Result<(), Failure> {
    let json = waiting.map(serde_json::to_string).transpose();
    let json = json.map_err(|_| Failure::content("location", format!("message_waiting of {imsi:?}")))?;
    let sql = "INSERT INTO location (imsi, message_waiting) VALUES (?1, ?2)
         ON CONFLICT (imsi) DO UPDATE SET message_waiting = ?2";
    connection
        .prepare_cached(sql)?
        .execute(params![imsi.packed() as i64, json])?;
    Ok(())
}

pub(crate) fn purge(connection: &Connection, imsi: Imsi, host: &str) -> Result<Reply, Failure> {
    let before = provisioned(connection, imsi)?;
    if let Some(location) = &before {
        let serves =
            |node: &Option<ServingNode>| node.as_ref().is_some_and(|node| same_host(&node.host, host));
        let packed = imsi.packed() as i64;
        if serves(&location.mme) {
            let mut update =
                connection.prepare_cached("UPDATE location SET mme_purged = 1 WHERE imsi = ?1")?;
            update.execute([packed])?;
        }
        if serves(&location.sgsn) {
            let mut update =
                connection.prepare_cached("UPDATE location SET sgsn_purged = 1 WHERE imsi = ?1")?;
            update.execute([packed])?;
        }
    }
    Ok(Reply::Location(before))
}

pub(crate) fn clear(connection: &Connection, imsi: Imsi) -> Result<Reply, Failure> {
    let before = load(connection, imsi)?;
    if let Some(location) = &before {
        let packed = imsi.packed() as i64;
        connection
            .prepare_cached("DELETE FROM location WHERE imsi = ?1")?
            .execute([packed])?;
        delete_gateways(connection, imsi)?;
        if let Some(left) = left_of(location, is_provisioned(connection, imsi)?) {
            set_waiting(connection, imsi, left.message_waiting.as_ref())?;
        }
    }
    Ok(Reply::Location(before))
}

fn delete_gateways(connection: &Connection, imsi: Imsi) -> Result<(), Failure> {
    let mut delete = connection.prepare_cached("DELETE FROM pdn_gateway WHERE imsi = ?1")?;
    delete.execute([imsi.packed() as i64])?;
    Ok(())
}

pub(crate) fn set_gateway(
    connection: &Connection,
    imsi: Imsi,
    host: &str,
    gateway: Option<&PdnGateway>,
    remove: &[u32],
) -> Result<Reply, Failure> {
    let before = provisioned(connection, imsi)?;
    let Some(location) = before.as_deref().filter(|location| may_report(location, host)) else {
        return Ok(Reply::Location(before));
    };
    let packed = imsi.packed() as i64;
    for context_identifier in remove {
        connection
            .prepare_cached("DELETE FROM pdn_gateway WHERE imsi = ?1 AND context_identifier = ?2")?
            .execute(params![packed, context_identifier])?;
    }
    if let Some(gateway) = gateway {
        let stays = |old: &&PdnGateway| {
            !remove.contains(&old.context_identifier) && old.context_identifier != gateway.context_identifier
        };
        if location.pdn_gateways.iter().filter(stays).count() >= MAX_PDN_GATEWAYS {
            return Err(StoreError::TooManyGateways { imsi }.into());
        }
        let addresses: Vec<String> = gateway.addresses.iter().map(IpAddr::to_string).collect();
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO pdn_gateway (imsi, context_identifier, apn, host, realm, addresses)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                packed,
                gateway.context_identifier,
                gateway.apn.as_ref().map(|apn| apn.as_str()),
                gateway.host,
                gateway.realm,
                addresses.join(" "),
            ])?;
    }
    Ok(Reply::Location(before))
}

/// IMSIs of provisioned subscribers that a host serves, behind `after`.
pub(crate) fn served(
    connection: &Connection,
    host: &str,
    after: Option<Imsi>,
    limit: usize,
) -> Result<Reply, Failure> {
    let mut select = connection.prepare_cached("SELECT id FROM node WHERE host = ?1 COLLATE NOCASE")?;
    let ids: Vec<i64> = select
        .query_map([host], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let after = after.map_or(i64::MIN, |imsi| imsi.packed() as i64);
    let mut found = Vec::new();
    for id in ids {
        for sql in [
            "SELECT imsi FROM location WHERE mme = ?1 AND imsi > ?2
             AND EXISTS (SELECT 1 FROM subscriber s WHERE s.imsi = location.imsi) ORDER BY imsi LIMIT ?3",
            "SELECT imsi FROM location WHERE sgsn = ?1 AND imsi > ?2
             AND EXISTS (SELECT 1 FROM subscriber s WHERE s.imsi = location.imsi) ORDER BY imsi LIMIT ?3",
        ] {
            let mut select = connection.prepare_cached(sql)?;
            let mut rows = select.query(params![id, after, limit as i64])?;
            while let Some(row) = rows.next()? {
                found.push(crate::row::imsi(row.get(0)?)?);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(limit);
    Ok(Reply::Served(found))
}
