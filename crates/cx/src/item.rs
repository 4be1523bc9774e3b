//! SIP-Auth-Data-Item (TS 29.229 6.3.13; TS 29.228 tables 6.3.2 to 6.3.6).

use crate::{AuthenticationScheme, Fault, read};
use quintet_crypto::{Autn, Auts, Ck, Ik, Quintet, Rand, Res};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, MessageWriter};
use std::fmt;
use zeroize::Zeroizing;

/// Octets of RAND in SIP-Authenticate and SIP-Authorization.
const RAND_OCTETS: usize = 16;

/// RAND ‖ AUTS of a synchronisation failure (TS 29.228 table 6.3.2: SIP-Authorization of a request).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resynchronisation {
    /// The challenge that the ISIM found out of sequence.
    pub rand: Rand,
    /// Its token.
    pub auts: Auts,
}

/// H(A1) of SIP Digest, hexadecimal text: zeroised, redacted.
#[derive(Clone)]
pub struct DigestHa1(Zeroizing<String>);

impl DigestHa1 {
    /// From its hexadecimal text.
    #[must_use]
    pub fn new(hexadecimal: &str) -> Self {
        Self(Zeroizing::new(hexadecimal.to_owned()))
    }

    /// The text: for a digest or a wire, never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl PartialEq for DigestHa1 {
    fn eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.0.as_bytes(), other.0.as_bytes()).into()
    }
}

impl Eq for DigestHa1 {}

impl fmt::Debug for DigestHa1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DigestHa1(redacted)")
    }
}

/// SIP-Digest-Authenticate (TS 29.229 6.3.36).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestAuthenticate {
    /// Digest-Realm.
    pub realm: String,
    /// Digest-Algorithm; absent means MD5.
    pub algorithm: Option<String>,
    /// Digest-QoP; `auth` if the sender left it out.
    pub qop: String,
    /// Digest-HA1.
    pub ha1: DigestHa1,
}

/// What NASS-bundled and GPRS-bundled authentication compare (TS 33.203 Annexes R, T).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineAccess {
    /// Framed-IP-Address.
    pub ip_address: Option<Vec<u8>>,
    /// Framed-IPv6-Prefix.
    pub ipv6_prefix: Option<Vec<u8>>,
    /// Framed-Interface-Id.
    pub interface_id: Option<Vec<u8>>,
    /// Line-Identifier of ETSI.
    pub line_identifiers: Vec<Vec<u8>>,
}

/// One item: what an S-CSCF asks by, or a vector of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthDataItem {
    /// SIP-Item-Number: the order in which vectors are to be used.
    pub number: Option<u32>,
    /// SIP-Authentication-Scheme.
    pub scheme: Option<AuthenticationScheme>,
    /// In a request: SIP-Authorization = RAND ‖ AUTS.
    pub resynchronisation: Option<Resynchronisation>,
    /// In an answer: SIP-Authenticate = RAND ‖ AUTN, SIP-Authorization = XRES, Confidentiality-Key, Integrity-Key.
    pub vector: Option<Box<Quintet>>,
    /// SIP-Authentication-Context: what auth-int needs of the SIP request.
    pub context: Option<Vec<u8>>,
    /// SIP-Digest-Authenticate.
    pub digest: Option<DigestAuthenticate>,
    /// Framed-IP-Address and so on.
    pub access: LineAccess,
}

impl AuthDataItem {
    /// What a request asks by: a scheme, and after a synchronisation failure its token.
    #[must_use]
    pub fn ask(scheme: AuthenticationScheme, resynchronisation: Option<Resynchronisation>) -> Self {
        Self {
            scheme: Some(scheme),
            resynchronisation,
            ..Self::default()
        }
    }

    /// An IMS AKA vector as the `number`th of an answer (from 1). `None` if its AUTN has no 16 octets.
    #[must_use]
    pub fn aka(number: u32, scheme: AuthenticationScheme, vector: Quintet) -> Option<Self> {
        vector.autn.octets()?;
        Some(Self {
            number: Some(number),
            scheme: Some(scheme),
            vector: Some(Box::new(vector)),
            ..Self::default()
        })
    }

    /// SIP Digest, in an answer or a push.
    #[must_use]
    pub fn digest(digest: DigestAuthenticate) -> Self {
        Self {
            scheme: Some(AuthenticationScheme::SIP_DIGEST),
            digest: Some(digest),
            ..Self::default()
        }
    }

