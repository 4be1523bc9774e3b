//! Hot paths of the IMS: SIP, ESP, a REGISTER at the P-CSCF.

use anyhow::{Context, Result, ensure};
use quintet_crypto::{Ck, Ik};
use quintet_cscf::pcscf::{Config, Pcscf, Unprotected};
use quintet_esp::{Encryption, EspKeys, Inbound, Integrity, Outbound, Spi, Suite};
use quintet_ims::registrar::At;
use quintet_sip::Message;
use quintet_sip::transport::{Hop, Protocol, SipOutput};
use std::hint::black_box;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

const DOMAIN: &str = "ims.mnc001.mcc001.3gppnetwork.org";

/// Octets of a SIP message in ESP.
const MESSAGE: usize = 1_000;

/// UDP.
const NEXT_HEADER: u8 = 17;

/// What the counter counts in, of the paths whose preparation it must leave out.
#[inline(never)]
fn counted<T>(work: impl FnOnce() -> T) -> T {
    black_box(work())
}

/// SM1 of a UE without IPsec.
fn register(n: u64, ue: SocketAddr) -> String {
    format!(
        "REGISTER sip:{DOMAIN} SIP/2.0\r\n\
         Via: SIP/2.0/UDP {ue};branch=z9hG4bK{n:016x};rport\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:00101{n:010}@{DOMAIN}>;tag=4fa3c8d1\r\n\
         To: <sip:00101{n:010}@{DOMAIN}>\r\n\
         Call-ID: {n:016x}\r\n\
         CSeq: 1 REGISTER\r\n\
         Contact: <sip:00101{n:010}@{ue}>;expires=600000\r\n\
         Expires: 600000\r\n\
         Supported: path\r\n\
         Authorization: Digest username=\"00101{n:010}@{DOMAIN}\",realm=\"{DOMAIN}\",nonce=\"\",uri=\"sip:{DOMAIN}\",\
         response=\"\"\r\n\
         P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000101\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

/// A REGISTER read.
pub(super) fn sip_parse(count: u64) -> Result<()> {
    let octets = register(1, SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 5060));
    for _ in 0..count {
        let message = Message::parse(black_box(octets.as_bytes()));
        ensure!(black_box(message).is_ok(), "the message is not read");
    }
    Ok(())
}

/// A REGISTER of a UE that was not seen before, from the datagram to the one that goes on to the I-CSCF.
pub(super) fn register_handled(count: u64) -> Result<()> {
    let at = |n: u8, port| SocketAddr::new(Ipv4Addr::new(10, 0, 0, n).into(), port);
    let mut config = Config::new(format!("pcscf.{DOMAIN}"), at(1, 5070), at(1, 5060), DOMAIN);
    config.unprotected = Unprotected::Digest;
    config.hosts.insert(DOMAIN, None, at(2, 5060))?;
    let mut pcscf = Pcscf::new(config, [7; 32]);
    let mut passed = 0;
    for n in 0..count {
        let ue = Ipv4Addr::from_bits(Ipv4Addr::new(10, 1, 0, 0).to_bits() + u32::try_from(n)?);
        let ue = SocketAddr::new(ue.into(), 5060);
        let octets = register(n, ue);
        let hop = Hop {
            protocol: Protocol::Udp,
            local: at(1, 5060),
            remote: ue,
        };
        let now = Duration::from_micros(100 * n);
        let wall = Duration::from_secs(1_760_000_000) + now;
        let sent = counted(|| {
            pcscf.handle_sip(At { now, wall }, hop, octets.as_bytes());
            while pcscf.poll_sa().is_some() {}
            pcscf.poll_sip()
        });
        passed += u64::from(matches!(sent, Some(SipOutput::Send { hop, .. }) if hop.remote == at(2, 5060)));
    }
    ensure!(passed == count, "{passed} of {count} REGISTERs went on");
    Ok(())
}

fn keys() -> Result<EspKeys> {
    let suite = Suite::new(Integrity::HmacSha1_96, Encryption::AesCbc).context("a suite")?;
    EspKeys::derive(suite, &Ck::new_128([1; 16]), &Ik::new_128([2; 16])).context("128 bits")
}

fn spi() -> Result<Spi> {
    Spi::new(1_000).context("an SPI that is not reserved")
}

/// A message sealed: hmac-sha-1-96 and aes-cbc.
pub(super) fn esp_seal(count: u64) -> Result<()> {
    let mut outbound = Outbound::new(spi()?, &keys()?, 0, &[3; 16]).context("a suite to send with")?;
    let message = [7; MESSAGE];
    let mut out = Vec::with_capacity(MESSAGE + 64);
    for _ in 0..count {
        out.clear();
        let sealed = outbound.seal(NEXT_HEADER, &[black_box(&message)], &mut out);
        ensure!(sealed.is_ok(), "the numbers are used up");
        black_box(&out);
    }
    Ok(())
}

/// A message opened.
pub(super) fn esp_open(count: u64) -> Result<()> {
    let (spi, keys) = (spi()?, keys()?);
    let mut outbound = Outbound::new(spi, &keys, 0, &[3; 16]).context("a suite to send with")?;
    let mut inbound = Inbound::new(spi, &keys);
    let message = [7; MESSAGE];
    let mut packet = Vec::with_capacity(MESSAGE + 64);
    for _ in 0..count {
        packet.clear();
        let sealed = outbound.seal(NEXT_HEADER, &[&message], &mut packet);
        ensure!(sealed.is_ok(), "the numbers are used up");
        ensure!(counted(|| inbound.open(&mut packet).is_ok()), "not taken");
    }
    Ok(())
}
