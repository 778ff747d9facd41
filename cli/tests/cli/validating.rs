//! `index validate`.

use crate::support::{Place, Server, index};
use serde_json::json;
use std::net::TcpListener;

/// Two errors, and a warning about the direction of text.
const BAD: &str = "version: 1\ncapabilities:\n- id: a.b.c\n  name: 7\n- id: A\n  name: x\u{202e}y\n";

#[test]
fn a_valid_index_is_said_to_be_so() {
    let place = Place::new();
    place.write("a.yaml", &index("a", 0..2));
    let ran = place.run(&["index", "validate", "a.yaml"]).ended(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("a.yaml: valid, 2 capabilities\n", ""));
}

#[test]
fn findings_show_the_line_and_the_place() {
    let place = Place::new();
    place.write("a.yaml", BAD);
    let ran = place.run(&["index", "validate", "a.yaml"]).ended(1);
    let first = "error[schema-type]: must be a string, not a number (quote it if it is a name)\n --> a.yaml:4:9\n  |\n\
                 4 |   name: 7\n  |         ^\n  = at /capabilities/0/name\n\n";
    assert!(ran.out.starts_with(first), "{}", ran.out);
    assert!(
        ran.out.contains("warning[bidi-control]: ") && ran.out.contains("6 |   name: x\\u{202e}y\n"),
        "{}",
        ran.out
    );
    assert_eq!(
        ran.err,
        "error: a.yaml is not valid: 2 errors and 1 warning\nhint: run `reuse-surface explain schema-type` for details; correct the index and run this command again\n"
    );
}

#[test]
fn a_warning_alone_refuses_nothing() {
    let place = Place::new();
    place.write("a.yaml", "version: 1\ncapabilities:\n- id: a.b\n  name: x\u{202e}y\n");
    let ran = place.run(&["index", "validate", "a.yaml"]).ended(0);
    assert!(
        ran.out.starts_with("warning[bidi-control]") && ran.out.ends_with("a.yaml: valid, 1 capability, 1 warning\n")
    );
}

#[test]
fn a_file_of_another_standard_is_valid_unless_it_has_to_be_something_else() {
    let place = Place::new();
    let entity = "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: a}\nspec: {owner: o}\n";
    place.write("catalog-info.yaml", entity);
    for format in [&[][..], &["--source-format", "auto"], &["--source-format", "catalog-info"]] {
        let ran = place.run(&[&["index", "validate", "catalog-info.yaml"], format].concat()).ended(0);
        assert_eq!(ran.out, "catalog-info.yaml: valid, 1 capability\n");
    }
    let ran = place.run(&["index", "validate", "catalog-info.yaml", "--source-format", "index"]).ended(1);
    assert!(ran.out.starts_with("error[other-format]: "), "{}", ran.out);
}

#[test]
fn machines_get_every_finding() {
    let place = Place::new();
    place.write("a.yaml", BAD);
    let value = place.run(&["index", "validate", "a.yaml", "-o", "json"]).ended(1).json();
    assert_eq!(
        (&value["source"], &value["valid"], &value["capability_count"]),
        (&json!("a.yaml"), &json!(false), &json!(0))
    );
    assert_eq!(value["diagnostics"].as_array().unwrap().len(), 3);
    let first = &value["diagnostics"][0];
    assert_eq!((&first["code"], &first["severity"]), (&json!("schema-type"), &json!("error")));
    assert_eq!((&first["line"], &first["column"]), (&json!(4), &json!(9)));
    place.write("b.yaml", &index("b", 0..3));
    let value = place.run(&["index", "validate", "b.yaml", "-o", "json"]).ended(0).json();
    assert_eq!(value, json!({ "source": "b.yaml", "valid": true, "capability_count": 3, "diagnostics": [] }));
}

