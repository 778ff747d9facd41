//! The hub on PostgreSQL: the same component, several hubs on one database, and moving there from SQLite and back.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Cli, Hub, Sources, TOKEN, eventually, index};
use reqwest::Method;
use runtime::postgres_client;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use throw_away_postgres::Server;

/// A hub on this database.
fn on(url: &str) -> Result<Hub> {
    Hub::start_in(TempDir::new()?, Some(TOKEN), &["--allow-private-networks", "--database-url", url])
}

/// The whole document with its tag.
async fn document(hub: &Hub) -> Result<(String, String)> {
    let answer = hub.get("/v1/federated?format=json").await?;
    ensure!(answer.status == 200, "{answer:?}");
    Ok((answer.header("etag").to_owned(), answer.text))
}

#[tokio::test]
async fn two_hubs_on_one_database_are_one_hub() -> Result<()> {
    let (url, sources) = (Server::shared()?.schema()?, Sources::start()?);
    let (one, other) = (on(&url)?, on(&url)?);
    one.register("a", &sources.index("/a", &index(&["capability.a", "capability.b"]))).await?;
    ensure!(document(&one).await? == document(&other).await?);
    for round in 0..20 {
        let (writer, reader) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let domain = format!("d{round}");
        let answer = writer.write(Method::PATCH, "/v1/repos/a", &json!({"domain": domain})).await?;
        ensure!(answer.status == 200, "{answer:?}");
        // What one hub acknowledged is what the other hub reads next.
        let read = reader.document().await?;
        ensure!(read["sources"][0]["domain"] == domain, "{read}");
    }
    let found = other.get("/v1/capabilities?q=capability").await?.json();
    ensure!(found["total"] == 2, "{found}");
    ensure!(!one.data().join("reuse-surface.db").exists(), "PostgreSQL is the only database");
    Ok(())
}

/// A standby would answer with what it had a moment ago.
#[tokio::test]
async fn a_server_that_accepts_no_writes_is_refused_unless_the_url_accepts_it() -> Result<()> {
    let (url, sources) = (Server::shared()?.schema()?, Sources::start()?);
    let hub = on(&url)?;
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let before = document(&hub).await?;
    drop(hub);
    let standby = format!("{url}%20-c%20default_transaction_read_only%3Don");
    let refused = on(&standby)?.get("/v1/federated").await?;
    ensure!((refused.status, &refused.json()["code"]) == (503, &json!("store-unavailable")), "{refused:?}");
    let accepted = on(&format!("{standby}&target_session_attrs=any"))?;
    ensure!(document(&accepted).await? == before);
    Ok(())
}

/// Otherwise, every request during a lock would leave one more session that waits for it.
#[tokio::test]
async fn a_request_that_gave_up_does_not_keep_waiting_at_the_server() -> Result<()> {
    let (server, sources) = (Server::shared()?, Sources::start()?);
    let url = server.schema()?;
    let hub = on(&url)?;
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    document(&hub).await?;
    let other = postgres_client(&url, None).await?;
    other.batch_execute("BEGIN; LOCK TABLE hub").await?;
    // Whether it needs the table or not: before, the hub reads which version is the newest, and gives up.
    hub.get("/v1/federated?format=json").await?;
    let waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'hub'::regclass AND NOT granted";
    eventually(async || Ok((server.run_at(&url, waiting)? == "0").then_some(()))).await?;
    other.batch_execute("ROLLBACK").await?;
    document(&hub).await?;
    Ok(())
}

