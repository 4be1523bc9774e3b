//! Subscription concealed identifier (TS 23.003 2.2B), in its four written forms.
//!
//! ```text
//!  suci-0-001-01-0000-1-27-<hex>                                     SBI, JSON            (`text`; TS 29.571 5.3.2)
//!  type0.rid0000.schid1.hnkey27.ecckey<hex>.cip<hex>.mac<hex>@realm  EAP identity         (`nai`; TS 23.003 28.7.3)
//!  01 00f110 0000 01 1b <octets>                                     5GS mobile identity  (`octets`; TS 24.501 9.11.3.4)
//! ```
//!
//! Concealing and deconcealing are `quintet-crypto`'s: here is what goes in and comes out, the scheme input and output.
//! With the null scheme both are the same: the MSIN in BCD, or the username.
//!
//! SUPI formats other than IMSI and network specific identifier (GCI, GLI) are read, written and kept, not understood.

mod nai;
mod octets;
mod text;

use crate::nai::is_realm;
use crate::{IdentityError, Imsi, Msin, Nai, Plmn, RoutingIndicator, Supi};
use std::fmt;

/// Longest scheme output in octets: what a proprietary scheme may add, and the longest username (TS 33.501 C.1).
pub const MAX_SCHEME_OUTPUT_OCTETS: usize = 3000 + crate::MAX_NAI_OCTETS;

/// SUPI format: three bits (TS 24.501 9.11.3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SupiFormat(pub u8);

impl SupiFormat {
    /// IMSI.
    pub const IMSI: Self = Self(0);
    /// Network specific identifier: a NAI.
    pub const NETWORK_SPECIFIC: Self = Self(1);
    /// The highest: three bits.
    pub const MAX: u8 = 7;
}

/// Protection scheme identifier: four bits (TS 33.501 C.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProtectionScheme(pub u8);

impl ProtectionScheme {
    /// Nothing is concealed (TS 33.501 C.2).
    pub const NULL: Self = Self(0);
    /// ECIES on Curve25519 (TS 33.501 C.3.4.1).
    pub const PROFILE_A: Self = Self(1);
    /// ECIES on secp256r1 (TS 33.501 C.3.4.2).
    pub const PROFILE_B: Self = Self(2);
    /// The highest: four bits; 12 to 15 are an operator's own.
    pub const MAX: u8 = 15;

    /// Octets of the ephemeral public key in front of the ciphertext, for the two profiles of ECIES.
    #[must_use]
    pub const fn ephemeral_key_octets(self) -> Option<usize> {
        match self {
            Self::PROFILE_A => Some(32),
            Self::PROFILE_B => Some(33),
            _ => None,
        }
    }
}

/// Octets of the MAC tag behind the ciphertext, in both profiles (TS 33.501 C.3.4).
const MAC_TAG_OCTETS: usize = 8;

/// Whose subscriber a SUCI names: it stands there in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HomeNetwork {
    /// Of an IMSI: MCC and MNC.
    Plmn(Plmn),
    /// Of another format: the realm. Labels of letters, digits and hyphens.
    Realm(SupiFormat, Box<str>),
}

/// A SUCI. `Debug` hides the scheme output of the null scheme, which names a person.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Suci {
    home: HomeNetwork,
    routing_indicator: RoutingIndicator,
    scheme: ProtectionScheme,
    key_id: u8,
    output: Box<[u8]>,
}

impl Suci {
    /// Of its parts. `key_id` names the home network's public key, 0 with the null scheme; `output` are the octets the
    /// scheme made, with the null scheme the MSIN in BCD or the username.
    ///
    /// # Errors
    /// `Suci` for a part that is not allowed, or not beside the others.
    pub fn new(
        home: HomeNetwork,
        routing_indicator: RoutingIndicator,
        scheme: ProtectionScheme,
        key_id: u8,
        output: &[u8],
    ) -> Result<Self, IdentityError> {
        let wrong = |why| Err(IdentityError::Suci { why });
        if let HomeNetwork::Realm(format, realm) = &home {
            if format.0 == 0 || format.0 > SupiFormat::MAX {
                return wrong("a SUPI format of 1 to 7 has a realm, 0 (IMSI) a PLMN");
            }
            if !is_realm(realm) || realm.len() >= crate::MAX_NAI_OCTETS {
                return wrong("its realm is not labels of letters, digits and hyphens");
            }
        }
        if scheme.0 > ProtectionScheme::MAX {
            return wrong("a protection scheme has four bits");
        }
        if output.len() > MAX_SCHEME_OUTPUT_OCTETS {
            return wrong("its scheme output is longer than 3253 octets");
        }
        match (scheme, &home) {
            (ProtectionScheme::NULL, _) if key_id != 0 => {
                return wrong("the null scheme has the key identifier 0");
            }
            (ProtectionScheme::NULL, HomeNetwork::Plmn(plmn)) => {
                let msin = Msin::from_tbcd(output).map_err(|_| IdentityError::Suci {
                    why: "its MSIN is none",
                })?;
                Imsi::new(*plmn, msin).map_err(|_| IdentityError::Suci {
                    why: "its MSIN is too long",
                })?;
            }
            (ProtectionScheme::NULL, HomeNetwork::Realm(_, realm)) => {
                let username = std::str::from_utf8(output).unwrap_or("\n");
                Nai::new(username, realm).map_err(|_| IdentityError::Suci {
                    why: "its username is none",
                })?;
            }
            (scheme, _) => {
                let least = scheme
                    .ephemeral_key_octets()
                    .map_or(1, |key| key + MAC_TAG_OCTETS);
                if output.len() < least {
                    return wrong("its scheme output is shorter than the scheme's");
                }
            }
        }
        Ok(Self {
            home,
            routing_indicator,
            scheme,
            key_id,
            output: output.into(),
        })
    }

