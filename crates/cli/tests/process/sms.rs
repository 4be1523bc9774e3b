//! A GMLC and an SMS-GMSC at a running server: where a UE is served is told once it is, and who waits for it is alerted though the
//! server was killed, before the UE came and after.

use crate::support::await_some;
use crate::support::back_end::Look;
use crate::support::mme::{Mme, REALM, build, result};
use crate::support::server::{Server, Settings};
use crate::support::subscribers;
use quintet_diameter::dict::avp;
use quintet_diameter::{Message, MessageWriter};
use quintet_identity::Msisdn;
use quintet_slh::s6c::{Answer, MwdStatus, Request, S6C, Sra, Srr, UserIdentifier};
use quintet_slh::{Ria, Rir, SLH};
use quintet_store::{Command, Reply};
use quintet_subscriber::model::MessageWaiting;
use std::path::Path;

/// The number of every subscriber here.
const MSISDN: &str = "4915112345678";
const CENTRE: &str = "4917000001";
/// MME-Number-for-MT-SMS in TBCD: 4930.
const MME_NUMBER: [u8; 2] = [0x94, 0x03];

fn number(text: &str) -> Msisdn {
    text.parse().unwrap()
}

/// A connection to the server, and how its peer names itself.
struct Peer {
    connection: Mme,
    name: String,
    id: u32,
}

impl Peer {
    fn connect(server: &Server, name: &str) -> Self {
        let name = format!("{name}.{REALM}");
        Self {
            connection: Mme::connect_for(server.address(), &name, &[SLH, S6C]),
            name,
            id: 0,
        }
    }

    fn ask(&mut self, code: u32, application: u32, write: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
        self.id += 1;
        let (name, id) = (&self.name, self.id);
        let octets = build(code, application, id, |w| {
            w.text(avp::SESSION_ID, &format!("{name};1;{id}"));
            w.text(avp::ORIGIN_HOST, name);
            w.text(avp::ORIGIN_REALM, REALM);
            w.text(avp::DESTINATION_REALM, REALM);
            write(w);
        });
        self.connection.ask(&octets).unwrap()
    }

    /// Asks as a GMLC.
    fn locate(&mut self) -> Ria {
        let rir = Rir {
            msisdn: Some(number(MSISDN)),
            ..Rir::default()
        };
        let answer = self.ask(Rir::COMMAND, SLH, |w| rir.write(w));
        Ria::read(&Message::decode(&answer).unwrap()).unwrap()
    }

    /// Asks as an SMS-GMSC.
    fn route(&mut self) -> Sra {
        let srr = Srr {
            user: UserIdentifier::number(number(MSISDN)),
            sc_address: Some(number(CENTRE)),
            ..Srr::default()
        };
        let answer = self.ask(Srr::COMMAND, S6C, |w| srr.write(w));
        match Answer::read(&Message::decode(&answer).unwrap()).unwrap() {
            Answer::RoutingInfo(sra) => *sra,
            other => panic!("{other:?}"),
        }
    }
}

/// Who waits for the first subscriber, as the database has it.
fn waiting(database: &Path) -> Option<MessageWaiting> {
    let imsi = subscribers::imsi(1).parse().unwrap();
    match Look::into(database).execute(Command::LoadLocation { imsi }) {
        Ok(Reply::Location(location)) => location.and_then(|location| location.message_waiting),
        other => panic!("{other:?}"),
    }
}

fn attach(mme: &mut Mme, imsi: &str) {
    let ulr = mme.ulr_with_sms(imsi, &MME_NUMBER);
    assert_eq!(result(&mme.ask(&ulr).unwrap()), 2001);
}

#[test]
fn who_waits_is_alerted_whenever_the_server_was_killed() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("q.db");
    let imsi = subscribers::imsi(1);
    subscribers::provision(&database, [imsi.clone()]);
    let mut settings = Settings::new(&database);
    settings.rest.push_str("[s6c]\nserve = true\n");
    let configuration = settings.write(directory.path());
    let mut server = Server::start(&configuration);
    // The UE is nowhere: the GMLC is told so, and the service centre waits as soon as it is.
    assert_eq!(Peer::connect(&server, "gmlc").locate().outcome.code(), 4201);
    let sra = Peer::connect(&server, "gmsc").route();
    assert_eq!(
        (sra.outcome.code(), sra.mwd_status),
        (5550, Some(MwdStatus::MNRF_SET))
    );
    server.kill();
    assert_eq!(waiting(&database).unwrap().centres.len(), 1);
    // It comes while the SMS-GMSC is not there, and the server is killed with the alert outstanding.
    let mut server = Server::start(&configuration);
    let mut mme = Mme::connect(server.address(), &format!("mme.{REALM}"));
    attach(&mut mme, &imsi);
    await_some("MNRF to go", || {
        waiting(&database).filter(|waiting| !waiting.mnrf)
    });
    server.kill();
    assert_eq!(waiting(&database).unwrap().centres.len(), 1);
    // Where it is was kept, and so was who waits: the alert goes out when the UE shows itself.
    let server = Server::start(&configuration);
    let mme_name = format!("mme.{REALM}");
    let ria = Peer::connect(&server, "gmlc").locate();
    assert_eq!(ria.imsi, Some(imsi.parse().unwrap()));
    assert_eq!(ria.serving_node.unwrap().mme.unwrap().name, mme_name);
    let mut gmsc = Peer::connect(&server, "gmsc");
    let mut mme = Mme::connect(server.address(), &mme_name);
    attach(&mut mme, &imsi);
    let alert = gmsc.connection.told().unwrap();
    let Ok(Request::AlertServiceCentre(alr)) = Request::read(&Message::decode(&alert).unwrap()) else {
        panic!("no ALR");
    };
    assert_eq!(
        (alr.sc_address, alr.user),
        (number(CENTRE), UserIdentifier::number(number(MSISDN)))
    );
    await_some("nobody to wait", || waiting(&database).is_none().then_some(()));
    let node = gmsc.route().serving_node.unwrap();
    assert_eq!(node.mme.unwrap().name, mme_name);
    assert_eq!(node.mme_number_for_mt_sms, Some(number("4930")));
}
