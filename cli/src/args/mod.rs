//! The command line as clap types, one file per noun, without behaviour.

mod apply;
mod backup;
mod catalogue;
mod checks;
mod events;
mod federation;
mod global;
mod hub;
mod index;
mod mcp;
mod migrate;
mod program;
mod registration;
mod serve;
mod token;
mod transparency;
mod upstream;
mod values;

pub(crate) use self::apply::Apply;
pub(crate) use self::backup::{Backup, Restore};
pub(crate) use self::catalogue::{CatalogueAdd, CatalogueName, CatalogueRelease, CatalogueRemove, CatalogueVerb};
pub(crate) use self::checks::{Doctor, Smoke};
pub(crate) use self::events::Events;
pub(crate) use self::federation::{Diff, DocumentFormat, Federation, FederationCompose, FederationVerb, Verify};
pub(crate) use self::global::{Color, Format, Global};
pub(crate) use self::hub::{Changes, Compose, Demand, Health, Hub, List, Overlaps, Search, Show, Sync, Verb};
pub(crate) use self::index::{Index, IndexVerb, Validate};
pub(crate) use self::mcp::Mcp;
pub(crate) use self::migrate::{Migrate, Place};
pub(crate) use self::program::{Completions, Explain};
pub(crate) use self::registration::{Check, Deregister, Hook, Refresh, Register, Release, Update};
pub(crate) use self::serve::{DatabaseUrl, LogFormat, LogLevel, Serve};
pub(crate) use self::token::{TokenCreate, TokenList, TokenRevoke, TokenVerb};
pub(crate) use self::transparency::{Keygen, Log, LogTrust, LogVerb, Witness, WitnessKey};
pub(crate) use self::upstream::{UpstreamName, UpstreamRemove, UpstreamSet, UpstreamVerb};
use clap::{Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  reuse-surface hub status
  reuse-surface hub list --state failed -o json
  reuse-surface hub register --from-git
  reuse-surface index validate registry/indexes/capabilities.yaml
  reuse-surface federation compose --output -
  reuse-surface serve --data-dir ./data
  reuse-surface doctor
  reuse-surface explain repo-exists

Exit codes:
  0  done
  1  the hub refused, or a check failed
  2  the command line or the environment is unusable
  3  no hub responded at the base URL, or not in time
  4  not authorised: the token is missing or invalid, or lacks a scope
  5  `hub apply --dry-run --exit-code` would change something";

/// Check capability indexes, register them on a federation hub, read its federated index, or run a hub.
#[derive(Debug, Parser)]
#[command(name = "reuse-surface", version, propagate_version = true, after_long_help = EXAMPLES)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The top-level commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Hub(Hub),
    Federation(Federation),
    Index(Index),
    Log(Log),
    Witness(Witness),
    Mcp(Mcp),
    Serve(Serve),
    Smoke(Smoke),
    Doctor(Doctor),
    Explain(Explain),
    Backup(Backup),
    Restore(Restore),
    Migrate(Migrate),
    Completions(Completions),
}
