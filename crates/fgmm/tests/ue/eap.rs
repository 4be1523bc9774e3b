//! EAP-AKA' as the UE sees it (TS 24.501 5.4.1.2).

use crate::network::*;
use quintet_crypto::CkIkPrime;
use quintet_crypto::fgs::KAusf;
use quintet_eap::{Server, ServerOptions, ServerStep, Vector};
use quintet_fgmm::Disposition;
use quintet_fgmm::ue::{EapRefusal, Event, Input, Timer};
use quintet_nas::fgs::*;

impl Rig {
    fn eap_vector(&mut self) -> Vector {
        let quintet = self.vector(FGS);
        let concealed = quintet.autn.concealed_sqn;
        let name = network_name();
        Vector {
            rand: quintet.rand,
            autn: quintet.autn.octets().unwrap(),
            keys: CkIkPrime::eap_aka_prime(&quintet.ck, &quintet.ik, name.octets(), &concealed).unwrap(),
            xres: quintet.xres,
        }
    }

    fn server(&mut self, options: ServerOptions, name: &[u8]) -> (Server, Vec<u8>) {
        let vector = self.eap_vector();
        Server::begin(vector, name, &supi().value(), options, 7).expect("a server")
    }

    /// AUTHENTICATION REQUEST with an EAP message; the EAP message of the answer.
    fn round(&mut self, ksi: u8, packet: &[u8]) -> Vec<u8> {
        let mut request = AuthenticationRequest::new(NasKsi::native(ksi), Abba(&[0, 0]));
        request.eap_message = Some(EapMessage(packet));
        assert_eq!(self.down_plain(request), Disposition::Handled);
        let plain = self.pop_type(0, AuthenticationResponse::MESSAGE_TYPE);
        let (response, _) = AuthenticationResponse::decode(&plain).unwrap();
        assert!(response.authentication_response_parameter.is_none());
        response.eap_message.expect("an EAP message").0.to_vec()
    }

    /// The keys of a success.
    fn take_keys(&mut self, step: ServerStep) -> [u8; 4] {
        let ServerStep::Success { packet, keys } = step else {
            panic!("{step:?}");
        };
        self.use_seaf(KAusf::from_emsk(&keys.emsk).k_seaf(&network_name()));
        packet
    }
}

#[test]
fn a_challenge_is_answered_and_success_comes_with_the_command() {
    let mut rig = Rig::registering();
    let (mut server, packet) = rig.server(ServerOptions::default(), network_name().octets());
    let answer = rig.round(2, &packet);
    let success = rig.take_keys(server.handle(&answer));
    let mut command = rig.command(2);
    command.eap_message = Some(EapMessage(&success));
    command.abba = Some(Abba(&[0, 0]));
    rig.commanded(&command);
    rig.accept(0x31);
}

#[test]
fn success_may_come_before_the_command_with_its_own_abba() {
    let mut rig = Rig::registering();
    let (mut server, packet) = rig.server(ServerOptions::default(), network_name().octets());
    let answer = rig.round(2, &packet);
    rig.abba = vec![0, 1];
    let success = rig.take_keys(server.handle(&answer));
    let mut result = AuthenticationResult::new(NasKsi::native(2), EapMessage(&success));
    result.abba = Some(Abba(&[0, 1]));
    assert_eq!(rig.down_plain(result), Disposition::Handled);
    rig.quiet();
    rig.commanded(&rig.command(2));
    rig.accept(0x32);
}

#[test]
fn a_command_without_success_is_refused() {
    let mut rig = Rig::registering();
    let (mut server, packet) = rig.server(ServerOptions::default(), network_name().octets());
    let answer = rig.round(2, &packet);
    rig.take_keys(server.handle(&answer));
    let pdu = rig.command_pdu(&rig.command(2));
    let unspecified = FgmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED;
    assert_eq!(
        rig.input(Input::Downlink(&pdu)),
        Disposition::Replied(unspecified)
    );
}

