//! The profile in XML, and what its trigger points say.

use crate::strategies::text;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use quintet_cx::profile::*;

/// As the HSSs of others write it: comments, CDATA, white space, empty extensions, elements nobody knows.
pub(crate) const OTHERS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- a profile -->
<IMSSubscription xmlns="urn:x" xmlns:y="urn:y">
  <PrivateID> alice@example.org </PrivateID>
  <ServiceProfile>
    <PublicIdentity>
      <BarringIndication>1</BarringIndication>
      <Identity>sip:alice@example.org</Identity>
      <Extension><IdentityType>0</IdentityType>
        <Extension><DisplayName>Alice &amp; &#66;ob</DisplayName><AliasIdentityGroupID>1</AliasIdentityGroupID>
          <Extension><ServicePriorityLevel>2</ServicePriorityLevel><Extension/></Extension>
        </Extension>
      </Extension>
    </PublicIdentity>
    <PublicIdentity><Identity>tel:+15550100</Identity></PublicIdentity>
    <y:Unknown><Identity>nobody</Identity></y:Unknown>
    <InitialFilterCriteria>
      <Priority>20</Priority>
      <TriggerPoint>
        <ConditionTypeCNF>1</ConditionTypeCNF>
        <SPT><ConditionNegated>0</ConditionNegated><Group>0</Group><Method>MESSAGE</Method><Extension></Extension></SPT>
        <SPT><ConditionNegated>1</ConditionNegated><Group>1</Group>
          <SIPHeader><Header>Server</Header></SIPHeader></SPT>
        <SPT><ConditionNegated>0</ConditionNegated><Group>2</Group><SessionCase>0</SessionCase></SPT>
      </TriggerPoint>
      <ApplicationServer>
        <ServerName>sip:smsc.example.org:5060</ServerName>
        <DefaultHandling>1</DefaultHandling>
        <ServiceInfo><![CDATA[<info/>]]></ServiceInfo>
        <Extension><IncludeRegisterRequest/><IncludeRegisterResponse>0</IncludeRegisterResponse></Extension>
      </ApplicationServer>
      <ProfilePartIndicator>0</ProfilePartIndicator>
    </InitialFilterCriteria>
    <InitialFilterCriteria>
      <Priority>10</Priority>
      <TriggerPoint>
        <ConditionTypeCNF>false</ConditionTypeCNF>
        <SPT><Group>0</Group><Method>REGISTER</Method>
          <Extension><RegistrationType>0</RegistrationType><RegistrationType>2</RegistrationType></Extension></SPT>
      </TriggerPoint>
      <ApplicationServer><ServerName>sip:as.example.org</ServerName></ApplicationServer>
    </InitialFilterCriteria>
    <Extension><SharedIFCSetID>3</SharedIFCSetID><SharedIFCSetID>4</SharedIFCSetID></Extension>
  </ServiceProfile>
  <Extension><IMSI>001010000000001</IMSI></Extension>
</IMSSubscription>
"#;

fn view<'a>(method: &'a str, headers: &'a [(&'a str, &'a str)]) -> RequestView<'a> {
    RequestView {
        method,
        request_uri: "sip:bob@example.org",
        headers,
        session_case: SessionCase::ORIGINATING_REGISTERED,
        registration: None,
        session_description: "v=0\r\nm=audio 49170 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n",
    }
}

#[test]
fn what_others_write() {
    let profile = ImsSubscription::from_xml(OTHERS.as_bytes()).unwrap();
    assert_eq!(profile.private_id, "alice@example.org");
    assert_eq!(profile.imsi.as_deref(), Some("001010000000001"));
    let service = &profile.service_profiles[0];
    assert_eq!(service.public_identities.len(), 2);
    let alice = &service.public_identities[0];
    assert!(alice.barred && !service.public_identities[1].barred);
    assert_eq!(alice.display_name.as_deref(), Some("Alice & Bob"));
    assert_eq!(alice.alias_group.as_deref(), Some("1"));
    assert_eq!(alice.service_priority, Some(2));
    assert_eq!(alice.identity_type, Some(IdentityType::PUBLIC_USER_IDENTITY));
    assert_eq!(service.shared_ifc_sets, [3, 4]);
    let server = &service.filter_criteria[0].application_server;
    assert_eq!(server.service_info.as_deref(), Some("<info/>"));
    assert_eq!(server.default_handling, DefaultHandling::SessionTerminated);
    assert!(server.include_register_request && !server.include_register_response);
    let again = ImsSubscription::from_xml(profile.to_xml().as_bytes()).unwrap();
    assert_eq!(again, profile);
}

