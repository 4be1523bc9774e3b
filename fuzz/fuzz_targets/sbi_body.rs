//! Any octets as a request of a service based interface: routed and read into a typed operation or refused; and as each
//! type of body: what is read can be written, and reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_sbi::{
    Body, Method, ProblemDetails, Request, json, multipart, namf, nausf, nrf, nsmf, nudm, oauth2, path,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

const METHODS: [Method; 5] = [
    Method::Get,
    Method::Post,
    Method::Put,
    Method::Patch,
    Method::Delete,
];

/// What is read can be written, and reads the same.
fn typed<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(octets: &[u8]) {
    match json::parse::<T>(octets) {
        Ok(read) => {
            let again: T = json::parse(&json::body(&read)).expect("what is written is well-formed");
            assert_eq!(again, read);
        }
        Err(problem) => assert!(problem.status == Some(400) && !problem.response().body.is_empty()),
    }
}

fuzz_target!(|octets: &[u8]| {
    // A method, a line of path, a line of media type, a body.
    let Some((&first, rest)) = octets.split_first() else {
        return;
    };
    let mut lines = rest.splitn(3, |octet| *octet == b'\n');
    let mut line = || String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let (path, content_type) = (line(), line());
    let body = lines.next().unwrap_or_default();
    let request = Request {
        content_type,
        body: Body::from(body),
        ..Request::new(METHODS[usize::from(first) % METHODS.len()], path)
    };
    let refusals = [
        nausf::Operation::read(&request).err(),
        nudm::ueau::Operation::read(&request).err(),
        nudm::uecm::Operation::read(&request).err(),
        nudm::sdm::Operation::read(&request).err(),
        namf::Operation::read(&request).err(),
    ];
    for problem in refusals.into_iter().flatten() {
        assert!(
            problem.status.is_some_and(|status| (400..=501).contains(&status)),
            "{problem:?}"
        );
    }
    let _ = path::split_uri(&request.path);
    if let Ok((value, parts)) = multipart::read::<serde_json::Value>(&request.content_type, body) {
        let (content_type, written) = multipart::write(&value, &parts);
        if let Ok((_, again)) = multipart::read::<serde_json::Value>(&content_type, &written) {
            assert_eq!(again.len(), parts.len());
        }
    }
    typed::<ProblemDetails>(body);
    typed::<nausf::AuthenticationInfo>(body);
    typed::<nausf::UEAuthenticationCtx>(body);
    typed::<nausf::ConfirmationDataResponse>(body);
    typed::<nausf::EapSession>(body);
    typed::<nudm::ueau::AuthenticationInfoRequest>(body);
    typed::<nudm::ueau::AuthenticationInfoResult>(body);
    typed::<nudm::ueau::AuthEvent>(body);
    typed::<nudm::uecm::Amf3GppAccessRegistration>(body);
    typed::<nudm::sdm::AccessAndMobilitySubscriptionData>(body);
    typed::<nudm::sdm::SmfSelectionSubscriptionData>(body);
    typed::<nudm::sdm::SdmSubscription>(body);
    typed::<Vec<nudm::sdm::SessionManagementSubscriptionData>>(body);
    typed::<nsmf::SmContextCreateData>(body);
    typed::<nsmf::SmContextUpdateData>(body);
    typed::<namf::N1N2MessageTransferReqData>(body);
    typed::<nrf::SearchResult>(body);
    typed::<oauth2::AccessTokenClaims>(body);
});