    /// A SUPI that is not concealed (null scheme, TS 33.501 C.2); `plmn` is the home network of an IMSI.
    ///
    /// # Errors
    /// `Suci` when an IMSI is not of `plmn`.
    pub fn null(supi: &Supi, plmn: Plmn, routing_indicator: RoutingIndicator) -> Result<Self, IdentityError> {
        let (home, input) = Self::scheme_input(supi, plmn)?;
        Self::new(home, routing_indicator, ProtectionScheme::NULL, 0, &input)
    }

    /// What stays in the clear of a SUPI, and what a scheme conceals: the MSIN in BCD, or the username (TS 33.501 C.1).
    ///
    /// # Errors
    /// `Suci` when an IMSI is not of `plmn`.
    pub fn scheme_input(supi: &Supi, plmn: Plmn) -> Result<(HomeNetwork, Vec<u8>), IdentityError> {
        match supi {
            Supi::Imsi(imsi) => {
                let msin = imsi.msin(plmn).ok_or(IdentityError::Suci {
                    why: "the IMSI's home is another PLMN",
                })?;
                let mut input = Vec::with_capacity(5);
                msin.put_tbcd(&mut input);
                Ok((HomeNetwork::Plmn(plmn), input))
            }
            Supi::Nai(nai) => {
                let home = HomeNetwork::Realm(SupiFormat::NETWORK_SPECIFIC, nai.realm().into());
                Ok((home, nai.username().as_bytes().to_vec()))
            }
        }
    }

    /// The SUPI, when `scheme_input` is what deconcealing gave.
    ///
    /// # Errors
    /// `Suci` when that is no MSIN or username, or for a format that is neither IMSI nor network specific identifier.
    pub fn supi(&self, scheme_input: &[u8]) -> Result<Supi, IdentityError> {
        match &self.home {
            HomeNetwork::Plmn(plmn) => {
                let msin = Msin::from_tbcd(scheme_input).map_err(|_| IdentityError::Suci {
                    why: "what was concealed is no MSIN",
                })?;
                Imsi::new(*plmn, msin).map(Supi::Imsi)
            }
            HomeNetwork::Realm(SupiFormat::NETWORK_SPECIFIC, realm) => {
                let username = std::str::from_utf8(scheme_input).map_err(|_| IdentityError::Suci {
                    why: "what was concealed is no username",
                })?;
                Nai::new(username, realm)?.try_into()
            }
            HomeNetwork::Realm(..) => Err(IdentityError::Suci {
                why: "GCI and GLI are not supported",
            }),
        }
    }

    /// The SUPI of a SUCI of the null scheme; `None` if it is concealed or anonymous.
    #[must_use]
    pub fn null_supi(&self) -> Option<Supi> {
        if self.scheme != ProtectionScheme::NULL {
            return None;
        }
        self.supi(&self.output).ok()
    }

    /// Whose subscriber.
    #[must_use]
    pub const fn home(&self) -> &HomeNetwork {
        &self.home
    }

    /// Home PLMN of an IMSI, or the one that the realm names.
    #[must_use]
    pub fn plmn(&self) -> Option<Plmn> {
        match &self.home {
            HomeNetwork::Plmn(plmn) => Some(*plmn),
            HomeNetwork::Realm(_, realm) => Plmn::of_realm(realm),
        }
    }

    /// SUPI format.
    #[must_use]
    pub const fn format(&self) -> SupiFormat {
        match self.home {
            HomeNetwork::Plmn(_) => SupiFormat::IMSI,
            HomeNetwork::Realm(format, _) => format,
        }
    }

    /// Routing indicator.
    #[must_use]
    pub const fn routing_indicator(&self) -> RoutingIndicator {
        self.routing_indicator
    }

    /// Protection scheme.
    #[must_use]
    pub const fn scheme(&self) -> ProtectionScheme {
        self.scheme
    }

    /// Home network public key identifier; 0 with the null scheme.
    #[must_use]
    pub const fn key_id(&self) -> u8 {
        self.key_id
    }

    /// Scheme output: for profiles A and B ephemeral public key, ciphertext, MAC tag of 8 octets.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        &self.output
    }
}

impl fmt::Debug for Suci {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: &dyn fmt::Display = if self.scheme == ProtectionScheme::NULL {
            &"***"
        } else {
            &Hex(&self.output)
        };
        write!(f, "Suci(")?;
        self.fmt_front(f)?;
        write!(f, "{shown})")
    }
}

/// Octets as lowercase hexadecimal.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// The octets of hexadecimal text of either case.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || text.len() > 2 * MAX_SCHEME_OUTPUT_OCTETS {
        return None;
    }
    let half = |c: u8| char::from(c).to_digit(16).map(|digit| digit as u8);
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| Some(half(pair[0])? << 4 | half(pair[1])?))
        .collect()
}
