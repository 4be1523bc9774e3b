//! Who is meant by what somebody types: an IMSI or its first digits, a number, a private or public identity, equipment.

use crate::access::{Access, Area, Caller};
use crate::change::record_of;
use crate::inside::Inside;
use crate::problem::Problem;
use quintet_identity::{Impi, Impu, Imsi, Msisdn};
use quintet_provisioning::record::Record;
use quintet_store::{
    Command, EquipmentCommand, EquipmentReply, ImsKey, MAX_EQUIPMENT_LISTED, Reply, Revision, SubscriberKey,
};
use quintet_subscriber::eir::{Equipment, EquipmentEntry, EquipmentRule};

/// The longest text that is looked for, in octets: a public identity fits.
pub const MAX_SOUGHT_OCTETS: usize = 512;

/// Most pages of the register of equipment that one search reads.
const MAX_PAGES: usize = 8;

/// Who and what was found.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// Subscribers whose identity it is, without secrets.
    pub subscribers: Vec<Record>,
    /// The rule that decides about this equipment, if the text may be equipment and there is one.
    pub rule: Option<EquipmentRule>,
    /// Whose SIMs are bound to this equipment.
    pub bound: Vec<Imsi>,
}

impl Inside {
    /// Finds by any identity. What the caller may not see is not found.
    ///
    /// # Errors
    /// 403; 400 for a text that is no identity of any kind; those of the store.
    pub async fn find(&self, caller: &Caller, text: &str) -> Result<Sought, Problem> {
        caller.may(Access::read(Area::Subscribers))?;
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_SOUGHT_OCTETS {
            let why = format!("1 to {MAX_SOUGHT_OCTETS} octets are looked for");
            return Err(Problem::unreadable(why).at("q"));
        }
        let mut sought = Sought::default();
        let digits = text.strip_prefix('+').unwrap_or(text);
        if digits.bytes().all(|digit| digit.is_ascii_digit()) {
            let keys = [
                digits.parse::<Imsi>().ok().map(SubscriberKey::Imsi),
                digits.parse::<Msisdn>().ok().map(SubscriberKey::Msisdn),
            ];
            self.add(caller, keys.into_iter().flatten().collect(), &mut sought)
                .await?;
            if caller.may_read_all(Area::Equipment) && (14..=16).contains(&digits.len()) {
                self.equipment(digits, &mut sought).await?;
            }
            return Ok(sought);
        }
        let public = match text.contains(':') {
            true => text.parse::<Impu>(),
            false => format!("sip:{text}").parse::<Impu>(),
        };
        let mut keys: Vec<SubscriberKey> = public.ok().map(SubscriberKey::Public).into_iter().collect();
        if let Ok(private) = text.parse::<Impi>()
            && let Some(imsi) = self.private(private).await?
        {
            keys.push(SubscriberKey::Imsi(imsi));
        }
        if keys.is_empty() {
            let why = "it is no IMSI, number, private or public identity, nor IMEI";
            return Err(Problem::unreadable(why).at("q"));
        }
        self.add(caller, keys, &mut sought).await?;
        Ok(sought)
    }

    async fn add(
        &self,
        caller: &Caller,
        keys: Vec<SubscriberKey>,
        sought: &mut Sought,
    ) -> Result<(), Problem> {
        for found in self.app().find(keys).await? {
            let imsi = found.subscriber.imsi;
            if caller.sees(imsi) && !sought.subscribers.iter().any(|known| known.imsi == imsi) {
                sought.subscribers.push(record_of(&found));
            }
        }
        Ok(())
    }

    /// Whose a private identity is.
    async fn private(&self, private: Impi) -> Result<Option<Imsi>, Problem> {
        let key = ImsKey::Private(private);
        match self.app().execute(Command::LoadIms { key }).await? {
            Reply::Ims(found) => Ok(found.map(|found| found.imsi)),
            _ => Err(Problem::defect(
                "the store gave another answer than a subscription",
            )),
        }
    }

    /// The rule that fits best, and the bindings, of which there is no index: the register is read, as far as it is small.
    async fn equipment(&self, digits: &str, sought: &mut Sought) -> Result<(), Problem> {
        let equipment = match digits.len() {
            16 => digits.parse().ok().map(Equipment::of_imeisv),
            _ => digits.parse().ok().map(Equipment::of_imei),
        };
        let Some(equipment) = equipment else { return Ok(()) };
        let mut since = Revision(0);
        for _ in 0..MAX_PAGES {
            let limit = MAX_EQUIPMENT_LISTED;
            let command = Command::Equipment(EquipmentCommand::Changes { since, limit });
            let Reply::Equipment(EquipmentReply::Changes {
                revision, entries, ..
            }) = self.app().execute(command).await?
            else {
                return Err(Problem::defect("the store gave another answer than equipment"));
            };
            let is_last = entries.len() < limit;
            for entry in entries {
                match entry {
                    EquipmentEntry::Rule(rule) if rule.equipment.fits(&equipment) => {
                        let longer =
                            |known: &EquipmentRule| known.equipment.length() < rule.equipment.length();
                        if sought.rule.as_ref().is_none_or(longer) {
                            sought.rule = Some(rule);
                        }
                    }
                    EquipmentEntry::Binding(binding) if binding.allows(&equipment) => {
                        sought.bound.push(binding.imsi)
                    }
                    _ => {}
                }
            }
            if is_last {
                break;
            }
            since = revision;
        }
        Ok(())
    }
}
