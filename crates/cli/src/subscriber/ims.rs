//! The IMS subscription, as options of the command line and members of files have it.

use crate::database::Database;
use anyhow::{Context, Result, bail};
use quintet_identity::{Impi, Impu, Imsi, Msisdn};
use quintet_provisioning::record::{ImsRecord, MncDigits, home, wrapped};
use quintet_store::{Command as StoreCommand, ImsKey, PutMode, Reply, StoredIms};
use quintet_subscriber::ims::{
    DigestCredentials, DigestSecret, ImsSubscription, PublicIdentity, ServiceProfile,
};
use std::collections::VecDeque;
use std::sync::Arc;

/// IMS subscriptions per read of an export.
const EXPORT_BATCH: usize = 500;

/// What is said of IMS.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "IMS")]
pub(crate) struct ImsOptions {
    /// IMS with the identities that follow from IMSI and number (TS 23.003 13.3, 13.4B)
    #[arg(long)]
    ims: bool,
    /// No IMS any more
    #[arg(long, conflicts_with_all = ["ims", "impi", "impus", "barred", "ims_json"])]
    no_ims: bool,
    /// Private identity, instead of the one of the IMSI
    #[arg(long, value_name = "USER@REALM")]
    impi: Option<Impi>,
    /// Public identity (repeat for more), instead of those of IMSI and number: one implicit registration set
    #[arg(long = "impu", value_name = "URI")]
    impus: Vec<Impu>,
    /// A public identity that may register and no more (repeat for more)
    #[arg(long, value_name = "URI")]
    barred: Vec<Impu>,
    /// Initial filter criteria: XML of TS 29.228 Annex E
    #[arg(long, value_name = "FILE")]
    ifc: Option<std::path::PathBuf>,
    /// A capability an S-CSCF must have (repeat, or separate by commas)
    #[arg(long = "scscf-capability", value_name = "N", value_delimiter = ',')]
    mandatory: Vec<u32>,
    /// A capability an S-CSCF should have (repeat, or separate by commas)
    #[arg(long = "scscf-optional-capability", value_name = "N", value_delimiter = ',')]
    optional: Vec<u32>,
    /// An S-CSCF to be preferred (repeat for more)
    #[arg(long = "scscf", value_name = "URI")]
    scscfs: Vec<String>,
    /// Password of SIP Digest (or @FILE)
    #[arg(long, value_name = "TEXT")]
    sip_password: Option<String>,
    /// Realm of SIP Digest [default: of the private identity]
    #[arg(long, value_name = "REALM", requires = "sip_password")]
    sip_realm: Option<String>,
    /// Digits of the MNC in the IMSI, 2 or 3 [default: 2]
    #[arg(long, value_name = "N")]
    mnc_digits: Option<MncDigits>,
    /// The whole IMS subscription as JSON, as `show --json` prints it (or @FILE)
    #[arg(long, value_name = "JSON", conflicts_with_all = ["ims", "impi", "impus", "barred", "ifc", "mandatory", "optional", "scscfs", "sip_password"])]
    ims_json: Option<String>,
}

/// What becomes of a subscriber's IMS subscription.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ImsChange {
    /// Nothing.
    Keep,
    /// It goes.
    Remove(Imsi),
    /// It is this one.
    Put(Arc<ImsSubscription>),
}

/// A file's or the option's own text.
fn text_of(value: &str) -> Result<String> {
    match value.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("cannot read {path}")),
        None => Ok(value.to_owned()),
    }
}

impl ImsOptions {
    /// Whether anything is said that makes an IMS subscription.
    fn is_wanted(&self) -> bool {
        self.ims
            || self.impi.is_some()
            || !self.impus.is_empty()
            || !self.barred.is_empty()
            || self.ifc.is_some()
            || !self.mandatory.is_empty()
            || !self.optional.is_empty()
            || !self.scscfs.is_empty()
            || self.sip_password.is_some()
    }

