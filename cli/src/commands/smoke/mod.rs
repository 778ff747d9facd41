//! `reuse-surface smoke`: checks a hub from a client's point of view.

mod interrupt;
mod reads;
mod round_trip;
mod writes;

use self::interrupt::Interrupt;
use super::checks::{Finding, Report};
use super::connect::connect;
use crate::args::{Global, Smoke};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use std::time::Duration;

/// Timeout in seconds. `POST /v1/check` may wait for a fetch, which may take 30 s.
const DEFAULT_TIMEOUT: u64 = 60;

pub(super) async fn run(args: &Smoke, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let timeout = Duration::from_secs(global.timeout.unwrap_or(DEFAULT_TIMEOUT));
    let client = connect(&global.base_url, timeout, output)?;
    let mut report = Report::new(client.base().to_string());
    if report.add("health", reads::health(&client).await) == Some(Exit::Unreachable) {
        for check in ["tls", "federated", "writes-refused", "round-trip", "outbound"] {
            report.add(check, Ok(Finding::Skipped("no hub answers".to_owned())));
        }
        return report.finish(output);
    }
    report.add("tls", reads::tls(&client, timeout).await);
    report.add("federated", reads::federated(&client).await);
    let writes = if args.read_only { Err("only reads were requested (--read-only)") } else { Ok(()) };
    report.add("writes-refused", unless(writes, writes::refused(&client)).await);
    let with_token = writes.and_then(|()| match client.has_token() {
        true => Ok(()),
        false => Err("no token is set: set REUSE_SURFACE_TOKEN"),
    });
    let mut interrupt = Interrupt::listen()?;
    report.add("round-trip", unless(with_token, round_trip::run(&client, &mut interrupt, output)).await);
    let in_time = interrupt.check().await.map_err(|_| "interrupted");
    report.add("outbound", unless(with_token.and(in_time), writes::outbound(&client)).await);
    report.finish(output)
}

/// The result of a check, or why it was skipped.
async fn unless(
    wanted: Result<(), &'static str>,
    check: impl Future<Output = Result<Finding, Failure>>,
) -> Result<Finding, Failure> {
    match wanted {
        Ok(()) => check.await,
        Err(why) => Ok(Finding::Skipped(why.to_owned())),
    }
}
