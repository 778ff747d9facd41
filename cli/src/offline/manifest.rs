//! The manifest, which lists the sources.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use federation::diagnostic::Diagnostic;
use federation::document;
use federation::index::SourceFormat;
use federation::limits::MAX_DECODED_BYTES;
use federation::problem::indexes;
use federation::registration::Registration;
use federation::schema::Schema;
use federation::source_url;
use federation::yaml;
use serde::Deserialize;
use serde_json::Value;
use std::env;
use std::path::{Path, PathBuf};

/// A validated manifest.
#[derive(Debug)]
pub(crate) struct Manifest {
    path: PathBuf,
    /// Ordered by repo; each repo once.
    pub(crate) sources: Vec<Source>,
}

/// The source of a repo's capabilities.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// An index at a URL.
    Remote(Registration),
    /// An index in the manifest's own repository.
    Local(Local),
}

/// A local index.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Local {
    pub(crate) repo: String,
    /// The path, relative to the root of the manifest's repository.
    pub(crate) index: String,
    pub(crate) domain: String,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) format: SourceFormat,
}

fn yes() -> bool {
    true
}

impl Source {
    pub(crate) fn repo(&self) -> &str {
        match self {
            Self::Remote(source) => &source.repo,
            Self::Local(source) => &source.repo,
        }
    }

    pub(crate) fn domain(&self) -> &str {
        match self {
            Self::Remote(source) => &source.domain,
            Self::Local(source) => &source.domain,
        }
    }

    pub(crate) fn is_enabled(&self) -> bool {
        match self {
            Self::Remote(source) => source.enabled,
            Self::Local(source) => source.enabled,
        }
    }

    pub(crate) fn is_required(&self) -> bool {
        match self {
            Self::Remote(source) => source.required,
            Self::Local(source) => source.required,
        }
    }
}

impl Manifest {
    /// Reads the manifest at `path`.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let bytes = input::read(&name, MAX_DECODED_BYTES).map_err(|failure| {
            failure.hint("set --manifest to the manifest file, or create one with `reuse-surface hub sync`")
        })?;
        let sources = document::read(Schema::Federation, &bytes)
            .map_err(|found| without_secrets(found, &bytes))
            .and_then(|value| sources(&value, &bytes));
        let mut sources = sources.map_err(|found| {
            Failure::new(Exit::Refused, format!("{name} is not a valid manifest"))
                .because(found.iter().map(|found| format!("{name}:{found}")))
                .hint("correct these lines; `reuse-surface explain CODE` explains each code")
        })?;
        sources.sort_by(|one, other| one.repo().cmp(other.repo()));
        Ok(Self { path: path.to_owned(), sources })
    }

    /// The path of the local index `index`. Paths start at the root of the git repository that contains the manifest, or at the current
    /// directory if there is none.
    pub(crate) fn locate(&self, index: &str) -> PathBuf {
        let manifest = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        let repository = manifest.ancestors().skip(1).find(|folder| folder.join(".git").exists());
        repository.map(Path::to_owned).or_else(|| env::current_dir().ok()).unwrap_or_default().join(index)
    }

    /// The path of the lock file next to the manifest at `path`, such as `sources.lock.yaml`.
    pub(crate) fn lock_path(path: &Path) -> PathBuf {
        path.with_extension("lock.yaml")
    }
}

fn sources(value: &Value, bytes: &[u8]) -> Result<Vec<Source>, Vec<Diagnostic>> {
    let items = value.get("sources").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut sources: Vec<Source> = Vec::with_capacity(items.len());
    let mut found = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (number, item) in items.iter().enumerate() {
        let at = |pointer: &str| format!("/sources/{number}{pointer}");
        match source(item) {
            Ok(source) if seen.insert(source.repo().to_owned()) => sources.push(source),
            Ok(source) => {
                let message = format!("the repo `{}` is already listed: every repo has one source", source.repo());
                found.push(Diagnostic::error(&indexes::DUPLICATE_REPO, at("/repo"), message));
            }
            Err(errors) => found.extend(errors.into_iter().map(|mut error| {
                error.pointer = at(&error.pointer).into();
                error
            })),
        }
    }
    if found.is_empty() {
        return Ok(sources);
    }
    document::place(&String::from_utf8_lossy(bytes), value, &mut found);
    Err(found)
}

/// Replaces findings of the schema's URL pattern, which quote a URL that may contain a password, with findings of the URL rules.
pub(crate) fn without_secrets(mut found: Vec<Diagnostic>, bytes: &[u8]) -> Vec<Diagnostic> {
    let value = std::str::from_utf8(bytes).ok().and_then(|text| yaml::parse(text).ok()).unwrap_or_default();
    for found in &mut found {
        if let Some(url) = value.pointer(&found.pointer).and_then(Value::as_str)
            && found.pointer.ends_with("/url")
            && let Err(refused) = source_url::parse(url)
        {
            found.code = refused.code.into();
            found.message = refused.message.into();
        }
    }
    found
}

fn source(item: &Value) -> Result<Source, Vec<Diagnostic>> {
    if item.get("index").is_some() {
        let local = Local::deserialize(item);
        return local
            .map(Source::Local)
            .map_err(|error| vec![Diagnostic::error(&indexes::SCHEMA_TYPE, "", error.to_string())]);
    }
    Registration::from_value(item).map(Source::Remote).map_err(|errors| {
        errors.into_iter().map(|error| Diagnostic::error(error.code, error.pointer, error.message)).collect()
    })
}
