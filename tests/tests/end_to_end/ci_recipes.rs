//! The recipes of `docs/ci` do what they say, step by step in the shell that the runner uses.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Behaviour, Hub, Sources, binary, tools};
use federation::digest::Digest;
use federation::yaml;
use serde_json::Value;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc::{Receiver, channel};
use tempfile::TempDir;

const ACTIONS: [&str; 3] = ["github-actions.yml", "gitea-actions.yml", "forgejo-actions.yml"];

const OLD: &str =
    "version: 1\ncapabilities:\n- {id: capability.a.kept, name: Kept}\n- {id: capability.a.gone, name: Gone}\n";
const NEW: &str =
    "version: 1\ncapabilities:\n- {id: capability.a.kept, name: Kept}\n- {id: capability.a.new, name: New}\n";
const WRONG: &str = "version: 1\ncapabilities:\n- {id: Not an id, name: Wrong}\n";

fn recipe(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ci")).join(name)
}

/// The script that a runner downloads as the program: it starts the binary under test.
fn program() -> Result<String> {
    Ok(format!("#!/bin/sh\nexec '{}' \"$@\"\n", binary().canonicalize()?.display()))
}

/// A repository on a runner, with the hub at which it is registered, and a forge that takes comments.
struct Runner {
    hub: Hub,
    sources: Sources,
    folder: TempDir,
    forge: String,
    comments: Receiver<String>,
}

impl Runner {
    async fn start() -> Result<Self> {
        let (hub, sources, folder) = (Hub::start()?, Sources::start()?, TempDir::new()?);
        hub.register("a", &sources.index("/a", OLD)).await?;
        fs::create_dir_all(folder.path().join("registry/indexes"))?;
        sources.set("/program", Behaviour::Plain(program()?.into_bytes(), String::new()));
        // The GitHub command line, as far as the recipe uses it: it shows its arguments and the file.
        let gh = folder.path().join("gh");
        fs::write(&gh, "#!/bin/sh\necho \"$*\" > gh.log\n")?;
        ensure!(Command::new("chmod").arg("+x").arg(&gh).status()?.success());
        let (forge, comments) = forge()?;
        Ok(Self { hub, sources, folder, forge, comments })
    }

    fn write(&self, index: &str) -> Result<()> {
        Ok(fs::write(self.folder.path().join("registry/indexes/capabilities.yaml"), index)?)
    }

    /// Runs a script as the runner does.
    fn run(&self, script: &str, variables: &[(&str, &str)]) -> Result<Output> {
        let digest = Digest::of(program()?.as_bytes());
        let path = format!("{}:{}", self.folder.path().display(), std::env::var("PATH")?);
        let mut command = Command::new("bash");
        command.args(["-e", "-o", "pipefail", "-c", script]).current_dir(self.folder.path());
        command.envs([("PATH", path.as_str()), ("REUSE_SURFACE_URL", self.hub.base()), ("REPO", "a")]);
        command.env("REUSE_SURFACE_PROGRAM", self.sources.url("/program"));
        command.env("REUSE_SURFACE_SHA256", digest.hex());
        command.env("INDEX", "registry/indexes/capabilities.yaml").env_remove("REUSE_SURFACE_TOKEN");
        command
            .env("RUNNER_TEMP", self.folder.path())
            .env("GITHUB_STEP_SUMMARY", self.folder.path().join("summary.md"));
        command.env("GITHUB_SERVER_URL", &self.forge).env("GITHUB_REPOSITORY", "coulomb/a");
        command.env("CI_API_V4_URL", format!("{}/api/v4", self.forge)).env("CI_PROJECT_ID", "7");
        command.env("CI_MERGE_REQUEST_IID", "12").envs(variables.iter().copied());
        Ok(command.output()?)
    }

    fn comment(&self) -> Result<String> {
        fs::read_to_string(self.folder.path().join("check.md")).context("check.md")
    }
}

/// A server that answers 201 to everything, and passes on each request as text.
fn forge() -> Result<(String, Receiver<String>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let (mut request, mut chunk) = (String::new(), [0; 4096]);
            let is_whole = |request: &str| {
                let (head, body) = request.split_once("\r\n\r\n")?;
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                Some(body.len() >= length.unwrap_or(0))
            };
            while is_whole(&request) != Some(true) {
                let Ok(count @ 1..) = stream.read(&mut chunk) else { break };
                request.push_str(&String::from_utf8_lossy(&chunk[..count]));
            }
            let _ = stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            if sender.send(request).is_err() {
                break;
            }
        }
    });
    Ok((base, receiver))
}

/// The scripts of the steps of the one job, by name.
fn steps(recipe_name: &str) -> Result<Vec<(String, String)>> {
    let workflow = yaml::parse(&fs::read_to_string(recipe(recipe_name))?)?;
    let steps = workflow["jobs"]["check"]["steps"].as_array().context("steps")?;
    let script = |step: &Value| Some((step["name"].as_str()?.to_owned(), step["run"].as_str()?.to_owned()));
    Ok(steps.iter().filter_map(script).collect())
}

