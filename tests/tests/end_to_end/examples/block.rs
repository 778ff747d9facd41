//! An `http` block: a request and the expected response.

use anyhow::{Context as _, Result};
use reqwest::Method;

pub struct Block {
    /// The first line of the block in the specification.
    pub line: usize,
    pub method: Method,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub status: u16,
    pub answer_headers: Vec<(String, String)>,
    pub answer: String,
}

impl Block {
    /// All `http` blocks of a page.
    pub fn all(page: &str) -> Result<Vec<Self>> {
        let parsed =
            |(line, text): (usize, Vec<&str>)| Self::parse(line, &text).with_context(|| format!("line {line}"));
        fenced(page, "http").into_iter().map(parsed).collect()
    }

    fn parse(line: usize, text: &[&str]) -> Result<Self> {
        let answer = text.iter().position(|line| line.starts_with("HTTP/1.1 ")).context("no status line")?;
        let (request, answer) = text.split_at(answer);
        let (first, headers, body) = message(request)?;
        let (status, answer_headers, answer) = message(answer)?;
        let (method, path) = first.split_once(' ').context("no path")?;
        Ok(Self {
            line,
            method: method.parse()?,
            path: path.to_owned(),
            headers,
            body,
            status: status.split(' ').nth(1).context("no status")?.parse()?,
            answer_headers,
            answer,
        })
    }

    /// Whether the block is an example of an operation.
    pub fn is_of(&self, method: &str, template: &str) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        let (mut parts, mut pattern) = (path.split('/'), template.split('/'));
        let same =
            parts.by_ref().zip(pattern.by_ref()).all(|(part, pattern)| pattern.starts_with('{') || part == pattern);
        same && path.split('/').count() == template.split('/').count()
            && self.method.as_str().eq_ignore_ascii_case(method)
    }
}

/// The blocks of a page in a language, each with the number of its first line.
pub fn fenced<'a>(page: &'a str, language: &str) -> Vec<(usize, Vec<&'a str>)> {
    let fence = format!("```{language}");
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        // A block in a list item is indented.
        if line.trim_start() == fence {
            let indent = line.len() - line.trim_start().len();
            let rest = lines.by_ref().map(|(_, line)| line.get(indent..).unwrap_or_default());
            blocks.push((number + 1, rest.take_while(|line| *line != "```").collect()));
        }
    }
    blocks
}

type Message = (String, Vec<(String, String)>, String);

/// The first line, the headers, and the body without surrounding empty lines.
fn message(lines: &[&str]) -> Result<Message> {
    let (first, rest) = lines.split_first().context("an empty message")?;
    let end = rest.iter().position(|line| line.is_empty()).unwrap_or(rest.len());
    let headers = rest[..end].iter().map(|line| {
        let (name, value) = line.split_once(':').with_context(|| format!("`{line}` is not a header"))?;
        Ok((name.to_owned(), value.trim().to_owned()))
    });
    Ok(((*first).to_owned(), headers.collect::<Result<_>>()?, rest[end..].join("\n").trim().to_owned()))
}
