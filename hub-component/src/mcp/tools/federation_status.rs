//! `federation_status`: the status of the whole federation.

use super::arguments::read;
use super::read_only::read_only;
use crate::hub::App;
use crate::hub::revalidate_due;
use crate::mcp::budget::{Budget, fitting, result, weight_of};
use crate::ports::Ports;
use crate::problem::Problem;
use federation::digest::Digest;
use federation::problem::Code;
use federation::source::State;
use federation::time::{Seconds, rfc3339};
use rmcp::model::{CallToolResult, JsonObject, Tool};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::database::read_with;
use store::listing::{self, SourceFilter};
use store::revisions;
use store::sources::Source;
use utoipa::ToSchema;

pub const NAME: &str = "federation_status";

/// Maximum number of repos that are listed; more would not fit any budget.
const MAX_NOT_FRESH: usize = 1000;

/// The arguments of the tool.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Size budget in tokens: the result has at most 4 bytes per token. From 750 to 20,000; 2,000 by default.
    #[schema(minimum = 750, maximum = 20_000)]
    budget_tokens: Option<u32>,
}

/// The current status of the federation.
#[derive(Serialize, ToSchema)]
struct Status {
    /// URL of the whole document: YAML, or JSON with `?format=json`.
    url: String,
    /// Number of the newest revision; 0 before the first revision.
    revision: u64,
    /// Digest of the sources of the newest revision.
    #[schema(value_type = String)]
    digest: Digest,
    /// When the newest revision was composed.
    #[serde(skip_serializing_if = "Option::is_none")]
    composed_at: Option<String>,
    /// The oldest time at which a contributing source was verified; everything in the revision was current then.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_verified_at: Option<String>,
    /// How many repos are in each state.
    states: BTreeMap<&'static str, usize>,
    /// How many capabilities the newest revision has.
    capability_count: u64,
    #[schema(inline)]
    required_not_fresh: NotFresh,
}

/// Required repos that are not fresh.
#[derive(Serialize, ToSchema)]
struct NotFresh {
    /// How many such repos there are.
    total: usize,
    /// How many of them are in `repos`.
    shown: usize,
    /// Whether `repos` has all of them. `list_repos` with `state` lists the others.
    complete: bool,
    #[schema(inline)]
    repos: Vec<Repo>,
}

/// A required repo that is not fresh.
#[derive(Serialize, ToSchema)]
struct Repo {
    repo: String,
    #[schema(inline)]
    state: State,
    /// The reason, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    reason: Option<Code>,
}

pub fn tool() -> Tool {
    read_only::<Arguments, Status>(
        NAME,
        "Status of the federation",
        "Returns the status of the whole federation: the newest revision, the number of capabilities and repos, the number of repos in each state, the age of \
         the oldest verification, and the required repos that are not fresh.",
    )
}

pub async fn call<P: Ports>(app: &App<P>, arguments: JsonObject) -> Result<CallToolResult, Problem> {
    let Arguments { budget_tokens } = read(arguments)?;
    let room = Budget::of(budget_tokens)?.room();
    let oldest_verified_at = revalidate_due(app).await?.0.verified_at.map(rfc3339);
    let now = app.ports.now();
    let (newest, capability_count, states, total, unwell) = read_with(app.database().await?, async |tx| {
        let newest = revisions::newest(tx).await?;
        let capability_count = revisions::capability_count(tx).await?;
        let states = listing::by_state(tx, &SourceFilter::default(), now).await?;
        let wanted = SourceFilter::required_not_fresh();
        let total = listing::count(tx, &wanted, now).await?;
        let unwell = listing::page(tx, &wanted, now, None, MAX_NOT_FRESH).await?;
        Ok::<_, Problem>((newest, capability_count, states, total, unwell))
    })
    .await?;

    let states = states.into_iter().map(|(state, count)| (state.as_str(), count)).collect();
    let mut repos: Vec<Repo> = unwell.iter().map(|source| Repo::new(source, now)).collect();
    let mut status = Status {
        url: format!("{}/v1/federated", app.public_url()),
        revision: newest.as_ref().map_or(0, |revision| revision.number),
        composed_at: newest.as_ref().map(|revision| rfc3339(revision.composed_at)),
        digest: newest.map_or_else(|| federation::compose::digest(&[]), |revision| revision.digest),
        oldest_verified_at,
        states,
        capability_count,
        required_not_fresh: NotFresh { total, shown: total, complete: false, repos: Vec::new() },
    };
    let shown = fitting(&repos, room.saturating_sub(weight_of(&status)));
    repos.truncate(shown);
    status.required_not_fresh = NotFresh { total, shown, complete: shown == total, repos };
    Ok(result(&status))
}

impl Repo {
    fn new(source: &Source, now: Seconds) -> Self {
        Self {
            repo: source.repo().to_owned(),
            state: source.state(now),
            reason: source.record.reason().map(|(code, _)| code),
        }
    }
}