#[test]
fn criteria_are_met_in_order_of_priority() {
    let profile = ImsSubscription::from_xml(OTHERS.as_bytes()).unwrap();
    let service = &profile.service_profiles[0];
    let servers = |request: &RequestView<'_>, registered| -> Vec<&str> {
        let met = service.triggered(request, registered);
        met.iter()
            .map(|c| c.application_server.server_name.as_str())
            .collect()
    };
    assert_eq!(
        servers(&view("MESSAGE", &[]), true),
        ["sip:smsc.example.org:5060"]
    );
    assert_eq!(
        servers(&view("MESSAGE", &[]), false),
        [""; 0],
        "the registered part only"
    );
    assert_eq!(
        servers(&view("MESSAGE", &[("server", "x")]), true),
        [""; 0],
        "negated"
    );
    assert_eq!(
        servers(&view("message", &[]), true),
        [""; 0],
        "methods are tokens with case"
    );
    let terminating = RequestView {
        session_case: SessionCase::TERMINATING_REGISTERED,
        ..view("MESSAGE", &[])
    };
    assert_eq!(servers(&terminating, true), [""; 0], "the session case");
    for (kind, met) in [
        (RegistrationType::INITIAL_REGISTRATION, true),
        (RegistrationType::RE_REGISTRATION, false),
        (RegistrationType::DE_REGISTRATION, true),
    ] {
        let register = RequestView {
            registration: Some(kind),
            ..view("REGISTER", &[])
        };
        assert_eq!(!servers(&register, true).is_empty(), met, "{kind}");
    }
}

fn method(group: u32, method: &str) -> ServicePointTrigger {
    ServicePointTrigger::new(group, Condition::Method(method.into()))
}

fn header(group: u32, name: &str, content: Option<&str>) -> ServicePointTrigger {
    let content = content.map(Pattern::from);
    let name = name.into();
    ServicePointTrigger::new(group, Condition::Header { name, content })
}

/// Group 0: INVITE, audio. Group 1: PUBLISH, Event: presence.
fn trigger(condition_type: ConditionType) -> Trigger {
    let audio = Condition::SessionDescription {
        line: "m".into(),
        content: Some("^audio".into()),
    };
    Trigger {
        condition_type,
        triggers: vec![
            method(0, "INVITE"),
            ServicePointTrigger::new(0, audio),
            method(1, "PUBLISH"),
            header(1, "Event", Some("presence")),
        ],
    }
}

#[test]
fn normal_forms() {
    let (cnf, dnf) = (trigger(ConditionType::Cnf), trigger(ConditionType::Dnf));
    let event = [("Event", "presence.winfo")];
    let rows = [
        // method, headers, without description: conjunctive, disjunctive
        ("INVITE", &[][..], false, false, true),
        ("INVITE", &[], true, false, false),
        ("INVITE", &event, true, true, false),
        ("PUBLISH", &event, true, false, true),
        ("PUBLISH", &event, false, true, true),
        ("OPTIONS", &[], false, false, false),
    ];
    for (method, headers, silent, conjunctive, disjunctive) in rows {
        let mut request = view(method, headers);
        if silent {
            request.session_description = "";
        }
        assert_eq!(
            cnf.matches(&request),
            conjunctive,
            "CNF {method} {headers:?} {silent}"
        );
        assert_eq!(
            dnf.matches(&request),
            disjunctive,
            "DNF {method} {headers:?} {silent}"
        );
    }
}

#[test]
fn a_trigger_may_be_in_several_groups() {
    let mut shared = header(0, "X", None).negate();
    shared.groups = vec![0, 1];
    for (condition_type, met) in [(ConditionType::Cnf, true), (ConditionType::Dnf, true)] {
        let trigger = Trigger {
            condition_type,
            triggers: vec![method(0, "INVITE"), method(1, "BYE"), shared.clone()],
        };
        assert_eq!(trigger.matches(&view("INVITE", &[])), met);
        assert!(!trigger.matches(&view("OPTIONS", &[("X", "1")])));
    }
}

#[test]
fn nothing_known_is_nothing_met() {
    let unknown = ServicePointTrigger::new(0, Condition::Unknown);
    assert!(!unknown.matches(&view("INVITE", &[])) && !unknown.negate().matches(&view("INVITE", &[])));
    assert!(!Trigger::default().matches(&view("INVITE", &[])), "no SPT");
    assert!(
        InitialFilterCriteria::default().matches(&view("INVITE", &[])),
        "no trigger point"
    );
    let bad = ServicePointTrigger::new(0, Condition::RequestUri("(".into()));
    assert!(!bad.matches(&view("INVITE", &[])), "no expression");
}

