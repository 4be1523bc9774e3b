//! The IEs of a message on their way to a struct and back (TS 38.413 9.4, 10.3).

use crate::{Codec, Criticality, EncodeError, Fault, FaultKind, OtherIe, OtherIes, Source};

/// An IE on its way out.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its number.
    pub id: u16,
    /// Its criticality.
    pub criticality: Criticality,
    /// The octets of its value, aligned PER.
    pub octets: Vec<u8>,
}

/// An IE as the container has it.
#[derive(Clone, Copy)]
pub struct Ie<'a, 'b> {
    /// Its number.
    pub id: u16,
    /// The criticality it came with.
    pub criticality: Criticality,
    /// Which IE of the message, from 0.
    pub position: u16,
    /// The octets of its value.
    pub source: Source<'a, 'b>,
}

/// What a message's table says of one of its IEs.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Number of the IE.
    pub id: u16,
    /// Its assigned criticality.
    pub criticality: Criticality,
    /// Place in the table, from 0.
    pub place: u8,
}

/// Reads the IEs of one message into the slots of its fields.
#[derive(Debug, Default)]
pub struct Intake<'a> {
    /// What was wrong with them.
    pub faults: Vec<Fault>,
    /// Those without a field.
    pub others: OtherIes<'a>,
    last_place: u8,
    /// IEs that the message has kept: those that encode again.
    kept: u16,
}

impl<'a> Intake<'a> {
    /// Nothing read yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            faults: Vec::new(),
            others: OtherIes(Vec::new()),
            last_place: 0,
            kept: 0,
        }
    }

    fn fault(&mut self, ie: &Ie<'_, '_>, kind: FaultKind) {
        self.faults.push(Fault {
            ie_id: ie.id,
            criticality: ie.criticality,
            position: Some(ie.position),
            kind,
        });
    }

    /// Takes an IE that the struct has a field for.
    pub fn take<T, C: Codec<'a, T>>(&mut self, slot: &mut Option<T>, row: Row, ie: &Ie<'a, '_>) {
        if slot.is_some() {
            return self.fault(ie, FaultKind::Repeated);
        }
        if row.place < self.last_place {
            self.fault(ie, FaultKind::OutOfOrder);
        }
        self.last_place = self.last_place.max(row.place);
        if ie.criticality != row.criticality {
            let assigned = row.criticality;
            self.fault(ie, FaultKind::OtherCriticality { assigned });
        }
        match C::read(ie.source) {
            Ok(value) => {
                *slot = Some(value);
                self.kept += 1;
            }
            Err(why) => self.fault(ie, FaultKind::Undecodable { why }),
        }
    }

    /// Keeps an IE that the struct has no field for.
    pub fn keep(&mut self, ie: &Ie<'a, '_>) {
        self.others.0.push(OtherIe {
            id: ie.id,
            criticality: ie.criticality,
            position: self.kept,
            value: ie.source.keep(),
        });
        self.kept += 1;
    }

    /// Notes that a mandatory IE is missing, unless it is there and was not understood, which is noted already.
    pub fn missing(&mut self, row: Row) {
        if self.faults.iter().any(|fault| fault.ie_id == row.id) {
            return;
        }
        self.faults.push(Fault {
            ie_id: row.id,
            criticality: row.criticality,
            position: None,
            kind: FaultKind::Missing,
        });
    }
}

/// Gathers the IEs of one message from the fields of its struct.
#[derive(Debug, Default)]
pub struct Outlet {
    /// Those gathered.
    pub ies: Vec<Field>,
}

impl Outlet {
    /// Adds an IE, after the unmodelled ones whose places are before it.
    ///
    /// # Errors
    /// A value outside its range.
    pub fn put<'a, T, C: Codec<'a, T>>(
        &mut self,
        others: &mut std::slice::Iter<'_, OtherIe<'_>>,
        row: Row,
        value: &T,
    ) -> Result<(), EncodeError> {
        self.put_others(others, false);
        let mut octets = Vec::new();
        C::write(value, &mut octets)?;
        self.ies.push(Field {
            id: row.id,
            criticality: row.criticality,
            octets,
        });
        Ok(())
    }

    /// Adds the unmodelled IEs whose place is next, or all that are left.
    pub fn put_others(&mut self, others: &mut std::slice::Iter<'_, OtherIe<'_>>, all: bool) {
        while let Some(other) = others.as_slice().first() {
            if !all && usize::from(other.position) > self.ies.len() {
                break;
            }
            others.next();
            self.ies.push(Field {
                id: other.id,
                criticality: other.criticality,
                octets: other.value.to_vec(),
            });
        }
    }
}
