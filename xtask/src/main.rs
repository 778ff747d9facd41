//! `cargo xtask …`: one command each to build, run and check the hub from a fresh clone.
//!
//! It does what plain cargo cannot do in one step: install the WebAssembly target, embed the component in the binary,
//! and build both in the right order.

mod component;
mod earlier;
mod fuzz;
mod lint;
mod tools;
mod verbs;
mod wasm_target;
mod workspace;

use anyhow::{Result, bail};
use std::env;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <verb>

  serve [ARGS…]      build everything and run the hub on 127.0.0.1:8080, private networks allowed; ARGS go to `reuse-surface serve`
  test [ARGS…]       build everything and run every test; ARGS go to `cargo test`
  build [--release]  build the component and the binary: <target>/debug/reuse-surface or <target>/release/reuse-surface
  tools              install the tools of the end-to-end tests into <target>/tools; `test` does that first
  component          build only the component: <target>/wasm32-wasip2/release/hub_component.wasm
  docs               write what is generated from the code: specs/openapi.json and tools/README.md
  man DIR            write the manual pages of the command line into DIR
  earlier COMMIT     run the handler tests of an earlier program on the schema of this one: try the last release before each new one
  fuzz [--seconds N] [TARGET…]
                     run the fuzz targets, all unless named, for 8 or N seconds each; see fuzz/README.md
  bench [WHAT…]      build for release and measure the design targets against nginx and plain loops; WHAT is one of
                     start, reads, writes, recompose, refresh, search, memory, large, or scale, which runs only if it is named
  lint               formatting and clippy, warnings denied, for this machine and for wasm32-wasip2
  help               this text

<target> is cargo's target folder: ./target, or the value of CARGO_TARGET_DIR.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let Some((verb, rest)) = arguments.split_first() else {
        bail!("the verb is missing\n\n{HELP}");
    };
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match (verb.as_str(), rest.as_slice()) {
        ("serve", rest) => verbs::serve(rest),
        ("test", rest) => verbs::test(rest),
        ("build", []) => verbs::build(workspace::Profile::Dev),
        ("build", ["--release"]) => verbs::build(workspace::Profile::Release),
        ("component", []) => verbs::component(),
        ("docs", []) => verbs::docs(),
        ("man", [folder]) => verbs::man(folder),
        ("earlier", [commit]) => earlier::earlier(commit),
        ("tools", []) => verbs::tools(),
        ("fuzz", ["--seconds", seconds, only @ ..]) => fuzz::fuzz(seconds, only),
        ("fuzz", only) => fuzz::fuzz("8", only),
        ("bench", only) => verbs::bench(only),
        ("lint", []) => lint::lint(),
        ("help" | "--help" | "-h", _) => {
            say(HELP);
            Ok(())
        }
        _ => bail!("unknown command `{}`\n\n{HELP}", arguments.join(" ")),
    }
}

/// Prints a message for the user, on stderr, since stdout belongs to the command that is run.
#[expect(clippy::print_stderr, reason = "a command line tool prints for its user, only here")]
fn say(text: &str) {
    eprintln!("{text}");
}
