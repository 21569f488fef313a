//! What is a locator, and what is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tessera_node::{Locator, Scheme, StoreError};

#[test]
fn locators_have_one_written_form() {
    for (given, written, scheme) in [
        ("file:///data/objects", "file:///data/objects", Scheme::File),
        ("file:///data/objects/", "file:///data/objects", Scheme::File),
        ("/data/objects", "file:///data/objects", Scheme::File),
        ("/data/my objects", "file:///data/my%20objects", Scheme::File),
        ("s3://bucket/a/b/", "s3://bucket/a/b", Scheme::S3),
        ("https://Example.com/a//", "https://example.com/a", Scheme::Http),
        ("http://127.0.0.1:9000/a", "http://127.0.0.1:9000/a", Scheme::Http),
    ] {
        let locator = Locator::parse(given).unwrap();
        assert_eq!((locator.to_string().as_str(), locator.scheme()), (written, scheme), "{given}");
        assert_eq!(Locator::parse_url(written).unwrap(), locator, "{written} reads back");
    }
}

#[test]
fn what_cannot_be_public_or_is_unknown_is_refused() {
    for given in [
        "",
        "ftp://example.com/a",
        "file://host/data",
        "https://user:secret@example.com/a",
        "https://example.com/a?token=1",
        "https://example.com/a#b",
        "s3:///a",
        "://",
    ] {
        assert!(matches!(Locator::parse(given), Err(StoreError::Locator { .. })), "{given}");
    }
}

#[test]
fn a_relative_folder_is_no_locator_on_chain() {
    assert!(Locator::parse("objects").is_ok());
    assert!(Locator::parse_url("objects").is_err());
    assert!(Locator::parse_url("/objects").is_err());
}

#[test]
fn an_account_holds_96_bytes() {
    let of_length = |length: usize| {
        let prefix = "https://example.com/";
        Locator::parse(&format!("{prefix}{}", "a".repeat(length - prefix.len()))).unwrap()
    };
    assert!(of_length(96).check_fits_account().is_ok());
    assert!(of_length(97).check_fits_account().is_err());
}