    /// What the options mean for a subscriber who has `current`.
    ///
    /// # Errors
    /// What is no identity, no filter criteria, or contradicts itself.
    pub(crate) fn change(
        &self,
        imsi: Imsi,
        msisdn: Option<Msisdn>,
        current: Option<&ImsSubscription>,
    ) -> Result<ImsChange> {
        if self.no_ims {
            return Ok(current.map_or(ImsChange::Keep, |_| ImsChange::Remove(imsi)));
        }
        if let Some(json) = &self.ims_json {
            let subscription: ImsSubscription =
                serde_json::from_str(&text_of(json)?).context("--ims-json")?;
            if subscription.imsi != imsi {
                bail!("--ims-json is of IMSI {}, not of {imsi}", subscription.imsi);
            }
            subscription.check()?;
            return Ok(ImsChange::Put(Arc::new(subscription)));
        }
        if !self.is_wanted() {
            return Ok(ImsChange::Keep);
        }
        let digits = self.mnc_digits.unwrap_or(MncDigits::Two);
        let mut subscription = match current {
            Some(current) if !self.ims => current.clone(),
            _ => ImsSubscription::derived(imsi, home(imsi, digits)?, msisdn)?,
        };
        self.apply(&mut subscription)?;
        subscription.check()?;
        Ok(ImsChange::Put(Arc::new(subscription)))
    }

    fn apply(&self, subscription: &mut ImsSubscription) -> Result<()> {
        if let Some(impi) = &self.impi {
            let old = std::mem::replace(&mut subscription.private[0].impi, impi.clone());
            let sets = subscription.sets.iter_mut();
            sets.flat_map(|set| &mut set.private)
                .filter(|named| **named == old)
                .for_each(|named| *named = impi.clone());
        }
        if !self.impus.is_empty() {
            let identities = self.impus.iter().cloned().map(PublicIdentity::new);
            subscription.sets[0].identities = identities.collect();
        }
        for barred in &self.barred {
            let mut all = subscription.sets.iter_mut().flat_map(|set| &mut set.identities);
            match all.find(|identity| identity.impu == *barred) {
                Some(identity) => identity.barred = true,
                None => {
                    let mut identity = PublicIdentity::new(barred.clone());
                    identity.barred = true;
                    subscription.sets[0].identities.push(identity);
                }
            }
        }
        if let Some(path) = &self.ifc {
            let name = path.display();
            let xml = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
            let id = subscription.profiles.first().map_or(0, |profile| profile.id);
            let profile = ServiceProfile::from_xml(id, &wrapped(&xml))
                .with_context(|| format!("{name} holds no initial filter criteria"))?;
            let mut profiles = (*subscription.profiles).clone();
            profiles.retain(|other| other.id != id);
            profiles.insert(0, profile);
            subscription.profiles = Arc::new(profiles);
        }
        let capabilities = &mut subscription.capabilities;
        for (given, list) in [
            (&self.mandatory, &mut capabilities.mandatory),
            (&self.optional, &mut capabilities.optional),
        ] {
            if !given.is_empty() {
                list.clone_from(given);
            }
        }
        if !self.scscfs.is_empty() {
            capabilities.server_names.clone_from(&self.scscfs);
        }
        if let Some(password) = &self.sip_password {
            let password = text_of(password)?.trim_end_matches(['\r', '\n']).to_owned();
            let private = &mut subscription.private[0];
            let realm = self
                .sip_realm
                .clone()
                .unwrap_or_else(|| private.impi.realm().to_owned());
            let secret = DigestSecret::Password(password.into());
            private.digest = Some(DigestCredentials { realm, secret });
        }
        Ok(())
    }
}

