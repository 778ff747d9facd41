//! Every revision is a leaf.

use super::{NAME, checkpoint, goes_on_from, index, is_logged, leaf, public, secret, signing, with_key};
use crate::ports::Hub;
use federation::transparency::{Checkpoint, Hash, Note, Opened, leaf_hash, root};
use http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn every_revision_is_proven_to_be_in_the_log_which_only_grows() {
    let hub = signing(&Hub::in_a_file());
    let mut checkpoints = vec![checkpoint(&hub).await];
    assert_eq!((checkpoints[0].size, checkpoints[0].root), (0, root(&[])));
    for number in 0..6 {
        hub.register(&format!("r{number}"), index(&format!("capability.n{number}"))).await;
        checkpoints.push(checkpoint(&hub).await);
    }
    let origin = &checkpoints[0].origin;
    assert!(origin.strip_prefix(NAME).is_some_and(|id| id.len() == 17), "{origin}");
    for (size, tree) in (0..).zip(&checkpoints) {
        assert_eq!((tree.size, &tree.origin), (size, origin));
        assert!(goes_on_from(&hub, tree).await);
        for revision in 1..=size {
            assert!(is_logged(&hub, revision, &leaf(&hub, revision).await, tree).await, "{revision} of {size}");
            assert!(
                !is_logged(&hub, revision, &leaf(&hub, 7 - revision).await, tree).await || revision == 7 - revision
            );
        }
    }
    // A pruned revision can still be proven to anyone who has its leaf.
    let old = leaf(&hub, 1).await;
    hub.change("DELETE FROM revision_sources WHERE revision = 1; DELETE FROM revisions WHERE number = 1");
    assert_eq!(hub.read("/v1/federated/manifest?revision=1", &[]).await.0, StatusCode::GONE);
    assert!(is_logged(&hub, 1, &old, &checkpoints[6]).await);
}

