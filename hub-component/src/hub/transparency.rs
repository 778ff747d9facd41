//! The transparency log: its checkpoints and proofs.

use crate::log;
use crate::problem::{Problem, kinds};
use api::variables;
use federation::transparency::{
    self, Checkpoint, ConsistencyProof, InclusionProof, Note, SigningKey, consistency_ranges, inclusion_ranges,
};
use serde_json::json;
use store::database::Transaction;
use store::transparency as leaves;

/// The operator's keys; none if the setting has a mistake.
pub fn log_keys(text: &str) -> Vec<SigningKey> {
    transparency::log_keys(text).unwrap_or_else(|why| {
        log::line("invalid_setting", &json!({"variable": variables::LOG_KEY, "detail": why.to_string()}));
        Vec::new()
    })
}

/// Checks that the log is signed.
///
/// # Errors
/// `log-not-signed`.
pub fn check_signed(keys: &[SigningKey]) -> Result<(), Problem> {
    match keys.is_empty() {
        true => {
            Err(Problem::new(&kinds::LOG_NOT_SIGNED, "The operator of this hub has configured no valid `log_key`."))
        }
        false => Ok(()),
    }
}

/// The state of the log with `size` leaves, or with all, signed by these keys.
///
/// # Errors
/// `log-not-signed`, `not-logged`, or if the store fails.
pub async fn checkpoint(
    tx: &mut impl Transaction,
    keys: &[SigningKey],
    size: Option<u64>,
) -> Result<(u64, Note), Problem> {
    let Some(name) = keys.first().map(SigningKey::name) else {
        check_signed(keys)?;
        return Err(not_logged("The log has no name.".to_owned()));
    };
    let state = leaves::state(tx).await?;
    let size = size.unwrap_or(state.size);
    if size > state.size {
        return Err(not_logged(format!("The log has {} leaves, not {size}.", state.size)));
    }
    let root = leaves::root_of(tx, size).await?;
    let checkpoint = Checkpoint { origin: Checkpoint::origin(name, &state.history), size, root };
    Ok((size, checkpoint.signed(keys)))
}

/// The proof that a revision is in the tree of `size` leaves, or of all.
///
/// # Errors
/// `log-not-signed`, `not-logged`, or if the store fails.
pub async fn inclusion(
    tx: &mut impl Transaction,
    keys: &[SigningKey],
    revision: u64,
    size: Option<u64>,
) -> Result<String, Problem> {
    let (size, note) = checkpoint(tx, keys, size).await?;
    let index = leaves::position(tx, revision).await?.filter(|index| *index < size);
    let index = index
        .ok_or_else(|| not_logged(format!("Revision {revision} is not among the first {size} leaves of the log.")))?;
    let hashes = leaves::hashes(tx, &inclusion_ranges(index, size), size).await?;
    Ok(InclusionProof { index, hashes }.with(&note))
}

/// The proof that the log continues its first `old` leaves unchanged.
///
/// # Errors
/// `log-not-signed`, `not-logged`, or if the store fails.
pub async fn consistency(tx: &mut impl Transaction, keys: &[SigningKey], old: u64) -> Result<String, Problem> {
    let (size, note) = checkpoint(tx, keys, None).await?;
    if old > size {
        return Err(not_logged(format!("The log has {size} leaves, not {old}.")));
    }
    let hashes = leaves::hashes(tx, &consistency_ranges(old, size), size).await?;
    Ok(ConsistencyProof { old, hashes }.with(&note))
}

/// The problem that the log does not have what was requested.
pub fn not_logged(detail: String) -> Problem {
    Problem::new(&kinds::NOT_LOGGED, detail)
}
