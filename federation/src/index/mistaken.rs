//! Recognises files that people publish by mistake instead of an index, and says what they are.

use crate::problem::{Kind, indexes};
use crate::yaml::YamlError;

/// How a pointer begins (git-lfs, docs/spec.md).
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The longest target of a symbolic link on Linux, in bytes.
const MAX_LINK_BYTES: usize = 4096;

/// If the file is recognised as something else: what it is, and what to do.
pub(super) fn known(bytes: &[u8]) -> Option<(&'static Kind, &'static str)> {
    let start = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii_start();
    match start {
        [b'<', next, ..] if next.is_ascii_alphabetic() || matches!(next, b'!' | b'?') => Some((
            &indexes::NOT_AN_INDEX,
            "this looks like an HTML or XML page, not an index: use the URL of the raw file, and check that it can be read without signing in",
        )),
        _ if start.starts_with(LFS_POINTER) => Some((
            &indexes::LFS_POINTER,
            "this is a Git LFS pointer, not the index: take the index out of Git LFS (`git lfs untrack`) and commit it again",
        )),
        [0x1f, 0x8b, ..] => Some((
            &indexes::INVALID_UTF8,
            "the file is compressed with gzip: publish it uncompressed, or send it with `Content-Encoding: gzip`",
        )),
        _ if start.starts_with(b"\0GITCRYPT\0") => {
            Some((&indexes::NOT_AN_INDEX, "the file is encrypted with git-crypt: publish the index unencrypted"))
        }
        _ if is_link(start.trim_ascii_end()) => Some((
            &indexes::NOT_AN_INDEX,
            "the file is a symbolic link, and the raw address returns only its target: use the URL of the file that it points to",
        )),
        _ => None,
    }
}

/// A path alone, as forges send it for a symbolic link.
fn is_link(text: &[u8]) -> bool {
    text.len() <= MAX_LINK_BYTES
        && [&b".yaml"[..], b".yml", b".json"].iter().any(|end| text.ends_with(end))
        && !text.iter().any(|byte| byte.is_ascii_whitespace() || b"{}[]:\"'".contains(byte))
}

/// What is most likely behind an error of the YAML parser, and what to do.
pub(super) fn hint(text: &str, error: &YamlError) -> Option<&'static str> {
    if text.lines().any(|line| line.starts_with("<<<<<<< ")) {
        return Some("the file has the markers of a merge conflict (`<<<<<<<`): resolve the conflict and commit again");
    }
    // Elsewhere in the file, such marks may be quoted text.
    let before = error.line.and_then(|line| usize::try_from(line).ok()?.checked_sub(1));
    let failing = before.and_then(|lines| text.lines().nth(lines)).unwrap_or_default();
    if failing.contains("{{") || failing.contains("{%") {
        return Some("this may be a template that was not rendered: publish the rendered file");
    }
    if error.message.contains("mapping values are not allowed") {
        return Some("put a text that contains `: ` in quotes");
    }
    error.message.contains("unexpected character").then_some("put a text that begins with this character in quotes")
}

#[cfg(test)]
mod tests {
    use crate::index::check;

    #[test]
    fn what_people_publish_by_mistake_is_called_by_its_name() {
        for (text, code, words) in [
            (&b"\x1f\x8b\x08\0"[..], "invalid-utf8", "gzip"),
            (b"\0GITCRYPT\0abc", "not-an-index", "git-crypt"),
            (b"../indexes/capabilities.yaml\n", "not-an-index", "symbolic link"),
            (b"index.json", "not-an-index", "symbolic link"),
            (b"\xef\xbb\xbf\n\n<html><title>Sign in</title>", "not-an-index", "without signing in"),
            (b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "not-an-index", "without signing in"),
            (b"version https://git-lfs.github.com/spec/v1\n", "lfs-pointer", "git lfs untrack"),
            (b"version: 1\n<<<<<<< HEAD\ncapabilities: []\n=======\n>>>>>>> a\n", "invalid-yaml", "merge conflict"),
            (b"version: 1\ncapabilities:\n- id: {{ .Values.id }}\n", "key-not-string", "template"),
            (b"version: 1\n{% for x in y %}\n", "invalid-yaml", "template"),
            (b"version: 1\ncapabilities:\n- id: a.b\n  name: State: publish\n", "invalid-yaml", "in quotes"),
            (b"version: 1\ncapabilities:\n- id: a.b\n  name: @team\n", "invalid-yaml", "in quotes"),
        ] {
            let verdict = check(text);
            let found = &verdict.diagnostics[0];
            assert_eq!(found.code.as_str(), code, "{text:?}: {}", found.message);
            assert!(found.message.contains(words) && found.line.is_some(), "{text:?}: {found:?}");
        }
    }

    #[test]
    fn what_only_looks_like_a_mistake_is_judged_as_it_is() {
        let valid = "version: 1\ncapabilities:\n- {id: a.b, name: '{{ x }}', path: docs/a.yaml}\n";
        assert!(check(valid.as_bytes()).is_valid());
        for (text, code) in [("a.yaml b", "not-an-index"), ("[a.yaml]", "not-an-index"), ("", "empty-document")] {
            let verdict = check(text.as_bytes());
            let found = &verdict.diagnostics[0];
            assert!(found.code.as_str() == code && !found.message.contains("link"), "{text}: {found:?}");
        }
    }
}
