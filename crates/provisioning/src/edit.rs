//! One subscriber edited by a record: what is said replaces what is stored, and secrets that are not said stay. For those who
//! read records without keys, change them, and give them back.

use crate::declared::Desired;
use crate::record::{ImsRecord, MncDigits, Record};
use crate::row::Refusal;
use crate::sqn;
use quintet_subscriber::auc::WallClock;
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::{Authentication, Subscriber};

/// A record of what is stored, IMS included; no secret is in it.
#[must_use]
pub fn shown(subscriber: &Subscriber, ims: Option<&ImsSubscription>) -> Record {
    let mut record = Record::of(subscriber, false);
    record.ims = ims.map(|ims| {
        let mut ims = ims.clone();
        ims.private.iter_mut().for_each(|private| private.digest = None);
        ImsRecord::Whole(Box::new(ims))
    });
    record
}

/// Whether a record says a secret: keys, the operator's constant, a sequence number, a password of SIP Digest.
#[must_use]
pub fn says_secrets(record: &Record) -> bool {
    let Record { k, op, opc, sqn, .. } = record;
    let password = match &record.ims {
        Some(ImsRecord::Whole(ims)) => ims.private.iter().any(|private| private.digest.is_some()),
        _ => false,
    };
    password || k.is_some() || op.is_some() || opc.is_some() || sqn.is_some()
}

/// What a subscriber shall be: the record, and the secrets that are stored where it says none. Credentials of SIP Digest
/// stay with their private identity.
///
/// # Errors
/// A new subscriber without keys; a constant, an algorithm or a sequence number without K, which would be another SIM;
/// whatever [`Record::subscriber`] refuses.
pub fn edited(
    stored: Option<(&Subscriber, Option<&ImsSubscription>)>,
    mut record: Record,
    digits: MncDigits,
    wall: WallClock,
) -> Result<Desired, Refusal> {
    let old = stored.map(|(subscriber, _)| &subscriber.authentication);
    let seed_is_said = record.sqn.is_some();
    if let Some((subscriber, _)) = stored
        && record.k.is_none()
    {
        fill_secrets(&mut record, subscriber)?;
    }
    let mut subscriber = record.subscriber()?;
    if let Some(old) = old.filter(|old| is_same_card(old, &subscriber.authentication))
        && !seed_is_said
    {
        let new = &mut subscriber.authentication;
        new.seq_seed = match old.sqn_profile.ind_bits == new.sqn_profile.ind_bits {
            true => old.seq_seed,
            // The card turns out to count otherwise: it goes on above all that may have been issued.
            false => sqn::highest(old, wall).map_or(Ok(old.seq_seed), |highest| {
                sqn::seed(highest.value(), new.sqn_profile)
            })?,
        };
    }
    let before = stored.and_then(|(_, ims)| ims);
    let ims = match &record.ims {
        Some(ims) => ims.subscription(&subscriber, digits, before)?,
        None => None,
    };
    Ok(Desired { subscriber, ims })
}

fn is_same_card(old: &Authentication, new: &Authentication) -> bool {
    old.k == new.k && old.algorithm == new.algorithm
}

