//! `reuse-surface hub demand`.

use crate::args::Demand;
use crate::client::{self, Client};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output};
use api::demand::Unanswered;
use serde_json::{Value, json};

pub(super) async fn run(args: &Demand, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let demand = client::demand(client, args.limit as usize).await?;
    output.result(&json!(demand), |text| {
        if !demand.questions.is_empty() {
            text.table(["QUESTION", "DAYS", "LAST ASKED", "FIT", "NEAREST"], demand.questions.iter().map(row));
        }
    })?;
    if demand.questions.is_empty() {
        output.note("no unanswered questions from three or more clients");
    }
    Ok(Exit::Done)
}

fn row(question: &Unanswered) -> [Cell; 5] {
    let nearest = question.nearest.first().and_then(|entry| entry.get("id")).and_then(Value::as_str).unwrap_or("-");
    [
        (&question.words).into(),
        question.days.into(),
        (&question.last_asked).into(),
        question.fit.as_str().into(),
        nearest.into(),
    ]
}
