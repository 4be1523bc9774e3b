//! Bodies that other implementations sent, from recorded traffic: every one of a known resource is read, and what is
//! read of it is what was sent.
//!
//! Needs tshark and the captures (beside the checkout or below `QUINTET_SHARED`). Without them the test says so and
//! passes, unless `CI=true`: there it must run. Nothing of a capture is committed.

#![cfg(test)]

mod recorded;

use quintet_sbi::namf::{N1N2MessageTransferReqData, N1N2MessageTransferRspData};
use quintet_sbi::nausf::{
    AuthenticationInfo, ConfirmationData, ConfirmationDataResponse, UEAuthenticationCtx,
};
use quintet_sbi::nrf::{NFProfile, SearchResult};
use quintet_sbi::nsmf::{
    SmContextCreateData, SmContextCreatedData, SmContextUpdateData, SmContextUpdatedData,
};
use quintet_sbi::nudm::sdm::{
    AccessAndMobilitySubscriptionData, SdmSubscription, SessionManagementSubscriptionData,
    SmfSelectionSubscriptionData, UeContextInSmfData,
};
use quintet_sbi::nudm::ueau::{AuthEvent, AuthenticationInfoRequest, AuthenticationInfoResult};
use quintet_sbi::nudm::uecm::{Amf3GppAccessRegistration, Amf3GppAccessRegistrationModification};
use quintet_sbi::ts29571::PatchItem;
use quintet_sbi::{ProblemDetails, json, multipart};
use recorded::{Recorded, Side};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads a body, writes what was read, and compares it with what was sent. Answers how many members were understood.
fn check<T: Serialize + DeserializeOwned>(body: &[u8]) -> Result<usize, String> {
    let read: T = json::parse(body).map_err(|problem| format!("{problem:?}"))?;
    let written: Value = serde_json::from_slice(&json::body(&read)).map_err(|error| error.to_string())?;
    let sent: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let mut members = 0;
    contained(&written, &sent, "", &mut members)?;
    Ok(members)
}

/// Whether all that was written was sent so.
fn contained(written: &Value, sent: &Value, at: &str, members: &mut usize) -> Result<(), String> {
    let differ = || Err(format!("{at}: wrote {written}, not {sent}"));
    match (written, sent) {
        (Value::Object(written), Value::Object(sent)) => {
            for (name, value) in written {
                let Some(sent) = sent.get(name) else {
                    return Err(format!("{at}/{name}: written, not sent"));
                };
                *members += 1;
                contained(value, sent, &format!("{at}/{name}"), members)?;
            }
            Ok(())
        }
        (Value::Array(written), Value::Array(sent)) if written.len() == sent.len() => written
            .iter()
            .zip(sent)
            .enumerate()
            .try_for_each(|(index, (written, sent))| {
                contained(written, sent, &format!("{at}/{index}"), members)
            }),
        // Hexadecimal digits are written in lower case, and a bit rate in its largest unit.
        (Value::String(written), Value::String(sent)) => {
            let rate = |text: &str| quintet_sbi::ts29571::BitRate::parse(text);
            if written.eq_ignore_ascii_case(sent)
                || rate(written).is_some_and(|bits| Some(bits) == rate(sent))
            {
                Ok(())
            } else {
                differ()
            }
        }
        _ if written == sent => Ok(()),
        _ => differ(),
    }
}

/// The JSON of a body, and how many parts come with it.
fn json_of(body: &[u8]) -> Option<Vec<u8>> {
    let Some(rest) = body.strip_prefix(b"--") else {
        return Some(body.to_vec());
    };
    let end = rest.windows(2).position(|window| window == b"\r\n")?;
    let boundary = std::str::from_utf8(&rest[..end]).ok()?;
    let content_type = format!("multipart/related; boundary=\"{boundary}\"");
    let (value, parts): (Value, _) = multipart::read(&content_type, body).expect("a multipart body");
    assert!(!parts.is_empty() && parts.iter().all(|part| !part.octets.is_empty()));
    serde_json::to_vec(&value).ok()
}