#[tokio::test]
async fn a_pull_request_is_told_what_it_would_change() -> Result<()> {
    let runner = Runner::start().await?;
    for name in ACTIONS {
        let steps = steps(name)?;
        let step = |wanted: &str| {
            steps.iter().find(|(step, _)| step == wanted).map(|(_, script)| script.as_str()).context(wanted.to_owned())
        };
        runner.write(NEW)?;
        for wanted in ["Get the program", "Check the index", "Comment"] {
            let ran = runner.run(step(wanted)?, &[("NUMBER", "12"), ("TOKEN", "secret"), ("GH_TOKEN", "secret")])?;
            ensure!(ran.status.success(), "{name}, {wanted}: {}", String::from_utf8_lossy(&ran.stderr));
        }
        let comment = runner.comment()?;
        for part in ["capability.a.new", "capability.a.gone", "added", "removed"] {
            ensure!(comment.contains(part), "{name}: {part} is not in {comment}");
        }
        if name == "github-actions.yml" {
            let called = fs::read_to_string(runner.folder.path().join("gh.log"))?;
            ensure!(
                called.contains("pr comment 12 --repo coulomb/a") && called.contains("--body-file check.md"),
                "{called}"
            );
            ensure!(fs::read_to_string(runner.folder.path().join("summary.md"))?.contains("capability.a.new"));
        } else {
            let posted = runner.comments.recv()?;
            ensure!(posted.starts_with("POST /api/v1/repos/coulomb/a/issues/12/comments "), "{posted}");
            let (head, body) = posted.split_once("\r\n\r\n").context("a body")?;
            ensure!(head.contains("Authorization: token secret"), "{head}");
            ensure!(serde_json::from_str::<Value>(body)?["body"] == comment.as_str(), "{body}");
        }
        runner.write(WRONG)?;
        let refused = runner.run(step("Check the index")?, &[])?;
        ensure!(!refused.status.success() && runner.comment()?.contains("schema-pattern"), "{}", runner.comment()?);
    }
    Ok(())
}

#[tokio::test]
async fn a_merge_request_is_told_what_it_would_change() -> Result<()> {
    let runner = Runner::start().await?;
    let job = yaml::parse(&fs::read_to_string(recipe("gitlab-ci.yml"))?)?;
    let scripts: Vec<&str> =
        job["reuse-surface"]["script"].as_array().context("a script")?.iter().filter_map(Value::as_str).collect();
    // GitLab runs all lines in one shell.
    let script = scripts.join("\n").replace("/tmp/", &format!("{}/", runner.folder.path().display()));
    runner.write(NEW)?;
    let ran = runner.run(&script, &[("GITLAB_TOKEN", "secret")])?;
    ensure!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let posted = runner.comments.recv()?;
    ensure!(posted.starts_with("POST /api/v4/projects/7/merge_requests/12/notes "), "{posted}");
    ensure!(posted.contains("PRIVATE-TOKEN: secret") && posted.contains("capability.a.new"), "{posted}");
    runner.write(WRONG)?;
    ensure!(!runner.run(&script, &[])?.status.success() && runner.comment()?.contains("schema-pattern"));
    Ok(())
}

#[tokio::test]
async fn an_index_that_names_its_repo_needs_no_option_even_if_it_is_wrong() -> Result<()> {
    let runner = Runner::start().await?;
    for (index, sentence) in [(NEW, "is valid"), (WRONG, "is not valid")] {
        runner.write(&index.replace("version: 1\n", "version: 1\nrepo: a\n"))?;
        let script = "reuse-surface hub check \"$INDEX\" --format markdown";
        let program = binary().canonicalize()?.display().to_string();
        let ran = runner.run(&script.replace("reuse-surface", &program), &[])?;
        let text = String::from_utf8(ran.stdout)?;
        ensure!(text.contains(sentence) && ran.status.success() == (index == NEW), "{text}");
    }
    let nobodys = runner.run(&format!("'{}' hub check - < /dev/null", binary().canonicalize()?.display()), &[])?;
    ensure!(nobodys.status.code() == Some(2), "{nobodys:?}");
    Ok(())
}

#[tokio::test]
async fn another_program_than_the_pinned_one_is_not_run() -> Result<()> {
    let runner = Runner::start().await?;
    for name in ACTIONS {
        let (_, script) = steps(name)?.into_iter().next().context("a step")?;
        let ran = runner.run(&script, &[("REUSE_SURFACE_SHA256", &"0".repeat(64))])?;
        ensure!(!ran.status.success(), "{name} takes any program");
    }
    Ok(())
}

#[test]
fn the_workflows_are_valid() -> Result<()> {
    for name in ACTIONS {
        let mut command = Command::new(tools().join("python/bin/actionlint"));
        // actionlint does not know Forgejo's addresses of actions and labels of runners.
        command.args([
            "-no-color",
            "-shellcheck=",
            "-ignore",
            "label \"docker\" is unknown",
            "-ignore",
            "specifying action",
        ]);
        let ran = command.arg(recipe(name)).output()?;
        ensure!(ran.status.success(), "{name}: {}", String::from_utf8_lossy(&ran.stdout));
    }
    Ok(())
}