#[tokio::test]
async fn a_database_moves_to_postgresql_and_back_without_changing_a_byte() -> Result<()> {
    let sources = Sources::start()?;
    let hub = Hub::start()?;
    for repo in ["a", "b", "c"] {
        hub.register(repo, &sources.index(&format!("/{repo}"), &index(&[&format!("capability.{repo}")]))).await?;
    }
    let before = document(&hub).await?;
    let changes = hub.get("/v1/changes?since=0").await?.text;
    let (file, url) = (hub.data().join("reuse-surface.db"), Server::shared()?.schema()?);
    let from = format!("sqlite:{}", file.display());
    let cli = Cli::at("http://127.0.0.1:9");
    let early = cli.run(&["migrate", "--from", &from, "--to", &url])?;
    ensure!(early.code == 1 && early.stderr.contains("stop the hub"), "a hub still writes: {early:?}");
    let data = hub.kill()?;
    let ran = cli.run(&["migrate", "--from", &from, "--to", &url, "-o", "json"])?;
    ensure!(ran.code == 0 && ran.json()["tables"]["registrations"] == 3, "{ran:?}");

    let moved = on(&url)?;
    ensure!(document(&moved).await? == before);
    ensure!(moved.get("/v1/changes?since=0").await?.text == changes);
    let found = moved.get("/v1/capabilities?q=capability").await?.json();
    ensure!(found["total"] == 3, "{found}");
    let answer = moved.write(Method::DELETE, "/v1/repos/b", &Value::Null).await?;
    ensure!(answer.status == 200 || answer.status == 204, "{answer:?}");
    let after = document(&moved).await?;
    let again = cli.run(&["migrate", "--from", &from, "--to", &url])?;
    ensure!(again.code == 1 && again.stderr.contains("content of its own"), "{again:?}");
    ensure!(document(&moved).await? == after);

    let folder = TempDir::new()?;
    let back = folder.path().join("reuse-surface.db");
    let to = format!("sqlite:{}", back.display());
    let ran = cli.run(&["migrate", "--from", &url, "--to", &to])?;
    ensure!(ran.code == 0, "{ran:?}");
    let home = Hub::start_in(folder, Some(TOKEN), &["--allow-private-networks"])?;
    ensure!(document(&home).await? == after);
    let source = Hub::start_in(data, Some(TOKEN), &["--allow-private-networks"])?;
    ensure!(document(&source).await? == before, "the source was changed");
    Ok(())
}

/// Also while hubs write: the file is one state, from which its revision can be composed again.
#[tokio::test]
async fn a_backup_of_postgresql_is_a_file_that_a_hub_can_go_on_with() -> Result<()> {
    let (url, sources) = (Server::shared()?.schema()?, Sources::start()?);
    let hub = on(&url)?;
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let folder = TempDir::new()?;
    let file = folder.path().join("daily.db");
    let path = file.to_str().context("a path")?;
    let cli = Cli::at("http://127.0.0.1:9");
    let backup = {
        let (url, path) = (url.clone(), path.to_owned());
        move || Cli::at("http://127.0.0.1:9").run(&["backup", "--database-url", &url, &path, "--force", "-o", "json"])
    };
    for round in 0..3 {
        let writes = async {
            for write in 0..5 {
                let change = json!({"domain": format!("d{round}-{write}")});
                let answer = hub.write(Method::PATCH, "/v1/repos/a", &change).await?;
                ensure!(answer.status == 200, "{answer:?}");
            }
            anyhow::Ok(())
        };
        let (ran, written) = tokio::join!(tokio::task::spawn_blocking(backup.clone()), writes);
        written?;
        let ran = ran??;
        ensure!(ran.code == 0 && ran.json()["repos"] == 1, "{ran:?}");
    }
    let ran = backup()?;
    let before = document(&hub).await?;
    ensure!(ran.code == 0 && before.1.contains(ran.json()["digest"].as_str().context("a digest")?), "{ran:?}");
    let data = TempDir::new()?;
    let ran = cli.run(&["restore", "--data-dir", data.path().to_str().context("a path")?, path])?;
    ensure!(ran.code == 0, "{ran:?}");
    let restored = Hub::start_in(data, Some(TOKEN), &["--allow-private-networks"])?;
    let (before, after): (Value, Value) = (serde_json::from_str(&before.1)?, restored.document().await?);
    ensure!(after["digest"] == before["digest"] && after["sources"] == before["sources"], "{after}");
    let ran = cli.run(&["backup", "--database-url", "postgres://127.0.0.1:1/hub", path, "--force"])?;
    ensure!(ran.code == 1 && ran.stderr.contains("--database-url") && file.is_file(), "{ran:?}");
    Ok(())
}

