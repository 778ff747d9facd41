//! The direction of dependencies: compares the `use` lines and internal paths of every crate with what `docs/architecture.md` allows.

use anyhow::{Context as _, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The crates, with the workspace crates that each may use.
const CRATES: [(&str, &[&str]); 6] = [
    ("federation", &[]),
    ("api", &["federation"]),
    ("store", &["federation"]),
    ("hub-component", &["federation", "api", "store"]),
    ("runtime", &["federation", "api"]),
    ("cli", &["federation", "api", "store", "runtime"]),
];

/// The modules of the hub, with the modules that each may use.
const HUB: [(&str, &[&str]); 11] = [
    ("log", &[]),
    ("ports", &[]),
    ("problem", &["ports"]),
    ("hub", &["log", "ports", "problem"]),
    ("edge", &["hub", "log", "ports", "problem"]),
    ("openapi", &["edge", "problem"]),
    ("routes", &["edge", "hub", "openapi", "ports", "problem"]),
    ("pages", &["edge", "hub", "openapi", "ports", "problem"]),
    ("mcp", &["edge", "hub", "ports", "problem"]),
    ("router", &["edge", "hub", "mcp", "openapi", "pages", "ports", "problem", "routes"]),
    ("spin", &["hub", "ports", "router"]),
];

/// The path of a module; empty for the root.
type Name = Vec<String>;

/// The modules of a crate, with the modules that each uses.
struct Crate {
    arrows: BTreeMap<Name, BTreeSet<Name>>,
}

impl Crate {
    fn read(folder: &str) -> Result<Self> {
        let mut texts = BTreeMap::new();
        collect(&Path::new(ROOT).join(folder).join("src"), &mut Vec::new(), &mut texts)?;
        ensure!(texts.len() > 3, "{folder}: hardly any modules were found");
        let reexports: BTreeMap<&Name, BTreeMap<String, Name>> =
            texts.iter().map(|(name, text)| (name, reexports(name, text))).collect();
        let mut arrows = BTreeMap::new();
        // What is generated of WIT names the resources that the host implements, and they use its types.
        for (name, text) in texts.iter().filter(|(name, _)| !name.iter().any(|part| part == "bindings")) {
            let targets = paths(text).into_iter().filter_map(|path| resolve(name, &path, &texts, &reexports));
            arrows.insert(name.clone(), targets.filter(|target| target != name).collect());
        }
        Ok(Self { arrows })
    }

    /// Dependencies between the children of `folder`, each with an example. The folder's own module is a child without a name.
    fn between_children(&self, folder: &[String]) -> BTreeMap<(String, String), String> {
        let child = |name: &Name| {
            let rest = name.strip_prefix(folder)?;
            Some(rest.first().cloned().unwrap_or_default())
        };
        let mut between = BTreeMap::new();
        for (from, targets) in &self.arrows {
            for to in targets {
                if let (Some(a), Some(b)) = (child(from), child(to))
                    && a != b
                {
                    between.entry((a, b)).or_insert_with(|| format!("{} -> {}", from.join("::"), to.join("::")));
                }
            }
        }
        between
    }

    fn folders(&self) -> BTreeSet<Name> {
        self.arrows.keys().flat_map(|name| (0..name.len()).map(|length| name[..length].to_vec())).collect()
    }
}

fn collect(folder: &Path, prefix: &mut Name, texts: &mut BTreeMap<Name, String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() {
            prefix.push(stem);
            collect(&path, prefix, texts)?;
            prefix.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") && stem != "tests" {
            let mut name = prefix.clone();
            if !matches!(stem.as_str(), "mod" | "lib" | "main") {
                name.push(stem);
            }
            texts.insert(name, without_tests(&fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

fn without_tests(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The names that a module re-exports, with their targets; glob imports are not used.
fn reexports(name: &Name, text: &str) -> BTreeMap<String, Name> {
    let mut given = BTreeMap::new();
    for (statement, public) in statements(text) {
        if public {
            for path in expand(&statement) {
                let mut path: Name = path.into_iter().filter(|part| part != "self").collect();
                let Some(last) = path.pop() else { continue };
                let (item, shown) = last.split_once(" as ").unwrap_or((&last, &last));
                let mut target =
                    if path.first().is_some_and(|part| part == "crate") { Vec::new() } else { name.clone() };
                target.extend(path.into_iter().filter(|part| part != "crate"));
                if item == shown && target == *name {
                    target.push(item.to_owned());
                }
                given.insert(shown.to_owned(), target);
            }
        }
    }
    given
}

/// The `use` statements of a text without their keyword, and whether each is a re-export.
fn statements(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for statement in text.split(';') {
        let start = statement.lines().position(|line| {
            let line = line.trim_start();
            line.starts_with("use ") || (line.starts_with("pub") && line.contains(" use "))
        });
        if let Some(start) = start {
            let statement: String = statement.lines().skip(start).collect::<Vec<_>>().join(" ");
            if let Some((visibility, path)) = statement.split_once("use ") {
                found.push((path.split_whitespace().collect::<Vec<_>>().join(" "), visibility.contains("pub")));
            }
        }
    }
    found
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`.
fn expand(path: &str) -> Vec<Name> {
    let Some((before, rest)) = path.split_once('{') else {
        return vec![path.split("::").map(|part| part.trim().to_owned()).collect()];
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let prefix: Name = before.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    let (mut depth, mut piece, mut pieces) = (0, String::new(), Vec::new());
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                pieces.push(std::mem::take(&mut piece));
                continue;
            }
            _ => {}
        }
        piece.push(c);
    }
    pieces.push(piece);
    let pieces = pieces.iter().map(|piece| piece.trim()).filter(|piece| !piece.is_empty());
    pieces.flat_map(expand).map(|tail| prefix.iter().cloned().chain(tail).collect()).collect()
}

/// Every path that a text uses, in private `use` statements and in code.
fn paths(text: &str) -> Vec<Name> {
    let mut paths: Vec<Name> =
        statements(text).into_iter().filter(|(_, public)| !public).flat_map(|(path, _)| expand(&path)).collect();
    for start in ["crate::", "super::"] {
        for (at, _) in text.match_indices(start) {
            let path: String =
                text[at..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
            paths.push(path.trim_end_matches(':').split("::").map(str::to_owned).collect());
        }
    }
    paths
}

/// The module that a path refers to, if it is in this crate.
fn resolve(
    from: &Name,
    path: &Name,
    texts: &BTreeMap<Name, String>,
    reexports: &BTreeMap<&Name, BTreeMap<String, Name>>,
) -> Option<Name> {
    let mut parts = path.iter().map(|part| part.split_once(" as ").map_or(part.as_str(), |(part, _)| part)).peekable();
    let mut here = match parts.next()? {
        "crate" => Vec::new(),
        "self" => from.clone(),
        "super" => {
            let mut here = from.clone();
            here.pop()?;
            while parts.next_if(|part| *part == "super").is_some() {
                here.pop()?;
            }
            here
        }
        first => {
            // A child module, or another crate.
            let mut child = from.clone();
            child.push(first.to_owned());
            texts.contains_key(&child).then_some(child)?
        }
    };
    for part in parts {
        let mut child = here.clone();
        child.push(part.to_owned());
        if texts.contains_key(&child) {
            here = child;
        } else if let Some(target) = reexports.get(&here).and_then(|given| given.get(part)) {
            here.clone_from(target);
        } else {
            break;
        }
    }
    texts.contains_key(&here).then_some(here)
}

/// The first cycle among these dependencies, as a list of names.
fn circle(arrows: &BTreeMap<(String, String), String>) -> Option<Vec<String>> {
    let mut left: BTreeSet<&(String, String)> = arrows.keys().collect();
    loop {
        let sources: BTreeSet<&String> = left.iter().map(|(from, _)| from).collect();
        let targets: BTreeSet<&String> = left.iter().map(|(_, to)| to).collect();
        let before = left.len();
        // A node without outgoing or incoming edges is on no cycle.
        left.retain(|(from, to)| sources.contains(to) && targets.contains(from));
        if left.len() == before {
            break;
        }
    }
    let mut on: Vec<String> = left.iter().map(|(from, _)| from.clone()).collect();
    on.dedup();
    (!on.is_empty()).then_some(on)
}

#[test]
fn crates_use_what_they_may() -> Result<()> {
    for (name, may) in CRATES {
        let manifest = fs::read_to_string(Path::new(ROOT).join(name).join("Cargo.toml"))?;
        let own = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        for (other, _) in CRATES {
            let uses = own
                .lines()
                .any(|line| line.starts_with(&format!("{other}.")) || line.starts_with(&format!("{other} ")));
            ensure!(!uses || may.contains(&other), "{name} may not depend on {other}");
        }
    }
    Ok(())
}

#[test]
fn no_front_of_the_hub_uses_another() -> Result<()> {
    let arrows = Crate::read("hub-component")?.between_children(&[]);
    for ((from, to), example) in &arrows {
        let may = HUB.iter().find(|(name, _)| name == from).map(|(_, may)| *may);
        let may = may.with_context(|| format!("`{from}` stands in no layer"))?;
        ensure!(may.contains(&to.as_str()), "{example}: `{from}` may not use `{to}`");
    }
    ensure!(arrows.contains_key(&("routes".to_owned(), "hub".to_owned())), "no arrow was found at all");
    Ok(())
}

#[test]
fn there_are_no_circles() -> Result<()> {
    let mut circles = Vec::new();
    for (name, _) in CRATES {
        let modules = Crate::read(name)?;
        for folder in modules.folders() {
            let arrows = modules.between_children(&folder);
            if let Some(on) = circle(&arrows) {
                let examples: Vec<&String> =
                    arrows.iter().filter(|((a, b), _)| on.contains(a) && on.contains(b)).map(|(_, it)| it).collect();
                circles.push(format!("{name}/{}: {examples:#?}", folder.join("/")));
            }
        }
    }
    ensure!(circles.is_empty(), "{}", circles.join("\n"));
    Ok(())
}
