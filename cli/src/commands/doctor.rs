//! `reuse-surface doctor`: diagnoses problems between this machine and a hub.

use super::checks::{Finding, Report, hub, token};
use super::connect::connect;
use crate::args::Global;
use crate::client::Client;
use crate::clock;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use std::time::Duration;

/// Timeout of each request in seconds.
const DEFAULT_TIMEOUT: u64 = 10;

pub(super) async fn run(global: &Global, output: &Output) -> Result<Exit, Failure> {
    let timeout = Duration::from_secs(global.timeout.unwrap_or(DEFAULT_TIMEOUT));
    let shown = if global.base_url.contains('@') { "" } else { &global.base_url };
    let mut report = Report::new(shown.to_owned());
    let client = match connect(&global.base_url, timeout, output) {
        Ok(client) => client,
        Err(failure) => {
            report.add("settings", Err(failure));
            return skip(
                report,
                &["proxy", "hub", "tls", "versions", "clocks", "token"],
                "the settings are invalid",
                output,
            );
        }
    };
    report.add("settings", Ok(Finding::Fine(settings(&client))));
    report.add("proxy", Ok(hub::proxy(&client)));
    let seen = match hub::seen(&client).await {
        Ok(seen) => seen,
        Err(failure) => {
            report.add("hub", Err(failure));
            return skip(report, &["tls", "versions", "clocks", "token"], "no hub answers", output);
        }
    };
    report.add("hub", Ok(Finding::Fine(format!("revision {}", seen.revision))));
    report.add("tls", Ok(hub::tls(&client)));
    report.add("versions", Ok(hub::versions(&seen.version)));
    report.add("clocks", Ok(hub::clocks(seen.date.as_deref(), clock::now())));
    report.add("token", token::own(&client).await);
    report.finish(output)
}

fn settings(client: &Client) -> String {
    let token = if client.has_token() { "with a token" } else { "without a token" };
    format!("the hub is {}, {token}", client.base())
}

fn skip(mut report: Report, checks: &[&'static str], why: &str, output: &Output) -> Result<Exit, Failure> {
    for check in checks {
        report.add(check, Ok(Finding::Skipped(why.to_owned())));
    }
    report.finish(output)
}