#[test]
fn documents_that_are_refused() {
    let minimal = "<IMSSubscription><PrivateID>a</PrivateID><ServiceProfile><PublicIdentity><Identity>sip:a@b</Identity>\
                   </PublicIdentity></ServiceProfile></IMSSubscription>";
    assert!(ImsSubscription::from_xml(minimal.as_bytes()).is_ok());
    let read = |xml: String| ImsSubscription::from_xml(xml.as_bytes()).unwrap_err();
    let bomb = "<!DOCTYPE l [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>".to_owned() + minimal;
    assert_eq!(read(bomb), ProfileError::DocumentType);
    let entity = minimal.replace("sip:a@b", "&b;");
    assert_eq!(read(entity), ProfileError::Entity { name: "b".into() });
    for entity in ["&#1;", "&#xffff;", "\x01", "&#xd800;"] {
        assert!(ImsSubscription::from_xml(minimal.replace("sip:a@b", entity).as_bytes()).is_err());
    }
    let deep = "<a>".repeat(MAX_XML_DEPTH + 1);
    assert!(matches!(
        read(deep),
        ProfileError::Limit {
            limit: MAX_XML_DEPTH,
            ..
        }
    ));
    let long = minimal.replace("sip:a@b", &"a".repeat(MAX_XML_OCTETS));
    assert!(matches!(
        read(long),
        ProfileError::Limit {
            limit: MAX_XML_OCTETS,
            ..
        }
    ));
    let many = "<PublicIdentity><Identity>sip:a@b</Identity></PublicIdentity>".repeat(MAX_PUBLIC_IDENTITIES);
    let many = minimal.replace("<PublicIdentity>", &format!("{many}<PublicIdentity>"));
    assert!(matches!(
        read(many),
        ProfileError::Limit {
            limit: MAX_PUBLIC_IDENTITIES,
            ..
        }
    ));
    let elements = minimal.replace(
        "<ServiceProfile>",
        &format!("{}<ServiceProfile>", "<a/>".repeat(20_000)),
    );
    assert!(matches!(
        read(elements),
        ProfileError::Limit { what: "elements", .. }
    ));
    for cut in 1..minimal.len() {
        assert!(
            ImsSubscription::from_xml(&minimal.as_bytes()[..cut]).is_err(),
            "{cut}"
        );
    }
    for (from, to) in [
        ("<PrivateID>a</PrivateID>", ""),
        ("<Identity>sip:a@b</Identity>", ""),
        ("IMSSubscription", "Sh-Data"),
        ("</PrivateID>", "</PrivateId>"),
        (
            "<PublicIdentity>",
            "<PublicIdentity><BarringIndication>no</BarringIndication>",
        ),
    ] {
        assert!(
            ImsSubscription::from_xml(minimal.replace(from, to).as_bytes()).is_err(),
            "{from} {to}"
        );
    }
    assert!(ImsSubscription::from_xml(format!("{minimal}{minimal}").as_bytes()).is_err());
    assert!(ImsSubscription::from_xml(format!("{minimal}x").as_bytes()).is_err());
}

