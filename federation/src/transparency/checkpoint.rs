//! Checkpoints (C2SP `tlog-checkpoint`).

use super::Refused;
use super::key::{SigningKey, VerifierKey};
use super::note::Note;
use super::text::{decimal, parse_hash, to_base64};
use super::tree::Hash;
use crate::time::Seconds;

/// The state of a log that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name of its key, a slash, and an id of this history.
    pub origin: String,
    /// How many leaves it has.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
}

/// A checkpoint whose signature by a trusted key was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// The note, with all its signatures.
    pub note: Note,
}

impl Checkpoint {
    /// The origin of the history with this id in the log of this name.
    pub fn origin(name: &str, id: &str) -> String {
        format!("{name}/{id}")
    }

    /// The checkpoint as a note that these keys signed.
    pub fn signed(&self, keys: &[SigningKey]) -> Note {
        let mut note = Note::new(format!("{}\n{}\n{}\n", self.origin, self.size, to_base64(&self.root)));
        keys.iter().for_each(|key| note.sign(key));
        note
    }

    /// Reads the text of a note. Lines after the third are ignored, as the specification says.
    fn parse(text: &str) -> Result<Self, Refused> {
        const FORM: Refused = Refused::Malformed("a checkpoint has the lines origin, size and root");
        let mut lines = text.lines();
        let mut line = || lines.next().filter(|line| !line.is_empty()).ok_or(FORM);
        let (origin, size, root) = (line()?, line()?, line()?);
        Ok(Self { origin: origin.to_owned(), size: decimal(size).ok_or(FORM)?, root: parse_hash(root).ok_or(FORM)? })
    }
}

impl Opened {
    /// Opens a note as a checkpoint that the log of this key signed.
    ///
    /// # Errors
    /// If it is not a checkpoint, this key did not sign it, or it is of another log.
    pub fn open(note: Note, key: &VerifierKey) -> Result<Self, Refused> {
        if !note.is_signed_by(key)? {
            return Err(Refused::NotSigned(key.name().to_owned()));
        }
        let checkpoint = Checkpoint::parse(&note.text)?;
        match checkpoint.origin.strip_prefix(key.name()).and_then(|rest| rest.strip_prefix('/')) {
            Some(id) if !id.is_empty() => Ok(Self { checkpoint, note }),
            _ => Err(Refused::AnotherLog { found: checkpoint.origin, expected: key.name().to_owned() }),
        }
    }

    /// Opens a note as a checkpoint of any log that this witness cosigned.
    ///
    /// # Errors
    /// If it is not a checkpoint, or this key did not cosign it.
    pub fn cosigned(note: Note, key: &VerifierKey) -> Result<Self, Refused> {
        if !note.is_signed_by(key)? {
            return Err(Refused::NotSigned(key.name().to_owned()));
        }
        Ok(Self { checkpoint: Checkpoint::parse(&note.text)?, note })
    }

    /// Adds the cosignature of a witness, as of this time.
    pub fn cosign(&mut self, key: &SigningKey, now: Seconds) {
        self.note.cosign(key, now);
    }

    /// Adds the signatures that another note has of the same checkpoint.
    pub fn join(&mut self, other: Self) {
        if other.note.text == self.note.text {
            self.note.join(other.note);
        }
    }

    /// Those of these witnesses that cosigned it.
    ///
    /// # Errors
    /// If it has a cosignature by one of them that is not valid.
    pub fn witnesses<'a>(&self, keys: &'a [VerifierKey]) -> Result<Vec<&'a VerifierKey>, Refused> {
        let mut signed = Vec::new();
        for key in keys {
            if self.note.is_signed_by(key)? {
                signed.push(key);
            }
        }
        Ok(signed)
    }
}
