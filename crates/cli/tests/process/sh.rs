//! Application servers at a running server: what is provisioned is told them, and what they keep and subscribed to is there
//! after the server was killed.

use crate::support::mme::{Mme, REALM, build, find, result};
use crate::support::server::{Server, Settings, quintet};
use crate::support::subscribers;
use quintet_diameter::Message;
use quintet_diameter::dict::avp;
use quintet_sh::user_data::{RepositoryData, ShData};
use quintet_sh::{DataReference, Pur, Request, SH, Snr, SubsReqType, Udr, UserIdentity};
use std::net::SocketAddr;
use std::path::Path;

const DOMAIN: &str = "ims.mnc001.mcc001.3gppnetwork.org";

/// Connects an application server.
fn connect(address: SocketAddr, name: &str) -> Mme {
    Mme::connect(address, &format!("{name}.{REALM}"))
}

fn ask(server: &mut Mme, name: &str, id: u32, request: &Request) -> Vec<u8> {
    let octets = build(request.command(), SH, id, |w| {
        w.text(avp::SESSION_ID, &format!("{name};1;{id}"));
        w.text(avp::ORIGIN_HOST, &format!("{name}.{REALM}"));
        w.text(avp::ORIGIN_REALM, REALM);
        w.text(avp::DESTINATION_REALM, REALM);
        request.write(w);
    });
    server.ask(&octets).unwrap()
}

/// The next notification.
fn told(server: &mut Mme) -> ShData {
    let octets = server.told().unwrap();
    let Ok(Request::PushNotification(pnr)) = Request::read(&Message::decode(&octets).unwrap()) else {
        panic!("no PNR");
    };
    ShData::from_xml(&pnr.user_data).unwrap()
}

fn set(database: &Path, arguments: &[&str]) {
    let database = database.display().to_string();
    let all = [&["subscriber", "set", "--db", &database], arguments].concat();
    let output = quintet(&all);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn application_servers_are_told_and_nothing_of_theirs_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("q.db");
    let imsi = subscribers::imsi(1);
    subscribers::provision_ims(&database, [imsi.clone()]);
    let impu = format!("sip:{imsi}@{DOMAIN}");
    let mut settings = Settings::new(&database);
    for name in ["as1", "as2"] {
        settings.rest.push_str(&format!(
            "[[sh.application_server]]\nidentity = \"{name}.{REALM}\"\nread = [\"RepositoryData\"]\n\
             write = [\"RepositoryData\"]\nsubscribe = [\"RepositoryData\", \"IMSPublicIdentity\"]\n"
        ));
    }
    let configuration = settings.write(directory.path());
    let mut server = Server::start(&configuration);
    let mut one = connect(server.address(), "as1");
    let identity = || UserIdentity::public(impu.clone());
    let repository = |sequence_number: u32, text: &str| RepositoryData {
        service_indication: "mmtel".to_owned(),
        sequence_number,
        service_data: Some(text.to_owned()),
    };
    let put = |data: RepositoryData| {
        let user_data = ShData {
            repository: vec![data],
            ..ShData::default()
        };
        Request::ProfileUpdate(Box::new(Pur {
            identity: identity(),
            data: vec![DataReference::REPOSITORY_DATA],
            user_data: user_data.to_xml().into_bytes(),
            ..Pur::default()
        }))
    };
    assert_eq!(
        result(&ask(&mut one, "as1", 1, &put(repository(0, "<a/>")))),
        2001
    );
    let data = vec![DataReference::REPOSITORY_DATA, DataReference::IMS_PUBLIC_IDENTITY];
    let mut snr = Snr::new(identity(), SubsReqType::SUBSCRIBE, data);
    snr.service_indications = vec!["mmtel".to_owned()];
    let snr = Request::SubscribeNotifications(Box::new(snr));
    assert_eq!(result(&ask(&mut one, "as1", 2, &snr)), 2001);
    // The command line changes identities while the server runs.
    set(
        &database,
        &[&imsi, "--impu", &impu, "--impu", "sip:alice@example.org"],
    );
    let identities = |data: ShData| data.public_identifiers.unwrap().public_identities;
    assert!(identities(told(&mut one)).contains(&"sip:alice@example.org".to_owned()));
    // And while it does not.
    server.kill();
    set(&database, &[&imsi, "--impu", &impu]);
    let server = Server::start(&configuration);
    let mut one = connect(server.address(), "as1");
    let mut two = connect(server.address(), "as2");
    // It had started before it was connected to: what could not be delivered is tried again.
    assert_eq!(identities(told(&mut one)), std::slice::from_ref(&impu));
    // What was kept is there, and another writes it.
    let udr = Request::UserData(Box::new(Udr {
        identity: identity(),
        data: vec![DataReference::REPOSITORY_DATA],
        service_indications: vec!["mmtel".to_owned()],
        ..Udr::default()
    }));
    let answer = ask(&mut two, "as2", 1, &udr);
    let kept = find(&answer, &[avp::SH_USER_DATA]).unwrap().data;
    assert_eq!(
        ShData::from_xml(kept).unwrap().repository,
        [repository(0, "<a/>")]
    );
    assert_eq!(
        result(&ask(&mut two, "as2", 2, &put(repository(1, "<b/>")))),
        2001
    );
    assert_eq!(told(&mut one).repository, [repository(1, "<b/>")]);
}
