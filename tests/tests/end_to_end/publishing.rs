//! The recipes of `docs/ci` that publish: a job without any secret, the real program and hub, and an issuer that signs identities.

#[path = "../../../hub-component/tests/native/identities/issuer.rs"]
#[expect(dead_code, reason = "the tests of the hub use more of it")]
mod issuer;

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Behaviour, Hub, Sources, TOKEN, binary, tools};
use federation::digest::Digest;
use federation::yaml;
use issuer::{FIRST, SHA, forgejo, jwks};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

const FILE: &str = "registry/indexes/capabilities.yaml";
/// The token with which a job asks its forge for an identity.
const OF_JOB: &str = "token-of-the-job";

/// A forge with one repository, which is its own issuer, and a hub that trusts it.
struct Forge {
    hub: Hub,
    sources: Sources,
    folder: TempDir,
    runs: i64,
}

impl Forge {
    async fn start() -> Result<Self> {
        let (sources, folder) = (Sources::start()?, TempDir::new()?);
        let issuer = sources.url("/api/actions");
        let keys = sources.url("/api/actions/.well-known/keys");
        let plain = |text: String| Behaviour::Plain(text.into_bytes(), String::new());
        let discovery = json!({"issuer": issuer, "jwks_uri": keys}).to_string();
        sources.set("/api/actions/.well-known/openid-configuration", plain(discovery));
        sources.set("/api/actions/.well-known/keys", plain(jwks(&[&FIRST])));
        let issuers = folder.path().join("issuers.yaml");
        let rule = json!({"repo": "a", "claims": {"repository_id": "140", "ref": "refs/heads/main"}});
        fs::write(
            &issuers,
            json!([{"issuer": issuer, "audience": "https://hub.example.org", "rules": [rule]}]).to_string(),
        )?;
        let arguments = ["--allow-private-networks", "--ci-issuers", issuers.to_str().context("a path")?];
        let hub = Hub::start_in(TempDir::new()?, Some(TOKEN), &arguments)?;
        hub.register("a", &sources.index(&format!("/coulomb/a/raw/branch/main/{FILE}"), &index("Old"))).await?;
        Ok(Self { hub, sources, folder, runs: 0 })
    }

    /// The identity of another run for a commit.
    fn identity(&mut self, commit: &str) -> Result<String> {
        self.runs += 1;
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
        let mut claims = forgejo(now);
        claims["iss"] = self.sources.url("/api/actions").into();
        claims["run_id"] = self.runs.to_string().into();
        claims["sha"] = commit.into();
        Ok(FIRST.token(&claims))
    }

    /// Runs scripts as the runner of the forge does for a push of a commit.
    fn run(&mut self, scripts: &[String], commit: &str, of_gitlab: bool) -> Result<Output> {
        let identity = self.identity(commit)?;
        let program = format!("#!/bin/sh\nexec '{}' \"$@\"\n", binary().canonicalize()?.display());
        self.sources.set("/program", Behaviour::Plain(program.clone().into_bytes(), String::new()));
        let mut command = Command::new("bash");
        command.args(["-e", "-o", "pipefail", "-c", &scripts.join("\n")]).current_dir(self.folder.path());
        command.env_clear().env("PATH", std::env::var("PATH")?).env("RUNNER_TEMP", self.folder.path());
        command.env("REUSE_SURFACE_URL", self.hub.base()).env("REPO", "a");
        command.env("REUSE_SURFACE_PROGRAM", self.sources.url("/program"));
        command.env("REUSE_SURFACE_SHA256", Digest::of(program.as_bytes()).hex());
        if of_gitlab {
            command.env("REUSE_SURFACE_ID_TOKEN", identity);
        } else {
            let audience: String = url::form_urlencoded::byte_serialize(self.hub.base().as_bytes()).collect();
            let answer = json!({"count": 1000, "value": identity}).to_string();
            let path = format!("/token?api-version=2.0&audience={audience}");
            self.sources.set(&path, Behaviour::Plain(answer.into_bytes(), String::new()));
            command.env("ACTIONS_ID_TOKEN_REQUEST_URL", self.sources.url("/token?api-version=2.0"));
            command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", OF_JOB);
        }
        Ok(command.output()?)
    }
}

fn index(name: &str) -> String {
    format!("version: 1\ncapabilities:\n- {{id: capability.a, name: {name}}}\n")
}

fn recipe(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ci")).join(name)
}

/// The scripts of the one job of a recipe.
fn scripts(name: &str, folder: &Path) -> Result<Vec<String>> {
    let recipe = yaml::parse(&fs::read_to_string(recipe(name))?)?;
    let steps = match &recipe["jobs"]["publish"]["steps"] {
        Value::Array(steps) => steps.iter().map(|step| step["run"].clone()).collect(),
        _ => recipe["reuse-surface-publish"]["script"].as_array().context("a script")?.clone(),
    };
    let own = format!("{}/", folder.display());
    steps.iter().map(|step| Ok(step.as_str().context("a script")?.replace("/tmp/", &own))).collect()
}

