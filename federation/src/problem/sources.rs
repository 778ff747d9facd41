//! Why a source has no new index, although nothing is wrong with what it contributes.

kinds! {
    Source:
    DNS_FAILED = "dns-failed": "The host name does not resolve",
        "DNS gave no address for the host of the URL.",
        "the host name does not resolve: correct it";
    ADDRESS_REFUSED = "address-refused": "The host has no public address",
        "After DNS, the host is at a private, loopback or link-local address, which a hub does not connect to.",
        "the host has no public address: publish the index at one";
    HOST_NOT_ALLOWED = "host-not-allowed": "The host or port is not allowed",
        "What the hub may connect to is declared by its operator, and this destination is not part of it.",
        "the host or port is not allowed: use port 80, 443 or one above 1023; the operator can add hosts to `allowed_outbound_hosts` in `spin.toml`";
    CONNECT_FAILED = "connect-failed": "No connection",
        "Nothing listens at the address and port, or the connection was reset before there was an answer.",
        "nothing listens there: start the server or correct the port";
    CONNECT_TIMEOUT = "connect-timeout": "No connection in time",
        "The server did not accept a connection within 5 s.",
        "no connection in time: see whether a firewall drops it";
    TLS_FAILED = "tls-failed": "The TLS handshake failed",
        "The certificate has expired, is for another host or is signed by nobody known, or no common version of TLS was found.",
        "the certificate is not valid for this host, or the server speaks no current TLS: renew it";
    READ_TIMEOUT = "read-timeout": "The server went silent",
        "No head of a response, or no further byte of it, came within 10 s.",
        "the server went silent: see what it waits for";
    TIMEOUT = "timeout": "The index did not arrive in time",
        "The whole fetch, redirects included, took longer than 30 s.",
        "the index did not arrive in time as a whole: use a faster server or split the index";
    INCOMPLETE_BODY = "incomplete-body": "The body ended early",
        "The connection closed before the announced length or the last chunk.",
        "the body ended before its announced length: see the server's or proxy's log";
    PROTOCOL_ERROR = "protocol-error": "The answer is not HTTP",
        "What came back cannot be read as an HTTP response.",
        "the answer is not valid HTTP: see what listens there";
    TOO_LARGE = "too-large": "The index is too large",
        "It has more than 8 MiB as sent.",
        "more bytes on the wire than an index may have: split it";
    TOO_LARGE_DECODED = "too-large-decoded": "The index is too large once decoded",
        "It has more than 16 MiB after its content encoding is undone.",
        "more bytes after decoding than an index may have: split it";
    UNSUPPORTED_ENCODING = "unsupported-encoding": "The content encoding is not known",
        "The response has a content encoding other than gzip, or more than one. Names that change nothing, such as `identity` and `utf-8`, do not count.",
        "send gzip or no content encoding";
    INVALID_GZIP = "invalid-gzip": "The body does not unpack",
        "The response is labelled gzip, and its bytes are not, or end early, or have more than 1,000 members. Zeros behind the end are padding.",
        "the body is labelled gzip but does not unpack: correct the label or the body";
    HTTP_STATUS = "http-status": "The server answered another status than 200",
        "`http_status` has the status of the answer.",
        "the server answered another status than 200: check path and branch (404), publish without a login (401, 403), allow more requests (429)";
    UNEXPECTED_NOT_MODIFIED = "unexpected-not-modified": "304 to a request without conditions",
        "The server said that nothing changed, although it was not asked whether.",
        "304 to a request without conditions: repair the server's cache";
    TOO_MANY_REDIRECTS = "too-many-redirects": "Too many redirects",
        "More than 5 redirects were followed, or they go in a circle.",
        "register the final address";
    INVALID_REDIRECT = "invalid-redirect": "A redirect leads nowhere",
        "The response is a redirect without a `Location`, or with one that is no URL.",
        "the server redirects without saying where, or to no URL: correct it";
    REDIRECT_REFUSED = "redirect-refused": "A redirect leads where no URL may",
        "The target of the redirect breaks the rules that a registered `url` keeps.",
        "the server redirects to a URL that breaks the rules for `url`: register the final address";
    REDIRECT_DOWNGRADE = "redirect-downgrade": "A redirect leads from https to http",
        "An index that was asked for over TLS is not taken from where anybody on the way could change it.",
        "the server redirects from https to http: serve the target over https";
    JUDGING_ENDED = "judging-ended": "Judging the index did not end",
        "The instance of the hub that judged the newest index ran out of time or memory, or was stopped. The source backs off as after any failure; content that did this twice is not judged again by the hub itself.",
        "make the index smaller or simpler; if the hub was merely stopped, refresh the source";
    RECORD_LOST = "record-lost": "What was known of the source is lost",
        "The hub's record of the source cannot be read. Readers keep what it contributes.",
        "nothing: the next check replaces the record";
    HELD_SHRUNK = "held-shrunk": "The index lost most of its capabilities",
        "It is valid, but has no capabilities left, or lost at least five and at least half of them, which is more often an accident than a decision. Readers keep the accepted one.",
        "it lost most of its capabilities: correct the index, or release it if that is meant; it is released by itself after a day of the same content";
    HELD_FULL = "held-full": "The federation has no room for the index",
        "It is valid, but with it the capabilities of all sources would have more bytes than a federation may have. Readers keep the accepted one.",
        "there is no room: shorten this index or remove other sources; the next check accepts it as soon as it fits";
}
