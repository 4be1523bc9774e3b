//! The operations of Nudm_SubscriberDataManagement: read by the UDM, written by AMF and SMF (TS 29.503 6.1.3).

use super::{API, SdmSubscription, VERSION};
use crate::json::JSON;
use crate::path::{Path, encode};
use crate::problem::ProblemDetails;
use crate::route::{Route, method_not_allowed, not_found, not_supported};
use crate::ts29571::{PlmnId, Snssai};
use crate::{Method, Request, cause, json};

/// A set of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataSet {
    /// Nssai.
    Nssai,
    /// AccessAndMobilitySubscriptionData.
    AmData,
    /// SmfSelectionSubscriptionData.
    SmfSelectData,
    /// An array of SessionManagementSubscriptionData.
    SmData,
    /// UeContextInSmfData.
    UeContextInSmfData,
}

impl DataSet {
    const ALL: [Self; 5] = [
        Self::Nssai,
        Self::AmData,
        Self::SmfSelectData,
        Self::SmData,
        Self::UeContextInSmfData,
    ];

    /// As in paths.
    #[must_use]
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Nssai => "nssai",
            Self::AmData => "am-data",
            Self::SmfSelectData => "smf-select-data",
            Self::SmData => "sm-data",
            Self::UeContextInSmfData => "ue-context-in-smf-data",
        }
    }
}

/// What is asked of a UDM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `GET /{supi}/{data set}`; answered 200 with the data.
    Get {
        /// SUPI.
        supi: String,
        /// What.
        set: DataSet,
        /// As seen in which network (`plmn-id`).
        plmn_id: Option<PlmnId>,
        /// Of which slice (`single-nssai`), for session data.
        single_nssai: Option<Snssai>,
        /// Of which DNN (`dnn`), for session data.
        dnn: Option<String>,
    },
    /// `POST /{ueId}/sdm-subscriptions`; answered 201 with the SdmSubscription and its `Location`.
    Subscribe {
        /// SUPI.
        ue_id: String,
        /// What and where to; boxed, as it is large.
        subscription: Box<SdmSubscription>,
    },
    /// `DELETE /{ueId}/sdm-subscriptions/{subscriptionId}`; answered 204.
    Unsubscribe {
        /// SUPI.
        ue_id: String,
        /// Which.
        subscription_id: String,
    },
}

impl Operation {
    /// What a request asks for.
    ///
    /// # Errors
    /// How to refuse it: 400, 404, 405, 414, 415, and 501 for what is specified and not supported (other sets of data,
    /// shared data, changes of a subscription).
    pub fn read(request: &Request) -> Result<Self, Box<ProblemDetails>> {
        let path = Path::parse(&request.path)?;
        let route = Route::of(&path, API, VERSION)?;
        match (route.segments(), request.method) {
            ([ue_id, "sdm-subscriptions"], Method::Post) => Ok(Self::Subscribe {
                ue_id: (*ue_id).to_owned(),
                subscription: Box::new(request.read(&[JSON])?),
            }),
            ([_, "sdm-subscriptions"], _) => Err(method_not_allowed(&[Method::Post])),
            ([ue_id, "sdm-subscriptions", id], Method::Delete) => Ok(Self::Unsubscribe {
                ue_id: (*ue_id).to_owned(),
                subscription_id: (*id).to_owned(),
            }),
            ([_, "sdm-subscriptions", _], Method::Patch) => Err(not_supported("changing a subscription")),
            ([_, "sdm-subscriptions", _], _) => Err(method_not_allowed(&[Method::Delete])),
            ([supi, segment], method) => {
                let Some(set) = DataSet::ALL.into_iter().find(|set| set.segment() == *segment) else {
                    return Err(other(segment));
                };
                if method != Method::Get {
                    return Err(method_not_allowed(&[Method::Get]));
                }
                Ok(Self::Get {
                    supi: (*supi).to_owned(),
                    set,
                    plmn_id: read_query(&path, "plmn-id")?,
                    single_nssai: read_query(&path, "single-nssai")?,
                    dnn: path.query("dnn")?.map(std::borrow::Cow::into_owned),
                })
            }
            ([_], Method::Get) => Err(not_supported("several sets of data at once")),
            ([_, "am-data", _], _) | (["group-data" | "shared-data", ..], _) => {
                Err(not_supported("acknowledgements, group data and shared data"))
            }
            _ => Err(not_found()),
        }
    }
}

/// Sets of data that are specified and not supported here.
fn other(segment: &str) -> Box<ProblemDetails> {
    match segment {
        "ue-context-in-amf-data"
        | "ue-context-in-smsf-data"
        | "trace-data"
        | "sms-data"
        | "sms-mng-data"
        | "lcs-privacy-data"
        | "lcs-mo-data"
        | "lcs-bca-data"
        | "lcs-subscription-data"
        | "v2x-data"
        | "prose-data"
        | "5mbs-data"
        | "uc-data"
        | "id-translation-result" => not_supported(segment),
        _ => not_found(),
    }
}

/// A query parameter in JSON.
fn read_query<T: serde::de::DeserializeOwned>(
    path: &Path<'_>,
    name: &str,
) -> Result<Option<T>, Box<ProblemDetails>> {
    let Some(text) = path.query(name)? else {
        return Ok(None);
    };
    json::parse(text.as_bytes()).map(Some).map_err(|_| {
        ProblemDetails::new(cause::OPTIONAL_QUERY_PARAM_INCORRECT)
            .invalid(format!("query {name}"), "not what the specification says")
            .into()
    })
}

/// Asks for data, as seen in a network; `single_nssai` and `dnn` for session data.
#[must_use]
pub fn get(
    supi: &str,
    set: DataSet,
    plmn_id: Option<&PlmnId>,
    single_nssai: Option<&Snssai>,
    dnn: Option<&str>,
) -> Request {
    let mut path = format!("/{API}/{VERSION}/{}/{}", encode(supi), set.segment());
    let mut separator = '?';
    let mut add = |name: &str, value: &str| {
        path.push(separator);
        path.push_str(name);
        path.push('=');
        path.push_str(&encode(value));
        separator = '&';
    };
    if let Some(plmn_id) = plmn_id {
        add("plmn-id", &String::from_utf8_lossy(&json::body(plmn_id)));
    }
    if let Some(single_nssai) = single_nssai {
        add(
            "single-nssai",
            &String::from_utf8_lossy(&json::body(single_nssai)),
        );
    }
    if let Some(dnn) = dnn {
        add("dnn", dnn);
    }
    Request::new(Method::Get, path)
}

/// Asks to hear of changes.
#[must_use]
pub fn subscribe(ue_id: &str, subscription: &SdmSubscription) -> Request {
    let path = format!("/{API}/{VERSION}/{}/sdm-subscriptions", encode(ue_id));
    Request::json(Method::Post, path, subscription)
}

/// The path of a subscription: its `Location`.
#[must_use]
pub fn subscription_resource(ue_id: &str, subscription_id: &str) -> String {
    format!(
        "/{API}/{VERSION}/{}/sdm-subscriptions/{}",
        encode(ue_id),
        encode(subscription_id)
    )
}

/// Ends a subscription.
#[must_use]
pub fn unsubscribe(ue_id: &str, subscription_id: &str) -> Request {
    Request::new(Method::Delete, subscription_resource(ue_id, subscription_id))
}
