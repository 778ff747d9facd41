//! URLs: what is accepted stays the same, however often it is read, and is nothing that a hub must not fetch.
#![no_main]

use federation::compose::Filter;
use federation::source_url;

libfuzzer_sys::fuzz_target!(|text: &str| {
    match source_url::parse(text) {
        Ok(url) => {
            assert!(matches!(url.scheme(), "http" | "https"));
            assert!(url.username().is_empty() && url.password().is_none());
            assert_ne!(url.port(), Some(0));
            let host = url.host_str().expect("a host").trim_end_matches('.');
            assert!(!host.is_empty());
            assert!(host != "self.alt" && host != "spin.internal" && !host.ends_with(".spin.internal"), "{url}");
            match source_url::parse(url.as_str()) {
                Ok(again) => assert_eq!(again, url),
                // Percent-encoding makes it longer.
                Err(refused) => assert_eq!(refused.code.code, "url-too-long"),
            }
        }
        Err(refused) => assert!(fuzz::is_code(refused.code.code) && fuzz::is_harmless(&refused.message), "{refused:?}"),
    }
    let (domain, repo) = text.split_once('\n').unwrap_or((text, text));
    match Filter::parse(Some(domain), Some(repo)) {
        Ok(filter) => {
            let [domain, repo] =
                [&filter.domain, &filter.repo].map(|names| names.as_ref().map(|names| names.join(",")));
            assert_eq!(Filter::parse(domain.as_deref(), repo.as_deref()), Ok(filter));
        }
        Err(refused) => assert!(fuzz::is_harmless(&refused.to_string()), "{refused:?}"),
    }
});
