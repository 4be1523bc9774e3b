//! A master key in a PKCS#11 token (an HSM, a smart card, SoftHSM): it wraps and unwraps there, and never leaves it.
//!
//! The key is a secret key of AES with 256 bits that may encrypt and decrypt; the mechanism is CKM_AES_GCM alone. Its name
//! is what it makes of a constant, so two tokens with one label are not taken for each other.

mod uri;

use anyhow::{Context, Result, anyhow, bail};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as TokenError, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use quintet_vault::{Fingerprint, KEY_OCTETS, Master, NONCE_OCTETS, Nonce, Secret, WrapError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
pub(crate) use uri::Uri;
use zeroize::Zeroizing;

/// The form of what a token wraps; the vault's own form is 1.
const FORM: u8 = 2;

/// Bits of a tag.
const TAG_BITS: usize = 128;

/// The nonce of a key's name, used for nothing else, and what is enciphered for it.
const NAME_NONCE: Nonce = *b"quintet-name";
const NAME_TEXT: [u8; 16] = *b"quintet  \0fprint";

/// Modules that were loaded: each may be initialised once in a process.
static MODULES: Mutex<Vec<(PathBuf, Pkcs11)>> = Mutex::new(Vec::new());

/// A key in a token.
#[derive(Debug)]
pub(crate) struct Device {
    uri: Uri,
    module: Pkcs11,
    slot: Slot,
    name: Fingerprint,
}

fn module(path: &Path) -> Result<Pkcs11> {
    let mut modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, module)) = modules.iter().find(|(known, _)| known == path) {
        return Ok(module.clone());
    }
    let module = Pkcs11::new(path).with_context(|| format!("the PKCS#11 module {}", path.display()))?;
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(TokenError::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(error).with_context(|| format!("the PKCS#11 module {}", path.display())),
    }
    modules.push((path.to_owned(), module.clone()));
    Ok(module)
}

/// The one token that the URI means.
fn slot(uri: &Uri, module: &Pkcs11) -> Result<Slot> {
    let mut found = Vec::new();
    let mut seen = Vec::new();
    for slot in module.get_slots_with_initialized_token()? {
        let token = module.get_token_info(slot)?;
        let fits =
            |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is.trim());
        if fits(&uri.token, token.label()) && fits(&uri.serial, token.serial_number()) {
            found.push(slot);
        }
        seen.push(format!("{:?}", token.label().trim()));
    }
    match found[..] {
        [slot] => Ok(slot),
        [] => bail!("no token fits {uri}; there are: {}", seen.join(", ")),
        _ => bail!("several tokens fit {uri}: say which by token= or serial="),
    }
}

