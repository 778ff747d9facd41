//! Signed notes (C2SP `signed-note`), and the cosignatures of witnesses (C2SP `tlog-cosignature`).

use super::Refused;
use super::key::{KeyId, Kind, SigningKey, VerifierKey};
use super::text::{from_base64, to_base64};
use crate::time::Seconds;
use std::fmt;

/// Largest note, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// Maximum number of signatures of a note.
const MAX_SIGNATURES: usize = 64;

/// A text and its signatures. Nothing that it says may be believed before a signature is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text, with its final newline.
    pub(super) text: String,
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    name: String,
    id: KeyId,
    bytes: Vec<u8>,
}

impl Note {
    /// A note without signatures.
    pub(super) fn new(text: String) -> Self {
        Self { text, signatures: Vec::new() }
    }

    /// Reads a note.
    ///
    /// # Errors
    /// If it is malformed.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        const FORM: Refused = Refused::Malformed("a note is a text, an empty line, and lines of signatures");
        if text.len() > MAX_BYTES {
            return Err(Refused::Malformed("a note has at most 64 KiB"));
        }
        if text.contains(|c: char| c < ' ' && c != '\n') {
            return Err(Refused::Malformed("a note may not contain control characters"));
        }
        let (body, lines) = text.rsplit_once("\n\n").ok_or(FORM)?;
        let lines = lines.strip_suffix('\n').ok_or(FORM)?;
        let signatures: Vec<Signature> =
            lines.split('\n').take(MAX_SIGNATURES + 1).map(parse_line).collect::<Option<_>>().ok_or(FORM)?;
        match signatures.len() > MAX_SIGNATURES {
            true => Err(Refused::Malformed("a note has at most 64 signatures")),
            false => Ok(Self { text: format!("{body}\n"), signatures }),
        }
    }

    /// Signs the text with the key of a log.
    pub(super) fn sign(&mut self, key: &SigningKey) {
        self.add(&key.verifier(), key.sign(self.text.as_bytes()).to_vec());
    }

    /// Signs the text with the key of a witness, as of this time.
    pub(super) fn cosign(&mut self, key: &SigningKey, now: Seconds) {
        let at = u64::try_from(now).unwrap_or_default();
        let signature = key.sign(cosigned(at, &self.text).as_bytes());
        self.add(&key.verifier(), [&at.to_be_bytes()[..], &signature].concat());
    }

    fn add(&mut self, key: &VerifierKey, bytes: Vec<u8>) {
        let signature = Signature { name: key.name().to_owned(), id: key.id(), bytes };
        self.signatures.retain(|it| (&it.name, it.id) != (&signature.name, signature.id));
        self.signatures.push(signature);
    }

    /// Adds the signatures of another note with the same text.
    pub(super) fn join(&mut self, other: Self) {
        for signature in other.signatures {
            if !self.signatures.contains(&signature) && self.signatures.len() < MAX_SIGNATURES {
                self.signatures.push(signature);
            }
        }
    }

    /// Whether this key signed the text.
    ///
    /// # Errors
    /// If the note has a signature by this key that is not valid.
    pub(super) fn is_signed_by(&self, key: &VerifierKey) -> Result<bool, Refused> {
        let own = |it: &&Signature| it.name == key.name() && it.id == key.id();
        let Some(signature) = self.signatures.iter().find(own) else { return Ok(false) };
        let is_right = match key.kind() {
            Kind::Log => key.has_signed(self.text.as_bytes(), &signature.bytes),
            Kind::Witness => signature.bytes.split_first_chunk().is_some_and(|(at, bytes)| {
                key.has_signed(cosigned(u64::from_be_bytes(*at), &self.text).as_bytes(), bytes)
            }),
        };
        if is_right { Ok(true) } else { Err(Refused::WrongSignature(key.name().to_owned())) }
    }
}

/// What a witness signs.
fn cosigned(at: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {at}\n{text}")
}

fn parse_line(line: &str) -> Option<Signature> {
    let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = from_base64(encoded)?;
    let (id, bytes) = bytes.split_first_chunk()?;
    let is_name = !name.is_empty() && !name.contains(|c: char| c == '+' || c.is_whitespace());
    (is_name && !bytes.is_empty()).then(|| Signature { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|Signature { name, id, bytes }| {
            writeln!(f, "— {name} {}", to_base64(&[&id[..], bytes].concat()))
        })
    }
}
