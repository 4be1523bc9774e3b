//! Who asks: as many pairs at a time as allowed, each of the next subscriber.

use anyhow::{Context, Result};
use quintet_crypto::fgs::{ResStar, ServingNetworkName};
use quintet_crypto::{Amf, AuthenticationFunctions, Milenage, Sqn};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_identity::Imsi;
use quintet_runtime::{Application, Moment};
use quintet_sbi::nausf::{
    AuthData, AuthResult, AuthenticationInfo, ConfirmationData, ConfirmationDataResponse, LINK_5G_AKA,
    UEAuthenticationCtx, authenticate, confirm_5g_aka,
};
use quintet_sbi::path::split_uri;
use quintet_sbi::{CallFailure, CallId, Output, Request, Response, SecretHex, Target};
use quintet_sim::demo::{Population, demo_key, home_plmn};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// For an answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What was counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) pairs: u64,
    pub(super) failures: u64,
    pub(super) last_failure: String,
    /// Of each pair, µs.
    pub(super) latencies: Vec<u32>,
}

/// A pair under way.
struct Pair {
    imsi: Imsi,
    began: Duration,
    confirming: bool,
}

/// The client.
pub(super) struct Client {
    ausf: Target,
    serving: ServingNetworkName,
    subscribers: u32,
    outstanding: u32,
    next: u32,
    calls: u64,
    under_way: HashMap<CallId, Pair>,
    outputs: VecDeque<Output>,
    tally: Tally,
}

impl Client {
    pub(super) fn new(ausf: Target, subscribers: u32, outstanding: u32) -> Result<Self> {
        Ok(Self {
            ausf,
            serving: ServingNetworkName::of_plmn(&home_plmn().octets()).context("a PLMN has digits only")?,
            subscribers,
            outstanding,
            next: 0,
            calls: 0,
            under_way: HashMap::new(),
            outputs: VecDeque::new(),
            tally: Tally::default(),
        })
    }

    /// Begins as many pairs as may be under way.
    pub(super) fn begin(&mut self, now: Duration) {
        for _ in 0..self.outstanding {
            self.authenticate(now);
        }
    }

    /// What was counted since the last time.
    pub(super) fn take(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }

    fn authenticate(&mut self, now: Duration) {
        let n = self.next % self.subscribers;
        self.next = self.next.wrapping_add(1);
        let Some(imsi) = Population::imsi(n) else { return };
        let info = AuthenticationInfo {
            supi_or_suci: format!("imsi-{imsi}"),
            serving_network_name: self.serving.as_str().to_owned(),
            resynchronization_info: None,
            pei: None,
            udm_group_id: None,
            routing_indicator: None,
            cell_cag_info: Vec::new(),
            n5gc_ind: false,
            supported_features: None,
            nswo_ind: false,
            disaster_roaming_ind: false,
            onboarding_ind: false,
            aun3_ind: false,
        };
        let pair = Pair {
            imsi,
            began: now,
            confirming: false,
        };
        self.call(authenticate(&info), pair);
    }

    fn call(&mut self, request: Request, pair: Pair) {
        self.calls += 1;
        let id = CallId(self.calls);
        self.under_way.insert(id, pair);
        self.outputs.push_back(Output::Call {
            id,
            target: self.ausf.clone(),
            request,
            timeout: TIMEOUT,
        });
    }

    /// RES* of a challenge, and where it goes.
    fn answer(&self, imsi: Imsi, response: &Response) -> Result<Request> {
        let context: UEAuthenticationCtx = response
            .read()
            .map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
        let AuthData::Av5gAka(vector) = &context.auth_data else {
            anyhow::bail!("EAP was not expected");
        };
        let (k, opc) = demo_key(imsi);
        let functions = AuthenticationFunctions::Milenage(Milenage::new(k, opc)?);
        // RES, CK and IK do not depend on SQN.
        let quintet = functions.quintet(&vector.rand.0, Sqn::default(), Amf([0x80, 0]));
        let res_star = ResStar::derive(
            &quintet.ck,
            &quintet.ik,
            &self.serving,
            &vector.rand.0,
            &quintet.xres,
        )
        .context("CK and IK have 128 bits")?;
        let href = context
            .links
            .get(LINK_5G_AKA)
            .and_then(|links| links.href())
            .context("no link to the confirmation")?;
        let (_, path) = split_uri(href).context("the link is no URI")?;
        let data = ConfirmationData {
            res_star: Some(SecretHex::new(*res_star.expose())),
            supported_features: None,
        };
        Ok(confirm_5g_aka(&path, &data))
    }

    fn confirmed(response: &Response) -> Result<()> {
        let answer: ConfirmationDataResponse = response
            .read()
            .map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
        anyhow::ensure!(
            answer.auth_result == AuthResult::AuthenticationSuccess,
            "{:?}",
            answer.auth_result
        );
        Ok(())
    }

    fn failed(&mut self, now: Duration, why: String) {
        self.tally.failures += 1;
        self.tally.last_failure = why;
        self.authenticate(now);
    }
}

impl Application for Client {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &Event) {}

    fn pump(&mut self, _: Moment, _: &mut Node) {}

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }

    fn timeout(&mut self, _: Moment, _: &mut Node) {}

    fn sbi_response(&mut self, at: Moment, _: &mut Node, id: CallId, outcome: Result<Response, CallFailure>) {
        let Some(pair) = self.under_way.remove(&id) else {
            return;
        };
        let outcome = outcome.map_err(anyhow::Error::from);
        if pair.confirming {
            match outcome.and_then(|response| Self::confirmed(&response)) {
                Ok(()) => {
                    self.tally.pairs += 1;
                    let took = (at.now - pair.began).as_micros();
                    self.tally.latencies.push(u32::try_from(took).unwrap_or(u32::MAX));
                    self.authenticate(at.now);
                }
                Err(why) => self.failed(at.now, why.to_string()),
            }
            return;
        }
        match outcome.and_then(|response| self.answer(pair.imsi, &response)) {
            Ok(request) => self.call(
                request,
                Pair {
                    confirming: true,
                    ..pair
                },
            ),
            Err(why) => self.failed(at.now, why.to_string()),
        }
    }

    fn poll_sbi(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}
