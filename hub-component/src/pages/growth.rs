//! The plot of capabilities by domain over revisions, and the same as a table.

use super::elements::{revision_link, search_link, time};
use maud::{Markup, PreEscaped, html};
use std::fmt::Write as _;
use store::revisions::{Growth, Sample};

/// The size of the plot in its own units; the style gives it the width of the page.
const PLOT_WIDTH: i64 = 1000;
const PLOT_HEIGHT: i64 = 300;

/// What the domains without a band of their own are called.
const OTHERS: &str = "other domains";

/// A band of the plot: the capabilities of a domain, or of all others, in each sample.
struct Band<'a> {
    domain: Option<&'a str>,
    counts: &'a [i64],
}

impl Band<'_> {
    fn label(&self) -> Markup {
        match self.domain {
            Some(domain) => search_link("domain", domain),
            None => html! { (OTHERS) },
        }
    }

    fn newest(&self) -> i64 {
        self.counts.last().copied().unwrap_or_default()
    }
}

/// The plot and its table; nothing if there are not two revisions to compare.
pub(super) fn section(growth: &Growth) -> Markup {
    let (Some(first), Some(last)) = (growth.samples.first(), growth.samples.last()) else { return html! {} };
    if first.revision == last.revision {
        return html! {};
    }
    let mut bands: Vec<Band<'_>> =
        growth.domains.iter().map(|(domain, counts)| Band { domain: Some(domain), counts }).collect();
    if growth.others.iter().any(|count| *count != 0) {
        bands.push(Band { domain: None, counts: &growth.others });
    }
    html! {
        h2 { "Capabilities by domain" }
        figure.growth {
            (plot(&bands, first, last))
            (legend(&bands))
            details {
                summary { "As a table" }
                (table(&bands, &growth.samples))
            }
        }
    }
}

fn plot(bands: &[Band<'_>], first: &Sample, last: &Sample) -> Markup {
    let samples = bands.first().map_or(0, |band| band.counts.len());
    let total = |i: usize| bands.iter().filter_map(|band| band.counts.get(i)).sum::<i64>();
    let top = round_up((0..samples).map(total).max().unwrap_or_default());
    let label = format!(
        "Capabilities by domain from revision {} to revision {}: {} at first, {} now.",
        first.revision,
        last.revision,
        total(0),
        total(samples.saturating_sub(1))
    );
    let mut below = vec![0; samples];
    let shapes: Vec<String> = bands.iter().map(|band| shape(band, &mut below, top)).collect();
    html! {
        div.plot {
            div.scale aria-hidden="true" { span { (top) } span { (top / 2) } span { "0" } }
            svg viewBox={ "0 0 " (PLOT_WIDTH) " " (PLOT_HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(label) {
                @for y in [0, PLOT_HEIGHT / 2, PLOT_HEIGHT] { line.grid x1="0" x2=(PLOT_WIDTH) y1=(y) y2=(y) {} }
                // Digits, letters and spaces only.
                @for (i, shape) in shapes.iter().enumerate() { path.{ "band" (class(bands, i)) } d=(PreEscaped(shape)) {} }
            }
            div.ends {
                span { (revision_link(first.revision)) ", " (time(first.composed_at)) }
                span { (revision_link(last.revision)) ", " (time(last.composed_at)) }
            }
        }
    }
}

/// The number of a band's colour: the others always have the last one.
fn class(bands: &[Band<'_>], i: usize) -> usize {
    if bands.get(i).is_some_and(|band| band.domain.is_none()) { 6 } else { i }
}

/// The outline of a band on top of those `below`, to which it is added.
fn shape(band: &Band<'_>, below: &mut [i64], top: i64) -> String {
    let intervals = i64::try_from(below.len()).unwrap_or(1).saturating_sub(1).max(1);
    let place = |i: usize, count: i64| {
        let x = i64::try_from(i).unwrap_or_default() * PLOT_WIDTH / intervals;
        (x, PLOT_HEIGHT - count.max(0) * PLOT_HEIGHT / top)
    };
    let lower: Vec<(i64, i64)> = below.iter().enumerate().map(|(i, count)| place(i, *count)).collect();
    let mut path = String::new();
    for (i, (below, count)) in below.iter_mut().zip(band.counts).enumerate() {
        *below += count;
        let (x, y) = place(i, *below);
        // Writing into a String cannot fail.
        let _ = write!(path, "{}{x} {y}", if i == 0 { 'M' } else { 'L' });
    }
    for (x, y) in lower.iter().rev() {
        let _ = write!(path, "L{x} {y}");
    }
    path.push('Z');
    path
}

/// The next even number with one digit that is not zero, so that the scale has round numbers.
fn round_up(count: i64) -> i64 {
    let mut step = 1;
    while step * 10 < count {
        step *= 10;
    }
    let whole = (count + step - 1) / step * step;
    (whole + whole % 2).max(2)
}

fn legend(bands: &[Band<'_>]) -> Markup {
    html! {
        ul.legend {
            @for (i, band) in bands.iter().enumerate() {
                li {
                    svg viewBox="0 0 16 16" aria-hidden="true" { rect.{ "band" (class(bands, i)) } width="16" height="16" {} }
                    (band.label()) " " span.number.quiet { (band.newest()) }
                }
            }
        }
    }
}

/// The numbers of the plot, newest first.
fn table(bands: &[Band<'_>], samples: &[Sample]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Capabilities by domain and revision" {
            table.grid role="table" {
                thead role="rowgroup" {
                    tr role="row" {
                        th role="columnheader" scope="col" { "Revision" }
                        @for band in bands { th.number role="columnheader" scope="col" { (band.label()) } }
                        th.number role="columnheader" scope="col" { "All" }
                    }
                }
                tbody role="rowgroup" {
                    @for (i, sample) in samples.iter().enumerate().rev() {
                        tr role="row" {
                            th role="rowheader" scope="row" { a href={ "/revisions/" (sample.revision) } { (sample.revision) } }
                            @for band in bands { td.number role="cell" { (band.counts.get(i).copied().unwrap_or_default()) } }
                            td.number role="cell" { (bands.iter().filter_map(|band| band.counts.get(i)).sum::<i64>()) }
                        }
                    }
                }
            }
        }
    }
}
