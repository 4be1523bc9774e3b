//! Sh: what application servers read, keep, and are told of, whoever changed it.

#![cfg(test)]

#[path = "support/ims.rs"]
#[expect(dead_code, reason = "a part is used here")]
mod ims_support;
#[path = "support/recorded.rs"]
#[expect(dead_code, reason = "tshark's verdict alone is used")]
mod judge;
#[path = "sh/notifications.rs"]
mod notifications;
#[path = "sh/requests.rs"]
mod requests;
mod support;

use ims_support::*;
use quintet_cx::FeatureList;
use quintet_diameter::dict::avp;
use quintet_diameter::{ConnectionId, Message, MessageWriter};
use quintet_hss::{HssConfig, SH, ShPermissions};
use quintet_identity::Impu;
use quintet_sh::user_data::{RepositoryData, ShData};
use quintet_sh::*;
use quintet_store::{Command, Reply, ShCommand, ShKey, ShReply};
use quintet_subscriber::sh::ShUser;
use support::*;

/// Data that an application server may read, write, and be told of.
const READABLE: [&str; 13] = [
    "RepositoryData",
    "IMSPublicIdentity",
    "IMSUserState",
    "S-CSCFName",
    "InitialFilterCriteria",
    "LocationInformation",
    "UserState",
    "ChargingInformation",
    "MSISDN",
    "PSIActivation",
    "IMSI",
    "IMSPrivateUserIdentity",
    "IMEISV",
];
const NOTIFIED: [&str; 8] = [
    "RepositoryData",
    "IMSPublicIdentity",
    "IMSUserState",
    "S-CSCFName",
    "InitialFilterCriteria",
    "ChargingInformation",
    "PSIActivation",
    "IMSPrivateUserIdentity",
];

fn named(names: &[&str]) -> Vec<DataReference> {
    names
        .iter()
        .map(|name| DataReference::of_name(name).unwrap())
        .collect()
}

/// What all of `as1` and `as2` may; `as3` may read a state alone.
fn permitted() -> HssConfig {
    let mut config = HssConfig::new(vec![plmn(HOME)]);
    let all = |name: &str| ShPermissions {
        host: format!("{name}.{DOMAIN}"),
        read: named(&READABLE),
        write: named(&["RepositoryData"]),
        subscribe: named(&NOTIFIED),
    };
    config.sh.servers = vec![
        all("as1"),
        all("as2"),
        ShPermissions {
            host: format!("AS3.{DOMAIN}"),
            read: named(&["IMSUserState"]),
            ..ShPermissions::default()
        },
    ];
    config.sh.max_data_octets = 64;
    config
}

