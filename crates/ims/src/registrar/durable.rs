//! A session as it survives a restart: registrations and their contacts, with times of the wall clock. Challenges, vectors
//! and what waits for the HSS do not: they are short, and a UE that is not answered begins anew (TS 33.203 7.3.1.4).
//!
//! ```text
//!  version │ impi │ next set │ sets: id, profile (XML), bindings: contact, path, call, impu, network, times
//! ```

use super::binding::Binding;
use super::input::{At, Contact};
use super::policy::{MAX_CONTACTS, MAX_PATH, MAX_SETS};
use super::session::Session;
use super::set::{RegistrationSet, SetId};
use quintet_cx::profile::ImsSubscription;
use quintet_identity::Impi;
use quintet_wire::{DecodeError, Reader, put};
use std::sync::Arc;
use std::time::Duration;

/// The version of the encoding.
const VERSION: u8 = 1;

/// Why a record of before a restart is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeFailure {
    /// It is cut, or too long.
    #[error(transparent)]
    Octets(#[from] DecodeError),
    /// It was written by another version.
    #[error("it has version {0}, which this program does not read")]
    Version(u8),
    /// A text of it is not what it should be.
    #[error("its {0} cannot be read")]
    Text(&'static str),
    /// It has more of something than there may be.
    #[error("it has too many {0}")]
    TooMany(&'static str),
}

impl Session {
    /// What is durable of it, if anything is: a session without registrations is not kept.
    #[must_use]
    pub fn encode(&self, at: At) -> Option<Vec<u8>> {
        let mut out = vec![VERSION];
        text(&mut out, self.impi.as_str());
        put::u32(&mut out, self.next_set);
        let sets = || self.sets.iter().filter(|set| set.is_registered());
        put::u16(&mut out, sets().count() as u16);
        for set in sets() {
            put::u32(&mut out, set.id.0);
            text(&mut out, &set.profile.to_xml());
            put::u16(&mut out, set.bindings.len() as u16);
            for binding in &set.bindings {
                write_binding(&mut out, binding, at);
            }
        }
        sets().next().is_some().then_some(out)
    }

    /// A session as it was. Contacts whose time is over are still there: the first time out ends them.
    ///
    /// # Errors
    /// [`DecodeFailure`].
    pub fn decode(record: &[u8], at: At) -> Result<Self, DecodeFailure> {
        let mut reader = Reader::new(record);
        let version = reader.u8()?;
        if version != VERSION {
            return Err(DecodeFailure::Version(version));
        }
        let impi: Impi = read_text(&mut reader)?
            .parse()
            .map_err(|_| DecodeFailure::Text("private identity"))?;
        let mut session = Self::new(impi);
        session.next_set = reader.u32()?;
        for _ in 0..bounded(&mut reader, MAX_SETS, "sets")? {
            let id = SetId(reader.u32()?);
            let profile = ImsSubscription::from_xml(read_text(&mut reader)?.as_bytes())
                .map_err(|_| DecodeFailure::Text("profile"))?;
            let mut set = RegistrationSet::new(id, Arc::new(profile));
            for _ in 0..bounded(&mut reader, MAX_CONTACTS, "contacts")? {
                set.bindings.push(read_binding(&mut reader, at)?);
            }
            session.sets.push(set);
        }
        Ok(session)
    }
}

fn write_binding(out: &mut Vec<u8>, binding: &Binding, at: At) {
    let contact = &binding.contact;
    text(out, &contact.uri);
    text(out, &contact.parameters);
    optional(out, contact.instance.as_deref());
    number(out, contact.reg_id);
    number(out, contact.q.map(u32::from));
    number(out, contact.expires);
    out.push(u8::from(contact.emergency));
    put::u16(out, binding.path.len() as u16);
    for hop in &binding.path {
        text(out, hop);
    }
    text(out, &binding.call_id);
    put::u32(out, binding.cseq);
    text(out, binding.impu.as_str());
    optional(out, binding.visited_network.as_deref());
    for time in [binding.since, binding.told_until, binding.until] {
        put::u64(out, wall(time, at).as_millis() as u64);
    }
}

fn read_binding(reader: &mut Reader<'_>, at: At) -> Result<Binding, DecodeFailure> {
    let contact = Contact {
        uri: read_text(reader)?.to_owned(),
        parameters: read_text(reader)?.to_owned(),
        instance: read_optional(reader)?,
        reg_id: read_number(reader)?,
        q: read_number(reader)?.map(|q| q as u16),
        expires: read_number(reader)?,
        emergency: reader.u8()? != 0,
    };
    let mut path = Vec::new();
    for _ in 0..bounded(reader, MAX_PATH, "hops")? {
        path.push(read_text(reader)?.to_owned());
    }
    let call_id = read_text(reader)?.to_owned();
    let cseq = reader.u32()?;
    let impu = read_text(reader)?
        .parse()
        .map_err(|_| DecodeFailure::Text("public identity"))?;
    let visited_network = read_optional(reader)?;
    let mut time = || Ok::<_, DecodeFailure>(now(Duration::from_millis(reader.u64()?), at));
    Ok(Binding {
        contact,
        path,
        call_id,
        cseq,
        impu,
        visited_network,
        since: time()?,
        told_until: time()?,
        until: time()?,
    })
}

/// A time of this run, on the wall clock.
fn wall(time: Duration, at: At) -> Duration {
    (at.wall + time).saturating_sub(at.now)
}

/// A time of the wall clock, in this run; what was before it began is its beginning.
fn now(wall: Duration, at: At) -> Duration {
    (at.now + wall).saturating_sub(at.wall)
}

fn text(out: &mut Vec<u8>, text: &str) {
    put::u32(out, text.len() as u32);
    out.extend_from_slice(text.as_bytes());
}

fn optional(out: &mut Vec<u8>, value: Option<&str>) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        text(out, value);
    }
}

fn number(out: &mut Vec<u8>, value: Option<u32>) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        put::u32(out, value);
    }
}

fn read_text<'a>(reader: &mut Reader<'a>) -> Result<&'a str, DecodeFailure> {
    let length = reader.u32()? as usize;
    std::str::from_utf8(reader.take(length)?).map_err(|_| DecodeFailure::Text("text"))
}

fn read_optional(reader: &mut Reader<'_>) -> Result<Option<String>, DecodeFailure> {
    Ok(match reader.u8()? {
        0 => None,
        _ => Some(read_text(reader)?.to_owned()),
    })
}

fn read_number(reader: &mut Reader<'_>) -> Result<Option<u32>, DecodeFailure> {
    Ok(match reader.u8()? {
        0 => None,
        _ => Some(reader.u32()?),
    })
}

fn bounded(reader: &mut Reader<'_>, limit: usize, what: &'static str) -> Result<usize, DecodeFailure> {
    let count = usize::from(reader.u16()?);
    if count > limit {
        return Err(DecodeFailure::TooMany(what));
    }
    Ok(count)
}
