//! Whom a request is about: a SUPI, or a SUCI that is deconcealed here (SIDF: TS 33.501 6.12.5).

use quintet_crypto::suci::{HomeNetworkPrivateKey, Profile};
use quintet_identity::{Imsi, Plmn, ProtectionScheme, Suci, Supi};
use quintet_sbi::cause::{
    INVALID_HN_PUBLIC_KEY_IDENTIFIER, INVALID_SCHEME_OUTPUT, MANDATORY_IE_INCORRECT,
    UNSUPPORTED_PROTECTION_SCHEME, USER_NOT_FOUND,
};
use quintet_sbi::problem::ProblemDetails;

/// The private keys of the home network by their public key identifier, 1 to 255 (TS 23.003 2.2B; 0 is the null scheme's).
/// Redacted when printed.
#[derive(Default)]
pub struct HomeNetworkKeys(Vec<(u8, HomeNetworkPrivateKey)>);

impl HomeNetworkKeys {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key. `false`, and nothing is added, if the identifier is 0 or has a key already.
    pub fn add(&mut self, id: u8, key: HomeNetworkPrivateKey) -> bool {
        let free = id != 0 && self.find(id).is_none();
        if free {
            self.0.push((id, key));
        }
        free
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, id: u8) -> Option<&HomeNetworkPrivateKey> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, key)| key)
    }
}

impl std::fmt::Debug for HomeNetworkKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys = self.0.iter().map(|(id, key)| (id, key.profile()));
        f.debug_map().entries(keys).finish()
    }
}

/// Whom a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identified {
    pub(crate) imsi: Imsi,
    /// A SUCI was given: the answer names the SUPI.
    pub(crate) by_suci: bool,
}

type Refused = Box<ProblemDetails>;

fn wrong(param: &str, reason: &str) -> Refused {
    ProblemDetails::new(MANDATORY_IE_INCORRECT)
        .invalid(param, reason)
        .into()
}

/// The IMSI of a SUPI in a path.
pub(crate) fn supi(text: &str, param: &str) -> Result<Imsi, Refused> {
    match text.parse::<Supi>() {
        Ok(Supi::Imsi(imsi)) => Ok(imsi),
        // Nobody is provisioned by any other identity.
        Ok(Supi::Nai(_)) => Err(ProblemDetails::new(USER_NOT_FOUND).into()),
        Err(_) if text.starts_with("msisdn-") || text.starts_with("extid-") => {
            Err(ProblemDetails::new(USER_NOT_FOUND)
                .detail("only SUPIs are looked up here")
                .into())
        }
        Err(_) => Err(wrong(param, "a SUPI is expected: imsi- and 5 to 15 digits")),
    }
}

/// The IMSI of a SUPI or SUCI in a path.
pub(crate) fn supi_or_suci(
    text: &str,
    keys: &HomeNetworkKeys,
    (home, null_scheme): (&[Plmn], bool),
) -> Result<Identified, Refused> {
    if !text.starts_with("suci-") {
        let imsi = supi(text, "{supiOrSuci}")?;
        return Ok(Identified { imsi, by_suci: false });
    }
    let suci: Suci = text
        .parse()
        .map_err(|_| wrong("{supiOrSuci}", "not a SUCI as TS 29.503 writes it"))?;
    // Somebody else's subscriber, or a network specific identifier.
    if !suci.plmn().is_some_and(|plmn| home.contains(&plmn)) {
        return Err(ProblemDetails::new(USER_NOT_FOUND)
            .detail("the SUCI's home network is not served here")
            .into());
    }
    let supi = if suci.scheme() == ProtectionScheme::NULL {
        if !null_scheme {
            return Err(ProblemDetails::new(UNSUPPORTED_PROTECTION_SCHEME)
                .detail("the null scheme is not allowed here")
                .into());
        }
        suci.null_supi()
    } else {
        deconceal(&suci, keys)?
    };
    match supi {
        Some(Supi::Imsi(imsi)) => Ok(Identified { imsi, by_suci: true }),
        Some(Supi::Nai(_)) => Err(ProblemDetails::new(USER_NOT_FOUND).into()),
        None => Err(ProblemDetails::new(INVALID_SCHEME_OUTPUT)
            .detail("the scheme output holds no SUPI")
            .into()),
    }
}

/// The SUPI in the scheme output; `None` if what comes out is none.
fn deconceal(suci: &Suci, keys: &HomeNetworkKeys) -> Result<Option<Supi>, Refused> {
    let profile = Profile::of_scheme(suci.scheme().0)
        .map_err(|_| ProblemDetails::new(UNSUPPORTED_PROTECTION_SCHEME))?;
    let key = keys
        .find(suci.key_id())
        .filter(|key| key.profile() == profile)
        .ok_or_else(|| {
            ProblemDetails::new(INVALID_HN_PUBLIC_KEY_IDENTIFIER)
                .detail("no key of this scheme has this identifier")
        })?;
    let input = key.deconceal(suci.output()).map_err(|_| {
        ProblemDetails::new(INVALID_SCHEME_OUTPUT)
            .detail("the scheme output was not concealed for this home network key")
    })?;
    Ok(suci.supi(&input).ok())
}
