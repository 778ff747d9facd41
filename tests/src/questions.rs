//! Questions with graded answers, and measures of how well a hub answers them.

use crate::{Hub, Sources};
use anyhow::{Context as _, Result, bail, ensure};
use federation::yaml;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// Number of results that the measures take into account.
const RESULTS: usize = 10;

/// A capability: its repo and its id.
pub type Key = (String, String);

/// Indexes, and questions about them.
pub struct Set {
    /// The indexes as they are served, by repo.
    pub indexes: BTreeMap<String, String>,
    /// The questions.
    pub questions: Vec<Question>,
    /// For a deprecated capability, its successor.
    pub successors: HashMap<Key, Key>,
}

/// A question.
pub struct Question {
    /// Its kind, such as `typo`.
    pub kind: String,
    /// The question itself.
    pub text: String,
    /// The capabilities that answer it: 2 is exactly what was asked for, 1 helps. Empty if nothing fits.
    pub relevant: HashMap<Key, u32>,
    /// Capabilities that are removed from an answer before it is measured.
    pub ignored: BTreeSet<Key>,
}

/// How well a hub answers the questions of a set.
#[derive(Debug, Default)]
pub struct Quality {
    /// Mean nDCG of the first ten results, with gains 3 and 1.
    pub ndcg: f64,
    /// Mean share of the relevant capabilities among the first five results.
    pub recall: f64,
    /// The same as `ndcg`, by kind.
    pub by_kind: BTreeMap<String, f64>,
    /// Questions that have an answer and got no result.
    pub empty: usize,
    /// Questions that have an answer.
    pub answerable: usize,
    /// Questions without an answer: how many the hub recognised as such, and how many there are.
    pub recognised: (usize, usize),
    /// Questions whose first five results have a deprecated capability above its successor.
    pub stale: usize,
}

/// The folder of the set in this repository.
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/search"))
}

impl Set {
    /// Reads a set in the form of `tests/search`: `corpus/*.yaml` and a file of questions.
    ///
    /// # Errors
    /// If a file cannot be read, or what a question names is not exactly one capability.
    pub fn read(folder: &Path, questions: &Path) -> Result<Self> {
        let (mut indexes, mut successors) = (BTreeMap::new(), HashMap::new());
        let mut repos = HashMap::<String, Vec<String>>::new();
        for file in fs::read_dir(folder.join("corpus"))? {
            let text = fs::read_to_string(file?.path())?;
            let index = yaml::parse(&text)?;
            let repo = text_of(&index, "repo")?;
            for capability in index["capabilities"].as_array().into_iter().flatten() {
                let id = text_of(capability, "id")?;
                if let Some(successor) = capability["replaced_by"].as_str() {
                    successors.insert((repo.clone(), id.clone()), (repo.clone(), successor.to_owned()));
                }
                repos.entry(id).or_default().push(repo.clone());
            }
            indexes.insert(repo, text);
        }
        let text = fs::read_to_string(questions)?;
        let questions = text.lines().skip(1).map(|line| Question::read(line, &repos)).collect::<Result<_>>()?;
        Ok(Self { indexes, questions, successors })
    }

    /// Registers every index with a hub.
    ///
    /// # Errors
    /// If one is not accepted.
    pub async fn register(&self, hub: &Hub, sources: &Sources) -> Result<()> {
        for (repo, text) in &self.indexes {
            hub.register(repo, &sources.index(&format!("/{repo}"), text)).await?;
        }
        Ok(())
    }

    /// Asks a hub all questions.
    ///
    /// # Errors
    /// If a question is refused.
    pub async fn ask(&self, hub: &Hub) -> Result<Quality> {
        let mut quality = Quality::default();
        let mut counts = BTreeMap::<String, f64>::new();
        for question in &self.questions {
            let limit = RESULTS + question.ignored.len();
            let answer = hub.get(&format!("{}&limit={limit}", path(&question.text))).await?;
            ensure!(answer.status == 200, "{}: {}", question.text, answer.text);
            let page = answer.json();
            let found = results(&page)?.into_iter().filter(|key| !question.ignored.contains(key));
            let found: Vec<Key> = found.take(RESULTS).collect();
            let is_stale = |(at, key): (usize, &Key)| {
                self.successors.get(key).is_some_and(|successor| !found.iter().take(at).any(|other| other == successor))
            };
            quality.stale += usize::from(found.iter().enumerate().take(5).any(is_stale));
            if question.relevant.is_empty() {
                quality.recognised.0 += usize::from(page["fit"] != "good");
                quality.recognised.1 += 1;
                continue;
            }
            quality.answerable += 1;
            quality.empty += usize::from(found.is_empty());
            let ndcg = question.ndcg(&found);
            quality.ndcg += ndcg;
            quality.recall += question.recall(&found);
            *quality.by_kind.entry(question.kind.clone()).or_default() += ndcg;
            *counts.entry(question.kind.clone()).or_default() += 1.0;
        }
        let answerable = quality.answerable as f64;
        quality.ndcg /= answerable;
        quality.recall /= answerable;
        for (kind, sum) in &mut quality.by_kind {
            *sum /= counts.get(kind).copied().unwrap_or(1.0);
        }
        Ok(quality)
    }
}

