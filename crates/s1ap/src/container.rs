//! The IEs of a message on their way to a struct and back (TS 36.413 9.3, 10.3).

use crate::failure::{Fault, FaultKind};
use crate::value::{Codec, EncodeError, Source};
use crate::{Criticality, OtherIe, OtherIes};
use oxirush_s1ap::s1ap as asn1;

/// An IE on its way out.
pub(crate) type Field = asn1::ProtocolIEField<'static>;

/// An IE as the container has it.
pub(crate) struct Ie<'a, 'b> {
    pub(crate) id: u16,
    pub(crate) criticality: Criticality,
    pub(crate) position: u16,
    pub(crate) source: Source<'a, 'b>,
}

/// What a message's table says of one of its IEs.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) id: u16,
    pub(crate) criticality: Criticality,
    /// Place in the table, from 0.
    pub(crate) place: u8,
}

/// Reads the IEs of one message into the slots of its fields.
pub(crate) struct Intake<'a> {
    pub(crate) faults: Vec<Fault>,
    pub(crate) others: OtherIes<'a>,
    last_place: u8,
    /// IEs that the message has kept: those that encode again.
    kept: u16,
}

impl<'a> Intake<'a> {
    pub(crate) const fn new() -> Self {
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
    pub(crate) fn take<T, C: Codec<'a, T>>(&mut self, slot: &mut Option<T>, row: Row, ie: &Ie<'a, '_>) {
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
    pub(crate) fn keep(&mut self, ie: &Ie<'a, '_>) {
        self.others.0.push(OtherIe {
            id: ie.id,
            criticality: ie.criticality,
            position: self.kept,
            value: ie.source.keep(),
        });
        self.kept += 1;
    }

    /// Notes that a mandatory IE is missing, unless it is there and was not understood, which is noted already.
    pub(crate) fn missing(&mut self, row: Row) {
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
pub(crate) struct Outlet {
    pub(crate) ies: Vec<Field>,
}

impl Outlet {
    /// Adds an IE, after the unmodelled ones whose places are before it.
    pub(crate) fn put<'a, T, C: Codec<'a, T>>(
        &mut self,
        others: &mut std::slice::Iter<'_, OtherIe<'_>>,
        row: Row,
        value: &T,
    ) -> Result<(), EncodeError> {
        self.put_others(others, false);
        let mut octets = Vec::new();
        C::write(value, &mut octets)?;
        self.ies.push(asn1::ProtocolIEField {
            id: asn1::ProtocolIEID(row.id),
            criticality: row.criticality.asn1(),
            value: octets.into(),
        });
        Ok(())
    }

    /// Adds the unmodelled IEs whose place is next, or all that are left.
    pub(crate) fn put_others(&mut self, others: &mut std::slice::Iter<'_, OtherIe<'_>>, all: bool) {
        while let Some(other) = others.as_slice().first() {
            if !all && usize::from(other.position) > self.ies.len() {
                break;
            }
            others.next();
            self.ies.push(asn1::ProtocolIEField {
                id: asn1::ProtocolIEID(other.id),
                criticality: other.criticality.asn1(),
                value: other.value.to_vec().into(),
            });
        }
    }
}
