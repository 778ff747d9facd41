//! The transparency log: which keys to trust, `reuse-surface log …` and `reuse-surface witness`.

use clap::{Args, Subcommand};
use federation::transparency::{Kind, VerifierKey};
use std::path::PathBuf;

/// Which keys to trust for the transparency log of a hub.
#[derive(Debug, Args)]
pub(crate) struct LogTrust {
    /// The public key of the hub's transparency log, as `reuse-surface log keygen` printed it [default: the one in the lock file]
    ///
    /// The hub must then prove that the revision is in its signed log, and that this log extends the one that the lock file remembers.
    #[arg(long, value_name = "KEY", value_parser = log_key)]
    pub(crate) log_key: Option<VerifierKey>,

    /// The public key of a witness, and the URL or directory where it publishes its checkpoints; may be repeated
    #[arg(long, value_name = "KEY[=PLACE]", value_parser = witness)]
    pub(crate) witness: Vec<WitnessKey>,

    /// How many of these witnesses must have seen the revision [default: all]
    #[arg(long, value_name = "N", requires = "witness")]
    pub(crate) witnesses: Option<usize>,
}

impl LogTrust {
    /// How many witnesses are needed.
    pub(crate) fn needed(&self) -> usize {
        self.witnesses.unwrap_or(self.witness.len())
    }

    /// The keys of the witnesses.
    pub(crate) fn keys(&self) -> Vec<VerifierKey> {
        self.witness.iter().map(|witness| witness.key.clone()).collect()
    }
}

/// A witness on the command line.
#[derive(Debug, Clone)]
pub(crate) struct WitnessKey {
    pub(crate) key: VerifierKey,
    /// A URL or a directory that contains `<SHA-256 of the origin>/checkpoint`.
    pub(crate) place: Option<String>,
}

/// Create keys for the transparency log
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Log {
    #[command(subcommand)]
    pub(crate) verb: LogVerb,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum LogVerb {
    Keygen(Keygen),
}

/// Create a key and print its public part
#[derive(Debug, Args)]
#[command(after_long_help = "\
Give the printed public key to everybody who verifies the log, and the file to `reuse-surface serve --log-key-file`. To replace a key, create another with \
the same name, write both into one file, restart the hub, and remove the old one once everybody has the new public key.

Examples:
  reuse-surface log keygen reuse.coulomb.social --key-file log.key
  reuse-surface log keygen witness.example.org/w1 --witness --key-file witness.key")]
pub(crate) struct Keygen {
    /// The name of the log or of the witness: a URL without a scheme, such as the host of the hub
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Create the key of a witness
    #[arg(long)]
    pub(crate) witness: bool,

    /// The new file for the private key; only its owner can read it
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: PathBuf,
}

/// Watch the transparency logs of hubs, and cosign each that has only grown
///
/// Run it regularly. For each hub, it asks for the newest checkpoint and a proof that the log extends the one that it saw last. If it does, it signs the
/// checkpoint and writes it to DIR/<SHA-256 of the origin>/checkpoint, which a web server can publish; readers check it with --witness.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exits with 1 if a log shows a different history than before, has lost entries, or starts anew. The checkpoint that contradicts the last one is kept beside \
it, in the file `conflict`: the log has signed both, so anybody can verify the contradiction. Nothing of that log is signed until you decide.

Examples:
  reuse-surface witness --key-file witness.key --state ./witnessed --log-key \"$LOG_KEY\" https://reuse.coulomb.social")]
pub(crate) struct Witness {
    /// The base URLs of the hubs
    #[arg(value_name = "URL", required = true)]
    pub(crate) hubs: Vec<String>,

    /// The file with the private key of this witness
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: PathBuf,

    /// The directory that holds the checkpoints seen so far; created if it is missing
    #[arg(long, value_name = "DIR")]
    pub(crate) state: PathBuf,

    /// The public key of a log; may be repeated
    #[arg(long, value_name = "KEY", required = true, value_parser = log_key)]
    pub(crate) log_key: Vec<VerifierKey>,

    /// The origin of a log that may start anew under a known name, as after a restore; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) accept: Vec<String>,
}

fn log_key(text: &str) -> Result<VerifierKey, String> {
    VerifierKey::parse(text, Kind::Log).map_err(|why| why.to_string())
}

fn witness(text: &str) -> Result<WitnessKey, String> {
    // The Base64 of a key has no padding.
    let (key, place) = text.split_once('=').map_or((text, None), |(key, place)| (key, Some(place.to_owned())));
    let key = VerifierKey::parse(key, Kind::Witness).map_err(|why| why.to_string())?;
    Ok(WitnessKey { key, place })
}
