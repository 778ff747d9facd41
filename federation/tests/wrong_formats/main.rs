//! Findings about files of other standards: the exact words, lines and pointers of the file.

mod entities;

use federation::index::{SourceFormat, check, check_as};

const PUBLICCODE: &str = include_str!("../formats/publiccode.yml");
const CODEMETA: &str = include_str!("../formats/codemeta-3.json");
const AGENT_CARD_1: &str = include_str!("../formats/agent-card-1.json");
const AGENT_CARD_0_3: &str = include_str!("../formats/agent-card-0.3.json");

/// The errors of a file, without warnings.
fn errors(text: &str) -> Vec<String> {
    let verdict = check(text.as_bytes());
    let errors: Vec<String> = verdict.diagnostics.iter().filter(|it| it.is_error()).map(ToString::to_string).collect();
    assert_eq!(verdict.index.is_none(), !errors.is_empty(), "{errors:?}");
    errors
}

/// Changes one place of a valid file, and expects these errors.
#[track_caller]
fn refused(file: &str, from: &str, to: &str, expected: &str) {
    assert_eq!(errors(file), [""; 0]);
    assert_eq!(file.matches(from).count(), 1, "{from}");
    assert_eq!(errors(&file.replace(from, to)), [expected], "{to}");
}

#[test]
fn software_of_a_public_administration_is_refused_in_its_own_words() {
    let publiccode = |from: &str, to: &str, expected: &str| refused(PUBLICCODE, from, to, expected);
    publiccode(
        "\"0.5.0\"",
        "\"1.0\"",
        "1:23: unknown-version: version \"1.0\" is not supported: use a version that begins with `0.` (at /publiccodeYmlVersion)",
    );
    publiccode(
        "\"0.5.0\"",
        "1",
        "1:23: unknown-version: version 1 is not supported: use a version that begins with `0.` (at /publiccodeYmlVersion)",
    );
    publiccode(
        "\"0.5.0\"",
        "[]",
        "1:23: schema-type: must be a number or a string, not a list (at /publiccodeYmlVersion)",
    );
    publiccode("name: Medusa\n", "", "1:1: schema-required: the field `name` is missing: add it");
    publiccode(
        "name: Medusa\n",
        "name: '!'\n",
        "3:7: schema-pattern: `!` does not have the expected form. What people call it, with at least one letter or digit. (at /name)",
    );
    publiccode(
        "developmentStatus: development",
        "developmentStatus: done",
        "14:20: schema-enum: `done` is not one of `[\"concept\",\"development\",\"beta\",\"stable\",\"obsolete\"]` (at /developmentStatus)",
    );
    publiccode(
        "  - it-development\n",
        "  - {it: development}\n",
        "12:5: schema-type: must be a string, not a mapping (at /categories/1)",
    );
    let mute = PUBLICCODE.replace("shortDescription", "shortDescr");
    assert_eq!(
        errors(&mute),
        ["22:3: schema-required: no language has a text `shortDescription`: add it (at /description)"]
    );
    publiccode(
        "platforms:\n  - web\n",
        "platforms: [web\n",
        "9:11: invalid-yaml: not valid YAML: illegal placement of ':' indicator",
    );
}

#[test]
fn research_software_is_refused_in_its_own_words() {
    let codemeta = |from: &str, to: &str, expected: &str| refused(CODEMETA, from, to, expected);
    codemeta(
        "codemeta/3.0",
        "codemeta/4.0",
        "2:15: unknown-version: version \"https://w3id.org/codemeta/4.0\" is not supported: use version 2 or 3 of CodeMeta (at /@context)",
    );
    codemeta(
        "\"https://w3id.org/codemeta/3.0\"",
        "[\"https://schema.org\", \"https://w3id.org/codemeta-v1.0\"]",
        "2:38: unknown-version: version \"https://w3id.org/codemeta-v1.0\" is not supported: use version 2 or 3 of CodeMeta (at /@context/1)",
    );
    codemeta(
        "  \"name\": \"tidewave: Models of Tides\",\n",
        "",
        "1:1: schema-required: the field `name` is missing: add it",
    );
    codemeta(
        "SoftwareSourceCode",
        "Dataset",
        "3:12: schema-enum: `Dataset` is not one of `[\"SoftwareSourceCode\",\"SoftwareApplication\"]` (at /@type)",
    );
    codemeta(
        "\"description\": \"Computes tides from the positions of sun and moon.\"",
        "\"description\": [1]",
        "6:18: schema-type: must be a string, not a list (at /description)",
    );
    codemeta(
        "[\"tides\", \"oceanography\"]",
        &format!("\"tides, {}\"", "x".repeat(201)),
        "16:15: schema-too-long: is longer than 200 characters: shorten it (at /keywords)",
    );
    codemeta(
        "\"tides\", ",
        "\"tides\", true, ",
        "16:25: schema-type: must be a string, not true or false (quote it if it is a word) (at /keywords/1)",
    );
    codemeta(
        "\"version\": \"1.4\",",
        "\"version\": \"1.4\", \"version\": \"1.5\",",
        "9:21: duplicate-key: the key `version` is already on line 9: keep one of them",
    );
}

