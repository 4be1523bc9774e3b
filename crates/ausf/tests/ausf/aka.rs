//! 5G AKA: from SUCI to KSEAF, what is wrong with it, and the published chains of keys.

use crate::support::*;
use quintet_ausf::{AusfEvent, CONTEXT_LIFETIME, Failure};
use quintet_crypto::Auts;
use quintet_crypto::fgs::{KAusf, ResStar};
use quintet_sbi::nausf::{AuthData, AuthResult, Av5gAka, UEAuthenticationCtx, delete_5g_aka};
use quintet_sbi::nudm::ueau::AuthType;
use quintet_sbi::{Request, Response};
use quintet_subscriber::model::AuthenticationMethod;
use quintet_subscriber::usim::{Answer, Usim};
use serde_json::{Value, json};

const FG: AuthenticationMethod = AuthenticationMethod::FgAka;

fn challenge(ctx: &UEAuthenticationCtx) -> &Av5gAka {
    match &ctx.auth_data {
        AuthData::Av5gAka(av) => av,
        other => panic!("{other:?}"),
    }
}

/// What the UE makes of a challenge.
fn ue(core: &mut Core, av: &Av5gAka) -> (ResStar, KAusf) {
    let Answer::Accepted { res, ck, ik } = core.usim.answer(&av.rand.0, &av.autn.0) else {
        panic!("refused");
    };
    Usim::fgs((&ck, &ik, &res), &name(), &av.rand.0, &av.autn.0).unwrap()
}

#[test]
fn from_suci_to_kseaf() {
    for who in [SUCI, SUPI] {
        let mut core = Core::new(FG);
        let ctx = core.begin(who);
        assert_eq!(
            (&ctx.auth_type, ctx.links.contains_key("5g-aka")),
            (&AuthType::FiveGAka, true)
        );
        let av = challenge(&ctx).clone();
        let (res_star, k_ausf) = ue(&mut core, &av);
        assert_eq!(
            res_star.hres_star(&av.rand.0).expose(),
            av.hxres_star.expose(),
            "HXRES* is the SEAF's"
        );
        let path = link(&ctx);
        let answer = core.confirm(&path, Some(*res_star.expose()));
        assert_eq!(answer.auth_result, AuthResult::AuthenticationSuccess);
        assert_eq!(answer.supi.as_deref(), Some(SUPI));
        assert_eq!(
            answer.kseaf.as_ref().unwrap().expose(),
            k_ausf.k_seaf(&name()).expose()
        );
        let told = core.context_data().authentication_events;
        assert_eq!(
            (told.len(), told[0].success, told[0].auth_type.as_str()),
            (1, true, "5G_AKA")
        );
        // A repetition gets the same, a guess afterwards nothing.
        assert_eq!(core.confirm(&path, Some(*res_star.expose())), answer);
        let guess = core.confirm(&path, Some([0; 16]));
        assert_eq!(
            (guess.auth_result, guess.kseaf, guess.supi),
            (AuthResult::AuthenticationFailure, None, None)
        );
        assert_eq!(
            core.context_data().authentication_events.len(),
            1,
            "nothing new happened"
        );
        let (prefix, _) = path.rsplit_once('/').unwrap();
        let id = prefix.rsplit_once('/').unwrap().1;
        assert_eq!(core.ask(&delete_5g_aka(id)).status, 204);
        assert!(core.context_data().authentication_events.is_empty());
        assert_eq!(
            refusal(&core.ask(&delete_5g_aka(id))),
            (404, "CONTEXT_NOT_FOUND".to_owned())
        );
    }
}

#[test]
fn a_wrong_res_star_uses_the_challenge_up() {
    for wrong in [Some([1; 16]), None] {
        let mut core = Core::new(FG);
        let ctx = core.begin(SUCI);
        let av = challenge(&ctx).clone();
        let (res_star, _) = ue(&mut core, &av);
        let answer = core.confirm(&link(&ctx), wrong);
        assert_eq!(
            (answer.auth_result, answer.kseaf.is_none(), answer.supi),
            (AuthResult::AuthenticationFailure, true, None)
        );
        assert!(!core.context_data().authentication_events[0].success);
        let late = core.confirm(&link(&ctx), Some(*res_star.expose()));
        assert_eq!(
            late.auth_result,
            AuthResult::AuthenticationFailure,
            "no second guess, not even the right one"
        );
        let why = if wrong.is_some() {
            Failure::ResStar
        } else {
            Failure::NoResStar
        };
        let failed = |event: &AusfEvent| matches!(event, AusfEvent::Authenticated { outcome: Err(f), .. } if *f == why);
        assert!(core.events.iter().any(failed));
    }
}

