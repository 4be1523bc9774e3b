//! Registrations of each kind, and what is found in them: every code where it belongs, none in what is in order.

use crate::findings::catalogue::{self, Code};
use crate::ims::tests::{
    CLIENT, IMPI, Play, SERVER, agreed, authorization, begun, challenge, client, completed, nonce, response,
    right, ring, vector,
};
use crate::report::{Ending, Finding, Outcome, Severity};
use quintet_crypto::digest::DigestAlgorithm;
use quintet_cx::{ExperimentalResult, Outcome as CxOutcome};
use quintet_diameter::ResultCode;

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code).collect()
}

fn healthy() -> Play {
    let vector = vector(1);
    completed(begun(Play::new(), 1, &vector), 2, &vector)
}

/// A registration after one that was in order.
fn after_healthy(seconds: i64) -> Play {
    healthy().wait(seconds).anew()
}

fn challenged() -> Play {
    begun(Play::new(), 1, &vector(1))
}

/// A first REGISTER and what the HSS says to it.
fn asked(outcome: impl Into<CxOutcome>) -> Play {
    Play::new()
        .register_at(1, 1, &client())
        .register_at(2, 1, &client())
        .uar(Some(outcome.into()), false)
        .answer_at(2, 1, "403 Forbidden", "")
        .answer_at(1, 1, "403 Forbidden", "")
}

/// The UE answers the challenge so.
fn answered(more: &str) -> Play {
    challenged().protected(2, &vector(1), &format!("{more}{}", agreed()))
}

fn sm7() -> String {
    format!("{}{}", right(&vector(1)), agreed())
}

fn auts(number: u8) -> String {
    let vector = vector(number);
    let auts =
        crate::ims::tests::functions().auts(&vector.rand, quintet_crypto::Sqn::new(9000).expect("48 bits"));
    let text = quintet_crypto::digest::auts_text(&auts);
    format!(
        "{}{}",
        authorization(&nonce(&vector), &format!(",response=\"\",auts=\"{text}\"")),
        client()
    )
}

/// Digest of MD5 with this password, where the registrar has another.
fn digest(password: &[u8]) -> Play {
    Play::with(ring())
        .register_at(1, 1, "")
        .answer_at(
            1,
            1,
            "401 Unauthorized",
            "WWW-Authenticate: Digest realm=\"r\",nonce=\"abc\",algorithm=MD5\r\n",
        )
        .register_at(1, 2, &response("abc", DigestAlgorithm::Md5, password))
        .answer_at(1, 2, "403 Forbidden", "")
}

struct Row {
    code: Code,
    has: fn() -> Play,
    has_not: fn() -> Play,
}

macro_rules! rows {
    ($($code:ident: $has:expr, $has_not:expr;)*) => {
        &[$(Row { code: catalogue::$code, has: || $has, has_not: || $has_not }),*]
    };
}

