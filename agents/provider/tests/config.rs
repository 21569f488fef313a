//! A file becomes a configuration, or an error that names what is missing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tessera_node::ConfigError;
use tessera_provider::{ProviderConfig, ProviderError, ProviderFile};

const MARKET: &str = "So11111111111111111111111111111111111111112";

fn resolve(text: &str) -> Result<ProviderConfig, ProviderError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("provider.toml");
    std::fs::write(&path, text).unwrap();
    ProviderConfig::resolve(ProviderFile::read(&path).unwrap())
}

fn full() -> String {
    format!("market = \"{MARKET}\"\ndata_dir = \"/data\"\nstore = \"/data/store\"\n")
}

#[test]
fn a_full_file_resolves_and_outputs_are_read_where_they_are_stored() {
    let config = resolve(&format!("{}[work]\nmax_runs = 3\n", full())).unwrap();
    assert_eq!((config.market.to_string().as_str(), config.work.max_runs), (MARKET, 3));
    assert_eq!(config.public_store.to_string(), "file:///data/store");
    let elsewhere = resolve(&full().replace("store =", "public_store = \"https://example.com/out\"\nstore =")).unwrap();
    assert_eq!(elsewhere.public_store.to_string(), "https://example.com/out");
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    for key in ["market", "data_dir", "store"] {
        let without: String =
            full().lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
        let error = resolve(&without).unwrap_err();
        assert!(matches!(error, ProviderError::Config(ConfigError::Missing { what }) if what == key), "{error}");
    }
    let error = resolve(&full().replace(MARKET, "nonsense")).unwrap_err();
    assert!(matches!(error, ProviderError::Config(ConfigError::Invalid { what: "market", .. })), "{error}");
}
