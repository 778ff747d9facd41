//! The next page that a `Link` header names (RFC 8288).

/// The target of the first link whose relation is `next`.
pub(super) fn next(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let end = after.find('<').unwrap_or(after.len());
        let parameters = after.get(..end)?;
        let is_next = parameters.split([';', ',']).any(|parameter| {
            let Some((name, value)) = parameter.split_once('=') else { return false };
            name.trim().eq_ignore_ascii_case("rel")
                && value.trim().trim_matches('"').split_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(target.trim());
        }
        rest = after.get(end..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_next_page_is_found_as_forges_name_it() {
        for (header, expected) in [
            (
                "<https://api.github.com/organizations/9919/repos?per_page=100&page=2>; rel=\"next\", <https://api.github.com/organizations/9919/repos?per_page=100&page=5>; rel=\"last\"",
                Some("https://api.github.com/organizations/9919/repos?per_page=100&page=2"),
            ),
            (
                "<https://g.org/a?x=1,2&page=1>; rel=\"prev\", <https://g.org/a?x=1,2&page=3>; rel=\"next\"",
                Some("https://g.org/a?x=1,2&page=3"),
            ),
            ("<https://g.org/a>; rel=\"first\",<https://g.org/b>; rel=next", Some("https://g.org/b")),
            ("<https://g.org/a>; rel=\"prev\"", None),
            ("<https://g.org/a; rel=\"next\"", None),
            ("rel=next", None),
            ("", None),
        ] {
            assert_eq!(next(header), expected, "{header}");
        }
    }
}
