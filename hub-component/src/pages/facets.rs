//! The facets of a search: what it can be narrowed to, each with its number of capabilities.

use super::elements::external_text;
use super::parameters::Parameters;
use maud::{Markup, html};
use store::facets::{Facet, Facets};

/// The filters that are set, each with a link that removes it.
pub(super) fn chosen(parameters: &Parameters) -> Markup {
    let chosen: Vec<_> = parameters.filters().into_iter().filter(|(_, _, value)| !value.is_empty()).collect();
    html! {
        @if !chosen.is_empty() {
            ul.choices aria-label="Active filters" {
                @for (name, label, value) in chosen {
                    li {
                        a aria-current="true" href=(parameters.with(name, "")) {
                            span.hidden { "Remove " } (label) " " b { (external_text(value)) } span aria-hidden="true" { " ×" }
                        }
                    }
                }
            }
        }
    }
}

/// The facets beside the results.
pub(super) fn section(parameters: &Parameters, facets: &Facets) -> Markup {
    let all = [&facets.domains, &facets.repos, &facets.statuses, &facets.tags];
    // In the order of the filters.
    let named = [("domain", "Domains"), ("repo", "Repos"), ("status", "Status"), ("tag", "Tags")];
    html! {
        @if all.iter().any(|facet| !facet.values.is_empty()) {
            aside.facets #filters aria-labelledby="filters-title" {
                h2 #filters-title { "Narrow it down" }
                p.small.quiet {
                    @if parameters.has_words() { "The numbers count all capabilities, not only those that were found." }
                    @else { "The numbers count capabilities." }
                }
                @for (facet, (name, title)) in all.into_iter().zip(named) { (one(parameters, facet, name, title)) }
            }
        }
    }
}

fn one(parameters: &Parameters, facet: &Facet, name: &str, title: &str) -> Markup {
    let set = parameters.value(name);
    html! {
        @if !facet.values.is_empty() {
            h3 { (title) }
            ul {
                @for (value, count) in &facet.values {
                    li {
                        a href=(parameters.with(name, value)) aria-current=[(value == set).then_some("true")] { (external_text(value)) }
                        " " span.number.quiet { (count) }
                    }
                }
                @if facet.total > facet.values.len() { li.quiet { "and " (facet.total - facet.values.len()) " more" } }
            }
        }
    }
}
