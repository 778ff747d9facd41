//! Files of other standards become the entries that docs/formats.md describes, and findings name their own lines.

use federation::index::{Capability, SourceFormat, Verdict, check, check_as};
use serde_json::{Value, json};

const CATALOG_INFO: &str = include_str!("formats/catalog-info.yaml");
const PUBLICCODE: &str = include_str!("formats/publiccode.yml");
const PUBLICCODE_0_2: &str = include_str!("formats/publiccode-0.2.yml");
const CODEMETA_3: &str = include_str!("formats/codemeta-3.json");
const CODEMETA_2: &str = include_str!("formats/codemeta-2.json");
const AGENT_CARD_1: &str = include_str!("formats/agent-card-1.json");
const AGENT_CARD_0_3: &str = include_str!("formats/agent-card-0.3.json");
const INDEX: &str = "version: 1\ncapabilities:\n- id: a.b\n  name: A\n";

/// Each file, and the format that it has.
const FILES: [(&str, SourceFormat); 8] = [
    (CATALOG_INFO, SourceFormat::CatalogInfo),
    (PUBLICCODE, SourceFormat::Publiccode),
    (PUBLICCODE_0_2, SourceFormat::Publiccode),
    (CODEMETA_3, SourceFormat::Codemeta),
    (CODEMETA_2, SourceFormat::Codemeta),
    (AGENT_CARD_1, SourceFormat::AgentCard),
    (AGENT_CARD_0_3, SourceFormat::AgentCard),
    (INDEX, SourceFormat::Index),
];

