//! Named tokens and the audit trail in the whole product: real sockets, component, database and command line.

use anyhow::Result;
use end_to_end::{Cli, Hub, TOKEN, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

fn registration(repo: &str) -> Value {
    json!({"repo": repo, "url": "https://example.invalid/index.yaml", "domain": "d", "enabled": false})
}

#[tokio::test]
async fn a_narrow_token_from_the_command_line_writes_what_it_matches_and_is_seen_in_the_trail() -> Result<()> {
    let hub = Hub::start()?;
    let operator = Cli::new(&hub);
    let made =
        operator.run(&["hub", "token", "create", "ci", "--scope", "repos:write:state-*", "--expires-in", "90d"])?;
    let secret = made.stdout.trim().to_owned();
    assert!(made.code == 0 && federation::token::secret::is_whole(&secret), "{made:?}");
    assert!(!made.stderr.contains(&secret), "{made:?}");

    let ask =
        |method: Method, path: &str, body: Value| hub.send(hub.request(method, path).bearer_auth(&secret).json(&body));
    assert_eq!(ask(Method::POST, "/v1/repos", registration("state-hub")).await?.status, 201);
    let refused = ask(Method::POST, "/v1/repos", registration("other")).await?;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("forbidden")), "{}", refused.text);
    assert!(refused.header("www-authenticate").contains("insufficient_scope"));
    assert_eq!(ask(Method::PATCH, "/v1/repos/state-hub", json!({"domain": "e"})).await?.status, 200);
    assert_eq!(hub.get("/v1/repos/state-hub").await?.json()["registered_by"], "ci");

    // The audit trail has the request id that the client knows.
    let request =
        hub.request(Method::DELETE, "/v1/repos/state-hub").bearer_auth(&secret).header("x-request-id", "trace-7");
    assert_eq!(hub.send(request).await?.status, 204);
    assert_eq!(hub.get("/v1/events").await?.status, 401);
    let events = operator.run(&["hub", "events", "-o", "json"])?.json();
    let seen: Vec<_> =
        events["events"].as_array().expect("events").iter().map(|e| [&e["actor"], &e["action"]]).collect();
    assert_eq!(
        json!(seen),
        json!([["ci", "deregister"], ["ci", "update"], ["ci", "register"], ["bootstrap", "token-create"]])
    );
    assert_eq!(
        (&events["events"][0]["request_id"], &events["events"][1]["before"]["domain"]),
        (&json!("trace-7"), &json!("d"))
    );

    // The token is used, listed, revoked and refused.
    assert_eq!(operator.run(&["hub", "token", "list", "-o", "json"])?.json()["tokens"][0]["state"], "active");
    assert_eq!(operator.run(&["hub", "token", "revoke", "ci"])?.code, 0);
    let refused = ask(Method::POST, "/v1/repos", registration("state-hub")).await?;
    assert_eq!((refused.status, &refused.json()["code"]), (401, &json!("token-revoked")));

    // Neither secret appears in anything that the hub stores or sends.
    for path in ["/v1/events", "/v1/tokens"] {
        let answer = hub.send(hub.request(Method::GET, path).bearer_auth(TOKEN)).await?;
        assert!(
            answer.status == 200 && !answer.text.contains(&secret[3..40]) && !answer.text.contains(TOKEN),
            "{path}"
        );
    }
    let mut on_disk = Vec::new();
    for file in std::fs::read_dir(hub.data())? {
        on_disk.extend(std::fs::read(file?.path())?);
    }
    for secret in [&secret[3..67], TOKEN] {
        assert!(!on_disk.windows(secret.len()).any(|window| window == secret.as_bytes()), "a secret is on the disk");
        assert!(!hub.log().contains(secret), "a secret is in the log");
    }
    Ok(())
}

#[tokio::test]
async fn named_tokens_and_the_trail_outlive_a_crash_and_the_operators_token() -> Result<()> {
    let hub = Hub::start()?;
    let body = json!({"name": "anna", "scopes": ["admin"]});
    let made = hub.write(Method::POST, "/v1/tokens", &body).await?;
    assert_eq!((made.status, made.header("cache-control")), (201, "no-store"), "{}", made.text);
    let secret = made.json()["token"].as_str().unwrap_or_default().to_owned();
    let hub = hub.kill_and_restart()?;
    let own = hub.send(hub.request(Method::GET, "/v1/tokens/self").bearer_auth(&secret)).await?;
    assert_eq!(own.json(), json!({"name": "anna", "scopes": ["admin"], "state": "active", "expires_at": null}));
    let events = hub.send(hub.request(Method::GET, "/v1/events").bearer_auth(&secret)).await?.json();
    assert_eq!(events["events"][0]["subject"], "anna");
    Ok(())
}

