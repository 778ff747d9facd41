//! Old revisions are pruned, but nothing that a kept one needs.

use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use throw_away_postgres::is_on_postgres;

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn a_thousand_revisions_or_ninety_days_are_kept_whichever_is_more() {
    let hub = Hub::new();
    hub.register("steady", index("steady", 3, 0)).await;
    hub.register("gone", index("gone", 3, 0)).await;
    hub.ask(Method::DELETE, "/v1/repos/gone", Value::Null).await;
    hub.register("busy", index("busy", 3, 0)).await;
    let gone = hub.get("/v1/federated/manifest?revision=2").await["sources"][0]["index_digest"].clone();
    for i in 0..1100 {
        let (status, answer) = hub.ask(Method::PATCH, "/v1/repos/busy", json!({"domain": format!("d{i}")})).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    let newest = hub.get("/v1/federated/manifest").await["revision"].as_u64().expect("a number");
    assert_eq!(newest, 4 + 1100);

    // Young revisions stay, however many.
    hub.pass(DAY + 1);
    hub.compose().await;
    assert_eq!(hub.ask(Method::GET, "/v1/federated?revision=1", Value::Null).await.0, StatusCode::OK);

    hub.pass(90 * DAY);
    hub.compose().await;
    let oldest = newest - 999;
    for (revision, status) in [(1, 410), (oldest - 1, 410), (oldest, 200), (newest, 200), (newest + 1, 404)] {
        let path = format!("/v1/federated?format=json&revision={revision}");
        assert_eq!(hub.ask(Method::GET, &path, Value::Null).await.0.as_u16(), status, "{revision}");
    }
    let document = hub.get(&format!("/v1/federated?format=json&revision={oldest}")).await;
    let repos: Vec<_> = document["sources"].as_array().expect("sources").iter().map(|s| s["repo"].clone()).collect();
    assert_eq!(repos, ["busy", "steady"], "what the oldest kept revision still has from before it");
    assert_eq!(document["capabilities"].as_array().map(Vec::len), Some(6));
    let page = hub.get(&format!("/v1/changes?since={oldest}&limit=100")).await;
    assert_eq!(page["until"], oldest + 100);
    assert_eq!(hub.ask(Method::GET, "/v1/changes?since=1", Value::Null).await.0, StatusCode::GONE);

    // A reader may be in the middle of a pruned fragment: it stays for a day after it was found to be unused.
    let fragments = || hub.number("SELECT count(*) FROM fragments WHERE repo = 'gone'");
    for left in [1, 0] {
        hub.pass(DAY + 1);
        assert_eq!(fragments(), 1);
        hub.compose().await;
        assert_eq!(fragments(), left);
    }
    let orphans = "SELECT count(*) FROM fragment_pieces WHERE piece / 16384 NOT IN (SELECT number FROM fragments)";
    assert_eq!(hub.number(orphans), 0, "pieces go with their fragment");

    let snapshot = |digest: &Value| format!("/v1/indexes/{}", digest.as_str().unwrap_or_default());
    assert_eq!(hub.ask(Method::GET, &snapshot(&gone), Value::Null).await.0, StatusCode::NOT_FOUND, "nothing needs it");
    let steady = document["sources"][1]["index_digest"].clone();
    assert_eq!(hub.ask(Method::GET, &snapshot(&steady), Value::Null).await.0, StatusCode::OK);
}

/// A hub whose only source changed its domain `count` times, bypassing the hub.
async fn with_changes(count: usize) -> Hub {
    let hub = Hub::new();
    hub.register("busy", index("busy", 3, 0)).await;
    hub.compose().await;
    let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {count})");
    let letter = |at: &str| format!("substr('abcdefghijklmnopqrstuvwxyz', 1 + {at}, 1)");
    let word = format!("'only' || {} || {} || {}", letter("i % 26"), letter("i / 26 % 26"), letter("i / 676"));
    hub.change(&format!(
        "{numbers} INSERT INTO revisions SELECT i, digest, composed_at, actor, cause, 1, 3 FROM n, revisions WHERE number = 1;
         {numbers} INSERT INTO revision_sources (revision, repo, url, domain, required, index_digest, capability_count) SELECT i, repo, url, 'd' || i, required, index_digest, 3 FROM n, revision_sources WHERE revision = 1;
         {numbers} INSERT INTO fragments SELECT digest, repo, 'd' || i, i, layout, layout_digest, ids, ids_digest, json_bytes, yaml_bytes
           FROM n, fragments WHERE domain = 'd';
         {numbers} INSERT INTO fragment_pieces SELECT piece + (i - 1) * 16384, body FROM n, fragment_pieces WHERE piece < 32768;
         {numbers} INSERT INTO search_fragments SELECT i, digest, repo, 'd' || i, 0 FROM n, search_fragments WHERE domain = 'd';
         {numbers} INSERT INTO search_entries SELECT i * 65536, json FROM n, search_entries WHERE entry = 65536;
         {numbers} INSERT INTO search_entries SELECT 131072 + i, json FROM n, search_entries WHERE entry = 65536;
         {numbers} INSERT INTO search_postings SELECT term, i, entries, spellings FROM n, search_postings WHERE fragment = 1;
         {numbers} INSERT INTO search_postings SELECT {word}, 2, entries, {word} FROM n, search_postings WHERE fragment = 1 AND term = '';
         {numbers} INSERT INTO search_trigrams SELECT 'onl', {word}, {word} FROM n;
         {numbers} INSERT INTO events SELECT 10 + i, at, actor, action, kind, subject, was, became, revision, request_id FROM n, events WHERE number = 1;
         UPDATE composition SET domain = 'd{count}'"
    ));
    hub
}

