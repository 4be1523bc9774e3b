//! NOR and the gateways it tells of (TS 29.272 5.2.5).

use crate::*;

#[test]
fn a_gateway_told_by_nor_is_in_the_next_ula() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let told = |id| {
        nor(id, "mme", imsi(1), |w| {
            w.u32(avp::CONTEXT_IDENTIFIER, 1);
            w.text(avp::SERVICE_SELECTION, "internet");
            gateway(w);
        })
    };
    assert_eq!(
        result_of(&rig.ask(mme, &told(1))),
        5423,
        "not before it is registered"
    );
    register(&mut rig, mme, 2, "mme", imsi(1), 0);
    assert_eq!(result_of(&rig.ask(mme, &told(3))), 2001);
    let path = [
        DATA,
        avp::APN_CONFIGURATION_PROFILE,
        avp::APN_CONFIGURATION,
        avp::MIP6_AGENT_INFO,
    ];
    let ula = register(&mut rig, mme, 4, "mme", imsi(1), 0);
    let info = find(&ula, &path).expect("the gateway").group();
    assert_eq!(
        info.find(avp::MIP_HOME_AGENT_ADDRESS).unwrap().address(),
        Ok(Some([192, 0, 2, 77].into()))
    );
    assert_eq!(
        value(&ula, &[path[0], path[1], path[2], avp::PDN_GW_ALLOCATION_TYPE]),
        Some(1),
        "dynamic"
    );
    // Forgotten by a NOR without a gateway, and by an initial attach.
    let forget = nor(5, "mme", imsi(1), |w| w.u32(avp::CONTEXT_IDENTIFIER, 1));
    assert_eq!(result_of(&rig.ask(mme, &forget)), 2001);
    assert!(find(&register(&mut rig, mme, 6, "mme", imsi(1), 0), &path).is_none());
    assert_eq!(result_of(&rig.ask(mme, &told(7))), 2001);
    assert!(find(&register(&mut rig, mme, 8, "mme", imsi(1), INITIAL_ATTACH), &path).is_none());
    assert!(rig.location(imsi(1)).pdn_gateways.is_empty());
    assert_eq!(result_of(&rig.ask(mme, &nor(9, "mme", imsi(8), |_| ()))), 5001);
}

#[test]
fn a_notification_updates_the_registration() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    register(&mut rig, mme, 1, "mme", imsi(1), 0);
    let request = nor(2, "mme", imsi(1), |w| {
        w.group(avp::TERMINAL_INFORMATION, |w| {
            w.text(avp::IMEI, "35722009245138");
            w.text(avp::SOFTWARE_VERSION, "39");
        });
        w.u32(avp::UE_SRVCC_CAPABILITY, 1);
        w.u32(avp::HOMOGENEOUS_SUPPORT_OF_IMS_VOICE_OVER_PS_SESSIONS, 1);
        w.u32(avp::NOR_FLAGS, 1 << 3 | 1 << 8);
    });
    assert_eq!(result_of(&rig.ask(mme, &request)), 2001);
    let node = rig.location(imsi(1)).mme.unwrap();
    assert_eq!((node.srvcc, node.ims_voice), (Some(true), Some(true)));
    assert_eq!(node.imeisv.unwrap().to_string(), "3572200924513839");
    assert!(rig.events.contains(&HssEvent::Reachable { imsi: imsi(1) }));
}

#[test]
fn a_notified_single_registration_cancels_the_sgsn() {
    let mut rig = Rig::started(1);
    let (sgsn, mme) = (rig.mme("sgsn"), rig.mme("mme"));
    assert_eq!(
        result_of(&rig.ask(sgsn, &ulr(1, "sgsn", imsi(1), 0, |_| ()))),
        2001
    );
    register(&mut rig, mme, 2, "mme", imsi(1), 0);
    assert!(sent(&mut rig).is_none());
    let flagged = |id, who: &str| nor(id, who, imsi(1), |w| w.u32(avp::NOR_FLAGS, 1));
    assert_eq!(result_of(&rig.ask(sgsn, &flagged(3, "sgsn"))), 2001);
    assert!(sent(&mut rig).is_none(), "an SGSN has no such flag");
    assert_eq!(result_of(&rig.ask(mme, &flagged(4, "mme"))), 2001);
    let (to, command, clr) = sent(&mut rig).expect("a CLR");
    assert_eq!((to, command), (sgsn, command::CANCEL_LOCATION));
    assert_eq!(value(&clr, &[avp::CANCELLATION_TYPE]), Some(1));
    assert_eq!(value(&clr, &[avp::CLR_FLAGS]), Some(0));
    assert!(rig.location(imsi(1)).sgsn.unwrap().purged);
    assert_eq!(result_of(&rig.ask(mme, &flagged(5, "mme"))), 2001);
    assert!(sent(&mut rig).is_none(), "once");
}

#[test]
fn active_apns_restore_the_gateways_after_a_reset() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let request = ulr(1, "mme", imsi(1), S6A_ULR, |w| {
        w.group(avp::ACTIVE_APN, |w| {
            w.u32(avp::CONTEXT_IDENTIFIER, 2);
            w.text(avp::SERVICE_SELECTION, "ims");
            gateway(w);
        });
    });
    assert_eq!(result_of(&rig.ask(mme, &request)), 2001);
    let gateways = rig.location(imsi(1)).pdn_gateways;
    assert_eq!((gateways.len(), gateways[0].context_identifier), (1, 2));
}
