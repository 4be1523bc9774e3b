//! Rules and bindings of equipment: rows with the revision of their last change.

use crate::fault::Failure;
use crate::location::require_subscriber;
use crate::row;
use quintet_identity::Imsi;
use quintet_store::{
    EquipmentCommand, EquipmentReply, MAX_EQUIPMENT_LISTED, Reply, Revision, StoreError, check_equipment_room,
};
use quintet_subscriber::eir::{
    BoundEquipment, Equipment, EquipmentBinding, EquipmentEntry, EquipmentPattern, EquipmentRule,
    EquipmentStatus,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The row of counters, as it is and as it becomes.
struct State {
    revision: i64,
    floor: i64,
    entries: i64,
}

impl State {
    fn load(connection: &Connection) -> Result<Self, Failure> {
        let sql = "SELECT revision, floor, entries FROM equipment_state";
        Ok(connection.prepare_cached(sql)?.query_row([], |row| {
            Ok(Self {
                revision: row.get(0)?,
                floor: row.get(1)?,
                entries: row.get(2)?,
            })
        })?)
    }

    /// Stores it; more entries than there may be are refused.
    fn store(&self, connection: &Connection) -> Result<(), Failure> {
        check_equipment_room(self.entries as u64)?;
        connection
            .prepare_cached("UPDATE equipment_state SET revision = ?1, floor = ?2, entries = ?3")?
            .execute([self.revision, self.floor, self.entries])?;
        Ok(())
    }

    fn finish(&self, connection: &Connection) -> Result<EquipmentReply, Failure> {
        self.store(connection)?;
        Ok(EquipmentReply::Revision(Revision(self.revision as u64)))
    }

    fn put_rule(&mut self, connection: &Connection, rule: &EquipmentRule) -> Result<(), Failure> {
        self.revision += 1;
        let row = params![
            rule.equipment.packed() as i64,
            rule.status.value(),
            rule.note,
            self.revision
        ];
        let update = "UPDATE equipment_rule SET status = ?2, note = ?3, revision = ?4 WHERE pattern = ?1";
        if connection.prepare_cached(update)?.execute(row)? == 0 {
            let insert = "INSERT INTO equipment_rule VALUES (?1, ?2, ?3, ?4)";
            connection.prepare_cached(insert)?.execute(row)?;
            self.entries += 1;
        }
        Ok(())
    }

    fn put_binding(&mut self, connection: &Connection, binding: &EquipmentBinding) -> Result<(), Failure> {
        self.revision += 1;
        let json = serde_json::to_string(&binding.equipment)
            .map_err(|error| StoreError::Unavailable(format!("a binding has no JSON form: {error}")))?;
        let row = params![binding.imsi.packed() as i64, json, self.revision];
        let update = "UPDATE equipment_binding SET json = ?2, revision = ?3 WHERE imsi = ?1";
        if connection.prepare_cached(update)?.execute(row)? == 0 {
            let insert = "INSERT INTO equipment_binding VALUES (?1, ?2, ?3)";
            connection.prepare_cached(insert)?.execute(row)?;
            self.entries += 1;
        }
        Ok(())
    }

    /// `false` if there is nothing to remove.
    fn remove(&mut self, connection: &Connection, sql: &str, key: i64) -> Result<bool, Failure> {
        let removed = connection.prepare_cached(sql)?.execute([key])? > 0;
        if removed {
            self.revision += 1;
            self.floor = self.revision;
            self.entries -= 1;
        }
        Ok(removed)
    }
}

/// Does a command that writes.
pub(crate) fn write(connection: &Connection, command: &EquipmentCommand) -> Result<Reply, Failure> {
    let mut state = State::load(connection)?;
    let reply = match command {
        EquipmentCommand::Put { rules } => {
            for rule in rules {
                state.put_rule(connection, rule)?;
            }
            state.finish(connection)?
        }
        EquipmentCommand::Remove { equipment } => {
            for pattern in equipment {
                let sql = "DELETE FROM equipment_rule WHERE pattern = ?1";
                if !state.remove(connection, sql, pattern.packed() as i64)? {
                    return Err(StoreError::NoEquipment { equipment: *pattern }.into());
                }
            }
            state.finish(connection)?
        }
        EquipmentCommand::Bind { bindings } => {
            for binding in bindings {
                if binding.equipment.is_empty() {
                    let sql = "DELETE FROM equipment_binding WHERE imsi = ?1";
                    state.remove(connection, sql, binding.imsi.packed() as i64)?;
                } else {
                    state.put_binding(connection, binding)?;
                }
            }
            state.finish(connection)?
        }
        EquipmentCommand::Learn { imsi, equipment } => {
            require_subscriber(connection, *imsi)?;
            let binding = match binding(connection, *imsi)? {
                Some(binding) => binding,
                None => {
                    let bound = BoundEquipment {
                        equipment: *equipment,
                        learnt: true,
                    };
                    let binding = EquipmentBinding {
                        imsi: *imsi,
                        equipment: vec![bound],
                    };
                    state.put_binding(connection, &binding)?;
                    state.store(connection)?;
                    binding
                }
            };
            EquipmentReply::Binding(binding)
        }
        EquipmentCommand::Find { .. } | EquipmentCommand::Changes { .. } => {
            return Err(StoreError::Unavailable("a read came to the writer".to_owned()).into());
        }
    };
    Ok(Reply::Equipment(reply))
}

/// Does a command that reads.
pub(crate) fn read(connection: &Connection, command: &EquipmentCommand) -> Result<Reply, Failure> {
    let reply = match command {
        EquipmentCommand::Find { equipment, imsi } => EquipmentReply::Found {
            status: status(connection, *equipment)?,
            binding: imsi.map_or(Ok(None), |imsi| binding(connection, imsi))?,
        },
        EquipmentCommand::Changes { since, limit } => changes(connection, *since, *limit)?,
        _ => return Err(StoreError::Unavailable("a write came to a reader".to_owned()).into()),
    };
    Ok(Reply::Equipment(reply))
}

fn status(connection: &Connection, equipment: Equipment) -> Result<Option<EquipmentStatus>, Failure> {
    let mut select = connection.prepare_cached("SELECT status FROM equipment_rule WHERE pattern = ?1")?;
    for pattern in equipment.patterns() {
        let found = select.query_row([pattern.packed() as i64], |row| row.get(0));
        if let Some(value) = found.optional()? {
            return status_of(value).map(Some);
        }
    }
    Ok(None)
}

fn status_of(value: u32) -> Result<EquipmentStatus, Failure> {
    EquipmentStatus::of_value(value)
        .ok_or_else(|| Failure::content("equipment_rule", format!("status {value}")))
}

fn binding(connection: &Connection, imsi: Imsi) -> Result<Option<EquipmentBinding>, Failure> {
    let sql = "SELECT json FROM equipment_binding WHERE imsi = ?1";
    let found: Option<String> = connection
        .prepare_cached(sql)?
        .query_row([imsi.packed() as i64], |row| row.get(0))
        .optional()?;
    found.map(|json| binding_of(imsi, &json)).transpose()
}

fn binding_of(imsi: Imsi, json: &str) -> Result<EquipmentBinding, Failure> {
    let equipment = serde_json::from_str(json)
        .map_err(|error| Failure::content("equipment_binding", format!("json of {imsi:?}: {error}")))?;
    Ok(EquipmentBinding { imsi, equipment })
}

fn changes(connection: &Connection, since: Revision, limit: usize) -> Result<EquipmentReply, Failure> {
    let State { revision, floor, .. } = State::load(connection)?;
    // Two runs in order of revision, merged by SQLite.
    let mut select = connection.prepare_cached(
        "SELECT revision, 0, pattern, status, note FROM equipment_rule WHERE revision > ?1
         UNION ALL SELECT revision, 1, imsi, 0, json FROM equipment_binding WHERE revision > ?1
         ORDER BY revision LIMIT ?2",
    )?;
    let since = i64::try_from(since.0).unwrap_or(i64::MAX);
    let mut rows = select.query(params![since, limit.min(MAX_EQUIPMENT_LISTED) as i64])?;
    let (mut entries, mut last) = (Vec::new(), revision);
    while let Some(row) = rows.next()? {
        last = row.get(0)?;
        entries.push(entry(row)?);
    }
    Ok(EquipmentReply::Changes {
        revision: Revision(last as u64),
        floor: Revision(floor as u64),
        entries,
    })
}

fn entry(row: &Row<'_>) -> Result<EquipmentEntry, Failure> {
    let key: i64 = row.get(2)?;
    if row.get(1)? {
        let json = row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
        return Ok(EquipmentEntry::Binding(binding_of(row::imsi(key)?, json)?));
    }
    Ok(EquipmentEntry::Rule(EquipmentRule {
        equipment: EquipmentPattern::from_packed(key as u64)
            .map_err(|error| Failure::content("equipment_rule", error))?,
        status: status_of(row.get(3)?)?,
        note: row.get(4)?,
    }))
}
