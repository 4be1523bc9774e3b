//! What matters in a message of Cx, in a few lines (TS 29.229 6.1, 6.3).

use super::{Lines, secret};
use quintet_cx::{Answer, AuthDataItem, Outcome, Request};

/// The stem of a command's abbreviation.
pub(super) fn stem(code: u32) -> Option<&'static str> {
    use quintet_cx::{Lir, Mar, Ppr, Rtr, Sar, Uar};
    Some(match code {
        Uar::COMMAND => "UA",
        Sar::COMMAND => "SA",
        Lir::COMMAND => "LI",
        Mar::COMMAND => "MA",
        Rtr::COMMAND => "RT",
        Ppr::COMMAND => "PP",
        _ => return None,
    })
}

impl Lines<'_> {
    /// A request.
    pub(super) fn cx_request(&mut self) {
        match Request::read(self.message) {
            Ok(Request::UserAuthorization(uar)) => {
                self.push("Public-Identity", uar.public_identity);
                self.push("User-Authorization-Type", uar.authorization_type.to_string());
            }
            Ok(Request::ServerAssignment(sar)) => {
                for impu in sar.public_identities {
                    self.push("Public-Identity", impu);
                }
                self.push("Server-Assignment-Type", sar.assignment_type.to_string());
            }
            Ok(Request::LocationInfo(lir)) => self.push("Public-Identity", lir.public_identity),
            Ok(Request::MultimediaAuth(mar)) => {
                self.push("Public-Identity", mar.public_identity);
                self.push("SIP-Number-Auth-Items", mar.count.to_string());
                if let Some(scheme) = &mar.item.scheme {
                    self.push("SIP-Authentication-Scheme", scheme.to_string());
                }
                if let Some(token) = &mar.item.resynchronisation {
                    self.push("SIP-Authorization", "RAND ‖ AUTS");
                    self.push_nested("RAND", hex::encode(token.rand));
                }
            }
            Ok(Request::RegistrationTermination(rtr)) => {
                for impu in rtr.public_identities {
                    self.push("Public-Identity", impu);
                }
                self.push("Reason-Code", rtr.reason.code.to_string());
            }
            Ok(Request::PushProfile(ppr)) => {
                if ppr.user_data.is_some() {
                    self.push("User-Data", "a new profile");
                }
            }
            Err(fault) => self.push("unreadable", fault.to_string()),
        }
    }

    /// An answer; XRES, CK and IK in full only with `show_keys`.
    pub(super) fn cx_answer(&mut self, show_keys: bool) {
        let answer = match Answer::read(self.message) {
            Ok(answer) => answer,
            Err(fault) => return self.push("unreadable", fault.to_string()),
        };
        if let Outcome::Experimental(code) = answer.outcome()
            && let Some(name) = code.name()
        {
            self.push("Experimental-Result", name);
        }
        match answer {
            Answer::UserAuthorization(uaa) => self.server(uaa.server_name),
            Answer::LocationInfo(lia) => self.server(lia.server_name),
            Answer::MultimediaAuth(maa) => {
                for item in &maa.items {
                    self.item(item, show_keys);
                }
            }
            Answer::ServerAssignment(saa) if saa.user_data.is_some() => self.push("User-Data", "the profile"),
            _ => {}
        }
    }

    fn server(&mut self, name: Option<String>) {
        if let Some(name) = name {
            self.push("Server-Name", name);
        }
    }

    fn item(&mut self, item: &AuthDataItem, show_keys: bool) {
        let number = item.number.map_or_else(String::new, |number| number.to_string());
        self.push("SIP-Auth-Data-Item", number);
        if let Some(vector) = &item.vector {
            self.push_nested("RAND", hex::encode(vector.rand));
            self.push_nested("XRES", secret(vector.xres.octets(), show_keys));
        }
        if item.digest.is_some() {
            self.push_nested("SIP-Digest-Authenticate", "HA1");
        }
    }
}
