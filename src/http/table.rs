//! Lists as CSV, for those who go on in a spreadsheet.

use std::time::Duration;

use crate::problem::Problem;

/// How long reading a table may take: it has more rows than a page, and whoever asks for it waits for a file.
pub const TIME: Duration = Duration::from_secs(12);
/// Rows that a table has when the caller does not say how many.
pub const ROWS: i64 = 10_000;

/// A cell that a spreadsheet would take for a formula begins with an apostrophe instead.
fn cell(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

/// Writes a table: RFC 4180, the first line names the columns.
pub fn csv<const N: usize>(
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<String, Problem> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer
        .write_record(columns)
        .map_err(|error| Problem::caused("a table's head", &error))?;
    for row in rows {
        writer
            .write_record(row.iter().map(|text| cell(text)))
            .map_err(|error| Problem::caused("a table's row", &error))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Problem::caused("a table's end", error.error()))?;
    String::from_utf8(bytes).map_err(|error| Problem::caused("a table's text", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_every_cell_comes_back() {
        let mut cells: Vec<String> = ["", "plain", "a,b", "say \"so\"", "two\nlines", "ünï", "'", "a=b"]
            .map(str::to_owned)
            .to_vec();
        for begin in ["=", "+", "-", "@", "\t", "\r"] {
            for rest in ["", "1+1", "cmd|' /C calc'!A0", ",\"\r\n"] {
                cells.push(format!("{begin}{rest}"));
            }
        }
        let written = csv(
            ["text", "again"],
            cells.iter().map(|text| [text.clone(), text.clone()]),
        )
        .unwrap();
        let mut reader = csv::Reader::from_reader(written.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), cells.len());
        for (row, text) in rows.iter().zip(&cells) {
            for cell in row {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
                assert_eq!(
                    cell.strip_prefix('\'').filter(|_| text != "'").unwrap_or(cell),
                    text
                );
            }
        }
    }
}