const TABLE: &[Row] = rows! {
    SILENT_AFTER_CHALLENGE: challenged(), healthy();
    WRONG_RES: answered(&response(&nonce(&vector(1)), DigestAlgorithm::AkaV1Md5, b"no RES at all")), healthy();
    REGISTERED_USER_ATTACKED: {
        let vector = vector(2);
        begun(after_healthy(60), 1, &vector)
            .register(2, &response(&nonce(&vector), DigestAlgorithm::AkaV1Md5, b"no RES"))
            .answer(2, "403 Forbidden", "")
    }, healthy();
    IMS_MAC_FAILURE: challenged().register(2, &authorization(&nonce(&vector(1)), ",response=\"\""))
        .answer(2, "403 Forbidden", ""), healthy();
    IMS_SYNC_FAILURE: completed(
        challenged().register(2, &auts(1)).mar(Some(&vector(2)), true).challenged(2, &vector(2)), 3, &vector(2)), healthy();
    IMS_SYNC_LOOP: challenged().register(2, &auts(1)).mar(Some(&vector(2)), true).challenged(2, &vector(2))
        .register(3, &auts(2)), healthy();
    IPSEC_WRONG_IK: { let mut play = challenged(); play.wrong_ik = true; play.protected(2, &vector(1), &sm7()) }, healthy();
    SECAGREE_TAMPERED: challenged().protected(2, &vector(1),
        &format!("{}{}Security-Verify: {}\r\n", right(&vector(1)), client(), SERVER.replace("sha-1", "md5"))), healthy();
    SECURITY_VERIFY_MISSING: challenged().protected(2, &vector(1), &format!("{}{}", right(&vector(1)), client())), healthy();
    SECAGREE_UNACCEPTABLE_TO_PCSCF: Play::new().register_at(1, 1, &client())
        .answer_at(1, 1, "494 Security Agreement Required", ""), healthy();
    SECAGREE_UNACCEPTABLE_TO_UE: Play::new().register_at(1, 1, &client()).answer_at(1, 1, "401 Unauthorized",
        &format!("{}Security-Server: {}\r\n", challenge(&vector(1), ""), SERVER.replace("null", "aes-cbc"))), challenged();
    SECAGREE_NOT_DONE: Play::new().register(1, &client()).answer(1, "401 Unauthorized", &challenge(&vector(1), ""))
        .register(2, &right(&vector(1))).answer(2, "200 OK", ""), healthy();
    SPI_PORT_MISMATCH: challenged().protected_as(2, &vector(1), 2002, (6009, 7002), &sm7()), healthy();
    STALE_ASSOCIATION: {
        let vector = vector(2);
        let new = SERVER.replace("2002", "3002").replace("2001", "3001");
        after_healthy(60).register_at(1, 1, &client())
            .answer_at(1, 1, "401 Unauthorized", &format!("{}Security-Server: {new}\r\n", challenge(&vector, "")))
            .protected_as(2, &crate::ims::tests::vector(1), 2002, (6001, 7002),
                &format!("{}{}Security-Verify: {new}\r\n", right(&vector), client()))
    }, healthy();
    RESPONSE_UNPROTECTED: challenged().register_at(1, 2, &sm7()), healthy();
    CK_IK_LEAKED: Play::new().register_at(1, 1, &client()).answer_at(1, 1, "401 Unauthorized",
        &challenge(&vector(1), ",ck=\"00112233445566778899aabbccddeeff\",ik=\"00112233445566778899aabbccddeeff\"")), healthy();
    ALGORITHM_CONFUSION: Play::new().register_at(1, 1, &client()).answer_at(1, 1, "401 Unauthorized",
        "WWW-Authenticate: Digest realm=\"r\",nonce=\"abc\",algorithm=MD5\r\n"), digest(b"x");
    DIGEST_WRONG_PASSWORD: digest(b""), digest(b"something that nobody knows");
    REPLAYED_NONCE: begun(after_healthy(60), 1, &vector(1)), begun(after_healthy(60), 1, &vector(2));
    IMPI_UNKNOWN: asked(ExperimentalResult::ERROR_USER_UNKNOWN), healthy();
    IMPI_IMPU_MISMATCH: asked(ExperimentalResult::ERROR_IDENTITIES_DONT_MATCH), healthy();
    BARRED_IMPU: asked(ResultCode(5003)), healthy();
    VISITED_NETWORK_REFUSED: asked(ExperimentalResult::ERROR_ROAMING_NOT_ALLOWED), healthy();
    NO_SCSCF: Play::new().register_at(1, 1, &client()).register_at(2, 1, &client())
        .uar(Some(ExperimentalResult::FIRST_REGISTRATION.into()), true)
        .answer_at(2, 1, "600 Busy Everywhere", "").answer_at(1, 1, "600 Busy Everywhere", ""), healthy();
    HSS_SILENT: Play::new().register_at(1, 1, &client()).register_at(2, 1, &client()).uar(None, false), healthy();
    CX_REFUSED: asked(ResultCode(5012)), healthy();
    NODE_SILENT: Play::new().register_at(1, 1, &client()).register_at(2, 1, &client()), healthy();
    EXPIRES_TOO_BRIEF: Play::new().register_at(1, 1, "Expires: 5\r\n")
        .answer_at(1, 1, "423 Interval Too Brief", "Min-Expires: 600\r\n"), healthy();
    REGISTRATION_EXPIRED: begun(after_healthy(4000), 1, &vector(2)), begun(after_healthy(60), 1, &vector(2));
    REGISTRATION_REJECTED: Play::new().register_at(1, 1, "").answer_at(1, 1, "403 Forbidden", ""), healthy();
    REGISTRATION_LOOP: (1..=3).fold(Play::new(), |play, _| {
        play.anew().register_at(1, 1, "").answer_at(1, 1, "403 Forbidden", "").wait(5)
    }), Play::new().register_at(1, 1, "").answer_at(1, 1, "403 Forbidden", "");
    MT_CALL_WHILE_PENDING: {
        let invite = format!("INVITE sip:{IMPI} SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKi\r\nCall-ID: i\r\nCSeq: 1 INVITE\r\n\r\n");
        let refusal = "SIP/2.0 480 Temporarily Unavailable\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKi\r\nCall-ID: i\r\nCSeq: 1 INVITE\r\n\r\n";
        challenged().text(2, 3, &invite).text(3, 2, refusal)
    }, healthy();
};

