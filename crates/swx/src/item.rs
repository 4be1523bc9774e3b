//! SIP-Auth-Data-Item as SWx has it (TS 29.273 8.2.3.9, tables 8.1.2.1.1/2, /3 and /5).

use quintet_crypto::{Auts, Ck, CkIkPrime, Ik, Rand, Res};
use quintet_cx::{AuthenticationScheme, Fault, Resynchronisation, read};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, MessageWriter};
use zeroize::Zeroize;

/// The keys of a vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKeys {
    /// CK and IK of EAP-AKA (RFC 4187).
    EapAka {
        /// CK.
        ck: Ck,
        /// IK.
        ik: Ik,
    },
    /// CK' and IK' of EAP-AKA' (RFC 9048, TS 33.402 A.2).
    EapAkaPrime(CkIkPrime),
}

impl ItemKeys {
    /// The method they are for.
    #[must_use]
    pub fn scheme(&self) -> AuthenticationScheme {
        match self {
            Self::EapAka { .. } => AuthenticationScheme::EAP_AKA,
            Self::EapAkaPrime(_) => AuthenticationScheme::EAP_AKA_PRIME,
        }
    }

    fn parts(&self) -> (&Ck, &Ik) {
        match self {
            Self::EapAka { ck, ik } => (ck, ik),
            Self::EapAkaPrime(keys) => (&keys.ck, &keys.ik),
        }
    }
}

/// A vector of an answer. Secret: XRES and the keys; they print redacted, and are zeroised when this is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthItem {
    /// SIP-Item-Number: the order in which vectors are to be used, from 1.
    pub number: Option<u32>,
    /// RAND, the first half of SIP-Authenticate.
    pub rand: Rand,
    /// AUTN, the second.
    pub autn: [u8; 16],
    /// SIP-Authorization: XRES.
    pub xres: Res,
    /// Confidentiality-Key, Integrity-Key; they tell SIP-Authentication-Scheme.
    pub keys: ItemKeys,
}

impl Drop for AuthItem {
    fn drop(&mut self) {
        self.xres.zeroize();
    }
}

impl AuthItem {
    /// Reads an item of an answer; it is whole or it is a fault.
    pub(crate) fn read(group: &Avp<'_>) -> Result<Self, Fault> {
        let (mut number, mut scheme, mut challenge, mut xres) = (None, None, None, None);
        let (mut ck, mut ik) = (None, None);
        read::group(group, |inner| {
            if inner.is(avp::SIP_ITEM_NUMBER) {
                number = Some(read::u32(inner)?);
            } else if inner.is(avp::SIP_AUTHENTICATION_SCHEME) {
                scheme = Some(read_scheme(inner)?);
            } else if inner.is(avp::SIP_AUTHENTICATE) {
                let (rand, autn) = split_rand(inner)?;
                challenge = Some((rand, autn.try_into().map_err(|_| Fault::length(inner))?));
            } else if inner.is(avp::SIP_AUTHORIZATION) {
                xres = Some(Res::new(inner.data).ok_or_else(|| Fault::length(inner))?);
            } else if inner.is(avp::CONFIDENTIALITY_KEY) {
                ck = Some(Ck::new(inner.data).ok_or_else(|| Fault::length(inner))?);
            } else if inner.is(avp::INTEGRITY_KEY) {
                ik = Some(Ik::new(inner.data).ok_or_else(|| Fault::length(inner))?);
            }
            Ok(())
        })?;
        let within = |fault: Fault| fault.within(avp::SIP_AUTH_DATA_ITEM);
        let scheme = read::need(
            scheme,
            avp::SIP_AUTHENTICATION_SCHEME,
            "SIP-Authentication-Scheme is missing",
        );
        let prime = scheme.map_err(within)? == AuthenticationScheme::EAP_AKA_PRIME;
        let challenge = read::need(challenge, avp::SIP_AUTHENTICATE, "SIP-Authenticate is missing");
        let (rand, autn) = challenge.map_err(within)?;
        let xres = read::need(xres, avp::SIP_AUTHORIZATION, "SIP-Authorization is missing");
        let ck =
            read::need(ck, avp::CONFIDENTIALITY_KEY, "Confidentiality-Key is missing").map_err(within)?;
        let ik = read::need(ik, avp::INTEGRITY_KEY, "Integrity-Key is missing").map_err(within)?;
        Ok(Self {
            number,
            rand,
            autn,
            xres: xres.map_err(within)?,
            keys: if prime {
                ItemKeys::EapAkaPrime(CkIkPrime { ck, ik })
            } else {
                ItemKeys::EapAka { ck, ik }
            },
        })
    }

    /// Writes the item.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        w.group(avp::SIP_AUTH_DATA_ITEM, |w| {
            read::put_u32(w, avp::SIP_ITEM_NUMBER, self.number);
            w.text(avp::SIP_AUTHENTICATION_SCHEME, self.keys.scheme().as_str());
            w.with(avp::SIP_AUTHENTICATE, |out| {
                out.extend_from_slice(&self.rand);
                out.extend_from_slice(&self.autn);
            });
            w.octets(avp::SIP_AUTHORIZATION, self.xres.octets());
            let (ck, ik) = self.keys.parts();
            w.octets(avp::CONFIDENTIALITY_KEY, ck.expose());
            w.octets(avp::INTEGRITY_KEY, ik.expose());
        });
    }
}

fn read_scheme(inner: &Avp<'_>) -> Result<AuthenticationScheme, Fault> {
    let name = inner.text();
    name.map(AuthenticationScheme::new)
        .map_err(|_| Fault::value(inner, "the value is not UTF-8"))
}

/// The item of a request: the method, and after a synchronisation failure RAND ‖ AUTS.
pub(crate) fn read_request(
    group: &Avp<'_>,
) -> Result<(AuthenticationScheme, Option<Resynchronisation>), Fault> {
    let (mut scheme, mut token) = (None, None);
    read::group(group, |inner| {
        if inner.is(avp::SIP_AUTHENTICATION_SCHEME) {
            scheme = Some(read_scheme(inner)?);
        } else if inner.is(avp::SIP_AUTHORIZATION) {
            let (rand, auts) = split_rand(inner)?;
            let auts = Auts::from_octets(auts).ok_or_else(|| Fault::length(inner))?;
            token = Some(Resynchronisation { rand, auts });
        }
        Ok(())
    })?;
    let scheme = read::need(
        scheme,
        avp::SIP_AUTHENTICATION_SCHEME,
        "SIP-Authentication-Scheme is missing",
    );
    let within = |fault: Fault| fault.within(avp::SIP_AUTH_DATA_ITEM);
    Ok((scheme.map_err(within)?, token))
}

pub(crate) fn write_request(
    w: &mut MessageWriter<'_>,
    scheme: &AuthenticationScheme,
    token: Option<&Resynchronisation>,
) {
    w.group(avp::SIP_AUTH_DATA_ITEM, |w| {
        w.text(avp::SIP_AUTHENTICATION_SCHEME, scheme.as_str());
        if let Some(token) = token {
            w.with(avp::SIP_AUTHORIZATION, |out| {
                out.extend_from_slice(&token.rand);
                token.auts.put(out);
            });
        }
    });
}

/// RAND and what follows it.
fn split_rand<'a>(found: &Avp<'a>) -> Result<(Rand, &'a [u8]), Fault> {
    let (rand, rest) = found
        .data
        .split_first_chunk::<16>()
        .ok_or_else(|| Fault::length(found))?;
    Ok((*rand, rest))
}
