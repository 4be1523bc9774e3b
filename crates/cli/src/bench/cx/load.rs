//! An I- and S-CSCF that ask nothing but Cx: so many subscribers under way, each with one request after the other.

use quintet_cscf::cx::{Answered, CxClient, CxConfig};
use quintet_cx::{
    Answer, AuthDataItem, AuthenticationScheme, Lir, Maa, Mar, Outcome, Request, Saa, Sar,
    ServerAssignmentType, Uar, UserAuthorizationType,
};
use quintet_diameter::ResultCode;
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_runtime::{Application, Moment};
use quintet_sim::demo::{Population, home_plmn};
use quintet_sim::ims::identity;
use quintet_sim::{Latency, Usim};
use quintet_subscriber::usim;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;

/// One answer in so many is checked as an S-CSCF and a card would.
const CHECKED: u64 = 64;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A step that spreads subscribers: no two requests in a row are about rows of one page.
const STRIDE: u64 = 2_654_435_761;

/// What is asked about a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Who serves it (I-CSCF).
    Uar,
    /// A vector (S-CSCF).
    Mar,
    /// It is registered now, and its profile is wanted.
    Sar,
    /// It re-registered; the profile is known.
    Again,
    /// Who serves it, for a request to it (I-CSCF).
    Lir,
}

#[derive(Debug)]
struct Sent {
    subscriber: u32,
    step: usize,
    at: Duration,
}

/// The load.
pub(super) struct Load {
    client: CxClient<Sent>,
    population: Population,
    domain: String,
    server_name: String,
    connected: bool,
    /// What is asked about each subscriber, in this order.
    steps: &'static [Step],
    /// The subscribers of the phase, and how many of them began and ended.
    subscribers: std::ops::Range<u32>,
    begun: u32,
    pub(super) ended: u32,
    outstanding: u32,
    /// Next requests of subscribers that were answered.
    next: Vec<(u32, usize)>,
    pub(super) answered: u64,
    pub(super) checked: u64,
    pub(super) latency: Latency,
    /// What went wrong first.
    pub(super) fault: Option<String>,
    done: Rc<Notify>,
}

impl Load {
    pub(super) fn new(done: Rc<Notify>) -> Self {
        let domain = home_plmn().ims_domain();
        let mut config = CxConfig::new(home_plmn().epc_realm());
        config.timeout = TIMEOUT;
        Self {
            client: CxClient::new(config),
            population: Population::new(),
            server_name: format!("sip:scscf.{domain}:6060"),
            domain,
            connected: false,
            steps: &[],
            subscribers: 0..0,
            begun: 0,
            ended: 0,
            outstanding: 0,
            next: Vec::new(),
            answered: 0,
            checked: 0,
            latency: Latency::default(),
            fault: None,
            done,
        }
    }

    pub(super) const fn is_connected(&self) -> bool {
        self.connected
    }

    /// These subscribers, so many at a time.
    pub(super) fn begin(
        &mut self,
        steps: &'static [Step],
        subscribers: std::ops::Range<u32>,
        outstanding: u32,
    ) {
        self.steps = steps;
        self.subscribers = subscribers;
        self.outstanding = outstanding;
        (self.begun, self.ended) = (0, 0);
        self.latency = Latency::default();
    }

    pub(super) const fn is_done(&self) -> bool {
        self.ended == self.begun && self.begun == self.subscribers.end - self.subscribers.start
    }

    /// The next subscriber, in an order that jumps about.
    fn draw(&mut self) -> u32 {
        let count = u64::from(self.subscribers.end - self.subscribers.start);
        let at = u64::from(self.begun) * STRIDE % count;
        self.begun += 1;
        self.subscribers.start + at as u32
    }

    fn send(&mut self, now: Duration, node: &mut Node, subscriber: u32, step: usize) {
        let sent = Sent {
            subscriber,
            step,
            at: now,
        };
        let Some(request) = self.request(self.steps[step], subscriber) else {
            return self.over(format!("subscriber {subscriber} cannot be named"));
        };
        if let Err((_, why)) = self.client.send(now, node, None, sent, request) {
            self.over(why.to_string());
        }
    }

    fn request(&self, step: Step, subscriber: u32) -> Option<Request> {
        let identity = identity(Population::imsi(subscriber)?).ok()?;
        let (user_name, public_identity) = (identity.impi.to_string(), identity.impu.to_string());
        let sar = |assignment_type, known| {
            let mut sar = Sar::new(self.server_name.clone(), assignment_type);
            sar.user_name = Some(user_name.clone());
            sar.public_identities = vec![public_identity.clone()];
            sar.user_data_already_available = known;
            Request::ServerAssignment(Box::new(sar))
        };
        Some(match step {
            Step::Uar => Request::UserAuthorization(Uar {
                user_name,
                public_identity,
                visited_network: self.domain.clone(),
                authorization_type: UserAuthorizationType::REGISTRATION,
                flags: Default::default(),
                features: Vec::new(),
            }),
            Step::Mar => Request::MultimediaAuth(Box::new(Mar {
                user_name,
                public_identity,
                item: AuthDataItem::ask(AuthenticationScheme::DIGEST_AKAV1_MD5, None),
                count: 1,
                server_name: self.server_name.clone(),
                features: Vec::new(),
            })),
            Step::Sar => sar(ServerAssignmentType::REGISTRATION, false),
            Step::Again => sar(ServerAssignmentType::RE_REGISTRATION, true),
            Step::Lir => Request::LocationInfo(Lir {
                public_identity,
                ..Lir::default()
            }),
        })
    }

