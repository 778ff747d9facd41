//! The entities of a `catalog-info.yaml`.

use crate::{errors, refused};

const CATALOG_INFO: &str = include_str!("../formats/catalog-info.yaml");

/// Changes one place of the valid file, and expects this error.
#[track_caller]
fn catalog(from: &str, to: &str, expected: &str) {
    refused(CATALOG_INFO, from, to, expected);
}

#[test]
fn an_entity_that_lacks_something_is_refused_in_its_own_words() {
    catalog(
        "apiVersion: backstage.io/v1beta1\nkind: API",
        "apiVersion: backstage.io/v2\nkind: API",
        "29:13: unknown-version: version \"backstage.io/v2\" is not supported: use `backstage.io/v1alpha1` or `backstage.io/v1beta1` (at /1/apiVersion)",
    );
    catalog(
        "scaffolder.backstage.io/v1beta3",
        "backstage.io/v1beta2",
        "57:13: unknown-version: version \"backstage.io/v1beta2\" is not supported: use `scaffolder.backstage.io/v1beta3` (at /4/apiVersion)",
    );
    catalog("  name: artists-db\n", "", "45:3: schema-required: the field `name` is missing: add it (at /2/metadata)");
    catalog(
        "  name: artists-db\n",
        "  name: artists db\n",
        "45:9: schema-pattern: `artists db` does not have the expected form. The name, unique among the entities of its kind and \
         namespace, of letters, digits, `-`, `_` and `.`. (at /2/metadata/name)",
    );
    catalog(
        "namespace: music",
        "namespace: Music",
        "33:14: schema-pattern: `Music` does not have the expected form. The namespace of the name, of lower-case letters, digits \
         and `-`. (at /1/metadata/namespace)",
    );
    catalog(
        "  lifecycle: production\n",
        "",
        "22:3: schema-required: the field `lifecycle` is missing: add it (at /0/spec)",
    );
    catalog(", owner: team-a", "", "47:7: schema-required: the field `owner` is missing: add it (at /2/spec)");
    catalog(
        "spec:\n  owner: web\n  domain: artists\n",
        "",
        "49:1: schema-required: the field `spec` is missing: add it (at /3)",
    );
}

#[test]
fn a_value_of_an_entity_is_refused_in_its_own_words() {
    catalog(
        "description: Retrieves artist details.",
        "description: {$text: ./about.md}",
        "34:16: schema-type: must be a string, not a mapping (at /1/metadata/description)",
    );
    catalog(
        "kind: System",
        "kind: [System]",
        "50:7: schema-enum: `[\"System\"]` is not one of `[\"Component\",\"API\",\"Resource\",\"System\",\"Template\"]` (at /3/kind)",
    );
    catalog(
        "    - web\n",
        "    - 7\n",
        "16:7: schema-type: must be a string, not a number (quote it if it is a name) (at /0/metadata/tags/1)",
    );
    catalog(
        "    - web\n",
        "    - \"w\\e\"\n",
        "16:7: control-character: the text has the control character U+001B: remove it (at /0/metadata/tags/1)",
    );
    catalog(
        "title: Artist website",
        "title: !custom Artist website",
        "7:18: unsupported-tag: the tag `!custom` is not in YAML's core schema: remove it",
    );
    catalog(
        "  name: artists-db\n",
        "  name: artists-db\n  name: other\n",
        "46:3: duplicate-key: the key `name` is already on line 45: keep one of them",
    );
}

#[test]
fn an_entity_twice_names_both_lines_of_the_file() {
    let again = "\n---\napiVersion: backstage.io/v1beta1\nkind: component\n---\napiVersion: backstage.io/v1alpha1\nkind: Component\n\
                 metadata:\n  title: Again\n  name: Artist-Web\nspec: {type: a, lifecycle: b, owner: c}\n";
    let found = errors(&format!("{}{again}", CATALOG_INFO.trim_end_matches("---\n")));
    assert_eq!(
        found,
        [
            "97:9: duplicate-id: the id `component.default.artist-web` is already used on line 6, and here on line 97: give one of \
         them another id (at /8/metadata/name)",
        ]
    );
}

#[test]
fn a_catalogue_of_nothing_is_refused() {
    let location = "apiVersion: backstage.io/v1alpha1\nkind: Location\nspec: {target: ./b.yaml}\n";
    assert_eq!(
        errors(location),
        [
            "1:1: not-an-index: the file describes nothing that is a capability: describe one of Component, API, Resource, System, Template",
        ]
    );
}

#[test]
fn an_alias_is_good_for_its_own_document() {
    let first = "apiVersion: &v backstage.io/v1alpha1\nkind: System\nmetadata: {name: a}\nspec: {owner: b}\n";
    assert_eq!(
        errors(&format!("{first}---\napiVersion: *v\nkind: System\n"))[0],
        "6:13: unknown-alias: this alias names an anchor that is not defined above it"
    );
    let merge = format!("{first}---\n<<: {{kind: System}}\n");
    assert_eq!(
        errors(&merge)[0],
        "6:1: merge-key: merge keys (`<<`) are not part of YAML 1.2: write the fields out, or quote the key"
    );
}
