//! `/problems`: what each code means and how to resolve the problem.

mod html;

use crate::edge::{AppForRequest, Path, StaticContent, preferred_type};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds, quoted};
use api::paths;
use axum::response::Response;
use federation::problem::{self, Kind, Place};
use http::header::VARY;
use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use std::fmt::Write as _;
use utoipa::ToSchema;

const MARKDOWN: &str = "text/markdown; charset=utf-8";
const JSON: &str = "application/json";
const HTML: &str = "text/html";

/// Kinds of problems.
#[derive(Serialize, ToSchema)]
pub struct Problems {
    /// The kinds, with meaning and remedy.
    #[schema(value_type = Vec<Kind>)]
    problems: Vec<&'static Kind>,
}

/// Lists all codes.
///
/// What each code of this hub means and what to do about it: as Markdown, as JSON, or as a page.
#[utoipa::path(
    get,
    path = paths::PROBLEMS,
    operation_id = "listProblems",
    tag = "about",
    params(Conditional),
    responses(
        (
            status = 200,
            description = "All codes, in Markdown, as JSON or as a page.",
            content((String = "text/markdown"), (Problems = "application/json"), (String = "text/html")),
            headers(("ETag"), ("Cache-Control"), ("Vary")),
        ),
    ),
)]
pub async fn list<P: Ports>(AppForRequest(app): AppForRequest<P>, request: HeaderMap) -> Response {
    let kinds: Vec<&'static Kind> = problem::all().collect();
    respond(
        &request,
        &kinds,
        || html::problems(&kinds, &request, app.public_url()),
        || {
            let mut text =
                "# Problems\n\nWhat the codes of this hub mean, and how to resolve each problem.\n".to_owned();
            for kind in &kinds {
                // Writing into a String cannot fail.
                let _ = write!(
                    text,
                    "\n- [`{0}`](/problems/{0}) ({1}): {2}. {3}.",
                    kind.code,
                    place(kind),
                    kind.title,
                    sentence(kind.remedy)
                );
            }
            text.push('\n');
            text
        },
    )
}

/// Explains a code.
///
/// What it means and what to do, for each place where it occurs. `type` of every problem leads here.
#[utoipa::path(
    get,
    path = paths::PROBLEM,
    operation_id = "explainProblem",
    tag = "about",
    params(
        ("code" = String, Path, description = "The code.", example = "repo-not-found"),
        Conditional,
    ),
    responses(
        (
            status = 200,
            description = "The explanation, in Markdown, as JSON or as a page.",
            content((String = "text/markdown"), (Problems = "application/json"), (String = "text/html")),
            headers(("ETag"), ("Cache-Control"), ("Vary")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::NOT_FOUND.code]))),
)]
pub async fn show<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    Path(code): Path<String>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let kinds: Vec<&'static Kind> = problem::find(&code).collect();
    if kinds.is_empty() {
        let detail = format!("`{}` is not a code of this hub; `/problems` lists the codes.", quoted(&code));
        return Err(Problem::new(&kinds::NOT_FOUND, detail));
    }
    Ok(respond(
        &request,
        &kinds,
        || html::explained(&code, &kinds, &request, app.public_url()),
        || {
            let mut text = format!("# {code}\n");
            for kind in &kinds {
                let _ = write!(
                    text,
                    "\n## {}\n\n{}\n\nWhere it occurs: {}.\n\nWhat to do: {}.\n",
                    kind.title,
                    kind.meaning,
                    place(kind),
                    kind.remedy
                );
            }
            text
        },
    ))
}

fn respond(
    request: &HeaderMap,
    problems: &[&'static Kind],
    page: impl FnOnce() -> Response,
    markdown: impl FnOnce() -> String,
) -> Response {
    let mut response = match preferred_type(request, &["text/markdown", JSON, HTML]) {
        HTML => page(),
        // Strings and numbers always serialise.
        JSON => {
            StaticContent::new(JSON, serde_json::to_vec(&Problems { problems: problems.to_vec() }).unwrap_or_default())
                .respond(request)
        }
        _ => StaticContent::new(MARKDOWN, markdown()).respond(request),
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    response
}

fn place(kind: &Kind) -> String {
    let status = kind.status.map(|status| format!(" with status {status}")).unwrap_or_default();
    let place = match kind.place {
        Place::Answer => "a response of the hub",
        Place::Host => "a response of the host, instead of the hub",
        Place::Field => "`errors` of an invalid registration",
        Place::Source => "`reason` of a source",
        Place::Index => "`reason` of a source, and diagnostics of an index",
        Place::Program => "a result of `reuse-surface mcp`, instead of the hub",
    };
    format!("{place}{status}")
}

fn sentence(remedy: &str) -> String {
    let mut letters = remedy.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
