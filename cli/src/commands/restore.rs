//! `reuse-surface restore`.

use serde_json::json;
use store::file::{self, Restored};

use super::backup::{facts, sentence};
use crate::args::Restore;
use crate::clock;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(args: &Restore, output: &Output) -> Result<Exit, Failure> {
    let name = args.path.display();
    let refused = |why: String| {
        Failure::new(Exit::Refused, format!("{name} is not restored"))
            .because([why])
            .hint("nothing was changed; if the backup is at fault, take an older one")
    };
    if !args.path.is_file() {
        let hint = "nothing was changed; name a file that `reuse-surface backup` wrote";
        return Err(refused("there is no such file".to_owned()).hint(hint));
    }
    // Held until the end: no hub may start meanwhile.
    let _lock = runtime::lock_data_dir(&args.data_dir).map_err(|error| {
        refused(format!("{error:#}"))
            .hint("nothing was changed; stop the hub that serves this directory first, or see who may write there")
    })?;
    let restored = file::restore(&args.path, &args.data_dir, clock::now()).await;
    let Restored { verified, mended, published_as, kept } = restored.map_err(|why| refused(why.to_string()))?;
    let mut value = facts(&verified, mended);
    value["published_as"] = json!(published_as);
    value["kept"] = json!(kept);
    output.result(&value, |text| {
        text.line(format!("restored {}", sentence(&verified)));
        if let Some(number) = published_as {
            text.line(format!(
                "its content is revision {number} now, since later ones were published after the backup"
            ));
        }
        if let Some(kept) = &kept {
            text.line(format!("the database that was there is {}", kept.display()));
        }
    })?;
    Ok(Exit::Done)
}
