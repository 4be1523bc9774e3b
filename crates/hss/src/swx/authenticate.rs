//! Multimedia-Auth (TS 29.273 8.1.2.1.2): vectors of EAP-AKA and EAP-AKA'.

use super::{SwxStage, is_stale, locate};
use crate::hss::{Cx, Hss};
use crate::serve::{Inbound, Stage, Step};
use crate::{Disposition, Outcome};
use quintet_cx::{ExperimentalResult, Fault};
use quintet_diameter::dict::avp;
use quintet_diameter::{MessageWriter, ResultCode};
use quintet_home::{Batch, Failure, Ground, Halt, Need, Stage as Vectoring, StoreReply};
use quintet_store::Command;
use quintet_subscriber::auc::Domain;
use quintet_subscriber::swx::{AuthenticationRequest, Method};
use quintet_swx::{AuthItem, ItemKeys, Maa, Mar};

/// The most vectors of an answer, as of S6a: more would only age at the AAA server.
pub const MAX_VECTORS_PER_MAA: u32 = 5;

/// How many vectors a request is given: one at least, a resynchronisation with nothing to try again would be pointless.
fn count(mar: &Mar<'_>) -> u8 {
    mar.count.clamp(1, MAX_VECTORS_PER_MAA) as u8
}

impl Hss {
    /// Multimedia-Auth-Request.
    pub(super) fn multimedia_auth(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: SwxStage,
        reply: Option<StoreReply>,
    ) -> Step {
        let mar = match Mar::read(&inbound.message) {
            Ok(mar) => mar,
            Err(fault) => return Step::Done(self.respond_fault(cx, inbound, &fault)),
        };
        let stage = match stage {
            SwxStage::Vectors(method, vectoring) => {
                return self.swx_vectors(cx, inbound, &mar, method, vectoring, reply);
            }
            SwxStage::Pending(known, _) if is_stale(reply.as_ref()) => return locate(mar.imsi, known),
            SwxStage::Pending(_, method) => match reply {
                Some(Err(error)) => {
                    return Step::Done(self.swx_store_failed(cx, inbound, mar.imsi, &error));
                }
                _ => return self.swx_vectors(cx, inbound, &mar, method, Vectoring::Start, None),
            },
            stage => stage,
        };
        if inbound.connection.is_none() {
            return Step::Done(Disposition::Orphaned);
        }
        if mar.features.iter().any(|list| list.is_lacking(0)) {
            let unsupported = ExperimentalResult::ERROR_FEATURE_UNSUPPORTED;
            return Step::Done(self.swx_outcome(cx, inbound, Some(mar.imsi), unsupported.into()));
        }
        let (known, location) = match self.swx_ground(cx, inbound, mar.imsi, stage, reply) {
            Ok(ground) => ground,
            Err(step) => return step,
        };
        let envelope = quintet_cx::Envelope::of(&inbound.message);
        let request = AuthenticationRequest {
            host: envelope.origin_host,
            realm: envelope.origin_realm,
            scheme: &mar.scheme,
            rat_type: mar.rat_type,
            visited_network: mar.visited_network,
            imei: mar.terminal.imei,
            imeisv: mar.terminal.imeisv,
            aaa_failure: mar.aaa_failure,
        };
        let stored = location.aaa.as_ref();
        let since = cx.wall.0.as_secs();
        let granted = match request.decide(&known.subscription, stored, &self.own_plmns, since) {
            Ok(granted) => granted,
            Err(refused) => return Step::Done(self.swx_refused(cx, inbound, mar.imsi, refused, stored)),
        };
        let Some(aaa) = granted.store else {
            return self.swx_vectors(cx, inbound, &mar, granted.method, Vectoring::Start, None);
        };
        let command = Command::SetAaa {
            imsi: mar.imsi,
            expected: location.aaa.map(|aaa| aaa.host),
            aaa: Some(Box::new(aaa)),
        };
        Step::Wait(
            Need::Command(command),
            Stage::Swx(SwxStage::Pending(known, granted.method)),
        )
    }