#[test]
fn latin_1_if_it_says_so() {
    let body = b"<IMSSubscription><PrivateID>a</PrivateID><ServiceProfile><PublicIdentity><Identity>sip:\xe9@b</Identity>\
                 </PublicIdentity></ServiceProfile></IMSSubscription>";
    let declared = [&b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"[..], body].concat();
    let profile = ImsSubscription::from_xml(&declared).unwrap();
    assert_eq!(
        profile.service_profiles[0].public_identities[0].identity,
        "sip:é@b"
    );
    assert_eq!(
        ImsSubscription::from_xml(body),
        Err(ProfileError::NotUtf8 { at: 87 })
    );
}

fn identity() -> impl Strategy<Value = PublicIdentity> {
    let priority =
        ("[a-z]{1,4}", "[0-9]").prop_map(|(namespace, level)| ExtendedPriority { namespace, level });
    let names = (word(), of(word()), of(word()), of(word()), of(word()), of(word()));
    (
        names,
        any::<bool>(),
        of(0u32..6),
        of(any::<u32>()),
        vec(priority, 0..3),
        of(any::<u32>()),
    )
        .prop_map(
            |(names, barred, kind, service_priority, extended_priorities, max_registrations)| {
                PublicIdentity {
                    identity: names.0,
                    barred,
                    identity_type: kind.map(IdentityType),
                    wildcarded_psi: names.1,
                    display_name: names.2,
                    alias_group: names.3,
                    wildcarded_impu: names.4,
                    service_level_trace: names.5,
                    service_priority,
                    extended_priorities,
                    max_registrations,
                }
            },
        )
}

/// White space around it is not kept.
fn word() -> impl Strategy<Value = String> {
    text().prop_map(|text| format!("a{}z", text.trim()))
}

fn spt() -> impl Strategy<Value = ServicePointTrigger> {
    let pattern = || word().prop_map(Pattern::new);
    let condition = prop_oneof![
        pattern().prop_map(Condition::RequestUri),
        word().prop_map(Condition::Method),
        (pattern(), of(pattern())).prop_map(|(name, content)| Condition::Header { name, content }),
        (0u32..6).prop_map(|case| Condition::SessionCase(SessionCase(case))),
        (pattern(), of(pattern()))
            .prop_map(|(line, content)| Condition::SessionDescription { line, content }),
        Just(Condition::Unknown),
    ];
    (
        any::<bool>(),
        vec(any::<u32>(), 1..4),
        condition,
        vec(0u32..4, 0..3),
    )
        .prop_map(|(negated, groups, condition, kinds)| ServicePointTrigger {
            negated,
            groups,
            condition,
            registration_types: kinds.into_iter().map(RegistrationType).collect(),
        })
}

fn criteria() -> impl Strategy<Value = InitialFilterCriteria> {
    let trigger = (any::<bool>(), vec(spt(), 0..4)).prop_map(|(cnf, triggers)| Trigger {
        condition_type: if cnf {
            ConditionType::Cnf
        } else {
            ConditionType::Dnf
        },
        triggers,
    });
    let server = (word(), any::<bool>(), of(word()), any::<bool>(), any::<bool>()).prop_map(
        |(server_name, ends, service_info, request, response)| ApplicationServer {
            server_name,
            default_handling: if ends {
                DefaultHandling::SessionTerminated
            } else {
                DefaultHandling::SessionContinued
            },
            service_info,
            include_register_request: request,
            include_register_response: response,
        },
    );
    let part = prop_oneof![
        Just(ProfilePartIndicator::Registered),
        Just(ProfilePartIndicator::Unregistered)
    ];
    (any::<u32>(), of(trigger), server, of(part)).prop_map(
        |(priority, trigger, application_server, profile_part)| InitialFilterCriteria {
            priority,
            trigger,
            application_server,
            profile_part,
        },
    )
}

fn subscription() -> impl Strategy<Value = ImsSubscription> {
    let authorization = (of(any::<u32>()), vec(word(), 0..3)).prop_map(|(media_profile, services)| {
        CoreNetworkServicesAuthorization {
            media_profile,
            services,
        }
    });
    let profile = (
        vec(identity(), 1..4),
        of(authorization),
        vec(criteria(), 0..4),
        vec(any::<u32>(), 0..3),
    )
        .prop_map(
            |(public_identities, authorization, filter_criteria, shared_ifc_sets)| ServiceProfile {
                public_identities,
                authorization,
                filter_criteria,
                shared_ifc_sets,
            },
        );
    (word(), vec(profile, 1..3), of("[0-9]{15}")).prop_map(|(private_id, service_profiles, imsi)| {
        ImsSubscription {
            private_id,
            service_profiles,
            imsi,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn written_profiles_read_the_same(profile in subscription()) {
        let xml = profile.to_xml();
        prop_assert_eq!(ImsSubscription::from_xml(xml.as_bytes()).unwrap(), profile);
    }

    #[test]
    fn any_octets(octets in vec(any::<u8>(), 0..256)) {
        let _ = ImsSubscription::from_xml(&octets);
    }

    /// A text never escapes its element.
    #[test]
    fn any_text(name in "\\PC{0,40}|[\\x00-\\x7f]{0,40}") {
        let profile = ImsSubscription {
            private_id: "a".into(),
            service_profiles: vec![ServiceProfile {
                public_identities: vec![PublicIdentity { display_name: Some(name), ..PublicIdentity::new("sip:a@b") }],
                ..ServiceProfile::default()
            }],
            imsi: None,
        };
        let read = ImsSubscription::from_xml(profile.to_xml().as_bytes()).unwrap();
        prop_assert_eq!(read.service_profiles[0].public_identities[0].identity.as_str(), "sip:a@b");
    }
}
