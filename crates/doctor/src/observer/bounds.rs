//! Nobody can make the observer's tables grow: counted with subscribers, associations and challenges beyond number, in a
//! capture whose time stands still, so that nothing is forgotten for its age.

use super::ends::{MAX_HELD_OCTETS, MAX_QUEUED, held_octets};
use super::logs::MAX_LOGS;
use super::{MAX_ATTEMPTS, Observer, Wanted};
use crate::keys::{self, KeyRing};
use crate::s6a::{self, support};
use crate::subscribers;
use quintet_capture::{End, Flow, FlowEvent, FlowId, Pdu, Protocol, Seen, Timestamp};
use quintet_identity::{Ecgi, Imsi, Plmn, STmsi, Tai};
use quintet_s1ap::message::{DownlinkNasTransport, InitialUeMessage};
use quintet_s1ap::{EnbUeS1apId, MmeUeS1apId, RrcEstablishmentCause, S1apPdu};

/// Distinct subscribers: more than any table holds.
const SUBSCRIBERS: u32 = 70_000;
/// How many of them share an association.
const PER_ASSOCIATION: u32 = 4;

fn pass(observer: &mut Observer, frame: u64, flow: u64, protocol: Protocol, octets: &[u8]) {
    let seen = Seen {
        file: 0,
        frame,
        time: Timestamp(0),
    };
    let end = |host: u8| End::Address(([10, 0, 0, host], 36_412).into());
    observer.pdu(&Pdu {
        seen,
        first_frame: frame,
        protocol,
        flow: Flow {
            id: FlowId(flow),
            source: end(1),
            destination: end(2),
        },
        direction: None,
        octets,
    });
    while observer.poll().is_some() {}
}

fn encoded(message: S1apPdu<'_>) -> Vec<u8> {
    let mut octets = Vec::new();
    message.encode(&mut octets).unwrap();
    octets
}

/// ATTACH REQUEST with an IMSI.
fn attach_request(imsi: Imsi) -> Vec<u8> {
    let digits: Vec<u8> = imsi.to_string().bytes().map(|digit| digit - b'0').collect();
    let mut octets = vec![0x07, 0x41, 0x71, 8, digits[0] << 4 | 9];
    octets.extend(digits[1..].chunks(2).map(|pair| pair[1] << 4 | pair[0]));
    octets.extend([2, 0xe0, 0xe0, 0, 4, 2, 1, 0xd0, 0x11]);
    octets
}

/// AUTHENTICATION REQUEST.
fn authentication_request(n: u32) -> Vec<u8> {
    let mut octets = vec![0x07, 0x52, 0];
    octets.extend([n.to_be_bytes(); 4].concat());
    octets.push(16);
    octets.extend([(!n).to_be_bytes(); 4].concat());
    octets
}

fn imsi(n: u32) -> Imsi {
    format!("00101{n:010}").parse().unwrap()
}

#[test]
fn subscribers_beyond_number_stay_within_the_tables() {
    let mut observer = Observer::new(KeyRing::default(), Wanted::default());
    let plmn: Plmn = "00101".parse().unwrap();
    for n in 0..SUBSCRIBERS {
        let (flow, enb, frame) = (
            u64::from(n / PER_ASSOCIATION),
            EnbUeS1apId(n & 0xff_ffff),
            u64::from(n) * 2,
        );
        let mut initial = InitialUeMessage::new(
            enb,
            attach_request(imsi(n)).into(),
            Tai { plmn, tac: 7 },
            Ecgi::new(plmn, 1).unwrap(),
            RrcEstablishmentCause::MoSignalling,
        );
        initial.s_tmsi = Some(STmsi {
            mme_code: 1,
            m_tmsi: n,
        });
        pass(
            &mut observer,
            frame,
            flow,
            Protocol::S1ap,
            &encoded(initial.into()),
        );
        let challenge = authentication_request(n);
        let down = DownlinkNasTransport::new(MmeUeS1apId(n), enb, challenge.into());
        pass(
            &mut observer,
            frame + 1,
            flow,
            Protocol::S1ap,
            &encoded(down.into()),
        );
    }
    assert_eq!(observer.attempts.len(), MAX_ATTEMPTS);
    assert_eq!(
        observer.connections.sizes(),
        [
            MAX_ATTEMPTS,
            MAX_ATTEMPTS / PER_ASSOCIATION as usize,
            MAX_ATTEMPTS,
            MAX_ATTEMPTS
        ]
    );
    assert!(
        observer.running_of.len() <= MAX_ATTEMPTS,
        "{}",
        observer.running_of.len()
    );
    let [running, leaving, superseded] = observer.ends.sizes();
    assert!(
        running <= MAX_QUEUED && leaving <= MAX_QUEUED,
        "{running}, {leaving} queued"
    );
    assert!(superseded <= MAX_ATTEMPTS, "{superseded} superseded");
    let [rows, by_imsi, by_s_tmsi, order] = observer.subscribers.sizes();
    let most = subscribers::MAX_SUBSCRIBERS;
    assert_eq!(rows, most);
    assert!(
        by_imsi <= most && by_s_tmsi <= most,
        "{by_imsi} IMSIs, {by_s_tmsi} S-TMSIs"
    );
    assert!(order <= 4 * most, "{order} in the order of use");
    assert_eq!(observer.verifier.sizes(), [keys::MAX_SUBSCRIBERS, 0]);
}

