//! Master keys and rings from outside: what opens, what never does, and what nothing prints.

#![cfg(test)]

use proptest::prelude::*;
use quintet_vault::{
    DataKeyNumber, KeyError, Master, MasterKey, Masters, NoMaster, NoMasters, OpenError, Place, Ring,
    SEALING_OCTETS, SealedKey, SealedKeyError, Secret, WrapError,
};
use std::sync::Arc;
use zeroize::Zeroizing;

fn secret(n: u8) -> Secret {
    let mut octets = Secret::default();
    for (octet, value) in octets.iter_mut().zip(n..) {
        *octet = value;
    }
    octets
}

fn master(n: u8) -> MasterKey {
    MasterKey::new(secret(n)).expect("a key")
}

fn number(n: u16) -> DataKeyNumber {
    DataKeyNumber::new(n).expect("not 0")
}

const PLACE: Place<'_> = Place {
    table: "subscriber",
    column: "keys",
    row: 77,
    beside: &[0],
};

fn ring(numbers: &[u16]) -> Ring {
    let mut ring = Ring::new();
    for &n in numbers {
        ring.insert(number(n), &secret(n as u8));
    }
    ring
}

fn opened(ring: &Ring, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    let mut plain = Zeroizing::new(b"of before".to_vec());
    ring.open(place, sealed, &mut plain).map(|()| plain.to_vec())
}

#[test]
fn a_field_opens_in_its_place_only() {
    let ring = ring(&[1]);
    let sealed = ring.seal(&[9; 12], &PLACE, b"K and OPc").expect("a key");
    assert_eq!(sealed.len(), SEALING_OCTETS + 9);
    assert_eq!(opened(&ring, &PLACE, &sealed).unwrap(), b"K and OPc");
    for elsewhere in [
        Place { row: 78, ..PLACE },
        Place {
            table: "subscribers",
            column: "eys",
            ..PLACE
        },
        Place {
            table: "state",
            ..PLACE
        },
        Place {
            column: "opc",
            ..PLACE
        },
        Place {
            beside: &[1],
            ..PLACE
        },
        Place { beside: &[], ..PLACE },
    ] {
        assert_eq!(
            opened(&ring, &elsewhere, &sealed),
            Err(OpenError::Refused),
            "{elsewhere:?}"
        );
    }
}

#[test]
fn the_newest_key_seals_and_all_open() {
    let mut ring = ring(&[2, 1]);
    let old = ring.seal(&[1; 12], &PLACE, b"old").expect("a key");
    assert_eq!(Ring::number_of(&old), Ok(number(2)));
    ring.insert(number(3), &secret(3));
    let new = ring.seal(&[1; 12], &PLACE, b"new").expect("a key");
    assert_eq!(ring.current(), Some(number(3)));
    assert_eq!(opened(&ring, &PLACE, &old).unwrap(), b"old");
    assert_eq!(opened(&ring, &PLACE, &new).unwrap(), b"new");
    ring.remove(number(2));
    assert_eq!(opened(&ring, &PLACE, &old), Err(OpenError::NoDataKey(number(2))));
    assert_eq!(ring.numbers().collect::<Vec<_>>(), [number(1), number(3)]);
    assert!(Ring::new().seal(&[0; 12], &PLACE, b"").is_none());
}

#[test]
fn another_key_of_the_same_number_opens_nothing() {
    let sealed = ring(&[1]).seal(&[9; 12], &PLACE, b"text").expect("a key");
    let mut other = Ring::new();
    other.insert(number(1), &secret(200));
    assert_eq!(opened(&other, &PLACE, &sealed), Err(OpenError::Refused));
}

#[test]
fn later_forms_and_short_fields_are_named() {
    let ring = ring(&[1]);
    let mut sealed = ring.seal(&[9; 12], &PLACE, b"").expect("a key");
    assert_eq!(opened(&ring, &PLACE, &sealed).unwrap(), b"");
    assert_eq!(
        opened(&ring, &PLACE, &sealed[..sealed.len() - 1]),
        Err(OpenError::Length(SEALING_OCTETS - 1))
    );
    sealed[0] = 2;
    assert_eq!(opened(&ring, &PLACE, &sealed), Err(OpenError::Form(2)));
}

#[test]
fn a_master_key_unwraps_what_it_wrapped_for_the_same_purpose() {
    let (ours, other) = (master(1), master(2));
    let wrapped = ours.wrap(&[5; 12], b"a", &secret(9)).unwrap();
    assert_eq!(*ours.unwrap(b"a", &wrapped).unwrap(), *secret(9));
    assert_eq!(ours.unwrap(b"b", &wrapped).unwrap_err(), WrapError::Refused);
    assert_eq!(other.unwrap(b"a", &wrapped).unwrap_err(), WrapError::Refused);
    for at in 0..wrapped.len() {
        let mut changed = wrapped.clone();
        changed[at] ^= 0x10;
        assert!(ours.unwrap(b"a", &changed).is_err(), "octet {at}");
        assert!(ours.unwrap(b"a", &wrapped[..at]).is_err(), "{at} octets");
    }
    assert_ne!(number(1).purpose("x"), number(2).purpose("x"));
    assert_ne!(number(1).purpose("x"), number(1).purpose("y"));
}

#[test]
fn a_fingerprint_names_the_key_and_holds_none_of_it() {
    let key = master(1);
    let name = key.fingerprint();
    assert_eq!(name, master(1).fingerprint());
    assert_ne!(name, master(2).fingerprint());
    assert_eq!(name.to_string().parse(), Ok(name));
    assert!("abc".parse::<quintet_vault::Fingerprint>().is_err());
    let octets = secret(1);
    assert!(
        name.0
            .windows(3)
            .all(|part| !octets.windows(3).any(|of| of == part))
    );
}

