//! Cx of other people's CSCFs and HSSs, out of captures: read, written again, read the same.
//!
//! Needs the captures (`captures` beside the checkout's `../shared` or `QUINTET_CORPUS`). Without them the test says so
//! and passes, unless `CI=true`.

use crate::judge::skip;
use crate::support::{IMPI, IMPU, SCSCF, answer, request, valid};
use quintet_capture::{Dissector, DissectorOptions, FlowEvent, FlowId, Pdu, Protocol, Seen, Sink, read_all};
use quintet_cx::profile::{ConditionType, ImsSubscription};
use quintet_cx::*;
use quintet_diameter::Message;
use std::path::{Path, PathBuf};

#[derive(Default)]
struct Found(Vec<Vec<u8>>);

impl Sink for Found {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        if pdu.protocol == Protocol::Diameter
            && Message::decode(pdu.octets).is_ok_and(|m| m.header().application_id == CX)
        {
            self.0.push(pdu.octets.to_vec());
        }
    }

    fn flow(&mut self, _: Seen, _: FlowId, _: FlowEvent) {}
}

/// The Cx messages of a capture.
fn messages(name: &str) -> Option<Vec<Vec<u8>>> {
    let directory = std::env::var_os("QUINTET_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures"),
        PathBuf::from,
    );
    let Ok(file) = std::fs::read(directory.join(name)) else {
        skip(&format!(
            "no {name} in {}; set QUINTET_CORPUS",
            directory.display()
        ));
        return None;
    };
    let mut dissector = Dissector::new(DissectorOptions::default());
    let mut found = Found::default();
    read_all(&file, 0, |frame| dissector.frame(frame, &mut found), |_| {});
    dissector.finish(&mut found);
    Some(found.0)
}

/// Reads a message, writes what was read and reads that.
fn again(octets: &[u8]) -> Result<Request, Box<Answer>> {
    let message = Message::decode(octets).unwrap();
    if message.header().flags.request() {
        valid(octets);
        let read = Request::read(&message).unwrap();
        let written = request(&read);
        valid(&written);
        assert_eq!(Request::read(&Message::decode(&written).unwrap()).unwrap(), read);
        Ok(read)
    } else {
        let read = Answer::read(&message).unwrap();
        // Not what the dictionary says: one HSS has charging functions that are no DiameterURI.
        let written = answer(&read);
        assert_eq!(Answer::read(&Message::decode(&written).unwrap()).unwrap(), read);
        Err(Box::new(read))
    }
}

#[test]
fn every_message_reads_and_is_written_again() {
    let rows = [
        ("open5gs__ipsec_reg.pcapng", 6),
        ("open5gs__ipsec_to_ipsec_call.pcapng", 2),
        ("open5gs__ipsec_to_nonipsec_call.pcapng", 2),
        ("open5gs__nonipsec_to_ipsec_call.pcapng", 2),
        ("open5gs__volte.pcapng", 2),
        ("cut__ims_ipsec_challenge_unanswered.pcapng", 4),
        ("cut__ims_ipsec_protected_register_hss_silent.pcapng", 5),
        ("ssmtk-vonr__work_packages_wp3_rp3_v2_amari.pcap", 2),
    ];
    for (name, count) in rows {
        let Some(found) = messages(name) else { return };
        assert_eq!(found.len(), count, "{name}");
        for octets in &found {
            let _ = again(octets);
        }
    }
}

#[test]
fn a_registration_says_what_tshark_says() {
    let Some(found) = messages("open5gs__ipsec_reg.pcapng") else {
        return;
    };
    let read: Vec<_> = found.iter().map(|octets| again(octets)).collect();
    let Ok(Request::UserAuthorization(uar)) = &read[0] else {
        panic!("{:?}", read[0])
    };
    assert_eq!(
        (uar.user_name.as_str(), uar.public_identity.as_str()),
        (IMPI, IMPU)
    );
    assert_eq!(uar.visited_network, "ims.mnc001.mcc001.3gppnetwork.org");
    let mut vectors = 0;
    let mut profiles = 0;
    for read in &read {
        match read {
            Err(answer) => match &**answer {
                Answer::UserAuthorization(uaa) => {
                    assert_eq!(uaa.outcome, ExperimentalResult::SUBSEQUENT_REGISTRATION.into());
                    assert_eq!(uaa.server_name.as_deref(), Some(SCSCF));
                }
                Answer::MultimediaAuth(maa) => {
                    let vector = maa.items[0].vector.as_ref().unwrap();
                    assert_eq!(hex::encode(vector.rand), "a0944c75ff3c4f0853a2f910aa1f104f");
                    assert_eq!(
                        hex::encode(vector.autn.octets().unwrap()),
                        "c6e2f46c8f4280007f3bb9b84b7c3ff6"
                    );
                    assert_eq!(hex::encode(vector.xres.octets()), "17447172f62cf13e");
                    assert_eq!(
                        hex::encode(vector.ck.expose()),
                        "d53c02758b376066fad0af7daa6df765"
                    );
                    assert_eq!(
                        hex::encode(vector.ik.expose()),
                        "e1763cf28cc2e584588800193137ec92"
                    );
                    vectors += 1;
                }
                Answer::ServerAssignment(saa) => {
                    profile(saa.user_data.as_ref().unwrap());
                    profiles += 1;
                }
                other => panic!("{other:?}"),
            },
            Ok(Request::ServerAssignment(sar)) => {
                assert_eq!(sar.assignment_type, ServerAssignmentType::REGISTRATION);
                assert_eq!(
                    (sar.server_name.as_str(), sar.user_data_already_available),
                    (SCSCF, false)
                );
            }
            Ok(_) => {}
        }
    }
    assert_eq!((vectors, profiles), (1, 1));
}

/// The profile that the HSS of that capture sends.
fn profile(xml: &[u8]) {
    let profile = ImsSubscription::from_xml(xml).unwrap();
    assert_eq!(profile.private_id, IMPI);
    let service = profile.service_profile_of(IMPU).unwrap();
    assert!(service.public_identities.len() >= 2);
    assert!(!service.filter_criteria.is_empty());
    let first = &service.filter_criteria[0];
    assert!(first.application_server.server_name.starts_with("sip:"));
    let trigger = first.trigger.as_ref().unwrap();
    assert_eq!(trigger.condition_type, ConditionType::Dnf);
    assert_eq!(
        ImsSubscription::from_xml(profile.to_xml().as_bytes()).unwrap(),
        profile
    );
}

#[test]
fn sip_digest_of_another_vendor() {
    let Some(found) = messages("ssmtk-vonr__work_packages_wp3_rp3_v2_amari.pcap") else {
        return;
    };
    let Err(answer) = again(&found[1]) else {
        panic!("an answer")
    };
    let Answer::MultimediaAuth(maa) = *answer else {
        panic!("{answer:?}")
    };
    let digest = maa.items[0].digest.as_ref().unwrap();
    assert_eq!(
        (digest.realm.as_str(), digest.qop.as_str()),
        ("amarisoft.com", "auth")
    );
    assert_eq!(digest.algorithm.as_deref(), Some("MD5"));
    assert_eq!(digest.ha1.expose().len(), 32);
    assert!(!format!("{maa:?}").contains(digest.ha1.expose()));
}
