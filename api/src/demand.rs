//! What is missing: questions that found nothing or little.

use crate::Open;
use federation::search::Fit;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `GET /v1/demand`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DemandQuery {
    /// Maximum number of questions; 20 by default.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
}

/// Questions that at least three clients asked and that nothing published answers well.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Demand {
    /// The newest revision, which still does not answer them well.
    pub revision: u64,
    /// The questions, those asked on the most days first.
    pub questions: Vec<Unanswered>,
}

/// A question that nothing published answers well.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Unanswered {
    /// The words of the question that the search counts, without any that could be personal.
    pub words: String,
    /// On how many days it was asked.
    pub days: u64,
    /// The first of these days.
    #[schema(format = Date)]
    pub first_asked: String,
    /// The last of these days.
    #[schema(format = Date)]
    pub last_asked: String,
    /// How well the newest revision answers it.
    #[schema(value_type = Fit)]
    pub fit: Open<Fit>,
    /// The best results, if any: `id`, `source_repo`, `name` or `title`, and in `matched` the words that they match.
    #[schema(value_type = Vec<Object>)]
    pub nearest: Vec<Map<String, Value>>,
}
