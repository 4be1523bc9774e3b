//! Whom a request of Cx is about.

use quintet_cx::{Envelope, Request};
use quintet_diameter::Message;
use quintet_diameter::dict::avp;
use quintet_identity::{Impi, Impu, Imsi};
use quintet_store::ImsKey;
use quintet_subscriber::ims::Server;
use quintet_subscriber::sh::digest;

/// User-Name without data: the Failed-AVP of a request that lacks it (RFC 6733 7.5).
const NO_USER_NAME: &[u8] = &[0, 0, 0, 1, 0x40, 0, 0, 8];

/// Public-Identity without data.
const NO_PUBLIC_IDENTITY: &[u8] = &[0, 0, 2, 0x59, 0xc0, 0, 0, 12, 0, 0, 0x28, 0xaf];

/// The identities of a request, and the S-CSCF that sent it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) impi: Option<Impi>,
    pub(super) impus: Vec<Impu>,
    /// Of MAR and SAR.
    pub(super) server: Option<Server>,
}

impl Asked {
    /// `None` if an identity is none, so that nobody has it.
    pub(super) fn of(request: &Request, message: &Message<'_>) -> Option<Self> {
        let server = |name: &str| {
            let envelope = Envelope::of(message);
            Some(Server {
                name: name.to_owned(),
                host: envelope.origin_host.to_owned(),
                realm: envelope.origin_realm.to_owned(),
            })
        };
        let impi = |name: &str| name.parse().ok();
        let impu = |name: &str| name.parse().ok();
        Some(match request {
            Request::UserAuthorization(uar) => Self {
                impi: Some(impi(&uar.user_name)?),
                impus: vec![impu(&uar.public_identity)?],
                server: None,
            },
            Request::LocationInfo(lir) => Self {
                impi: None,
                impus: vec![impu(&lir.public_identity)?],
                server: None,
            },
            Request::MultimediaAuth(mar) => Self {
                impi: Some(impi(&mar.user_name)?),
                impus: vec![impu(&mar.public_identity)?],
                server: server(&mar.server_name),
            },
            Request::ServerAssignment(sar) => Self {
                impi: match &sar.user_name {
                    Some(name) => Some(impi(name)?),
                    None => None,
                },
                impus: sar
                    .public_identities
                    .iter()
                    .map(|name| impu(name))
                    .collect::<Option<_>>()?,
                server: server(&sar.server_name),
            },
            Request::RegistrationTermination(_) | Request::PushProfile(_) => return None,
        })
    }

    /// By what its record is found: the private identity, or else the first public one.
    pub(super) fn key(&self) -> Option<ImsKey> {
        match (&self.impi, self.impus.first()) {
            (Some(impi), _) => Some(ImsKey::Private(impi.clone())),
            (None, impu) => impu.map(|impu| ImsKey::Public(impu.clone())),
        }
    }
}

/// The Failed-AVP of a request that lacks an identity it needs.
pub(super) fn missing(message: &Message<'_>) -> &'static [u8] {
    if message.find(avp::PUBLIC_IDENTITY).is_some() {
        NO_USER_NAME
    } else {
        NO_PUBLIC_IDENTITY
    }
}

/// Which lane a request waits in: a number for its private, or else its public identity, in the form that lanes have.
/// Requests about two identities of one number wait for each other in vain, and come to no harm.
pub(super) fn place(message: &Message<'_>) -> Imsi {
    let name = message
        .find(avp::USER_NAME)
        .or_else(|| message.find(avp::PUBLIC_IDENTITY));
    place_of(name.map(|avp| avp.data))
}

/// The same for a name.
pub(crate) fn place_of(name: Option<&[u8]>) -> Imsi {
    const DIGITS: u64 = 1_000_000_000_000_000;
    let hash = name.map_or(0, digest);
    let mut digits = [b'0'; 15];
    let mut rest = hash % DIGITS;
    for digit in digits.iter_mut().rev() {
        *digit += (rest % 10) as u8;
        rest /= 10;
    }
    Imsi::from_ascii(&digits).expect("15 digits are an IMSI")
}
