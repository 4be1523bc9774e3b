//! FHoSS: a dump of its database, from `imsu` (the IMS subscription) over `impi`, `impu` and implicit sets to service profiles.
//!
//! It knows IMS alone. A subscriber is found by an IMSI: the user part of the private identity, or what [`Options::imsi_of`] says. Who
//! is there already with the same USIM gets the IMS subscription; else a subscriber is made that EPS and 5GS do not serve. The
//! SQN is the next to be issued, of 5 bits of IND.

mod columns;
mod criteria;
mod identities;

use crate::hex_octets::Hex;
use crate::record::{Constant, default_subscription, sqn_profile};
use crate::row::{Entry, Note, Place, Refusal, Row};
use crate::source::{Options, ReadError, Sink};
use crate::sqn;
use crate::tables::{TableRow, Tables};
use identities::Joined;
use quintet_crypto::{Amf, K};
use quintet_identity::{Impi, Imsi, Msisdn};
use quintet_subscriber::ims::{DigestCredentials, DigestSecret, ImsSubscription, PrivateIdentity};
use quintet_subscriber::model::{Algorithm, Authentication, Subscriber};
use std::sync::Arc;

pub(crate) use columns::COLUMNS;

/// Bits of `auth_scheme`.
mod scheme {
    /// Digest-AKAv1-MD5 and Digest-AKAv2-MD5.
    pub(super) const AKA: u32 = 1 | 2;
    /// Digest-MD5, Digest, HTTP_DIGEST_MD5, SIP Digest.
    pub(super) const DIGEST: u32 = 4 | 8 | 16 | 128;
}

pub(crate) fn rows(tables: &Tables, options: &Options, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let joined = Joined::of(tables);
    for imsu in tables.rows("imsu") {
        let id = imsu.text("id").unwrap_or_default();
        let name = imsu.text("name").unwrap_or_else(|| format!("imsu {id}"));
        let private = joined.private_of(&id);
        if private.is_empty() {
            let why = "an IMS subscription without a private identity";
            sink.put(Row::skipped(imsu.place, name, why))?;
            continue;
        }
        subscription(&imsu, &private, &joined, options, sink)?;
    }
    for impi in joined.private_of_nobody() {
        let identity = impi.text("identity").unwrap_or_default();
        let why = "a private identity of no IMS subscription (id_imsu)";
        sink.put(Row::skipped(impi.place, identity, why))?;
    }
    for impu in joined.public_of_nobody() {
        let identity = impu.text("identity").unwrap_or_default();
        let why = "a public identity that belongs to no private one: a service of its own (PSI) is nobody's subscription here";
        sink.put(Row::skipped(impu.place, identity, why))?;
    }
    for (table, what) in [
        ("repository_data", "transparent data of Sh"),
        ("aliases_repository_data", "transparent data of Sh"),
        (
            "sh_subscription",
            "subscriptions to notifications of Sh (application servers subscribe again)",
        ),
        ("dsai_impu", "dynamic service activation"),
    ] {
        let count = tables.count(table);
        if count > 0 {
            let why = format!("{count} rows: {what}");
            sink.put(Row::skipped(Place::default(), format!("table {table}"), why))?;
        }
    }
    Ok(())
}