#[test]
fn an_agent_is_refused_in_its_own_words() {
    let card = |from: &str, to: &str, expected: &str| refused(AGENT_CARD_1, from, to, expected);
    let old = |from: &str, to: &str, expected: &str| refused(AGENT_CARD_0_3, from, to, expected);
    old(
        "\"0.3.0\"",
        "\"2.0\"",
        "2:22: unknown-version: version \"2.0\" is not supported: use version 0.3 or 1 of A2A (at /protocolVersion)",
    );
    old(
        "\"0.3.0\"",
        "\"0.30\"",
        "2:22: unknown-version: version \"0.30\" is not supported: use version 0.3 or 1 of A2A (at /protocolVersion)",
    );
    old(
        "  \"protocolVersion\": \"0.3.0\",\n",
        "",
        "1:1: schema-required: the field `protocolVersion` is missing: add it",
    );
    card(
        "{\"url\": \"grpc.routes.example.org:443\", ",
        "{",
        "5:5: schema-required: the field `url` is missing: add it (at /supportedInterfaces/0)",
    );
    card(
        "      \"name\": \"Map Maker\",\n",
        "",
        "24:5: schema-required: the field `name` is missing: add it (at /skills/1)",
    );
    card(
        "\"name\": \"Map Maker\"",
        "\"name\": \"\"",
        "26:15: schema-too-short: needs 1 or more characters (at /skills/1/name)",
    );
    card(
        "\"custom_map\"",
        "\"Route optimizer (traffic)\"",
        "25:13: duplicate-id: the id `agent.geospatial-route-planner.route-optimizer-traffic` is already used on line 18, and here on \
         line 25: give one of them another id (at /skills/1/id)",
    );
    card(
        "\"routing\"",
        &format!("\"{}\"", "x".repeat(201)),
        "21:24: schema-too-long: is longer than 200 characters: shorten it (at /skills/0/tags/1)",
    );
    card(
        "\"tags\": []",
        "\"tags\": [null]",
        "28:16: schema-type: must be a string, not null (nothing) (at /skills/1/tags/0)",
    );
    let skills = AGENT_CARD_0_3.split("\"skills\": [").next().unwrap_or_default();
    assert_eq!(
        errors(&format!("{skills}\"skills\": []}}")),
        ["12:13: schema-too-few: needs 1 or more items (at /skills)"]
    );
}

#[test]
fn a_file_that_is_not_what_is_said_is_refused_in_one_finding() {
    let found = |text: &str, said| {
        let verdict = check_as(text.as_bytes(), said);
        verdict.diagnostics.iter().map(ToString::to_string).collect::<Vec<String>>()
    };
    assert_eq!(
        found(CODEMETA, SourceFormat::AgentCard),
        [
            "1:1: other-format: the declared format is `agent-card`, but this file has a `@context` of CodeMeta: declare `codemeta` or `auto`",
        ]
    );
    assert_eq!(
        found("{\"name\": \"x\"}", SourceFormat::Publiccode),
        ["1:1: other-format: the declared format is `publiccode`, but this file does not have `publiccodeYmlVersion`",]
    );
    // Without a mark, it is an index with all that an index lacks.
    assert_eq!(found("{\"name\": \"x\"}", SourceFormat::Auto), found("{\"name\": \"x\"}", SourceFormat::Index));
}
