//! Checks that a revision is in the log of its hub, and that the log extends the one that was seen before.

use super::ask::{LogRelation, inclusion, refused, relation_to};
use crate::args::{LogTrust, WitnessKey};
use crate::client::{Base, Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::offline::log::{self, LogMemory, Proven};
use federation::digest::Digest;
use federation::transparency::{Checkpoint, InclusionProof, Kind, Note, Opened, Refused, VerifierKey};
use std::path::Path;

/// Maximum size of a witness's checkpoint in bytes.
const MAX_CHECKPOINT_BYTES: usize = 64 << 10;

/// The timeout of a request to a witness.
const WITNESS_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);

/// The key to trust: that of the command line, or else that of the lock; `None` if the log is not to be checked.
fn known_key(trust: &LogTrust, memory: Option<&LogMemory>) -> Result<Option<VerifierKey>, Failure> {
    match (&trust.log_key, memory) {
        (Some(key), _) => Ok(Some(key.clone())),
        (None, Some(memory)) => VerifierKey::parse(&memory.key, Kind::Log).map(Some).map_err(|why| damaged(&why)),
        (None, None) if !trust.witness.is_empty() => {
            Err(Failure::new(Exit::Usage, "the lock file names no key of a transparency log")
                .hint("set --log-key to the public key of the log, which its operator publishes"))
        }
        (None, None) => Ok(None),
    }
}

fn damaged(why: &Refused) -> Failure {
    Failure::new(Exit::Refused, "what the lock file remembers of the transparency log is damaged")
        .because([why.to_string()])
        .hint("restore the lock file, for example from version control; without `log` in it, nothing is remembered")
}

/// Asks the hub and the witnesses for proofs of a revision with this leaf. Returns what was proven, and what the lock is to remember.
pub(crate) async fn prove(
    client: &Client,
    trust: &LogTrust,
    memory: Option<&LogMemory>,
    revision: u64,
    leaf: &str,
) -> Result<Option<(Proven, LogMemory)>, Failure> {
    let Some(key) = known_key(trust, memory)? else { return Ok(None) };
    let known = memory.map(|memory| remembered(memory).map_err(|why| damaged(&why))).transpose()?;
    let mut newest = match relation_to(client, std::slice::from_ref(&key), known.as_ref()).await? {
        LogRelation::GoesOn(opened) => opened,
        LogRelation::Forked(opened) => {
            return Err(contradicts(client, known, &opened, "shows a different history than before"));
        }
        LogRelation::Shorter(opened) => return Err(contradicts(client, known, &opened, "has lost entries")),
        LogRelation::Another(opened) => {
            return Err(contradicts(client, known, &opened, "starts a new history").hint(
                "a hub does so after a restore that may have lost revisions: ask its operator, then remove `log` from the lock file to accept it",
            ));
        }
    };
    let size = newest.checkpoint.size;
    let mut proofs = vec![(proof_in(client, revision, &newest).await?, newest.clone())];
    for witness in &trust.witness {
        let Some(seen) = checkpoint_of(witness, &newest.checkpoint.origin, &key).await? else { continue };
        if seen.checkpoint.size == size {
            newest.join(seen);
            continue;
        }
        // A witness that has not seen the revision yet says nothing about it.
        let found = inclusion(client, revision, seen.checkpoint.size).await?;
        let Some((proof, shown)) = found else { continue };
        let shown = Opened::open(shown, &key).map_err(|why| refused(client, &why))?;
        if shown.checkpoint != seen.checkpoint {
            let what = format!("shows a different history to the witness {}", witness.key.name());
            return Err(contradicts(client, Some(seen.checkpoint), &shown, &what));
        }
        proofs.push((proof, seen));
    }
    if let Some(first) = proofs.first_mut() {
        first.1 = newest.clone();
    }
    let proofs: Vec<String> = proofs.iter().map(|(proof, opened)| proof.with(&opened.note)).collect();
    let proven = enough(trust, log::check(&proofs, &key, &trust.keys(), leaf).map_err(|why| refused(client, &why))?)?;
    let memory = LogMemory { key: key.to_string(), checkpoint: newest.note.to_string(), proofs };
    Ok(proven.map(|proven| (proven, memory)))
}