fn fill_secrets(record: &mut Record, subscriber: &Subscriber) -> Result<(), Refusal> {
    let stored = Record::of(subscriber, true);
    for (name, is_said) in [
        ("op", record.op.is_some()),
        ("opc", record.opc.is_some()),
        ("sqn", record.sqn.is_some()),
        ("algorithm", record.algorithm != stored.algorithm),
        ("tuak", record.tuak.is_some() && record.tuak != stored.tuak),
    ] {
        if is_said {
            return Err(Refusal::new(format_args!(
                "{name}: it changes only with k, for then the SIM is another one"
            ))
            .remedy("leave it out, or give k and opc (or op) too"));
        }
    }
    (record.k, record.opc, record.tuak) = (stored.k, stored.opc, stored.tuak);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;
    use quintet_subscriber::auc::initial_dif;
    use quintet_subscriber::ims::{DigestCredentials, DigestSecret};
    use quintet_subscriber::model::SqnProfile;

    const WALL: WallClock = WallClock(Duration::from_secs(1_800_000_000));

    fn record(text: &str) -> Record {
        serde_json::from_str(text).unwrap()
    }

    fn stored() -> Desired {
        let text = r#"{"imsi":"001010000000001","msisdn":"4911","k":"465b5ce8b199b49faa5f0a2ee238a6bc",
            "opc":"cd63cb71954a9f4e48a5994e37a02baf","sqn":"0000000007e0","ims":true}"#;
        let mut made = edited(None, record(text), MncDigits::Two, WALL).unwrap();
        let authentication = &mut made.subscriber.authentication;
        authentication.dif = Some(initial_dif(authentication.seq_seed, SqnProfile::TIME_BASED, WALL));
        let secret = DigestSecret::Password("sesame".to_owned().into());
        let realm = "example.org".to_owned();
        made.ims.as_mut().unwrap().private[0].digest = Some(DigestCredentials { realm, secret });
        made
    }

    fn edit(text: &str) -> Result<Desired, Refusal> {
        let before = stored();
        let pair = Some((&before.subscriber, before.ims.as_ref()));
        edited(pair, record(text), MncDigits::Two, WALL)
    }

    #[test]
    fn what_was_read_can_be_given_back() {
        let before = stored();
        let shown = shown(&before.subscriber, before.ims.as_ref());
        assert!(!says_secrets(&shown));
        let text = serde_json::to_string(&shown).unwrap();
        assert!(
            !text.contains("sesame") && !text.contains("465b5c") && !text.contains("cd63cb"),
            "{text}"
        );
        let mut after = edit(&text).unwrap();
        after.subscriber.authentication.dif = before.subscriber.authentication.dif;
        assert_eq!(after, before);
    }

    #[test]
    fn who_has_a_password_alone_can_be_changed() {
        let mut before = stored();
        before.ims.as_mut().unwrap().private[0].aka = None;
        let shown = serde_json::to_string(&shown(&before.subscriber, before.ims.as_ref())).unwrap();
        let pair = Some((&before.subscriber, before.ims.as_ref()));
        let after = edited(pair, record(&shown), MncDigits::Two, WALL).unwrap();
        assert_eq!(after.ims, before.ims, "the password is not shown, and stays");
    }

    #[test]
    fn what_makes_another_sim_goes_with_k_alone() {
        for member in [
            r#""opc":"00000000000000000000000000000000""#,
            r#""op":"00000000000000000000000000000000""#,
            r#""sqn":"0000000007e0""#,
            r#""algorithm":"xor""#,
            r#""tuak":{"res_bits":64,"mac_bits":64,"ck_bits":128,"ik_bits":128,"keccak_iterations":1}"#,
        ] {
            let refused = edit(&format!(r#"{{"imsi":"001010000000001",{member}}}"#)).unwrap_err();
            assert!(
                refused.why.contains("only with k") && refused.remedy.is_some(),
                "{member}: {refused}"
            );
        }
        let k = r#"{"imsi":"001010000000001","k":"00112233445566778899aabbccddeeff","opc":"00000000000000000000000000000000"}"#;
        let another = edit(k).unwrap();
        assert_eq!(
            another.subscriber.authentication.seq_seed, 0,
            "nothing of the old SIM's"
        );
        assert_eq!(another.ims, None, "what is not said goes");
        let new = edited(
            None,
            record(r#"{"imsi":"001010000000001"}"#),
            MncDigits::Two,
            WALL,
        );
        assert!(new.unwrap_err().why.contains("k is missing"));
    }

    #[test]
    fn a_card_that_counts_otherwise_goes_on_above() {
        let old = stored().subscriber.authentication;
        let highest = sqn::highest(&old, WALL).unwrap().value();
        let plain = edit(r#"{"imsi":"001010000000001","ind_bits":0}"#).unwrap();
        assert_eq!(plain.subscriber.authentication.seq_seed, highest);
        let same = edit(r#"{"imsi":"001010000000001"}"#).unwrap();
        assert_eq!(same.subscriber.authentication.seq_seed, 63);
    }
}
