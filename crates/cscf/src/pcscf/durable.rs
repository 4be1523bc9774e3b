//! Registrations in octets, for the node's store: what a restart must not lose (compact, versioned, with the keys of the
//! associations).
//!
//! What is not finished is not kept: a UE whose challenge is lost begins anew. An association that is taken up again goes on
//! with sequence numbers far ahead of what may have been used ([`sequence`]): a number used twice would be dropped as a replay,
//! and would break AES-GCM. What came before the restart could be replayed to us once; SIP's transactions absorb it.

use super::node::Pcscf;
use super::table::{Agreed, Aor, Bound, Registration, Subscription};
use quintet_esp::{Encryption, EspKeys, Integrity, SaSet, Spi, Suite};
use quintet_ims::agreement::{Associations, Choice, Encapsulation, End, Entry, Ports, Spis, Which};
use quintet_ims::registrar::At;
use quintet_procedure::node::Save;
use quintet_sip::transport::{Hop, Protocol};
use quintet_wire::{DecodeError, DecodeErrorKind, Reader, put};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use zeroize::Zeroizing;

/// The version of this coding.
const VERSION: u8 = 1;

/// The most values of a list, above every limit that the node itself has.
const MAX_LIST: usize = 256;

/// Packets a second that no UE's associations reach in the mean: signalling has a few a minute.
const PACKETS_PER_SECOND: u64 = 1_000;

/// What a restart adds on top, for a burst before a stop that followed another at once.
const PACKETS_A_RESTART: u64 = 1 << 20;

/// More than the sequence numbers that an association has used that long after it was set up.
#[must_use]
pub(super) fn sequence(age: Duration, restarts: u32) -> u32 {
    let used = age.as_secs().saturating_mul(PACKETS_PER_SECOND);
    let used = used.saturating_add((u64::from(restarts) + 1).saturating_mul(PACKETS_A_RESTART));
    u32::try_from(used).unwrap_or(u32::MAX)
}

impl Pcscf {
    /// The next change to keep durably.
    pub fn poll_save(&mut self) -> Option<Save> {
        let (table, epoch) = (&self.table, self.epoch);
        self.saves.next(|key| {
            let registration = table
                .get(key)
                .filter(|registration| registration.bound.is_some())?;
            Some(encode(registration, epoch))
        })
    }

    /// Takes back a registration of before a restart; its associations are to be set up again ([`Pcscf::poll_sa`]). `Err` with the
    /// reason if it is of no use.
    ///
    /// # Errors
    /// A record that cannot be read, that contradicts another, or that expired meanwhile.
    pub fn restore(&mut self, at: At, key: u32, record: &[u8]) -> Result<(), String> {
        self.epoch = at.wall.saturating_sub(at.now);
        let (mut registration, sets) = decode(record, self.epoch).map_err(|error| error.to_string())?;
        let bound = registration.bound.take().filter(|bound| bound.expires() > at.now);
        let bound = bound.ok_or("its registration has expired")?;
        let mut held = Vec::new();
        for (which, entry, agreed) in sets {
            let associations = entry.associations;
            if self.table.has_set(associations.set) || !self.spis.reserve(associations.pcscf.spis) {
                return Err("another registration has its associations".to_owned());
            }
            let sequence = sequence(at.wall.saturating_sub(agreed.since), agreed.restarts);
            if registration.sets.restore(at.now, which, entry, sequence) {
                registration.choices.push(Agreed {
                    restarts: agreed.restarts + 1,
                    ..agreed
                });
                held.push(associations);
                self.next_set = self.next_set.max(associations.set.0);
            } else {
                self.spis.release(associations.pcscf.spis);
            }
        }
        if registration.sets.is_empty() && bound.flow.is_none() {
            return Err("its security associations have expired".to_owned());
        }
        if !self.table.restore(key, registration) {
            for associations in held {
                self.spis.release(associations.pcscf.spis);
            }
            return Err("another registration has its place or identity, or there are too many".to_owned());
        }
        for associations in held {
            self.table.hold(key, &associations);
        }
        self.table.bind(key, Some(bound));
        // It counts how often it was taken up.
        self.saves.note(key);
        self.settle(key);
        Ok(())
    }
}

