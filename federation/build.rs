//! Turns the lists of stop words and synonyms into sorted tables, so that a search looks them up without reading them.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[path = "src/search/language/stems.rs"]
mod stems;
#[path = "src/search/language/synonym_table.rs"]
mod synonym_table;
#[path = "src/search/words.rs"]
#[allow(dead_code, reason = "the tables need only some of it")]
mod words;

const FOLDER: &str = "src/search";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={FOLDER}");
    let folder = Path::new(FOLDER).join("language");
    let out = env::var("OUT_DIR")?;

    let mut code = String::new();
    for (name, file) in [("ENGLISH", "stop_words_english.txt"), ("GERMAN", "stop_words_german.txt")] {
        let text = fs::read_to_string(folder.join(file))?;
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let words: BTreeSet<String> = lines.flat_map(words::words).collect();
        writeln!(code, "static {name}: &[&str] = &{:?};", words.iter().collect::<Vec<_>>())?;
    }
    fs::write(Path::new(&out).join("stop_words.rs"), code)?;

    let table = synonym_table::read(&fs::read_to_string(folder.join("synonyms.txt"))?);
    let mut code = "static SYNONYMS: &[(&str, &[&str])] = &[\n".to_owned();
    for (key, synonyms) in &table {
        writeln!(code, "    ({key:?}, &{:?}),", synonyms.iter().collect::<Vec<_>>())?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&out).join("synonyms.rs"), code)?;
    Ok(())
}