#[test]
fn secrets_are_not_printed() {
    let (key, ring) = (master(0xab), ring(&[0xab]));
    let text = format!("{key:?} {ring:?} {:?} {:?}", key.fingerprint(), secret(0xab));
    assert!(text.contains("redacted"), "{text}");
    for octet in 0xab..0xab + 32 {
        let octet = octet as u8;
        assert!(!text.contains(&format!("{octet}, ")), "{text}");
    }
    assert!(!text.to_lowercase().contains("abacad"), "{text}");
}

#[test]
fn the_forms_of_a_master_key() {
    let key = master(1);
    let text = key.to_text();
    assert_eq!(MasterKey::read(text.as_bytes()).unwrap(), key);
    assert_eq!(MasterKey::read(&secret(1)[..]).unwrap(), key);
    let digits = hex::encode(&secret(1)[..]);
    assert_eq!(MasterKey::read(digits.to_uppercase().as_bytes()).unwrap(), key);
    assert!(text.contains(&key.fingerprint().to_string()));
    for wrong in [
        &b""[..],
        b"# only a remark\n",
        &digits.as_bytes()[..62],
        format!("{digits}\n{digits}\n").as_bytes(),
        &[0xff; 33],
        &vec![b'#'; 5000],
    ] {
        assert_eq!(MasterKey::read(wrong).unwrap_err(), KeyError::Form);
    }
    assert_eq!(MasterKey::read(&[7; 32]).unwrap_err(), KeyError::Weak);
    assert_eq!(
        MasterKey::read("0".repeat(64).as_bytes()).unwrap_err(),
        KeyError::Weak
    );
}

#[test]
fn a_missing_master_key_is_named() {
    let (ours, other) = (master(1), master(2));
    let wanted = other.fingerprint();
    let Err(error) = ours.named(wanted).map(drop) else {
        panic!("another key was given")
    };
    assert!(matches!(error, NoMaster::Other { .. }));
    let text = error.to_string();
    for part in [
        &wanted.to_string()[..],
        &ours.fingerprint().to_string(),
        "--master-key",
        "keys.master",
    ] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
    assert_eq!(
        ours.named(ours.fingerprint()).map(|key| key.fingerprint()),
        Ok(ours.fingerprint())
    );
    assert!(NoMasters.named(wanted).is_err() && NoMasters.for_new().is_err());
    let shared: Arc<dyn Masters> = Arc::new(ours);
    assert!(shared.for_new().is_ok());
}

#[test]
fn a_sealed_key_is_a_text() {
    let ours = master(1);
    let sealed = SealedKey::seal(&ours, &[3; 12], b"purpose", &secret(8)).unwrap();
    let text = sealed.to_text();
    assert!(SealedKey::is_meant(&text) && !SealedKey::is_meant(&hex::encode(&secret(8)[..])));
    let read = SealedKey::from_text(&text).unwrap();
    assert_eq!(read, sealed);
    assert_eq!(*read.open(&ours, b"purpose").unwrap(), *secret(8));
    assert_eq!(
        read.open(&ours, b"another").unwrap_err(),
        SealedKeyError::Wrap(WrapError::Refused)
    );
    assert!(matches!(
        read.open(&master(2), b"purpose").unwrap_err(),
        SealedKeyError::NoMaster(_)
    ));
    for wrong in [
        "quintet-sealed-key 1",
        "quintet-sealed-key 2\nmaster 0011223344556677\n00",
        &format!("{text}\n00"),
        &text.replace("master ", ""),
    ] {
        assert_eq!(SealedKey::from_text(wrong), Err(SealedKeyError::Form), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_changed_octet_is_refused(
        plain in proptest::collection::vec(any::<u8>(), 0..80),
        nonce in any::<[u8; 12]>(),
        row in any::<u64>(),
        at in any::<proptest::sample::Index>(),
        flip in 1..=255u8,
    ) {
        let ring = ring(&[1, 2]);
        let place = Place { row, ..PLACE };
        let mut sealed = ring.seal(&nonce, &place, &plain).expect("a key");
        prop_assert_eq!(opened(&ring, &place, &sealed).unwrap(), plain);
        let at = at.index(sealed.len());
        sealed[at] ^= flip;
        prop_assert!(opened(&ring, &place, &sealed).is_err(), "octet {}", at);
    }

    /// Octets that nobody sealed: cut, joined and garbled pieces of what was, and noise.
    #[test]
    fn nothing_that_was_not_sealed_opens(
        noise in proptest::collection::vec(any::<u8>(), 0..120),
        cut in 0..60usize,
        beside in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let ring = ring(&[1]);
        let sealed = ring.seal(&[4; 12], &PLACE, &[0x5a; 33]).expect("a key");
        let place = Place { beside: &beside, ..PLACE };
        prop_assert!(opened(&ring, &place, &noise).is_err());
        let mut headed = vec![1, 0, 1];
        headed.extend_from_slice(&noise);
        prop_assert!(opened(&ring, &place, &headed).is_err());
        let pieces = [&sealed[..cut], &noise[..], &sealed[cut..]].concat();
        prop_assert!(noise.is_empty() || opened(&ring, &PLACE, &pieces).is_err());
        prop_assert!(opened(&ring, &PLACE, &sealed[..cut]).is_err());
    }
}
