//! A restore never creates a second history under the name of the first.

use super::{checkpoint, goes_on_from, index, is_logged, leaf, signing};
use crate::ports::Hub;
use std::path::{Path, PathBuf};
use store::file;
use tempfile::TempDir;

const NOW: i64 = 1_800_000_100;

/// A data directory with a copy of the database of a hub.
fn data_dir(hub: &Hub) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    copy(hub, &file::database(folder.path()));
    folder
}

fn copy(hub: &Hub, into: &Path) -> PathBuf {
    std::fs::write(into, "").expect("a file");
    file::copy(hub.place().path(), into).expect("a copy");
    into.to_owned()
}

/// Restores the backup and returns the hub on it, and whether another history of the log begins.
async fn restore(hub: &Hub, backup: &Path, data_dir: &Path) -> (Hub, bool) {
    let restored = file::restore(backup, data_dir, NOW).await.expect("a restore");
    (signing(&hub.on(file::database(data_dir))), restored.begins_log)
}

#[tokio::test]
async fn the_log_goes_on_if_the_replaced_database_is_there() {
    let hub = signing(&Hub::in_a_file());
    hub.register("a", index("capability.a")).await;
    let backups = TempDir::new().expect("a folder");
    let backup = copy(&hub, &backups.path().join("backup.db"));
    hub.register("b", index("capability.b")).await;
    let (lost, seen) = (leaf(&hub, 2).await, checkpoint(&hub).await);
    let folder = data_dir(&hub);
    let (restored, begins) = restore(&hub, &backup, folder.path()).await;
    assert!(!begins);
    let tree = checkpoint(&restored).await;
    assert_eq!((tree.size, &tree.origin), (3, &seen.origin));
    assert!(goes_on_from(&restored, &seen).await);
    // The log still contains what was published after the backup, and what the restore published.
    assert!(is_logged(&restored, 2, &lost, &tree).await);
    assert!(is_logged(&restored, 3, &leaf(&restored, 3).await, &tree).await);
    restored.register("c", index("capability.c")).await;
    assert!(goes_on_from(&restored, &tree).await);
}

#[tokio::test]
async fn another_history_begins_if_nobody_knows_what_was_signed() {
    let hub = signing(&Hub::in_a_file());
    hub.register("a", index("capability.a")).await;
    let backups = TempDir::new().expect("a folder");
    let backup = copy(&hub, &backups.path().join("backup.db"));
    hub.register("b", index("capability.b")).await;
    let seen = checkpoint(&hub).await;
    let mut origins = vec![seen.origin.clone()];
    // The disk was lost, twice; then a newly installed hub was replaced.
    let empty = Hub::in_a_file();
    empty.get("/health").await;
    for folder in [TempDir::new().expect("a folder"), TempDir::new().expect("a folder"), data_dir(&empty)] {
        let (restored, begins) = restore(&hub, &backup, folder.path()).await;
        assert!(begins);
        restored.register("c", index("capability.c")).await;
        let tree = checkpoint(&restored).await;
        assert!(tree.size > seen.size, "the same number would not be noticed otherwise");
        assert!(!goes_on_from(&restored, &seen).await);
        origins.push(tree.origin);
    }
    let count = origins.len();
    origins.sort();
    origins.dedup();
    assert_eq!(origins.len(), count, "each history has an origin of its own: {origins:?}");
}

#[tokio::test]
async fn a_backup_whose_log_was_changed_is_not_restored() {
    let hub = signing(&Hub::in_a_file());
    hub.register("a", index("capability.a")).await;
    let backups = TempDir::new().expect("a folder");
    let backup = copy(&hub, &backups.path().join("backup.db"));
    let damaged = hub.on(backup.clone());
    damaged.change("UPDATE log_leaves SET entry = replace(entry, '\"revision\":1', '\"revision\":2')");
    damaged.change("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
    let folder = TempDir::new().expect("a folder");
    let refused = file::restore(&backup, folder.path(), NOW).await.expect_err("a refusal").to_string();
    assert_eq!(refused, "the hashes of the transparency log are not those of its leaves");
}