#[test]
fn one_subscriber_again_and_again_stays_within_the_queues() {
    let mut observer = Observer::new(KeyRing::default(), Wanted::default());
    let plmn: Plmn = "00101".parse().unwrap();
    for n in 0..SUBSCRIBERS {
        let initial = InitialUeMessage::new(
            EnbUeS1apId(n & 0xff_ffff),
            attach_request(imsi(1)).into(),
            Tai { plmn, tac: 7 },
            Ecgi::new(plmn, 1).unwrap(),
            RrcEstablishmentCause::MoSignalling,
        );
        pass(
            &mut observer,
            u64::from(n),
            1,
            Protocol::S1ap,
            &encoded(initial.into()),
        );
    }
    assert!(observer.attempts.len() <= MAX_ATTEMPTS);
    let [running, leaving, superseded] = observer.ends.sizes();
    assert!(
        running <= MAX_QUEUED && leaving <= MAX_QUEUED,
        "{running}, {leaving} queued"
    );
    assert!(superseded <= MAX_ATTEMPTS, "{superseded} superseded");
    assert!(observer.subscribers.sizes()[0] <= subscribers::MAX_SUBSCRIBERS);
}

#[test]
fn long_messages_beyond_number_stay_within_the_room() {
    const OCTETS: usize = 16_000;
    const MESSAGES: u32 = 10_000;
    const CONNECTIONS: u32 = 100;
    let mut observer = Observer::new(KeyRing::default(), Wanted::default());
    let mut longest = 0;
    for n in 0..MESSAGES {
        // Ciphered, and none a repetition of another.
        let mut nas = vec![0x27; OCTETS];
        nas[1..5].copy_from_slice(&n.to_be_bytes());
        let id = n % CONNECTIONS;
        let down = DownlinkNasTransport::new(MmeUeS1apId(id), EnbUeS1apId(id), nas.into());
        pass(
            &mut observer,
            u64::from(n),
            1,
            Protocol::S1ap,
            &encoded(down.into()),
        );
        longest = longest.max(observer.held_octets);
    }
    assert!(
        MAX_HELD_OCTETS - 2 * held_octets(&[0; OCTETS]) < longest && longest <= MAX_HELD_OCTETS,
        "{longest} octets held"
    );
    let trails = observer.attempts.values().map(|running| &running.attempt.trail);
    let held: usize = trails
        .flat_map(|trail| &trail.nas)
        .map(|message| held_octets(&message.pdu))
        .sum();
    assert_eq!(observer.held_octets, held);
    observer.finish();
    assert_eq!(observer.held_octets, 0);
}

#[test]
fn transactions_beyond_number_stay_within_the_tables() {
    let mut observer = Observer::new(KeyRing::default(), Wanted::default());
    for n in 0..SUBSCRIBERS {
        let (flow, frame) = (u64::from(n), u64::from(n) * 2);
        let air = support::air(n, &imsi(n).to_string());
        pass(&mut observer, frame, flow, Protocol::Diameter, &air);
        // Every other one is answered.
        if n % 2 == 0 {
            let [_, _, high, low] = n.to_be_bytes();
            let aia = support::aia(&air, &[(high, low)]);
            pass(&mut observer, frame + 1, flow, Protocol::Diameter, &aia);
        }
        observer.flow(Seen::default(), FlowId(flow), FlowEvent::Closed);
        while observer.poll().is_some() {}
    }
    let [pending, order, by_hop, by_end] = observer.s6a.sizes();
    assert!(pending <= s6a::MAX_PENDING, "{pending} pending");
    assert!(
        order <= 2 * s6a::MAX_PENDING + 1,
        "{order} in the order of giving up"
    );
    assert!(
        by_hop <= s6a::MAX_PENDING && by_end <= s6a::MAX_PENDING,
        "{by_hop}, {by_end}"
    );
    assert_eq!(
        observer.s6a.connections(),
        [s6a::MAX_CONNECTIONS, s6a::MAX_PATH_FACTS]
    );
    let [vectors, by_rand, by_token, subscribers, recency] = observer.s6a.vectors().sizes();
    assert_eq!(vectors, s6a::MAX_VECTORS);
    assert!(by_rand <= vectors && by_token <= vectors, "{by_rand}, {by_token}");
    assert!(subscribers <= s6a::MAX_SUBSCRIBERS, "{subscribers} subscribers");
    assert!(
        recency <= 2 * s6a::MAX_SUBSCRIBERS + 1,
        "{recency} in the order of answers"
    );
    let [groups, current, queued] = observer.lone.sizes();
    assert!(
        groups <= s6a::MAX_LONE && current <= s6a::MAX_LONE,
        "{groups}, {current} alone"
    );
    assert!(
        queued <= 4 * s6a::MAX_LONE + 1,
        "{queued} in the order of silence"
    );
    let verifier = observer.verifier.sizes();
    assert!(verifier[1] <= keys::MAX_VECTORS, "{verifier:?}");
}

#[test]
fn logs_beyond_number_stay_within_the_table() {
    let mut observer = Observer::new(KeyRing::default(), Wanted::default());
    for n in 0..SUBSCRIBERS / 4 {
        let request = attach_request(imsi(n));
        pass(
            &mut observer,
            u64::from(n) * 2,
            u64::from(n),
            Protocol::NasEps,
            &request,
        );
        let challenge = authentication_request(n);
        pass(
            &mut observer,
            u64::from(n) * 2 + 1,
            u64::from(n),
            Protocol::NasEps,
            &challenge,
        );
    }
    let [logs, by_attempt, order] = observer.logs.sizes();
    assert!(
        logs <= MAX_LOGS && order <= MAX_LOGS,
        "{logs} logs, {order} in order"
    );
    assert!(by_attempt <= MAX_ATTEMPTS, "{by_attempt} attempts of logs");
}