#[test]
fn a_resynchronisation_goes_on_in_the_next_round() {
    let mut rig = Rig::registering();
    rig.seq = 100;
    rig.authenticate(1);
    rig.seq = 50;
    let (mut server, packet) = rig.server(ServerOptions::default(), network_name().octets());
    let answer = rig.round(2, &packet);
    let ServerStep::Resynchronise { .. } = server.handle(&answer) else {
        panic!("AKA'-Synchronization-Failure");
    };
    assert_eq!(rig.events(), [Event::EapRefused(EapRefusal::Sqn)]);
    rig.seq = 200;
    let packet = server.restart(rig.eap_vector()).expect("another challenge");
    let answer = rig.round(2, &packet);
    let success = rig.take_keys(server.handle(&answer));
    let mut command = rig.command(2);
    command.eap_message = Some(EapMessage(&success));
    rig.commanded(&command);
}

#[test]
fn another_network_name_is_refused_and_silence_bars_the_cell() {
    let mut rig = Rig::registering();
    let other = b"5G:mnc099.mcc999.3gppnetwork.org";
    let (mut server, packet) = rig.server(ServerOptions::default(), other);
    let answer = rig.round(2, &packet);
    assert!(matches!(server.handle(&answer), ServerStep::Failure { .. }));
    assert_eq!(rig.events(), [Event::EapRefused(EapRefusal::NetworkName)]);
    assert_eq!(rig.expire(), value(Timer::T3520));
    assert_eq!(rig.events()[0], Event::NetworkNotGenuine);
}

#[test]
fn bidding_down_to_eap_aka_is_refused() {
    let mut rig = Rig::registering();
    // AKA-Challenge with AT_BIDDING that says that the server has EAP-AKA', and prefers it (RFC 9048 4).
    let packet = [1, 9, 0, 12, 23, 1, 0, 0, 136, 1, 0x80, 0];
    let answer = rig.round(2, &packet);
    assert_eq!(answer[..2], [2, 9]);
    assert_eq!(rig.events(), [Event::EapRefused(EapRefusal::BiddingDown)]);
}

#[test]
fn failure_leaves_no_keys_and_reject_no_card() {
    let mut rig = Rig::registering();
    let (_, packet) = rig.server(ServerOptions::default(), network_name().octets());
    let _ = rig.round(2, &packet);
    let result = AuthenticationResult::new(NasKsi::native(2), EapMessage(&[4, 8, 0, 4, 0]));
    assert_eq!(rig.down_plain(result), Disposition::Handled);
    assert_eq!(rig.events(), [Event::EapFailed]);
    assert_eq!(rig.ue.path().fresh, quintet_fgmm::path::Fresh::Failed);
    assert_eq!(rig.down_plain(AuthenticationReject::new()), Disposition::Handled);
    assert_eq!(rig.events(), [Event::AuthenticationRejected]);
}

#[test]
fn an_ng_ksi_in_use_is_71_with_eap_too() {
    let mut rig = Rig::registered();
    let (_, packet) = rig.server(ServerOptions::default(), network_name().octets());
    let mut request = AuthenticationRequest::new(NasKsi::native(1), Abba(&[0, 0]));
    request.eap_message = Some(EapMessage(&packet));
    assert_eq!(rig.down(request), Disposition::Handled);
    let plain = rig.pop_type(2, AuthenticationFailure::MESSAGE_TYPE);
    let (failure, _) = AuthenticationFailure::decode(&plain).unwrap();
    assert_eq!(failure.fgmm_cause, FgmmCause::NG_KSI_ALREADY_IN_USE);
}

#[test]
fn protected_results_and_checkcodes_are_taken() {
    let mut rig = Rig::registering();
    let options = ServerOptions {
        result_ind: true,
        checkcode: true,
        ..ServerOptions::default()
    };
    let (mut server, packet) = rig.server(options, network_name().octets());
    let answer = rig.round(2, &packet);
    let ServerStep::Send(notification) = server.handle(&answer) else {
        panic!("AKA'-Notification");
    };
    let answer = rig.round(2, &notification);
    let success = rig.take_keys(server.handle(&answer));
    let mut command = rig.command(2);
    command.eap_message = Some(EapMessage(&success));
    rig.commanded(&command);
}
