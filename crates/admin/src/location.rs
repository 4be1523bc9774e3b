//! Where a subscriber is registered, and how that is ended.

use crate::access::{Access, Area};
use crate::app::{App, Order};
use crate::ask::{Ask, answer, imsi_of_path, ok};
use crate::audit::{Done, entry};
use crate::problem::Problem;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use quintet_identity::Imsi;
use quintet_store::{AdminCommand, Command, ImsKey, Reply, Transaction};
use quintet_subscriber::ims::Registrations;
use quintet_subscriber::model::{ContextData, Location};
use serde::Serialize;
use utoipa::ToSchema;

/// Where a subscriber is registered.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Registered {
    imsi: String,
    /// MME, SGSN and PDN gateways.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
    /// What 5GC told: AMF, subscriptions to changes, the last authentications.
    #[serde(skip_serializing_if = "Option::is_none")]
    context_data: Option<ContextData>,
    /// Which S-CSCF serves which of its sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    ims_registrations: Option<Registrations>,
}

impl App {
    /// Who serves a subscriber: location, context data, IMS.
    pub(crate) async fn serving(&self, imsi: Imsi) -> Result<quintet_provisioning::Serving, Problem> {
        let (location, context, ims) = tokio::join!(
            self.execute(Command::LoadLocation { imsi }),
            self.execute(Command::LoadContextData { imsi }),
            self.execute(Command::LoadIms {
                key: ImsKey::Imsi(imsi)
            }),
        );
        match (location?, context?, ims?) {
            (Reply::Location(location), Reply::ContextData(context), Reply::Ims(ims)) => {
                Ok(quintet_provisioning::Serving {
                    location: location.map(|location| *location),
                    context: context.map(|context| *context),
                    ims: ims.and_then(|ims| ims.record()),
                })
            }
            _ => Err(Problem::defect("the store gave another answer than a location")),
        }
    }
}

/// Where a subscriber is registered: EPS, 5GS, IMS.
#[utoipa::path(get, path = "/subscribers/{imsi}/location", tag = "location", operation_id = "getLocation",
    params(("imsi" = Imsi, Path, description = "Who")),
    responses((status = 200, body = Registered), (status = 404, body = Problem)))]
pub(crate) async fn read(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let imsi = crate::subscribers::found(&ask, &imsi).await?.subscriber.imsi;
    let serving = ask.app.serving(imsi).await?;
    ok(&Registered {
        imsi: imsi.to_string(),
        location: serving.location,
        context_data: serving.context,
        ims_registrations: serving
            .ims
            .map(|ims| ims.registrations)
            .filter(|registrations| !registrations.is_empty()),
    })
}

/// Cancels the location: MME and SGSN get a Cancel-Location-Request, and what is stored of them goes.
#[utoipa::path(delete, path = "/subscribers/{imsi}/location", tag = "location", operation_id = "cancelLocation",
    params(("imsi" = Imsi, Path, description = "Who")),
    responses((status = 202, description = "It is on its way"), (status = 404, body = Problem),
        (status = 501, body = Problem)))]
pub(crate) async fn cancel(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    order(&ask, &imsi, "location.cancel", Order::CancelLocation).await
}

/// Ends all registrations with the IMS: the S-CSCF gets a Registration-Termination-Request.
#[utoipa::path(delete, path = "/subscribers/{imsi}/ims/registrations", tag = "location",
    operation_id = "deregisterIms", params(("imsi" = Imsi, Path, description = "Who")),
    responses((status = 202, description = "It is on its way"), (status = 404, body = Problem),
        (status = 501, body = Problem)))]
pub(crate) async fn deregister(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    order(&ask, &imsi, "ims.deregister", Order::DeregisterIms).await
}

async fn order(
    ask: &Ask,
    imsi: &str,
    what: &'static str,
    order: fn(Imsi) -> Order,
) -> Result<Response, Problem> {
    let imsi = imsi_of_path(imsi)?;
    ask.caller.may_for(Access::write(Area::Subscribers), imsi)?;
    if ask.app.find_one(imsi).await?.is_none() {
        return Err(crate::access::no_subscriber(imsi));
    }
    let Some(orders) = &ask.app.settings().orders else {
        let status = StatusCode::NOT_IMPLEMENTED;
        let why = "there is no HSS in this process, which alone could tell the serving nodes";
        return Err(Problem::new(status, "not-supported", "not supported here", why)
            .remedy("ask the API of the process that serves the HSS"));
    };
    let place = orders.try_reserve();
    let place = place.map_err(|_| Problem::busy("the HSS has too many orders waiting"))?;
    let transaction = Transaction {
        audit: vec![entry(ask, &Done::of(what, imsi))],
        ..ask.app.transaction()
    };
    ask.app.ask(AdminCommand::Transact(Box::new(transaction))).await?;
    place.send(order(imsi));
    Ok(answer(StatusCode::ACCEPTED, Vec::new(), None, ""))
}
