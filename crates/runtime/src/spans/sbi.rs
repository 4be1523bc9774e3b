//! Spans of exchanges on service based interfaces: one at who asks, one at who serves, both part of what `traceparent` names.
//!
//! A span is called by its method and by the words of the path that specifications have: what else is in a path may be somebody's
//! identity, or whatever a stranger wrote.

use super::{MAX_OPEN, number};
use crate::{Moment, Tracer};
use quintet_sbi::{CallFailure, CallId, Request, RequestId, Response, TRACEPARENT, api_name};
use quintet_sbi::{namf, nausf, nsmf, nudm};
use quintet_telemetry::{AttemptId, Attribute, Span, SpanKind};
use std::collections::HashMap;
use std::time::Duration;

/// The APIs of the nodes here (TS 29.509, 29.503, 29.518, 29.502).
const APIS: [&str; 7] = [
    nausf::API,
    nudm::ueau::API,
    nudm::uecm::API,
    nudm::sdm::API,
    namf::API,
    namf::CALLBACK_API,
    nsmf::API,
];

/// The resources and operations of those APIs by which a span is called; the last one in a path counts.
const RESOURCES: [&str; 17] = [
    "ue-authentications",
    "5g-aka-confirmation",
    "eap-session",
    "deregister",
    "generate-auth-data",
    "auth-events",
    "amf-3gpp-access",
    "dereg-amf",
    "am-data",
    "smf-select-data",
    "ue-context-in-smf-data",
    "sm-data",
    "sdm-subscriptions",
    "dereg-notify",
    "sdm-notify",
    "n1-n2-messages",
    "sm-contexts",
];

/// What a span is told of before it has ended.
#[derive(Debug)]
struct Begun {
    attempt: AttemptId,
    start: Duration,
    name: String,
    api: &'static str,
    method: &'static str,
}

/// Exchanges of a node that are under way and traced.
#[derive(Debug, Default)]
pub(crate) struct Exchanges {
    served: HashMap<RequestId, Begun>,
    made: HashMap<CallId, Begun>,
}

/// The tracer, the node's name there, and how many spans it has told.
type Telling<'t> = (&'t Tracer, &'static str, &'t mut u64);

impl Exchanges {
    /// A request came.
    pub(crate) fn asked(&mut self, tracer: &Tracer, at: Moment, id: RequestId, request: &Request) {
        if self.served.len() < MAX_OPEN
            && let Some(begun) = begun(tracer, at, request)
        {
            self.served.insert(id, begun);
        }
    }

    /// It is answered.
    pub(crate) fn answered(&mut self, telling: Telling<'_>, at: Moment, id: RequestId, response: &Response) {
        if let Some(begun) = self.served.remove(&id) {
            tell(telling, at, begun, SpanKind::Server, Ok(response.status));
        }
    }

    /// A call goes out.
    pub(crate) fn called(&mut self, tracer: &Tracer, at: Moment, id: CallId, request: &Request) {
        if self.made.len() < MAX_OPEN
            && let Some(begun) = begun(tracer, at, request)
        {
            self.made.insert(id, begun);
        }
    }

    /// It has its outcome.
    pub(crate) fn finished(
        &mut self,
        telling: Telling<'_>,
        at: Moment,
        id: CallId,
        outcome: &Result<Response, CallFailure>,
    ) {
        if let Some(begun) = self.made.remove(&id) {
            let outcome = match outcome {
                Ok(response) => Ok(response.status),
                Err(failure) => Err(failure.to_string()),
            };
            tell(telling, at, begun, SpanKind::Client, outcome);
        }
    }
}

fn begun(tracer: &Tracer, at: Moment, request: &Request) -> Option<Begun> {
    let attempt = request.header(TRACEPARENT).and_then(AttemptId::of_traceparent)?;
    if !tracer.wants(attempt) {
        return None;
    }
    let (api, method) = (api_of(request), request.method.as_str());
    let path = request.path.split('?').next().unwrap_or_default();
    let known = |segment: &str| RESOURCES.into_iter().find(|resource| *resource == segment);
    let name = match path.rsplit('/').find_map(known) {
        Some(resource) => format!("{method} {api} {resource}"),
        None => format!("{method} {api}"),
    };
    Some(Begun {
        attempt,
        start: at.wall,
        name,
        api,
        method,
    })
}

fn api_of(request: &Request) -> &'static str {
    let name = api_name(request);
    APIS.into_iter().find(|api| *api == name).unwrap_or("other")
}

