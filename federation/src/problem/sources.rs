//! Why a source has no new index, although its current contribution is fine.

kinds! {
    Source:
    DNS_FAILED = "dns-failed": "The host name does not resolve",
        "DNS returned no address for the host of the URL.",
        "correct the host name, which does not resolve";
    ADDRESS_REFUSED = "address-refused": "The host has no public address",
        "DNS resolves the host to a private, loopback or link-local address, to which a hub does not connect.",
        "publish the index at a public address";
    HOST_NOT_ALLOWED = "host-not-allowed": "The host or port is not allowed",
        "The operator declares where the hub may connect, and this destination is not included.",
        "use port 80, 443 or one above 1023; the operator can add hosts to `allowed_outbound_hosts` in `spin.toml`";
    CONNECT_FAILED = "connect-failed": "The connection failed",
        "Nothing listens at the address and port, or the connection was reset before a response arrived.",
        "start the server or correct the port";
    CONNECT_TIMEOUT = "connect-timeout": "The connection timed out",
        "The server did not accept a connection within 5 s.",
        "check whether a firewall drops the connection";
    TLS_FAILED = "tls-failed": "The TLS handshake failed",
        "The certificate has expired, is for another host or is not signed by a trusted authority, or the server supports no common version of TLS.",
        "renew the certificate, or enable a current version of TLS on the server";
    READ_TIMEOUT = "read-timeout": "The server stopped responding",
        "No response head, or no further byte of the body, arrived within 10 s.",
        "check why the server does not respond";
    TIMEOUT = "timeout": "The index did not arrive in time",
        "The whole fetch, including redirects, took longer than 30 s.",
        "use a faster server or split the index";
    INCOMPLETE_BODY = "incomplete-body": "The body ended early",
        "The connection closed before the announced length or the last chunk arrived.",
        "check the log of the server or of its proxy";
    PROTOCOL_ERROR = "protocol-error": "The response is not HTTP",
        "The response cannot be parsed as HTTP.",
        "check which service listens there";
    TOO_LARGE = "too-large": "The index is too large",
        "It is larger than 8 MiB as sent.",
        "split the index";
    TOO_LARGE_DECODED = "too-large-decoded": "The decoded index is too large",
        "It is larger than 16 MiB after its content encoding is removed.",
        "split the index";
    UNSUPPORTED_ENCODING = "unsupported-encoding": "The content encoding is not supported",
        "The response has a content encoding other than gzip, or more than one. Names without effect, such as `identity` and `utf-8`, are ignored.",
        "send gzip or no content encoding";
    INVALID_GZIP = "invalid-gzip": "The gzip body is not valid",
        "The response is labelled as gzip, but its bytes are not gzip, end early or have more than 1,000 members. Trailing zeros count as padding.",
        "correct the body or its gzip label";
    HTTP_STATUS = "http-status": "The server did not respond with 200",
        "`http_status` has the status of the response.",
        "check path and branch (404), publish without a login (401, 403), allow more requests (429)";
    UNEXPECTED_NOT_MODIFIED = "unexpected-not-modified": "The server sent 304 to an unconditional request",
        "The server reported no change, although the request had no condition.",
        "repair the server's cache";
    TOO_MANY_REDIRECTS = "too-many-redirects": "Too many redirects",
        "The hub followed more than 5 redirects, or they form a loop.",
        "register the final address";
    INVALID_REDIRECT = "invalid-redirect": "A redirect has no valid target",
        "The response is a redirect without a `Location`, or with one that is not a URL.",
        "correct the redirect on the server";
    REDIRECT_REFUSED = "redirect-refused": "A redirect leads to a URL that is not allowed",
        "The target of the redirect violates the rules for a registered `url`.",
        "register the final address, which must follow the rules for `url`";
    REDIRECT_DOWNGRADE = "redirect-downgrade": "A redirect leads from https to http",
        "The index was requested over TLS. The hub does not accept it over a connection that others could tamper with.",
        "serve the target over https";
    JUDGING_ENDED = "judging-ended": "The validation of the index did not finish",
        "The hub instance that validated the newest index ran out of time or memory, or was stopped. The source backs off as after any failure. After two such failures, the hub does not validate the same content again by itself.",
        "make the index smaller or simpler; if the hub was merely stopped, refresh the source";
    RECORD_LOST = "record-lost": "The record of the source is lost",
        "The hub cannot read its record of the source. Readers keep what the source contributes.",
        "wait for the next check, which replaces the record";
    BRANCH_RENAMED = "branch-renamed": "The branch in the URL is gone",
        "The forge responds with 404 at the registered URL, but has a valid index at the same path on the default branch. The hub uses that one, and leaves the registered URL as it is.",
        "change `url` to the new name of the branch, or to the address that `message` names";
    HELD_SHRUNK = "held-shrunk": "The index lost most of its capabilities",
        "It is valid, but has no capabilities left, or lost at least five and at least half of them. That is more often an accident than a decision. Readers keep the accepted index.",
        "correct the index, or release it if the loss is intended; the hub releases it after a day if the content stays the same";
    HELD_FULL = "held-full": "The federation has no room for the index",
        "It is valid, but with it the capabilities of all sources would exceed the size limit of a federation. Readers keep the accepted index.",
        "shorten this index or remove other sources; the next check accepts it as soon as it fits";
    UNREADABLE = "unreadable": "The file of the index cannot be read",
        "`reuse-surface federation compose` cannot read the file that `index` of the manifest names.",
        "correct `index` in the manifest, or the permissions of the file";
    UNWRITABLE = "unwritable": "The index cannot be written again",
        "The file of a local source is a valid index, but `reuse-surface federation compose` cannot write its capabilities into a document.",
        "report the problem, with the file: every valid index can be written";
}
