//! GUTI reallocation that was not confirmed is made good (TS 24.301 5.4.1).

use crate::support::{Network, Phone, tai};
use quintet_emm::Disposition;
use quintet_emm::network::Input;
use quintet_identity::Guti;
use quintet_nas::eps::{
    EpsMobileIdentity, EpsUpdateType, GutiReallocationCommand, GutiReallocationComplete, NasKsi,
    TrackingAreaUpdateRequest,
};

/// A UE that was told a new GUTI and has not confirmed it; answers the new one.
fn unconfirmed() -> (Network, Phone, Guti) {
    let (mut network, mut phone) = Network::attached();
    let _ = network.input(Input::ReleaseRequested);
    network.tai = tai(99);
    let guti = EpsMobileIdentity::Guti(phone.guti.unwrap());
    let nas = phone.open(TrackingAreaUpdateRequest::new(
        EpsUpdateType::TA_UPDATING,
        NasKsi(phone.ksi),
        guti,
    ));
    let _ = network.connect(phone.guti.map(Guti::s_tmsi), &nas);
    network.told(&mut phone);
    let _ = network.input(Input::ConnectionLost);
    let new = network.context().guti;
    assert_eq!(network.context().old_guti, phone.guti);
    (network, phone, new)
}

fn serve(network: &mut Network, phone: &mut Phone, guti: Guti) -> Vec<Vec<u8>> {
    let nas = phone.service_request();
    assert_eq!(network.connect(Some(guti.s_tmsi()), &nas), Disposition::Handled);
    network.take();
    assert_eq!(network.input(Input::ContextSetup(Ok(()))), Disposition::Handled);
    network.told(phone).messages
}

#[test]
fn a_ue_that_uses_the_old_one_is_told_the_new_one_again() {
    let (mut network, mut phone, new) = unconfirmed();
    let old = phone.guti.unwrap();
    let messages = serve(&mut network, &mut phone, old);
    let command = GutiReallocationCommand::decode(&messages[0]).unwrap().0;
    assert_eq!(command.guti, EpsMobileIdentity::Guti(new));
    assert_eq!(command.tai_list.unwrap().tais(), [tai(99), tai(7), tai(8)]);
    network.expire();
    assert_eq!(network.told(&mut phone).messages, messages, "T3450");
    let complete = phone.send(GutiReallocationComplete::new());
    assert_eq!(network.uplink(&complete), Disposition::Handled);
    assert_eq!((network.context().guti, network.context().old_guti), (new, None));
    assert!(!network.session.is_over(), "its bearers stay");
    let again = phone.send(GutiReallocationComplete::new());
    assert!(matches!(network.uplink(&again), Disposition::Silent(_)));
}

#[test]
fn a_ue_that_uses_the_new_one_has_it() {
    let (mut network, mut phone, new) = unconfirmed();
    assert!(serve(&mut network, &mut phone, new).is_empty());
    assert_eq!((network.context().guti, network.context().old_guti), (new, None));
}

#[test]
fn a_ue_that_never_confirms_keeps_both() {
    let (mut network, mut phone, new) = unconfirmed();
    let old = phone.guti.unwrap();
    serve(&mut network, &mut phone, old);
    for _ in 0..5 {
        network.expire();
    }
    assert_eq!(network.session.poll_timeout(), None);
    assert_eq!(
        (network.context().guti, network.context().old_guti),
        (new, Some(old))
    );
}