/// An HSS with CSCFs and application servers; every pair of messages is kept for tshark.
struct Sh {
    ims: Ims,
    servers: [ConnectionId; 3],
    id: u32,
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Sh {
    fn started(subscribers: u32) -> Self {
        Self::with(permitted(), subscribers)
    }

    fn with(config: HssConfig, subscribers: u32) -> Self {
        let mut ims = Ims::with(config, subscribers);
        let servers = ["as1", "as2", "as3"].map(|name| ims.connect(name));
        Self {
            ims,
            servers,
            id: 0,
            pairs: Vec::new(),
        }
    }

    fn connection(&self, host: &str) -> ConnectionId {
        let at = ["as1", "as2", "as3"].iter().position(|name| *name == host);
        self.servers[at.expect("an application server")]
    }

    fn octets(&mut self, host: &str, write: impl FnOnce(&mut MessageWriter<'_>), code: u32) -> Vec<u8> {
        self.id += 1;
        let id = self.id;
        message(code, SH, id, |w| {
            w.text(avp::SESSION_ID, &format!("{host};1;{id}"));
            w.text(avp::ORIGIN_HOST, &format!("{host}.{DOMAIN}"));
            w.text(avp::ORIGIN_REALM, DOMAIN);
            w.text(avp::DESTINATION_HOST, HSS);
            w.text(avp::DESTINATION_REALM, REALM);
            write(w);
        })
    }

    /// Asks, and takes the answer, which must come at once.
    fn ask(&mut self, host: &str, request: &Request) -> Answer {
        let octets = self.octets(host, |w| request.write(w), request.command());
        let connection = self.connection(host);
        let answer = self.ims.rig.ask(connection, &octets);
        let read = Answer::read(&Message::decode(&answer).unwrap()).unwrap();
        self.pairs.push((octets, answer));
        read
    }

    /// The result, and the data.
    fn pull(&mut self, host: &str, udr: Udr) -> (u32, Option<ShData>) {
        match self.ask(host, &Request::UserData(Box::new(udr))) {
            Answer::UserData(uda) => {
                let data = uda.user_data.map(|xml| ShData::from_xml(&xml).unwrap());
                (uda.outcome.code(), data)
            }
            other => panic!("{other:?}"),
        }
    }

    fn update(&mut self, host: &str, impu: &Impu, data: &[RepositoryData]) -> Pua {
        let user_data = ShData {
            repository: data.to_vec(),
            ..ShData::default()
        };
        let pur = Pur {
            identity: UserIdentity::public(impu.to_string()),
            data: vec![DataReference::REPOSITORY_DATA],
            user_data: user_data.to_xml().into_bytes(),
            ..Pur::default()
        };
        match self.ask(host, &Request::ProfileUpdate(Box::new(pur))) {
            Answer::ProfileUpdate(pua) => pua,
            other => panic!("{other:?}"),
        }
    }

    fn notify(&mut self, host: &str, snr: Snr) -> Sna {
        match self.ask(host, &Request::SubscribeNotifications(Box::new(snr))) {
            Answer::SubscribeNotifications(sna) => sna,
            other => panic!("{other:?}"),
        }
    }

    /// Subscribes, which must succeed.
    fn subscribe(&mut self, host: &str, impu: &Impu, data: &[DataReference]) {
        let sna = self.notify(host, snr(impu, data));
        assert_eq!(sna.outcome.code(), 2001, "{data:?}");
    }

    /// The next PNR, confirmed with a result: to whom, about whom, and what.
    fn told_with(&mut self, result: u32) -> Option<(ConnectionId, UserIdentity, ShData)> {
        let sent = self.ims.rig.request_of(SH)?;
        if result == 2001 {
            self.ims.rig.confirm(&sent, result);
        } else {
            self.ims.rig.confirm_experimental(&sent, result);
        }
        let read = Request::read(&Message::decode(&sent.1).unwrap()).unwrap();
        let Request::PushNotification(pnr) = read else {
            panic!("{read:?}");
        };
        let data = ShData::from_xml(&pnr.user_data).unwrap();
        // tshark reads requests too.
        self.pairs.push((sent.1.clone(), confirmation(&sent.1)));
        Some((sent.0, pnr.identity, data))
    }

    fn told(&mut self) -> Option<(ConnectionId, UserIdentity, ShData)> {
        self.told_with(2001)
    }

    fn stored(&mut self, n: u32) -> ShUser {
        let key = ShKey::Imsi(imsi(n));
        match self.ims.rig.direct(Command::Sh(ShCommand::Load { key })).unwrap() {
            Reply::Sh(ShReply::User(user)) => *user.expect("a user"),
            other => panic!("{other:?}"),
        }
    }

    /// Another HSS starts on what this one left.
    fn restarted(&mut self, config: HssConfig) {
        self.ims.rig.hss = quintet_hss::Hss::new(
            config,
            quintet_subscriber::auc::ChallengeKey::new(&[7; 16]),
            Box::new(|octets: &mut [u8]| octets.fill(1)),
        );
        self.ims.rig.start();
    }

    /// Another process wrote.
    fn noticed(&mut self) {
        self.ims.rig.hss.store_changed(self.ims.rig.now);
        self.ims.rig.pump();
    }
}

/// A PNA.
fn confirmation(request: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let request = Message::decode(request).unwrap();
    let mut w = MessageWriter::answer(&mut out, &request, false);
    w.raw(request.find(avp::SESSION_ID).unwrap().raw);
    w.u32(avp::RESULT_CODE, 2001);
    w.text(avp::ORIGIN_HOST, "as");
    w.text(avp::ORIGIN_REALM, DOMAIN);
    Pna::new(quintet_cx::Outcome::SUCCESS).write(&mut w);
    w.finish();
    out
}

fn udr(impu: &Impu, data: &[DataReference]) -> Udr {
    Udr {
        identity: UserIdentity::public(impu.to_string()),
        data: data.to_vec(),
        ..Udr::default()
    }
}

fn snr(impu: &Impu, data: &[DataReference]) -> Snr {
    let identity = UserIdentity::public(impu.to_string());
    Snr::new(identity, SubsReqType::SUBSCRIBE, data.to_vec())
}

/// Repository data of one service.
fn service(sequence_number: u32, data: Option<&str>) -> RepositoryData {
    RepositoryData {
        service_indication: "mmtel".to_owned(),
        sequence_number,
        service_data: data.map(str::to_owned),
    }
}

/// Supported-Features of an application server.
fn efficient() -> Vec<FeatureList> {
    vec![feature_list(Features::NOTIF_EFF)]
}
