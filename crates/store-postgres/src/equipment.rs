//! Rules and bindings of equipment: rows with the revision of their last change.

use crate::fault::Failure;
use crate::location::require_subscriber;
use crate::row::{self, json, to_json};
use crate::session::Session;
use quintet_identity::Imsi;
use quintet_store::{
    EquipmentCommand, EquipmentReply, MAX_EQUIPMENT_LISTED, Reply, Revision, StoreError, check_equipment_room,
};
use quintet_subscriber::eir::{
    BoundEquipment, Equipment, EquipmentBinding, EquipmentEntry, EquipmentPattern, EquipmentRule,
    EquipmentStatus,
};
use tokio_postgres::Row;

/// The row of counters, as it is and as it becomes.
struct State {
    revision: i64,
    floor: i64,
    entries: i64,
}

impl State {
    async fn load(session: &Session) -> Result<Self, Failure> {
        let row = session
            .one("SELECT revision, floor, entries FROM equipment_state", &[])
            .await?;
        Ok(Self {
            revision: row.try_get(0)?,
            floor: row.try_get(1)?,
            entries: row.try_get(2)?,
        })
    }

    /// Stores it; more entries than there may be are refused.
    async fn store(&self, session: &Session) -> Result<(), Failure> {
        check_equipment_room(self.entries as u64)?;
        let sql = "UPDATE equipment_state SET revision = $1, floor = $2, entries = $3";
        session
            .execute(sql, &[&self.revision, &self.floor, &self.entries])
            .await?;
        Ok(())
    }

    async fn finish(&self, session: &Session) -> Result<EquipmentReply, Failure> {
        self.store(session).await?;
        Ok(EquipmentReply::Revision(Revision(self.revision as u64)))
    }

    /// Stores what `sql` says, which tells whether the row is a new one.
    async fn put(
        &mut self,
        session: &Session,
        sql: &'static str,
        parameters: crate::session::Parameters<'_>,
    ) -> Result<(), Failure> {
        let row = session.one(sql, parameters).await?;
        self.entries += i64::from(row.try_get::<_, bool>(0)?);
        Ok(())
    }

    async fn put_rule(&mut self, session: &Session, rule: &EquipmentRule) -> Result<(), Failure> {
        self.revision += 1;
        let sql = "WITH old AS (SELECT 1 FROM equipment_rule WHERE pattern = $1),
                stored AS (INSERT INTO equipment_rule VALUES ($1, $2, $3, $4)
                    ON CONFLICT (pattern) DO UPDATE SET status = $2, note = $3, revision = $4)
            SELECT NOT EXISTS (SELECT 1 FROM old)";
        let (packed, status) = (rule.equipment.packed() as i64, status_number(rule.status)?);
        let revision = self.revision;
        self.put(session, sql, &[&packed, &status, &rule.note, &revision])
            .await
    }

    async fn put_binding(&mut self, session: &Session, binding: &EquipmentBinding) -> Result<(), Failure> {
        self.revision += 1;
        let sql = "WITH old AS (SELECT 1 FROM equipment_binding WHERE imsi = $1),
                stored AS (INSERT INTO equipment_binding VALUES ($1, $2, $3)
                    ON CONFLICT (imsi) DO UPDATE SET json = $2, revision = $3)
            SELECT NOT EXISTS (SELECT 1 FROM old)";
        let (packed, text) = (
            binding.imsi.packed() as i64,
            to_json("a binding", &binding.equipment)?,
        );
        let revision = self.revision;
        self.put(session, sql, &[&packed, &text, &revision]).await
    }

    /// `false` if there is nothing to remove.
    async fn remove(&mut self, session: &Session, sql: &'static str, key: i64) -> Result<bool, Failure> {
        let removed = session.execute(sql, &[&key]).await? > 0;
        if removed {
            self.revision += 1;
            self.floor = self.revision;
            self.entries -= 1;
        }
        Ok(removed)
    }
}

/// Does a command that writes.
pub(crate) async fn write(session: &Session, command: &EquipmentCommand) -> Result<Reply, Failure> {
    let mut state = State::load(session).await?;
    let reply = match command {
        EquipmentCommand::Put { rules } => {
            for rule in rules {
                state.put_rule(session, rule).await?;
            }
            state.finish(session).await?
        }
        EquipmentCommand::Remove { equipment } => {
            for pattern in equipment {
                let sql = "DELETE FROM equipment_rule WHERE pattern = $1";
                if !state.remove(session, sql, pattern.packed() as i64).await? {
                    return Err(StoreError::NoEquipment { equipment: *pattern }.into());
                }
            }
            state.finish(session).await?
        }
        EquipmentCommand::Bind { bindings } => {
            for binding in bindings {
                if binding.equipment.is_empty() {
                    let sql = "DELETE FROM equipment_binding WHERE imsi = $1";
                    state.remove(session, sql, binding.imsi.packed() as i64).await?;
                } else {
                    state.put_binding(session, binding).await?;
                }
            }
            state.finish(session).await?
        }
        EquipmentCommand::Learn { imsi, equipment } => {
            require_subscriber(session, *imsi).await?;
            EquipmentReply::Binding(learn(session, &mut state, *imsi, *equipment).await?)
        }
        EquipmentCommand::Find { .. } | EquipmentCommand::Changes { .. } => {
            return Err(StoreError::Unavailable("a read came to the writer".to_owned()).into());
        }
    };
    Ok(Reply::Equipment(reply))
}