    /// A subscriber has nothing more to ask, or cannot.
    fn over(&mut self, fault: impl Into<Option<String>>) {
        self.ended += 1;
        if let Some(fault) = fault.into() {
            self.fault.get_or_insert(fault);
        }
        if self.is_done() {
            self.done.notify_one();
        }
    }

    fn take(&mut self, now: Duration, answered: Answered<Sent>) {
        let Sent { subscriber, step, at } = answered.id;
        let asked = self.steps[step];
        match answered.result {
            Ok(answer) if answer.outcome().is_success() => {
                self.answered += 1;
                self.latency.record(now.saturating_sub(at));
                if self.answered.is_multiple_of(CHECKED) {
                    self.checked += 1;
                    if !self.is_right(asked, subscriber, &answer) {
                        return self.over(format!("{asked:?} of subscriber {subscriber}: a wrong answer"));
                    }
                }
                if step + 1 < self.steps.len() {
                    self.next.push((subscriber, step + 1));
                } else {
                    self.over(None);
                }
            }
            Ok(answer) => self.over(format!(
                "{asked:?} of subscriber {subscriber} is refused: {}",
                answer.outcome()
            )),
            Err(why) => self.over(format!("{asked:?} of subscriber {subscriber}: {why}")),
        }
    }

    /// Whether an answer says what it must.
    fn is_right(&self, asked: Step, subscriber: u32, answer: &Answer) -> bool {
        match (asked, answer) {
            (Step::Mar, Answer::MultimediaAuth(maa)) => self.is_fresh(subscriber, maa),
            (Step::Sar, Answer::ServerAssignment(saa)) => self.has_profile(subscriber, saa),
            (Step::Again, Answer::ServerAssignment(saa)) => saa.outcome == Outcome::SUCCESS,
            (Step::Uar, Answer::UserAuthorization(_)) => true,
            (Step::Lir, Answer::LocationInfo(lia)) => {
                lia.server_name.as_deref() == Some(self.server_name.as_str())
            }
            _ => false,
        }
    }

    /// The card takes the vector, and answers what the S-CSCF expects.
    fn is_fresh(&self, subscriber: u32, maa: &Maa) -> bool {
        let card = self.population.subscriber(subscriber).and_then(|subscriber| {
            Usim::new(subscriber.imsi, &subscriber.authentication, Default::default()).ok()
        });
        let vector = maa.items.first().and_then(|item| item.vector.as_ref());
        let (Some(mut card), Some(vector)) = (card, vector) else {
            return false;
        };
        let Some(autn) = vector.autn.octets() else {
            return false;
        };
        match card.answer(&vector.rand, &autn) {
            usim::Answer::Accepted { res, ck, ik } => {
                res == vector.xres && ck == vector.ck && ik == vector.ik
            }
            _ => false,
        }
    }

    fn has_profile(&self, subscriber: u32, saa: &Saa) -> bool {
        let identity = Population::imsi(subscriber).and_then(|imsi| identity(imsi).ok());
        let Some((identity, xml)) = identity.zip(saa.user_data.as_ref()) else {
            return false;
        };
        quintet_cx::profile::ImsSubscription::from_xml(xml)
            .is_ok_and(|profile| profile.private_id == identity.impi.as_str())
    }
}

impl Application for Load {
    fn handle(&mut self, at: Moment, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        match inbound {
            Inbound::Done => {}
            Inbound::Answer { handle, message } => {
                if let Some(answered) = self.client.answered(at.now, node, handle, &message) {
                    self.take(at.now, answered);
                }
            }
            Inbound::Request(request) => {
                node.reject(connection, &request, ResultCode::COMMAND_UNSUPPORTED, None, None);
            }
        }
    }

    fn event(&mut self, at: Moment, _: &mut Node, event: &Event) {
        match event {
            Event::PeerUp { .. } => self.connected = true,
            Event::RequestFailed { handle, reason, .. } => {
                if let Some(answered) = self.client.failed(*handle, *reason) {
                    self.take(at.now, answered);
                }
            }
            _ => {}
        }
    }

    fn pump(&mut self, at: Moment, node: &mut Node) {
        while let Some((subscriber, step)) = self.next.pop() {
            self.send(at.now, node, subscriber, step);
        }
        while self.begun < self.subscribers.end - self.subscribers.start
            && self.begun - self.ended < self.outstanding
        {
            let subscriber = self.draw();
            self.send(at.now, node, subscriber, 0);
        }
    }

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }

    fn timeout(&mut self, _: Moment, _: &mut Node) {}
}
