//! What operations may answer besides what they say of themselves: problems that hang on no operation are described once, and
//! referred to by each operation that may have them. A problem has its own media type (RFC 9457 3).

use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{
    Components, ContentBuilder, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder, Responses,
};

/// The media type of a problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Where a problem is described.
const PROBLEM: &str = "#/components/schemas/Problem";

/// A problem that several operations may answer.
struct Shared {
    status: &'static str,
    name: &'static str,
    what: &'static str,
    /// Which operations.
    of: fn(&Operation) -> bool,
}

/// All of them. 500 is not among them: that is a defect, and nothing a client could expect.
const SHARED: [Shared; 9] = [
    Shared {
        status: "400",
        name: "Unreadable",
        what: "The request cannot be read: a parameter, a header, the syntax of the body",
        of: |_| true,
    },
    Shared {
        status: "401",
        name: "Unauthorized",
        what: "There is no token, or none that counts",
        of: |_| true,
    },
    Shared {
        status: "403",
        name: "Forbidden",
        what: "Role or scope of the token do not permit it",
        of: |_| true,
    },
    Shared {
        status: "404",
        name: "NotFound",
        what: "There is no such thing, or not for this token",
        of: |operation| has_parameter(operation, &ParameterIn::Path, None),
    },
    Shared {
        status: "413",
        name: "TooLarge",
        what: "The body is too long, or asks for too much at once",
        of: |_| true,
    },
    Shared {
        status: "415",
        name: "MediaType",
        what: "The body is of another type",
        of: takes_json,
    },
    Shared {
        status: "422",
        name: "Validation",
        what: "What is said cannot be, or the Idempotency-Key is another request's",
        of: |operation| {
            operation.request_body.is_some()
                || has_parameter(operation, &ParameterIn::Header, Some("Idempotency-Key"))
        },
    },
    Shared {
        status: "429",
        name: "TooManyFailures",
        what: "The address failed to authenticate too often; Retry-After says for how long",
        of: |_| true,
    },
    Shared {
        status: "503",
        name: "Busy",
        what: "Not now: too much is under way, or the store is away; Retry-After says when",
        of: |_| true,
    },
];

fn has_parameter(operation: &Operation, place: &ParameterIn, name: Option<&str>) -> bool {
    let parameters = operation.parameters.iter().flatten();
    parameters
        .filter(|parameter| parameter.parameter_in == *place)
        .any(|parameter| name.is_none_or(|name| parameter.name == name))
}

fn takes_json(operation: &Operation) -> bool {
    let mut kinds = operation.request_body.iter().flat_map(|body| body.content.keys());
    kinds.any(|kind| kind == "application/json" || kind.ends_with("+json"))
}

/// Says of all operations what they may answer.
pub(crate) fn complete(document: &mut Document) {
    let shared = SHARED
        .iter()
        .map(|shared| (shared.name.to_owned(), shared.described().into()));
    let components = document.components.get_or_insert_with(Components::default);
    components.responses.extend(shared);
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            own_media_type(&mut operation.responses);
            for shared in &SHARED {
                if (shared.of)(operation) {
                    shared.add(&mut operation.responses);
                }
            }
        }
    }
}

impl Shared {
    fn described(&self) -> Response {
        ResponseBuilder::new()
            .description(self.what)
            .content(
                PROBLEM_JSON,
                ContentBuilder::new().schema(Some(Ref::new(PROBLEM))).build(),
            )
            .build()
    }

    /// Adds it, beside what the operation itself answers with this status.
    fn add(&self, responses: &mut Responses) {
        let known = responses.responses.get_mut(self.status);
        match known {
            None => {
                let reference = Ref::from_response_name(self.name);
                responses
                    .responses
                    .insert(self.status.to_owned(), RefOr::Ref(reference));
            }
            Some(RefOr::T(own)) => own.content.extend(self.described().content),
            Some(RefOr::Ref(_)) => {}
        }
    }
}

/// Problems that operations say of themselves are of the media type that they come in.
fn own_media_type(responses: &mut Responses) {
    for response in responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        let content = std::mem::take(&mut response.content);
        response.content = content
            .into_iter()
            .map(|(kind, content)| match &content.schema {
                Some(RefOr::Ref(schema)) if schema.ref_location == PROBLEM => {
                    (PROBLEM_JSON.to_owned(), content)
                }
                _ => (kind, content),
            })
            .collect();
    }
}
