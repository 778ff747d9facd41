//! `reuse-surface witness`.

use super::ask::{LogRelation, relation_to};
use crate::args::{Global, Witness};
use crate::client::Client;
use crate::clock;
use crate::commands::connect::base;
use crate::exit::Exit;
use crate::failure::{Failure, chain};
use crate::input;
use crate::offline::replace;
use crate::output::{Cell, Output, Tone};
use federation::digest::Digest;
use federation::transparency::{Kind, Note, Opened, SigningKey, VerifierKey};
use serde::Serialize;
use serde_json::json;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Timeout of a request in seconds.
const DEFAULT_TIMEOUT: u64 = 30;

/// Maximum size of a key file or checkpoint in bytes.
const MAX_FILE_BYTES: usize = 64 << 10;

/// What was seen of one hub.
#[derive(Debug, Serialize)]
struct Report {
    hub: String,
    origin: Option<String>,
    size: Option<u64>,
    /// `first-seen`, `cosigned`, `forked`, `shorter`, `another-history` or `failed`.
    outcome: &'static str,
    message: Option<String>,
}

pub(crate) async fn run(args: &Witness, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let key = key(&args.key_file)?;
    let state = |error: std::io::Error| {
        Failure::new(Exit::Refused, format!("{} cannot be used", args.state.display()))
            .because(chain(&error))
            .hint("set --state to a directory that you can write to")
    };
    fs::create_dir_all(&args.state).map_err(state)?;
    // Two processes with the same state could sign checkpoints that contradict each other.
    let lock = File::create(args.state.join("lock")).map_err(state)?;
    lock.try_lock().map_err(|_| {
        Failure::new(Exit::Refused, format!("another witness uses {}", args.state.display()))
            .hint("wait until it has finished")
    })?;
    let timeout = Duration::from_secs(global.timeout.unwrap_or(DEFAULT_TIMEOUT));
    let mut reports = Vec::with_capacity(args.hubs.len());
    for hub in &args.hubs {
        let client = Client::new(base(hub)?, None, timeout)?;
        reports.push(watch(args, &key, &client).await.unwrap_or_else(|failure| Report {
            hub: hub.clone(),
            origin: None,
            size: None,
            outcome: "failed",
            message: Some([vec![failure.what], failure.causes].concat().join(": ")),
        }));
    }
    output.result(&json!({ "witness": key.name(), "logs": reports }), |text| {
        text.table(["HUB", "ORIGIN", "SIZE", "OUTCOME"], reports.iter().map(row));
    })?;
    let bad: Vec<String> =
        reports.iter().filter_map(|it| Some(format!("{}: {}", it.hub, it.message.as_ref()?))).collect();
    if bad.is_empty() {
        return Ok(Exit::Done);
    }
    Err(Failure::new(Exit::Refused, format!("{} of {} logs were not signed", bad.len(), reports.len()))
        .because(bad)
        .hint("no checkpoint of these logs was signed; tell the operator and the readers of a hub that shows two histories"))
}

fn row(report: &Report) -> [Cell; 4] {
    let tone = if report.message.is_none() { Tone::Good } else { Tone::Bad };
    [
        (&report.hub).into(),
        report.origin.as_deref().unwrap_or("-").into(),
        report.size.map_or("-".to_owned(), |size| size.to_string()).into(),
        Cell::toned(report.outcome, tone),
    ]
}

fn key(path: &Path) -> Result<SigningKey, Failure> {
    let text = input::read(&path.to_string_lossy(), MAX_FILE_BYTES)?;
    SigningKey::parse(String::from_utf8_lossy(&text).trim(), Kind::Witness).map_err(|why| {
        Failure::new(Exit::Usage, format!("{} is not the private key of a witness", path.display()))
            .because([why.to_string()])
            .hint("create one with `reuse-surface log keygen NAME --witness --key-file FILE`")
    })
}