fn lines(verdict: &Verdict) -> Vec<String> {
    verdict.diagnostics.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn entries(text: &str) -> Vec<Value> {
    let verdict = check(text.as_bytes());
    let found = lines(&verdict);
    assert!(verdict.is_valid(), "{found:#?}");
    let capabilities = verdict.index.map(|index| index.capabilities).unwrap_or_default();
    capabilities.into_iter().map(Capability::into_fields).map(Value::Object).collect()
}

#[test]
fn entities_of_a_catalogue_are_capabilities() {
    assert_eq!(
        entries(CATALOG_INFO),
        [
            json!({
                "id": "component.default.artist-web", "name": "Artist website",
                "summary": "Shows artists what their music earns.", "status": "production",
                "owner": "artist-relations-team", "tags": ["java", "web", "website"],
            }),
            json!({
                "id": "api.music.artist_api-v1", "name": "Artist_API.v1", "summary": "Retrieves artist details.",
                "status": "experimental", "owner": "group:default/artist-relations-team", "tags": ["openapi"],
            }),
            json!({
                "id": "resource.default.artists-db", "name": "artists-db", "owner": "team-a",
                "tags": ["database", "postgres"],
            }),
            json!({"id": "system.default.public-websites", "name": "public-websites", "owner": "web"}),
            json!({
                "id": "template.default.v1beta3-demo", "name": "Test action template",
                "summary": "Makes a service with its pipeline.", "owner": "web@example.com", "tags": ["service"],
            }),
        ]
    );
}

#[test]
fn what_is_no_capability_is_said_and_left_out() {
    assert_eq!(
        lines(&check(CATALOG_INFO.as_bytes())),
        [
            "77:7: warning: left-out: an entity of the kind \"Group\" is not a capability and is left out; only \
             Component, API, Resource, System, Template are capabilities (at /5/kind)",
            "83:7: warning: left-out: what a `Location` points to is not read: register those files themselves (at /6/kind)",
        ]
    );
}

#[test]
fn software_of_a_public_administration_is_a_capability() {
    assert_eq!(
        entries(PUBLICCODE),
        [json!({
            "id": "software.medusa", "name": "Medusa", "summary": "Keeps the accounts of a municipality.\n",
            "status": "development", "owner": "Comune di Esempio",
            "tags": ["financial-reporting", "it-development", "standalone/desktop"],
        })]
    );
    // Without English, the first language counts; before version 0.5, the owner of the repository.
    let old = entries(PUBLICCODE_0_2);
    assert_eq!(old[0]["summary"], "Führt die Bücher einer Gemeinde.");
    assert_eq!(old[0]["owner"], "Example region");
    let without = PUBLICCODE_0_2.replace(", repoOwner: Example region", "");
    assert_eq!(entries(&without)[0]["owner"], "City of Example");
    let british = PUBLICCODE.replace("  en:\n", "  en-GB:\n");
    assert_eq!(entries(&british)[0]["summary"], "Keeps the accounts of a municipality.\n");
}

#[test]
fn research_software_is_a_capability() {
    assert_eq!(
        entries(CODEMETA_3),
        [json!({
            "id": "software.tidewave", "name": "tidewave: Models of Tides",
            "summary": "Computes tides from the positions of sun and moon.", "status": "active",
            "owner": "Ada Example", "tags": ["tides", "oceanography"],
        })]
    );
    // The address of a version does not serve as a name, and keywords may be one text.
    assert_eq!(
        entries(CODEMETA_2),
        [json!({
            "id": "software.hydrology-model", "name": "Hydrology Model", "status": "wip",
            "owner": "Institute of Rivers", "tags": ["snowmelt", "precipitation", "evapotranspiration"],
        })]
    );
    for context in [
        "https://w3id.org/codemeta/3.1",
        "https://w3id.org/codemeta/v3.0",
        "https://raw.githubusercontent.com/codemeta/codemeta/2.0/codemeta.jsonld",
        "https://raw.githubusercontent.com/codemeta/codemeta/master/codemeta.jsonld",
    ] {
        assert_eq!(entries(&CODEMETA_3.replace("https://w3id.org/codemeta/3.0", context)).len(), 1, "{context}");
    }
}

#[test]
fn skills_of_an_agent_are_capabilities() {
    let card = json!({
        "type": "application/a2a-agent-card+json",
        "url": "https://routes.example.org:8443/.well-known/agent-card.json",
    });
    assert_eq!(
        entries(AGENT_CARD_1),
        [
            json!({
                "id": "agent.geospatial-route-planner.route-optimizer-traffic", "name": "Traffic-Aware Route Optimiser",
                "summary": "Finds the fastest way between places, with the traffic of the moment.",
                "owner": "Example Geo Services", "tags": ["maps", "routing"],
                "representative_queries": ["Which way to the airport avoids the traffic?", "{\"origin\": {\"lat\": 37.4}}"],
                "artifact": card,
            }),
            json!({
                "id": "agent.geospatial-route-planner.custom_map", "name": "Map Maker",
                "summary": "Draws maps with places of one's own.", "owner": "Example Geo Services", "artifact": card,
            }),
        ]
    );
    assert_eq!(
        entries(AGENT_CARD_0_3),
        [json!({
            "id": "agent.hello-world-agent.hello_world", "name": "Returns hello world",
            "summary": "Just returns hello world.", "tags": ["hello world"],
            "representative_queries": ["hi", "hello world"],
            "artifact": {
                "type": "application/a2a-agent-card+json",
                "url": "http://localhost:9999/.well-known/agent-card.json",
            },
        })]
    );
    // An agent that only speaks gRPC has no address on the web, and what is not a question is left out.
    let grpc = AGENT_CARD_0_3.replace("http://localhost:9999/\",\n  \"pref", "localhost:9999\",\n  \"pref");
    assert_eq!(entries(&grpc)[0].get("artifact"), None);
    let chatty =
        AGENT_CARD_0_3.replace("[\"hi\"", &format!("[\"\", \"{}\", {}\"hi\"", "x".repeat(501), "\"q\",".repeat(10)));
    assert_eq!(entries(&chatty)[0]["representative_queries"], json!(vec!["q"; 10]));
}

#[test]
fn the_bytes_alone_decide_the_format_and_a_registration_can_only_refuse_it() {
    for (text, format) in FILES {
        let auto = check(text.as_bytes());
        for said in SourceFormat::ALL {
            let verdict = check_as(text.as_bytes(), said);
            if said == SourceFormat::Auto || said == format {
                assert_eq!(verdict, auto, "{}", said.as_str());
                assert!(verdict.is_valid(), "{:#?}", lines(&verdict));
            } else {
                let codes: Vec<&str> = verdict.diagnostics.iter().map(|found| found.code.as_str()).collect();
                assert_eq!((verdict.index, codes), (None, vec!["other-format"]), "{}", said.as_str());
            }
        }
    }
}

#[test]
fn an_index_stays_an_index_whatever_else_it_has() {
    let marks = "apiVersion: backstage.io/v1alpha1\nkind: Component\npubliccodeYmlVersion: '0.5'\n\
                 '@context': https://w3id.org/codemeta/3.0\nskills: []\nprotocolVersion: 0.3.0\n";
    assert_eq!(entries(&format!("{marks}{INDEX}")), entries(INDEX));
    let two = format!("{marks}{INDEX}---\n{INDEX}");
    assert_eq!(
        lines(&check(two.as_bytes())),
        ["11:1: multiple-documents: a second document starts here: keep one document in the file"]
    );
}
