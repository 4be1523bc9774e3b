//! The mechanisms of a sec-agree header, read (RFC 3329 2.2, TS 33.203 Annex H), and their letters, compared.

use super::associations::{Ports, Spis};
use quintet_esp::{Encryption, Integrity, Spi, Suite};
use quintet_sip::{Params, SecurityMechanism, decimal, qvalue};

/// The most mechanisms of a header that are read: every suite in both modes, four times.
pub const MAX_MECHANISMS: usize = 64;

/// The most octets of a sec-agree header that are read, all of its lines together.
pub const MAX_HEADER_OCTETS: usize = 8_192;

/// q as RFC 3261 20.10 has it, in thousandths; what says none is worth all.
const FULL_Q: u16 = 1_000;

/// `mod`: what is around packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// `trans`: ESP behind the packet's own IP header.
    Transport,
    /// `UDP-enc-tun`: a tunnel in UDP, through NATs (Annex M).
    UdpEncapsulatedTunnel,
}

impl Mode {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transport => "trans",
            Self::UdpEncapsulatedTunnel => "UDP-enc-tun",
        }
    }
}

/// One entry of a Security-Client, Security-Server or Security-Verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// `ipsec-3gpp` that can be set up.
    Ipsec(Ipsec),
    /// Another mechanism, or algorithms, a protocol or a mode that are not known here: passed over, as RFC 3329 2.3 says.
    Unsupported,
    /// A mechanism of the media plane (`mediasec`, RFC 3329 as TS 24.229 7.2A.7 widens it): none of signalling's concern.
    Media,
}

/// An `ipsec-3gpp` entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipsec {
    /// `alg` and `ealg`.
    pub suite: Suite,
    /// `mod`.
    pub mode: Mode,
    /// `spi-c` and `spi-s`.
    pub spis: Spis,
    /// `port-c` and `port-s`.
    pub ports: Ports,
    /// `q` in thousandths.
    pub q: u16,
}

impl Ipsec {
    /// Why its numbers are none to set associations up with, if they are not.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let Ports { client, server } = self.ports;
        // TS 33.203 7.1: nothing unprotected goes to or from protected ports, and all unprotected SIP goes to these.
        let reserved = |port| matches!(port, 0 | 5060 | 5061);
        if client == server {
            Some("port-c is port-s")
        } else if reserved(client) || reserved(server) {
            Some("a protected port is 0, 5060 or 5061")
        } else if self.spis.client == self.spis.server {
            Some("spi-c is spi-s")
        } else {
            None
        }
    }

    /// The entry as text.
    #[must_use]
    pub fn text(&self, with_q: bool) -> String {
        let q = if with_q {
            format!(";q={}.{:03}", self.q / FULL_Q, self.q % FULL_Q)
        } else {
            String::new()
        };
        format!(
            "ipsec-3gpp{q};alg={};ealg={};prot=esp;mod={};spi-c={};spi-s={};port-c={};port-s={}",
            self.suite.integrity(),
            self.suite.encryption(),
            self.mode.name(),
            self.spis.client,
            self.spis.server,
            self.ports.client,
            self.ports.server,
        )
    }
}

/// Why a header cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is longer than [`MAX_HEADER_OCTETS`], or has more than [`MAX_MECHANISMS`] entries.
    #[error("a sec-agree header has {MAX_HEADER_OCTETS} octets and {MAX_MECHANISMS} mechanisms at most")]
    TooLong,
    /// It is none.
    #[error("not a list of mechanisms: {0}")]
    Syntax(&'static str),
}

/// Reads the values of a header, each of one line.
///
/// # Errors
/// [`Unreadable`].
pub fn read<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Vec<Mechanism>, Unreadable> {
    entries(values)?.into_iter().map(mechanism).collect()
}

/// The letters of a header, which must come back as they were sent (TS 33.203 7.2): without white space, whatever lines they
/// stood in, and without the mechanisms of media, which are repeated by rules of their own.
///
/// # Errors
/// [`Unreadable`].
pub fn letters<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<String, Unreadable> {
    let mut out = String::new();
    for entry in entries(values)? {
        if mechanism(entry)? == Mechanism::Media {
            continue;
        }
        if !out.is_empty() {
            out.push(',');
        }
        let mut quoted = false;
        for letter in entry.chars() {
            quoted ^= letter == '"';
            if quoted || !matches!(letter, ' ' | '\t' | '\r' | '\n') {
                out.push(letter);
            }
        }
    }
    Ok(out)
}

