/// What one instruction cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The instruction, and what it did.
    pub name: String,
    /// Compute units of a transaction with this instruction alone.
    pub compute_units: u64,
    /// Bytes of that transaction.
    pub bytes: usize,
    /// Lamports that the parties paid for accounts; negative where they got them back.
    pub rent: i64,
}

/// The table between the markers of a page.
pub struct Table;

const START: &str = "<!-- costs:start -->\n";
const END: &str = "<!-- costs:end -->";
const HEAD: &str = "| instruction | compute units | bytes | rent, lamports |\n| --- | ---: | ---: | ---: |\n";

impl Table {
    /// The rows on a page. Panics when the page has no such table.
    pub fn read(page: &str) -> Vec<Row> {
        let (start, end) = bounds(page);
        let body = page[start..end].strip_prefix(HEAD).unwrap_or_default();
        body.lines().map(row).collect()
    }

    /// The page with these rows in place of its own.
    pub fn put(page: &str, rows: &[Row]) -> String {
        let (start, end) = bounds(page);
        let line = |row: &Row| {
            let [units, bytes] = [row.compute_units.into(), row.bytes as i128].map(grouped);
            format!("| {} | {units} | {bytes} | {} |\n", row.name, grouped(row.rent.into()))
        };
        let lines: String = rows.iter().map(line).collect();
        format!("{}{HEAD}{lines}{}", &page[..start], &page[end..])
    }
}

fn bounds(page: &str) -> (usize, usize) {
    let start = page.find(START).expect("the page has the marker <!-- costs:start -->") + START.len();
    let end = page.find(END).expect("the page has the marker <!-- costs:end -->");
    (start, end)
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [_, name, compute_units, bytes, rent, _] = cells.as_slice() else { panic!("not a row of four cells: {line}") };
    let number = |text: &str| text.replace(',', "").parse::<i64>().unwrap_or_else(|error| panic!("{line}: {error}"));
    let compute_units = u64::try_from(number(compute_units)).expect("compute units are not negative");
    let bytes = usize::try_from(number(bytes)).expect("bytes are not negative");
    Row { name: (*name).to_owned(), compute_units, bytes, rent: number(rent) }
}

/// A number with a comma after every three digits.
fn grouped(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

#[test]
fn a_table_reads_back_as_it_was_put() {
    let rows = vec![
        Row { name: "`a`".to_owned(), compute_units: 1_234_567, bytes: 1_232, rent: -12_345 },
        Row { name: "`b`: more".to_owned(), compute_units: 7, bytes: 300, rent: 0 },
    ];
    let page = Table::put("before\n<!-- costs:start -->\nold\n<!-- costs:end -->\nafter", &rows);
    assert!(page.contains("| `a` | 1,234,567 | 1,232 | -12,345 |") && page.ends_with("after"));
    assert_eq!(Table::read(&page), rows);
}
