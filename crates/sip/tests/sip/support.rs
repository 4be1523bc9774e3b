//! Messages the tests share.

use quintet_sip::transport::{Hop, Protocol};

/// A REGISTER of a UE through its P-CSCF, as long as they are.
pub(crate) const REGISTER: &str = "REGISTER sip:ims.mnc001.mcc001.3gppnetwork.org SIP/2.0\r\n\
    Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKpcscf1;rport\r\n\
    v: SIP/2.0/UDP 192.0.2.10:6100;branch=z9hG4bKue1;received=192.0.2.10, SIP/2.0/TCP inner;branch=z9hG4bKin\r\n\
    Max-Forwards: 69\r\n\
    Path: <sip:term@pcscf.ims.example.org:5060;lr>\r\n\
    From: <sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org>;tag=4fa3\r\n\
    To: <sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org>\r\n\
    Call-ID: 8d1e2f@192.0.2.10\r\n\
    CSeq: 1 REGISTER\r\n\
    Contact: <sip:001010000000001@192.0.2.10:6101>;expires=600000;+sip.instance=\"<urn:gsma:imei:35-0>\";reg-id=1\r\n\
    Expires: 600000\r\n\
    Require: path, sec-agree\r\n\
    Proxy-Require: sec-agree\r\n\
    Supported: path,gruu\r\n\
    Security-Client: ipsec-3gpp; alg=hmac-sha-1-96; ealg=aes-cbc; spi-c=11111; spi-s=22222; port-c=6100; port-s=6101\r\n\
    Authorization: Digest username=\"001010000000001@ims.mnc001.mcc001.3gppnetwork.org\",\
    realm=\"ims.mnc001.mcc001.3gppnetwork.org\",nonce=\"\",uri=\"sip:ims.mnc001.mcc001.3gppnetwork.org\",response=\"\"\r\n\
    P-Access-Network-Info: 3GPP-E-UTRAN-FDD; utran-cell-id-3gpp=0010100010000101\r\n\
    P-Visited-Network-ID: \"visited, one\"\r\n\
    P-Charging-Vector: icid-value=\"abc;1\";orig-ioi=home1.net\r\n\
    X-Unknown:  left   as it is \r\n\
    Content-Length: 0\r\n\r\n";

/// A request with `method` and a branch.
pub(crate) fn request(method: &str, branch: &str) -> Vec<u8> {
    format!(
        "{method} sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch={branch}\r\nMax-Forwards: 70\r\n\
         Route: <sip:proxy.example.org;lr>\r\nFrom: <sip:alice@example.org>;tag=a\r\nTo: <sip:bob@example.org>\r\n\
         Call-ID: 1@example.org\r\nCSeq: 7 {method}\r\nContent-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

/// A response to [`request`].
pub(crate) fn response(status: u16, method: &str, branch: &str) -> Vec<u8> {
    format!(
        "SIP/2.0 {status} Phrase\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch={branch}\r\nFrom: <sip:alice@example.org>;tag=a\r\n\
         To: <sip:bob@example.org>;tag=b\r\nCall-ID: 1@example.org\r\nCSeq: 7 {method}\r\nContent-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

/// A hop to 192.0.2.2.
pub(crate) fn hop(protocol: Protocol) -> Hop {
    Hop {
        protocol,
        local: "192.0.2.1:5060".parse().unwrap(),
        remote: "192.0.2.2:5060".parse().unwrap(),
    }
}
