//! Clients generated from the OpenAPI document without a warning: each is compiled, then registers, changes, searches, keeps a catalogue and
//! reads an error.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, TOKEN, index, tools};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");

/// A hub, a source, and a directory with the clients and the hub's OpenAPI document.
struct Setup {
    hub: Hub,
    folder: TempDir,
    index_url: String,
    _sources: Sources,
}

impl Setup {
    async fn new() -> Result<Self> {
        let (hub, sources, folder) = (Hub::start()?, Sources::start()?, TempDir::new()?);
        fs::write(folder.path().join("openapi.json"), hub.get("/openapi.json").await?.text)?;
        fs::write(folder.path().join("package.json"), r#"{"type": "module"}"#)?;
        for file in fs::read_dir(CLIENTS)? {
            let file = file?;
            fs::copy(file.path(), folder.path().join(file.file_name()))?;
        }
        symlink(tools().join("node/node_modules"), folder.path().join("node_modules"))?;
        let index_url = sources.index("/i.yaml", &index(&["capability.a"]));
        Ok(Self { hub, folder, index_url, _sources: sources })
    }

    /// Runs a program in the directory, with the client's settings in its environment.
    fn run(&self, program: &Path, arguments: &[&str]) -> Result<String> {
        let document = self.folder.path().join("openapi.json");
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.folder.path())
            .env("HUB_URL", self.hub.base())
            .env("HUB_TOKEN", TOKEN)
            .env("INDEX_URL", &self.index_url)
            .env("HUB_OPENAPI", document)
            .env("PYTHONPATH", ".")
            .env("REDOCLY_TELEMETRY", "off")
            .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
            .output()
            .with_context(|| format!("{}: run `cargo xtask test`, which installs the tools", program.display()))?;
        let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "{} {arguments:?}\n{said}\n{failed}", program.display());
        Ok(format!("{said}{failed}"))
    }

    /// Runs a Node.js program, which must print no warning.
    fn node(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let said = self.run(&tools().join("node/node_modules/.bin").join(program), arguments)?;
        // What a program says about its Node.js does not concern the document.
        let about = said.to_lowercase().replace("deprecation warning: node.js", "");
        ensure!(!about.contains("warn") && !about.contains('⚠'), "{program}: {said}");
        Ok(())
    }
}

#[tokio::test]
async fn redocly_has_nothing_to_say() -> Result<()> {
    Setup::new().await?.node("redocly", &["lint", "--max-problems", "20", "openapi.json"])
}

#[tokio::test]
async fn clients_in_typescript_compile_and_work() -> Result<()> {
    let setup = Setup::new().await?;
    setup.node("openapi-typescript", &["openapi.json", "-o", "generated/openapi-typescript.ts"])?;
    setup.node("orval", &["--config", "orval.config.mjs"])?;
    setup.node("openapi-ts", &["-f", "hey_api.config.mjs"])?;
    setup.node("tsc", &[])?;
    for client in ["openapi_fetch", "hey_api", "orval"] {
        setup.run(Path::new("node"), &[&format!("built/{client}.js")])?;
    }
    Ok(())
}

#[tokio::test]
async fn a_client_in_python_imports_and_works() -> Result<()> {
    let setup = Setup::new().await?;
    let python = tools().join("python/bin");
    let mut generate =
        vec!["generate", "--path", "openapi.json", "--output-path", "generated_client", "--meta", "none"];
    generate.extend(["--config", "openapi_python_client.yaml", "--fail-on-warning"]);
    setup.run(&python.join("openapi-python-client"), &generate)?;
    setup.run(&python.join("python"), &["python_client.py"])?;
    Ok(())
}