impl Question {
    fn read(line: &str, repos: &HashMap<String, Vec<String>>) -> Result<Self> {
        let mut columns = line.split('\t').skip(1);
        let (kind, text) = columns.next().zip(columns.next()).context("a question has four columns")?;
        let mut relevant = HashMap::new();
        for item in columns.next().unwrap_or_default().split_whitespace() {
            let (what, grade) = item.split_once('=').with_context(|| format!("{item} has no grade"))?;
            let (repo, id) = what.rsplit_once('/').map_or((None, what), |(repo, id)| (Some(repo), id));
            let id = format!("capability.{id}");
            let repo = match (repo, repos.get(&id).map(Vec::as_slice)) {
                (Some(repo), Some(_)) => repo.to_owned(),
                (None, Some([repo])) => repo.clone(),
                _ => bail!("{item} names no single capability"),
            };
            relevant.insert((repo, id), grade.parse()?);
        }
        Ok(Self { kind: kind.to_owned(), text: text.to_owned(), relevant, ignored: BTreeSet::new() })
    }

    fn ndcg(&self, found: &[Key]) -> f64 {
        let sum = |grades: &mut dyn Iterator<Item = u32>| -> f64 {
            (2u32..).zip(grades).map(|(place, grade)| f64::from((1u32 << grade) - 1) / f64::from(place).log2()).sum()
        };
        let mut best: Vec<u32> = self.relevant.values().copied().collect();
        best.sort_unstable_by(|a, b| b.cmp(a));
        let got = sum(&mut found.iter().map(|key| self.relevant.get(key).copied().unwrap_or_default()));
        got / sum(&mut best.into_iter().take(RESULTS))
    }

    fn recall(&self, found: &[Key]) -> f64 {
        let hits = found.iter().take(5).filter(|key| self.relevant.contains_key(*key)).count();
        hits as f64 / self.relevant.len() as f64
    }
}

/// The path of a search for a text, with as few fields as possible.
pub fn path(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    format!("/v1/capabilities?fields=id&q={}", text.bytes().map(encoded).collect::<String>())
}

fn results(page: &Value) -> Result<Vec<Key>> {
    let entries = page["capabilities"].as_array().context("a page has capabilities")?;
    entries.iter().map(|entry| Ok((text_of(entry, "source_repo")?, text_of(entry, "id")?))).collect()
}

fn text_of(value: &Value, name: &str) -> Result<String> {
    value[name].as_str().map(str::to_owned).with_context(|| format!("{name} is missing in {value}"))
}

/// Reads the Cranfield collection: 1,400 abstracts as capabilities, and 225 questions.
///
/// Codes 1 and 2 count as 2, codes 3 and 4 as 1. The code -1 marks the paper that its author derived the question from; it is
/// ignored.
///
/// # Errors
/// If a file is missing, or not in the form of the collection.
pub fn cranfield(folder: &Path) -> Result<Set> {
    let blocks = |name: &str| -> Result<Vec<String>> {
        let text = format!("\n{}", fs::read_to_string(folder.join(name))?);
        Ok(text.split("\n.I ").skip(1).map(str::to_owned).collect())
    };
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut indexes, mut keys) = (BTreeMap::<String, Vec<Value>>::new(), HashMap::new());
    for block in blocks("cran.all.1400")? {
        let (number, rest) = block.split_once('\n').context("a number")?;
        let number: usize = number.trim().parse()?;
        let (title, rest) = rest.split_once(".T").and_then(|(_, rest)| rest.split_once("\n.A")).context("a title")?;
        let (title, text) = (squeezed(title), squeezed(rest.split_once("\n.W").context("a text")?.1));
        let text = text.strip_prefix(&title).map_or(text.as_str(), str::trim_start);
        let name = if title.is_empty() { "untitled".to_owned() } else { title.chars().take(500).collect() };
        let (repo, id) = (format!("cran-{}", (number - 1) / 200), format!("capability.cran.d{number:04}"));
        indexes.entry(repo.clone()).or_default().push(json!({"id": id, "name": name, "summary": text}));
        keys.insert(number, (repo, id));
    }
    let mut questions = Vec::new();
    for block in blocks("cran.qry")? {
        let text = squeezed(block.split_once(".W").context("a question")?.1);
        questions.push(Question {
            kind: "cranfield".to_owned(),
            text,
            relevant: HashMap::new(),
            ignored: BTreeSet::new(),
        });
    }
    for line in fs::read_to_string(folder.join("cranqrel"))?.lines() {
        let numbers = line.split_whitespace().map(str::parse).collect::<Result<Vec<i32>, _>>()?;
        let [question, paper, code] = numbers[..] else { bail!("{line} has not three numbers") };
        // The judgements count the questions in their order, whatever number they have.
        let question = usize::try_from(question - 1).ok().and_then(|at| questions.get_mut(at)).context("a question")?;
        let key = keys.get(&usize::try_from(paper)?).context("a paper")?.clone();
        if code == -1 {
            question.relevant.remove(&key);
            question.ignored.insert(key);
        } else if !question.ignored.contains(&key) {
            question.relevant.insert(key, if code <= 2 { 2 } else { 1 });
        }
    }
    let index = |(repo, capabilities): (String, Vec<Value>)| {
        let text = json!({"version": 1, "repo": repo, "capabilities": capabilities}).to_string();
        (repo, text)
    };
    Ok(Set { indexes: indexes.into_iter().map(index).collect(), questions, successors: HashMap::new() })
}