/// The same code for another reason.
const MORE: &[Row] = rows! {
    // The UE answers an old challenge: AUTS, a wrong MAC, or what Security-Verify shows to be an answer to the new one.
    REPLAYED_NONCE: begun(after_healthy(60), 1, &vector(2)).register(2, &auts(1)),
        begun(after_healthy(60), 1, &vector(2)).register(2, &auts(2));
    REPLAYED_NONCE: begun(after_healthy(60), 1, &vector(2)).protected(2, &vector(2), &sm7()),
        begun(after_healthy(60), 1, &vector(2)).anew().register(1, &right(&vector(1)));
    // Security-Client of SM1 lacked what that of SM7 has.
    SECAGREE_TAMPERED: completed(
        begun_with(&format!("Security-Client: {}\r\n", CLIENT.replace("sha-1", "md5"))), 2, &vector(1)), healthy();
    SECAGREE_TAMPERED: challenged().protected(2, &vector(1), &sm7())
        .answer_protected(2, &vector(1), "494 Security Agreement Required", ""),
        challenged().protected(2, &vector(1), &sm7()).answer_protected(2, &vector(1), "403 Forbidden", "");
    HSS_UNREACHABLE: healthy().hss_gone().anew().wait(60).register_at(1, 1, &client()).register_at(2, 1, &client())
        .answer_at(2, 1, "504 Server Time-out", "").answer_at(1, 1, "504 Server Time-out", ""),
        asked(ResultCode(5012));
    HSS_UNREACHABLE: healthy().hss_gone().anew().wait(60).register_at(1, 1, &client())
        .answer_at(1, 1, "500 Server Internal Error", ""),
        healthy().hss_gone().anew().wait(60).register_at(1, 1, &client()).answer_at(1, 1, "403 Forbidden", "");
    // What the path alone knows: success without a challenge, and to AUTS.
    NOT_ALLOWED_HERE: Play::new().register(1, &client()).answer(1, "200 OK", ""), healthy();
    NOT_ALLOWED_HERE: challenged().register(2, &auts(1)).answer(2, "200 OK", ""), challenged();
};

/// SM1 to SM6 with this Security-Client.
fn begun_with(client: &str) -> Play {
    let sm1 = format!("{}{client}", authorization("", ",response=\"\""));
    Play::new()
        .register(1, &sm1)
        .mar(Some(&vector(1)), false)
        .challenged(1, &vector(1))
}