    /// The item of a request.
    pub(crate) fn read_request(avp: &Avp<'_>) -> Result<Self, Fault> {
        let mut item = Self::default();
        let mut authorization = None;
        read::group(avp, |inner| {
            if inner.is(avp::SIP_AUTHORIZATION) {
                authorization = Some(*inner);
                return Ok(());
            }
            item.read_common(inner)
        })?;
        // For schemes without tokens it says nothing that the HSS needs.
        if let Some(found) = authorization
            && item
                .scheme
                .as_ref()
                .is_none_or(|s| s.is_aka() || *s == AuthenticationScheme::UNKNOWN)
        {
            let within = |fault: Fault| fault.within(avp::SIP_AUTH_DATA_ITEM);
            let (rand, auts) = split_rand(&found).map_err(within)?;
            let auts = Auts::from_octets(auts).ok_or_else(|| within(Fault::length(&found)))?;
            item.resynchronisation = Some(Resynchronisation { rand, auts });
        }
        Ok(item)
    }

    /// An item of an answer. A vector is whole or it is a fault.
    pub(crate) fn read_answer(avp: &Avp<'_>) -> Result<Self, Fault> {
        let mut item = Self::default();
        let (mut authenticate, mut xres, mut ck, mut ik) = (None, None, None, None);
        read::group(avp, |inner| {
            if inner.is(avp::SIP_AUTHENTICATE) {
                authenticate = Some(*inner);
            } else if inner.is(avp::SIP_AUTHORIZATION) {
                xres = Some(*inner);
            } else if inner.is(avp::CONFIDENTIALITY_KEY) {
                ck = Some(Ck::new(inner.data).ok_or_else(|| Fault::length(inner))?);
            } else if inner.is(avp::INTEGRITY_KEY) {
                ik = Some(Ik::new(inner.data).ok_or_else(|| Fault::length(inner))?);
            } else {
                item.read_common(inner)?;
            }
            Ok(())
        })?;
        let aka = item.scheme.as_ref().is_some_and(AuthenticationScheme::is_aka);
        if !aka {
            return Ok(item);
        }
        let within = |fault: Fault| fault.within(avp::SIP_AUTH_DATA_ITEM);
        let challenge = read::need(authenticate, avp::SIP_AUTHENTICATE, "SIP-Authenticate is missing");
        let challenge = challenge.map_err(within)?;
        let response = read::need(xres, avp::SIP_AUTHORIZATION, "SIP-Authorization is missing");
        let response = response.map_err(within)?;
        let (rand, autn) = split_rand(&challenge).map_err(within)?;
        let autn: &[u8; 16] = autn.try_into().map_err(|_| within(Fault::length(&challenge)))?;
        let vector = Quintet {
            rand,
            xres: Res::new(response.data).ok_or_else(|| within(Fault::length(&response)))?,
            ck: read::need(ck, avp::CONFIDENTIALITY_KEY, "Confidentiality-Key is missing").map_err(within)?,
            ik: read::need(ik, avp::INTEGRITY_KEY, "Integrity-Key is missing").map_err(within)?,
            autn: Autn::from_octets(autn),
        };
        item.vector = Some(Box::new(vector));
        Ok(item)
    }

    fn read_common(&mut self, inner: &Avp<'_>) -> Result<(), Fault> {
        if inner.is(avp::SIP_ITEM_NUMBER) {
            self.number = Some(read::u32(inner)?);
        } else if inner.is(avp::SIP_AUTHENTICATION_SCHEME) {
            self.scheme = Some(AuthenticationScheme::new(&read::text(inner)?));
        } else if inner.is(avp::SIP_AUTHENTICATION_CONTEXT) {
            self.context = Some(inner.data.to_vec());
        } else if inner.is(avp::SIP_DIGEST_AUTHENTICATE) {
            self.digest = Some(read_digest(inner)?);
        } else if inner.is(avp::FRAMED_IP_ADDRESS) {
            self.access.ip_address = Some(inner.data.to_vec());
        } else if inner.is(avp::FRAMED_IPV6_PREFIX) {
            self.access.ipv6_prefix = Some(inner.data.to_vec());
        } else if inner.is(avp::FRAMED_INTERFACE_ID) {
            self.access.interface_id = Some(inner.data.to_vec());
        } else if inner.is(avp::LINE_IDENTIFIER) {
            self.access.line_identifiers.push(inner.data.to_vec());
        }
        Ok(())
    }