#[tokio::test]
async fn however_much_is_to_be_forgotten_a_transaction_is_small_and_others_come_between() {
    let hub = with_changes(6000).await;
    for table in ["revisions", "revision_sources", "fragments", "search_fragments"] {
        assert_eq!(hub.number(&format!("SELECT count(*) FROM {table}")), 6000, "{table}");
    }
    hub.statements();
    hub.commits();
    let (mut most, mut transactions, mut days) = (0, 0, 0);
    hub.pass(400 * DAY);
    let left = |table: &str| hub.number(&format!("SELECT count(*) FROM {table}"));
    let mut composes = 0;
    while left("fragments") > 1000
        || left("revisions") > 1000
        || left("search_fragments") > 1
        || left("search_entries") > 1
        || left("events") > 1
    {
        hub.compose().await;
        let commits = hub.commits();
        most = commits.iter().copied().max().unwrap_or_default().max(most);
        assert!(commits.len() < 210, "one refresh does not do it all: {}", commits.len());
        transactions += commits.len();
        composes += 1;
        assert!(composes < 40, "it comes to an end");
        if left("leases WHERE name = 'upkeep' AND expires_at > 0") == 1 {
            hub.pass(DAY + 1);
            days += 1;
        }
    }
    // Besides entries, these are their postings and trigrams.
    assert!(most <= 3500, "{most} rows in one transaction");
    assert!(days < 10 && transactions < 3000, "{transactions} transactions in {days} days");
    assert_eq!(left("revision_sources"), 1000);
    assert_eq!(left("search_postings WHERE term = ''"), 1, "the index goes with its entries");
    assert_eq!(left("search_trigrams WHERE term LIKE 'only%'"), 0, "and so do the spellings");

    let mut plans: Vec<String> = hub.statements();
    plans.sort();
    plans.dedup();
    for sql in plans.iter().filter(|sql| sql.contains("revision_sources")) {
        let scans: Vec<String> = hub.plan(sql).into_iter().filter(|step| step.starts_with("SCAN")).collect();
        assert!(
            scans.iter().all(|step| !step.contains("revision_sources")
                && !["SCAN s", "SCAN o", "SCAN n", "SCAN x"].contains(&step.as_str())),
            "{sql}: {scans:?}"
        );
    }
}

/// Makes the deletion of one revision fail.
const STOP: &str =
    "CREATE TRIGGER stop BEFORE DELETE ON revisions WHEN old.number = 2000 BEGIN SELECT RAISE(ABORT, 'stopped'); END";
const STOP_ON_POSTGRES: &str =
    "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'stopped'; END $$;
    CREATE TRIGGER stop BEFORE DELETE ON revisions FOR EACH ROW WHEN (old.number = 2000) EXECUTE FUNCTION stop()";

#[tokio::test]
async fn what_is_interrupted_goes_on_at_the_next_refresh() {
    let hub = with_changes(4000).await;
    hub.pass(100 * DAY);
    hub.change(if is_on_postgres() { STOP_ON_POSTGRES } else { STOP });
    let revisions = || hub.number("SELECT count(*) FROM revisions");
    let days = |hub: &Hub| hub.number("SELECT count(*) FROM leases WHERE name = 'upkeep' AND expires_at > 1805000000");
    let (status, answer) = hub.ask(Method::POST, "/v1/federated/compose?force=true", Value::Null).await;
    assert_eq!(status, StatusCode::OK, "the refresh itself has succeeded: {answer}");
    assert!(revisions() > 2000 && revisions() < 4000, "what was done stays done: {}", revisions());
    assert_eq!(days(&hub), 0, "the day is not done");
    assert_eq!(hub.number("SELECT count(*) FROM leases WHERE name = 'refresh'"), 0, "nobody waits for the lease");
    hub.change(if is_on_postgres() { "DROP TRIGGER stop ON revisions" } else { "DROP TRIGGER stop" });
    hub.compose().await;
    assert_eq!((revisions(), days(&hub)), (1000, 1));
}