#[test]
fn every_row_finds_its_code_and_not_where_it_is_not() {
    let mut wrong = Vec::new();
    for row in TABLE.iter().chain(MORE) {
        let (_, verdict, found) = (row.has)().last();
        if !codes(&found).contains(&row.code.name) {
            wrong.push(format!(
                "{} not found, but {:?} ({verdict:?})",
                row.code.name,
                codes(&found)
            ));
        }
        let (_, _, found) = (row.has_not)().last();
        if codes(&found).contains(&row.code.name) {
            wrong.push(format!("{} found where it is not", row.code.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_row() {
    let chapter = catalogue::ALL
        .iter()
        .find(|chapter| chapter.title.starts_with("IMS"))
        .expect("a chapter");
    let missing: Vec<_> = chapter
        .codes
        .iter()
        .filter(|code| !TABLE.iter().any(|row| row.code.name == code.name))
        .map(|code| code.name)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Whoever calls the user meanwhile is told that there is none: that refuses no registration.
#[test]
fn what_becomes_of_a_call_is_no_fault_of_the_registration() {
    let vector = vector(1);
    let not_registered = ExperimentalResult::ERROR_IDENTITY_NOT_REGISTERED;
    for outcome in [Some(not_registered.into()), None] {
        let (trail, _, found) = completed(begun(Play::new(), 1, &vector).lir(outcome), 2, &vector).last();
        assert!(codes(&found).is_empty(), "{:?}", codes(&found));
        assert_eq!(trail.cx.len(), 4, "it is of the registration's time");
    }
}

#[test]
fn a_failure_just_behind_a_success_is_one_while_registered() {
    let vector = vector(2);
    let soon = begun(healthy().anew(), 1, &vector)
        .register(
            2,
            &response(&nonce(&vector), DigestAlgorithm::AkaV1Md5, b"no RES"),
        )
        .answer(2, "403 Forbidden", "");
    let (_, _, found) = soon.last();
    assert!(codes(&found).contains(&catalogue::REGISTERED_USER_ATTACKED.name));
}

/// Above ESP it is the ports that tell of associations.
#[test]
fn a_node_tells_of_associations_by_their_ports() {
    for (above, fault) in [(true, None), (false, Some(catalogue::RESPONSE_UNPROTECTED.name))] {
        let play = if above { Play::above_esp() } else { Play::new() };
        let (_, _, found) = begun(play, 1, &vector(1))
            .between("10.0.0.1:6001", "10.0.0.2:7002", 2, &sm7())
            .register_at(2, 2, &sm7())
            .answer_at(2, 2, "200 OK", "")
            .last();
        assert_eq!(codes(&found).first().copied(), fault, "{above}");
    }
}

#[test]
fn what_is_in_order_has_neither_fault_nor_warning() {
    let again = {
        let vector = vector(2);
        completed(begun(after_healthy(600), 1, &vector), 2, &vector)
    };
    for play in [healthy(), again] {
        let (trail, verdict, found) = play.last();
        assert_eq!(verdict.ending, Ending::Success, "{verdict:?}");
        assert_eq!(verdict.outcome, Outcome::Success);
        let grave: Vec<_> = found
            .iter()
            .filter(|finding| finding.severity > Severity::Note)
            .collect();
        assert!(grave.is_empty(), "{grave:#?}");
        assert_eq!(trail.hops(), 3);
        assert!(trail.esp.authentic >= 2, "{:?}", trail.esp);
        assert_eq!(trail.cx.len(), 3);
    }
}

#[test]
fn without_keys_no_response_is_called_wrong() {
    let play = Play::new()
        .register_at(1, 1, &format!("Security-Client: {CLIENT}\r\n"))
        .answer_at(
            1,
            1,
            "401 Unauthorized",
            &format!("{}Security-Server: {SERVER}\r\n", challenge(&vector(1), "")),
        )
        .protected(2, &vector(1), &sm7().replace("response=\"", "response=\"00"))
        .answer_protected(2, &vector(1), "403 Forbidden", "");
    let (_, verdict, found) = play.last();
    assert_eq!(verdict.ending, Ending::Rejected);
    assert_eq!(codes(&found), [catalogue::REGISTRATION_REJECTED.name]);
}

#[test]
fn keys_say_whose_key_is_wrong() {
    let of = |play: Play| {
        let (_, _, found) = begun(play, 1, &vector(1))
            .register(2, &authorization(&nonce(&vector(1)), ",response=\"\""))
            .answer(2, "403 Forbidden", "")
            .last();
        let finding = found
            .iter()
            .find(|finding| finding.code == catalogue::IMS_MAC_FAILURE.name)
            .expect("it is found");
        finding.causes[0].why.clone()
    };
    assert_eq!(
        of(Play::with(ring())),
        "The ISIM has another K or OPc than the AuC"
    );
    assert_eq!(of(Play::new()), "ISIM and AuC have different K or OPc");
}

#[test]
fn passwords_that_are_none_are_named() {
    let why = |play: Play| {
        let (_, _, found) = play.last();
        found[0].causes[0].why.clone()
    };
    assert_eq!(why(digest(b"")), "The client has no password");
    assert_eq!(
        why(digest("46".repeat(16).as_bytes())),
        "Ki was taken for the password"
    );
}

#[test]
fn findings_are_whole_sentences_with_evidence_and_frames() {
    for row in TABLE.iter().chain(MORE) {
        let (_, _, found) = (row.has)().last();
        for finding in found {
            assert!(
                finding.what.ends_with('.') && finding.what.len() <= 220,
                "{finding:#?}"
            );
            assert!(
                !finding.frames.is_empty() && !finding.frames.contains(&0),
                "{finding:#?}"
            );
            assert!(!finding.causes.is_empty(), "{finding:#?}");
            for cause in &finding.causes {
                assert!(
                    !cause.why.ends_with('.') && !cause.evidence.is_empty(),
                    "{finding:#?}"
                );
            }
            let text = format!("{finding:?}");
            let digits = text.split(|letter: char| !letter.is_ascii_digit()).map(str::len);
            assert!(digits.max().unwrap_or_default() < 10, "{finding:#?}");
        }
    }
}
