//! What keys show: each note on the message it belongs to, and the code it becomes.

use super::messages::*;
use super::tale::{ALL_FOUR, Tale};
use crate::findings::catalogue;
use crate::keys::KeyNote;
use crate::report::{Finding, MacVerdict, Severity};
use crate::trail::{Procedure, Sighting};
use std::collections::HashSet;

fn begun() -> Tale {
    Tale::new(Procedure::Attach).up(&attach_request(7, ALL_FOUR))
}

/// A challenge of which the keys say this, and what the UE answers.
fn challenged(notes: Vec<KeyNote>, answer: &[u8]) -> Tale {
    begun()
        .down(&challenge(0, 1))
        .last(|request| request.notes = notes)
        .up(answer)
}

/// A response of which the keys say this.
fn answered(notes: Vec<KeyNote>) -> Tale {
    challenged(vec![], RESPONSE).last(|response| response.notes = notes)
}

fn refused(notes: Vec<KeyNote>) -> Tale {
    challenged(vec![], &failure(21)).last(|answer| answer.notes = notes)
}

/// A message under the new context whose MAC does not hold, and why.
fn spoilt(note: Option<KeyNote>) -> Tale {
    let spoil = |message: &mut Sighting| {
        message.mac = MacVerdict::Invalid;
        message.notes.extend(note);
    };
    challenged(vec![], RESPONSE)
        .down_under(3, &command(0x22, 0, ALL_FOUR))
        .up_under(4, COMPLETE)
        .down_under(2, &accept(true))
        .last(spoil)
}

fn invalid() -> KeyNote {
    KeyNote::AutnInvalid {
        key: "line 2".to_owned(),
    }
}

fn valid() -> KeyNote {
    KeyNote::AutnValid {
        key: "line 2".to_owned(),
        sqn: 1,
    }
}

/// Every code about challenges with a trail that has it.
fn challenges() -> Vec<(&'static str, Tale)> {
    let refusal = failure(20);
    let autn = |note: KeyNote| challenged(vec![invalid(), note], &refusal);
    let altered = KeyNote::VectorOfHss { same_autn: false };
    let other_key = KeyNote::AutnOfOtherKey {
        key: "line 3".to_owned(),
    };
    let plmn = "001010".parse().unwrap();
    let name = KeyNote::NetworkNameDiffers {
        name: "5G:other".to_owned(),
    };
    let auts = |ahead: i64| refused(vec![KeyNote::AutsValid { sqn_ms: 64, ahead }]);
    let reject = |notes| answered(notes).down(AUTHENTICATION_REJECT);
    let accepted = answered(vec![KeyNote::ResWrong]).down_under(3, &command(0x22, 0, ALL_FOUR));
    vec![
        ("op-opc-confused", autn(KeyNote::OpGivenAsOpc)),
        ("op-opc-confused", autn(KeyNote::OpcGivenAsOp)),
        ("k-opc-swapped", autn(KeyNote::KAndOpcSwapped)),
        ("autn-other-key", challenged(vec![invalid()], &refusal)),
        ("autn-other-key", autn(other_key)),
        ("autn-other-rule", autn(KeyNote::SqnNotConcealed)),
        ("autn-other-rule", autn(KeyNote::MacOverOtherAmf { amf: [0, 0] })),
        ("autn-other-rule", autn(KeyNote::MacOfResynchronisation)),
        (
            "autn-other-rule",
            autn(KeyNote::AutnOfOtherAlgorithm { name: "XOR" }),
        ),
        ("autn-altered", challenged(vec![altered], &refusal)),
        ("usim-other-key", challenged(vec![valid()], &refusal)),
        ("res-wrong", reject(vec![KeyNote::ResWrong])),
        ("res-wrong", reject(vec![KeyNote::ResWrong, KeyNote::ResIsSres])),
        ("res-wrong-accepted", accepted),
        (
            "auts-invalid",
            refused(vec![KeyNote::AutsInvalid, KeyNote::AutsOverAmf]),
        ),
        (
            "serving-network-mismatch",
            reject(vec![KeyNote::ResWrong, KeyNote::ResStarOfOtherPlmn { plmn }]),
        ),
        (
            "serving-network-mismatch",
            challenged(vec![valid(), name], &refusal),
        ),
        ("res-wrong", reject(vec![KeyNote::ResWrong, KeyNote::ResNotStar])),
        (
            "res-wrong",
            reject(vec![KeyNote::ResWrong, KeyNote::ResStarUpperHalf]),
        ),
        ("eap-mac-invalid", answered(vec![KeyNote::AtMacInvalid])),
        ("sqn-distance", auts(32)),
        ("sqn-distance", auts(0)),
        ("sqn-distance", auts(-32)),
    ]
}