/// Requests the checkpoint of one hub, and signs it if its log extends the one that was seen before.
async fn watch(args: &Witness, key: &SigningKey, client: &Client) -> Result<Report, Failure> {
    let seen = Seen::read(&args.state, &key.verifier())?;
    let LogRelation::GoesOn(first) = relation_to(client, &args.log_key, None).await? else {
        return Err(Failure::new(Exit::Refused, "the hub shows no checkpoint").hint("try again later"));
    };
    let origin = first.checkpoint.origin.clone();
    let report = |opened: &Opened, outcome, message: Option<String>| Report {
        hub: client.base().to_string(),
        origin: Some(opened.checkpoint.origin.clone()),
        size: Some(opened.checkpoint.size),
        outcome,
        message,
    };
    let (mut newest, outcome) = match seen.iter().find(|seen| seen.opened.checkpoint.origin == origin) {
        None => match seen.iter().find(|seen| name(&seen.opened.checkpoint.origin) == name(&origin)) {
            Some(other) if !args.accept.contains(&origin) => {
                let message = format!(
                    "its origin was {} before: after a restore, a log starts anew; ask the operator, then add --accept {origin}",
                    other.opened.checkpoint.origin
                );
                return Ok(report(&first, "another-history", Some(message)));
            }
            _ => (first, "first-seen"),
        },
        Some(known) => match relation_to(client, &args.log_key, Some(&known.opened.checkpoint)).await? {
            LogRelation::GoesOn(opened) => (opened, "cosigned"),
            LogRelation::Another(opened) => {
                return Ok(report(
                    &opened,
                    "another-history",
                    Some("it changes its origin from one request to the next".to_owned()),
                ));
            }
            LogRelation::Shorter(opened) => {
                replace(&known.folder.join("conflict"), opened.note.to_string().as_bytes())?;
                let message = format!("it had {} revisions before", known.opened.checkpoint.size);
                return Ok(report(&opened, "shorter", Some(message)));
            }
            LogRelation::Forked(opened) => {
                replace(&known.folder.join("conflict"), opened.note.to_string().as_bytes())?;
                let message = format!(
                    "it shows a different history than before, when it had {} revisions: the evidence is in {}",
                    known.opened.checkpoint.size,
                    known.folder.display()
                );
                return Ok(report(&opened, "forked", Some(message)));
            }
        },
    };
    newest.cosign(key, clock::now());
    let folder = args.state.join(Digest::of(origin.as_bytes()).hex());
    fs::create_dir_all(&folder).map_err(|error| {
        Failure::new(Exit::Refused, format!("{} cannot be created", folder.display()))
            .because(chain(&error))
            .hint("set --state to a directory that you can write to")
    })?;
    replace(&folder.join("checkpoint"), newest.note.to_string().as_bytes())?;
    Ok(report(&newest, outcome, None))
}

/// The name of the log with this origin.
fn name(origin: &str) -> &str {
    origin.rsplit_once('/').map_or(origin, |(name, _)| name)
}

/// A checkpoint that was signed before.
struct Seen {
    folder: PathBuf,
    opened: Opened,
}

impl Seen {
    /// All checkpoints that this witness signed. It recognises them by its own signature, since the log may have a new key.
    fn read(state: &Path, key: &VerifierKey) -> Result<Vec<Self>, Failure> {
        let unreadable = |path: &Path, why: String| {
            Failure::new(Exit::Refused, format!("{} cannot be read", path.display()))
                .because([why])
                .hint("restore it: without it, this witness could sign two histories")
        };
        let mut seen = Vec::new();
        for entry in fs::read_dir(state).map_err(|error| unreadable(state, error.to_string()))? {
            let folder = entry.map_err(|error| unreadable(state, error.to_string()))?.path();
            let path = folder.join("checkpoint");
            if !path.is_file() {
                continue;
            }
            let text = input::read(&path.to_string_lossy(), MAX_FILE_BYTES)?;
            let opened = Note::parse(&String::from_utf8_lossy(&text)).and_then(|note| Opened::cosigned(note, key));
            seen.push(Self { opened: opened.map_err(|why| unreadable(&path, why.to_string()))?, folder });
        }
        Ok(seen)
    }
}
