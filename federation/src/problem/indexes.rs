//! What is wrong with a document: an index above all, and what its schema has in common with the others.

const AS_SAID: &str = "correct the field as `message` says";

kinds! {
    Index:
    NOT_AN_INDEX = "not-an-index": "This is no index",
        "What arrived is an HTML page, a list or a single value.",
        "it is an HTML page, a list or a single value: give the URL of the raw file, one that needs no sign-in";
    INVALID_UTF8 = "invalid-utf8": "The file is not UTF-8",
        "Its bytes are not text in UTF-8.",
        "save the file as UTF-8";
    INVALID_YAML = "invalid-yaml": "The file is not YAML",
        "It breaks the syntax of YAML 1.2, of which JSON is a part.",
        "correct the syntax at this line and column";
    EMPTY_DOCUMENT = "empty-document": "The file is empty",
        "It has no content, or comments alone.",
        "write `version: 1` and `capabilities: []` at least";
    MULTIPLE_DOCUMENTS = "multiple-documents": "The file has more than one document",
        "`---` begins a second document.",
        "keep one document in the file";
    CONTROL_CHARACTER = "control-character": "A text has a control character",
        "Text and keys may hold tab and line feed, and no other control character.",
        "remove the character";
    DUPLICATE_KEY = "duplicate-key": "A key occurs twice",
        "Readers would disagree about which of the two counts.",
        "keep one of the two";
    MERGE_KEY = "merge-key": "Merge keys are not read",
        "`<<` is no part of YAML 1.2, and readers disagree about it.",
        "write the fields out, or quote the key `\"<<\"`";
    KEY_NOT_STRING = "key-not-string": "A key is not text",
        "Keys become names in JSON, so they are text.",
        "put the key in quotes";
    UNSUPPORTED_TAG = "unsupported-tag": "A tag is not known",
        "Only the tags of YAML's core schema are read.",
        "remove the tag";
    NOT_FINITE = "not-finite": "A number is infinite or none",
        "JSON has neither infinity nor not-a-number.",
        "write infinity or not-a-number as text";
    NUMBER_OUT_OF_RANGE = "number-out-of-range": "A number is too large",
        "Integers are read up to 64 bits; beyond that readers would get another number.",
        "put the number in quotes";
    UNKNOWN_ALIAS = "unknown-alias": "An alias has no anchor",
        "`*name` stands before any `&name`.",
        "define the anchor above its alias";
    RECURSIVE_ALIAS = "recursive-alias": "An alias stands in its own anchor",
        "The value would contain itself.",
        "write the value out";
    TOO_MANY_ALIASES = "too-many-aliases": "Too many aliases",
        "More than 100 aliases, or they add more than 50,000 values or 4 MiB.",
        "write the values out";
    TOO_DEEP = "too-deep": "The nesting is too deep",
        "More than 64 levels of lists and mappings.",
        "flatten the nesting";
    TOO_MANY_NODES = "too-many-nodes": "The document has too many values",
        "More than 1,250,000.",
        "split the document";
    SCALAR_TOO_LONG = "scalar-too-long": "A text is too long",
        "One text, key or number has more than 64 KiB.",
        "shorten the text";
    UNKNOWN_VERSION = "unknown-version": "The version of the format is not known",
        "The document says a `version` that this program does not read.",
        "use `version: 1`";
    TOO_MANY_CAPABILITIES = "too-many-capabilities": "The index has too many capabilities",
        "More than 20,000.",
        "split the index over several repos";
    CAPABILITY_TOO_LARGE = "capability-too-large": "A capability is too large",
        "One capability has more than 1 MiB, written as JSON or as YAML.",
        "describe it elsewhere, and name the place in `path`";
    RENDERED_TOO_LARGE = "rendered-too-large": "The index is too large once it is written",
        "All capabilities together have more than 32 MiB, written as JSON or as YAML: YAML indents what is nested.",
        "nest less, or split the index over several repos";
    DUPLICATE_ID = "duplicate-id": "An id occurs twice",
        "Every capability of an index has an id of its own.",
        "give one of the two another id; `message` names both lines";
    DUPLICATE_REPO = "duplicate-repo": "A repo occurs twice",
        "Two sources of a manifest have the same `repo`.",
        "keep one source for each repo";
    SCHEMA_REQUIRED = "schema-required": "A field is missing",
        "The object at `pointer` lacks a field that it must have.",
        "add the field that `message` names; `pointer` is the object that lacks it";
    SCHEMA_TYPE = "schema-type": "A value has the wrong type",
        "`message` names the type that is expected.",
        "use the type that `message` names";
    SCHEMA_PATTERN = "schema-pattern": "A text has the wrong form",
        "`message` describes the form that is expected.",
        "use the form that `message` describes";
    SCHEMA_CONST = "schema-const": "A value is not the only one allowed",
        "The field takes one value alone.",
        AS_SAID;
    SCHEMA_ONE_OF = "schema-one-of": "None of several forms fits",
        "The value must have one of several forms and has none.",
        AS_SAID;
    SCHEMA_TOO_LONG = "schema-too-long": "A text is too long",
        "It has more characters than the field takes.",
        "shorten the text";
    SCHEMA_TOO_SHORT = "schema-too-short": "A text is too short",
        "It has fewer characters than the field takes.",
        AS_SAID;
    MORE_DIAGNOSTICS = "more-diagnostics": "More was found than is listed",
        "At most 100 findings are listed, with 64 KiB together; this one counts the others.",
        "more findings were left out: correct these first";
    BIDI_CONTROL = "bidi-control": "A text hides what it says",
        "A character in it changes the direction of the text around it, so that people do not see what programs read.",
        "a warning, which refuses nothing: the text has a character that reorders what people see";
    SCHEMA_ENUM = "schema-enum": "A value is not one of those allowed",
        "The field takes one of a list of values.",
        AS_SAID;
    SCHEMA_FORBIDDEN = "schema-forbidden": "A field may not be here",
        "The document of this kind does not have the field.",
        AS_SAID;
    SCHEMA_RANGE = "schema-range": "A number is out of bounds",
        "`message` names the bounds.",
        "use a number within the bounds";
    SCHEMA_TOO_FEW = "schema-too-few": "A list is too short",
        "It has fewer entries than it must.",
        AS_SAID;
    SCHEMA_TOO_MANY = "schema-too-many": "A list is too long",
        "It has more entries than it may.",
        AS_SAID;
    SCHEMA_UNIQUE = "schema-unique": "An entry occurs twice",
        "The entries of the list must differ.",
        AS_SAID;
    SCHEMA_UNKNOWN_FIELD = "schema-unknown-field": "A field is not known",
        "The object takes only the fields that its schema names.",
        "remove the field or correct its name";
    SCHEMA_INVALID = "schema-invalid": "The value breaks its schema",
        "It departs from the schema in a way that has no code of its own.",
        AS_SAID;
    SCHEMA_UNAVAILABLE = "schema-unavailable": "The check cannot be made",
        "A schema inside the program did not compile, so everything is refused.",
        "the hub could not check: tell the operator";
}
