//! The commands of the runbook and the pages next to it. Commands that need no cluster are run; commands for a cluster are parsed by the
//! real kubectl and helm, which find no cluster (`cluster/`).

use super::rendered::{containers, name, of_kind, pod, render, texts};
use super::tools::{documents, kubernetes_tools, output, python, read, root};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, TOKEN, binary, index};
use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const PAGES: [&str; 4] = [
    "docs/deploy/README.md",
    "deploy/helm/reuse-surface/README.md",
    "deploy/kubernetes/README.md",
    "deploy/spinkube/README.md",
];

/// Blocks that are not run: how each begins, and why it is not run.
const NOT_RUN: [(&str, &str); 6] = [
    (
        "VERSION=",
        "builds and pushes the images: needs their bases and a registry. `image.rs` builds them on another base",
    ),
    ("MIRROR=", "needs the pod of a mirror, and the disk of its node"),
    ("kubectl -n reuse-surface port-forward service/reuse-surface-database-rw ", "needs the database of the cluster"),
    ("docker create ", "needs the image from the registry"),
    ("cd ../railiance-secrets", "needs sops and the repository of the secrets"),
    ("sops decrypt ", "needs sops and the keys of the cluster"),
];

/// The `sh` blocks of a page.
fn blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        // A block in a list item is indented.
        if let Some(indent) = line.strip_suffix("```sh").map(str::len) {
            let block = lines.by_ref().map(|line| line.get(indent..).unwrap_or_default());
            blocks.push(block.take_while(|line| *line != "```").collect::<Vec<_>>().join("\n"));
        }
    }
    blocks
}

/// A directory like a clone, with the files that the pages mention, and a simulated cluster.
struct Place {
    folder: TempDir,
    hub: Hub,
    _sources: Sources,
}

