//! Keys of notes, in the form of Go's `sumdb/note` and C2SP's `signed-note`.

use super::Refused;
use super::text::{from_base64, to_base64};
use crate::digest::hex;
use ed25519_dalek::{Signer as _, VerifyingKey};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The notes of a log, with Ed25519.
    Log,
    /// The checkpoints of other logs, with Ed25519 and a time (C2SP `tlog-cosignature`).
    Witness,
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 0x01,
            Self::Witness => 0x04,
        }
    }

    fn of(byte: u8) -> Option<Self> {
        [Self::Log, Self::Witness].into_iter().find(|kind| kind.byte() == byte)
    }
}

/// The beginning of a written private key.
const PRIVATE: &str = "PRIVATE+KEY+";

/// Longest name of a key, in bytes.
const MAX_NAME_BYTES: usize = 200;

/// The first bytes of a signature, which name its key.
pub(super) type KeyId = [u8; 4];

/// A public key with a name: `<name>+<id>+<base64>`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: Kind,
    key: VerifyingKey,
}

impl VerifierKey {
    /// Reads a key.
    ///
    /// # Errors
    /// If it is malformed, its id does not match its name and bytes, or it is of another kind.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, Refused> {
        let (name, bytes) = parse(text, kind)?;
        let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak());
        let key = key.ok_or(Refused::Malformed("it is not an Ed25519 key"))?;
        let parsed = Self { name, kind, key };
        match parsed.to_string() == text {
            true => Ok(parsed),
            false => Err(Refused::Malformed("the id of the key does not match its name and bytes")),
        }
    }

    /// The name of the log or of the witness.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn id(&self) -> KeyId {
        id(&self.name, self.kind, self.key.as_bytes())
    }

    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature).is_ok_and(|it| self.key.verify_strict(message, &it).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name, hex(&self.id()), encoded(self.kind, self.key.as_bytes()))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A private key with a name: `PRIVATE+KEY+<name>+<id>+<base64>`. Its `Debug` form does not contain the secret.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    kind: Kind,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// The key of this name with a secret of 32 random bytes.
    ///
    /// # Errors
    /// If the name is not valid.
    pub fn new(name: &str, kind: Kind, secret: &[u8; 32]) -> Result<Self, Refused> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), kind, key: ed25519_dalek::SigningKey::from_bytes(secret) })
    }

    /// Reads a key that [`secret`](Self::secret) wrote.
    ///
    /// # Errors
    /// If it is malformed, or is of another kind. The error does not repeat it.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, Refused> {
        let rest = text.strip_prefix(PRIVATE).ok_or(Refused::Malformed("a private key begins with `PRIVATE+KEY+`"))?;
        let (name, secret) = parse(rest, kind)?;
        let parsed = Self::new(&name, kind, &secret)?;
        match parsed.secret() == text {
            true => Ok(parsed),
            false => Err(Refused::Malformed("the id of the key does not match its name and bytes")),
        }
    }

    /// The key as text, for a file that nobody else can read.
    pub fn secret(&self) -> String {
        let id = hex(&self.verifier().id());
        format!("{PRIVATE}{}+{id}+{}", self.name, encoded(self.kind, self.key.as_bytes()))
    }

    /// The name of the log or of the witness.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), kind: self.kind, key: self.key.verifying_key() }
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the private key of {}", self.verifier())
    }
}

/// Maximum number of keys of a log at once: two while one replaces the other.
const MAX_KEYS: usize = 4;

/// Reads the keys of a log, which all have its name, separated by white space: each signs every checkpoint, so that one can replace another.
///
/// # Errors
/// If one is not a key, they have different names, or there are more than 4.
pub fn log_keys(text: &str) -> Result<Vec<SigningKey>, Refused> {
    let keys: Vec<SigningKey> = text
        .split_whitespace()
        .take(MAX_KEYS + 1)
        .map(|key| SigningKey::parse(key, Kind::Log))
        .collect::<Result<_, _>>()?;
    if keys.len() > MAX_KEYS {
        return Err(Refused::Malformed("a log may have at most 4 keys at once"));
    }
    match keys.iter().all(|key| keys.first().is_some_and(|first| first.name == key.name)) {
        true => Ok(keys),
        false => Err(Refused::Malformed("all keys of a log must have the same name")),
    }
}

/// The name and the bytes of a key of this kind.
fn parse(text: &str, kind: Kind) -> Result<(String, [u8; 32]), Refused> {
    let malformed = Refused::Malformed("a key is written as `name+id+base64`");
    let Some((name, (_, encoded))) = text.split_once('+').and_then(|(name, rest)| Some((name, rest.split_once('+')?)))
    else {
        return Err(malformed);
    };
    check_name(name)?;
    let bytes = from_base64(encoded).ok_or(malformed.clone())?;
    let (found, key) = bytes.split_first().ok_or(malformed.clone())?;
    match (Kind::of(*found), kind) {
        (Some(found), _) if found == kind => {}
        (Some(_), Kind::Log) => return Err(Refused::Malformed("it is the key of a witness, not of a log")),
        (Some(_), Kind::Witness) => return Err(Refused::Malformed("it is the key of a log, not of a witness")),
        (None, _) => return Err(Refused::Malformed("the algorithm of the key is not supported")),
    }
    Ok((name.to_owned(), key.try_into().map_err(|_| malformed)?))
}

fn check_name(name: &str) -> Result<(), Refused> {
    let is_name = !name.is_empty()
        && name.len() <= MAX_NAME_BYTES
        && !name.contains(|c: char| c == '+' || c.is_whitespace() || c.is_control());
    match is_name {
        true => Ok(()),
        false => Err(Refused::Malformed("the name of a key has from 1 to 200 bytes, without spaces and `+`")),
    }
}

fn id(name: &str, kind: Kind, key: &[u8]) -> KeyId {
    let hash: [u8; 32] =
        Sha256::new().chain_update(name).chain_update([b'\n', kind.byte()]).chain_update(key).finalize().into();
    let [a, b, c, d, ..] = hash;
    [a, b, c, d]
}

fn encoded(kind: Kind, key: &[u8]) -> String {
    to_base64(&[&[kind.byte()], key].concat())
}