fn entries<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Vec<&'a str>, Unreadable> {
    let (mut found, mut octets) = (Vec::new(), 0);
    for value in values {
        octets += value.len();
        if octets > MAX_HEADER_OCTETS {
            return Err(Unreadable::TooLong);
        }
        for entry in split(value) {
            let entry = entry.trim();
            if entry.is_empty() {
                return Err(Unreadable::Syntax("an entry is empty"));
            }
            if found.len() == MAX_MECHANISMS {
                return Err(Unreadable::TooLong);
            }
            found.push(entry);
        }
    }
    Ok(found)
}

/// The parts between commas outside of quotes; an empty one is one too.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |letter| {
        quoted ^= letter == '"';
        !quoted && letter == ','
    })
}

/// The parameters that count; of one that is there twice, nothing can be taken.
#[derive(Default)]
struct Parameters<'a> {
    alg: Option<&'a str>,
    ealg: Option<&'a str>,
    prot: Option<&'a str>,
    mode: Option<&'a str>,
    spi_c: Option<&'a str>,
    spi_s: Option<&'a str>,
    port_c: Option<&'a str>,
    port_s: Option<&'a str>,
    q: Option<&'a str>,
    mediasec: bool,
}

impl<'a> Parameters<'a> {
    /// All of them in one walk: an offer has a dozen entries, and a P-CSCF reads it several times in each registration.
    fn of(params: Params<'a>) -> Result<Self, Unreadable> {
        let mut read = Self::default();
        for (name, value) in params {
            let Some(place) = read.place(name) else {
                read.mediasec |= name.eq_ignore_ascii_case("mediasec");
                continue;
            };
            if place.replace(value.unwrap_or("")).is_some() {
                return Err(Unreadable::Syntax("a parameter is there twice"));
            }
        }
        Ok(read)
    }

    fn place(&mut self, name: &str) -> Option<&mut Option<&'a str>> {
        let places = [
            ("alg", &mut self.alg),
            ("ealg", &mut self.ealg),
            ("prot", &mut self.prot),
            ("mod", &mut self.mode),
            ("spi-c", &mut self.spi_c),
            ("spi-s", &mut self.spi_s),
            ("port-c", &mut self.port_c),
            ("port-s", &mut self.port_s),
            ("q", &mut self.q),
        ];
        let mut places = places.into_iter();
        let found = places.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, place)| place)
    }
}

fn mechanism(entry: &str) -> Result<Mechanism, Unreadable> {
    let read = SecurityMechanism::parse(entry);
    let read = read.map_err(|_| Unreadable::Syntax("a mechanism's name is no token"))?;
    let parameters = Parameters::of(read.params)?;
    if parameters.mediasec {
        return Ok(Mechanism::Media);
    }
    if !read.is_ipsec_3gpp() {
        return Ok(Mechanism::Unsupported);
    }
    Ok(ipsec(&parameters)?.map_or(Mechanism::Unsupported, Mechanism::Ipsec))
}

/// `None` where something is not supported; what is no number where one belongs is an error.
fn ipsec(read: &Parameters<'_>) -> Result<Option<Ipsec>, Unreadable> {
    const SPI: &str = "an SPI is no number of 32 bits";
    const PORT: &str = "a port is no number of 16 bits";
    let alg = read.alg.and_then(|alg| alg.parse::<Integrity>().ok());
    let ealg = read.ealg.unwrap_or("null").parse::<Encryption>().ok();
    let suite = alg.zip(ealg).and_then(|(alg, ealg)| Suite::new(alg, ealg).ok());
    let modes = [Mode::Transport, Mode::UdpEncapsulatedTunnel];
    let named = read.mode.unwrap_or(Mode::Transport.name());
    let mode = modes
        .into_iter()
        .find(|mode| mode.name().eq_ignore_ascii_case(named));
    let esp = read.prot.is_none_or(|prot| prot.eq_ignore_ascii_case("esp"));
    let spi_c = number(read.spi_c, decimal, SPI)?.and_then(Spi::new);
    let spi_s = number(read.spi_s, decimal, SPI)?.and_then(Spi::new);
    let port_c = number(read.port_c, decimal, PORT)?;
    let port_s = number(read.port_s, decimal, PORT)?;
    let q = number(read.q, qvalue, "q is no number from 0 to 1")?.unwrap_or(FULL_Q);
    let spis = spi_c.zip(spi_s).map(|(client, server)| Spis { client, server });
    let ports = port_c
        .zip(port_s)
        .map(|(client, server)| Ports { client, server });
    let (Some(suite), Some(mode), true, Some(spis), Some(ports)) = (suite, mode, esp, spis, ports) else {
        return Ok(None);
    };
    Ok(Some(Ipsec {
        suite,
        mode,
        spis,
        ports,
        q,
    }))
}

