//! `reuse-surface hub apply`.

mod file;
mod plan;
mod write;

use self::plan::{Action, Label, Plan, Planned};
use crate::args::Apply;
use crate::client::{self, Client};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Output, Text, Tone};
use api::repos::ReposQuery;
use serde_json::{Value, json};

pub(super) async fn run(args: &Apply, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let file = file::read(&args.file)?;
    let live = client::list(client, ReposQuery::default(), None).await?.items;
    let live = live.into_iter().map(|it| (it.registration.repo.clone(), it.registration)).collect();
    let label = args.label.as_deref().and_then(|label| label.split_once('='));
    let label = label.map(|(name, value)| Label { name, value });
    let plan = Plan::of(file, live, label, args.prune);
    if !plan.left_out.is_empty() {
        output.warn(&format!("these do not have the label and are left alone: {}", plan.left_out.join(", ")));
    }
    let blocked = plan.removes_most() && !args.yes;
    if args.dry_run {
        show(&plan, &[], true, output)?;
        output.note(&format!("{}; nothing was written", summary(&plan)));
        if blocked {
            output.warn("more than half of the registrations with this label would be removed: this needs --yes");
        }
        let differs = plan.count(Action::Unchanged) < plan.items.len();
        return Ok(if args.exit_code && differs { Exit::Differs } else { Exit::Done });
    }
    if blocked {
        let (gone, all) = (plan.count(Action::Delete), plan.labelled);
        return Err(Failure::new(
            Exit::Refused,
            format!("{gone} of the {all} registrations with this label would be removed; nothing was written"),
        )
        .hint("review them with --dry-run, and set --yes if that is intended"));
    }
    let failed = write_all(&plan, client, output).await;
    show(&plan, &failed, false, output)?;
    match failed.first() {
        None => {
            output.note(&summary(&plan));
            Ok(Exit::Done)
        }
        Some((_, first)) => {
            let changes = plan.items.len() - plan.count(Action::Unchanged);
            Err(Failure::new(first.exit, format!("{} of {changes} changes were not made", failed.len()))
                .hint("correct what is listed above and apply the file again: the changes that were made stay"))
        }
    }
}

/// Makes all changes, one after another. Returns those that failed or were not tried.
async fn write_all<'a>(plan: &'a Plan, client: &Client, output: &Output) -> Vec<(&'a str, Failure)> {
    let mut failed: Vec<(&str, Failure)> = Vec::new();
    let mut ended = None;
    for item in plan.items.iter().filter(|item| item.action != Action::Unchanged) {
        if let Some(exit) = ended {
            failed.push((&item.repo, Failure::new(exit, "not tried after this failure")));
            continue;
        }
        let Err(refused) = write::write(item, client).await else { continue };
        let mut failure = refused.failure;
        ended = refused.for_all.then_some(failure.exit);
        failure.what = format!("{}: {}", item.repo, failure.what);
        output.failure(&failure);
        failed.push((&item.repo, failure));
    }
    failed
}

fn summary(plan: &Plan) -> String {
    let counts = [
        (Action::Create, "created"),
        (Action::Update, "updated"),
        (Action::Delete, "removed"),
        (Action::Unchanged, "unchanged"),
    ];
    counts.map(|(action, word)| format!("{} {word}", plan.count(action))).join(", ")
}

fn show(plan: &Plan, failed: &[(&str, Failure)], dry_run: bool, output: &Output) -> Result<(), Failure> {
    let error =
        |item: &Planned| failed.iter().find(|(repo, _)| *repo == item.repo).map(|(_, failure)| failure.what.as_str());
    let items: Vec<Value> = plan
        .items
        .iter()
        .map(|item| json!({ "repo": item.repo, "action": item.action, "changes": item.changes, "error": error(item) }))
        .collect();
    output.result(&json!({ "dry_run": dry_run, "registrations": items }), |text| {
        plan.items
            .iter()
            .filter(|item| item.action != Action::Unchanged)
            .for_each(|item| describe(text, item, error(item).is_some()));
    })
}

fn describe(text: &mut Text, item: &Planned, has_failed: bool) {
    let (sign, word, tone) = match item.action {
        Action::Create => ("+", "create", Tone::Good),
        Action::Update => ("~", "update", Tone::Warn),
        Action::Delete => ("-", "delete", Tone::Bad),
        Action::Unchanged => ("=", "unchanged", Tone::Plain),
    };
    text.headed(sign, tone, format!("{}  {}", item.repo, if has_failed { "not written" } else { word }));
    for change in &item.changes {
        for (sign, value) in [("-", &change.from), ("+", &change.to)] {
            if !value.is_null() {
                text.line(format!("   {sign} {}: {value}", change.field));
            }
        }
    }
}