/// Every code about MACs with a trail that has it.
fn macs() -> Vec<(&'static str, Tale)> {
    let mac = |note: KeyNote| spoilt(Some(note));
    let plmn = "001001".parse().unwrap();
    let count = |count, expected| mac(KeyNote::OtherCount { count, expected });
    let zero = mac(KeyNote::MacZero).last(|last| last.mac = MacVerdict::Unverifiable);
    vec![
        ("kasme-other-network", mac(KeyNote::KasmeOfOtherPlmn { plmn })),
        ("kasme-other-network", mac(KeyNote::KasmeOfHssDiffers)),
        (
            "abba-mismatch",
            mac(KeyNote::KamfOfOtherAbba { abba: [0, 0].into() }),
        ),
        ("abba-mismatch", mac(KeyNote::KamfOfOtherAbba { abba: [].into() })),
        (
            "kamf-other-rule",
            mac(KeyNote::KamfOfOtherRule {
                what: "of the SUPI with its prefix imsi-",
            }),
        ),
        ("kasme-other-challenge", mac(KeyNote::KasmeOfEarlierChallenge)),
        (
            "knasint-other-rule",
            mac(KeyNote::WrongDerivation {
                what: "FC 69 instead of 15",
            }),
        ),
        (
            "mac-other-algorithm",
            mac(KeyNote::OtherAlgorithm { name: "128-EIA1" }),
        ),
        ("mac-other-count", count(257, 1)),
        ("mac-other-count", count(1, 3)),
        ("count-not-reset", mac(KeyNote::CountNotReset { count: 300 })),
        ("mac-reused-count", mac(KeyNote::CountReused { count: 3 })),
        ("mac-other-direction", mac(KeyNote::OtherDirection)),
        ("mac-other-bearer", mac(KeyNote::OtherBearer { bearer: 1 })),
        ("mac-other-octets", mac(KeyNote::MacOverPlain)),
        ("mac-other-octets", mac(KeyNote::MacWithoutSequenceNumber)),
        ("context-out-of-use", mac(KeyNote::PreviousContext { ksi: 2 })),
        ("mac-invalid", spoilt(None)),
        ("hash-mme-differs", mac(KeyNote::HashMmeDiffers)),
        ("mac-zero", zero),
    ]
}

fn of_keys(tale: &Tale) -> Vec<Finding> {
    let codes = codes_of_keys();
    let mut findings = tale.findings();
    findings.retain(|finding| codes.contains(&finding.code));
    findings
}

fn codes_of_keys() -> Vec<&'static str> {
    let chapters = catalogue::ALL.iter();
    let chapter = chapters.filter(|chapter| chapter.title == "With keys");
    chapter
        .flat_map(|chapter| chapter.codes)
        .map(|code| code.name)
        .collect()
}

#[test]
fn every_note_becomes_its_finding() {
    let mut seen = HashSet::new();
    for (code, tale) in challenges().into_iter().chain(macs()) {
        let findings = of_keys(&tale);
        let found = findings.iter().find(|finding| finding.code == code);
        let found = found.unwrap_or_else(|| panic!("{code}: {findings:?}"));
        assert!(
            !found.frames.is_empty() && !found.causes.is_empty(),
            "{code}: {found:?}"
        );
        let said = |cause: &crate::report::Cause| !cause.why.is_empty() && !cause.evidence.is_empty();
        assert!(found.causes.iter().all(said), "{code}: {found:?}");
        seen.insert(code);
    }
    let missing: Vec<_> = codes_of_keys()
        .into_iter()
        .filter(|code| !seen.contains(code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_holds_says_nothing() {
    let whole = challenged(vec![valid()], RESPONSE)
        .last(|response| response.notes = vec![KeyNote::ResRight])
        .down_under(3, &command(0x22, 0, ALL_FOUR))
        .last(|command| command.mac = MacVerdict::Valid)
        .up_under(4, COMPLETE)
        .last(|complete| {
            complete.mac = MacVerdict::Valid;
            complete.notes = vec![
                KeyNote::Repeated { count: 0 },
                KeyNote::Late { count: 0, last: 1 },
            ];
        })
        .succeeded();
    assert_eq!(of_keys(&whole), []);
}

#[test]
fn a_key_that_does_not_fit_an_accepted_challenge_is_the_key_files_fault() {
    let accepted = challenged(vec![invalid(), KeyNote::OpGivenAsOpc], RESPONSE);
    let findings = of_keys(&accepted);
    assert_eq!(findings[0].severity, Severity::Warning, "{findings:?}");
    assert!(findings[0].causes[0].why.contains("key given"), "{findings:?}");
    let refused = challenged(vec![invalid(), KeyNote::OpGivenAsOpc], &failure(20));
    assert_eq!(of_keys(&refused)[0].severity, Severity::Fault);
}

#[test]
fn a_challenge_beside_genuine_ones_may_be_forged() {
    let tale = challenged(vec![invalid()], &failure(20))
        .down(&challenge(0, 2))
        .last(|request| request.notes = vec![valid()])
        .up(RESPONSE);
    let findings = of_keys(&tale);
    let forged = |cause: &crate::report::Cause| cause.why.contains("false base station");
    assert!(findings[0].causes.iter().any(forged), "{findings:?}");
}

#[test]
fn macs_of_both_ends_accuse_the_key_that_they_were_checked_with() {
    let spoil = |message: &mut Sighting| message.mac = MacVerdict::Invalid;
    let both = spoilt(None).up_under(2, ATTACH_COMPLETE).last(spoil);
    let failed = of_keys(&both);
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0].severity, Severity::Fault);
    let succeeded = of_keys(&both.succeeded());
    assert_eq!(succeeded[0].severity, Severity::Warning);
    for finding in [&failed[0], &succeeded[0]] {
        assert!(finding.what.contains("2 messages of both ends"), "{finding:?}");
        assert!(
            finding.causes[0].why.contains("key that the doctor"),
            "{finding:?}"
        );
        assert_eq!(finding.frames.len(), 2, "{finding:?}");
    }
    assert_eq!((failed[0].causes.len(), succeeded[0].causes.len()), (2, 1));
}

#[test]
fn a_reason_is_told_of_each_sender() {
    let spoil = |message: &mut Sighting| {
        message.mac = MacVerdict::Invalid;
        message.notes.push(KeyNote::OtherDirection);
    };
    let both = spoilt(Some(KeyNote::OtherDirection))
        .up_under(2, ATTACH_COMPLETE)
        .last(spoil);
    let senders: Vec<String> = of_keys(&both).into_iter().map(|finding| finding.what).collect();
    assert_eq!(senders.len(), 2, "{senders:?}");
    assert!(
        senders[0].contains("by the MME") && senders[1].contains("by the UE"),
        "{senders:?}"
    );
}