impl ImsChange {
    /// Refuses identities that are another subscriber's, before anything is written.
    ///
    /// # Errors
    /// Which identity, and whose it is.
    pub(crate) fn check_free(&self, database: &mut Database) -> Result<()> {
        let Self::Put(subscription) = self else {
            return Ok(());
        };
        let private = subscription.private.iter();
        let private =
            private.map(|identity| (ImsKey::Private(identity.impi.clone()), identity.impi.to_string()));
        let public = subscription.sets.iter().flat_map(|set| &set.identities);
        let public =
            public.map(|identity| (ImsKey::Public(identity.impu.clone()), identity.impu.to_string()));
        for (key, identity) in private.chain(public) {
            if let Some(found) = load(database, key)?
                && found.imsi != subscription.imsi
            {
                bail!(
                    "the identity {identity} belongs to the IMS subscription of IMSI {} already",
                    found.imsi
                );
            }
        }
        Ok(())
    }

    /// Writes it.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) fn put(self, database: &mut Database) -> Result<()> {
        let command = match self {
            Self::Keep => return Ok(()),
            Self::Remove(imsi) => StoreCommand::RemoveIms { imsis: vec![imsi] },
            Self::Put(subscription) => StoreCommand::PutIms {
                subscriptions: vec![subscription],
                mode: PutMode::Upsert,
            },
        };
        database
            .execute(command)
            .context("the subscriber is stored, its IMS subscription is not")?;
        Ok(())
    }
}

fn load(database: &mut Database, key: ImsKey) -> Result<Option<StoredIms>> {
    match database.execute(StoreCommand::LoadIms { key })? {
        Reply::Ims(stored) => Ok(stored.map(|stored| *stored)),
        _ => bail!(
            "the store gave another answer than an IMS subscription: this is a defect, please report it"
        ),
    }
}

/// What is stored for a subscriber.
///
/// # Errors
/// Those of the store.
pub(crate) fn stored(database: &mut Database, imsi: Imsi) -> Result<Option<StoredIms>> {
    load(database, ImsKey::Imsi(imsi))
}

/// What is shown of a stored IMS subscription: SIP Digest credentials only with keys.
pub(super) fn shown(stored: Option<&StoredIms>, with_keys: bool) -> Option<ImsRecord> {
    let mut subscription = (**stored?.subscription.as_ref()?).clone();
    if !with_keys {
        subscription
            .private
            .iter_mut()
            .for_each(|identity| identity.digest = None);
    }
    Some(ImsRecord::Whole(Box::new(subscription)))
}

/// IMS subscriptions in order of IMSI, read along with subscribers.
#[derive(Default)]
pub(super) struct Pages {
    page: VecDeque<StoredIms>,
    after: Option<Imsi>,
    ended: bool,
}

impl Pages {
    /// The one of a subscriber; to be asked for in ascending order.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) fn of(&mut self, database: &mut Database, imsi: Imsi) -> Result<Option<StoredIms>> {
        loop {
            while self.page.front().is_some_and(|stored| stored.imsi < imsi) {
                self.page.pop_front();
            }
            match self.page.front() {
                Some(stored) if stored.imsi == imsi => return Ok(self.page.pop_front()),
                Some(_) => return Ok(None),
                None if self.ended => return Ok(None),
                None => {}
            }
            let command = StoreCommand::ScanIms {
                after: self.after,
                limit: EXPORT_BATCH,
            };
            let Reply::ImsRun(run) = database.execute(command)? else {
                bail!(
                    "the store gave another answer than IMS subscriptions: this is a defect, please report it"
                );
            };
            self.ended = run.is_empty();
            self.after = run.last().map(|last| last.imsi).or(self.after);
            self.page = run.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(clap::Parser)]
    struct Only {
        #[command(flatten)]
        ims: ImsOptions,
    }

    const IMSI: &str = "001010000000001";
    const DOMAIN: &str = "ims.mnc001.mcc001.3gppnetwork.org";

    fn change(options: &[&str], current: Option<&ImsSubscription>) -> Result<ImsChange> {
        let parsed = Only::parse_from([""].iter().chain(options)).ims;
        parsed.change(
            IMSI.parse().unwrap(),
            Some("4915112345".parse().unwrap()),
            current,
        )
    }