fn has(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Checks a body by its resource; `None` for resources that are not ours.
fn judge(recorded: &Recorded) -> Option<(&'static str, Result<usize, String>)> {
    let path = recorded.path.split('?').next()?;
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let body = json_of(&recorded.body)?;
    let request = recorded.side == Side::Request;
    macro_rules! as_type {
        ($type:ty) => {
            Some((stringify!($type), check::<$type>(&body)))
        };
    }
    if has(&body, "\"status\"") && !request {
        return as_type!(ProblemDetails);
    }
    match (segments.as_slice(), request) {
        (["nausf-auth", _, "ue-authentications"], true) => as_type!(AuthenticationInfo),
        (["nausf-auth", _, "ue-authentications"], false) => as_type!(UEAuthenticationCtx),
        (["nausf-auth", _, _, _, "5g-aka-confirmation"], true) => as_type!(ConfirmationData),
        (["nausf-auth", _, _, _, "5g-aka-confirmation"], false) => as_type!(ConfirmationDataResponse),
        (["nudm-ueau", _, _, _, "generate-auth-data"], true) => as_type!(AuthenticationInfoRequest),
        (["nudm-ueau", _, _, _, "generate-auth-data"], false) => as_type!(AuthenticationInfoResult),
        (["nudm-ueau", _, _, "auth-events"], _) => as_type!(AuthEvent),
        // A PATCH; its method is often in a part of HPACK's table that the capture does not have.
        (["nudm-uecm", _, _, "registrations", "amf-3gpp-access"], true)
            if !has(&body, "\"amfInstanceId\"") =>
        {
            as_type!(Amf3GppAccessRegistrationModification)
        }
        (["nudm-uecm", _, _, "registrations", "amf-3gpp-access"], _) => as_type!(Amf3GppAccessRegistration),
        (["nudm-sdm", _, _, "am-data"], false) => as_type!(AccessAndMobilitySubscriptionData),
        (["nudm-sdm", _, _, "smf-select-data"], false) => as_type!(SmfSelectionSubscriptionData),
        (["nudm-sdm", _, _, "sm-data"], false) => as_type!(Vec<SessionManagementSubscriptionData>),
        (["nudm-sdm", _, _, "ue-context-in-smf-data"], false) => as_type!(UeContextInSmfData),
        (["nudm-sdm", _, _, "sdm-subscriptions"], _) => as_type!(SdmSubscription),
        (["nnrf-nfm", _, "nf-instances", _], true) if body.starts_with(b"[") => as_type!(Vec<PatchItem>),
        (["nnrf-nfm", _, "nf-instances", _], _) => as_type!(NFProfile),
        (["nnrf-disc", _, "nf-instances"], false) => as_type!(SearchResult),
        (["nsmf-pdusession", _, "sm-contexts"], true) => as_type!(SmContextCreateData),
        (["nsmf-pdusession", _, "sm-contexts"], false) => as_type!(SmContextCreatedData),
        (["nsmf-pdusession", _, "sm-contexts", _, "modify"], true) => as_type!(SmContextUpdateData),
        (["nsmf-pdusession", _, "sm-contexts", _, "modify"], false) => as_type!(SmContextUpdatedData),
        (["namf-comm", _, "ue-contexts", _, "n1-n2-messages"], true) => as_type!(N1N2MessageTransferReqData),
        (["namf-comm", _, "ue-contexts", _, "n1-n2-messages"], false) => as_type!(N1N2MessageTransferRspData),
        _ => None,
    }
}

#[test]
fn bodies_of_other_implementations_read_and_write() {
    let Some(recorded) = recorded::all() else { return };
    let mut seen: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for recorded in &recorded {
        match judge(recorded) {
            None => {}
            Some((name, Ok(members))) => {
                let (bodies, all) = seen.entry(name).or_default();
                *bodies += 1;
                *all += members;
            }
            Some((name, Err(why))) => {
                wrong.push(format!("{} {}: {name}: {why}", recorded.file, recorded.path))
            }
        }
    }
    println!("bodies and members read: {seen:#?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    for name in [
        "AuthenticationInfo",
        "UEAuthenticationCtx",
        "ConfirmationData",
        "ConfirmationDataResponse",
        "AuthenticationInfoRequest",
        "AuthenticationInfoResult",
        "AuthEvent",
        "Amf3GppAccessRegistration",
        "AccessAndMobilitySubscriptionData",
        "SmfSelectionSubscriptionData",
        "NFProfile",
        "SmContextCreateData",
        "N1N2MessageTransferReqData",
    ] {
        assert!(seen.contains_key(name), "no {name} in any capture");
    }
}