fn encode(registration: &Registration, epoch: Duration) -> Zeroizing<Vec<u8>> {
    // One allocation of full size: one that grew would leave copies of keys behind.
    let mut out = Zeroizing::new(Vec::with_capacity(size(registration)));
    let o = &mut *out;
    o.push(VERSION);
    text(o, &registration.impi);
    address(o, SocketAddr::new(registration.ue, 0));
    put::u64(o, registration.token);
    o.push(u8::from(registration.emergency));
    protocol(o, registration.protocol);
    if let Some(bound) = &registration.bound {
        put_bound(o, bound, epoch);
    }
    let sets: Vec<_> = registration
        .sets
        .iter()
        .filter(|(which, _)| *which != Which::Temporary)
        .filter_map(|(which, entry)| Some((which, entry, registration.agreed(entry.associations.set)?)))
        .collect();
    o.push(sets.len() as u8);
    for (which, entry, agreed) in sets {
        put_set(o, which, entry, agreed, epoch);
    }
    o.push(u8::from(registration.subscription.is_some()));
    if let Some(subscription) = &registration.subscription {
        put_subscription(o, subscription, epoch);
    }
    out
}

/// At least the octets of a record.
fn size(registration: &Registration) -> usize {
    let texts = |list: &[String]| list.iter().map(|text| text.len() + 2).sum::<usize>() + 2;
    let bound = registration.bound.as_ref().map_or(0, |bound| {
        let aors = bound
            .aors
            .iter()
            .map(|aor| aor.to.len() + 16 + texts(&aor.identities) + texts(&aor.service_route));
        bound.contact.len() + 64 + aors.sum::<usize>()
    });
    let choices = registration
        .choices
        .iter()
        .map(|agreed| agreed.choice.client_letters().len() + agreed.choice.security_server().len() + 320);
    let subscription = registration.subscription.as_ref().map_or(0, |s| {
        s.call_id.len() + s.from_tag.len() + s.to_tag.len() + s.target.len() + texts(&s.routes) + 32
    });
    registration.impi.len() + 64 + bound + choices.sum::<usize>() + subscription
}

fn text(o: &mut Vec<u8>, text: &str) {
    // Every text came in a message, and is shorter than one.
    let octets = text
        .as_bytes()
        .get(..usize::from(u16::MAX))
        .unwrap_or(text.as_bytes());
    put::u16(o, octets.len() as u16);
    o.extend_from_slice(octets);
}

fn texts(o: &mut Vec<u8>, list: &[String]) {
    put::u16(o, list.len() as u16);
    list.iter().for_each(|item| text(o, item));
}

fn address(o: &mut Vec<u8>, address: SocketAddr) {
    match address.ip() {
        IpAddr::V4(v4) => {
            o.push(4);
            o.extend_from_slice(&v4.octets());
        }
        IpAddr::V6(v6) => {
            o.push(6);
            o.extend_from_slice(&v6.octets());
        }
    }
    put::u16(o, address.port());
}

fn protocol(o: &mut Vec<u8>, protocol: Protocol) {
    o.push(match protocol {
        Protocol::Udp => 0,
        Protocol::Tcp => 1,
        Protocol::Tls => 2,
    });
}

fn time(o: &mut Vec<u8>, at: Duration, epoch: Duration) {
    put::u64(o, at.saturating_add(epoch).as_millis() as u64);
}

fn put_bound(o: &mut Vec<u8>, bound: &Bound, epoch: Duration) {
    text(o, &bound.contact);
    o.push(u8::from(bound.flow.is_some()));
    if let Some(hop) = bound.flow {
        protocol(o, hop.protocol);
        address(o, hop.local);
        address(o, hop.remote);
    }
    put::u16(o, bound.aors.len() as u16);
    for aor in &bound.aors {
        text(o, &aor.to);
        texts(o, &aor.identities);
        texts(o, &aor.service_route);
        time(o, aor.expires, epoch);
    }
}

fn put_end(o: &mut Vec<u8>, end: &End) {
    address(o, end.client());
    put::u16(o, end.ports.server);
    put::u32(o, end.spis.client.value());
    put::u32(o, end.spis.server.value());
}