/// A number of a parameter: one that is there and cannot be read is an error.
fn number<T>(
    text: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
    wrong: &'static str,
) -> Result<Option<T>, Unreadable> {
    let Some(text) = text else { return Ok(None) };
    read(text).map(Some).ok_or(Unreadable::Syntax(wrong))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "ipsec-3gpp; q=0.5; alg=hmac-sha-1-96; ealg=aes-cbc; prot=esp; mod=trans; \
                        spi-c=1000; spi-s=1001; port-c=4000; port-s=4001";

    fn one(text: &str) -> Mechanism {
        read([text]).expect("readable")[0]
    }

    fn ipsec_of(text: &str) -> Ipsec {
        let Mechanism::Ipsec(ipsec) = one(text) else {
            panic!("{text} is not supported")
        };
        ipsec
    }

    #[test]
    fn an_entry_is_read_and_written() {
        let full = ipsec_of(FULL);
        assert_eq!(full.suite.to_string(), "hmac-sha-1-96/aes-cbc");
        assert_eq!(
            (full.q, full.ports),
            (
                500,
                Ports {
                    client: 4000,
                    server: 4001
                }
            )
        );
        assert_eq!(one(&full.text(true)), Mechanism::Ipsec(full));
        assert_eq!(ipsec_of(&full.text(false)).q, 1000);
        // RFC 3329 2.2, Annex H: what is left out.
        let short = ipsec_of("IPSEC-3GPP;Alg=HMAC-MD5-96;spi-c=1000;spi-s=1001;port-c=4000;port-s=4001");
        assert_eq!((short.mode, short.q), (Mode::Transport, 1000));
        assert_eq!(short.suite.encryption(), Encryption::Null);
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        for text in [
            "tls;q=0.2",
            "digest;d-qop=auth;d-alg=MD5",
            &FULL.replace("=hmac-sha-1-96", "=hmac-sha-2-256"),
            &FULL.replace("aes-cbc", "des-ede3-cbc"),
            &FULL.replace("=hmac-sha-1-96", "=null"),
            &FULL.replace("=esp", "=ah"),
            &FULL.replace("=trans", "=tun"),
            &FULL.replace("spi-c=1000", "spi-c=255"),
            "ipsec-3gpp;alg=hmac-md5-96",
        ] {
            assert_eq!(one(text), Mechanism::Unsupported, "{text}");
        }
        assert_eq!(one("sdes-srtp;mediasec"), Mechanism::Media);
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        for text in [
            "",
            "tls,",
            ";alg=x",
            "a b;q=1",
            &FULL.replace("spi-c=1000", "spi-c=4294967296"),
            &FULL.replace("spi-c=1000", "spi-c=+1000"),
            &FULL.replace("port-c=4000", "port-c=65536"),
            &FULL.replace("q=0.5", "q=1.5"),
            &FULL.replace("q=0.5", "q=0.5000"),
            &format!("{FULL};spi-c=1000"),
        ] {
            assert!(read([text]).is_err(), "{text}");
        }
        let many = vec!["tls"; MAX_MECHANISMS + 1];
        assert_eq!(read(many), Err(Unreadable::TooLong));
        let long = "x".repeat(MAX_HEADER_OCTETS + 1);
        assert_eq!(read([long.as_str()]), Err(Unreadable::TooLong));
    }

    #[test]
    fn letters_count_and_lines_do_not() {
        let tight = FULL.replace(' ', "");
        assert_eq!(letters([FULL]), Ok(tight.clone()));
        assert_eq!(
            letters([FULL, "tls"]),
            letters([format!("{FULL} ,\r\n tls").as_str()])
        );
        assert_eq!(letters([FULL, "sdes-srtp;mediasec"]), Ok(tight));
        assert_ne!(
            letters([FULL.replace("aes-cbc", "null").as_str()]),
            letters([FULL])
        );
        assert_ne!(letters([FULL.replace("esp", "ESP").as_str()]), letters([FULL]));
        assert_eq!(letters(["a;b=\"x ,y\""]), Ok("a;b=\"x ,y\"".to_owned()));
    }

    #[test]
    fn numbers_that_cannot_be_set_up() {
        let entry = ipsec_of(FULL);
        assert_eq!(entry.fault(), None);
        for (from, to) in [
            ("port-c=4000", "port-c=4001"),
            ("port-c=4000", "port-c=5060"),
            ("port-s=4001", "port-s=5061"),
            ("port-s=4001", "port-s=0"),
            ("spi-s=1001", "spi-s=1000"),
        ] {
            assert!(ipsec_of(&FULL.replace(from, to)).fault().is_some(), "{to}");
        }
    }
}