async fn learn(
    session: &Session,
    state: &mut State,
    imsi: Imsi,
    equipment: EquipmentPattern,
) -> Result<EquipmentBinding, Failure> {
    let sql = "SELECT json FROM equipment_binding WHERE imsi = $1";
    if let Some(row) = session.optional(sql, &[&(imsi.packed() as i64)]).await? {
        return binding_of(imsi, row.try_get(0)?);
    }
    let bound = BoundEquipment {
        equipment,
        learnt: true,
    };
    let binding = EquipmentBinding {
        imsi,
        equipment: vec![bound],
    };
    state.put_binding(session, &binding).await?;
    state.store(session).await?;
    Ok(binding)
}

/// `$1`: patterns, in the order of preference; `$2`: an IMSI or nothing.
pub(crate) const FIND: &str = "SELECT
    (SELECT r.status FROM unnest($1::bigint[]) WITH ORDINALITY AS p (pattern, n) JOIN equipment_rule r USING (pattern)
     ORDER BY p.n LIMIT 1),
    (SELECT json FROM equipment_binding WHERE imsi = $2::bigint)";

/// What is said of some equipment.
pub(crate) async fn find(
    session: &Session,
    equipment: Equipment,
    imsi: Option<Imsi>,
) -> Result<Reply, Failure> {
    let patterns: Vec<i64> = equipment
        .patterns()
        .map(|pattern| pattern.packed() as i64)
        .collect();
    let packed = imsi.map(|imsi| imsi.packed() as i64);
    let row = session.one(FIND, &[&patterns, &packed]).await?;
    let status: Option<i16> = row.try_get(0)?;
    let bound: Option<&str> = row.try_get(1)?;
    Ok(Reply::Equipment(EquipmentReply::Found {
        status: status.map(status_of).transpose()?,
        binding: imsi
            .zip(bound)
            .map(|(imsi, text)| binding_of(imsi, text))
            .transpose()?,
    }))
}

fn status_number(status: EquipmentStatus) -> Result<i16, Failure> {
    i16::try_from(status.value()).map_err(|error| Failure::content("an equipment status", error))
}

fn status_of(value: i16) -> Result<EquipmentStatus, Failure> {
    u32::try_from(value)
        .ok()
        .and_then(EquipmentStatus::of_value)
        .ok_or_else(|| Failure::content("equipment_rule", format!("status {value}")))
}

fn binding_of(imsi: Imsi, text: &str) -> Result<EquipmentBinding, Failure> {
    let equipment = json("equipment_binding", imsi, text)?;
    Ok(EquipmentBinding { imsi, equipment })
}

/// What was put since a revision. The caller is in a transaction of one snapshot.
pub(crate) async fn changes(session: &Session, since: Revision, limit: usize) -> Result<Reply, Failure> {
    let State { revision, floor, .. } = State::load(session).await?;
    let sql = "SELECT * FROM (
            (SELECT revision, 0, pattern, status, note FROM equipment_rule
             WHERE revision > $1 ORDER BY revision LIMIT $2)
            UNION ALL
            (SELECT revision, 1, imsi, 0::smallint, json FROM equipment_binding
             WHERE revision > $1 ORDER BY revision LIMIT $2)
        ) both_kinds ORDER BY revision LIMIT $2";
    let since = i64::try_from(since.0).unwrap_or(i64::MAX);
    let rows = session
        .query(sql, &[&since, &(limit.min(MAX_EQUIPMENT_LISTED) as i64)])
        .await?;
    let (mut entries, mut last) = (Vec::with_capacity(rows.len()), revision);
    for row in &rows {
        last = row.try_get(0)?;
        entries.push(entry(row)?);
    }
    Ok(Reply::Equipment(EquipmentReply::Changes {
        revision: Revision(last as u64),
        floor: Revision(floor as u64),
        entries,
    }))
}

fn entry(row: &Row) -> Result<EquipmentEntry, Failure> {
    let key: i64 = row.try_get(2)?;
    let text: Option<&str> = row.try_get(4)?;
    if row.try_get::<_, i32>(1)? == 1 {
        let binding = binding_of(row::imsi(key)?, text.unwrap_or_default())?;
        return Ok(EquipmentEntry::Binding(binding));
    }
    Ok(EquipmentEntry::Rule(EquipmentRule {
        equipment: EquipmentPattern::from_packed(key as u64)
            .map_err(|error| Failure::content("equipment_rule", error))?,
        status: status_of(row.try_get(3)?)?,
        note: text.map(str::to_owned),
    }))
}