fn put_set(o: &mut Vec<u8>, which: Which, entry: &Entry, agreed: &Agreed, epoch: Duration) {
    let four = &entry.associations;
    o.push(match which {
        Which::Current => 0,
        Which::New => 1,
        Which::Old | Which::Temporary => 2,
    });
    put::u32(o, four.set.0);
    put_end(o, &four.ue);
    put_end(o, &four.pcscf);
    let place = |found: Option<usize>| found.unwrap_or(usize::from(u8::MAX)) as u8;
    o.push(place(
        Integrity::ALL.iter().position(|it| *it == four.suite.integrity()),
    ));
    o.push(place(
        Encryption::ALL
            .iter()
            .position(|it| *it == four.suite.encryption()),
    ));
    match four.encapsulation {
        Encapsulation::Transport => o.push(0),
        Encapsulation::UdpTunnel { ue, pcscf } => {
            o.push(1);
            address(o, ue);
            address(o, pcscf);
        }
    }
    for key in [entry.keys.expose_integrity(), entry.keys.expose_encryption()] {
        o.push(key.len() as u8);
        o.extend_from_slice(key);
    }
    time(o, entry.expires, epoch);
    time(o, agreed.since, Duration::ZERO);
    put::u32(o, agreed.restarts);
    text(o, agreed.choice.client_letters());
    text(o, agreed.choice.security_server());
}

fn put_subscription(o: &mut Vec<u8>, s: &Subscription, epoch: Duration) {
    for item in [&s.call_id, &s.from_tag, &s.to_tag, &s.target] {
        text(o, item);
    }
    put::u32(o, s.cseq);
    texts(o, &s.routes);
    time(o, s.until, epoch);
}

type Decoded = (Registration, Vec<(Which, Entry, Agreed)>);

fn decode(record: &[u8], epoch: Duration) -> Result<Decoded, DecodeError> {
    let mut r = Reader::new(record);
    let version = r.u8()?;
    if version != VERSION {
        return Err(wrong(0, u64::from(version), "version 1").within("version"));
    }
    let impi = read_text(&mut r)?;
    let ue = read_address(&mut r)?.ip();
    let token = r.u64()?;
    let mut registration = Registration::new(impi, ue, token);
    registration.emergency = flag(&mut r)?;
    registration.protocol = read_protocol(&mut r)?;
    registration.bound = Some(read_bound(&mut r, epoch).map_err(|error| error.within("registration"))?);
    let mut sets = Vec::new();
    for _ in 0..r.u8()? {
        sets.push(read_set(&mut r, epoch).map_err(|error| error.within("associations"))?);
    }
    if flag(&mut r)? {
        let subscription = read_subscription(&mut r, epoch).map_err(|error| error.within("subscription"))?;
        registration.subscription = Some(subscription);
    }
    if !r.is_empty() {
        let octets = r.remaining();
        return Err(DecodeError::new(r.at(), DecodeErrorKind::Trailing { octets }));
    }
    Ok((registration, sets))
}

fn wrong(at: usize, got: u64, expected: &'static str) -> DecodeError {
    DecodeError::new(at, DecodeErrorKind::Value { got, expected })
}

fn flag(r: &mut Reader<'_>) -> Result<bool, DecodeError> {
    let at = r.at();
    match r.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(wrong(at, u64::from(other), "0 or 1")),
    }
}

fn read_text(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    let at = r.at();
    let length = usize::from(r.u16()?);
    let octets = r.take(length)?;
    let expected = "text";
    let text =
        str::from_utf8(octets).map_err(|_| DecodeError::new(at, DecodeErrorKind::Text { expected }))?;
    Ok(text.to_owned())
}

fn count(r: &mut Reader<'_>) -> Result<usize, DecodeError> {
    let at = r.at();
    let count = usize::from(r.u16()?);
    if count > MAX_LIST {
        return Err(wrong(at, count as u64, "a list of 256 values at most"));
    }
    Ok(count)
}

fn read_texts(r: &mut Reader<'_>) -> Result<Vec<String>, DecodeError> {
    (0..count(r)?).map(|_| read_text(r)).collect()
}

fn read_address(r: &mut Reader<'_>) -> Result<SocketAddr, DecodeError> {
    let at = r.at();
    let ip = match r.u8()? {
        4 => IpAddr::from(r.array::<4>()?),
        6 => IpAddr::from(r.array::<16>()?),
        other => return Err(wrong(at, u64::from(other), "4 or 6")),
    };
    Ok(SocketAddr::new(ip, r.u16()?))
}

