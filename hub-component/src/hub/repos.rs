//! Registrations, as the fronts query and show them.

use super::app::App;
use super::paging::{self, PageBuilder};
use super::search::bounded;
use crate::ports::Ports;
use crate::problem::{Problem, kinds, quoted};
use api::problem::ProblemEntry;
use api::repos::{Repo, ReposQuery, Status};
use api::{Json, page};
use federation::catalogue::RemovalReason;
use federation::diagnostic::Diagnostic;
use federation::limits::MAX_FILTER_WORDS;
use federation::problem::{fields, indexes};
use federation::registration::Registration;
use federation::time::{Seconds, rfc3339};
use std::borrow::Cow;
use std::collections::BTreeMap;
use store::database::{Transaction, read_with};
use store::former::Former;
use store::listing::{self, SourceFilter};
use store::registrations;
use store::sources::Source;

/// A registration with its status, as clients see it.
pub fn view(source: &Source, now: Seconds) -> Repo<'_> {
    let record = &source.record;
    let failure = record.failure.as_ref();
    let accepted = record.accepted.as_ref();
    let (reason, message) = record.reason().unzip();
    Repo {
        registration: source.registered.registration.clone().into(),
        registered_at: rfc3339(source.registered.registered_at),
        updated_at: rfc3339(source.registered.updated_at),
        registered_by: source.registered.registered_by.clone(),
        status: Status {
            state: source.state(now).into(),
            reason,
            message,
            failing_since: failure.map(|f| rfc3339(f.since)),
            verified_at: record.verified_at.map(rfc3339),
            last_attempt_at: record.last_attempt_at.map(rfc3339),
            next_check_at: record.next_check_at.map(rfc3339),
            pushed_at: record.pushed_at.map(rfc3339),
            consecutive_failures: record.consecutive_failures,
            http_status: record.http_status,
            index_digest: accepted.map(|a| a.digest.clone()),
            capability_count: accepted.map_or(0, |a| a.capability_count),
            provenance: record.provenance().map(Cow::Borrowed),
            via: Cow::Borrowed(accepted.map_or(&[], |accepted| accepted.via.as_slice())),
            held_digest: record.held.as_ref().map(|h| h.digest.clone()),
            diagnostics: Cow::Borrowed(failure.map_or(&[], |f| f.diagnostics.as_slice())),
        },
        warnings: Vec::new(),
    }
}

/// What is odd about a registration. It may be intended, so nothing is rejected: a repo that is being renamed has both names for a while.
pub async fn warnings(tx: &mut impl Transaction, of: &Registration) -> Result<Vec<ProblemEntry>, Problem> {
    let others = registrations::of_same_file(tx, of).await?;
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = others.iter().map(|repo| format!("`{repo}`")).collect();
    let message = format!(
        "This index is registered as {} too, so its capabilities are published more than once; deregister what is not needed, or correct `url`.",
        names.join(", ")
    );
    Ok(vec![ProblemEntry::new("/url", &fields::URL_REGISTERED, message)])
}

/// As [`warnings`], and a warning if its index names another repo.
pub async fn warnings_with(
    tx: &mut impl Transaction,
    of: &Registration,
    found: &[Diagnostic],
) -> Result<Vec<ProblemEntry>, Problem> {
    let mut all = warnings(tx, of).await?;
    let odd = found.iter().filter(|it| it.code == indexes::OTHER_REPO);
    all.extend(odd.map(|it| ProblemEntry::new("/repo", &indexes::OTHER_REPO, it.message.clone())));
    Ok(all)
}

/// The problem of a repo that is not registered.
pub fn not_registered(repo: &str) -> Problem {
    Problem::new(
        &kinds::REPO_NOT_FOUND,
        format!("`{}` is not registered; `GET /v1/repos` lists the registered repos.", quoted(repo)),
    )
}

/// The problem of a repo that is no longer registered.
pub fn gone(repo: &str, former: &Former) -> Problem {
    let Former { gone_at, why, became, .. } = former;
    let why = match why {
        RemovalReason::Archived => "it was archived, disabled, emptied or made private",
        RemovalReason::Vanished => "its forge does not list it any more",
        RemovalReason::WithoutIndex => "it had no index for a day",
        RemovalReason::Renamed => "it was renamed",
    };
    let became = became.as_ref().map(|name| format!(" It was called `{name}` then.")).unwrap_or_default();
    let detail = format!("`{}` has not been registered since {}: {why}.{became}", quoted(repo), rfc3339(*gone_at));
    Problem::new(&kinds::REPO_GONE, detail)
}

/// Limits the number of search words, because each is searched for in every registration.
fn few_words(words: Option<&str>) -> Result<Option<&str>, Problem> {
    match words.map_or(0, |words| words.split_whitespace().count()) {
        0..=MAX_FILTER_WORDS => Ok(words),
        _ => Err(Problem::new(
            &kinds::INVALID_QUERY,
            format!("`q` may have at most {MAX_FILTER_WORDS} words here; leave out the most common ones."),
        )),
    }
}

/// The name and the value of the label to filter by.
fn label(text: Option<&str>) -> Result<Option<(&str, &str)>, Problem> {
    let Some(text) = text else { return Ok(None) };
    match text.split_once('=').filter(|(name, _)| !name.is_empty()) {
        Some(label) => Ok(Some(label)),
        None => Err(Problem::new(&kinds::INVALID_QUERY, "`label` is a name and a value, such as `team=platform`.")),
    }
}

/// One page of matching sources.
pub struct Selection {
    /// The sources of this page.
    pub page: Vec<Source>,
    /// The same sources, as the list shows them.
    pub shown: Vec<Json<Repo<'static>>>,
    /// How many sources match, on all pages.
    pub total: usize,
    /// How many sources match in each state, whatever the state asked for.
    pub states: BTreeMap<String, usize>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// Reads the requested page.
pub async fn select<P: Ports>(app: &App<P>, query: &ReposQuery) -> Result<Selection, Problem> {
    let limit = paging::limit(query.limit, page::REPOS)?;
    let after = paging::key_of_cursor(bounded("cursor", query.cursor.as_deref())?)?;
    let wanted = SourceFilter {
        domain: bounded("domain", query.domain.as_deref())?,
        enabled: query.enabled,
        state: query.state,
        label: label(bounded("label", query.label.as_deref())?)?,
        words: few_words(bounded("q", query.q.as_deref())?)?,
        ..SourceFilter::default()
    };
    let now = app.ports.now();
    let (states, filling, page) = read_with(app.database().await?, async |tx| {
        let states = listing::by_state(tx, &SourceFilter { state: None, ..wanted.clone() }, now).await?;
        let (mut filling, mut page) = (PageBuilder::new(limit), Vec::new());
        loop {
            let wants = filling.wants();
            let batch = listing::page(tx, &wanted, now, filling.last().map(String::as_str).or(after), wants).await?;
            let is_last = batch.len() < wants;
            for source in batch {
                if filling.add(source.repo().to_owned(), &view(&source, now))? {
                    page.push(source);
                }
            }
            if is_last || filling.wants() == 0 {
                break;
            }
        }
        Ok::<_, Problem>((states, filling, page))
    })
    .await?;
    let (shown, next) = filling.done();
    let is_wanted = |state| query.state.is_none_or(|wanted| wanted == state);
    let total = states.iter().filter(|(state, _)| is_wanted(*state)).map(|(_, count)| count).sum();
    let states = states.into_iter().map(|(state, count)| (state.as_str().to_owned(), count)).collect();
    Ok(Selection { page, shown, total, states, next })
}