impl Place {
    async fn new() -> Result<Self> {
        let (hub, sources, folder) = (Hub::start()?, Sources::start()?, TempDir::new()?);
        hub.register("state-hub", &sources.index("/i.yaml", &index(&["state.read"]))).await?;
        let place = Self { folder, hub, _sources: sources };
        for part in ["deploy", "runtime-config.toml"] {
            symlink(root().canonicalize()?.join(part), place.path(part))?;
        }
        for (file, token) in [("token", TOKEN), ("new-token", TOKEN), ("old-token", "another")] {
            fs::write(place.path(file), token)?;
        }
        let copy = place.path("backup.db");
        output(Command::new(binary()).args(["backup", "--data-dir"]).arg(place.hub.data()).arg(&copy))?;
        fs::create_dir_all(place.path("cluster/volume"))?;
        fs::copy(copy, place.path("cluster/volume/daily.db"))?;
        let daily = render(&[])?.into_iter().find(|it| name(it) == "CronJob/reuse-surface-backup-daily");
        fs::write(place.path("cluster/cronjob.json"), daily.context("no job")?.to_string())?;
        let volume =
            |claim: &str, path: &Path| json!({"spec": {"claimRef": {"name": claim}, "hostPath": {"path": path}}});
        let volumes = [
            volume("data-reuse-surface-0", place.hub.data()),
            volume("reuse-surface-backup", &place.path("cluster/volume")),
        ];
        fs::write(place.path("cluster/volumes.json"), json!({"items": volumes}).to_string())?;
        fs::write(place.path("cluster/hub.log"), place.hub.log())?;
        Ok(place)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Runs commands as an operator would, at the top of a clone.
    fn run(&self, commands: &str) -> Result<String> {
        let shims = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deploy/cluster");
        let program = binary().canonicalize()?;
        let path = [&shims, program.parent().context("no folder")?, Path::new(&std::env::var("PATH")?)]
            .map(|it| it.display().to_string())
            .join(":");
        let mut bash = Command::new("bash");
        // Background jobs of a block are stopped at its end.
        let commands = format!("trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n{commands}");
        bash.args(["-euo", "pipefail", "-c", &commands]).current_dir(self.folder.path()).env_clear();
        bash.env("PATH", path).env("HOME", self.folder.path()).env("TOKEN", TOKEN).env("CLUSTER", self.path("cluster"));
        bash.env("REUSE_SURFACE_URL", self.hub.base());
        bash.env("REAL", kubernetes_tools()?).env("KUBECONFIG", shims.join("config.yaml"));
        output(&mut bash)
    }
}

#[tokio::test]
async fn the_commands_of_the_runbook_do_what_they_say() -> Result<()> {
    let place = Place::new().await?;
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let mut left_out = Vec::new();
    let mut printed = String::new();
    for page in PAGES {
        for block in blocks(&read(page)?) {
            if let Some(named) = NOT_RUN.iter().position(|(begins, _)| block.starts_with(begins)) {
                left_out.push(named);
                continue;
            }
            let commands = block
                .replace("http://127.0.0.1:8080", place.hub.base())
                .replace("https://reuse.coulomb.social", place.hub.base())
                .replace("127.0.0.1:8081", &free)
                .replace(" REVISION ", " 3 ");
            printed += &place.run(&commands).with_context(|| format!("{page}:\n{block}"))?;
        }
    }
    left_out.sort_unstable();
    ensure!(left_out == (0..NOT_RUN.len()).collect::<Vec<_>>(), "an exception has no block, or two: {left_out:?}");
    // Three checks with a token: from outside, in the pod, and after the rotation.
    ensure!(printed.matches("ok       round-trip").count() == 3, "{printed}");
    ensure!(printed.contains("identical bytes"), "the restored document was not verified:\n{printed}");
    let rendered = fs::read_to_string(place.path("rendered.yaml"))?;
    ensure!(rendered.contains("kind: StatefulSet"), "{rendered}");
    is_a_restore(&place)
}

/// Checks the job that the runbook derives from the backup job.
fn is_a_restore(place: &Place) -> Result<()> {
    let file = place.path("cluster/applied.json");
    output(python("kubernetes-validate").args(["--strict", "--no-warn", "-k", "1.37"]).arg(&file))?;
    let job: Value = serde_json::from_slice(&fs::read(&file)?)?;
    let spec = &job["spec"]["template"]["spec"];
    ensure!(spec["affinity"].is_null(), "it would wait for a hub that was stopped: {job:#}");
    ensure!(texts(&spec["containers"][0]["args"]) == ["restore", "--data-dir=/data", "/backup/daily.db"], "{job:#}");
    let daily = render(&[])?;
    let backup = of_kind(&daily, "CronJob").into_iter().find_map(pod).context("no job")?;
    ensure!(spec["containers"][0]["volumeMounts"] == containers(backup)[0]["volumeMounts"], "{job:#}");
    Ok(())
}

#[tokio::test]
async fn a_command_that_kubectl_or_helm_would_refuse_is_seen() -> Result<()> {
    let place = Place::new().await?;
    place.run("kubectl get pods && helm history reuse-surface")?;
    for wrong in
        ["kubectl get pods --no-such-flag", "helm rollback reuse-surface NO-NUMBER", "kubectl apply -f missing.yaml"]
    {
        ensure!(place.run(wrong).is_err(), "{wrong}");
    }
    Ok(())
}

/// Checks what the section on PostgreSQL names against the chart with PostgreSQL.
#[test]
fn what_is_named_on_postgresql_is_there() -> Result<()> {
    let page = read("docs/deploy/README.md")?;
    let (_, section) = page.split_once("\n## Operating on PostgreSQL\n").context("no section")?;
    let commands = blocks(section.split("\n## ").next().unwrap_or_default()).join("\n");
    let objects = render(&["--set", "database.cluster.enabled=true,database.cluster.backup.objectStore=store"])?;
    let there: Vec<_> = objects.iter().map(|object| name(object).to_lowercase()).collect();
    let named: Vec<_> = commands.split_whitespace().filter(|word| word.contains("/reuse-surface")).collect();
    ensure!(named.len() > 3, "{commands}");
    for word in named {
        ensure!(there.iter().any(|it| it == word), "{word} is not among {there:?}");
    }
    let (_, manifest) = commands.split_once("<<YAML\n").context("no backup")?;
    let backup = &documents(manifest.split("\nYAML").next().unwrap_or_default())?[0]["spec"];
    let scheduled = &of_kind(&objects, "ScheduledBackup")[0]["spec"];
    for field in ["cluster", "method", "pluginConfiguration"] {
        ensure!(!backup[field].is_null() && backup[field] == scheduled[field], "{field}: {backup} {scheduled}");
    }
    Ok(())
}

/// Checks complete commands in the text.
#[tokio::test]
async fn commands_within_sentences_are_ones_too() -> Result<()> {
    let place = Place::new().await?;
    let mut seen = 0;
    for page in PAGES {
        for code in read(page)?.split('`').skip(1).step_by(2) {
            let is_whole = ["kubectl -n ", "helm uninstall ", "helm template "].iter().any(|it| code.starts_with(it));
            if is_whole && !code.contains(['…', '\n']) {
                place.run(code).with_context(|| format!("{page}: {code}"))?;
                seen += 1;
            }
        }
    }
    ensure!(seen > 5, "{seen}");
    Ok(())
}