#[tokio::test]
async fn a_job_without_a_secret_publishes_the_commit_that_was_pushed() -> Result<()> {
    let mut forge = Forge::start().await?;
    for (n, name) in
        ["github-actions-publish.yml", "forgejo-actions-publish.yml", "gitlab-ci-publish.yml"].into_iter().enumerate()
    {
        let commit = SHA.replace('2', &n.to_string());
        let title = format!("New {n}");
        forge.sources.index(&format!("/coulomb/a/raw/commit/{commit}/{FILE}"), &index(&title));
        let scripts = scripts(name, forge.folder.path())?;
        let ran = forge.run(&scripts, &commit, name.starts_with("gitlab"))?;
        let (out, err) = (String::from_utf8(ran.stdout)?, String::from_utf8(ran.stderr)?);
        ensure!(ran.status.success(), "{name}: {out}{err}");
        ensure!(!(out.clone() + &err).contains("rs_") && !err.contains("eyJ") && !err.contains(OF_JOB), "{out}{err}");
        let source = forge.hub.get("/v1/repos/a").await?.json();
        let provenance =
            json!({"repository": "coulomb/a", "ref": "refs/heads/main", "commit": commit, "verified": true});
        ensure!(source["status"]["provenance"] == provenance, "{source}");
        let entries = forge.hub.get("/v1/capabilities/capability.a").await?.json();
        ensure!(
            entries["entries"][0]["name"] == title.as_str() && entries["provenance"]["a"] == provenance,
            "{entries}"
        );
        let revisions = forge.hub.get("/v1/federated/revisions").await?.json();
        ensure!(revisions["revisions"][0]["actor"] == "ci:127.0.0.1:coulomb/a@refs/heads/main", "{revisions}");
    }
    // Nothing that a job was given is in the log.
    let log = forge.hub.log();
    ensure!(log.contains("identity-exchanged") && !log.contains("eyJ") && !log.contains("rs_"), "{log}");
    Ok(())
}

#[tokio::test]
async fn a_job_that_may_not_publish_says_what_to_do() -> Result<()> {
    let mut forge = Forge::start().await?;
    let publish = vec![format!("'{}' hub refresh --repo a --oidc", binary().canonicalize()?.display())];
    // The commit is not at the forge.
    let ran = forge.run(&publish, SHA, false)?;
    ensure!(ran.status.code() == Some(1), "{ran:?}");
    let other = vec![publish[0].replace("--repo a", "--repo b")];
    let ran = forge.run(&other, SHA, true)?;
    let err = String::from_utf8(ran.stderr)?;
    ensure!(ran.status.code() == Some(4) && err.contains("identity-not-allowed") && err.contains("hint:"), "{err}");
    let nobody = Command::new(binary()).args(["hub", "refresh", "--repo", "a", "--oidc"]).env_clear().output()?;
    let err = String::from_utf8(nobody.stderr)?;
    ensure!(nobody.status.code() == Some(2) && err.contains("id-token: write"), "{err}");
    Ok(())
}

#[tokio::test]
async fn a_hub_does_not_start_with_issuers_that_make_no_sense() -> Result<()> {
    let folder = TempDir::new()?;
    let file = folder.path().join("issuers.yaml");
    fs::write(&file, "- {issuer: http://git.example.org, audience: a, rules: []}")?;
    let mut serve = Command::new(binary());
    serve.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path());
    let of_file = serve.arg("--ci-issuers").arg(&file).output()?;
    let err = String::from_utf8(of_file.stderr)?;
    ensure!(of_file.status.code() == Some(2) && err.contains("https") && err.contains("hint:"), "{err}");
    Ok(())
}

#[test]
fn only_the_job_that_publishes_has_an_identity() -> Result<()> {
    for name in ["github-actions-publish.yml", "forgejo-actions-publish.yml"] {
        let workflow = yaml::parse(&fs::read_to_string(recipe(name))?)?;
        ensure!(
            workflow["on"]["push"]["branches"] == json!(["main"])
                && workflow["on"].as_object().is_some_and(|on| on.len() == 1)
        );
        ensure!(workflow.get("enable-openid-connect").is_none(), "{name}");
        ensure!(workflow["concurrency"]["cancel-in-progress"] == false, "{name}");
    }
    let github = yaml::parse(&fs::read_to_string(recipe("github-actions-publish.yml"))?)?;
    ensure!(
        github["permissions"] == json!({}) && github["jobs"]["publish"]["permissions"] == json!({"id-token": "write"})
    );
    let mut command = Command::new(tools().join("python/bin/actionlint"));
    let ran = command.args(["-no-color", "-shellcheck="]).arg(recipe("github-actions-publish.yml")).output()?;
    ensure!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    Ok(())
}
