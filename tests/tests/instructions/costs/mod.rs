//! What every instruction costs on its usual path, against the table in `docs/benchmarks.md`.
//!
//! Addresses are the same in every run, so the figures are, too, for one build of the program.

mod disputes;
mod measure;
mod table;

use std::path::Path;

use table::{Row, Table};

/// A figure may rise by this share of its recorded value.
const TOLERANCE_PERCENT: u64 = 5;
/// Set to rewrite the table.
const BLESS: &str = "TESSERA_BLESS";

#[test]
fn instructions_cost_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
    let measured = measure::all();
    let page = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, Table::put(&page, &measured)).unwrap();
        return;
    }
    let complaints = complaints(&Table::read(&page), &measured);
    assert!(
        complaints.is_empty(),
        "{}\nIf this is meant, rewrite the table in docs/benchmarks.md and say why in the commit:\n  \
         {BLESS}=1 cargo test -p tessera-tests --test instructions costs",
        complaints.join("\n")
    );
}

/// What an instruction may cost on any of its paths, compute units.
const LIMITS: [(&str, u64); 7] = [
    ("`task_claim`", 25_000),
    ("`run_submit`", 20_000),
    ("`task_settle`", 60_000),
    ("`task_expire`", 60_000),
    ("`task_create`", 60_000),
    ("`dispute_step`: F32", 30_000),
    ("`dispute_step`: I8", 20_500),
];

/// What a payment that becomes a new balance may cost more, compute units.
const NEW_BALANCE: u64 = 10_000;

#[test]
fn hot_paths_stay_below_their_limits() {
    // Where nobody can receive, each payment makes an account besides.
    let allowed = |row: &Row| if row.name.contains("four payments become new balances") { 4 * NEW_BALANCE } else { 0 };
    let over: Vec<String> = measure::all()
        .into_iter()
        .filter(|row| {
            let mut limits = LIMITS.iter().filter(|(name, _)| row.name.starts_with(name));
            limits.any(|(_, limit)| row.compute_units > limit + allowed(row))
        })
        .map(|row| format!("{}: {} compute units", row.name, row.compute_units))
        .collect();
    assert!(over.is_empty(), "{}", over.join("\n"));
}

fn complaints(recorded: &[Row], measured: &[Row]) -> Vec<String> {
    let mut complaints = Vec::new();
    for row in measured {
        let Some(old) = recorded.iter().find(|old| old.name == row.name) else {
            complaints.push(format!("{}: not in the table", row.name));
            continue;
        };
        if exceeds(old.compute_units, row.compute_units) {
            complaints
                .push(format!("{}: {} compute units, {} recorded", row.name, row.compute_units, old.compute_units));
        }
        if row.rent > old.rent && exceeds(old.rent.unsigned_abs(), row.rent.unsigned_abs()) {
            complaints.push(format!("{}: {} lamports of rent, {} recorded", row.name, row.rent, old.rent));
        }
    }
    let gone = recorded.iter().filter(|old| measured.iter().all(|row| row.name != old.name));
    complaints.extend(gone.map(|old| format!("{}: in the table, but no longer measured", old.name)));
    complaints
}

fn exceeds(recorded: u64, measured: u64) -> bool {
    measured * 100 > recorded * (100 + TOLERANCE_PERCENT)
}

#[test]
fn a_rise_beyond_the_tolerance_is_noticed() {
    let row = |compute_units| vec![Row { name: "x".to_owned(), compute_units, bytes: 0, rent: 0 }];
    assert!(complaints(&row(1_000), &row(1_050)).is_empty());
    assert!(complaints(&row(1_000), &row(10)).is_empty());
    assert_eq!(complaints(&row(1_000), &row(1_051)).len(), 1);
    assert_eq!(complaints(&row(1_000), &[]).len(), 1);
    assert_eq!(complaints(&[], &row(1_000)).len(), 1);
}