    fn put(options: &[&str], current: Option<&ImsSubscription>) -> ImsSubscription {
        match change(options, current).unwrap() {
            ImsChange::Put(subscription) => (*subscription).clone(),
            other => panic!("{other:?}"),
        }
    }

    fn names(subscription: &ImsSubscription) -> Vec<(String, bool)> {
        let identities = subscription.sets[0].identities.iter();
        identities.map(|id| (id.impu.to_string(), id.barred)).collect()
    }

    #[test]
    fn nothing_said_nothing_changed() {
        assert_eq!(change(&[], None).unwrap(), ImsChange::Keep);
        assert_eq!(change(&["--no-ims"], None).unwrap(), ImsChange::Keep);
        let current = put(&["--ims"], None);
        assert_eq!(change(&[], Some(&current)).unwrap(), ImsChange::Keep);
        let removed = change(&["--no-ims"], Some(&current)).unwrap();
        assert_eq!(removed, ImsChange::Remove(IMSI.parse().unwrap()));
    }

    #[test]
    fn identities_follow_from_imsi_and_number() {
        let derived = put(&["--ims"], None);
        assert_eq!(derived.private[0].impi.to_string(), format!("{IMSI}@{DOMAIN}"));
        assert_eq!(
            names(&derived),
            [
                (format!("sip:{IMSI}@{DOMAIN}"), true),
                (format!("sip:+4915112345@{DOMAIN}"), false),
                ("tel:+4915112345".to_owned(), false)
            ]
        );
        let american = put(&["--ims", "--mnc-digits", "3"], None);
        assert_eq!(
            american.private[0].impi.realm(),
            "ims.mnc010.mcc001.3gppnetwork.org"
        );
    }

    #[test]
    fn what_is_named_is_changed() {
        let first = put(
            &[
                "--impi",
                "alice@example.org",
                "--impu",
                "sip:alice@example.org",
                "--barred",
                "sip:hidden@example.org",
                "--scscf-capability",
                "1,2",
                "--scscf",
                "sip:s1.example.org",
                "--sip-password",
                "open sesame",
            ],
            None,
        );
        assert_eq!(
            names(&first),
            [
                ("sip:alice@example.org".to_owned(), false),
                ("sip:hidden@example.org".to_owned(), true)
            ]
        );
        assert_eq!(first.capabilities.mandatory, [1, 2]);
        let digest = first.private[0].digest.as_ref().unwrap();
        assert_eq!(digest.realm, "example.org");
        let second = put(&["--scscf-optional-capability", "7"], Some(&first));
        assert_eq!(
            (second.capabilities.mandatory, second.capabilities.optional),
            (vec![1, 2], vec![7])
        );
        assert_eq!(second.private, first.private, "the rest stays");
        let json = serde_json::to_string(&first).unwrap();
        assert_eq!(put(&["--ims-json", &json], None), first);
        let another = json.replace(IMSI, "001010000000002");
        assert!(change(&["--ims-json", &another], None).is_err());
    }

    #[test]
    fn filter_criteria_with_and_without_what_is_around_them() {
        let criteria = "<InitialFilterCriteria><Priority>1</Priority><ApplicationServer><ServerName>sip:as.example.org</ServerName>\
            <DefaultHandling>0</DefaultHandling></ApplicationServer></InitialFilterCriteria>";
        let profile = format!(
            "<ServiceProfile><PublicIdentity><Identity>sip:a@b.c</Identity></PublicIdentity>{criteria}</ServiceProfile>"
        );
        let whole = format!("<IMSSubscription><PrivateID>a@b.c</PrivateID>{profile}</IMSSubscription>");
        let declared = format!("<?xml version=\"1.0\"?>\n{profile}");
        for xml in [criteria, &profile, &whole, &declared] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), xml).unwrap();
            let found = put(&["--ifc", &file.path().display().to_string()], None);
            let criteria = &found.profiles[0].profile.filter_criteria;
            assert_eq!(criteria.len(), 1, "{xml}");
            assert_eq!(criteria[0].application_server.server_name, "sip:as.example.org");
        }
    }
}
