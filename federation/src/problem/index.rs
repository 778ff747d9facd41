//! What is wrong with a document: an index above all, and what its schema has in common with the others.

use super::{Kind, Place};

const AS_SAID: &str = "correct the field as `message` says";

pub(super) static KINDS: &[Kind] = &[
    index(
        "not-an-index",
        "This is no index",
        "What arrived is an HTML page, a list or a single value.",
        "it is an HTML page, a list or a single value: give the URL of the raw file, one that needs no sign-in",
    ),
    index("invalid-utf8", "The file is not UTF-8", "Its bytes are not text in UTF-8.", "save the file as UTF-8"),
    index(
        "invalid-yaml",
        "The file is not YAML",
        "It breaks the syntax of YAML 1.2, of which JSON is a part.",
        "correct the syntax at this line and column",
    ),
    index(
        "empty-document",
        "The file is empty",
        "It has no content, or comments alone.",
        "write `version: 1` and `capabilities: []` at least",
    ),
    index(
        "multiple-documents",
        "The file has more than one document",
        "`---` begins a second document.",
        "keep one document in the file",
    ),
    index(
        "control-character",
        "A text has a control character",
        "Text and keys may hold tab and line feed, and no other control character.",
        "remove the character",
    ),
    index(
        "duplicate-key",
        "A key occurs twice",
        "Readers would disagree about which of the two counts.",
        "keep one of the two",
    ),
    index(
        "merge-key",
        "Merge keys are not read",
        "`<<` is no part of YAML 1.2, and readers disagree about it.",
        "write the fields out, or quote the key `\"<<\"`",
    ),
    index(
        "key-not-string",
        "A key is not text",
        "Keys become names in JSON, so they are text.",
        "put the key in quotes",
    ),
    index("unsupported-tag", "A tag is not known", "Only the tags of YAML's core schema are read.", "remove the tag"),
    index(
        "not-finite",
        "A number is infinite or none",
        "JSON has neither infinity nor not-a-number.",
        "write infinity or not-a-number as text",
    ),
    index(
        "number-out-of-range",
        "A number is too large",
        "Integers are read up to 64 bits; beyond that readers would get another number.",
        "put the number in quotes",
    ),
    index(
        "unknown-alias",
        "An alias has no anchor",
        "`*name` stands before any `&name`.",
        "define the anchor above its alias",
    ),
    index(
        "recursive-alias",
        "An alias stands in its own anchor",
        "The value would contain itself.",
        "write the value out",
    ),
    index(
        "too-many-aliases",
        "Too many aliases",
        "More than 100 aliases, or they add more than 50,000 values or 4 MiB.",
        "write the values out",
    ),
    index("too-deep", "The nesting is too deep", "More than 64 levels of lists and mappings.", "flatten the nesting"),
    index("too-many-nodes", "The document has too many values", "More than 1,250,000.", "split the document"),
    index("scalar-too-long", "A text is too long", "One text, key or number has more than 64 KiB.", "shorten the text"),
    index(
        "unknown-version",
        "The version of the format is not known",
        "The document says a `version` that this program does not read.",
        "use `version: 1`",
    ),
    index(
        "too-many-capabilities",
        "The index has too many capabilities",
        "More than 20,000.",
        "split the index over several repos",
    ),
    index(
        "capability-too-large",
        "A capability is too large",
        "One capability has more than 1 MiB, written as JSON or as YAML.",
        "describe it elsewhere, and name the place in `path`",
    ),
    index(
        "rendered-too-large",
        "The index is too large once it is written",
        "All capabilities together have more than 32 MiB, written as JSON or as YAML: YAML indents what is nested.",
        "nest less, or split the index over several repos",
    ),
    index(
        "duplicate-id",
        "An id occurs twice",
        "Every capability of an index has an id of its own.",
        "give one of the two another id; `message` names both lines",
    ),
    index(
        "schema-required",
        "A field is missing",
        "The object at `pointer` lacks a field that it must have.",
        "add the field that `message` names; `pointer` is the object that lacks it",
    ),
    index(
        "schema-type",
        "A value has the wrong type",
        "`message` names the type that is expected.",
        "use the type that `message` names",
    ),
    index(
        "schema-pattern",
        "A text has the wrong form",
        "`message` describes the form that is expected.",
        "use the form that `message` describes",
    ),
    index("schema-const", "A value is not the only one allowed", "The field takes one value alone.", AS_SAID),
    index(
        "schema-one-of",
        "None of several forms fits",
        "The value must have one of several forms and has none.",
        AS_SAID,
    ),
    index("schema-too-long", "A text is too long", "It has more characters than the field takes.", "shorten the text"),
    index("schema-too-short", "A text is too short", "It has fewer characters than the field takes.", AS_SAID),
    index(
        "more-diagnostics",
        "More was found than is listed",
        "At most 100 findings are listed, with 64 KiB together; this one counts the others.",
        "more findings were left out: correct these first",
    ),
    index(
        "bidi-control",
        "A text hides what it says",
        "A character in it changes the direction of the text around it, so that people do not see what programs read.",
        "a warning, which refuses nothing: the text has a character that reorders what people see",
    ),
    index("schema-enum", "A value is not one of those allowed", "The field takes one of a list of values.", AS_SAID),
    index("schema-forbidden", "A field may not be here", "The document of this kind does not have the field.", AS_SAID),
    index("schema-range", "A number is out of bounds", "`message` names the bounds.", "use a number within the bounds"),
    index("schema-too-few", "A list is too short", "It has fewer entries than it must.", AS_SAID),
    index("schema-too-many", "A list is too long", "It has more entries than it may.", AS_SAID),
    index("schema-unique", "An entry occurs twice", "The entries of the list must differ.", AS_SAID),
    index(
        "schema-unknown-field",
        "A field is not known",
        "The object takes only the fields that its schema names.",
        "remove the field or correct its name",
    ),
    index(
        "schema-invalid",
        "The value breaks its schema",
        "It departs from the schema in a way that has no code of its own.",
        AS_SAID,
    ),
    index(
        "schema-unavailable",
        "The check cannot be made",
        "A schema inside the program did not compile, so everything is refused.",
        "the hub could not check: tell the operator",
    ),
];

const fn index(code: &'static str, title: &'static str, meaning: &'static str, remedy: &'static str) -> Kind {
    Kind::inside(Place::Index, code, title, meaning, remedy)
}