#[test]
fn sarif_has_what_code_review_needs() {
    let place = Place::new();
    place.write("my dir/a.yaml", BAD);
    let log = place.run(&["index", "validate", "my dir/a.yaml", "-o", "sarif"]).ended(1).json();
    assert_eq!((&log["version"], &log["runs"][0]["columnKind"]), (&json!("2.1.0"), &json!("unicodeCodePoints")));
    let driver = &log["runs"][0]["tool"]["driver"];
    assert_eq!((&driver["name"], &driver["version"]), (&json!("reuse-surface"), &json!(env!("CARGO_PKG_VERSION"))));
    let rules: Vec<_> = driver["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        assert!(rules.contains(&result["ruleId"].as_str().unwrap()), "{result}");
        assert!(matches!(result["level"].as_str(), Some("error" | "warning")) && result["message"]["text"].is_string());
        let physical = &result["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"]["uri"], "my%20dir/a.yaml");
        assert!(
            physical["region"]["startLine"].as_u64() >= Some(1)
                && physical["region"]["startColumn"].as_u64() >= Some(1)
        );
    }
    place.write("b.yaml", &index("b", 0..1));
    let clean = place.run(&["index", "validate", "b.yaml", "-o", "sarif"]).ended(0).json();
    assert_eq!(clean["runs"][0]["results"], json!([]));
}

#[test]
fn sarif_is_for_this_command_alone() {
    let ran = Place::new().run(&["hub", "list", "-o", "sarif"]).ended(2);
    assert!(ran.err.contains("[possible values: table, json, yaml]"), "{ran:?}");
}

#[test]
fn a_file_that_is_not_there_is_a_mistake_on_the_command_line() {
    let ran = Place::new().run(&["index", "validate", "a.yaml"]).ended(2);
    assert!(ran.err.starts_with("error: a.yaml cannot be read\n") && ran.out.is_empty(), "{ran:?}");
}

#[test]
fn a_url_is_fetched_by_the_rules_of_the_hub() {
    let (place, server) = (Place::new(), Server::start());
    let url = server.index("/b.yaml", &index("b", 0..1));
    server.set("/a", 302, "location: /b.yaml\r\n", b"");
    let ran = place.run(&["index", "validate", &server.url("/a")]).ended(0);
    assert!(ran.out.ends_with(": valid, 1 capability\n"), "{ran:?}");
    let asked = server.asked();
    assert_eq!(asked[1].line, "GET /b.yaml");
    assert_eq!(asked[1].header("accept-encoding"), Some("gzip"));
    assert_eq!(asked[1].header("user-agent"), Some(concat!("reuse-surface/", env!("CARGO_PKG_VERSION"))));
    server.index("/b.yaml", "<html>sign in</html>");
    assert!(place.run(&["index", "validate", &url]).ended(1).out.contains("error[not-an-index]"));
}

#[test]
fn what_cannot_be_fetched_says_why_and_ends_with_its_own_code() {
    let (place, server) = (Place::new(), Server::start());
    let validate = |url: &str| place.run(&["index", "validate", url, "-o", "json"]);
    let code = |ran: &crate::support::Ran| ran.json()["diagnostics"][0]["code"].as_str().unwrap().to_owned();
    assert_eq!(code(&validate(&server.url("/none")).ended(1)), "http-status");

    server.set("/loop", 301, "location: /loop\r\n", b"");
    assert_eq!(code(&validate(&server.url("/loop")).ended(1)), "too-many-redirects");
    assert_eq!(server.asked().iter().filter(|asked| asked.line == "GET /loop").count(), 6);

    server.set("/brotli", 200, "content-encoding: br\r\n", b"x");
    assert_eq!(code(&validate(&server.url("/brotli")).ended(1)), "unsupported-encoding");

    server.set("/huge", 200, "", &vec![b'#'; 8 * 1024 * 1024 + 1]);
    assert_eq!(code(&validate(&server.url("/huge")).ended(3)), "too-large");

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = validate(&format!("http://{closed}/a")).ended(3);
    assert_eq!(code(&ran), "connect-failed");
    assert!(ran.err.starts_with(&format!("error: http://{closed}/a cannot be fetched\n")), "{ran:?}");

    for url in ["ftp://h/a", "https://me:s3cret-token@h/a"] {
        assert_eq!(place.run(&["index", "validate", url]).ended(2).out, "");
    }
}