#[tokio::test]
async fn tiles_have_the_hashes_and_the_leaves() {
    let hub = signing(&Hub::in_a_file());
    for number in 0..3 {
        hub.register(&format!("r{number}"), index(&format!("capability.n{number}"))).await;
    }
    let leaves = [leaf(&hub, 1).await, leaf(&hub, 2).await, leaf(&hub, 3).await];
    let hashes = leaves.clone().map(|leaf| leaf_hash(leaf.as_bytes()));
    let (status, headers, tile) = hub.read("/v1/log/tile/0/000.p/3", &[]).await;
    assert_eq!((status, &tile[..]), (StatusCode::OK, &hashes.concat()[..]));
    assert_eq!(headers["content-type"], "application/octet-stream");
    assert_eq!(root(&hashes), checkpoint(&hub).await.root);
    let (status, _, tile) = hub.read("/v1/log/tile/entries/000.p/2", &[]).await;
    let bundle = leaves[..2].iter().flat_map(|leaf| [&[0, leaf.len() as u8], leaf.as_bytes()].concat());
    assert_eq!((status, &tile[..]), (StatusCode::OK, &bundle.collect::<Vec<_>>()[..]));
    let etag = headers["etag"].to_str().expect("a tag");
    assert_eq!(hub.read("/v1/log/tile/0/000.p/3", &[("if-none-match", etag)]).await.0, StatusCode::NOT_MODIFIED);
    for (path, code) in [
        ("/v1/log/tile/0/000", "not-logged"),
        ("/v1/log/tile/0/000.p/4", "not-logged"),
        ("/v1/log/tile/0/001.p/1", "not-logged"),
        ("/v1/log/tile/1/000.p/1", "not-logged"),
        ("/v1/log/tile/63/x999/x999/x999/999", "not-logged"),
        ("/v1/log/tile/entries/000", "not-logged"),
        ("/v1/log/tile/64/000", "not-found"),
        ("/v1/log/tile/00/000", "not-found"),
        ("/v1/log/tile/-1/000", "not-found"),
        ("/v1/log/tile/0/0", "not-found"),
        ("/v1/log/tile/0/000.p/256", "not-found"),
        ("/v1/log/tile/0/000.p/0", "not-found"),
        ("/v1/log/tile/0/001/000", "not-found"),
        ("/v1/log/proof?revision=0", "not-logged"),
        ("/v1/log/proof?revision=4", "not-logged"),
        ("/v1/log/proof?revision=3&size=2", "not-logged"),
        ("/v1/log/proof?revision=3&size=4", "not-logged"),
        ("/v1/log/proof", "invalid-query"),
        ("/v1/log/consistency?old=4", "not-logged"),
        ("/v1/log/consistency?old=18446744073709551615", "not-logged"),
        ("/v1/log/consistency?old=-1", "invalid-query"),
    ] {
        assert_eq!(hub.get(path).await["code"], code, "{path}");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_signed_and_everything_else_works() {
    let hub = Hub::new();
    hub.register("a", index("capability.a")).await;
    for unsigned in [hub.beside(0), with_key(&hub, "PRIVATE+KEY+no+key"), with_key(&hub, " ")] {
        for path in ["checkpoint", "proof?revision=1", "consistency?old=0", "tile/0/000.p/1", "tile/0/000"] {
            let (status, answer) = unsigned.ask(http::Method::GET, &format!("/v1/log/{path}"), json!(null)).await;
            assert_eq!((status, &answer["code"]), (StatusCode::NOT_FOUND, &json!("log-not-signed")), "{path}");
        }
        assert_eq!(unsigned.get("/v1/federated?format=json").await["revision"], 1);
    }
    // A key that is added later signs the whole log, and is nowhere in the database.
    let hub = signing(&hub);
    let tree = checkpoint(&hub).await;
    assert!(is_logged(&hub, 1, &leaf(&hub, 1).await, &tree).await);
    hub.register("b", index("capability.b")).await;
    assert!(goes_on_from(&hub, &tree).await);
    let key = secret(1).secret();
    let bytes = hub.database_files();
    for part in [key.as_bytes(), NAME.as_bytes(), &[1; 32]] {
        assert!(!bytes.windows(part.len()).any(|window| window == part));
    }
}

#[tokio::test]
async fn a_key_replaces_another_while_both_sign() {
    let plain = Hub::new();
    let before = signing(&plain);
    before.register("a", index("capability.a")).await;
    let tree = checkpoint(&before).await;
    let both = with_key(&plain, &format!("{}\n{}\n", secret(2).secret(), secret(1).secret()));
    both.register("b", index("capability.b")).await;
    assert!(goes_on_from(&both, &tree).await);
    let note = Note::parse(&both.text("/v1/log/checkpoint").await).expect("a note");
    let by_new = Opened::open(note, &public(2)).expect("signed with the new key");
    assert_eq!(by_new.checkpoint, checkpoint(&both).await);
    // Then the new one alone: readers that know only the old one are told so, and the history continues.
    let after = with_key(&plain, &secret(2).secret());
    let note = Note::parse(&after.text("/v1/log/checkpoint").await).expect("a note");
    assert!(Opened::open(note.clone(), &public(1)).is_err());
    assert_eq!(Opened::open(note, &public(2)).expect("a checkpoint").checkpoint, by_new.checkpoint);
}

#[tokio::test]
async fn what_an_older_program_published_becomes_a_leaf_with_the_next_revision() {
    let hub = signing(&Hub::in_a_file());
    hub.register("a", index("capability.a")).await;
    let tree = checkpoint(&hub).await;
    hub.register("b", index("capability.b")).await;
    // An older program writes no leaf.
    hub.change("DELETE FROM log_leaves WHERE position = 1; DELETE FROM log_hashes WHERE position = 1");
    assert_eq!(checkpoint(&hub).await, tree);
    hub.register("c", index("capability.c")).await;
    let newest = checkpoint(&hub).await;
    assert_eq!(newest.size, 3);
    for revision in 1..=3 {
        assert!(is_logged(&hub, revision, &leaf(&hub, revision).await, &newest).await, "{revision}");
    }
    assert!(goes_on_from(&hub, &tree).await);
}

#[tokio::test]
async fn a_fork_a_dropped_revision_and_an_old_state_are_no_continuation() {
    let hub = signing(&Hub::in_a_file());
    for number in 0..4 {
        hub.register(&format!("r{number}"), index(&format!("capability.n{number}"))).await;
    }
    let seen = checkpoint(&hub).await;
    let copy = |name: &str| {
        let path = hub.place().path().with_file_name(name);
        std::fs::write(&path, "").expect("a file");
        store::file::copy(hub.place().path(), &path).expect("a copy");
        signing(&hub.on(path))
    };
    let last = "DELETE FROM log_leaves WHERE position = 3; DELETE FROM log_hashes WHERE position = 3";
    // It now says that the fourth revision has another time.
    let fork = copy("fork.db");
    fork.change(last);
    fork.change("UPDATE revisions SET composed_at = composed_at - 1 WHERE number = 4");
    fork.register("z", index("capability.z")).await;
    assert_eq!((checkpoint(&fork).await.size, checkpoint(&fork).await.origin), (5, seen.origin.clone()));
    assert!(!goes_on_from(&fork, &seen).await);
    // It shows an old state as the newest one.
    let old = copy("old.db");
    old.change(last);
    assert!(!goes_on_from(&old, &seen).await);
    // It left out the second revision.
    let dropped = copy("dropped.db");
    dropped.change("DELETE FROM log_leaves; DELETE FROM log_hashes; DELETE FROM revisions WHERE number = 2");
    dropped.register("z", index("capability.z")).await;
    assert_eq!(checkpoint(&dropped).await.size, 4);
    assert!(!goes_on_from(&dropped, &seen).await);
    assert!(goes_on_from(&hub, &seen).await);
}

#[tokio::test]
async fn a_database_of_the_first_version_gets_a_log_of_what_it_still_has() {
    let hub = signing(&Hub::over(include_str!("../search/first_schema.sql")));
    let newest = hub.get("/v1/federated?format=json").await["revision"].as_u64().expect("a number");
    let tree = checkpoint(&hub).await;
    for revision in 1..=newest {
        assert!(is_logged(&hub, revision, &leaf(&hub, revision).await, &tree).await, "{revision}");
    }
}

#[tokio::test]
async fn a_log_of_several_tiles_has_the_proofs_of_a_tree_of_its_leaves() {
    let hub = signing(&Hub::in_a_file());
    hub.register("a", index("capability.a")).await;
    hub.change(
        "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 599)
         INSERT INTO revisions (number, digest, composed_at, actor, cause, source_count, capability_count)
         SELECT i, digest, composed_at + i, actor, cause, 1, 1 FROM n, revisions WHERE number = 1",
    );
    hub.register("b", index("capability.b")).await;
    let newest = checkpoint(&hub).await;
    assert_eq!(newest.size, 600);
    let (_, _, first) = hub.read("/v1/log/tile/0/000", &[]).await;
    let (_, _, second) = hub.read("/v1/log/tile/0/001", &[]).await;
    let (_, _, third) = hub.read("/v1/log/tile/0/002.p/88", &[]).await;
    let (_, _, above) = hub.read("/v1/log/tile/1/000.p/2", &[]).await;
    let all = [first, second, third].concat();
    let leaves: Vec<Hash> = all.as_chunks().0.to_vec();
    assert_eq!((root(&leaves), leaves.len()), (newest.root, 600));
    assert_eq!(&above[..], [root(&leaves[..256]), root(&leaves[256..512])].concat());
    for size in [1, 2, 255, 256, 257, 511, 512, 513, 599, 600] {
        let tree = Checkpoint { size, root: root(&leaves[..size as usize]), origin: newest.origin.clone() };
        assert!(goes_on_from(&hub, &tree).await, "{size}");
        assert!(!goes_on_from(&hub, &Checkpoint { root: [7; 32], ..tree.clone() }).await, "{size}");
        for revision in [1, 100, 256, 257, 512, 600].into_iter().filter(|revision| *revision <= size) {
            let leaf = leaf(&hub, revision).await;
            assert!(is_logged(&hub, revision, &leaf, &tree).await, "{revision} of {size}");
        }
    }
}

#[tokio::test]
async fn the_public_keys_are_named_where_the_hub_describes_itself() {
    let hub = Hub::new();
    let described = async |hub: &Hub| hub.get("/.well-known/reuse-surface").await.get("log_keys").cloned();
    assert_eq!(described(&hub).await, None, "it signs nothing");
    let both = with_key(&hub, &format!("{} {}", secret(1).secret(), secret(2).secret()));
    assert_eq!(described(&both).await, Some(serde_json::json!([public(1).to_string(), public(2).to_string()])));
}
