//! The modules of a crate and the arrows between them, as its text shows them.
//!
//! An arrow goes from the module whose code uses a name to the module that defines it, whatever modules re-export it in between.
//! `use` counts, and so does each path in code: `crate::x`, `self::x`, `super::x`, and `child::x` of a child. Declaring a child with
//! `mod` is not an arrow, and neither is `pub use child::X` alone: it says where outsiders find `X`. As soon as the same module's own code
//! uses `X`, it is one. So a parent may gather its children, or use them, or give them what they share, but not the last two at once.

use anyhow::{Context as _, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The path of a module; empty for the root.
pub(super) type Name = Vec<String>;

/// The modules of a crate, with the modules that each uses.
pub(super) struct Crate {
    arrows: BTreeMap<Name, BTreeSet<Name>>,
}

impl Crate {
    /// Reads the crate in this folder of the workspace.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let mut texts = BTreeMap::new();
        collect(&folder.join("src"), &mut Vec::new(), &mut texts)?;
        ensure!(texts.len() > 3, "{}: hardly any modules were found", folder.display());
        Ok(Self::of(&texts))
    }

    /// The crate with these texts of modules.
    pub(super) fn of(texts: &BTreeMap<Name, String>) -> Self {
        let names: BTreeMap<&Name, BTreeMap<String, Name>> =
            texts.iter().map(|(name, text)| (name, names(name, text))).collect();
        let mut arrows = BTreeMap::new();
        // The code generated from WIT names the resources that the host implements, and these use its types.
        for (name, text) in texts.iter().filter(|(name, _)| !name.iter().any(|part| part == "bindings")) {
            let targets = paths(text).into_iter().filter_map(|path| resolve(name, &path, texts, &names));
            arrows.insert(name.clone(), targets.filter(|target| target != name).collect());
        }
        Self { arrows }
    }

    /// Dependencies between the children of `folder`, each with an example. The folder's own module is a child without a name.
    pub(super) fn between_children(&self, folder: &[String]) -> BTreeMap<(String, String), String> {
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

    /// Every module that has children, and the root.
    pub(super) fn folders(&self) -> BTreeSet<Name> {
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

/// The names that the `use` statements of a module bring, with their targets: children see private ones too. Glob imports are not used.
fn names(name: &Name, text: &str) -> BTreeMap<String, Name> {
    let mut brought = BTreeMap::new();
    for (statement, _) in statements(text) {
        for path in expand(&statement) {
            let mut path: Name = path.into_iter().filter(|part| part != "self").collect();
            let Some(last) = path.pop() else { continue };
            let (item, shown) = last.split_once(" as ").unwrap_or((&last, &last));
            let mut target = name.clone();
            let mut path = path.into_iter().peekable();
            if path.next_if(|part| part == "crate").is_some() {
                target.clear();
            }
            while path.next_if(|part| part == "super").is_some() {
                target.pop();
            }
            target.extend(path);
            if item == shown && target == *name {
                target.push(item.to_owned());
            }
            brought.insert(shown.to_owned(), target);
        }
    }
    brought
}

/// The `use` statements of a text without their keyword, and whether each is a re-export.
fn statements(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for statement in text.split(';') {
        if let Some(start) = statement.lines().position(is_use) {
            let statement: String = statement.lines().skip(start).collect::<Vec<_>>().join(" ");
            if let Some((visibility, path)) = statement.split_once("use ") {
                found.push((path.split_whitespace().collect::<Vec<_>>().join(" "), visibility.contains("pub")));
            }
        }
    }
    found
}

fn is_use(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("use ") || (line.starts_with("pub") && line.contains(" use "))
}

/// A text without its `use` statements, the declarations of its children, and the content of its strings.
fn code(text: &str) -> String {
    let kept = |statement: &str| statement.lines().take_while(|line| !is_use(line)).collect::<Vec<_>>().join("\n");
    let declares = |statement: &&str| statement.split_whitespace().rev().nth(1) == Some("mod");
    let code = text.split(';').filter(|statement| !declares(statement)).map(kept).collect::<Vec<_>>().join(";");
    let code = code.replace(r"\\", "").replace("\\\"", "").replace("'\"'", "");
    code.split('"').step_by(2).collect::<Vec<_>>().join(" ")
}

/// The names and paths in code, without fields, methods and the names of functions where they are defined.
fn words(code: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    let (mut words, mut rest, mut after_fn) = (Vec::new(), code, false);
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !is_part(c)).unwrap_or(from.len()));
        let is_member = before.ends_with('.') && !before.ends_with("..");
        if !is_member && !after_fn {
            words.push(word);
        }
        (after_fn, rest) = (word == "fn", after);
    }
    words
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

/// Every path that a text uses: in private `use` statements, in re-exports of what its own code uses, and in code.
fn paths(text: &str) -> Vec<Name> {
    let code = code(text);
    let written: Vec<Vec<&str>> = words(&code).into_iter().map(|word| word.split("::").collect()).collect();
    let own: BTreeSet<&str> = written.iter().filter_map(|path| path.first().copied()).collect();
    let is_own = |path: &Name| path.last().is_some_and(|last| own.contains(last.rsplit(" as ").next().unwrap_or(last)));
    let imported = statements(text).into_iter().flat_map(|(statement, public)| {
        expand(&statement).into_iter().filter(|path| !public || is_own(path)).collect::<Vec<_>>()
    });
    let written = written.iter().filter(|path| path.len() > 1);
    imported.chain(written.map(|path| path.iter().map(|part| part.trim_matches(':').to_owned()).collect())).collect()
}

/// The module that a path refers to, if it is in this crate.
fn resolve(
    from: &Name,
    path: &Name,
    texts: &BTreeMap<Name, String>,
    names: &BTreeMap<&Name, BTreeMap<String, Name>>,
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
        } else if let Some(target) = names.get(&here).and_then(|brought| brought.get(part)) {
            here.clone_from(target);
        } else {
            break;
        }
    }
    texts.contains_key(&here).then_some(here)
}