    fn swx_vectors(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        mar: &Mar<'_>,
        method: Method,
        vectoring: Vectoring,
        reply: Option<StoreReply>,
    ) -> Step {
        let wanted = inbound.connection.is_some();
        let name = match (method, mar.anid) {
            (Method::EapAka, _) => "",
            (Method::EapAkaPrime, Some(anid)) => anid,
            (Method::EapAkaPrime, None) => {
                let fault = Fault::missing(avp::ANID, "ANID is missing: CK' and IK' are bound to it");
                return Step::Done(self.respond_fault(cx, inbound, &fault));
            }
        };
        let ground = match self.front.take_up(mar.imsi, vectoring, reply, wanted) {
            Ok(ground) => ground,
            Err(halt) => return self.swx_halted(cx, inbound, mar, method, halt),
        };
        self.swx_issue(cx, inbound, mar, (method, name), &ground)
    }

    fn swx_issue(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        mar: &Mar<'_>,
        (method, name): (Method, &str),
        ground: &Ground,
    ) -> Step {
        if let Err(halt) = self.front.subscription(mar.imsi, ground) {
            return self.swx_halted(cx, inbound, mar, method, halt);
        }
        let n = count(mar);
        let token = mar.resynchronisation.as_ref();
        let token = token.map(|token| (&token.rand, &token.auts));
        let wanted = [(Domain::Cs, n), (Domain::Cs, 0)];
        let batch = match self.front.issue(cx.wall, mar.imsi, ground, token, wanted) {
            Ok(batch) => batch,
            Err(halt) => return self.swx_halted(cx, inbound, mar, method, halt),
        };
        let Some(connection) = inbound.connection else {
            return Step::Done(Disposition::Orphaned);
        };
        let Some(mut w) = cx.node.answer(connection, &inbound.message, ResultCode::SUCCESS) else {
            return Step::Done(Disposition::Orphaned);
        };
        Maa::write_granted(&mut w, mar.imsi, &[], u32::from(n));
        write_items(&mut w, batch, method, name);
        w.finish();
        Step::Done(self.answered(inbound, Some(mar.imsi), Outcome::Success))
    }

    /// What a request that does not go on is answered, or waits for.
    fn swx_halted(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        mar: &Mar<'_>,
        method: Method,
        halt: Halt,
    ) -> Step {
        let outcome = match halt {
            Halt::Wait(need, vectoring) => {
                return Step::Wait(need, Stage::Swx(SwxStage::Vectors(method, vectoring)));
            }
            Halt::Orphaned => return Step::Done(Disposition::Orphaned),
            Halt::Failed(Failure::Store(error)) => {
                return Step::Done(self.swx_store_failed(cx, inbound, mar.imsi, &error));
            }
            Halt::Failed(Failure::UserUnknown) => ExperimentalResult::ERROR_USER_UNKNOWN.into(),
            Halt::Failed(Failure::Unavailable | Failure::TokenRefused) => {
                ExperimentalResult::AUTHENTICATION_DATA_UNAVAILABLE.into()
            }
            Halt::Failed(Failure::Unable) => ResultCode::UNABLE_TO_COMPLY.into(),
            Halt::Failed(Failure::TooBusy) => ResultCode::TOO_BUSY.into(),
        };
        Step::Done(self.swx_outcome(cx, inbound, Some(mar.imsi), outcome))
    }
}

/// Writes the vectors, in the order of their numbers.
fn write_items(w: &mut MessageWriter<'_>, batch: Batch<'_>, method: Method, name: &str) {
    let Batch {
        vectors,
        issued: [Some(issued), _],
        entropy,
    } = batch
    else {
        return;
    };
    match method {
        Method::EapAka => {
            for (number, quintet) in (1..).zip(vectors.utran(issued, entropy)) {
                // Vectors refuses a MAC that AUTN cannot carry, so there is one.
                let Some(autn) = quintet.autn.octets() else {
                    continue;
                };
                let item = AuthItem {
                    number: Some(number),
                    rand: quintet.rand,
                    autn,
                    xres: quintet.xres,
                    keys: ItemKeys::EapAka {
                        ck: quintet.ck.clone(),
                        ik: quintet.ik.clone(),
                    },
                };
                item.write(w);
            }
        }
        Method::EapAkaPrime => {
            let made = vectors.eap_aka_prime(name.as_bytes(), issued, entropy);
            for (number, vector) in (1..).zip(made) {
                let item = AuthItem {
                    number: Some(number),
                    rand: vector.rand,
                    autn: vector.autn,
                    xres: *vector.xres,
                    keys: ItemKeys::EapAkaPrime(vector.keys),
                };
                item.write(w);
            }
        }
    }
}
