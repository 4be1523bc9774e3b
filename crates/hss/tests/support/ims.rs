//! CSCFs that are nothing but octets, and IMS subscriptions.

#![expect(unreachable_pub, reason = "a module of a test")]

use crate::support::*;
use quintet_cx::{
    Answer, AuthDataItem, AuthenticationScheme, Lir, Maa, Mar, Request, Resynchronisation, Saa, Sar,
    ServerAssignmentType, Uaa, Uar, UserAuthorizationType,
};
use quintet_diameter::dict::avp;
use quintet_diameter::{ConnectionId, Message};
use quintet_hss::HssConfig;
use quintet_identity::{Impi, Impu};
use quintet_store::{Command, ImsKey, PutMode, Reply, StoredIms};
use quintet_subscriber::ims::{ImsSubscription, RegistrationState};
use std::sync::Arc;

pub const DOMAIN: &str = "ims.mnc001.mcc001.3gppnetwork.org";

pub fn scscf(name: &str) -> String {
    format!("sip:{name}.{DOMAIN}:6060")
}

pub fn subscription_of(n: u32) -> ImsSubscription {
    ImsSubscription::derived(imsi(n), plmn(HOME), Some(format!("49151{n:05}").parse().unwrap())).unwrap()
}

pub fn impi(n: u32) -> Impi {
    subscription_of(n).private[0].impi.clone()
}

pub fn impu(n: u32) -> Impu {
    subscription_of(n).sets[0].identities[0].impu.clone()
}

pub fn number(n: u32) -> Impu {
    subscription_of(n).sets[0].identities[1].impu.clone()
}