#[tokio::test]
async fn the_operators_token_is_replaced_in_its_file_without_a_restart() -> Result<()> {
    let secrets = TempDir::new()?;
    // As Kubernetes mounts a Secret: the file is a link into a directory that is replaced atomically.
    let put = |version: &str, token: &str| -> Result<()> {
        let folder = secrets.path().join(version);
        std::fs::create_dir(&folder)?;
        std::fs::write(folder.join("token"), format!("{token}\n"))?;
        std::fs::set_permissions(folder.join("token"), std::fs::Permissions::from_mode(0o600))?;
        let link = secrets.path().join(format!("{version}.link"));
        std::os::unix::fs::symlink(version, &link)?;
        std::fs::rename(link, secrets.path().join("..data"))?;
        Ok(())
    };
    put("v1", "the-first-token")?;
    std::os::unix::fs::symlink("..data/token", secrets.path().join("token"))?;
    let path = secrets.path().join("token");
    let hub = Hub::start_in(TempDir::new()?, None, &["--token-file", path.to_str().unwrap_or_default()])?;
    let status = async |token: &str| -> Result<u16> {
        Ok(hub.send(hub.request(Method::GET, "/v1/tokens/self").bearer_auth(token)).await?.status)
    };
    assert_eq!((status("the-first-token").await?, status("the-second-token").await?), (200, 401));
    let body = json!({"name": "anna", "scopes": ["compose"]});
    let made = hub.send(hub.request(Method::POST, "/v1/tokens").bearer_auth("the-first-token").json(&body)).await?;
    let named = made.json()["token"].as_str().unwrap_or_default().to_owned();

    put("v2", "the-second-token")?;
    assert_eq!(
        (status("the-first-token").await?, status("the-second-token").await?, status(&named).await?),
        (401, 200, 200)
    );

    // While the file is missing, the operator's token is refused and the log says why; named tokens still work.
    std::fs::remove_file(secrets.path().join("..data"))?;
    assert_eq!((status("the-second-token").await?, status(&named).await?), (401, 200));
    // The log is read from a pipe and may lag behind the response.
    eventually(async || Ok(hub.log().contains("a variable cannot be read from its file").then_some(()))).await?;
    put("v3", "the-third-token")?;
    assert_eq!(status("the-third-token").await?, 200);
    assert!(!hub.log().contains("the-first-token") && !hub.log().contains("the-third-token"));
    Ok(())
}

#[tokio::test]
async fn a_flood_of_wrong_tokens_is_held_off_and_valid_ones_pass() -> Result<()> {
    let hub = Hub::start()?;
    let wrong = || hub.send(hub.request(Method::POST, "/v1/federated/compose").bearer_auth("wrong"));
    let mut flood = tokio::task::JoinSet::new();
    for _ in 0..60 {
        let request = hub.request(Method::POST, "/v1/federated/compose").bearer_auth("wrong");
        flood.spawn(async { request.send().await.map(|response| response.status().as_u16()) });
    }
    let answers: Vec<u16> = flood.join_all().await.into_iter().collect::<Result<_, _>>()?;
    let (looked_at, held_off): (Vec<_>, Vec<_>) = answers.into_iter().partition(|status| *status == 401);
    // A minute may have ended meanwhile, so that some failures were counted in the next one; the last minute then has thirty.
    assert!(looked_at.len() >= 30 && held_off.iter().all(|status| *status == 429), "{looked_at:?} {held_off:?}");
    let refused = async || Ok(Some(wrong().await?).filter(|answer| answer.status != 401));
    let refused = eventually(refused).await?;
    let wait: u64 = refused.header("retry-after").parse()?;
    assert!(refused.json()["code"] == "too-many-failures" && (1..=60).contains(&wait), "{}", refused.text);
    let valid = hub.send(hub.request(Method::POST, "/v1/federated/compose").bearer_auth(TOKEN)).await?;
    assert_eq!(valid.status, 200);
    // A client's claim about its address is ignored unless the operator has configured a proxy header.
    let mut forged = 401;
    // A minute may end between the two requests, but not every time.
    for _ in 0..3 {
        eventually(async || Ok((wrong().await?.status != 401).then_some(()))).await?;
        let request = hub.request(Method::POST, "/v1/federated/compose").bearer_auth("wrong");
        let request = request.header("x-forwarded-for", "192.0.2.1").header("spin-client-addr", "192.0.2.1:1");
        forged = hub.send(request).await?.status;
        if forged == 429 {
            break;
        }
    }
    assert_eq!(forged, 429);
    Ok(())
}

#[tokio::test]
async fn two_people_at_one_registration_are_told_of_each_other() -> Result<()> {
    let hub = Hub::start()?;
    assert_eq!(hub.write(Method::POST, "/v1/repos", &registration("a")).await?.status, 201);
    let seen = hub.get("/v1/repos/a").await?.header("etag").to_owned();
    let cli = Cli::new(&hub);
    let first = cli.run(&["hub", "update", "--repo", "a", "--description", "mine"])?;
    assert_eq!(first.code, 0, "{first:?}");
    let second = cli.run(&["hub", "update", "--repo", "a", "--description", "theirs", "--if-match", &seen])?;
    assert_eq!(second.code, 1, "{second:?}");
    assert!(second.stderr.contains("update by bootstrap at "), "{second:?}");
    assert!(second.stderr.contains("description: \"\" -> \"mine\""), "{second:?}");
    assert_eq!(hub.get("/v1/repos/a").await?.json()["description"], "mine");
    Ok(())
}