#[test]
fn a_resynchronisation_goes_through_to_the_udm() {
    let mut core = Core::new(FG);
    let ahead = quintet_crypto::Sqn::new((1 << 41) << 5 | IND).unwrap();
    core.usim.seq_array = core.usim.seq_array.clone().having_accepted(ahead);
    let first = core.begin(SUCI);
    let av = challenge(&first).clone();
    let Answer::SynchFailure(auts) = core.usim.answer(&av.rand.0, &av.autn.0) else {
        panic!("in synchrony");
    };
    let token = |auts: &Auts| {
        let mut octets = Vec::new();
        auts.put(&mut octets);
        <[u8; 14]>::try_from(octets).unwrap()
    };
    let octets = token(&auts);
    let forged = std::array::from_fn(|i| octets[i] ^ u8::from(i == 13));
    let refused = core.ask(&authenticate(SUCI, SNN, Some((av.rand.0, forged))));
    assert_eq!(refusal(&refused), (403, "AUTHENTICATION_REJECTED".to_owned()));
    let again = core.ask(&authenticate(SUCI, SNN, Some((av.rand.0, octets))));
    let ctx: UEAuthenticationCtx = again.read().unwrap();
    let av = challenge(&ctx).clone();
    let (res_star, _) = ue(&mut core, &av);
    let answer = core.confirm(&link(&ctx), Some(*res_star.expose()));
    assert_eq!(answer.auth_result, AuthResult::AuthenticationSuccess);
}

#[test]
fn an_unanswered_challenge_expires() {
    let mut core = Core::new(FG);
    let ctx = core.begin(SUCI);
    assert_eq!(core.ausf.waiting(), 1);
    core.pass(CONTEXT_LIFETIME + std::time::Duration::from_secs(1));
    assert_eq!(core.ausf.waiting(), 0);
    assert!(
        core.events
            .iter()
            .any(|event| matches!(event, AusfEvent::Expired { .. }))
    );
    let late = core.ask(&confirmation(&link(&ctx), Some([0; 16])));
    assert_eq!(refusal(&late), (404, "CONTEXT_NOT_FOUND".to_owned()));
}

/// An answer of the UDM as others write it, with the values of a published or generated chain.
fn scripted(core: &mut Core, serving: &str, vector: &Value) -> Response {
    core.connected = false;
    let id = core.send(&authenticate(SUPI, serving, None));
    let body = json!({
        "authType": "5G_AKA",
        "authenticationVector": vector,
        "supi": SUPI,
    });
    core.answer_call(Ok(Response::json(200, &body)));
    core.answers.remove(&id).unwrap()
}

fn rows() -> Vec<Value> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/kdf_5g.json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// HXRES* and KSEAF of other people's chains: XRES* and KAUSF come from the UDM, what the SEAF gets is theirs.
#[test]
fn chains_of_others_give_their_hxres_star_and_kseaf() {
    let rows = rows();
    let text = |row: &Value, member: &str| row[member].as_str().unwrap_or_default().to_owned();
    let of = |chain: &str, kdf: &str| {
        rows.iter()
            .find(|row| text(row, "chain") == chain && text(row, "kdf") == kdf)
            .cloned()
    };
    let mut chains: Vec<String> = rows
        .iter()
        .map(|row| text(row, "chain"))
        .filter(|c| !c.is_empty())
        .collect();
    chains.dedup();
    let mut proven = 0;
    for chain in chains {
        let found = ["RES*/XRES*", "HRES*/HXRES*", "KAUSF", "KSEAF"].map(|kdf| of(&chain, kdf));
        let [Some(res), Some(hres), Some(k_ausf), Some(k_seaf)] = found else {
            continue;
        };
        let (serving, rand) = (text(&res, "P0_ascii"), text(&res, "P1"));
        let mut core = Core::new(FG);
        let vector = json!({
            "avType": "5G_HE_AKA",
            "rand": rand,
            "autn": format!("{}80000000000000000000", text(&k_ausf, "P1")),
            "xresStar": text(&res, "output"),
            "kausf": text(&k_ausf, "KDF_output"),
        });
        let ctx: UEAuthenticationCtx = scripted(&mut core, &serving, &vector).read().unwrap();
        assert_eq!(
            hex::encode(challenge(&ctx).hxres_star.expose()),
            text(&hres, "output"),
            "{chain}"
        );
        let mut res_star = [0; 16];
        hex::decode_to_slice(text(&res, "output"), &mut res_star).unwrap();
        let answer = core.confirm(&link(&ctx), Some(res_star));
        assert_eq!(
            hex::encode(answer.kseaf.unwrap().expose()),
            text(&k_seaf, "KDF_output"),
            "{chain}"
        );
        proven += 1;
    }
    assert!(proven >= 5, "{proven} chains");
}

#[test]
fn secrets_are_not_printed() {
    let mut core = Core::new(FG);
    let ctx = core.begin(SUCI);
    let av = challenge(&ctx).clone();
    let (res_star, k_ausf) = ue(&mut core, &av);
    let request: Request = confirmation(&link(&ctx), Some(*res_star.expose()));
    let answer = core.ask(&request);
    let printed = format!("{:?} {:?} {request:?} {answer:?} {ctx:?}", core.ausf, core.events);
    for secret in [
        hex::encode(res_star.expose()),
        hex::encode(k_ausf.expose()),
        hex::encode(k_ausf.k_seaf(&name()).expose()),
        "0000000001".to_owned(),
    ] {
        assert!(!printed.contains(&secret), "{secret} in {printed}");
    }
}
