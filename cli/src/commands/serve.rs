//! `reuse-surface serve`.

use std::path::Path;

use crate::args::Serve;
use crate::env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

pub(super) fn run(args: &Serve) -> Result<Exit, Failure> {
    output::start_log(args.log_format);
    tracing::info!(
        listen = %args.listen,
        data_dir = %args.data_dir.display(),
        refresh_interval_seconds = args.refresh_interval.as_secs(),
        allow_private_networks = args.allow_private_networks,
        component = shown(args.component.as_deref()),
        manifest = shown(args.manifest.as_deref()),
        public_url = args.public_url,
        writes = env::token().is_some(),
        "starting"
    );
    Err(Failure::new(Exit::Refused, "this build has no hub inside").hint("run the hub with `spin up`"))
}

fn shown(path: Option<&Path>) -> Option<impl tracing::Value> {
    path.map(|path| tracing::field::display(path.display()))
}
