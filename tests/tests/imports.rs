//! The import directions of ARCHITECTURE.md, read from the manifests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What each workspace member may import from the workspace, outside its tests.
const ALLOWED: &[(&str, &[&str])] = &[
    ("tessera-rules", &[]),
    ("tessera-referee", &[]),
    ("tessera", &["tessera-rules", "tessera-referee"]),
    ("tessera-elf", &[]),
    ("tessera-compute", &["tessera-referee"]),
    ("tessera-ptx", &["tessera-referee"]),
    ("tessera-jobs", &["tessera-compute"]),
    ("tessera-chain", &["tessera", "tessera-rules", "tessera-referee"]),
    ("tessera-node", &["tessera-chain", "tessera-compute"]),
    ("tessera-provider", AGENT),
    ("tessera-verifier", AGENT),
    ("tessera-localnet", &["tessera-elf"]),
    ("tessera-migrations", &["tessera-chain", "tessera-rules", "tessera-elf"]),
    (
        "tessera-cli",
        &[
            "tessera-chain",
            "tessera-compute",
            "tessera-elf",
            "tessera-jobs",
            "tessera-localnet",
            "tessera-migrations",
            "tessera-node",
            "tessera-provider",
            "tessera-rules",
            "tessera-verifier",
        ],
    ),
];
const AGENT: &[&str] = &["tessera-chain", "tessera-compute", "tessera-jobs", "tessera-node", "tessera-rules"];

/// Crates from outside that only the named members may import, outside their tests; a name ending in `*` is a prefix.
const RESERVED: &[(&str, &[&str])] = &[
    ("anchor-lang", &["tessera", "tessera-chain"]),
    ("anchor-spl", &["tessera", "tessera-chain"]),
    ("solana-client", &["tessera-chain"]),
    ("solana-rpc-client*", &["tessera-chain"]),
    ("solana-pubsub-client*", &["tessera-chain"]),
    ("cudarc", &["tessera-compute"]),
    ("surfpool-*", &["tessera-localnet"]),
    ("litesvm*", &["tessera-localnet"]),
];

/// Members that know no chain, no async runtime and no clock.
const PURE: &[&str] = &["tessera-rules", "tessera-referee", "tessera-compute", "tessera-ptx", "tessera-jobs"];
const IMPURE: &[&str] = &["anchor-*", "solana-*", "tokio*", "async-*", "chrono", "time", "reqwest", "object_store"];
const CLOCKS: &[&str] = &["SystemTime", "Instant::now", "Clock::get"];

struct Member {
    /// Normal and build dependencies, by package name.
    imports: BTreeSet<String>,
    folder: PathBuf,
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn imports_of(manifest: &toml::Table) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let tables = std::iter::once(manifest)
        .chain(targets.into_iter().flat_map(|all| all.values().filter_map(toml::Value::as_table)));
    tables
        .flat_map(|table| {
            ["dependencies", "build-dependencies"].into_iter().filter_map(|kind| table.get(kind)?.as_table())
        })
        .flatten()
        .map(|(name, spec)| spec.get("package").and_then(toml::Value::as_str).unwrap_or(name).to_owned())
        .collect()
}

fn members() -> BTreeMap<String, Member> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let workspace: toml::Table = read(&root.join("Cargo.toml")).parse().unwrap();
    let folders = workspace["workspace"]["members"].as_array().unwrap();
    folders
        .iter()
        .map(|folder| {
            let folder = root.join(folder.as_str().unwrap());
            let manifest: toml::Table = read(&folder.join("Cargo.toml")).parse().unwrap();
            let name = manifest["package"]["name"].as_str().unwrap().to_owned();
            (name, Member { imports: imports_of(&manifest), folder })
        })
        .filter(|(name, _)| name != "tessera-tests")
        .collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |prefix| name.starts_with(prefix))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn members_import_only_what_the_architecture_allows() {
    let members = members();
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    for (name, member) in &members {
        let allowed = allowed
            .get(name.as_str())
            .unwrap_or_else(|| panic!("{name} has no line in ALLOWED: say what it may import"));
        for import in member.imports.iter().filter(|import| members.contains_key(*import)) {
            assert!(
                allowed.contains(&import.as_str()),
                "{name} imports {import}, against the direction in ARCHITECTURE.md"
            );
        }
    }
    assert!(allowed.keys().all(|name| members.contains_key(*name)), "ALLOWED names a member that is gone");
}

#[test]
fn outside_crates_stay_where_they_belong() {
    for (name, member) in members() {
        for import in &member.imports {
            for (pattern, users) in RESERVED {
                let allowed = !matches(pattern, import) || users.contains(&name.as_str());
                assert!(allowed, "{name} imports {import}, which only {users:?} may");
            }
        }
    }
}

#[test]
fn pure_members_know_no_chain_no_runtime_and_no_clock() {
    let members = members();
    for name in PURE {
        let member = &members[*name];
        for import in &member.imports {
            assert!(!IMPURE.iter().any(|pattern| matches(pattern, import)), "{name} is pure and imports {import}");
        }
        for file in sources(&member.folder.join("src")) {
            let text = read(&file);
            for clock in CLOCKS {
                assert!(!text.contains(clock), "{} reads a clock ({clock})", file.display());
            }
        }
    }
}

#[test]
fn faults_are_for_tests_alone() {
    for (name, member) in members() {
        let text = read(&member.folder.join("Cargo.toml"));
        let manifest: toml::Table = text.parse().unwrap();
        let features = manifest.get("features").and_then(toml::Value::as_table);
        let of = |feature: &str| features.and_then(|features| features.get(feature)).map(ToString::to_string);
        assert!(!of("default").is_some_and(|default| default.contains("faults")), "{name} is wrong on purpose");
        if name != "tessera-node" {
            assert!(!text.contains("faults"), "{name} asks for faults, which only tests may");
        }
    }
}
