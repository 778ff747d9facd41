//! Errors in a document: mostly in an index, and schema errors that other documents share.

const AS_SAID: &str = "correct the field as `message` says";

kinds! {
    Index:
    NOT_AN_INDEX = "not-an-index": "The document is not an index",
        "It is an HTML page, a list or a single value, or a file of another format with nothing to reuse in it.",
        "give the URL of the raw file, one that needs no sign-in";
    LFS_POINTER = "lfs-pointer": "The file is a Git LFS pointer",
        "Git LFS keeps the index elsewhere; the raw address has only a pointer to it.",
        "take the index out of Git LFS with `git lfs untrack`, and commit it again";
    OTHER_FORMAT = "other-format": "The file does not have the declared format",
        "The registration or the request declares a `format`, but the file is not recognised as that format.",
        "set `format` to that of the file, or to `auto`";
    LEFT_OUT = "left-out": "A part of the file is not a capability",
        "An entity of a `catalog-info.yaml` is of a kind that is not reusable, or is a `Location`, which the hub does not follow.",
        "do nothing if that is intended; otherwise register the files that a `Location` points to";
    OTHER_REPO = "other-repo": "The index names another repo",
        "Its `repo` is not the name under which it is registered. It is published under the name of the registration.",
        "correct `repo` in the index, or register the index under that name";
    INVALID_UTF8 = "invalid-utf8": "The file is not UTF-8",
        "Its bytes are not valid UTF-8.",
        "save the file as UTF-8";
    INVALID_YAML = "invalid-yaml": "The file is not valid YAML",
        "It violates the syntax of YAML 1.2, which includes JSON.",
        "correct the syntax at this line and column";
    EMPTY_DOCUMENT = "empty-document": "The file is empty",
        "It has no content, or only comments.",
        "write at least `version: 1` and `capabilities: []`";
    MULTIPLE_DOCUMENTS = "multiple-documents": "The file has more than one document",
        "`---` starts a second document, which only a `catalog-info.yaml` may have.",
        "keep one document in the file";
    CONTROL_CHARACTER = "control-character": "A text contains a control character",
        "Text and keys may contain tabs and line feeds, but no other control characters.",
        "remove the character";
    DUPLICATE_KEY = "duplicate-key": "A key occurs twice",
        "Readers would disagree on which of the two applies.",
        "keep one of the two";
    MERGE_KEY = "merge-key": "Merge keys are not supported",
        "`<<` is not part of YAML 1.2, and readers disagree on it.",
        "write the fields out, or quote the key `\"<<\"`";
    KEY_NOT_STRING = "key-not-string": "A key is not a string",
        "Keys become names in JSON, so they must be strings.",
        "put the key in quotes";
    UNSUPPORTED_TAG = "unsupported-tag": "A tag is not supported",
        "Only the tags of the YAML core schema are supported.",
        "remove the tag";
    NOT_FINITE = "not-finite": "A number is not finite",
        "JSON has neither infinity nor not-a-number.",
        "write infinity or not-a-number as text";
    NUMBER_OUT_OF_RANGE = "number-out-of-range": "A number is too large",
        "Integers are limited to 64 bits; beyond that, readers would get a different number.",
        "put the number in quotes";
    UNKNOWN_ALIAS = "unknown-alias": "An alias has no anchor",
        "`*name` occurs before any `&name`.",
        "define the anchor above its alias";
    RECURSIVE_ALIAS = "recursive-alias": "An alias refers to a value that contains it",
        "The value would contain itself.",
        "write the value out";
    TOO_MANY_ALIASES = "too-many-aliases": "There are too many aliases",
        "There are more than 100 aliases, or they add more than 50,000 values or 4 MiB.",
        "write the values out";
    TOO_DEEP = "too-deep": "The nesting is too deep",
        "There are more than 64 levels of lists and mappings.",
        "flatten the nesting";
    TOO_MANY_NODES = "too-many-nodes": "The document has too many values",
        "The document has more than 1,250,000 values.",
        "split the document";
    SCALAR_TOO_LONG = "scalar-too-long": "A text is too long",
        "One text, key or number is longer than 64 KiB.",
        "shorten the text";
    UNKNOWN_VERSION = "unknown-version": "The format version is unknown",
        "The document, or the standard that it follows, has a version that this program does not support.",
        "use a version that `message` names; for an index, `version: 1`";
    TOO_MANY_CAPABILITIES = "too-many-capabilities": "The index has too many capabilities",
        "The index has more than 20,000 capabilities.",
        "split the index over several repos";
    CAPABILITY_TOO_LARGE = "capability-too-large": "A capability is too large",
        "One capability is larger than 1 MiB, written as JSON or as YAML.",
        "move its description elsewhere and refer to it in `path`";
    RENDERED_TOO_LARGE = "rendered-too-large": "The rendered index is too large",
        "All capabilities together are larger than 32 MiB, written as JSON or as YAML. YAML indents nested values.",
        "nest less, or split the index over several repos";
    DUPLICATE_ID = "duplicate-id": "An id occurs twice",
        "Every capability of an index needs an id of its own.",
        "give one of the two another id; `message` names both lines";
    DUPLICATE_REPO = "duplicate-repo": "A repo occurs twice",
        "Two sources of a manifest have the same `repo`.",
        "keep one source for each repo";
    SCHEMA_REQUIRED = "schema-required": "A field is missing",
        "The object at `pointer` lacks a required field.",
        "add the field that `message` names; `pointer` is the object that lacks it";
    SCHEMA_TYPE = "schema-type": "A value has the wrong type",
        "`message` names the expected type.",
        "use the type that `message` names";
    SCHEMA_PATTERN = "schema-pattern": "A text has the wrong form",
        "`message` describes the expected form.",
        "use the form that `message` describes";
    SCHEMA_CONST = "schema-const": "A value is not the one allowed",
        "The field accepts only one value.",
        AS_SAID;
    SCHEMA_ONE_OF = "schema-one-of": "A value matches none of several forms",
        "The value must have one of several forms, but has none of them.",
        AS_SAID;
    SCHEMA_TOO_LONG = "schema-too-long": "A text is too long",
        "It has more characters than the field allows.",
        "shorten the text";
    SCHEMA_TOO_SHORT = "schema-too-short": "A text is too short",
        "It has fewer characters than the field requires.",
        AS_SAID;
    MORE_DIAGNOSTICS = "more-diagnostics": "There are more findings than listed",
        "At most 100 findings are listed, and at most 64 KiB of them. This one counts the others.",
        "correct these findings first; more were left out";
    BIDI_CONTROL = "bidi-control": "A text may look different from what it says",
        "It contains a character that changes the direction of the text around it, so that people see something other than what programs read.",
        "check the text for characters that reorder what people see; this is only a warning";
    SCHEMA_ENUM = "schema-enum": "A value is not one of those allowed",
        "The field accepts only the values of a list.",
        AS_SAID;
    SCHEMA_FORBIDDEN = "schema-forbidden": "A field is not allowed here",
        "A document of this kind does not have the field.",
        AS_SAID;
    SCHEMA_RANGE = "schema-range": "A number is out of bounds",
        "`message` names the bounds.",
        "use a number within the bounds";
    SCHEMA_TOO_FEW = "schema-too-few": "A list is too short",
        "It has fewer entries than required.",
        AS_SAID;
    SCHEMA_TOO_MANY = "schema-too-many": "A list is too long",
        "It has more entries than allowed.",
        AS_SAID;
    SCHEMA_UNIQUE = "schema-unique": "An entry occurs twice",
        "The entries of the list must differ.",
        AS_SAID;
    SCHEMA_UNKNOWN_FIELD = "schema-unknown-field": "A field is unknown",
        "The object allows only the fields that its schema names.",
        "remove the field or correct its name";
    SCHEMA_INVALID = "schema-invalid": "A value does not match its schema",
        "It violates the schema in a way that has no code of its own.",
        AS_SAID;
    SCHEMA_UNAVAILABLE = "schema-unavailable": "The check is not available",
        "A schema inside the program did not compile, so the program refuses every document.",
        "report the problem to the operator: the hub could not check";
}
