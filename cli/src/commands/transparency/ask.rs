//! Requests to a hub's log, and how its responses are judged.

use crate::client::{Client, Error, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use api::paths;
use api::transparency::{ConsistencyQuery, ProofQuery};
use federation::problem::answers as kinds;
use federation::transparency::{
    Checkpoint, ConsistencyProof, InclusionProof, Note, Opened, Refused, VerifierKey, verify_consistency,
};

/// How a log relates to the checkpoint that was known.
pub(super) enum LogRelation {
    /// It extends that checkpoint.
    GoesOn(Opened),
    /// It shows a different history under the same origin, as its own signature proves.
    Forked(Opened),
    /// It has fewer leaves than before.
    Shorter(Opened),
    /// It has another origin.
    Another(Opened),
}

/// Requests the newest checkpoint, and finds out whether the log extends `known`.
pub(super) async fn relation_to(
    client: &Client,
    keys: &[VerifierKey],
    known: Option<&Checkpoint>,
) -> Result<LogRelation, Failure> {
    let old = known.map_or(0, |known| known.size);
    let text = match read(client, Request::get(paths::LOG_CONSISTENCY).query(&ConsistencyQuery { old })).await {
        Err(Error::Problem(problem)) if problem.is(&kinds::NOT_LOGGED) => {
            let text = read(client, Request::get(paths::CHECKPOINT)).await?;
            let opened = Note::parse(&text).and_then(|note| open(note, keys)).map_err(|why| refused(client, &why))?;
            let is_same = known.is_some_and(|known| known.origin == opened.checkpoint.origin);
            return Ok(if is_same { LogRelation::Shorter(opened) } else { LogRelation::Another(opened) });
        }
        text => text?,
    };
    let read = ConsistencyProof::parse(&text).and_then(|(proof, note)| Ok((proof, open(note, keys)?)));
    let (proof, opened) = read.map_err(|why| refused(client, &why))?;
    let Some(known) = known else { return Ok(LogRelation::GoesOn(opened)) };
    if known.origin != opened.checkpoint.origin {
        return Ok(LogRelation::Another(opened));
    }
    match verify_consistency(known, &proof, &opened.checkpoint) {
        Ok(()) => Ok(LogRelation::GoesOn(opened)),
        Err(_) if opened.checkpoint.size < known.size => Ok(LogRelation::Shorter(opened)),
        Err(_) => Ok(LogRelation::Forked(opened)),
    }
}

/// Opens a note with the one of these keys that signed it.
fn open(note: Note, keys: &[VerifierKey]) -> Result<Opened, Refused> {
    let mut refused = Refused::NotSigned(keys.iter().map(VerifierKey::name).collect::<Vec<_>>().join(" or "));
    for key in keys {
        match Opened::open(note.clone(), key) {
            Err(Refused::NotSigned(_)) => {}
            Err(why) => refused = why,
            opened => return opened,
        }
    }
    Err(refused)
}

/// Asks for the proof that a revision is in the tree of `size` leaves; `None` if the hub says that it is not.
pub(super) async fn inclusion(
    client: &Client,
    revision: u64,
    size: u64,
) -> Result<Option<(InclusionProof, Note)>, Failure> {
    let query = ProofQuery { revision, size: Some(size) };
    match read(client, Request::get(paths::LOG_PROOF).query(&query)).await {
        Err(Error::Problem(problem)) if problem.is(&kinds::NOT_LOGGED) => Ok(None),
        text => InclusionProof::parse(&text?).map(Some).map_err(|why| refused(client, &why)),
    }
}

async fn read(client: &Client, request: Request<'_>) -> Result<String, Error> {
    Ok(String::from_utf8_lossy(&client.download(request).await?).into_owned())
}

/// The failure of a log that does not prove what it should.
pub(super) fn refused(client: &Client, why: &Refused) -> Failure {
    let hint = match why {
        Refused::NotSigned(_) | Refused::AnotherLog { .. } => {
            "the hub may have a new key: get it from the operator over another channel, and set --log-key to it"
        }
        _ => "do not use what the hub publishes; compare with what others see of it, and tell its operator",
    };
    Failure::new(Exit::Refused, format!("the transparency log of {} is not accepted", client.base()))
        .because([why.to_string()])
        .hint(hint)
}