fn session(uri: &Uri, module: &Pkcs11, slot: Slot, writes: bool) -> Result<Session> {
    let session = if writes {
        module.open_rw_session(slot)
    } else {
        module.open_ro_session(slot)
    };
    let session = session.with_context(|| format!("{uri}: no session"))?;
    if let Some(pin) = uri.pin()? {
        match session.login(UserType::User, Some(&AuthPin::from(pin.to_string()))) {
            Ok(()) | Err(TokenError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => return Err(error).with_context(|| format!("{uri}: the token refuses the PIN")),
        }
    }
    Ok(session)
}

/// What names the key within its token.
fn names(uri: &Uri) -> Vec<Attribute> {
    let label = uri
        .object
        .as_ref()
        .map(|label| Attribute::Label(label.clone().into_bytes()));
    let id = uri.id.clone().map(Attribute::Id);
    label.into_iter().chain(id).collect()
}

fn objects(uri: &Uri, session: &Session) -> Result<Vec<ObjectHandle>> {
    let mut wanted = vec![
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
    ];
    wanted.extend(names(uri));
    Ok(session.find_objects(&wanted)?)
}

fn object(uri: &Uri, session: &Session) -> Result<ObjectHandle> {
    match objects(uri, session)?[..] {
        [object] => Ok(object),
        [] => bail!(
            "{uri}: the token has no such AES key, or the PIN is missing (pin-source=); `quintet keys init --out` makes one"
        ),
        _ => bail!("{uri}: several keys fit: say which by object= or id="),
    }
}

fn encrypt(
    session: &Session,
    key: ObjectHandle,
    nonce: &Nonce,
    purpose: &[u8],
    text: &[u8],
) -> Result<Vec<u8>> {
    let mut nonce = *nonce;
    let parameters = GcmParams::new(&mut nonce, purpose, TAG_BITS.try_into()?)?;
    Ok(session.encrypt(&Mechanism::AesGcm(parameters), key, text)?)
}

/// The key a URI names, as it is now.
///
/// # Errors
/// What the module, the token or the key lacks.
pub(crate) fn find(uri: &Uri) -> Result<Device> {
    let module = module(&uri.module_path)?;
    let slot = slot(uri, &module)?;
    let session = session(uri, &module, slot, false)?;
    let key = object(uri, &session)?;
    let text = encrypt(&session, key, &NAME_NONCE, &[], &NAME_TEXT)
        .with_context(|| format!("{uri}: the key does not encipher with CKM_AES_GCM"))?;
    let name = text
        .first_chunk()
        .ok_or_else(|| anyhow!("{uri}: the token enciphers to {} octets", text.len()))?;
    Ok(Device {
        uri: uri.clone(),
        name: Fingerprint(*name),
        module,
        slot,
    })
}

/// Makes a key in a token: it can be used there, and not taken out.
///
/// # Errors
/// If there is one of this name, or as the token says.
pub(crate) fn generate(uri: &Uri) -> Result<()> {
    if uri.object.is_none() && uri.id.is_none() {
        bail!("{uri}: the key needs a name: object=LABEL or id=");
    }
    let module = module(&uri.module_path)?;
    let session = session(uri, &module, slot(uri, &module)?, true)?;
    if !objects(uri, &session)?.is_empty() {
        bail!("{uri}: a key of this name is there already");
    }
    let mut template = vec![
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::ValueLen(KEY_OCTETS.try_into()?),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Encrypt(true),
        Attribute::Decrypt(true),
    ];
    template.extend(names(uri));
    session
        .generate_key(&Mechanism::AesKeyGen, &template)
        .with_context(|| format!("{uri}: the token makes no key"))?;
    Ok(())
}

impl Device {
    fn with_key<T>(&self, work: impl FnOnce(&Session, ObjectHandle) -> Result<T>) -> Result<T, WrapError> {
        let done = session(&self.uri, &self.module, self.slot, false).and_then(|session| {
            let key = object(&self.uri, &session)?;
            work(&session, key)
        });
        done.map_err(|error| WrapError::Device(format!("{error:#}")))
    }
}

impl Master for Device {
    fn fingerprint(&self) -> Fingerprint {
        self.name
    }

    fn wrap(&self, nonce: &Nonce, purpose: &[u8], secret: &Secret) -> Result<Vec<u8>, WrapError> {
        let text = self.with_key(|session, key| encrypt(session, key, nonce, purpose, &secret[..]))?;
        Ok([&[FORM], &nonce[..], &text].concat())
    }

    fn unwrap(&self, purpose: &[u8], wrapped: &[u8]) -> Result<Secret, WrapError> {
        let (&form, rest) = wrapped.split_first().ok_or(WrapError::Refused)?;
        if form != FORM {
            return Err(WrapError::Form(form));
        }
        let (nonce, text) = rest
            .split_first_chunk::<NONCE_OCTETS>()
            .ok_or(WrapError::Refused)?;
        let opened = self.with_key(|session, key| {
            let mut nonce = *nonce;
            let parameters = GcmParams::new(&mut nonce, purpose, TAG_BITS.try_into()?)?;
            match session.decrypt(&Mechanism::AesGcm(parameters), key, text) {
                Ok(octets) => Ok(Some(Zeroizing::new(octets))),
                // Tokens have several words for a tag that does not fit.
                Err(TokenError::Pkcs11(
                    RvError::EncryptedDataInvalid | RvError::EncryptedDataLenRange | RvError::GeneralError,
                    _,
                )) => Ok(None),
                Err(error) => Err(error.into()),
            }
        })?;
        let octets = opened.ok_or(WrapError::Refused)?;
        let mut secret = Secret::default();
        if octets.len() != secret.len() {
            return Err(WrapError::Refused);
        }
        secret.copy_from_slice(&octets);
        Ok(secret)
    }
}