fn tell(
    (tracer, node, told): Telling<'_>,
    at: Moment,
    begun: Begun,
    kind: SpanKind,
    outcome: Result<u16, String>,
) {
    *told += 1;
    let root = begun.attempt.root_span();
    let mut attributes = vec![
        ("rpc.system", Attribute::Text("sbi".to_owned())),
        ("rpc.service", Attribute::Text(begun.api.to_owned())),
        ("http.request.method", Attribute::Text(begun.method.to_owned())),
    ];
    let failure = match outcome {
        Ok(status) => {
            attributes.push(("http.response.status_code", Attribute::Number(status.into())));
            (status >= 400).then(|| format!("status {status}"))
        }
        Err(why) => Some(why),
    };
    tracer.tell(Span {
        node,
        attempt: begun.attempt,
        id: number(root, node, *told),
        parent: Some(root),
        name: begun.name,
        kind,
        start: begun.start,
        end: at.wall,
        attributes,
        events: Vec::new(),
        failure,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::kept;
    use quintet_sbi::Method;

    fn at(ms: u64) -> Moment {
        Moment {
            now: Duration::from_millis(ms),
            wall: Duration::from_millis(ms),
        }
    }

    fn request(attempt: AttemptId, path: &str) -> Request {
        let mut request = Request::new(Method::Post, path);
        request.headers.push((TRACEPARENT, attempt.traceparent(1, true)));
        request
    }

    fn status(status: u16) -> Response {
        Response {
            status,
            ..Response::default()
        }
    }

    #[test]
    fn an_exchange_is_a_span_at_either_end_and_names_nobody() {
        let (tracer, mut spans) = kept(1.0);
        let (mut exchanges, mut told) = (Exchanges::default(), 0);
        let attempt = AttemptId::derived("test", &[b"1"]);
        let asked = request(
            attempt,
            "/nudm-ueau/v1/imsi-001010000000001/security-information/generate-auth-data?x=imsi-001010000000001",
        );
        exchanges.called(&tracer, at(1), CallId(7), &asked);
        exchanges.asked(&tracer, at(2), RequestId(0), &asked);
        exchanges.answered((&tracer, "udm", &mut told), at(3), RequestId(0), &status(200));
        exchanges.finished((&tracer, "ausf", &mut told), at(4), CallId(7), &Ok(status(200)));
        // An outcome comes once.
        exchanges.finished((&tracer, "ausf", &mut told), at(5), CallId(7), &Ok(status(200)));
        let [served, made] = [spans(), spans()].map(Option::unwrap);
        assert_eq!(spans(), None);
        assert_eq!((served.node, served.kind), ("udm", SpanKind::Server));
        assert_eq!((made.node, made.kind), ("ausf", SpanKind::Client));
        assert_ne!(served.id, made.id);
        for (span, start, end) in [(&served, 2, 3), (&made, 1, 4)] {
            assert_eq!(span.name, "POST nudm-ueau generate-auth-data");
            assert_eq!((span.start, span.end), (at(start).wall, at(end).wall));
            assert_eq!((span.attempt, span.parent), (attempt, Some(attempt.root_span())));
            assert_eq!(span.failure, None);
            assert!(!format!("{span:?}").contains("imsi"), "{span:?}");
        }
    }

    #[test]
    fn what_fails_says_why_and_what_strangers_write_is_no_name() {
        let (tracer, mut spans) = kept(1.0);
        let (mut exchanges, mut told) = (Exchanges::default(), 0);
        let attempt = AttemptId::derived("test", &[b"1"]);
        exchanges.asked(
            &tracer,
            at(1),
            RequestId(0),
            &request(attempt, "/whatever/v1/somebody"),
        );
        exchanges.answered((&tracer, "udm", &mut told), at(2), RequestId(0), &status(404));
        let span = spans().unwrap();
        assert_eq!(
            (&*span.name, span.failure.as_deref()),
            ("POST other", Some("status 404"))
        );
        exchanges.called(
            &tracer,
            at(1),
            CallId(1),
            &request(attempt, "/nausf-auth/v1/ue-authentications"),
        );
        let outcome = Err(CallFailure::Timeout(Duration::from_secs(2)));
        exchanges.finished((&tracer, "amf", &mut told), at(2), CallId(1), &outcome);
        let span = spans().unwrap();
        assert_eq!(span.name, "POST nausf-auth ue-authentications");
        assert_eq!(span.failure.as_deref(), Some("no response in 2s"));
    }

    #[test]
    fn what_is_not_sampled_and_what_names_no_attempt_is_no_span() {
        let attempt = AttemptId::derived("test", &[b"1"]);
        for (ratio, request) in [
            (0.0, request(attempt, "/nausf-auth/v1/ue-authentications")),
            (
                1.0,
                Request::new(Method::Get, "/nausf-auth/v1/ue-authentications"),
            ),
        ] {
            let (tracer, mut spans) = kept(ratio);
            let (mut exchanges, mut told) = (Exchanges::default(), 0);
            exchanges.asked(&tracer, at(1), RequestId(0), &request);
            exchanges.answered((&tracer, "ausf", &mut told), at(2), RequestId(0), &status(201));
            assert_eq!((spans(), told), (None, 0));
        }
    }
}
