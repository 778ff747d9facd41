//! `reuse-surface restore`.

use super::backup::{facts, sentence};
use crate::args::Restore;
use crate::clock;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use serde_json::json;
use store::file::{self, Restored};

pub(super) async fn run(args: &Restore, output: &Output) -> Result<Exit, Failure> {
    let name = args.path.display();
    let refused = |why: String| {
        Failure::new(Exit::Refused, format!("{name} was not restored"))
            .because([why])
            .hint("nothing was changed; if the backup is damaged, use an older one")
    };
    if !args.path.is_file() {
        let hint = "nothing was changed; choose a file that `reuse-surface backup` wrote";
        return Err(refused("there is no such file".to_owned()).hint(hint));
    }
    // The lock is held until the end, so that no hub can start in the meantime.
    let _lock = runtime::lock_data_dir(&args.data_dir).map_err(|error| {
        refused(format!("{error:#}"))
            .hint("nothing was changed; stop the hub that uses this directory first, or check the permissions of the directory")
    })?;
    let restored = file::restore(&args.path, &args.data_dir, clock::now()).await;
    let Restored { verified, mended, published_as, begins_log, kept } =
        restored.map_err(|why| refused(why.to_string()))?;
    let mut value = facts(&verified, mended);
    value["published_as"] = json!(published_as);
    value["begins_log"] = json!(begins_log);
    value["kept"] = json!(kept);
    output.result(&value, |text| {
        text.line(format!("restored {}", sentence(&verified)));
        if let Some(number) = published_as {
            text.line(format!(
                "its content is now revision {number}, because later revisions were published after the backup"
            ));
        }
        if begins_log {
            text.line(
                "its transparency log starts a new history, because it is not known what was signed after the backup: tell those who verify it",
            );
        }
        if let Some(kept) = &kept {
            text.line(format!("the previous database is {}", kept.display()));
        }
    })?;
    Ok(Exit::Done)
}