/// The rows of one IMS subscription: one for each USIM, the first with the IMS subscription.
fn subscription(
    imsu: &TableRow<'_>,
    private: &[TableRow<'_>],
    joined: &Joined<'_>,
    options: &Options,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let mut notes = Vec::new();
    let cards: Vec<Result<Card, Refusal>> = private
        .iter()
        .map(|impi| Card::read(impi, options, &mut notes))
        .collect();
    let identities: Vec<String> = private
        .iter()
        .map(|impi| impi.text("identity").unwrap_or_default())
        .collect();
    let mut good = Vec::with_capacity(cards.len());
    for ((card, impi), identity) in cards.into_iter().zip(private).zip(&identities) {
        match card {
            Ok(card) => good.push((card, impi, identity)),
            Err(refusal) => sink.put(Row::of(impi.place, identity, Err(refusal), Vec::new()))?,
        }
    }
    if good.len() < private.len() {
        return Ok(());
    }
    let imsi = good[0].0.imsi;
    let number = joined.number_of(private);
    let ims = ims(imsi, imsu, &good, joined, &mut notes);
    for (i, (card, impi, identity)) in good.into_iter().enumerate() {
        if i > 0 && card.authentication.is_none() {
            continue;
        }
        let entry = match (&ims, i) {
            (Err(refusal), _) => Err(refusal.clone()),
            (Ok(ims), 0) => card.entry(number, Some(ims.clone())),
            (Ok(_), _) => card.entry(None, None),
        };
        let notes = if i == 0 {
            std::mem::take(&mut notes)
        } else {
            Vec::new()
        };
        sink.put(Row::of(impi.place, identity, entry, notes))?;
    }
    Ok(())
}

/// A private identity with its credentials.
struct Card {
    impi: Impi,
    imsi: Imsi,
    authentication: Option<Authentication>,
    digest: Option<DigestCredentials>,
}

impl Card {
    fn read(row: &TableRow<'_>, options: &Options, notes: &mut Vec<Note>) -> Result<Self, Refusal> {
        let identity = row.text("identity").unwrap_or_default();
        let impi: Impi = identity
            .parse()
            .map_err(|error| Refusal::new(format_args!("identity: {error}")))?;
        let known = options.imsi_of.get(&identity).copied();
        let imsi = known.or_else(|| impi.username().parse().ok()).ok_or_else(|| {
            Refusal::new("no IMSI follows from this private identity")
                .remedy("say whose it is: --imsi-of with lines `private identity,IMSI`")
        })?;
        let schemes: u32 = row.small("auth_scheme")?.unwrap_or(scheme::AKA);
        let default: u32 = row.small("default_auth_scheme")?.unwrap_or(1);
        let k = row.octets("k").unwrap_or_default();
        let text = printable(k);
        let is_digest = schemes & scheme::DIGEST != 0;
        let by_default = schemes & scheme::AKA == 0 || default & scheme::DIGEST != 0;
        let digest = text
            .filter(|_| is_digest && by_default)
            .map(|password| DigestCredentials {
                realm: impi.realm().to_owned(),
                secret: DigestSecret::Password(password.to_owned().into()),
            });
        if is_digest && digest.is_none() {
            notes.push(Note::NotCarried(
                "SIP Digest with K for a password, which auth_scheme allows beside AKA".to_owned(),
            ));
        }
        if schemes & (32 | 64) != 0 && (row.says("ip") || row.says("line_identifier")) {
            notes.push(Note::NotCarried(
                "early IMS and NASS-bundled authentication".to_owned(),
            ));
        }
        let authentication = match schemes & scheme::AKA != 0 {
            true => Some(authentication(row, k, options)?),
            false => None,
        };
        Ok(Self {
            impi,
            imsi,
            authentication,
            digest,
        })
    }

    fn entry(self, msisdn: Option<Msisdn>, ims: Option<ImsSubscription>) -> Result<Entry, Refusal> {
        let authentication = self.authentication.ok_or_else(|| {
            Refusal::new("a subscription of SIP Digest alone: a subscriber here has a K")
                .remedy("add the subscriber with some K, and the IMS subscription with `subscriber set --sip-password`")
        })?;
        let mut subscription = default_subscription(&[]);
        (subscription.eps, subscription.fgs.subscribed) = (false, false);
        Ok(Entry {
            subscriber: Subscriber {
                imsi: self.imsi,
                msisdn,
                authentication,
                subscription: Arc::new(subscription),
            },
            ims,
            ims_only: true,
        })
    }
}

/// K as a password, if it is one.
fn printable(k: &[u8]) -> Option<&str> {
    let end = k.iter().rposition(|&c| c != 0).map_or(0, |last| last + 1);
    let text = std::str::from_utf8(&k[..end]).ok()?;
    (!text.is_empty() && text.chars().all(|c| !c.is_control())).then_some(text)
}

fn authentication(row: &TableRow<'_>, k: &[u8], options: &Options) -> Result<Authentication, Refusal> {
    // Shorter keys are filled with zeros there, longer ones cut.
    let mut octets = [0u8; 16];
    let length = k.len().min(16);
    octets[..length].copy_from_slice(&k[..length]);
    if k.is_empty() {
        return Err(Refusal::new("K is empty"));
    }
    let k = K::new_128(octets);
    let constant = |column: &str| -> Option<Hex> {
        let octets = row
            .octets(column)
            .filter(|octets| octets.iter().any(|&c| c != 0))?;
        Some(Hex::new(octets.to_vec()))
    };
    // OPc counts if OP says nothing; else it is made from OP, be that zeros.
    let zeros = Hex::new(vec![0; 16]);
    let opc = match (constant("op"), constant("opc")) {
        (None, Some(opc)) => Constant::Opc(&opc).opc(&k)?,
        (Some(op), _) => Constant::Op(&op).opc(&k)?,
        (None, None) => Constant::Op(&zeros).opc(&k)?,
    };
    let amf = row.octets("amf").unwrap_or_default();
    let amf = match amf.first_chunk::<2>() {
        Some(amf) => *amf,
        None => [0; 2],
    };
    let sqn_profile = sqn_profile(options.ind_bits)?;
    let sqn = row.text("sqn").unwrap_or_default();
    Ok(Authentication {
        k,
        algorithm: Algorithm::Milenage { opc },
        amf: Amf(amf),
        sqn_profile,
        dif: None,
        seq_seed: sqn::seed_of_hex(&sqn, sqn_profile)?,
    })
}

fn ims(
    imsi: Imsi,
    imsu: &TableRow<'_>,
    cards: &[(Card, &TableRow<'_>, &String)],
    joined: &Joined<'_>,
    notes: &mut Vec<Note>,
) -> Result<ImsSubscription, Refusal> {
    let private = cards.iter().map(|(card, ..)| PrivateIdentity {
        impi: card.impi.clone(),
        aka: card.authentication.as_ref().map(|_| card.imsi),
        digest: card.digest.clone(),
    });
    let rows: Vec<TableRow<'_>> = cards.iter().map(|(_, row, _)| **row).collect();
    let mut subscription = joined.subscription(imsi, imsu, &rows, notes)?;
    subscription.private = private.collect();
    subscription.check().map_err(Refusal::new)?;
    Ok(subscription)
}