/// An HSS with CSCFs: an I-CSCF and two S-CSCFs.
pub struct Ims {
    pub rig: Rig,
    pub icscf: ConnectionId,
    pub s1: ConnectionId,
    pub s2: ConnectionId,
    id: u32,
    /// Every request and its answer.
    pub pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Ims {
    /// With so many subscribers, all of them with IMS.
    pub fn started(subscribers: u32) -> Self {
        Self::with(HssConfig::new(vec![plmn(HOME)]), subscribers)
    }

    pub fn with(config: HssConfig, subscribers: u32) -> Self {
        let mut rig = Rig::new(config);
        rig.provision_many(subscribers, &subscription());
        let mut ims = Self {
            icscf: ConnectionId(0),
            s1: ConnectionId(0),
            s2: ConnectionId(0),
            id: 0,
            pairs: Vec::new(),
            rig,
        };
        ims.provision((1..=subscribers).map(subscription_of), PutMode::Insert);
        ims.rig.start();
        ims.icscf = ims.connect("icscf");
        ims.s1 = ims.connect("s1");
        ims.s2 = ims.connect("s2");
        ims
    }

    pub fn connect(&mut self, name: &str) -> ConnectionId {
        self.rig.connect(&format!("{name}.{DOMAIN}"), DOMAIN)
    }

    pub fn provision(&mut self, subscriptions: impl Iterator<Item = ImsSubscription>, mode: PutMode) {
        let subscriptions = subscriptions.map(Arc::new).collect();
        self.rig.direct(Command::PutIms { subscriptions, mode }).unwrap();
    }

    /// Changes what is provisioned, and lets the HSS know.
    pub fn change(&mut self, n: u32, alter: impl FnOnce(&mut ImsSubscription)) {
        let mut subscription = (*self.stored(n).unwrap().subscription.unwrap()).clone();
        alter(&mut subscription);
        self.provision(std::iter::once(subscription), PutMode::Update);
        self.rig.hss.store_changed(self.rig.now);
        self.rig.pump();
    }

    pub fn stored(&mut self, n: u32) -> Option<StoredIms> {
        let key = ImsKey::Imsi(imsi(n));
        match self.rig.direct(Command::LoadIms { key }).unwrap() {
            Reply::Ims(stored) => stored.map(|stored| *stored),
            other => panic!("{other:?}"),
        }
    }

    pub fn state(&mut self, n: u32) -> RegistrationState {
        self.stored(n).unwrap().registrations.state(0)
    }

    /// The octets of a request of a CSCF.
    pub fn octets(&mut self, host: &str, request: &Request) -> Vec<u8> {
        self.id += 1;
        let id = self.id;
        message(request.command(), quintet_cx::CX, id, |w| {
            w.text(avp::SESSION_ID, &format!("{host};1;{id}"));
            w.text(avp::ORIGIN_HOST, &format!("{host}.{DOMAIN}"));
            w.text(avp::ORIGIN_REALM, DOMAIN);
            w.text(avp::DESTINATION_REALM, REALM);
            request.write(w);
        })
    }

    /// Asks, and takes the answer, which must come at once.
    pub fn ask(&mut self, host: &str, request: &Request) -> Answer {
        let octets = self.octets(host, request);
        let connection = self.connection(host);
        let answer = self.rig.ask(connection, &octets);
        let read = Answer::read(&Message::decode(&answer).unwrap()).unwrap();
        self.pairs.push((octets, answer));
        read
    }

    pub fn connection(&self, host: &str) -> ConnectionId {
        match host {
            "icscf" => self.icscf,
            "s1" => self.s1,
            "s2" => self.s2,
            other => panic!("no {other}"),
        }
    }

    pub fn uar(&mut self, impi: &Impi, impu: &Impu) -> Uaa {
        let request = Uar {
            user_name: impi.to_string(),
            public_identity: impu.to_string(),
            visited_network: DOMAIN.to_owned(),
            authorization_type: UserAuthorizationType::REGISTRATION,
            flags: Default::default(),
            features: Vec::new(),
        };
        match self.ask("icscf", &Request::UserAuthorization(request)) {
            Answer::UserAuthorization(uaa) => uaa,
            other => panic!("{other:?}"),
        }
    }

    pub fn lir(&mut self, impu: &Impu) -> (u32, Option<String>) {
        let request = Request::LocationInfo(Lir {
            public_identity: impu.to_string(),
            originating: false,
            authorization_type: None,
            session_priority: None,
            features: Vec::new(),
        });
        match self.ask("icscf", &request) {
            Answer::LocationInfo(lia) => (lia.outcome.code(), lia.server_name),
            other => panic!("{other:?}"),
        }
    }

    pub fn mar_request(n: u32, host: &str, count: u32, token: Option<Resynchronisation>) -> Mar {
        Mar {
            user_name: impi(n).to_string(),
            public_identity: impu(n).to_string(),
            item: AuthDataItem::ask(AuthenticationScheme::DIGEST_AKAV1_MD5, token),
            count,
            server_name: scscf(host),
            features: Vec::new(),
        }
    }

    pub fn mar_of(&mut self, host: &str, mar: Mar) -> Maa {
        match self.ask(host, &Request::MultimediaAuth(Box::new(mar))) {
            Answer::MultimediaAuth(maa) => maa,
            other => panic!("{other:?}"),
        }
    }

    pub fn mar(&mut self, n: u32, host: &str, count: u32) -> Maa {
        self.mar_of(host, Self::mar_request(n, host, count, None))
    }

    pub fn sar_request(n: u32, host: &str, assignment_type: ServerAssignmentType) -> Sar {
        Sar {
            user_name: Some(impi(n).to_string()),
            public_identities: vec![impu(n).to_string()],
            ..Sar::new(scscf(host), assignment_type)
        }
    }

    pub fn sar_of(&mut self, host: &str, sar: Sar) -> Saa {
        match self.ask(host, &Request::ServerAssignment(Box::new(sar))) {
            Answer::ServerAssignment(saa) => *saa,
            other => panic!("{other:?}"),
        }
    }

    pub fn sar(&mut self, n: u32, host: &str, assignment_type: ServerAssignmentType) -> Saa {
        self.sar_of(host, Self::sar_request(n, host, assignment_type))
    }

    /// SM1 to SM12 at an S-CSCF.
    pub fn register(&mut self, n: u32, host: &str) {
        assert_eq!(self.mar(n, host, 1).outcome.code(), 2001);
        let saa = self.sar(n, host, ServerAssignmentType::REGISTRATION);
        assert_eq!(saa.outcome.code(), 2001);
    }

    /// The next request of the HSS over Cx, confirmed, and to whom.
    pub fn told(&mut self) -> Option<(ConnectionId, Request)> {
        let sent = self.rig.request_of(quintet_cx::CX)?;
        self.rig.confirm(&sent, 2001);
        let request = Request::read(&Message::decode(&sent.1).unwrap()).unwrap();
        Some((sent.0, request))
    }
}