    pub(crate) fn write(&self, w: &mut MessageWriter<'_>) {
        w.group(avp::SIP_AUTH_DATA_ITEM, |w| {
            read::put_u32(w, avp::SIP_ITEM_NUMBER, self.number);
            if let Some(scheme) = &self.scheme {
                w.text(avp::SIP_AUTHENTICATION_SCHEME, scheme.as_str());
            }
            if let Some(token) = &self.resynchronisation {
                w.with(avp::SIP_AUTHORIZATION, |out| {
                    out.extend_from_slice(&token.rand);
                    token.auts.put(out);
                });
            }
            if let Some(vector) = &self.vector {
                write_vector(w, vector);
            }
            read::put_octets(w, avp::SIP_AUTHENTICATION_CONTEXT, self.context.as_ref());
            if let Some(digest) = &self.digest {
                write_digest(w, digest);
            }
            read::put_octets(w, avp::FRAMED_IP_ADDRESS, self.access.ip_address.as_ref());
            read::put_octets(w, avp::FRAMED_IPV6_PREFIX, self.access.ipv6_prefix.as_ref());
            read::put_octets(w, avp::FRAMED_INTERFACE_ID, self.access.interface_id.as_ref());
            for line in &self.access.line_identifiers {
                w.octets(avp::LINE_IDENTIFIER, line);
            }
        });
    }
}

/// RAND and what follows it.
fn split_rand<'a>(avp: &Avp<'a>) -> Result<(Rand, &'a [u8]), Fault> {
    let (rand, rest) = avp
        .data
        .split_first_chunk::<RAND_OCTETS>()
        .ok_or_else(|| Fault::length(avp))?;
    Ok((*rand, rest))
}

fn write_vector(w: &mut MessageWriter<'_>, vector: &Quintet) {
    // `AuthDataItem::aka` refuses a MAC that AUTN cannot carry, and one read has 16 octets.
    let Some(autn) = vector.autn.octets() else { return };
    w.with(avp::SIP_AUTHENTICATE, |out| {
        out.extend_from_slice(&vector.rand);
        out.extend_from_slice(&autn);
    });
    w.octets(avp::SIP_AUTHORIZATION, vector.xres.octets());
    w.octets(avp::CONFIDENTIALITY_KEY, vector.ck.expose());
    w.octets(avp::INTEGRITY_KEY, vector.ik.expose());
}

fn read_digest(avp: &Avp<'_>) -> Result<DigestAuthenticate, Fault> {
    let (mut realm, mut algorithm, mut qop, mut ha1) = (None, None, None, None);
    read::group(avp, |inner| {
        if inner.is(avp::DIGEST_REALM) {
            realm = Some(read::text(inner)?);
        } else if inner.is(avp::DIGEST_ALGORITHM) {
            algorithm = Some(read::text(inner)?);
        } else if inner.is(avp::DIGEST_QOP) {
            qop = Some(read::text(inner)?);
        } else if inner.is(avp::DIGEST_HA1) {
            let text = inner
                .text()
                .map_err(|_| Fault::value(inner, "the value is not UTF-8"))?;
            ha1 = Some(DigestHa1::new(text));
        }
        Ok(())
    })?;
    let within = |fault: Fault| fault.within(avp::SIP_DIGEST_AUTHENTICATE);
    Ok(DigestAuthenticate {
        realm: read::need(realm, avp::DIGEST_REALM, "Digest-Realm is missing").map_err(within)?,
        algorithm,
        qop: qop.unwrap_or_else(|| "auth".to_owned()),
        ha1: read::need(ha1, avp::DIGEST_HA1, "Digest-HA1 is missing").map_err(within)?,
    })
}

fn write_digest(w: &mut MessageWriter<'_>, digest: &DigestAuthenticate) {
    w.group(avp::SIP_DIGEST_AUTHENTICATE, |w| {
        w.text(avp::DIGEST_REALM, &digest.realm);
        read::put_text(w, avp::DIGEST_ALGORITHM, digest.algorithm.as_ref());
        w.text(avp::DIGEST_QOP, &digest.qop);
        w.text(avp::DIGEST_HA1, digest.ha1.expose());
    });
}
