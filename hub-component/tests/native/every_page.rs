//! What every page has: a title, a description, one search, headings in order, and enough contrast; and what a missing page says.

use crate::finding::tagged;
use crate::pages::{PLAIN, says, seen};
use crate::ports::{Hub, index};
use std::collections::BTreeMap;

#[tokio::test]
async fn a_page_that_is_not_there_speaks_to_people() {
    let hub = Hub::new();
    hub.register("a", tagged(&[("pay.card", "beta", "")])).await;
    for (path, status, words) in [
        ("/nothing", 404, "This page does not exist"),
        ("/repos/nobody", 404, "This repo is not registered here It may have been removed or renamed."),
        ("/capabilities/capability.pay.cart", 404, "No repo offers this capability Did you mean capability.pay.card?"),
        ("/capabilities/capability.else", 404, "No repo offers this capability It may have been removed"),
        ("/revisions/7", 404, "This revision does not exist"),
    ] {
        let (answered, _, html) = hub.page(path, PLAIN).await;
        assert_eq!(answered.as_u16(), status, "{path}");
        let page = seen(&html);
        says(&page, words);
        assert!(!page.contains("GET") && !page.contains("/v1/") && !page.contains("openapi.json"), "{path}: {page}");
    }
    let html = hub.html("/capabilities/capability.pay.cart").await;
    assert!(html.contains("href=\"/capabilities/capability.pay.card\""), "{html}");
}

/// The levels of the headings of a page, in order.
fn headings(html: &str) -> Vec<u32> {
    let level = |rest: &str| rest.chars().next().and_then(|level| level.to_digit(10));
    html.split("<h").skip(1).filter_map(level).collect()
}

#[tokio::test]
async fn every_page_has_a_title_a_description_one_search_and_no_gap_between_headings() {
    let hub = Hub::new();
    hub.register("a", tagged(&[("pay", "beta", "money"), ("bill", "beta", "money")])).await;
    hub.publish("a", tagged(&[("pay", "stable", "money"), ("bill", "beta", "money")]));
    hub.compose().await;
    for i in 0..21 {
        hub.register(&format!("r{i}"), index(&format!("r{i}"), 1, 0)).await;
    }
    for (path, title) in [
        ("/", "Find something to reuse"),
        ("/capabilities", "Capabilities"),
        ("/capabilities?q=pay+%3Cb%3E&domain=d&tag=money", "“pay &lt;b&gt;”, domain d, tag money · Capabilities"),
        ("/capabilities/capability.pay", "The pay · capability.pay"),
        ("/repos", "Repos"),
        ("/repos?q=r1", "“r1” · Repos"),
        ("/repos?state=held", "Repos that are held"),
        ("/repos/a", "a"),
        ("/revisions", "Revisions"),
        ("/demand", "What is missing"),
        ("/overlaps", "Overlaps"),
        ("/revisions/2", "Revision 2"),
        ("/problems", "Problem codes"),
        ("/problems/not-found", "not-found"),
        ("/nothing", "This page does not exist"),
        ("/capabilities/capability.pai", "No repo offers this capability"),
    ] {
        let html = hub.html(path).await;
        assert!(html.contains(&format!("<title>{title} · reuse-surface</title>")), "{path}: {html}");
        let (_, description) = html.split_once("<meta name=\"description\" content=\"").expect("a description");
        assert!(!description.starts_with('"'), "{path}");
        for once in ["type=\"search\"", "id=\"search\"", "role=\"search\"", "<h1"] {
            assert_eq!(html.matches(once).count(), 1, "{once} in {path}: {html}");
        }
        let mut before = 0;
        for level in headings(&html) {
            assert!(level <= before + 1, "{path}: h{level} after h{before}");
            before = level;
        }
    }
}

/// The relative luminance of a colour as WCAG defines it.
fn luminance(colour: &str) -> f64 {
    let digits = colour.trim_start_matches('#');
    let width = digits.len() / 3;
    let part = |i: usize| {
        let hex = digits[i * width..(i + 1) * width].repeat(3 - width);
        let part = f64::from(u8::from_str_radix(&hex[..2], 16).expect("hex")) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2)
}

#[tokio::test]
async fn text_and_placeholders_have_contrast_in_light_and_dark() {
    let html = Hub::new().html("/").await;
    assert!(html.contains("::placeholder { color: var(--quiet); opacity: 1; }"));
    let themes: Vec<BTreeMap<&str, &str>> = html
        .split(":root {")
        .skip(1)
        .map(|theme| {
            let block = theme.split('}').next().unwrap_or_default();
            block.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(": ")).collect()
        })
        .collect();
    assert_eq!(themes.len(), 2, "light and dark");
    for theme in themes {
        let contrast = |a: &str, b: &str| {
            let (a, b) = (luminance(theme[a]), luminance(theme[b]));
            (a.max(b) + 0.05) / (a.min(b) + 0.05)
        };
        for ground in ["ground", "raised", "sunken"] {
            for text in ["text", "quiet", "link", "good", "warn", "bad", "wait", "idle"] {
                assert!(
                    contrast(text, ground) >= 4.5,
                    "{text} on {ground}: {:.2} in {theme:?}",
                    contrast(text, ground)
                );
            }
        }
        for band in 0..7 {
            let band = format!("band{band}");
            assert!(contrast(&band, "ground") >= 3.0, "{band}: {:.2}", contrast(&band, "ground"));
        }
    }
}
