//! A registration out of octets.

use super::VERSION;
use crate::pcscf::table::{Agreed, Aor, Bound, Registration, Subscription};
use quintet_esp::{Encryption, EspKeys, Integrity, SaSet, Spi, Suite};
use quintet_ims::agreement::{Associations, Choice, Encapsulation, End, Entry, Ports, Spis, Which};
use quintet_sip::transport::{Hop, Protocol};
use quintet_wire::{DecodeError, DecodeErrorKind, Reader};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The most values of a list, above every limit that the node itself has.
const MAX_LIST: usize = 256;

pub(super) type Decoded = (Registration, Vec<(Which, Entry, Agreed)>);

pub(super) fn decode(record: &[u8], epoch: Duration) -> Result<Decoded, DecodeError> {
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
