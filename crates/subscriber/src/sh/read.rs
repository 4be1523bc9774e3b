//! What is answered to who reads, and how it is said that there is none (TS 29.328 6.1.1.1).
//!
//! | there is no | it is said by |
//! |---|---|
//! | repository data | RepositoryData without ServiceData |
//! | identity of the set, number | the element of the set, or PublicIdentifiers, empty |
//! | S-CSCF, filter criteria, charging functions, location | their element, empty |
//! | state in a domain, IMEISV | no element |
//!
//! Who knows Notif-Eff is always told so. Who does not gets an answer without User-Data if there is nothing at all.

use super::{Asked, ShUser, Subject};
use quintet_cx::{ChargingInformation, Outcome};
use quintet_sh::user_data::{EpsLocation, PublicIdentifiers, RepositoryData, ShData};
use quintet_sh::{DataReference, RequestedDomain, RequestedNodes};

impl ShUser {
    /// All that is asked for, with the elements that say what there is not. `None`: there is none of it, and who asks does not
    /// know Notif-Eff (`efficient`).
    ///
    /// # Errors
    /// [`ShUser::data`]'s: the first kind of data that is refused.
    pub fn read(&self, asked: &[Asked<'_>], efficient: bool) -> Result<Option<ShData>, Outcome> {
        let (mut data, mut is_any) = (ShData::default(), efficient);
        for one in asked {
            let found = self.data(one)?;
            let is_there = found != ShData::default();
            is_any |= is_there;
            data.merge(if is_there { found } else { self.absent(one) });
        }
        Ok(is_any.then_some(data))
    }

    /// One kind of data, or how it is said that there is none.
    ///
    /// # Errors
    /// [`ShUser::data`]'s.
    pub(super) fn told(&self, asked: &Asked<'_>) -> Result<ShData, Outcome> {
        Ok(self.read(std::slice::from_ref(asked), true)?.unwrap_or_default())
    }

    /// How it is said that there is none.
    pub(super) fn absent(&self, asked: &Asked<'_>) -> ShData {
        let mut none = ShData::default();
        match asked.data {
            DataReference::REPOSITORY_DATA => {
                let indication = asked.service_indication.unwrap_or_default();
                none.repository.push(RepositoryData {
                    service_indication: indication.to_owned(),
                    sequence_number: self.last_sequence_number(asked.subject, indication),
                    service_data: None,
                });
            }
            DataReference::IMS_PUBLIC_IDENTITY => return asked.identities(PublicIdentifiers::default()),
            DataReference::MSISDN => none.public_identifiers = Some(PublicIdentifiers::default()),
            DataReference::S_CSCF_NAME => none.scscf_name = Some(String::new()),
            DataReference::INITIAL_FILTER_CRITERIA => none.filter_criteria = Some(Vec::new()),
            DataReference::CHARGING_INFORMATION => none.charging = Some(ChargingInformation::default()),
            DataReference::LOCATION_INFORMATION => {
                let is_cs = asked.domain == Some(RequestedDomain::CS_DOMAIN);
                let names = |node| asked.nodes.map(|nodes| nodes.has(node));
                // Who says no nodes may know of none but the one that this HSS knows of.
                none.unknown_cs_location = is_cs;
                none.unknown_ps_location = !is_cs && names(RequestedNodes::SGSN).unwrap_or(false);
                none.eps_location =
                    (!is_cs && names(RequestedNodes::MME).unwrap_or(true)).then(EpsLocation::default);
            }
            _ => {}
        }
        none
    }

    /// The Sequence-Number of data that were removed, while somebody must still be told; 0 of what never was.
    fn last_sequence_number(&self, subject: &Subject, indication: &str) -> u32 {
        let Subject::Public(impu) = subject else {
            return 0;
        };
        let entry = self.record.entry(impu, indication);
        entry.map_or(0, |entry| entry.sequence_number)
    }
}