fn read_protocol(r: &mut Reader<'_>) -> Result<Protocol, DecodeError> {
    let at = r.at();
    match r.u8()? {
        0 => Ok(Protocol::Udp),
        1 => Ok(Protocol::Tcp),
        2 => Ok(Protocol::Tls),
        other => Err(wrong(at, u64::from(other), "0 to 2")),
    }
}

fn read_time(r: &mut Reader<'_>, epoch: Duration) -> Result<Duration, DecodeError> {
    Ok(Duration::from_millis(r.u64()?).saturating_sub(epoch))
}

fn read_bound(r: &mut Reader<'_>, epoch: Duration) -> Result<Bound, DecodeError> {
    let contact = read_text(r)?;
    let flow = match flag(r)? {
        true => Some(Hop {
            protocol: read_protocol(r)?,
            local: read_address(r)?,
            remote: read_address(r)?,
        }),
        false => None,
    };
    let mut aors = Vec::new();
    for _ in 0..count(r)? {
        aors.push(Aor {
            to: read_text(r)?,
            identities: read_texts(r)?,
            service_route: read_texts(r)?,
            expires: read_time(r, epoch)?,
        });
    }
    Ok(Bound { contact, flow, aors })
}

fn read_spi(r: &mut Reader<'_>) -> Result<Spi, DecodeError> {
    let at = r.at();
    let value = r.u32()?;
    Spi::new(value).ok_or_else(|| wrong(at, u64::from(value), "an SPI of 256 or more"))
}

fn read_end(r: &mut Reader<'_>) -> Result<End, DecodeError> {
    let client = read_address(r)?;
    Ok(End {
        address: client.ip(),
        ports: Ports {
            client: client.port(),
            server: r.u16()?,
        },
        spis: Spis {
            client: read_spi(r)?,
            server: read_spi(r)?,
        },
    })
}

fn read_suite(r: &mut Reader<'_>) -> Result<Suite, DecodeError> {
    let at = r.at();
    let (integrity, encryption) = (usize::from(r.u8()?), usize::from(r.u8()?));
    let found = Integrity::ALL.get(integrity).zip(Encryption::ALL.get(encryption));
    let suite = found.and_then(|(integrity, encryption)| Suite::new(*integrity, *encryption).ok());
    suite.ok_or_else(|| wrong(at, integrity as u64, "algorithms that go together"))
}

fn read_set(r: &mut Reader<'_>, epoch: Duration) -> Result<(Which, Entry, Agreed), DecodeError> {
    let at = r.at();
    let which = match r.u8()? {
        0 => Which::Current,
        1 => Which::New,
        2 => Which::Old,
        other => return Err(wrong(at, u64::from(other), "0 to 2")),
    };
    let set = SaSet(r.u32()?);
    let (ue, pcscf) = (read_end(r)?, read_end(r)?);
    let suite = read_suite(r)?;
    let encapsulation = match flag(r)? {
        false => Encapsulation::Transport,
        true => Encapsulation::UdpTunnel {
            ue: read_address(r)?,
            pcscf: read_address(r)?,
        },
    };
    let associations = Associations {
        set,
        ue,
        pcscf,
        suite,
        encapsulation,
    };
    let at = r.at();
    let length = usize::from(r.u8()?);
    let integrity = r.take(length)?;
    let length = usize::from(r.u8()?);
    let encryption = r.take(length)?;
    let keys = EspKeys::new(suite, integrity, encryption)
        .map_err(|_| wrong(at, integrity.len() as u64, "keys as long as the algorithms want"))?;
    let entry = Entry {
        associations,
        keys,
        expires: read_time(r, epoch)?,
    };
    let (since, restarts) = (read_time(r, Duration::ZERO)?, r.u32()?);
    let (client, server) = (read_text(r)?, read_text(r)?);
    let agreed = Agreed {
        choice: Choice::restore(associations, client, server),
        since,
        restarts,
    };
    Ok((which, entry, agreed))
}

fn read_subscription(r: &mut Reader<'_>, epoch: Duration) -> Result<Subscription, DecodeError> {
    Ok(Subscription {
        call_id: read_text(r)?,
        from_tag: read_text(r)?,
        to_tag: read_text(r)?,
        target: read_text(r)?,
        cseq: r.u32()?,
        routes: read_texts(r)?,
        until: read_time(r, epoch)?,
    })
}
