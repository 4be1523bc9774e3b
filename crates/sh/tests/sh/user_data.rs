//! User data as others write them, and what is refused.

use quintet_cx::profile::ProfileError;
use quintet_sh::user_data::{ImsUserState, ShData};

/// With a prefix, attributes, white space, a comment, and service data that are somebody else's XML.
const UPDATE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<sh:Sh-Data xmlns:sh=\"urn:sh\">
  <!-- of an application server -->
  <RepositoryData>
    <ServiceIndication> simservs-oip </ServiceIndication>
    <SequenceNumber>7</SequenceNumber>
    <ServiceData><ss:simservs xmlns:ss=\"urn:ss\" a='1'><ss:x>a &amp; b</ss:x><ss:empty/></ss:simservs></ServiceData>
  </RepositoryData>
  <Unknown><Deep/></Unknown>
</sh:Sh-Data>";

#[test]
fn service_data_stay_as_they_are() {
    let read = ShData::from_xml(UPDATE.as_bytes()).unwrap();
    let [data] = &read.repository[..] else {
        panic!("{read:?}");
    };
    assert_eq!(
        (&*data.service_indication, data.sequence_number),
        ("simservs-oip", 7)
    );
    let inner = "<ss:simservs xmlns:ss=\"urn:ss\" a='1'><ss:x>a &amp; b</ss:x><ss:empty/></ss:simservs>";
    assert_eq!(data.service_data.as_deref(), Some(inner));
    let written = read.to_xml();
    assert!(
        written.contains(&format!("<ServiceData>{inner}</ServiceData>")),
        "{written}"
    );
}

#[test]
fn removed_and_empty_data_are_two_things() {
    let of = |inner: &str| {
        let xml = format!(
            "<Sh-Data><RepositoryData><ServiceIndication>a</ServiceIndication><SequenceNumber>1</SequenceNumber>\
             {inner}</RepositoryData></Sh-Data>"
        );
        ShData::from_xml(xml.as_bytes()).unwrap().repository[0]
            .service_data
            .clone()
    };
    assert_eq!(of(""), None);
    for empty in ["<ServiceData/>", "<ServiceData></ServiceData>", "<ServiceData />"] {
        assert_eq!(of(empty).as_deref(), Some(""), "{empty}");
    }
    // The first is taken, wherever others of its name stand.
    let twice = of("<ServiceData><ServiceData>b</ServiceData></ServiceData>");
    assert_eq!(twice.as_deref(), Some("<ServiceData>b</ServiceData>"));
}

#[test]
fn elements_are_found_in_extensions_at_any_depth() {
    let xml = "<Sh-Data><Sh-IMS-Data><IMSUserState>3</IMSUserState><Extension><PSIActivation>1</PSIActivation></Extension>\
               </Sh-IMS-Data><Extension><RegisteredIdentities><IMSPublicIdentity>sip:a@b.c</IMSPublicIdentity>\
               </RegisteredIdentities><Extension><DeletedIdentities><IMSPublicIdentity>sip:d@b.c</IMSPublicIdentity></DeletedIdentities>\
               <Extension><TADSinformation>1</TADSinformation><Extension>\
               <EPSUserState>5</EPSUserState><EPSLocationInformation><MMEName>mme.x</MMEName></EPSLocationInformation>\
               <Extension><IMSI>001010000000001</IMSI><Extension><IMEISV>3520990017614823</IMEISV></Extension></Extension>\
               </Extension></Extension></Extension></Extension></Sh-Data>";
    let read = ShData::from_xml(xml.as_bytes()).unwrap();
    assert_eq!(read.user_state, Some(ImsUserState::AuthenticationPending));
    assert_eq!(read.psi_activation, Some(true));
    assert_eq!(
        read.registered_identities.as_ref().unwrap().public_identities,
        ["sip:a@b.c"]
    );
    assert_eq!(
        read.deleted_identities.as_ref().unwrap().public_identities,
        ["sip:d@b.c"]
    );
    assert_eq!(read.imsi.as_deref(), Some("001010000000001"));
    assert_eq!(read.imeisv.as_deref(), Some("3520990017614823"));
    assert_eq!(
        read.eps_location.as_ref().unwrap().mme_name.as_deref(),
        Some("mme.x")
    );
    let written = read.to_xml();
    let without = xml.replace("<TADSinformation>1</TADSinformation>", "");
    assert_eq!(
        written,
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{without}")
    );
}

/// Where somebody else says where a user is in these domains, it is not taken for nothing.
#[test]
fn an_empty_location_says_that_it_is_not_known() {
    for (inner, cs, ps) in [
        ("<CSLocationInformation/>", true, false),
        ("<PSLocationInformation></PSLocationInformation>", false, true),
        (
            "<CSLocationInformation><LocationNumber>AQ==</LocationNumber></CSLocationInformation>",
            false,
            false,
        ),
    ] {
        let read = ShData::from_xml(format!("<Sh-Data>{inner}</Sh-Data>").as_bytes()).unwrap();
        assert_eq!(
            (read.unknown_cs_location, read.unknown_ps_location),
            (cs, ps),
            "{inner}"
        );
        assert_eq!(ShData::from_xml(read.to_xml().as_bytes()).unwrap(), read);
    }
}

#[test]
fn what_is_no_user_data_is_refused() {
    let repository = |inner: &str| format!("<Sh-Data><RepositoryData>{inner}</RepositoryData></Sh-Data>");
    let indication = "<ServiceIndication>a</ServiceIndication>";
    for wrong in [
        String::new(),
        "<IMSSubscription/>".to_owned(),
        "<Sh-Data>".to_owned(),
        repository(indication),
        repository("<SequenceNumber>1</SequenceNumber>"),
        repository(&format!("{indication}<SequenceNumber>65536</SequenceNumber>")),
        repository(&format!("{indication}<SequenceNumber>-1</SequenceNumber>")),
        repository("<ServiceIndication/><SequenceNumber>1</SequenceNumber>"),
        format!("<Sh-Data>{}</Sh-Data>", "<RepositoryData/>".repeat(300)),
        "<Sh-Data><Sh-IMS-Data><IMSUserState>4</IMSUserState></Sh-IMS-Data></Sh-Data>".to_owned(),
        "<Sh-Data><Extension><EPSUserState>256</EPSUserState></Extension></Sh-Data>".to_owned(),
    ] {
        assert!(ShData::from_xml(wrong.as_bytes()).is_err(), "{wrong}");
    }
    let entity = "<!DOCTYPE a [<!ENTITY b \"c\">]><Sh-Data>&b;</Sh-Data>";
    assert_eq!(
        ShData::from_xml(entity.as_bytes()),
        Err(ProfileError::DocumentType)
    );
}