#[tokio::test]
async fn nobody_uses_a_database_that_was_not_filled() -> Result<()> {
    let sources = Sources::start()?;
    let hub = Hub::start()?;
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let before = document(&hub).await?;
    let data = hub.kill()?;
    let server = Server::shared()?;
    let url = server.schema()?;
    // The schema, and then a table that accepts no rows.
    let empty = on(&url)?;
    eventually(async || Ok((empty.get("/health").await?.status == 200).then_some(()))).await?;
    drop(empty);
    let stop = "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'stopped'; END $$;
        CREATE TRIGGER stop BEFORE INSERT ON composition FOR EACH ROW EXECUTE FUNCTION stop()";
    server.run_at(&url, stop)?;
    let from = format!("sqlite:{}", data.path().join("reuse-surface.db").display());
    let cli = Cli::at("http://127.0.0.1:9");
    let ran = cli.run(&["migrate", "--from", &from, "--to", &url])?;
    ensure!(ran.code == 1 && ran.stderr.contains("stopped"), "{ran:?}");
    let refused = on(&url)?;
    let answer = refused.get("/v1/federated").await?;
    ensure!(answer.status == 503 && answer.text.contains("reuse-surface migrate"), "{answer:?}");
    drop(refused);
    server.run_at(&url, "DROP TRIGGER stop ON composition")?;
    let ran = cli.run(&["migrate", "--from", &from, "--to", &url])?;
    ensure!(ran.code == 0, "{ran:?}");
    let hub = on(&url).context("the database is filled now")?;
    ensure!(document(&hub).await? == before);
    Ok(())
}

/// As after a recovery to a point in time: what was published since is lost, but readers may still have it.
#[tokio::test]
async fn a_database_that_was_recovered_gives_no_number_twice() -> Result<()> {
    let (server, sources, folder) = (Server::shared()?, Sources::start()?, TempDir::new()?);
    let (recovered, next) = (server.schema()?, server.schema()?);
    let hub = on(&recovered)?;
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let (file, published) = (folder.path().join("recovered.db"), Instant::now());
    let cli = Cli::at("http://127.0.0.1:9");
    let done = |arguments: &[&str]| {
        let ran = cli.run(arguments)?;
        ensure!(ran.code == 0, "{ran:?}");
        Ok(ran)
    };
    let path = file.to_str().context("a path")?;
    done(&["migrate", "--from", &recovered, "--to", &format!("sqlite:{path}")])?;
    let answer = hub.write(Method::PATCH, "/v1/repos/a", &json!({"domain": "lost"})).await?;
    ensure!(answer.status == 200, "{answer:?}");
    let lost = hub.document().await?["revision"].as_u64().context("a number")?;
    hub.kill()?;

    // A restore assumes that no hub publishes more than one revision a second.
    eventually(async || Ok((published.elapsed() > Duration::from_secs(3)).then_some(()))).await?;
    let data = folder.path().join("data");
    done(&["restore", "--data-dir", data.to_str().context("a path")?, path])?;
    done(&["migrate", "--from", &format!("sqlite:{}", data.join("reuse-surface.db").display()), "--to", &next])?;
    let hub = on(&next)?;
    let document = hub.document().await?;
    ensure!(document["revision"].as_u64() > Some(lost) && document["sources"][0]["domain"] != "lost", "{document}");
    ensure!(hub.get(&format!("/v1/federated?revision={lost}")).await?.status == 410);
    Ok(())
}
