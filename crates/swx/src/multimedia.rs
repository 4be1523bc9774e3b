//! Multimedia-Auth (TS 29.273 8.1.2.1, 8.2.2.1): vectors for a 3GPP AAA server.

use crate::item::{read_request, write_request};
use crate::{AuthItem, SWX, Terminal};
use quintet_cx::{
    AuthenticationScheme, Fault, FeatureList, Outcome, Resynchronisation, read, write_application,
};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};
use quintet_identity::Imsi;

/// The most items taken from one answer: more than a AAA server ever asks for.
pub const MAX_AUTH_ITEMS: usize = 32;

/// The bit AAA-Failure of AAA-Failure-Indication (TS 29.273 8.2.3.21).
const AAA_FAILURE: u32 = 1;

/// Multimedia-Auth-Request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mar<'a> {
    /// User-Name.
    pub imsi: Imsi,
    /// RAT-Type.
    pub rat_type: Option<u32>,
    /// ANID: the Access Network Identity that CK' and IK' are bound to (TS 24.302 8.1.1).
    pub anid: Option<&'a str>,
    /// Visited-Network-Identifier.
    pub visited_network: Option<&'a str>,
    /// Terminal-Information.
    pub terminal: Terminal,
    /// AAA-Failure of AAA-Failure-Indication (TS 29.273 8.2.3.21): the 3GPP AAA server that served the UE is out of order.
    pub aaa_failure: bool,
    /// SIP-Authentication-Scheme: EAP-AKA or EAP-AKA'.
    pub scheme: AuthenticationScheme,
    /// SIP-Authorization: RAND ‖ AUTS of a synchronisation failure.
    pub resynchronisation: Option<Resynchronisation>,
    /// SIP-Number-Auth-Items: how many vectors are wanted.
    pub count: u32,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl<'a> Mar<'a> {
    /// Command Code.
    pub const COMMAND: u32 = command::MULTIMEDIA_AUTH;

    /// A request with what every one has.
    #[must_use]
    pub fn new(imsi: Imsi, scheme: AuthenticationScheme, count: u32) -> Self {
        Self {
            imsi,
            rat_type: None,
            anid: None,
            visited_network: None,
            terminal: Terminal::default(),
            aaa_failure: false,
            scheme,
            resynchronisation: None,
            count,
            features: Vec::new(),
        }
    }

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'a>) -> Result<Self, Fault> {
        let (mut imsi, mut item, mut count) = (None, None, None);
        let (mut rat_type, mut anid, mut visited_network) = (None, None, None);
        let (mut terminal, mut aaa_failure, mut features) = (Terminal::default(), false, Vec::new());
        let not_utf8 = "the value is not UTF-8";
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                imsi = Some(read::imsi(&found)?);
            } else if found.is(avp::SIP_AUTH_DATA_ITEM) {
                item = Some(read_request(&found)?);
            } else if found.is(avp::SIP_NUMBER_AUTH_ITEMS) {
                count = Some(read::u32(&found)?);
            } else if found.is(avp::RAT_TYPE) {
                rat_type = Some(read::u32(&found)?);
            } else if found.is(avp::ANID) {
                anid = Some(found.text().map_err(|_| Fault::value(&found, not_utf8))?);
            } else if found.is(avp::VISITED_NETWORK_IDENTIFIER) {
                visited_network = Some(found.text().map_err(|_| Fault::value(&found, not_utf8))?);
            } else if found.is(avp::TERMINAL_INFORMATION) {
                terminal = Terminal::read(&found).map_err(Fault::framing)?;
            } else if found.is(avp::AAA_FAILURE_INDICATION) {
                aaa_failure = read::u32(&found)? & AAA_FAILURE != 0;
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut features, &found)?;
            }
        }
        let imsi = read::need(imsi, avp::USER_NAME, "User-Name is missing")?;
        let (scheme, resynchronisation) =
            read::need(item, avp::SIP_AUTH_DATA_ITEM, "SIP-Auth-Data-Item is missing")?;
        let why = "SIP-Number-Auth-Items is missing";
        Ok(Self {
            imsi,
            rat_type,
            anid,
            visited_network,
            terminal,
            aaa_failure,
            scheme,
            resynchronisation,
            count: read::need(count, avp::SIP_NUMBER_AUTH_ITEMS, why)?,
            features,
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SWX);
        read::put_imsi(w, self.imsi);
        FeatureList::write_all(w, &self.features);
        read::put_u32(w, avp::RAT_TYPE, self.rat_type);
        if let Some(anid) = self.anid {
            w.text(avp::ANID, anid);
        }
        if let Some(visited) = self.visited_network {
            w.text(avp::VISITED_NETWORK_IDENTIFIER, visited);
        }
        self.terminal.write(w);
        read::put_u32(
            w,
            avp::AAA_FAILURE_INDICATION,
            self.aaa_failure.then_some(AAA_FAILURE),
        );
        write_request(w, &self.scheme, self.resynchronisation.as_ref());
        w.u32(avp::SIP_NUMBER_AUTH_ITEMS, self.count);
    }
}

/// Multimedia-Auth-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maa {
    /// The result.
    pub outcome: Outcome,
    /// User-Name.
    pub imsi: Option<Imsi>,
    /// SIP-Auth-Data-Item, in the order in which they are to be used; SIP-Number-Auth-Items is how many.
    pub items: Vec<AuthItem>,
    /// 3GPP-AAA-Server-Name: who serves the UE already.
    pub aaa_server: Option<String>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Maa {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            imsi: None,
            items: Vec::new(),
            aaa_server: None,
            features: Vec::new(),
        }
    }

    /// Reads the answer and puts its items in order (SIP-Item-Number; those without come first, as they stand).
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used: above all if a vector is not whole.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut answer = Self::new(Outcome::of(message));
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                answer.imsi = Some(read::imsi(&found)?);
            } else if found.is(avp::SIP_AUTH_DATA_ITEM) {
                if answer.items.len() < MAX_AUTH_ITEMS {
                    answer.items.push(AuthItem::read(&found)?);
                }
            } else if found.is(avp::TGPP_AAA_SERVER_NAME) {
                answer.aaa_server = Some(read::text(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut answer.features, &found)?;
            }
        }
        answer.items.sort_by_key(|item| item.number);
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SWX);
        if let Some(imsi) = self.imsi {
            read::put_imsi(w, imsi);
        }
        FeatureList::write_all(w, &self.features);
        if !self.items.is_empty() {
            w.u32(avp::SIP_NUMBER_AUTH_ITEMS, self.items.len() as u32);
        }
        for item in &self.items {
            item.write(w);
        }
        read::put_text(w, avp::TGPP_AAA_SERVER_NAME, self.aaa_server.as_ref());
    }

    /// Writes what a granted request is answered before its items, of which `count` follow: for an answer that is made
    /// without a list.
    pub fn write_granted(w: &mut MessageWriter<'_>, imsi: Imsi, features: &[FeatureList], count: u32) {
        write_application(w, SWX);
        read::put_imsi(w, imsi);
        FeatureList::write_all(w, features);
        w.u32(avp::SIP_NUMBER_AUTH_ITEMS, count);
    }
}