/// Checks the proofs of a lock, without a network. `None` if there is nothing to check and no flag demands it.
pub(crate) fn prove_locked(
    trust: &LogTrust,
    memory: Option<&LogMemory>,
    leaf: &str,
) -> Result<Option<Proven>, Failure> {
    let Some(key) = known_key(trust, memory)? else { return Ok(None) };
    let proofs = memory.map_or(&[][..], |memory| &memory.proofs);
    let proven = log::check(proofs, &key, &trust.keys(), leaf).map_err(|why| {
        Failure::new(Exit::Refused, "the lock file does not prove that its revision is in the transparency log")
            .because([why.to_string()])
            .hint("fetch it again with `reuse-surface hub sync --log-key KEY`; if that fails too, do not use it")
    })?;
    if proven.is_none() && trust.log_key.is_some() {
        return Err(Failure::new(
            Exit::Refused,
            "the lock file has no proof that its revision is in the transparency log",
        )
        .hint("fetch one with `reuse-surface hub sync --log-key KEY`"));
    }
    enough(trust, proven)
}

/// Refuses a revision that too few witnesses have seen.
fn enough(trust: &LogTrust, proven: Option<Proven>) -> Result<Option<Proven>, Failure> {
    let seen = proven.as_ref().map_or(0, |proven| proven.witnesses.len());
    if seen >= trust.needed() {
        return Ok(proven);
    }
    Err(Failure::new(
        Exit::Refused,
        format!("{seen} of the {} witnesses that are needed have seen this revision", trust.needed()),
    )
    .hint("wait until they have, and fetch again; --witness KEY=PLACE says where a witness publishes what it has seen"))
}

/// The checkpoint that a lock remembers.
fn remembered(memory: &LogMemory) -> Result<Checkpoint, Refused> {
    let key = VerifierKey::parse(&memory.key, Kind::Log)?;
    Ok(Opened::open(Note::parse(&memory.checkpoint)?, &key)?.checkpoint)
}

/// The hub's proof that a revision is in the tree of its newest checkpoint.
async fn proof_in(client: &Client, revision: u64, newest: &Opened) -> Result<InclusionProof, Failure> {
    let found = inclusion(client, revision, newest.checkpoint.size).await?;
    found.map(|(proof, _)| proof).ok_or_else(|| {
        Failure::new(Exit::Refused, format!("revision {revision} is not in the transparency log of {}", client.base()))
            .hint("the hub may have pruned it before its log began: use the newest revision")
    })
}

/// What a witness has seen of the log with this origin; `None` if its place is not given, or it has seen nothing.
async fn checkpoint_of(witness: &WitnessKey, origin: &str, key: &VerifierKey) -> Result<Option<Opened>, Failure> {
    let Some(place) = &witness.place else { return Ok(None) };
    let folder = Digest::of(origin.as_bytes());
    let text = match Base::parse(place) {
        Some(base) => {
            let client = Client::new(base, None, WITNESS_TIMEOUT)?;
            client.download(Request::get("/{origin}/checkpoint").named(folder.hex())).await?
        }
        None => {
            let path = Path::new(place).join(folder.hex()).join("checkpoint");
            input::read(&path.to_string_lossy(), MAX_CHECKPOINT_BYTES)?
        }
    };
    let opened = Note::parse(&String::from_utf8_lossy(&text)).and_then(|note| {
        let opened = Opened::open(note, key)?;
        match opened.witnesses(std::slice::from_ref(&witness.key))?.is_empty() {
            true => Err(Refused::NotSigned(witness.key.name().to_owned())),
            false => Ok(opened),
        }
    });
    opened.map(|opened| Some(opened).filter(|it| it.checkpoint.origin == origin)).map_err(|why| {
        Failure::new(Exit::Refused, format!("what the witness {} has seen is not accepted", witness.key.name()))
            .because([why.to_string()])
            .hint("check the key and the place in --witness")
    })
}

fn contradicts(client: &Client, known: Option<Checkpoint>, now: &Opened, what: &str) -> Failure {
    let line = |checkpoint: &Checkpoint| format!("{} with {} revisions", checkpoint.origin, checkpoint.size);
    let known = known.iter().map(|known| format!("seen before: {}", line(known)));
    Failure::new(Exit::Refused, format!("the transparency log of {} {what}", client.base()))
        .because(known.chain([format!("shown now:   {}", line(&now.checkpoint))]))
        .hint("do not use what the hub publishes; keep the lock file as evidence, and ask others what they see")
}
